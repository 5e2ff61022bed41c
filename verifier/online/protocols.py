"""What a source must offer. All raise `UnreachableError` for silence and for nonsense."""

from enum import StrEnum
from typing import Protocol

from verifier.formats.view import LedgerView


class Kind(StrEnum):
    """What a statement store keeps; each is found by a hash."""

    STATEMENT = "statement"
    """Canonical bytes of a batch or status statement, by their SHA-256."""
    SIGNATURE = "signature"
    """The school's CAdES over a statement, by the statement's SHA-256."""
    ROSTER = "roster"
    """Canonical bytes of a batch's roster, by the root over its rows."""


class ChainReader(Protocol):
    """Asks one contract on one chain, which it has made sure is the trusted one."""

    def look(self, index: int) -> LedgerView:
        """All that the contract says about a leaf and its batch, at the newest block.

        Raises:
            UnreachableError: `chain.unreachable`, `chain.malformed`, `chain.wrong_chain`.
        """
        ...


class StatementStore(Protocol):
    """Finds what the log only names by hash."""

    def get(self, kind: Kind, digest: str) -> bytes | None:
        """The bytes, which answer to the digest (a signature excepted); None if unknown.

        Raises:
            UnreachableError: `store.unreachable`, `store.malformed`.
        """
        ...


class Attestor(Protocol):
    """The sector database's answering machine."""

    def attest(self, record_id: str, version: int, digest: str) -> str:
        """A compact JWS over `hocba.attestation/1`; check 9 judges it.

        Raises:
            UnreachableError: `attestor.unreachable`, `attestor.malformed`.
        """
        ...
