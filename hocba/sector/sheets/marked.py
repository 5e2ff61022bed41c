"""Hand a teacher's own file back with what is wrong shown in it.

    data = mark_problems(filled, reading.problems)     # None for what is no spreadsheet

Bad cells are coloured and carry the sentence as a note; a first sheet "Lỗi" lists all
problems with links to their cells. An .xlsx keeps its rules, locks, formulas and hidden
sheet; .xls, .ods and text come back as an .xlsx of the same cells at the same places. The
sheet "Lỗi" is ignored when the file is read again.

What we write is text: a cell of ours that begins with = + - @ is never a formula.
"""

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from hocba.sector.sheets.files import kind_of_file, open_grids
from hocba.sector.sheets.grid import Grid, Value, filled, range_of
from hocba.sector.sheets.register import SheetProblem
from hocba.sector.sheets.workbook import SheetFileError, quiet_about_extensions

REPORT = "Lỗi"
_HEADS = (("Trang tính", 18), ("Ô", 12), ("Lỗi và cách sửa", 110), ("Mã lỗi", 28))
_BAD = PatternFill("solid", fgColor="FBD5D5")
_NOTE_SIZE = (110, 320)
_LONGEST_NAME = 31
_LIKE_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def mark_problems(data: bytes, problems: Sequence[SheetProblem]) -> bytes | None:
    """Return the file with every problem shown in its place; None where it cannot be opened."""
    try:
        book, tabs = _opened(data) if kind_of_file(data) == "xlsx" else _copied(data)
    except (InvalidFileException, KeyError, ValueError, OSError, zipfile.BadZipFile):
        return None
    except SheetFileError:
        return None
    if REPORT in book.sheetnames:
        del book[REPORT]
    _write_report(book, tabs, problems)
    for problem in problems:
        tab = tabs.get(problem.sheet or "")
        if tab is not None and problem.cell is not None:
            _mark(book[tab], problem)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def put_text(cell: Any, text: str) -> None:  # noqa: ANN401  # openpyxl's cells share no type
    """Write a text that stays a text, whatever it begins with."""
    cell.value = ILLEGAL_CHARACTERS_RE.sub("?", text)
    cell.data_type = "s"
    if text.startswith(_LIKE_A_FORMULA):
        cell.quotePrefix = True


def _opened(data: bytes) -> tuple[Workbook, Mapping[str, str]]:
    with quiet_about_extensions():
        book = load_workbook(io.BytesIO(data))
    return book, {name: name for name in book.sheetnames if name != REPORT}


def _copied(data: bytes) -> tuple[Workbook, Mapping[str, str]]:
    """Copy the cells of a file that is no .xlsx into one."""
    book = Workbook()
    for sheet in book.worksheets:
        book.remove(sheet)
    tabs: dict[str, str] = {}
    for grid in open_grids(data).grids:
        if grid.name != REPORT:
            tabs[grid.name] = _copy_grid(book, grid)
    return book, tabs


def _copy_grid(book: Workbook, grid: Grid) -> str:
    name = re.sub(r"[\[\]:*?/\\']", " ", grid.name)[:_LONGEST_NAME].strip() or "Trang"
    sheet = book.create_sheet(name)
    for row, column, value in grid.cells():
        _put(sheet.cell(row + 1, column + 1), value)
    for block in grid.merged:
        sheet.merge_cells(range_of(block))
    for row in grid.hidden_rows:
        sheet.row_dimensions[row + 1].hidden = True
    if grid.hidden:
        sheet.sheet_state = "hidden"
    return str(sheet.title)


def _put(cell: Any, value: Value) -> None:  # noqa: ANN401
    if isinstance(value, str):
        put_text(cell, value)
    elif filled(value):
        cell.value = value


def _write_report(
    book: Workbook, tabs: Mapping[str, str], problems: Sequence[SheetProblem]
) -> None:
    report = book.create_sheet(REPORT, 0)
    report.sheet_properties.tabColor = "C00000"
    for column, (head, width) in enumerate(_HEADS, start=1):
        report.cell(1, column, head).font = Font(bold=True)
        report.column_dimensions[report.cell(1, column).column_letter].width = width
    for row, problem in enumerate(problems, start=2):
        put_text(report.cell(row, 1), problem.sheet or "")
        put_text(report.cell(row, 3), problem.advice())
        put_text(report.cell(row, 4), problem.code)
        place = report.cell(row, 2)
        put_text(place, problem.cell or "")
        tab = tabs.get(problem.sheet or "")
        if tab is not None and problem.cell:
            quoted = tab.replace("'", "''")
            place.hyperlink = Hyperlink(ref="", location=f"'{quoted}'!{problem.cell}")
            place.style = "Hyperlink"
    book.active = report


def _mark(sheet: Worksheet, problem: SheetProblem) -> None:
    first, _, _ = str(problem.cell).partition(":")
    area = sheet[str(problem.cell)]
    rows = area if isinstance(area, tuple) else ((area,),)
    for cell in (cell for row in rows for cell in row):
        cell.fill = _BAD
    corner = _corner(sheet, first)
    before = f"{corner.comment.text}\n" if corner.comment else ""
    said = problem.advice()
    if said not in before:
        corner.comment = Comment(before + said, "Học bạ số", *_NOTE_SIZE)


def _corner(sheet: Worksheet, cell: str) -> Any:  # noqa: ANN401
    """The cell itself, or the first of the merged block that it lies in, which can hold a note."""
    for block in sheet.merged_cells.ranges:
        if cell in block:
            return sheet.cell(block.min_row, block.min_col)
    return sheet[cell]
