"""One reading of what a person types into a cell of a primary workbook.

As `values.py`: text, number or date in, the one form that the register keeps out, or
`ValueError` with the code of what is wrong. Nothing is guessed: a test of 8,5 is refused.

    read_subject_level("Hoàn thành tốt")     # "T"
    read_test(8.0), read_test("8")           # "8", "8"
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from hocba.sector.assessment import EXEMPT
from hocba.sector.sheets.values import clean_text, is_exempt
from hocba.sector.year_book import YES

NO: Final = "no"
_SUBJECT: Mapping[str, str] = MappingProxyType(
    {
        "t": "T", "hoàn thành tốt": "T", "htt": "T",
        "h": "H", "hoàn thành": "H", "ht": "H",
        "c": "C", "chưa hoàn thành": "C", "cht": "C",
    }
)  # fmt: skip
_TRAIT: Mapping[str, str] = MappingProxyType(
    {"t": "T", "tốt": "T", "đ": "Đ", "d": "Đ", "đạt": "Đ", "c": "C", "cần cố gắng": "C"}
)
_YES: Mapping[str, str] = MappingProxyType({"x": YES, "có": YES, "yes": YES})
_DECISIONS: Mapping[str, str] = MappingProxyType(
    {
        "được lên lớp": YES, "lên lớp": YES, YES: YES, NO: NO,
        "chưa được lên lớp": NO, "không được lên lớp": NO, "ở lại lớp": NO, "lưu ban": NO,
    }
)  # fmt: skip
_WHOLE = re.compile(r"(?:10|[0-9])(?:[.,]0+)?")
_DECIMAL = re.compile(r"[0-9]{1,2}[.,][0-9]+")
_MEASURE = re.compile(r"([1-9][0-9]{1,2})(?:[.,]([0-9]))?")


def _reader(words: Mapping[str, str], code: str) -> Callable[[object], str]:
    def read(value: object) -> str:
        found = words.get(_word(value))
        if found is None:
            raise ValueError(code)
        return found

    return read


read_level_after = _reader(_SUBJECT, "sheet.not_a_subject_level")
read_trait = _reader(_TRAIT, "sheet.not_a_trait_level")
read_yes = _reader(_YES, "sheet.not_a_yes")
read_decision = _reader(_DECISIONS, "sheet.not_a_decision")


def read_subject_level(value: object) -> str:
    """Return T, H, C or M. Raises ValueError `sheet.not_a_subject_level`."""
    return EXEMPT if is_exempt(value) else read_level_after(value)


def read_test(value: object) -> str:
    """Return a whole number from 0 to 10 as text, or M.

    Raises:
        ValueError: `sheet.not_a_test`, `.test_not_whole`.
    """
    return EXEMPT if is_exempt(value) else read_test_after(value)


def read_test_after(value: object) -> str:
    """Return the mark of a repeated test; M makes no sense there."""
    text = _word(value)
    if _WHOLE.fullmatch(text):
        return re.split("[.,]", text)[0]
    code = "test_not_whole" if _DECIMAL.fullmatch(text) else "not_a_test"
    raise ValueError(f"sheet.{code}")


def read_measure(value: object) -> str:
    """Return a height or a weight as `132` or `28.5`. Raises ValueError `sheet.not_a_measure`."""
    found = _MEASURE.fullmatch(_word(value))
    if found is None:
        raise ValueError("sheet.not_a_measure")
    whole, tenth = found.groups()
    return whole if tenth in (None, "0") else f"{whole}.{tenth}"


def _word(value: object) -> str:
    """What the cell says in small letters; nothing for dates, which are never an answer."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    try:
        text = clean_text(value)
    except ValueError:
        return ""
    # U+00D0 and U+00F0 look like Đ and đ and come from old fonts and foreign keyboards.
    plain = text.replace("\u00d0", "Đ").replace("\u00f0", "đ")
    return unicodedata.normalize("NFC", plain).casefold()
