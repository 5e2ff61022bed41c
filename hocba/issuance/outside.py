"""The world outside the database: chain, timestamps, certificate status, key custody.

    outside = open_outside(settings, trust)
    outside.writer, outside.reader, outside.timestamper

Each part is opened when first asked for. The embedded chain and the development PKI serve
demo realms only; with `HOCBA_RPC_URL` and `HOCBA_TSA_URL` the real ones take their place
behind the same Protocols. Sending to the chain and asking for a timestamp pass failpoints,
as every step does whose repetition must be harmless.
"""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from asn1crypto import x509

from hocba.issuance.foreign import foreign_errors
from hocba.issuance.workplace import Home, read_secret
from hocba.kit import clock
from hocba.kit.config import Settings
from hocba.kit.errors import ConfigError
from hocba.kit.failpoints import failpoint
from ledger.chains import Block, Chain, ChainLog, TransactionReceipt
from ledger.chains.account import Account
from ledger.chains.embedded import EmbeddedChain
from ledger.chains.reader import InProcessReader
from ledger.sending import Writer
from signing.custody import KeyCustody
from signing.pki import dev
from signing.pki.services import DevServices
from signing.status import Evidence, StatusSource, collect
from signing.timestamps import Timestamper
from signing.timestamps.http import HttpTimestamper
from verifier.formats.canonical import sha256_hex
from verifier.formats.trusted_root import ContractRef, TrustedRoot
from verifier.online.contract import Place

if TYPE_CHECKING:
    from datetime import datetime

STATUS_AGE = timedelta(minutes=10)
"""How long an answer of a status service is used; far less than verifiers allow it."""

_LONGEST_PATH = 6
_SOFTWARE = "software"


class WatchedChain:
    """A chain whose `send` passes a failpoint on each side."""

    def __init__(self, chain: Chain) -> None:
        self._chain = chain

    @property
    def chain_id(self) -> int:
        """See `Chain`."""
        return self._chain.chain_id

    def block(self, number: int | None = None) -> Block:
        """See `Chain`."""
        return self._chain.block(number)

    def call(self, to: str, data: bytes, *, sender: str | None = None) -> bytes:
        """See `Chain`."""
        return self._chain.call(to, data, sender=sender)

    def code(self, address: str) -> bytes:
        """See `Chain`."""
        return self._chain.code(address)

    def nonce(self, address: str) -> int:
        """See `Chain`."""
        return self._chain.nonce(address)

    def send(self, raw: bytes) -> bytes:
        """See `Chain`. Failpoints: `chain.before_send`, `chain.after_send`."""
        failpoint("chain.before_send")
        sent = self._chain.send(raw)
        failpoint("chain.after_send")
        return sent

    def receipt(self, transaction: bytes) -> TransactionReceipt | None:
        """See `Chain`."""
        return self._chain.receipt(transaction)

    def logs(self, address: str, first: int, last: int) -> list[ChainLog]:
        """See `Chain`."""
        return self._chain.logs(address, first, last)


@dataclass(frozen=True)
class WatchedTimestamper:
    """A timestamper that passes a failpoint on each side."""

    inner: Timestamper

    def token(self, digest: bytes, *, nonce: int) -> bytes:
        """See `Timestamper`. Failpoints: `timestamp.before`, `timestamp.after`."""
        failpoint("timestamp.before")
        token = self.inner.token(digest, nonce=nonce)
        failpoint("timestamp.after")
        return token


@dataclass
class Outside:
    """Everything outside, each part opened once."""

    settings: Settings
    trust: TrustedRoot
    _evidence: "dict[tuple[bytes, ...], tuple[datetime, Evidence]]" = field(
        default_factory=dict, repr=False
    )

    @property
    def contract(self) -> ContractRef:
        """The realm's contract."""
        return self.trust.contract

    @cached_property
    def chain(self) -> Chain:
        """The chain that the contract stands on.

        Raises:
            ConfigError: `chain.wrong_chain` where it is another one than the trusted one.
        """
        chain = open_chain(self.settings)
        with foreign_errors():
            found = (chain.chain_id, chain.block(0).hash.hex())
        if found != (self.contract.chain_id, self.contract.genesis):
            raise ConfigError("chain.wrong_chain", reason=str(found))
        return chain

    @cached_property
    def writer(self) -> Writer:
        """The account that anchors."""
        return open_writer(self.settings, WatchedChain(self.chain), "anchor")

    @cached_property
    def governance(self) -> Writer:
        """The account that registers seals."""
        return open_writer(self.settings, WatchedChain(self.chain), "governance")

    @cached_property
    def reader(self) -> InProcessReader:
        """The chain as verifiers read it."""
        return InProcessReader(self.chain, Place.of(self.trust))

    @cached_property
    def services(self) -> DevServices:
        """The development PKI's services."""
        with foreign_errors():
            return DevServices(dev.load(Home(self.settings.home).pki), clock=clock.now)

    @cached_property
    def timestamper(self) -> Timestamper:
        """The time stamping service."""
        if self.settings.tsa_url is not None:
            return WatchedTimestamper(HttpTimestamper(self.settings.tsa_url))
        return WatchedTimestamper(self.services)

    @property
    def statuses(self) -> StatusSource:
        """Who knows whether certificates are revoked."""
        return self.services

    def evidence(self, signers: Iterable[tuple[bytes, ...]], *, at: "datetime") -> Evidence:
        """Status of all these signers (certificate first, then its CMS's others) and of the TSA.

        Asked once per certificate and ten minutes: once per batch, not per transcript.
        """
        found = Evidence()
        roots = {authority.certificate for authority in self.trust.authorities}
        for certificates in signers:
            path = _path(certificates[0], {*certificates, *roots})
            found = found.merge(self._status(path, at))
        return found.merge(self._status(self.services.tsa_chain, at))

    def _status(self, path: tuple[bytes, ...], at: "datetime") -> Evidence:
        """Status along one path, not older than `STATUS_AGE`."""
        asked = self._evidence.get(path)
        if asked is None or not timedelta(0) <= at - asked[0] < STATUS_AGE:
            with foreign_errors():
                asked = self._evidence[path] = (at, collect([path], self.statuses, at=at))
        return asked[1]

    def close(self) -> None:
        """Close the chain if it was opened."""
        chain = self.__dict__.get("chain")
        if isinstance(chain, EmbeddedChain):
            chain.close()


@contextmanager
def open_outside(settings: Settings, trust: TrustedRoot) -> Iterator[Outside]:
    """Everything outside, closed at the end."""
    outside = Outside(settings, trust)
    try:
        yield outside
    finally:
        outside.close()


def open_chain(settings: Settings) -> Chain:
    """The embedded chain, or the one behind `HOCBA_RPC_URL`."""
    with foreign_errors():
        if settings.rpc_url is None:
            return EmbeddedChain.open(
                Home(settings.home).chain,
                realm=settings.realm,
                demo=settings.demo,
                clock=clock.now,
            )
        from ledger.chains.rpc import RpcChain  # noqa: PLC0415  # web3 takes seconds to import

        return RpcChain(settings.rpc_url)


def open_writer(settings: Settings, chain: Chain, account: str) -> Writer:
    """An account of this installation on a chain; its key is `keys/ACCOUNT.key`."""
    key = read_secret(Home(settings.home).keys / f"{account}.key")
    return Writer(chain, Account(key), lambda: time.sleep(0.25))


def open_custody(pki: Path, reference: str) -> KeyCustody:
    """The custody that an appointment names.

    Raises:
        ConfigError: `custody.unknown`, `custody.no_key`.
    """
    kind, _, name = reference.partition(":")
    if kind != _SOFTWARE:
        raise ConfigError("custody.unknown", reason=kind)
    with foreign_errors():
        return dev.load(pki).custody(name)


def custody_reference(name: str) -> str:
    """How an appointment names a software key."""
    return f"{_SOFTWARE}:{name}"


def _path(certificate: bytes, pool: set[bytes]) -> tuple[bytes, ...]:
    """A certificate with its issuers up to the root, as far as they are known."""
    known = {x509.Certificate.load(der).subject.dump(): der for der in sorted(pool, key=sha256_hex)}
    path = [certificate]
    for _ in range(_LONGEST_PATH):
        last = x509.Certificate.load(path[-1])
        issuer = known.get(last.issuer.dump())
        if issuer is None or issuer == path[-1]:
            break
        path.append(issuer)
    return tuple(path)
