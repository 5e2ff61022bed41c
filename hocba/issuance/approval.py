"""Personal signatures: one list, one PIN, every document looked at before the key is used.

    offer = propose(wp, target, role="homeroom", staff="GV02", at=now())
    show(offer)                                   # exactly what will be signed
    sign(wp, offer, pin=pin, clock=now)

Order, for each document: load it (rendered again from the frozen record and compared by
bytes, earlier signatures read and computed), compare it with the line that was shown,
sign, read our own signature back, store. A killed run goes on with the same command; what
is signed stays signed once. Who may sign which step says the policy (`appointments.py`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from hocba.issuance import sessions
from hocba.issuance.appointments import (
    Signer,
    acting_for_freeze,
    check_certificate,
    find_signer,
    open_key,
    scope_of,
)
from hocba.issuance.foreign import foreign_errors
from hocba.issuance.rendition import template_of
from hocba.issuance.sessions import Item, Offer, SigningSession, Task
from hocba.issuance.stages import PartlyApproved
from hocba.issuance.store import Signer as RevisionSigner
from hocba.issuance.structure import read_approvals
from hocba.issuance.targets import FrozenTarget
from hocba.issuance.workplace import Workplace
from hocba.kit.errors import IntegrityError, RefusedError
from hocba.kit.failpoints import failpoint
from hocba.sector import queries
from signing.custody import SigningKey
from signing.pades import seal as pades_seal
from signing.pades import sign as pades_sign
from verifier.formats.canonical import sha256_hex
from verifier.formats.policy import PolicyStep, SigningPolicy

Clock = Callable[[], datetime]
Progress = Callable[[int, int], None]

SEAL = "seal"


@dataclass(frozen=True)
class SigningOffer:
    """What a person is asked to sign, as whom, and under which certificate."""

    target: FrozenTarget
    policy: SigningPolicy
    offer: Offer
    signer: Signer

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles of the policy's steps, in order."""
        return roles_of(self.policy)


def roles_of(policy: SigningPolicy) -> tuple[str, ...]:
    """The roles of a policy's steps, in order."""
    return tuple(step.role for step in policy.steps)


def propose(
    wp: Workplace, target: FrozenTarget, *, role: str, staff: str, at: datetime
) -> SigningOffer:
    """List what waits for this role's signature; nothing is written and no key is opened.

    Raises:
        RefusedError: `sign.not_appointed`, `sign.certificate_expired`, `sign.no_such_step`.
        ConflictError: `session.*`.
    """
    policy = target.kind.policy(wp.trust, at=at)
    number, step = _step_of(policy, role)
    with wp.database.transaction("sign.propose") as db:
        acting = acting_for_freeze(db, target.frozen_class, at=at)
        member = queries.staff_by_code(db, acting, staff)
        signer = find_signer(
            db,
            school=acting,
            staff=member.id,
            role=role,
            scope=scope_of(step, target.of.scope),
            at=at,
        )
        check_certificate(wp.custody(signer.custody), signer, at=at)
        task = Task(target.frozen_class, number, role, signer.serial, signer.certificate, member.id)
        return SigningOffer(target, policy, sessions.propose(db, task, at=at), signer)


def _step_of(policy: SigningPolicy, role: str) -> tuple[int, PolicyStep]:
    """The personal step of this role; the seal has its own command."""
    for number, step in enumerate(policy.steps):
        if step.role == role and role != SEAL:
            return number, step
    raise RefusedError("sign.no_such_step", role=role)


def sign(
    wp: Workplace,
    offer: SigningOffer,
    *,
    pin: str,
    clock: Clock,
    progress: Progress = lambda _done, _total: None,
) -> int:
    """Open the key with the PIN and sign everything that the offer lists.

    Raises:
        RefusedError: `custody.wrong_pin`; nothing was written.
        ConflictError: `session.*`.
    """
    with open_key(wp.custody(offer.signer.custody), pin) as key:
        return sign_with(wp, offer, key, clock=clock, progress=progress)


def sign_with(
    wp: Workplace, offer: SigningOffer, key: SigningKey, *, clock: Clock, progress: Progress
) -> int:
    """Sign everything that the offer lists with a key that is open."""
    with wp.database.transaction("session.open") as db:
        session = sessions.open_session(db, offer.offer, new_id=wp.new_id(), at=clock())
    for done, item in enumerate(session.open_items):
        progress(done, len(session.open_items))
        _sign_item(wp, offer, session, item, key, clock())
    progress(len(session.open_items), len(session.open_items))
    return len(session.open_items)


def _sign_item(  # noqa: PLR0913, PLR0917  # one signature is made of these
    wp: Workplace,
    offer: SigningOffer,
    session: SigningSession,
    item: Item,
    key: SigningKey,
    at: datetime,
) -> None:
    sessions.check_not_expired(session, at)
    step, name = session.task.step, "seal" if session.task.role == SEAL else "sign"
    with wp.database.transaction(f"{name}.load") as db:
        partly = wp.store(db).partly_approved(item.transcript, offer.roles[:step])
    _compare(partly, item)
    failpoint(f"{name}.before_signature")
    pdf = _signature(wp, offer, partly, key, at)
    failpoint(f"{name}.after_signature")
    read_approvals(pdf, document=partly.document, steps=offer.roles[: step + 1])
    signer = RevisionSigner(
        session.task.role, session.task.certificate, session.task.appointment, session.id
    )
    with wp.database.transaction(name) as db:
        store = wp.store(db)
        new = store.put_revision(partly.document.frozen, step + 1, before=partly.pdf, pdf=pdf)
        store.add_revision(new, signer, at=at)
        sessions.mark_signed(db, session, item, at=at)


def _compare(partly: PartlyApproved, item: Item) -> None:
    """What is about to be signed is what was shown. Raises: IntegrityError."""
    shown = (item.record_digest, item.input_digest)
    if (partly.document.frozen.digest, sha256_hex(partly.pdf)) != shown:
        raise IntegrityError("sign.not_what_was_shown")


def _signature(
    wp: Workplace, offer: SigningOffer, partly: PartlyApproved, key: SigningKey, at: datetime
) -> bytes:
    step = offer.offer.task.step
    is_seal = offer.offer.task.role == SEAL
    make = pades_seal if is_seal else pades_sign
    stamped = offer.policy.timestamping == "each" or (
        is_seal and offer.policy.timestamping == "seal"
    )
    with foreign_errors():
        return make(
            partly.pdf,
            template_of(offer.target.kind),
            step=step,
            key=key,
            appointment_jws=offer.signer.jws,
            timestamper=wp.outside.timestamper if stamped else None,
            at=at,
        )
