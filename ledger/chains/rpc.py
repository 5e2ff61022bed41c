"""Any chain over JSON-RPC, by web3.py: Besu in production, anvil in tests.

Every failure of the library becomes one of ours here and nowhere else. A transaction that
the node knows already counts as sent: after a crash the same bytes are sent again.
web3 is imported when a chain is made, since that takes seconds.

    chain = RpcChain("http://127.0.0.1:8545", timeout=10)
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar, cast

from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from ledger.chains.contract import reverted
from ledger.chains.imports import same_recursion_limit
from ledger.chains.protocol import Block, ChainLog, TransactionReceipt
from ledger.errors import ChainError, UnreachableChainError

T = TypeVar("T")
_KNOWN = ("already known", "known transaction", "already imported", "transaction_already_known")


class RpcChain:
    """See `ledger.chains.Chain`."""

    def __init__(self, url: str, *, timeout: float = 10.0) -> None:
        with same_recursion_limit():
            from web3 import HTTPProvider, Web3  # noqa: PLC0415  # slow to import

        provider = HTTPProvider(
            url,
            request_kwargs={"timeout": timeout},
            exception_retry_configuration=None,
            cache_allowed_requests=True,
        )
        self._web3 = Web3(provider)
        self._chain_id: int | None = None

    @property
    def chain_id(self) -> int:
        """See `Chain`."""
        if self._chain_id is None:
            self._chain_id = _asked(lambda: int(self._web3.eth.chain_id))
        return self._chain_id

    def block(self, number: int | None = None) -> Block:
        """See `Chain`."""
        named: Any = "latest" if number is None else number
        found: Any = _asked(lambda: self._web3.eth.get_block(named))
        return Block(
            int(found["number"]),
            bytes(found["hash"]),
            datetime.fromtimestamp(int(found["timestamp"]), UTC),
        )

    def call(self, to: str, data: bytes, *, sender: str | None = None) -> bytes:
        """See `Chain`."""
        call: Any = {"to": _checksum(to), "data": f"0x{data.hex()}"}
        if sender is not None:
            call |= {"from": _checksum(sender), "gasPrice": 0}
        return bytes(_asked(lambda: self._web3.eth.call(call)))

    def code(self, address: str) -> bytes:
        """See `Chain`."""
        return bytes(_asked(lambda: self._web3.eth.get_code(_checksum(address))))

    def nonce(self, address: str) -> int:
        """See `Chain`."""
        return int(_asked(lambda: self._web3.eth.get_transaction_count(_checksum(address))))

    def send(self, raw: bytes) -> bytes:
        """See `Chain`."""
        try:
            return bytes(_asked(lambda: self._web3.eth.send_raw_transaction(raw)))
        except ChainError as error:
            if any(known in error.detail.lower() for known in _KNOWN):
                return keccak(raw)
            raise

    def receipt(self, transaction: bytes) -> TransactionReceipt | None:
        """See `Chain`."""
        from web3.exceptions import TransactionNotFound  # noqa: PLC0415  # slow to import

        def get() -> Any:  # noqa: ANN401  # web3 answers with attribute dictionaries
            try:
                return self._web3.eth.get_transaction_receipt(cast("Any", transaction))
            except TransactionNotFound:
                return None

        found = _asked(get)
        if found is None or found["blockNumber"] is None:
            return None
        created = found["contractAddress"]
        return TransactionReceipt(
            transaction=transaction,
            block=int(found["blockNumber"]),
            succeeded=found["status"] == 1,
            contract=None if created is None else str(created).lower(),
        )

    def logs(self, address: str, first: int, last: int) -> list[ChainLog]:
        """See `Chain`."""
        asked: Any = {"address": _checksum(address), "fromBlock": first, "toBlock": last}
        found: Any = _asked(lambda: self._web3.eth.get_logs(asked))
        return [
            ChainLog(
                address=str(log["address"]).lower(),
                topics=tuple(bytes(topic) for topic in log["topics"]),
                data=bytes(log["data"]),
                block=int(log["blockNumber"]),
                transaction=bytes(log["transactionHash"]),
            )
            for log in found
        ]


def _asked(ask: Callable[[], T]) -> T:
    """Ask, and translate what web3 and its transport raise."""
    import requests  # noqa: PLC0415  # with web3
    from web3.exceptions import ContractLogicError, Web3Exception, Web3RPCError  # noqa: PLC0415  # slow

    try:
        return ask()
    except ContractLogicError as error:
        raise reverted(_revert_data(error.data)) from error
    except Web3RPCError as error:
        raise _refused(error.rpc_response, str(error)) from error
    except (requests.RequestException, ConnectionError, TimeoutError) as error:
        raise UnreachableChainError("chain.unreachable", type(error).__name__) from error
    except (Web3Exception, ValueError, TypeError, KeyError) as error:
        raise ChainError("chain.malformed", type(error).__name__) from error


def _refused(response: Any, text: str) -> ChainError:  # noqa: ANN401  # whatever a node says
    """A refusal; a revert that came as a plain error is read as one."""
    error = response.get("error") if isinstance(response, dict) else None
    data = _revert_data(error.get("data") if isinstance(error, dict) else None)
    return reverted(data) if data else ChainError("chain.refused", text[:200])


def _revert_data(told: Any) -> bytes:  # noqa: ANN401  # whatever a node says
    """The contract's answer, as nodes tell it: as hex, or as hex somewhere in an object."""
    if isinstance(told, dict):
        return next(filter(None, map(_revert_data, told.values())), b"")
    if not isinstance(told, str) or not told.startswith("0x"):
        return b""
    try:
        return bytes.fromhex(told[2:])
    except ValueError:
        return b""


def _checksum(address: str) -> Any:  # noqa: ANN401  # web3's own address type
    return to_checksum_address(address)
