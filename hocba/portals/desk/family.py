"""Parents and pupils: what was issued for their children and when, and the files themselves."""

from uuid import UUID

from fastapi import Response
from sqlalchemy.orm import Session

from hocba.issuance.hand_out import documents_of, released_file, with_code
from hocba.kit.clock import local_date
from hocba.kit.errors import HocbaError, NotFoundError
from hocba.portals.desk.calls import Call
from hocba.sector import families
from hocba.sector.models import Pupil


def children(call: Call) -> Response:
    """Every child, with what was issued."""
    with call.wp.database.transaction("desk.children") as db:
        found = [(pupil, documents_of(db, pupil.id)) for pupil in _children(call, db)]
    return call.page("children.html", children=found)


def download(call: Call) -> Response:
    """One file of one child."""
    pupil, transcript = call.path_id("pupil_id"), call.path_id("transcript_id")
    with call.wp.database.transaction("desk.child") as db:
        if pupil not in {each.id for each in _children(call, db)}:
            raise NotFoundError("record.not_found")
    return _file(call, pupil, transcript)


def collect_form(call: Call) -> Response:
    """The page that asks for a code from the school's office."""
    return call.page("collect.html", pupil=None, documents=(), code="")


def collect(call: Call) -> Response:
    """What the code opens."""
    code = call.form.get("code")
    try:
        opened = with_code(call.wp, code, address=call.address, at=call.at)
    except HocbaError as error:
        return call.faulty("collect.html", error, pupil=None, documents=(), code=code)
    return call.page("collect.html", pupil=opened.pupil, documents=opened.documents, code=code)


def collect_file(call: Call) -> Response:
    """One of the files; the code comes again, in the body and never in an address."""
    opened = with_code(call.wp, call.form.get("code"), address=call.address, at=call.at)
    asked = call.form.get("transcript")
    for one in opened.documents:
        if str(one.transcript) == asked:
            return _file(call, opened.pupil.id, one.transcript)
    raise NotFoundError("record.not_found")


def _children(call: Call, db: Session) -> list[Pupil]:
    person = call.person
    if person.is_pupil:
        return [db.get_one(Pupil, person.own_id)]
    return families.children(db, person.own_id, on=local_date(call.at))


def _file(call: Call, pupil: UUID, transcript: UUID) -> Response:
    return call.file(released_file(call.wp, pupil, transcript), f"hoc-ba-{transcript}.pdf")
