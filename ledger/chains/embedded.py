"""A whole chain in one SQLite file, for development: py-evm, one block per transaction.

What it guarantees: a transaction that `send` returned for is in the file, also after
kill -9 in the next instruction (WAL, synchronous=FULL, one database transaction per
call); several processes may read while one writes, and two writers wait for each other.
What it does not: consensus. Whoever holds the file can rewrite it, so a production realm
is refused, and a file made for one realm opens for no other.

    chain = EmbeddedChain.open(path, realm="demo.hocba.test", demo=True, clock=clock)

A block's time is later than its parent's by at least a second, as on any chain: a burst
of transactions runs ahead of the clock by that much. Gas costs nothing.
"""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ledger.chains.contract import reverted
from ledger.chains.imports import same_recursion_limit
from ledger.chains.protocol import Block, ChainLog, TransactionReceipt
from ledger.errors import ChainError
from verifier.formats.canonical import sha256

if TYPE_CHECKING:
    from ledger.chains.evm import Evm

BUSY_SECONDS = 60.0
_SCHEMA = """
CREATE TABLE IF NOT EXISTS meta(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS kv(k BLOB PRIMARY KEY, v BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS tx(
    hash BLOB PRIMARY KEY, block INTEGER NOT NULL, succeeded INTEGER NOT NULL, contract TEXT
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS log(
    block INTEGER NOT NULL, position INTEGER NOT NULL, address TEXT NOT NULL,
    topics BLOB NOT NULL, data BLOB NOT NULL, tx BLOB NOT NULL,
    PRIMARY KEY(block, position)
) WITHOUT ROWID;
"""
_WORD = 32


class EmbeddedChain:
    """See `ledger.chains.Chain`. Safe to share between threads; open anew after a fork."""

    def __init__(
        self, connection: sqlite3.Connection, evm: "Evm", clock: Callable[[], datetime]
    ) -> None:
        self._connection = connection
        self._evm = evm
        self._clock = clock
        self._lock = threading.RLock()

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        realm: str,
        demo: bool,
        clock: Callable[[], datetime],
        seed: bytes = b"",
    ) -> "EmbeddedChain":
        """Open the file, or make it. `seed` tells a new chain's genesis from all others.

        Raises:
            ChainError: `chain.embedded_not_for_production`, `chain.wrong_chain` where the
                file belongs to another realm, `chain.unreachable` where it cannot be opened.
        """
        if not demo:
            raise ChainError("chain.embedded_not_for_production", realm)
        with same_recursion_limit():
            from ledger.chains.evm import Evm  # noqa: PLC0415  # takes a second to import

        connection = _connect(path)
        chain = cls(connection, Evm(chain_id_of(realm), _KeyValues(connection)), clock)
        try:
            with chain._writing():  # a constructor of this very class
                _claim(connection, realm)
                chain._evm.begin(sha256(realm.encode() + seed))
        except BaseException:
            connection.close()
            raise
        return chain

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    @property
    def chain_id(self) -> int:
        """See `Chain`."""
        return self._evm.chain_id

    def block(self, number: int | None = None) -> Block:
        """See `Chain`."""
        with self._reading():
            found, hashed, time = self._evm.header(number)
        return Block(found, hashed, datetime.fromtimestamp(time, UTC))

    def call(self, to: str, data: bytes, *, sender: str | None = None) -> bytes:
        """See `Chain`."""
        with self._reading():
            answer, failed = self._evm.call(to, data, sender, self._now())
        if failed:
            raise reverted(answer)
        return answer

    def code(self, address: str) -> bytes:
        """See `Chain`."""
        with self._reading():
            return self._evm.code(address)

    def nonce(self, address: str) -> int:
        """See `Chain`."""
        with self._reading():
            return self._evm.nonce(address)

    def send(self, raw: bytes) -> bytes:
        """See `Chain`; the transaction stands in a block on return."""
        with self._writing():
            mined = self._evm.mine(raw, self._now())
            self._connection.execute(
                "INSERT INTO tx VALUES (?, ?, ?, ?)",
                (mined.transaction, mined.block, mined.succeeded, mined.contract),
            )
            self._connection.executemany(
                "INSERT INTO log VALUES (?, ?, ?, ?, ?, ?)",
                [
                    (mined.block, position, address, b"".join(topics), data, mined.transaction)
                    for position, (address, topics, data) in enumerate(mined.logs)
                ],
            )
        return mined.transaction

    def receipt(self, transaction: bytes) -> TransactionReceipt | None:
        """See `Chain`."""
        with self._reading():
            row = self._connection.execute(
                "SELECT block, succeeded, contract FROM tx WHERE hash = ?", (transaction,)
            ).fetchone()
        if row is None:
            return None
        return TransactionReceipt(transaction, row[0], bool(row[1]), row[2])

    def logs(self, address: str, first: int, last: int) -> list[ChainLog]:
        """See `Chain`."""
        with self._reading():
            rows = self._connection.execute(
                "SELECT topics, data, block, tx FROM log"
                " WHERE address = ? AND block BETWEEN ? AND ? ORDER BY block, position",
                (address.lower(), first, last),
            ).fetchall()
        return [
            ChainLog(address.lower(), _words(topics), data, block, transaction)
            for topics, data, block, transaction in rows
        ]

    def _now(self) -> int:
        return int(self._clock().timestamp())

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """One snapshot for all reads inside."""
        with self._lock, _transaction(self._connection, "BEGIN"):
            yield

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """All or nothing, and one writer at a time over all processes."""
        with self._lock, _transaction(self._connection, "BEGIN IMMEDIATE"):
            yield


def chain_id_of(realm: str) -> int:
    """The chain id of a realm's embedded chain: 31 bits of the realm's hash, never 0."""
    return int.from_bytes(sha256(realm.encode())[:4], "big") >> 1 | 1


class _KeyValues:
    """The `kv` table as py-evm wants it."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def get(self, key: bytes) -> bytes | None:
        row = self._connection.execute("SELECT v FROM kv WHERE k = ?", (key,)).fetchone()
        return None if row is None else row[0]

    def put(self, key: bytes, value: bytes) -> None:
        self._connection.execute("INSERT OR REPLACE INTO kv VALUES (?, ?)", (key, value))

    def drop(self, key: bytes) -> bool:
        return self._connection.execute("DELETE FROM kv WHERE k = ?", (key,)).rowcount > 0


def _connect(path: Path) -> sqlite3.Connection:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(
            path, isolation_level=None, check_same_thread=False, timeout=BUSY_SECONDS
        )
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        for statement in _SCHEMA.split(";"):
            connection.execute(statement)
    except (OSError, sqlite3.Error) as error:
        raise ChainError("chain.unreachable", f"{path}: {error}") from error
    return connection


def _claim(connection: sqlite3.Connection, realm: str) -> None:
    connection.execute("INSERT OR IGNORE INTO meta VALUES ('realm', ?)", (realm,))
    (owner,) = connection.execute("SELECT value FROM meta WHERE name = 'realm'").fetchone()
    if owner != realm:
        raise ChainError("chain.wrong_chain", f"made for {owner}")


@contextmanager
def _transaction(connection: sqlite3.Connection, begin: str) -> Iterator[None]:
    try:
        connection.execute(begin)
        try:
            yield
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:  # with a full disk SQLite has rolled back itself
                connection.execute("ROLLBACK")
            raise
    except sqlite3.Error as error:
        raise ChainError("chain.unreachable", str(error)) from error


def _words(joined: bytes) -> tuple[bytes, ...]:
    return tuple(joined[i : i + _WORD] for i in range(0, len(joined), _WORD))
