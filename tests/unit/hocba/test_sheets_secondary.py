"""The workbook of every secondary level: study topics, scales, and what holds for single pupils."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from fakes.foreign_sheets import Page
from fakes.primary_school import complete_year
from fakes.sheet_formats import save

from hocba.sector.sheets import (
    Told,
    build_template,
    fill,
    look_at,
    mapping_of,
    read_foreign,
    read_sheet,
)
from hocba.sector.sheets.layout import SUMMARY, plan
from hocba.sector.sheets.register import ClassRegister, SheetPupil, SheetSubject
from hocba.sector.sheets.workbook import open_workbook

AT = datetime(2026, 1, 5, tzinfo=UTC)
AN, BI = "3100000001", "3100000002"
PUPILS = (SheetPupil(AN, "Trần Văn An", "2010"), SheetPupil(BI, "Lê Thị Bí", "2010"))
MATHS = SheetSubject("TOAN", "Toán", "Toán", "score", 4)
PHYSICS = SheetSubject("VL", "Vật lí", "Vật lí", "score", 3)
MUSIC = SheetSubject("AN", "Âm nhạc", "Âm nhạc", "comment", 2)
SPORT = SheetSubject("GDTC", "Giáo dục thể chất", "GDTC", "comment", 2)
UPPER = ClassRegister("31", "Trường THPT", "2025-2026", "10A1", 10, PUPILS,
                      (MATHS, PHYSICS, MUSIC, SPORT), level="thpt")  # fmt: skip
OLD = replace(UPPER, school_year="2023-2024", class_name="12C5", grade=12, subjects=(MATHS,))
CENTRE = replace(UPPER, level="gdtx_thpt", subjects=(MATHS,))


def reading(register, change=None, leave_out=()):
    """Read back a complete workbook with these changes."""
    entries = complete_year(register, leave_out=leave_out) | (change or {})
    filled = {cell: value for cell, value in entries.items() if value is not None}
    return read_sheet(fill(build_template(register, at=AT), filled, register), register)


def told(found):
    return [(one.code, one.sheet) for one in found.problems]


def heads(register, tab):
    return [column.head for page in plan(register) if page.tab == tab for column in page.columns]


def test_study_topics_stand_only_where_the_subject_has_them():
    assert {"CĐ1", "CĐ2", "CĐ3", "Chọn CĐ số"} <= set(heads(UPPER, "Toán"))
    assert "CĐ1" not in heads(UPPER, "GDTC")
    assert "CĐ1" not in heads(OLD, "Toán")
    entries = {(AN, "VL", 0, "cd1"): "8.5", (AN, "VL", 0, "cd2"): "9.0",
               (AN, "VL", 0, "cd3"): "7.5", (AN, "VL", 0, "cd_chosen"): "2",
               (BI, "AN", 0, "cd1"): "Đ"}  # fmt: skip
    values = reading(UPPER, entries).clean().values()
    assert entries.items() <= values.items()


@pytest.mark.parametrize(
    ("cell", "value", "code"),
    [((AN, "VL", 0, "cd1"), "M", "sheet.not_a_mark"), ((AN, "VL", 0, "cd1"), "11",
                                                       "sheet.mark_out_of_range"),
     ((AN, "AN", 0, "cd1"), "8.0", "sheet.not_a_comment_mark"),
     ((AN, "VL", 0, "cd_chosen"), "4", "sheet.not_a_choice"),
     ((AN, "VL", 0, "not_taken"), "không", "sheet.not_a_yes")],
)  # fmt: skip
def test_a_cell_that_says_something_else_is_named(cell, value, code):
    assert [one for one, _ in told(reading(UPPER, {cell: value}))] == [code]


def test_only_a_subject_that_not_everybody_takes_can_be_left_out():
    assert "Không học môn này" in heads(UPPER, "Vật lí")
    assert "Không học môn này" not in heads(UPPER, "Toán")
    without = {(AN, "VL", term, item): None for term in (1, 2)
               for item in ("tx1", "tx2", "tx3", "gk", "ck")}  # fmt: skip
    assert {code for code, _ in told(reading(UPPER, without))} == {"sheet.missing_mark"}
    assert reading(UPPER, without | {(AN, "VL", 0, "not_taken"): "X"}).problems == ()


def test_a_pupil_who_is_not_assessed_leaves_nothing_to_fill_in():
    assert reading(UPPER, {(BI, None, 0, "not_assessed"): "x"}, leave_out=(BI,)).problems == ()
    assert reading(UPPER, leave_out=(BI,)).problems


def test_an_exemption_beside_marks_needs_to_be_one_of_a_part():
    beside = {(AN, "GDTC", 1, "tx2"): "M"}
    assert told(reading(UPPER, beside)) == [("assessment.mixed_exemption", "GDTC")]
    part = beside | {(AN, "GDTC", 0, "part_exempt"): "X"}
    assert reading(UPPER, part).problems == ()
    gap = part | {(AN, "GDTC", 1, "gk"): None}
    assert told(reading(UPPER, gap)) == [("sheet.missing_mark", "GDTC")]


def test_the_old_circular_has_its_own_conduct_and_that_of_the_year():
    assert heads(OLD, SUMMARY).count("Cả năm") == 1
    assert "Cả năm" not in heads(UPPER, SUMMARY)
    change = {(AN, None, 1, "conduct"): "Trung bình", (AN, None, 2, "conduct"): "yếu",
              (AN, None, 0, "conduct_year"): "Tb"}  # fmt: skip
    values = reading(OLD, change).clean().values()
    assert [values[AN, None, term, item] for _, _, term, item in change] == ["Tb", "Y", "Tb"]
    refused = reading(OLD, {(AN, None, 1, "conduct"): "Đạt"})
    assert told(refused) == [("sheet.not_a_conduct_rank", SUMMARY)]
    assert "Tốt, Khá, Trung bình hoặc Yếu" in refused.problems[0].advice()
    assert told(reading(UPPER, {(AN, None, 1, "conduct"): "Trung bình"})) == [
        ("sheet.not_a_level", SUMMARY)
    ]


def test_the_subject_of_a_gifted_class_is_chosen_by_its_name():
    values = reading(OLD, {(AN, None, 0, "special_subject"): "Toán"}).clean().values()
    assert values[AN, None, 0, "special_subject"] == "TOAN"
    assert "Môn chuyên" not in heads(UPPER, SUMMARY)


def test_a_learner_who_works_needs_no_conduct():
    assert "Hình thức học" not in heads(UPPER, SUMMARY)
    none = {(AN, None, 1, "conduct"): None, (AN, None, 2, "conduct"): None}
    assert told(reading(CENTRE, none)) == [("sheet.missing_conduct", SUMMARY)] * 2
    values = reading(CENTRE, none | {(AN, None, 0, "study_form"): "vừa làm vừa học"}).clean()
    assert values.values()[AN, None, 0, "study_form"] == "vua_lam_vua_hoc"


def test_a_stored_choice_goes_out_as_people_say_it_and_comes_back_as_it_was():
    given = {(AN, None, 0, "study_form"): "tu_hoc_co_huong_dan", (AN, None, 1, "conduct"): None,
             (AN, None, 2, "conduct"): None, (AN, None, 0, "promotion_decision"): "no",
             (AN, "TOAN", 0, "part_exempt"): "yes"}  # fmt: skip
    entries = complete_year(CENTRE) | given
    filled = {cell: value for cell, value in entries.items() if value is not None}
    data = fill(build_template(CENTRE, at=AT), filled, CENTRE)
    rows = [str(cell) for row in open_workbook(data).rows(SUMMARY) for cell in row]
    assert {"Tự học có hướng dẫn", "Không được lên lớp"} <= set(rows)
    assert read_sheet(data, CENTRE).clean().values() == filled


@pytest.mark.parametrize(("said", "stored"), [("Trung bình", "Tb"), ("TB", "Tb"), ("Y", "Y")])
def test_a_foreign_file_of_the_old_cohorts_has_their_own_conduct(said, stored):
    rows = [["STT", "Mã học sinh", "Họ và tên", "Hạnh kiểm"],
            [1, AN, "Trần Văn An", said], [2, BI, "Lê Thị Bí", "Tốt"]]  # fmt: skip
    file = look_at(save(Page("12C5", rows), "xlsx"), OLD, told=Told(term=2))
    mappings = {one.fingerprint: mapping_of(one.proposal) for one in file.sheets}
    values = read_foreign(file, mappings).clean().values()
    assert values[AN, None, 2, "conduct"] == stored
