"""Check 8: not withdrawn, not under review, not superseded.

The chain says which changes there were; none of them counts by that alone, since whoever
holds an EVM key could send one. A change counts with the statement that the contract
names, sealed by the leaf's own school, or by the one that had taken it over by then
(`successions` of the trusted root), saying this about this leaf: a status statement
for *withdrawn*, *under review* and *good*, a batch whose roster replaces the leaf for
*superseded*. The department alone counts for *under review*, until it lapses.

Of what the school stated, the statement with the highest sequence number counts, which
stands under its seal, and of two with one number the graver: in which order statements came
to the chain, and how often, is up to whoever sent them. So a statement that is shown under
its seal is heard once, whatever else was announced of it.

A change that nobody can show may be junk of a stolen account, or what the store hides. It is
left alone where the school has spoken since, in a statement that nobody had announced before
it: any such statement settles what was said of the leaf's state, one that reaffirms it
settles everything, a superseding and what the contract no longer tells included.

The graver answer wins:

1. withdrawn, by the last sealed statement;
2. under review: by the school, by the department, or because a statement or the signature
   that the chain names for it cannot be shown (whoever hides, swaps or spoils it must not
   make a withdrawn file valid);
3. superseded;
4. not checked `8.statement_not_sealed`: what the chain names is not the school's seal;
5. good.

Judged on the receipt's own leaf at the place where the chain has it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta, timezone
from enum import Enum, auto

from verifier.checks import references
from verifier.checks.ledger import same_chain
from verifier.context import Context, NotReachedError
from verifier.errors import ProofError, VerifierError
from verifier.formats.cades import SealSigner, verify_detached
from verifier.formats.canonical import sha256_hex
from verifier.formats.merkle import verify_inclusion
from verifier.formats.receipt import Receipt
from verifier.formats.statements import (
    GOOD,
    SUPERSEDED,
    UNDER_REVIEW,
    WITHDRAWN,
    Batch,
    Roster,
    StatusStatement,
    school_key,
)
from verifier.formats.view import Change, LedgerView
from verifier.report import Check, Status

VIETNAM = timezone(timedelta(hours=7))
_GRAVER = (GOOD, UNDER_REVIEW, WITHDRAWN)
FAILED, NOT_CHECKED, PASSED = Status.FAILED, Status.NOT_CHECKED, Status.PASSED


class Proof(Enum):
    """What stands behind a change."""

    SEALED = auto()
    NOT_SHOWN = auto()
    NOT_SEALED = auto()


@dataclass
class Findings:
    """What the changes of one leaf come to."""

    stated: str = GOOD
    seq: int = 0
    """Of the school's statement that decides; 0 while none does."""
    stated_by: str | None = None
    superseded_by: str | None = None
    """When, by which entry and leaf."""
    reviewed_until: str | None = None
    settled: int = 0
    """The entry before which nobody needs to show what was said of the leaf's state."""
    reaffirmed: int = 0
    """The same for what superseded it."""
    not_shown: list[str] = field(default_factory=list)
    batch_not_shown: list[str] = field(default_factory=list)
    not_sealed: list[str] = field(default_factory=list)

    def settles(self, entry: int, state: str) -> bool:
        """Whether the school has spoken since this change, so that it need not be shown."""
        return entry < (self.reaffirmed if state == SUPERSEDED else self.settled)

    def note(self, state: str, name: str, proof: Proof) -> None:
        """Keep a change that is not sealed."""
        if proof is Proof.NOT_SEALED:
            self.not_sealed.append(name)
        else:
            (self.batch_not_shown if state == SUPERSEDED else self.not_shown).append(name)


def check(ctx: Context) -> list[Check]:
    """The check, and the same about every record that this one names."""
    return references.check_status(ctx, _status_of(ctx), _status_of)


def _status_of(ctx: Context) -> Check:
    """What is said of one receipt's leaf."""
    if not ctx.has_receipt:
        return Check("8", NOT_CHECKED, "8.no_receipt")
    view = ctx.answers.ledger
    if not isinstance(view, LedgerView):
        return Check("8", NOT_CHECKED, f"8.{ctx.answers.ledger_problem or 'not_asked'}")
    if not same_chain(view, ctx.trust):
        return Check("8", NOT_CHECKED, "8.wrong_chain")
    if not _stands_there(ctx.receipt, view):
        return Check("8", NOT_CHECKED, "8.leaf_not_in_ledger")
    return _answer(_findings(ctx, view), view)


def _stands_there(receipt: Receipt, view: LedgerView) -> bool:
    """The index is the leaf's only if the chain's own root says so."""
    entry = view.entry
    if entry is None or receipt.index != entry.first_index + receipt.position:
        return False
    try:
        verify_inclusion(
            receipt.leaf.to_bytes(),
            index=receipt.position,
            size=entry.leaf_count,
            path=receipt.path,
            root=bytes.fromhex(entry.root),
        )
    except ProofError:
        return False
    return True


def _findings(ctx: Context, view: LedgerView) -> Findings:
    found = Findings(reviewed_until=_review(ctx, view.changes))
    proved = [(change, _proof(ctx, change)) for change in view.changes if change.school is not None]
    sealed = {change.statement for change, proof in proved if proof is Proof.SEALED}
    for change, proof in proved:
        if proof is not Proof.SEALED:
            continue
        if change.state == SUPERSEDED:
            found.superseded_by = found.superseded_by or _replacement(ctx, change)
        else:
            _hear(found, change, StatusStatement.parse(ctx.answers.statements[change.statement]))
    for change, proof in proved:
        if change.statement not in sealed and not found.settles(change.entry, change.state):
            found.note(change.state, str(change.entry), proof)
    if view.changes_total > len(view.changes):
        for state in (GOOD, SUPERSEDED):
            if not found.settles(view.changes[0].entry, state):
                found.note(state, "older", Proof.NOT_SHOWN)
    return found


def _review(ctx: Context, changes: Iterable[Change]) -> str | None:
    """Until when the department alone has put the leaf under review."""
    running = [
        change.until
        for change in changes
        if change.school is None and change.state == UNDER_REVIEW
        and change.until is not None and ctx.now < change.until
    ]  # fmt: skip
    return max(running).isoformat() if running else None


def _replacement(ctx: Context, change: Change) -> str:
    """The day, entry and leaf of the version that took this one's place, for who holds both."""
    batch = Batch.parse(ctx.answers.statements[change.statement])
    roster = Roster.parse(ctx.answers.statements[batch.roster_root])
    leaf = next(row.leaf for row in roster.rows if row.replaces == change.index)
    day = change.at.astimezone(VIETNAM)
    return f"{day:%d/%m/%Y} (entry {change.entry}, leaf {leaf[:16]})"


def _hear(found: Findings, change: Change, statement: StatusStatement) -> None:
    """Take in what the school stated under its seal."""
    found.settled = max(found.settled, change.first)
    said = next(entry for entry in statement.entries if entry.index == change.index)
    if (said.state, said.reason) == (GOOD, "reaffirmed"):
        found.reaffirmed = max(found.reaffirmed, change.first)
    newer = (statement.seq, _GRAVER.index(change.state))
    if newer > (found.seq, _GRAVER.index(found.stated)):
        found.seq, found.stated, found.stated_by = statement.seq, change.state, change.statement


def _answer(found: Findings, view: LedgerView) -> Check:
    hidden = found.not_shown + found.batch_not_shown
    if found.stated == WITHDRAWN and not found.not_shown:
        return Check("8", FAILED, "8.withdrawn", detail=found.stated_by)
    if found.stated == UNDER_REVIEW or found.reviewed_until is not None:
        return Check("8", FAILED, "8.under_review", detail=found.reviewed_until)
    if hidden:
        detail = f"statement not shown: {', '.join(hidden)}"
        return Check("8", FAILED, "8.under_review", detail=detail)
    if found.superseded_by is not None:
        return Check("8", FAILED, "8.superseded", detail=found.superseded_by)
    if found.not_sealed:
        detail = ", ".join(found.not_sealed)
        return Check("8", NOT_CHECKED, "8.statement_not_sealed", detail=detail)
    return Check("8", PASSED, "8.good", detail=f"block {view.block}")


def _proof(ctx: Context, change: Change) -> Proof:
    payload = ctx.answers.statements.get(change.statement)
    signature = ctx.answers.signatures.get(change.statement)
    if payload is None or sha256_hex(payload) != change.statement:
        return Proof.NOT_SHOWN
    if signature is None or sha256_hex(signature) != change.signature:
        return Proof.NOT_SHOWN  # a store may hide or swap it: only the one on the chain counts
    try:
        signer = verify_detached(signature, payload, ctx.trust, change.at)
        _require_seal(ctx, change, signer)
        says = _supersedes if change.state == SUPERSEDED else _states
        return Proof.SEALED if says(ctx, change, payload) else Proof.NOT_SEALED
    except NotReachedError:
        return Proof.NOT_SHOWN
    except VerifierError:
        return Proof.NOT_SEALED
    except Exception:  # noqa: BLE001  # what breaks the reader must not silence the other changes
        return Proof.NOT_SHOWN


def _require_seal(ctx: Context, change: Change, signer: SealSigner) -> None:
    school = ctx.receipt.batch.school
    acting = ctx.trust.acting_for(school, at=change.at)
    sealed_by = (signer.appointment.realm, signer.appointment.school.code, signer.fingerprint)
    if sealed_by != (ctx.trust.realm, acting, change.seal_fingerprint):
        raise ProofError("status.other_seal")
    if not signer.appointment.fills("seal"):
        raise ProofError("status.not_a_seal", signer.appointment.role)
    if change.school != school_key(ctx.trust.realm, school).hex():
        raise ProofError("status.other_school")


def _states(ctx: Context, change: Change, payload: bytes) -> bool:
    """The statement says this about this leaf."""
    receipt, statement = ctx.receipt, StatusStatement.parse(payload)
    return (statement.realm, statement.school) == (ctx.trust.realm, receipt.batch.school) and any(
        (entry.index, entry.leaf, entry.state) == (change.index, receipt.leaf.id(), change.state)
        for entry in statement.entries
    )


def _supersedes(ctx: Context, change: Change, payload: bytes) -> bool:
    """The batch's roster replaces the leaf that was named; the sealed root names the roster."""
    batch = Batch.parse(payload)
    data = ctx.answers.statements.get(batch.roster_root)
    if data is None:
        raise NotReachedError("roster")
    roster = Roster.parse(data)
    if roster.root().hex() != batch.roster_root:
        raise NotReachedError("roster")
    return (batch.realm, batch.school) == (
        ctx.trust.realm,
        ctx.receipt.batch.school,
    ) and change.index in roster.replaced()
