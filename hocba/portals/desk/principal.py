"""The principal: every class at a glance, exceptions first, one confirmation for many."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from fastapi import Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from hocba.issuance import sessions
from hocba.issuance.approval import roles_of
from hocba.issuance.models import PendingRow
from hocba.issuance.overview import ClassOverview, class_overview
from hocba.issuance.returns import ReturnRequest, return_class
from hocba.issuance.targets import (
    ClassTarget,
    FrozenTarget,
    all_classes,
    find_freezes,
    school_years,
)
from hocba.issuance.unusual import Unusual, unusual_in
from hocba.kit.errors import ConflictError, HocbaError, InputError
from hocba.portals.desk import signing
from hocba.portals.desk.calls import Call
from hocba.portals.desk.homeroom import asked_class
from hocba.sector import queries
from hocba.sector.models import Pupil, School
from verifier.formats.canonical import parse_json

ROLE: Final = "principal"
SAMPLE: Final = 3
"""Documents drawn from a class for a closer look."""


@dataclass(frozen=True)
class UnusualLine:
    """A pupil with something to look at before signing."""

    name: str
    transcript: UUID
    unusual: tuple[Unusual, ...]


@dataclass(frozen=True)
class ClassLine:
    """One class: its colour, what waits, what is unusual, a sample to open."""

    of: ClassTarget
    homeroom: str
    overview: ClassOverview
    signal: str
    waiting: int
    pending: int
    unusual: tuple[UnusualLine, ...] = ()
    sample: tuple[UnusualLine, ...] = ()


def overview(call: Call) -> Response:
    """All classes of the newest year: what cannot be signed, what wants a look, what is plain."""
    with call.wp.database.transaction("desk.approval") as db:
        lines = [_line(call, db, of) for of in school_classes(call, db)]
    order = ("red", "amber", "green", "done", "none")
    lines.sort(key=lambda line: order.index(line.signal))
    return call.page("approval.html", lines=lines, ready=sum(line.waiting > 0 for line in lines))


def sign_form(call: Call) -> Response:
    """What of the chosen classes will be signed."""
    return sign_lists(call, ROLE, "/desk/approval", pin=None)


def sign_classes(call: Call) -> Response:
    """Sign all of them under one confirmation."""
    return sign_lists(call, ROLE, "/desk/approval", pin=call.form.get("pin"))


def return_form(call: Call) -> Response:
    """The page that asks what goes back, and why."""
    with call.wp.database.transaction("desk.class") as db:
        values = _return_values(call, db)
    return call.page("return.html", **values)


def send_back(call: Call) -> Response:
    """Send a class or one pupil back to the homeroom teacher."""
    with call.wp.database.transaction("desk.class") as db:
        values = _return_values(call, db)
        of = asked_class(call, db)
    request = ReturnRequest(
        call.person.at_work.code, call.form.get("reason"), call.form.get("pupil") or None
    )
    try:
        return_class(call.wp, of, request, at=call.at)
    except HocbaError as error:
        return call.faulty("return.html", error, **values)
    return call.go("/desk/approval")


def sign_lists(call: Call, role: str, back: str, *, pin: str | None) -> Response:
    """Show the lists of the chosen classes, or sign them once the PIN is there."""
    chosen = call.form.all("class")
    action = f"{back}/seal" if role == "seal" else f"{back}/sign"
    values: dict[str, Any] = {"action": action, "back": back, "role": role, "classes": chosen}
    lists = None
    try:
        with call.wp.database.transaction("desk.chosen") as db:
            known = {str(of.class_id): of for of in school_classes(call, db)}
        classes = [known[each] for each in dict.fromkeys(chosen) if each in known]
        if not classes:
            raise InputError("desk.no_class_chosen")
        propose = signing.propose_seals(call, classes) if role == "seal" else None
        lists = propose or signing.propose(call, classes, role=role)
        if pin is not None:
            run = signing.begin(call, lists, shown=call.form.get("list"), pin=pin, back=back)
            return call.go(f"/desk/runs/{run.id}")
    except HocbaError as error:
        return call.faulty("sign.html", error, lists=lists, **values)
    return call.page("sign.html", lists=lists, **values)


def school_classes(call: Call, db: Session) -> Sequence[ClassTarget]:
    """Every class of the school's newest year."""
    school = db.get_one(School, call.person.at_work.school_id)
    years = school_years(db, school.id)
    return all_classes(db, school, years[0]) if years else ()


def _line(call: Call, db: Session, of: ClassTarget) -> ClassLine:
    steps = signing.steps_of(call, of)
    (counts,) = class_overview(db, [of], steps=steps)
    homeroom = queries.class_by_id(db, of.school_id, of.class_id).homeroom_id
    teacher = queries.staff_by_id(db, of.school_id, homeroom).name if homeroom else ""
    try:
        targets = find_freezes(db, of, kind=None)
    except ConflictError:
        return ClassLine(of, teacher, counts, "red", 0, 0)
    waiting = [each for target in targets for each in _waiting(call, db, target)]
    pending = len(
        db.scalars(
            select(PendingRow.pupil_id).where(
                PendingRow.frozen_class_id.in_([target.frozen_class for target in targets])
            )
        ).all()
    )
    pending = min(pending, counts.counts.get("pending", 0))
    unusual = tuple(each for each in waiting if each.unusual)
    drawn = secrets.SystemRandom().sample(range(len(waiting)), min(SAMPLE, len(waiting)))
    sample = tuple(waiting[each] for each in sorted(drawn))
    signal = _signal(counts, len(waiting), pending, len(unusual))
    return ClassLine(of, teacher, counts, signal, len(waiting), pending, unusual, sample)


def _signal(counts: ClassOverview, waiting: int, pending: int, unusual: int) -> str:
    """Red: something keeps the class from being finished; amber: look first; green: plain."""
    if pending or counts.counts.get("none"):
        return "red"
    if waiting:
        return "amber" if unusual else "green"
    return "none" if counts.counts.get("frozen") else "done"


def waiting_items(
    call: Call, db: Session, target: FrozenTarget, role: str
) -> tuple[sessions.Item, ...]:
    """What of a freeze waits for this role; nothing where the kind does not ask for it."""
    roles = roles_of(target.kind.policy(call.wp.trust, at=call.at))
    return sessions.waiting(db, target.frozen_class, roles.index(role)) if role in roles else ()


def _waiting(call: Call, db: Session, target: FrozenTarget) -> list[UnusualLine]:
    """Documents that wait for the principal, each with what is unusual about it."""
    items = waiting_items(call, db, target, ROLE)
    store, lines = call.wp.store(db), []
    for item in items:
        record = parse_json(store.frozen(item.transcript).record)
        name = record["pupil"]["name"]
        lines.append(UnusualLine(name, item.transcript, unusual_in(record)))
    return lines


def _return_values(call: Call, db: Session) -> dict[str, Any]:
    of = asked_class(call, db)
    pupils: list[Pupil] = queries.pupils_of_class(db, of.school_id, of.class_id)
    return {
        "of": of,
        "pupils": [(pupil.code, pupil.name) for pupil in pupils],
        "chosen": call.form.get("pupil"),
        "reason": call.form.get("reason"),
    }
