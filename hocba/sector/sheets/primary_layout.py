"""Where everything stands in the workbook of a primary class (TT 27/2020).

One sheet for each subject with its four periods (levels for all, tests where the subject
has one); for qualities and competencies a sheet of the year's end, one of assessment anew
and one of the earlier periods; and the sheet "Tổng hợp" of the homeroom teacher.
Only the end of the year is required: it alone stands on the transcript. A pupil who is not
assessed, not taught a subject, or exempt, leaves nothing to fill in there.
"""

from collections.abc import Iterator, Mapping
from functools import partial

from hocba.sector.assessment.regulation import Trait, primary_regulation
from hocba.sector.sheets.layout import FIXED, NOT_ASSESSED, SUMMARY, Column, SheetPlan
from hocba.sector.sheets.primary_values import (
    read_decision,
    read_level_after,
    read_measure,
    read_subject_level,
    read_test,
    read_test_after,
    read_trait,
    read_yes,
)
from hocba.sector.sheets.register import ClassRegister, SheetSubject
from hocba.sector.sheets.values import is_exempt, read_absences, text_reader
from hocba.sector.subjects import subject_of
from hocba.sector.year_book import PERIODS, YEAR

TRAITS = "Phẩm chất, năng lực"
TRAITS_AFTER = "PC, NL đánh giá lại"
TRAITS_BEFORE = "PC, NL các kì"
LAST = "CN"
PRIMARY_GUIDE = (
    ("Mức đạt được", "Môn học: T (Hoàn thành tốt), H (Hoàn thành), C (Chưa hoàn thành)."),
    ("Phẩm chất, năng lực", "T (Tốt), Đ (Đạt), C (Cần cố gắng)."),
    ("Điểm kiểm tra", "Số nguyên từ 0 đến 10, không có phần thập phân."),
    ("Được miễn", "Ghi M ở mức đạt được; ô điểm để trống."),
    ("Không đánh giá", "Học sinh khuyết tật: ghi X ở môn, hoặc ở trang Tổng hợp nếu cả năm."),
    ("Hiệu trưởng quyết định", "Chỉ khi không đánh giá, hoặc chưa hoàn thành sau đánh giá lại."),
    ("Ô màu vàng nhạt", "Chưa có dữ liệu. Học bạ chỉ cần cột Cuối năm; các kì khác để theo dõi."),
    ("Đánh giá lại", "Chỉ ghi khi học sinh được giúp đỡ và đánh giá lại."),
    ("Không nên", "Không thêm, xóa dòng, cột; không đổi tên trang tính; không sửa mã và họ tên."),
    ("Nộp lại", "Lưu tệp dạng .xlsx rồi nhập vào hệ thống. Có lỗi thì hệ thống chỉ rõ từng ô."),
)  # fmt: skip

_PERIOD_NAMES = {"GK1": "GIỮA HỌC KÌ I", "CK1": "CUỐI HỌC KÌ I", "GK2": "GIỮA HỌC KÌ II",
                 "CN": "CUỐI NĂM"}  # fmt: skip
_AFTER = "ĐÁNH GIÁ LẠI (nếu có)"
_YEAR = "CẢ NĂM"
_TALL = 66
"""Names of competencies take four lines."""
_GROUPS = {"quality": "phẩm chất", "general": "năng lực chung", "specific": "năng lực đặc thù"}
_LEVELS = ("T", "H", "C", "M")
_DECISIONS = ("Được lên lớp", "Chưa được lên lớp")

_Column = partial(Column, missing="sheet.missing_value")
_yes = partial(_Column, kind="choice", choices=("X",), read=read_yes)


def primary_plan(register: ClassRegister) -> tuple[SheetPlan, ...]:
    """Return the plan of every sheet that is filled in, in order."""
    traits = primary_regulation("tt27-2020", "1").traits_of(register.grade)
    subjects = [_subject_sheet(subject, register.grade) for subject in register.subjects]
    return (*subjects, *_traits_sheets(traits), _summary_sheet())


def _left_out(said: Mapping[str, object]) -> bool:
    return NOT_ASSESSED in said or "not_taken" in said


def _without_test(said: Mapping[str, object]) -> bool:
    return _left_out(said) or is_exempt(said.get("level"))


def _text(head: str, item: str, longest: int, width: float, group: str) -> Column:
    return _Column(head, "text", width, group, item, YEAR, read=text_reader(longest),
                   longest=longest)  # fmt: skip


def _subject_sheet(subject: SheetSubject, grade: int) -> SheetPlan:
    known = subject_of(subject.code, "th", grade)
    tests = () if subject.mode == "comment" else (known.tests if known else ("CK1", LAST))
    columns = list(FIXED)
    for period, (term, end) in PERIODS.items():
        group, last = _PERIOD_NAMES[period], period == LAST
        columns.append(_Column("Mức đạt", "choice", 9, group, f"level{end}", term, last,
                               read_subject_level, choices=_LEVELS, waived=_left_out))  # fmt: skip
        if period in tests:
            columns.append(_Column("Điểm KTĐK", "test", 9, group, f"test{end}", term, last,
                                   read_test, waived=_without_test))  # fmt: skip
    columns.append(_text("Nhận xét", "comment", 2000, 50, _YEAR))
    columns.append(_yes("Không đánh giá", width=10, group=_YEAR, item=NOT_ASSESSED))
    columns.append(_yes("Không học môn này", width=10, group=_YEAR, item="not_taken"))
    columns.append(_Column("Mức đạt", "choice", 9, _AFTER, "level_after", YEAR,
                           read=read_level_after, choices=_LEVELS[:-1]))  # fmt: skip
    if tests:
        columns.append(_Column("Điểm KTĐK", "test", 9, _AFTER, "test_after", YEAR,
                               read=read_test_after))  # fmt: skip
    return SheetPlan(subject.tab, f"MÔN {subject.name.upper()}", subject, tuple(columns))


def _traits_sheets(traits: tuple[Trait, ...]) -> Iterator[SheetPlan]:
    last = [
        *_trait_columns(traits, _PERIOD_NAMES[LAST], YEAR, "", required=True),
        *(
            _text(f"Nhận xét {name}", f"comment_{group}", 500, 34, "NHẬN XÉT")
            for group, name in _GROUPS.items()
        ),
    ]
    after = _trait_columns(traits, _AFTER, YEAR, "_after")
    before = [
        column
        for period, (term, end) in PERIODS.items()
        if period != LAST
        for column in _trait_columns(traits, _PERIOD_NAMES[period], term, end)
    ]
    for tab, columns, about in (
        (TRAITS, last, "Mức đạt được cuối năm và nhận xét về phẩm chất, năng lực"),
        (TRAITS_AFTER, after, "Chỉ ghi cho học sinh được đánh giá lại"),
        (TRAITS_BEFORE, before, "Mức đạt được giữa kì và cuối học kì I, để theo dõi"),
    ):
        yield SheetPlan(tab, tab.upper(), None, (*FIXED, *columns), about, _TALL)


def _trait_columns(
    traits: tuple[Trait, ...], group: str, term: int, end: str, *, required: bool = False
) -> list[Column]:
    return [
        _Column(trait.name, "choice", 9, group, f"{trait.code}{end}", term, required,
                read_trait, choices=("T", "Đ", "C"))
        for trait in traits
    ]  # fmt: skip


def _summary_sheet() -> SheetPlan:
    absent, health, award = "SỐ NGÀY NGHỈ", "SỨC KHỎE", "KHEN THƯỞNG"
    columns = (
        *FIXED,
        _Column("Có phép", "count", 8, absent, "absences_with_leave", YEAR, True, read_absences),
        _Column("Không phép", "count", 8, absent, "absences_without_leave", YEAR, True,
                read_absences),
        _Column("Chiều cao (cm)", "measure", 9, health, "height", YEAR, read=read_measure),
        _Column("Cân nặng (kg)", "measure", 9, health, "weight", YEAR, read=read_measure),
        _Column("Nhận xét của GVCN", "text", 60, _YEAR, "homeroom_comment", YEAR, True,
                text_reader(2000), 2000),
        _text("Xuất sắc về môn", "excellent_in", 200, 22, award),
        _text("Tiến bộ vượt bậc về", "progress_in", 200, 22, award),
        _yes("Lớp công nhận", width=9, group=award, item="accepted_by_class"),
        _text("Nội dung khen thưởng", "award_text", 2000, 34, award),
        _text("Khen thưởng khác", "other_award", 2000, 34, award),
        _yes("Không đánh giá", width=10, group="CẢ NĂM HỌC", item=NOT_ASSESSED),
        _Column("Hiệu trưởng quyết định", "choice", 20, "LÊN LỚP", "promotion_decision", YEAR,
                read=read_decision, choices=_DECISIONS),
    )  # fmt: skip
    about = "Ngày nghỉ, sức khỏe, nhận xét, khen thưởng, lên lớp"
    return SheetPlan(SUMMARY, "TỔNG HỢP", None, columns, about)
