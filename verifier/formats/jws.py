"""Compact JWS by keys of the trusted root: ES256 or Ed25519, nothing else.

The key decides the algorithm, never the token's own header; a key outside its dates
does not count. RFC 7515; Ed25519 by its fully specified name (RFC 9864).

    payload = verify_jws(token, trust.appointment_keys, at=signed_at)
"""

import base64
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey

from verifier.errors import FormatError, ProofError
from verifier.formats.canonical import Json, JsonObject, parse_json
from verifier.formats.policy import closed, text
from verifier.formats.times import format_time, parse_time

MAX_TOKEN = 16_384


@dataclass(frozen=True)
class TrustedKey:
    """A public key that the department delegated, with the span in which it may sign."""

    kid: str
    jwk: tuple[tuple[str, str], ...]
    valid_from: datetime
    valid_to: datetime

    @property
    def algorithm(self) -> str:
        """The only algorithm that this key signs with."""
        return _ALGORITHMS[self._members["kty"], self._members["crv"]]

    @property
    def public_key(self) -> ECKey | OKPKey:
        """The key as the JOSE library wants it."""
        members: dict[str, str | list[str]] = dict(self.jwk)
        return (ECKey if members["kty"] == "EC" else OKPKey).import_key(members)

    def to_object(self) -> JsonObject:
        """Return the key as it stands in the trusted root."""
        return {
            "kid": self.kid,
            "jwk": self._members,
            "from": format_time(self.valid_from),
            "to": format_time(self.valid_to),
        }

    @property
    def _members(self) -> dict[str, str]:
        return dict(self.jwk)


def parse_key(value: Json) -> TrustedKey:
    """Read a key.

    Raises:
        FormatError: `key.malformed`; private members are refused too.
    """
    key = closed(value, frozenset(("kid", "jwk", "from", "to")), "key.malformed")
    jwk = key["jwk"]
    if not isinstance(jwk, dict) or any(not isinstance(item, str) for item in jwk.values()):
        raise FormatError("key.malformed", "jwk")
    members = {"EC": {"kty", "crv", "x", "y"}, "OKP": {"kty", "crv", "x"}}.get(jwk.get("kty", ""))
    if jwk.keys() != members or (jwk["kty"], jwk["crv"]) not in _ALGORITHMS:
        raise FormatError("key.malformed", "jwk")
    parsed = TrustedKey(
        kid=text(key["kid"], "key.malformed"),
        jwk=tuple(sorted(jwk.items())),
        valid_from=parse_time(key["from"]),
        valid_to=parse_time(key["to"]),
    )
    try:
        _ = parsed.public_key
    except (JoseError, ValueError) as error:
        raise FormatError("key.malformed", type(error).__name__) from error
    return parsed


def verify_jws(token: str, keys: Iterable[TrustedKey], *, at: datetime) -> bytes:
    """Return the payload of a token signed by one of the keys, in force at `at`.

    Raises:
        FormatError: `jws.malformed`.
        ProofError: `jws.unknown_key`, `jws.key_not_in_force` or `jws.wrong_signature`.
    """
    kid = token_kid(token)
    known = [key for key in keys if key.kid == kid]
    if not known:
        raise ProofError("jws.unknown_key", kid[:80])
    in_force = [key for key in known if key.valid_from <= at < key.valid_to]
    if not in_force:
        raise ProofError("jws.key_not_in_force", kid[:80])
    for key in in_force:
        try:
            found = jws.deserialize_compact(token, key.public_key, algorithms=[key.algorithm])
        except (JoseError, ValueError):
            continue
        return found.payload
    raise ProofError("jws.wrong_signature", kid[:80])


def token_kid(token: str) -> str:
    """Return the key id in the header; the header has `alg` and `kid` and nothing else.

    Raises:
        FormatError: `jws.malformed`.
    """
    header = _header(token)
    if header.keys() != {"alg", "kid"}:
        raise FormatError("jws.malformed", "header")
    return text(header["kid"], "jws.malformed")


def token_payload(token: str) -> bytes:
    """Return the payload without looking at the signature: for showing, never for trusting.

    Raises:
        FormatError: `jws.malformed`.
    """
    return _parts(token)[1]


_ALGORITHMS = {("EC", "P-256"): "ES256", ("OKP", "Ed25519"): "Ed25519"}


def _header(token: str) -> JsonObject:
    header = parse_json(_parts(token)[0])
    if not isinstance(header, dict):
        raise FormatError("jws.malformed", "header")
    return header


def _parts(token: str) -> list[bytes]:
    parts = token.split(".")
    if len(token) > MAX_TOKEN or len(parts) != 3:  # noqa: PLR2004  # header, payload, signature
        raise FormatError("jws.malformed", "parts")
    return [_decode(part) for part in parts]


def _decode(part: str) -> bytes:
    """Undo base64url; a text has one encoding, so that a token has one digest."""
    try:
        data = base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
    except ValueError as error:
        raise FormatError("jws.malformed", "base64url") from error
    if base64.urlsafe_b64encode(data).rstrip(b"=").decode() != part:
        raise FormatError("jws.malformed", "base64url")
    return data
