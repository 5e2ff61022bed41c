"""The first term of a pupil who moves in mid-year: cover and one page, for every level.

    SECONDARY["thcs-partial-tt22-1"], PRIMARY

Page 2 is the summary that the transfer procedure asks for ("bảng tổng hợp kết quả đánh giá
rèn luyện và học tập"), with all three signatures. What the school of arrival goes on from
stands here and in the record, and nowhere else.
"""

from dataclasses import dataclass
from functools import partial

from hocba.documents.form import Form, SignaturePlace
from hocba.documents.forms import common
from hocba.documents.forms.common import (
    CENTER,
    CENTRE,
    CODE_LISTS,
    FLOW,
    LEVEL_TITLES,
    MODES,
    NOTES,
    SCHOOL,
    Cover,
    House,
    banner_and_foot,
)
from hocba.documents.sheet import LEFT, RIGHT, Sheet

SUBJECT_ROWS = 16
SIGNS = {
    "sig_homeroom": (LEFT, 4600, LEFT + 17000, 11200),
    "sig_principal": (RIGHT - 17000, 4600, RIGHT, 11200),
    "sig_seal": (LEFT + 17100, 4600, RIGHT - 17100, 11200),
}
_XS = (LEFT, 19500, 24000, 45000, RIGHT)
_HEAD_TOP, _ROWS_TOP, _ROW = 74000, 71600, 2400
_ROWS_BOTTOM = _ROWS_TOP - SUBJECT_ROWS * _ROW
_LEVELS = {"T": "Tốt", "K": "Khá", "Đ": "Đạt", "CĐ": "Chưa đạt"}
_NOT_ASSESSED = "Học sinh khuyết tật, không đánh giá theo yêu cầu chung"
_HEADS = ("Môn học/Hoạt động giáo dục", "Học kì I", "Nhận xét", "Họ và tên giáo viên môn học")


@dataclass(frozen=True)
class Part:
    """What one form has of its own."""

    id: str
    cover: Cover
    house: House = SCHOOL


def partial_form(of: Part) -> Form:
    """Return the form of a secondary level."""
    return Form(
        id=of.id,
        title="Kết quả học tập và rèn luyện của học sinh chuyển trường",
        pages=(partial(common.cover, of=of.cover), partial(_first_term, house=of.house)),
        continuation=common.continuation,
        flow=FLOW,
        flow_size=1000,
        titles={
            "/subjects/*/comment": "/subjects/*/name",
            "/comments/homeroom": "Nhận xét của giáo viên chủ nhiệm",
        },
        code_lists={
            **CODE_LISTS,
            "reached": _LEVELS,
            "mode": MODES,
            **of.house.code_lists(),
        },
        notes=NOTES,
        signatures=[SignaturePlace(name, 1, rect) for name, rect in SIGNS.items()],
    )


def head(sheet: Sheet) -> None:
    """Banner, title, and whose first term it is."""
    banner_and_foot(sheet, "2")
    sheet.text(CENTER, 80000, "BẢNG TỔNG HỢP KẾT QUẢ ĐÁNH GIÁ RÈN LUYỆN VÀ HỌC TẬP", font="B",
               size=1250, align="center")  # fmt: skip
    sheet.text(CENTER, 78400, "(Học kì I, học sinh chuyển trường trong năm học)", font="I",
               align="center")  # fmt: skip
    common.whose(sheet, "left", 76500)


def signs(sheet: Sheet, house: House = SCHOOL) -> None:
    """Place and date above the three signatures."""
    rect = SIGNS["sig_principal"]
    middle = (rect[0] + rect[2]) // 2
    sheet.cell("place", (LEFT + 20000, 14900, middle - 1200, 16200), "/place", align="right",
               least=400)  # fmt: skip
    end = sheet.text(middle - 1100, 15200, ", ngày")
    sheet.cell("date", (end + 300, 14900, RIGHT, 16200), "/issued_on", form="date")
    for name, words, how in (
        ("sig_homeroom", "Giáo viên chủ nhiệm", "(Ký số, họ tên)"),
        ("sig_seal", f"Đóng dấu của {house.seal}", "(Con dấu số)"),
        ("sig_principal", f"Xác nhận của {house.head}", "(Ký số, họ tên)"),
    ):
        middle = (SIGNS[name][0] + SIGNS[name][2]) // 2
        sheet.text(middle, 13300, words, font="B", align="center")
        sheet.text(middle, 12000, how, font="I", size=900, align="center")


def _first_term(sheet: Sheet, house: House) -> None:
    head(sheet)
    edges = [_ROWS_TOP - row * _ROW for row in range(SUBJECT_ROWS + 1)]
    sheet.rows([_HEAD_TOP, *edges], LEFT, RIGHT)
    sheet.columns(_XS, _ROWS_BOTTOM, _HEAD_TOP)
    for column, words in enumerate(_HEADS):
        sheet.paragraph((_XS[column], _ROWS_TOP, _XS[column + 1], _HEAD_TOP), words, font="B")
    for row in range(SUBJECT_ROWS):
        _subject(sheet, row, _ROWS_TOP - row * _ROW)
    _results(sheet, _ROWS_BOTTOM - 1900, house)
    signs(sheet, house)


def _subject(sheet: Sheet, row: int, top: int) -> None:
    name, at, bottom = f"s{row + 1:02d}", f"/subjects/{row}", top - _ROW
    split = bottom + 830
    sheet.cell(f"{name}.name", (_XS[0] + 200, split + 20, _XS[1] - 150, top - 60), f"{at}/name",
               form="wrap", size=950, least=550)  # fmt: skip
    sheet.cell(f"{name}.code", (_XS[0] + 200, bottom + 60, _XS[0] + 6000, split), f"{at}/code",
               size=550, least=350)  # fmt: skip
    sheet.cell(f"{name}.mode", (_XS[0] + 6100, bottom + 60, _XS[1] - 150, split), f"{at}/mode",
               form="code", codes="mode", size=550, least=350)  # fmt: skip
    sheet.cell(f"{name}.term1", (_XS[1] + 100, bottom + 100, _XS[2] - 100, top - 100),
               f"{at}/term1", form="mark", font="B", align="center")  # fmt: skip
    sheet.cell(f"{name}.comment", (_XS[2] + 200, bottom + 60, _XS[3] - 150, top - 60),
               f"{at}/comment", form="wrap", size=850, least=700, valign="top",
               continues=True)  # fmt: skip
    sheet.cell(f"{name}.teacher", (_XS[3] + 150, bottom + 60, _XS[4] - 100, top - 60),
               f"{at}/teacher", form="wrap", size=850, least=500)  # fmt: skip


def _results(sheet: Sheet, y: int, house: House) -> None:
    for words, name, pointer in (
        ("Kết quả học tập học kì I:", "results.term1", "/results/term1"),
        ("Kết quả rèn luyện học kì I:", "conduct.term1", "/conduct/term1"),
    ):
        end = sheet.text(LEFT, y, words)
        sheet.cell(name, (end + 300, y - 300, RIGHT, y + 1000), pointer, form="code",
                   codes="reached", font="B")  # fmt: skip
        y -= 1650
    end = sheet.text(LEFT, y, "Số buổi nghỉ học đến ngày phát hành:")
    sheet.cell("absences", (end + 300, y - 300, end + 3500, y + 1000), "/attendance/absences")
    words = house.call(_NOT_ASSESSED)
    common.choice(sheet, (28000, y), "/results/assessed", "no", words)
    y -= 1750
    sheet.text(LEFT, y, "Nhận xét của giáo viên chủ nhiệm:", font="B")
    box = (LEFT, 17200, RIGHT, y - 500)
    sheet.box(box)
    sheet.cell("homeroom", (box[0] + 300, box[1] + 150, box[2] - 300, box[3] - 150),
               "/comments/homeroom", form="wrap", least=850, valign="top",
               continues=True)  # fmt: skip


SECONDARY = tuple(
    partial_form(Part(name, Cover(level, house.name), house))
    for name, level, house in (
        ("thcs-partial-tt22-1", LEVEL_TITLES["thcs"], SCHOOL),
        ("thpt-partial-tt22-1", LEVEL_TITLES["thpt"], SCHOOL),
        ("gdtx-thcs-partial-tt43-1", LEVEL_TITLES["gdtx_thcs"], CENTRE),
        ("gdtx-thpt-partial-tt43-1", LEVEL_TITLES["gdtx_thpt"], CENTRE),
    )
)

# Page 2 of a primary pupil: rows of subjects, and of traits below.
_TH_XS = (LEFT, LEFT + 15000, LEFT + 18800, LEFT + 22600, RIGHT)
_TH_ROWS, _TH_TOP, _TH_ROW = 15, 70700, 1800
_TRAIT_ROW = 1260
_TRAIT_XS = (LEFT, LEFT + 15500, LEFT + 19000, RIGHT)
_GROUPS = (
    ("Phẩm chất", "qualities", "/qualities", 5),
    ("Năng lực chung", "general", "/competencies/general", 3),
    ("Năng lực đặc thù", "specific", "/competencies/specific", 7),
)


def _primary(sheet: Sheet) -> None:
    head(sheet)
    edges = [_TH_TOP - row * _TH_ROW for row in range(_TH_ROWS + 1)]
    sheet.rows([_TH_TOP + 2200, *edges], LEFT, RIGHT)
    sheet.columns(_TH_XS, edges[-1], _TH_TOP + 2200)
    heads = ("Môn học và hoạt động giáo dục", "Mức đạt", "Điểm KTĐK", "Nhận xét")
    for column, words in enumerate(heads):
        sheet.paragraph((_TH_XS[column], _TH_TOP, _TH_XS[column + 1], _TH_TOP + 2200), words,
                        font="B", size=850)  # fmt: skip
    for row, top in enumerate(edges[:-1]):
        _primary_subject(sheet, row, top)
    y = edges[-1] - 1200
    end = sheet.text(LEFT, y, "Số ngày nghỉ: có phép", size=950)
    sheet.cell("absences.with_leave", (end + 300, y - 300, 19000, y + 900),
               "/attendance/with_leave", size=950)  # fmt: skip
    end = sheet.text(19500, y, "không phép", size=950)
    sheet.cell("absences.without_leave", (end + 300, y - 300, 27500, y + 900),
               "/attendance/without_leave", size=950)  # fmt: skip
    common.choice(sheet, (28000, y), "/results/assessed", "no", _NOT_ASSESSED)
    y = _traits(sheet, y - 700)
    sheet.text(LEFT, y - 1150, "Nhận xét của giáo viên chủ nhiệm:", font="B", size=950)
    box = (LEFT, 16800, RIGHT, y - 1550)
    sheet.box(box)
    sheet.cell("homeroom", (box[0] + 300, box[1] + 80, box[2] - 300, box[3] - 80),
               "/comments/homeroom", form="wrap", size=950, least=750, valign="top",
               continues=True)  # fmt: skip
    signs(sheet)


def _primary_subject(sheet: Sheet, row: int, top: int) -> None:
    name, at, bottom = f"s{row + 1:02d}", f"/subjects/{row}", top - _TH_ROW
    sheet.cell(f"{name}.name", (LEFT + 200, bottom + 60, LEFT + 12200, top - 60), f"{at}/name",
               form="wrap", size=950, least=500)  # fmt: skip
    sheet.cell(f"{name}.code", (LEFT + 12300, bottom + 60, _TH_XS[1] - 100, top - 60),
               f"{at}/code", size=550, least=300, align="right")  # fmt: skip
    for column, key in ((1, "level"), (2, "test")):
        rect = (_TH_XS[column] + 100, bottom + 60, _TH_XS[column + 1] - 100, top - 60)
        sheet.cell(f"{name}.{key}", rect, f"{at}/{key}", font="B", align="center")
    sheet.cell(f"{name}.comment", (_TH_XS[3] + 200, bottom + 50, RIGHT - 150, top - 50),
               f"{at}/comment", form="wrap", size=850, least=650, valign="top",
               continues=True)  # fmt: skip


def _traits(sheet: Sheet, y: int) -> int:
    for words, part, pointer, count in _GROUPS:
        top, bottom = y, y - count * _TRAIT_ROW
        edges = [top - row * _TRAIT_ROW for row in range(count + 1)]
        sheet.rows([top, bottom], LEFT, RIGHT)
        sheet.rows(edges[1:-1], LEFT, _TRAIT_XS[2])
        sheet.columns(_TRAIT_XS, bottom, top)
        for row, high in enumerate(edges[:-1]):
            low, at, name = high - _TRAIT_ROW + 60, f"{pointer}/{row}", f"{part}.{row + 1}"
            sheet.cell(f"{name}.name", (LEFT + 200, low, LEFT + 12500, high - 60), f"{at}/name",
                       size=850, least=500)  # fmt: skip
            sheet.cell(f"{name}.code", (LEFT + 12600, low, _TRAIT_XS[1] - 100, high - 60),
                       f"{at}/code", size=500, least=300, align="right")  # fmt: skip
            sheet.cell(f"{name}.level", (_TRAIT_XS[1] + 100, low, _TRAIT_XS[2] - 100, high - 60),
                       f"{at}/level", font="B", size=900, align="center")  # fmt: skip
        end = sheet.text(_TRAIT_XS[2] + 200, top - 1000, f"{words}:", font="B", size=850)
        sheet.cell(f"{part}.comment", (end + 200, bottom + 60, RIGHT - 150, top - 60),
                   f"/comments/{part}", form="wrap", size=850, least=700, valign="top",
                   continues=True)  # fmt: skip
        y = bottom
    return y


PRIMARY = Form(
    id="th-partial-tt27-1",
    title="Kết quả học tập và rèn luyện của học sinh chuyển trường",
    pages=(partial(common.cover, of=Cover(LEVEL_TITLES["th"])), _primary),
    continuation=common.continuation,
    flow=FLOW,
    flow_size=1000,
    titles={
        "/subjects/*/comment": "/subjects/*/name",
        "/comments/homeroom": "Nhận xét của giáo viên chủ nhiệm",
        "/comments/qualities": "Nhận xét về phẩm chất chủ yếu",
        "/comments/general": "Nhận xét về năng lực chung",
        "/comments/specific": "Nhận xét về năng lực đặc thù",
    },
    code_lists=CODE_LISTS,
    notes=NOTES,
    signatures=[SignaturePlace(name, 1, rect) for name, rect in SIGNS.items()],
)
