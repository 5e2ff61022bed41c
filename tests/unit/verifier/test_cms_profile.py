"""CMS, timestamps and DER: whatever our writer would not write is refused."""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from functools import cache
from typing import Any

import pytest
from asn1crypto import algos, cms, core, tsp, x509
from asn1crypto.crl import CertificateList
from fakes.world import AT, the_world
from hypothesis import given, settings
from hypothesis import strategies as st

from signing.errors import SigningError
from signing.pades.cms import detached_cms, octet_string, with_timestamp, with_unsigned
from signing.pki.dev import Person
from verifier.errors import FormatError, ProofError, VerifierError
from verifier.formats.algorithms import algorithm_names, key_name, verify_signature
from verifier.formats.canonical import sha256
from verifier.formats.cms import SignedCms, TimestampToken
from verifier.formats.der import check_der, contents, elements, encode, is_sorted
from verifier.formats.oids import RECEIPT

WORLD = the_world()
DIGEST = sha256(b"document")
TIMESTAMP = "1.2.840.113549.1.9.16.2.14"


@cache
def genuine(*, statement: bool = False) -> bytes:
    signer = WORLD.signer("homeroom")
    with signer.custody.open_session(signer.pin) as key:
        return detached_cms(
            DIGEST, key, appointment_jws=signer.jws, signing_time=AT if statement else None
        )


def refused(data: bytes, code: str, **options: Any) -> None:
    with pytest.raises(FormatError) as caught:
        SignedCms.parse(data, **options)
    assert caught.value.code == code


def changed(change: Callable[[Any], None], data: bytes | None = None) -> bytes:
    """The CMS after a change to its parsed SignedData, sorted and encoded anew."""
    content = cms.ContentInfo.load(data or genuine())
    change(content["content"])
    return bytes(content.dump(force=True))


def signer_info(change: Callable[[Any], None]) -> bytes:
    return changed(lambda signed: change(signed["signer_infos"][0]))


def attribute(name: str, *values: Any) -> cms.CMSAttribute:
    return cms.CMSAttribute({"type": name, "values": values})


def test_what_our_writer_writes_is_read() -> None:
    signer = WORLD.signer("homeroom")
    parsed = SignedCms.parse(genuine())
    assert parsed.message_digest == DIGEST
    assert parsed.signer_certificate == signer.custody.certificate
    assert parsed.appointment_jws == signer.jws
    assert parsed.signing_time is None
    assert parsed.receipt is None
    assert parsed.timestamp_token is None
    assert parsed.signature_hash() == sha256(parsed.signature)
    assert parsed.verify_value() == ("sha256", "ecdsa", "p-256")


def test_a_statement_states_its_time_and_a_document_does_not() -> None:
    assert SignedCms.parse(genuine(statement=True), statement=True).signing_time == AT
    refused(genuine(), "cms.missing_attribute", statement=True)
    refused(genuine(statement=True), "cms.unexpected_attribute")


def test_a_second_signer_is_refused() -> None:
    def append(signed: Any) -> None:
        infos = signed["signer_infos"]
        second = infos[0].copy()
        second["signature"] = b"another"
        signed["signer_infos"] = [infos[0], second]

    refused(changed(append), "cms.not_one_signer")


def test_content_inside_a_detached_signature_is_refused() -> None:
    def embed(signed: Any) -> None:
        signed["encap_content_info"] = {"content_type": "data", "content": b"document"}

    refused(changed(embed), "cms.not_detached")


def test_crls_inside_are_refused() -> None:
    services = WORLD.services
    crl = services.answer("/crl/national-ca", b"").body

    def embed(signed: Any) -> None:
        signed["crls"] = [CertificateList.load(crl)]

    refused(changed(embed), "cms.unexpected_element")


def test_sha_1_is_refused() -> None:
    def weaken(signed: Any) -> None:
        signed["digest_algorithms"] = [algos.DigestAlgorithm({"algorithm": "sha1"})]
        signed["signer_infos"][0]["digest_algorithm"] = {"algorithm": "sha1"}

    refused(changed(weaken), "cms.digest_algorithm")


def test_two_digest_algorithms_are_refused() -> None:
    def add(signed: Any) -> None:
        signed["digest_algorithms"] = [{"algorithm": "sha256"}, {"algorithm": "sha512"}]

    refused(changed(add), "cms.digest_algorithm")


def test_an_unknown_signed_attribute_is_refused() -> None:
    def add(info: Any) -> None:
        info["signed_attrs"] = [*info["signed_attrs"], attribute("2.25.1", core.Null())]

    refused(signer_info(add), "cms.unexpected_attribute")


def test_an_unknown_unsigned_attribute_is_refused() -> None:
    refused(with_unsigned(genuine(), "2.25.1", b"\x05\x00"), "cms.unexpected_attribute")


def test_an_attribute_with_two_values_is_refused() -> None:
    data = with_unsigned(genuine(), RECEIPT, octet_string(b"a") + octet_string(b"b"))
    refused(data, "cms.unexpected_values")


@pytest.mark.parametrize("name", ["message_digest", "content_type", "signing_certificate_v2"])
def test_a_missing_signed_attribute_is_refused(name: str) -> None:
    def remove(info: Any) -> None:
        kept = [item for item in info["signed_attrs"] if item["type"].native != name]
        info["signed_attrs"] = kept

    code = "cms.content_type" if name == "content_type" else "cms.missing_attribute"
    refused(signer_info(remove), code)


def test_a_certificate_other_than_the_one_that_was_signed_is_refused() -> None:
    """The same key with a second certificate: which was meant is part of what is signed."""
    other = WORLD.signer("principal").custody.certificate
    reference = tsp.SigningCertificateV2({"certs": [{"cert_hash": sha256(other)}]})

    def swap(info: Any) -> None:
        kept = [
            item for item in info["signed_attrs"]
            if item["type"].native != "signing_certificate_v2"
        ]  # fmt: skip
        info["signed_attrs"] = [*kept, attribute("signing_certificate_v2", reference)]

    refused(signer_info(swap), "cms.other_certificate")


def test_without_the_signers_certificate_it_is_refused() -> None:
    def remove(signed: Any) -> None:
        wanted = WORLD.signer("homeroom").custody.certificate
        signed["certificates"] = [
            choice for choice in signed["certificates"] if choice.chosen.dump() != wanted
        ]

    refused(changed(remove), "cms.no_signer_certificate")


def test_nine_certificates_are_too_many() -> None:
    people = [Person("A", f"0317{number:08d}", "1") for number in range(7)]
    ders = [WORLD.pki.custody(WORLD.pki.issue(p, at=AT)).certificate for p in people]

    def add(signed: Any) -> None:
        more = [cms.CertificateChoices("certificate", x509.Certificate.load(der)) for der in ders]
        signed["certificates"] = [*signed["certificates"], *more]

    refused(changed(add), "cms.certificate_count")


def test_another_version_is_refused() -> None:
    refused(changed(lambda signed: signed.__setitem__("version", "v3")), "cms.unexpected_version")


def test_something_else_than_signed_data_is_refused() -> None:
    data = cms.ContentInfo({"content_type": "data", "content": core.OctetString(b"x")}).dump()
    refused(data, "cms.unexpected_element")


def test_bytes_after_the_end_are_refused() -> None:
    refused(genuine() + b"\x00", "der.malformed")


def test_a_huge_cms_is_refused_unread() -> None:
    refused(bytes(70_000), "cms.too_large")


def test_an_appointment_that_is_too_long_is_refused() -> None:
    signer = WORLD.signer("homeroom")
    with signer.custody.open_session(signer.pin) as key, pytest.raises(SigningError, match="large"):
        detached_cms(DIGEST, key, appointment_jws="A" * 9000)


def test_unsorted_unsigned_attributes_are_refused() -> None:
    """No other judge looks at this; unsorted sets would be a place to hide bits."""
    data = with_timestamp(genuine(), WORLD.services, at=WORLD.clock.now)
    data = with_unsigned(data, RECEIPT, octet_string(b"{}"))
    SignedCms.parse(data)
    attributes = cms.ContentInfo.load(data)["content"]["signer_infos"][0]["unsigned_attrs"]
    first, second = elements(attributes.contents)
    refused(data.replace(first + second, second + first), "der.not_canonical")


def test_an_indefinite_length_is_refused() -> None:
    inner = contents(genuine())
    refused(b"\x30\x80" + inner + b"\x00\x00", "der.not_canonical")


def test_a_replaced_unsigned_attribute_leaves_the_rest_as_it_was() -> None:
    first = with_unsigned(genuine(), RECEIPT, octet_string(b"one"))
    second = with_unsigned(first, RECEIPT, octet_string(b"two"))
    assert SignedCms.parse(second).receipt == b"two"
    assert with_unsigned(second, RECEIPT, octet_string(b"one")) == first
    assert (
        SignedCms.parse(first).block.signed_attributes
        == SignedCms.parse(second).block.signed_attributes
    )


def test_a_receipt_that_is_no_octet_string_is_refused() -> None:
    refused(with_unsigned(genuine(), RECEIPT, b"\x05\x00"), "cms.malformed")


@settings(max_examples=150, deadline=None)
@given(st.integers(min_value=0), st.integers(min_value=0, max_value=7))
def test_no_flipped_bit_is_read_as_the_same_signature(place: int, bit: int) -> None:
    data = bytearray(genuine())
    data[place % len(data)] ^= 1 << bit
    try:
        parsed = SignedCms.parse(bytes(data))
        parsed.verify_value()
    except VerifierError:
        return
    original = SignedCms.parse(genuine())
    assert parsed.certificates != original.certificates, "only a carried certificate may differ"


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_give_an_error_of_ours(data: bytes) -> None:
    for read in (SignedCms.parse, TimestampToken.parse):
        with pytest.raises(VerifierError):
            read(data)


def test_a_timestamp_covers_what_it_was_made_over() -> None:
    token = TimestampToken.parse(WORLD.services.token(sha256(b"x"), nonce=7))
    assert token.covers(b"x")
    assert not token.covers(b"y")
    assert token.nonce == 7
    assert token.gen_time == WORLD.clock.now
    assert token.block.verify_value()[0] == "sha256"


def test_a_timestamp_whose_content_was_changed_is_refused() -> None:
    data = WORLD.services.token(sha256(b"x"), nonce=7)
    with pytest.raises(ProofError, match="wrong_digest"):
        TimestampToken.parse(data.replace(sha256(b"x"), sha256(b"y")))


def test_a_signature_is_no_timestamp() -> None:
    with pytest.raises(FormatError, match="not_timestamp"):
        TimestampToken.parse(genuine())


def test_a_mechanism_of_another_kind_of_key_is_refused() -> None:
    certificate = x509.Certificate.load(WORLD.signer("homeroom").custody.certificate)
    for name in ("sha256_rsa", "ed25519"):
        algorithm = algos.SignedDigestAlgorithm({"algorithm": name})
        with pytest.raises(FormatError, match=r"algorithm\."):
            algorithm_names(certificate, algorithm, "sha256")


def test_a_mechanism_that_names_another_hash_is_refused() -> None:
    certificate = x509.Certificate.load(WORLD.signer("homeroom").custody.certificate)
    algorithm = algos.SignedDigestAlgorithm({"algorithm": "sha384_ecdsa"})
    with pytest.raises(FormatError, match="mismatch"):
        verify_signature(certificate, algorithm, "sha256", b"", b"")


def test_an_rsa_key_below_2048_bits_has_a_name_that_nobody_allows() -> None:
    name = WORLD.pki.issue(Person("A", "031777777777", "1"), at=AT, key="rsa1024")
    certificate = x509.Certificate.load(WORLD.pki.custody(name).certificate)
    assert key_name(certificate.public_key) == "rsa-1024"


@pytest.mark.parametrize(
    "data",
    [
        "3003020100",  # INTEGER 0
        "30030101ff",  # BOOLEAN TRUE
        "3006020101020102",
        "310602010102 0102",
        "a0020500",
    ],
)
def test_der_is_accepted(data: str) -> None:
    check_der(bytes.fromhex(data))


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ("", "der.malformed"),
        ("30", "der.malformed"),
        ("3005020100", "der.malformed"),  # shorter than it says
        ("3081030201 00", "der.not_canonical"),  # long form of a short length
        ("30820003020100", "der.not_canonical"),  # leading zero in the length
        ("3080020100", "der.not_canonical"),  # indefinite
        ("3003010101", "der.not_canonical"),  # TRUE is ff
        ("300402020001", "der.not_canonical"),  # padded INTEGER
        ("30040202ff80", "der.not_canonical"),  # padded negative INTEGER
        ("30020200", "der.not_canonical"),  # empty INTEGER
        ("3106020102020101", "der.not_canonical"),  # SET out of order
        ("3106020101020101", "der.not_canonical"),  # SET with a double
        ("2403040100", "der.not_canonical"),  # OCTET STRING in pieces
        ("0000", "der.malformed"),  # end of contents
        ("1f8101020100", "der.malformed"),  # tag of many bytes
    ],
)
def test_what_is_not_der_is_refused(data: str, code: str) -> None:
    with pytest.raises(FormatError) as caught:
        check_der(bytes.fromhex(data))
    assert caught.value.code == code


def test_nesting_and_number_of_values_are_bounded() -> None:
    deep = b""
    for _ in range(60):
        deep = encode(0x30, deep)
    wide = encode(0x30, b"\x05\x00" * 30_000)
    for data in (deep, wide):
        with pytest.raises(FormatError, match="too_complex"):
            check_der(data)


@given(st.lists(st.binary(max_size=200), max_size=6))
def test_what_is_encoded_is_taken_apart_again(parts: list[bytes]) -> None:
    encoded = [encode(0x04, part) for part in parts]
    whole = encode(0x30, b"".join(encoded))
    check_der(whole)
    assert elements(contents(whole)) == encoded
    assert is_sorted(b"".join(sorted(set(encoded))))


def test_a_token_that_is_an_hour_off_still_says_its_own_time() -> None:
    WORLD.clock.now = AT + timedelta(hours=1)
    try:
        token = TimestampToken.parse(WORLD.services.token(DIGEST, nonce=1))
    finally:
        WORLD.clock.now = AT
    assert token.gen_time == AT + timedelta(hours=1)


@pytest.mark.parametrize("tag", [0xA2, 0xA3, 0xBF, 0x31])
def test_unsigned_attributes_under_another_tag_are_not_overlooked(tag: int) -> None:
    """The ASN.1 library skips what it does not know: a receipt could vanish unseen."""
    data = with_unsigned(genuine(), RECEIPT, octet_string(b"{}"))
    attributes = cms.ContentInfo.load(data)["content"]["signer_infos"][0]["unsigned_attrs"]
    place = data.index(attributes.contents) - 2
    assert data[place] == 0xA1
    broken = data[:place] + bytes([tag]) + data[place + 1 :]
    with pytest.raises(FormatError):
        SignedCms.parse(broken)


def test_the_parameters_of_an_algorithm_have_one_form() -> None:
    """Absent and NULL mean the same; so one of them would be a bit that nobody signed."""
    sha256_null = bytes.fromhex("300d0609608648016503040201") + b"\x05\x00"
    assert genuine().count(sha256_null) == 2
    with pytest.raises(FormatError):
        SignedCms.parse(genuine().replace(sha256_null, sha256_null[:-2] + b"\x04\x00"))

    def leave_out(signed: Any) -> None:
        signed["digest_algorithms"] = [algos.DigestAlgorithm.load(_WITHOUT_PARAMETERS)]

    refused(changed(leave_out), "cms.parameters")


_WITHOUT_PARAMETERS = bytes.fromhex("300b0609608648016503040201")


def test_unsorted_certificates_are_refused() -> None:
    found = cms.ContentInfo.load(genuine())["content"]["certificates"]
    first, second = elements(found.contents)
    refused(genuine().replace(first + second, second + first), "der.not_canonical")


def test_a_certificate_that_is_none_is_refused() -> None:
    """An attribute certificate or another choice has a tag of its own."""
    found = cms.ContentInfo.load(genuine())["content"]["certificates"]
    first, _ = elements(found.contents)
    odd = b"\xa2" + first[1:]
    assert genuine().count(first) == 1
    refused(genuine().replace(first, odd), "cms.unexpected_certificate")


def test_a_signer_named_by_key_identifier_is_refused() -> None:
    def rename(info: Any) -> None:
        info["sid"] = cms.SignerIdentifier("subject_key_identifier", b"12345678")

    refused(signer_info(rename), "cms.unexpected_element")


def protection(signature: str) -> cms.CMSAttribute:
    value = cms.CMSAlgorithmProtection(
        {
            "digest_algorithm": {"algorithm": "sha256"},
            "signature_algorithm": algos.SignedDigestAlgorithm({"algorithm": signature}),
        }
    )
    return attribute("cms_algorithm_protection", value)


def test_the_signed_copy_of_the_algorithms_must_agree() -> None:
    def add(name: str) -> Callable[[Any], None]:
        return lambda info: info.__setitem__(
            "signed_attrs", [*info["signed_attrs"], protection(name)]
        )

    SignedCms.parse(signer_info(add("sha256_ecdsa")))
    refused(signer_info(add("sha384_ecdsa")), "cms.algorithm_protection")


def token_changed(change: Callable[[Any], None]) -> bytes:
    token = WORLD.services.token(DIGEST, nonce=1)
    return changed(lambda signed: change(signed["signer_infos"][0]), token)


def references(attributes: Any, *more: cms.CMSAttribute) -> list[cms.CMSAttribute]:
    kept = [item for item in attributes if item["type"].native != "signing_certificate_v2"]
    return [*kept, *more]


def test_an_older_service_may_name_its_certificate_by_sha_1() -> None:
    """RFC 3161 knew only that; it binds, it does not sign."""
    der = WORLD.pki.certificate("official-tsa")
    digest = hashlib.sha1(der).digest()  # noqa: S324  # what RFC 3161 prescribes
    old = tsp.SigningCertificate({"certs": [{"cert_hash": digest}]})
    made = attribute("signing_certificate", old)

    def age(info: Any) -> None:
        info["signed_attrs"] = references(info["signed_attrs"], made)

    token = TimestampToken.parse(token_changed(age))
    assert token.block.signer_certificate == der


def test_a_service_that_names_no_certificate_is_refused() -> None:
    def strip(info: Any) -> None:
        info["signed_attrs"] = references(info["signed_attrs"])

    with pytest.raises(FormatError, match="missing_attribute"):
        TimestampToken.parse(token_changed(strip))


def test_a_reference_by_an_unknown_hash_is_refused() -> None:
    odd = tsp.SigningCertificateV2(
        {"certs": [{"hash_algorithm": {"algorithm": "md5"}, "cert_hash": bytes(16)}]}
    )
    made = attribute("signing_certificate_v2", odd)

    def swap(info: Any) -> None:
        info["signed_attrs"] = references(info["signed_attrs"], made)

    with pytest.raises(FormatError, match="digest_algorithm"):
        TimestampToken.parse(token_changed(swap))
