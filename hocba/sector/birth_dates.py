"""Birth dates may be a day, a month or a year; all three are legal and kept as they are known.

    parse_birth_date("5/9/2014") == "2014-09-05"
    parse_birth_date("9/2014") == "2014-09"
    parse_birth_date("2014") == "2014"

Text is read day first, as people in Viet Nam write. A year of two digits is refused.
"""

import re
from datetime import date

from hocba.kit.errors import InputError
from hocba.kit.text import tidy

_DAY_FIRST = re.compile(r"(?:(\d{1,2})[/.-])?(\d{1,2})[/.-](\d{4})")
_ISO = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_OLDEST = 1900


def parse_birth_date(value: str | date) -> str:
    """The date as `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.

    Raises:
        InputError: `birth_date.malformed`, `birth_date.impossible`.
    """
    text = value.isoformat()[:10] if isinstance(value, date) else tidy(value)
    if found := _ISO.fullmatch(text):
        year, month, day = found.groups()
    elif found := _DAY_FIRST.fullmatch(text):
        day, month, year = found.groups()
    else:
        raise InputError("birth_date.malformed", value=text[:40])
    try:
        checked = date(int(year), int(month or 1), int(day or 1))
    except ValueError as error:
        raise InputError("birth_date.impossible", value=text) from error
    if checked.year < _OLDEST:
        raise InputError("birth_date.impossible", value=text)
    return checked.isoformat()[: 10 if day else 7 if month else 4]
