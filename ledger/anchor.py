"""Anchor a sealed statement: the only code that writes statements to a chain.

Done once, however often it is repeated: the contract takes the same call a single time, and
we look for it before we send and again after anything went wrong. So a crash before the
send, between send and receipt, or before the caller noted the answer, and a second sender
at the same moment, all end in the same one entry. Nothing but the very same call keeps it
out: whoever holds an anchoring account can add to the log, never block a school.

    anchored = anchor_batch(
        writer, contract, batch=batch, seal_fingerprint=fp, cades=cades, replaces=()
    )
    anchored.entry_index, anchored.first_index

Order: look, send, wait, look. The seal on the statement is the caller's to
check before (`hocba.issuance.seal`); here the account is transport.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NoReturn

from eth_utils.crypto import keccak

from contracts import interface
from ledger.chains.contract import ask
from ledger.chains.protocol import Chain
from ledger.errors import AnchorError, ChainError, RevertedError
from ledger.sending import Writer
from verifier.formats.canonical import sha256
from verifier.formats.entries import state_code
from verifier.formats.statements import Batch, StatusStatement, school_key
from verifier.online.contract import moment

ZERO = bytes(32)


@dataclass(frozen=True)
class Anchored:
    """Where a statement stands. `first_index` is of a batch alone, 0 otherwise."""

    statement: str
    entry_index: int
    first_index: int
    block: int
    at: datetime
    transaction: str | None
    """Hex; None where an earlier run or another sender had done it."""


def anchor_batch(  # noqa: PLR0913  # a statement, its signature, and what it replaces
    writer: Writer,
    contract: str,
    *,
    batch: Batch,
    seal_fingerprint: str,
    cades: bytes,
    replaces: Sequence[int] = (),
) -> Anchored:
    """Anchor a batch once and say where it stands.

    Raises:
        AnchorError: `anchor.unreachable` (repeat), `anchor.refused` (do not).
    """
    stated = _stated(batch, seal_fingerprint, cades)
    root = bytes.fromhex(batch.root)
    return _once(writer, contract, "anchor", stated, root, batch.leaf_count, list(replaces))


def set_status(
    writer: Writer,
    contract: str,
    *,
    statement: StatusStatement,
    seal_fingerprint: str,
    cades: bytes,
) -> Anchored:
    """Anchor a change of status once and say where it stands. Raises as `anchor_batch`."""
    stated = _stated(statement, seal_fingerprint, cades)
    indices = [entry.index for entry in statement.entries]
    states = [state_code(entry.state) for entry in statement.entries]
    return _once(writer, contract, "setStatus", stated, indices, states)


def put_under_review(
    writer: Writer, contract: str, *, decision: str, until: datetime, indices: Sequence[int]
) -> int:
    """The department alone: under review until a date. Returns the block.

    Not a school's statement, so nothing makes it unique; the contract refuses to prolong
    a review that runs.

    Raises:
        AnchorError: `anchor.unreachable`, `anchor.refused`.
    """
    try:
        receipt = writer.transact(
            contract, "review", bytes.fromhex(decision), int(until.timestamp()), list(indices)
        )
    except ChainError as error:
        _give_up(error)
    return receipt.block


def _once(writer: Writer, contract: str, function: str, *arguments: object) -> Anchored:
    call = keccak(interface().encode(function, *arguments))
    before = _find(writer.chain, contract, call)
    if before is not None:
        return before
    try:
        transaction = writer.transact(contract, function, *arguments).transaction.hex()
    except ChainError as error:  # an earlier run or another sender may have done it
        return _find(writer.chain, contract, call) or _give_up(error)
    after = _find(writer.chain, contract, call)
    if after is None:
        raise AnchorError("anchor.unreachable", "mined, but not to be found")
    return replace(after, transaction=transaction)


def _find(chain: Chain, contract: str, call: bytes) -> Anchored | None:
    try:
        known, entry, kept = ask(chain, contract, "find", call)
    except ChainError as error:
        _give_up(error)
    return _anchored(entry, kept) if known else None


def _stated(
    statement: Batch | StatusStatement, seal_fingerprint: str, cades: bytes
) -> tuple[object, ...]:
    return (
        school_key(statement.realm, statement.school),
        statement.seq,
        ZERO if statement.previous is None else bytes.fromhex(statement.previous),
        bytes.fromhex(statement.digest()),
        bytes.fromhex(seal_fingerprint),
        sha256(cades),
    )


def _anchored(entry: int, kept: Any) -> Anchored:  # noqa: ANN401  # decoded by the ABI
    _school, _previous, digest, _root, _seal, _signature, _seq, first_index, _count, *rest = kept
    time, block, _kind = rest
    return Anchored(digest.hex(), entry, first_index, block, moment(time), None)


def _give_up(error: ChainError) -> NoReturn:
    """Name what is known: a refusal is for good, anything else may be tried again."""
    refused = isinstance(error, RevertedError) or error.code == "chain.wrong_chain"
    code = "anchor.refused" if refused else "anchor.unreachable"
    raise AnchorError(code, error.detail or error.code) from error
