"""What the page shows of a report: words, the verified marks, the checks.

Pure. Marks are shown under the word "verified" only where the file is accepted: neither a
failed file nor one whose place in the ledger is open shows anybody's data.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from verifier.errors import VerifierError
from verifier.explain import Told, explain
from verifier.formats.canonical import JsonObject
from verifier.formats.display import display
from verifier.messages import LANGUAGES, Catalogue
from verifier.report import Report, Status, Verdict

LOCAL = timezone(timedelta(hours=7))
TERMS = ("term1", "term2", "year")
Row = tuple[str, str]


@dataclass(frozen=True)
class Marks:
    """The verified content: who, the table of marks, the results."""

    person: tuple[Row, ...]
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    results: tuple[Row, ...]


@dataclass(frozen=True)
class View:
    """One answer, ready for the template."""

    report: Report
    told: Told
    other_language: str
    other: Told
    other_invitation: str
    counts: dict[str, int]
    marks: Marks | None
    checked_at: str
    as_of: str | None


def view(report: Report, catalogue: Catalogue, *, now: datetime) -> View:
    """Prepare a report for the page in one language."""
    other = Catalogue.of(next(code for code in LANGUAGES if code != catalogue.language))
    statuses = [check.status for check in report.checks]
    return View(
        report=report,
        told=explain(report, catalogue),
        other_language=other.language,
        other=explain(report, other),
        other_invitation=other.text("ui.other_language"),
        counts={status.value: statuses.count(status) for status in Status},
        marks=_marks_of(report, catalogue),
        checked_at=local_time(now),
        as_of=None if report.as_of is None else local_time(datetime.fromisoformat(report.as_of)),
    )


def _marks_of(report: Report, catalogue: Catalogue) -> Marks | None:
    if report.record is None or report.verdict not in (Verdict.VALID, Verdict.VALID_NOTE):
        return None
    return marks(report.record, catalogue)


def local_time(moment: datetime) -> str:
    """A moment as people in Vietnam write it."""
    return moment.astimezone(LOCAL).strftime("%H:%M %d/%m/%Y (GMT+7)")


def marks(record: JsonObject, catalogue: Catalogue) -> Marks:
    """The verified content of a record, in the order of the form."""
    text = catalogue.text
    retested = any(subject["retest"] is not None for subject in record["subjects"])
    terms = (*TERMS, "retest") if retested else TERMS
    return Marks(
        person=_person(record, catalogue),
        columns=(text("ui.subject"), *(text(f"ui.{term}") for term in terms)),
        rows=tuple(
            (subject["name"], *(_mark(subject[term]) for term in terms))
            for subject in record["subjects"]
        ),
        results=_results(record, catalogue),
    )


def _person(record: JsonObject, catalogue: Catalogue) -> tuple[Row, ...]:
    text, pupil = catalogue.text, record["pupil"]
    return (
        (text("ui.pupil"), pupil["name"]),
        (text("ui.birth_date"), _date(pupil["birth_date"])),
        (text("ui.pupil_code"), pupil["code"]),
        (text("ui.school"), record["school"]["name"]),
        (text("ui.class"), record["class"]),
        (text("ui.school_year"), record["school_year"]),
        (text("ui.issued_on"), _date(record["issued_on"])),
        (text("ui.version"), str(record["version"])),
    )


def _results(record: JsonObject, catalogue: Catalogue) -> tuple[Row, ...]:
    text = catalogue.text
    level = record["results"]["after_retest"] or record["results"]["year"]
    conduct = record["conduct"]["after_summer"] or record["conduct"]["year"]
    return (
        (text("ui.results"), _level(level, catalogue)),
        (text("ui.conduct"), _level(conduct, catalogue)),
        (text("ui.absences"), str(record["attendance"]["absences"])),
        (text("ui.promotion"), _promotion(record["promotion"]["promoted"], catalogue)),
        (text("ui.award"), _award(record["awards"]["title"], catalogue)),
    )


def _mark(value: str | None) -> str:
    return "" if value is None else display(value, "mark")


def _date(value: str) -> str:
    try:
        return display(value, "date")
    except VerifierError:
        return value


def _level(code: str | None, catalogue: Catalogue) -> str:
    key = f"ui.scale_{code}"
    return catalogue.text(key) if catalogue.has(key) else (code or "")


def _promotion(promoted: bool | None, catalogue: Catalogue) -> str:  # noqa: FBT001  # three states
    names = {True: "promoted", False: "not_promoted", None: "promotion_waits"}
    return catalogue.text(f"ui.{names[promoted]}")


def _award(title: str | None, catalogue: Catalogue) -> str:
    key = f"ui.award_{title}"
    return catalogue.text(key) if catalogue.has(key) else catalogue.text("ui.none")
