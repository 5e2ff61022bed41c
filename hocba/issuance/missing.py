"""What is missing of a pupil, in words: makers name fields, people read subjects and terms.

    in_words("TOAN.term1.ck, conduct.term1", {"TOAN": "Toán"})
    # "Toán học kì I cuối kì; kết quả rèn luyện học kì I"

A part without a word is shown as it is: nothing that is missing is left out.
"""

import re
from collections.abc import Mapping

from hocba.kit import messages

_NUMBERED = re.compile(r"(tx|cd)(\d+)")
_GROUPS = frozenset(("traits", "traits_after"))
"""Fields whose members are told together: each has its own page of the register."""


def in_words(reason: str, subjects: Mapping[str, str], language: str = messages.DEFAULT) -> str:
    """The reason of a pending pupil for a person; `subjects` are their names by code."""
    fields, more = reason.removesuffix(" …"), reason.endswith(" …")
    said = [_field(each, subjects, language) for each in fields.split(", ") if each]
    return "; ".join(dict.fromkeys(said)) + (" …" if more else "")


def _field(field: str, subjects: Mapping[str, str], language: str) -> str:
    head, *parts = field.split(".")
    if head in _GROUPS:
        parts = []
    first = subjects.get(head) or _word(head, language)
    return " ".join((first, *(_word(part, language) for part in parts)))


def _word(part: str, language: str) -> str:
    numbered = _NUMBERED.fullmatch(part)
    code = f"label.field.{numbered[1] if numbered else part}"
    if code not in messages.catalogue(language):
        return part
    return messages.sentence(code, language, number=numbered[2] if numbered else "")
