"""The contract on a chain: what it is asked, and how its refusals are named."""

from typing import Any

from contracts import InterfaceError, interface, load
from ledger.chains.protocol import Chain
from ledger.errors import ChainError, RevertedError
from verifier.formats.canonical import sha256_hex


def reverted(data: bytes) -> RevertedError:
    """The contract's error by name; one that is not ours by its bytes."""
    known = interface().error(data)
    if known is None:
        return RevertedError(f"0x{data[:100].hex()}", data=data)
    name, arguments = known
    return RevertedError(name, arguments, data=data)


def ask(chain: Chain, address: str, function: str, *arguments: object) -> tuple[Any, ...]:
    """Call a view of the contract.

    Raises:
        ChainError: `chain.malformed` where the answer is none of this contract.
    """
    answer = chain.call(address, interface().encode(function, *arguments))
    try:
        return interface().decode(function, answer)
    except InterfaceError as error:
        raise ChainError("chain.malformed", str(error)) from error


def require_contract(chain: Chain, address: str) -> None:
    """Make sure that exactly our code stands there.

    Raises:
        ChainError: `chain.wrong_chain`.
    """
    if sha256_hex(chain.code(address)) != load().runtime_hash:
        raise ChainError("chain.wrong_chain", f"other code at {address}")
