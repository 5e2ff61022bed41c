"""Build the receipt of one leaf from the batch, the log and where the contract stands.

    sealed = SealedBatch.of(payload, cades, leaves)
    published = PublishedLog(log, sign_checkpoint(log.checkpoint(name), key), place)
    receipt = build_receipt(sealed, position, published, entry_index=anchored.entry_index)
    data = receipt.to_bytes()         # into the seal's CMS

A receipt that the verifier would not read back is never handed out.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ledger.log import Log
from ledger.tree import Tree
from verifier.errors import VerifierError
from verifier.formats.entries import BatchAnchored
from verifier.formats.receipt import Receipt
from verifier.formats.statements import Batch, Leaf


class ReceiptError(VerifierError):
    """Leaf, batch and entry do not belong together."""


@dataclass(frozen=True)
class ContractPlace:
    """Where a verifier has to look: as in the trusted root."""

    chain_id: int
    genesis: str
    address: str


@dataclass(frozen=True)
class PublishedLog:
    """A state of the log that stands signed: entries, checkpoint note, contract."""

    log: Log
    checkpoint: str
    place: ContractPlace


@dataclass(frozen=True)
class SealedBatch:
    """A batch as it was anchored: statement, seal and leaves in their order."""

    batch: Batch
    cades: bytes
    leaves: tuple[Leaf, ...]
    tree: Tree

    @classmethod
    def of(cls, payload: bytes, cades: bytes, leaves: Sequence[Leaf]) -> "SealedBatch":
        """Join stored parts.

        Raises:
            ReceiptError: `receipt.other_batch` where the leaves do not give the batch's root.
        """
        batch = Batch.parse(payload)
        tree = Tree([leaf.hash() for leaf in leaves])
        if (tree.root().hex(), tree.size) != (batch.root, batch.leaf_count):
            raise ReceiptError("receipt.other_batch")
        return cls(batch, cades, tuple(leaves), tree)


def build_receipt(
    sealed: SealedBatch, position: int, published: PublishedLog, *, entry_index: int
) -> Receipt:
    """The receipt of the leaf at `position`.

    Raises:
        ReceiptError: `receipt.other_entry` where the log's entry is not this batch's.
    """
    log, place = published.log, published.place
    entry = log.entries[entry_index]
    anchored = entry.data
    if not isinstance(anchored, BatchAnchored) or anchored.statement != sealed.batch.digest():
        raise ReceiptError("receipt.other_entry")
    receipt = Receipt(
        realm=sealed.batch.realm,
        leaf=sealed.leaves[position],
        index=anchored.first_index + position,
        position=position,
        batch=sealed.batch,
        batch_cades=sealed.cades,
        path=sealed.tree.inclusion_path(position),
        entry_index=entry_index,
        entry=entry,
        entry_path=log.inclusion_path(entry_index),
        checkpoint=published.checkpoint,
        chain_id=place.chain_id,
        genesis=place.genesis,
        contract=place.address.lower(),
        block=entry.block,
    )
    return Receipt.parse(receipt.to_bytes())
