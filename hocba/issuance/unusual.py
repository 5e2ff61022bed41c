"""What somebody who answers for hundreds of transcripts should look at first.

    for each in unusual_in(record): print(each.code, each.params)

Nothing here is wrong: a pupil who is not promoted is as correct as one who is. Each is a case
in which a slip would matter, or that seldom happens. Pure; reads a record or its body.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from verifier.formats.canonical import Json, JsonObject

JUMP: Final = Decimal(3)
"""Difference between the terms of one subject from which somebody should look again."""
LOW: Final = Decimal("3.5")
"""Below this a year's mean keeps a pupil from "Đạt" (TT 22/2021, Điều 9)."""
MANY_ABSENCES: Final = 45
"""More sessions keep a pupil from promotion (TT 22/2021, Điều 12)."""


@dataclass(frozen=True)
class Unusual:
    """One thing to look at; the sentence is `exception.CODE`."""

    code: str
    params: Mapping[str, str] = field(default_factory=dict)


def unusual_in(body: JsonObject) -> tuple[Unusual, ...]:
    """Everything unusual about one pupil's year."""
    return tuple(_found(body))


def _found(body: JsonObject) -> Iterator[Unusual]:
    if body.get("version", 1) > 1:
        yield Unusual("version", {"version": str(body["version"])})
    for subject in body.get("subjects", ()):
        yield from _subject(subject)
    competencies = body.get("competencies") or {}
    for trait in (
        *body.get("qualities", ()),
        *(one for each in competencies.values() for one in each),
    ):
        if trait["level"] == "C":
            yield Unusual("trait", {"trait": str(trait["name"])})
    results = body.get("results") or {}
    if results.get("adjusted_by"):
        yield Unusual("adjusted")
    if results.get("assessed") is False:
        yield Unusual("not_assessed")
    absences = (body.get("attendance") or {}).get("absences")
    if absences is not None and int(absences) > MANY_ABSENCES:
        yield Unusual("absent", {"count": str(absences)})
    if (body.get("promotion") or {}).get("promoted") is False:
        yield Unusual("not_promoted")


def _subject(subject: JsonObject) -> Iterator[Unusual]:
    name = str(subject["name"])
    first, second, year = (_number(subject.get(key)) for key in ("term1", "term2", "year"))
    if first is not None and second is not None and abs(first - second) >= JUMP:
        yield Unusual("jump", {"subject": name, "term1": _comma(first), "term2": _comma(second)})
    if year is not None and year < LOW:
        yield Unusual("low", {"subject": name, "mark": _comma(year)})
    if subject.get("year") == "CĐ":
        yield Unusual("not_passed", {"subject": name})
    if subject.get("level") == "C":
        yield Unusual("not_done", {"subject": name})


def _number(mark: Json) -> Decimal | None:
    text = str(mark)
    return Decimal(text) if text.replace(".", "", 1).isdigit() else None


def _comma(mark: Decimal) -> str:
    return str(mark).replace(".", ",")
