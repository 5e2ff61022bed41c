"""The contract's combined answer (`look`) as a `LedgerView`; shared by all readers.

An answer that does not decode, or that contradicts itself, is `chain.malformed`.
"""

from datetime import UTC, datetime
from typing import Any, NamedTuple

from contracts import InterfaceError, interface
from verifier.errors import FormatError, UnreachableError
from verifier.formats.entries import state_name
from verifier.formats.trusted_root import TrustedRoot
from verifier.formats.view import ChainEntry, Change, LedgerView, SealDates

MAX_INDEX = 2**48 - 1
_KIND_BATCH = 2
_OPEN_END = 2**64 - 1
_LAST_SECOND = 253_402_300_799
_ZERO = bytes(32)


class Place(NamedTuple):
    """The contract that is asked, on its chain; as the trusted root names it."""

    chain_id: int
    genesis: str
    contract: str

    @classmethod
    def of(cls, trust: TrustedRoot) -> "Place":
        """Where the trusted root says."""
        named = trust.contract
        return cls(named.chain_id, named.genesis, named.address.lower())


def encode_look(index: int) -> bytes:
    """The call data. Raises: UnreachableError `chain.malformed` for what no contract knows."""
    if not 0 <= index <= MAX_INDEX:
        raise UnreachableError("chain.malformed", "index")
    return interface().encode("look", index)


def decode_look(answer: bytes, place: Place) -> LedgerView:
    """The view. Raises: UnreachableError `chain.malformed`."""
    try:
        (told,) = interface().decode("look", answer)
        return _view(told, place)
    except (InterfaceError, FormatError, ValueError) as error:
        raise UnreachableError("chain.malformed", type(error).__name__) from error


def moment(seconds: int) -> datetime:
    """Seconds of the chain as a time; what lies beyond the year 9999 is its last second."""
    return datetime.fromtimestamp(min(seconds, _LAST_SECOND), UTC)


def instant(seconds: int) -> datetime | None:
    """The same, or None for "no end"."""
    return None if seconds == _OPEN_END else moment(seconds)


def no_hash(value: bytes) -> str | None:
    """Hex, or None for 32 zero bytes."""
    return None if value == _ZERO else value.hex()


def _view(told: Any, place: Place) -> LedgerView:  # noqa: ANN401  # decoded by the ABI
    number, time, entries, leaves, entry, batch, seal, total, changes = told
    found = _entry(entry, batch)
    return LedgerView(
        chain_id=place.chain_id,
        genesis=place.genesis,
        contract=place.contract,
        block=number,
        block_time=moment(time),
        entries=entries,
        leaves=leaves,
        entry=found,
        seal=_seal(seal),
        changes=tuple(map(_change, changes)),
        changes_total=total,
    )


def _entry(index: int, batch: Any) -> ChainEntry | None:  # noqa: ANN401  # decoded by the ABI
    school, previous, statement, root, seal, signature, *rest = batch
    seq, first_index, leaf_count, time, block, kind = rest
    if kind != _KIND_BATCH:
        return None
    return ChainEntry(
        index=index,
        school=school.hex(),
        seq=seq,
        previous=no_hash(previous),
        statement=statement.hex(),
        root=root.hex(),
        first_index=first_index,
        leaf_count=leaf_count,
        seal_fingerprint=seal.hex(),
        signature=signature.hex(),
        at=moment(time),
        block=block,
    )


def _seal(dates: tuple[int, int]) -> SealDates | None:
    begin, end = dates
    if end == 0:
        return None
    return SealDates(moment(begin), instant(end))


def _change(told: Any) -> Change:  # noqa: ANN401  # decoded by the ABI
    entry, first, until, index, state, time, school, statement, seal, signature = told
    return Change(
        entry=entry,
        first=first,
        index=index,
        state=state_name(state),
        at=moment(time),
        statement=statement.hex(),
        school=no_hash(school),
        seal_fingerprint=no_hash(seal),
        signature=no_hash(signature),
        until=moment(until) if until else None,
    )
