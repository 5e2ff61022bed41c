"""`hocba.report/1`: what a verification found, for people and for programs.

A report never carries the record unless checks 1 to 6 all passed, so a failed file
shows nobody's data. The verdict is computed from the checks alone (`verdict.py`).
"""

import unicodedata
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

from verifier.errors import FormatError
from verifier.formats.canonical import JsonObject, canonical, require

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

    def to_object(self) -> JsonObject:
        """Return the `hocba.report/1` object, with exactly the keys of formats.md."""
        return {
            "type": REPORT_TYPE,
            "realm": self.realm,
            "file": plain_text(self.file),
            "sha256": self.sha256,
            "verdict": self.verdict.value,
            "notes": list(self.notes),
            "checks": [_check_to_object(check) for check in self.checks],
            "as_of": self.as_of,
            "record": self.record,
            "verifier": dict(self.verifier),
        }

    def to_line(self) -> bytes:
        """Return the canonical JSON of the report: one line of `--json`."""
        return canonical(self.to_object())

    @classmethod
    def from_object(cls, value: JsonObject, *, demo: bool) -> "Report":
        """Read a report back; `demo` comes from the reader's own trusted root.

        Raises:
            FormatError: where a key, a check or the verdict is not as formats.md says.
        """
        require(value, REPORT_TYPE, _KEYS)
        checks = tuple(_check_from_object(item) for item in value["checks"])
        if tuple(check.id for check in checks) != CHECK_IDS:
            raise FormatError("report.wrong_checks")
        return cls(
            realm=value["realm"],
            demo=demo,
            file=value["file"],
            sha256=value["sha256"],
            verdict=_enum(Verdict, value["verdict"]),
            notes=tuple(value["notes"]),
            checks=checks,
            as_of=value["as_of"],
            record=value["record"],
            verifier=dict(value["verifier"]),
        )


REPORT_TYPE = "hocba.report/1"
_KEYS = frozenset(
    "realm file sha256 verdict notes checks as_of record verifier".split()  # noqa: SIM905  # easier to compare with formats.md
)
_E = TypeVar("_E", bound=StrEnum)


def plain_text(text: str | None) -> str | None:
    """Make any text fit for canonical JSON: NFC, and `?` for what is no character."""
    if text is None:
        return None
    return unicodedata.normalize("NFC", text.encode("utf-8", "replace").decode("utf-8"))


def _check_to_object(check: Check) -> JsonObject:
    return {
        "id": check.id,
        "status": check.status.value,
        "code": check.code,
        "sub_indication": check.sub_indication,
        "detail": plain_text(check.detail),
    }


def _check_from_object(value: JsonObject) -> Check:
    if value.keys() != {"id", "status", "code", "sub_indication", "detail"}:
        raise FormatError("report.wrong_checks")
    return Check(
        value["id"],
        _enum(Status, value["status"]),
        value["code"],
        value["sub_indication"],
        value["detail"],
    )


def _enum(kind: type[_E], value: str) -> _E:
    try:
        return kind(value)
    except ValueError as error:
        raise FormatError("report.unknown_value", str(value)[:40]) from error
