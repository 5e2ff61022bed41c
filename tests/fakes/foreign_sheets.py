"""Sheets in layouts that are not ours, for a small class whose pupils are made up.

vnedu(marks)          # the layout of a subject and term as vnEdu has it, as rows and merges
save_xlsx(Page(...))  # bytes
"""

import io
from dataclasses import dataclass, field

from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from hocba.sector.sheets import ClassRegister, SheetPupil, SheetSubject

AN, BLO, CHI = "3100000001", "3100000002", "0100000003"
CLASS = ClassRegister(
    school_code="31-11311-01",
    school_name="Trường THCS Lê Quý Đôn",
    school_year="2025-2026",
    class_name="6A1",
    grade=6,
    pupils=(
        SheetPupil(AN, "Trần Văn An", "2014-09-05"),
        SheetPupil(BLO, "Nguyễn Thị Hoà", "2014"),
        SheetPupil(CHI, "Đặng Thuỳ Dương", "2014-02"),
    ),
    subjects=(
        SheetSubject("TOAN", "Toán", "Toán", "score", 4),
        SheetSubject("VAN", "Ngữ văn", "Ngữ văn", "score", 4),
        SheetSubject("GDTC", "Giáo dục thể chất", "GDTC", "comment", 2),
    ),
)
MARKS = (8.5, 7, 9, 10, "", 8, 9.5)
"""TX1 to TX5, GK, CK."""


@dataclass
class Page:
    """One sheet to be written in any format."""

    name: str
    rows: list[list]
    merged: list[str] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    hidden: bool = False
    formulas: dict[str, object] = field(default_factory=dict)
    """Cells with a formula, and its stored result (None: nobody has computed it)."""


def vnedu(title="TOÁN", term="HỌC KỲ I", name="Toan6A1", marks=MARKS):
    rows = [
        ["SỞ GIÁO DỤC VÀ ĐÀO TẠO HẢI PHÒNG"],
        ["TRƯỜNG THCS LÊ QUÝ ĐÔN"],
        [f"BẢNG ĐIỂM CHI TIẾT - MÔN {title} - {term} - NĂM HỌC 2025-2026"],
        ["Khối 6 - Lớp 6A1"],
        [],
        ["STT", "Mã học sinh", "Họ và tên", "", "ĐĐGtx", "", "", "", "", "ĐĐGgk", "ĐĐGck", "ĐTBmhk",
         "Nhận xét"],
        ["", "", "", "", "TX1", "TX2", "TX3", "TX4", "TX5"],
    ]  # fmt: skip
    for number, pupil in enumerate(CLASS.pupils, start=1):
        family, _, given = pupil.name.rpartition(" ")
        rows.append([number, pupil.code, family, given, *marks, "", "Tiến bộ."])
    merged = ["A1:L1", "A2:L2", "A3:L3", "A4:J4", "A6:A7", "B6:B7", "C6:D7", "E6:I6", "J6:J7",
              "K6:K7", "L6:L7", "M6:M7"]  # fmt: skip
    return Page(name, rows, merged)


def plain(heads=("STT", "Mã HS", "Họ và tên", "TX1", "TX2", "TX3", "TX4", "GK", "CK"), marks=None):
    """One header row, nothing merged: a teacher's own list."""
    values = list(marks or ("8,5", "7", "9", "10", "8", "9,5"))
    rows = [list(heads)]
    for number, pupil in enumerate(CLASS.pupils, start=1):
        rows.append([str(number), pupil.code, pupil.name, *values])
    return Page("Toán", rows)


def save_xlsx(*pages):
    book = Workbook()
    book.remove(book.active)
    for page in pages:
        _write(book.create_sheet(page.name), page)
    if all(page.hidden for page in pages):
        book.create_sheet("Trang1")
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _write(sheet, page):
    for row, values in enumerate(page.rows, start=1):
        for column, value in enumerate(values, start=1):
            if value != "":
                cell = sheet.cell(row, column, value)
                if isinstance(value, str):
                    cell.data_type = "s"
    for cell, result in page.formulas.items():
        sheet[cell] = "=1+1" if result is None else f"={result}"
    for block in page.merged:
        sheet.merge_cells(block)
    for row in page.hidden_rows:
        sheet.row_dimensions[row + 1].hidden = True
    for column in page.hidden_columns:
        sheet.column_dimensions[get_column_letter(column + 1)].hidden = True
    if page.hidden:
        sheet.sheet_state = "hidden"
