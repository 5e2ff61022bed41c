"""Trust paths: bounded search, usage, odd evidence, and roots with dates of their own."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Any

import pytest
from asn1crypto import algos, crl, ocsp
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from fakes.world import AT, BIRTH, PIN, the_world

from signing.pki import dev, profiles
from signing.pki.profiles import Issuing, Profile, Validity
from verifier.errors import FormatError
from verifier.formats import paths
from verifier.formats.dated import DatedAlgorithms
from verifier.formats.paths import StatusEvidence, TrustedPath, TrustError, trusted_path

WORLD = the_world()
LONG = Validity(BIRTH - timedelta(days=10), BIRTH + timedelta(days=900))


@cache
def leaf() -> bytes:
    return WORLD.signer("homeroom").custody.certificate


@cache
def evidence() -> StatusEvidence:
    found = WORLD.evidence(WORLD.signers(), AT)
    return StatusEvidence(found.ocsps, found.crls, AT + timedelta(minutes=1))


def path(certificate: bytes, *pool: bytes, **options: Any) -> TrustedPath:
    settings = {"use": "sign", "at": AT, "evidence": evidence(), **options}
    trust = settings.pop("trust", WORLD.trust)
    return trusted_path(certificate, pool or WORLD.pki.chain("national"), trust, **settings)


def refused(code: str, sub_indication: str, certificate: bytes, *pool: bytes, **o: Any) -> None:
    with pytest.raises(TrustError) as caught:
        path(certificate, *pool, **o)
    assert (caught.value.code, caught.value.sub_indication) == (f"trust.{code}", sub_indication)


def der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)


def test_a_path_names_leaf_issuer_and_anchor() -> None:
    found = path(leaf())
    assert found.leaf == leaf()
    assert found.issuers == WORLD.pki.chain("national")
    assert found.anchor == WORLD.pki.certificate("national-root")
    assert leaf() in found
    assert WORLD.pki.certificate("official-ca") not in found


def test_evidence_that_is_no_evidence_is_left_aside() -> None:
    noise = StatusEvidence(
        (b"\x30\x00", b"x", *evidence().ocsps), (b"\x30\x00", b"x", *evidence().crls),
        evidence().latest,
    )  # fmt: skip
    assert path(leaf(), evidence=noise).leaf == leaf()


def test_too_much_evidence_is_refused() -> None:
    many = replace(evidence(), ocsps=evidence().ocsps * 20)
    refused("too_much_evidence", "FORMAT_FAILURE", leaf(), evidence=many)
    large = replace(evidence(), crls=(bytes(1_048_577),))
    refused("too_much_evidence", "FORMAT_FAILURE", leaf(), evidence=large)


def test_status_without_the_issuing_cas_own_is_not_enough() -> None:
    without = replace(evidence(), crls=())
    refused("no_status", "TRY_LATER", leaf(), evidence=without)


def weaken_ocsp(data: bytes) -> bytes:
    answer = ocsp.OCSPResponse.load(data)
    basic = answer["response_bytes"]["response"].parsed
    basic["signature_algorithm"] = algos.SignedDigestAlgorithm({"algorithm": "sha1_ecdsa"})
    answer["response_bytes"]["response"] = basic
    return bytes(answer.dump(force=True))


def test_an_answer_signed_over_sha_1_does_not_count() -> None:
    weak = tuple(map(weaken_ocsp, evidence().ocsps))
    refused("no_status", "TRY_LATER", leaf(), evidence=replace(evidence(), ocsps=weak))


def test_an_answer_about_several_certificates_does_not_count() -> None:
    def doubled(data: bytes) -> bytes:
        answer = ocsp.OCSPResponse.load(data)
        basic = answer["response_bytes"]["response"].parsed
        responses = basic["tbs_response_data"]["responses"]
        basic["tbs_response_data"]["responses"] = [responses[0], responses[0]]
        answer["response_bytes"]["response"] = basic
        return bytes(answer.dump(force=True))

    twice = tuple(map(doubled, evidence().ocsps))
    refused("no_status", "TRY_LATER", leaf(), evidence=replace(evidence(), ocsps=twice))


def test_a_crl_of_an_issuing_ca_may_take_the_place_of_ocsp_for_a_day() -> None:
    services = WORLD.services
    lists = (*evidence().crls, services._crl("national-ca", AT - timedelta(hours=23)))
    assert path(leaf(), evidence=StatusEvidence((), lists, AT))
    old = (*evidence().crls, services._crl("national-ca", AT - timedelta(hours=25)))
    refused("no_status", "TRY_LATER", leaf(), evidence=StatusEvidence((), old, AT))


def test_a_crl_from_the_future_does_not_count() -> None:
    lists = (*evidence().crls, WORLD.services._crl("national-ca", AT + timedelta(hours=1)))
    refused("no_status", "TRY_LATER", leaf(), evidence=StatusEvidence((), lists, AT))


def test_a_crl_signed_over_sha_1_does_not_count() -> None:
    listed = crl.CertificateList.load(WORLD.services._crl("national-ca", AT))
    listed["signature_algorithm"] = algos.SignedDigestAlgorithm({"algorithm": "sha1_ecdsa"})
    lists = (*evidence().crls, bytes(listed.dump(force=True)))
    refused("no_status", "TRY_LATER", leaf(), evidence=StatusEvidence((), lists, AT))


def own(profile: Profile, by: Issuing, key: Any = None, validity: Validity = LONG) -> bytes:
    return der(profiles.build(profile, key or dev._new_key("p256"), validity, by))


def test_a_leaf_that_may_sign_certificates_may_not_sign_documents() -> None:
    usual = profiles.person("Lê Văn Cường", "031100000011")
    usage = profiles._key_usage(digital_signature=True, key_cert_sign=True)
    odd = Profile(usual.subject, (usual.extensions[0], (usage, True), usual.extensions[2]))
    made = own(odd, WORLD.pki._issuing("national-ca"))
    refused("wrong_key_usage", "CHAIN_CONSTRAINTS_FAILURE", made)


def test_a_leaf_without_key_usage_may_not_sign() -> None:
    usual = profiles.person("Lê Văn Cường", "031100000012")
    made = own(Profile(usual.subject, usual.extensions[:1]), WORLD.pki._issuing("national-ca"))
    refused("wrong_key_usage", "CHAIN_CONSTRAINTS_FAILURE", made)


def test_a_ca_may_not_sign_documents() -> None:
    ca = WORLD.pki.certificate("national-ca")
    refused("wrong_key_usage", "CHAIN_CONSTRAINTS_FAILURE", ca)


def test_a_tsa_must_have_its_purpose_alone_and_critical() -> None:
    tsa = WORLD.pki.certificate("official-tsa")
    pool = WORLD.pki.chain("official")
    assert path(tsa, *pool, use="tsa").leaf == tsa
    usual = profiles.timestamp_authority("Dấu thời gian")
    lax = Profile(usual.subject, (*usual.extensions[:2], (usual.extensions[2][0], False)))
    made = own(lax, WORLD.pki._issuing("official-ca"))
    refused("wrong_key_usage", "CHAIN_CONSTRAINTS_FAILURE", made, *pool, use="tsa")
    refused("wrong_key_usage", "CHAIN_CONSTRAINTS_FAILURE", leaf(), use="tsa")


def test_a_certificate_with_one_extension_twice_is_refused() -> None:
    """The library would take either; a CA's reader might take the other."""
    made = asn1.Certificate.load(leaf())
    extensions = made["tbs_certificate"]["extensions"]
    made["tbs_certificate"]["extensions"] = [*extensions, extensions[-1]]
    with pytest.raises(FormatError, match="duplicate"):
        path(bytes(made.dump(force=True)))


def test_what_is_no_certificate_is_refused_as_leaf_and_left_aside_in_the_pool() -> None:
    with pytest.raises(FormatError, match=r"certificate\.malformed"):
        path(b"\x30\x00")
    assert path(leaf(), b"\x30\x00", *WORLD.pki.chain("national"))


def test_a_root_whose_own_dates_are_over_is_no_anchor() -> None:
    later = BIRTH + timedelta(days=21 * 365)
    name = WORLD.pki.issue(
        dev.Person("Lê Văn Cường", "031100000013", PIN), at=BIRTH,
        valid_to=BIRTH + timedelta(days=25 * 365),
    )  # fmt: skip
    longest = replace(WORLD.trust, authorities=tuple(
        replace(item, valid_to=later + timedelta(days=1)) for item in WORLD.trust.authorities
    ))  # fmt: skip
    made = WORLD.pki.custody(name).certificate
    refused("no_path", "NO_CERTIFICATE_CHAIN_FOUND", made, trust=longest, at=later, evidence=None)


@cache
def twins(number: int) -> tuple[bytes, tuple[bytes, ...]]:
    """A leaf under one of many CAs of one name and one key, in a ring that leads nowhere."""
    key = dev._new_key("p256")
    name = profiles.issuing_ca("CA vòng tròn", "Kẻ gây rối")
    lax = Profile(name.subject, profiles.root("x", "y").extensions)
    first = profiles.build(lax, key, LONG, Issuing(None, key, None))
    by = Issuing(first, key, None)
    ring = [first, *(profiles.build(lax, key, LONG, by) for _ in range(number - 1))]
    holder = profiles.person("Lê Văn Cường", "031100000014")
    return own(holder, Issuing(first, key, None)), tuple(map(der, ring))


def test_a_pool_made_to_confuse_ends_in_an_answer_not_in_a_hang() -> None:
    made, pool = twins(30)
    refused("too_many_certificates", "FORMAT_FAILURE", made, *pool)


def test_a_small_ring_leads_nowhere() -> None:
    made, pool = twins(2)
    refused("no_path", "NO_CERTIFICATE_CHAIN_FOUND", made, *pool)


def test_a_chain_that_is_too_long_leads_nowhere() -> None:
    key = WORLD.pki.key("national-root")
    issuer = x509.load_der_x509_certificate(WORLD.pki.certificate("national-root"))
    pool = []
    for level in range(6):
        mine = dev._new_key("p256")
        title = profiles.root(f"Cấp {level}", "Chuỗi dài")
        issuer = profiles.build(title, mine, LONG, Issuing(issuer, key, None))
        pool.append(der(issuer))
        key = mine
    made = own(profiles.person("Lê Văn Cường", "031100000015"), Issuing(issuer, key, None))
    refused("no_path", "NO_CERTIFICATE_CHAIN_FOUND", made, *pool)


def test_an_intermediate_that_is_over_is_found() -> None:
    key, root_key = dev._new_key("p256"), WORLD.pki.key("national-root")
    root = x509.load_der_x509_certificate(WORLD.pki.certificate("national-root"))
    over = Validity(BIRTH - timedelta(days=300), BIRTH)
    ca = profiles.build(profiles.issuing_ca("CA cũ", "x"), key, over, Issuing(root, root_key, None))
    made = own(profiles.person("Lê Văn Cường", "031100000016"), Issuing(ca, key, None))
    refused("expired", "EXPIRED", made, der(ca), evidence=None)


def test_an_intermediate_of_tomorrow_is_found() -> None:
    key, root_key = dev._new_key("p256"), WORLD.pki.key("national-root")
    root = x509.load_der_x509_certificate(WORLD.pki.certificate("national-root"))
    later = Validity(AT + timedelta(days=1), AT + timedelta(days=90))
    ca = profiles.build(
        profiles.issuing_ca("CA mới", "x"), key, later, Issuing(root, root_key, None)
    )
    made = own(profiles.person("Lê Văn Cường", "031100000017"), Issuing(ca, key, None))
    refused("not_yet_valid", "NOT_YET_VALID", made, der(ca), evidence=None)


def test_a_ca_below_a_ca_that_may_have_none_is_found() -> None:
    """The issuing CA's path length is zero: what it made a CA is no CA."""
    key = dev._new_key("p256")
    sub = profiles.build(
        profiles.issuing_ca("CA con", "x"), key, LONG, WORLD.pki._issuing("national-ca")
    )
    made = own(profiles.person("Lê Văn Cường", "031100000018"), Issuing(sub, key, None))
    pool = (der(sub), *WORLD.pki.chain("national"))
    refused("bad_path", "CHAIN_CONSTRAINTS_FAILURE", made, *pool, evidence=None)


def test_a_weak_ca_key_is_found() -> None:
    key, root_key = dev._new_key("rsa1024"), WORLD.pki.key("national-root")
    root = x509.load_der_x509_certificate(WORLD.pki.certificate("national-root"))
    ca = profiles.build(
        profiles.issuing_ca("CA yếu", "x"), key, LONG, Issuing(root, root_key, None)
    )
    made = own(profiles.person("Lê Văn Cường", "031100000019"), Issuing(ca, key, None))
    refused("weak_algorithm", "CRYPTO_CONSTRAINTS_FAILURE", made, der(ca), evidence=None)


def test_what_the_library_gives_up_on_is_not_decided(monkeypatch: pytest.MonkeyPatch) -> None:
    async def gives_up(*_: object) -> None:
        raise NotImplementedError

    monkeypatch.setattr(paths, "async_validate_path", gives_up)
    with pytest.raises(TrustError) as caught:
        path(leaf())
    assert caught.value.undecided
    assert caught.value.sub_indication == "CERTIFICATE_CHAIN_GENERAL_FAILURE"


def test_validation_never_waits_for_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    async def waits(*_: object) -> None:
        await asyncio.sleep(0)

    monkeypatch.setattr(paths, "async_validate_path", waits)
    with pytest.raises(RuntimeError, match="wait"):
        path(leaf())


def test_algorithms_are_dated_for_certificates_and_answers_too() -> None:
    dated = DatedAlgorithms(WORLD.trust)
    strong = algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"})
    assert dated.signature_algorithm_allowed(strong, AT, None)
    assert not dated.signature_algorithm_allowed(strong, None, None)
    assert not dated.signature_algorithm_allowed(strong, WORLD.trust.valid_to, None)
    assert dated.digest_algorithm_allowed(algos.DigestAlgorithm({"algorithm": "sha256"}), AT)
    assert not dated.digest_algorithm_allowed(algos.DigestAlgorithm({"algorithm": "sha1"}), AT)
    edwards = algos.SignedDigestAlgorithm({"algorithm": "ed25519"})
    assert not dated.allows(edwards, AT)
    odd = algos.SignedDigestAlgorithm({"algorithm": "2.25.7"})
    assert not dated.allows(odd, AT)
