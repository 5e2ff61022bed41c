"""School years: written `2025-2026`, and never guessed from a month alone.

    parse_school_year(" 2025 – 2026 ") == "2025-2026"
    usual_dates("2025-2026") == (date(2025, 9, 5), date(2026, 5, 31))

What happens in summer (re-test, summer training) belongs to the year that has just ended;
`proposed` is a default for a form, for a person to confirm.
"""

import re
from datetime import date

from hocba.kit.errors import InputError
from hocba.kit.text import tidy

_FORM = re.compile(r"(\d{4})\s*[-\u2010-\u2015/]\s*(\d{4})")
_FIRST_MONTH = 8


def parse_school_year(text: str) -> str:
    """The one form of a school year.

    Raises:
        InputError: `school_year.malformed`, also for years that do not follow each other.
    """
    found = _FORM.fullmatch(tidy(text))
    if not found or int(found[2]) != int(found[1]) + 1:
        raise InputError("school_year.malformed", value=text[:40])
    return f"{found[1]}-{found[2]}"


def usual_dates(name: str) -> tuple[date, date]:
    """Opening day and last day, where the province has not set others."""
    first = int(parse_school_year(name)[:4])
    return date(first, 9, 5), date(first + 1, 5, 31)


def proposed(day: date) -> str:
    """The year that a form offers first on this day: the new one from August on."""
    first = day.year if day.month >= _FIRST_MONTH else day.year - 1
    return f"{first}-{first + 1}"
