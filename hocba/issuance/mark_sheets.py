"""Subject teachers sign what they entered: one sheet per class, subject and term.

    offer = propose_sheet(wp, target, subject="TOAN", term=1, staff="GV03", at=now())
    show(offer.lines)                              # names, marks and results, as they are signed
    sheet = sign_sheet(wp, offer, pin=pin, clock=now)

A sheet holds the rows that are complete and not signed yet, or changed since; each row has
a salt of its own, kept under its pupil's key. Marks may be changed after that, but what is
frozen then needs a new sheet with the changed rows, where the policy asks for sheets
(`with_sheets`). Sequence, rows and signature are made in one transaction that holds the
class, and the rows are compared with what was shown.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from hocba.issuance.appointments import Signer, check_certificate, find_signer, open_key
from hocba.issuance.approval import Clock
from hocba.issuance.foreign import foreign_errors
from hocba.issuance.kinds import Gathered, Ready, Work
from hocba.issuance.models import MarkSheetLineRow, MarkSheetRow
from hocba.issuance.stages import PendingPupil
from hocba.issuance.targets import ClassTarget
from hocba.issuance.workplace import Workplace
from hocba.kit import audit
from hocba.kit.errors import ConflictError, HocbaError, NotFoundError
from hocba.kit.failpoints import failpoint
from hocba.sector import queries, registers
from hocba.sector.assessment import Edition, TermMarks, regulation_for
from hocba.sector.assessment.marks import EXEMPT, term_average, term_comment
from hocba.sector.year_book import year_book
from ledger.tree import Tree
from signing.custody import SigningKey
from signing.pades import detached_cades
from verifier.formats.appointment import subject_scope
from verifier.formats.canonical import Json, JsonObject, canonical, parse_canonical, sha256_hex
from verifier.formats.marksheet import TERMS, MarkSheet, Row, RowProof
from verifier.formats.merkle import leaf_hash
from verifier.formats.policy import TEACHER, SigningPolicy

HASH_SIZE = 32
Place = tuple[str, int]
"""Subject code and term."""


@dataclass(frozen=True)
class Line:
    """One row as the teacher sees it before signing."""

    pupil: UUID
    name: str
    row: Row


@dataclass(frozen=True)
class SheetOffer:
    """What a teacher is asked to sign; `incomplete` names pupils whose marks are missing."""

    of: ClassTarget
    offering: queries.Offering
    term: int
    staff: UUID
    signer: Signer
    lines: tuple[Line, ...]
    incomplete: tuple[str, ...]

    @property
    def list_digest(self) -> str:
        """Digest of the rows that are shown, hex."""
        return sha256_hex(canonical([line.row.to_object() for line in self.lines]))


@dataclass(frozen=True)
class Signed:
    """A row that was signed, and where."""

    proof: RowProof
    digest: str


def propose_sheet(  # noqa: PLR0913  # of which class, subject and term, for whom, and when
    wp: Workplace, of: ClassTarget, *, subject: str, term: int, staff: str, at: datetime
) -> SheetOffer:
    """List the rows that wait for their teacher; nothing is written and no key is opened.

    Raises:
        NotFoundError: `offering.not_found`, `staff.not_found`.
        RefusedError: `sign.not_appointed`, `sign.certificate_expired`.
        ConflictError: `sheet.nothing_to_sign`.
    """
    with wp.database.transaction("sheet.propose") as db:
        member = queries.staff_by_code(db, of.school_id, staff)
        offering = _offering(db, of, subject)
        signer = find_signer(
            db,
            school=of.school_id,
            staff=member.id,
            role=TEACHER,
            scope=subject_scope(of.scope, offering.code),
            at=at,
        )
        check_certificate(wp.custody(signer.custody), signer, at=at)
        lines, incomplete = _waiting(wp, db, of, offering, term)
    if not lines:
        raise ConflictError("sheet.nothing_to_sign", subject=offering.name)
    return SheetOffer(of, offering, term, member.id, signer, lines, incomplete)


def sign_sheet(wp: Workplace, offer: SheetOffer, *, pin: str, clock: Clock) -> MarkSheet:
    """Open the key with the PIN and sign the sheet that was shown.

    Raises:
        RefusedError: `custody.wrong_pin`; nothing was written.
        ConflictError: `sheet.changed_meanwhile`: the marks are not those that were shown.
    """
    with open_key(wp.custody(offer.signer.custody), pin) as key:
        return _sign(wp, offer, key, clock())


def _sign(wp: Workplace, offer: SheetOffer, key: SigningKey, at: datetime) -> MarkSheet:
    of = offer.of
    with wp.database.transaction("sheet") as db:
        queries.class_by_id(db, of.school_id, of.class_id, lock=True)
        lines, _ = _waiting(wp, db, of, offer.offering, offer.term)
        if [line.row for line in lines] != [line.row for line in offer.lines]:
            raise ConflictError("sheet.changed_meanwhile")
        last = db.scalars(
            select(MarkSheetRow)
            .where(MarkSheetRow.offering_id == offer.offering.id, MarkSheetRow.term == offer.term)
            .order_by(MarkSheetRow.seq.desc())
            .limit(1)
        ).one_or_none()
        salts = [wp.random(HASH_SIZE) for _ in lines]
        pairs = zip(lines, salts, strict=True)
        leaves = [leaf_hash(line.row.leaf(salt)) for line, salt in pairs]
        sheet = MarkSheet(
            realm=wp.realm,
            school=of.school,
            class_scope=of.scope,
            subject=offer.offering.code,
            term=offer.term,
            seq=1 if last is None else last.seq + 1,
            replaces=None if last is None else last.digest,
            root=Tree(leaves).root().hex(),
        )
        failpoint("sheet.before_signature")
        with foreign_errors():
            cades = detached_cades(sheet.to_bytes(), key, offer.signer.jws, None, at=at)
        failpoint("sheet.after_signature")
        db.add(_row(offer, sheet, cades, leaves, at))
        db.flush()
        db.add_all(_line_rows(wp, db, sheet, lines, salts))
        audit.record(
            db,
            actor=f"staff:{offer.staff}",
            action="sheet.signed",
            target=f"mark_sheet:{sheet.digest()}",
            at=at,
        )
        return sheet


def with_sheets(work: Work, policy: SigningPolicy, gathered: Gathered) -> Gathered:
    """Give each record the rows that its subject teachers signed.

    A row that is not what the register says now is left out; where the policy requires
    sheets, its pupil waits until the teacher has signed again.
    """
    step = policy.sheet_step
    if step is None or not gathered.complete:
        return gathered
    pupils = [each.pupil.id for each in gathered.complete]
    signed = signed_rows(work.wp, work.db, work.of, pupils)
    complete: list[Ready] = []
    pending = list(gathered.pending)
    for each in gathered.complete:
        items, missing = _fitting(each.body, signed.get(each.pupil.id, {}))
        if missing and step.required:
            fields = ", ".join(f"{code}.term{term}.sheet" for code, term in missing)
            pending.append(PendingPupil(each.pupil.id, each.pupil.name, fields))
        else:
            complete.append(replace(each, body={**each.body, "mark_sheets": items}))
    return Gathered(tuple(complete), tuple(pending))


def signed_rows(  # noqa: PLR0913, PLR0917  # of whom, and of which subject and term
    wp: Workplace,
    db: Session,
    of: ClassTarget,
    pupils: Iterable[UUID] | None = None,
    offering: UUID | None = None,
    term: int | None = None,
) -> dict[UUID, dict[Place, Signed]]:
    """The newest signed row of each pupil, by subject and term; of all where none is named."""
    wanted = select(MarkSheetRow).where(MarkSheetRow.class_id == of.class_id)
    if offering is not None:
        wanted = wanted.where(MarkSheetRow.offering_id == offering)
    if term is not None:
        wanted = wanted.where(MarkSheetRow.term == term)
    sheets = {row.digest: row for row in db.scalars(wanted)}
    query = select(MarkSheetLineRow).where(MarkSheetLineRow.sheet.in_(list(sheets)))
    if pupils is not None:
        query = query.where(MarkSheetLineRow.pupil_id.in_(list(pupils)))
    lines = sorted(db.scalars(query), key=lambda line: sheets[line.sheet].seq)
    keys = wp.vault.keys(db, {line.pupil_id for line in lines})
    trees = {digest: Tree(_hashes(sheet.leaves)) for digest, sheet in sheets.items()}
    found: dict[UUID, dict[Place, Signed]] = {}
    for line in lines:
        key = keys.get(line.pupil_id)
        if key is None:
            continue  # erased
        content = key.open_json(line.sealed, context=_context(line.sheet, line.position))
        proof = _proof(sheets[line.sheet], trees[line.sheet], line.position, content)
        place = (proof.row.subject, proof.row.term)
        found.setdefault(line.pupil_id, {})[place] = Signed(proof, line.sheet)
    return found


def _fitting(
    body: JsonObject, signed: Mapping[Place, Signed]
) -> tuple[list[JsonObject], list[Place]]:
    """The signed rows that say what the record says, and the places that have none."""
    items, missing = [], []
    given_elsewhere = bool(body.get("sources"))
    for subject in body["subjects"]:
        for term in TERMS:
            stated = subject.get(f"term{term}")
            if stated in (None, EXEMPT) or (term == 1 and given_elsewhere):
                continue
            row = signed.get((subject["code"], term))
            if row is not None and row.proof.row.result == stated:
                items.append(row.proof.to_object())
            else:
                missing.append((subject["code"], term))
    return items, missing


def _offering(db: Session, of: ClassTarget, subject: str) -> queries.Offering:
    for each in queries.offerings(db, of.school_id, of.class_id):
        if each.code == subject:
            return each
    raise NotFoundError("offering.not_found", code=subject)


def _waiting(
    wp: Workplace, db: Session, of: ClassTarget, offering: queries.Offering, term: int
) -> tuple[tuple[Line, ...], tuple[str, ...]]:
    """Rows that are complete and not signed as they stand, and who is not complete."""
    rules = regulation_for(level=of.level, grade=of.grade, school_year=of.school_year)
    values = registers.read(db, wp.vault, of.school_id, of.class_id)
    pupils = queries.pupils_of_class(db, of.school_id, of.class_id)
    signed = signed_rows(wp, db, of, [pupil.id for pupil in pupils], offering.id, term)
    lines: list[Line] = []
    incomplete: list[str] = []
    for pupil in pupils:
        book = year_book(values, pupil.id, [offering], grade=of.grade, level=of.level)
        if not book.year.subjects or not book.year.subjects[0].assessed:
            continue  # this pupil does not take it, or is not assessed in it
        subject = book.year.subjects[0]
        marks = subject.term1 if term == 1 else subject.term2
        if not isinstance(marks, TermMarks):
            continue  # another school signed for it
        row = _assessed(pupil.code, offering, term, marks, rules, part_exempt=subject.part_exempt)
        if row is None:
            incomplete.append(pupil.name)
            continue
        before = signed.get(pupil.id, {}).get((offering.code, term))
        if row.result != EXEMPT and (before is None or before.proof.row != row):
            lines.append(Line(pupil.id, pupil.name, row))
    return tuple(lines), tuple(incomplete)


def _assessed(  # noqa: PLR0913  # whose marks, of what, and by which rules
    code: str,
    offering: queries.Offering,
    term: int,
    marks: TermMarks,
    rules: Edition,
    *,
    part_exempt: bool,
) -> Row | None:
    """The row with its result; None while a mark is missing."""
    if marks.missing:
        return None
    assess = term_average if offering.mode == "score" else term_comment
    try:
        result = assess(marks, rules, part_exempt=part_exempt)
    except HocbaError:
        return None
    return Row(code, offering.code, term, marks.regular, marks.middle, marks.final, result)


def _row(
    offer: SheetOffer, sheet: MarkSheet, cades: bytes, leaves: Sequence[bytes], at: datetime
) -> MarkSheetRow:
    return MarkSheetRow(
        digest=sheet.digest(),
        school_id=offer.of.school_id,
        class_id=offer.of.class_id,
        offering_id=offer.offering.id,
        term=sheet.term,
        seq=sheet.seq,
        payload=sheet.to_bytes(),
        cades=cades,
        leaves=b"".join(leaves),
        appointment=offer.signer.serial,
        signed_at=at,
    )


def _line_rows(
    wp: Workplace,
    db: Session,
    sheet: MarkSheet,
    lines: Sequence[Line],
    salts: Sequence[bytes],
) -> Iterator[MarkSheetLineRow]:
    keys = wp.vault.keys(db, [line.pupil for line in lines])
    digest = sheet.digest()
    for position, (line, salt) in enumerate(zip(lines, salts, strict=True)):
        content = {"row": line.row.to_object(), "row_salt": salt.hex()}
        sealed = keys[line.pupil].seal_json(content, context=_context(digest, position))
        yield MarkSheetLineRow(sheet=digest, position=position, pupil_id=line.pupil, sealed=sealed)


def _proof(sheet: MarkSheetRow, tree: Tree, position: int, content: Json) -> RowProof:
    return RowProof(
        sheet=MarkSheet.from_object(parse_canonical(sheet.payload)),
        cades=sheet.cades,
        row=Row.from_object(content["row"]),
        salt=bytes.fromhex(content["row_salt"]),
        index=position,
        size=tree.size,
        path=tree.inclusion_path(position),
    )


def _hashes(leaves: bytes) -> list[bytes]:
    return [leaves[start : start + HASH_SIZE] for start in range(0, len(leaves), HASH_SIZE)]


def _context(sheet: str, position: int) -> str:
    """The place of a row, authenticated by its encryption."""
    return f"mark_sheet:{sheet}:{position}"
