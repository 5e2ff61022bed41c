"""What a record rests on: the year before, and first-term results that another school signed.

    previous_years(work, pupils)[pupil.id]     # a `hocba.ref/1`, or why there is none
    issued_years(work, pupils)[pupil.id]       # every year of the level, by school year
    brought = first_terms(work, pupils)        # for whom the first term came along
    brought[pupil.id].first_term, brought[pupil.id].references

A record named here was released: by this installation, or brought along by the pupil and
verified when it came (`transfer.py`). A reference shows the fields that the verifier
compares and no more. A record that its school withdrew is not built on.
"""

import base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from hocba.issuance.batch import STATUS
from hocba.issuance.foreign import foreign_errors
from hocba.issuance.kinds import Work
from hocba.issuance.models import (
    FrozenClassRow,
    LeafRow,
    ReleasedRow,
    StatementRow,
    TranscriptRow,
)
from hocba.issuance.receipt import LoadedBatch, load_batch
from hocba.issuance.stages import TranscriptId
from hocba.issuance.workplace import Workplace
from hocba.kit.errors import ConflictError, HocbaError, Where
from hocba.kit.vault import DataKey
from hocba.sector.assessment import Level
from hocba.sector.models import Pupil, TransferSource
from hocba.sector.year_book import FirstTerm
from ledger.receipts import build_receipt
from verifier.checks.references import follows
from verifier.errors import VerifierError
from verifier.formats.canonical import Json, JsonObject, parse_canonical
from verifier.formats.fields import field_leaf_values
from verifier.formats.management_code import GRADES
from verifier.formats.ref import Reference, make_reference, verify_whole
from verifier.formats.statements import WITHDRAWN, StatusStatement

YEAR_BEFORE: Final[tuple[str, ...]] = (
    "/book_id", "/grade", "/promotion/promoted", "/pupil/code", "/pupil/personal_number",
    "/school/name", "/school_year",
)  # fmt: skip
_TERM_HEAD: Final[tuple[str, ...]] = (
    "/book_id", "/conduct/term1", "/grade", "/pupil/code", "/pupil/personal_number",
    "/results/mean/term1", "/results/term1", "/school/name", "/school_year",
)  # fmt: skip
WHOLE_YEAR, PART = "year", "partial"
NOTES: Final = ("paper", "abroad")


@dataclass(frozen=True)
class Issued:
    """A released record, with its receipt."""

    record: JsonObject
    receipt: bytes

    @property
    def school_year(self) -> str:
        """The year that the record is about."""
        return str(self.record["school_year"])


@dataclass(frozen=True)
class Brought:
    """First-term results that another school signed, and the references that prove them."""

    first_term: FirstTerm
    references: tuple[JsonObject, ...]


def previous_year(work: Work, pupil: Pupil) -> Json:
    """The year before of one pupil; see `previous_years`.

    Raises:
        ConflictError: `previous_year.undecided`, `previous_year.other_grade`.
    """
    found = previous_years(work, [pupil])[pupil.id]
    if isinstance(found, ConflictError):
        raise found
    return found


def previous_years(work: Work, pupils: Sequence[Pupil]) -> dict[UUID, Json | ConflictError]:
    """What each record says of the year before; an error for whom it cannot be said yet.

    The newest released record of an earlier year of the same book; else what was noted when
    the pupil came; else `first` in the first grade of the level, and `paper` above it. A year
    that is not released yet, or was withdrawn without a successor, is not passed over.
    """
    issued = _issued_before(work, pupils)
    notes = _notes(work, pupils)
    first = GRADES[work.of.level][0] == work.of.grade
    answers: dict[UUID, Json | ConflictError] = {}
    for pupil in pupils:
        found = issued.get(pupil.id)
        if isinstance(found, Issued):
            answers[pupil.id] = _named(work, found)
        elif found is not None:
            answers[pupil.id] = found
        else:
            answers[pupil.id] = {"none": notes.get(pupil.id, "first" if first else "paper")}
    return answers


def first_terms(work: Work, pupils: Sequence[Pupil]) -> dict[UUID, Brought]:
    """For whom the first term of this year came along as a signed record, and what it says."""
    found: dict[UUID, Brought] = {}
    for row, issued in _stored(work, pupils):
        if row.class_id != work.of.class_id or row.school_year != work.of.school_year:
            continue
        reference = make_reference(
            issued.record, issued.receipt, first_term_pointers(issued.record)
        )
        found[row.pupil_id] = Brought(first_term_of(issued.record), (reference,))
    return found


def first_term_pointers(record: JsonObject) -> list[str]:
    """The fields by which a record proves first-term results."""
    known = {pointer for pointer, _ in field_leaf_values(record)}
    wanted = [one for one in _TERM_HEAD if one in known]
    for index, subject in enumerate(record.get("subjects", ())):
        if subject.get("term1") is not None:
            wanted += [f"/subjects/{index}/code", f"/subjects/{index}/term1"]
    return wanted


def first_term_of(record: JsonObject) -> FirstTerm:
    """First-term results as the year book takes them."""
    subjects = {
        subject["code"]: subject["term1"]
        for subject in record.get("subjects", ())
        if subject.get("term1") is not None
    }
    return FirstTerm(
        subjects,
        conduct=_level(record, "conduct"),
        learning=_level(record, "results"),
        mean=(record.get("results", {}).get("mean") or {}).get("term1"),
    )


def issued_of(wp: Workplace, db: Session, transcript: UUID) -> Issued:
    """A released record of this installation, with a receipt against the newest log."""
    batches: dict[str, LoadedBatch] = {}
    return _load(wp, db, transcript, batches)


def changed_sources(wp: Workplace, db: Session) -> Iterator[tuple[UUID, str]]:
    """Rows whose record, receipt and leaf are not one thing any more, with the reason."""
    rows = db.scalars(select(TransferSource).where(TransferSource.leaf.is_not(None))).all()
    keys = wp.vault.keys(db, {row.pupil_id for row in rows})
    for row in rows:
        if row.pupil_id not in keys:
            continue  # erased
        try:
            issued = _open(row, keys[row.pupil_id])
            verify_whole(Reference(row.realm, row.leaf or "", issued.receipt), issued.record)
        except (HocbaError, VerifierError) as error:
            yield row.id, error.code


def sealed_context(source: UUID) -> str:
    """The place of a brought record's content, authenticated by its encryption."""
    return f"transfer_source:{source}"


def withdrawn_leaves(db: Session, schools: Sequence[UUID]) -> frozenset[str]:
    """Leaves that these schools withdrew by their last word on each."""
    state: dict[str, str] = {}
    rows = db.scalars(
        select(StatementRow.payload)
        .where(StatementRow.school_id.in_(schools), StatementRow.kind == STATUS)
        .order_by(StatementRow.school_id, StatementRow.seq)
    )
    for payload in rows:
        for entry in StatusStatement.parse(payload).entries:
            state[entry.leaf] = entry.state
    return frozenset(leaf for leaf, said in state.items() if said == WITHDRAWN)


def _named(work: Work, issued: Issued) -> Json | ConflictError:
    """The reference, if this record's grade follows from that year's outcome."""
    promoted = issued.record.get("promotion", {}).get("promoted")
    where = Where(field="previous_year")
    if promoted is None:
        return ConflictError("previous_year.undecided", where=where, year=issued.school_year)
    if not follows(work.of.grade, issued.record["grade"], promoted=promoted):
        return ConflictError("previous_year.other_grade", where=where, year=issued.school_year)
    return make_reference(issued.record, issued.receipt, YEAR_BEFORE)


def _issued_before(work: Work, pupils: Sequence[Pupil]) -> dict[UUID, Issued | ConflictError]:
    """The newest record of an earlier year, of whichever school."""
    batches: dict[str, LoadedBatch] = {}
    found: dict[UUID, Issued | ConflictError] = {}
    for pupil, years in _own_years(work, pupils).items():
        earlier = [year for year in years if year < work.of.school_year]
        if earlier:
            found[pupil] = _opened(work, years[max(earlier)], batches)
    for row, issued in _stored(work, pupils):
        if row.kind != WHOLE_YEAR or issued.school_year >= work.of.school_year:
            continue
        known = found.get(row.pupil_id)
        if known is None or (isinstance(known, Issued) and known.school_year < issued.school_year):
            found[row.pupil_id] = issued
    return found


def issued_years(
    work: Work, pupils: Sequence[Pupil]
) -> dict[UUID, dict[str, Issued | ConflictError]]:
    """Every year of the level up to the class's own, by school year, of whichever school.

    The newest version of each that is released and not withdrawn; else why there is none.
    """
    batches: dict[str, LoadedBatch] = {}
    found: dict[UUID, dict[str, Issued | ConflictError]] = {
        pupil: {
            year: _opened(work, one, batches)
            for year, one in years.items()
            if year <= work.of.school_year
        }
        for pupil, years in _own_years(work, pupils).items()
    }
    for row, issued in _stored(work, pupils):
        if row.kind == WHOLE_YEAR and issued.school_year <= work.of.school_year:
            known = found.setdefault(row.pupil_id, {})
            if not isinstance(known.get(issued.school_year), Issued):
                known[issued.school_year] = issued
    return found


def _opened(
    work: Work, one: UUID | ConflictError, batches: dict[str, LoadedBatch]
) -> Issued | ConflictError:
    return _load(work.wp, work.db, one, batches) if isinstance(one, UUID) else one


def _own_years(work: Work, pupils: Sequence[Pupil]) -> dict[UUID, dict[str, UUID | ConflictError]]:
    """The transcript of each year that was issued here, or why none counts."""
    rows = work.db.execute(
        select(
            TranscriptRow.id,
            TranscriptRow.pupil_id,
            FrozenClassRow.school_id,
            FrozenClassRow.school_year,
            LeafRow.leaf_id,
            ReleasedRow.released_at,
        )
        .join(FrozenClassRow, FrozenClassRow.id == TranscriptRow.frozen_class_id)
        .outerjoin(ReleasedRow, ReleasedRow.transcript_id == TranscriptRow.id)
        .outerjoin(LeafRow, LeafRow.transcript_id == TranscriptRow.id)
        .where(
            TranscriptRow.pupil_id.in_([pupil.id for pupil in pupils]),
            TranscriptRow.returned_at.is_(None),
            FrozenClassRow.kind == WHOLE_YEAR,
            FrozenClassRow.level == work.of.level,
        )
        .order_by(FrozenClassRow.school_year, TranscriptRow.version)
    ).all()
    void = withdrawn_leaves(work.db, sorted({row.school_id for row in rows}))
    found: dict[UUID, dict[str, UUID | ConflictError]] = {}
    for row in rows:
        years = found.setdefault(row.pupil_id, {})
        if row.released_at is not None and row.leaf_id not in void:
            years[row.school_year] = row.id
        elif row.released_at is not None:  # what it had replaced does not count again
            years[row.school_year] = _no_year("withdrawn", row.school_year)
        elif row.school_year not in years:
            years[row.school_year] = _no_year("not_released", row.school_year)
    return found


def _no_year(why: str, year: str) -> ConflictError:
    return ConflictError(f"previous_year.{why}", where=Where(field="previous_year"), year=year)


def _load(wp: Workplace, db: Session, transcript: UUID, batches: dict[str, LoadedBatch]) -> Issued:
    store = wp.store(db)
    leaf = db.scalars(select(LeafRow).where(LeafRow.transcript_id == transcript)).one()
    if leaf.statement not in batches:
        batches[leaf.statement] = load_batch(wp, db, leaf.statement)
    batch, place = batches[leaf.statement], store.place(leaf.statement)
    if place is None:
        raise ConflictError("transcript.not_anchored")
    with foreign_errors():
        receipt = build_receipt(
            batch.sealed, leaf.position, batch.published, entry_index=place.entry
        )
    record = parse_canonical(store.frozen(TranscriptId(transcript)).record)
    return Issued(record, receipt.to_bytes())


def _stored(work: Work, pupils: Sequence[Pupil]) -> list[tuple[TransferSource, Issued]]:
    """Records that these pupils brought along at this level, oldest first, opened."""
    rows = _sources(work, pupils)
    keys = work.wp.vault.keys(work.db, {row.pupil_id for row in rows})
    return [(row, _open(row, keys[row.pupil_id])) for row in rows if row.leaf is not None]


def _open(row: TransferSource, key: DataKey) -> Issued:
    held = key.open_json(row.sealed, context=sealed_context(row.id))
    return Issued(parse_canonical(held["record"].encode()), base64.b64decode(held["receipt"]))


def _notes(work: Work, pupils: Sequence[Pupil]) -> Mapping[UUID, str]:
    return {row.pupil_id: row.kind for row in _sources(work, pupils) if row.leaf is None}


def _sources(work: Work, pupils: Sequence[Pupil]) -> Sequence[TransferSource]:
    return work.db.scalars(
        select(TransferSource)
        .where(
            TransferSource.pupil_id.in_([pupil.id for pupil in pupils]),
            TransferSource.level == work.of.level,
        )
        .order_by(TransferSource.received_at, TransferSource.id)
    ).all()


def _level(record: JsonObject, part: str) -> Level | None:
    value = record.get(part, {}).get("term1")
    return None if value is None else Level(value)
