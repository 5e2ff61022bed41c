"""The forger's own cryptography: look-alike certificates and CMS.

Knows nothing of the project; everything is taken from published standards (RFC 5652,
RFC 5035) and from what stands in a genuine file.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from asn1crypto import cms, core, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from cryptography.x509.oid import NameOID

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass(frozen=True)
class Signer:
    """A key with its certificate and what is put beside it in a CMS."""

    key: Key
    certificate: bytes
    chain: tuple[bytes, ...] = ()


def stolen(pem: bytes, pin: str, certificate: bytes, chain: tuple[bytes, ...] = ()) -> Signer:
    """Open a stolen key file with the stolen PIN."""
    key = serialization.load_pem_private_key(pem, pin.encode())
    assert isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey)
    return Signer(key, certificate, chain)


def lookalike(genuine: bytes) -> Signer:
    """Make a certificate with the same names and dates under a CA of the forger's own."""
    model = x509.load_der_x509_certificate(genuine)
    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    builder = (
        x509.CertificateBuilder()
        .subject_name(model.subject)
        .issuer_name(model.issuer)
        .public_key(key.public_key())
        .serial_number(model.serial_number)
        .not_valid_before(model.not_valid_before_utc)
        .not_valid_after(model.not_valid_after_utc)
    )
    for extension in model.extensions:
        builder = builder.add_extension(extension.value, critical=extension.critical)
    certificate = builder.sign(ca_key, hashes.SHA256())
    return Signer(key, certificate.public_bytes(serialization.Encoding.DER))


def own_authority(name: str, now: datetime) -> Signer:
    """Make a self-signed authority: anybody can."""
    key = ec.generate_private_key(ec.SECP256R1())
    title = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(title)
        .issuer_name(title)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=400))
        .not_valid_after(now + timedelta(days=400))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    return Signer(key, certificate.public_bytes(serialization.Encoding.DER))


def sign(
    signer: Signer,
    digest: bytes,
    *,
    signed: tuple[tuple[str, bytes], ...] = (),
    unsigned: tuple[tuple[str, bytes], ...] = (),
    at: datetime | None = None,
) -> bytes:
    """Build a detached CAdES-style CMS over a SHA-256 digest; attributes are (OID, DER value).

    `at` is the claimed time, which a statement has and a signature in a PDF has not.
    """
    certificate = asn1_x509.Certificate.load(signer.certificate)
    attributes = _signed_attributes(certificate, digest, signed)
    if at is not None:
        attributes.append(cms.CMSAttribute({"type": "signing_time", "values": [_time(at)]}))
    value = _raw_sign(signer.key, attributes.dump())
    mechanism = (
        "sha256_ecdsa" if isinstance(signer.key, ec.EllipticCurvePrivateKey) else "sha256_rsa"
    )
    info = {
        "version": "v1",
        "sid": cms.SignerIdentifier(
            {
                "issuer_and_serial_number": cms.IssuerAndSerialNumber(
                    {"issuer": certificate.issuer, "serial_number": certificate.serial_number}
                )
            }
        ),
        "digest_algorithm": {"algorithm": "sha256"},
        "signed_attrs": attributes,
        "signature_algorithm": {"algorithm": mechanism},
        "signature": value,
    }
    if unsigned:
        info["unsigned_attrs"] = _attributes(unsigned)
    data = cms.SignedData(
        {
            "version": "v1",
            "digest_algorithms": cms.DigestAlgorithms([{"algorithm": "sha256"}]),
            "encap_content_info": {"content_type": "data"},
            "certificates": [
                asn1_x509.Certificate.load(der) for der in (signer.certificate, *signer.chain)
            ],
            "signer_infos": [info],
        }
    )
    return bytes(cms.ContentInfo({"content_type": "signed_data", "content": data}).dump())


def signer_info(der: bytes) -> cms.SignerInfo:
    """Read the one SignerInfo of a CMS."""
    return cms.ContentInfo.load(der)["content"]["signer_infos"][0]


def certificates(der: bytes) -> list[bytes]:
    """Read the certificates that a CMS carries."""
    return [choice.chosen.dump() for choice in cms.ContentInfo.load(der)["content"]["certificates"]]


def signer_certificate(der: bytes) -> bytes:
    """Find the certificate of the signer of a CMS."""
    wanted = signer_info(der)["sid"].chosen["serial_number"].native
    for found in certificates(der):
        if asn1_x509.Certificate.load(found).serial_number == wanted:
            return found
    raise LookupError(wanted)


_STANDARD = {"content_type", "message_digest", "signing_certificate_v2", "signing_time"}


def private_signed(der: bytes) -> tuple[tuple[str, bytes], ...]:
    """Return the signed attributes that no standard names: whatever the issuer added."""
    return tuple(
        (attribute["type"].dotted, attribute["values"][0].dump())
        for attribute in signer_info(der)["signed_attrs"]
        if attribute["type"].native not in _STANDARD
    )


def unsigned(der: bytes) -> tuple[tuple[str, bytes], ...]:
    """Return all unsigned attributes of a CMS."""
    return tuple(
        (attribute["type"].dotted, attribute["values"][0].dump())
        for attribute in signer_info(der)["unsigned_attrs"] or ()
    )


def with_unsigned(der: bytes, attributes: tuple[tuple[str, bytes], ...]) -> bytes:
    """Replace the unsigned attributes; the signature does not cover them."""
    content = cms.ContentInfo.load(der)
    info = content["content"]["signer_infos"][0]
    info["unsigned_attrs"] = _attributes(attributes)
    return bytes(content.dump(force=True))


def now() -> datetime:
    """The forger's clock."""
    return datetime.now(UTC)


def _signed_attributes(
    certificate: asn1_x509.Certificate, digest: bytes, extra: tuple[tuple[str, bytes], ...]
) -> cms.CMSAttributes:
    reference = tsp.SigningCertificateV2(
        {"certs": [{"cert_hash": hashlib.sha256(certificate.dump()).digest()}]}
    )
    return cms.CMSAttributes(
        [
            cms.CMSAttribute({"type": "content_type", "values": ["data"]}),
            cms.CMSAttribute({"type": "message_digest", "values": [digest]}),
            cms.CMSAttribute({"type": "signing_certificate_v2", "values": [reference]}),
            *_attributes(extra),
        ]
    )


def _time(at: datetime) -> cms.Time:
    return cms.Time({"utc_time": core.UTCTime(at.replace(microsecond=0))})


def _attributes(pairs: tuple[tuple[str, bytes], ...]) -> cms.CMSAttributes:
    return cms.CMSAttributes([cms.CMSAttribute.load(_raw_attribute(*pair)) for pair in pairs])


def _raw_attribute(oid: str, value: bytes) -> bytes:
    body = core.ObjectIdentifier(oid).dump() + _tlv(0x31, value)
    return _tlv(0x30, body)


def _tlv(tag: int, body: bytes) -> bytes:
    length = len(body)
    if length < 0x80:
        return bytes((tag, length)) + body
    size = (length.bit_length() + 7) // 8
    return bytes((tag, 0x80 | size)) + length.to_bytes(size, "big") + body


def _raw_sign(key: Key, data: bytes) -> bytes:
    digest = hashlib.sha256(data).digest()
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return key.sign(digest, ec.ECDSA(utils.Prehashed(hashes.SHA256())))
    return key.sign(digest, padding.PKCS1v15(), utils.Prehashed(hashes.SHA256()))


__all__ = [
    "Signer",
    "certificates",
    "lookalike",
    "now",
    "own_authority",
    "private_signed",
    "sign",
    "signer_certificate",
    "signer_info",
    "stolen",
    "unsigned",
    "with_unsigned",
]
