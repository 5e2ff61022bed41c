"""`hocba.report/1`: what a verification found, for people and for programs.

A report never carries the record unless checks 1 to 6 all passed, so a failed file
shows nobody's data. The verdict is computed from the checks alone (`verdict.py`).
"""

from dataclasses import dataclass, field
from enum import StrEnum

from verifier.formats.canonical import JsonObject

CHECK_IDS = ("1", "2", "3", "4", "5", "6", "7", "7a", "7b", "7c", "7d", "7e", "8", "9")
"""In the order in which they are listed; `7` sums up `7a` to `7e`."""


class Status(StrEnum):
    """The three things a check can say. Nothing else, and never a bool."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_CHECKED = "not_checked"


class Verdict(StrEnum):
    """The four answers of formats.md."""

    VALID = "valid"
    VALID_NOTE = "valid_note"
    NOT_VALID = "not_valid"
    COULD_NOT_CHECK = "could_not_check"


@dataclass(frozen=True)
class Check:
    """One line of the report. `code` is stable (`7c.not_sealed`); `detail` is for engineers.

    `sub_indication` is the one of ETSI EN 319 102-1 where it defines one.
    """

    id: str
    status: Status
    code: str
    sub_indication: str | None = None
    detail: str | None = None


@dataclass(frozen=True)
class Report:
    """The answer for one file."""

    realm: str
    demo: bool
    file: str | None
    sha256: str | None
    verdict: Verdict
    notes: tuple[str, ...]
    checks: tuple[Check, ...]
    as_of: str | None
    record: JsonObject | None = None
    verifier: dict[str, str] = field(default_factory=dict)

    def check(self, check_id: str) -> Check:
        """Return the check with this id; every report has all of `CHECK_IDS`."""
        return next(check for check in self.checks if check.id == check_id)
