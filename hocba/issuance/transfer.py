"""A pupil moves: out of one school with a signed part of the year, into another with that file.

    transfer_out(wp, of, pupil="3110000001", by="VT01", at=now())      # freezes a `partial`
    arrival = transfer_in(wp, of, data, file="hocba.pdf", by="VT01", at=now(), online=online)

Out: the part of the year is frozen and the enrolment ends that day; signing, sealing and
handing out go on as for every document. In: the file is verified as a stranger would, by the
root of its own realm and in a process of its own; what is not valid is refused, and so is a
version that was replaced. Then the pupil is enrolled under the same codes, the book goes on
under its own id and management code, and record and receipt are kept under the pupil's key.
First-term results are read from there at freeze (`sources.py`); nobody types them again.
"""

import base64
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from hocba.issuance.appointments import acting_school
from hocba.issuance.document import store_documents
from hocba.issuance.marks import freeze, load_frozen_class
from hocba.issuance.models import Book, FrozenClassRow, TranscriptRow
from hocba.issuance.seal import require_sealer
from hocba.issuance.sources import NOTES, PART, WHOLE_YEAR, sealed_context
from hocba.issuance.stages import FrozenClass, FrozenClassId
from hocba.issuance.targets import ClassTarget
from hocba.issuance.workplace import Workplace
from hocba.kit import audit
from hocba.kit.clock import local_date
from hocba.kit.errors import ConflictError, InputError, RefusedError
from hocba.sector import queries, setup
from hocba.sector.models import Enrolment, EnrolmentStatus, Pupil, TransferSource
from verifier.answers import Online
from verifier.checks.references import follows
from verifier.context import Context
from verifier.explain import deciding_check, result_code
from verifier.formats.canonical import JsonObject, canonical
from verifier.formats.pdf.parse import parse
from verifier.formats.receipt import Receipt
from verifier.guard import Guard
from verifier.report import Report, Verdict


@dataclass(frozen=True)
class Arrival:
    """Who came, into which class, and by whose record."""

    code: str
    name: str
    class_name: str
    school: str
    school_year: str


@dataclass(frozen=True)
class By:
    """On whose behalf, and when."""

    actor: str
    at: datetime


@dataclass(frozen=True)
class _Held:
    """What a pupil brought along, as one row keeps it."""

    realm: str
    leaf: str | None
    kind: str
    level: str
    school_year: str
    content: JsonObject


def transfer_out(  # noqa: PLR0913  # who leaves which class, and who says so
    wp: Workplace, of: ClassTarget, *, pupil: str, by: str, at: datetime, kind: str = PART
) -> FrozenClass:
    """Freeze what is known of the year and end the enrolment.

    A call that was cut short, or whose freeze was returned, is made again the same way.

    Raises:
        ConflictError: `transfer.not_in_class`, `class.already_frozen`, `freeze.*`.
        RefusedError: `transfer.not_allowed`.
        NotFoundError: `pupil.not_found`.
    """
    with wp.database.transaction("transfer.look") as db:
        actor = acting_clerk(db, of, by, at)
        live = _live(db, of, _enrolment(db, of, pupil).pupil_id, kind)
    if live is None:
        frozen = freeze(wp, of, by=by, at=at, kind=kind, pupils=(pupil,), pending=True)
    else:
        store_documents(wp, live, at=at)
        frozen = load_frozen_class(wp, live)
    with wp.database.transaction("transfer.out") as db:
        enrolment = _enrolment(db, of, pupil)
        if enrolment.status != EnrolmentStatus.ACTIVE.value:
            return frozen
        setup.end_enrolment(db, enrolment, status=EnrolmentStatus.TRANSFERRED, on=local_date(at))
        target = f"pupil:{enrolment.pupil_id}"
        audit.record(db, actor=actor, action="pupil.transferred_out", target=target, at=at)
    return frozen


def transfer_in(  # noqa: PLR0913  # a file, where the pupil goes, and who says so
    wp: Workplace,
    of: ClassTarget,
    data: bytes,
    *,
    file: str,
    by: str,
    at: datetime,
    online: Online,
) -> Arrival:
    """Verify the file, enrol the pupil and keep what was signed.

    Raises:
        ConflictError: `transfer.superseded`, `transfer.other_*`, `pupil.already_enrolled`.
        InputError: `transfer.not_valid`.
        RefusedError: `transfer.not_allowed`.
    """
    with wp.database.transaction("transfer.look") as db:
        actor = acting_clerk(db, of, by, at)
    with Guard() as guard:
        report = guard.verify(
            data, trust=wp.trust, others=wp.others, now=at, online=online, file=file
        )
    record = _accepted(report, file)
    _check_fits(of, record, file)
    receipt = _receipt(wp, data, record["realm"], at)
    with wp.database.transaction("transfer.in") as db:
        school_class = queries.class_by_id(db, of.school_id, of.class_id, lock=True)
        pupil = _pupil(wp, db, record, at)
        _book(db, pupil, record)
        setup.enrol(db, school_class, pupil, from_date=local_date(at))
        _keep(wp, db, of, pupil.id, _from_file(record, receipt), By(actor, at))
        audit.record(
            db, actor=actor, action="pupil.transferred_in", target=f"pupil:{pupil.id}", at=at
        )
        return Arrival(
            pupil.code, pupil.name, of.class_name, record["school"]["name"], record["school_year"]
        )


def note_origin(  # noqa: PLR0913  # about whom, and who says so
    wp: Workplace, of: ClassTarget, *, pupil: str, kind: str, by: str, at: datetime
) -> None:
    """Note why a pupil's year before has no digital transcript: `paper` or `abroad`.

    Raises:
        InputError: `transfer.other_kind`.
        ConflictError: `transfer.not_in_class`.
    """
    if kind not in NOTES:
        raise InputError("transfer.other_kind", file=kind)
    with wp.database.transaction("transfer.note") as db:
        actor = acting_clerk(db, of, by, at)
        enrolment = _enrolment(db, of, pupil)
        note = _Held(wp.realm, None, kind, of.level, of.school_year, {"kind": kind})
        _keep(wp, db, of, enrolment.pupil_id, note, By(actor, at))


def acting_clerk(db: Session, of: ClassTarget, staff: str, at: datetime) -> str:
    """Who may carry out a move of pupils, as an actor; RefusedError `transfer.not_allowed`."""
    try:
        acting = acting_school(db, of.school_id, at=at)
        return f"staff:{require_sealer(db, acting, staff, at=at)}"
    except RefusedError as error:
        raise RefusedError("transfer.not_allowed") from error


def _enrolment(db: Session, of: ClassTarget, code: str) -> Enrolment:
    """The pupil's newest enrolment in the class, running or ended by a transfer."""
    pupil = queries.pupil_by_code(db, of.school_id, code)
    stays = (EnrolmentStatus.ACTIVE.value, EnrolmentStatus.TRANSFERRED.value)
    found = db.scalars(
        select(Enrolment)
        .where(
            Enrolment.class_id == of.class_id,
            Enrolment.pupil_id == pupil.id,
            Enrolment.status.in_(stays),
        )
        .order_by(Enrolment.from_date.desc())
    ).first()
    if found is None:
        raise ConflictError("transfer.not_in_class", code=code, name=of.class_name)
    return found


def _live(db: Session, of: ClassTarget, pupil: UUID, kind: str) -> FrozenClassId | None:
    """The freeze in which this pupil's part of the year stands already."""
    found = db.scalars(
        select(FrozenClassRow.id)
        .join(TranscriptRow, TranscriptRow.frozen_class_id == FrozenClassRow.id)
        .where(
            FrozenClassRow.class_id == of.class_id,
            FrozenClassRow.kind == kind,
            TranscriptRow.pupil_id == pupil,
            TranscriptRow.returned_at.is_(None),
        )
    ).first()
    return None if found is None else FrozenClassId(found)


def _accepted(report: Report, file: str) -> JsonObject:
    """The verified record of a file that may be built on."""
    accepted = report.verdict in (Verdict.VALID, Verdict.VALID_NOTE)
    if not accepted or report.record is None:
        code = result_code(report, deciding_check(report))
        raise InputError("transfer.not_valid", file=file, verdict=report.verdict.value, code=code)
    if "superseded" in report.notes:
        raise ConflictError("transfer.superseded", file=file)
    return report.record


def _check_fits(of: ClassTarget, record: JsonObject, file: str) -> None:
    """A part of this year in this grade, or an earlier year that leads into it."""
    if record["kind"] not in (PART, WHOLE_YEAR):
        raise ConflictError("transfer.other_kind", file=file)
    if record["level"] != of.level:
        raise ConflictError("transfer.other_level", file=file, name=of.class_name)
    year, grade = record["school_year"], record["grade"]
    this_year = (year, grade) == (of.school_year, of.grade)
    promoted = record.get("promotion", {}).get("promoted")
    earlier = (
        record["kind"] == WHOLE_YEAR
        and year < of.school_year
        and isinstance(promoted, bool)
        and follows(of.grade, grade, promoted=promoted)
    )
    if not (this_year or earlier):
        raise ConflictError(
            "transfer.other_year", file=file, year=year, grade=grade, name=of.class_name
        )


def _receipt(wp: Workplace, data: bytes, realm: str, at: datetime) -> Receipt:
    """The receipt of a file that was verified a moment ago."""
    trust = next(root for root in (wp.trust, *wp.others) if root.realm == realm)
    return Context(data=data, trust=trust, now=at, pdf=parse(data)).receipt


def _pupil(wp: Workplace, db: Session, record: JsonObject, at: datetime) -> Pupil:
    """The sector's pupil of this code; one who is known already stays as they are."""
    given = record["pupil"]
    known = db.scalars(select(Pupil).where(Pupil.code == given["code"])).one_or_none()
    if known is None:
        new = setup.NewPupil(
            given["code"], given["name"], given["birth_date"], given["personal_number"]
        )
        return setup.add_pupil(db, wp.vault, new, at=at)
    by_number = known.personal_number is not None and (
        known.personal_number == given["personal_number"]
    )
    by_name = (known.name, known.birth_date) == (given["name"], given["birth_date"])
    if not (by_number or by_name):
        raise ConflictError("transfer.other_pupil", code=given["code"])
    return known


def _book(db: Session, pupil: Pupil, record: JsonObject) -> None:
    """The book goes on under its own id, whichever realm opened it."""
    known = db.scalars(
        select(Book).where(Book.pupil_id == pupil.id, Book.level == record["level"])
    ).one_or_none()
    if known is None:
        db.add(
            Book(
                id=UUID(record["book_id"]),
                pupil_id=pupil.id,
                level=record["level"],
                management_code=record["management_code"],
            )
        )
        db.flush()
    elif str(known.id) != record["book_id"]:
        raise ConflictError("transfer.other_book", code=pupil.code)


def _from_file(record: JsonObject, receipt: Receipt) -> _Held:
    return _Held(
        record["realm"],
        receipt.leaf.id(),
        record["kind"],
        record["level"],
        record["school_year"],
        {
            "record": canonical(record).decode(),
            "receipt": base64.b64encode(receipt.to_bytes()).decode(),
        },
    )


def _keep(  # noqa: PLR0913, PLR0917  # whose, where, what, and on whose behalf
    wp: Workplace, db: Session, of: ClassTarget, pupil: UUID, held: _Held, by: By
) -> None:
    """Add the row, once."""
    kept = db.scalars(
        select(TransferSource.id).where(
            TransferSource.class_id == of.class_id,
            TransferSource.pupil_id == pupil,
            TransferSource.leaf.is_not_distinct_from(held.leaf),
        )
    ).first()
    if kept is not None:
        return
    new = wp.new_id()
    key = wp.vault.key(db, pupil)
    db.add(
        TransferSource(
            id=new,
            school_id=of.school_id,
            class_id=of.class_id,
            pupil_id=pupil,
            realm=held.realm,
            leaf=held.leaf,
            kind=held.kind,
            level=held.level,
            school_year=held.school_year,
            sealed=key.seal_json(held.content, context=sealed_context(new)),
            received_by=by.actor,
            received_at=by.at,
        )
    )
