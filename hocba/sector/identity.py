"""Who a pupil is beside name and birth date: what the page LÝ LỊCH of the transcript asks for.

    details = read_identity(session, vault, school.id, pupil.id, reader=staff.id, at=now)
    details.missing("th")          # ("hometown",)
    details.printed("thcs")        # without what the form of that level does not print

All of it is private (`hocba.sector.private`: own permission, own role of the database, sealed
under the pupil's key, every look noted). What a civil-status paper changed stays beside what
counts now, so that transcripts under the former name can be told to be the same pupil's.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from hocba.kit.vault import Vault
from hocba.sector.private import read_private, write_private
from verifier.formats.canonical import JsonObject

PRIMARY: Final = "th"
GENDERS: Final = {"1": "Nam", "2": "Nữ"}
PERSONS: Final = ("father", "mother", "guardian")
TEXTS: Final = ("gender", "ethnicity", "nationality", "birth_place", "hometown", "residence",
                "policy")  # fmt: skip
_KEY = "identity"
_AMENDED = "amendments"


@dataclass(frozen=True)
class Person:
    """A parent or guardian."""

    name: str
    occupation: str | None = None

    def to_object(self) -> JsonObject:
        """The person as it is stored and stated."""
        return {"name": self.name, "occupation": self.occupation}


@dataclass(frozen=True)
class Amendment:
    """One thing that a civil-status paper changed: the words before and after."""

    field: str
    before: str | None
    after: str | None
    decision: str
    noted_on: str

    def to_object(self) -> JsonObject:
        """The change as it is stored and stated."""
        return dict(vars(self))


@dataclass(frozen=True)
class Identity:
    """What is known; None where nothing was entered."""

    gender: str | None = None
    ethnicity: str | None = None
    nationality: str | None = None
    birth_place: str | None = None
    hometown: str | None = None
    residence: str | None = None
    policy: str | None = None
    father: Person | None = None
    mother: Person | None = None
    guardian: Person | None = None
    amendments: tuple[Amendment, ...] = ()

    def missing(self, level: str) -> tuple[str, ...]:
        """What the form of this level asks for and nobody entered."""
        return tuple(self._missing(level))

    def _missing(self, level: str) -> Iterator[str]:
        for name in TEXTS:
            needed = name != "policy" and (name != "hometown" or level == PRIMARY)
            if needed and getattr(self, name) is None:
                yield name
        if not any(getattr(self, name) for name in PERSONS):
            yield "parents"

    def printed(self, level: str) -> "Identity":
        """Without what the form of this level does not print."""
        if level != PRIMARY:
            return replace(self, hometown=None)
        return replace(
            self,
            policy=None,
            father=_without_work(self.father),
            mother=_without_work(self.mother),
            guardian=_without_work(self.guardian),
        )

    def with_fact(self, name: str, text: str | None) -> "Identity":
        """With one fact changed; a parent keeps the occupation."""
        facts = self.to_object()
        known = facts[name] if name in PERSONS else None
        work = known["occupation"] if known else None
        facts[name] = {"name": text, "occupation": work} if name in PERSONS and text else text
        return identity_of(facts, self.amendments)

    def to_object(self) -> JsonObject:
        """The facts alone, as they are stored and stated."""
        facts: JsonObject = {name: getattr(self, name) for name in TEXTS}
        for name in PERSONS:
            person: Person | None = getattr(self, name)
            facts[name] = None if person is None else person.to_object()
        return facts


def identity_of(facts: Mapping[str, object], amendments: tuple[Amendment, ...] = ()) -> Identity:
    """Read what `Identity.to_object` gave."""
    persons = {name: _person(facts.get(name)) for name in PERSONS}
    texts = {name: facts.get(name) for name in TEXTS}
    return Identity(**texts, **persons, amendments=amendments)  # type: ignore[arg-type]


def read_identity(  # noqa: PLR0913  # who reads whose data, on whose behalf, and when
    session: Session,
    vault: Vault,
    school: UUID,
    pupil: UUID,
    *,
    reader: UUID,
    at: datetime,
    acting: UUID | None = None,
) -> Identity:
    """What is known of the pupil.

    Raises:
        NotFoundError, RefusedError: as `read_private`.
    """
    found = read_private(session, vault, school, pupil, reader=reader, at=at, acting=acting)
    changed = tuple(Amendment(**one) for one in found.get(_AMENDED, ()))
    return identity_of(found.get(_KEY, {}), changed)


def write_identity(  # noqa: PLR0913  # who writes whose data, on whose behalf, and when
    session: Session,
    vault: Vault,
    school: UUID,
    pupil: UUID,
    identity: Identity,
    *,
    writer: UUID,
    at: datetime,
    acting: UUID | None = None,
) -> None:
    """Keep what is known of the pupil; other private fields stay as they are.

    Raises:
        NotFoundError, RefusedError: as `write_private`.
    """
    kept = read_private(session, vault, school, pupil, reader=writer, at=at, acting=acting)
    kept |= {
        _KEY: identity.to_object(),
        _AMENDED: [one.to_object() for one in identity.amendments],
    }
    write_private(session, vault, school, pupil, kept, writer=writer, at=at, acting=acting)


def _person(value: object) -> Person | None:
    return Person(value["name"], value["occupation"]) if isinstance(value, dict) else None


def _without_work(person: Person | None) -> Person | None:
    return None if person is None else Person(person.name)
