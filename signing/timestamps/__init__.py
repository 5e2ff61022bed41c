"""Timestamps: proof by a third party that a signature existed. RFC 3161.

    token = stamp(timestamper, digest, at=now)      # checked: digest, nonce, clock, signature

A token that does not fit what was asked is never used, whatever the service says.
"""

import secrets
from datetime import datetime, timedelta
from typing import Protocol

from cryptography import x509

from signing.errors import TimestampError
from verifier.errors import VerifierError
from verifier.formats.cms import TimestampToken

__all__ = ["Timestamper", "check_token", "stamp"]

CLOCK_TOLERANCE = timedelta(minutes=5)
"""How far the service's clock may be from ours before we refuse to rely on either."""


class Timestamper(Protocol):
    """A time stamping service."""

    def token(self, digest: bytes, *, nonce: int) -> bytes:
        """Return a token (DER) over a SHA-256 digest.

        Raises:
            TimestampError: `timestamp.unreachable`, `timestamp.refused`,
                `timestamp.malformed`.
        """


def stamp(timestamper: Timestamper, digest: bytes, *, at: datetime) -> bytes:
    """Get a token over a SHA-256 digest and check that it is what was asked for.

    Raises:
        TimestampError: what the service says, or `timestamp.wrong_digest`,
            `timestamp.wrong_nonce`, `timestamp.wrong_clock`, `timestamp.wrong_signature`,
            `timestamp.expired_certificate`.
    """
    nonce = secrets.randbits(63)
    token = timestamper.token(digest, nonce=nonce)
    check_token(token, digest, nonce=nonce, at=at)
    return token


def check_token(token: bytes, digest: bytes, *, nonce: int, at: datetime) -> TimestampToken:
    """Check a token against what was asked.

    Raises:
        TimestampError: see `stamp`.
    """
    try:
        parsed = TimestampToken.parse(token)
        parsed.block.verify_value()
    except VerifierError as error:
        code = "wrong_signature" if error.code == "signature.wrong" else "malformed"
        raise TimestampError(f"timestamp.{code}", error.code) from error
    if parsed.imprint_algorithm != "sha256" or parsed.imprint != digest:
        raise TimestampError("timestamp.wrong_digest")
    if parsed.nonce != nonce:
        raise TimestampError("timestamp.wrong_nonce")
    certificate = x509.load_der_x509_certificate(parsed.block.signer_certificate)
    if not certificate.not_valid_before_utc <= parsed.gen_time <= certificate.not_valid_after_utc:
        raise TimestampError("timestamp.expired_certificate")
    if abs(parsed.gen_time - at) > CLOCK_TOLERANCE:
        raise TimestampError("timestamp.wrong_clock", parsed.gen_time.isoformat())
    return parsed
