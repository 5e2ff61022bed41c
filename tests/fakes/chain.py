"""A chain in memory with the contract told a second time, in Python: fake and oracle.

It passes the same tests as the real chains, and a property test plays random calls on
both and compares every answer. Faults can be asked for: see `FakeChain.fault`.

    chain = FakeChain(clock)
    writer = Writer(chain, FakeSender("anchor"), lambda: None)
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from eth_abi.abi import decode, encode
from eth_utils.crypto import keccak

from contracts import load
from contracts.interface import _signature, _type
from ledger.chains.contract import reverted
from ledger.chains.protocol import Block, ChainLog, TransactionReceipt
from ledger.errors import ChainError, UnreachableChainError
from verifier.formats.canonical import sha256_hex

ZERO = bytes(32)
OPEN_END = 2**64 - 1
MAX_REVIEW = 60 * 86_400
MAX_CHANGES = 64
NONE, SCHOOL, BATCH, STATUS, REVIEW = range(5)
GOOD, SUPERSEDED, UNDER_REVIEW, WITHDRAWN = range(4)
EMPTY_ENTRY = (ZERO, ZERO, ZERO, ZERO, ZERO, ZERO, 0, 0, 0, 0, 0, NONE)
_ABI: tuple[dict[str, Any], ...] = load().abi
_FUNCTIONS = {keccak(text=_signature(one))[:4]: one for one in _ABI if one["type"] == "function"}
_NAMED = {(one["type"], one["name"]): one for one in _ABI if "name" in one}


@dataclass
class SetClock:
    """A clock that moves only when it is told to."""

    now: datetime = datetime(2026, 6, 1, 1, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class FakeSender:
    """Signs nothing: the raw transaction is JSON that names its sender."""

    def __init__(self, name: str) -> None:
        self.address = f"0x{keccak(text=name)[:20].hex()}"

    def sign(self, *, chain_id: int, nonce: int, to: str | None, data: bytes) -> bytes:
        fields = {"chain": chain_id, "from": self.address, "nonce": nonce, "to": to}
        return json.dumps({**fields, "data": data.hex()}).encode()


class Revert(Exception):  # noqa: N818  # what a contract does
    """The contract says no, by an error of its ABI."""

    def __init__(self, name: str, *arguments: Any) -> None:
        item = _NAMED["error", name]
        super().__init__(name)
        self.data = keccak(text=_signature(item))[:4] + encode(_types(item["inputs"]), arguments)


@dataclass
class FakeChain:
    """See `ledger.chains.Chain`. `fault` is called with the name of each step of a send."""

    clock: Callable[[], datetime]
    chain_id: int = 31_337
    fault: Callable[[str], None] = lambda _step: None
    slow: int = 0
    """How many times `receipt` answers None before it tells."""
    blocks: list[Block] = field(default_factory=list)
    nonces: dict[str, int] = field(default_factory=dict)
    contracts: dict[str, "Model"] = field(default_factory=dict)
    receipts: dict[bytes, TransactionReceipt] = field(default_factory=dict)
    events: list[ChainLog] = field(default_factory=list)
    asked: int = 0

    def __post_init__(self) -> None:
        self.blocks.append(Block(0, keccak(text="genesis"), datetime.fromtimestamp(0, UTC)))

    def block(self, number: int | None = None) -> Block:
        self.fault("block")
        try:
            return self.blocks[-1 if number is None else number]
        except IndexError as error:
            raise ChainError("chain.malformed", f"no block {number}") from error

    def call(self, to: str, data: bytes, *, sender: str | None = None) -> bytes:
        self.fault("call")
        model = self.contracts.get(to.lower())
        if model is None:
            return b""
        try:
            return model.copy().execute(data, sender or "0x" + "00" * 20, self._pending())
        except Revert as no:
            raise reverted(no.data) from no

    def code(self, address: str) -> bytes:
        known = address.lower() in self.contracts
        return runtime_code() if known else b""

    def nonce(self, address: str) -> int:
        return self.nonces.get(address, 0)

    def send(self, raw: bytes) -> bytes:
        self.fault("send")
        fields = json.loads(raw)
        if fields["chain"] != self.chain_id or fields["nonce"] != self.nonce(fields["from"]):
            raise ChainError("chain.refused", "nonce too low")
        transaction, block = keccak(raw), self._pending()
        created = None
        try:
            if fields["to"] is None:
                created = f"0x{keccak(raw)[:20].hex()}"
                self.contracts[created] = _create(fields["data"], created)
            else:
                self._run(fields, block, transaction)
            succeeded = True
        except Revert:
            succeeded = False
        self.blocks.append(block)
        self.nonces[fields["from"]] = fields["nonce"] + 1
        self.receipts[transaction] = TransactionReceipt(
            transaction, block.number, succeeded, created
        )
        self.fault("sent")
        return transaction

    def receipt(self, transaction: bytes) -> TransactionReceipt | None:
        self.fault("receipt")
        self.asked += 1
        return self.receipts.get(transaction) if self.asked > self.slow else None

    def logs(self, address: str, first: int, last: int) -> list[ChainLog]:
        return [
            log
            for log in self.events
            if log.address == address.lower() and first <= log.block <= last
        ]

    def _pending(self) -> Block:
        parent = self.blocks[-1]
        time = max(int(self.clock().timestamp()), int(parent.time.timestamp()) + 1)
        number = parent.number + 1
        named = keccak(parent.hash + number.to_bytes(8, "big"))
        return Block(number, named, datetime.fromtimestamp(time, UTC))

    def _run(self, fields: dict[str, Any], block: Block, transaction: bytes) -> None:
        address = fields["to"].lower()
        model = self.contracts[address].copy()
        model.execute(bytes.fromhex(fields["data"]), fields["from"], block)
        for name, arguments in model.emitted:
            item = _NAMED["event", name]
            indexed = [one for one in item["inputs"] if one["indexed"]]
            rest = [one for one in item["inputs"] if not one["indexed"]]
            topics = [encode([_type(one)], [arguments[one["name"]]]) for one in indexed]
            data = encode(_types(rest), [arguments[one["name"]] for one in rest])
            topic = keccak(text=_signature(item))
            self.events.append(ChainLog(address, (topic, *topics), data, block.number, transaction))
        model.emitted = []
        self.contracts[address] = model


class Silence:
    """A fault: the chain stops answering at one step, once or for ever."""

    def __init__(self, step: str, times: int = 1) -> None:
        self.step, self.times = step, times

    def __call__(self, step: str) -> None:
        if step == self.step and self.times:
            self.times -= 1
            raise UnreachableChainError("chain.unreachable", step)


@dataclass
class Leaf:
    """What changed about one leaf."""

    review_until: int = 0
    changes: list[tuple[int, int, int, int]] = field(default_factory=list)


@dataclass
class Model:
    """The contract's rules once more: state as plain Python, errors as in the ABI."""

    roles: dict[bytes, set[str]]
    first_entry: int
    first_index: int
    entries: list[tuple[Any, ...]] = field(default_factory=list)
    leaves: list[tuple[int, bytes]] = field(default_factory=list)
    seals: dict[tuple[bytes, bytes], tuple[int, int]] = field(default_factory=dict)
    anchored: dict[bytes, int] = field(default_factory=dict)
    first: dict[bytes, int] = field(default_factory=dict)
    states: dict[tuple[bytes, bytes, int], Leaf] = field(default_factory=dict)
    emitted: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def copy(self) -> "Model":
        """All of it again, so that a revert leaves no trace."""
        return Model(
            {role: set(held) for role, held in self.roles.items()},
            self.first_entry, self.first_index, list(self.entries), list(self.leaves),
            dict(self.seals), dict(self.anchored), dict(self.first),
            {
                name: Leaf(leaf.review_until, list(leaf.changes))
                for name, leaf in self.states.items()
            },
            list(self.emitted),
        )  # fmt: skip

    def execute(self, data: bytes, sender: str, block: Block) -> bytes:
        """Run one call and return what it answers."""
        item = _FUNCTIONS[data[:4]]
        arguments = decode(_types(item["inputs"]), data[4:])
        self.called = keccak(data[:4] + encode(_types(item["inputs"]), arguments))
        self.sender, self.block = sender, block
        self.now = int(block.time.timestamp())
        answer = getattr(self, f"do_{item['name']}")(*arguments)
        return encode(_types(item["outputs"]), answer or ())

    def do_grantRole(self, role: bytes, account: str) -> None:  # noqa: N802  # Solidity's name
        self._only(ZERO)
        self.roles.setdefault(role, set()).add(account.lower())

    def do_hasRole(self, role: bytes, account: str) -> tuple[bool]:  # noqa: N802  # Solidity's name
        return (account.lower() in self.roles.get(role, ()),)

    def do_registerSeal(self, school: bytes, seal: bytes, begin: int, end: int) -> None:  # noqa: N802
        self._only(keccak(text="GOVERNANCE_ROLE"))
        begin = max(begin, self.now)
        if end <= begin or ZERO in (school, seal):
            raise Revert("WrongDates")
        if (school, seal) in self.seals:
            raise Revert("SealKnown", school, seal)
        self._change_seal(school, seal, begin, end)

    def do_endSeal(self, school: bytes, seal: bytes, end: int) -> None:  # noqa: N802
        self._only(keccak(text="GOVERNANCE_ROLE"))
        if (school, seal) not in self.seals:
            raise Revert("SealNotRegistered", school, seal)
        begin, known_end = self.seals[school, seal]
        if end <= self.now or end >= known_end:
            raise Revert("WrongDates")
        self._change_seal(school, seal, begin, end)

    def do_anchor(
        self, stated: tuple[Any, ...], root: bytes, count: int, replaces: tuple[int, ...]
    ) -> None:
        self._only(keccak(text="ANCHOR_ROLE"))
        if root == ZERO or count == 0:
            raise Revert("EmptyBatch")
        first = self.first_index + len(self.leaves)
        entry = self._accept(stated, BATCH, root, first, count)
        for index in replaces:
            leaf = self._own(stated[0], index)
            leaf.changes.append((entry, 0, index, SUPERSEDED))
        self.leaves += [(entry, stated[0])] * count
        school, seq, previous, digest, seal, signature = stated
        self._emit("BatchAnchored", entry=entry, school=school, statement=digest, seq=seq,
                   previous=previous, seal=seal, signature=signature, root=root,
                   firstIndex=first, leafCount=count, replaces=replaces)  # fmt: skip

    def do_setStatus(  # noqa: N802
        self, stated: tuple[Any, ...], indices: tuple[int, ...], states: tuple[int, ...]
    ) -> None:
        self._only(keccak(text="ANCHOR_ROLE"))
        if not indices or len(indices) != len(states):
            raise Revert("WrongLength")
        entry = self._accept(stated, STATUS)
        for index, state in zip(indices, states, strict=True):
            leaf = self._own(stated[0], index)
            if state == SUPERSEDED:
                raise Revert("WrongState", index)
            leaf.changes.append((entry, 0, index, state))
        school, seq, previous, digest, seal, signature = stated
        self._emit("StatusChanged", entry=entry, school=school, statement=digest, seq=seq,
                   previous=previous, seal=seal, signature=signature, indices=indices,
                   states=states, until=0)  # fmt: skip

    def do_review(self, decision: bytes, until: int, indices: tuple[int, ...]) -> None:
        self._only(keccak(text="DEPARTMENT_ROLE"))
        if decision == ZERO:
            raise Revert("EmptyStatement")
        if not indices:
            raise Revert("WrongLength")
        if not self.now < until <= self.now + MAX_REVIEW:
            raise Revert("WrongDates")
        entry = self._append(REVIEW, statement=decision)
        for index in indices:
            leaf = self._leaf(index)
            if leaf.review_until > self.now:
                raise Revert("ReviewRunning", index)
            leaf.review_until = until
            leaf.changes.append((entry, until, index, UNDER_REVIEW))
        self._emit("StatusChanged", entry=entry, school=ZERO, statement=decision, seq=0,
                   previous=ZERO, seal=ZERO, signature=ZERO, indices=indices,
                   states=(UNDER_REVIEW,) * len(indices), until=until)  # fmt: skip

    def do_look(self, index: int) -> tuple[Any, ...]:
        counts = (self.first_entry + len(self.entries), self.first_index + len(self.leaves))
        head = (self.block.number, self.now, *counts)
        place = self._place(index)
        if place is None:
            return ((*head, 0, EMPTY_ENTRY, (0, 0), 0, ()),)
        entry, school = place
        kept = self.entries[entry - self.first_entry]
        changes = self._leaf(index).changes
        told = [
            (
                by,
                self.first.get(row[2], by),
                until,
                named,
                state,
                row[9],
                row[0],
                row[2],
                row[4],
                row[5],
            )
            for by, until, named, state in changes[-MAX_CHANGES:]
            for row in [self.entries[by - self.first_entry]]
        ]
        return ((*head, entry, kept, self.seals[school, kept[4]], len(changes), told),)

    def do_find(self, call: bytes) -> tuple[Any, ...]:
        if call not in self.anchored:
            return False, 0, EMPTY_ENTRY
        entry = self.anchored[call]
        return True, entry, self.entries[entry - self.first_entry]

    def do_sealDates(self, school: bytes, seal: bytes) -> tuple[int, int]:  # noqa: N802
        return self.seals.get((school, seal), (0, 0))

    def do_entries(self) -> tuple[int]:
        return (self.first_entry + len(self.entries),)

    def do_leaves(self) -> tuple[int]:
        return (self.first_index + len(self.leaves),)

    def _only(self, role: bytes) -> None:
        if self.sender not in self.roles.get(role, ()):
            raise Revert("AccessControlUnauthorizedAccount", self.sender, role)

    def _change_seal(self, school: bytes, seal: bytes, begin: int, end: int) -> None:
        self.seals[school, seal] = (begin, end)
        entry = self._append(SCHOOL, school=school, seal=seal)
        fields = {"entry": entry, "school": school, "seal": seal, "from": begin, "to": end}
        self._emit("SchoolChanged", **fields)

    def _accept(
        self, stated: tuple[Any, ...], kind: int, root: bytes = ZERO, first: int = 0, count: int = 0
    ) -> int:
        school, seq, previous, digest, seal, signature = stated
        if ZERO in (digest, signature):
            raise Revert("EmptyStatement")
        if self.called in self.anchored:
            raise Revert("AlreadyAnchored", self.called, self.anchored[self.called])
        begin, end = self.seals.get((school, seal), (0, 0))
        if not begin <= self.now < end:
            raise Revert("SealNotRegistered", school, seal)
        placed = {"root": root, "first": first, "count": count, "seq": seq}
        entry = self._append(
            kind,
            school=school,
            previous=previous,
            statement=digest,
            seal=seal,
            signature=signature,
            **placed,
        )
        self.anchored[self.called] = entry
        self.first.setdefault(digest, entry)
        return entry

    def _append(self, kind: int, **fields: Any) -> int:
        hashes = ("school", "previous", "statement", "root", "seal", "signature")
        empty = dict.fromkeys(hashes, ZERO)
        numbers = {"seq": 0, "first": 0, "count": 0}
        row = (*(empty | numbers | fields).values(), self.now, self.block.number, kind)
        self.entries.append(row)
        return self.first_entry + len(self.entries) - 1

    def _place(self, index: int) -> tuple[int, bytes] | None:
        position = index - self.first_index
        return self.leaves[position] if 0 <= position < len(self.leaves) else None

    def _own(self, school: bytes, index: int) -> Leaf:
        leaf, place = self._leaf(index), self._place(index)
        if place is not None and place[1] != school:
            raise Revert("OtherSchool", index)
        return leaf

    def _leaf(self, index: int) -> Leaf:
        place = self._place(index)
        if place is None:
            raise Revert("UnknownLeaf", index)
        row = self.entries[place[0] - self.first_entry]
        return self.states.setdefault((place[1], row[2], index - row[7]), Leaf())

    def _emit(self, event: str, **arguments: Any) -> None:
        self.emitted.append((event, arguments))


def runtime_code() -> bytes:
    """The code that the real contract has on a chain: the tail of its creation code."""
    code = load().bytecode
    starts = (at for at in range(len(code)) if code[at : at + 4] == b"\x60\x80\x60\x40")
    return next(code[at:] for at in starts if sha256_hex(code[at:]) == load().runtime_hash)


def _create(data: str, _address: str) -> Model:
    arguments = bytes.fromhex(data)[len(load().bytecode) :]
    inputs = next(one["inputs"] for one in _ABI if one["type"] == "constructor")
    _delay, admin, first_entry, first_index = decode(_types(inputs), arguments)
    return Model({ZERO: {admin.lower()}}, first_entry, first_index)


def _types(items: list[dict[str, Any]]) -> list[str]:
    return [_type(one) for one in items]
