"""Tables of the sector database: schools, people, classes, subjects, marks.

Four rules hold for all of them.

- A row that belongs to a school says so in `school_id`, and composite foreign keys see to it
  that no class, enrolment or mark mixes two schools. Pupils belong to the sector; what ties one to
  a school is an enrolment with its dates. Staff have one employer and roles with dates.
- Marks are events (`mark_event`), frozen records are copies (`frozen_record`): the application
  may add to both and do nothing else to them (`append_only`).
- The values of both are encrypted: a mark under its pupil's key, a record under its own
  (`hocba.kit.vault`; the key's id is the pupil's id, or the record's).
- Nothing here knows a level or a circular: grades, terms, items and subjects are data.

Enumerations are the StrEnums of this file; a CHECK in the database repeats them.
"""

from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from hocba.kit.db import Base, append_only
from hocba.kit.text import NfcText

# Byte order, so that key columns sort the same under every locale of the server.
_KeyText = NfcText(collation="C")
_BIRTH_DATE = r"^[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$"


class Role(StrEnum):
    """What a member of staff is at a school."""

    HOMEROOM = "homeroom"
    TEACHER = "teacher"
    PRINCIPAL = "principal"
    DEPUTY_PRINCIPAL = "deputy_principal"
    CLERK = "clerk"


class Mode(StrEnum):
    """How a subject is assessed: with marks, or with words alone."""

    SCORE = "score"
    COMMENT = "comment"


class EnrolmentStatus(StrEnum):
    """How an enrolment stands, or how it ended."""

    ACTIVE = "active"
    MOVED_CLASS = "moved_class"
    TRANSFERRED = "transferred"
    LEFT = "left"
    FINISHED = "finished"


def _one_of(column: str, values: Iterable[str]) -> CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def _dates_in_order() -> CheckConstraint:
    return CheckConstraint("to_date >= from_date", name="dates_in_order")


def _of_class() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["class_id", "school_id"], ["school_class.id", "school_class.school_id"]
    )


class School(Base):
    """A school; the code survives renames and mergers of communes."""

    __tablename__ = "school"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    commune: Mapped[str]
    province: Mapped[str]
    place: Mapped[str]
    tax_code: Mapped[str] = mapped_column(unique=True)
    level: Mapped[str]


class SchoolYear(Base):
    """One school year of one school, named `2025-2026`."""

    __tablename__ = "school_year"
    __table_args__ = (
        UniqueConstraint("school_id", "name"),
        UniqueConstraint("id", "school_id"),
        CheckConstraint("ends_on > starts_on", name="dates_in_order"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    school_id: Mapped[UUID] = mapped_column(ForeignKey("school.id"))
    name: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date]


class Staff(Base):
    """A person employed by a school, known by the CCCD; what they are there is `StaffRole`."""

    __tablename__ = "staff"
    __table_args__ = (UniqueConstraint("school_id", "code"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    school_id: Mapped[UUID] = mapped_column(ForeignKey("school.id"))
    code: Mapped[str]
    name: Mapped[str]
    cccd: Mapped[str] = mapped_column(unique=True)
    sort_key: Mapped[str] = mapped_column(_KeyText)
    search_key: Mapped[str] = mapped_column(_KeyText)


class StaffRole(Base):
    """A role at a school with its dates; `scope` is `school`, or a class as `2025-2026/6A1`."""

    __tablename__ = "staff_role"
    __table_args__ = (
        UniqueConstraint("staff_id", "school_id", "role", "scope", "from_date"),
        _one_of("role", Role),
        _dates_in_order(),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    school_id: Mapped[UUID] = mapped_column(ForeignKey("school.id"), index=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    role: Mapped[str]
    scope: Mapped[str]
    from_date: Mapped[date]
    to_date: Mapped[date | None]


class SchoolClass(Base):
    """A class of one school year; its name is unique only there."""

    __tablename__ = "school_class"
    __table_args__ = (
        UniqueConstraint("school_year_id", "name"),
        UniqueConstraint("id", "school_id"),
        ForeignKeyConstraint(
            ["school_year_id", "school_id"], ["school_year.id", "school_year.school_id"]
        ),
        CheckConstraint("grade BETWEEN 1 AND 12", name="grade"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    school_id: Mapped[UUID] = mapped_column(ForeignKey("school.id"))
    school_year_id: Mapped[UUID]
    name: Mapped[str]
    level: Mapped[str]
    grade: Mapped[int]
    homeroom_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))


class Pupil(Base):
    """A pupil of the sector, whichever school they attend."""

    __tablename__ = "pupil"
    __table_args__ = (CheckConstraint(f"birth_date ~ '{_BIRTH_DATE}'", name="birth_date"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    code: Mapped[str] = mapped_column(unique=True)
    personal_number: Mapped[str | None] = mapped_column(unique=True)
    name: Mapped[str]
    called_by: Mapped[str | None]
    sort_key: Mapped[str] = mapped_column(_KeyText)
    search_key: Mapped[str] = mapped_column(_KeyText)
    birth_date: Mapped[str]
    register_no: Mapped[str | None]


class PupilPrivate(Base):
    """What only a few may see (ethnicity, policy status, disability, parents), encrypted.

    The role `hocba_app` has no right on this table at all; see `hocba.sector.private`.
    """

    __tablename__ = "pupil_private"
    __table_args__ = {"info": {"private": True}}  # noqa: RUF012  # SQLAlchemy's own name and shape

    pupil_id: Mapped[UUID] = mapped_column(ForeignKey("pupil.id"), primary_key=True)
    sealed: Mapped[bytes]
    updated_at: Mapped[datetime]


class Guardian(Base):
    """A parent, or who stands in for one."""

    __tablename__ = "guardian"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    name: Mapped[str]
    cccd: Mapped[str | None] = mapped_column(unique=True)


class Guardianship(Base):
    """Whose child a pupil is, with dates: what a guardian may see ends with it."""

    __tablename__ = "guardianship"
    __table_args__ = (_dates_in_order(),)

    guardian_id: Mapped[UUID] = mapped_column(ForeignKey("guardian.id"), primary_key=True)
    pupil_id: Mapped[UUID] = mapped_column(ForeignKey("pupil.id"), primary_key=True)
    from_date: Mapped[date]
    to_date: Mapped[date | None]


class Enrolment(Base):
    """A pupil in a class, with dates; at any time in one class of the sector at most."""

    __tablename__ = "enrolment"
    __table_args__ = (
        _of_class(),
        _one_of("status", EnrolmentStatus),
        _dates_in_order(),
        Index("enrolments_of_a_class", "class_id", "pupil_id"),
        Index(
            "one_active_enrolment",
            "pupil_id",
            unique=True,
            postgresql_where=text("status = 'active'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    school_id: Mapped[UUID] = mapped_column(ForeignKey("school.id"))
    class_id: Mapped[UUID]
    pupil_id: Mapped[UUID] = mapped_column(ForeignKey("pupil.id"))
    from_date: Mapped[date]
    to_date: Mapped[date | None]
    status: Mapped[str]


class Subject(Base):
    """A subject of a programme in one grade, as the Ministry lists it."""

    __tablename__ = "subject"
    __table_args__ = (
        UniqueConstraint("program", "level", "grade", "code"),
        _one_of("mode", Mode),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    program: Mapped[str]
    level: Mapped[str]
    grade: Mapped[int]
    code: Mapped[str]
    name: Mapped[str]
    mode: Mapped[str]
    position: Mapped[int]
    required: Mapped[bool]
    regular_marks: Mapped[int]


class SubjectOffering(Base):
    """A subject that a class takes, with its teacher; `name` says which language, for example."""

    __tablename__ = "subject_offering"
    __table_args__ = (
        _of_class(),
        UniqueConstraint("class_id", "subject_id"),
        UniqueConstraint("id", "class_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    school_id: Mapped[UUID] = mapped_column(ForeignKey("school.id"))
    class_id: Mapped[UUID]
    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subject.id"))
    teacher_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    name: Mapped[str | None]


class MarkEvent(Base):
    """One cell of a register given a value: who, when, old, new, from which file and cell.

    `offering_id` is null for what belongs to no subject (conduct, absences, comments). `term` is
    1 or 2, and 0 for the year. `item` names the cell: `tx1`, `gk`, `ck`, `conduct`, ... The last
    event of a cell, by `seq`, holds its value.
    """

    __tablename__ = "mark_event"
    __table_args__ = (
        _of_class(),
        ForeignKeyConstraint(
            ["offering_id", "class_id"], ["subject_offering.id", "subject_offering.class_id"]
        ),
        CheckConstraint("term BETWEEN 0 AND 2", name="term"),
        Index("marks_of_a_class", "class_id", "pupil_id", "offering_id", "term", "item", "seq"),
        append_only(),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    seq: Mapped[int] = mapped_column(BigInteger, Identity(always=True), unique=True)
    school_id: Mapped[UUID] = mapped_column(ForeignKey("school.id"))
    class_id: Mapped[UUID]
    pupil_id: Mapped[UUID] = mapped_column(ForeignKey("pupil.id"))
    offering_id: Mapped[UUID | None]
    term: Mapped[int]
    item: Mapped[str]
    old_value: Mapped[bytes | None]
    new_value: Mapped[bytes]
    actor: Mapped[str]
    at: Mapped[datetime]
    source: Mapped[str | None]
    sheet: Mapped[str | None]
    cell: Mapped[str | None]


class RegisterLock(Base):
    """A pupil's marks of one class are closed; a return, or a summer re-test, opens them again."""

    __tablename__ = "register_lock"
    __table_args__ = (
        _of_class(),
        Index(
            "one_closed_register",
            "class_id",
            "pupil_id",
            unique=True,
            postgresql_where=text("opened_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    school_id: Mapped[UUID] = mapped_column(ForeignKey("school.id"))
    class_id: Mapped[UUID]
    pupil_id: Mapped[UUID] = mapped_column(ForeignKey("pupil.id"))
    closed_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]


class FrozenRecord(Base):
    """What one record states: its canonical bytes, encrypted, copied once and never touched."""

    __tablename__ = "frozen_record"
    __table_args__ = (
        _of_class(),
        Index("frozen_records_of_a_class", "class_id", "pupil_id"),
        append_only(),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    school_id: Mapped[UUID] = mapped_column(ForeignKey("school.id"))
    class_id: Mapped[UUID]
    pupil_id: Mapped[UUID] = mapped_column(ForeignKey("pupil.id"))
    digest: Mapped[str]
    content: Mapped[bytes]
    frozen_by: Mapped[str]
    frozen_at: Mapped[datetime]


class TransferSource(Base):
    """What a pupil brought along: another school's released record, or a note that there is none.

    `leaf` names the record; without one `kind` says why: `paper` or `abroad`. The record, its
    receipt and whatever else was in the file are sealed under the pupil's key.
    """

    __tablename__ = "transfer_source"
    __table_args__ = (
        UniqueConstraint("class_id", "pupil_id", "leaf", postgresql_nulls_not_distinct=True),
        _of_class(),
        append_only(),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    school_id: Mapped[UUID] = mapped_column(ForeignKey("school.id"))
    class_id: Mapped[UUID]
    pupil_id: Mapped[UUID] = mapped_column(ForeignKey("pupil.id"), index=True)
    realm: Mapped[str]
    leaf: Mapped[str | None]
    kind: Mapped[str]
    level: Mapped[str]
    school_year: Mapped[str]
    sealed: Mapped[bytes]
    received_by: Mapped[str]
    received_at: Mapped[datetime]
