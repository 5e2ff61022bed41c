"""CMS for documents and statements, built by pyHanko to our closed profile.

    cms = detached_cms(digest, key, appointment_jws=token)         # PAdES: no signing-time
    cms = with_unsigned(cms, {RECEIPT: value})                      # signed parts untouched

Signed attributes: content type, message digest, signing-certificate-v2, the appointment;
in a statement outside a PDF the signing time too, as CAdES demands. The chain without the
root is embedded. Every CMS is read back by the verifier's own strict parser, and its value
checked with the certificate, before it leaves: a device with another key is found here.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import algos, core, x509
from pyhanko.sign.ades.api import CAdESSignedAttrSpec
from pyhanko.sign.attributes import CMSAttributeProvider, SignedAttributeProviderSpec
from pyhanko.sign.signers.pdf_cms import (
    CAdESSignedAttributeProviderSpec,
    CMSSignedAttributes,
    Signer,
)
from pyhanko_certvalidator.registry import SimpleCertificateStore

from signing.custody import SigningKey
from signing.errors import CustodyError, SigningError
from signing.timestamps import Timestamper, stamp
from verifier.errors import VerifierError
from verifier.formats.algorithms import pss_algorithm
from verifier.formats.canonical import sha256
from verifier.formats.cms import SignedCms
from verifier.formats.der import contents, elements, encode
from verifier.formats.oids import APPOINTMENT

TIMESTAMP = "1.2.840.113549.1.9.16.2.14"
"""id-aa-signatureTimeStampToken."""

_SEQUENCE, _SET, _UNSIGNED = 0x30, 0x31, 0xA1

_MECHANISMS = {
    "ecdsa": algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"}),
    "rsa-pkcs1v15": algos.SignedDigestAlgorithm({"algorithm": "sha256_rsa"}),
    "rsa-pss": pss_algorithm("sha256"),
}


def detached_cms(
    digest: bytes,
    key: SigningKey,
    *,
    appointment_jws: str | None,
    signing_time: datetime | None = None,
) -> bytes:
    """Sign a SHA-256 digest; with a `signing_time` it is a statement outside a PDF.

    Raises:
        CustodyError: what the key says, or `custody.other_key` where the value does not
            fit the certificate.
    """
    signer = _PyhankoSigner(key, appointment_jws, signing_time)
    built = asyncio.run(
        signer.async_sign(digest, "sha256", use_pades=True, is_pdf_sig=signing_time is None)
    ).dump()
    try:
        parsed = SignedCms.parse(built, statement=signing_time is not None)
        parsed.verify_value()
    except VerifierError as error:
        if error.code == "signature.wrong":
            raise CustodyError("custody.other_key") from error
        raise SigningError("signing.malformed_cms", error.code) from error
    return bytes(built)


def with_timestamp(
    data: bytes, timestamper: Timestamper, *, at: datetime, statement: bool = False
) -> bytes:
    """Add a signature timestamp: over the signature value, as an unsigned attribute."""
    signature = SignedCms.parse(data, statement=statement).signature
    token = stamp(timestamper, sha256(signature), at=at)
    return with_unsigned(data, TIMESTAMP, token)


def with_unsigned(data: bytes, oid: str, value: bytes) -> bytes:
    """Set one unsigned attribute to one value (DER); all else keeps its very bytes.

    The set is sorted as DER demands; an attribute of the same type is replaced. Done on the
    bytes, not on parsed objects: signed parts cannot change, and asn1crypto's own forced
    re-encoding takes a minute where a timestamp is nested inside.
    """
    kind, explicit = elements(contents(data))
    (signed,) = elements(contents(explicit))
    *head, infos = elements(contents(signed))
    (info,) = elements(contents(infos))
    parts = elements(contents(info))
    present: list[bytes] = []
    if parts[-1][0] == _UNSIGNED:
        present = elements(contents(parts.pop()))
    name = core.ObjectIdentifier(oid).dump()
    others = [item for item in present if elements(contents(item))[0] != name]
    attribute = encode(_SEQUENCE, name + encode(_SET, value))
    unsigned = encode(_UNSIGNED, b"".join(sorted((*others, attribute))))
    new_info = encode(_SEQUENCE, b"".join((*parts, unsigned)))
    new_signed = encode(_SEQUENCE, b"".join((*head, encode(_SET, new_info))))
    return encode(_SEQUENCE, kind + encode(explicit[0], new_signed))


def octet_string(value: bytes) -> bytes:
    """Wrap bytes as one DER OCTET STRING."""
    return bytes(core.OctetString(value).dump())


@dataclass(frozen=True)
class _AppointmentProvider(CMSAttributeProvider):
    """The appointment as a signed attribute."""

    token: str
    attribute_type = APPOINTMENT

    async def build_attr_value(self, dry_run: bool = False) -> core.OctetString:  # noqa: ARG002, FBT001, FBT002  # pyHanko's signature
        return core.OctetString(self.token.encode("ascii"))


@dataclass(frozen=True)
class _Attributes(SignedAttributeProviderSpec):
    """CAdES baseline attributes and the appointment."""

    certificate: x509.Certificate
    appointment: str | None
    signing_time: datetime | None

    def signed_attr_providers(
        self, data_digest: bytes, digest_algorithm: str
    ) -> Iterable[CMSAttributeProvider]:
        baseline = CAdESSignedAttributeProviderSpec(
            attr_settings=CMSSignedAttributes(
                signing_time=self.signing_time, cades_signed_attrs=CAdESSignedAttrSpec()
            ),
            signing_cert=self.certificate,
            is_pades=self.signing_time is None,
            timestamper=None,
        )
        yield from baseline.signed_attr_providers(data_digest, digest_algorithm)
        if self.appointment is not None:
            yield _AppointmentProvider(self.appointment)


class _PyhankoSigner(Signer):
    """pyHanko's view of a key in custody."""

    def __init__(
        self, key: SigningKey, appointment: str | None, signing_time: datetime | None
    ) -> None:
        certificate = x509.Certificate.load(key.certificate)
        store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        store.register_multiple([x509.Certificate.load(der) for der in key.chain])
        super().__init__(
            signing_cert=certificate,
            cert_registry=store,
            signature_mechanism=_MECHANISMS[key.scheme],
            embed_roots=False,
        )
        self.signed_attr_prov_spec = _Attributes(certificate, appointment, signing_time)
        self._key = key

    async def async_sign_raw(
        self,
        data: bytes,
        digest_algorithm: str,
        dry_run: bool = False,  # noqa: ARG002, FBT001, FBT002  # pyHanko's signature
    ) -> bytes:
        return self._key.sign_digest(sha256(data), digest_algorithm)
