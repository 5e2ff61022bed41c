"""The page LÝ LỊCH: who the pupil is, the classes so far, what civil-status papers changed.

    body = identity_body(identity, schooling, level="thcs")

Made once for a level; a change of name or another civil-status fact is its next version, and
no year is issued again for it. `gather` reads private facts on behalf of whoever freezes,
who needs the permission of `hocba.sector.private`; the form of the level decides which of
them the record holds.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from hocba.issuance.kinds import Gathered, Ready, Work
from hocba.issuance.stages import PendingPupil
from hocba.kit.errors import ConflictError
from hocba.sector.identity import Identity, read_identity
from hocba.sector.models import Enrolment, Pupil, School, SchoolClass, SchoolYear
from verifier.formats.canonical import JsonObject

MOST_CLASSES = 10


def gather(work: Work, pupils: Sequence[Pupil]) -> Gathered:
    """Part those of whom the page is complete from those still pending.

    Raises:
        RefusedError: `sensitive.not_allowed`.
        ConflictError: `event.nothing_amended`.
    """
    schooling = _schooling(work, pupils)
    complete: list[Ready] = []
    pending: list[PendingPupil] = []
    for pupil in pupils:
        known = read_identity(
            work.db,
            work.wp.vault,
            work.of.school_id,
            pupil.id,
            reader=work.reader,
            at=work.at,
            acting=work.acting,
        )
        if work.event == "amendment" and not known.amendments:
            raise ConflictError("event.nothing_amended", code=pupil.code)
        missing = known.missing(work.of.level)
        if missing:
            pending.append(PendingPupil(pupil.id, pupil.name, ", ".join(missing)))
            continue
        body = identity_body(known, schooling[pupil.id], level=work.of.level)
        complete.append(Ready(pupil, body))
    return Gathered(tuple(complete), tuple(pending))


def identity_body(identity: Identity, schooling: Sequence[JsonObject], *, level: str) -> JsonObject:
    """Return what the record states; `schooling` oldest first."""
    return {
        "school_year": None,
        "grade": None,
        "class": None,
        "identity": identity.printed(level).to_object(),
        "schooling": list(schooling),
        "amendments": [one.to_object() for one in identity.amendments],
    }


def _schooling(work: Work, pupils: Sequence[Pupil]) -> dict[UUID, list[JsonObject]]:
    """The classes of each pupil in this level, at any school of the sector."""
    rows = work.db.execute(
        select(Enrolment.pupil_id, Enrolment.from_date, SchoolYear.name, SchoolClass.name, School)
        .join(SchoolClass, SchoolClass.id == Enrolment.class_id)
        .join(SchoolYear, SchoolYear.id == SchoolClass.school_year_id)
        .join(School, School.id == Enrolment.school_id)
        .where(
            Enrolment.pupil_id.in_([pupil.id for pupil in pupils]),
            SchoolClass.level == work.of.level,
        )
        .order_by(Enrolment.from_date, SchoolYear.name)
    )
    found: dict[UUID, list[JsonObject]] = {}
    for pupil, since, year, name, school in rows:
        line: JsonObject = {
            "school_year": year,
            "class": name,
            "school": school.name,
            "commune": school.commune,
            "province": school.province,
            "from": since.isoformat(),
        }
        found.setdefault(pupil, []).append(line)
    return {pupil: lines[-MOST_CLASSES:] for pupil, lines in found.items()}
