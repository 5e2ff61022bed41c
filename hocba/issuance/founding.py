"""Make an installation from nothing: keys, PKI, contract, trusted root, tables.

    found(load(), at=now())          # repeated, it mends what is missing and changes nothing else

Order: secrets, then the development PKI, then the contract, then the tables, and last the
trusted root that names them all. Until that file stands the installation does not exist,
so a run that was killed leaves nothing that anybody would trust.
"""

import os
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.exc import DBAPIError

from hocba import migrations
from hocba.issuance.credential import policies
from hocba.issuance.foreign import foreign_errors
from hocba.issuance.outside import WatchedChain, open_chain, open_writer
from hocba.issuance.workplace import (
    ATTEST,
    OFFICERS,
    Home,
    make_secret,
    open_service_key,
    read_secret,
    read_trust,
)
from hocba.kit.config import Settings
from hocba.kit.db import Database, driver_url, open_database, translate
from hocba.kit.errors import ConfigError, UnavailableError
from hocba.kit.failpoints import failpoint
from hocba.kit.vault import Vault
from ledger.chains.embedded import EmbeddedChain
from ledger.deploy import Roles, deploy
from ledger.log import LogKey
from signing.appointments import OfficersKey
from signing.pki import dev
from verifier import templates
from verifier.formats.algorithms import STRONG
from verifier.formats.trusted_root import (
    AllowedAlgorithm,
    ContractRef,
    TrustedRoot,
    TrustedTemplate,
)
from verifier.formats.trusted_root import LogKey as TrustedLogKey

PUBLIC, PERSONAL = 0o644, 0o600
"""Rights of a file that everybody may read, and of one with somebody's data in it."""
ACCOUNTS = ("anchor", "governance", "department")
TRUST_FOR = timedelta(days=10 * 365)
_SINCE = timedelta(days=400)
Step = Callable[[str], None]


def found(
    settings: Settings, *, at: datetime, random: Callable[[int], bytes] = os.urandom,
    step: Step = lambda _name: None,
) -> TrustedRoot:  # fmt: skip
    """Make what is missing and return the trusted root.

    Raises:
        ConfigError: `home.only_demo` for a realm that is not a demonstration.
    """
    if not settings.demo:
        raise ConfigError("home.only_demo", realm=settings.realm)
    home = Home(settings.home)
    step("database")
    _make_tables(settings)
    if home.trusted_root.exists():
        return read_trust(settings)
    step("keys")
    _make_secrets(settings, home, random)
    step("pki")
    pki = _make_pki(home, at)
    step("contract")
    contract = _deploy(settings)
    failpoint("found.after_contract")
    trust = _trusted_root(settings, home, pki, contract, at)
    home.trust.mkdir(parents=True, exist_ok=True)
    pki.export_roots(home.trust)
    write_whole(home.trusted_root, trust.to_bytes())
    failpoint("found.after_trust")
    return trust


def log_name(realm: str) -> str:
    """The name of a realm's log."""
    return f"log.{realm}"


def write_whole(path: Path, data: bytes, *, mode: int = PUBLIC) -> None:
    """Write a file completely or not at all, with these rights from its first byte."""
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    aside.unlink(missing_ok=True)  # left by a crash, or put there by somebody else
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)


def _make_tables(settings: Settings) -> None:
    """Bring the tables up to date; the application's role may not exist before."""
    if settings.database_url is None:
        database = open_database(settings)
    else:
        database = Database(driver_url(settings.database_url))
    with database:
        owner = database.owner()
        try:
            migrations.upgrade(owner)
        except DBAPIError as error:
            raise translate(error) or UnavailableError("database.unreachable") from error
        finally:
            owner.dispose()


def _make_secrets(settings: Settings, home: Home, random: Callable[[int], bytes]) -> None:
    home.keys.mkdir(mode=0o700, parents=True, exist_ok=True)
    Vault.create(settings.master_key_path, random=random)
    for name in ("log", *ACCOUNTS):
        make_secret(home.keys / f"{name}.key", random)
    for kid in (OFFICERS, ATTEST):
        if not (home.keys / f"{kid}.key.pem").exists():
            OfficersKey.generate(kid).save(home.keys, dev.SERVICE_PIN)


def _make_pki(home: Home, at: datetime) -> dev.DevPki:
    with foreign_errors():
        if (home.pki / "pki.json").exists():
            return dev.load(home.pki)
        return dev.create(home.pki, at=at)


def _deploy(settings: Settings) -> ContractRef:
    with foreign_errors():
        chain = open_chain(settings)
        try:
            governance = open_writer(settings, WatchedChain(chain), "governance")
            roles = Roles(
                governance=governance.sender.address,
                anchor=open_writer(settings, chain, "anchor").sender.address,
                department=open_writer(settings, chain, "department").sender.address,
            )
            first = chain.block().number
            address = deploy(governance, roles)
            return ContractRef(chain.chain_id, chain.block(0).hash.hex(), address, first)
        finally:
            if isinstance(chain, EmbeddedChain):
                chain.close()


def _trusted_root(
    settings: Settings, home: Home, pki: dev.DevPki, contract: ContractRef, at: datetime
) -> TrustedRoot:
    start, end = at - _SINCE, at + TRUST_FOR
    log = LogKey(
        log_name(settings.realm),
        Ed25519PrivateKey.from_private_bytes(read_secret(home.keys / "log.key")),
    )
    return TrustedRoot(
        realm=settings.realm,
        demo=settings.demo,
        version=1,
        valid_from=start,
        valid_to=end,
        authorities=pki.authorities(valid_from=start, valid_to=end),
        appointment_keys=(
            open_service_key(home, OFFICERS).trusted(valid_from=start, valid_to=end),
        ),
        attest_keys=(open_service_key(home, ATTEST).trusted(valid_from=start, valid_to=end),),
        log_key=TrustedLogKey(log.public.name, log.public.public_key),
        contract=contract,
        templates=tuple(TrustedTemplate(ref.id, ref.hash) for ref in templates.registered()),
        policies=policies(settings.realm),
        algorithms=tuple(AllowedAlgorithm(name, start, end) for name in STRONG),
    )
