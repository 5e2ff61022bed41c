"""The management code of a book (mã số quản lý học bạ): `31-25-2-0000042-33`.

`PP-YY-L-NNNNNNN-CC`: province, year the book was opened, level of schooling, serial of
the province, and two check digits of ISO 7064 MOD 97-10 over the twelve digits before.
The check finds every single wrong digit, and all but one in ninety-seven of other slips.
The department assigns the code once, when a pupil's book of a level is opened; it says
nothing about the pupil and stays through moves, corrections and mergers.

    code = make_code(province="31", opened=2025, level="thcs", serial=42)
    check_code(code)                        # FormatError("management_code.wrong_check")
"""

import re
from typing import Final

from verifier.errors import FormatError

LEVELS: Final = {"th": "1", "thcs": "2", "thpt": "3", "gdtx_thcs": "4", "gdtx_thpt": "5"}
"""Level of schooling to its digit."""
GRADES: Final = {
    "th": range(1, 6),
    "thcs": range(6, 10),
    "thpt": range(10, 13),
    "gdtx_thcs": range(6, 10),
    "gdtx_thpt": range(10, 13),
}
"""Grades of each level."""
LAST_SERIAL: Final = 9_999_999
_FORM = re.compile(r"([0-9]{2})-([0-9]{2})-([1-5])-([0-9]{7})-([0-9]{2})")
_MODULUS: Final = 97
_REST: Final = 98


def make_code(*, province: str, opened: int, level: str, serial: int) -> str:
    """Return the code of one book.

    Raises:
        FormatError: `management_code.wrong_form` where a part does not fit its place.
    """
    digit = LEVELS.get(level)
    if not re.fullmatch(r"[0-9]{2}", province) or digit is None or not 0 < serial <= LAST_SERIAL:
        raise FormatError("management_code.wrong_form")
    parts = (province, f"{opened % 100:02d}", digit, f"{serial:07d}")
    return "-".join((*parts, _check_digits("".join(parts))))


def check_code(code: str, *, level: str | None = None) -> None:
    """Check form, check digits and, where it is given, the level.

    Raises:
        FormatError: `management_code.wrong_form`, `.wrong_check` or `.other_level`.
    """
    match = _FORM.fullmatch(code)
    if match is None:
        raise FormatError("management_code.wrong_form")
    *parts, check = match.groups()
    if _check_digits("".join(parts)) != check:
        raise FormatError("management_code.wrong_check")
    if level is not None and LEVELS.get(level) != parts[2]:
        raise FormatError("management_code.other_level")


def _check_digits(digits: str) -> str:
    """ISO 7064:2003, MOD 97-10: digits and check together leave 1."""
    return f"{_REST - int(digits) * 100 % _MODULUS:02d}"
