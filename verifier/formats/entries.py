"""`hocba.entry/1`: a contract event in the canonical form that the log hashes.

Entry i is the i-th event of the contract, so anybody can recompute the log from the
chain alone. A school is named by `school_key`, times by the block that has the event.

    entry = Entry.parse(data)
    if isinstance(entry.data, BatchAnchored): ...

A department's own "under review" is a `StatusChanged` without school, seal, signature and sequence;
its `statement` is the digest of the decision, and `until` says when it lapses.
"""

from dataclasses import dataclass
from typing import Any, ClassVar, Final, TypeAlias

from verifier.errors import FormatError, UnknownFormatError
from verifier.formats import shape
from verifier.formats.canonical import Json, JsonObject, canonical, parse_canonical, require
from verifier.formats.merkle import leaf_hash
from verifier.formats.statements import GOOD, STATES, UNDER_REVIEW, WITHDRAWN
from verifier.formats.times import parse_time

ENTRY_TYPE: Final = "hocba.entry/1"


@dataclass(frozen=True)
class SchoolChanged:
    """A seal was registered for a school, or its end was set; `valid_to` None is open."""

    event: ClassVar[str] = "SchoolChanged"
    school: str
    seal_fingerprint: str
    valid_from: str
    valid_to: str | None

    @classmethod
    def from_object(cls, value: JsonObject) -> "SchoolChanged":
        """Read the data of the event. Raises: FormatError."""
        _exactly(value, {"school", "seal_fingerprint", "from", "to"})
        return cls(
            school=shape.hex32(value, "school"),
            seal_fingerprint=shape.hex32(value, "seal_fingerprint"),
            valid_from=_time(value, "from"),
            valid_to=None if value["to"] is None else _time(value, "to"),
        )

    def to_object(self) -> JsonObject:
        """The data of the event."""
        return {
            "school": self.school,
            "seal_fingerprint": self.seal_fingerprint,
            "from": self.valid_from,
            "to": self.valid_to,
        }


@dataclass(frozen=True)
class BatchAnchored:
    """A school's batch; `replaces` are the global indices that it supersedes.

    `signature` is the SHA-256 of the CAdES over the statement: no other one counts.
    """

    event: ClassVar[str] = "BatchAnchored"
    school: str
    seq: int
    previous: str | None
    statement: str
    root: str
    first_index: int
    leaf_count: int
    seal_fingerprint: str
    signature: str
    replaces: tuple[int, ...]

    @classmethod
    def from_object(cls, value: JsonObject) -> "BatchAnchored":
        """Read the data of the event. Raises: FormatError."""
        _exactly(value, {"school", "seq", "previous", "statement", "root", "first_index"}
                 | {"leaf_count", "seal_fingerprint", "signature", "replaces"})  # fmt: skip
        return cls(
            school=shape.hex32(value, "school"),
            seq=shape.integer(value, "seq", least=1),
            previous=shape.hex32_or_none(value, "previous"),
            statement=shape.hex32(value, "statement"),
            root=shape.hex32(value, "root"),
            first_index=shape.integer(value, "first_index"),
            leaf_count=shape.integer(value, "leaf_count", least=1),
            seal_fingerprint=shape.hex32(value, "seal_fingerprint"),
            signature=shape.hex32(value, "signature"),
            replaces=shape.integers(value, "replaces"),
        )

    def to_object(self) -> JsonObject:
        """The data of the event."""
        return {
            "school": self.school,
            "seq": self.seq,
            "previous": self.previous,
            "statement": self.statement,
            "root": self.root,
            "first_index": self.first_index,
            "leaf_count": self.leaf_count,
            "seal_fingerprint": self.seal_fingerprint,
            "signature": self.signature,
            "replaces": list(self.replaces),
        }


@dataclass(frozen=True)
class StatusChanged:
    """New states of leaves, by a school's statement or by the department's decision."""

    event: ClassVar[str] = "StatusChanged"
    school: str | None
    seq: int | None
    previous: str | None
    statement: str
    seal_fingerprint: str | None
    signature: str | None
    indices: tuple[int, ...]
    states: tuple[str, ...]
    until: str | None

    @classmethod
    def from_object(cls, value: JsonObject) -> "StatusChanged":
        """Read the data of the event. Raises: FormatError."""
        _exactly(value, {"school", "seq", "previous", "statement", "seal_fingerprint"}
                 | {"signature", "indices", "states", "until"})  # fmt: skip
        indices, states = shape.integers(value, "indices"), tuple(shape.items(value, "states"))
        if len(indices) != len(states) or not indices:
            raise shape.wrong("states")
        if any(state not in (GOOD, UNDER_REVIEW, WITHDRAWN) for state in states):
            raise shape.wrong("states")
        return cls(
            school=shape.hex32_or_none(value, "school"),
            seq=shape.integer_or_none(value, "seq", least=1),
            previous=shape.hex32_or_none(value, "previous"),
            statement=shape.hex32(value, "statement"),
            seal_fingerprint=shape.hex32_or_none(value, "seal_fingerprint"),
            signature=shape.hex32_or_none(value, "signature"),
            indices=indices,
            states=states,
            until=None if value["until"] is None else _time(value, "until"),
        )

    def to_object(self) -> JsonObject:
        """The data of the event."""
        return {
            "school": self.school,
            "seq": self.seq,
            "previous": self.previous,
            "statement": self.statement,
            "seal_fingerprint": self.seal_fingerprint,
            "signature": self.signature,
            "indices": list(self.indices),
            "states": list(self.states),
            "until": self.until,
        }


EventData: TypeAlias = SchoolChanged | BatchAnchored | StatusChanged
_EVENTS: Final[dict[str, Any]] = {
    kind.event: kind for kind in (SchoolChanged, BatchAnchored, StatusChanged)
}


@dataclass(frozen=True)
class Entry:
    """Entry `index` of the log; `at` is the block's time."""

    realm: str
    index: int
    block: int
    at: str
    data: EventData

    @classmethod
    def from_object(cls, value: Json) -> "Entry":
        """Read the object. Raises: FormatError, UnknownFormatError."""
        require(value, ENTRY_TYPE, _KEYS)
        kind = _EVENTS.get(shape.text(value, "event"))
        if kind is None:
            raise UnknownFormatError("entry.unknown_event", value["event"][:80])
        if not isinstance(value["data"], dict):
            raise shape.wrong("data")
        return cls(
            realm=shape.text(value, "realm"),
            index=shape.integer(value, "index"),
            block=shape.integer(value, "block"),
            at=_time(value, "at"),
            data=kind.from_object(value["data"]),
        )

    @classmethod
    def parse(cls, data: bytes) -> "Entry":
        """Read canonical bytes. Raises: FormatError, UnknownFormatError."""
        return cls.from_object(parse_canonical(data))

    def to_object(self) -> JsonObject:
        """The closed object."""
        return {
            "type": ENTRY_TYPE,
            "realm": self.realm,
            "index": self.index,
            "event": self.data.event,
            "block": self.block,
            "at": self.at,
            "data": self.data.to_object(),
        }

    def to_bytes(self) -> bytes:
        """Canonical bytes: the value that the log hashes."""
        return canonical(self.to_object())

    def hash(self) -> bytes:
        """The entry's node in the log's tree."""
        return leaf_hash(self.to_bytes())


_KEYS = frozenset({"realm", "index", "event", "block", "at", "data"})


def state_code(state: str) -> int:
    """The contract's number for a state."""
    return STATES.index(state)


def state_name(code: int) -> str:
    """The name of the contract's number. Raises: FormatError `entry.unknown_state`."""
    if not 0 <= code < len(STATES):
        raise FormatError("entry.unknown_state", str(code))
    return STATES[code]


def _exactly(value: JsonObject, keys: set[str]) -> None:
    if value.keys() != keys:
        raise FormatError("format.wrong_keys", ", ".join(sorted(value.keys() ^ keys))[:200])


def _time(value: JsonObject, key: str) -> str:
    parse_time(value[key])
    return str(value[key])
