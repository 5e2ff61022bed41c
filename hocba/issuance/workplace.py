"""Everything that a step needs besides the transcript: database, keys, clock, outside world.

    with open_workplace(load()) as wp:
        offer = approval.propose(wp, target, role="homeroom", staff="GV02", at=now())

The parts that cost time to load (chain, development PKI) are opened when first asked for,
so that freezing a class never imports an EVM. Tests build a `Workplace` with fakes.
"""

import base64
import os
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.orm import Session

from hocba.issuance.foreign import foreign_errors
from hocba.issuance.store import Store
from hocba.kit.blobs import Blobs, DirectoryStore
from hocba.kit.config import Settings
from hocba.kit.db import Database, open_database
from hocba.kit.errors import ConfigError
from hocba.kit.vault import Vault
from ledger.log import LogKey
from signing.appointments import OfficersKey
from signing.custody import KeyCustody
from signing.pki.dev import SERVICE_PIN
from verifier.errors import VerifierError
from verifier.formats.trusted_root import TrustedRoot

if TYPE_CHECKING:
    from hocba.issuance.outside import Outside

OFFICERS, ATTEST = "appointments-1", "attest-1"
_PRIVATE = 0o077


@dataclass(frozen=True)
class Home:
    """Where an installation keeps what is not in the database."""

    folder: Path

    @property
    def trust(self) -> Path:
        """What verifiers are given: the trusted root and the root certificates."""
        return self.folder / "trust"

    @property
    def trusted_root(self) -> Path:
        """The realm's trusted root."""
        return self.trust / "trusted_root.json"

    @property
    def other_roots(self) -> Path:
        """Trusted roots of other realms, one file each."""
        return self.trust / "others"

    @property
    def keys(self) -> Path:
        """Secret keys of the department's services."""
        return self.folder / "keys"

    @property
    def pki(self) -> Path:
        """The development PKI."""
        return self.folder / "pki"

    @property
    def chain(self) -> Path:
        """The embedded chain."""
        return self.folder / "chain" / "chain.sqlite"


@dataclass
class Workplace:
    """One open installation."""

    settings: Settings
    database: Database
    vault: Vault
    blobs: Blobs
    trust: TrustedRoot
    random: Callable[[int], bytes] = os.urandom
    new_id: Callable[[], UUID] = uuid4
    _closing: ExitStack = field(default_factory=ExitStack, repr=False)

    @property
    def home(self) -> Home:
        """Files of the installation."""
        return Home(self.settings.home)

    @property
    def realm(self) -> str:
        """The realm whose records are issued here."""
        return self.trust.realm

    @cached_property
    def others(self) -> tuple[TrustedRoot, ...]:
        """The roots of other realms that this installation knows; see `add_root`."""
        return read_other_roots(self.settings)

    def store(self, db: Session) -> Store:
        """Stages of one transaction."""
        return Store(self.vault, self.blobs, db)

    def slot_key(self, school_year: str) -> bytes:
        """The department's key for the slots of one year."""
        return read_secret(self.home.keys / f"slots-{school_year}.key")

    @cached_property
    def log_key(self) -> LogKey:
        """The key that signs checkpoints."""
        secret = read_secret(self.home.keys / "log.key")
        return LogKey(self.trust.log_key.name, Ed25519PrivateKey.from_private_bytes(secret))

    @cached_property
    def officers_key(self) -> OfficersKey:
        """The department's key for appointments (development: one key under a known PIN)."""
        return open_service_key(self.home, OFFICERS)

    @cached_property
    def attest_key(self) -> OfficersKey:
        """The sector database's key for attestations; opening it costs more than an answer."""
        return open_service_key(self.home, ATTEST)

    @cached_property
    def outside(self) -> "Outside":
        """Chain, timestamping and status services."""
        from hocba.issuance.outside import open_outside  # noqa: PLC0415  # loads an EVM

        return self._closing.enter_context(open_outside(self.settings, self.trust))

    def custody(self, reference: str) -> KeyCustody:
        """The custody that an appointment names: `software:NAME`."""
        from hocba.issuance.outside import open_custody  # noqa: PLC0415  # loads the PKI's code

        return open_custody(self.home.pki, reference)

    def close(self) -> None:
        """Close everything that was opened."""
        self._closing.close()
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def open_workplace(settings: Settings) -> Workplace:
    """Open an installation that `found` has made.

    Raises:
        ConfigError: `home.not_founded`, `home.other_realm`, `home.bad_trust`.
    """
    trust = read_trust(settings)
    database = open_database(settings)
    try:
        vault = Vault.open(settings.master_key_path)
    except BaseException:
        database.close()
        raise
    return Workplace(settings, database, vault, Blobs(DirectoryStore(settings.blob_folder)), trust)


def read_trust(settings: Settings) -> TrustedRoot:
    """The trusted root of this installation, which must be of the realm that is set."""
    path = Home(settings.home).trusted_root
    try:
        trust = TrustedRoot.parse(path.read_bytes())
    except FileNotFoundError as error:
        raise ConfigError("home.not_founded", home=settings.home) from error
    except VerifierError as error:
        raise ConfigError("home.bad_trust", path=path, reason=error.code) from error
    if trust.realm != settings.realm:
        raise ConfigError("home.other_realm", found=trust.realm, wanted=settings.realm)
    return trust


def read_other_roots(settings: Settings) -> tuple[TrustedRoot, ...]:
    """Trusted roots of other realms.

    Raises:
        ConfigError: `home.bad_trust`.
    """
    found = []
    for path in sorted(Home(settings.home).other_roots.glob("*.json")):
        try:
            found.append(TrustedRoot.parse(path.read_bytes()))
        except (OSError, VerifierError) as error:
            raise ConfigError("home.bad_trust", path=path, reason=type(error).__name__) from error
    return tuple(found)


def add_root(settings: Settings, data: bytes) -> TrustedRoot:
    """Keep another realm's root; a newer version replaces the one that is there.

    Raises:
        ConfigError: `home.bad_trust`, `trust.two_roots` for our own realm or an older version.
    """
    folder = Home(settings.home).other_roots
    try:
        root = TrustedRoot.parse(data)
    except VerifierError as error:
        raise ConfigError("home.bad_trust", path=folder, reason=error.code) from error
    known = {one.realm: one.version for one in read_other_roots(settings)}
    if root.realm == settings.realm or root.version < known.get(root.realm, 0):
        raise ConfigError("trust.two_roots", realm=root.realm)
    folder.mkdir(parents=True, exist_ok=True)
    aside = folder / f"{root.realm}.new"
    aside.write_bytes(data)
    aside.replace(folder / f"{root.realm}.json")
    return root


def open_service_key(home: Home, kid: str) -> OfficersKey:
    """A key of the department's services.

    Raises:
        ConfigError: `custody.no_key`.
    """
    with foreign_errors():
        return OfficersKey.load(home.keys / f"{kid}.key.pem", SERVICE_PIN)


def read_secret(path: Path) -> bytes:
    """Read a 32-byte secret.

    Raises:
        ConfigError: `home.no_key`, `vault.open_to_others`, `home.bad_key`.
    """
    try:
        mode, text = path.stat().st_mode, path.read_text(encoding="ascii")
        secret = base64.b64decode(text.strip(), validate=True)
    except FileNotFoundError as error:
        raise ConfigError("home.no_key", path=path) from error
    except (OSError, ValueError) as error:
        raise ConfigError("home.bad_key", path=path) from error
    if mode & _PRIVATE:
        raise ConfigError("vault.open_to_others", path=path)
    if len(secret) != 32:  # noqa: PLR2004  # the size of every secret here
        raise ConfigError("home.bad_key", path=path)
    return secret


def make_secret(path: Path, random: Callable[[int], bytes]) -> bytes:
    """Make a secret, or read the one that is there: a repeated `init` changes no key."""
    if path.exists():
        return read_secret(path)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    secret = random(32)
    aside = path.with_name(f"{path.name}.new")
    aside.unlink(missing_ok=True)
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(base64.b64encode(secret) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)
    return secret
