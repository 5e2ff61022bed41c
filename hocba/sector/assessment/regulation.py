"""Regulations as dated data: which rules hold for a level, grade and school year.

Cohorts under different circulars live side by side, so nothing below is a constant
in code: thresholds, weights, counts, tables and titles stand in `data/<id>.json`,
each block with its legal source. An edition of a regulation never changes once a
record names it; an amendment is a further edition with its own cohorts.

    edition = regulation_for(level="thcs", grade=6, school_year="2025-2026")
    edition.id, edition.version                  # "tt22-2021", "1"
    edition.source("retest")                     # "TT 22/2021 Điều 14"
    rules = regulation("tt22-2021", "1", level="thcs")        # what assess_year takes
    rules = primary_regulation("tt27-2020", "1")              # what assess_primary_year takes

Codes of levels are those of the regulation and are never mapped onto another's: Khá of
TT 58 is not Khá of TT 22.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, NewType

from hocba.kit.errors import InputError, Where

Level = NewType("Level", str)
"""A level of learning or conduct by the regulation's own code: T, K, Đ, CĐ under TT 22."""

REGULATIONS = ("tt22-2021", "tt27-2020", "tt43-2021", "tt58-2011")
PRIMARY = "primary"


@dataclass(frozen=True)
class Scale:
    """Levels from worst to best, and what people call them."""

    order: tuple[Level, ...]
    names: Mapping[str, str]

    def rank(self, level: Level) -> int:
        """0 for the worst level, one more for each better one."""
        return self.order.index(level)

    def at_least(self, level: Level, wanted: Level) -> bool:
        """Whether a level reaches the wanted one."""
        return self.rank(level) >= self.rank(wanted)


@dataclass(frozen=True)
class Condition:
    """One condition of a learning level; what `kind` means stands in `learning.py`."""

    kind: str
    at_most: int | None = None
    at_least: str | None = None
    count: int | None = None
    subjects: frozenset[str] = frozenset()


@dataclass(frozen=True)
class LearningLevel:
    """A level and all that it asks for."""

    level: Level
    conditions: tuple[Condition, ...]


@dataclass(frozen=True)
class Adjustment:
    """When one single subject pulls the level down too far, and where it is lifted to.

    `table[would be][is]` is the level given instead; the subject is left out of the
    conditions named in `leave_out_of` when asking what the level would have been.
    """

    table: Mapping[Level, Mapping[Level, Level]]
    leave_out_of: frozenset[str]


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
class Edition:
    """What every edition of every regulation has, for one level of schooling.

    `program` is the programme whose subjects it assesses.
    """

    id: str
    version: str
    title: str
    level: str
    program: str
    final_grade: int
    data: Mapping[str, Any]

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
        last = (cohorts["last_school_year"] or {}).get(self.level, {}).get(str(grade))
        return first is not None and first <= school_year and (last is None or school_year <= last)


@dataclass(frozen=True)
class Regulation(Edition):
    """An edition for secondary schools: TT 22, TT 58, TT 43.

    `order`, `names`, `rank` and `at_least` speak of learning; `conduct` has its own scale.
    """

    scale: Scale
    conduct: Scale
    learning: tuple[LearningLevel, ...]
    lowest_learning: Level
    adjustment: Adjustment
    conduct_year: Mapping[Level, Mapping[Level, Level]] | None
    awards: tuple[Award, ...]
    optional_subjects_count: bool
    with_means: bool

    @property
    def order(self) -> tuple[Level, ...]:
        """Levels of learning from worst to best."""
        return self.scale.order

    @property
    def names(self) -> Mapping[str, str]:
        """What people call the levels of learning."""
        return self.scale.names

    def rank(self, level: Level) -> int:
        """0 for the worst level of learning, one more for each better one."""
        return self.scale.rank(level)

    def at_least(self, level: Level, wanted: Level) -> bool:
        """Whether a level of learning reaches the wanted one."""
        return self.scale.at_least(level, wanted)


@dataclass(frozen=True)
class Trait:
    """A quality or competency; `group` is `quality`, `general` or `specific`."""

    code: str
    name: str
    group: str
    from_grade: int


@dataclass(frozen=True)
class PrimaryLevel:
    """An overall result and what it asks of subjects, traits and tests."""

    level: Level
    subject: Level
    trait: Level
    test: int


@dataclass(frozen=True)
class PrimaryAward:
    """A title of the year; `needs_mention` asks for excellence or progress, and the class."""

    title: str
    name: str
    level: Level
    needs_mention: bool


@dataclass(frozen=True)
class PrimaryRegulation(Edition):
    """An edition for primary schools: TT 27."""

    subject_levels: Scale
    trait_levels: Scale
    overall: Scale
    results: tuple[PrimaryLevel, ...]
    traits: tuple[Trait, ...]
    complete_from: Level
    awards: tuple[PrimaryAward, ...]
    optional_subjects_count: bool

    def traits_of(self, grade: int) -> tuple[Trait, ...]:
        """Qualities and competencies assessed in a grade, in the order of the form."""
        return tuple(trait for trait in self.traits if trait.from_grade <= grade)


def regulation_for(*, level: str, grade: int, school_year: str) -> Edition:
    """Return the edition in force.

    Raises:
        InputError: `regulation.none` where no known regulation covers this cohort.
    """
    for edition in _everything(level):
        if edition.holds_for(grade, school_year):
            return edition
    raise InputError(
        "regulation.none", where=Where(field="regulation"), grade=grade, year=school_year
    )


def regulation(regulation_id: str, version: str, *, level: str) -> Regulation:
    """Return the edition for secondary schools that a record names.

    Raises:
        InputError: `regulation.unknown`.
    """
    found = _named(regulation_id, version, level)
    if not isinstance(found, Regulation):
        raise _unknown(regulation_id, version)
    return found


def primary_regulation(regulation_id: str, version: str, *, level: str = "th") -> PrimaryRegulation:
    """Return the edition for primary schools that a record names.

    Raises:
        InputError: `regulation.unknown`.
    """
    found = _named(regulation_id, version, level)
    if not isinstance(found, PrimaryRegulation):
        raise _unknown(regulation_id, version)
    return found


@cache
def editions(regulation_id: str, level: str) -> tuple[Edition, ...]:
    """Return all editions of a regulation that cover a level of schooling, oldest first."""
    text = files(__package__).joinpath("data", f"{regulation_id}.json").read_text("utf-8")
    document = json.loads(text)
    make = _primary if document.get("family") == PRIMARY else _secondary
    return tuple(
        make(document, edition, level)
        for edition in document["editions"]
        if level in edition["cohorts"]["first_school_year"]
    )


def _everything(level: str) -> Iterator[Edition]:
    for regulation_id in REGULATIONS:
        yield from editions(regulation_id, level)


def _named(regulation_id: str, version: str, level: str) -> Edition | None:
    known = editions(regulation_id, level) if regulation_id in REGULATIONS else ()
    return next((edition for edition in known if edition.version == version), None)


def _unknown(regulation_id: str, version: str) -> InputError:
    return InputError(
        "regulation.unknown", where=Where(field="regulation"), id=regulation_id, version=version
    )


def _head(document: Mapping[str, Any], edition: Mapping[str, Any], level: str) -> dict[str, Any]:
    return {
        "id": document["id"],
        "version": edition["version"],
        "title": edition.get("title", document["title"]),
        "level": level,
        "program": document["program"],
        "final_grade": edition["completion"]["final_grade"][level],
        "data": MappingProxyType(edition),
    }


def _secondary(document: Mapping[str, Any], edition: Mapping[str, Any], level: str) -> Regulation:
    learning = edition["learning"]
    return Regulation(
        **_head(document, edition, level),
        scale=_scale(edition["levels"]),
        conduct=_scale(edition.get("conduct_levels", edition["levels"])),
        learning=tuple(_learning_level(item) for item in learning["levels"]),
        lowest_learning=Level(learning["otherwise"]),
        adjustment=Adjustment(
            edition["adjustment"]["table"], frozenset(edition["adjustment"]["leave_out_of"])
        ),
        conduct_year=edition["conduct_year"].get("by_term2_then_term1"),
        awards=tuple(_award(item) for item in edition["awards"]["titles"]),
        optional_subjects_count=edition["optional_subjects"]["count"],
        with_means="means" in edition,
    )


def _primary(
    document: Mapping[str, Any], edition: Mapping[str, Any], level: str
) -> PrimaryRegulation:
    return PrimaryRegulation(
        **_head(document, edition, level),
        subject_levels=_scale(edition["subject_levels"]),
        trait_levels=_scale(edition["trait_levels"]),
        overall=_scale(edition["overall"]),
        results=tuple(
            PrimaryLevel(
                Level(item["level"]), Level(item["subjects"]), Level(item["traits"]), item["tests"]
            )
            for item in edition["overall"]["levels"]
        ),
        traits=tuple(_traits(edition["traits"]["groups"])),
        complete_from=Level(edition["completion"]["from"]),
        awards=tuple(
            PrimaryAward(item["title"], item["name"], Level(item["overall"]), item["mention"])
            for item in edition["awards"]["titles"]
        ),
        optional_subjects_count=edition["optional_subjects"]["count"],
    )


def _traits(groups: Mapping[str, Iterable[Mapping[str, Any]]]) -> Iterator[Trait]:
    for group, items in groups.items():
        for item in items:
            yield Trait(item["code"], item["name"], group, item.get("from_grade", 1))


def _scale(item: Mapping[str, Any]) -> Scale:
    return Scale(
        tuple(Level(code) for code in item["worst_to_best"]), MappingProxyType(item["names"])
    )


def _learning_level(item: Mapping[str, Any]) -> LearningLevel:
    return LearningLevel(Level(item["level"]), tuple(_condition(c) for c in item["conditions"]))


def _condition(item: Mapping[str, Any]) -> Condition:
    if item["kind"] == "count_of_scores":
        return Condition(item["kind"], at_least=item["from"], count=item["at_least"])
    return Condition(
        item["kind"],
        at_most=item.get("at_most"),
        at_least=item.get("at_least"),
        subjects=frozenset(item.get("subjects", ())),
    )


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
