"""The school file: who works and learns at one school in one year, as JSON.

One file sets up a school: its staff with their roles, its classes with homeroom teacher,
subjects and pupils. It is read whole before anything is written, and every fault is named
with its place. Reading the same file twice changes nothing the second time.

    {"type": "hocba.school_file/1", "school_year": "2025-2026",
     "school": {"code": "31-11311-01", "name": "Trường THCS Lê Quý Đôn",
                "commune": "Phường Hồng Bàng", "province": "Thành phố Hải Phòng",
                "tax_code": "0200000001", "level": "thcs"},
     "staff": [{"code": "GV01", "name": "Nguyễn Thị Ánh", "cccd": "031175000011",
                "roles": [{"role": "principal"}]}],
     "classes": [{"name": "6A1", "grade": 6, "homeroom": "GV02",
                  "teachers": {"TOAN": "GV03"},
                  "pupils": [{"code": "3100000001", "name": "Trần Văn Ổn",
                              "birth_date": "2014-09-05"}]}]}

Codes are the sector's own; names are made NFC at this border.
"""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from hocba.issuance.json_files import Closed, Code, parse_file, several
from hocba.kit.errors import HocbaError, InputError, Where
from verifier.formats.management_code import GRADES

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
TaxCode = Annotated[str, StringConstraints(pattern=r"^\d{10}(-\d{3})?$")]
PersonalNumber = Annotated[str, StringConstraints(pattern=r"^\d{12}$")]
Level = Literal["th", "thcs", "thpt", "gdtx_thcs", "gdtx_thpt"]
Role = Literal["homeroom", "teacher", "principal", "deputy_principal", "clerk"]


class SchoolInput(Closed):
    """The school as the sector's register has it."""

    code: Code
    name: Text
    commune: Text
    province: Text
    tax_code: TaxCode
    level: Level
    place: Text | None = None


class RoleInput(Closed):
    """A role of a member of staff; a homeroom teacher's scope comes from the class."""

    role: Role
    acts_for: tuple[Literal["principal"], ...] = ()


class StaffInput(Closed):
    """A member of staff; the CCCD stands in the signing certificate."""

    code: Code
    name: Text
    cccd: PersonalNumber
    roles: tuple[RoleInput, ...] = ()


class PupilInput(Closed):
    """A pupil; a birth date may be a year or a month."""

    code: Code
    name: Text
    birth_date: Annotated[str, StringConstraints(pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$")]
    personal_number: PersonalNumber | None = None
    register_no: Text | None = None


class ClassInput(Closed):
    """A class; `teachers` maps a subject's code to a member of staff.

    `subjects` says which one it is where the programme leaves it open (a language); a
    subject that is not taken by every class is taken where it stands in either of them.
    """

    name: Annotated[str, StringConstraints(pattern=r"^[0-9A-ZĐ.-]{1,12}$")]
    grade: int = Field(ge=1, le=12)
    homeroom: Code
    teachers: dict[Code, Code]
    subjects: dict[Code, Text] = Field(default_factory=dict)
    pupils: tuple[PupilInput, ...] = Field(max_length=60)


class SchoolFile(Closed):
    """A whole school file."""

    type: Literal["hocba.school_file/1"]
    school_year: Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{4}$")]
    school: SchoolInput
    staff: tuple[StaffInput, ...]
    classes: tuple[ClassInput, ...]


def read_school_file(path: Path) -> SchoolFile:
    """Read and check a school file; nothing is written.

    Raises:
        InputError: `school_file.unreadable`, or all faults at once.
    """
    found = parse_file(path, SchoolFile)
    faults = [*_repeated(found, path), *_strangers(found, path), *_misplaced(found, path)]
    if faults:
        raise several(faults, path)
    return found


def is_school_file(path: Path) -> bool:
    """Whether `hocba import` should read this file as a school file rather than a mark sheet."""
    return path.suffix.lower() == ".json"


def _misplaced(file: SchoolFile, path: Path) -> list[HocbaError]:
    """Classes of a grade that the school's level does not have."""
    grades = GRADES[file.school.level]
    return [
        InputError(
            "school_file.bad_field",
            where=Where(file=path.name, field=f"classes/{number}/grade"),
            reason=f"{item.grade} not in {grades.start}-{grades.stop - 1}",
        )
        for number, item in enumerate(file.classes)
        if item.grade not in grades
    ]


def _repeated(file: SchoolFile, path: Path) -> list[HocbaError]:
    """Codes that stand twice: staff, classes, pupils of the whole school."""
    named = [
        ("staff", [member.code for member in file.staff]),
        ("classes", [item.name for item in file.classes]),
        ("pupils", [pupil.code for item in file.classes for pupil in item.pupils]),
    ]
    return [
        InputError("school_file.duplicate", where=Where(file=path.name, field=field), value=value)
        for field, values in named
        for value in sorted({value for value in values if values.count(value) > 1})
    ]


def _strangers(file: SchoolFile, path: Path) -> list[HocbaError]:
    """Members of staff that a class names and the file does not list."""
    known = {member.code for member in file.staff}
    return [
        InputError(
            "school_file.unknown_staff",
            where=Where(file=path.name, field=f"classes/{item.name}"),
            value=code,
        )
        for item in file.classes
        for code in sorted({item.homeroom, *item.teachers.values()} - known)
    ]
