"""The embedded chain as a node of its own: JSON-RPC that reads and takes signed transactions.

    python -m ledger.chains.node --home DIR [--host 127.0.0.1] [--port 8545] [--realm R]

For development and for the compose file's single node; it serves only a demo realm. Every
answer is given after the chain's file is written, so a killed node has lost nothing that
it acknowledged. A production realm runs its own validators instead.
"""

import argparse
import os
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from ledger.chains.embedded import EmbeddedChain
from ledger.chains.facade import MAX_BODY, ReadOnlyRpc
from ledger.chains.protocol import Chain, ChainLog

DEMO_REALM = "demo.hocba.test"
TIMEOUT = 10
"""Seconds that one connection may be silent."""


class NodeRpc(ReadOnlyRpc):
    """The reading door, and beside it what a sender needs."""

    def __init__(self, chain: Chain) -> None:
        super().__init__(chain)
        self._methods.update(
            {
                "eth_getTransactionCount": lambda params: hex(chain.nonce(params[0].lower())),
                "eth_sendRawTransaction": lambda params: _hex(chain.send(_bytes(params[0]))),
                "eth_getTransactionReceipt": self._receipt,
                "eth_getLogs": self._logs,
                "eth_gasPrice": lambda _params: hex(0),
            }
        )

    def _receipt(self, params: list[Any]) -> dict[str, Any] | None:
        found = self._chain.receipt(_bytes(params[0]))
        if found is None:
            return None
        return {
            "transactionHash": _hex(found.transaction),
            "blockNumber": hex(found.block),
            "status": hex(int(found.succeeded)),
            "contractAddress": found.contract,
        }

    def _logs(self, params: list[Any]) -> Any:  # noqa: ANN401  # JSON, like the other answers
        asked = params[0]
        first, last = int(asked["fromBlock"], 16), int(asked["toBlock"], 16)
        return [_told(log) for log in self._chain.logs(asked["address"].lower(), first, last)]


def serve(chain: Chain, host: str, port: int) -> ThreadingHTTPServer:
    """Return a bound server; the caller runs it."""
    rpc = NodeRpc(chain)

    class Handler(BaseHTTPRequestHandler):
        timeout = TIMEOUT

        def do_POST(self) -> None:  # the library's name
            length = self.headers.get("Content-Length", "")
            if not length.isdecimal() or int(length) > MAX_BODY:
                self.send_error(413)
                return
            answer = rpc.answer(self.rfile.read(int(length)))
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Keep quiet: a request says nothing that the chain does not."""

    return ThreadingHTTPServer((host, port), Handler)


def main(arguments: list[str] | None = None) -> None:
    """Run the node until it is stopped."""
    parser = argparse.ArgumentParser(prog="python -m ledger.chains.node")
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8545)
    parser.add_argument("--realm", default=os.environ.get("HOCBA_REALM", DEMO_REALM))
    options = parser.parse_args(arguments)
    options.home.mkdir(parents=True, exist_ok=True)
    chain = EmbeddedChain.open(
        options.home / "chain.sqlite",
        realm=options.realm,
        demo=options.realm.endswith(".test"),
        clock=lambda: datetime.now(UTC),
    )
    with serve(chain, options.host, options.port) as server:
        server.serve_forever()


def _told(log: ChainLog) -> dict[str, Any]:
    return {
        "address": log.address,
        "topics": [_hex(topic) for topic in log.topics],
        "data": _hex(log.data),
        "blockNumber": hex(log.block),
        "transactionHash": _hex(log.transaction),
    }


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))


def _hex(data: bytes) -> str:
    return f"0x{data.hex()}"


if __name__ == "__main__":
    main()
