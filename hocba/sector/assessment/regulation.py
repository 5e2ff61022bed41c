"""Regulations as dated data: which rules hold for a level, grade and school year.

Cohorts under different circulars live side by side, so nothing below is a constant
in code: thresholds, weights, counts, tables and titles stand in `data/<id>.json`,
each block with its legal source. An edition of a regulation never changes once a
record names it; an amendment is a further edition with its own cohorts.

    regulation = regulation_for(level="thcs", grade=6, school_year="2025-2026")
    regulation.id, regulation.version            # "tt22-2021", "1"
    regulation.source("retest")                  # "TT 22/2021 Điều 14"
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, NewType

from hocba.kit.errors import InputError, Where

Level = NewType("Level", str)
"""A level of learning or conduct by its code: T, K, Đ, CĐ under TT 22."""

REGULATIONS = ("tt22-2021",)


@dataclass(frozen=True)
class Condition:
    """One condition of a learning level; what `kind` means stands in `learning.py`."""

    kind: str
    at_most: int | None = None
    at_least: str | None = None
    count: int | None = None


@dataclass(frozen=True)
class LearningLevel:
    """A level and all that it asks for."""

    level: Level
    conditions: tuple[Condition, ...]


@dataclass(frozen=True)
class Adjustment:
    """When one single subject pulls the level down too far, and by how much it is lifted."""

    would_be: frozenset[Level]
    levels_lower: int
    levels_up: int


@dataclass(frozen=True)
class Award:
    """A title of the year; `count` scored subjects must reach `score`."""

    title: str
    name: str
    conduct: Level
    learning: Level
    count: int
    score: Decimal


@dataclass(frozen=True)
class Regulation:
    """One edition of one regulation for one level of schooling."""

    id: str
    version: str
    title: str
    level: str
    order: tuple[Level, ...]
    names: Mapping[str, str]
    learning: tuple[LearningLevel, ...]
    lowest_learning: Level
    adjustment: Adjustment
    conduct_year: Mapping[Level, Mapping[Level, Level]]
    awards: tuple[Award, ...]
    optional_subjects_count: bool
    final_grade: int
    data: Mapping[str, Any]

    def rank(self, level: Level) -> int:
        """0 for the worst level, one more for each better one."""
        return self.order.index(level)

    def at_least(self, level: Level, wanted: Level) -> bool:
        """Whether a level reaches the wanted one."""
        return self.rank(level) >= self.rank(wanted)

    def source(self, block: str) -> str:
        """Return the legal source of a block of rules."""
        return str(self.data[block]["source"])

    def regular_marks(self, mode: str, periods: int) -> int:
        """Number of regular marks in a term for a subject with so many periods a year."""
        tests = self.data["tests"]
        if mode == "comment":
            return int(tests["regular_of_comment_subjects"])
        steps = tests["regular_by_periods"]
        return int(next(s["marks"] for s in steps if s["up_to"] is None or periods <= s["up_to"]))

    def holds_for(self, grade: int, school_year: str) -> bool:
        """Whether this edition is the one for pupils of this grade in this school year."""
        cohorts = self.data["cohorts"]
        first = cohorts["first_school_year"][self.level].get(str(grade))
        last = cohorts["last_school_year"]
        return first is not None and first <= school_year and (last is None or school_year <= last)


def regulation_for(*, level: str, grade: int, school_year: str) -> Regulation:
    """Return the regulation in force.

    Raises:
        InputError: `regulation.none` where no known regulation covers this cohort.
    """
    for regulation_id in REGULATIONS:
        for regulation in editions(regulation_id, level):
            if regulation.holds_for(grade, school_year):
                return regulation
    raise InputError(
        "regulation.none", where=Where(field="regulation"), grade=grade, year=school_year
    )


def regulation(regulation_id: str, version: str, *, level: str) -> Regulation:
    """Return the edition that a record names.

    Raises:
        InputError: `regulation.unknown`.
    """
    known = editions(regulation_id, level) if regulation_id in REGULATIONS else ()
    for edition in known:
        if edition.version == version:
            return edition
    raise InputError(
        "regulation.unknown", where=Where(field="regulation"), id=regulation_id, version=version
    )


@cache
def editions(regulation_id: str, level: str) -> tuple[Regulation, ...]:
    """Return all editions of a regulation that cover a level of schooling, oldest first."""
    text = files(__package__).joinpath("data", f"{regulation_id}.json").read_text("utf-8")
    document = json.loads(text)
    return tuple(
        _edition(document, edition, level)
        for edition in document["editions"]
        if level in edition["cohorts"]["first_school_year"]
    )


def _edition(document: Mapping[str, Any], edition: Mapping[str, Any], level: str) -> Regulation:
    levels = edition["levels"]
    return Regulation(
        id=document["id"],
        version=edition["version"],
        title=document["title"],
        level=level,
        order=tuple(Level(code) for code in levels["worst_to_best"]),
        names=MappingProxyType(levels["names"]),
        learning=tuple(_learning_level(item) for item in edition["learning"]["levels"]),
        lowest_learning=Level(edition["learning"]["otherwise"]),
        adjustment=_adjustment(edition["adjustment"]),
        conduct_year=MappingProxyType(edition["conduct_year"]["by_term2_then_term1"]),
        awards=tuple(_award(item) for item in edition["awards"]["titles"]),
        optional_subjects_count=edition["optional_subjects"]["count"],
        final_grade=edition["completion"]["final_grade"][level],
        data=MappingProxyType(edition),
    )


def _learning_level(item: Mapping[str, Any]) -> LearningLevel:
    return LearningLevel(Level(item["level"]), tuple(_condition(c) for c in item["conditions"]))


def _condition(item: Mapping[str, Any]) -> Condition:
    if item["kind"] == "count_of_scores":
        return Condition(item["kind"], at_least=item["from"], count=item["at_least"])
    return Condition(item["kind"], at_most=item.get("at_most"), at_least=item.get("at_least"))


def _adjustment(item: Mapping[str, Any]) -> Adjustment:
    would_be = frozenset(Level(code) for code in item["would_be"])
    return Adjustment(would_be, item["levels_lower"], item["levels_up"])


def _award(item: Mapping[str, Any]) -> Award:
    counted = item["count_of_scores"] or {"at_least": 0, "from": "0.0"}
    return Award(
        title=item["title"],
        name=item["name"],
        conduct=Level(item["conduct"]),
        learning=Level(item["learning"]),
        count=counted["at_least"],
        score=Decimal(counted["from"]),
    )
