"""The account that sends: signs transactions of zero price, and is nothing but transport.

Key bytes come from the caller (a file of the installation, encrypted at rest); they are
never written by us. Legacy transactions with EIP-155, so that every chain takes them.
"""

from typing import Protocol

from eth_utils.address import to_checksum_address

from ledger.chains.imports import same_recursion_limit

GAS = 16_000_000
"""The most that one transaction may use; below the cap of EIP-7825."""


class Sender(Protocol):
    """Signs for one account."""

    @property
    def address(self) -> str:
        """The account's address, lower case."""
        ...

    def sign(self, *, chain_id: int, nonce: int, to: str | None, data: bytes) -> bytes:
        """The raw transaction; `to` None creates a contract."""
        ...


class Account:
    """A key in memory."""

    def __init__(self, key: bytes) -> None:
        with same_recursion_limit():
            from eth_account import Account as EthAccount  # noqa: PLC0415  # slow to import

        self._account = EthAccount.from_key(key)

    @property
    def address(self) -> str:
        """See `Sender`."""
        return str(self._account.address).lower()

    def sign(self, *, chain_id: int, nonce: int, to: str | None, data: bytes) -> bytes:
        """See `Sender`."""
        fields = {
            "chainId": chain_id, "nonce": nonce, "gasPrice": 0, "gas": GAS, "value": 0, "data": data
        }  # fmt: skip
        if to is not None:
            fields["to"] = to_checksum_address(to)
        return bytes(self._account.sign_transaction(fields).raw_transaction)
