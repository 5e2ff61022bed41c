"""Finish the transcripts of an anchored batch, verify each as a stranger would, release it.

    released = release_batch(wp, statement, clock=now)

Order, for each: receipt into the seal, status of all certificates and the document
timestamp behind it, then our own verifier over the finished bytes with all its sources. A
file that it does not call valid is not released, whatever the reason. With the timestamping
service out nothing is half-finished: the job comes again.
"""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from hocba.issuance.approval import roles_of
from hocba.issuance.credential import CredentialKind, kind_of
from hocba.issuance.foreign import foreign_errors
from hocba.issuance.models import FrozenClassRow, LeafRow, ReleasedRow, StatementRow
from hocba.issuance.online import online_sources
from hocba.issuance.receipt import LoadedBatch, add_receipt, load_batch
from hocba.issuance.rendition import template_of
from hocba.issuance.stages import Receipted, Released, TranscriptId
from hocba.issuance.structure import read_signatures
from hocba.issuance.workplace import Workplace
from hocba.kit.errors import HocbaError, IntegrityError, UnavailableError
from hocba.kit.failpoints import failpoint
from signing.pades import finish
from verifier.formats.policy import SigningPolicy
from verifier.report import Report, Status, Verdict
from verifier.verify import verify

Clock = Callable[[], datetime]
Progress = Callable[[int, int], None]


def release_batch(
    wp: Workplace,
    statement: str,
    *,
    clock: Clock,
    progress: Progress = lambda _done, _total: None,
) -> int:
    """Release every transcript of the batch that is not released yet; return how many.

    Raises:
        UnavailableError: `timestamp.*`, `status.*`, `release.not_checkable`.
        IntegrityError: `release.not_valid`, or what a stage refuses.
    """
    with wp.database.transaction("release.load") as db:
        row = db.get_one(StatementRow, statement)
        freeze = db.get_one(FrozenClassRow, row.frozen_class_id)
        kind = kind_of(freeze.kind, level=freeze.level, template=freeze.template_id)
        released = select(ReleasedRow.transcript_id)
        waiting = db.scalars(
            select(LeafRow.transcript_id)
            .where(LeafRow.statement == statement, LeafRow.transcript_id.not_in(released))
            .order_by(LeafRow.position)
        ).all()
        batch = load_batch(wp, db, statement) if waiting else None
        policy = kind.policy(wp.trust, at=row.made_at)
    for done, transcript in enumerate(waiting):
        progress(done, len(waiting))
        assert batch is not None  # noqa: S101  # loaded where anything waits
        _release(wp, TranscriptId(transcript), batch, kind, policy, clock)
    progress(len(waiting), len(waiting))
    return len(waiting)


def _release(  # noqa: PLR0913, PLR0917  # the batch's facts are read once for all its transcripts
    wp: Workplace,
    transcript: TranscriptId,
    batch: LoadedBatch,
    kind: CredentialKind,
    policy: SigningPolicy,
    clock: Clock,
) -> None:
    roles = roles_of(policy)
    with wp.database.transaction("release.read") as db:
        anchored = wp.store(db).anchored(transcript, roles)
    receipted = add_receipt(anchored, batch, step=len(roles) - 1)
    released = finish_file(wp, receipted, kind, roles, at=clock())
    report = verify(
        released.pdf,
        trust=wp.trust,
        others=wp.others,
        online=online_sources(wp),
        now=clock(),
    )
    check_report(report)
    frozen = anchored.batched.sealed.approved.document.frozen
    with wp.database.transaction("release") as db:
        blob = wp.store(db).put_released(frozen, released.pdf, kind)
        # Two workers may come to the same transcript: the first file is the one that counts.
        db.execute(
            insert(ReleasedRow)
            .values(
                transcript_id=transcript,
                digest=released.digest,
                size=len(released.pdf),
                blob=blob,
                index=released.index,
                verdict=report.verdict.value,
                released_at=released.at,
            )
            .on_conflict_do_nothing()
        )


def finish_file(
    wp: Workplace,
    receipted: Receipted,
    kind: CredentialKind,
    roles: tuple[str, ...],
    *,
    at: datetime,
) -> Released:
    """Append evidence and document timestamp.

    Raises:
        UnavailableError: `timestamp.*`, `status.*`.
    """
    anchored = receipted.anchored
    document = anchored.batched.sealed.approved.document
    signatures = read_signatures(receipted.pdf, document=document, steps=roles)
    signers = [(found.cms.signer_certificate, *found.cms.certificates) for found in signatures]
    evidence = wp.outside.evidence(signers, at=at)
    failpoint("release.before_finish")
    with foreign_errors():
        pdf = finish(
            receipted.pdf,
            template_of(kind),
            evidence=evidence,
            timestamper=wp.outside.timestamper,
            at=at,
        )
    failpoint("release.after_finish")
    frozen = document.frozen
    return Released(frozen.transcript, frozen.record_id, frozen.version, anchored.index, pdf, at)


def check_report(report: Report) -> None:
    """Refuse to hand out what our own verifier does not call valid."""
    if report.verdict in (Verdict.VALID, Verdict.VALID_NOTE):
        return
    codes = [check.code for check in report.checks if check.status is not Status.PASSED]
    kind: type[HocbaError] = IntegrityError
    if report.verdict is Verdict.COULD_NOT_CHECK:
        kind = UnavailableError
    code = "release.not_valid" if kind is IntegrityError else "release.not_checkable"
    raise kind(code, reason=", ".join(codes))
