"""Makers: what each family of records states, one file per family.

    gather = maker_of(kind)
    gathered = gather(work, pupils)
    gathered.complete[0].body          # the record's members beside the common head

A maker reads what it needs (registers, private facts, issued records), sorts out of whom
everything is known, and returns each pupil's body. It never writes. Which maker a kind
has is data (`data/kinds.json`): a new form of a known family needs no file here.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from typing import TypeAlias
from uuid import UUID

from sqlalchemy.orm import Session

from hocba.issuance.appointments import acting_school
from hocba.issuance.credential import CredentialKind
from hocba.issuance.record import Event
from hocba.issuance.stages import PendingPupil
from hocba.issuance.targets import ClassTarget
from hocba.issuance.workplace import Workplace
from hocba.sector.models import Pupil, School
from verifier.formats.canonical import JsonObject


@dataclass(frozen=True)
class Work:
    """What a freeze is about: of which class, of which kind, for which event, and when.

    `db` is the transaction that holds the class's row; `actor` is on whose behalf
    (`staff:<id>`): a maker that reads private facts asks for that person's permission.
    """

    wp: Workplace
    db: Session
    of: ClassTarget
    school: School
    kind: CredentialKind
    event: Event
    at: datetime
    actor: str = ""

    @property
    def reader(self) -> UUID:
        """The member of staff on whose behalf it is."""
        return UUID(self.actor.removeprefix("staff:"))

    @property
    def acting(self) -> UUID:
        """The school whose people act for the class: its own, or who took it over."""
        return acting_school(self.db, self.of.school_id, at=self.at)


@dataclass(frozen=True)
class Ready:
    """A pupil of whom everything is known that the record needs.

    `body` may also set members of the head that a kind knows better (`previous_year`,
    `sources`, `school_year`).
    """

    pupil: Pupil
    body: JsonObject


@dataclass(frozen=True)
class Gathered:
    """Who is complete, and who is still pending and why."""

    complete: tuple[Ready, ...]
    pending: tuple[PendingPupil, ...]


Maker: TypeAlias = Callable[[Work, Sequence[Pupil]], Gathered]


def maker_of(kind: CredentialKind) -> Maker:
    """Return the function `gather` of the kind's family."""
    found: Maker = import_module(f"hocba.issuance.kinds.{kind.maker}").gather
    return found
