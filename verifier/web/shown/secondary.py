"""A school year of secondary school: marks by subject, results, promotion, award."""

from verifier.formats.canonical import JsonObject
from verifier.messages import Catalogue
from verifier.web.shown import Content, Row, Table, facts, mark, named

TERMS = ("term1", "term2", "year")


def content(record: JsonObject, catalogue: Catalogue) -> Content:
    """The verified content of the year."""
    text = catalogue.text
    retested = any(subject["retest"] is not None for subject in record["subjects"])
    terms = (*TERMS, "retest") if retested else TERMS
    table = Table(
        caption=text("ui.marks_caption"),
        columns=(text("ui.subject"), *(text(f"ui.{term}") for term in terms)),
        rows=tuple(
            (subject["name"], *(mark(subject[term]) for term in terms))
            for subject in record["subjects"]
        ),
    )
    return Content(facts(record, catalogue), (table,), _results(record, catalogue))


def _results(record: JsonObject, catalogue: Catalogue) -> tuple[Row, ...]:
    text = catalogue.text
    level = record["results"]["after_retest"] or record["results"]["year"]
    conduct = record["conduct"]["after_summer"] or record["conduct"]["year"]
    return (
        (text("ui.results"), named("ui.scale_", level, catalogue)),
        (text("ui.conduct"), named("ui.scale_", conduct, catalogue)),
        (text("ui.absences"), str(record["attendance"]["absences"])),
        (text("ui.promotion"), promotion(record["promotion"]["promoted"], catalogue)),
        (text("ui.award"), award(record["awards"]["title"], catalogue)),
    )


def promotion(promoted: bool | None, catalogue: Catalogue) -> str:  # noqa: FBT001  # three states
    """Whether the pupil goes up, in words."""
    names = {True: "promoted", False: "not_promoted", None: "promotion_waits"}
    return catalogue.text(f"ui.{names[promoted]}")


def award(title: str | None, catalogue: Catalogue) -> str:
    """The title of the year, in words."""
    known = title is not None and catalogue.has(f"ui.award_{title}")
    return catalogue.text(f"ui.award_{title}" if known else "ui.none")
