"""The invented school as the file that `hocba import` reads; the only way in."""

from hocba.demo.people import SCHOOL_YEAR, SampleClass, SamplePerson, SamplePupil, SampleSchool
from verifier.formats.canonical import JsonObject


def school_file(school: SampleSchool) -> JsonObject:
    """Return the school file (`hocba.school_file/1`) of an invented school."""
    return {
        "type": "hocba.school_file/1",
        "school_year": SCHOOL_YEAR,
        "school": {
            "code": school.code,
            "name": school.name,
            "commune": school.commune,
            "province": school.province,
            "tax_code": school.tax_code,
            "level": "thcs",
            "place": school.province.removeprefix("Thành phố "),
        },
        "staff": [
            _member(school.principal, {"role": "principal"}),
            _member(school.deputy, {"role": "deputy_principal", "acts_for": ["principal"]}),
            _member(school.clerk, {"role": "clerk"}),
            *(_member(teacher, {"role": "teacher"}) for teacher in school.teachers),
        ],
        "classes": [_class(item) for item in school.classes],
    }


def _member(person: SamplePerson, role: JsonObject) -> JsonObject:
    return {
        "code": person.code,
        "name": person.name,
        "cccd": person.personal_number,
        "roles": [role],
    }


def _class(item: SampleClass) -> JsonObject:
    return {
        "name": item.name,
        "grade": item.grade,
        "homeroom": item.homeroom.code,
        "teachers": {subject: person.code for subject, person in item.teachers.items()},
        "pupils": [_pupil(pupil) for pupil in item.pupils],
    }


def _pupil(pupil: SamplePupil) -> JsonObject:
    return {
        "code": pupil.code,
        "name": pupil.name,
        "birth_date": pupil.birth_date,
        "personal_number": pupil.personal_number,
        "register_no": pupil.register_no,
    }
