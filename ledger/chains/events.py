"""From the chain's events to the log's entries: anybody does it again from the chain alone.

    entries = read_entries(chain, contract, realm="demo.hocba.test", first_block=0)

An event of administration (roles) is no entry. What does not decode, or a number that is
missing, means that this is not the contract we know: `chain.malformed`.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

from contracts import InterfaceError, interface
from ledger.chains.protocol import Block, Chain, ChainLog
from ledger.errors import ChainError
from verifier.errors import FormatError
from verifier.formats.entries import (
    BatchAnchored,
    Entry,
    EventData,
    SchoolChanged,
    StatusChanged,
    state_name,
)
from verifier.formats.times import format_time
from verifier.online.contract import instant, moment, no_hash

SPAN = 5_000
"""How many blocks are asked for at once."""


def read_entries(
    chain: Chain, contract: str, *, realm: str, first_block: int, first_entry: int = 0
) -> list[Entry]:
    """All entries from a block on, checked to be numbered without a gap.

    Raises:
        ChainError: as above.
    """
    last = chain.block().number
    block = cache(chain.block)
    entries: list[Entry] = []
    for start in range(first_block, last + 1, SPAN):
        for log in chain.logs(contract, start, min(start + SPAN - 1, last)):
            entry = to_entry(log, realm=realm, block=block)
            if entry is not None and entry.index >= first_entry:
                entries.append(entry)
    if [entry.index for entry in entries] != list(range(first_entry, first_entry + len(entries))):
        raise ChainError("chain.malformed", "entries have a gap")
    return entries


def to_entry(log: ChainLog, *, realm: str, block: Callable[[int], Block]) -> Entry | None:
    """One event as an entry; None for an event of administration."""
    try:
        event = interface().decode_event(list(log.topics), log.data)
        if event is None or event.name not in _READERS:
            return None
        data = _READERS[event.name](event.arguments)
    except (InterfaceError, FormatError) as error:
        raise ChainError("chain.malformed", str(error)) from error
    return Entry(
        realm=realm,
        index=event.arguments["entry"],
        block=log.block,
        at=format_time(block(log.block).time),
        data=data,
    )


def _school_changed(found: dict[str, Any]) -> SchoolChanged:
    valid_to = instant(found["to"])
    return SchoolChanged(
        school=found["school"].hex(),
        seal_fingerprint=found["seal"].hex(),
        valid_from=format_time(moment(found["from"])),
        valid_to=None if valid_to is None else format_time(valid_to),
    )


def _batch_anchored(found: dict[str, Any]) -> BatchAnchored:
    return BatchAnchored(
        school=found["school"].hex(),
        seq=found["seq"],
        previous=no_hash(found["previous"]),
        statement=found["statement"].hex(),
        root=found["root"].hex(),
        first_index=found["firstIndex"],
        leaf_count=found["leafCount"],
        seal_fingerprint=found["seal"].hex(),
        signature=found["signature"].hex(),
        replaces=tuple(found["replaces"]),
    )


def _status_changed(found: dict[str, Any]) -> StatusChanged:
    return StatusChanged(
        school=no_hash(found["school"]),
        seq=found["seq"] or None,
        previous=no_hash(found["previous"]),
        statement=found["statement"].hex(),
        seal_fingerprint=no_hash(found["seal"]),
        signature=no_hash(found["signature"]),
        indices=tuple(found["indices"]),
        states=tuple(state_name(code) for code in found["states"]),
        until=format_time(moment(found["until"])) if found["until"] else None,
    )


_READERS: dict[str, Callable[[dict[str, Any]], EventData]] = {
    "SchoolChanged": _school_changed,
    "BatchAnchored": _batch_anchored,
    "StatusChanged": _status_changed,
}
