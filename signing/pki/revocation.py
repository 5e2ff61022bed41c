"""OCSP answers and CRLs of the development CAs, made by certomancer's services.

ocsp_answer(ca, responder, certificate, revoked_at=None, at=now)
crl(ca, revoked, number=7, at=now, next_update=later)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from asn1crypto import crl as asn1_crl
from asn1crypto import keys, ocsp
from asn1crypto import x509 as asn1_x509
from certomancer.services import (
    CRLBuilder,
    RevocationInfoInterface,
    SimpleOCSPResponder,
    choose_signed_digest,
)
from cryptography.hazmat.primitives import serialization

from signing.custody.software import PrivateKey


@dataclass(frozen=True)
class Issuer:
    """A CA with its opened key."""

    certificate: bytes
    key: PrivateKey

    @property
    def parsed(self) -> asn1_x509.Certificate:
        """The certificate as certomancer wants it."""
        return asn1_x509.Certificate.load(self.certificate)


@dataclass(frozen=True)
class Revocation:
    """A revoked certificate."""

    serial: int
    at: datetime
    reason: str


class _Status(RevocationInfoInterface):
    """Certomancer's door to who is revoked."""

    def __init__(self, ca: asn1_x509.Certificate, revoked: Sequence[Revocation]) -> None:
        self._ca = ca
        self._revoked = {entry.serial: entry for entry in revoked}

    def get_issuer_cert(self) -> asn1_x509.Certificate:
        return self._ca

    def check_revocation_status(
        self, cid: ocsp.CertId, at_time: datetime
    ) -> tuple[ocsp.CertStatus, list[ocsp.SingleResponseExtension]]:
        entry = self._revoked.get(cid["serial_number"].native)
        if entry is None or entry.at > at_time:
            return ocsp.CertStatus("good"), []
        info = ocsp.RevokedInfo(
            {"revocation_time": entry.at, "revocation_reason": asn1_crl.CRLReason(entry.reason)}
        )
        return ocsp.CertStatus("revoked", info), []


def ocsp_answer(
    request: ocsp.OCSPRequest,
    *,
    ca: Issuer,
    responder: Issuer,
    revoked: Sequence[Revocation],
    at: datetime,
) -> bytes:
    """Answer an OCSP request in the name of the CA's responder."""
    service = SimpleOCSPResponder(
        responder_cert=responder.parsed,
        responder_key=_key_info(responder.key),
        signature_algo=choose_signed_digest("sha256", responder.parsed.public_key),
        at_time=at.replace(microsecond=0),
        revinfo_interface=_Status(ca.parsed, revoked),
        validity=OCSP_VALIDITY,
    )
    return bytes(service.build_ocsp_response(request).dump())


def ocsp_request(certificate: bytes, issuer: bytes) -> ocsp.OCSPRequest:
    """Ask for the status of one certificate. RFC 6960, 4.1."""
    subject, ca = asn1_x509.Certificate.load(certificate), asn1_x509.Certificate.load(issuer)
    return ocsp.OCSPRequest(
        {
            "tbs_request": {
                "request_list": [
                    {
                        "req_cert": {
                            "hash_algorithm": {"algorithm": "sha1"},
                            "issuer_name_hash": ca.subject.sha1,
                            "issuer_key_hash": ca.public_key.sha1,
                            "serial_number": subject.serial_number,
                        }
                    }
                ]
            }
        }
    )


def crl(
    ca: Issuer, revoked: Sequence[Revocation], *, number: int, at: datetime, lifetime: timedelta
) -> bytes:
    """Make a complete CRL of the CA."""
    builder = CRLBuilder(
        issuer_name=ca.parsed.subject,
        issuer_key=_key_info(ca.key),
        signature_algo=choose_signed_digest("sha256", ca.parsed.public_key),
        authority_key_identifier=ca.parsed.key_identifier_value,
    )
    entries = [
        CRLBuilder.format_revoked_cert(
            serial=entry.serial,
            reason=asn1_crl.CRLReason(entry.reason),
            revocation_date=entry.at.replace(microsecond=0),
        )
        for entry in revoked
        if entry.at <= at
    ]
    start = at.replace(microsecond=0)
    tbs = builder.format_tbs_crl(
        crl_number=number,
        this_update=start,
        next_update=start + lifetime,
        revoked_certs=entries,
    )
    if not entries:  # RFC 5280, 5.1.2.6: an empty list is left out
        del tbs["revoked_certificates"]
    return bytes(builder.sign_crl(tbs).dump())


OCSP_VALIDITY = timedelta(hours=1)


def _key_info(key: PrivateKey) -> keys.PrivateKeyInfo:
    der = key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return keys.PrivateKeyInfo.load(der)
