"""Send one transaction and wait for it; what is unclear stays unclear and says so.

Private to `anchor.py` and `deploy.py`, the only two that write to a chain.
"""

from collections.abc import Callable
from dataclasses import dataclass

from contracts import interface
from ledger.chains.account import Sender
from ledger.chains.protocol import Chain, TransactionReceipt
from ledger.errors import ChainError, UnreachableChainError

TRIES = 240


@dataclass(frozen=True)
class Writer:
    """A chain, an account on it, and how to wait between two looks at it."""

    chain: Chain
    sender: Sender
    pause: Callable[[], None]

    def transact(self, contract: str, function: str, *arguments: object) -> TransactionReceipt:
        """Call a function that changes something, after asking whether it would revert.

        Raises:
            RevertedError: the contract says no, now or when it was mined.
            ChainError: `chain.refused`, `chain.unreachable`, `chain.malformed`.
        """
        data = interface().encode(function, *arguments)
        self.chain.call(contract, data, sender=self.sender.address)
        return self._wait(contract, data)

    def create(self, code: bytes) -> str:
        """Create a contract and return its address.

        Raises:
            ChainError: `chain.refused`, `chain.unreachable`, `chain.malformed`.
        """
        receipt = self._wait(None, code)
        if receipt.contract is None:
            raise ChainError("chain.malformed", "no contract was created")
        return receipt.contract

    def _wait(self, to: str | None, data: bytes) -> TransactionReceipt:
        raw = self.sender.sign(
            chain_id=self.chain.chain_id,
            nonce=self.chain.nonce(self.sender.address),
            to=to,
            data=data,
        )
        transaction = self.chain.send(raw)
        for _ in range(TRIES):
            receipt = self.chain.receipt(transaction)
            if receipt is not None:
                break
            self.pause()
        else:
            raise UnreachableChainError("chain.unreachable", f"not mined: 0x{transaction.hex()}")
        if not receipt.succeeded:
            if to is not None:
                self.chain.call(to, data, sender=self.sender.address)
            raise ChainError("chain.refused", f"failed when mined: 0x{transaction.hex()}")
        return receipt
