"""The year of primary school on its form (TT 27/2020): cover and two pages.

Page 1 is the head of the book with the codes of the digital record, page 2 the subjects,
page 3 qualities, competencies, result, awards, completion and the signatures: the
principal's and the seal on the left, the homeroom teacher's on the right. Every wording
is that of the circular's appendix; the rows of subjects and traits come from the record,
since they differ between grades.
"""

from functools import partial

from hocba.documents.form import Form, SignaturePlace
from hocba.documents.forms import common
from hocba.documents.forms.common import (
    CODE_LISTS,
    FLOW,
    LEVEL_TITLES,
    NOTES,
    Cover,
    banner_and_foot,
    choice,
)
from hocba.documents.sheet import LEFT, RIGHT, Sheet

SUBJECT_ROWS = 15

_PRINCIPAL_SIGNS = (LEFT + 300, 4600, LEFT + 17300, 11400)
_SEAL_STANDS = (LEFT + 17600, 4600, LEFT + 33600, 11400)
_HOMEROOM_SIGNS = (LEFT + 33900, 4600, RIGHT - 100, 11400)

_OVERALL = {
    "HTXS": "Hoàn thành xuất sắc",
    "HTT": "Hoàn thành tốt",
    "HT": "Hoàn thành",
    "CHT": "Chưa hoàn thành",
}
_AWARDS = {
    "xuat_sac": "Học sinh Xuất sắc",
    "tieu_bieu": "Học sinh Tiêu biểu hoàn thành tốt trong học tập và rèn luyện",
}

# Page 2: columns and rows of the table of subjects.
_XS = (LEFT, LEFT + 14500, LEFT + 18500, LEFT + 22500, RIGHT)
_HEAD_TOP, _ROWS_TOP, _ROW = 72000, 69200, 3900
_ROWS_BOTTOM = _ROWS_TOP - SUBJECT_ROWS * _ROW

# Page 3: columns and rows of the tables of traits.
_TRAIT_XS = (LEFT, LEFT + 17800, LEFT + 22300, RIGHT)
_TRAIT_ROW, _TRAIT_HEAD = 1560, 2100

_comment = partial(Sheet.cell, form="wrap", valign="top", continues=True, least=700)


def _subjects(sheet: Sheet) -> None:
    """Page 2: whose year it is, attendance, and section 1."""
    banner_and_foot(sheet, "2")
    common.whose(sheet, "left", 80000)
    y = 76700
    end = sheet.text(LEFT, y, "Chiều cao (cm):")
    sheet.cell("health.height", (end + 300, y - 300, 20000, y + 1000), "/health/height_cm",
               form="mark")  # fmt: skip
    end = sheet.text(20500, y, "Cân nặng (kg):")
    sheet.cell("health.weight", (end + 300, y - 300, RIGHT, y + 1000), "/health/weight_kg",
               form="mark")  # fmt: skip
    y -= 1650
    end = sheet.text(LEFT, y, "Số ngày nghỉ: có phép")
    sheet.cell("absences.with_leave", (end + 300, y - 300, 20000, y + 1000),
               "/attendance/with_leave")  # fmt: skip
    end = sheet.text(20500, y, "không phép")
    sheet.cell("absences.without_leave", (end + 300, y - 300, RIGHT, y + 1000),
               "/attendance/without_leave")  # fmt: skip
    sheet.text(LEFT, 72900, "1. Các môn học và hoạt động giáo dục", font="B")
    _subject_grid(sheet)
    for row in range(SUBJECT_ROWS):
        _subject_row(sheet, row, _ROWS_TOP - row * _ROW)
    sheet.text(LEFT, _ROWS_BOTTOM - 1200, "Mức đạt được: T: Hoàn thành tốt; H: Hoàn thành; "
               "C: Chưa hoàn thành; M: được miễn. Dòng dưới: sau đánh giá lại (nếu có).",
               font="I", size=900)  # fmt: skip


def _subject_grid(sheet: Sheet) -> None:
    edges = [_ROWS_TOP - row * _ROW for row in range(SUBJECT_ROWS + 1)]
    sheet.rows([_HEAD_TOP, *edges], LEFT, RIGHT)
    sheet.columns(_XS, _ROWS_BOTTOM, _HEAD_TOP)
    heads = ("Môn học và hoạt động giáo dục", "Mức đạt được", "Điểm KTĐK", "Nhận xét")
    for column, words in enumerate(heads):
        rect = (_XS[column], _ROWS_TOP, _XS[column + 1], _HEAD_TOP)
        sheet.paragraph(rect, words, font="B")


def _subject_row(sheet: Sheet, row: int, top: int) -> None:
    bottom = top - _ROW
    prefix, pointer = f"s{row + 1:02d}", f"/subjects/{row}"
    split = bottom + 850
    sheet.cell(f"{prefix}.name", (_XS[0] + 200, split + 20, _XS[1] - 150, top - 60),
               f"{pointer}/name", form="wrap", size=1000, least=550)  # fmt: skip
    sheet.cell(f"{prefix}.code", (_XS[0] + 200, bottom + 60, _XS[1] - 150, split),
               f"{pointer}/code", size=550, least=350)  # fmt: skip
    middle = bottom + 1500
    for column, key in ((1, "level"), (2, "test")):
        left, right = _XS[column] + 100, _XS[column + 1] - 100
        sheet.cell(f"{prefix}.{key}", (left, middle + 20, right, top - 100), f"{pointer}/{key}",
                   font="B", align="center")  # fmt: skip
        sheet.cell(f"{prefix}.{key}_after", (left, bottom + 100, right, middle),
                   f"{pointer}/{key}_after", size=950, align="center")  # fmt: skip
    _comment(
        sheet,
        f"{prefix}.comment",
        (_XS[3] + 200, bottom + 60, _XS[4] - 150, top - 70),
        f"{pointer}/comment",
        size=900,
    )


def _results(sheet: Sheet) -> None:
    """Page 3: sections 2 to 6, the homeroom teacher's comment and the signatures."""
    banner_and_foot(sheet, "3")
    y = 80200
    sheet.text(LEFT, y, "2. Những phẩm chất chủ yếu", font="B")
    y = _trait_head(sheet, y - 700, "Phẩm chất")
    y = _traits(sheet, y, "/qualities", 5, "qualities")
    y -= 1700
    sheet.text(LEFT, y, "3. Những năng lực cốt lõi", font="B")
    y = _trait_head(sheet, y - 700, "Năng lực")
    for words, part, count in (
        ("3.1. Năng lực chung", "general", 3),
        ("3.2. Năng lực đặc thù", "specific", 7),
    ):
        sheet.paragraph((LEFT, y - _TRAIT_ROW, RIGHT, y), words, font="B", align="left")
        sheet.rows([y - _TRAIT_ROW], LEFT, RIGHT)
        sheet.columns([LEFT, RIGHT], y - _TRAIT_ROW, y)
        y = _traits(sheet, y - _TRAIT_ROW, f"/competencies/{part}", count, part)
    sheet.text(LEFT, y - 1150, "Mức đạt được: T: Tốt; Đ: Đạt; C: Cần cố gắng. "
               "Bên phải: mức sau đánh giá lại (nếu có).",
               font="I", size=900)  # fmt: skip
    y = _overall(sheet, y - 2900)
    y = _awards(sheet, y)
    y = _completion(sheet, y)
    _homeroom(sheet, y)
    _signatures(sheet)


def _trait_head(sheet: Sheet, top: int, words: str) -> int:
    bottom = top - _TRAIT_HEAD
    sheet.rows([top, bottom], LEFT, RIGHT)
    sheet.columns(_TRAIT_XS, bottom, top)
    for column, head in enumerate((words, "Mức đạt được", "Nhận xét")):
        rect = (_TRAIT_XS[column], bottom, _TRAIT_XS[column + 1], top)
        sheet.paragraph(rect, head, font="B", size=850)
    return bottom


def _traits(sheet: Sheet, top: int, pointer: str, count: int, part: str) -> int:
    """One group: a row for each trait, one comment for all of them."""
    xs, bottom = _TRAIT_XS, top - count * _TRAIT_ROW
    sheet.rows([top - row * _TRAIT_ROW for row in range(1, count)], xs[0], xs[2])
    sheet.rows([bottom], LEFT, RIGHT)
    sheet.columns(xs, bottom, top)
    for row in range(count):
        high = top - row * _TRAIT_ROW - 60
        low, at, name = high - _TRAIT_ROW + 120, f"{pointer}/{row}", f"{part}.{row + 1}"
        sheet.cell(f"{name}.name", (xs[0] + 200, low, xs[0] + 14200, high), f"{at}/name",
                   size=950, least=500)  # fmt: skip
        sheet.cell(f"{name}.code", (xs[0] + 14300, low, xs[1] - 100, high), f"{at}/code",
                   size=500, least=300, align="right")  # fmt: skip
        middle = xs[1] + 3000
        sheet.cell(f"{name}.level", (xs[1] + 100, low, middle, high), f"{at}/level",
                   font="B", size=1000, align="center")  # fmt: skip
        sheet.cell(f"{name}.level_after", (middle + 20, low, xs[2] - 100, high),
                   f"{at}/level_after", size=950)  # fmt: skip
    _comment(
        sheet,
        f"{part}.comment",
        (xs[2] + 200, bottom + 80, xs[3] - 150, top - 80),
        f"/comments/{part}",
        size=950,
    )
    return bottom


def _overall(sheet: Sheet, y: int) -> int:
    sheet.text(LEFT, y, "4. Đánh giá kết quả giáo dục", font="B")
    y -= 1750
    x = LEFT + 600
    for code, words in _OVERALL.items():
        x = choice(sheet, (x, y), "/results/overall", code, words) + 1700
    y -= 1650
    end = sheet.text(LEFT + 600, y, "Sau đánh giá lại (nếu có):", size=1000)
    sheet.cell("overall_after", (end + 300, y - 300, RIGHT, y + 1000), "/results/overall_after",
               form="code", codes="overall", font="B", size=1000)  # fmt: skip
    y -= 1650
    choice(sheet, (LEFT + 600, y), "/results/assessed", "no", common.NOT_ASSESSED)
    return y - 1900


def _awards(sheet: Sheet, y: int) -> int:
    end = sheet.text(LEFT, y, "5. Khen thưởng:", font="B")
    sheet.cell("award", (end + 300, y - 300, RIGHT, y + 1000), "/awards/title", form="code",
               codes="award", least=500)  # fmt: skip
    for key, words in (("text", "Nội dung:"), ("other", "Khen thưởng khác, đột xuất:")):
        y -= 1700
        end = sheet.text(LEFT + 600, y, words, size=950)
        _comment(
            sheet, f"award.{key}", (end + 300, y - 1150, RIGHT, y + 950), f"/awards/{key}", size=950
        )
        y -= 750
    return y - 1900


def _completion(sheet: Sheet, y: int) -> int:
    words = "6. Hoàn thành chương trình lớp học/chương trình tiểu học"
    sheet.text(LEFT, y, words, font="B")
    lines = (
        ("Chương trình lớp học:", "completed_grade", "Hoàn thành", "Chưa hoàn thành"),
        ("Lên lớp:", "promoted", "Được lên lớp", "Chưa được lên lớp"),
        ("Chương trình tiểu học (lớp 5):", "completed_level", "Hoàn thành", "Chưa hoàn thành"),
    )
    for label, key, yes, no in lines:
        y -= 1650
        sheet.text(LEFT + 600, y, label, size=1000)
        choice(sheet, (LEFT + 18000, y), f"/promotion/{key}", "yes", yes)
        choice(sheet, (LEFT + 31000, y), f"/promotion/{key}", "no", no)
    return y - 1900


def _homeroom(sheet: Sheet, y: int) -> None:
    sheet.text(LEFT, y, "Nhận xét của giáo viên chủ nhiệm:", font="B", size=1000)
    box = (LEFT, 17000, RIGHT, y - 500)
    sheet.box(box)
    _comment(
        sheet,
        "homeroom",
        (box[0] + 300, box[1] + 100, box[2] - 300, box[3] - 100),
        "/comments/homeroom",
        size=1050,
    )


def _signatures(sheet: Sheet) -> None:
    middle = (_HOMEROOM_SIGNS[0] + _HOMEROOM_SIGNS[2]) // 2
    sheet.cell("place", (LEFT + 20000, 15000, middle - 1200, 16300), "/place", align="right",
               least=400)  # fmt: skip
    end = sheet.text(middle - 1100, 15300, ", ngày")
    sheet.cell("date", (end + 300, 15000, RIGHT, 16300), "/issued_on", form="date")
    for rect, words, how in (
        (_PRINCIPAL_SIGNS, "Xác nhận của Hiệu trưởng", "(Ký số, họ tên)"),
        (_SEAL_STANDS, "Đóng dấu của nhà trường", "(Con dấu số)"),
        (_HOMEROOM_SIGNS, "Giáo viên chủ nhiệm", "(Ký số, họ tên)"),
    ):
        middle = (rect[0] + rect[2]) // 2
        sheet.text(middle, 13400, words, font="B", align="center")
        sheet.text(middle, 12200, how, font="I", size=900, align="center")


FORM = Form(
    id="th-year-tt27-1",
    title="Học bạ tiểu học",
    pages=(partial(common.cover, of=Cover(LEVEL_TITLES["th"])), _subjects, _results),
    continuation=common.continuation,
    flow=FLOW,
    flow_size=1000,
    titles={
        "/subjects/*/comment": "/subjects/*/name",
        "/comments/homeroom": "Nhận xét của giáo viên chủ nhiệm",
        "/comments/qualities": "Nhận xét về phẩm chất chủ yếu",
        "/comments/general": "Nhận xét về năng lực chung",
        "/comments/specific": "Nhận xét về năng lực đặc thù",
        "/awards/text": "Nội dung khen thưởng",
        "/awards/other": "Khen thưởng khác, đột xuất",
    },
    code_lists={
        **CODE_LISTS,
        "award": _AWARDS,
        "overall": _OVERALL,
        **{code: {code: "X", "*": ""} for code in _OVERALL},
    },
    notes=NOTES,
    signatures=(
        SignaturePlace("sig_homeroom", 2, _HOMEROOM_SIGNS),
        SignaturePlace("sig_principal", 2, _PRINCIPAL_SIGNS),
        SignaturePlace("sig_seal", 2, _SEAL_STANDS),
    ),
)
