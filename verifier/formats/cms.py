"""CMS as our profile allows it: strict DER, one signer, a closed list of attributes.

    cms = SignedCms.parse(contents)       # a signature or a detached statement
    cms.verify_value()                    # by the embedded certificate's key
    token = TimestampToken.parse(der)     # RFC 3161

Parsing says what stands there and refuses what our writer would never write (a second
SignerInfo, an unknown attribute, CRLs, an unsorted set). Whether the certificate may be
trusted is the work of check 3. RFC 5652, RFC 5035, RFC 3161.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from asn1crypto import algos, cms, core, tsp, x509

from verifier.errors import FormatError, ProofError
from verifier.formats.algorithms import HASHES, pss_algorithm, verify_signature
from verifier.formats.canonical import sha256, sha256_hex
from verifier.formats.der import check_der, contents, elements, encode, is_sorted
from verifier.formats.oids import APPOINTMENT, RECEIPT

MAX_SIZE = 65_536
MAX_CERTIFICATES = 8
MAX_APPOINTMENT = 8_192

SIGNED_ALLOWED = frozenset(
    ("content_type", "message_digest", "signing_certificate_v2", "cms_algorithm_protection",
     APPOINTMENT)
)  # fmt: skip
"""What our own signatures sign; `signing_time` is forbidden in PAdES."""

UNSIGNED_ALLOWED = frozenset(("signature_time_stamp_token", RECEIPT))

STATEMENT_SIGNED_ALLOWED = SIGNED_ALLOWED | {"signing_time"}
"""CAdES outside a PDF must state its time."""


@dataclass(frozen=True)
class SignerBlock:
    """What a signature and a timestamp have in common."""

    certificates: tuple[bytes, ...]
    signer_certificate: bytes
    digest_algorithm: str
    message_digest: bytes
    signed_attributes: bytes
    signature: bytes
    algorithm: algos.SignedDigestAlgorithm

    def verify_value(self) -> tuple[str, ...]:
        """Check the signature value by the embedded certificate; return the algorithms.

        Raises:
            ProofError: `signature.wrong`.
            FormatError: `algorithm.*`.
        """
        return verify_signature(
            x509.Certificate.load(self.signer_certificate),
            self.algorithm,
            self.digest_algorithm,
            self.signed_attributes,
            self.signature,
        )


@dataclass(frozen=True)
class SignedCms:
    """A detached signature over bytes elsewhere. `signing_time` is claimed, never proved."""

    block: SignerBlock
    timestamp_token: bytes | None
    appointment_jws: str | None
    receipt: bytes | None
    signing_time: datetime | None

    @property
    def signer_certificate(self) -> bytes:
        """DER of the signer's certificate."""
        return self.block.signer_certificate

    @property
    def certificates(self) -> tuple[bytes, ...]:
        """DER of all embedded certificates, the signer's among them."""
        return self.block.certificates

    @property
    def message_digest(self) -> bytes:
        """The digest that the signer signed."""
        return self.block.message_digest

    @property
    def signature(self) -> bytes:
        """The signature value."""
        return self.block.signature

    def signature_hash(self) -> bytes:
        """SHA-256 of the signature value: `seal` in the leaf."""
        return sha256(self.block.signature)

    def signer_fingerprint(self) -> str:
        """SHA-256 of the signer's certificate, hex."""
        return sha256_hex(self.block.signer_certificate)

    def verify_value(self) -> tuple[str, ...]:
        """See `SignerBlock.verify_value`."""
        return self.block.verify_value()

    @classmethod
    def parse(cls, data: bytes, *, statement: bool = False) -> "SignedCms":
        """Read a signature of a document, or of a statement (which states its time).

        Raises:
            FormatError: `cms.*` or `der.*`, naming the first rule that is broken.
        """
        with _translated():
            signed = _signed_data(data)
            encapsulated = signed["encap_content_info"]
            if encapsulated["content_type"].native != "data" or not _is_void(
                encapsulated["content"]
            ):
                raise FormatError("cms.not_detached")
            block, signed_attrs, unsigned = _read_signer(
                signed,
                version="v1",
                allowed=STATEMENT_SIGNED_ALLOWED if statement else SIGNED_ALLOWED,
            )
            _require_content_type(signed_attrs, "data")
            _check_certificate_reference(signed_attrs, block.signer_certificate, ("v2",))
            time = signed_attrs.get("signing_time")
            if statement and time is None:
                raise FormatError("cms.missing_attribute", "signing_time")
            return cls(
                block=block,
                timestamp_token=_der_of(unsigned.get("signature_time_stamp_token")),
                appointment_jws=_appointment(signed_attrs.get(APPOINTMENT)),
                receipt=_octets(unsigned.get(RECEIPT)),
                signing_time=None if time is None else _utc(time.native),
            )


@dataclass(frozen=True)
class TimestampToken:
    """An RFC 3161 token: somebody saw this digest at `gen_time`."""

    block: SignerBlock
    der: bytes
    gen_time: datetime
    imprint_algorithm: str
    imprint: bytes
    nonce: int | None

    @classmethod
    def parse(cls, data: bytes) -> "TimestampToken":
        """Read a token. Attributes of foreign services are not restricted.

        Raises:
            FormatError: `cms.*` or `der.*`.
        """
        with _translated():
            signed = _signed_data(data)
            encapsulated = signed["encap_content_info"]
            if encapsulated["content_type"].native != "tst_info":
                raise FormatError("cms.not_timestamp")
            block, signed_attrs, _ = _read_signer(signed, version="v3", allowed=None)
            _require_content_type(signed_attrs, "tst_info")
            _check_certificate_reference(signed_attrs, block.signer_certificate, ("v2", "v1"))
            content = bytes(encapsulated["content"])
            check_der(content)
            if HASHES_OF[block.digest_algorithm](content) != block.message_digest:
                raise ProofError("timestamp.wrong_digest")
            return _read_tst_info(content, block, data)

    def covers(self, data: bytes) -> bool:
        """Whether the token was made over these bytes."""
        return (
            self.imprint_algorithm in HASHES_OF
            and HASHES_OF[self.imprint_algorithm](data) == self.imprint
        )


HASHES_OF: dict[str, Callable[[bytes], bytes]] = {
    name: lambda data, name=name: hashlib.new(name, data).digest()  # type: ignore[misc]
    for name in HASHES
}

Attributes = dict[str, Any]
_NULL = b"\x05\x00"
_SEQUENCE, _SET = 0x30, 0x31


@contextmanager
def _translated() -> Iterator[None]:
    """Whatever the ASN.1 library says about bytes that are not CMS becomes FormatError."""
    try:
        yield
    except (ValueError, TypeError, KeyError, AttributeError, IndexError, OverflowError) as error:
        raise FormatError("cms.malformed", f"{type(error).__name__}: {error}"[:200]) from error


def _signed_data(data: bytes) -> Any:  # noqa: ANN401  # asn1crypto is untyped
    if len(data) > MAX_SIZE:
        raise FormatError("cms.too_large", str(len(data)))
    check_der(data)
    _check_shape(data)
    content = cms.ContentInfo.load(data, strict=True)
    if content["content_type"].native != "signed_data":
        raise FormatError("cms.not_signed_data")
    return content["content"]


def _check_shape(data: bytes) -> None:
    """Check which elements there are: asn1crypto overlooks one with a tag it does not know."""
    _, explicit = _parts(data, (0x06, 0xA0))
    (signed,) = _parts(explicit, (0x30,))
    *_, encapsulated, certificates, infos = _parts(signed, (0x02, 0x31, 0x30, 0xA0, 0x31))
    _parts(encapsulated, (0x06, 0xA0), (0x06,))
    if any(part[0] != _SEQUENCE for part in elements(contents(certificates))):
        raise FormatError("cms.unexpected_certificate")
    found = elements(contents(infos))
    if len(found) != 1:
        raise FormatError("cms.not_one_signer", str(len(found)))
    plain = (0x02, 0x30, 0x30, 0xA0, 0x30, 0x04)
    parts = _parts(found[0], plain, (*plain, 0xA1))
    for attributes in (part for part in parts if part[0] in (0xA0, 0xA1)):
        for attribute in elements(contents(attributes)):
            _parts(attribute, (0x06, 0x31))


def _parts(element: bytes, *shapes: tuple[int, ...]) -> list[bytes]:
    parts = elements(contents(element))
    tags = tuple(part[0] for part in parts)
    if tags not in shapes:
        raise FormatError("cms.unexpected_element", " ".join(f"{tag:02x}" for tag in tags)[:80])
    return parts


def _read_signer(
    signed: Any,  # noqa: ANN401  # asn1crypto is untyped
    *,
    version: str,
    allowed: frozenset[str] | None,
) -> tuple[SignerBlock, Attributes, Attributes]:
    """Read the one SignerInfo; `allowed` None means a foreign token: attributes are free."""
    infos = signed["signer_infos"]
    info = infos[0]
    if signed["version"].native != version or info["version"].native != "v1":
        raise FormatError("cms.unexpected_version")
    if info["sid"].name != "issuer_and_serial_number":
        raise FormatError("cms.no_signer_certificate")
    digest = str(info["digest_algorithm"]["algorithm"].native)
    stated = [str(item["algorithm"].native) for item in signed["digest_algorithms"]]
    if digest not in HASHES or stated != [digest]:
        raise FormatError("cms.digest_algorithm", ", ".join([digest, *stated])[:80])
    if allowed is not None:
        _check_parameters(signed, info)
    certificates = _certificates(signed, ordered=allowed is not None)
    signed_attrs = _attributes(info["signed_attrs"], allowed)
    unsigned = _attributes(info["unsigned_attrs"], None if allowed is None else UNSIGNED_ALLOWED)
    digests = signed_attrs.get("message_digest")
    if digests is None:
        raise FormatError("cms.missing_attribute", "message_digest")
    block = SignerBlock(
        certificates=certificates,
        signer_certificate=_find_signer(certificates, info["sid"].chosen),
        digest_algorithm=digest,
        message_digest=bytes(digests.native),
        signed_attributes=encode(_SET, info["signed_attrs"].contents),
        signature=bytes(info["signature"].native),
        algorithm=info["signature_algorithm"],
    )
    _check_algorithm_protection(signed_attrs, info)
    return block, signed_attrs, unsigned


def _check_parameters(signed: Any, info: Any) -> None:  # noqa: ANN401  # asn1crypto
    """Nobody signs the parameters of algorithms, so there is one form: NULL, none for ECDSA."""
    digests = [*signed["digest_algorithms"], info["digest_algorithm"]]
    algorithm = info["signature_algorithm"]
    plain = [item["parameters"] for item in digests]
    if algorithm["algorithm"].native.endswith("_rsa"):
        plain.append(algorithm["parameters"])
    elif algorithm["algorithm"].native == "rsassa_pss":
        if algorithm.dump() != pss_algorithm(str(digests[0]["algorithm"].native)).dump():
            raise FormatError("cms.parameters")
    elif not _is_void(algorithm["parameters"]):
        raise FormatError("cms.parameters")
    if any(item.dump() != _NULL for item in plain):
        raise FormatError("cms.parameters")


def _certificates(signed: Any, *, ordered: bool) -> tuple[bytes, ...]:  # noqa: ANN401  # asn1crypto
    found = signed["certificates"]
    if _is_void(found) or not 1 <= len(found) <= MAX_CERTIFICATES:
        raise FormatError("cms.certificate_count")
    if ordered and not is_sorted(found.contents):
        raise FormatError("der.not_canonical", "certificates")
    return tuple(bytes(choice.chosen.dump()) for choice in found)


def _find_signer(certificates: tuple[bytes, ...], sid: Any) -> bytes:  # noqa: ANN401  # asn1crypto
    for der in certificates:
        certificate = x509.Certificate.load(der)
        if (
            certificate.serial_number == sid["serial_number"].native
            and certificate.issuer.dump() == sid["issuer"].dump()
        ):
            return der
    raise FormatError("cms.no_signer_certificate")


def _attributes(found: Any, allowed: frozenset[str] | None) -> Attributes:  # noqa: ANN401  # asn1crypto
    if _is_void(found):
        return {}
    if not is_sorted(found.contents):
        raise FormatError("der.not_canonical", "attributes")
    attributes: Attributes = {}
    for attribute in found:
        name = str(attribute["type"].native)
        if name in attributes or (allowed is not None and name not in allowed):
            raise FormatError("cms.unexpected_attribute", name[:80])
        if len(attribute["values"]) != 1:
            raise FormatError("cms.unexpected_values", name[:80])
        attributes[name] = attribute["values"][0]
    return attributes


def _require_content_type(attributes: Attributes, expected: str) -> None:
    found = attributes.get("content_type")
    if found is None or found.native != expected:
        raise FormatError("cms.content_type")


def _check_certificate_reference(
    attributes: Attributes, certificate: bytes, kinds: tuple[str, ...]
) -> None:
    """Check that the signer signed which certificate is meant. RFC 5035, 3; RFC 5816."""
    if "v2" in kinds and "signing_certificate_v2" in attributes:
        reference = attributes["signing_certificate_v2"]["certs"][0]
        name = str(reference["hash_algorithm"]["algorithm"].native)
    elif "v1" in kinds and "signing_certificate" in attributes:
        reference, name = attributes["signing_certificate"]["certs"][0], "sha1"
    else:
        raise FormatError("cms.missing_attribute", "signing_certificate")
    if name not in (*HASHES, "sha1"):
        raise FormatError("cms.digest_algorithm", name[:40])
    if hashlib.new(name, certificate).digest() != bytes(reference["cert_hash"].native):
        raise FormatError("cms.other_certificate")


def _check_algorithm_protection(attributes: Attributes, info: Any) -> None:  # noqa: ANN401  # asn1crypto
    """Check the signed copy of the algorithms, where there is one. RFC 6211."""
    protected = attributes.get("cms_algorithm_protection")
    if protected is None:
        return
    same_digest = protected["digest_algorithm"].native == info["digest_algorithm"].native
    same_signature = protected["signature_algorithm"].native == info["signature_algorithm"].native
    if not same_digest or not same_signature:
        raise FormatError("cms.algorithm_protection")


def _read_tst_info(content: bytes, block: SignerBlock, der: bytes) -> TimestampToken:
    info = tsp.TSTInfo.load(content, strict=True)
    if info["version"].native != "v1":
        raise FormatError("cms.unexpected_version")
    imprint = info["message_imprint"]
    nonce = info["nonce"].native
    return TimestampToken(
        block=block,
        der=der,
        gen_time=_utc(info["gen_time"].native),
        imprint_algorithm=str(imprint["hash_algorithm"]["algorithm"].native),
        imprint=bytes(imprint["hashed_message"].native),
        nonce=None if nonce is None else int(nonce),
    )


def _appointment(value: Any) -> str | None:  # noqa: ANN401  # asn1crypto
    octets = _octets(value)
    if octets is None:
        return None
    if len(octets) > MAX_APPOINTMENT:
        raise FormatError("cms.too_large", "appointment")
    return octets.decode("ascii")


def _octets(value: Any) -> bytes | None:  # noqa: ANN401  # asn1crypto
    if value is None:
        return None
    return bytes(core.OctetString.load(value.dump(), strict=True).native)


def _der_of(value: Any) -> bytes | None:  # noqa: ANN401  # asn1crypto
    return None if value is None else bytes(value.dump())


def _is_void(value: Any) -> bool:  # noqa: ANN401  # asn1crypto
    return isinstance(value, core.Void)


def _utc(value: datetime) -> datetime:
    return value.astimezone(UTC)
