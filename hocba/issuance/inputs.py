"""The head of a record: a pupil, a class and a version under the forms of their kind.

    data = make_record(work, policy, ready, version, salt=wp.random(32))

Pure but for what `work` has already read.
"""

from hocba.issuance.appointments import acting_school
from hocba.issuance.approval import roles_of
from hocba.issuance.kinds import Ready, Work
from hocba.issuance.record import (
    Forms,
    PupilFacts,
    RecordHead,
    SchoolFacts,
    Series,
    build_record,
    record_bytes,
)
from hocba.issuance.rendition import template_of
from hocba.issuance.series import NextVersion
from hocba.kit.clock import local_date
from hocba.kit.errors import HocbaError, Where
from hocba.sector.models import Pupil, School
from verifier.formats.policy import SigningPolicy


def make_record(
    work: Work, policy: SigningPolicy, ready: Ready, version: NextVersion, *, salt: bytes
) -> bytes:
    """Build the record and return its canonical bytes.

    Raises:
        InputError: `record.unfit`.
    """
    head = _head(work, policy, ready.pupil, version)
    return record_bytes(build_record(head, ready.body, salt=salt))


def of_pupil(error: HocbaError, pupil: Pupil) -> HocbaError:
    """The same fault, with the pupil's code as its place."""
    where = Where(file=error.where.file, field=f"{pupil.code}{error.where.field or ''}")
    return type(error)(error.code, where=where, **error.params)


def _head(work: Work, policy: SigningPolicy, pupil: Pupil, version: NextVersion) -> RecordHead:
    of, kind, template = work.of, work.kind, template_of(work.kind)
    issuer = work.db.get_one(School, acting_school(work.db, work.school.id, at=work.at))
    return RecordHead(
        realm=work.wp.realm,
        kind=kind.kind,
        series=Series(
            version.book_id,
            version.record_id,
            version.management_code,
            version.number,
            work.event,
            version.previous_leaf,
        ),
        school=school_facts(work.school),
        issuer=school_facts(issuer),
        level=of.level,
        school_year=of.school_year,
        grade=of.grade,
        class_name=of.class_name,
        forms=Forms(kind.regulation, template.id, template.hash, policy.id, roles_of(policy)),
        issued_on=local_date(work.at),
        place=issuer.place,
        pupil=PupilFacts(
            pupil.code, pupil.name, pupil.birth_date, pupil.personal_number, pupil.register_no
        ),
    )


def school_facts(school: School) -> SchoolFacts:
    """A school of the sector as records name it."""
    return SchoolFacts(school.code, school.name, school.commune, school.province, school.tax_code)
