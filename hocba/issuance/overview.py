"""Where everything stands: classes by stage, pupils of one class. Only reads.

for row in class_overview(db, school): print(row.name, row.counts)
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from hocba.issuance.models import (
    AnchorRow,
    FrozenClassRow,
    LeafRow,
    PendingRow,
    ReleasedRow,
    TranscriptRow,
)
from hocba.issuance.targets import ClassTarget
from hocba.sector import queries
from hocba.sector.models import Enrolment, School, SchoolClass, SchoolYear

STAGES = (
    "none",
    "pending",
    "frozen",
    "signing",
    "approved",
    "sealed",
    "batched",
    "anchored",
    "released",
)
"""How far a pupil's transcript came, in order."""


@dataclass(frozen=True)
class PupilOverview:
    """One pupil's newest transcript; `record_id` and `digest` are None before the freeze."""

    code: str
    name: str
    stage: str
    version: int | None = None
    record_id: UUID | None = None
    digest: str | None = None


@dataclass(frozen=True)
class ClassOverview:
    """How many pupils of a class are at which stage."""

    name: str
    pupils: int
    counts: dict[str, int]


def pupil_overview(
    db: Session, of: ClassTarget, *, steps: int, kind: str = "year"
) -> list[PupilOverview]:
    """Every pupil of the class in the order of the class list."""
    newest = {row[0].pupil_id: row for row in _transcripts(db, of, kind)}
    pending = set(
        db.scalars(
            select(PendingRow.pupil_id)
            .join(FrozenClassRow, FrozenClassRow.id == PendingRow.frozen_class_id)
            .where(
                FrozenClassRow.class_id == of.class_id,
                FrozenClassRow.kind == kind,
                FrozenClassRow.returned_at.is_(None),
            )
        )
    )
    found = []
    for pupil in queries.pupils_of_class(db, of.school_id, of.class_id):
        row = newest.get(pupil.id)
        if row is None:
            stage = "pending" if pupil.id in pending else "none"
            found.append(PupilOverview(pupil.code, pupil.name, stage))
            continue
        transcript, leaf, entry, released = row
        stage = _stage(transcript.revisions, steps, leaf, entry, released)
        found.append(
            PupilOverview(
                pupil.code,
                pupil.name,
                stage,
                transcript.version,
                transcript.record_id,
                transcript.record_digest,
            )
        )
    return found


def class_overview(
    db: Session, classes: Sequence[ClassTarget], *, steps: int
) -> list[ClassOverview]:
    """Every class with the number of pupils at each stage."""
    overviews = []
    for of in classes:
        pupils = pupil_overview(db, of, steps=steps)
        counts = Counter(each.stage for each in pupils)
        ordered = {stage: counts[stage] for stage in STAGES if counts[stage]}
        overviews.append(ClassOverview(of.class_name, len(pupils), ordered))
    return overviews


@dataclass(frozen=True)
class SchoolProgress:
    """A school in numbers: pupils of its newest year, and how many came how far."""

    code: str
    name: str
    school_year: str
    pupils: int
    frozen: int
    sealed: int
    released: int


def school_progress(db: Session) -> list[SchoolProgress]:
    """Every school, by code; counted by the database, so that ten thousand classes are no more."""
    newest = (
        select(SchoolYear.school_id, func.max(SchoolYear.name).label("name"))
        .group_by(SchoolYear.school_id)
        .subquery()
    )
    rows = db.execute(
        select(
            School.code,
            School.name,
            newest.c.name.label("year"),
            func.count(Enrolment.pupil_id.distinct()).label("pupils"),
            func.count(TranscriptRow.pupil_id.distinct()).label("frozen"),
            func.count(TranscriptRow.pupil_id.distinct())
            .filter(LeafRow.leaf_id.is_not(None))
            .label("sealed"),
            func.count(TranscriptRow.pupil_id.distinct())
            .filter(ReleasedRow.digest.is_not(None))
            .label("released"),
        )
        .join(newest, newest.c.school_id == School.id)
        .join(SchoolYear, (SchoolYear.school_id == School.id) & (SchoolYear.name == newest.c.name))
        .outerjoin(SchoolClass, SchoolClass.school_year_id == SchoolYear.id)
        .outerjoin(
            Enrolment,
            (Enrolment.class_id == SchoolClass.id) & Enrolment.status.in_(("active", "finished")),
        )
        .outerjoin(
            FrozenClassRow,
            (FrozenClassRow.class_id == SchoolClass.id) & (FrozenClassRow.kind == "year"),
        )
        .outerjoin(
            TranscriptRow,
            (TranscriptRow.frozen_class_id == FrozenClassRow.id)
            & (TranscriptRow.pupil_id == Enrolment.pupil_id)
            & TranscriptRow.returned_at.is_(None),
        )
        .outerjoin(LeafRow, LeafRow.transcript_id == TranscriptRow.id)
        .outerjoin(ReleasedRow, ReleasedRow.transcript_id == TranscriptRow.id)
        .group_by(School.code, School.name, newest.c.name)
        .order_by(School.code)
    ).all()
    return [SchoolProgress(*row) for row in rows]


def _transcripts(
    db: Session, of: ClassTarget, kind: str
) -> Sequence[Row[TranscriptRow, str, int, str]]:
    """Live transcripts, the newest version of a pupil last."""
    return db.execute(
        select(TranscriptRow, LeafRow.leaf_id, AnchorRow.entry, ReleasedRow.digest)
        .join(FrozenClassRow, FrozenClassRow.id == TranscriptRow.frozen_class_id)
        .outerjoin(LeafRow, LeafRow.transcript_id == TranscriptRow.id)
        .outerjoin(AnchorRow, AnchorRow.statement == LeafRow.statement)
        .outerjoin(ReleasedRow, ReleasedRow.transcript_id == TranscriptRow.id)
        .where(
            FrozenClassRow.class_id == of.class_id,
            FrozenClassRow.kind == kind,
            TranscriptRow.returned_at.is_(None),
        )
        .order_by(TranscriptRow.version)
    ).all()


def _stage(
    revisions: int, steps: int, leaf: str | None, entry: int | None, released: str | None
) -> str:
    known = (
        (released is not None, "released"),
        (entry is not None, "anchored"),
        (leaf is not None, "batched"),
        (revisions == steps + 1, "sealed"),
        (revisions == steps, "approved"),
        (revisions > 1, "signing"),
    )
    return next((stage for holds, stage in known if holds), "frozen")
