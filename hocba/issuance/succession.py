"""A school is merged into another, or closed: who issues and corrects from then on.

    succeed(wp, Takeover("31-11311-02", "31-11311-01", "QĐ 15/QĐ-UBND", takes_effect, "PHT1"),
            by="command", at=now())

From that moment the successor's people and seal act for the old school: records name the
successor as `issuer` beside the `school` of then. What the old school signed stays valid;
its appointments count no more and its seal ends on the chain, so nothing new of it passes
(checks 4, 7c and 7d). Its chain of statements in the ledger goes on under the successor's
seal, so that a correction supersedes what it corrects.

Order: the row, then the chain (the old seals end, the successor's seal is registered for the
old school), then appointments of the one who keeps the old classes' records, and last the
trusted root that tells verifiers. Each step is done once, however often it is repeated.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from cryptography import x509
from sqlalchemy import select
from sqlalchemy.orm import Session

from hocba.issuance.enrol import add_appointment
from hocba.issuance.foreign import foreign_errors
from hocba.issuance.founding import write_whole
from hocba.issuance.models import AnchorRow, StatementRow, SuccessionRow
from hocba.issuance.models import Appointment as AppointmentRow
from hocba.issuance.workplace import Workplace
from hocba.kit import audit
from hocba.kit.errors import ConflictError
from hocba.sector import queries
from hocba.sector.models import Role, School, SchoolClass, SchoolYear, Staff
from ledger.deploy import Seal, end_seal, register_seal, seal_dates
from verifier.formats.appointment import class_scope
from verifier.formats.statements import school_key
from verifier.formats.succession import Succession

BLOCK_AHEAD = timedelta(seconds=2)
"""The contract ends nothing in the past, and the next block is a little later than this one;
what is in the chain already was there before a takeover that begins this much later."""


@dataclass(frozen=True)
class Takeover:
    """Which school takes over which, by what decision, from when, and who keeps the records.

    `keeper` is a member of the successor's staff, by code: they sign as homeroom teacher
    where a transcript of one of the old classes is corrected.
    """

    school: str
    successor: str
    decision: str
    takes_effect: datetime
    keeper: str


def succeed(wp: Workplace, takeover: Takeover, *, by: str, at: datetime) -> Succession:
    """Record the takeover and tell chain and verifiers.

    Raises:
        NotFoundError: `school.not_found`, `staff.not_found`.
        ConflictError: `succession.same_school`, `.already`, `.in_the_past`, `.of_closed`,
            `.pending` while statements of the old school wait for the ledger.
    """
    with wp.database.transaction("succession") as db:
        old = queries.school_by_code(db, takeover.school)
        new = queries.school_by_code(db, takeover.successor)
        keeper = queries.staff_by_code(db, new.id, takeover.keeper)
        earliest = wp.outside.chain.block().time + BLOCK_AHEAD
        effect = _record(db, old, new, takeover, earliest=earliest, by=by, at=at)
        ending = _seals(db, old, at)
        taking = _seals(db, new, at)
        scopes = _scopes(db, old)
    _tell_chain(wp, old, ending, taking, effect)
    for scope in scopes:
        _appoint(wp, new, keeper, scope, at)
    found = Succession(old.code, new.code, effect, takeover.decision)
    _tell_verifiers(wp, found)
    return found


def _record(  # noqa: PLR0913  # who takes over whom, and who says so
    db: Session,
    old: School,
    new: School,
    takeover: Takeover,
    *,
    earliest: datetime,
    by: str,
    at: datetime,
) -> datetime:
    """Write the row, or find the one of this decision; return when it takes effect."""
    if old.id == new.id:
        raise ConflictError("succession.same_school")
    known = db.get(SuccessionRow, old.id)
    if known is not None:
        if (known.successor_id, known.decision) != (new.id, takeover.decision):
            raise ConflictError("succession.already", code=old.code)
        return known.takes_effect
    asked = takeover.takes_effect.astimezone(UTC).replace(microsecond=0)
    effect = max(asked, earliest)
    if asked < at - timedelta(minutes=1):
        raise ConflictError("succession.in_the_past")
    if db.get(SuccessionRow, new.id) is not None:
        raise ConflictError("succession.of_closed", code=new.code)
    waiting = db.scalars(
        select(StatementRow.digest).where(
            StatementRow.school_id == old.id,
            StatementRow.digest.not_in(select(AnchorRow.statement)),
        )
    ).first()
    if waiting is not None:
        raise ConflictError("succession.pending", code=old.code)
    db.add(
        SuccessionRow(
            school_id=old.id,
            successor_id=new.id,
            decision=takeover.decision,
            takes_effect=effect,
            recorded_by=by,
            recorded_at=at,
        )
    )
    audit.record(db, actor=by, action="school.succeeded", target=f"school:{old.id}", at=at)
    return effect


def _seals(db: Session, school: School, at: datetime) -> list[tuple[str, str]]:
    """Certificates, with their custody, by which a school may seal now."""
    rows = db.execute(
        select(AppointmentRow.certificate, AppointmentRow.custody).where(
            AppointmentRow.school_id == school.id,
            AppointmentRow.staff_id.is_(None),
            AppointmentRow.valid_to > at,
        )
    )
    return [(certificate, custody) for certificate, custody in rows]


def _scopes(db: Session, school: School) -> list[str]:
    rows = db.execute(
        select(SchoolYear.name, SchoolClass.name)
        .join(SchoolClass, SchoolClass.school_year_id == SchoolYear.id)
        .where(SchoolClass.school_id == school.id)
        .order_by(SchoolYear.name, SchoolClass.name)
    )
    return [class_scope(year, name) for year, name in rows]


def _tell_chain(
    wp: Workplace,
    old: School,
    ending: list[tuple[str, str]],
    taking: list[tuple[str, str]],
    effect: datetime,
) -> None:
    """The old seals end at that time; the successor's begin for the old school's statements."""
    governance, contract = wp.outside.governance, wp.trust.contract.address
    key = school_key(wp.realm, old.code)
    until = max(effect, wp.outside.chain.block().time + BLOCK_AHEAD)
    with foreign_errors():
        for fingerprint, _ in ending:
            known = seal_dates(wp.outside.chain, contract, key, fingerprint)
            if known is not None and (known[1] is None or known[1] > until):
                end_seal(governance, contract, key, fingerprint, until)
        for fingerprint, custody in taking:
            certificate = x509.load_der_x509_certificate(wp.custody(custody).certificate)
            seal = Seal(key, fingerprint, effect, certificate.not_valid_after_utc)
            register_seal(governance, contract, seal)


def _appoint(wp: Workplace, school: School, keeper: Staff, scope: str, at: datetime) -> None:
    """Let the keeper sign as homeroom teacher of an old class, by the certificate they have."""
    with wp.database.transaction("succession.keeper") as db:
        rows = db.execute(
            select(AppointmentRow.role, AppointmentRow.scope, AppointmentRow.custody)
            .where(AppointmentRow.school_id == school.id, AppointmentRow.staff_id == keeper.id)
            .order_by(AppointmentRow.valid_from.desc())
        ).all()
    if not rows:
        raise ConflictError("succession.keeper_has_no_key", code=keeper.code)
    if any((row.role, row.scope) == (Role.HOMEROOM.value, scope) for row in rows):
        return
    add_appointment(
        wp,
        school,
        staff=keeper.id,
        role=Role.HOMEROOM.value,
        scope=scope,
        acts_for=(),
        name=keeper.name,
        custody=wp.custody(rows[0].custody),
        reference=rows[0].custody,
        at=at,
    )


def _tell_verifiers(wp: Workplace, found: Succession) -> None:
    """The next version of the trusted root."""
    trust = wp.trust
    if found in trust.successions:
        return
    wp.trust = replace(trust, version=trust.version + 1, successions=(*trust.successions, found))
    write_whole(wp.home.trusted_root, wp.trust.to_bytes())
