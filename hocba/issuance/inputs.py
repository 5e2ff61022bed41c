"""What a record is made from: a pupil's assessed year, the school, the form, the policy.

    complete, pending = sort_out(source, pupils)
    record = make_record(source, complete[0], version, event="issue", salt=wp.random(32))

Pure: no clock, no database. A pupil of whom anything is missing is pending, with the
fields that are missing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from hocba.issuance.approval import roles_of
from hocba.issuance.credential import CredentialKind
from hocba.issuance.record import (
    Event,
    Forms,
    PupilFacts,
    RecordInputs,
    SchoolFacts,
    Series,
    SubjectLine,
    Texts,
    build_record,
    record_bytes,
)
from hocba.issuance.rendition import template_of
from hocba.issuance.series import NextVersion
from hocba.issuance.stages import PendingPupil
from hocba.issuance.targets import ClassTarget
from hocba.kit.clock import local_date
from hocba.kit.errors import HocbaError, SeveralInputError, Where
from hocba.sector import queries
from hocba.sector.assessment import Regulation, YearAssessment, assess_year
from hocba.sector.models import Pupil, School
from hocba.sector.registers import Cell
from hocba.sector.year_book import YearBook, year_book
from verifier.formats.canonical import Json
from verifier.formats.policy import SigningPolicy

FIRST_GRADES = {"thcs": 6}
_SHOWN_REASONS = 6


@dataclass(frozen=True)
class Source:
    """What all records of one freeze are made from."""

    realm: str
    of: ClassTarget
    kind: CredentialKind
    policy: SigningPolicy
    school: School
    offerings: tuple[queries.Offering, ...]
    values: dict[Cell, Json]
    regulation: Regulation
    at: datetime


@dataclass(frozen=True)
class Complete:
    """A pupil of whom everything is known that a record needs."""

    pupil: Pupil
    book: YearBook
    assessment: YearAssessment


def sort_out(source: Source, pupils: Sequence[Pupil]) -> tuple[list[Complete], list[PendingPupil]]:
    """Part the pupils whose year is complete from those still pending."""
    complete: list[Complete] = []
    pending: list[PendingPupil] = []
    for pupil in pupils:
        book = year_book(source.values, pupil.id, source.offerings, grade=source.of.grade)
        missing = [] if book.homeroom_comment else ["comments.homeroom"]
        try:
            assessment = assess_year(book.year, source.regulation)
        except HocbaError as error:
            missing = [*_fields(error), *missing]
        if missing:
            reason = ", ".join(missing[:_SHOWN_REASONS])
            reason += " …" if len(missing) > _SHOWN_REASONS else ""
            pending.append(PendingPupil(pupil.id, pupil.name, reason))
        else:
            complete.append(Complete(pupil, book, assessment))
    return complete, pending


def _fields(error: HocbaError) -> Iterator[str]:
    problems = error.problems if isinstance(error, SeveralInputError) else (error,)
    for problem in problems:
        yield problem.where.field or problem.code


def of_pupil(error: HocbaError, pupil: Pupil) -> HocbaError:
    """The same fault, with the pupil's code as its place."""
    where = Where(file=error.where.file, field=f"{pupil.code}{error.where.field or ''}")
    return type(error)(error.code, where=where, **error.params)


def make_record(
    source: Source, each: Complete, version: NextVersion, *, event: Event, salt: bytes
) -> bytes:
    """Build the record and return its canonical bytes.

    Raises:
        InputError: `record.unfit`.
    """
    return record_bytes(build_record(_inputs(source, each, version, event), salt=salt))


def _inputs(source: Source, each: Complete, version: NextVersion, event: Event) -> RecordInputs:
    of, school, template = source.of, source.school, template_of(source.kind)
    pupil, book = each.pupil, each.book
    return RecordInputs(
        realm=source.realm,
        series=Series(
            version.book_id,
            version.record_id,
            version.number,
            event,
            version.previous_leaf,
        ),
        school=SchoolFacts(
            school.code, school.name, school.commune, school.province, school.tax_code
        ),
        level=of.level,
        school_year=of.school_year,
        grade=of.grade,
        class_name=of.class_name,
        forms=Forms(
            *source.kind.regulation,
            template.id,
            template.hash,
            source.policy.id,
            roles_of(source.policy),
        ),
        issued_on=local_date(source.at),
        place=school.place,
        pupil=PupilFacts(
            pupil.code, pupil.name, pupil.birth_date, pupil.personal_number, pupil.register_no
        ),
        subjects={
            one.code: SubjectLine(one.name, book.comments.get(one.code), one.teacher)
            for one in source.offerings
        },
        assessment=each.assessment,
        texts=Texts(
            homeroom=book.homeroom_comment or "",
            summer=book.summer_comment,
            other_award=book.other_award,
            certificates=book.certificates,
            certificate_grade=book.certificate_grade,
            contests=book.contests,
        ),
        previous_year="first" if of.grade == FIRST_GRADES.get(of.level) else "paper",
    )
