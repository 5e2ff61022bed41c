"""The school's seal: on every document of a list, then on the statement that joins them.

    offer = propose_seal(wp, target, staff="VT01", at=now())
    outcome = apply_seal(wp, offer, pin=pin, clock=now)

With the seal the act is complete and the version number used up. One authorisation covers
the list and its batch statement. Neither a timestamp nor the chain is needed here: with
both out, sealing goes on and release waits. A run cut short between the last document and
the statement is finished by the same command.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from hocba.issuance import sessions
from hocba.issuance.appointments import (
    Signer,
    acting_for_freeze,
    check_certificate,
    find_signer,
    open_key,
)
from hocba.issuance.approval import SEAL, Clock, Progress, SigningOffer, roles_of, sign_with
from hocba.issuance.batch import make_batch, sealed_rows
from hocba.issuance.models import FrozenClassRow
from hocba.issuance.sessions import Offer, Task
from hocba.issuance.stages import SealedStatement
from hocba.issuance.targets import FrozenTarget
from hocba.issuance.workplace import Workplace
from hocba.kit.clock import local_date
from hocba.kit.errors import ConflictError, RefusedError
from hocba.sector import queries
from hocba.sector.models import Role
from verifier.formats.policy import SigningPolicy

MAY_SEAL = (Role.CLERK, Role.PRINCIPAL, Role.DEPUTY_PRINCIPAL)
"""Whoever may press the seal; the seal itself is the school's, not theirs."""


@dataclass(frozen=True)
class SealOffer:
    """What will be sealed, and how much was sealed before but is in no batch yet."""

    target: FrozenTarget
    policy: SigningPolicy
    signer: Signer
    list: Offer | None
    left_over: int

    @property
    def count(self) -> int:
        """How many documents this authorisation is about."""
        return self.left_over + (len(self.list.items) if self.list else 0)


@dataclass(frozen=True)
class SealOutcome:
    """What came of it: documents sealed now, and the statement that joins them."""

    sealed: int
    statement: SealedStatement | None


def propose_seal(wp: Workplace, target: FrozenTarget, *, staff: str, at: datetime) -> SealOffer:
    """List what waits for the seal; nothing is written and no key is opened.

    Raises:
        RefusedError: `seal.not_allowed`, `sign.not_appointed`, `sign.certificate_expired`.
        ConflictError: `session.*`, `seal.window_passed`.
    """
    policy = target.kind.policy(wp.trust, at=at)
    step = roles_of(policy).index(SEAL)
    with wp.database.transaction("seal.propose") as db:
        acting = acting_for_freeze(db, target.frozen_class, at=at)
        member = require_sealer(db, acting, staff, at=at)
        signer = find_seal(wp, acting, at=at)
        freeze = db.get_one(FrozenClassRow, target.frozen_class)
        _check_window(freeze.issued_on, policy, at)
        left_over = len(sealed_rows(db, target, steps=len(policy.steps)))
        task = Task(target.frozen_class, step, SEAL, signer.serial, signer.certificate, member)
        try:
            offer = sessions.propose(db, task, at=at)
        except ConflictError as error:
            if error.code != "session.nothing_to_sign" or not left_over:
                raise
            offer = None
    return SealOffer(target, policy, signer, offer, left_over)


def require_sealer(db: Session, school: UUID, staff: str, *, at: datetime) -> UUID:
    """Return the member of staff of this code if they may press the school's seal.

    Raises:
        NotFoundError: `staff.not_found`.
        RefusedError: `seal.not_allowed`.
    """
    member = queries.staff_by_code(db, school, staff)
    held = queries.roles_of(db, school, member.id, on=local_date(at))
    if not any(role.role in MAY_SEAL for role in held):
        raise RefusedError("seal.not_allowed")
    return member.id


def find_seal(wp: Workplace, school: UUID, *, at: datetime) -> Signer:
    """The school's own appointment, its certificate checked.

    Raises:
        RefusedError: `sign.not_appointed`, `sign.certificate_expired`.
    """
    with wp.database.transaction("seal.find") as db:
        signer = find_signer(db, school=school, staff=None, role=SEAL, scope="school", at=at)
    check_certificate(wp.custody(signer.custody), signer, at=at)
    return signer


def apply_seal(
    wp: Workplace,
    offer: SealOffer,
    *,
    pin: str,
    clock: Clock,
    progress: Progress = lambda _done, _total: None,
) -> SealOutcome:
    """Open the seal's key, seal the list, then the statement; queue the anchoring.

    Raises:
        RefusedError: `custody.wrong_pin`; nothing was written.
    """
    with open_key(wp.custody(offer.signer.custody), pin) as key:
        sealed = 0
        if offer.list is not None:
            signing = SigningOffer(offer.target, offer.policy, offer.list, offer.signer)
            sealed = sign_with(wp, signing, key, clock=clock, progress=progress)
        statement = make_batch(
            wp, offer.target, policy=offer.policy, key=key, signer=offer.signer, at=clock()
        )
    return SealOutcome(sealed, statement)


def _check_window(issued_on: date, policy: SigningPolicy, at: datetime) -> None:
    """Too long after the date on the document, the class has to go back."""
    last = issued_on + timedelta(days=policy.issue_window_days)
    if not issued_on <= local_date(at) <= last:
        raise ConflictError("seal.window_passed", last=f"{last:%d/%m/%Y}")
