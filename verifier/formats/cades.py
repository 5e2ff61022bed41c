"""Statements of a school (batch, status): a detached CAdES over canonical bytes.

    signer = verify_detached(cms, payload, trust, at)
    assert signer.appointment.fills("seal")

One function for checks 7c and 8. `at` is when the statement was proved to exist: the time
of the block that anchored it. Checked are digest, value, algorithms, the path to a signing
anchor, and an appointment by the department for this very certificate. The certificate's
status is not looked for here, since a statement carries none: the contract's dated seal
fingerprints and `compromised` decide that.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from verifier.errors import ProofError
from verifier.formats.appointment import Appointment, verify_appointment
from verifier.formats.canonical import sha256
from verifier.formats.cms import SignedCms, TimestampToken
from verifier.formats.paths import subject_identifiers, trusted_path
from verifier.formats.times import format_time
from verifier.formats.trusted_root import TrustedRoot

SKEW = timedelta(minutes=5)
"""A block's time is set by validators; it may be this far behind the seal's clock."""


@dataclass(frozen=True)
class SealSigner:
    """Who sealed: the certificate's fingerprint (hex) and the appointment it came with."""

    fingerprint: str
    appointment: Appointment
    claimed: datetime


def verify_detached(cms: bytes, payload: bytes, trust: TrustedRoot, at: datetime) -> SealSigner:
    """Check a statement's signature at the time at which it was proved to exist.

    Raises:
        FormatError: `cms.*`, `der.*`, `jws.*`, `appointment.*`.
        ProofError: `statement.wrong_digest`, `signature.wrong`, `statement.weak_algorithm`,
            `statement.from_the_future`, `statement.no_appointment`,
            `statement.other_certificate`, `statement.not_in_force`,
            `statement.other_tax_code`, `jws.*` or, as TrustError, `trust.*`.
    """
    signed = SignedCms.parse(cms, statement=True)
    if signed.message_digest != sha256(payload) or signed.block.digest_algorithm != "sha256":
        raise ProofError("statement.wrong_digest")
    weak = [name for name in signed.verify_value() if not trust.allows(name, at=at)]
    if weak:
        raise ProofError("statement.weak_algorithm", ", ".join(weak))
    claimed = signed.signing_time
    if claimed is None or claimed > at + SKEW:
        raise ProofError("statement.from_the_future", str(claimed))
    _check_timestamp(signed, trust)
    trusted_path(
        signed.signer_certificate, signed.certificates, trust, use="sign", at=at, evidence=None
    )
    appointment = _appointment(signed, trust, claimed, at)
    return SealSigner(signed.signer_fingerprint(), appointment, claimed)


def _appointment(
    signed: SignedCms, trust: TrustedRoot, claimed: datetime, at: datetime
) -> Appointment:
    if signed.appointment_jws is None:
        raise ProofError("statement.no_appointment")
    for moment in (at, claimed):  # by the claimed time alone a retired key would appoint
        appointment = verify_appointment(signed.appointment_jws, trust.appointment_keys, at=moment)
    if appointment.realm != trust.realm:
        raise ProofError("statement.other_realm", appointment.realm)
    if appointment.certificate != signed.signer_fingerprint():
        raise ProofError("statement.other_certificate")
    if not appointment.in_force(claimed):
        raise ProofError("statement.not_in_force", format_time(claimed))
    number = f"MST:{appointment.school.tax_code}"
    if appointment.role == "seal" and number not in subject_identifiers(signed.signer_certificate):
        raise ProofError("statement.other_tax_code")
    return appointment


def _check_timestamp(signed: SignedCms, trust: TrustedRoot) -> None:
    """A statement may carry a timestamp of its own; then it must hold."""
    if signed.timestamp_token is None:
        return
    token = TimestampToken.parse(signed.timestamp_token)
    if not token.covers(signed.signature):
        raise ProofError("statement.wrong_digest", "timestamp")
    token.block.verify_value()
    trusted_path(
        token.block.signer_certificate,
        token.block.certificates,
        trust,
        use="tsa",
        at=token.gen_time,
        evidence=None,
    )
