"""`hocba.receipt/1`: the ledger's proof for one transcript, carried inside the seal's CMS.

The CMS holds one DER OCTET STRING with exactly `to_bytes()`. A receipt is a hint: each
thing in it is recomputed or asked for by check 7, so reading one proves nothing.

    receipt = Receipt.parse(data)
    receipt.leaf, receipt.batch, receipt.anchored
"""

import base64
import re
from dataclasses import dataclass
from typing import Final

from verifier.errors import FormatError
from verifier.formats import shape
from verifier.formats.canonical import Json, JsonObject, canonical, parse_canonical, require
from verifier.formats.entries import BatchAnchored, Entry
from verifier.formats.statements import Batch, Leaf

RECEIPT_TYPE: Final = "hocba.receipt/1"
MAX_RECEIPT: Final = 65_536
MAX_PATH: Final = 64
_ADDRESS = re.compile(r"0x[0-9a-f]{40}")


@dataclass(frozen=True)
class Receipt:
    """Leaf, batch, entry and checkpoint with the paths between them, and where to look."""

    realm: str
    leaf: Leaf
    index: int
    position: int
    batch: Batch
    batch_cades: bytes
    path: tuple[bytes, ...]
    entry_index: int
    entry: Entry
    entry_path: tuple[bytes, ...]
    checkpoint: str
    chain_id: int
    genesis: str
    contract: str
    block: int

    @property
    def anchored(self) -> BatchAnchored:
        """The event in the entry. Raises: FormatError `receipt.other_event`."""
        if not isinstance(self.entry.data, BatchAnchored):
            raise FormatError("receipt.other_event", self.entry.data.event)
        return self.entry.data

    @classmethod
    def from_object(cls, value: Json) -> "Receipt":
        """Read the object. Raises: FormatError, UnknownFormatError."""
        require(value, RECEIPT_TYPE, _KEYS)
        receipt = cls(
            realm=shape.text(value, "realm"),
            leaf=Leaf.from_object(value["leaf"]),
            index=shape.integer(value, "index"),
            position=shape.integer(value, "position"),
            batch=Batch.from_object(value["batch"]),
            batch_cades=_base64(value, "batch_cades"),
            path=shape.hashes(value, "path"),
            entry_index=shape.integer(value, "entry_index"),
            entry=Entry.from_object(value["entry"]),
            entry_path=shape.hashes(value, "entry_path"),
            checkpoint=shape.text(value, "checkpoint"),
            chain_id=shape.integer(value, "chain_id", least=1),
            genesis=shape.hex32(value, "genesis"),
            contract=shape.text(value, "contract"),
            block=shape.integer(value, "block"),
        )
        if max(len(receipt.path), len(receipt.entry_path)) > MAX_PATH:
            raise shape.wrong("path")
        if not _ADDRESS.fullmatch(receipt.contract):
            raise shape.wrong("contract")
        return receipt

    @classmethod
    def parse(cls, data: bytes) -> "Receipt":
        """Read canonical bytes. Raises: FormatError, UnknownFormatError."""
        if len(data) > MAX_RECEIPT:
            raise FormatError("receipt.too_large", str(len(data)))
        return cls.from_object(parse_canonical(data))

    def to_object(self) -> JsonObject:
        """The closed object."""
        return {
            "type": RECEIPT_TYPE,
            "realm": self.realm,
            "leaf": self.leaf.to_object(),
            "index": self.index,
            "position": self.position,
            "batch": self.batch.to_object(),
            "batch_cades": base64.b64encode(self.batch_cades).decode(),
            "path": [node.hex() for node in self.path],
            "entry_index": self.entry_index,
            "entry": self.entry.to_object(),
            "entry_path": [node.hex() for node in self.entry_path],
            "checkpoint": self.checkpoint,
            "chain_id": self.chain_id,
            "genesis": self.genesis,
            "contract": self.contract,
            "block": self.block,
        }

    def to_bytes(self) -> bytes:
        """Canonical bytes: what the OCTET STRING holds."""
        return canonical(self.to_object())


_KEYS = frozenset(
    {"realm", "leaf", "index", "position", "batch", "batch_cades", "path", "entry_index"}
    | {"entry", "entry_path", "checkpoint", "chain_id", "genesis", "contract", "block"}
)


def _base64(value: JsonObject, key: str) -> bytes:
    encoded = shape.text(value, key)
    try:
        data = base64.b64decode(encoded, validate=True)
    except ValueError as error:
        raise shape.wrong(key) from error
    if base64.b64encode(data).decode() != encoded:
        raise shape.wrong(key)
    return data
