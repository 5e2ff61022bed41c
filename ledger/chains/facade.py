"""A read-only JSON-RPC door to a chain: a function from request body to answer.

With it a stand-alone verifier asks the embedded chain of a demo the same way as it asks
Besu. Five methods that read, small bodies; nothing here can send. Whoever serves it takes
POST alone and passes the body on. Calls reach contracts only: the chain's built-in functions
(pairings, hashes by the round) let a short request ask for minutes of work.

    door = ReadOnlyRpc(chain)
    answer = door.answer(request_body)     # bytes of application/json
"""

import json
from typing import Any

from ledger.chains.protocol import Block, Chain
from ledger.errors import ChainError, RevertedError

MAX_BODY = 100_000
MAX_BATCH = 20
INVALID, UNKNOWN_METHOD, WRONG_PARAMETERS, REVERTED, FAILED = -32600, -32601, -32602, 3, -32000


class ReadOnlyRpc:
    """`eth_chainId`, `eth_blockNumber`, `eth_getBlockByNumber`, `eth_getCode`, `eth_call`."""

    def __init__(self, chain: Chain) -> None:
        self._chain = chain
        self._methods = {
            "eth_chainId": lambda _params: hex(chain.chain_id),
            "eth_blockNumber": lambda _params: hex(chain.block().number),
            "eth_getBlockByNumber": self._block,
            "eth_getCode": lambda params: _hex(chain.code(_address(params[0]))),
            "eth_call": self._call,
        }

    def answer(self, body: bytes) -> bytes:
        """One request or a batch of them, answered; never raises."""
        try:
            asked = json.loads(body) if len(body) <= MAX_BODY else None
        except (ValueError, RecursionError):
            asked = None
        if isinstance(asked, list) and 0 < len(asked) <= MAX_BATCH:
            return json.dumps([self._one(one) for one in asked]).encode()
        return json.dumps(self._one(asked)).encode()

    def _one(self, asked: Any) -> dict[str, Any]:  # noqa: ANN401  # whatever was sent
        if not isinstance(asked, dict) or not isinstance(asked.get("params", []), list):
            return _error(None, INVALID, "invalid request")
        number = asked.get("id")
        method = self._methods.get(str(asked.get("method")))
        if method is None:
            return _error(number, UNKNOWN_METHOD, "this door only reads")
        try:
            result = method(asked.get("params", []))
        except RevertedError as error:
            told = f"execution reverted: {error.detail}"
            return _error(number, REVERTED, told, data=_hex(error.data))
        except ChainError as error:
            return _error(number, FAILED, error.code)
        except (ValueError, TypeError, KeyError, IndexError, AttributeError):
            return _error(number, WRONG_PARAMETERS, "wrong parameters")
        return {"jsonrpc": "2.0", "id": number, "result": result}

    def _block(self, params: list[Any]) -> dict[str, Any] | None:
        named = params[0]
        number = None if named in ("latest", "safe", "finalized") else int(named, 16)
        newest = self._chain.block()
        if number is not None and number > newest.number:
            return None
        return _told(newest if number is None else self._chain.block(number))

    def _call(self, params: list[Any]) -> str:
        call = params[0]
        data = call.get("data") or call.get("input")
        sender = None if call.get("from") is None else _address(call["from"])
        asked, to = bytes.fromhex(data.removeprefix("0x")), _address(call["to"])
        if not self._chain.code(to):
            return "0x"
        return _hex(self._chain.call(to, asked, sender=sender))


def _told(block: Block) -> dict[str, Any]:
    return {
        "number": hex(block.number),
        "hash": _hex(block.hash),
        "timestamp": hex(int(block.time.timestamp())),
    }


def _error(number: Any, code: int, message: str, **more: str) -> dict[str, Any]:  # noqa: ANN401  # echoes the id
    return {"jsonrpc": "2.0", "id": number, "error": {"code": code, "message": message, **more}}


def _address(text: Any) -> str:  # noqa: ANN401  # whatever was sent
    if not isinstance(text, str) or len(bytes.fromhex(text.removeprefix("0x"))) != 20:  # noqa: PLR2004  # bytes of an address
        raise ValueError("address")
    return text.lower()


def _hex(data: bytes) -> str:
    return f"0x{data.hex()}"
