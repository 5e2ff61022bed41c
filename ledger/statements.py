"""Build what a school is about to seal: a batch with its roster, or a change of status.

Pure: no key, no chain, no clock. The order of leaves is the caller's and fixes each
leaf's position; the roster must give every leaf of the batch exactly one row.

    head = BatchHead(realm=..., seq=head.seq + 1, previous=head.statement)
    built = build_batch(head, leaves, rows)
    payload = built.payload           # sealed by the school with a detached CAdES
    path = built.path(position)       # goes into the receipt
"""

import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from ledger.tree import Tree
from verifier.errors import VerifierError
from verifier.formats.statements import (
    NO_LEAF,
    Batch,
    Leaf,
    Roster,
    RosterRow,
    StatusEntry,
    StatusStatement,
)

KEY_SIZE = 32
SEPARATOR = "|"


class StatementError(VerifierError):
    """What was to be stated does not fit together."""


@dataclass(frozen=True)
class BatchHead:
    """All of a batch but its leaves. `seq` and `previous` continue the school's chain."""

    realm: str
    school: str
    year: str
    class_name: str | None
    kind: str
    seq: int
    previous: str | None
    completes: str | None = None
    issuer: str | None = None
    """The school that seals for this one, where it took it over."""


@dataclass(frozen=True)
class BuiltBatch:
    """A batch ready to be sealed, with its roster and its tree."""

    batch: Batch
    leaves: tuple[Leaf, ...]
    roster: Roster
    tree: Tree

    @property
    def payload(self) -> bytes:
        """Canonical bytes of the batch: what the seal signs."""
        return self.batch.to_bytes()

    @property
    def digest(self) -> str:
        """What the contract calls the statement, hex."""
        return self.batch.digest()

    @property
    def roster_bytes(self) -> bytes:
        """Canonical bytes of the roster: published under `batch.roster_root`."""
        return self.roster.to_bytes()

    @property
    def replaces(self) -> tuple[int, ...]:
        """The global indices that the contract is told to supersede."""
        return self.roster.replaced()

    def path(self, position: int) -> tuple[bytes, ...]:
        """The path of the leaf at this position to the batch's root."""
        return self.tree.inclusion_path(position)


def slot(key: bytes, *, pupil: str, year: str, kind: str, school: str | None = None) -> str:
    """The pseudonym of one pupil's place: HMAC-SHA256 under the department's key of that year.

    `school` is given for kind `partial` alone, of which a pupil can have several a year.

    Raises:
        StatementError: `slot.malformed` where a part could be read in two ways.
    """
    parts = [pupil, year, kind] + ([school] if school is not None else [])
    if len(key) != KEY_SIZE or not all(parts) or any(SEPARATOR in part for part in parts):
        raise StatementError("slot.malformed")
    return hmac.new(key, SEPARATOR.join(parts).encode(), sha256).hexdigest()


def build_batch(head: BatchHead, leaves: Sequence[Leaf], rows: Iterable[RosterRow]) -> BuiltBatch:
    """Join leaves and roster into a batch.

    Raises:
        StatementError: `batch.empty`, `batch.other_school`, `batch.same_leaf_twice`,
            `roster.same_slot_twice`, `roster.other_leaf`, `roster.replaces_twice`.
    """
    roster = Roster(head.realm, tuple(rows))
    _check_leaves(head, leaves)
    _check_roster(roster, leaves)
    tree = Tree([leaf.hash() for leaf in leaves])
    batch = Batch(
        realm=head.realm,
        school=head.school,
        year=head.year,
        class_name=head.class_name,
        kind=head.kind,
        seq=head.seq,
        previous=head.previous,
        root=tree.root().hex(),
        leaf_count=tree.size,
        roster_root=roster.root().hex(),
        completes=head.completes,
    )
    return BuiltBatch(Batch.parse(batch.to_bytes()), tuple(leaves), roster, tree)


def build_status(
    *, realm: str, school: str, seq: int, previous: str | None, entries: Iterable[StatusEntry]
) -> StatusStatement:
    """A change of status, checked by reading it back.

    Raises:
        FormatError: where an index stands twice or a state is not one.
    """
    statement = StatusStatement(realm, school, seq, previous, tuple(entries))
    return StatusStatement.parse(statement.to_bytes())


def _check_leaves(head: BatchHead, leaves: Sequence[Leaf]) -> None:
    if not leaves:
        raise StatementError("batch.empty")
    issuer = head.issuer or head.school
    if any((leaf.realm, leaf.issuer, leaf.kind) != (head.realm, issuer, head.kind)
           for leaf in leaves):  # fmt: skip
        raise StatementError("batch.other_school")
    if len({leaf.id() for leaf in leaves}) != len(leaves):
        raise StatementError("batch.same_leaf_twice")


def _check_roster(roster: Roster, leaves: Sequence[Leaf]) -> None:
    live = [row for row in roster.rows if row.leaf != NO_LEAF]
    if {(row.index, row.leaf) for row in live} != {
        (position, leaf.id()) for position, leaf in enumerate(leaves)
    } or len(live) != len(leaves):
        raise StatementError("roster.other_leaf")
    twins = {leaf.id() for leaf in leaves if leaf.twin_of is not None}
    slots = [row.slot for row in roster.rows if row.leaf not in twins]
    if len(set(slots)) != len(slots):
        raise StatementError("roster.same_slot_twice")
    replaced = roster.replaced()
    if len(set(replaced)) != len(replaced):
        raise StatementError("roster.replaces_twice")
