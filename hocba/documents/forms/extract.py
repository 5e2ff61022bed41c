"""The extract from a paper book (trích lục), of every level: what stood there, year by year.

Page 1 is the head of the book with the codes of the digital record. Page 2 says that the
content was converted from paper, from which book, and by whom, with a block for each year and
the signatures of the converting school. Page 3 has the marks: one page for secondary school,
another for primary, and a record shows only its own.
"""

from dataclasses import replace
from functools import partial

from hocba.documents.form import Form
from hocba.documents.forms import common
from hocba.documents.forms.common import (
    CENTER,
    CENTRE,
    CODE_LISTS,
    FLOW,
    LEVEL_TITLES,
    NOTES,
    SCHOOL,
    House,
    approval,
    banner_and_foot,
)
from hocba.documents.forms.identity import COVER, SIGNATURES, continuation
from hocba.documents.sheet import LEFT, RIGHT, Sheet

YEARS, SUBJECTS = 6, 20
_NAME = 9900
_WIDE = (RIGHT - LEFT - _NAME) // YEARS
_TOP, _HEAD, _ROW = 76500, 3000, 2900
_YEARS_TOP, _YEAR = 60600, 7000
_SECONDARY = (("HKI", "term1"), ("HKII", "term2"), ("CN", "year"), ("KTL", "retest"))
_PRIMARY = (("Mức", "level"), ("Điểm", "test"))


def _paper(sheet: Sheet, house: House) -> None:
    """Page 2: what was converted, a block for each year, the signatures."""
    banner_and_foot(sheet, "2")
    sheet.text(CENTER, 79400, "TRÍCH LỤC HỌC BẠ GIẤY", font="B", size=1400, align="center")
    words = "(Văn bản điện tử được chuyển đổi từ học bạ giấy; đơn vị chuyển đổi kí số và đóng dấu)"
    sheet.text(CENTER, 77700, words, font="I", size=1000, align="center")
    y, step, half = 75300, 1900, LEFT + 27000
    _said(sheet, y, f"{house.learner}:", "/pupil/name", LEFT, RIGHT, font="B")
    _said(sheet, y - step, "Học bạ do trường lập:", "/paper/school", LEFT, RIGHT)
    y -= 2 * step
    _said(sheet, y, "Số sổ đăng bộ:", "/paper/register_no", LEFT, half)
    _said(sheet, y, "Ngày lập:", "/paper/opened_on", half, RIGHT, form="date")
    y -= step
    _said(sheet, y, "Số trang:", "/paper/pages", LEFT, LEFT + 12000)
    _said(sheet, y, "Số chỗ sửa chữa:", "/paper/corrections", LEFT + 12000, half)
    _said(sheet, y, "Đối chiếu với bản giấy ngày:", "/paper/compared_on", half, RIGHT, form="date")
    _said(sheet, y - step, "Mã băm (SHA-256) bản quét:", "/paper/scan", LEFT, RIGHT)
    y -= 2 * step
    _said(sheet, y, "Đơn vị chuyển đổi:", "/issuer/name", LEFT, RIGHT)
    for row in range(YEARS):
        _year(sheet, row, _YEARS_TOP - row * _YEAR)
    approval(sheet, house.head, seal=house.seal)


def _said(  # noqa: PLR0913, PLR0917  # words, field and place
    sheet: Sheet, y: int, words: str, pointer: str, left: int, right: int, form: str = "wrap",
    font: str = "R",
) -> None:  # fmt: skip
    start = sheet.text(left, y, words) + 300
    sheet.cell(f"paper{pointer.replace('/', '.')}", (start, y - 500, right - 200, y + 1250),
               pointer, form=form, font=font, least=450)  # fmt: skip


def _year(sheet: Sheet, row: int, top: int) -> None:
    """The block of a year: where and when, its results, the outcome, what was written."""
    at, name, bottom = f"/paper_years/{row}", f"y{row + 1}", top - _YEAR
    xs = (LEFT, LEFT + 6600, LEFT + 10800, LEFT + 32800, RIGHT)
    lines = (top, top - 2250, top - 4500, bottom)
    sheet.box((LEFT, bottom, RIGHT, top))
    sheet.rows(lines[1:3], LEFT, RIGHT)
    rects = (
        ("school_year", xs[0], xs[1], 0, "B", ""),
        ("class", xs[1], xs[2], 0, "R", ""),
        ("school", xs[2], xs[3], 0, "R", ""),
        ("place", xs[3], xs[4], 0, "R", ""),
        ("learning", LEFT, LEFT + 17000, 1, "R", "Học lực/kết quả học tập:"),
        ("conduct", LEFT + 17000, LEFT + 34000, 1, "R", "Hạnh kiểm/rèn luyện:"),
        ("outcome", LEFT + 34000, RIGHT, 1, "R", "Cuối năm:"),
        ("awards", LEFT, LEFT + 17000, 2, "R", "Khen thưởng:"),
        ("remark", LEFT + 17000, RIGHT, 2, "R", "Nhận xét:"),
    )
    for key, left, right, line, font, words in rects:
        up, down = lines[line], lines[line + 1]
        start = sheet.text(left + 200, (up + down) // 2 - 300, words, size=850) if words else left
        sheet.cell(f"{name}.{key}", (start + 200, down + 60, right - 100, up - 60), f"{at}/{key}",
                   form="wrap", font=font, size=950, least=350)  # fmt: skip


def _marks(
    sheet: Sheet, *, house: House, part: str, columns: tuple[tuple[str, str], ...], note: str
) -> None:
    """Page 3: a row for each subject, a group of columns for each year."""
    banner_and_foot(sheet, "3", part=part)
    sheet.text(CENTER, 79400, "KẾT QUẢ CÁC MÔN HỌC THEO HỌC BẠ GIẤY", font="B", size=1300,
               align="center")  # fmt: skip
    end = sheet.text(LEFT, 77600, f"{house.learner}:") + 300
    sheet.cell(f"{part}.pupil", (end, 77100, RIGHT, 78850), "/pupil/name", font="B", least=450)
    rows_top, middle = _TOP - _HEAD, _TOP - _HEAD // 2
    bottom = rows_top - _ROW * SUBJECTS
    edges = [LEFT + _NAME + _WIDE * year for year in range(YEARS)]
    step = _WIDE // len(columns)
    sheet.rows([_TOP, *(rows_top - _ROW * row for row in range(SUBJECTS + 1))], LEFT, RIGHT)
    sheet.line(edges[0], middle, RIGHT, middle)
    sheet.columns([LEFT, *edges, RIGHT], bottom, _TOP)
    inner = [edge + step * place for edge in edges for place in range(1, len(columns))]
    sheet.columns(inner, bottom, middle)
    sheet.paragraph((LEFT, rows_top, edges[0], _TOP), "Môn học/ Hoạt động giáo dục", font="B")
    for year, edge in enumerate(edges):
        end = sheet.text(edge + 150, middle + 400, "Lớp", size=750)
        places = (("g", "grade", end + 200, end + 1050),
                  ("n", "school_year", end + 1100, edge + _WIDE - 80))  # fmt: skip
        for short, key, left, right in places:
            sheet.cell(f"{part}.{short}{year + 1}", (left, middle + 60, right, _TOP - 60),
                       f"/paper_years/{year}/{key}", size=750, least=400)  # fmt: skip
        for place, (words, _) in enumerate(columns):
            sheet.text(edge + step * place + step // 2, rows_top + 400, words, size=600,
                       align="center")  # fmt: skip
    for row in range(SUBJECTS):
        top = rows_top - _ROW * row
        at, name = f"/{part}/{row}", f"{part}.{row + 1:02d}"
        sheet.cell(f"{name}.name", (LEFT + 100, top - _ROW + 60, edges[0] - 100, top - 60),
                   f"{at}/name", form="wrap", size=950, least=450)  # fmt: skip
        for year, edge in enumerate(edges):
            for place, (_, key) in enumerate(columns):
                left = edge + step * place
                rect = (left + 40, top - _ROW + 200, left + step - 40, top - 200)
                sheet.cell(f"{name}.{year + 1}.{key}", rect, f"{at}/years/{year}/{key}",
                           form="mark", size=850, least=400, align="center")  # fmt: skip
    sheet.text(LEFT, bottom - 1400, note, font="I", size=900)


def _form(name: str, house: House) -> Form:
    return Form(
        id=name,
        title="Trích lục học bạ giấy",
        pages=(
            partial(common.cover, of=replace(COVER, school=house.name)),
            partial(_paper, house=house),
            partial(
                _marks,
                house=house,
                part="paper_marks",
                columns=_SECONDARY,
                note="HKI, HKII: học kì I, II; CN: cả năm; KTL: sau kiểm tra lại, thi lại.",
            ),
            partial(
                _marks,
                house=house,
                part="paper_levels",
                columns=_PRIMARY,
                note="Mức đạt được và điểm kiểm tra định kì cuối năm, như ghi ở bản giấy.",
            ),
        ),
        continuation=continuation,
        flow=FLOW,
        flow_size=1000,
        titles={},
        code_lists={
            **CODE_LISTS,
            **house.code_lists(),
            "level_title": LEVEL_TITLES,
            "kind": {"extract": "Trích lục học bạ giấy"},
        },
        notes=NOTES,
        signatures=SIGNATURES,
        shown_if={2: "/paper_marks", 3: "/paper_levels"},
    )


EXTRACTS = (_form("extract-1", SCHOOL), _form("gdtx-extract-1", CENTRE))
