"""Who may make which signature: the appointment on file, and the key behind it.

    signer = find_signer(db, school=school.id, staff=staff.id, role="homeroom",
                         scope="2025-2026/6A1", at=now)
    check_certificate(custody, signer, at=now)
    key = open_key(custody, pin)

Asked for before the PIN, so a person who may not sign, or whose certificate has expired,
learns that first. The verifier asks the same of every released file (check 4).
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from cryptography import x509
from sqlalchemy import select
from sqlalchemy.orm import Session

from hocba.issuance.foreign import foreign_errors
from hocba.issuance.models import Appointment as AppointmentRow
from hocba.issuance.models import FrozenClassRow, SuccessionRow
from hocba.kit.clock import local_date
from hocba.kit.errors import ConfigError, ConflictError, RefusedError
from signing.custody import KeyCustody, SigningKey
from verifier.formats.appointment import WHOLE_SCHOOL
from verifier.formats.canonical import sha256_hex
from verifier.formats.policy import PolicyStep


@dataclass(frozen=True)
class Signer:
    """An appointment in force, as stored."""

    serial: str
    jws: str
    role: str
    certificate: str
    custody: str
    staff: UUID | None


def find_signer(  # noqa: PLR0913  # the facts that decide it
    db: Session, *, school: UUID, staff: UUID | None, role: str, scope: str, at: datetime
) -> Signer:
    """Return the newest appointment by which this person may sign in this role.

    `staff` None means the school itself: its seal.

    Raises:
        RefusedError: `sign.not_appointed`.
    """
    rows = db.scalars(
        select(AppointmentRow)
        .where(
            AppointmentRow.school_id == school,
            AppointmentRow.staff_id.is_not_distinct_from(staff),
            AppointmentRow.scope == scope,
            AppointmentRow.valid_from <= at,
            AppointmentRow.valid_to > at,
        )
        .order_by(AppointmentRow.valid_from.desc())
    ).all()
    for row in rows:
        if role == row.role or role in row.acts_for.split():
            return Signer(row.serial, row.jws, row.role, row.certificate, row.custody, row.staff_id)
    raise RefusedError("sign.not_appointed", role=role, scope=scope)


def acting_school(db: Session, school: UUID, *, at: datetime) -> UUID:
    """The school whose people and seal act for this one: itself, or who took it over."""
    seen = {school}
    while True:
        successor = db.scalars(
            select(SuccessionRow.successor_id).where(
                SuccessionRow.school_id == school, SuccessionRow.takes_effect <= at
            )
        ).one_or_none()
        if successor is None or successor in seen:
            return school
        seen.add(successor)
        school = successor


def acting_for_freeze(db: Session, frozen_class: UUID, *, at: datetime) -> UUID:
    """The school that acts for a freeze, which must be the one that its records name.

    Raises:
        ConflictError: `succession.freeze_again` where the school was taken over since.
    """
    row = db.get_one(FrozenClassRow, frozen_class)
    acting = acting_school(db, row.school_id, at=at)
    if acting != acting_school(db, row.school_id, at=row.frozen_at):
        raise ConflictError("succession.freeze_again")
    return acting


def scope_of(step: PolicyStep, class_scope: str) -> str:
    """The scope that an appointment needs for this step."""
    return class_scope if step.scope == "class" else WHOLE_SCHOOL


def check_certificate(custody: KeyCustody, signer: Signer, *, at: datetime) -> None:
    """Refuse a certificate that is not the appointed one, or not valid at this time.

    Raises:
        ConfigError: `sign.other_certificate`.
        RefusedError: `sign.certificate_expired`, `sign.certificate_not_yet_valid`.
    """
    if sha256_hex(custody.certificate) != signer.certificate:
        raise ConfigError("sign.other_certificate")
    certificate = x509.load_der_x509_certificate(custody.certificate)
    if at >= certificate.not_valid_after_utc:
        expired = local_date(certificate.not_valid_after_utc.astimezone(UTC))
        raise RefusedError("sign.certificate_expired", date=f"{expired:%d/%m/%Y}")
    if at < certificate.not_valid_before_utc:
        begins = local_date(certificate.not_valid_before_utc.astimezone(UTC))
        raise RefusedError("sign.certificate_not_yet_valid", date=f"{begins:%d/%m/%Y}")


def open_key(custody: KeyCustody, pin: str) -> SigningKey:
    """Open the key with the PIN.

    Raises:
        RefusedError: `custody.wrong_pin`.
    """
    with foreign_errors():
        return custody.open_session(pin)
