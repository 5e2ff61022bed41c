"""What the page says of the records that this one names: the year before, the first term.

    rows = reference_rows(record, catalogue)

Shown beside verified content alone, so check 7 has proved every field that is read here.
"""

from verifier.formats.canonical import JsonObject
from verifier.formats.ref import shown_fields
from verifier.messages import Catalogue

Row = tuple[str, str]


def reference_rows(record: JsonObject, catalogue: Catalogue) -> tuple[Row, ...]:
    """Return a row for the year before and one for each source of first-term results."""
    rows = []
    previous = record.get("previous_year")
    if isinstance(previous, dict):
        rows.append((catalogue.text("ui.previous_year"), _previous_year(previous, catalogue)))
    for source in record.get("sources") or ():
        school = shown_fields(source).get("/school/name", "…")
        said = catalogue.text("ui.term1_source_named", school=school)
        rows.append((catalogue.text("ui.term1_source"), said))
    return tuple(rows)


def _previous_year(previous: JsonObject, catalogue: Catalogue) -> str:
    if "none" in previous:
        return catalogue.text(f"ui.previous_year_{previous['none']}")
    shown = shown_fields(previous)
    promoted = shown.get("/promotion/promoted")
    return catalogue.text(
        "ui.previous_year_named",
        school_year=shown.get("/school_year", "…"),
        grade=shown.get("/grade", "…"),
        promotion=catalogue.text("ui.promoted" if promoted else "ui.not_promoted").lower(),
        school=shown.get("/school/name", "…"),
    )
