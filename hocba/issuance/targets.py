"""Which class a command means, and what is known of its newest freeze.

target = find_class(db, school="31-11311-01", class_name="6A1", year="2025-2026")
frozen = find_frozen(db, target)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select, true
from sqlalchemy.orm import Session

from hocba.issuance.credential import CredentialKind, kind_of
from hocba.issuance.models import FrozenClassRow
from hocba.issuance.stages import FrozenClassId
from hocba.kit.errors import ConflictError, NotFoundError
from hocba.sector import queries
from hocba.sector.models import School, SchoolClass, SchoolYear
from verifier.formats.appointment import class_scope


@dataclass(frozen=True)
class ClassTarget:
    """One class of one school and year."""

    school_id: UUID
    school: str
    class_id: UUID
    class_name: str
    school_year: str
    level: str
    grade: int

    @property
    def scope(self) -> str:
        """The scope of its homeroom teacher."""
        return class_scope(self.school_year, self.class_name)


@dataclass(frozen=True)
class FrozenTarget:
    """A class together with one freeze of it."""

    of: ClassTarget
    frozen_class: FrozenClassId
    kind: CredentialKind


def find_school(db: Session, code: str | None) -> School:
    """Return the school of this code, or the only one where none is named.

    Raises:
        NotFoundError: `school.not_found`.
        ConflictError: `school.ambiguous`.
    """
    if code is not None:
        return queries.school_by_code(db, code)
    found = queries.schools(db)
    if not found:
        raise NotFoundError("school.not_found", code="")
    if len(found) > 1:
        raise ConflictError("school.ambiguous", codes=", ".join(one.code for one in found))
    return found[0]


def find_class(
    db: Session, *, class_name: str, school: str | None = None, year: str | None = None
) -> ClassTarget:
    """Return the class of this name, of the newest year where none is given.

    Raises:
        NotFoundError: `class.not_found`, `school.not_found`.
        ConflictError: `school.ambiguous`.
    """
    at = find_school(db, school)
    years = db.scalars(
        select(SchoolYear.name)
        .join(SchoolClass, SchoolClass.school_year_id == SchoolYear.id)
        .where(SchoolYear.school_id == at.id, SchoolClass.name == class_name)
        .order_by(SchoolYear.name.desc())
    ).all()
    wanted = year or next(iter(years), None)
    if wanted is None:
        raise NotFoundError("class.not_found", name=class_name)
    return class_target(at, queries.school_class(db, at.id, wanted, class_name), wanted)


def school_years(db: Session, school: UUID) -> Sequence[str]:
    """The names of a school's years, newest first."""
    return db.scalars(
        select(SchoolYear.name)
        .where(SchoolYear.school_id == school)
        .order_by(SchoolYear.name.desc())
    ).all()


def all_classes(db: Session, school: School, year: str) -> Sequence[ClassTarget]:
    """Every class of a school's year, by grade and name."""
    return [class_target(school, row, year) for row in queries.classes(db, school.id, year)]


def class_target(school: School, row: SchoolClass, year: str) -> ClassTarget:
    """Join a school and one of its classes."""
    return ClassTarget(school.id, school.code, row.id, row.name, year, row.level, row.grade)


def find_frozen(db: Session, of: ClassTarget, *, kind: str = "year") -> FrozenTarget:
    """Return the newest freeze of the class and kind that was not returned.

    Raises:
        ConflictError: `class.not_frozen`.
    """
    return find_freezes(db, of, kind=kind)[0]


def find_freezes(db: Session, of: ClassTarget, *, kind: str | None) -> list[FrozenTarget]:
    """Return every freeze of a kind, or of all kinds, that was not returned, newest first.

    Whoever was completed later, or was sent back alone, is frozen in one of their own.

    Raises:
        ConflictError: `class.not_frozen`.
    """
    rows = db.scalars(
        select(FrozenClassRow)
        .where(
            FrozenClassRow.class_id == of.class_id,
            true() if kind is None else FrozenClassRow.kind == kind,
            FrozenClassRow.returned_at.is_(None),
        )
        .order_by(FrozenClassRow.frozen_at.desc(), FrozenClassRow.id)
    ).all()
    if not rows:
        raise ConflictError("class.not_frozen", name=of.class_name)
    return [frozen_target(of, row) for row in rows]


def kind_of_freeze(row: FrozenClassRow) -> CredentialKind:
    """The kind that a freeze was made as, whatever is in force today."""
    return kind_of(row.kind, level=row.level, template=row.template_id)


def frozen_target(of: ClassTarget, row: FrozenClassRow) -> FrozenTarget:
    """Join a class and a row of one of its freezes."""
    return FrozenTarget(of, FrozenClassId(row.id), kind_of_freeze(row))
