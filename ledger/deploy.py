"""Put the contract on a chain and say who may do what on it; governance, not statements.

    contract = deploy(writer, Roles(governance=a, anchor=b, department=c))
    register_seal(governance, contract, Seal(school_key(realm, code), fingerprint, begin, end))

The admin (two-step, delayed hand-over by OpenZeppelin) is the account that deploys.
"""

from dataclasses import dataclass
from datetime import datetime

from eth_utils.crypto import keccak

from contracts import interface, load
from ledger.chains.contract import ask, require_contract
from ledger.chains.protocol import Chain
from ledger.sending import Writer
from verifier.online.contract import instant, moment

ADMIN_DELAY = 86_400
OPEN_END = 2**64 - 1


@dataclass(frozen=True)
class Roles:
    """The accounts' addresses by what they may do."""

    governance: str
    anchor: str
    department: str


@dataclass(frozen=True)
class Seal:
    """A seal of a school: `school` is its `school_key`, `valid_to` None is open."""

    school: bytes
    fingerprint: str
    valid_from: datetime
    valid_to: datetime | None


def deploy(writer: Writer, roles: Roles, *, first_entry: int = 0, first_index: int = 0) -> str:
    """Create the contract, grant the roles, and return its address.

    Raises:
        ChainError: as the chain says; nothing is remembered of a half-done deployment.
    """
    arguments = interface().encode_constructor(
        ADMIN_DELAY, writer.sender.address, first_entry, first_index
    )
    address = writer.create(load().bytecode + arguments)
    require_contract(writer.chain, address)
    grant_roles(writer, address, roles)
    return address


def grant_roles(writer: Writer, contract: str, roles: Roles) -> None:
    """Let the accounts do what their roles say. Raises: ChainError as the chain says."""
    granted = (
        ("GOVERNANCE_ROLE", roles.governance),
        ("ANCHOR_ROLE", roles.anchor),
        ("DEPARTMENT_ROLE", roles.department),
    )
    for role, account in granted:
        writer.transact(contract, "grantRole", keccak(text=role), account)


def register_seal(writer: Writer, contract: str, seal: Seal) -> None:
    """Register a seal; one that is registered already is left as it is.

    Raises:
        ChainError: as the chain says.
    """
    if seal_dates(writer.chain, contract, seal.school, seal.fingerprint) is not None:
        return
    begin = int(seal.valid_from.timestamp())
    end = OPEN_END if seal.valid_to is None else int(seal.valid_to.timestamp())
    fingerprint = bytes.fromhex(seal.fingerprint)
    writer.transact(contract, "registerSeal", seal.school, fingerprint, begin, end)


def end_seal(
    writer: Writer, contract: str, school: bytes, fingerprint: str, valid_to: datetime
) -> None:
    """End a seal's registration, not before now. Raises: ChainError as the chain says."""
    end = int(valid_to.timestamp())
    writer.transact(contract, "endSeal", school, bytes.fromhex(fingerprint), end)


def seal_dates(
    chain: Chain, contract: str, school: bytes, fingerprint: str
) -> tuple[datetime, datetime | None] | None:
    """From when until when a seal is registered; None where it is not."""
    begin, end = ask(chain, contract, "sealDates", school, bytes.fromhex(fingerprint))
    return None if end == 0 else (moment(begin), instant(end))
