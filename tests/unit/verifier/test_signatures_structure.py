"""Check 3 on parsed structures: what no file of our own layout would show."""

from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Any

import pytest
from asn1crypto import algos, keys, x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from fakes.world import AT, BIRTH, PIN, the_world

from signing.pades.cms import with_timestamp
from signing.pki import dev
from verifier.checks.signatures import judge_signatures
from verifier.errors import FormatError
from verifier.formats.algorithms import (
    algorithm_names,
    key_name,
    pss_algorithm,
    verify_signature,
)
from verifier.formats.cms import SignedCms, TimestampToken
from verifier.formats.paths import subject_identifiers
from verifier.formats.pdf.parse import parse
from verifier.formats.pdf.parsed import ParsedPdf, ParsedSignature, Problem

WORLD = the_world()
NOW = AT + timedelta(hours=1)


@cache
def parsed() -> ParsedPdf:
    return parse(WORLD.issue())


def cms_of(signature: ParsedSignature) -> SignedCms:
    return SignedCms.parse(signature.contents)


def findings(pdf: ParsedPdf, cms: Any = cms_of) -> set[tuple[str, str, str, bool]]:
    found = judge_signatures(pdf, cms, WORLD.trust, now=NOW).findings
    return {(item.where, item.code, item.sub_indication, item.undecided) for item in found}


def test_nothing_is_found_in_a_genuine_structure() -> None:
    assert findings(parsed()) == set()


def test_a_file_without_signatures_has_nothing_signed() -> None:
    bare = replace(parsed(), signatures=())
    assert findings(bare) == {("file", "no_signature", "SIGNED_DATA_NOT_FOUND", False)}


def test_a_byte_range_that_leaves_a_gap_is_found() -> None:
    pdf = parsed()
    first, *others = pdf.signatures
    start, end, after, length = first.byte_range
    gap = replace(first, byte_range=(start, end, after + 1, length - 1))
    found = findings(replace(pdf, signatures=(gap, *others)))
    assert found == {("sig_homeroom", "coverage", "FORMAT_FAILURE", False)}


def test_a_timestamp_that_leaves_a_gap_is_found() -> None:
    pdf = parsed()
    (stamp,) = pdf.timestamps
    gap = replace(stamp, byte_range=(0, 1, 2, 3))
    found = findings(replace(pdf, timestamps=(gap,)))
    assert ("dts_1", "coverage", "FORMAT_FAILURE", False) in found


def test_what_the_layout_says_about_signatures_counts() -> None:
    odd = replace(parsed(), problems=(Problem("3", "3.odd"), Problem("2", "2.else")))
    assert findings(odd) == {("file", "odd", "FORMAT_FAILURE", False)}


def test_a_signature_after_the_last_timestamp_is_not_proved() -> None:
    """A timestamp before the seal says nothing of the seal."""
    pdf = parsed()
    *others, seal = pdf.signatures
    (stamp,) = pdf.timestamps
    late = replace(pdf, timestamps=(replace(stamp, revision_end=seal.revision_end - 1),))
    assert findings(late) == {("sig_seal", "no_timestamp", "NO_POE", True)}
    assert others


def test_document_timestamps_that_run_backwards_are_found() -> None:
    renewed = parse(WORLD.finished(WORLD.issue(), at=AT + timedelta(minutes=30)))
    first, second = renewed.timestamps
    swapped = replace(renewed, timestamps=(second, first))
    assert ("document timestamps", "wrong_order", "TIMESTAMP_ORDER_FAILURE", False) in findings(
        swapped
    )


def test_a_timestamp_that_is_no_token_is_found() -> None:
    pdf = parsed()
    (stamp,) = pdf.timestamps
    broken = replace(pdf, timestamps=(replace(stamp, contents=b"\x30\x00"),))
    assert ("dts_1", "malformed", "FORMAT_FAILURE", False) in findings(broken)


def test_a_signature_by_a_longer_hash_is_not_ours() -> None:
    """The leaf and every digest of ours are SHA-256; another hash is refused, strong or not."""

    def longer(signature: ParsedSignature) -> SignedCms:
        cms = cms_of(signature)
        return replace(cms, block=replace(cms.block, digest_algorithm="sha512"))

    found = findings(parsed(), longer)
    assert {code for _, code, _, _ in found} == {"weak_algorithm"}


def test_a_signature_timestamp_after_the_documents_is_out_of_order() -> None:
    pdf = parse(WORLD.signed(timestamps=(0,)))
    done = parse(WORLD.finished(WORLD.signed(timestamps=(0,)), at=AT + timedelta(minutes=5)))
    WORLD.clock.now = AT + timedelta(minutes=50)

    late = with_timestamp(done.signatures[0].contents, WORLD.services, at=WORLD.clock.now)
    first, *others = done.signatures
    moved = replace(done, signatures=(replace(first, contents=late), *others))
    assert ("sig_homeroom", "wrong_order", "TIMESTAMP_ORDER_FAILURE", False) in findings(moved)
    assert pdf.signatures


def certificate(kind: str = "p256") -> x509.Certificate:
    person = dev.Person("Lê Văn Cường", f"0313{next(WORLD.numbers):08d}", PIN)
    return x509.Certificate.load(
        WORLD.pki.custody(WORLD.pki.issue(person, at=BIRTH, key=kind)).certificate
    )


def test_names_of_algorithms() -> None:
    rsa = certificate("rsa2048")
    plain = algos.SignedDigestAlgorithm({"algorithm": "rsassa_pkcs1v15"})
    assert algorithm_names(rsa, plain, "sha256") == ("sha256", "rsa-pkcs1v15", "rsa-2048")
    assert algorithm_names(rsa, pss_algorithm("sha384"), "sha384")[:2] == ("sha384", "rsa-pss")
    assert algorithm_names(certificate(), _named("sha512_ecdsa"), None) == (
        "sha512", "ecdsa", "p-256",
    )  # fmt: skip


def _named(name: str) -> algos.SignedDigestAlgorithm:
    return algos.SignedDigestAlgorithm({"algorithm": name})


@pytest.mark.parametrize("name", ["sha1_ecdsa", "sha224_ecdsa"])
def test_a_short_hash_is_unknown(name: str) -> None:
    with pytest.raises(FormatError, match=r"algorithm\.unknown"):
        algorithm_names(certificate(), _named(name), None)


def test_an_ec_mechanism_by_an_rsa_key_is_a_mismatch() -> None:
    with pytest.raises(FormatError, match="mismatch"):
        algorithm_names(certificate("rsa2048"), _named("sha256_ecdsa"), "sha256")


@pytest.mark.parametrize(
    "change",
    [{"salt_length": 20}, {"trailer_field": 2}, {"mask_gen_algorithm": None}],
)
def test_pss_with_other_parameters_is_unknown(change: dict[str, Any]) -> None:
    parameters = {
        "hash_algorithm": {"algorithm": "sha256"},
        "mask_gen_algorithm": {"algorithm": "mgf1", "parameters": {"algorithm": "sha256"}},
        "salt_length": 32,
    }
    if change.get("mask_gen_algorithm", 0) is None:
        change = {"mask_gen_algorithm": {"algorithm": "mgf1", "parameters": {"algorithm": "sha1"}}}
    algorithm = algos.SignedDigestAlgorithm(
        {"algorithm": "rsassa_pss", "parameters": {**parameters, **change}}
    )
    with pytest.raises(FormatError, match=r"algorithm\.unknown"):
        algorithm_names(certificate("rsa2048"), algorithm, "sha256")


def with_key(key: Any) -> x509.Certificate:
    """A certificate (of no worth) that holds this public key."""
    public = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    made = certificate().copy()
    made["tbs_certificate"]["subject_public_key_info"] = keys.PublicKeyInfo.load(public)
    return made


def test_other_kinds_of_keys_are_unknown() -> None:
    edwards = with_key(ed25519.Ed25519PrivateKey.generate())
    koblitz = with_key(ec.generate_private_key(ec.SECP256K1()))
    for made in (edwards, koblitz):
        with pytest.raises(FormatError, match=r"algorithm\.unknown"):
            algorithm_names(made, _named("sha256_ecdsa"), "sha256")
        with pytest.raises(FormatError, match=r"algorithm\.unknown"):
            key_name(made.public_key)


def test_a_key_that_is_no_point_is_unknown() -> None:
    made = certificate().copy()
    info = made["tbs_certificate"]["subject_public_key_info"]
    info["public_key"] = keys.ECPointBitString(b"\x04" + bytes(64))
    with pytest.raises(FormatError, match=r"algorithm\.unknown"):
        verify_signature(made, _named("sha256_ecdsa"), "sha256", b"", b"")


def test_larger_keys_have_names_of_their_own() -> None:
    for curve, name in ((ec.SECP384R1(), "p-384"), (ec.SECP521R1(), "p-521")):
        assert key_name(with_key(ec.generate_private_key(curve)).public_key) == name


def test_identifiers_that_are_not_of_the_national_shape_are_left_out() -> None:
    assert subject_identifiers(WORLD.pki.certificate("national-ca")) == ()


def test_a_document_timestamp_with_a_changed_value_is_found() -> None:
    pdf = parsed()
    (stamp,) = pdf.timestamps
    broken = stamp.contents[:-1] + bytes([stamp.contents[-1] ^ 1])
    found = findings(replace(pdf, timestamps=(replace(stamp, contents=broken),)))
    assert ("dts_1", "wrong_signature", "SIG_CRYPTO_FAILURE", False) in found


def test_a_broken_timestamp_beside_a_good_one_is_found_alone() -> None:
    pdf = parsed()
    (stamp,) = pdf.timestamps
    broken = replace(stamp, field="dts_2", contents=b"\x30\x00")
    assert findings(replace(pdf, timestamps=(stamp, broken))) == {
        ("dts_2", "malformed", "FORMAT_FAILURE", False)
    }


def test_a_token_over_other_content_than_it_carries_is_found() -> None:
    pdf = parsed()
    (stamp,) = pdf.timestamps
    digest = TimestampToken.parse(stamp.contents).imprint
    broken = stamp.contents.replace(digest, bytes(32))
    found = findings(replace(pdf, timestamps=(replace(stamp, contents=broken),)))
    assert ("dts_1", "wrong_digest", "HASH_FAILURE", False) in found


def test_a_cms_that_names_another_certificate_is_found() -> None:
    def other(signature: ParsedSignature) -> SignedCms:
        raise FormatError("cms.other_certificate")

    found = findings(parsed(), other)
    assert {(code, sub) for _, code, sub, _ in found} == {
        ("other_certificate", "NO_SIGNING_CERTIFICATE_FOUND")
    }
