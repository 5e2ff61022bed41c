"""The subject teacher: one subject of one class in one term, typed or pasted, then signed."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from hocba.issuance.mark_sheets import SheetOffer, propose_sheet, sign_sheet
from hocba.issuance.marks import kind_in_force
from hocba.issuance.targets import ClassTarget, class_target, school_years
from hocba.kit.errors import ConflictError, HocbaError, NotFoundError
from hocba.portals.desk.calls import Call, counted
from hocba.portals.desk.grid import Grid, read_grid, write_grid
from hocba.sector import queries
from hocba.sector.models import School, SubjectOffering
from hocba.sector.queries import Offering
from hocba.sector.sheets import register_of_class
from hocba.sector.sheets.layout import Column, SheetPlan, plan

YEAR, FIRST, SECOND = 0, 1, 2
TERMS = (FIRST, SECOND)
"""Whose sheets are signed; `YEAR` is both side by side, as in the teacher's own book."""


@dataclass(frozen=True)
class Lesson:
    """A subject that somebody teaches in a class, in one term."""

    of: ClassTarget
    offering: Offering
    term: int
    page: SheetPlan

    @property
    def path(self) -> str:
        """Its address."""
        return f"/desk/marks/{self.offering.id}/{self.term}"

    @property
    def columns(self) -> list[Column]:
        """The columns of the term; what belongs to the year stands with the second."""
        return [
            column
            for _, column in self.page.inputs()
            if self.term == YEAR or (column.term == FIRST) == (self.term == FIRST)
        ]


def lessons(call: Call, db: Session) -> list[Lesson]:
    """Everything that the person teaches in the newest year, by class and subject."""
    work = call.person.at_work
    rows = db.execute(
        select(SubjectOffering.id, SubjectOffering.class_id).where(
            SubjectOffering.teacher_id == work.staff_id,
            SubjectOffering.class_id.in_(_classes(db, work.school_id)),
        )
    ).all()
    found = [
        _lesson(db, work.school_id, row.id, row.class_id, term) for row in rows for term in TERMS
    ]
    return sorted(
        found,
        key=lambda each: (each.of.grade, each.of.class_name, each.offering.position, each.term),
    )


def grid(call: Call) -> Response:
    """The page to type or paste marks into."""
    with call.wp.database.transaction("desk.marks") as db:
        lesson = _asked(call, db)
        shown = _grid(call, db, lesson)
    return _page(call, lesson, shown, saved=call.form.get("saved"))


def save(call: Call) -> Response:
    """Write everything that was typed, or nothing and every fault named."""
    with call.wp.database.transaction("desk.marks") as db:
        lesson = _asked(call, db)
    try:
        count, typed = write_grid(call, lesson.of, lambda db: _grid(call, db, lesson))
    except ConflictError as error:
        with call.wp.database.transaction("desk.marks") as db:
            newest = _grid(call, db, lesson)
        return call.faulty("grid.html", error, **_values(call, lesson, newest))
    if typed.problems:
        return _page(call, lesson, typed, status=422)
    return call.go(f"{lesson.path}?saved={count}")


def sheet(call: Call) -> Response:
    """What the teacher is asked to sign."""
    with call.wp.database.transaction("desk.sheet") as db:
        lesson = _asked(call, db)
    try:
        return call.page("sheet.html", lesson=lesson, offer=_offer(call, lesson))
    except HocbaError as error:
        return call.faulty("sheet.html", error, lesson=lesson, offer=None)


def sign(call: Call) -> Response:
    """Sign exactly what was shown, with the person's own key."""
    with call.wp.database.transaction("desk.sheet") as db:
        lesson = _asked(call, db)
    offer = None
    try:
        offer = _offer(call, lesson)
        if offer.list_digest != call.form.get("list"):
            raise ConflictError("sheet.changed_meanwhile")
        pin = call.form.get("pin")
        with counted(call, "custody.wrong_pin"):
            signed = sign_sheet(call.wp, offer, pin=pin, clock=call.desk.clock)
    except HocbaError as error:
        return call.faulty("sheet.html", error, lesson=lesson, offer=offer)
    return call.page("sheet.html", lesson=lesson, offer=offer, signed=signed)


def _offer(call: Call, lesson: Lesson) -> SheetOffer:
    return propose_sheet(
        call.wp,
        lesson.of,
        subject=lesson.offering.code,
        term=lesson.term,
        staff=call.person.at_work.code,
        at=call.at,
    )


def _asked(call: Call, db: Session) -> Lesson:
    """The lesson in the path, if it is this person's.

    Raises:
        NotFoundError: `page.not_found`: somebody else's subject is none.
    """
    work, term = call.person.at_work, call.path("term")
    row = db.get(SubjectOffering, call.path_id("offering_id"))
    if row is None or row.teacher_id != work.staff_id or term not in {"0", "1", "2"}:
        raise NotFoundError("page.not_found")
    return _lesson(db, work.school_id, row.id, row.class_id, int(term))


def _lesson(db: Session, school: UUID, offering: UUID, class_id: UUID, term: int) -> Lesson:
    row = queries.class_by_id(db, school, class_id)
    year = queries.year_of_class(db, school, class_id).name
    of = class_target(db.get_one(School, school), row, year)
    taken = next(each for each in queries.offerings(db, school, class_id) if each.id == offering)
    pages = plan(register_of_class(db, school, class_id))
    page = next(each for each in pages if each.subject and each.subject.code == taken.code)
    return Lesson(of, taken, term, page)


def _classes(db: Session, school: UUID) -> list[UUID]:
    """Classes of the newest year."""
    years = school_years(db, school)
    return [each.id for each in queries.classes(db, school, years[0])] if years else []


def _grid(call: Call, db: Session, lesson: Lesson) -> Grid:
    return read_grid(call.wp, db, lesson.of, lesson.columns, lesson.offering.id)


def _values(call: Call, lesson: Lesson, shown: Grid) -> dict[str, Any]:
    policy = kind_in_force("year", lesson.of).policy(call.wp.trust, at=call.at)
    return {
        "grid": shown,
        "title": call.text(
            "desk.marks_title",
            subject=lesson.offering.name,
            name=lesson.of.class_name,
        ),
        "action": lesson.path,
        "sign": f"{lesson.path}/sign" if policy.sheet_step and lesson.term else None,
        "terms": [(term, f"/desk/marks/{lesson.offering.id}/{term}") for term in (*TERMS, YEAR)],
        "term": lesson.term,
        "back": "/desk",
    }


def _page(
    call: Call, lesson: Lesson, shown: Grid, *, status: int = 200, saved: str = ""
) -> Response:
    values = _values(call, lesson, shown)
    return call.page("grid.html", status=status, problems=shown.problems, saved=saved, **values)
