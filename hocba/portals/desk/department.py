"""The department: how far every school is, in numbers; nobody's name stands here."""

from fastapi import Response

from hocba.issuance.overview import class_overview, school_progress
from hocba.issuance.targets import all_classes, school_years
from hocba.portals.desk import signing
from hocba.portals.desk.calls import Call
from hocba.sector import queries


def schools(call: Call) -> Response:
    """Every school with how many pupils are at which stage of the newest year."""
    with call.wp.database.transaction("desk.progress") as db:
        lines = school_progress(db)
    return call.page("progress.html", lines=lines)


def school(call: Call) -> Response:
    """One school, class by class."""
    with call.wp.database.transaction("desk.progress") as db:
        found = queries.school_by_code(db, call.path("school"))
        years = school_years(db, found.id)
        classes = all_classes(db, found, years[0]) if years else ()
        lines = [
            line
            for of in classes
            for line in class_overview(db, [of], steps=signing.steps_of(call, of))
        ]
    return call.page("progress_school.html", school=found, lines=lines)
