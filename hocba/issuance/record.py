"""Build the record: what the school will state, from assessed marks to canonical bytes.

    record = build_record(inputs, salt=secrets.token_bytes(32))
    data = record_bytes(record)

Pure: the same inputs and salt give the same bytes. The record is checked by the
verifier's own parser before it is returned, so what cannot be verified cannot be frozen;
a value that the format does not allow is an error here, with its field.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias
from uuid import UUID

from hocba.kit.errors import InputError, Where
from hocba.sector.assessment import YearAssessment
from verifier.errors import VerifierError
from verifier.formats.canonical import JsonObject, canonical
from verifier.formats.record import RECORD_TYPE, check_record

Event: TypeAlias = Literal["issue", "supplement", "correction", "amendment"]
PreviousYear: TypeAlias = Literal["first", "paper", "abroad"]

SALT_SIZE = 32


@dataclass(frozen=True)
class SchoolFacts:
    """A school as the record names it."""

    code: str
    name: str
    commune: str
    province: str
    tax_code: str


@dataclass(frozen=True)
class PupilFacts:
    """A pupil as the record of a year names them."""

    code: str
    name: str
    birth_date: str
    personal_number: str | None = None
    register_no: str | None = None


@dataclass(frozen=True)
class SubjectLine:
    """What the row of a subject says besides its marks."""

    name: str
    comment: str | None = None
    teacher: str | None = None


@dataclass(frozen=True)
class Series:
    """Which record this is: the book, the series and the version in it."""

    book_id: UUID
    record_id: UUID
    version: int = 1
    event: Event = "issue"
    previous_leaf: str | None = None


@dataclass(frozen=True)
class Forms:
    """Under which rules, on which form and with which signatures it is issued."""

    regulation_id: str
    regulation_version: str
    template_id: str
    template_hash: str
    policy: str
    signers: tuple[str, ...] = ("homeroom", "principal", "seal")


@dataclass(frozen=True)
class Texts:
    """What people wrote about the year."""

    homeroom: str
    summer: str | None = None
    other_award: str | None = None
    certificates: str | None = None
    certificate_grade: str | None = None
    contests: str | None = None


@dataclass(frozen=True)
class RecordInputs:
    """Everything that a record of kind `year` is made of; `subjects` by code."""

    realm: str
    series: Series
    school: SchoolFacts
    level: str
    school_year: str
    grade: int
    class_name: str
    forms: Forms
    issued_on: date
    place: str
    pupil: PupilFacts
    subjects: dict[str, SubjectLine]
    assessment: YearAssessment
    texts: Texts
    previous_year: PreviousYear = "first"
    issuer: SchoolFacts | None = None


def build_record(inputs: RecordInputs, *, salt: bytes) -> JsonObject:
    """Return the record, checked by the verifier's own parser.

    Raises:
        InputError: `record.unfit` with the JSON pointer and the format's code.
    """
    record = _head(inputs) | _body(inputs) | {"salt": salt.hex()}
    try:
        canonical(record)
        check_record(record)
    except VerifierError as error:
        raise InputError(
            "record.unfit", where=Where(field=error.detail or None), reason=error.code
        ) from error
    return record


def record_bytes(record: JsonObject) -> bytes:
    """Return the canonical bytes: what is frozen, attached and hashed."""
    return canonical(record)


def _head(inputs: RecordInputs) -> JsonObject:
    """Which record this is and under which rules it is made."""
    series, forms = inputs.series, inputs.forms
    return {
        "type": RECORD_TYPE,
        "realm": inputs.realm,
        "kind": "year",
        "event": series.event,
        "book_id": str(series.book_id),
        "record_id": str(series.record_id),
        "version": series.version,
        "previous_leaf": series.previous_leaf,
        "school": _school(inputs.school),
        "issuer": _school(inputs.issuer or inputs.school),
        "level": inputs.level,
        "school_year": inputs.school_year,
        "grade": inputs.grade,
        "class": inputs.class_name,
        "regulation": {"id": forms.regulation_id, "version": forms.regulation_version},
        "template": {"id": forms.template_id, "hash": forms.template_hash},
        "policy": forms.policy,
        "issued_on": inputs.issued_on.isoformat(),
        "place": inputs.place,
        "signers": list(forms.signers),
        "sources": [],
        "previous_year": {"none": inputs.previous_year},
    }


def _body(inputs: RecordInputs) -> JsonObject:
    """What it states about the pupil's year."""
    pupil, texts, result = inputs.pupil, inputs.texts, inputs.assessment
    return {
        "pupil": {
            "code": pupil.code,
            "personal_number": pupil.personal_number,
            "name": pupil.name,
            "birth_date": pupil.birth_date,
            "register_no": pupil.register_no,
        },
        "subjects": _subjects(inputs),
        "results": {
            "term1": result.learning_term1.level,
            "term2": result.learning_term2.level,
            "year": result.learning.level,
            "before_adjustment": result.learning.before_adjustment,
            "adjusted_by": result.learning.adjusted_by,
            "after_retest": result.after_retest,
        },
        "conduct": {
            "term1": result.conduct_term1,
            "term2": result.conduct_term2,
            "year": result.conduct,
            "after_summer": result.conduct_after_summer,
        },
        "attendance": {"absences": result.absences},
        "comments": {"homeroom": texts.homeroom, "summer": texts.summer},
        "promotion": {"promoted": result.promoted, "completed": result.completed},
        "awards": {
            "title": result.title,
            "other": texts.other_award,
            "certificates": texts.certificates,
            "certificate_grade": texts.certificate_grade,
            "contests": texts.contests,
        },
    }


def _subjects(inputs: RecordInputs) -> list[JsonObject]:
    rows = []
    for row in inputs.assessment.subjects:
        line = inputs.subjects[row.code]
        rows.append(
            {
                "code": row.code,
                "name": line.name,
                "mode": row.mode,
                "term1": row.term1,
                "term2": row.term2,
                "year": row.year,
                "retest": row.retest,
                "comment": line.comment,
                "teacher": line.teacher,
            }
        )
    return rows


def _school(school: SchoolFacts) -> JsonObject:
    return {
        "code": school.code,
        "name": school.name,
        "commune": school.commune,
        "province": school.province,
        "tax_code": school.tax_code,
    }
