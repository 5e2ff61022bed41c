"""py-evm behind a few plain methods; the only file that imports it.

It keeps nothing: every method reads the newest state through the store that it was
given, so several processes over one store see each other's blocks. Imported late, by
`imports.py`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from eth.chains.base import MiningChain
from eth.db.atomic import AtomicDBWriteBatch
from eth.db.backends.base import BaseAtomicDB
from eth.exceptions import HeaderNotFound
from eth.vm.forks.prague import PragueVM
from eth.vm.spoof import SpoofTransaction
from eth_utils.exceptions import ValidationError

from ledger.errors import ChainError

GAS_LIMIT = 1_000_000_000
"""So high that no block comes near half of it, and the base fee stays zero for ever."""
CALL_GAS = 100_000_000
_ZERO = b"\x00" * 20
_HEAD = b"v1:canonical_head_hash"


class KeyValues(Protocol):
    """Where the state lives."""

    def get(self, key: bytes) -> bytes | None:
        """The value, or None."""
        ...

    def put(self, key: bytes, value: bytes) -> None:
        """Keep a value."""
        ...

    def drop(self, key: bytes) -> bool:
        """Forget a value; whether there was one."""
        ...


@dataclass(frozen=True)
class Mined:
    """A transaction in its block."""

    transaction: bytes
    block: int
    succeeded: bool
    contract: str | None
    logs: tuple[tuple[str, tuple[bytes, ...], bytes], ...]


class Evm:
    """One chain over one store."""

    def __init__(self, chain_id: int, values: KeyValues) -> None:
        self.chain_id = chain_id
        self._values = values
        self._database = _Database(values)
        self._kind: Any = type(
            "RealmChain",
            (MiningChain,),
            {
                "chain_id": chain_id,
                "vm_configuration": ((0, PragueVM),),
                "create_header_from_parent": _same_gas_limit,
            },
        )

    def begin(self, seed: bytes) -> None:
        """Write the genesis block, if there is none yet; `seed` makes it this chain's own."""
        if self._values.get(_HEAD) is not None:
            return
        params = {"difficulty": 0, "gas_limit": GAS_LIMIT, "base_fee_per_gas": 0}
        extra = {"extra_data": seed, "timestamp": 0, "nonce": b"\x00" * 8}
        self._kind.from_genesis(self._database, params | extra, {})

    def header(self, number: int | None) -> tuple[int, bytes, int]:
        """Number, hash and time of a block, or of the newest one."""
        chain = self._chain()
        try:
            found = (
                chain.get_canonical_head()
                if number is None
                else chain.get_canonical_block_header_by_number(number)
            )
        except HeaderNotFound as error:
            raise ChainError("chain.malformed", f"no block {number}") from error
        return found.block_number, bytes(found.hash), found.timestamp

    def call(self, to: str, data: bytes, sender: str | None, now: int) -> tuple[bytes, bool]:
        """The answer of a call, as if in a block of this moment, and whether it reverted."""
        chain = self._chain()
        chain.set_header_timestamp(self._later(chain, now))
        vm = chain.get_vm(chain.header)
        source = _ZERO if sender is None else _address(sender)
        transaction = SpoofTransaction(
            vm.create_unsigned_transaction(
                nonce=vm.state.get_nonce(source),
                gas_price=0,
                gas=CALL_GAS,
                to=_address(to),
                value=0,
                data=data,
            ),
            from_=source,
        )
        computation = vm.state.costless_execute_transaction(transaction)
        return bytes(computation.output), computation.is_error

    def code(self, address: str) -> bytes:
        """The code at an address."""
        return bytes(self._state().get_code(_address(address)))

    def nonce(self, address: str) -> int:
        """The next nonce of an account."""
        return int(self._state().get_nonce(_address(address)))

    def mine(self, raw: bytes, now: int) -> Mined:
        """Put one signed transaction into the next block.

        Raises:
            ChainError: `chain.refused` for a wrong nonce, signature or chain id.
        """
        chain = self._chain()
        chain.set_header_timestamp(self._later(chain, now))
        transaction = self._decoded(raw)
        try:
            block, receipts, computations = chain.mine_all([transaction])
        except ValidationError as error:
            raise ChainError("chain.refused", str(error)[:200]) from error
        (receipt,), (computation,) = receipts, computations
        created = transaction.to == b"" and not computation.is_error
        return Mined(
            transaction=bytes(transaction.hash),
            block=block.imported_block.number,
            succeeded=not computation.is_error,
            contract=_text(computation.msg.storage_address) if created else None,
            logs=tuple(
                (
                    _text(log.address),
                    tuple(topic.to_bytes(32, "big") for topic in log.topics),
                    bytes(log.data),
                )
                for log in receipt.logs
            ),
        )

    def _decoded(self, raw: bytes) -> Any:  # noqa: ANN401  # py-evm is untyped
        try:
            found = self._chain().get_vm().get_transaction_builder().decode(raw)
        except Exception as error:  # whatever the decoder raises: these bytes are none
            raise ChainError("chain.refused", type(error).__name__) from error
        if found.chain_id != self.chain_id:
            raise ChainError("chain.refused", "signed for another chain")
        return found

    def _chain(self) -> Any:  # noqa: ANN401  # py-evm is untyped
        return self._kind(self._database)

    def _state(self) -> Any:  # noqa: ANN401  # py-evm is untyped
        return self._chain().get_vm().state

    def _later(self, chain: Any, now: int) -> int:  # noqa: ANN401  # py-evm is untyped
        return max(now, int(chain.get_canonical_head().timestamp) + 1)


class _Database(BaseAtomicDB):
    """py-evm's view of the store; a batch is atomic because the caller's transaction is."""

    def __init__(self, values: KeyValues) -> None:
        self._values = values

    def __getitem__(self, key: bytes) -> bytes:
        value = self._values.get(key)
        if value is None:
            raise KeyError(key)
        return value

    def __setitem__(self, key: bytes, value: bytes) -> None:
        self._values.put(key, bytes(value))

    def __delitem__(self, key: bytes) -> None:
        if not self._values.drop(key):
            raise KeyError(key)

    def _exists(self, key: bytes) -> bool:
        return self._values.get(key) is not None

    @contextmanager
    def atomic_batch(self) -> Iterator[Any]:
        with AtomicDBWriteBatch._commit_unless_raises(self) as batch:  # noqa: SLF001  # as py-evm's own backends do
            yield batch


def _same_gas_limit(chain: Any, parent: Any, **params: Any) -> Any:  # noqa: ANN401  # py-evm is untyped
    params["gas_limit"] = parent.gas_limit
    return MiningChain.create_header_from_parent(chain, parent, **params)


def _address(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))


def _text(address: bytes) -> str:
    return f"0x{address.hex()}"
