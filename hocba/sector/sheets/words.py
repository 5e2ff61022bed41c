"""What the head of a column may say, as data, and the reading of one head.

    meaning_of(("HỌC KÌ I", "ĐĐGtx", "2"), subjects)    # Meaning("mark", "tx2", term=1)

Heads are compared without diacritics, spaces and signs, so "Họ và  tên", "HỌ VÀ TÊN" and
"Ho va ten" are one head. What the data do not know stays `unknown`: nothing is guessed from
the values in a column.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal, TypeAlias, TypeVar

from hocba.sector.names import fold
from hocba.sector.sheets.register import SheetSubject

T = TypeVar("T")
Role: TypeAlias = Literal[
    "unknown", "ignore", "number", "code", "name", "family_name", "given_name", "birth_date",
    "class_name", "mark", "comment", "retest", "conduct", "absences", "homeroom_comment",
    "computed",
]  # fmt: skip

PUPIL_ROLES: frozenset[str] = frozenset({"code", "name", "family_name", "given_name", "birth_date"})
VALUE_ROLES: frozenset[str] = frozenset(
    {"mark", "comment", "retest", "conduct", "absences", "homeroom_comment"}
)
SUBJECT_ROLES: frozenset[str] = frozenset({"mark", "comment", "retest"})
SEVERAL = "tx"
"""The item of a column that holds all regular marks of a term in one cell: `8 7 9`."""

_TERM = re.compile(
    r"(?:hoc ?k[iy]|hk|k[iy])\s*\(?(i{1,2}|1|2)\b|\b(?:hk)(1|2|ii|i)\b", re.IGNORECASE
)
_TERM_TAIL = re.compile(r"(?:hki{1,2}|hk[12]|hocky[12]|hocki[12]|hockyi{1,2}|hockii{1,2})$")
_NUMBERED = re.compile(r"(.*?)(?:lan|so|cot|diem)?([1-9])$")
_LONE_NUMBER = re.compile(r"(?:lan|cot|diem|l|d|tx)?([1-9])")


@dataclass(frozen=True)
class Meaning:
    """What the cells of a column are; subject and term None where the sheet has to say."""

    role: Role
    item: str | None = None
    term: int | None = None
    subject: str | None = None
    confidence: float = 1.0
    why: str = "head"


UNKNOWN = Meaning("unknown", confidence=0.0, why="unknown")


def compact(text: object) -> str:
    """A head as it is compared."""
    return re.sub(r"[^a-z0-9]", "", fold(str(text)))


@cache
def vocabulary() -> Mapping[str, Any]:
    """The words of the heads."""
    path = files("hocba.sector.sheets").joinpath("data", "columns.json")
    document: Mapping[str, Any] = json.loads(path.read_text("utf-8"))
    return document


@cache
def _roles() -> Mapping[str, Role]:
    return {head: role for role, heads in vocabulary()["heads"].items() for head in heads}


def meaning_of(path: Sequence[str], subjects: Iterable[SheetSubject] = ()) -> Meaning:
    """Read the heads above a column, from the widest to its own."""
    parts = [part for part in path if compact(part)]
    if not parts:
        return UNKNOWN
    listed = tuple(subjects)
    term = _first(term_in(part) for part in parts)
    subject = _first(subject_in(part, listed) for part in parts)
    bare = [_without_term(compact(part)) for part in parts]
    mark = _periodic_mark(bare) or _regular_mark(bare)
    if mark is not None:
        item, confidence, why = mark
        return Meaning("mark", item, term or _term_of_item(bare[-1]), subject, confidence, why)
    for part in (compact("".join(parts[-2:])), *reversed([*map(compact, parts), *bare])):
        if role := _roles().get(part):
            return Meaning(role, None, term, subject)
    if subject is not None:
        return Meaning("computed", None, term, subject, 0.8, "subject_only")
    return UNKNOWN


def _first(found: Iterable[T | None]) -> T | None:
    return next((one for one in found if one is not None), None)


def term_in(text: str) -> int | None:
    """The term that a text names: "Học kì II", "HK1", "(Học kỳ 2)"."""
    found = _TERM.search(fold(text))
    if found is None:
        return None
    return 2 if (found[1] or found[2]) in ("2", "ii") else 1


def subject_in(text: str, subjects: Iterable[SheetSubject]) -> str | None:
    """The subject that a head or a tab names exactly, of those that the class takes."""
    said = compact(text)
    for subject in subjects:
        aliases = vocabulary()["subjects"].get(subject.code, ())
        if said in {compact(subject.name), compact(subject.tab), compact(subject.code), *aliases}:
            return subject.code
    return None


def _without_term(part: str) -> str:
    return _TERM_TAIL.sub("", part) or part


def _term_of_item(part: str) -> int | None:
    # GK1 is the middle of the first term; TX1 is a regular mark, so only these two.
    found = _NUMBERED.fullmatch(part)
    if found and found[2] in "12" and _is_periodic(found[1]):
        return int(found[2])
    return None


def _is_periodic(part: str) -> bool:
    words = vocabulary()
    return part in words["middle"] or part in words["final"]


def _periodic_mark(parts: Sequence[str]) -> tuple[str, float, str] | None:
    own = parts[-1]
    numbered = _NUMBERED.fullmatch(own)
    for item, key in (("gk", "middle"), ("ck", "final")):
        heads = vocabulary()[key]
        if own in heads or (numbered and numbered[1] in heads and numbered[2] in "12"):
            return item, 1.0, "head"
        if own not in _roles() and any(part in heads for part in parts[:-1]):
            return item, 0.8, "group"
    return None


def _regular_mark(parts: Sequence[str]) -> tuple[str, float, str] | None:
    words, own = vocabulary(), parts[-1]
    numbered, lone = _NUMBERED.fullmatch(own), _LONE_NUMBER.fullmatch(own)
    grouped = any(part in words["regular"] for part in parts[:-1])
    if numbered and numbered[1] in words["regular"]:
        return f"tx{numbered[2]}", 1.0, "head"
    if grouped and lone:
        return f"tx{lone[1]}", 0.95, "group"
    if own in words["regular"] or own in words["regular_old"]:
        return SEVERAL, 0.5, "order"
    if grouped and own not in _roles():
        return SEVERAL, 0.4, "order"
    return None
