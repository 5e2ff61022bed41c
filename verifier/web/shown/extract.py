"""What a paper book says: the book, its years, its subjects year by year.

That it was converted from paper is said first: the signatures are those of the school that
converted it, not of the teachers who wrote the paper.
"""

from verifier.formats.canonical import JsonObject
from verifier.messages import Catalogue
from verifier.web.shown import Content, Row, Table, date, facts, mark

_SECONDARY = ("term1", "term2", "year", "retest")
_PRIMARY = ("level", "test")
_HEADS = {"level": "level_reached"}


def content(record: JsonObject, catalogue: Catalogue) -> Content:
    """The verified content of the extract."""
    return Content(
        facts(record, catalogue),
        (_years(record, catalogue), *_subjects(record, catalogue)),
        _paper(record, catalogue),
    )


def _paper(record: JsonObject, catalogue: Catalogue) -> tuple[Row, ...]:
    text, paper = catalogue.text, record["paper"]
    opened = paper["opened_on"]
    rows = (
        (text("ui.extract"), text("ui.extract_said", school=record["issuer"]["name"])),
        (text("ui.paper_school"), paper["school"]),
        (text("ui.paper_register_no"), paper["register_no"]),
        (text("ui.paper_opened_on"), None if opened is None else date(opened)),
        (text("ui.paper_pages"), str(paper["pages"])),
        (text("ui.paper_corrections"), str(paper["corrections"])),
        (text("ui.paper_compared_on"), date(paper["compared_on"])),
        (text("ui.paper_scan"), paper["scan"]),
    )
    return tuple((label, value) for label, value in rows if value is not None)


def _years(record: JsonObject, catalogue: Catalogue) -> Table:
    names = ("school_year", "class", "school", "results", "conduct", "promotion", "award")
    keys = ("school_year", "class", "school", "learning", "conduct", "outcome", "awards")
    return Table(
        caption=catalogue.text("ui.paper_years"),
        columns=tuple(catalogue.text(f"ui.{name}") for name in names),
        rows=tuple(tuple(year[key] or "" for key in keys) for year in record["paper_years"]),
    )


def _subjects(record: JsonObject, catalogue: Catalogue) -> tuple[Table, ...]:
    """A table for each year, of the subjects that were taken in it."""
    text = catalogue.text
    rows = record["paper_marks"] or record["paper_levels"]
    keys = _SECONDARY if record["paper_marks"] else _PRIMARY
    return tuple(
        Table(
            caption=f"{year['school_year']}: {text('ui.marks_caption')}",
            columns=(text("ui.subject"), *(text(f"ui.{_HEADS.get(key, key)}") for key in keys)),
            rows=tuple(
                (row["name"], *(mark(row["years"][place][key]) for key in keys))
                for row in rows
                if row["years"][place] is not None
            ),
        )
        for place, year in enumerate(record["paper_years"])
    )
