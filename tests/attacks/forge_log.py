"""The forger's own ledger work: leaf, batch, paths and receipt from the published formats.

Plain JSON, SHA-256 and Ed25519; what an attacker who holds the department's server can do
with its accounts and its log key, and without any school's seal.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

Json = dict[str, Any]


@dataclass(frozen=True)
class Place:
    """Where the chain put a statement."""

    entry: int
    first_index: int
    block: int


class StolenServer(Protocol):
    """The department's machine: its chain account, its log and the log's key."""

    log_name: str
    log_key: Ed25519PrivateKey
    chain: Mapping[str, Any]

    def head(self, school: str) -> tuple[int, str | None]:
        """Sequence number and digest of the school's last statement."""

    def anchor(
        self, school: str, statement: bytes, root: bytes, seal: bytes, cades: bytes
    ) -> Place:
        """Send one statement with the stolen account, claiming this seal and signature."""

    def entries(self) -> Sequence[bytes]:
        """All entries of the log, which is public."""


def jcs(value: Any) -> bytes:
    """Canonical JSON for values without floats and with ASCII keys."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def fields_root(record: Json) -> bytes:
    """Root over the salted commitments to each field."""
    key = hmac.digest(bytes(32), bytes.fromhex(record["salt"]), "sha256")
    pairs = sorted(_scalars(record, ""), key=lambda pair: pair[0].encode())
    values = []
    for pointer, value in pairs:
        if pointer != "/salt":
            salt = hmac.digest(key, pointer.encode() + b"\x01", "sha256").hex()
            values.append(jcs([pointer, salt, value]))
    return tree_root([_leaf(value) for value in values])


def leaf(record_bytes: bytes, rendition: bytes, seal_value: bytes) -> Json:
    """The leaf that a verifier will compute for a file."""
    record = json.loads(record_bytes)
    return {
        "type": "hocba.leaf/1",
        "realm": record["realm"],
        "issuer": record["issuer"]["code"],
        "kind": record["kind"],
        "event": record["event"],
        "record_id": record["record_id"],
        "version": record["version"],
        "previous_leaf": record["previous_leaf"],
        "twin_of": None,
        "rendition": {"type": "pdf", "alg": "sha256", "digest": rendition.hex()},
        "seal": hashlib.sha256(seal_value).hexdigest(),
        "record_digest": hashlib.sha256(record_bytes).hexdigest(),
        "fields_root": fields_root(record).hex(),
    }


def batch(record: Json, leaf_hash: bytes, head: tuple[int, str | None]) -> Json:
    """A batch of one, next in the school's own chain of statements."""
    seq, previous = head
    row = {"index": 0, "slot": "00" * 32, "leaf": leaf_hash.hex(), "replaces": None}
    return {
        "type": "hocba.batch/1",
        "realm": record["realm"],
        "school": record["issuer"]["code"],
        "year": record["school_year"],
        "class": record["class"],
        "kind": record["kind"],
        "seq": seq + 1,
        "previous": previous,
        "root": leaf_hash.hex(),
        "leaf_count": 1,
        "roster_root": _leaf(jcs(row)).hex(),
        "completes": None,
    }


def receipt(
    server: StolenServer, leaf_value: Json, statement: Json, cades: bytes, place: Place
) -> bytes:
    """A receipt in which every hash computes and the checkpoint is truly signed."""
    entries = server.entries()
    hashes = [_leaf(entry) for entry in entries]
    text = f"{server.log_name}\n{len(hashes)}\n{base64.b64encode(tree_root(hashes)).decode()}\n"
    return jcs(
        {
            "type": "hocba.receipt/1",
            "realm": leaf_value["realm"],
            "leaf": leaf_value,
            "index": place.first_index,
            "position": 0,
            "batch": statement,
            "batch_cades": base64.b64encode(cades).decode(),
            "path": [],
            "entry_index": place.entry,
            "entry": json.loads(entries[place.entry]),
            "entry_path": [node.hex() for node in tree_path(place.entry, hashes)],
            "checkpoint": _signed_note(text, server.log_name, server.log_key),
            "block": place.block,
            **server.chain,
        }
    )


def node_of(leaf_value: Json) -> bytes:
    """The leaf's hash in the tree."""
    return _leaf(jcs(leaf_value))


def tree_root(hashes: Sequence[bytes]) -> bytes:
    """RFC 9162, 2.1.1."""
    if len(hashes) == 1:
        return hashes[0]
    split = _split(len(hashes))
    return _node(tree_root(hashes[:split]), tree_root(hashes[split:]))


def tree_path(index: int, hashes: Sequence[bytes]) -> list[bytes]:
    """RFC 9162, 2.1.3.1."""
    if len(hashes) == 1:
        return []
    split = _split(len(hashes))
    if index < split:
        return [*tree_path(index, hashes[:split]), tree_root(hashes[split:])]
    return [*tree_path(index - split, hashes[split:]), tree_root(hashes[:split])]


def _signed_note(text: str, name: str, key: Ed25519PrivateKey) -> str:
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    key_hash = hashlib.sha256(name.encode() + b"\n\x01" + public).digest()[:4]
    signature = base64.b64encode(key_hash + key.sign(text.encode())).decode()
    return f"{text}\n\u2014 {name} {signature}\n"


def _scalars(value: Any, pointer: str) -> list[tuple[str, Any]]:
    if isinstance(value, dict) and value:
        pairs = value.items()
    elif isinstance(value, list) and value:
        pairs = enumerate(value)
    else:
        return [(pointer, value)]
    return [found for key, item in pairs for found in _scalars(item, f"{pointer}/{key}")]


def _leaf(data: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + data).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def _split(size: int) -> int:
    return 1 << (size - 1).bit_length() - 1
