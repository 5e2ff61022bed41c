"""Leaves, batches, entries and receipts of an invented school; nothing is signed.

built = batch_of(3)
receipt = receipt_of(built, position=1)
"""

from dataclasses import replace
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.log import Log, LogKey, sign_checkpoint
from ledger.receipts import ContractPlace, PublishedLog, SealedBatch, build_receipt
from ledger.statements import BatchHead, BuiltBatch, build_batch
from verifier.formats.canonical import sha256_hex
from verifier.formats.entries import BatchAnchored, Entry, SchoolChanged
from verifier.formats.receipt import Receipt
from verifier.formats.statements import Leaf, RosterRow, school_key

REALM, SCHOOL = "demo.hocba.test", "31-11311-01"
SEAL = "5e" * 32
CADES = b"cades"
PLACE = ContractPlace(1337, "11" * 32, "0x" + "22" * 20)
LOG_KEY = LogKey(f"log.{REALM}", Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
AT = "2026-06-01T02:04:00Z"


def hashed(text: str) -> str:
    """A hash that names what it stands for."""
    return sha256_hex(text.encode())


def leaf(number: int = 0, **changes: Any) -> Leaf:
    """The leaf of a numbered transcript."""
    fields = {
        "realm": REALM, "issuer": SCHOOL, "kind": "year", "event": "issue",
        "record_id": f"8b8a7c55-6d0e-4f0f-8f6d-{number:012d}", "version": 1,
        "previous_leaf": None, "twin_of": None, "rendition_type": "pdf",
        "rendition_digest": hashed(f"rendition {number}"), "seal": hashed(f"seal {number}"),
        "record_digest": hashed(f"record {number}"), "fields_root": hashed(f"fields {number}"),
    }  # fmt: skip
    return Leaf(**(fields | changes))


def head(**changes: Any) -> BatchHead:
    """The head of the school's first batch."""
    fields = {
        "realm": REALM, "school": SCHOOL, "year": "2025-2026", "class_name": "6A1",
        "kind": "year", "seq": 1, "previous": None,
    }  # fmt: skip
    return BatchHead(**(fields | changes))


def rows(leaves: list[Leaf], replaces: dict[int, int] | None = None) -> list[RosterRow]:
    """A row for each leaf, in order."""
    wanted = replaces or {}
    return [
        RosterRow(position, hashed(f"slot {position}"), one.id(), wanted.get(position))
        for position, one in enumerate(leaves)
    ]


def batch_of(count: int = 3, replaces: dict[int, int] | None = None, **changes: Any) -> BuiltBatch:
    """A batch of numbered leaves."""
    leaves = [leaf(number) for number in range(count)]
    return build_batch(head(**changes), leaves, rows(leaves, replaces))


def entry_of(built: BuiltBatch, index: int = 1, first_index: int = 0) -> Entry:
    """The entry that anchors a batch."""
    batch = built.batch
    data = BatchAnchored(
        school_key(batch.realm, batch.school).hex(), batch.seq, batch.previous, built.digest,
        batch.root, first_index, batch.leaf_count, SEAL, sha256_hex(CADES), built.replaces,
    )  # fmt: skip
    return Entry(batch.realm, index, 7, AT, data)


def school_entry(index: int = 0) -> Entry:
    """The entry that registers the seal."""
    data = SchoolChanged(school_key(REALM, SCHOOL).hex(), SEAL, "2026-01-10T00:00:00Z", None)
    return Entry(REALM, index, 5, "2026-01-10T00:00:00Z", data)


def published(entries: list[Entry]) -> PublishedLog:
    """The log over these entries, signed."""
    log = Log(entries)
    return PublishedLog(log, sign_checkpoint(log.checkpoint(LOG_KEY.public.name), LOG_KEY), PLACE)


def receipt_of(built: BuiltBatch, position: int = 0, cades: bytes = b"cades") -> Receipt:
    """The receipt of a leaf, in a log of two entries."""
    sealed = SealedBatch.of(built.payload, cades, built.leaves)
    log = published([school_entry(), entry_of(built)])
    return build_receipt(sealed, position, log, entry_index=1)


def changed(frozen: Any, /, **changes: Any) -> Any:
    """A frozen object with changes."""
    return replace(frozen, **changes)
