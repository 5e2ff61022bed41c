"""The contract over JSON-RPC: one `eth_call` a verification.

Chain id, genesis hash and the contract's code are asserted once, in one batch, before the
first answer is believed; the code must be exactly what this package ships.

    reader = RpcReader("http://127.0.0.1:8545", Place(chain_id, genesis, contract))

Safe to share between threads.
"""

import json
from typing import Any

import httpx2

from contracts import load
from verifier.errors import UnreachableError
from verifier.formats.canonical import sha256_hex
from verifier.formats.view import LedgerView
from verifier.online.contract import Place, decode_look, encode_look
from verifier.online.stores import problem, read_limited

MAX_BYTES = 1_000_000


class RpcReader:
    """See `verifier.online.ChainReader`."""

    def __init__(
        self,
        url: str,
        place: Place,
        *,
        timeout: float = 5.0,
        client: httpx2.Client | None = None,
    ) -> None:
        self._url = url
        self._place = place._replace(contract=place.contract.lower())
        self._client = client or httpx2.Client(timeout=timeout)
        self._asserted = False

    def look(self, index: int) -> LedgerView:
        """See `ChainReader`."""
        data = encode_look(index)
        self._assert_once()
        call = {"to": self._place.contract, "data": f"0x{data.hex()}"}
        (answer,) = self._ask(("eth_call", [call, "latest"]))
        return decode_look(_bytes(answer), self._place)

    def _assert_once(self) -> None:
        if self._asserted:
            return
        chain_id, genesis, code = self._ask(
            ("eth_chainId", []),
            ("eth_getBlockByNumber", ["0x0", False]),
            ("eth_getCode", [self._place.contract, "latest"]),
        )
        if not isinstance(genesis, dict) or not isinstance(chain_id, str):
            raise UnreachableError("chain.malformed", "block")
        found = (_number(chain_id), _bytes(genesis.get("hash")).hex())
        if found != self._place[:2]:
            raise UnreachableError("chain.wrong_chain", str(found))
        if sha256_hex(_bytes(code)) != load().runtime_hash:
            raise UnreachableError("chain.wrong_chain", "other code")
        self._asserted = True

    def _ask(self, *calls: tuple[str, list[Any]]) -> list[Any]:
        """Several calls in one request; their results in order."""
        asked = [
            {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
            for number, (method, params) in enumerate(calls)
        ]
        body = asked[0] if len(asked) == 1 else asked
        try:
            with self._client.stream("POST", self._url, json=body) as response:
                response.raise_for_status()
                answer = json.loads(read_limited(response, MAX_BYTES))
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise UnreachableError("chain.unreachable", type(error).__name__) from error
        except UnreachableError as error:
            raise UnreachableError(f"chain.{problem(error)}", error.detail) from error
        except (ValueError, RecursionError) as error:
            raise UnreachableError("chain.malformed", type(error).__name__) from error
        return _results(answer, len(asked))


def _results(answer: Any, count: int) -> list[Any]:  # noqa: ANN401  # whatever a node says
    listed = answer if isinstance(answer, list) else [answer]
    results: dict[Any, Any] = {}
    for one in listed:
        if not isinstance(one, dict) or "result" not in one or not isinstance(one.get("id"), int):
            raise UnreachableError("chain.malformed", "no result")
        results[one["id"]] = one["result"]
    if results.keys() != set(range(count)):
        raise UnreachableError("chain.malformed", "other results")
    return [results[number] for number in range(count)]


def _bytes(value: Any) -> bytes:  # noqa: ANN401  # whatever a node says
    if not isinstance(value, str) or not value.startswith("0x"):
        raise UnreachableError("chain.malformed", "not hex")
    try:
        return bytes.fromhex(value[2:])
    except ValueError as error:
        raise UnreachableError("chain.malformed", "not hex") from error


def _number(value: str) -> int:
    try:
        return int(value, 16)
    except ValueError as error:
        raise UnreachableError("chain.malformed", "not a number") from error
