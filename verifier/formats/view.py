"""What the contract says about one leaf, as plain data; made by readers, judged by checks.

A view is only what one chain answered at one block. Whether a change of status counts is
for check 8 to say, which asks for the school's sealed statement behind it.
"""

from dataclasses import dataclass
from datetime import datetime

MAX_CHANGES = 64
"""How many changes of one leaf the contract tells, the newest; a genuine leaf has a few."""


@dataclass(frozen=True)
class ChainEntry:
    """The batch that holds the leaf's global index."""

    index: int
    school: str
    seq: int
    previous: str | None
    statement: str
    root: str
    first_index: int
    leaf_count: int
    seal_fingerprint: str
    signature: str
    at: datetime
    block: int


@dataclass(frozen=True)
class SealDates:
    """From when until when a seal is registered for a school; `valid_to` None is open."""

    valid_from: datetime
    valid_to: datetime | None

    def holds(self, at: datetime) -> bool:
        """Whether the registration was in force."""
        return self.valid_from <= at and (self.valid_to is None or at < self.valid_to)


@dataclass(frozen=True)
class Change:
    """One change of the leaf's state; `school` None is the department's own review.

    `first` is the entry that first named the statement, which can be sent again; `index` is
    the leaf as the sender named it; `signature` is the SHA-256 of the CAdES that was
    announced for the statement.
    """

    entry: int
    first: int
    index: int
    state: str
    at: datetime
    statement: str
    school: str | None
    seal_fingerprint: str | None
    signature: str | None
    until: datetime | None


@dataclass(frozen=True)
class LedgerView:
    """The answer of one call: entry, seal, changes (oldest first), and how far the log goes.

    `entry` is None where no batch holds the index; `seal` is the registration of the seal
    that anchored the batch.
    """

    chain_id: int
    genesis: str
    contract: str
    block: int
    block_time: datetime
    entries: int
    leaves: int
    entry: ChainEntry | None
    seal: SealDates | None
    changes: tuple[Change, ...]
    changes_total: int
