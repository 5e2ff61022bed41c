"""Stand-ins for what signing needs from outside, each with faults to choose from.

- `FakeTsa`: a timestamper in process; `fault` makes it lie, refuse or not answer.
- `http_fault`: the same faults over real HTTP on localhost.
- `FakeKeyCustody`: a key in memory with a PIN; passes the same tests as the software keys.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from types import TracebackType
from typing import Self

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils

from signing.errors import CustodyError, TimestampError
from signing.pki.services import DevServices
from verifier.formats.canonical import sha256


@dataclass
class FakeTsa:
    """A timestamper over the real development TSA, with a fault."""

    services: DevServices
    fault: str | None = None

    def token(self, digest: bytes, *, nonce: int) -> bytes:
        if self.fault == "refuses":
            raise TimestampError("timestamp.refused", "rejection")
        if self.fault == "silent":
            raise TimestampError("timestamp.unreachable", "ConnectTimeout")
        if self.fault == "wrong_digest":
            digest = sha256(digest)
        if self.fault == "wrong_nonce":
            nonce += 1
        services = self.services
        if self.fault == "wrong_clock":
            shifted = services.clock() + timedelta(hours=1)
            services = replace(services, clock=lambda: shifted)
        if self.fault == "expired_certificate":
            late = services.clock() + timedelta(days=20 * 365)
            services = replace(services, clock=lambda: late)
        token = services.token(digest, nonce=nonce)
        if self.fault == "wrong_signature":
            token = token[:-1] + bytes([token[-1] ^ 1])
        if self.fault == "malformed":
            token = token[:-5]
        return token


@contextmanager
def http_fault(answer: Callable[[bytes], Iterator[bytes]], status: int = 200) -> Iterator[str]:
    """Serve one answer to every POST while the block runs; yields the address."""
    closing = Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(status)
            self.end_headers()
            try:
                for part in answer(body):
                    if closing.is_set():
                        return
                    self.wfile.write(part)
                    self.wfile.flush()
            except OSError:
                return

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # http.server's own name
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/tsa"
    finally:
        closing.set()
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass
class FakeSigningKey:
    """An open key in memory."""

    certificate: bytes
    chain: tuple[bytes, ...]
    key: ec.EllipticCurvePrivateKey | None = field(repr=False)
    signed: list[bytes] = field(default_factory=list)
    scheme: str = "ecdsa"

    def sign_digest(self, digest: bytes, algorithm: str = "sha256") -> bytes:
        if self.key is None:
            raise CustodyError("custody.closed")
        if algorithm != "sha256" or len(digest) != 32:
            raise CustodyError("custody.wrong_digest")
        self.signed.append(digest)
        return self.key.sign(digest, ec.ECDSA(utils.Prehashed(hashes.SHA256())))

    def close(self) -> None:
        self.key = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


@dataclass
class FakeKeyCustody:
    """A key in memory under a PIN; remembers every digest that was signed."""

    certificate: bytes
    chain: tuple[bytes, ...]
    key: ec.EllipticCurvePrivateKey | None = field(repr=False)
    pin: str = "0000"
    signed: list[bytes] = field(default_factory=list)

    def open_session(self, pin: str) -> FakeSigningKey:
        if self.key is None:
            raise CustodyError("custody.no_key")
        if pin != self.pin:
            raise CustodyError("custody.wrong_pin")
        return FakeSigningKey(self.certificate, self.chain, self.key, self.signed)
