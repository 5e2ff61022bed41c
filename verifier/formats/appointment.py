"""`hocba.appointment/1`: the department says who may sign for which school, and how.

Each CMS carries its signer's appointment as a signed attribute, so a verifier alone can
answer "could this person sign for this school that day?". The certificate is fixed by
its hash; a renewed certificate gets a new appointment, and the document stays as it is.

    appointment = verify_appointment(token, trust.appointment_keys, at=signed_at)
    assert appointment.role in ROLES
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from verifier.errors import FormatError
from verifier.formats.canonical import Json, JsonObject, canonical, parse_canonical, require
from verifier.formats.jws import TrustedKey, verify_jws
from verifier.formats.policy import closed, text
from verifier.formats.times import format_time, parse_time

ROLES = ("teacher", "homeroom", "principal", "deputy_principal", "seal")
WHOLE_SCHOOL = "school"


@dataclass(frozen=True)
class AppointmentSchool:
    """The school for which the signer acts."""

    code: str
    name: str
    tax_code: str

    def to_object(self) -> JsonObject:
        """Return the school as it stands in the appointment."""
        return {"code": self.code, "name": self.name, "tax_code": self.tax_code}


@dataclass(frozen=True)
class Appointment:
    """One certificate, one role, one school, from a day to a day.

    `certificate` is the SHA-256 of the certificate's DER, hex. `scope` is a class
    (`2025-2026/6A1`), a subject of it (`2025-2026/6A1/TOAN`) or `school`; `acts_for` lists
    the roles that a deputy may fill.
    """

    realm: str
    certificate: str
    name: str
    role: str
    school: AppointmentSchool
    scope: str
    acts_for: tuple[str, ...]
    valid_from: datetime
    valid_to: datetime
    serial: str

    def in_force(self, at: datetime) -> bool:
        """Whether the appointment holds; the last instant no longer is in it."""
        return self.valid_from <= at < self.valid_to

    def fills(self, role: str) -> bool:
        """Whether the holder may make the signature of this role, in person or as deputy."""
        return role == self.role or role in self.acts_for

    def to_object(self) -> JsonObject:
        """Return the `hocba.appointment/1` object."""
        return {
            "type": APPOINTMENT_TYPE,
            "realm": self.realm,
            "certificate": self.certificate,
            "name": self.name,
            "role": self.role,
            "school": self.school.to_object(),
            "scope": self.scope,
            "acts_for": list(self.acts_for),
            "from": format_time(self.valid_from),
            "to": format_time(self.valid_to),
            "serial": self.serial,
        }

    def to_bytes(self) -> bytes:
        """Return the canonical bytes: the payload that the officers sign."""
        return canonical(self.to_object())


APPOINTMENT_TYPE = "hocba.appointment/1"


def parse_appointment(data: bytes) -> Appointment:
    """Read the payload of an appointment; its signature is not looked at.

    Raises:
        UnknownFormatError: another type.
        FormatError: `appointment.malformed` or what canonical JSON demands.
    """
    value = require(parse_canonical(data), APPOINTMENT_TYPE, _KEYS)
    if not isinstance(value["certificate"], str) or not _HASH.fullmatch(value["certificate"]):
        raise FormatError("appointment.malformed", "certificate")
    if value["role"] not in ROLES or not _is_scope(value["scope"]):
        raise FormatError("appointment.malformed", "role or scope")
    acts_for = value["acts_for"]
    if not isinstance(acts_for, list) or any(role not in ROLES for role in acts_for):
        raise FormatError("appointment.malformed", "acts_for")
    return Appointment(
        realm=text(value["realm"], "appointment.malformed"),
        certificate=value["certificate"],
        name=text(value["name"], "appointment.malformed"),
        role=value["role"],
        school=_parse_school(value["school"]),
        scope=value["scope"],
        acts_for=tuple(acts_for),
        valid_from=parse_time(value["from"]),
        valid_to=parse_time(value["to"]),
        serial=text(value["serial"], "appointment.malformed"),
    )


def verify_appointment(token: str, keys: Iterable[TrustedKey], *, at: datetime) -> Appointment:
    """Read an appointment that one of the department's keys signed, in force at `at`.

    Raises:
        ProofError: `jws.*`: unknown key, key not in force, wrong signature.
        FormatError: the token or its payload is malformed.
    """
    return parse_appointment(verify_jws(token, keys, at=at))


def class_scope(school_year: str, class_name: str) -> str:
    """Return the scope of one class's homeroom teacher."""
    return f"{school_year}/{class_name}"


def subject_scope(of_class: str, subject: str) -> str:
    """Return the scope of one subject's teacher in a class."""
    return f"{of_class}/{subject}"


_KEYS = frozenset(
    ("realm", "certificate", "name", "role", "school", "scope", "acts_for", "from", "to", "serial")
)
_HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)
_CLASS = re.compile(r"\d{4}-\d{4}/[^/]{1,40}(?:/[A-Z][A-Z0-9]{0,19})?", re.ASCII)


def _parse_school(value: Json) -> AppointmentSchool:
    school = closed(value, frozenset(("code", "name", "tax_code")), "appointment.malformed")
    return AppointmentSchool(
        code=text(school["code"], "appointment.malformed"),
        name=text(school["name"], "appointment.malformed"),
        tax_code=text(school["tax_code"], "appointment.malformed"),
    )


def _is_scope(value: Json) -> bool:
    return isinstance(value, str) and (value == WHOLE_SCHOOL or bool(_CLASS.fullmatch(value)))
