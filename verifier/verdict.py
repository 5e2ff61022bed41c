"""From fourteen checks to one of four answers: the table of formats.md, and nothing else.

Total: every combination of statuses has an answer, and a check that gets worse never
makes the answer better. Rows are tried in order; the first that fits decides.

    verdict, notes = decide(checks, Facts(receipt_missing=True))

Checks 8 and 9 say more than passed and failed, so their *codes* are read as well:
`8.withdrawn`, `8.under_review`, `8.superseded`, `8.year_superseded` (of a year inside a
book); `9.different`, `9.unknown`. A failed 8
or 9 with any other code counts as the milder "could not check": what an outside source
says badly never makes a genuine file false.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from verifier.report import Check, Status, Verdict

FILE_CHECKS = ("1", "2", "3", "4", "5", "6")
PROOF_CHECKS = ("7a", "7b", "7c")

WITHDRAWN = "8.withdrawn"
UNDER_REVIEW = "8.under_review"
SUPERSEDED = "8.superseded"
YEAR_SUPERSEDED = "8.year_superseded"
DIFFERENT = "9.different"
UNKNOWN = "9.unknown"

_BY_CODE = {
    WITHDRAWN: "withdrawn",
    SUPERSEDED: "superseded",
    YEAR_SUPERSEDED: "year_superseded",
}

PASSED, FAILED, NOT_CHECKED = Status.PASSED, Status.FAILED, Status.NOT_CHECKED


@dataclass(frozen=True)
class Facts:
    """What the table needs beside the checks."""

    receipt_missing: bool = False
    issued_late: bool = False
    resaved: bool = False
    other_person: bool = False
    """A year inside a book names its pupil otherwise than the cover."""


@dataclass(frozen=True)
class Findings:
    """The checks boiled down to what the table looks at."""

    file: Status
    proof: Status
    chain: Status
    witnesses: Status
    status: str
    """`good`, `withdrawn`, `under_review`, `superseded`, `year_superseded` or `not_checked`."""
    database: str
    """`same`, `dispute` or `not_checked`."""


def decide(checks: Iterable[Check], facts: Facts) -> tuple[Verdict, tuple[str, ...]]:
    """Return the verdict and the notes that go with it."""
    return answer(findings({check.id: check for check in checks}), facts)


def findings(by_id: dict[str, Check]) -> Findings:
    """Boil the checks down; one that is missing counts as not checked."""
    statuses = {key: check.status for key, check in by_id.items()}
    return Findings(
        file=_worst(statuses.get(key, NOT_CHECKED) for key in FILE_CHECKS),
        proof=_worst(statuses.get(key, NOT_CHECKED) for key in PROOF_CHECKS),
        chain=statuses.get("7d", NOT_CHECKED),
        witnesses=statuses.get("7e", NOT_CHECKED),
        status=_status_of(by_id.get("8")),
        database=_database_of(by_id.get("9")),
    )


def answer(found: Findings, facts: Facts) -> tuple[Verdict, tuple[str, ...]]:
    """The table of formats.md, "Checks and verdict", row by row: the first that fits."""
    not_valid, could_not = Verdict.NOT_VALID, Verdict.COULD_NOT_CHECK
    confirmed = PASSED in (found.chain, found.witnesses)
    rows = (
        (found.file is FAILED, not_valid, "resaved" if facts.resaved else ""),
        (_proof_fails(found), not_valid, ""),
        (found.file is NOT_CHECKED, could_not, ""),
        (_ledger_disagrees(found), could_not, "ledger_disagrees"),
        (
            found.proof is NOT_CHECKED or not confirmed,
            could_not,
            "pending" if facts.receipt_missing else "",
        ),
        (found.status == "withdrawn", not_valid, "withdrawn"),
        (found.status == "under_review", could_not, "under_review"),
        (found.database == "dispute", could_not, "dispute"),
    )
    for fits, verdict, note in rows:
        if fits:
            return verdict, (note,) if note else ()
    notes = _notes(found, facts)
    return (Verdict.VALID_NOTE if notes else Verdict.VALID), notes


def summary(by_id: dict[str, Check], facts: Facts) -> Check:
    """Check 7, the sum of 7a to 7e: in the ledger, not in it, or not known."""
    found = findings(by_id)
    if _proof_fails(found):
        return Check("7", FAILED, "7.not_in_ledger")
    if _ledger_disagrees(found):
        return Check("7", NOT_CHECKED, "7.sources_disagree")
    if found.proof is NOT_CHECKED:
        pending = facts.receipt_missing
        return Check("7", NOT_CHECKED, "7.pending" if pending else "7.proof_not_checked")
    if PASSED not in (found.chain, found.witnesses):
        return Check("7", NOT_CHECKED, "7.not_confirmed")
    return Check("7", PASSED, "7.in_ledger")


def _proof_fails(found: Findings) -> bool:
    refuted = found.chain is FAILED and found.witnesses is not PASSED
    return found.proof is FAILED or refuted


def _ledger_disagrees(found: Findings) -> bool:
    return {found.chain, found.witnesses} == {PASSED, FAILED}


def _notes(found: Findings, facts: Facts) -> tuple[str, ...]:
    said = {
        "superseded": found.status == "superseded",
        "year_superseded": found.status == "year_superseded",
        "status_not_checked": found.status == "not_checked",
        "database_not_checked": found.database == "not_checked",
        "issued_late": facts.issued_late,
        "other_person": facts.other_person,
    }
    return tuple(note for note, holds in said.items() if holds)


def _worst(statuses: Iterable[Status]) -> Status:
    seen = set(statuses)
    return FAILED if FAILED in seen else NOT_CHECKED if NOT_CHECKED in seen else PASSED


def _status_of(check: Check | None) -> str:
    if check is None or check.status is NOT_CHECKED:
        return "not_checked"
    if check.status is PASSED:
        return "good"
    return _BY_CODE.get(check.code, "under_review")


def _database_of(check: Check | None) -> str:
    if check is not None and check.code in (DIFFERENT, UNKNOWN):
        return "dispute"
    if check is None or check.status is NOT_CHECKED:
        return "not_checked"
    return "same" if check.status is PASSED else "dispute"
