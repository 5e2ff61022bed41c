"""From what a school knows to frozen records: a class's register is closed, what it said stands.

    frozen = freeze_class(wp, target, FreezeRequest(actor="staff:..."), at=now())
    frozen = freeze_class(wp, target, FreezeRequest("staff:...", kind="identity"), at=now())

Everything is decided in one transaction that holds the class: who is complete, which
record and version each pupil gets, salt and date of issue. Each record is built, checked
by the verifier's parser and laid out on its form before anything is written, so a letter
that the form lacks is an error here and never a box on paper. Pupils whose marks are not
complete are listed as pending; a later freeze completes them. Nobody who will sign is named.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from hocba.issuance.appointments import acting_school
from hocba.issuance.credential import CredentialKind, kind_of
from hocba.issuance.document import Progress, store_documents
from hocba.issuance.events import NextRecord, check_kind, check_next
from hocba.issuance.inputs import make_record, of_pupil
from hocba.issuance.kinds import Gathered, Work, maker_of
from hocba.issuance.mark_sheets import with_sheets
from hocba.issuance.models import FrozenClassRow, PendingRow, TranscriptRow
from hocba.issuance.record import Event
from hocba.issuance.rendition import make_document
from hocba.issuance.series import next_versions
from hocba.issuance.stages import (
    FrozenClass,
    FrozenClassId,
    FrozenRecord,
    PendingPupil,
    RecordId,
    TranscriptId,
)
from hocba.issuance.store import frozen_context
from hocba.issuance.targets import ClassTarget, kind_of_freeze
from hocba.issuance.workplace import Workplace
from hocba.kit import audit
from hocba.kit.clock import local_date
from hocba.kit.errors import ConflictError, HocbaError, SeveralInputError
from hocba.sector import queries, registers
from hocba.sector.assessment import regulation_for
from hocba.sector.models import FrozenRecord as FrozenRecordRow
from hocba.sector.models import Pupil, School
from verifier.formats.canonical import parse_canonical
from verifier.formats.policy import SigningPolicy


@dataclass(frozen=True)
class FreezeRequest:
    """What is asked for: the whole class, those still pending, or new versions of some.

    `kind` is what is made of them: the year's transcript unless something else is said.
    `event` other than `issue` makes the next version of issued transcripts, for the pupils
    named by code; it needs their registers to have been opened (`returns.open_for_correction`).
    """

    actor: str
    event: Event = "issue"
    pending: bool = False
    pupils: tuple[str, ...] = ()
    kind: str = "year"


def freeze(  # noqa: PLR0913  # what people say when they ask for it
    wp: Workplace,
    of: ClassTarget,
    *,
    by: str,
    at: datetime,
    event: Event = "issue",
    pending: bool = False,
    pupils: Sequence[str] = (),
    kind: str = "year",
    progress: Progress = lambda _done, _total: None,
) -> FrozenClass:
    """Freeze on behalf of a member of staff and store the documents.

    A freeze that was cut short before its documents were stored is completed instead.

    Raises:
        NotFoundError: `staff.not_found`.
        ConflictError, DocumentError: as `freeze_class`.
    """
    with wp.database.transaction("freeze.look") as db:
        member = queries.staff_by_code(db, acting_school(db, of.school_id, at=at), by)
        unfinished = _without_documents(db, of, kind)
    if unfinished is not None and event == "issue" and not pending:
        store_documents(wp, unfinished, at=at, progress=progress)
        return load_frozen_class(wp, unfinished)
    request = FreezeRequest(f"staff:{member.id}", event, pending, tuple(pupils), kind)
    frozen = freeze_class(wp, of, request, at=at)
    store_documents(wp, frozen.id, at=at, progress=progress)
    return frozen


def load_frozen_class(wp: Workplace, frozen_class: FrozenClassId) -> FrozenClass:
    """Read a freeze back, each record re-verified."""
    with wp.database.transaction("freeze.read") as db:
        row = db.get_one(FrozenClassRow, frozen_class)
        school = db.get_one(School, row.school_id)
        school_class = queries.class_by_id(db, row.school_id, row.class_id)
        store = wp.store(db)
        transcripts = db.scalars(
            select(TranscriptRow.id)
            .where(TranscriptRow.frozen_class_id == frozen_class)
            .where(TranscriptRow.returned_at.is_(None))
            .order_by(TranscriptRow.position)
        ).all()
        pending = db.execute(
            select(PendingRow.pupil_id, Pupil.name, PendingRow.reason)
            .join(Pupil, Pupil.id == PendingRow.pupil_id)
            .where(PendingRow.frozen_class_id == frozen_class)
            .order_by(Pupil.sort_key, Pupil.code)
        ).all()
        return FrozenClass(
            frozen_class,
            kind_of_freeze(row),
            school.code,
            row.school_year,
            school_class.name,
            row.issued_on,
            tuple(store.frozen(TranscriptId(each)) for each in transcripts),
            tuple(PendingPupil(*each) for each in pending),
        )


def _without_documents(db: Session, of: ClassTarget, kind: str) -> FrozenClassId | None:
    """The newest freeze of the class and kind of which a document is still to be stored."""
    found = db.scalars(
        select(FrozenClassRow.id)
        .join(TranscriptRow, TranscriptRow.frozen_class_id == FrozenClassRow.id)
        .where(
            FrozenClassRow.class_id == of.class_id,
            FrozenClassRow.kind == kind,
            TranscriptRow.revisions == 0,
            TranscriptRow.returned_at.is_(None),
        )
        .order_by(FrozenClassRow.frozen_at.desc())
        .limit(1)
    ).first()
    return None if found is None else FrozenClassId(found)


def freeze_class(
    wp: Workplace, of: ClassTarget, request: FreezeRequest, *, at: datetime
) -> FrozenClass:
    """Freeze what is asked for and return it.

    Raises:
        ConflictError: `class.already_frozen`, `freeze.nobody_complete`, `freeze.not_issued`,
            `freeze.in_progress`.
        DocumentError: what the form cannot show; several come together.
    """
    kind = kind_in_force(request.kind, of)
    check_kind(request.event, kind.kind)
    policy = kind.policy(wp.trust, at=at)
    with wp.database.transaction("freeze") as db:
        queries.class_by_id(db, of.school_id, of.class_id, lock=True)
        pupils, completes = _chosen(db, of, request, kind, steps=len(policy.steps))
        school = db.get_one(School, of.school_id)
        work = Work(wp, db, of, school, kind, request.event, at, request.actor)
        gathered = with_sheets(work, policy, maker_of(kind)(work, pupils))
        if not gathered.complete:
            raise ConflictError("freeze.nobody_complete", name=of.class_name)
        frozen = _frozen(work, policy, gathered)
        _write(work, policy, request, frozen, completes)
        return frozen


def kind_in_force(kind: str, of: ClassTarget) -> CredentialKind:
    """The kind of this name for a class: its level and the regulation of its cohort.

    Raises:
        InputError: `regulation.none`.
        NotFoundError: `issuance.unknown_kind`.
    """
    rules = regulation_for(level=of.level, grade=of.grade, school_year=of.school_year)
    return kind_of(kind, level=of.level, regulation=(rules.id, rules.version))


def _chosen(
    db: Session, of: ClassTarget, request: FreezeRequest, kind: CredentialKind, *, steps: int
) -> tuple[list[Pupil], UUID | None]:
    """The pupils that this freeze is about, and the freeze that it completes."""
    # A part of the year that was sent back is made again of somebody who has left.
    moved = request.pupils if request.kind == "partial" else ()
    everybody = queries.pupils_of_class(db, of.school_id, of.class_id, left=moved)
    live = _live(db, of, kind)
    first = db.scalars(
        select(FrozenClassRow.id)
        .where(
            FrozenClassRow.class_id == of.class_id,
            FrozenClassRow.kind == request.kind,
            FrozenClassRow.returned_at.is_(None),
        )
        .order_by(FrozenClassRow.frozen_at, FrozenClassRow.id)
        .limit(1)
    ).one_or_none()
    named = [queries.pupil_by_code(db, of.school_id, code).id for code in request.pupils]
    if request.event != "issue":
        chosen = [db.get_one(Pupil, each) for each in named]  # who has left may be corrected too
        _require_issued(chosen, live, steps)
        return chosen, first
    if first is not None and not request.pending:
        raise ConflictError("class.already_frozen", name=of.class_name)
    left = [pupil for pupil in everybody if pupil.id not in live]
    if named:
        left = [pupil for pupil in left if pupil.id in named]
    if not left:
        raise ConflictError("class.already_frozen", name=of.class_name)
    return left, first


def _live(db: Session, of: ClassTarget, kind: CredentialKind) -> dict[UUID, TranscriptRow]:
    """The newest version of each pupil: of the class; of the school where the kind has no year."""
    rows = (
        select(TranscriptRow)
        .join(FrozenClassRow, FrozenClassRow.id == TranscriptRow.frozen_class_id)
        .where(FrozenClassRow.kind == kind.kind, TranscriptRow.returned_at.is_(None))
        .order_by(TranscriptRow.version)
    )
    if kind.per_year:
        rows = rows.where(FrozenClassRow.class_id == of.class_id)
    else:
        rows = rows.where(
            FrozenClassRow.school_id == of.school_id, FrozenClassRow.level == kind.level
        )
    return {row.pupil_id: row for row in db.scalars(rows)}


def _require_issued(chosen: Sequence[Pupil], live: dict[UUID, TranscriptRow], steps: int) -> None:
    if not chosen:
        raise ConflictError("freeze.nobody_named")
    for pupil in chosen:
        newest = live.get(pupil.id)
        if newest is None:
            raise ConflictError("freeze.not_issued", code=pupil.code)
        if newest.revisions <= steps:
            raise ConflictError("freeze.in_progress", code=pupil.code)


def _frozen(work: Work, policy: SigningPolicy, gathered: Gathered) -> FrozenClass:
    """Build every record and lay each out once; all faults come together."""
    wp, of = work.wp, work.of
    frozen_class = FrozenClassId(wp.new_id())
    versions = next_versions(
        wp, work.db, of, work.kind, [each.pupil.id for each in gathered.complete], at=work.at
    )
    records: list[FrozenRecord] = []
    problems: list[HocbaError] = []
    for each in gathered.complete:
        version = versions[each.pupil.id]
        try:
            record = FrozenRecord(
                TranscriptId(wp.new_id()),
                frozen_class,
                RecordId(version.record_id),
                version.number,
                each.pupil.id,
                make_record(work, policy, each, version, salt=wp.random(32)),
            )
            if work.event != "issue":
                check_next(wp, work.db, _next(work, each.pupil, record))
            make_document(record, work.kind)
            records.append(record)
        except SeveralInputError:
            raise
        except HocbaError as error:
            problems.append(of_pupil(error, each.pupil))
    if problems:
        raise problems[0] if len(problems) == 1 else SeveralInputError(problems)
    return FrozenClass(
        frozen_class,
        work.kind,
        of.school,
        of.school_year,
        of.class_name,
        local_date(work.at),
        tuple(records),
        gathered.pending,
    )


def _next(work: Work, pupil: Pupil, record: FrozenRecord) -> NextRecord:
    return NextRecord(
        work.event,
        work.of.class_id,
        pupil.id,
        pupil.code,
        record.record_id,
        parse_canonical(record.record),
    )


def _write(
    work: Work,
    policy: SigningPolicy,
    request: FreezeRequest,
    frozen: FrozenClass,
    completes: UUID | None,
) -> None:
    db, of, at, kind = work.db, work.of, work.at, work.kind
    db.add(
        FrozenClassRow(
            id=frozen.id,
            school_id=of.school_id,
            class_id=of.class_id,
            school_year=of.school_year,
            kind=kind.kind,
            level=kind.level,
            event=request.event,
            policy_id=policy.id,
            template_id=kind.template_id,
            issued_on=frozen.issued_on,
            frozen_at=at,
            frozen_by=request.actor,
            completes=completes,
            returned_at=None,
        )
    )
    db.flush()
    previous = _newest_sealed(db, frozen)
    codes = {pupil.id: pupil.code for pupil in _pupils(db, frozen)}
    slot_key = work.wp.slot_key(of.school_year)
    for position, record in enumerate(frozen.records):
        db.add(_frozen_row(work, request, record))
        db.flush()
        slot = kind.slot(
            slot_key, pupil=codes[record.pupil], school_year=of.school_year, school=of.school
        )
        db.add(_transcript_row(record, position, slot, previous.get(record.record_id)))
    for each in frozen.pending:
        db.add(PendingRow(frozen_class_id=frozen.id, pupil_id=each.pupil, reason=each.reason))
    if kind.closes_registers:
        closed = [record.pupil for record in frozen.records]
        registers.close_registers(db, of.school_id, of.class_id, closed, at=at)
    audit.record(
        db, actor=request.actor, action="class.frozen", target=f"frozen_class:{frozen.id}", at=at
    )


def _newest_sealed(db: Session, frozen: FrozenClass) -> dict[UUID, UUID]:
    """The transcript that each new version follows, by record."""
    rows = db.execute(
        select(TranscriptRow.record_id, TranscriptRow.id)
        .where(
            TranscriptRow.record_id.in_([record.record_id for record in frozen.records]),
            TranscriptRow.returned_at.is_(None),
        )
        .order_by(TranscriptRow.version)
    )
    return {record_id: transcript for record_id, transcript in rows}  # noqa: C416  # last one wins


def _pupils(db: Session, frozen: FrozenClass) -> Sequence[Pupil]:
    wanted = [record.pupil for record in frozen.records]
    return db.scalars(select(Pupil).where(Pupil.id.in_(wanted))).all()


def _frozen_row(work: Work, request: FreezeRequest, record: FrozenRecord) -> FrozenRecordRow:
    key = work.wp.vault.key(work.db, record.record_id)
    return FrozenRecordRow(
        id=record.transcript,
        school_id=work.of.school_id,
        class_id=work.of.class_id,
        pupil_id=record.pupil,
        digest=record.digest,
        content=key.seal(record.record, context=frozen_context(record.transcript)),
        frozen_by=request.actor,
        frozen_at=work.at,
    )


def _transcript_row(
    record: FrozenRecord, position: int, slot: str, previous: UUID | None
) -> TranscriptRow:
    return TranscriptRow(
        id=record.transcript,
        frozen_class_id=record.frozen_class,
        pupil_id=record.pupil,
        record_id=record.record_id,
        version=record.version,
        position=position,
        revisions=0,
        record_digest=record.digest,
        slot=slot,
        previous_id=previous,
        returned_at=None,
    )
