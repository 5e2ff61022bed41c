"""Check 3 on real files: each attack fails with its own code and sub-indication."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID
from fakes.records import TEMPLATE_ID
from fakes.world import AT, BIRTH, CLASS, SCHOOL, Signer, the_world, trusted_root

from signing import pades
from signing.pades.cms import detached_cms, with_unsigned
from signing.pki import dev, profiles
from signing.pki.services import DevServices
from signing.status import Evidence, StatusAnswer
from verifier.checks import signatures
from verifier.formats.oids import RECEIPT
from verifier.formats.pdf.parse import parse
from verifier.formats.pdf.revision import refill
from verifier.formats.trusted_root import AllowedAlgorithm, TrustedRoot
from verifier.report import Check, Status
from verifier.templates import load
from verifier.verify import Step, run_step

WORLD = the_world()
END = AT + timedelta(minutes=5)


@cache
def genuine() -> bytes:
    return WORLD.issue()


@cache
def sealed() -> bytes:
    return WORLD.signed()


def teacher(**certificate: Any) -> Signer:
    return WORLD.person("Lê Văn Cường", "homeroom", scope=CLASS, certificate=certificate)


def one(checks: list[Check]) -> tuple[Status, str, str | None]:
    assert len({check.code for check in checks}) == 1, checks
    return checks[0].status, checks[0].code, checks[0].sub_indication


def failed(code: str, sub_indication: str) -> tuple[Status, str, str]:
    return Status.FAILED, code, sub_indication


def undecided(code: str, sub_indication: str) -> tuple[Status, str, str]:
    return Status.NOT_CHECKED, code, sub_indication


def with_teacher(signer: Signer, evidence: Evidence | None = None) -> bytes:
    """A whole file whose homeroom signature is this signer's."""
    signers = WORLD.signers(homeroom=signer)
    return WORLD.finished(WORLD.signed(signers), signers, evidence=evidence)


def unchecked_evidence(signers: list[Signer], at: datetime) -> Evidence:
    """Evidence without looking at what it says, as a careless or evil writer would take it."""
    services = WORLD.services
    found = Evidence()
    for signer in signers:
        chain = services.chain_of(signer.custody.certificate, signer.custody.chain)
        answer = services.evidence(chain[0], chain[1], at=at)
        found = found.merge(Evidence((chain[0],), tuple(filter(None, [answer.ocsp]))))
        found = found.merge(_crl(services.evidence(chain[1], chain[2], at=at), chain[1]))
    return found.merge(WORLD.evidence([], at))


def _crl(answer: StatusAnswer, certificate: bytes) -> Evidence:
    return Evidence((certificate,), (), tuple(filter(None, [answer.crl])))


def test_a_genuine_file_passes() -> None:
    assert one(WORLD.check3(genuine())) == (Status.PASSED, "3.signatures_hold", None)


def test_a_timestamp_in_every_signature_passes_too() -> None:
    data = WORLD.finished(WORLD.signed(timestamps=(0, 1, 2)))
    assert one(WORLD.check3(data))[0] is Status.PASSED


def test_a_renewed_document_timestamp_passes() -> None:
    data = WORLD.finished(genuine(), at=END + timedelta(minutes=10))
    assert len(parse(data).timestamps) == 2
    assert one(WORLD.check3(data))[0] is Status.PASSED


def test_rsa_2048_with_pkcs1_padding_passes() -> None:
    assert one(WORLD.check3(with_teacher(teacher(key="rsa2048"))))[0] is Status.PASSED


def test_rsa_pss_passes() -> None:
    signer = teacher(key="rsa2048")
    signer = replace(signer, custody=replace(signer.custody, use_pss=True))
    assert one(WORLD.check3(with_teacher(signer)))[0] is Status.PASSED


def test_ten_years_later_the_file_still_passes() -> None:
    later = AT + timedelta(days=3650)
    assert one(WORLD.check3(genuine(), now=later))[0] is Status.PASSED


def test_after_the_trusted_root_has_ended_nothing_is_decided() -> None:
    later = datetime(2041, 1, 1, tzinfo=UTC)
    codes = {check.code: check.status for check in WORLD.check3(genuine(), now=later)}
    assert codes["3.trusted_root_expired"] is Status.NOT_CHECKED
    assert Status.FAILED not in codes.values()


def test_a_changed_record_breaks_the_digest_of_every_signature() -> None:
    data = bytearray(genuine())
    data[data.index("Trường THCS".encode())] ^= 1
    checks = WORLD.check3(bytes(data))
    broken = [check for check in checks if check.code == "3.wrong_digest"]
    assert {check.sub_indication for check in broken} == {"HASH_FAILURE"}
    assert {(check.detail or "").split(":")[0] for check in broken} == {
        "sig_homeroom", "sig_principal", "sig_seal", "dts_1",
    }  # fmt: skip


def test_a_changed_signature_value_fails() -> None:
    cms = bytearray(parse(sealed()).signatures[0].contents)
    value = WORLD.context(sealed()).cms(parse(sealed()).signatures[0]).signature
    cms[cms.index(value) + len(value) - 1] ^= 1
    data = WORLD.finished(refill(sealed(), 0, bytes(cms)))
    checks = [check for check in WORLD.check3(data) if "homeroom" in (check.detail or "")]
    assert one(checks) == failed("3.wrong_signature", "SIG_CRYPTO_FAILURE")


def test_a_signature_moved_from_another_transcript_fails() -> None:
    other = WORLD.signed(document=WORLD.document(**{"/pupil/name": "Trần Văn Bình"}), steps=(0,))
    data = refill(WORLD.signed(steps=(0,)), 0, parse(other).signatures[0].contents)
    checks = WORLD.check3(WORLD.finished(data))
    assert failed("3.wrong_digest", "HASH_FAILURE") == one(checks)


def test_a_revoked_certificate_fails() -> None:
    signer = teacher()
    WORLD.pki.revoke(signer.custody.certificate, at=AT - timedelta(days=1))
    evidence = unchecked_evidence(WORLD.signers(homeroom=signer), END)
    assert one(WORLD.check3(with_teacher(signer, evidence))) == failed("3.revoked", "REVOKED")


def test_a_seal_that_is_revoked_between_signing_and_timestamp_fails() -> None:
    seal = WORLD.seal_of(SCHOOL)
    signers = WORLD.signers(seal=seal)
    data = WORLD.signed(signers)
    WORLD.pki.revoke(seal.custody.certificate, at=END - timedelta(minutes=1))
    data = WORLD.finished(data, evidence=unchecked_evidence(signers, END))
    assert one(WORLD.check3(data)) == failed("3.revoked", "REVOKED")


def test_an_expired_certificate_fails() -> None:
    signer = teacher(valid_to=AT + timedelta(minutes=2))
    checks = WORLD.check3(with_teacher(signer))
    assert one(checks) == failed("3.expired", "EXPIRED")


def test_a_certificate_that_begins_after_the_signature_fails() -> None:
    """Claimed before the certificate existed, proved after: the claim is false."""
    signer = teacher(valid_from=AT + timedelta(minutes=3))
    signer = WORLD.appoint(signer.custody, "Lê Văn Cường", "homeroom", scope=CLASS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pades, "check_certificate", lambda *_: None)
        data = with_teacher(signer)
    assert one(WORLD.check3(data)) == failed("3.not_yet_valid", "NOT_YET_VALID")


def test_a_certificate_that_is_not_yet_valid_when_proved_fails() -> None:
    signer = teacher(valid_from=AT + timedelta(days=3))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pades, "check_certificate", lambda *_: None)
        data = with_teacher(signer)
    assert one(WORLD.check3(data)) == failed("3.not_yet_valid", "NOT_YET_VALID")


def test_a_self_signed_look_alike_fails() -> None:
    """The same names and extensions under a key of one's own."""
    real = WORLD.signer("homeroom")
    key = dev._new_key("p256")
    profile = profiles.person(real.appointment.name, "031100000001")
    validity = profiles.Validity(BIRTH, BIRTH + timedelta(days=900))
    false = profiles.build(profile, key, validity, profiles.Issuing(None, key, None))
    signer = _signer_of(key, false)
    assert one(WORLD.check3(with_teacher(signer, WORLD.evidence(WORLD.signers(), END)))) == failed(
        "3.no_path", "NO_CERTIFICATE_CHAIN_FOUND"
    )


def test_an_issuer_that_merely_has_the_cas_name_fails() -> None:
    """A CA of one's own with the real CA's name, its certificate in the CMS."""
    ca_key, key = dev._new_key("p256"), dev._new_key("p256")
    validity = profiles.Validity(BIRTH, BIRTH + timedelta(days=900))
    real = WORLD.pki._issuing("national-ca").certificate
    assert real is not None
    copy = profiles.Profile(real.subject, profiles.issuing_ca("x", "y").extensions)
    ca = profiles.build(copy, ca_key, validity, profiles.Issuing(None, ca_key, None))
    holder = profiles.person("Lê Văn Cường", "031100000002")
    leaf = profiles.build(holder, key, validity, profiles.Issuing(ca, ca_key, None))
    signer = _signer_of(key, leaf, (_der(ca),))
    checks = WORLD.check3(with_teacher(signer, WORLD.evidence(WORLD.signers(), END)))
    assert one(checks) == failed("3.no_path", "NO_CERTIFICATE_CHAIN_FOUND")


def test_a_person_cannot_issue_certificates() -> None:
    """A certificate signed by a teacher's key leads nowhere: a teacher is no CA."""
    holder = dev.Person("Lê Văn Cường", "031100000003", "1")
    name = WORLD.pki.issue(holder, at=BIRTH)
    custody = WORLD.pki.custody(name)
    with custody.open_session("1") as opened:
        issuer_key = opened._opened()
    key = dev._new_key("p256")
    issuer = x509.load_der_x509_certificate(custody.certificate)
    validity = profiles.Validity(BIRTH, BIRTH + timedelta(days=900))
    leaf = profiles.build(
        profiles.person("Kẻ Giả Mạo", "031100000004"), key, validity,
        profiles.Issuing(issuer, issuer_key, None),
    )  # fmt: skip
    signer = _signer_of(key, leaf, (custody.certificate, *custody.chain))
    checks = WORLD.check3(with_teacher(signer, WORLD.evidence(WORLD.signers(), END)))
    assert one(checks) == failed("3.no_path", "NO_CERTIFICATE_CHAIN_FOUND")


def test_a_tls_certificate_of_the_same_ca_may_not_sign() -> None:
    usual = profiles.person("Lê Văn Cường", "031100000005")
    tls = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
    profile = profiles.Profile(usual.subject, (*usual.extensions[:2], (tls, False)))
    checks = WORLD.check3(with_teacher(teacher(profile=profile)))
    assert one(checks) == failed("3.wrong_key_usage", "CHAIN_CONSTRAINTS_FAILURE")


def test_the_tsa_may_not_sign_and_a_signer_may_not_stamp() -> None:
    root = WORLD.trust
    swapped = tuple(
        replace(authority, use={"sign": "tsa", "tsa": "sign"}[authority.use])
        for authority in root.authorities
    )
    codes = {check.code for check in WORLD.check3(genuine(), replace(root, authorities=swapped))}
    assert "3.no_path" in codes


def test_another_realms_verifier_knows_none_of_our_anchors() -> None:
    foreign = replace(WORLD.trust, realm="hocba.hochiminhcity.gov.vn", authorities=())
    checks = WORLD.check3(genuine(), foreign)
    assert {check.code for check in checks} >= {"3.no_path"}
    assert all(check.status is not Status.PASSED for check in checks)


def test_an_anchor_outside_its_dates_is_no_anchor() -> None:
    ended = tuple(
        replace(authority, valid_to=AT - timedelta(days=1)) for authority in WORLD.trust.authorities
    )
    checks = WORLD.check3(genuine(), replace(WORLD.trust, authorities=ended))
    assert one([c for c in checks if "dts" in (c.detail or "")]) == failed(
        "3.no_path", "NO_CERTIFICATE_CHAIN_FOUND"
    )


def test_without_status_nothing_is_decided() -> None:
    services = WORLD.services
    data = WORLD.finished(sealed(), evidence=Evidence(certs=services.pki.chain("national")))
    checks = WORLD.check3(data)
    assert {check.status for check in checks} == {Status.NOT_CHECKED}
    assert {check.sub_indication for check in checks} <= {"TRY_LATER", "NO_POE"}


def test_a_stale_status_copied_from_another_file_does_not_count() -> None:
    """A thief with a key revoked yesterday shows the answer of last week."""
    old = WORLD.evidence(WORLD.signers(), END - timedelta(hours=2))
    checks = WORLD.check3(WORLD.finished(sealed(), evidence=old))
    assert {(check.status, check.sub_indication) for check in checks} >= {
        (Status.NOT_CHECKED, "TRY_LATER")
    }
    assert Status.PASSED not in {check.status for check in checks}


def test_status_from_the_future_does_not_count() -> None:
    future = WORLD.evidence(WORLD.signers(), END + timedelta(minutes=30))
    checks = WORLD.check3(WORLD.finished(sealed(), evidence=future))
    assert {check.status for check in checks} == {Status.NOT_CHECKED}


def test_status_of_somebody_else_does_not_count() -> None:
    signer = teacher()
    checks = WORLD.check3(with_teacher(signer, WORLD.evidence(WORLD.signers(), END)))
    assert one(checks) == undecided("3.no_status", "TRY_LATER")


def test_status_by_a_responder_of_another_ca_does_not_count() -> None:
    """The official CA's responder speaks about a certificate of the national CA."""
    signer = teacher()
    services = WORLD.services
    genuine_issuer = services._issuer
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            type(services), "_issuer",
            lambda _, name: genuine_issuer(name.replace("national-ocsp", "official-ocsp")),
        )  # fmt: skip
        evidence = WORLD.evidence([signer], END)
    good = WORLD.evidence([WORLD.signer("principal"), WORLD.signer("seal")], END)
    assert one(WORLD.check3(with_teacher(signer, evidence.merge(good)))) == undecided(
        "3.no_status", "TRY_LATER"
    )


def test_a_claimed_time_after_the_timestamp_fails() -> None:
    data = WORLD.finished(sealed(), at=AT + timedelta(seconds=30))
    checks = WORLD.check3(data)
    assert failed("3.claimed_after_proof", "TIMESTAMP_ORDER_FAILURE") == one(
        [check for check in checks if "seal" in (check.detail or "")]
    )


def test_signatures_that_claim_descending_times_fail() -> None:
    data = WORLD.signed(steps=(0,), at=AT)
    for step, moment in ((1, AT - timedelta(minutes=30)), (2, AT - timedelta(minutes=29))):
        signer = WORLD.signers()[step]
        put = pades.seal if step == 2 else pades.sign
        with signer.custody.open_session(signer.pin) as key:
            data = put(
                data, load(TEMPLATE_ID), step=step, key=key, appointment_jws=signer.jws, at=moment
            )
    assert failed("3.wrong_order", "TIMESTAMP_ORDER_FAILURE") == one(
        WORLD.check3(WORLD.finished(data))
    )


def test_a_timestamp_from_the_future_fails() -> None:
    checks = WORLD.check3(genuine(), now=AT - timedelta(hours=1))
    assert {check.sub_indication for check in checks} == {"TIMESTAMP_ORDER_FAILURE"}


def test_a_file_without_document_timestamp_is_not_decided() -> None:
    checks = WORLD.check3(sealed())
    assert one(checks) == undecided("3.no_timestamp", "NO_POE")


def test_a_document_timestamp_by_a_private_clock_fails() -> None:
    """The forger's own TSA, with the right names, under a root of the forger's own."""
    outside = dev.create(WORLD.folder / "forger", at=BIRTH)
    forger = replace_services(outside)
    data = pades.finish(
        sealed(), load(TEMPLATE_ID), evidence=WORLD.evidence(WORLD.signers(), END),
        timestamper=forger, at=END,
    )  # fmt: skip
    checks = WORLD.check3(data)
    assert one([c for c in checks if "dts" in (c.detail or "")]) == failed(
        "3.no_path", "NO_CERTIFICATE_CHAIN_FOUND"
    )


def replace_services(pki: dev.DevPki) -> Any:
    return DevServices(pki, clock=lambda: END)


def test_a_signature_timestamp_over_another_signature_fails() -> None:
    first = WORLD.signed(steps=(0,), timestamps=(0,))
    other = WORLD.signed(
        document=WORLD.document(**{"/pupil/name": "Trần Văn Bình"}), steps=(0,), timestamps=(0,)
    )
    token = WORLD.context(other).cms(parse(other).signatures[0]).timestamp_token
    assert token is not None
    cms = parse(first).signatures[0].contents
    moved = with_unsigned(cms, "1.2.840.113549.1.9.16.2.14", token)
    checks = WORLD.check3(WORLD.finished(refill(first, 0, moved)))
    assert failed("3.wrong_digest", "HASH_FAILURE") == one(checks)


@pytest.mark.parametrize("name", ["sha256", "ecdsa", "p-256"])
def test_an_algorithm_that_the_policy_has_ended_fails(name: str) -> None:
    checks = WORLD.check3(genuine(), without(WORLD.trust, name, until=AT - timedelta(days=1)))
    assert {check.sub_indication for check in checks} >= {"CRYPTO_CONSTRAINTS_FAILURE"}
    assert Status.FAILED in {check.status for check in checks}


def test_an_algorithm_that_was_good_then_and_is_weak_now_is_not_decided() -> None:
    """Nobody can tell a genuine old timestamp from one forged since; renewal would have helped."""
    trust = without(WORLD.trust, "ecdsa", until=AT + timedelta(days=100))
    checks = WORLD.check3(genuine(), trust, now=AT + timedelta(days=101))
    assert one(checks) == undecided("3.weak_algorithm", "CRYPTO_CONSTRAINTS_FAILURE_NO_POE")


def without(trust: TrustedRoot, name: str, *, until: datetime) -> TrustedRoot:
    def changed(item: AllowedAlgorithm) -> AllowedAlgorithm:
        return replace(item, valid_to=until) if item.name == name else item

    return replace(trust, algorithms=tuple(changed(item) for item in trust.algorithms))


def test_rsa_1024_is_weak() -> None:
    checks = WORLD.check3(with_teacher(teacher(key="rsa1024")))
    assert one(checks) == failed("3.weak_algorithm", "CRYPTO_CONSTRAINTS_FAILURE")


def test_certificates_that_lead_nowhere_may_not_ride_along_in_a_cms() -> None:
    extra = WORLD.pki.chain("official")
    signer = WORLD.signer("homeroom")
    signer = replace(signer, custody=replace(signer.custody, chain=(*signer.custody.chain, *extra)))
    data = WORLD.signed(WORLD.signers(homeroom=signer))
    checks = WORLD.check3(WORLD.finished(data))
    assert one(checks) == failed("3.extra_certificates", "FORMAT_FAILURE")


def test_a_pool_of_too_many_certificates_is_refused() -> None:
    names = [
        WORLD.pki.issue(dev.Person("A", f"0311{i:08d}", "1"), at=BIRTH) for i in range(900, 930)
    ]
    certificates = tuple(WORLD.pki.custody(name).certificate for name in names)
    evidence = WORLD.evidence(WORLD.signers(), END).merge(Evidence(certs=certificates))
    checks = WORLD.check3(WORLD.finished(sealed(), evidence=evidence))
    assert {(check.code, check.sub_indication) for check in checks} >= {
        ("3.too_many_certificates", "FORMAT_FAILURE")
    }


def test_the_receipt_does_not_touch_the_signature() -> None:
    with_receipt = pades.embed_receipt(sealed(), 2, b'{"a":1}')
    before = WORLD.context(sealed()).seal_cms
    after = WORLD.context(with_receipt).seal_cms
    assert after.receipt == b'{"a":1}'
    assert after.signature_hash() == before.signature_hash()
    assert one(WORLD.check3(WORLD.finished(with_receipt)))[0] is Status.PASSED


def test_a_receipt_changed_after_the_last_timestamp_breaks_that_timestamp() -> None:
    cms = WORLD.context(genuine()).seal.contents
    data = refill(genuine(), 2, with_unsigned(cms, RECEIPT, b"\x04\x021!"))
    checks = WORLD.check3(data)
    assert ("3.wrong_digest", "HASH_FAILURE") in {(c.code, c.sub_indication) for c in checks}


def test_a_signature_without_appointment_is_no_matter_of_this_check() -> None:
    digest = parse(sealed()).signatures[0].covered_digest
    signer = WORLD.signer("homeroom")
    with signer.custody.open_session(signer.pin) as key:
        cms = detached_cms(digest, key, appointment_jws=None)
    data = WORLD.finished(refill(sealed(), 0, cms))
    # later signatures cover the old CMS, so they break; the first itself still holds
    codes = {c.detail.split(":")[0] for c in WORLD.check3(data) if c.detail}
    assert "sig_homeroom" not in codes


def test_every_flipped_bit_of_the_tail_is_seen() -> None:
    """One bit in each stretch of the seal's CMS and of the evidence: none goes unseen."""
    data = genuine()
    seal = WORLD.context(data).seal
    start = seal.byte_range[1] + 1
    for offset in _spread(start, start + 2 * len(seal.contents), 60):
        broken = bytearray(data)
        broken[offset] = ord("0") if broken[offset] != ord("0") else ord("1")
        assert Status.PASSED not in {check.status for check in _safe_check(bytes(broken))}


def _spread(start: int, end: int, count: int) -> Iterator[int]:
    step = (end - start) / count
    return (int(start + number * step) for number in range(count))


def _safe_check(data: bytes) -> list[Check]:
    ctx = WORLD.context(data)
    return list(run_step(Step(("3",), signatures.check), ctx).values())


def _der(certificate: Any) -> bytes:
    return bytes(certificate.public_bytes(Encoding.DER))


def _signer_of(key: Any, certificate: Any, chain: tuple[bytes, ...] = ()) -> Signer:
    """A signer with a certificate from anywhere, appointed as if it were genuine."""
    name = f"false-{next(WORLD.numbers)}"
    folder = WORLD.folder / "pki" / "keys"
    dev._store(folder, name, key, "271828", certificate)
    dev.write_pem(folder / f"{name}.chain.pem", chain)
    return WORLD.appoint(WORLD.pki.custody(name), "Lê Văn Cường", "homeroom", scope=CLASS)


def test_the_trusted_root_of_the_tests_is_the_worlds() -> None:
    assert trusted_root(WORLD.pki, WORLD.officers) == WORLD.trust
