"""Records that stand in a ledger without a file of their own: what references name.

named = issued(sample_record(grade=6))                  # in the demo realm
named = issued(sample_record(), realm=ELSEWHERE)        # in another province's
ref = make_reference(named.record, named.receipt, ["/book_id"])

The seal on the batch is real, by the world's PKI; the log is one entry long.
"""

import hashlib
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fakes.world import AT, REALM, SCHOOL, the_world

from hocba.documents.writer import render
from ledger.log import Log, LogKey, sign_checkpoint
from ledger.receipts import ContractPlace, PublishedLog, SealedBatch, build_receipt
from ledger.statements import BatchHead, build_batch
from signing import pades
from verifier.checks import references
from verifier.checks.ledger import inclusion, sealed_batch
from verifier.context import Context
from verifier.formats import trusted_root
from verifier.formats.canonical import canonical
from verifier.formats.entries import BatchAnchored, Entry
from verifier.formats.pdf.parse import parse
from verifier.formats.ref import make_reference
from verifier.formats.statements import Leaf, RosterRow, school_key
from verifier.formats.times import format_time
from verifier.templates import load

ELSEWHERE = "khac.hocba.test"
ANCHORED = AT + timedelta(minutes=4)
PLACE = ContractPlace(1337, "11" * 32, "0x" + "22" * 20)
YEAR_BEFORE = (
    "/book_id", "/grade", "/promotion/promoted", "/pupil/code", "/pupil/personal_number",
    "/school/name", "/school_year",
)  # fmt: skip


@dataclass(frozen=True)
class Issued:
    """A record and the receipt of its leaf."""

    record: dict
    receipt: bytes

    def ref(self, *pointers):
        return make_reference(self.record, self.receipt, pointers or YEAR_BEFORE)


def issued(record, *, realm=REALM, kind=None):
    """Seal and anchor a batch of this one record."""
    record = {**record, "realm": realm}
    leaf = Leaf.from_record(record, canonical(record), "0d" * 32, "5e" * 32)
    return Issued(record, _anchored(replace(leaf, kind=kind or leaf.kind), record["school_year"]))


def file_of(record):
    """The record as a school with all its genuine keys signs, seals and anchors it."""
    world, form = the_world(), record["template"]["id"]
    template = load(form)
    signers = [world.signer(role) for role in record["signers"]]
    sealed = world.signed(signers, document=render(canonical(record), template), form=form)
    leaf = Context(data=sealed, trust=root(), now=ANCHORED, pdf=parse(sealed)).leaf
    receipt = _anchored(leaf, record["school_year"] or record["completion"]["school_year"])
    sealed = pades.embed_receipt(sealed, template.seal_step, receipt)
    return world.finished(sealed, signers, form=form)


def _anchored(leaf, year):
    """The receipt of a batch of this one leaf."""
    realm = leaf.realm
    head = BatchHead(realm, SCHOOL.code, year, "6A1", leaf.kind, 1, None)
    row = RosterRow(0, hashlib.sha256(b"slot").hexdigest(), leaf.id(), None)
    built = build_batch(head, [leaf], [row])
    seal = seal_of(realm)
    with seal.custody.open_session(seal.pin) as key:
        cades = pades.detached_cades(
            built.payload, key, seal.jws, None, at=ANCHORED - timedelta(minutes=1)
        )
    anchored = BatchAnchored(
        school_key(realm, SCHOOL.code).hex(), 1, None, built.digest, built.batch.root, 0, 1,
        seal.appointment.certificate, hashlib.sha256(cades).hexdigest(), (),
    )  # fmt: skip
    log = Log([Entry(realm, 0, 7, format_time(ANCHORED), anchored)])
    key = log_key(realm)
    note = sign_checkpoint(log.checkpoint(key.public.name), key)
    batch = SealedBatch.of(built.payload, cades, [leaf])
    return build_receipt(batch, 0, PublishedLog(log, note, PLACE), entry_index=0).to_bytes()


@cache
def seal_of(realm):
    world = the_world()
    seal = world.signer("seal")
    return seal if realm == REALM else world.appoint(seal.custody, SCHOOL.name, "seal", realm=realm)


def log_key(realm):
    secret = hashlib.sha256(realm.encode()).digest()
    return LogKey(f"log.{realm}", Ed25519PrivateKey.from_private_bytes(secret))


def root(realm=REALM, *, demo=True):
    """The trusted root of a realm."""
    public = log_key(realm).public
    return replace(
        the_world().trust,
        realm=realm,
        demo=demo,
        contract=trusted_root.ContractRef(PLACE.chain_id, PLACE.genesis, PLACE.address, 0),
        log_key=trusted_root.LogKey(public.name, public.public_key),
    )


def checks(record, *, trust=None, others=()):
    """What check 7 says of the references of a record, by id."""
    ctx = Context(data=b"", trust=trust or root(), now=AT + timedelta(days=1), others=others)
    ctx.memo("record", lambda: record)
    found = references.check(ctx, {"7b": inclusion, "7c": sealed_batch})
    return {one.id: one for one in reversed(found)}


def codes(record, **how):
    """The codes alone."""
    return {name: check.code for name, check in checks(record, **how).items()}
