"""Set up a school from its school file: people, classes, certificates, appointments.

    enrolled = enrol_school(wp, read_school_file(path), pin="248163", at=now())

Repeatable: what is there stays, what is missing is added. The people come first, in one
transaction. Then, in a demo realm, everybody who signs gets a development certificate
under the given PIN and an appointment by the department, and the school's seal is
registered with the contract.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from cryptography import x509
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hocba.issuance.foreign import foreign_errors
from hocba.issuance.models import Appointment as AppointmentRow
from hocba.issuance.models import LeafRow, OpeningRow, TranscriptRow
from hocba.issuance.outside import custody_reference
from hocba.issuance.school_file import ClassInput, SchoolFile, StaffInput
from hocba.issuance.workplace import Workplace, make_secret
from hocba.kit import audit
from hocba.kit.errors import ConflictError
from hocba.sector import setup
from hocba.sector.assessment import regulation_for
from hocba.sector.birth_dates import parse_birth_date
from hocba.sector.models import FrozenRecord, Pupil, Role, School, SchoolYear, Staff, Subject
from hocba.sector.names import clean_name
from hocba.sector.subjects import ProgramSubject, program_subjects
from ledger.deploy import Seal, register_seal
from signing.appointments import issue_appointment
from signing.custody import KeyCustody
from signing.pki import dev
from verifier.formats.appointment import (
    WHOLE_SCHOOL,
    Appointment,
    AppointmentSchool,
    class_scope,
    subject_scope,
)
from verifier.formats.canonical import sha256_hex
from verifier.formats.statements import school_key

DEV_PIN = "248163"
"""PIN of every development key where none is given; printed by `hocba init`."""

APPOINTED_FOR = timedelta(days=3 * 365 - 2)
_SIGNING = frozenset((Role.PRINCIPAL.value, Role.DEPUTY_PRINCIPAL.value))
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Enrolled:
    """What a school file led to."""

    school: str
    classes: int
    pupils: int
    appointed: int


@dataclass(frozen=True)
class _Wanted:
    """One appointment that should be on file; `staff` None is the school's seal."""

    staff: UUID | None
    holder: dev.Holder
    role: str
    scope: str
    acts_for: tuple[str, ...]


def enrol_school(
    wp: Workplace,
    file: SchoolFile,
    *,
    pin: str = DEV_PIN,
    at: datetime,
    progress: Progress = lambda _done, _total: None,
) -> Enrolled:
    """Bring the school up to its file.

    Raises:
        ConflictError: `pupil.exists`, `pupil.already_enrolled`, `pupil.civil_status`,
            `staff.exists`.
    """
    make_secret(wp.home.keys / f"slots-{file.school_year}.key", wp.random)
    with wp.database.transaction("enrol") as db:
        school = add_people(db, wp, file, at=at)
        wanted = _wanted(wp, db, school, file, pin)
        audit.record(
            db,
            actor="command",
            action="school.enrolled",
            target=f"school:{school.id}",
            at=at,
        )
    appointed = 0
    for done, one in enumerate(wanted):
        progress(done, len(wanted))
        appointed += _appoint(wp, school, one, at)
    progress(len(wanted), len(wanted))
    _register_seal(wp, school, at)
    pupils = sum(len(item.pupils) for item in file.classes)
    return Enrolled(school.code, len(file.classes), pupils, appointed)


def add_people(db: Session, wp: Workplace, file: SchoolFile, *, at: datetime) -> School:
    """Add school, year, staff, classes and pupils to the sector database."""
    given = file.school
    school = setup.add_school(
        db,
        setup.NewSchool(
            given.code,
            given.name,
            given.commune,
            given.province,
            given.tax_code,
            given.level,
            given.place,
        ),
    )
    year = setup.add_school_year(db, school, file.school_year)
    staff = {member.code: _add_staff(db, school, year, member) for member in file.staff}
    for item in file.classes:
        _add_class(db, wp, school, year, item, staff, at)
    return school


def _add_staff(db: Session, school: School, year: SchoolYear, member: StaffInput) -> Staff:
    added = setup.add_staff(db, school, code=member.code, name=member.name, cccd=member.cccd)
    for given in member.roles:
        if given.role != Role.HOMEROOM.value:  # that one comes with the class
            setup.add_role(db, school, added, Role(given.role), from_date=year.starts_on)
    return added


def _add_class(  # noqa: PLR0913, PLR0917  # a class stands between all of these
    db: Session,
    wp: Workplace,
    school: School,
    year: SchoolYear,
    item: ClassInput,
    staff: dict[str, Staff],
    at: datetime,
) -> None:
    added = setup.add_class(
        db, school, year, name=item.name, grade=item.grade, homeroom=staff[item.homeroom]
    )
    rules = regulation_for(level=school.level, grade=item.grade, school_year=year.name)
    for subject in program_subjects(school.level, item.grade, program=rules.program):
        teacher = item.teachers.get(subject.code)
        name = item.subjects.get(subject.code)
        if teacher is None and name is None and not subject.required:
            continue
        row = _subject(db, school, year, item.grade, subject)
        setup.add_offering(db, added, row, teacher=staff[teacher] if teacher else None, name=name)
    _keep_civil_status(db, item)
    pupils = setup.add_pupils(
        db,
        wp.vault,
        [
            setup.NewPupil(
                pupil.code, pupil.name, pupil.birth_date, pupil.personal_number, pupil.register_no
            )
            for pupil in item.pupils
        ],
        at=at,
    )
    setup.enrol_all(db, added, pupils, from_date=year.starts_on)


def _keep_civil_status(db: Session, item: ClassInput) -> None:
    """Refuse a file that renames a pupil of whom something is issued.

    A civil-status paper does that (`civil_status.amend`), or a correction that was opened,
    with its reason, after the last record was frozen.

    Raises:
        ConflictError: `pupil.civil_status`.
    """
    given = {pupil.code: pupil for pupil in item.pupils}
    issued = select(TranscriptRow.pupil_id).join(LeafRow, LeafRow.transcript_id == TranscriptRow.id)
    frozen = select(func.max(FrozenRecord.frozen_at)).where(FrozenRecord.pupil_id == Pupil.id)
    opened = select(OpeningRow.pupil_id).where(
        OpeningRow.pupil_id == Pupil.id,
        OpeningRow.event == "correction",
        OpeningRow.opened_at >= frozen.correlate(Pupil).scalar_subquery(),
    )
    found = select(Pupil).where(
        Pupil.code.in_(given), Pupil.id.in_(issued), ~opened.correlate(Pupil).exists()
    )
    for row in db.scalars(found):
        new = given[row.code]
        said = (clean_name(new.name), parse_birth_date(new.birth_date))
        other_number = None not in {new.personal_number, row.personal_number} and (
            new.personal_number != row.personal_number
        )
        if said != (row.name, row.birth_date) or other_number:
            raise ConflictError("pupil.civil_status", code=row.code)


def _subject(
    db: Session, school: School, year: SchoolYear, grade: int, subject: ProgramSubject
) -> Subject:
    rules = regulation_for(level=school.level, grade=grade, school_year=year.name)
    return setup.add_subject(
        db,
        setup.NewSubject(
            program=rules.program,
            level=school.level,
            grade=grade,
            code=subject.code,
            name=subject.name,
            mode=subject.mode,
            position=subject.order,
            regular_marks=subject.regular_marks(rules),
            required=subject.required,
        ),
    )


def _wanted(
    wp: Workplace, db: Session, school: School, file: SchoolFile, pin: str
) -> list[_Wanted]:
    rows = {
        row.code: row.id for row in db.scalars(select(Staff).where(Staff.school_id == school.id))
    }
    persons = {item.code: dev.Person(item.name, item.cccd, pin) for item in file.staff}
    wanted = [
        _Wanted(rows[item.code], persons[item.code], role.role, WHOLE_SCHOOL, role.acts_for)
        for item in file.staff
        for role in item.roles
        if role.role in _SIGNING
    ]
    wanted += [
        _Wanted(
            rows[item.homeroom],
            persons[item.homeroom],
            Role.HOMEROOM.value,
            class_scope(file.school_year, item.name),
            (),
        )
        for item in file.classes
    ]
    wanted += _teachers(wp, school, file, rows, persons)
    seal = dev.Organisation(school.name, school.tax_code, pin)
    return [*wanted, _Wanted(None, seal, "seal", WHOLE_SCHOOL, ())]


def _teachers(
    wp: Workplace,
    school: School,
    file: SchoolFile,
    rows: dict[str, UUID],
    persons: dict[str, dev.Person],
) -> list[_Wanted]:
    """Subject teachers, where a policy of the school's level lets them sign mark sheets."""
    policies = [each for each in wp.trust.policies if each.level == school.level]
    if not any(each.sheet_step for each in policies):
        return []
    return [
        _Wanted(
            rows[code],
            persons[code],
            Role.TEACHER.value,
            subject_scope(class_scope(file.school_year, item.name), subject),
            (),
        )
        for item in file.classes
        for subject, code in sorted(item.teachers.items())
    ]


def _appoint(wp: Workplace, school: School, wanted: _Wanted, at: datetime) -> bool:
    """Issue certificate and appointment unless one is in force; return whether it did."""
    with wp.database.transaction("appoint.look") as db:
        if _in_force(db, school, wanted, at):
            return False
    name, custody = _certificate(wp, wanted.holder, at)
    add_appointment(
        wp,
        school,
        staff=wanted.staff,
        role=wanted.role,
        scope=wanted.scope,
        acts_for=wanted.acts_for,
        name=wanted.holder.name,
        custody=custody,
        reference=custody_reference(name),
        at=at,
    )
    return True


def add_appointment(  # noqa: PLR0913  # an appointment is all of these
    wp: Workplace,
    school: School,
    *,
    staff: UUID | None,
    role: str,
    scope: str,
    acts_for: Iterable[str],
    name: str,
    custody: KeyCustody,
    reference: str,
    at: datetime,
) -> Appointment:
    """Have the department appoint the holder of a key, and file it."""
    start = (at - timedelta(days=1)).replace(microsecond=0)
    appointment = Appointment(
        realm=wp.realm,
        certificate=sha256_hex(custody.certificate),
        name=name,
        role=role,
        school=AppointmentSchool(school.code, school.name, school.tax_code),
        scope=scope,
        acts_for=tuple(acts_for),
        valid_from=start,
        valid_to=start + APPOINTED_FOR,
        serial=str(wp.new_id()),
    )
    with foreign_errors():
        token = issue_appointment(appointment, wp.officers_key)
    with wp.database.transaction("appoint") as db:
        db.add(
            AppointmentRow(
                serial=appointment.serial,
                school_id=school.id,
                staff_id=staff,
                role=role,
                scope=scope,
                acts_for=" ".join(appointment.acts_for),
                certificate=appointment.certificate,
                valid_from=appointment.valid_from,
                valid_to=appointment.valid_to,
                jws=token,
                custody=reference,
            )
        )
    return appointment


def _in_force(db: Session, school: School, wanted: _Wanted, at: datetime) -> bool:
    found = db.scalars(
        select(AppointmentRow.serial).where(
            AppointmentRow.school_id == school.id,
            AppointmentRow.staff_id.is_not_distinct_from(wanted.staff),
            AppointmentRow.role == wanted.role,
            AppointmentRow.scope == wanted.scope,
            AppointmentRow.valid_to > at,
        )
    )
    return found.first() is not None


def _certificate(wp: Workplace, holder: dev.Holder, at: datetime) -> tuple[str, KeyCustody]:
    """The holder's development certificate, made where there is none that is complete."""
    with foreign_errors():
        pki = dev.load(wp.home.pki)
        name = holder.key_name
        if name not in pki.names() or not (wp.home.pki / "keys" / f"{name}.chain.pem").exists():
            name = pki.issue(holder, at=at)
        return name, pki.custody(name)


def _register_seal(wp: Workplace, school: School, at: datetime) -> None:
    with wp.database.transaction("seal.register") as db:
        rows = db.execute(
            select(AppointmentRow.certificate, AppointmentRow.custody).where(
                AppointmentRow.school_id == school.id,
                AppointmentRow.staff_id.is_(None),
                AppointmentRow.valid_to > at,
            )
        ).all()
    for fingerprint, reference in rows:
        certificate = x509.load_der_x509_certificate(wp.custody(reference).certificate)
        with foreign_errors():
            register_seal(
                wp.outside.governance,
                wp.trust.contract.address,
                Seal(
                    school_key(wp.realm, school.code),
                    fingerprint,
                    certificate.not_valid_before_utc,
                    certificate.not_valid_after_utc,
                ),
            )
