"""Which record a pupil's year belongs to, and which version comes next.

A book is one pupil and one level, a series one kind and year of it at the school of first
issue. The next version is the last sealed one plus one: a return frees its number, since
only the seal uses it up.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from hocba.issuance.credential import CredentialKind
from hocba.issuance.models import MANAGEMENT_SERIAL, Book, LeafRow, RecordSeries, TranscriptRow
from hocba.issuance.targets import ClassTarget
from hocba.issuance.workplace import Workplace
from hocba.kit.clock import local_date
from verifier.formats.management_code import make_code


@dataclass(frozen=True)
class NextVersion:
    """The version that a freeze proposes; `previous_leaf` names the one before."""

    book_id: UUID
    record_id: UUID
    management_code: str
    number: int
    previous_leaf: str | None


def next_versions(  # noqa: PLR0913  # whose, of what, and by which class
    wp: Workplace,
    db: Session,
    of: ClassTarget,
    kind: CredentialKind,
    pupils: Sequence[UUID],
    *,
    at: datetime,
) -> dict[UUID, NextVersion]:
    """Return the next version of each pupil's record, making book and series where needed."""
    books = _books(wp, db, kind, pupils, at=at)
    year = of.school_year if kind.per_year else None
    found = db.scalars(
        select(RecordSeries).where(
            RecordSeries.book_id.in_([book.id for book in books.values()]),
            RecordSeries.kind == kind.kind,
            RecordSeries.school_year.is_not_distinct_from(year),
            RecordSeries.school_id == of.school_id,
        )
    )
    series = {row.book_id: row for row in found}
    fresh = [book for book in books.values() if book.id not in series]
    for book in fresh:
        series[book.id] = RecordSeries(
            record_id=wp.new_id(),
            book_id=book.id,
            school_id=of.school_id,
            kind=kind.kind,
            school_year=year,
        )
        db.add(series[book.id])
    wp.vault.new_keys(db, [series[book.id].record_id for book in fresh], at=at)
    db.flush()
    last = _last_versions(db, [row.record_id for row in series.values()])
    return {pupil: _next(books[pupil], series[books[pupil].id], last) for pupil in books}


def _next(book: Book, series: RecordSeries, last: dict[UUID, tuple[int, str]]) -> NextVersion:
    number, leaf = last.get(series.record_id, (0, None))
    return NextVersion(book.id, series.record_id, book.management_code, number + 1, leaf)


def _books(
    wp: Workplace, db: Session, kind: CredentialKind, pupils: Sequence[UUID], *, at: datetime
) -> dict[UUID, Book]:
    found = db.scalars(
        select(Book).where(Book.pupil_id.in_(list(pupils)), Book.level == kind.level)
    )
    books = {book.pupil_id: book for book in found}
    for pupil in pupils:
        if pupil not in books:
            code = make_code(
                province=wp.settings.province_code,
                opened=local_date(at).year,
                level=kind.level,
                serial=db.scalar(MANAGEMENT_SERIAL),
            )
            books[pupil] = Book(
                id=wp.new_id(), pupil_id=pupil, level=kind.level, management_code=code
            )
            db.add(books[pupil])
    db.flush()
    return books


def _last_versions(db: Session, records: Sequence[UUID]) -> dict[UUID, tuple[int, str]]:
    """Number and leaf of the last sealed version of each series."""
    rows = db.execute(
        select(TranscriptRow.record_id, TranscriptRow.version, LeafRow.leaf_id)
        .join(LeafRow, LeafRow.transcript_id == TranscriptRow.id)
        .where(TranscriptRow.record_id.in_(list(records)))
        .order_by(TranscriptRow.version)
    )
    return {record: (version, leaf) for record, version, leaf in rows}
