"""What a chain must offer, and no more. Bytes in, bytes out; addresses are `0x` and lower case.

All methods raise `UnreachableChainError` for silence and `ChainError` with code
`chain.malformed` for nonsense. A block is final when it is there.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class Block:
    """A block's number, hash and time."""

    number: int
    hash: bytes
    time: datetime


@dataclass(frozen=True)
class ChainLog:
    """One event as the chain keeps it."""

    address: str
    topics: tuple[bytes, ...]
    data: bytes
    block: int
    transaction: bytes


@dataclass(frozen=True)
class TransactionReceipt:
    """What became of a transaction that stands in a block."""

    transaction: bytes
    block: int
    succeeded: bool
    contract: str | None


class Chain(Protocol):
    """One chain, seen from one process."""

    @property
    def chain_id(self) -> int:
        """The number that transactions of this chain are signed for."""
        ...

    def block(self, number: int | None = None) -> Block:
        """A block; the newest without a number. Block 0 names the chain."""
        ...

    def call(self, to: str, data: bytes, *, sender: str | None = None) -> bytes:
        """Ask a contract without changing anything, at the newest block.

        Raises:
            RevertedError: with the name of the contract's error.
        """
        ...

    def code(self, address: str) -> bytes:
        """The code of a contract; empty where there is none."""
        ...

    def nonce(self, address: str) -> int:
        """How many transactions of this account stand in blocks."""
        ...

    def send(self, raw: bytes) -> bytes:
        """Hand over a signed transaction and return its hash; it may not be mined yet.

        Raises:
            ChainError: `chain.refused`.
        """
        ...

    def receipt(self, transaction: bytes) -> TransactionReceipt | None:
        """What became of a transaction; None while it stands in no block."""
        ...

    def logs(self, address: str, first: int, last: int) -> list[ChainLog]:
        """The events of a contract in these blocks, both included, in their order."""
        ...
