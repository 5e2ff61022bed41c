"""Say a report in words: one sentence, what to do, then the checks.

Pure, and the same for the command line and the page, so that both always agree. The
sentence is that of the check which decided, found in the order of the verdict table.
Data of the record is used only where the report carries it.

    told = explain(report, Catalogue.of("vi"))
    told.headline, told.sentence, told.advice
"""

from dataclasses import dataclass

from verifier.messages import Catalogue
from verifier.report import Check, Report, Status, Verdict
from verifier.verdict import FILE_CHECKS, PROOF_CHECKS, SUPERSEDED, YEAR_SUPERSEDED

_CONSEQUENCES = (".not_reached", ".not_answered")
_NEWER = (SUPERSEDED, YEAR_SUPERSEDED)
_WHAT_IT_IS = frozenset(
    {"1.empty", "1.not_pdf", "1.encrypted", "1.too_large", "2.damaged", "2.other_pdf"}
    | {"2.other_signed_pdf", "2.draft", "2.resaved", "3.no_signature", "4.other_realm"}
)
"""A person who picked the wrong file wants to hear what it is before what else is wrong."""


@dataclass(frozen=True)
class Line:
    """One check in words."""

    check: Check
    name: str
    word: str
    sentence: str


@dataclass(frozen=True)
class Told:
    """A report in words."""

    headline: str
    sentence: str
    notes: tuple[str, ...]
    advice: tuple[str, ...]
    lines: tuple[Line, ...]
    result_code: str


def explain(report: Report, catalogue: Catalogue) -> Told:
    """Put a report into the words of one language."""
    decisive = deciding_check(report)
    return Told(
        headline=_headline(report, decisive, catalogue),
        sentence=_sentence(report, decisive, catalogue),
        notes=tuple(catalogue.code(f"note.{note}") for note in _notes_to_tell(report)),
        advice=_advice(report, decisive, catalogue),
        lines=tuple(_line(check, report, catalogue) for check in report.checks),
        result_code=result_code(report, decisive),
    )


def deciding_check(report: Report) -> Check | None:
    """The check that led to the verdict, by the rows of the table; None where it is accepted."""
    if report.verdict in (Verdict.VALID, Verdict.VALID_NOTE):
        return None
    refuted = report.verdict is Verdict.NOT_VALID
    unconfirmed = report.check("7e").status is not Status.PASSED
    rows = (
        _causes(report, Status.FAILED, FILE_CHECKS),
        _causes(report, Status.FAILED, PROOF_CHECKS),
        _causes(report, Status.FAILED, ("7d",)) if refuted else [],
        _causes(report, Status.NOT_CHECKED, FILE_CHECKS),
        _causes(report, Status.FAILED, ("7d", "7e")),
        _causes(report, Status.NOT_CHECKED, PROOF_CHECKS),
        _causes(report, Status.NOT_CHECKED, ("7d",)) if unconfirmed else [],
        [c for c in _causes(report, Status.FAILED, ("8",)) if c.code not in _NEWER],
        [report.check("9")],
    )
    return next(row[0] for row in rows if row)


def _causes(report: Report, status: Status, ids: tuple[str, ...]) -> list[Check]:
    """The checks with this status: what the file is first, what only follows last."""
    found = [report.check(check_id) for check_id in ids if report.check(check_id).status is status]
    return sorted(
        found,
        key=lambda check: (check.code.endswith(_CONSEQUENCES), check.code not in _WHAT_IT_IS),
    )


def result_code(report: Report, decisive: Check | None) -> str:
    """The short code that a person reads out on the telephone."""
    if decisive is not None:
        return decisive.code
    return ", ".join((report.verdict.value, *report.notes))


def _headline(report: Report, decisive: Check | None, catalogue: Catalogue) -> str:
    if "resaved" in report.notes:
        return catalogue.text("headline.2.resaved")
    special = f"headline.{decisive.code}" if decisive is not None else ""
    if catalogue.has(special):
        return catalogue.text(special)
    return catalogue.text(f"verdict.{report.verdict.value}")


def _sentence(report: Report, decisive: Check | None, catalogue: Catalogue) -> str:
    if decisive is None:
        return catalogue.text(f"verdict.{report.verdict.value}.lead", **_named(report))
    reason = _reason(report, decisive, catalogue)
    if report.verdict is Verdict.COULD_NOT_CHECK:
        return f"{reason} {catalogue.text('verdict.could_not_check.lead')}"
    return reason


def _reason(report: Report, decisive: Check, catalogue: Catalogue) -> str:
    deciding_notes = [
        n for n in report.notes if n in ("pending", "dispute", "ledger_disagrees", "resaved")
    ]
    if deciding_notes:
        return catalogue.code(f"note.{deciding_notes[0]}")
    return catalogue.code(decisive.code, realm=_detail(decisive) or report.realm)


def _advice(report: Report, decisive: Check | None, catalogue: Catalogue) -> tuple[str, ...]:
    """What to do, most particular first; the general advice only where nothing else is said."""
    particular = [catalogue.todo(f"note.{note}") for note in report.notes]
    if decisive is not None and not any(particular):
        particular = [catalogue.todo(decisive.code)]
    general = catalogue.text(f"verdict.{report.verdict.value}.do")
    accepted = decisive is None
    found = [*particular, general] if accepted or not any(particular) else particular
    return tuple(dict.fromkeys(filter(None, found)))


def _notes_to_tell(report: Report) -> tuple[str, ...]:
    return report.notes if report.verdict is Verdict.VALID_NOTE else ()


def _line(check: Check, report: Report, catalogue: Catalogue) -> Line:
    return Line(
        check=check,
        name=catalogue.text(f"check.{check.id}"),
        word=catalogue.text(f"status.{check.status.value}"),
        sentence=catalogue.code(check.code, realm=_detail(check) or report.realm),
    )


def _detail(check: Check) -> str:
    """What the check itself says; which other codes it outweighed is for engineers."""
    return (check.detail or "").partition("; also: ")[0]


def _named(report: Report) -> dict[str, str]:
    if report.record is None:
        return {}
    year, month, day = [*report.record["issued_on"].split("-"), "", ""][:3]
    return {
        "school": report.record["issuer"]["name"],
        "issued_on": "/".join(filter(None, (day, month, year))),
    }
