"""The office: the school's seal, handing out, codes for families without accounts."""

from dataclasses import dataclass

from fastapi import Response
from sqlalchemy.orm import Session

from hocba.issuance.hand_out import documents_of, make_code
from hocba.issuance.overview import ClassOverview, class_overview
from hocba.issuance.targets import ClassTarget, find_freezes
from hocba.kit.errors import ConflictError
from hocba.portals.desk import signing
from hocba.portals.desk.calls import Call
from hocba.portals.desk.homeroom import asked_class
from hocba.portals.desk.principal import school_classes, sign_lists, waiting_items
from hocba.portals.desk.roles import DeskRole
from hocba.sector import queries

ROLE = "seal"


@dataclass(frozen=True)
class ClassLine:
    """One class: how many wait for the seal, how many can be handed out."""

    of: ClassTarget
    overview: ClassOverview
    waiting: int
    """Documents of any kind that carry every personal signature."""

    @property
    def ready(self) -> int:
        """Documents that can be handed out."""
        return self.overview.counts.get("released", 0)


def overview(call: Call) -> Response:
    """All classes of the newest year."""
    with call.wp.database.transaction("desk.office") as db:
        lines = [_line(call, db, of) for of in school_classes(call, db)]
    return call.page("office.html", lines=lines, ready=sum(line.waiting > 0 for line in lines))


def _line(call: Call, db: Session, of: ClassTarget) -> ClassLine:
    (counts,) = class_overview(db, [of], steps=signing.steps_of(call, of))
    try:
        targets = find_freezes(db, of, kind=None)
    except ConflictError:
        return ClassLine(of, counts, 0)
    waiting = sum(len(waiting_items(call, db, target, ROLE)) for target in targets)
    return ClassLine(of, counts, waiting)


def seal_form(call: Call) -> Response:
    """What of the chosen classes will be sealed."""
    return sign_lists(call, ROLE, "/desk/office", pin=None)


def seal_classes(call: Call) -> Response:
    """Seal all of them under one confirmation."""
    return sign_lists(call, ROLE, "/desk/office", pin=call.form.get("pin"))


def hand_out(call: Call) -> Response:
    """The documents of a class, for a family that comes to the office."""
    with call.wp.database.transaction("desk.hand_out") as db:
        of = asked_class(call, db, heads=frozenset((DeskRole.OFFICE,)))
        pupils = queries.pupils_of_class(db, of.school_id, of.class_id)
        lines = [(pupil, documents_of(db, pupil.id, school=of.school_id)) for pupil in pupils]
    return call.page("hand_out.html", of=of, lines=lines)


def new_code(call: Call) -> Response:
    """Make a code for a pupil's family; it is shown this once."""
    work = call.person.at_work
    with call.wp.database.transaction("desk.pupil") as db:
        pupil = queries.pupil_by_id(db, work.school_id, call.path_id("pupil_id"))
    code = make_code(call.wp, work.school_id, pupil.code, by=call.person.visit.actor, at=call.at)
    return call.page("code.html", pupil=pupil, code=code, back=call.form.get("back"))
