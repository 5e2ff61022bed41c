"""Certificates of the national shape: what each kind contains.

Two roots, as in Viet Nam: a national one above the public CAs, which serve persons
(`UID=CCCD:` and the personal number), and one for official duty, which serves public
bodies (`UID=MST:` and the tax code) and stamps time. Names say that they are for testing.

    builder = person("Nguyễn Văn An", "031190000001")
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import (
    AuthorityInformationAccessOID,
    ExtendedKeyUsageOID,
    NameOID,
    ObjectIdentifier,
)

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

DOCUMENT_SIGNING = ObjectIdentifier("1.3.6.1.5.5.7.3.36")

Extension = tuple[x509.ExtensionType, bool]


@dataclass(frozen=True)
class Profile:
    """Subject and extensions of one kind of certificate."""

    subject: x509.Name
    extensions: tuple[Extension, ...]


@dataclass(frozen=True)
class Validity:
    """First and last instant of a certificate."""

    start: datetime
    end: datetime


@dataclass(frozen=True)
class Issuing:
    """Who issues, and where it says that OCSP answers and CRLs are found."""

    certificate: x509.Certificate | None
    key: PrivateKey
    urls: Callable[[str], str] | None


def root(title: str, organisation: str) -> Profile:
    """A self-signed root."""
    return Profile(_name(title, organisation=organisation), _ca_extensions(None))


def issuing_ca(title: str, organisation: str) -> Profile:
    """A CA that issues to end entities alone."""
    return Profile(_name(title, organisation=organisation), _ca_extensions(0))


def person(name: str, cccd: str) -> Profile:
    """A natural person, known by the personal number."""
    return Profile(_name(name, uid=f"CCCD:{cccd}"), _signer_extensions())


def organisation(name: str, tax_code: str) -> Profile:
    """An organisation, known by its tax code."""
    return Profile(_name(name, uid=f"MST:{tax_code}"), _signer_extensions())


def timestamp_authority(title: str) -> Profile:
    """A service that stamps time and does nothing else. RFC 3161, 2.3."""
    usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
    return Profile(_name(title), (*_end_entity(content_commitment=True), (usage, True)))


def ocsp_responder(title: str) -> Profile:
    """A responder delegated by its CA; its own status is not asked. RFC 6960, 4.2.2.2."""
    usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING])
    return Profile(
        _name(title),
        (*_end_entity(content_commitment=False), (usage, True), (x509.OCSPNoCheck(), False)),
    )


def build(profile: Profile, key: PrivateKey, validity: Validity, by: Issuing) -> x509.Certificate:
    """Make and sign a certificate; without an issuer it is a root."""
    public = key.public_key()
    issuer = by.certificate
    builder = (
        x509.CertificateBuilder()
        .subject_name(profile.subject)
        .issuer_name(profile.subject if issuer is None else issuer.subject)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(validity.start)
        .not_valid_after(validity.end)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )
    for extension, critical in profile.extensions:
        builder = builder.add_extension(extension, critical=critical)
    if issuer is not None:
        keyid = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
        authority = x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(keyid)
        builder = builder.add_extension(authority, critical=False)
    if by.urls is not None:
        builder = _add_urls(builder, by.urls)
    return builder.sign(by.key, hashes.SHA256())


def _add_urls(
    builder: x509.CertificateBuilder, urls: Callable[[str], str]
) -> x509.CertificateBuilder:
    kinds = {
        "ocsp": AuthorityInformationAccessOID.OCSP,
        "ca": AuthorityInformationAccessOID.CA_ISSUERS,
    }
    access = [
        x509.AccessDescription(method, x509.UniformResourceIdentifier(urls(kind)))
        for kind, method in kinds.items()
    ]
    point = x509.DistributionPoint([x509.UniformResourceIdentifier(urls("crl"))], None, None, None)
    return builder.add_extension(
        x509.AuthorityInformationAccess(access), critical=False
    ).add_extension(x509.CRLDistributionPoints([point]), critical=False)


def _name(
    common_name: str, *, organisation: str | None = None, uid: str | None = None
) -> x509.Name:
    attributes = [x509.NameAttribute(NameOID.COUNTRY_NAME, "VN")]
    if organisation is not None:
        attributes.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation))
    attributes.append(x509.NameAttribute(NameOID.COMMON_NAME, common_name))
    if uid is not None:
        attributes.append(x509.NameAttribute(NameOID.USER_ID, uid))
    return x509.Name(attributes)


def _ca_extensions(path_length: int | None) -> tuple[Extension, ...]:
    return (
        (x509.BasicConstraints(ca=True, path_length=path_length), True),
        (_key_usage(key_cert_sign=True, crl_sign=True), True),
    )


def _end_entity(*, content_commitment: bool) -> tuple[Extension, ...]:
    usage = _key_usage(digital_signature=True, content_commitment=content_commitment)
    return ((x509.BasicConstraints(ca=False, path_length=None), True), (usage, True))


def _signer_extensions() -> tuple[Extension, ...]:
    usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION, DOCUMENT_SIGNING])
    return (*_end_entity(content_commitment=True), (usage, False))


def _key_usage(
    *,
    digital_signature: bool = False,
    content_commitment: bool = False,
    key_cert_sign: bool = False,
    crl_sign: bool = False,
) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        content_commitment=content_commitment,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=key_cert_sign,
        crl_sign=crl_sign,
        encipher_only=False,
        decipher_only=False,
    )
