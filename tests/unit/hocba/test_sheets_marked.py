"""The teacher's own file comes back with every problem shown in its place."""

import io
from datetime import UTC, datetime

import pytest
from fakes.foreign_sheets import Page, vnedu
from fakes.sheet_formats import save
from openpyxl import load_workbook

from hocba.sector.sheets import (
    ClassRegister,
    SheetPupil,
    SheetSubject,
    build_template,
    fill,
    mark_problems,
    read_sheet,
)
from hocba.sector.sheets.files import open_grids
from hocba.sector.sheets.marked import REPORT
from hocba.sector.sheets.register import problem

CLASS = ClassRegister(
    "31-11311-01",
    "Trường THCS Lê Quý Đôn",
    "2025-2026",
    "6A1",
    6,
    (SheetPupil("1", "An", "2014"), SheetPupil("2", "Bình", "2014")),
    (SheetSubject("TOAN", "Toán", "Toán", "score", 4),),
)
DATA = fill(
    build_template(CLASS, at=datetime(2026, 5, 1, tzinfo=UTC)),
    {("1", "TOAN", 1, "tx1"): "10,5"},
    CLASS,
)


def test_bad_cells_are_coloured_and_carry_the_sentence_and_a_report_links_to_them():
    problems = read_sheet(DATA, CLASS).problems
    marked = mark_problems(DATA, problems)
    assert marked is not None
    book = load_workbook(io.BytesIO(marked))
    assert book.active.title == REPORT
    bad = book["Toán"]["E6"]
    assert bad.fill.fgColor.rgb.endswith("FBD5D5")
    assert bad.comment.text == "Điểm 10,5 nằm ngoài thang điểm. Hãy ghi số từ 0 đến 10."
    rows = [[cell.value for cell in row] for row in book[REPORT].iter_rows(min_row=2)]
    assert rows[0] == ["Toán", "E6", bad.comment.text, "sheet.mark_out_of_range"]
    assert len(rows) == len(problems)
    assert book[REPORT]["B2"].hyperlink.location == "'Toán'!E6"
    block = next(p for p in problems if p.cell and ":" in p.cell)
    first, last = block.cell.split(":")
    assert all(book["Toán"][cell].fill.fgColor.rgb.endswith("FBD5D5") for cell in (first, last))


def test_the_marked_file_is_read_like_the_original_and_marked_again_without_a_second_report():
    problems = read_sheet(DATA, CLASS).problems
    marked = mark_problems(DATA, problems)
    assert marked is not None
    assert read_sheet(marked, CLASS).problems == problems
    again = mark_problems(marked, problems[:1])
    assert again is not None
    book = load_workbook(io.BytesIO(again))
    assert book.sheetnames.count(REPORT) == 1
    assert book[REPORT].max_row == 2


def test_a_problem_of_the_whole_file_is_listed_without_a_place():
    marked = mark_problems(DATA, [problem("sheet.other_version", found="0", needed="1")])
    assert marked is not None
    report = load_workbook(io.BytesIO(marked))[REPORT]
    assert report["A2"].value in (None, "")
    assert report["C2"].value.startswith("Tệp dùng mẫu phiên bản 0")


def test_what_is_no_workbook_cannot_be_marked():
    assert mark_problems(b"%PDF-1.7", []) is None
    assert mark_problems(b"PK\x03\x04", []) is None


@pytest.mark.parametrize("form", ["csv", "xls", "ods"])
def test_what_is_no_xlsx_comes_back_as_one_with_the_same_cells(form):
    page = vnedu()
    data = save(page, form)
    marked = mark_problems(data, [problem("sheet.not_a_mark", "CSV", "E8", value="x")])
    assert marked is not None
    before, after = open_grids(data).grids[0], open_grids(marked).grids[1]
    assert list(after.cells()) == list(before.cells())
    assert set(after.merged) == set(before.merged)


def test_no_cell_of_ours_is_a_formula():
    evil = ["=HYPERLINK(1)", "+1+1", "-2+3", "@SUM(A1)"]
    data = save(Page("CSV", [["Mã HS", *evil]]), "csv")
    problems = [problem("sheet.not_a_mark", "CSV", "B1", value="=1+1"),
                problem("sheet.not_a_mark", "=1+1", "A1", value="=1+1")]  # fmt: skip
    marked = mark_problems(data, problems)
    assert marked is not None
    book = load_workbook(io.BytesIO(marked))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert [cell.coordinate for cell in cells if cell.data_type == "f"] == []
    assert [cell.value for cell in book["CSV"][1]][1:] == evil
    assert all(cell.quotePrefix for cell in book["CSV"][1][1:])
    assert book[REPORT]["A3"].value == "=1+1"


def test_a_bad_cell_inside_a_merged_block_and_a_quoted_tab_are_marked_too():
    page = Page("Lớp 6'1", [["a", ""], ["", "x"]], merged=["A1:B1"])
    problems = [problem("sheet.old_font", page.name, "B1"), problem("sheet.not_text", page.name,
                                                                    "B1")]  # fmt: skip
    marked = mark_problems(save(page, "xlsx"), problems)
    assert marked is not None
    book = load_workbook(io.BytesIO(marked))
    note = book[page.name]["A1"].comment.text
    assert all(one.advice() in note for one in problems)
    assert book[REPORT]["B2"].hyperlink.location == "'Lớp 6''1'!B1"
