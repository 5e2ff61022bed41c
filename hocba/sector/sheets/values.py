"""One reading of what a person types into a cell.

Each function takes what the workbook library returns (text, number, date, bool) and
gives the one form that the register keeps, or raises `ValueError` with the code of
what is wrong. Nothing is guessed: `8,25` is refused, not rounded.

    read_score("8,5"), read_score(8.5), read_score(" 10 ")   # "8.5", "8.5", "10.0"
    read_comment_mark("chưa đạt")                            # "CĐ"
"""

import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, time, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from hocba.sector.assessment import ABSENT, EXEMPT, score_text
from hocba.sector.assessment.marks import NOT_PASSED, PASSED

MOST_ABSENCES = 366

_NUMBER = re.compile(r"-?[0-9]{1,6}(?:[.,][0-9]{1,12})?")
_TENTHS: Final = Decimal("0.1")
_NOISE: Final = Decimal("0.000000001")
_LARGEST: Final = 10**6
_WITHOUT_COMMA: Final = (20, 99)
"""Whole numbers that are a mark whose comma was lost; 11 is rather a slip for 10 or 1."""
_BLANK_LETTERS: Final = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0"
) | frozenset(map(chr, range(0xFE00, 0xFE10)))
"""Characters that draw nothing although Unicode files them under letters and marks."""
_SPECIAL: Mapping[str, str] = MappingProxyType(
    {"m": EXEMPT, "miễn": EXEMPT, "miễn học": EXEMPT, "v": ABSENT, "vắng": ABSENT}
)
_COMMENT: Mapping[str, str] = MappingProxyType(
    {
        "đ": PASSED, "d": PASSED, "đạt": PASSED, "dat": PASSED,
        "cđ": NOT_PASSED, "cd": NOT_PASSED, "chưa đạt": NOT_PASSED, "chua dat": NOT_PASSED,
    }
)  # fmt: skip

_LEVELS: Mapping[str, str] = MappingProxyType(
    {"t": "T", "tốt": "T", "k": "K", "khá": "K", **_COMMENT}
)


def is_exempt(value: object) -> bool:
    """Whether a cell says that the pupil is exempt."""
    return isinstance(value, str) and _SPECIAL.get(_word(value)) == EXEMPT


def read_score(value: object) -> str:
    """Return a score as `8.5`, or M, V.

    Raises:
        ValueError: `sheet.date_instead_of_mark`, `.not_a_mark`, `.mark_out_of_range`,
            `.mark_without_comma`, `.too_many_decimals`.
    """
    if isinstance(value, str) and (letter := _SPECIAL.get(_word(value))):
        return letter
    number = _number(value)
    if suggested_score(value):
        raise ValueError("sheet.mark_without_comma")
    if not 0 <= number <= 10:  # noqa: PLR2004  # the scale of every circular so far
        raise ValueError("sheet.mark_out_of_range")
    if number % _TENTHS:
        raise ValueError("sheet.too_many_decimals")
    return score_text(number)


def suggested_score(value: object) -> str | None:
    """What 85 was probably meant to be: "8,5". Only suggested, never taken."""
    try:
        number = _number(value)
    except ValueError:
        return None
    if number % 1 or not _WITHOUT_COMMA[0] <= number <= _WITHOUT_COMMA[1]:
        return None
    return score_text(number / 10).replace(".", ",")


def read_comment_mark(value: object) -> str:
    """Return Đ, CĐ, M or V. Raises ValueError `sheet.not_a_comment_mark`."""
    word = _word(value) if isinstance(value, str) else ""
    found = _COMMENT.get(word) or _SPECIAL.get(word)
    if found is None:
        raise ValueError("sheet.not_a_comment_mark")
    return found


def read_retest_score(value: object) -> str:
    """Return the mark of a re-test; M and V make no sense there."""
    mark = read_score(value)
    if mark in (EXEMPT, ABSENT):
        raise ValueError("sheet.not_a_mark")
    return mark


def read_retest_comment(value: object) -> str:
    """Return Đ or CĐ."""
    mark = read_comment_mark(value)
    if mark in (EXEMPT, ABSENT):
        raise ValueError("sheet.not_a_comment_mark")
    return mark


def word_reader(words: Mapping[str, str], code: str) -> Callable[[object], str]:
    """Return a reader of one of a few words (or whole numbers), written in small letters."""

    def read(value: object) -> str:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        said = f"{value:g}" if number else value
        found = words.get(_word(said)) if isinstance(said, str) else None
        if found is None:
            raise ValueError(code)
        return found

    return read


read_level = word_reader(_LEVELS, "sheet.not_a_level")
"""A level of conduct under TT 22 and TT 43: T, K, Đ or CĐ."""


def read_absences(value: object) -> str:
    """Return a whole number of sessions as text. Raises ValueError `sheet.not_a_count`."""
    try:
        number = _number(value)
    except ValueError:
        raise ValueError("sheet.not_a_count") from None
    if number % 1 or not 0 <= number <= MOST_ABSENCES:
        raise ValueError("sheet.not_a_count")
    return str(int(number))


def text_reader(longest: int) -> Callable[[object], str]:
    """Return a reader of one line of text of at most so many characters."""

    def read(value: object) -> str:
        text = clean_text(value)
        if len(text) > longest:
            raise ValueError("sheet.text_too_long")
        return text

    return read


def clean_text(value: object) -> str:
    """Return text as records keep it: NFC, one line, single spaces, nothing invisible.

    Line breaks and odd spaces become one space; characters that nobody sees (zero
    width, soft hyphen, direction marks) are dropped, since nobody meant them.

    Raises:
        ValueError: `sheet.bad_characters` for private or unassigned characters.
    """
    if isinstance(value, bool | date | time | timedelta):
        raise ValueError("sheet.not_text")  # noqa: TRY004  # the code is the message
    text = f"{value:g}" if isinstance(value, float) else str(value)
    text = unicodedata.normalize("NFC", text)
    spaced = " ".join(text.split())
    kept = "".join(c for c in spaced if not _draws_nothing(c))
    if any(unicodedata.category(c) in ("Co", "Cn", "Cs") or c in "\ufffc\ufffd" for c in kept):
        raise ValueError("sheet.bad_characters")
    return unicodedata.normalize("NFC", " ".join(kept.split()))


def _draws_nothing(character: str) -> bool:
    return character in _BLANK_LETTERS or unicodedata.category(character) in ("Cf", "Cc")


def _number(value: object) -> Decimal:
    if isinstance(value, date | time | timedelta):
        raise ValueError("sheet.date_instead_of_mark")  # noqa: TRY004
    if isinstance(value, bool):
        raise ValueError("sheet.not_a_mark")  # noqa: TRY004
    if isinstance(value, int | float):
        return _without_noise(value)
    text = "".join(c for c in str(value) if not _draws_nothing(c)).strip()
    if not _NUMBER.fullmatch(text):
        raise ValueError("sheet.not_a_mark")
    return Decimal(text.replace(",", ".")) + 0


def _without_noise(value: float) -> Decimal:
    # A formula's 8.299999999999999 is the binary shadow of 8.3; 8.25 is not.
    if not math.isfinite(value):
        raise ValueError("sheet.not_a_mark")
    if abs(value) > _LARGEST:
        return Decimal(_LARGEST) if value > 0 else Decimal(-_LARGEST)
    number = Decimal(repr(value))
    tenths = number.quantize(_TENTHS) + 0  # no negative zero
    return tenths if abs(number - tenths) < _NOISE else number


def _word(value: str) -> str:
    # U+00D0 and U+00F0 look like Đ and đ and come from old fonts and foreign keyboards.
    seen = "".join(c for c in value if not _draws_nothing(c) or c.isspace())
    text = unicodedata.normalize("NFC", seen).replace("\u00d0", "Đ").replace("\u00f0", "đ")
    return " ".join(text.casefold().split())
