"""Schools that took over another's records: dated data of the trusted root.

    acting = acting_school(trust.successions, "31-11311-02", at=signed_at)

From `from` on, and not before, the successor alone issues, corrects and withdraws what was
the other school's; what that school signed earlier stays valid for ever. A successor may be
succeeded in its turn. The log keeps the closed school's chain of statements: it goes on under
the successor's seal, so that versions and status of one record stand in one place.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from verifier.errors import FormatError
from verifier.formats.canonical import Json, JsonObject
from verifier.formats.times import format_time, parse_time

_CODE: Final = "trusted_root.malformed"
_KEYS: Final = frozenset({"school", "successor", "from", "decision"})
LONGEST: Final = 16
"""How many mergers are followed from one school to the next."""


@dataclass(frozen=True)
class Succession:
    """`school` was merged or closed by this decision; `successor` acts for it from then on."""

    school: str
    successor: str
    takes_effect: datetime
    decision: str

    @classmethod
    def from_object(cls, value: Json) -> "Succession":
        """Read the object. Raises: FormatError `trusted_root.malformed`."""
        if not isinstance(value, dict) or value.keys() != _KEYS:
            raise FormatError(_CODE, "successions")
        named = (value["school"], value["successor"], value["decision"])
        if not all(isinstance(one, str) and one for one in named) or named[0] == named[1]:
            raise FormatError(_CODE, "successions")
        return cls(named[0], named[1], parse_time(value["from"]), named[2])

    def to_object(self) -> JsonObject:
        """The closed object."""
        return {
            "school": self.school,
            "successor": self.successor,
            "from": format_time(self.takes_effect),
            "decision": self.decision,
        }


def acting_school(successions: Iterable[Succession], school: str, *, at: datetime) -> str:
    """The school that acts for this one at a time; itself while it was not taken over."""
    taken = {one.school: one.successor for one in successions if one.takes_effect <= at}
    for _ in range(LONGEST):
        if school not in taken:
            break
        school = taken[school]
    return school
