"""The demo's invented school: the same seed, the same school."""

import json
import os
import random
import re
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest

from hocba.demo.people import (
    SUBJECTS,
    Fate,
    SampleSubject,
    neighbour_school,
    remark,
    sample_school,
    term_marks,
)
from hocba.demo.school_file import school_file
from hocba.issuance.school_file import read_school_file

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def school():
    return sample_school(random.Random(2026), pupils=120)


def test_120_pupils_make_three_classes_and_4500_a_hundred():
    small, large = (sample_school(random.Random(1), pupils=n) for n in (120, 4500))
    assert [c.name for c in small.classes] == ["6A1", "7A1", "9A1"]
    assert [len(c.pupils) for c in small.classes] == [40, 40, 40]
    assert len(large.classes) == 100
    assert max(len(c.pupils) for c in large.classes) <= 45
    assert len({c.name for c in large.classes}) == 100
    assert len({c.homeroom.code for c in large.classes}) == 100


@pytest.mark.parametrize("pupils", [3, 9, 45, 121, 136])
def test_no_pupil_is_lost_whatever_the_number(pupils):
    made = sample_school(random.Random(1), pupils=pupils)
    assert sum(len(c.pupils) for c in made.classes) == pupils


def test_the_same_seed_gives_the_same_school_under_another_hash_seed_and_locale():
    program = (
        "import random,json;from hocba.demo.people import *;from hocba.demo.school_file import *;"
        "print(json.dumps(school_file(sample_school(random.Random(5), pupils=9))))"
    )
    answers = {
        subprocess.run(
            [sys.executable, "-c", program], cwd=ROOT, check=True, capture_output=True, text=True,
            env={**os.environ, "PYTHONHASHSEED": seed, "LC_ALL": "C", "TZ": zone},
        ).stdout
        for seed, zone in (("1", "UTC"), ("2", "Asia/Ho_Chi_Minh"))
    }  # fmt: skip
    assert len(answers) == 1


def test_the_names_that_break_programs_are_there(school):
    names = [p.name for p in school.classes[0].pupils]
    assert max(map(len, names)) >= 60
    assert "Y Ƀlô Niê" in names
    assert names.count("Nguyễn Minh Anh") == 2
    assert {"Nguyễn Thị Thúy", "Nguyễn Thị Thuý"} <= set(names)
    assert all(unicodedata.is_normalized("NFC", name) for name in names)
    assert any(len(p.homeroom_comment) >= 590 for p in school.classes[0].pupils)


def test_codes_and_personal_numbers_are_unique(school):
    pupils = [p for c in school.classes for p in c.pupils]
    assert len({p.code for p in pupils}) == len(pupils)
    numbers = [p.personal_number for p in pupils if p.personal_number]
    assert len(set(numbers)) == len(numbers)
    assert all(re.fullmatch(r"031[0-3]\d{8}", number) for number in numbers)
    staff = [school.principal, school.deputy, *school.teachers]
    assert len({person.code for person in staff}) == len(staff)


def test_marks_have_the_form_of_the_sheets(school):
    rng = random.Random(3)
    for pupil in school.classes[0].pupils:
        for code in SUBJECTS:
            scored = code not in {"GDTC", "NT", "NDGDDP", "HDTNHN"}
            marks = term_marks(rng, pupil, SampleSubject(code, scored, 4), term=1)
            if scored:
                assert len(marks.regular) == 4
                for mark in (*marks.regular, marks.middle, marks.final):
                    assert re.fullmatch(r"10\.0|\d\.\d", mark)
            else:
                assert marks.overall in {"Đ", "M"}
        assert remark(rng, pupil)


def test_every_fate_that_the_regulation_treats_apart_occurs(school):
    assert {p.fate for c in school.classes for p in c.pupils} == set(Fate)


@pytest.mark.parametrize("make", [lambda r: sample_school(r, pupils=9), neighbour_school])
def test_the_school_file_is_accepted_by_the_import(make, tmp_path):
    path = tmp_path / "school.json"
    path.write_text(json.dumps(school_file(make(random.Random(2)))), encoding="utf-8")
    read = read_school_file(path)
    assert read.school.level == "thcs"
    assert {role.role for member in read.staff for role in member.roles} == {
        "principal", "deputy_principal", "teacher", "clerk",
    }  # fmt: skip
