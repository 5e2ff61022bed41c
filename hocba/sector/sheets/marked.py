"""Hand a teacher's own file back with what is wrong shown in it.

    data = mark_problems(filled, reading.problems)     # None for a file that is no .xlsx

Bad cells are coloured and carry the sentence as a note; a first sheet "Lỗi" lists all
problems with links to their cells. Rules, locks and the hidden sheet stay, and the
sheet "Lỗi" is ignored when the file is read again.
"""

import io
import zipfile
from collections.abc import Sequence

from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.hyperlink import Hyperlink

from hocba.sector.sheets.register import SheetProblem
from hocba.sector.sheets.workbook import quiet_about_extensions

REPORT = "Lỗi"
_HEADS = (("Trang tính", 18), ("Ô", 12), ("Lỗi và cách sửa", 110))
_BAD = PatternFill("solid", fgColor="FBD5D5")
_NOTE_SIZE = (110, 320)


def mark_problems(data: bytes, problems: Sequence[SheetProblem]) -> bytes | None:
    """Return the file with every problem shown in its place; None where it cannot be opened."""
    try:
        with quiet_about_extensions():
            book = load_workbook(io.BytesIO(data))
    except (InvalidFileException, KeyError, ValueError, OSError, zipfile.BadZipFile):
        return None
    if REPORT in book.sheetnames:
        del book[REPORT]
    _write_report(book, problems)
    for problem in problems:
        if problem.sheet in book.sheetnames and problem.cell is not None:
            _mark(book, problem)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _write_report(book: Workbook, problems: Sequence[SheetProblem]) -> None:
    report = book.create_sheet(REPORT, 0)
    report.sheet_properties.tabColor = "C00000"
    for column, (head, width) in enumerate(_HEADS, start=1):
        report.cell(1, column, head).font = Font(bold=True)
        report.column_dimensions[report.cell(1, column).column_letter].width = width
    for row, problem in enumerate(problems, start=2):
        report.cell(row, 1, problem.sheet or "")
        report.cell(row, 3, problem.advice())
        place = report.cell(row, 2, problem.cell or "")
        if problem.sheet in book.sheetnames and problem.cell:
            place.hyperlink = Hyperlink(ref="", location=f"'{problem.sheet}'!{problem.cell}")
            place.style = "Hyperlink"
    book.active = report


def _mark(book: Workbook, problem: SheetProblem) -> None:
    first, _, _ = str(problem.cell).partition(":")
    sheet = book[str(problem.sheet)]
    area = sheet[str(problem.cell)]
    rows = area if isinstance(area, tuple) else ((area,),)
    for cell in (cell for row in rows for cell in row):
        cell.fill = _BAD
    note = Comment(problem.advice(), "Học bạ số", *_NOTE_SIZE)
    sheet[first].comment = note
