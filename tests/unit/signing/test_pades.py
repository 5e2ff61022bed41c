"""Signing revision by revision: what is refused before a key is used, what comes out."""

from dataclasses import replace
from datetime import timedelta
from functools import cache

import pytest
from fakes.records import TEMPLATE_ID
from fakes.services import FakeKeyCustody, FakeTsa
from fakes.world import AT, CLASS, PIN, SCHOOL, Signer, the_world

from signing import pades
from signing.custody.software import open_key
from signing.errors import CustodyError, SigningError, TimestampError
from signing.pades import (
    RESERVED_FOR_RECEIPT,
    check_certificate,
    detached_cades,
    embed_receipt,
    finish,
)
from verifier.errors import FormatError
from verifier.formats.cms import SignedCms
from verifier.formats.pdf.parse import parse
from verifier.templates import load

WORLD = the_world()
TEMPLATE = load(TEMPLATE_ID)


@cache
def sealed() -> bytes:
    return WORLD.signed()


def fake_of(signer: Signer) -> FakeKeyCustody:
    key = open_key(signer.custody.key_file, PIN)
    return FakeKeyCustody(signer.custody.certificate, signer.custody.chain, key, pin=PIN)  # type: ignore[arg-type]


def refused(signer: Signer, code: str, *, at: object = AT) -> None:
    """Refused, and the key was never used."""
    custody = fake_of(signer)
    with custody.open_session(PIN) as key, pytest.raises(SigningError) as caught:
        pades.sign(
            WORLD.document(), TEMPLATE, step=0, key=key, appointment_jws=signer.jws, at=at  # type: ignore[arg-type]
        )  # fmt: skip
    assert caught.value.code == code
    assert custody.signed == []


def test_each_signature_is_an_update_that_leaves_the_earlier_bytes() -> None:
    document = WORLD.document()
    first = WORLD.signed(steps=(0,))
    assert first.startswith(document)
    parsed = parse(sealed())
    assert [signature.step for signature in parsed.signatures] == [0, 1, 2]
    assert [s.byte_range for s in parsed.signatures] == [
        s.expected_range for s in parsed.signatures
    ]
    assert parsed.signatures[-1].revision_end == len(sealed())


def test_the_appearance_shows_who_signed_and_when() -> None:
    lines = parse(sealed()).signatures[1].appearance_lines
    assert lines == ("HIỆU TRƯỞNG", "Nguyễn Thị Hồng Phượng", "Ngày ký: 01/06/2026")


def test_one_open_key_signs_many_documents() -> None:
    signer = WORLD.signer("homeroom")
    custody = fake_of(signer)
    with custody.open_session(PIN) as key:
        for _ in range(3):
            pades.sign(
                WORLD.document(), TEMPLATE, step=0, key=key, appointment_jws=signer.jws, at=AT
            )
    assert len(custody.signed) == 3


def test_an_expired_certificate_is_refused_before_the_key_is_used() -> None:
    signer = WORLD.person(
        "Lê Văn Cường", "homeroom", scope=CLASS, certificate={"valid_to": AT - timedelta(1)}
    )
    refused(signer, "signing.certificate_expired")
    with pytest.raises(SigningError, match="expired"):
        check_certificate(signer.custody.certificate, AT)


def test_a_certificate_that_is_not_yet_valid_is_refused() -> None:
    signer = WORLD.person(
        "Lê Văn Cường", "homeroom", scope=CLASS, certificate={"valid_from": AT + timedelta(1)}
    )
    refused(signer, "signing.certificate_not_yet_valid")


def test_an_appointment_of_another_certificate_is_refused() -> None:
    signer = replace(WORLD.signer("homeroom"), jws=WORLD.signer("principal").jws)
    refused(signer, "signing.other_certificate")


def test_an_appointment_that_is_over_is_refused() -> None:
    late = AT + timedelta(days=300)
    refused(WORLD.signer("homeroom"), "signing.not_appointed", at=late)


def test_a_malformed_appointment_is_refused() -> None:
    refused(replace(WORLD.signer("homeroom"), jws="x.y"), "signing.malformed_appointment")


def test_a_device_with_another_key_is_found_before_anything_leaves() -> None:
    """The certificate is one person's, the key in the token another's."""
    signer, other = WORLD.signer("homeroom"), WORLD.signer("principal")
    custody = fake_of(signer)
    custody.key = open_key(other.custody.key_file, PIN)  # type: ignore[assignment]
    with custody.open_session(PIN) as key, pytest.raises(CustodyError) as caught:
        pades.sign(WORLD.document(), TEMPLATE, step=0, key=key, appointment_jws=signer.jws, at=AT)
    assert caught.value.code == "custody.other_key"


def test_a_step_that_is_not_due_is_refused() -> None:
    signer = WORLD.signer("homeroom")
    with signer.custody.open_session(PIN) as key, pytest.raises(FormatError, match="unknown_step"):
        pades.sign(WORLD.document(), TEMPLATE, step=9, key=key, appointment_jws=signer.jws, at=AT)


def test_without_timestamp_no_signature_where_the_policy_wants_one() -> None:
    signer = WORLD.signer("homeroom")
    with signer.custody.open_session(PIN) as key, pytest.raises(TimestampError):
        pades.sign(
            WORLD.document(), TEMPLATE, step=0, key=key, appointment_jws=signer.jws,
            timestamper=FakeTsa(WORLD.services, "silent"), at=AT,
        )  # fmt: skip


def test_the_receipt_enters_the_seal_and_nothing_else_changes() -> None:
    data = embed_receipt(sealed(), 2, b'{"index":7}')
    before, after = parse(sealed()), parse(data)
    assert len(data) == len(sealed())
    assert SignedCms.parse(after.signatures[2].contents).receipt == b'{"index":7}'
    assert [s.covered_digest for s in before.signatures] == [
        s.covered_digest for s in after.signatures
    ]


def test_the_same_receipt_again_gives_the_same_bytes() -> None:
    once = embed_receipt(sealed(), 2, b'{"index":7}')
    assert embed_receipt(once, 2, b'{"index":7}') == once
    assert embed_receipt(embed_receipt(sealed(), 2, b'{"index":8}'), 2, b'{"index":7}') == once


def test_a_receipt_of_twelve_kilobytes_fits_and_no_more() -> None:
    room = b"x" * RESERVED_FOR_RECEIPT
    data = embed_receipt(sealed(), 2, room)
    assert SignedCms.parse(parse(data).signatures[2].contents).receipt == room
    with pytest.raises(SigningError, match="receipt_too_large"):
        embed_receipt(sealed(), 2, room + b"x")


def test_a_seal_of_rsa_4096_with_timestamp_and_receipt_fits() -> None:
    seal = WORLD.seal_of(SCHOOL, key="rsa4096")
    data = WORLD.signed(WORLD.signers(seal=seal), timestamps=(2,))
    assert embed_receipt(data, 2, b"x" * RESERVED_FOR_RECEIPT)


def test_a_receipt_after_the_final_timestamp_is_refused() -> None:
    with pytest.raises(SigningError, match="already_finished"):
        embed_receipt(WORLD.finished(sealed()), 2, b"{}")


def test_a_receipt_needs_a_seal() -> None:
    with pytest.raises(SigningError, match="no_such_step"):
        embed_receipt(WORLD.signed(steps=(0,)), 2, b"{}")


def test_the_final_timestamp_covers_the_whole_file() -> None:
    data = WORLD.finished(sealed())
    (stamp,) = parse(data).timestamps
    assert stamp.byte_range[2] + stamp.byte_range[3] == len(data)
    assert data.startswith(sealed())


def test_without_a_timestamp_service_nothing_is_finished() -> None:
    evidence = WORLD.evidence(WORLD.signers(), AT)
    for fault in ("silent", "refuses", "wrong_digest", "wrong_clock", "expired_certificate"):
        with pytest.raises(TimestampError):
            finish(
                sealed(), TEMPLATE, evidence=evidence,
                timestamper=FakeTsa(WORLD.services, fault), at=AT,
            )  # fmt: skip


def test_a_statement_is_refused_for_the_same_reasons() -> None:
    seal = WORLD.signer("seal")
    with seal.custody.open_session(PIN) as key:
        with pytest.raises(SigningError, match="not_appointed"):
            detached_cades(b"{}", key, seal.jws, None, at=AT + timedelta(days=300))
        with pytest.raises(SigningError, match="other_certificate"):
            detached_cades(b"{}", key, WORLD.signer("homeroom").jws, None, at=AT)
