"""Signing at the desk: lists of one or many classes, one confirmation, one PIN.

    lists = propose(call, classes, role="homeroom")     # what will be signed, shown first
    run = begin(call, lists, shown=call.form.get("list"), pin=call.form.get("pin"), back="/desk")

What is signed is what was shown: the digest of all lists stands in the form and is compared
when the PIN comes. A wrong PIN is told at once; the signatures are made in the background.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from hocba.issuance import approval
from hocba.issuance.appointments import open_key
from hocba.issuance.approval import SigningOffer
from hocba.issuance.document import store_documents
from hocba.issuance.marks import kind_in_force
from hocba.issuance.models import TranscriptRow
from hocba.issuance.seal import SealOffer, apply_seal, propose_seal
from hocba.issuance.sessions import Offer
from hocba.issuance.targets import ClassTarget, FrozenTarget, find_freezes
from hocba.kit.errors import ConflictError, HocbaError, RefusedError
from hocba.portals.desk.calls import Call, counted
from hocba.portals.desk.runs import Progress, Run
from hocba.sector.models import Pupil
from verifier.formats.canonical import canonical, sha256_hex

_NOTHING_WAITS = frozenset(
    ("session.nothing_to_sign", "session.earlier_step_missing", "sign.no_such_step")
)
"""Not every kind asks for every signature."""


@dataclass(frozen=True)
class Line:
    """One document of a list, as a person knows it."""

    name: str
    transcript: str
    version: int
    digest: str


@dataclass(frozen=True)
class ClassList:
    """What of one class will be signed."""

    of: ClassTarget
    lines: tuple[Line, ...]
    digest: str
    offer: SigningOffer | SealOffer

    @property
    def kind(self) -> str:
        """What kind of document they are."""
        return self.offer.target.kind.kind


@dataclass(frozen=True)
class Lists:
    """Everything under one confirmation."""

    classes: tuple[ClassList, ...]

    @property
    def count(self) -> int:
        """How many documents."""
        return sum(len(each.lines) for each in self.classes)

    @property
    def digest(self) -> str:
        """Digest of all that is shown."""
        return sha256_hex(canonical([each.digest for each in self.classes]))


def steps_of(call: Call, of: ClassTarget) -> int:
    """How many signatures the year's transcript of a class needs, the seal among them."""
    return len(kind_in_force("year", of).policy(call.wp.trust, at=call.at).steps)


def propose(call: Call, classes: Sequence[ClassTarget], *, role: str) -> Lists:
    """List what waits for this person's signature in these classes.

    Raises:
        RefusedError: `sign.*`.
        ConflictError: `session.*`, `class.not_frozen`.
    """
    staff = call.person.at_work.code

    def offered(target: FrozenTarget) -> tuple[Offer | None, str, SigningOffer]:
        store_documents(call.wp, target.frozen_class, at=call.at)
        offer = approval.propose(call.wp, target, role=role, staff=staff, at=call.at)
        return offer.offer, offer.offer.list_digest, offer

    return _lists(call, classes, offered)


def propose_seals(call: Call, classes: Sequence[ClassTarget]) -> Lists:
    """List what waits for the school's seal in these classes.

    Raises:
        RefusedError: `seal.*`, `sign.*`.
        ConflictError: `session.*`, `seal.window_passed`.
    """
    staff = call.person.at_work.code

    def offered(target: FrozenTarget) -> tuple[Offer | None, str, SealOffer]:
        offer = propose_seal(call.wp, target, staff=staff, at=call.at)
        digest = (
            offer.list.list_digest
            if offer.list
            else f"left-over:{target.frozen_class}:{offer.left_over}"
        )
        return offer.list, digest, offer

    return _lists(call, classes, offered)


def _lists(
    call: Call,
    classes: Sequence[ClassTarget],
    offered: Callable[[FrozenTarget], tuple[Offer | None, str, SigningOffer | SealOffer]],
) -> Lists:
    """A list for each freeze in which something waits; a class in which nothing does is said.

    Whoever was completed later, or was sent back alone, is in a freeze of their own.
    """
    found: list[ClassList] = []
    for of in classes:
        with call.wp.database.transaction("desk.target") as db:
            targets = find_freezes(db, of, kind=None)
        nothing: HocbaError | None = None
        before = len(found)
        for target in reversed(targets):
            try:
                items, digest, offer = offered(target)
            except (ConflictError, RefusedError) as error:
                if error.code not in _NOTHING_WAITS:
                    raise
                nothing = error
                continue
            lines = _lines(call, [item.transcript for item in items.items] if items else [])
            found.append(ClassList(of, lines, digest, offer))
        if nothing is not None and len(found) == before:
            raise nothing
    return Lists(tuple(found))


def begin(call: Call, lists: Lists, *, shown: str, pin: str, back: str) -> Run:
    """Open the key and sign in the background; return the act to watch.

    Raises:
        ConflictError: `session.list_changed`.
        RefusedError: `custody.wrong_pin`.
    """
    if not lists.classes or shown != lists.digest:
        raise ConflictError("session.list_changed")
    (reference,) = {each.offer.signer.custody for each in lists.classes}
    wp, clock = call.wp, call.desk.clock
    with counted(call, "custody.wrong_pin"):
        key = open_key(wp.custody(reference), pin)

    def work(report: Progress) -> None:
        done = 0
        with key:
            for each in lists.classes:
                before = done

                def progress(some: int, _total: int, before: int = before) -> None:
                    report(before + some, lists.count)

                if isinstance(each.offer, SealOffer):
                    apply_seal(wp, each.offer, pin=pin, clock=clock, progress=progress)
                else:
                    approval.sign_with(wp, each.offer, key, clock=clock, progress=progress)
                done += len(each.lines)
        report(lists.count, lists.count)

    sealing = any(isinstance(each.offer, SealOffer) for each in lists.classes)
    title = "desk.run_seal" if sealing else "desk.run_sign"
    return call.desk.runs.start(
        call.person.visit.actor, title, total=lists.count, work=work, back=back
    )


def _lines(call: Call, transcripts: Sequence[object]) -> tuple[Line, ...]:
    with call.wp.database.transaction("desk.list") as db:
        rows = db.execute(
            select(TranscriptRow, Pupil.name)
            .join(Pupil, Pupil.id == TranscriptRow.pupil_id)
            .where(TranscriptRow.id.in_(list(transcripts)))
            .order_by(TranscriptRow.position)
        ).all()
    return tuple(Line(name, str(row.id), row.version, row.record_digest) for row, name in rows)
