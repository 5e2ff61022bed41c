"""What the page shows of a report: words, the verified content, the checks.

Pure. Content is shown under the word "verified" only where the file is accepted: neither a
failed file nor one whose place in the ledger is open shows anybody's data.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from verifier.checks.references import year_answers
from verifier.explain import Told, explain
from verifier.messages import LANGUAGES, Catalogue
from verifier.report import Report, Status, Verdict
from verifier.web.shown import Content, book, content_of

LOCAL = timezone(timedelta(hours=7))


@dataclass(frozen=True)
class View:
    """One answer, ready for the template."""

    report: Report
    told: Told
    other_language: str
    other: Told
    other_invitation: str
    counts: dict[str, int]
    content: Content | None
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
        content=_content_of(report, catalogue),
        checked_at=local_time(now),
        as_of=None if report.as_of is None else local_time(datetime.fromisoformat(report.as_of)),
    )


def _content_of(report: Report, catalogue: Catalogue) -> Content | None:
    if report.record is None or report.verdict not in (Verdict.VALID, Verdict.VALID_NOTE):
        return None
    content = content_of(report.record, catalogue)
    if report.record["kind"] != "book":
        return content
    return book.with_answers(content, year_answers(report.check("8").detail), catalogue)


def local_time(moment: datetime) -> str:
    """A moment as people in Vietnam write it."""
    return moment.astimezone(LOCAL).strftime("%H:%M %d/%m/%Y (GMT+7)")
