"""A timestamp that does not fit is never used; a service that fails is named as such."""

import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from asn1crypto import tsp
from fakes.services import FakeTsa, http_fault
from fakes.world import AT, the_world

from signing.errors import TimestampError
from signing.pki.services import serve
from signing.timestamps import stamp
from signing.timestamps.http import HttpTimestamper, read_answer
from verifier.formats.canonical import sha256
from verifier.formats.cms import TimestampToken
from verifier.formats.der import encode

WORLD = the_world()
DIGEST = sha256(b"signature")


@pytest.fixture(autouse=True)
def _clock() -> None:
    WORLD.clock.now = AT


def fails(timestamper: object, code: str) -> None:
    with pytest.raises(TimestampError) as caught:
        stamp(timestamper, DIGEST, at=AT)  # type: ignore[arg-type]  # fakes and the real ones
    assert caught.value.code == f"timestamp.{code}"


def test_a_token_over_the_digest_is_returned() -> None:
    token = TimestampToken.parse(stamp(WORLD.services, DIGEST, at=AT))
    assert token.imprint == DIGEST
    assert token.gen_time == AT


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("refuses", "refused"),
        ("silent", "unreachable"),
        ("wrong_digest", "wrong_digest"),
        ("wrong_nonce", "wrong_nonce"),
        ("wrong_clock", "wrong_clock"),
        ("wrong_signature", "wrong_signature"),
        ("expired_certificate", "expired_certificate"),
        ("malformed", "malformed"),
    ],
)
def test_a_faulty_service_gives_no_timestamp(fault: str, code: str) -> None:
    fails(FakeTsa(WORLD.services, fault), code)


def test_the_same_over_http() -> None:
    with serve(WORLD.services) as address:
        token = stamp(HttpTimestamper(f"{address}/tsa"), DIGEST, at=AT)
    assert TimestampToken.parse(token).imprint == DIGEST


def test_a_service_that_does_not_run_is_unreachable() -> None:
    with serve(WORLD.services) as address:
        pass
    fails(HttpTimestamper(f"{address}/tsa", timeout=2), "unreachable")


def test_a_service_that_never_answers_is_given_up_in_time() -> None:
    def never(_: bytes) -> Iterator[bytes]:
        time.sleep(1.5)
        yield b""

    started = time.monotonic()
    with http_fault(never) as address:
        fails(HttpTimestamper(address, timeout=0.3), "unreachable")
        assert time.monotonic() - started < 1.2


def test_a_service_that_drips_is_given_up_in_time() -> None:
    def drip(_: bytes) -> Iterator[bytes]:
        for _ in range(40):
            time.sleep(0.05)
            yield b"x"

    started = time.monotonic()
    with http_fault(drip) as address:
        fails(HttpTimestamper(address, timeout=0.3), "unreachable")
    assert time.monotonic() - started < 1.5


def test_ten_megabytes_are_not_read() -> None:
    def flood(_: bytes) -> Iterator[bytes]:
        for _ in range(160):
            yield bytes(65_536)

    with http_fault(flood) as address:
        fails(HttpTimestamper(address), "malformed")


def test_an_http_error_is_unreachable() -> None:
    with http_fault(lambda _: iter([b"no"]), status=503) as address:
        fails(HttpTimestamper(address), "unreachable")


def test_nonsense_is_malformed() -> None:
    with http_fault(lambda _: iter([b"<html>"])) as address:
        fails(HttpTimestamper(address), "malformed")


def test_a_rejection_is_refused() -> None:
    answer = WORLD.services.authority.respond(b"nonsense")
    with pytest.raises(TimestampError, match="refused"):
        read_answer(answer)


def test_the_authority_rejects_a_bad_request_without_failing() -> None:
    authority = WORLD.services.authority
    for request in (b"nonsense", _request(b"short"), _request(bytes(20), "sha1")):
        with pytest.raises(TimestampError, match="refused"):
            read_answer(authority.respond(request))


def test_granted_without_a_token_is_malformed() -> None:
    granted = tsp.PKIStatusInfo({"status": "granted"}).dump()
    with pytest.raises(TimestampError, match="malformed"):
        read_answer(encode(0x30, granted))


def _request(digest: bytes, name: str = "sha256") -> bytes:
    return bytes(
        tsp.TimeStampReq(
            {
                "version": "v1",
                "message_imprint": {
                    "hash_algorithm": {"algorithm": name},
                    "hashed_message": digest,
                },
            }
        ).dump()
    )


def test_a_request_without_nonce_is_answered_without() -> None:
    answer = read_answer(WORLD.services.authority.respond(_request(DIGEST)))
    assert TimestampToken.parse(answer).nonce is None


def test_a_longer_hash_is_stamped_too() -> None:
    answer = read_answer(WORLD.services.authority.respond(_request(bytes(48), "sha384")))
    assert TimestampToken.parse(answer).imprint_algorithm == "sha384"


def test_our_own_clock_may_differ_a_little() -> None:
    WORLD.clock.now = AT + timedelta(minutes=4)
    assert stamp(WORLD.services, DIGEST, at=AT)
