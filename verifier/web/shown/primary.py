"""A school year of primary school: levels and tests by subject, traits, result, award.

What was assessed anew is shown in place of what was there first: it is what counts.
"""

from collections.abc import Sequence

from verifier.formats.canonical import JsonObject
from verifier.messages import Catalogue
from verifier.web.shown import Content, Row, Table, facts, named
from verifier.web.shown.secondary import award, completion


def content(record: JsonObject, catalogue: Catalogue) -> Content:
    """The verified content of the year."""
    text, groups = catalogue.text, record["competencies"]
    subjects = Table(
        caption=text("ui.marks_caption"),
        columns=(text("ui.subject"), text("ui.level_reached"), text("ui.test")),
        rows=tuple(
            (
                subject["name"],
                named("ui.subject_level_", subject["level_after"] or subject["level"], catalogue),
                subject["test_after"] or subject["test"] or "",
            )
            for subject in record["subjects"]
        ),
    )
    tables = (
        subjects,
        _traits("ui.qualities", record["qualities"], catalogue),
        _traits("ui.competencies", [*groups["general"], *groups["specific"]], catalogue),
    )
    return Content(facts(record, catalogue), tables, _results(record, catalogue))


def _traits(code: str, traits: Sequence[JsonObject], catalogue: Catalogue) -> Table:
    name = catalogue.text(code)
    return Table(
        caption=name,
        columns=(name, catalogue.text("ui.level_reached")),
        rows=tuple(
            (
                trait["name"],
                named("ui.trait_level_", trait["level_after"] or trait["level"], catalogue),
            )
            for trait in traits
        ),
    )


def _results(record: JsonObject, catalogue: Catalogue) -> tuple[Row, ...]:
    text, results = catalogue.text, record["results"]
    days, promotion = record["attendance"], record["promotion"]
    overall = named("ui.overall_", results["overall_after"] or results["overall"], catalogue)
    rows = (
        (text("ui.overall"), overall if results["assessed"] else text("ui.not_assessed")),
        (text("ui.absences_with_leave"), str(days["with_leave"])),
        (text("ui.absences_without_leave"), str(days["without_leave"])),
        (text("ui.completed_grade"), completion(promotion["completed_grade"], catalogue)),
        (text("ui.promotion"), _promoted(promotion["promoted"], catalogue)),
        (text("ui.completed_level"), completion(promotion["completed_level"], catalogue)),
        (text("ui.award"), award(record["awards"]["title"], catalogue)),
    )
    return tuple((label, value) for label, value in rows if value is not None)


def _promoted(promoted: bool | None, catalogue: Catalogue) -> str:  # noqa: FBT001  # three states
    """Whether the pupil goes up: where nobody says yet, the principal decides, not the summer."""
    names = {True: "promoted", False: "not_promoted", None: "promotion_undecided"}
    return catalogue.text(f"ui.{names[promoted]}")
