"""Sixty broken spreadsheets, each with the error that it has to give and the cell it is in.

    for sheet in broken_sheets():
        sheet.data, sheet.expected          # bytes, (("sheet.mark_out_of_range", "E8"),)

Each is a good sheet of the small class with one thing wrong in it, in the format in which
that mistake comes. Everything is made here, so no file of a school is needed.
"""

import zipfile
from copy import deepcopy
from dataclasses import dataclass
from io import BytesIO

from fakes.foreign_sheets import AN, CHI, CLASS, MARKS, Page, plain, save_xlsx, vnedu
from fakes.sheet_formats import save, save_csv

from hocba.sector.sheets import Told

VNEDU_FIRST, PLAIN_FIRST = 7, 1
"""Row of the first pupil, from zero."""
TCVN3 = {"Trần Văn An": "TrÇn V¨n An", "Nguyễn Thị Hoà": "NguyÔn ThÞ Hoµ",
         "Đặng Thuỳ Dương": "§Æng Thuú D\u00ad¬ng"}  # fmt: skip
VNI = {"Trần Văn An": "Traàn Vaên An", "Nguyễn Thị Hoà": "Nguyeãn Thò Hoaø",
       "Đặng Thuỳ Dương": "Ñaëng Thuyø Döông"}  # fmt: skip


MATHS = Told("TOAN", 1)


@dataclass(frozen=True)
class Broken:
    """One file, what the user says about it, and what must be said about it."""

    name: str
    data: bytes
    expected: tuple[tuple[str, str | None], ...]
    told: Told = MATHS
    columns: tuple[str, ...] = ()
    agreed: bool = True


def broken_sheets():
    """All of them, in a fixed order."""
    return [*_marks(), *_comments(), *_pupils(), *_columns(), *_fonts(), *_files(), *_unseen()]


def _change(page, *changes):
    changed = deepcopy(page)
    for row, column, value in changes:
        line = changed.rows[row]
        line += [""] * (column + 1 - len(line))
        line[column] = value
    return changed


def _one(name, page, form, code, cell, **options):
    expected = ((code if "." in code else f"sheet.{code}", cell),)
    return Broken(name, save(page, form), expected, **options)


def _marks():
    page, first = vnedu(), VNEDU_FIRST
    wrong = (
        ("85 for 8,5, a number", 85, "mark_without_comma", "xlsx"),
        ("85 for 8,5, text", "85", "mark_without_comma", "ods"),
        ("75 for 7,5 in an old file", 75, "mark_without_comma", "xls"),
        ("11", 11, "mark_out_of_range", "xlsx"),
        ("10,5", "10,5", "mark_out_of_range", "ods"),
        ("10.5 as a number", 10.5, "mark_out_of_range", "xls"),
        ("below nought", -1, "mark_out_of_range", "xlsx"),
        ("minus in text", "-8,5", "mark_out_of_range", "csv"),
        ("two decimals", "8,25", "too_many_decimals", "xlsx"),
        ("two decimals as a number", 8.25, "too_many_decimals", "ods"),
        ("a word", "tốt", "not_a_mark", "xlsx"),
        ("a pass in a scored subject", "Đ", "not_a_mark", "xls"),
        ("two commas", "8,,5", "not_a_mark", "csv"),
        ("a letter for a nought", "1O", "not_a_mark", "xlsx"),
        ("a date as text", "08/05/2026", "not_a_mark", "ods"),
        ("an error of Excel", "#DIV/0!", "not_a_mark", "xlsx"),
        ("two marks in one cell", "8 9", "not_a_mark", "csv"),
        ("a percent", "85%", "not_a_mark", "xlsx"),
        ("a whole formula as text", "=8+1", "not_a_mark", "csv"),
    )
    for name, value, code, form in wrong:
        yield _one(f"mark: {name}", _change(page, (first, 4, value)), form, code, "E8")
    yield _one("mark: in the last column", _change(page, (first + 2, 10, "12")), "xlsx",
               "mark_out_of_range", "K10")  # fmt: skip
    yield _one("mark: a fifth regular one", _change(page, (first, 8, 9)), "xls",
               "too_many_marks", "I8")  # fmt: skip
    mixed = _change(page, (first, 4, "M"))
    yield _one("mark: exempt beside marks", mixed, "ods", "assessment.mixed_exemption", "E8")


def _comments():
    page = vnedu("GIÁO DỤC THỂ CHẤT", marks=("Đ", "Đạt", "", "", "", "đ", "CĐ"))
    told = Told("GDTC", 1)
    for name, value, form in (("a number", 8, "xlsx"), ("another word", "Tốt", "xls"),
                              ("a slash", "Đ/CĐ", "ods")):  # fmt: skip
        changed = _change(page, (VNEDU_FIRST, 4, value))
        yield _one(f"comment: {name}", changed, form, "not_a_comment_mark", "E8", told=told)
    long = _change(vnedu(term="HỌC KỲ II"), (VNEDU_FIRST, 12, "x" * 2001))
    yield _one("comment: too long", long, "xlsx", "text_too_long", "M8", told=Told("TOAN", 2))
    odd = _change(vnedu(term="HỌC KỲ II"), (VNEDU_FIRST, 12, "Tốt \ue000"))
    yield _one("comment: a private character", odd, "ods", "bad_characters", "M8",
               told=Told("TOAN", 2))  # fmt: skip


def _pupils():
    page, first = plain(), PLAIN_FIRST
    yield _one("pupil: unknown code", _change(page, (first, 1, "3199999999")), "xlsx",
               "unknown_pupil", "B2")  # fmt: skip
    yield _one("pupil: no code", _change(page, (first, 1, "")), "xls", "row_without_code", "B2")
    yield _one("pupil: twice", _change(page, (first + 1, 1, AN)), "csv", "duplicate_pupil", "B3")
    yield _one("pupil: another name", _change(page, (first, 2, "Trần Văn Anh")), "ods",
               "name_changed", "C2")  # fmt: skip
    lost = int(CHI.lstrip("0"))
    yield _one("pupil: leading zero lost", _change(page, (first + 2, 1, lost)), "xlsx",
               "code_lost_zero", "B4")  # fmt: skip
    short = deepcopy(page)
    del short.rows[-1]
    yield _one("pupil: missing", short, "csv", "missing_pupil", None)
    more = deepcopy(page)
    more.rows.append(["4", "", "", "8", "8", "8", "8", "8", "8"])
    yield _one("pupil: marks of nobody", more, "ods", "row_without_code", "B5")
    names = _without_codes(page)
    yield _one("pupil: a name that is not in the class", _change(names, (1, 1, "Lê Mới")), "xls",
               "unknown_name", "B2")  # fmt: skip
    yield _one("pupil: a name twice", _change(names, (2, 1, "Trần Văn An")), "xlsx",
               "duplicate_pupil", "B3")  # fmt: skip


def _without_codes(page):
    return Page(page.name, [[row[0], *row[2:]] for row in deepcopy(page.rows)])


def _columns():
    page = plain()
    yield _one("columns: no header", Page("Toán", page.rows[1:]), "csv", "no_header", None)
    yield _one("columns: only titles", Page("Toán", [["TRƯỜNG"], ["LỚP 6A1"]]), "xlsx",
               "no_header", None)  # fmt: skip
    unknown = plain(heads=("STT", "Mã HS", "Họ và tên", "A", "B", "C", "D", "E", "F"))
    yield _one("columns: no mark among them", unknown, "ods", "no_mark_column", "A1")
    twice = _change(page, (0, 4, "TX1"))
    yield _one("columns: one meaning twice", twice, "xls", "column_twice", "E1")
    other = Page("Trang1", page.rows)
    yield _one("columns: of which subject", other, "csv", "subject_unknown", "D1",
               told=Told(None, 1))  # fmt: skip
    yield _one("columns: of a subject not taken", other, "xlsx", "subject_unknown", "D1",
               told=Told("NN2", 1))  # fmt: skip
    yield _one("columns: of which term", page, "xlsx", "term_unknown", "D1", told=Told("TOAN"))
    yield _one("columns: nobody agreed", page, "xlsx", "mapping_needed", None, agreed=False)
    names = [[row[0], *row[3:]] for row in page.rows]
    yield _one("columns: pupils unnamed", Page("Toán", names), "csv", "no_header", None)
    yield _one("columns: the names are ignored", page, "xlsx", "no_pupil_column", "A1",
               columns=("B=-", "C=-"))  # fmt: skip


def _fonts():
    for name, table, form in (("TCVN3", TCVN3, "xlsx"), ("VNI", VNI, "xls"),
                              ("TCVN3 in OpenDocument", TCVN3, "ods")):  # fmt: skip
        page = plain()
        for row in page.rows[1:]:
            row[2] = table[row[2]]
        yield _one(f"font: {name}", page, form, "old_font", "C1")
    page = plain()
    for row in page.rows[1:]:
        row[2] = TCVN3[row[2]]
    page.rows[0] = ["STT", "Ma HS", "Ho va ten", *page.rows[0][3:]]
    data = save_csv(page, encoding="cp1252")
    yield Broken("font: TCVN3 in text", data, (("sheet.old_font", "C1"),))


def _files():
    good = save(vnedu(), "xlsx")
    whole = (
        ("empty", b"", "sheet.empty_file"),
        ("a PDF", b"%PDF-1.7\n%...", "sheet.not_a_workbook"),
        ("half an archive", good[: len(good) // 2], "sheet.not_a_workbook"),
        ("half an old file", save(vnedu(), "xls")[:600], "sheet.not_a_workbook"),
        ("an archive of something else", _archive(), "sheet.not_a_workbook"),
    )
    for name, data, code in whole:
        yield Broken(f"file: {name}", data, ((code, None),))
    yield _one("file: of another class", _change(vnedu(), (3, 0, "Khối 6 - Lớp 6A2")), "xls",
               "other_class", None)  # fmt: skip
    other = vnedu()
    other.rows[2][0] = other.rows[2][0].replace("2025-2026", "2024-2025")
    yield _one("file: of another year", other, "xlsx", "other_class", None)
    blank = vnedu(marks=[""] * len(MARKS))
    yield _one("file: not filled in", blank, "ods", "nothing_filled", None)
    second = Page("Toán (2)", _change(vnedu(), (VNEDU_FIRST, 4, 3)).rows, vnedu().merged)
    yield Broken("file: two sheets that differ", save_xlsx(vnedu(), second),
                 (("sheet.two_values", "E8"),))  # fmt: skip
    long = plain()
    long.rows += [[""] * 9 for _ in range(2100)] + [["x"]]
    yield _one("file: too many rows", long, "xlsx", "cut_off", None)


def _archive():
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("readme.txt", "8,5")
    return out.getvalue()


def _unseen():
    hidden = vnedu()
    hidden.hidden = True
    yield _one("unseen: the only sheet is hidden", hidden, "xlsx", "hidden_sheet", None)
    row = _change(vnedu(), (VNEDU_FIRST + 1, 4, 85))
    row.hidden_rows = {VNEDU_FIRST + 1}
    yield _one("unseen: a wrong mark in a hidden row", row, "xls", "mark_without_comma", "E9")
    for form in ("xlsx", "ods"):
        page = vnedu()
        page.formulas = {"J8": None}
        page.rows[VNEDU_FIRST][9] = ""
        yield _one(f"unseen: a formula without a result, {form}", page, form,
                   "formula_without_value", "J8")  # fmt: skip


__all__ = ["CLASS", "Broken", "broken_sheets"]
