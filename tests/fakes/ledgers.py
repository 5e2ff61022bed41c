"""A deployed contract on each kind of chain, for tests that must hold on all of them.

    with ledger_on("embedded", folder) as made:
        made.register(SCHOOL_A, SEAL_A)
        made.writer("anchor").transact(made.contract, "anchor", ...)

`anvil` comes from npm with the compiler (`contracts/package.json`); where npm is missing
the test is skipped and says so.
"""

import atexit
import fcntl
import shutil
import socket
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fakes.chain import FakeChain, FakeSender, SetClock

from contracts import interface
from ledger.chains import Chain
from ledger.chains.account import Account, Sender
from ledger.chains.contract import ask
from ledger.chains.embedded import EmbeddedChain
from ledger.chains.rpc import RpcChain
from ledger.deploy import Roles, Seal, deploy, grant_roles, register_seal
from ledger.sending import Writer
from verifier.formats.canonical import sha256
from verifier.formats.statements import Batch, school_key

REALM = "demo.hocba.test"
SCHOOL_A, SCHOOL_B = "31-11311-01", "31-11311-02"
SEAL_A, SEAL_B = "a5" * 32, "b5" * 32
ROLES = ("admin", "governance", "anchor", "department", "stranger")
KINDS = ("fake", "embedded", "anvil")
CONTRACTS = Path(__file__).parents[2] / "contracts"
INSTALLED = CONTRACTS / "node_modules"
LONG = 400 * 86_400


@dataclass
class LedgerUnderTest:
    """A chain with the contract on it, its accounts, and a way to let time pass."""

    chain: Chain
    contract: str
    senders: dict[str, Sender]
    advance: Callable[[float], None]
    clock: Callable[[], datetime] | None = None
    """The chain's clock, where it can be ahead of the newest block."""
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    heads: dict[bytes, tuple[int, bytes]] = field(default_factory=dict)
    """The last statement of each school that was sent from here."""

    @property
    def now(self) -> datetime:
        newest = self.chain.block().time
        return newest if self.clock is None else max(newest, self.clock())

    @property
    def seconds(self) -> int:
        return int(self.now.timestamp())

    def writer(self, role: str) -> Writer:
        return Writer(self.chain, self.senders[role], lambda: time.sleep(0.01))

    def send(self, role: str, function: str, *arguments: Any) -> None:
        """A transaction by this role."""
        self.writer(role).transact(self.contract, function, *arguments)

    def ask(self, function: str, *arguments: Any) -> Any:
        """The answer of a view."""
        return ask(self.chain, self.contract, function, *arguments)

    def register(self, school: str = SCHOOL_A, seal: str = SEAL_A) -> None:
        """Register a seal from now on, without an end."""
        self.register_at(self.now, school, seal)

    def register_at(
        self, begin: datetime, school: str, seal: str, end: datetime | None = None
    ) -> None:
        """Register a seal."""
        found = Seal(school_key(REALM, school), seal, begin, end)
        register_seal(self.writer("governance"), self.contract, found)

    def stated(self, school: str = SCHOOL_A, seal: str = SEAL_A, **changes: Any) -> tuple[Any, ...]:
        """A statement that continues the school's chain, with changes by name."""
        key = school_key(REALM, school)
        seq, previous = self.heads.get(key, (0, bytes(32)))
        digest = sha256(f"statement {next(self.numbers)}".encode())
        fields = {"school": key, "seq": seq + 1, "previous": previous, "digest": digest}
        named = {"seal": bytes.fromhex(seal), "signature": sha256(digest)}
        return tuple((fields | named | changes).values())

    def anchor(
        self, leaves: int = 3, replaces: tuple[int, ...] = (), school: str = SCHOOL_A,
        seal: str = SEAL_A, **changes: Any,
    ) -> tuple[Any, ...]:  # fmt: skip
        """Anchor a batch with any root and return its statement."""
        stated = self.stated(school, seal, **changes)
        self.send("anchor", "anchor", stated, sha256(stated[3]), leaves, list(replaces))
        return self.told(stated)

    def set_status(self, indices: list[int], states: list[int], school: str = SCHOOL_A) -> None:
        """Change the state of leaves by a statement of the school."""
        stated = self.stated(school, SEAL_A if school == SCHOOL_A else SEAL_B)
        self.send("anchor", "setStatus", stated, indices, states)
        self.told(stated)

    def told(self, stated: tuple[Any, ...]) -> tuple[Any, ...]:
        """The next statement of this school names this one."""
        self.heads[stated[0]] = (stated[1], stated[3])
        return stated

    def look(self, index: int) -> Any:
        """The contract's combined answer, undigested."""
        (told,) = self.ask("look", index)
        return told


def batch(seq: int = 1, previous: str | None = None, **changes: Any) -> Batch:
    """A batch of `SCHOOL_A` with any root."""
    fields = {
        "realm": REALM, "school": SCHOOL_A, "year": "2025-2026", "class_name": "6A1",
        "kind": "year", "seq": seq, "previous": previous, "root": "0b" * 32, "leaf_count": 3,
        "roster_root": "0c" * 32, "completes": None,
    }  # fmt: skip
    return Batch(**(fields | changes))


@contextmanager
def ledger_on(kind: str, folder: Path, code: bytes | None = None) -> Iterator[LedgerUnderTest]:
    """A fresh ledger of this kind; another contract's creation code on request."""
    opened = {"fake": _fake, "embedded": _embedded, "anvil": _anvil}[kind]
    with opened(folder, code) as made:
        yield made


@cache
def npm() -> None:
    """Install compiler and anvil once; skip where npm is missing."""
    if shutil.which("npm") is None or shutil.which("node") is None:
        pytest.skip("npm is missing: it brings the Solidity compiler and anvil")
    with Path(tempfile.gettempdir(), "hocba-contracts-npm.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (INSTALLED / "solc").exists():
            command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
            subprocess.run(command, cwd=CONTRACTS, check=True, capture_output=True)


def accounts() -> dict[str, Sender]:
    """An account for each role."""
    return {role: Account(sha256(role.encode())) for role in ROLES}


def _deployed(chain: Chain, senders: dict[str, Sender], code: bytes | None) -> str:
    """The contract's address; other creation code is put there without asking what it is."""
    writer = Writer(chain, senders["admin"], lambda: time.sleep(0.01))
    roles = Roles(*(senders[role].address for role in ("governance", "anchor", "department")))
    if code is None:
        return deploy(writer, roles)
    arguments = interface().encode_constructor(86_400, writer.sender.address, 0, 0)
    contract = writer.create(code + arguments)
    grant_roles(writer, contract, roles)
    return contract


@contextmanager
def _fake(_folder: Path, code: bytes | None) -> Iterator[LedgerUnderTest]:
    clock = SetClock()
    chain, senders = FakeChain(clock), {role: FakeSender(role) for role in ROLES}
    yield LedgerUnderTest(chain, _deployed(chain, senders, code), senders, clock.advance, clock)


@contextmanager
def _embedded(folder: Path, code: bytes | None) -> Iterator[LedgerUnderTest]:
    clock, path = SetClock(), folder / f"chain-{time.monotonic_ns()}.sqlite"
    senders = accounts()
    if code is None:
        template, contract = _template()
        with closing(sqlite3.connect(template)) as source, closing(sqlite3.connect(path)) as copy:
            source.backup(copy)
    with closing(open_embedded(path, clock)) as chain:
        if code is not None:
            contract = _deployed(chain, senders, code)
        yield LedgerUnderTest(chain, contract, senders, clock.advance, clock)


def open_embedded(path: Path, clock: Callable[[], datetime]) -> EmbeddedChain:
    """The embedded chain of the demo realm."""
    return EmbeddedChain.open(path, realm=REALM, demo=True, clock=clock)


@cache
def _template() -> tuple[Path, str]:
    """A chain with the contract on it, made once for each process."""
    folder = Path(tempfile.mkdtemp(prefix="hocba-chain-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    with closing(open_embedded(folder / "chain.sqlite", SetClock())) as chain:
        return folder / "chain.sqlite", _deployed(chain, accounts(), None)


@contextmanager
def _anvil(_folder: Path, code: bytes | None) -> Iterator[LedgerUnderTest]:
    url, contract = _running_anvil()
    snapshot = rpc(url, "evm_snapshot")
    chain, senders = RpcChain(url), accounts()

    def advance(seconds: float) -> None:
        rpc(url, "evm_increaseTime", int(seconds))
        rpc(url, "evm_mine")

    try:
        if code is not None:
            contract = _deployed(chain, senders, code)
        yield LedgerUnderTest(chain, contract, senders, advance)
    finally:
        rpc(url, "evm_revert", snapshot)


@cache
def _running_anvil() -> tuple[str, str]:
    """One anvil for each process, with the contract on it."""
    npm()
    program = next(INSTALLED.glob("@foundry-rs/anvil-*/bin/anvil"), None)
    if program is None:
        pytest.skip("npm has no anvil for this platform")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = ["--port", str(port), "--gas-price", "0", "--block-base-fee-per-gas", "0"]
    server = subprocess.Popen(
        [str(program), *options, "--hardfork", "prague", "--accounts", "1", "--silent"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    atexit.register(server.wait)
    atexit.register(server.kill)
    url = f"http://127.0.0.1:{port}"
    for _ in range(500):
        try:
            rpc(url, "eth_chainId")
            break
        except httpx2.TransportError:
            time.sleep(0.02)
    return url, _deployed(RpcChain(url), accounts(), None)


def rpc(url: str, method: str, *params: Any) -> Any:
    """One call to a node's own methods."""
    body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    answer = httpx2.post(url, json=body, timeout=10)
    return answer.json()["result"]
