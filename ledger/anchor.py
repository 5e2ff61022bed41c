"""Anchor a sealed statement: the only code that writes statements to a chain.

Done once, however often it is repeated: the contract takes a statement's digest a single
time, and we look for it before we send and again after anything went wrong. So a crash
before the send, between send and receipt, or before the caller noted the answer, and a
second sender at the same moment, all end in the same one entry.

    anchored = anchor_batch(
        writer, contract, batch=batch, seal_fingerprint=fp, cades=cades, replaces=()
    )
    anchored.entry_index, anchored.first_index

The contract keeps the hash of the signature too, so no other one can be shown for it later.

Order: look, ask the head, send, wait, look. The seal on the statement is the caller's to
check before (`hocba.issuance.seal`); here the account is transport.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NoReturn

from ledger.chains.contract import ask
from ledger.chains.protocol import Chain
from ledger.errors import AnchorError, ChainError, RevertedError, StaleHeadError
from ledger.sending import Writer
from verifier.formats.canonical import sha256
from verifier.formats.entries import state_code
from verifier.formats.statements import Batch, StatusStatement, school_key
from verifier.online.contract import moment, no_hash

ZERO = bytes(32)
_RACES = frozenset({"AlreadyAnchored", "StaleHead"})


@dataclass(frozen=True)
class SchoolHead:
    """The newest statement of a school on the chain; `statement` None before the first."""

    seq: int
    statement: str | None


@dataclass(frozen=True)
class Anchored:
    """Where a statement stands. `first_index` is of a batch alone, 0 otherwise.

    `signature` is the hash of the CAdES that was announced for it.
    """

    statement: str
    signature: str
    entry_index: int
    first_index: int
    block: int
    at: datetime
    transaction: str | None
    """Hex; None where an earlier run or another sender had done it."""


def head(chain: Chain, contract: str, *, realm: str, school: str) -> SchoolHead:
    """The head on which a school's next statement must build.

    Raises:
        AnchorError: `anchor.unreachable`.
    """
    try:
        seq, statement = ask(chain, contract, "head", school_key(realm, school))
    except ChainError as error:
        _give_up(error)
    return SchoolHead(seq, no_hash(statement))


def find(chain: Chain, contract: str, statement: str) -> Anchored | None:
    """Where a statement stands; None where it is not anchored.

    Raises:
        AnchorError: `anchor.unreachable`.
    """
    try:
        known, entry, kept = ask(chain, contract, "find", bytes.fromhex(statement))
    except ChainError as error:
        _give_up(error)
    return _anchored(statement, entry, kept) if known else None


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
        StaleHeadError: another statement stands where this one continues.
        AnchorError: `anchor.unreachable` (repeat), `anchor.refused` (do not),
            `anchor.other_signature`: somebody with an anchoring account was there before, with
            a signature that is not the school's; a new statement has to be made.
    """
    stated = _stated(batch, seal_fingerprint, cades)
    return _once(
        writer,
        contract,
        batch,
        ("anchor", stated, bytes.fromhex(batch.root), batch.leaf_count, list(replaces)),
    )


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
    return _once(writer, contract, statement, ("setStatus", stated, indices, states))


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


def _once(
    writer: Writer, contract: str, statement: Batch | StatusStatement, call: tuple[Any, ...]
) -> Anchored:
    done = _done(writer, contract, statement, call)
    if done.signature != call[1][-1].hex():
        raise AnchorError("anchor.other_signature", done.signature)
    return done


def _done(
    writer: Writer, contract: str, statement: Batch | StatusStatement, call: tuple[Any, ...]
) -> Anchored:
    chain, digest = writer.chain, statement.digest()
    before = find(chain, contract, digest)
    if before is not None:
        return before
    stale = _stale(chain, contract, statement)
    if stale is not None:
        return find(chain, contract, digest) or _raise(stale)
    try:
        transaction = writer.transact(contract, *call).transaction.hex()
    except ChainError as error:
        return _after_failure(chain, contract, statement, error)
    after = find(chain, contract, digest)
    if after is None:
        raise AnchorError("anchor.unreachable", "mined, but not to be found")
    return replace(after, transaction=transaction)


def _after_failure(
    chain: Chain, contract: str, statement: Batch | StatusStatement, error: ChainError
) -> Anchored:
    """It may stand there all the same: sent by an earlier run, or by another sender."""
    raced = isinstance(error, RevertedError) and error.reason in _RACES
    stale = _stale(chain, contract, statement) if raced else None
    after = find(chain, contract, statement.digest())
    if after is not None:
        return after
    return _give_up(error) if stale is None else _raise(stale)


def _stale(
    chain: Chain, contract: str, statement: Batch | StatusStatement
) -> StaleHeadError | None:
    """Whether the head has moved on.

    The statement is looked for after this, never only before: it may be the statement
    itself that moved the head in between.
    """
    known = head(chain, contract, realm=statement.realm, school=statement.school)
    if (known.seq + 1, known.statement) == (statement.seq, statement.previous):
        return None
    return StaleHeadError(known.seq, known.statement)


def _raise(error: AnchorError) -> NoReturn:
    raise error


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


def _anchored(statement: str, entry: int, kept: Any) -> Anchored:  # noqa: ANN401  # decoded by the ABI
    _school, _previous, _digest, _root, _seal, signature, _seq, first_index, _count, *rest = kept
    time, block, _kind = rest
    return Anchored(statement, signature.hex(), entry, first_index, block, moment(time), None)


def _give_up(error: ChainError) -> NoReturn:
    """Name what is known: a refusal is for good, anything else may be tried again."""
    refused = isinstance(error, RevertedError) or error.code == "chain.wrong_chain"
    code = "anchor.refused" if refused else "anchor.unreachable"
    raise AnchorError(code, error.detail or error.code) from error
