"""A released transcript with its ledger in memory, for tests of the whole verification.

    made = released()
    report = verify(made.data, trust=made.trust, online=made.online(), now=made.now)

Signatures and PKI are those of `fakes.world`; the ledger is one batch with one leaf, its
chain a reader that answers what the entry says.
"""

import hashlib
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fakes.world import AT, REALM, SCHOOL, the_world

from ledger.log import Log, LogKey, sign_checkpoint
from ledger.receipts import ContractPlace, PublishedLog, SealedBatch, build_receipt
from ledger.statements import BatchHead, build_batch
from signing import pades
from verifier.context import Context
from verifier.formats import trusted_root
from verifier.formats.attestation import Attestation
from verifier.formats.entries import BatchAnchored, Entry
from verifier.formats.pdf.parse import parse
from verifier.formats.statements import RosterRow, school_key
from verifier.formats.times import format_time
from verifier.formats.view import ChainEntry, LedgerView, SealDates
from verifier.online import MemoryStore, Sources

ANCHORED = AT + timedelta(minutes=4)
NOW = AT + timedelta(hours=1)
PLACE = ContractPlace(1337, "11" * 32, "0x" + "22" * 20)
BLOCK = 7


class FixedChain:
    """Answers one view, or raises."""

    def __init__(self, view):
        self.view = view

    def look(self, *_):
        if isinstance(self.view, Exception):
            raise self.view
        return self.view


class FixedAttestor:
    """Signs one answer about whatever is asked."""

    def __init__(self, officers, answer, now):
        self.officers, self.answer, self.now = officers, answer, now

    def attest(self, record_id, version, digest):
        said = Attestation(REALM, record_id, version, digest, self.answer, format_time(self.now))
        return self.officers.sign(said.to_bytes())


@dataclass(frozen=True)
class Released:
    """The file, the same file without its receipt, and all that answers for it."""

    data: bytes
    pending: bytes
    draft: bytes
    receipt: bytes
    trust: object
    view: LedgerView
    now: object = NOW

    def online(self, *, view=None, answer="same"):
        """The outside sources; another view or database answer on request."""
        return Sources(
            ledger=FixedChain(view or self.view),
            statements=MemoryStore(),
            attestor=FixedAttestor(the_world().officers, answer, self.now),
            clock=lambda: self.now,
        )


@cache
def released():
    """Issue one transcript (about a second, once for each process)."""
    world = the_world()
    log_key = LogKey(f"log.{REALM}", Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
    trust = replace(
        world.trust,
        log_key=trusted_root.LogKey(log_key.public.name, log_key.public.public_key),
        contract=trusted_root.ContractRef(PLACE.chain_id, PLACE.genesis, PLACE.address, 0),
    )
    sealed = world.signed()
    leaf = Context(data=sealed, trust=trust, now=NOW, pdf=parse(sealed)).leaf
    head = BatchHead(REALM, SCHOOL.code, "2025-2026", "6A1", "year", 1, None)
    row = RosterRow(0, hashlib.sha256(b"slot").hexdigest(), leaf.id(), None)
    built = build_batch(head, [leaf], [row])
    seal = world.signer("seal")
    with seal.custody.open_session(seal.pin) as key:
        cades = pades.detached_cades(
            built.payload, key, seal.jws, None, at=ANCHORED - timedelta(minutes=1)
        )
    anchored = BatchAnchored(
        school_key(REALM, SCHOOL.code).hex(), 1, None, built.digest, built.batch.root, 0, 1,
        seal.appointment.certificate, hashlib.sha256(cades).hexdigest(), (),
    )  # fmt: skip
    entry = Entry(REALM, 0, BLOCK, format_time(ANCHORED), anchored)
    log = Log([entry])
    note = sign_checkpoint(log.checkpoint(log_key.public.name), log_key)
    batch = SealedBatch.of(built.payload, cades, [leaf])
    receipt = build_receipt(batch, 0, PublishedLog(log, note, PLACE), entry_index=0).to_bytes()
    return Released(
        data=world.finished(pades.embed_receipt(sealed, 2, receipt)),
        pending=world.finished(sealed),
        draft=world.document(),
        receipt=receipt,
        trust=trust,
        view=_view(entry),
    )


def _view(entry):
    told = entry.data
    return LedgerView(
        chain_id=PLACE.chain_id,
        genesis=PLACE.genesis,
        contract=PLACE.address,
        block=BLOCK,
        block_time=ANCHORED,
        entries=1,
        leaves=1,
        entry=ChainEntry(
            entry.index, told.school, told.seq, told.previous, told.statement, told.root,
            told.first_index, told.leaf_count, told.seal_fingerprint, told.signature, ANCHORED,
            entry.block,
        ),
        seal=SealDates(AT - timedelta(days=30), None),
        changes=(),
        changes_total=0,
    )  # fmt: skip
