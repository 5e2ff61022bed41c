"""Codes that others give: text, never numbers, since a leading zero counts.

    personal_number("031314000011")

Excel drops the leading zero; eleven digits are therefore answered with a proposal, which a
person confirms, and never padded in silence.
"""

import re

from hocba.kit.errors import InputError
from hocba.kit.text import tidy

_PERSONAL = re.compile(r"[0-9]{12}")
_WITHOUT_ZERO = re.compile(r"[0-9]{11}")
_CODE = re.compile(r"[0-9A-Za-zĐđ][0-9A-Za-zĐđ._-]{0,39}")


def personal_number(text: str) -> str:
    """A personal number (số định danh, CCCD): twelve digits.

    Raises:
        InputError: `personal_number.zero_lost`, `personal_number.malformed`.
    """
    number = tidy(text).replace(" ", "")
    if _WITHOUT_ZERO.fullmatch(number):
        raise InputError("personal_number.zero_lost", proposed=f"0{number}")
    if not _PERSONAL.fullmatch(number):
        raise InputError("personal_number.malformed")
    return number


def code(text: str) -> str:
    """A code of a school, pupil, subject or member of staff.

    Raises:
        InputError: `code.malformed`.
    """
    found = tidy(text)
    if not _CODE.fullmatch(found):
        raise InputError("code.malformed", value=found[:40])
    return found
