"""`hocba.attestation/1`: the sector database's signed word about one version.

It says whether the digest we hold is the one that the database holds: `same`,
`different` or `unknown` (no such version), as of when. No mark and no name is in it.
Carried as a compact JWS by a key of `TrustedRoot.attest_keys`.

    token = sign(attestation)            # the server's
    Attestation.parse(payload)           # the payload, after the signature was checked
"""

from dataclasses import dataclass
from typing import Final

from verifier.formats import shape
from verifier.formats.canonical import Json, JsonObject, canonical, parse_canonical, require
from verifier.formats.times import parse_time

ATTESTATION_TYPE: Final = "hocba.attestation/1"
SAME, DIFFERENT, UNKNOWN = "same", "different", "unknown"


@dataclass(frozen=True)
class Attestation:
    """The payload."""

    realm: str
    record_id: str
    version: int
    digest: str
    answer: str
    as_of: str

    @classmethod
    def from_object(cls, value: Json) -> "Attestation":
        """Read the object. Raises: FormatError, UnknownFormatError."""
        require(value, ATTESTATION_TYPE, _KEYS)
        if value["answer"] not in (SAME, DIFFERENT, UNKNOWN):
            raise shape.wrong("answer")
        parse_time(value["as_of"])
        return cls(
            realm=shape.text(value, "realm"),
            record_id=shape.text(value, "record_id"),
            version=shape.integer(value, "version", least=1),
            digest=shape.hex32(value, "digest"),
            answer=value["answer"],
            as_of=value["as_of"],
        )

    @classmethod
    def parse(cls, data: bytes) -> "Attestation":
        """Read canonical bytes. Raises: FormatError, UnknownFormatError."""
        return cls.from_object(parse_canonical(data))

    def to_object(self) -> JsonObject:
        """The closed object."""
        return {
            "type": ATTESTATION_TYPE,
            "realm": self.realm,
            "record_id": self.record_id,
            "version": self.version,
            "digest": self.digest,
            "answer": self.answer,
            "as_of": self.as_of,
        }

    def to_bytes(self) -> bytes:
        """Canonical bytes: the payload of the JWS."""
        return canonical(self.to_object())


_KEYS = frozenset({"realm", "record_id", "version", "digest", "answer", "as_of"})
