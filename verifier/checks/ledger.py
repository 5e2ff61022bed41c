"""Check 7: the ledger. 7a to 7c from the file alone, 7d from what the chain answered.

| | question | its input |
|---|---|---|
| 7a | is the receipt's leaf the one that these signed bytes give? | file, receipt |
| 7b | does that leaf lead to the batch, and the entry to a signed checkpoint? | receipt |
| 7c | did the leaf's own school seal the batch's statement? | receipt, trusted root |
| 7d | has the chain the same entry, by a seal then registered? | receipt, chain |
| 7e | did witnesses see it? | there are none yet |

Each is judged on its own input, so a receipt moved from another transcript fails 7a alone.
Without a receipt nothing can be said: not checked, `no_receipt`. An unanswered question is
not checked; a chain that answers, and does not have the entry, is a failure, unless the
node has not even come to the receipt's block.
"""

from collections.abc import Callable

from verifier.checks import references, years
from verifier.context import Context, NotReachedError
from verifier.errors import FormatError, ProofError, UnknownFormatError, VerifierError
from verifier.formats.cades import verify_detached
from verifier.formats.canonical import sha256_hex
from verifier.formats.entries import BatchAnchored
from verifier.formats.merkle import verify_inclusion
from verifier.formats.note import NoteKey, open_checkpoint
from verifier.formats.receipt import Receipt
from verifier.formats.statements import school_key
from verifier.formats.times import format_time, parse_time
from verifier.formats.trusted_root import TrustedRoot
from verifier.formats.view import ChainEntry, LedgerView
from verifier.report import Check, Status

PASSED, FAILED, NOT_CHECKED = Status.PASSED, Status.FAILED, Status.NOT_CHECKED


def check(ctx: Context) -> list[Check]:
    """7a, 7b and 7c."""
    own = [_judged("7a", _leaf, ctx), _judged("7b", _inclusion, ctx), _judged("7c", _seal, ctx)]
    named = references.check(ctx, {"7b": inclusion, "7c": sealed_batch})
    return [*own, *named, *years.check(ctx)]


def check_online(ctx: Context) -> list[Check]:
    """7d and 7e."""
    return [_judged("7d", _chain, ctx), Check("7e", NOT_CHECKED, "7e.no_witness")]


def same_chain(view: LedgerView, trust: TrustedRoot) -> bool:
    """Whether the chain that answered is the one of the trusted root."""
    named = trust.contract
    return (view.chain_id, view.genesis, view.contract.lower()) == (
        named.chain_id,
        named.genesis,
        named.address.lower(),
    )


def _leaf(ctx: Context) -> Check:
    """(7a) Everything in the leaf is recomputed from signed bytes of this file."""
    ours, told = ctx.leaf.to_object(), ctx.receipt.leaf.to_object()
    other = sorted(key for key in ours if ours[key] != told[key])
    if other:
        return Check("7a", FAILED, "7a.other_leaf", detail=", ".join(other))
    return Check("7a", PASSED, "7a.same_leaf")


def _inclusion(ctx: Context) -> Check:
    """(7b) This file's own leaf."""
    return inclusion(ctx.receipt, ctx.trust)


def inclusion(receipt: Receipt, trust: TrustedRoot) -> Check:
    """(7b) Leaf -> batch root -> entry -> checkpoint. RFC 9162, 2.1.3.2."""
    try:
        verify_inclusion(
            receipt.leaf.to_bytes(),
            index=receipt.position,
            size=receipt.batch.leaf_count,
            path=receipt.path,
            root=bytes.fromhex(receipt.batch.root),
        )
    except ProofError as error:
        return Check("7b", FAILED, "7b.wrong_path", detail=error.code)
    other = _differs_from_entry(receipt, trust.realm)
    if other:
        return Check("7b", FAILED, "7b.other_entry", detail=", ".join(other))
    try:
        checkpoint = open_checkpoint(
            receipt.checkpoint, NoteKey(trust.log_key.name, trust.log_key.public_key)
        )
    except VerifierError as error:
        return Check("7b", FAILED, "7b.checkpoint_not_signed", detail=error.code)
    try:
        verify_inclusion(
            receipt.entry.to_bytes(),
            index=receipt.entry.index,
            size=checkpoint.size,
            path=receipt.entry_path,
            root=checkpoint.root,
        )
    except ProofError as error:
        return Check("7b", FAILED, "7b.wrong_entry_path", detail=error.code)
    return Check("7b", PASSED, "7b.in_log")


def _differs_from_entry(receipt: Receipt, realm: str) -> list[str]:
    """Where receipt, batch and entry do not speak of one thing."""
    batch, entry, anchored = receipt.batch, receipt.entry, receipt.anchored
    same = {
        "realm": {receipt.realm, receipt.leaf.realm, batch.realm, entry.realm} == {realm},
        "kind": receipt.leaf.kind == batch.kind,
        "statement": anchored.statement == batch.digest(),
        "school": anchored.school == school_key(batch.realm, batch.school).hex(),
        "seq": (anchored.seq, anchored.previous) == (batch.seq, batch.previous),
        "root": (anchored.root, anchored.leaf_count) == (batch.root, batch.leaf_count),
        "index": receipt.index == anchored.first_index + receipt.position,
        "entry_index": receipt.entry_index == entry.index,
        "block": receipt.block == entry.block,
    }
    return [name for name, holds in same.items() if not holds]


def _seal(ctx: Context) -> Check:
    """(7c) This file's own batch."""
    return sealed_batch(ctx.receipt, ctx.trust)


def sealed_batch(receipt: Receipt, trust: TrustedRoot) -> Check:
    """(7c) The school's own X.509 seal is on the statement; the EVM account is transport."""
    batch, anchored = receipt.batch, receipt.anchored
    at = parse_time(receipt.entry.at)
    try:
        signer = verify_detached(receipt.batch_cades, batch.to_bytes(), trust, at)
    except UnknownFormatError:
        raise
    except VerifierError as error:
        return Check("7c", FAILED, "7c.not_sealed", detail=error.code)
    appointment = signer.appointment
    if not appointment.fills("seal") or appointment.realm != batch.realm:
        return Check("7c", FAILED, "7c.not_a_seal", detail=appointment.role)
    acting = trust.acting_for(batch.school, at=at)
    if appointment.school.code == batch.school != acting:
        return Check("7c", FAILED, "7c.school_closed", detail=acting)
    if not appointment.school.code == acting == receipt.leaf.issuer:
        return Check("7c", FAILED, "7c.other_school", detail=appointment.school.code)
    other = None
    if signer.fingerprint != anchored.seal_fingerprint:
        other = "7c.other_seal"
    elif sha256_hex(receipt.batch_cades) != anchored.signature:
        other = "7c.other_signature"
    if other is not None:
        return Check("7c", FAILED, other, detail=signer.fingerprint)
    return Check("7c", PASSED, "7c.sealed_by_school")


def _chain(ctx: Context) -> Check:
    """(7d) The contract of the trusted root has this very entry."""
    receipt, view, ours = ctx.receipt, ctx.answers.ledger, ctx.trust.contract
    named = (receipt.chain_id, receipt.genesis, receipt.contract)
    if named != (ours.chain_id, ours.genesis, ours.address.lower()):
        return Check("7d", FAILED, "7d.other_chain", detail=f"{receipt.chain_id}")
    if not isinstance(view, LedgerView):
        return Check("7d", NOT_CHECKED, f"7d.{ctx.answers.ledger_problem or 'not_asked'}")
    if not same_chain(view, ctx.trust):
        return Check("7d", NOT_CHECKED, "7d.wrong_chain")
    return _on_chain(view, receipt)


def _on_chain(view: LedgerView, receipt: Receipt) -> Check:
    if view.entry is None and view.block < receipt.block:  # an outage, not a forgery
        return Check("7d", NOT_CHECKED, "7d.node_behind", detail=f"{view.block} < {receipt.block}")
    if view.entry is None:
        return Check("7d", FAILED, "7d.not_anchored", detail=f"{view.leaves} leaves")
    other = _differs_from_chain(view.entry, receipt)
    if other:
        return Check("7d", FAILED, "7d.other_entry", detail=", ".join(other))
    if view.seal is None or not view.seal.holds(view.entry.at):
        return Check("7d", FAILED, "7d.seal_not_registered")
    return Check("7d", PASSED, "7d.on_chain")


def _differs_from_chain(entry: ChainEntry, receipt: Receipt) -> list[str]:
    told = BatchAnchored(
        school=entry.school,
        seq=entry.seq,
        previous=entry.previous,
        statement=entry.statement,
        root=entry.root,
        first_index=entry.first_index,
        leaf_count=entry.leaf_count,
        seal_fingerprint=entry.seal_fingerprint,
        signature=entry.signature,
        replaces=receipt.anchored.replaces,
    ).to_object()
    claimed = receipt.anchored.to_object()
    other = [key for key in told if told[key] != claimed[key]]
    if (entry.index, entry.block) != (receipt.entry.index, receipt.entry.block):
        other.append("index")
    if format_time(entry.at) != receipt.entry.at:
        other.append("at")
    return other


def _judged(check_id: str, judge: Callable[[Context], Check], ctx: Context) -> Check:
    """One question on its own: what stops it does not stop the others."""
    if not ctx.has_receipt:
        return Check(check_id, NOT_CHECKED, f"{check_id}.no_receipt")
    try:
        return judge(ctx)
    except NotReachedError as error:
        return Check(check_id, NOT_CHECKED, f"{check_id}.not_reached", detail=error.detail)
    except UnknownFormatError as error:
        return Check(check_id, NOT_CHECKED, f"{check_id}.newer_verifier_needed", detail=error.code)
    except (FormatError, ProofError) as error:
        return Check(check_id, FAILED, f"{check_id}.malformed", detail=error.code)
