"""What a school states about transcripts, and what the log keeps of it: exact closed objects.

| class | type | carried by |
|---|---|---|
| `Leaf` | `hocba.leaf/1` | the batch's tree; recomputed from the signed bytes of one file |
| `Batch` | `hocba.batch/1` | a CAdES of the school's seal |
| `RosterRow`, `Roster` | `hocba.roster/1` | `Batch.roster_root` |
| `StatusStatement` | `hocba.status/1` | a CAdES of the school's seal |

The log's entries stand in `entries.py`. Every class is frozen; `to_bytes()` is canonical and
`parse(data)` accepts nothing but what `to_bytes()` can give, so one statement has one hash.

    batch = Batch.parse(payload)
    assert batch.digest() == sha256_hex(payload)

Positions and indices: `position` counts leaves inside one batch from 0. The contract gives
a batch its `first_index`; a leaf's global index is `first_index` + position. A roster is
written before the batch is anchored, so its rows name positions.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from verifier.errors import FormatError
from verifier.formats import shape
from verifier.formats.canonical import (
    Json,
    JsonObject,
    canonical,
    parse_canonical,
    require,
    sha256,
    sha256_hex,
)
from verifier.formats.fields import fields_root
from verifier.formats.merkle import leaf_hash, root_from_leaves

LEAF_TYPE: Final = "hocba.leaf/1"
BATCH_TYPE: Final = "hocba.batch/1"
ROSTER_TYPE: Final = "hocba.roster/1"
STATUS_TYPE: Final = "hocba.status/1"

GOOD, SUPERSEDED, UNDER_REVIEW, WITHDRAWN = "good", "superseded", "under_review", "withdrawn"
STATES: Final = (GOOD, SUPERSEDED, UNDER_REVIEW, WITHDRAWN)
"""In the order of their codes on the chain, the graver the higher."""

NO_LEAF: Final = "none"
"""Stands in a roster row whose pupil has no leaf in this batch."""

REASONS: Final = ("corrected", "withdrawn", "under_review", "reaffirmed")
"""Nothing finer may stand in a public statement: it concerns children."""


def school_key(realm: str, school: str) -> bytes:
    """The 32 bytes by which the contract knows a school."""
    return sha256(canonical({"realm": realm, "school": school}))


@dataclass(frozen=True)
class Leaf:
    """One transcript's commitment: record, rendition and the seal's signature value."""

    realm: str
    issuer: str
    kind: str
    event: str
    record_id: str
    version: int
    previous_leaf: str | None
    twin_of: str | None
    rendition_type: str
    rendition_digest: str
    seal: str
    record_digest: str
    fields_root: str

    @classmethod
    def from_record(
        cls,
        record: JsonObject,
        record_bytes: bytes,
        rendition_digest_hex: str,
        seal_hash_hex: str,
    ) -> "Leaf":
        """Compute the leaf of a PDF from its record, its seal's ByteRange digest and signature."""
        return cls(
            realm=record["realm"],
            issuer=record["issuer"]["code"],
            kind=record["kind"],
            event=record["event"],
            record_id=record["record_id"],
            version=record["version"],
            previous_leaf=record["previous_leaf"],
            twin_of=None,
            rendition_type="pdf",
            rendition_digest=rendition_digest_hex,
            seal=seal_hash_hex,
            record_digest=sha256_hex(record_bytes),
            fields_root=fields_root(record).hex(),
        )

    @classmethod
    def from_object(cls, value: Json) -> "Leaf":
        """Read the object. Raises: FormatError, UnknownFormatError."""
        require(value, LEAF_TYPE, _LEAF_KEYS)
        rendition = value["rendition"]
        if not isinstance(rendition, dict) or rendition.keys() != {"type", "alg", "digest"}:
            raise shape.wrong("rendition")
        if rendition["type"] not in ("pdf", "xml") or rendition["alg"] != "sha256":
            raise shape.wrong("rendition")
        return cls(
            realm=shape.text(value, "realm"),
            issuer=shape.text(value, "issuer"),
            kind=shape.text(value, "kind"),
            event=shape.text(value, "event"),
            record_id=shape.text(value, "record_id"),
            version=shape.integer(value, "version", least=1),
            previous_leaf=shape.hex32_or_none(value, "previous_leaf"),
            twin_of=shape.hex32_or_none(value, "twin_of"),
            rendition_type=rendition["type"],
            rendition_digest=shape.hex32(rendition, "digest"),
            seal=shape.hex32(value, "seal"),
            record_digest=shape.hex32(value, "record_digest"),
            fields_root=shape.hex32(value, "fields_root"),
        )

    @classmethod
    def parse(cls, data: bytes) -> "Leaf":
        """Read canonical bytes. Raises: FormatError, UnknownFormatError."""
        return cls.from_object(parse_canonical(data))

    def to_object(self) -> JsonObject:
        """The closed object."""
        return {
            "type": LEAF_TYPE,
            "realm": self.realm,
            "issuer": self.issuer,
            "kind": self.kind,
            "event": self.event,
            "record_id": self.record_id,
            "version": self.version,
            "previous_leaf": self.previous_leaf,
            "twin_of": self.twin_of,
            "rendition": {
                "type": self.rendition_type,
                "alg": "sha256",
                "digest": self.rendition_digest,
            },
            "seal": self.seal,
            "record_digest": self.record_digest,
            "fields_root": self.fields_root,
        }

    def to_bytes(self) -> bytes:
        """Canonical bytes: the value that the batch's tree hashes."""
        return canonical(self.to_object())

    def hash(self) -> bytes:
        """The leaf's node in the tree."""
        return leaf_hash(self.to_bytes())

    def id(self) -> str:
        """The leaf's name everywhere outside the tree: its hash in hex."""
        return self.hash().hex()


@dataclass(frozen=True)
class Batch:
    """What one school seals together. `previous` is the school's statement before this one."""

    realm: str
    school: str
    year: str
    class_name: str | None
    kind: str
    seq: int
    previous: str | None
    root: str
    leaf_count: int
    roster_root: str
    completes: str | None

    @classmethod
    def from_object(cls, value: Json) -> "Batch":
        """Read the object. Raises: FormatError, UnknownFormatError."""
        require(value, BATCH_TYPE, _BATCH_KEYS)
        batch = cls(
            realm=shape.text(value, "realm"),
            school=shape.text(value, "school"),
            year=shape.text(value, "year"),
            class_name=None if value["class"] is None else shape.text(value, "class"),
            kind=shape.text(value, "kind"),
            seq=shape.integer(value, "seq", least=1),
            previous=shape.hex32_or_none(value, "previous"),
            root=shape.hex32(value, "root"),
            leaf_count=shape.integer(value, "leaf_count", least=1),
            roster_root=shape.hex32(value, "roster_root"),
            completes=shape.hex32_or_none(value, "completes"),
        )
        _first_has_no_previous(batch.seq, batch.previous)
        return batch

    @classmethod
    def parse(cls, data: bytes) -> "Batch":
        """Read canonical bytes. Raises: FormatError, UnknownFormatError."""
        return cls.from_object(parse_canonical(data))

    def to_object(self) -> JsonObject:
        """The closed object."""
        return {
            "type": BATCH_TYPE,
            "realm": self.realm,
            "school": self.school,
            "year": self.year,
            "class": self.class_name,
            "kind": self.kind,
            "seq": self.seq,
            "previous": self.previous,
            "root": self.root,
            "leaf_count": self.leaf_count,
            "roster_root": self.roster_root,
            "completes": self.completes,
        }

    def to_bytes(self) -> bytes:
        """Canonical bytes: what the school seals."""
        return canonical(self.to_object())

    def digest(self) -> str:
        """What `previous` and the contract's `statement` name, hex."""
        return sha256_hex(self.to_bytes())


@dataclass(frozen=True)
class RosterRow:
    """One pupil of the class under a pseudonym; `replaces` is a global index."""

    index: int | None
    slot: str
    leaf: str
    replaces: int | None

    @classmethod
    def from_object(cls, value: Json) -> "RosterRow":
        """Read one row. Raises: FormatError."""
        if not isinstance(value, dict) or value.keys() != _ROW_KEYS:
            raise shape.wrong("rows")
        leaf = NO_LEAF if value["leaf"] == NO_LEAF else shape.hex32(value, "leaf")
        row = cls(
            index=shape.integer_or_none(value, "index"),
            slot=shape.hex32(value, "slot"),
            leaf=leaf,
            replaces=shape.integer_or_none(value, "replaces"),
        )
        if (row.leaf == NO_LEAF) != (row.index is None) or (
            row.index is None and row.replaces is not None
        ):
            raise shape.wrong("rows")
        return row

    def to_object(self) -> JsonObject:
        """The closed object."""
        return {
            "index": self.index,
            "slot": self.slot,
            "leaf": self.leaf,
            "replaces": self.replaces,
        }

    def to_bytes(self) -> bytes:
        """Canonical bytes: the value that the roster's tree hashes."""
        return canonical(self.to_object())


@dataclass(frozen=True)
class Roster:
    """All rows of one batch; published beside the log, named by its root."""

    realm: str
    rows: tuple[RosterRow, ...]

    @classmethod
    def parse(cls, data: bytes) -> "Roster":
        """Read canonical bytes. Raises: FormatError, UnknownFormatError."""
        value = require(parse_canonical(data), ROSTER_TYPE, frozenset({"realm", "rows"}))
        rows = tuple(RosterRow.from_object(item) for item in shape.items(value, "rows"))
        return cls(realm=shape.text(value, "realm"), rows=rows)

    def to_bytes(self) -> bytes:
        """Canonical bytes."""
        rows = [row.to_object() for row in self.rows]
        return canonical({"type": ROSTER_TYPE, "realm": self.realm, "rows": rows})

    def root(self) -> bytes:
        """The root that `Batch.roster_root` names."""
        return root_from_leaves([leaf_hash(row.to_bytes()) for row in self.rows])

    def replaced(self) -> tuple[int, ...]:
        """The global indices that this batch supersedes, in the order of the rows."""
        return tuple(row.replaces for row in self.rows if row.replaces is not None)


@dataclass(frozen=True)
class StatusEntry:
    """One leaf's new state. `decision` names the paper behind it, never a person."""

    leaf: str
    index: int
    state: str
    reason: str
    decision: str | None

    @classmethod
    def from_object(cls, value: Json) -> "StatusEntry":
        """Read one entry. Raises: FormatError."""
        if not isinstance(value, dict) or value.keys() != _STATUS_ENTRY_KEYS:
            raise shape.wrong("entries")
        if value["state"] not in (GOOD, UNDER_REVIEW, WITHDRAWN) or value["reason"] not in REASONS:
            raise shape.wrong("entries")
        return cls(
            leaf=shape.hex32(value, "leaf"),
            index=shape.integer(value, "index"),
            state=value["state"],
            reason=value["reason"],
            decision=_decision(value),
        )

    def to_object(self) -> JsonObject:
        """The closed object."""
        return {
            "leaf": self.leaf,
            "index": self.index,
            "state": self.state,
            "reason": self.reason,
            "decision": self.decision,
        }


@dataclass(frozen=True)
class StatusStatement:
    """Withdrawing, reviewing or reinstating leaves; in the same chain as the batches."""

    realm: str
    school: str
    seq: int
    previous: str | None
    entries: tuple[StatusEntry, ...]

    @classmethod
    def from_object(cls, value: Json) -> "StatusStatement":
        """Read the object. Raises: FormatError, UnknownFormatError."""
        require(value, STATUS_TYPE, _STATUS_KEYS)
        found = shape.items(value, "entries")
        entries = tuple(StatusEntry.from_object(item) for item in found)
        if not entries or len({entry.index for entry in entries}) != len(entries):
            raise shape.wrong("entries")
        statement = cls(
            realm=shape.text(value, "realm"),
            school=shape.text(value, "school"),
            seq=shape.integer(value, "seq", least=1),
            previous=shape.hex32_or_none(value, "previous"),
            entries=entries,
        )
        _first_has_no_previous(statement.seq, statement.previous)
        return statement

    @classmethod
    def parse(cls, data: bytes) -> "StatusStatement":
        """Read canonical bytes. Raises: FormatError, UnknownFormatError."""
        return cls.from_object(parse_canonical(data))

    def to_object(self) -> JsonObject:
        """The closed object."""
        return {
            "type": STATUS_TYPE,
            "realm": self.realm,
            "school": self.school,
            "seq": self.seq,
            "previous": self.previous,
            "entries": [entry.to_object() for entry in self.entries],
        }

    def to_bytes(self) -> bytes:
        """Canonical bytes: what the school seals."""
        return canonical(self.to_object())

    def digest(self) -> str:
        """What `previous` and the contract's `statement` name, hex."""
        return sha256_hex(self.to_bytes())


def roster_root(rows: Sequence[RosterRow]) -> bytes:
    """The root over rows that stand in no roster yet."""
    return root_from_leaves([leaf_hash(row.to_bytes()) for row in rows])


def _first_has_no_previous(seq: int, previous: str | None) -> None:
    if (seq == 1) != (previous is None):
        raise FormatError("format.wrong_value", "previous")


_LEAF_KEYS = frozenset(
    {"realm", "issuer", "kind", "event", "record_id", "version", "previous_leaf", "twin_of"}
    | {"rendition", "seal", "record_digest", "fields_root"}
)
_BATCH_KEYS = frozenset(
    {"realm", "school", "year", "class", "kind", "seq", "previous", "root", "leaf_count"}
    | {"roster_root", "completes"}
)
_ROW_KEYS = frozenset({"index", "slot", "leaf", "replaces"})
_STATUS_KEYS = frozenset({"realm", "school", "seq", "previous", "entries"})
_STATUS_ENTRY_KEYS = frozenset({"leaf", "index", "state", "reason", "decision"})
_DECISION = re.compile(r"(?=[^0-9]*[0-9])[0-9A-Z\u00c0-\u1ef8][0-9A-Z\u00c0-\u1ef8./&-]{0,39}")


def _decision(value: Mapping[str, Any]) -> str | None:
    """The number of a paper, `12/QĐ-THCSLQĐ`: it becomes public, so it holds no words or names."""
    if value["decision"] is None:
        return None
    found = shape.text(value, "decision")
    if not _DECISION.fullmatch(found) or found != found.upper():
        raise shape.wrong("decision")
    return found
