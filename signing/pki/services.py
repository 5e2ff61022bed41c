"""The services of the development PKI: time stamps, OCSP answers, CRLs, in process.

    services = DevServices(pki, clock=clock)
    services.timestamper          # a Timestamper
    services.evidence(...)        # a StatusSource
    services.answer("/tsa", body) # what an HTTP server hands out

One object serves both: the program itself, without any network, and a small HTTP server
for outsiders (`serve`), who may ask for time stamps as anybody may.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from asn1crypto import ocsp

from signing.custody.software import SoftwareKey
from signing.errors import StatusError
from signing.pki.dev import NATIONAL, OFFICIAL, DevPki
from signing.pki.revocation import Issuer, crl, ocsp_answer, ocsp_request
from signing.pki.tsa import TimestampAuthority
from signing.status import StatusAnswer

ROOT_CRL_LIFETIME = timedelta(days=90)
CA_CRL_LIFETIME = timedelta(days=1)
MAX_REQUEST = 65_536


@dataclass(frozen=True)
class Answer:
    """An HTTP answer."""

    status: int
    content_type: str
    body: bytes


@dataclass(frozen=True)
class DevServices:
    """Timestamper and StatusSource of a development PKI."""

    pki: DevPki
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    @cached_property
    def authority(self) -> TimestampAuthority:
        """The time stamping authority, its key opened once."""
        name = f"{OFFICIAL}-tsa"
        key = SoftwareKey(self.pki.certificate(name), self.pki.chain(OFFICIAL), self.pki.key(name))
        return TimestampAuthority(key, self.clock)

    @property
    def tsa_chain(self) -> tuple[bytes, ...]:
        """The TSA's certificate and what is above it, root last."""
        return self.full_chain(self.pki.certificate(f"{OFFICIAL}-tsa"), OFFICIAL)

    def full_chain(self, certificate: bytes, branch: str) -> tuple[bytes, ...]:
        """A certificate with its CA and its root, as `collect` wants it."""
        root = self.pki.certificate(f"{branch}-root")
        return (certificate, *self.pki.chain(branch), root)

    def chain_of(self, certificate: bytes, chain: tuple[bytes, ...]) -> tuple[bytes, ...]:
        """Complete a custody's chain with its root."""
        for branch in (NATIONAL, OFFICIAL):
            if chain == self.pki.chain(branch):
                return self.full_chain(certificate, branch)
        raise StatusError("status.unknown", "chain")

    def token(self, digest: bytes, *, nonce: int) -> bytes:
        """Stamp a SHA-256 digest: the Timestamper protocol."""
        return self.authority.token(digest, nonce=nonce)

    def evidence(self, certificate: bytes, issuer: bytes, *, at: datetime) -> StatusAnswer:
        """OCSP for what a CA issued, a CRL for what a root issued: the StatusSource protocol.

        Raises:
            StatusError: `status.unknown` for a foreign issuer.
        """
        for branch in (NATIONAL, OFFICIAL):
            if issuer == self.pki.certificate(f"{branch}-root"):
                return StatusAnswer(crl=self._crl(f"{branch}-root", at))
            if issuer == self.pki.certificate(f"{branch}-ca"):
                request = ocsp_request(certificate, issuer)
                return StatusAnswer(ocsp=self._ocsp(branch, request, at))
        raise StatusError("status.unknown", "issuer")

    def answer(self, path: str, body: bytes) -> Answer:
        """Answer an HTTP request: `/tsa`, `/ocsp/NAME`, `/crl/NAME`, `/ca/NAME`."""
        kind, _, name = path.strip("/").partition("/")
        if kind == "tsa":
            return Answer(200, "application/timestamp-reply", self.authority.respond(body))
        names = {f"{branch}-{level}" for branch in (NATIONAL, OFFICIAL) for level in ("ca", "root")}
        if kind == "crl" and name in names:
            return Answer(200, "application/pkix-crl", self._crl(name, self.clock()))
        if kind == "ca" and name in names:
            return Answer(200, "application/pkix-cert", self.pki.certificate(name))
        if kind == "ocsp" and name in names and name.endswith("-ca"):
            try:
                request = ocsp.OCSPRequest.load(body, strict=True)
                reply = self._ocsp(name.removesuffix("-ca"), request, self.clock())
            except (ValueError, TypeError, KeyError):
                return Answer(400, "text/plain", b"malformed request\n")
            return Answer(200, "application/ocsp-response", reply)
        return Answer(404, "text/plain", b"not found\n")

    def _ocsp(self, branch: str, request: ocsp.OCSPRequest, at: datetime) -> bytes:
        return ocsp_answer(
            request,
            ca=self._issuer(f"{branch}-ca"),
            responder=self._issuer(f"{branch}-ocsp"),
            revoked=self.pki.revoked(self.pki.certificate(f"{branch}-ca")),
            at=at,
        )

    def _crl(self, name: str, at: datetime) -> bytes:
        lifetime = ROOT_CRL_LIFETIME if name.endswith("-root") else CA_CRL_LIFETIME
        number = int(at.timestamp())
        revoked = self.pki.revoked(self.pki.certificate(name))
        return crl(self._issuer(name), revoked, number=number, at=at, lifetime=lifetime)

    def _issuer(self, name: str) -> Issuer:
        return Issuer(self.pki.certificate(name), self.pki.key(name))


@contextmanager
def serve(services: DevServices, *, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """Serve over HTTP while the block runs; yields the base address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            if length > MAX_REQUEST:
                self.send_error(413)
                return
            self._send(services.answer(self.path, self.rfile.read(length)))

        def do_GET(self) -> None:
            self._send(services.answer(self.path, b""))

        def _send(self, answer: Answer) -> None:
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.content_type)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # http.server's own name
            """Say nothing: a development service keeps no log of who asked."""

    server = ThreadingHTTPServer((host, port), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://{host}:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
