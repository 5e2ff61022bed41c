"""Statements sealed by a school (CAdES), as checks 7c and 8 read them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Any

import pytest
from fakes.world import AT, BIRTH, OTHER_SCHOOL, SCHOOL, Signer, the_world

from signing.appointments import OfficersKey
from signing.pades import detached_cades
from signing.pades.cms import detached_cms, with_unsigned
from verifier.errors import FormatError, VerifierError
from verifier.formats.cades import verify_detached
from verifier.formats.canonical import sha256

WORLD = the_world()
PAYLOAD = b'{"type":"hocba.batch/1"}'
ANCHORED = AT + timedelta(minutes=3)


def sealed(signer: Signer, **options: Any) -> bytes:
    with signer.custody.open_session(signer.pin) as key:
        return detached_cades(PAYLOAD, key, signer.jws, options.get("timestamper"), at=AT)


@cache
def genuine() -> bytes:
    return sealed(WORLD.signer("seal"))


def refused(cms: bytes, code: str, **options: Any) -> None:
    with pytest.raises(VerifierError) as caught:
        verify_detached(
            cms,
            options.get("payload", PAYLOAD),
            options.get("trust", WORLD.trust),
            options.get("at", ANCHORED),
        )
    assert caught.value.code == code


def test_the_schools_seal_is_read_off_its_statement() -> None:
    signer = verify_detached(genuine(), PAYLOAD, WORLD.trust, ANCHORED)
    assert signer.fingerprint == WORLD.signer("seal").appointment.certificate
    assert signer.appointment.fills("seal")
    assert signer.appointment.school == SCHOOL
    assert signer.claimed == AT


def test_a_statement_may_carry_a_timestamp() -> None:
    WORLD.clock.now = AT
    cms = sealed(WORLD.signer("seal"), timestamper=WORLD.services)
    assert verify_detached(cms, PAYLOAD, WORLD.trust, ANCHORED).appointment.fills("seal")


def test_a_timestamp_of_another_statement_is_refused() -> None:
    WORLD.clock.now = AT
    token = WORLD.services.token(sha256(b"other"), nonce=1)
    cms = with_unsigned(genuine(), "1.2.840.113549.1.9.16.2.14", token)
    refused(cms, "statement.wrong_digest")


def test_another_payload_is_refused() -> None:
    refused(genuine(), "statement.wrong_digest", payload=PAYLOAD + b" ")


def test_a_statement_from_after_its_anchor_is_refused() -> None:
    refused(genuine(), "statement.from_the_future", at=AT - timedelta(minutes=6))


def test_a_seal_that_had_expired_when_anchored_is_refused() -> None:
    seal = WORLD.seal_of(SCHOOL, valid_to=AT + timedelta(minutes=1))
    refused(sealed(seal), "trust.expired")


def test_a_seal_of_an_unknown_root_is_refused() -> None:
    refused(genuine(), "trust.no_path", trust=replace(WORLD.trust, authorities=()))


def test_an_ended_algorithm_is_refused() -> None:
    ended = tuple(
        replace(item, valid_to=AT) if item.name == "ecdsa" else item
        for item in WORLD.trust.algorithms
    )
    refused(genuine(), "statement.weak_algorithm", trust=replace(WORLD.trust, algorithms=ended))


def test_a_statement_without_appointment_is_refused() -> None:
    seal = WORLD.signer("seal")
    with seal.custody.open_session(seal.pin) as key:
        cms = detached_cms(sha256(PAYLOAD), key, appointment_jws=None, signing_time=AT)
    refused(cms, "statement.no_appointment")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda seal: appoint(seal, realm="hocba.hanoi.gov.vn"), "statement.other_realm"),
        (lambda seal: appoint(seal, certificate="00" * 32), "statement.other_certificate"),
        (lambda seal: appoint(seal, valid_to=AT - timedelta(1)), "statement.not_in_force"),
        (lambda seal: appoint(seal, school=OTHER_SCHOOL), "statement.other_tax_code"),
        (
            lambda seal: appoint(seal, officers=OfficersKey.generate("officers-1")),
            "jws.wrong_signature",
        ),
        (lambda seal: appoint(seal, officers=OfficersKey.generate("x")), "jws.unknown_key"),
    ],
)
def test_an_appointment_that_does_not_hold_is_refused(
    change: Callable[[Signer], Signer], code: str
) -> None:
    signer = change(WORLD.signer("seal"))
    with signer.custody.open_session(signer.pin) as key:
        cms = detached_cms(sha256(PAYLOAD), key, appointment_jws=signer.jws, signing_time=AT)
    refused(cms, code)


@pytest.mark.parametrize(
    ("begins", "ends", "accepted"),
    [(-1, 4, True), (-1, 2, False), (1, 4, False)],
    ids=["holds at both", "ended before the anchor", "began after the seal"],
)
def test_the_officers_key_has_to_hold_when_it_was_sealed_and_when_it_was_anchored(
    begins: int, ends: int, *, accepted: bool
) -> None:
    """Sealed at AT by its own word, which a thief writes; proved at AT + 3 minutes."""
    officers = OfficersKey.generate("officers-3")
    key = officers.trusted(
        valid_from=AT + timedelta(minutes=begins), valid_to=AT + timedelta(minutes=ends)
    )
    trust = replace(WORLD.trust, appointment_keys=(*WORLD.trust.appointment_keys, key))
    cms = sealed(appoint(WORLD.signer("seal"), officers=officers))
    if accepted:
        assert verify_detached(cms, PAYLOAD, trust, ANCHORED).appointment.fills("seal")
    else:
        refused(cms, "jws.key_not_in_force", trust=trust)


def appoint(seal: Signer, **changes: Any) -> Signer:
    return WORLD.appoint(seal.custody, SCHOOL.name, "seal", **changes)


def test_a_documents_signature_is_no_statement() -> None:
    seal = WORLD.signer("seal")
    with seal.custody.open_session(seal.pin) as key:
        cms = detached_cms(sha256(PAYLOAD), key, appointment_jws=seal.jws)
    with pytest.raises(FormatError, match="missing_attribute"):
        verify_detached(cms, PAYLOAD, WORLD.trust, ANCHORED)


def test_a_principals_statement_is_read_but_is_no_seal() -> None:
    signer = verify_detached(sealed(WORLD.signer("principal")), PAYLOAD, WORLD.trust, ANCHORED)
    assert not signer.appointment.fills("seal")


def test_the_world_began_before_the_statement() -> None:
    assert BIRTH < AT
