"""The first page after login: what waits for this person."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import Response
from sqlalchemy.orm import Session

from hocba.issuance.overview import ClassOverview, class_overview
from hocba.issuance.targets import ClassTarget, find_class
from hocba.kit.errors import NotFoundError
from hocba.portals.desk.calls import Call
from hocba.portals.desk.roles import DeskRole
from hocba.portals.desk.signing import steps_of
from hocba.portals.desk.teacher import Lesson, lessons
from hocba.sector import queries, registers


@dataclass(frozen=True)
class LessonLine:
    """A subject and term with how much of it is filled in."""

    lesson: Lesson
    filled: int
    wanted: int


@dataclass(frozen=True)
class ClassLine:
    """A class of a homeroom teacher."""

    of: ClassTarget
    overview: ClassOverview


def home(call: Call) -> Response:
    """Everything that this person can begin with."""
    person = call.person
    taught: list[LessonLine] = []
    classes: list[ClassLine] = []
    with call.wp.database.transaction("desk.home") as db:
        if DeskRole.TEACHER in person.roles:
            taught = _filled(call, db, lessons(call, db))
        if DeskRole.HOMEROOM in person.roles:
            classes = _classes(call, db)
    return call.page("home.html", lessons=taught, classes=classes)


def _filled(call: Call, db: Session, found: Sequence[Lesson]) -> list[LessonLine]:
    """Count what each lesson's register holds; each class is read once."""
    lines: list[LessonLine] = []
    for class_id, school in {each.of.class_id: each.of.school_id for each in found}.items():
        values = registers.read(db, call.wp.vault, school, class_id)
        pupils = queries.pupils_of_class(db, school, class_id)
        for lesson in (each for each in found if each.of.class_id == class_id):
            needed = {(one.term, one.item) for one in lesson.columns if one.required}
            filled = sum(
                cell.offering_id == lesson.offering.id and (cell.term, cell.item) in needed
                for cell in values
            )
            lines.append(LessonLine(lesson, filled, len(needed) * len(pupils)))
    return lines


def _classes(call: Call, db: Session) -> list[ClassLine]:
    work, lines = call.person.at_work, []
    for scope in sorted(work.homeroom_of, reverse=True):
        year, _, name = scope.partition("/")
        try:
            of = find_class(db, class_name=name, school=work.school_code, year=year)
        except NotFoundError:
            continue  # the role names a class that is not there yet
        (overview,) = class_overview(db, [of], steps=steps_of(call, of))
        lines.append(ClassLine(of, overview))
    return lines
