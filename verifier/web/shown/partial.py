"""The first term of a pupil who moved: marks or levels by subject, results so far."""

from verifier.formats.canonical import JsonObject
from verifier.messages import Catalogue
from verifier.web.shown import Content, Row, Table, facts, mark, named


def content(record: JsonObject, catalogue: Catalogue) -> Content:
    """The verified content of a secondary pupil's first term."""
    text, days = catalogue.text, record["attendance"]["absences"]
    table = Table(
        caption=text("ui.term1_caption"),
        columns=(text("ui.subject"), text("ui.term1")),
        rows=tuple((one["name"], mark(one["term1"])) for one in record["subjects"]),
    )
    results = (
        (text("ui.results"), named("ui.scale_", record["results"]["term1"], catalogue)),
        (text("ui.conduct"), named("ui.scale_", record["conduct"]["term1"], catalogue)),
        (text("ui.absences"), None if days is None else str(days)),
    )
    return Content(facts(record, catalogue), (table,), _known(results))


def primary(record: JsonObject, catalogue: Catalogue) -> Content:
    """The verified content of a primary pupil's first term."""
    text, days, groups = catalogue.text, record["attendance"], record["competencies"]
    subjects = Table(
        caption=text("ui.term1_caption"),
        columns=(text("ui.subject"), text("ui.level_reached"), text("ui.test")),
        rows=tuple(
            (one["name"], named("ui.subject_level_", one["level"], catalogue), one["test"] or "")
            for one in record["subjects"]
        ),
    )
    traits = [
        Table(
            caption=text(code),
            columns=(text(code), text("ui.level_reached")),
            rows=tuple(
                (one["name"], named("ui.trait_level_", one["level"], catalogue)) for one in rows
            ),
        )
        for code, rows in (
            ("ui.qualities", record["qualities"]),
            ("ui.competencies", [*groups["general"], *groups["specific"]]),
        )
    ]
    results = tuple(
        (text(f"ui.absences_{key}"), None if days[key] is None else str(days[key]))
        for key in ("with_leave", "without_leave")
    )
    return Content(facts(record, catalogue), (subjects, *traits), _known(results))


def _known(rows: tuple[tuple[str, str | None], ...]) -> tuple[Row, ...]:
    return tuple((label, value) for label, value in rows if value)
