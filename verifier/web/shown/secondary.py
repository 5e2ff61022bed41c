"""A school year of secondary school: marks by subject, study topics, results, promotion, award.

What circulars call differently is named by the regulation: TT 58/2011 has học lực, hạnh kiểm
and means of all subjects. What the summer changed is shown in place of what was there first.
"""

from verifier.formats.canonical import JsonObject
from verifier.messages import Catalogue
from verifier.web.shown import Content, Row, Table, facts, mark, named

TERMS = ("term1", "term2", "year")
_OLD, _LEARNERS = "tt58-2011", "tt43-2021"


def content(record: JsonObject, catalogue: Catalogue) -> Content:
    """The verified content of the year."""
    tables = [_marks(record, catalogue)]
    if record["study_topics"]:
        tables.append(_study_topics(record, catalogue))
    if record["results"]["mean"] is not None:
        tables.append(_means(record["results"]["mean"], catalogue))
    form = record["study_form"]
    who = facts(record, catalogue)
    if form is not None:
        who = (*who, (catalogue.text("ui.study_form"), named("ui.study_form_", form, catalogue)))
    return Content(who, tuple(tables), _results(record, catalogue))


def _marks(record: JsonObject, catalogue: Catalogue) -> Table:
    text = catalogue.text
    retested = any(subject["retest"] is not None for subject in record["subjects"])
    terms = (*TERMS, "retest") if retested else TERMS
    return Table(
        caption=text("ui.marks_caption"),
        columns=(text("ui.subject"), *(text(f"ui.{term}") for term in terms)),
        rows=tuple(
            (subject["name"], *(mark(subject[term]) for term in terms))
            for subject in record["subjects"]
        ),
    )


def _study_topics(record: JsonObject, catalogue: Catalogue) -> Table:
    text = catalogue.text
    return Table(
        caption=text("ui.study_topics"),
        columns=(text("ui.subject"), text("ui.topic_results"), text("ui.topic_chosen")),
        rows=tuple(
            (topic["name"], "; ".join(map(mark, topic["results"])), mark(topic["chosen"]))
            for topic in record["study_topics"]
        ),
    )


def _means(mean: JsonObject, catalogue: Catalogue) -> Table:
    text, terms = catalogue.text, list(TERMS)
    if mean["after_retest"] is not None:
        terms.append("after_retest")
    names = [text(f"ui.{term}") for term in terms]
    return Table(
        caption=text("ui.means"),
        columns=(text("ui.means_of"), *names),
        rows=((text("ui.all_subjects"), *(mark(mean[term]) for term in terms)),),
    )


def _results(record: JsonObject, catalogue: Catalogue) -> tuple[Row, ...]:
    text, results, outcome = catalogue.text, record["results"], record["promotion"]
    regulation = record["regulation"]["id"]
    old = "_tt58" if regulation == _OLD else ""
    level = results["after_retest"] or results["year"]
    learning = named("ui.scale_", level, catalogue)
    conduct = record["conduct"]["after_summer"] or record["conduct"]["year"]
    rows: list[tuple[str, str | None]] = [
        (text(f"ui.results{old}"), learning if results["assessed"] else text("ui.not_assessed")),
        (text(f"ui.conduct{old}"), named("ui.scale_", conduct, catalogue)),
        (text("ui.absences"), str(record["attendance"]["absences"])),
        (text("ui.promotion"), promotion(outcome["promoted"], catalogue)),
        (text(f"ui.programme_{record['level']}"), completion(outcome["completed"], catalogue)),
        (text("ui.award"), award(record["awards"]["title"], catalogue, regulation=regulation)),
    ]
    return tuple((label, value) for label, value in rows if value)


def completion(completed: bool | None, catalogue: Catalogue) -> str | None:  # noqa: FBT001
    """Whether a grade or level is completed, in words; None where the record does not say."""
    if completed is None:
        return None
    return catalogue.text("ui.completed" if completed else "ui.not_completed")


def promotion(promoted: bool | None, catalogue: Catalogue) -> str:  # noqa: FBT001  # three states
    """Whether the pupil goes up, in words."""
    names = {True: "promoted", False: "not_promoted", None: "promotion_waits"}
    return catalogue.text(f"ui.{names[promoted]}")


def award(title: str | None, catalogue: Catalogue, *, regulation: str = "") -> str:
    """The title of the year, in words."""
    learner = f"ui.award_learner_{title}"
    if regulation == _LEARNERS and title is not None and catalogue.has(learner):
        return catalogue.text(learner)
    known = title is not None and catalogue.has(f"ui.award_{title}")
    return catalogue.text(f"ui.award_{title}" if known else "ui.none")
