"""The year of secondary school: one drawing for all its regulations, a `Year` for each form.

    FORM = year_form(Year(id="thcs-year-tt22-1", ...))

Page 1 is the head of the book (cover) with the codes of the digital record, page 2 the
left and page 3 the right page of the grade. Every wording is that of the circular's
appendix, or in a form's `Year` where circulars differ: so a further form is data.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from hocba.documents.form import Form, SignaturePlace
from hocba.documents.forms import common
from hocba.documents.forms.common import (
    CODE_LISTS,
    FLOW,
    HOMEROOM_SIGNS,
    LEVEL_TITLES,
    MODES,
    NOT_ASSESSED,
    NOTES,
    PRINCIPAL_SIGNS,
    SCHOOL,
    SEAL_STANDS,
    Cover,
    House,
    approval,
    banner_and_foot,
    choice,
    whose,
)
from hocba.documents.sheet import LEFT, RIGHT, Sheet

SUBJECT_ROWS = 16
TOPIC_ROWS = 4

# Page 2: columns and rows of the table of subjects.
_XS = (LEFT, 15800, 19500, 23200, 26900, 32100, RIGHT)
_HEAD_TOP, _HEAD_MIDDLE, _ROWS_TOP, _ROW = 77600, 75300, 73000, 3450
_ROWS_BOTTOM = _ROWS_TOP - SUBJECT_ROWS * _ROW

# Page 3: columns and rows of the table of results.
_RESULT_XS = (LEFT, 10300, 16300, 22300, 28900, 34900, 40900, RIGHT)
_RESULT_HEAD, _RESULT_TIER, _RESULT_TOP, _RESULT_ROW = 75800, 72000, 69400, 2300

_SUMMER_TOP, _SUMMER_BOTTOM = 24500, 17400

STUDY_FORMS = {
    "vua_lam_vua_hoc": "Vừa làm vừa học",
    "tu_hoc_co_huong_dan": "Tự học có hướng dẫn",
}
_REMARKS = (
    "Nhận xét sự tiến bộ, ưu điểm nổi bật, hạn chế chủ yếu (nếu có); họ và tên giáo viên môn học"
)


@dataclass(frozen=True)
class Words:
    """How a circular calls what the form states; `means`: it states means over all subjects."""

    learning_levels: Mapping[str, str]
    conduct_levels: Mapping[str, str]
    awards: Mapping[str, str]
    learning: str = "Kết quả học tập"
    conduct: str = "Kết quả rèn luyện"
    summer: str = "Mức đánh giá sau kiểm tra, đánh giá lại môn học hoặc rèn luyện trong kì nghỉ hè"
    retest: str = "Điểm hoặc mức sau kiểm tra, đánh giá lại (nếu có)"
    averages: str = "Điểm trung bình môn học hoặc mức đánh giá"
    levels: str = "Mức đánh giá"
    after: tuple[str, str] = ("Học tập", "Rèn luyện")
    adjustment: str = "Điều chỉnh mức kết quả học tập cả năm (nếu có): mức trước khi điều chỉnh"
    remarks: str = _REMARKS
    means: bool = False


@dataclass(frozen=True)
class Year:
    """What one form of a year has of its own.

    `topics`: it has study topics (chuyên đề học tập); `study_forms`: it says how one studies.
    """

    id: str
    title: str
    level: str
    programme: str
    words: Words
    topics: bool = False
    study_forms: bool = False
    house: House = SCHOOL


def year_form(of: Year) -> Form:
    """Return the form."""
    return Form(
        id=of.id,
        title=of.title,
        pages=(
            partial(common.cover, of=Cover(LEVEL_TITLES[of.level], of.house.name)),
            partial(subjects, of=of),
            partial(results, of=of),
        ),
        continuation=common.continuation,
        flow=FLOW,
        flow_size=1000,
        titles={
            "/subjects/*/comment": "/subjects/*/name",
            "/comments/homeroom": "Nhận xét của giáo viên chủ nhiệm",
            "/comments/summer": "Nhận xét kết quả rèn luyện trong kì nghỉ hè",
            "/awards/contests": "Kết quả tham gia các cuộc thi",
            "/awards/other": "Khen thưởng",
            "/awards/certificates": "Chứng chỉ",
            "/awards/certificate_grade": "Loại chứng chỉ",
        },
        code_lists={
            **CODE_LISTS,
            "learning": of.words.learning_levels,
            "conduct": of.words.conduct_levels,
            "award": of.words.awards,
            "mode": MODES,
            **({"study_form": STUDY_FORMS} if of.study_forms else {}),
            **of.house.code_lists(),
        },
        notes=NOTES,
        signatures=(
            SignaturePlace("sig_homeroom", 1, HOMEROOM_SIGNS),
            SignaturePlace("sig_principal", 2, PRINCIPAL_SIGNS),
            SignaturePlace("sig_seal", 2, SEAL_STANDS),
        ),
    )


def subjects(sheet: Sheet, of: Year) -> None:
    """Page 2: the left page of the grade, subjects and marks."""
    banner_and_foot(sheet, "2")
    whose(sheet, "left", 80000)
    _subject_grid(sheet, of)
    for row in range(SUBJECT_ROWS):
        _subject_row(sheet, row, _ROWS_TOP - row * _ROW)
    sheet.text(LEFT, _ROWS_BOTTOM - 1200, "Trong bảng này có sửa chữa ở: 0 chỗ, thuộc các môn học:"
               " không có (học bạ số đã ký không sửa chữa được).", size=900)  # fmt: skip
    middle = (HOMEROOM_SIGNS[0] + HOMEROOM_SIGNS[2]) // 2
    sheet.text(middle, 14000, "Giáo viên chủ nhiệm", font="B", align="center")
    sheet.text(middle, 12800, "(Ký số, họ tên)", font="I", size=900, align="center")
    middle = (PRINCIPAL_SIGNS[0] + PRINCIPAL_SIGNS[2]) // 2
    sheet.text(middle, 14000, f"Xác nhận của {of.house.head}", font="B", align="center")
    sheet.text(middle, 12800, "(Ký số, họ tên và đóng dấu số)", font="I", size=900, align="center")
    sheet.paragraph((PRINCIPAL_SIGNS[0], 7000, PRINCIPAL_SIGNS[2], 10500),
                    f"Chữ ký số của {of.house.head} và con dấu số cho cả năm học ở trang 3.",
                    font="I")  # fmt: skip


def _subject_grid(sheet: Sheet, of: Year) -> None:
    edges = [_ROWS_TOP - row * _ROW for row in range(SUBJECT_ROWS + 1)]
    sheet.rows([_HEAD_TOP, *edges], LEFT, RIGHT)
    sheet.rows([_HEAD_MIDDLE], _XS[1], _XS[4])
    sheet.columns([_XS[0], _XS[1], *_XS[4:]], edges[-1], _HEAD_TOP)
    sheet.columns(_XS[2:4], edges[-1], _HEAD_MIDDLE)
    heads = (
        (_XS[0], _XS[1], _ROWS_TOP, _HEAD_TOP, "Môn học/ Hoạt động giáo dục"),
        (_XS[1], _XS[4], _HEAD_MIDDLE, _HEAD_TOP, of.words.averages),
        (_XS[1], _XS[2], _ROWS_TOP, _HEAD_MIDDLE, "Học kì I"),
        (_XS[2], _XS[3], _ROWS_TOP, _HEAD_MIDDLE, "Học kì II"),
        (_XS[3], _XS[4], _ROWS_TOP, _HEAD_MIDDLE, "Cả năm"),
        (_XS[4], _XS[5], _ROWS_TOP, _HEAD_TOP, of.words.retest),
        (_XS[5], _XS[6], _ROWS_TOP, _HEAD_TOP, of.words.remarks),
    )  # fmt: skip
    for left, right, bottom, top, words in heads:
        size = 760 if left == _XS[4] else 850
        sheet.paragraph((left, bottom, right, top), words, font="B", size=size)


def _subject_row(sheet: Sheet, row: int, top: int) -> None:
    bottom = top - _ROW
    prefix, pointer = f"s{row + 1:02d}", f"/subjects/{row}"
    split = bottom + 900
    sheet.cell(f"{prefix}.name", (_XS[0] + 200, split + 20, _XS[1] - 150, top - 60),
               f"{pointer}/name", form="wrap", size=950, least=550)  # fmt: skip
    for key, left, right, codes in (
        ("code", 200, 3300, None),
        ("mode", 3400, _XS[1] - _XS[0] - 150, "mode"),
    ):
        rect = (_XS[0] + left, bottom + 60, _XS[0] + right, split)
        sheet.cell(f"{prefix}.{key}", rect, f"{pointer}/{key}", codes=codes,
                   form="text" if codes is None else "code", size=550, least=350)  # fmt: skip
    for column, key in enumerate(("term1", "term2", "year", "retest"), start=1):
        sheet.cell(f"{prefix}.{key}", (_XS[column] + 100, bottom + 100, _XS[column + 1] - 100,
                                       top - 100),
                   f"{pointer}/{key}", form="mark", align="center",
                   font="B" if key == "year" else "R")  # fmt: skip
    split = bottom + 980
    sheet.cell(f"{prefix}.comment", (_XS[5] + 200, split + 20, _XS[6] - 150, top - 70),
               f"{pointer}/comment", form="wrap", size=850, least=700, valign="top",
               continues=True)  # fmt: skip
    sheet.cell(f"{prefix}.teacher", (_XS[5] + 200, bottom + 60, _XS[6] - 150, split),
               f"{pointer}/teacher", font="B", size=800, least=400, align="right")  # fmt: skip


def results(sheet: Sheet, of: Year) -> None:
    """Page 3: the right page of the grade, results, promotion, comments, approval."""
    banner_and_foot(sheet, "3")
    y = 79600
    end = sheet.text(LEFT, y, f"{of.house.name}:")
    sheet.cell("right.school", (end + 300, y - 300, RIGHT, y + 1000), "/school/name", font="B",
               least=400)  # fmt: skip
    y = 77600
    end = sheet.text(LEFT, y, "Xã/Phường/Đặc khu:")
    sheet.cell("right.commune", (end + 300, y - 300, 29500, y + 1000), "/school/commune",
               least=400)  # fmt: skip
    end = sheet.text(30000, y, "Tỉnh/Thành phố:")
    sheet.cell("right.province", (end + 300, y - 300, RIGHT, y + 1000), "/school/province",
               least=400)  # fmt: skip
    _result_grid(sheet, of)
    _result_cells(sheet)
    y = _RESULT_TOP - 3 * _RESULT_ROW - 1500
    y = _adjustment(sheet, y, of)
    y = _means(sheet, y) if of.words.means else y
    y = _completion(sheet, y, of)
    y = _not_assessed(sheet, y, of)
    y = _awards(sheet, y)
    y = _topics(sheet, y) if of.topics else y
    _comments(sheet, y)
    approval(sheet, f"Phê duyệt của {of.house.head}", seal=of.house.seal)


def _result_grid(sheet: Sheet, of: Year) -> None:
    xs, bottom = _RESULT_XS, _RESULT_TOP - 3 * _RESULT_ROW
    sheet.rows([_RESULT_HEAD, _RESULT_TOP, bottom], LEFT, RIGHT)
    sheet.rows([_RESULT_TIER], xs[1], xs[3])
    sheet.rows([_RESULT_TIER], xs[4], xs[6])
    sheet.rows([_RESULT_TOP - _RESULT_ROW, _RESULT_TOP - 2 * _RESULT_ROW], LEFT, xs[3])
    sheet.columns([xs[0], xs[1], xs[3], xs[4], xs[6], xs[7]], bottom, _RESULT_HEAD)
    sheet.columns([xs[2], xs[5]], bottom, _RESULT_TIER)
    heads = (
        (0, 1, _RESULT_TOP, _RESULT_HEAD, "Học kì"),
        (1, 3, _RESULT_TIER, _RESULT_HEAD, of.words.levels),
        (1, 2, _RESULT_TOP, _RESULT_TIER, of.words.conduct),
        (2, 3, _RESULT_TOP, _RESULT_TIER, of.words.learning),
        (3, 4, _RESULT_TOP, _RESULT_HEAD, "Tổng số buổi nghỉ học cả năm"),
        (4, 6, _RESULT_TIER, _RESULT_HEAD, of.words.summer),
        (4, 5, _RESULT_TOP, _RESULT_TIER, of.words.after[0]),
        (5, 6, _RESULT_TOP, _RESULT_TIER, of.words.after[1]),
        (6, 7, _RESULT_TOP, _RESULT_HEAD, "Lên lớp"),
    )  # fmt: skip
    for left, right, low, high, words in heads:
        sheet.paragraph((xs[left], low, xs[right], high), words, font="B", size=850)


def _result_cells(sheet: Sheet) -> None:
    xs = _RESULT_XS
    for row, (key, label) in enumerate(
        (("term1", "Học kì I"), ("term2", "Học kì II"), ("year", "Cả năm"))
    ):
        top = _RESULT_TOP - row * _RESULT_ROW
        bottom = top - _RESULT_ROW
        sheet.paragraph((xs[0], bottom, xs[1], top), label)
        for column, section, codes in ((1, "conduct", "conduct"), (2, "results", "learning")):
            rect = (xs[column] + 100, bottom + 100, xs[column + 1] - 100, top - 100)
            sheet.cell(f"{section}.{key}", rect, f"/{section}/{key}", form="code", codes=codes,
                       align="center")  # fmt: skip
    low, high = _RESULT_TOP - 3 * _RESULT_ROW + 100, _RESULT_TOP - 100
    sheet.cell("absences", (xs[3] + 100, low, xs[4] - 100, high), "/attendance/absences",
               align="center")  # fmt: skip
    sheet.cell("after.results", (xs[4] + 100, low, xs[5] - 100, high), "/results/after_retest",
               form="code", codes="learning", align="center")  # fmt: skip
    sheet.cell("after.conduct", (xs[5] + 100, low, xs[6] - 100, high), "/conduct/after_summer",
               form="code", codes="conduct", align="center")  # fmt: skip
    x, y = xs[6] + 700, _RESULT_TOP - 2700
    choice(sheet, (x, y), "/promotion/promoted", "yes", "Được lên lớp")
    choice(sheet, (x, y - 2600), "/promotion/promoted", "no", "Không được lên lớp")


def _adjustment(sheet: Sheet, y: int, of: Year) -> int:
    end = sheet.text(LEFT, y, of.words.adjustment, size=950)
    sheet.cell("adjustment.before", (end + 200, y - 350, end + 7000, y + 1000),
               "/results/before_adjustment", form="code", codes="learning", size=950)  # fmt: skip
    end = sheet.text(end + 7300, y, "do môn", size=950)
    sheet.cell("adjustment.subject", (end + 200, y - 350, RIGHT, y + 1000), "/results/adjusted_by",
               size=950, least=400)  # fmt: skip
    return y - 1900


def _completion(sheet: Sheet, y: int, of: Year) -> int:
    end = sheet.text(LEFT, y, f"Nếu là lớp cuối cấp, {of.programme}:", size=1000)
    end = choice(sheet, (end + 900, y), "/promotion/completed", "yes", "Hoàn thành")
    choice(sheet, (end + 1200, y), "/promotion/completed", "no", "Không hoàn thành")
    return y - 1900


def _not_assessed(sheet: Sheet, y: int, of: Year) -> int:
    words = of.house.call(NOT_ASSESSED)
    end = choice(sheet, (LEFT, y), "/results/assessed", "no", words)
    if of.study_forms:
        end = sheet.text(end + 1500, y, "Hình thức học:", size=1000)
        sheet.cell("study_form", (end + 300, y - 350, RIGHT, y + 1000), "/study_form",
                   form="code", codes="study_form", size=950, least=400)  # fmt: skip
    return y - 1900


def _awards(sheet: Sheet, y: int) -> int:
    end = sheet.text(LEFT, y, "Chứng chỉ (nếu có):")
    sheet.cell("certificates", (end + 300, y - 850, 40500, y + 900), "/awards/certificates",
               form="wrap", size=950, least=700, valign="top", continues=True)  # fmt: skip
    end = sheet.text(41000, y, "Loại:")
    sheet.cell("certificate_grade", (end + 300, y - 850, RIGHT, y + 900),
               "/awards/certificate_grade", form="wrap", size=950, least=700, valign="top",
               continues=True)  # fmt: skip
    y -= 2200
    end = sheet.text(LEFT, y, "Kết quả tham gia các cuộc thi (nếu có):")
    sheet.cell("contests", (end + 300, y - 1650, RIGHT, y + 900), "/awards/contests",
               form="wrap", size=950, least=700, valign="top", continues=True)  # fmt: skip
    y -= 3000
    end = sheet.text(LEFT, y, "Khen thưởng (nếu có):")
    sheet.cell("award", (end + 300, y - 300, end + 12000, y + 1000), "/awards/title",
               form="code", codes="award", font="B", size=950)  # fmt: skip
    sheet.cell("award.other", (end + 12300, y - 1650, RIGHT, y + 900), "/awards/other",
               form="wrap", size=950, least=700, valign="top", continues=True)  # fmt: skip
    return y - 2900


def _means(sheet: Sheet, y: int) -> int:
    end = sheet.text(LEFT, y, "Điểm trung bình các môn: học kì I", size=950)
    for key, words in (("term1", "học kì II"), ("term2", "cả năm"), ("year", "sau thi lại")):
        sheet.cell(f"mean.{key}", (end + 200, y - 350, end + 2600, y + 1000),
                   f"/results/mean/{key}", form="mark", font="B", size=950)  # fmt: skip
        end = sheet.text(end + 3000, y, words, size=950)
    sheet.cell("mean.after_retest", (end + 200, y - 350, end + 2600, y + 1000),
               "/results/mean/after_retest", form="mark", font="B", size=950)  # fmt: skip
    return y - 1900


def _topics(sheet: Sheet, y: int) -> int:
    """Study topics, two clusters in a line: subject, up to three results, the one that counts."""
    sheet.text(LEFT, y, "Chuyên đề học tập (điểm từng chuyên đề; điểm được chọn):", size=950)
    for number in range(TOPIC_ROWS):
        left = LEFT + (number % 2) * 25600
        line = y - 1650 * (1 + number // 2)
        at = f"/study_topics/{number}"
        sheet.cell(f"topic{number}.subject", (left, line - 350, left + 8400, line + 1000),
                   f"{at}/name", size=950, least=400)  # fmt: skip
        sheet.cell(f"topic{number}.code", (left + 8600, line - 350, left + 11200, line + 1000),
                   f"{at}/code", size=550, least=350)  # fmt: skip
        for place in range(3):
            x = left + 11400 + place * 2700
            sheet.cell(f"topic{number}.{place}", (x, line - 350, x + 2500, line + 1000),
                       f"{at}/results/{place}", form="mark", size=950)  # fmt: skip
        sheet.cell(f"topic{number}.chosen", (left + 20000, line - 350, left + 24500, line + 1000),
                   f"{at}/chosen", form="mark", font="B", size=950)  # fmt: skip
    return y - 1650 * (1 + TOPIC_ROWS // 2) - 300


def _comments(sheet: Sheet, y: int) -> None:
    sheet.text(LEFT, y, "Nhận xét của giáo viên chủ nhiệm:", font="B")
    box = (LEFT, _SUMMER_TOP + 1400, RIGHT, y - 500)
    sheet.box(box)
    sheet.cell("homeroom", (box[0] + 300, box[1] + 150, box[2] - 300, box[3] - 150),
               "/comments/homeroom", form="wrap", least=850, valign="top",
               continues=True)  # fmt: skip
    y = _SUMMER_TOP
    sheet.text(LEFT, y, "Nhận xét kết quả rèn luyện trong kì nghỉ hè (nếu có):", font="B")
    box = (LEFT, _SUMMER_BOTTOM, RIGHT, y - 500)
    sheet.box(box)
    sheet.cell("summer", (box[0] + 300, box[1] + 150, box[2] - 300, box[3] - 150),
               "/comments/summer",
               form="wrap", least=850, valign="top",
               continues=True)  # fmt: skip
