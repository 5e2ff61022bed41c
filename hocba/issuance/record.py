"""Build the record: what the school will state, from head and body to canonical bytes.

    record = build_record(head, body, salt=secrets.token_bytes(32))
    data = record_bytes(record)

The head says which record this is, whose and under which rules; the body, made by the
kind's maker (`kinds/`), what it states. Pure: the same parts and salt give the same bytes.
The record is checked by the verifier's own parser before it is returned, so what cannot
be verified cannot be frozen; a value that the format does not allow is an error here,
with its field.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias
from uuid import UUID

from hocba.kit.errors import InputError, Where
from verifier.errors import VerifierError
from verifier.formats.canonical import Json, JsonObject, canonical
from verifier.formats.record import RECORD_TYPE, check_record

Event: TypeAlias = Literal["issue", "supplement", "correction", "amendment"]

SALT_SIZE = 32


@dataclass(frozen=True)
class SchoolFacts:
    """A school as the record names it."""

    code: str
    name: str
    commune: str
    province: str
    tax_code: str

    def to_object(self) -> JsonObject:
        """Return the school as it stands in a record."""
        return {
            "code": self.code,
            "name": self.name,
            "commune": self.commune,
            "province": self.province,
            "tax_code": self.tax_code,
        }


@dataclass(frozen=True)
class PupilFacts:
    """A pupil as every record names them."""

    code: str
    name: str
    birth_date: str
    personal_number: str | None = None
    register_no: str | None = None

    def to_object(self) -> JsonObject:
        """Return the pupil as it stands in a record."""
        return {
            "code": self.code,
            "personal_number": self.personal_number,
            "name": self.name,
            "birth_date": self.birth_date,
            "register_no": self.register_no,
        }


@dataclass(frozen=True)
class Series:
    """Which record this is: the book, the series and the version in it."""

    book_id: UUID
    record_id: UUID
    management_code: str
    version: int = 1
    event: Event = "issue"
    previous_leaf: str | None = None


@dataclass(frozen=True)
class Forms:
    """Under which rules, on which form and with which signatures it is issued."""

    regulation: tuple[str, str] | None
    template_id: str
    template_hash: str
    policy: str
    signers: tuple[str, ...] = ("homeroom", "principal", "seal")


@dataclass(frozen=True)
class RecordHead:
    """What every record says before it states anything about the pupil's learning.

    `school` is the school of then, `issuer` that of now where it differs. `school_year`,
    `grade` and `class_name` are None where the kind is not about one year.
    """

    realm: str
    kind: str
    series: Series
    school: SchoolFacts
    level: str
    school_year: str | None
    grade: int | None
    class_name: str | None
    forms: Forms
    issued_on: date
    place: str
    pupil: PupilFacts
    issuer: SchoolFacts | None = None


def build_record(head: RecordHead, body: Mapping[str, Json], *, salt: bytes) -> JsonObject:
    """Return the record, checked by the verifier's own parser.

    Raises:
        InputError: `record.unfit` with the JSON pointer and the format's code.
    """
    record = _head(head) | dict(body) | {"salt": salt.hex()}
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


def _head(head: RecordHead) -> JsonObject:
    series, forms = head.series, head.forms
    named = forms.regulation
    return {
        "type": RECORD_TYPE,
        "realm": head.realm,
        "kind": head.kind,
        "event": series.event,
        "book_id": str(series.book_id),
        "record_id": str(series.record_id),
        "version": series.version,
        "previous_leaf": series.previous_leaf,
        "management_code": series.management_code,
        "school": head.school.to_object(),
        "issuer": (head.issuer or head.school).to_object(),
        "level": head.level,
        "school_year": head.school_year,
        "grade": head.grade,
        "class": head.class_name,
        "regulation": None if named is None else {"id": named[0], "version": named[1]},
        "template": {"id": forms.template_id, "hash": forms.template_hash},
        "policy": forms.policy,
        "issued_on": head.issued_on.isoformat(),
        "place": head.place,
        "pupil": head.pupil.to_object(),
        "signers": list(forms.signers),
        "sources": [],
        "previous_year": None,
    }
