"""One transcript before checks 7, 8 and 9: real seals, real contract (or its model), real proofs.

    court = Court(made)                       # a ledger of `fakes.ledgers`
    place = court.anchor([court.leaf])        # sealed by the school, anchored
    court.codes(court.receipt(place))         # {"7a": "7a.same_leaf", ...}

What a forger does, a test does by hand: another sealer, another list of superseded
leaves, a statement that the store never got.
"""

import hashlib
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fakes.ledgers import REALM, LedgerUnderTest
from fakes.world import AT, OTHER_SCHOOL, SCHOOL, Signer, the_world

from ledger.anchor import Anchored, anchor_batch, set_status
from ledger.chains.events import read_entries
from ledger.chains.reader import InProcessReader
from ledger.log import Log, LogKey, sign_checkpoint
from ledger.receipts import ContractPlace, PublishedLog, SealedBatch, build_receipt
from ledger.statements import BatchHead, BuiltBatch, build_batch, build_status
from signing import pades
from verifier.checks import database, ledger, status
from verifier.context import Context
from verifier.formats import trusted_root
from verifier.formats.attestation import Attestation
from verifier.formats.pdf.parse import parse
from verifier.formats.receipt import Receipt
from verifier.formats.statements import (
    Leaf,
    RosterRow,
    StatusEntry,
    StatusStatement,
    school_key,
)
from verifier.formats.times import format_time
from verifier.online import Kind, MemoryStore, Place, Sources
from verifier.report import Check

BEGIN = AT + timedelta(minutes=4)
LOG_KEY = LogKey(f"log.{REALM}", Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
SCHOOLS = {SCHOOL.code: SCHOOL, OTHER_SCHOOL.code: OTHER_SCHOOL}


@dataclass(frozen=True)
class Placed:
    """A batch with its seal and its place on the chain."""

    built: BuiltBatch
    cades: bytes
    anchored: Anchored

    def index(self, position: int = 0) -> int:
        return self.anchored.first_index + position


class Attesting:
    """The sector database: signs one answer, whatever is asked."""

    def __init__(self, answer: str = "same", **changes: Any) -> None:
        self.answer, self.changes = answer, changes

    def attest(self, record_id: str, version: int, digest: str) -> str:
        said = {"record_id": record_id, "version": version, "digest": digest, "realm": REALM}
        said |= {"answer": self.answer, "as_of": format_time(BEGIN)}
        attestation = Attestation(**(said | self.changes))
        return the_world().officers.sign(attestation.to_bytes())


@cache
def sealed_pdf() -> bytes:
    """One transcript under its seal, made once for each process."""
    return the_world().signed()


@dataclass
class Court:
    """A ledger, the school's seal, a store, and the transcript in question."""

    made: LedgerUnderTest
    store: MemoryStore = field(default_factory=MemoryStore)
    attestor: Attesting | None = field(default_factory=Attesting)

    def __post_init__(self) -> None:
        self.made.advance((BEGIN - self.made.now).total_seconds())
        self.world = the_world()
        for school in SCHOOLS.values():
            self.made.register(school.code, self.seal(school.code).appointment.certificate)
        chain = self.made.chain
        self.place = Place(chain.chain_id, chain.block(0).hash.hex(), self.made.contract)
        self.trust = replace(
            self.world.trust,
            log_key=trusted_root.LogKey(LOG_KEY.public.name, LOG_KEY.public.public_key),
            contract=trusted_root.ContractRef(*self.place, from_block=0),
        )
        self.data = sealed_pdf()
        self.leaf = self.context(None).leaf

    def seal(self, school: str = SCHOOL.code) -> Signer:
        """The regular seal of a school."""
        return _seal_of(school)

    def other_leaf(self, number: int = 1, **changes: Any) -> Leaf:
        """A leaf of another transcript of the school."""
        name = hashlib.sha256(b"record %d" % number).hexdigest()
        return replace(self.leaf, **({"record_id": name, "record_digest": name} | changes))

    def sealed(self, payload: bytes, sealer: Signer | None = None) -> bytes:
        """The CAdES of a school, or of whoever, over a statement."""
        signer = sealer or self.seal()
        with signer.custody.open_session(signer.pin) as key:
            moment = self.made.now - timedelta(minutes=1)
            return pades.detached_cades(payload, key, signer.jws, None, at=moment)

    def built(
        self, leaves: list[Leaf], replaces: dict[int, int] | None = None,
        school: str = SCHOOL.code,
    ) -> BuiltBatch:  # fmt: skip
        """A batch that continues the school's chain."""
        seq, previous = self.head(school)
        start = BatchHead(REALM, school, "2025-2026", "6A1", "year", seq + 1, previous)
        wanted = replaces or {}
        rows = [
            RosterRow(number, hashlib.sha256(leaf.to_bytes()).hexdigest(), leaf.id(),
                      wanted.get(number))
            for number, leaf in enumerate(leaves)
        ]  # fmt: skip
        return build_batch(start, leaves, rows)

    def anchor(
        self,
        leaves: list[Leaf],
        replaces: dict[int, int] | None = None,
        *,
        sealer: Signer | None = None,
        told: tuple[int, ...] | None = None,
        publish: bool = True,
    ) -> Placed:
        """Seal and anchor; `told` is what the sender tells the contract to supersede."""
        built = self.built(leaves, replaces)
        cades = self.sealed(built.payload, sealer)
        placed = self.announce(built, cades, told)
        if publish:
            self.publish_batch(built, cades)
        return placed

    def announce(
        self, built: BuiltBatch, cades: bytes, told: tuple[int, ...] | None = None
    ) -> Placed:
        """Anchor a batch under this signature."""
        anchored = anchor_batch(
            self.made.writer("anchor"), self.made.contract, batch=built.batch,
            seal_fingerprint=self.seal().appointment.certificate, cades=cades,
            replaces=built.replaces if told is None else told,
        )  # fmt: skip
        return Placed(built, cades, anchored)

    def change(self, index: int, state: str, **how: Any) -> Anchored:
        """A status statement, sealed and anchored.

        `how`: `leaf` (else the one in question), `reason`, `sealer`, `publish=False` hides it, and
        `stated` is what the sealed paper says where a stolen account tells another state.
        """
        stated = how.get("stated")
        statement = self.statement(
            index, stated or state, how.get("leaf"), reason=how.get("reason", "withdrawn")
        )
        payload = statement.to_bytes()
        cades = how.get("cades") or self.sealed(payload, how.get("sealer"))
        if stated is None:
            done = self.send(statement, cades)
        else:
            done = self._other_state(statement, index, state, cades)
        if how.get("publish", True):
            self.publish(statement.digest(), payload, cades)
        return done

    def statement(
        self, index: int, state: str, leaf: Leaf | None = None, *, seq: int | None = None,
        reason: str = "withdrawn",
    ) -> StatusStatement:  # fmt: skip
        """The school's next statement about a leaf, or one with this number."""
        entry = StatusEntry((leaf or self.leaf).id(), index, state, reason, None)
        newest, previous = self.head()
        return build_status(
            realm=REALM, school=SCHOOL.code, seq=seq or newest + 1, previous=previous,
            entries=[entry],
        )  # fmt: skip

    def send(self, statement: StatusStatement, cades: bytes) -> Anchored:
        """Announce a statement under this signature."""
        return set_status(
            self.made.writer("anchor"), self.made.contract, statement=statement,
            seal_fingerprint=self.seal().appointment.certificate, cades=cades,
        )  # fmt: skip

    def _other_state(self, statement: StatusStatement, index: int, state: str, cades: bytes) -> Any:
        """What a stolen account could send: a genuine statement with another state."""
        call = self.made.stated(
            SCHOOL.code, self.seal().appointment.certificate,
            digest=bytes.fromhex(statement.digest()), signature=hashlib.sha256(cades).digest(),
        )  # fmt: skip
        codes = {"good": 0, "under_review": 2, "withdrawn": 3}
        return self.made.send("anchor", "setStatus", call, [index], [codes[state]])

    def head(self, school: str = SCHOOL.code) -> tuple[int, str | None]:
        """Number and digest of the last statement of a school, by its number."""
        key = school_key(REALM, school).hex()
        told = [entry.data for entry in self.log().entries if entry.data.school == key]
        stated = [(one.seq, one.statement) for one in told if hasattr(one, "seq")]
        return max(stated, default=(0, None))

    def publish(self, digest: str, payload: bytes, cades: bytes) -> None:
        """Put a statement and its seal beside the log."""
        self.store.put(Kind.STATEMENT, digest, payload)
        self.store.put(Kind.SIGNATURE, digest, cades)

    def publish_batch(self, built: BuiltBatch, cades: bytes) -> None:
        """The same for a batch, with its roster."""
        self.publish(built.digest, built.payload, cades)
        self.store.put(Kind.ROSTER, built.batch.roster_root, built.roster_bytes)

    def log(self) -> Log:
        """The log as anybody recomputes it from the chain."""
        return Log(read_entries(self.made.chain, self.made.contract, realm=REALM, first_block=0))

    def receipt(self, placed: Placed, position: int = 0, log: Log | None = None) -> Receipt:
        """The receipt of a leaf, against the newest log."""
        log = log or self.log()
        note = sign_checkpoint(log.checkpoint(LOG_KEY.public.name), LOG_KEY)
        sealed = SealedBatch.of(placed.built.payload, placed.cades, placed.built.leaves)
        published = PublishedLog(log, note, ContractPlace(*self.place))
        return build_receipt(sealed, position, published, entry_index=placed.anchored.entry_index)

    def context(self, receipt: Receipt | bytes | None, **changes: Any) -> Context:
        """The file with this receipt beside it, before the outside was asked."""
        given = receipt.to_bytes() if isinstance(receipt, Receipt) else receipt
        fields = {"data": self.data, "trust": self.trust, "now": self.made.now}
        data = (fields | changes)["data"]
        return Context(**{**fields, "pdf": parse(data), "newer_receipt": given, **changes})

    def sources(self, **changes: Any) -> Sources:
        """The outside sources."""
        fields = {
            "ledger": InProcessReader(self.made.chain, self.place),
            "statements": self.store,
            "attestor": self.attestor,
            "clock": lambda: self.made.now,
        }
        return Sources(**(fields | changes))

    def checks(
        self, receipt: Receipt | bytes | None, sources: Sources | None = None, **changes: Any
    ) -> dict[str, Check]:
        """Checks 7a to 9 by id."""
        ctx = self.context(receipt, **changes)
        found = ledger.check(ctx)
        ctx.answers = (sources or self.sources()).ask(ctx.question)
        found += ledger.check_online(ctx) + status.check(ctx) + database.check(ctx)
        return {check.id: check for check in found}

    def codes(self, receipt: Receipt | bytes | None, **changes: Any) -> dict[str, str]:
        """The codes alone."""
        return {name: check.code for name, check in self.checks(receipt, **changes).items()}

    def failed(self, receipt: Receipt | bytes | None, **changes: Any) -> set[str]:
        """The codes of what fails."""
        found = self.checks(receipt, **changes).values()
        return {check.code for check in found if check.status.value == "failed"}


GENUINE = {
    "7a": "7a.same_leaf", "7b": "7b.in_log", "7c": "7c.sealed_by_school", "7d": "7d.on_chain",
    "7e": "7e.no_witness", "8": "8.good", "9": "9.same",
}  # fmt: skip


@cache
def _seal_of(school: str) -> Signer:
    world = the_world()
    return world.signer("seal") if school == SCHOOL.code else world.seal_of(SCHOOLS[school])
