"""Sign and seal documents revision by revision, then give them their lasting proof.

    data = sign(data, template, step=0, key=key, appointment_jws=token, at=now)
    data = seal(data, template, step=2, key=school_key, appointment_jws=token, at=now)
    data = embed_receipt(data, step=2, receipt=receipt)
    data = finish(data, template, evidence=evidence, timestamper=timestamper, at=now)

Every byte of the PDF is written by `verifier.formats.pdf`; here are the signatures only.
Order: certificate and appointment are checked before the key is touched; the receipt enters
the seal's reserved space before the evidence, since the final document timestamp covers it.
A finished file is PAdES-BASELINE-LTA. ETSI EN 319 142-1, 6.3.
"""

from datetime import UTC, datetime

from cryptography import x509

from signing.custody import SigningKey
from signing.errors import SigningError
from signing.pades.cms import detached_cms, octet_string, with_timestamp, with_unsigned
from signing.status import Evidence
from signing.timestamps import Timestamper, stamp
from verifier.errors import VerifierError
from verifier.formats.appointment import Appointment, parse_appointment
from verifier.formats.canonical import sha256, sha256_hex
from verifier.formats.jws import token_payload
from verifier.formats.oids import RECEIPT
from verifier.formats.pdf.appearance import appearance_for
from verifier.formats.pdf.parse import parse
from verifier.formats.pdf.revision import dss_revision, refill, sign_revision
from verifier.templates import Template

__all__ = [
    "RESERVED_FOR_RECEIPT",
    "check_certificate",
    "detached_cades",
    "embed_receipt",
    "finish",
    "seal",
    "sign",
]

RESERVED_FOR_CMS = 6_144
"""Room for a CMS with chain, appointment and RSA-4096 signature (measured: 2 to 4 KB)."""

RESERVED_FOR_TIMESTAMP = 6_144
"""Room for a timestamp token with its chain, of whatever service."""

RESERVED_FOR_RECEIPT = 12_288
"""formats.md: the receipt's room in the seal."""


def sign(  # noqa: PLR0913  # each is a separate fact about one signature
    document: bytes,
    template: Template,
    *,
    step: int,
    key: SigningKey,
    appointment_jws: str,
    timestamper: Timestamper | None = None,
    at: datetime,
) -> bytes:
    """Add one signature of the policy; with a timestamper it gets its own timestamp.

    Raises:
        SigningError: `signing.certificate_expired`, `signing.certificate_not_yet_valid`,
            `signing.other_certificate`, `signing.not_appointed`; what the key
            (CustodyError) or the timestamper (TimestampError) says.
        FormatError: where the document is not ours or the step is not due.
    """
    reserved = RESERVED_FOR_CMS + RESERVED_FOR_TIMESTAMP
    return _sign(document, template, step, key, appointment_jws, timestamper, at, reserved)


def seal(  # noqa: PLR0913  # as `sign`
    document: bytes,
    template: Template,
    *,
    step: int,
    key: SigningKey,
    appointment_jws: str,
    timestamper: Timestamper | None = None,
    at: datetime,
) -> bytes:
    """Add the school's seal, with room for the ledger's receipt.

    Raises:
        SigningError: as `sign`.
    """
    reserved = RESERVED_FOR_CMS + RESERVED_FOR_TIMESTAMP + RESERVED_FOR_RECEIPT
    return _sign(document, template, step, key, appointment_jws, timestamper, at, reserved)


def embed_receipt(sealed: bytes, step: int, receipt: bytes) -> bytes:
    """Put the receipt into the seal's CMS; ByteRange and signed parts stay as they are.

    Must come before `finish`. The same receipt again gives the same bytes.

    Raises:
        SigningError: `signing.no_such_step`, `signing.already_finished`,
            `signing.receipt_too_large`.
    """
    parsed = parse(sealed)
    contents = next((item.contents for item in parsed.signatures if item.step == step), None)
    if contents is None:
        raise SigningError("signing.no_such_step", str(step))
    if parsed.timestamps:
        raise SigningError("signing.already_finished")
    if len(receipt) > RESERVED_FOR_RECEIPT:
        raise SigningError("signing.receipt_too_large", str(len(receipt)))
    return refill(sealed, step, with_unsigned(contents, RECEIPT, octet_string(receipt)))


def finish(
    data: bytes,
    template: Template,
    *,
    evidence: Evidence,
    timestamper: Timestamper,
    at: datetime,
) -> bytes:
    """Append the evidence and a document timestamp that covers the whole file.

    Called again on a finished file it renews the proof (archival timestamp).

    Raises:
        TimestampError: what the timestamper says.
    """
    prepared = dss_revision(
        data,
        template,
        certs=evidence.certs,
        ocsps=evidence.ocsps,
        crls=evidence.crls,
        reserved=RESERVED_FOR_TIMESTAMP,
    )
    return prepared.fill(stamp(timestamper, prepared.digest, at=at))


def detached_cades(
    payload: bytes,
    key: SigningKey,
    appointment_jws: str,
    timestamper: Timestamper | None,
    *,
    at: datetime | None = None,
) -> bytes:
    """Sign a statement (batch, status): CAdES over its canonical bytes, kept beside them.

    Raises:
        SigningError: as `sign`.
    """
    at = (at or datetime.now(UTC)).replace(microsecond=0)
    check_certificate(key.certificate, at)
    _check_appointment(key, appointment_jws, at)
    cms = detached_cms(sha256(payload), key, appointment_jws=appointment_jws, signing_time=at)
    if timestamper is None:
        return cms
    return with_timestamp(cms, timestamper, at=at, statement=True)


def check_certificate(certificate: bytes, at: datetime) -> None:
    """Check a certificate's dates before anybody is asked for a PIN.

    Raises:
        SigningError: `signing.certificate_expired` or `signing.certificate_not_yet_valid`.
    """
    parsed = x509.load_der_x509_certificate(certificate)
    if at > parsed.not_valid_after_utc:
        raise SigningError("signing.certificate_expired", str(parsed.not_valid_after_utc))
    if at < parsed.not_valid_before_utc:
        raise SigningError("signing.certificate_not_yet_valid", str(parsed.not_valid_before_utc))


def _sign(  # noqa: PLR0913, PLR0917  # the shared half of `sign` and `seal`
    document: bytes,
    template: Template,
    step: int,
    key: SigningKey,
    appointment_jws: str,
    timestamper: Timestamper | None,
    at: datetime,
    reserved: int,
) -> bytes:
    at = at.replace(microsecond=0)
    check_certificate(key.certificate, at)
    appointment = _check_appointment(key, appointment_jws, at)
    prepared = sign_revision(
        document,
        template,
        step=step,
        appearance=appearance_for(appointment, at, template),
        at=at,
        reserved=reserved,
    )
    cms = detached_cms(prepared.digest, key, appointment_jws=appointment_jws)
    if timestamper is not None:
        cms = with_timestamp(cms, timestamper, at=at)
    return prepared.fill(cms)


def _check_appointment(key: SigningKey, appointment_jws: str, at: datetime) -> Appointment:
    """Read the appointment; its signature is the verifier's matter, its fit is ours."""
    try:
        appointment = parse_appointment(token_payload(appointment_jws))
    except VerifierError as error:
        raise SigningError("signing.malformed_appointment", error.code) from error
    if appointment.certificate != sha256_hex(key.certificate):
        raise SigningError("signing.other_certificate", appointment.name)
    if not appointment.in_force(at):
        raise SigningError("signing.not_appointed", appointment.name)
    return appointment
