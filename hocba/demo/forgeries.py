"""What the forger is given, what he made of it, and which checks must catch each forgery.

    for name, pdf in forge(world, folder).items():
        expected = EXPECTED[name]

The forger's own work stands in `tests/attacks/forge*.py` and imports nothing of ours. Here
he gets what each attack says was stolen: key files with their PIN, the department's chain
account and log key, and what is public anyway. His transaction goes to a copy of the chain,
so that the ledger of the demo itself stays clean.
"""

import sqlite3
import sys
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from secrets import randbits
from types import ModuleType
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select

from hocba.demo.build import PIN, World
from hocba.demo.people import SampleSchool
from hocba.issuance.models import Appointment
from hocba.issuance.workplace import Workplace, read_secret
from hocba.kit.clock import now
from hocba.sector.models import School, Staff
from ledger.anchor import anchor_batch
from ledger.chains.account import Account
from ledger.chains.embedded import EmbeddedChain
from ledger.chains.events import read_entries
from ledger.sending import Writer
from verifier.formats.canonical import sha256_hex
from verifier.formats.entries import Entry, SchoolChanged
from verifier.formats.statements import Batch, school_key
from verifier.report import Verdict

ATTACKS = Path(__file__).parents[2] / "tests" / "attacks"


@dataclass(frozen=True)
class Expected:
    """The answer to one forgery, and the checks that fail in it."""

    verdict: Verdict
    failed: tuple[str, ...]


def _no(*failed: str) -> Expected:
    return Expected(Verdict.NOT_VALID, failed)


EXPECTED = {
    # A mark changed everywhere, look-alike certificates: no path to a root, appointments name
    # other certificates, another leaf than the receipt's, another digest than the database's.
    "mark-changed-and-resigned": _no("3", "4", "7a", "9"),
    # The same, but the record still says the old mark: the page differs from it.
    "mark-changed-in-the-page": _no("3", "4", "6", "7a"),
    "mark-changed-in-the-record": _no("3", "4", "6", "7a", "9"),
    # The seal covers the principal's signature, so it breaks; the name on the page is another's.
    "signed-by-another-principal": _no("3", "4", "6", "7a"),
    # Every signature holds; the seal is another school's, and the leaf binds the old one.
    "resealed-by-another-school": _no("4", "6", "7a"),
    # Everything is genuine but the receipt, which no signature covers.
    "receipt-of-another-transcript": _no("7a"),
    # Leaf, paths and checkpoint compute; the statement carries no seal of the school. On the
    # ledger that he wrote to 7d passes; on ours his entry does not stand.
    "batch-not-sealed-by-the-school": _no("3", "4", "7c", "7d", "9"),
    # Nothing is wrong with the file but that no ledger knows it: without receipt, no answer.
    "sealed-and-never-anchored": Expected(Verdict.COULD_NOT_CHECK, ("9",)),
    "page-laid-over": _no("5"),
    # Every byte is genuine: only the ledger knows that there is a newer one, or none.
    "old-version-as-current": Expected(Verdict.VALID_NOTE, ("8",)),
    "withdrawn-yesterday": _no("8"),
}


@dataclass
class StolenServer:
    """The department's machine in the forger's hands: chain account, log key, public log."""

    chain_copy: EmbeddedChain
    account: bytes
    realm: str
    contract: str
    from_block: int
    log_name: str
    log_key: Ed25519PrivateKey
    chain: Mapping[str, Any]
    place: type = field(repr=False)
    """The forger's own class for a place in the chain."""

    def head(self, school: str) -> tuple[int, str | None]:
        """Sequence number and digest of the school's last statement."""
        key = school_key(self.realm, school).hex()
        stated = [one.data for one in self._log() if one.data.school == key]
        last = [one for one in stated if not isinstance(one, SchoolChanged)][-1]
        return last.seq or 0, last.statement

    def anchor(
        self, school: str, statement: bytes, root: bytes, seal: bytes, cades: bytes
    ) -> object:
        """Send one statement with the stolen account, claiming this seal and this signature."""
        batch = Batch.parse(statement)
        if (batch.school, batch.root) != (school, root.hex()):
            raise ValueError("the forger contradicts himself")
        writer = Writer(self.chain_copy, Account(self.account), lambda: None)
        done = anchor_batch(
            writer,
            self.contract,
            batch=batch,
            seal_fingerprint=sha256_hex(seal),
            cades=cades,
        )
        return self.place(done.entry_index, done.first_index, done.block)

    def entries(self) -> Sequence[bytes]:
        """All entries of the log, which is public."""
        return [entry.to_bytes() for entry in self._log()]

    def _log(self) -> list[Entry]:
        return read_entries(
            self.chain_copy, self.contract, realm=self.realm, first_block=self.from_block
        )


def forge(world: World, folder: Path) -> dict[str, bytes]:
    """Let the forger make all his forgeries; `folder` takes his copy of the chain."""
    forger = load_forger()
    wp, standing = world.wp, world.current()
    with closing(_copy_of_chain(wp, folder)) as chain:
        loot = forger.Loot(
            genuine=standing[0].pdf,
            other=standing[1].pdf,
            neighbour=world.of(world.neighbour)[0].pdf,
            superseded=world.superseded.pdf,
            withdrawn=world.withdrawn.pdf,
            keys=_stolen_keys(forger, world),
            timestamp=lambda digest: wp.outside.services.token(digest, nonce=randbits(63)),
            server=_stolen_server(wp, chain),
        )
        made: dict[str, bytes] = forger.forge(loot)
    return made


def load_forger() -> ModuleType:
    """The forger's script, which is no part of the package."""
    if str(ATTACKS) not in sys.path:
        sys.path.insert(0, str(ATTACKS))
    return import_module("forge")


def _copy_of_chain(wp: Workplace, folder: Path) -> EmbeddedChain:
    folder.mkdir(parents=True, exist_ok=True)
    copy = folder / "chain.sqlite"
    copy.unlink(missing_ok=True)
    with (
        closing(sqlite3.connect(wp.home.chain)) as source,
        closing(sqlite3.connect(copy)) as target,
    ):
        source.backup(target)
    return EmbeddedChain.open(copy, realm=wp.realm, demo=True, clock=now)


def _stolen_server(wp: Workplace, chain: EmbeddedChain) -> StolenServer:
    trusted = wp.trust.contract
    return StolenServer(
        chain_copy=chain,
        account=read_secret(wp.home.keys / "anchor.key"),
        realm=wp.realm,
        contract=trusted.address,
        from_block=trusted.from_block,
        log_name=wp.trust.log_key.name,
        log_key=Ed25519PrivateKey.from_private_bytes(read_secret(wp.home.keys / "log.key")),
        chain={
            "chain_id": trusted.chain_id,
            "genesis": trusted.genesis,
            "contract": trusted.address,
        },
        place=import_module("forge_log").Place,
    )


def _stolen_keys(forger: ModuleType, world: World) -> dict[str, object]:
    school, neighbour = world.school, world.neighbour
    wanted = {
        "homeroom": (school, "homeroom", school.classes[0].homeroom.code),
        "principal": (school, "principal", school.principal.code),
        "seal": (school, "seal", None),
        "neighbour_principal": (neighbour, "principal", neighbour.principal.code),
        "neighbour_seal": (neighbour, "seal", None),
    }
    return {
        name: forger.StolenKey(_key_file(world.wp, *whose).read_bytes(), PIN)
        for name, whose in wanted.items()
    }


def _key_file(wp: Workplace, school: SampleSchool, role: str, staff: str | None) -> Path:
    """Where the key of an appointment lies."""
    query = (
        select(Appointment.custody)
        .join(School, School.id == Appointment.school_id)
        .where(School.code == school.code, Appointment.role == role)
    )
    if staff is not None:
        query = query.join(Staff, Staff.id == Appointment.staff_id).where(Staff.code == staff)
    with wp.database.transaction("demo.loot") as db:
        reference = db.scalars(query).one()
    return wp.home.pki / "keys" / f"{reference.partition(':')[2]}.key.pem"
