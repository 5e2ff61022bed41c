"""Subjects of every programme, as the fact pack lists them."""

import csv
import os
import subprocess
import sys
from pathlib import Path

import pytest

from hocba.sector.assessment import regulation_for
from hocba.sector.subjects import (
    chosen_count,
    program_subjects,
    subject_of,
    thcs_subjects,
)

ROOT = Path(__file__).parents[3]
SHARED = Path(os.environ.get("HOCBA_SHARED", ROOT.parent / "shared"))
FACTS = SHARED / "facts" / "subjects.csv"
DATA = ROOT / "hocba" / "sector" / "data"
GENERATOR = ROOT / "tests" / "vectors" / "subjects" / "build.py"
CLASSES = {
    "th": ("gdpt2018", range(1, 6), "GDPT2018", "TH"),
    "thcs": ("gdpt2018", range(6, 10), "GDPT2018", "THCS"),
    "thpt": ("gdpt2018", range(10, 13), "GDPT2018", "THPT"),
    "gdtx_thcs": ("gdtx", range(6, 10), "GDTX", "THCS"),
    "gdtx_thpt": ("gdtx", range(10, 13), "GDTX", "THPT"),
}
needs_facts = pytest.mark.skipif(not FACTS.exists(), reason=f"{FACTS} is not there")


def codes(level: str, grade: int, **program: str) -> list[str]:
    return [subject.code for subject in program_subjects(level, grade, **program)]


@needs_facts
def test_the_data_are_what_their_generator_makes_of_the_list(tmp_path):
    subprocess.run([sys.executable, str(GENERATOR), str(FACTS), str(tmp_path)], check=True)
    made = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert made == {path.name: path.read_bytes() for path in DATA.glob("subjects-*.json")}


@needs_facts
def test_every_line_of_the_list_is_a_subject_or_a_whole_of_parts():
    with FACTS.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    places = {each[2:]: (each[0], level) for level, each in CLASSES.items()}
    places |= {
        ("GDPT2006", "THCS"): ("gdpt2006", "thcs"),
        ("GDPT2006", "THPT"): ("gdpt2006", "thpt"),
    }
    left_out = set()
    for row in rows:
        program, level = places[row["program"], row["level"]]
        code = row["subject_code_internal"]
        if subject_of(code, level, int(row["grade"]), program=program) is None:
            left_out.add((program, level, code, int(row["grade"])))
    wholes = {(*each[:3],) for each in left_out if each[2] in ("NT", "THCN", "CDHT")}
    assert wholes == {
        ("gdpt2018", "th", "NT"),
        ("gdpt2018", "th", "THCN"),
        ("gdpt2018", "thpt", "CDHT"),
    }
    rest = {each for each in left_out if each[:3] not in wholes}
    assert rest == {("gdpt2006", "thcs", "HH", 6), ("gdpt2006", "thcs", "HH", 7)}


@pytest.mark.parametrize("level", CLASSES)
def test_every_grade_has_its_subjects_once_and_in_order(level):
    for grade in CLASSES[level][1]:
        subjects = program_subjects(level, grade)
        assert len({s.code for s in subjects}) == len(subjects) >= 9
        assert [s.order for s in subjects] == sorted(s.order for s in subjects)
        assert len({s.short for s in subjects}) == len(subjects)
        assert all(len(s.short) <= 31 for s in subjects)
    assert program_subjects(level, 13) == ()


def test_an_unknown_level_has_no_subjects():
    assert program_subjects("mam_non", 1) == ()
    assert chosen_count("mam_non") is None


def test_the_number_of_marks_follows_from_the_periods_and_the_regulation():
    rules = regulation_for(level="thpt", grade=10, school_year="2025-2026")
    marks = {s.code: s.regular_marks(rules) for s in program_subjects("thpt", 10)}
    assert marks | {"TOAN": 4, "LS": 3, "GDQPAN": 2, "VL": 3, "GDTC": 2, "AN": 2} == marks
    primary = regulation_for(level="th", grade=4, school_year="2025-2026")
    assert {s.regular_marks(primary) for s in program_subjects("th", 4)} == {0}


@needs_facts
def test_the_number_of_marks_is_that_of_the_list():
    with FACTS.open(encoding="utf-8", newline="") as lines:
        rows = [r for r in csv.DictReader(lines) if r["regular_marks_per_term"]]
    assert len(rows) > 100
    levels = {"THCS": "thcs", "THPT": "thpt"}
    for row in rows:
        level, grade = levels[row["level"]], int(row["grade"])
        rules = regulation_for(level=level, grade=grade, school_year="2025-2026")
        subject = subject_of(row["subject_code_internal"], level, grade)
        assert subject is not None
        assert subject.regular_marks(rules) == int(row["regular_marks_per_term"])


def test_upper_secondary_pupils_choose_four_of_nine():
    subjects = program_subjects("thpt", 10)
    chosen = [s for s in subjects if s.group == "chosen"]
    assert (len(chosen), chosen_count("thpt")) == (9, 4)
    assert not any(s.required or s.optional for s in chosen)
    assert [s.code for s in subjects if s.optional] == ["TDTTS", "NN2"]
    assert (chosen_count("thcs"), chosen_count("thpt", program="gdpt2006")) == (None, None)
    assert chosen_count("gdtx_thpt") == 4


def test_only_some_subjects_of_upper_secondary_school_have_study_topics():
    with_topics = {s.code for s in program_subjects("thpt", 11) if s.topics == 3}
    assert {"TOAN", "VAN", "VL", "AN"} <= with_topics
    assert not with_topics & {"NN1", "GDTC", "GDQPAN", "NDGDDP", "HDTNHN", "NN2"}
    assert {s.topics for s in thcs_subjects(6)} == {0}


def test_two_primary_subjects_are_shown_in_their_parts():
    parts = {s.code: s.part_of for s in program_subjects("th", 4) if s.part_of}
    art, computing = "Nghệ thuật", "Tin học và Công nghệ"
    assert parts == {"AN": art, "MT": art, "TIN": computing, "CN": computing}


def test_primary_tests_come_more_often_in_grades_four_and_five():
    tests = {grade: subject_of("TOAN", "th", grade).tests for grade in (3, 4)}
    assert tests == {3: ("CK1", "CN"), 4: ("GK1", "CK1", "GK2", "CN")}
    assert subject_of("KH", "th", 4).tests == ("CK1", "CN")
    assert subject_of("DD", "th", 4).tests == ()


def test_a_foreign_language_is_optional_and_without_test_in_grades_one_and_two():
    young, older = subject_of("NN1", "th", 2), subject_of("NN1", "th", 3)
    assert (young.group, young.mode, older.group, older.mode) == (
        "optional", "comment", "required", "score",
    )  # fmt: skip


def test_each_regulation_names_the_programme_whose_subjects_it_assesses():
    def program(level: str, grade: int, year: str) -> str:
        return regulation_for(level=level, grade=grade, school_year=year).program

    assert program("thcs", 9, "2023-2024") == "gdpt2006"
    assert program("thcs", 9, "2024-2025") == "gdpt2018"
    assert program("gdtx_thcs", 9, "2024-2025") == "gdtx"
    assert "VL" in codes("thcs", 9, program="gdpt2006")
    assert "HH" not in codes("thcs", 7, program="gdpt2006")
    assert "KHTN" in codes("thcs", 9)
    assert codes("gdtx_thcs", 6)[:2] == ["VAN", "TOAN"]
