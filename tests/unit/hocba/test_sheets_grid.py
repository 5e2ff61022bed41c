"""Every format becomes the same grid, with what a person cannot see said beside it."""

import io
import zipfile

import pytest
from fakes.foreign_sheets import Page, save_xlsx, vnedu
from fakes.sheet_formats import save, save_csv, save_ods

from hocba.sector.sheets.csv_text import decode, find_separator
from hocba.sector.sheets.files import open_grids
from hocba.sector.sheets.grid import Block
from hocba.sector.sheets.workbook import SheetFileError
from hocba.sector.sheets.xls_records import walk_xls

FORMATS = ("xlsx", "ods", "xls")


def cells(grid):
    return {(row, column): value for row, column, value in grid.cells()}


@pytest.mark.parametrize("form", FORMATS)
def test_the_same_page_is_the_same_grid_in_every_format(form):
    page = vnedu()
    page.hidden_rows, page.hidden_columns = {8}, {10}
    book = open_grids(save(page, form))
    (grid,) = book.grids
    assert (book.format, grid.name) == (form, "Toan6A1")
    written = {(r, c): v for r, row in enumerate(page.rows) for c, v in enumerate(row) if v != ""}
    assert cells(grid) == written
    assert Block(5, 2, 6, 3) in grid.merged
    assert grid.resolved(6, 3) == "Họ và tên"
    assert grid.resolved(5, 8) == "ĐĐGtx"
    assert (grid.hidden_rows, grid.hidden_columns) == ({8}, {10})


def test_text_is_the_same_cells_as_text():
    page = vnedu()
    (grid,) = open_grids(save(page, "csv")).grids
    written = {
        (r, c): str(v) for r, row in enumerate(page.rows) for c, v in enumerate(row) if v != ""
    }
    assert cells(grid) == written


@pytest.mark.parametrize("form", ["xlsx", "ods"])
def test_a_formula_without_a_result_is_no_empty_cell(form):
    page = Page("T", [["a", "", ""]], formulas={"B1": None})
    (grid,) = open_grids(save(page, form)).grids
    assert grid.uncomputed == {(0, 1)}


def test_a_formula_whose_result_is_empty_text_has_a_result():
    data = save_xlsx(Page("T", [["a"]], formulas={"B1": None}))
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for one in old.namelist():
            content = old.read(one)
            if one == "xl/worksheets/sheet1.xml":
                content = content.replace(b'<c r="B1">', b'<c r="B1" t="str">')
            new.writestr(one, content)
    assert open_grids(out.getvalue()).grids[0].uncomputed == frozenset()


@pytest.mark.parametrize(
    ("text", "separator"),
    [("a;b\n8,5;9\n", ";"), ("a,b\n1,2\n", ","), ("a\tb\n8,5\t9,5\n", "\t"),
     ("TRƯỜNG, LỚP, NĂM\nTên;Điểm\nAn;8,5\nBình;9,5\n", ";"), ("sep=;\na,b;c\n", ";")],
)  # fmt: skip
def test_the_separator_is_what_cuts_most_lines_alike(text, separator):
    assert find_separator(text)[0] == separator


@pytest.mark.parametrize(
    ("data", "encoding"),
    [("Nguyễn Văn An".encode(), "UTF-8"), ("Nguyễn Văn An".encode("utf-8-sig"), "UTF-8"),
     ("Nguyễn".encode("utf-16"), "UTF-16"),
     ("Trâ\u0300n Đư\u0301c An Lê Thị".replace("ị", "i\u0323").encode("cp1258"), "Windows-1258"),
     ("NguyÔn V¨n An".encode("cp1252"), "Windows-1252")],
)  # fmt: skip
def test_the_encoding_of_text_follows_the_stated_rule(data, encoding):
    assert decode(data)[1] == encoding


def test_windows_1258_comes_out_in_one_form():
    text, _ = decode("Trâ\u0300n Đư\u0301c".encode("cp1258"))
    assert text == "Trần Đức"


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"", "empty_file"), (b" \n ", "empty_file"), (b"%PDF-1.7", "not_a_workbook"),
     (b"PK\x03\x04junk", "not_a_workbook"), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "not_a_workbook"),
     (b"a\x00b;c\x00", "not_a_workbook")],
)  # fmt: skip
def test_what_is_no_spreadsheet_is_refused(data, code):
    with pytest.raises(SheetFileError, match=rf"sheet\.{code}"):
        open_grids(data)


def test_a_damaged_xls_has_no_facts_and_does_not_loop():
    data = bytearray(save(vnedu(), "xls"))
    assert [name for name, _, _ in walk_xls(bytes(data))] == ["Toan6A1"]
    for place in range(512, 1024, 4):
        data[place : place + 4] = b"\x05\0\0\0"  # every sector is followed by the same one
    assert walk_xls(bytes(data)) == []


def test_an_entity_bomb_in_an_ods_expands_to_nothing():
    page = Page("T", [["a"]])
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(save_ods(page))) as old, zipfile.ZipFile(out, "w") as new:
        for one in old.namelist():
            text = old.read(one).decode()
            if one == "content.xml":
                bomb = '<!DOCTYPE a [<!ENTITY x "boom">]>'
                text = text.replace("?>", f"?>{bomb}", 1).replace("<text:p>a", "<text:p>&x;")
            new.writestr(one, text)
    try:
        grids = open_grids(out.getvalue()).grids
    except SheetFileError:
        return
    assert all("boom" not in str(value) for grid in grids for _, _, value in grid.cells())


def test_a_comma_inside_quotes_does_not_cut():
    page = Page("CSV", [["Tên", "Nhận xét"], ["An", "Chăm, ngoan"]])
    (grid,) = open_grids(save_csv(page, delimiter=",")).grids
    assert grid.at(1, 1) == "Chăm, ngoan"
