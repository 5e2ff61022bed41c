"""The workbook of a primary class: out, filled in, and back; one clear problem a mistake."""

import io
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from fakes.foreign_sheets import Page, save_xlsx
from openpyxl import load_workbook

from hocba.kit.messages import sentence
from hocba.sector.assessment.regulation import primary_regulation
from hocba.sector.sheets import (
    ClassRegister,
    SheetPupil,
    SheetSubject,
    Told,
    build_template,
    fill,
    look_at,
    read_sheet,
)
from hocba.sector.sheets.layout import GUIDE, HIDDEN, SUMMARY, plan
from hocba.sector.sheets.primary_layout import TRAITS, TRAITS_AFTER, TRAITS_BEFORE
from hocba.sector.sheets.primary_values import (
    read_decision,
    read_measure,
    read_subject_level,
    read_test,
    read_trait,
    read_yes,
)
from hocba.sector.subjects import program_subjects

AT = datetime(2026, 5, 20, 3, 0, tzinfo=UTC)
AN, BLO = "3100000001", "3100000002"
FOURTH = ClassRegister(
    school_code="31-11311-05",
    school_name="Trường Tiểu học Lê Văn Tám",
    school_year="2025-2026",
    class_name="4A",
    grade=4,
    pupils=(SheetPupil(AN, "Trần Văn An", "2016-09-05"), SheetPupil(BLO, "Y Ƀlô Niê", "2016")),
    subjects=tuple(
        SheetSubject(one.code, one.name, one.short, one.mode, 0)
        for one in program_subjects("th", 4)
        if one.required
    ),
    homeroom="Đỗ Đức Phượng",
    level="th",
)
TEMPLATE = build_template(FOURTH, at=AT)
TRAIT_CODES = [one.code for one in primary_regulation("tt27-2020", "1").traits_of(4)]


def entries(codes=(AN, BLO)):
    found = {}
    for pupil in codes:
        for subject in FOURTH.subjects:
            found[pupil, subject.code, 0, "level"] = "Hoàn thành tốt"
            if subject.mode == "score":
                found[pupil, subject.code, 0, "test"] = "9"
        found |= {(pupil, None, 0, code): "Tốt" for code in TRAIT_CODES}
        found |= {
            (pupil, None, 0, "absences_with_leave"): "2",
            (pupil, None, 0, "absences_without_leave"): "0",
            (pupil, None, 0, "homeroom_comment"): "Ngoan, chăm chỉ.",
            (pupil, None, 0, "height"): "132",
            (pupil, None, 0, "weight"): "28,5",
        }
    return found


FILLED = fill(TEMPLATE, entries(), FOURTH)


def put(*cells, data=FILLED):
    book = load_workbook(io.BytesIO(data))
    for tab, row, item, value in cells:
        page = next(page for page in plan(FOURTH) if page.tab == tab)
        book[tab].cell(row, page.column_of(0, item) + 1).value = value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def read(data, register=FOURTH, **options):
    return read_sheet(data, register, file="4A.xlsx", **options)


def told(reading):
    return [(one.code.removeprefix("sheet."), one.sheet, one.cell) for one in reading.problems]


def test_the_workbook_has_a_sheet_for_each_subject_the_traits_and_the_homeroom_teacher():
    tabs = load_workbook(io.BytesIO(TEMPLATE)).sheetnames
    subjects = [subject.tab for subject in FOURTH.subjects]
    assert tabs == [GUIDE, *subjects, TRAITS, TRAITS_AFTER, TRAITS_BEFORE, SUMMARY, HIDDEN]


def test_a_filled_workbook_comes_back_with_every_value_in_its_one_form():
    values = read(FILLED).clean().values()
    assert values[AN, "TV", 0, "level"] == "T"
    assert values[AN, "TOAN", 0, "test"] == "9"
    assert values[BLO, None, 0, "nl_tin_hoc"] == "T"
    assert values[BLO, None, 0, "weight"] == "28.5"
    tested = sum(subject.mode == "score" for subject in FOURTH.subjects)
    assert len(values) == 2 * (len(FOURTH.subjects) + tested + len(TRAIT_CODES) + 5)


def test_periods_have_tests_only_where_the_circular_has_them():
    pages = {page.subject.code: page for page in plan(FOURTH) if page.subject}
    tests = {
        code: [(c.term, c.item) for _, c in page.inputs() if c.kind == "test"]
        for code, page in pages.items()
    }
    after = (0, "test_after")
    assert tests["TV"] == [(1, "test_gk"), (1, "test"), (2, "test_gk"), (0, "test"), after]
    assert tests["KH"] == [(1, "test"), (0, "test"), after]
    assert tests["DD"] == []


def test_the_second_grade_has_no_competencies_of_technology():
    second = replace(FOURTH, grade=2)
    page = next(page for page in plan(second) if page.tab == TRAITS)
    assert "nl_tin_hoc" not in {column.item for _, column in page.inputs()}


@pytest.mark.parametrize(
    ("tab", "item", "value", "code"),
    [
        ("Toán", "test", "8,5", "test_not_whole"),
        ("Toán", "test", 8.5, "test_not_whole"),
        ("Toán", "test", 11, "not_a_test"),
        ("Toán", "test", date(2026, 9, 8), "not_a_test"),
        ("Toán", "level", "Đ", "not_a_subject_level"),
        ("Toán", "level_after", "M", "not_a_subject_level"),
        ("Toán", "not_assessed", "không", "not_a_yes"),
        (TRAITS, "pc_yeu_nuoc", "H", "not_a_trait_level"),
        (TRAITS_AFTER, "pc_yeu_nuoc_after", "4", "not_a_trait_level"),
        (SUMMARY, "height", "cao", "not_a_measure"),
        (SUMMARY, "promotion_decision", "có lẽ", "not_a_decision"),
        (SUMMARY, "absences_with_leave", "1,5", "not_a_count"),
        ("Toán", "level", None, "missing_value"),
        ("Toán", "test", None, "missing_value"),
        (TRAITS, "nl_the_chat", None, "missing_value"),
        (SUMMARY, "homeroom_comment", None, "missing_comment"),
    ],
)
def test_a_mistake_is_one_problem_with_its_cell_and_a_vietnamese_sentence(tab, item, value, code):
    reading = read(put((tab, 7, item, value)))
    page = next(page for page in plan(FOURTH) if page.tab == tab)
    column = load_workbook(io.BytesIO(FILLED))[tab].cell(7, page.column_of(0, item) + 1)
    assert told(reading) == [(code, tab, column.coordinate)]
    assert reading.sheet is None
    assert sentence(f"sheet.{code}") != sentence(f"sheet.{code}", "en")
    assert "{" not in reading.problems[0].sentence()


def test_an_exempt_pupil_needs_no_test_and_one_not_assessed_in_a_subject_nothing_there():
    exempt = put(("Toán", 6, "level", "M"), ("Toán", 6, "test", None))
    assert read(exempt).problems == ()
    left_out = put(
        ("Toán", 6, "level", None), ("Toán", 6, "test", None), ("Toán", 6, "not_assessed", "x")
    )
    assert read(left_out).clean().values()[AN, "TOAN", 0, "not_assessed"] == "yes"
    bare = put(("Toán", 6, "level", None), ("Toán", 6, "test", None))
    assert [one[0] for one in told(read(bare))] == ["missing_value", "missing_value"]


def test_a_pupil_not_assessed_all_year_may_have_nothing_but_the_decision():
    alone = fill(TEMPLATE, entries((AN,)), FOURTH)
    assert read(alone).problems
    marked = put(
        (SUMMARY, 7, "not_assessed", "X"),
        (SUMMARY, 7, "promotion_decision", "Được lên lớp"),
        data=alone,
    )
    values = read(marked).clean().values()
    assert values[BLO, None, 0, "promotion_decision"] == "yes"
    assert (BLO, "TV", 0, "level") not in values


def test_a_level_of_an_earlier_period_contradicts_no_exemption():
    book = load_workbook(io.BytesIO(FILLED))
    page = next(page for page in plan(FOURTH) if page.tab == "Toán")
    book["Toán"].cell(6, page.column_of(1, "level_gk") + 1).value = "T"
    book["Toán"].cell(6, page.column_of(1, "level") + 1).value = "M"
    out = io.BytesIO()
    book.save(out)
    assert read(out.getvalue()).problems == ()


def test_a_file_in_another_layout_writes_no_secondary_marks_into_a_primary_register():
    rows = [["STT", "Mã HS", "Họ và tên", "GK", "CK"], ["1", AN, "Trần Văn An", "8", "9"]]
    data, said = save_xlsx(Page("Toán", rows)), Told(subject="TOAN", term=1)
    looked = look_at(data, FOURTH, told=said)
    assert [one.code for one in looked.problems] == ["sheet.foreign_primary"]
    assert looked.sheets == ()
    assert look_at(data, replace(FOURTH, level="thcs"), told=said).sheets


def test_a_primary_workbook_is_not_read_for_another_class_list():
    other = replace(FOURTH, pupils=FOURTH.pupils[:1])
    assert told(read(FILLED, other)) == [("roster_changed", None, None)]


@pytest.mark.parametrize(
    ("reader", "value", "kept"),
    [
        (read_subject_level, " hoàn thành ", "H"),
        (read_subject_level, "miễn", "M"),
        (read_test, 10.0, "10"),
        (read_test, "m", "M"),
        (read_trait, "\u00d0", "Đ"),
        (read_trait, "cần cố gắng", "C"),
        (read_yes, "Có", "yes"),
        (read_decision, "ở lại lớp", "no"),
        (read_measure, 28.5, "28.5"),
        (read_measure, "132,0", "132"),
    ],
)
def test_what_people_write_has_one_form(reader, value, kept):
    assert reader(value) == kept


@pytest.mark.parametrize("value", [True, None, "", "9.5", -1])
def test_nothing_is_guessed(value):
    for reader in (read_test, read_subject_level, read_trait, read_yes, read_decision):
        with pytest.raises(ValueError, match="sheet"):
            reader(value)
