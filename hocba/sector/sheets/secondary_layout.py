"""Where everything stands in the workbook of a secondary class (TT 22, TT 43, TT 58).

Words and scales are those of the regulation in force for the class. Rare things come last:
study topics where the subject has them, and what holds for single pupils (not taught the
subject, not assessed, exempt from a part). Such a mark leaves nothing to fill in there.
"""

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Final

from hocba.sector.assessment import Regulation, regulation_for
from hocba.sector.sheets.layout import (
    FIXED,
    NOT_ASSESSED,
    PART_EXEMPT,
    SUMMARY,
    Column,
    SheetPlan,
    term_items,
)
from hocba.sector.sheets.primary_values import read_decision, read_yes
from hocba.sector.sheets.register import ClassRegister, SheetSubject
from hocba.sector.sheets.values import (
    read_absences,
    read_comment_mark,
    read_level,
    read_retest_comment,
    read_retest_score,
    read_score,
    text_reader,
    word_reader,
)
from hocba.sector.subjects import subject_of

_TERMS = {1: "HỌC KÌ I", 2: "HỌC KÌ II"}
_YEAR, _SUMMER, _RARE = "CẢ NĂM", "SAU HÈ (nếu có)", "RIÊNG TỪNG HỌC SINH (nếu có)"
_TOPICS = "CHUYÊN ĐỀ HỌC TẬP"
_DECISIONS = ("Được lên lớp", "Không được lên lớp")
STUDY_FORMS: Final[Mapping[str, str]] = MappingProxyType(
    {"vua_lam_vua_hoc": "Vừa làm vừa học", "tu_hoc_co_huong_dan": "Tự học có hướng dẫn"}
)

_text = partial(Column, kind="text", read=None)
_yes = partial(Column, kind="choice", choices=("X",), read=read_yes, group=_RARE)


def secondary_plan(register: ClassRegister) -> tuple[SheetPlan, ...]:
    """Return the plan of every sheet that is filled in: subjects in order, then the summary."""
    rules = rules_of(register)
    sheets = [_subject_sheet(subject, register, rules) for subject in register.subjects]
    return (*sheets, _summary_sheet(register, rules))


def rules_of(register: ClassRegister) -> Regulation:
    """The regulation in force for a secondary class."""
    found = regulation_for(
        level=register.level, grade=register.grade, school_year=register.school_year
    )
    if not isinstance(found, Regulation):
        raise AssertionError("not a secondary class")  # noqa: TRY004  # the caller's mistake
    return found


def _subject_sheet(subject: SheetSubject, register: ClassRegister, rules: Regulation) -> SheetPlan:
    scored = subject.mode == "score"
    columns = list(FIXED)
    for term, group in _TERMS.items():
        columns += [_mark_column(i, term, group, scored=scored) for i in term_items(subject)]
        if scored:
            columns.append(Column("TBM", "computed", 7, group))
        else:
            columns.append(Column("Kết quả", "computed", 9, group))
    columns.append(Column("TBM" if scored else "Kết quả", "computed", 9, _YEAR))
    columns.append(_text("Nhận xét", width=46, group=_YEAR, item="comment",
                         read=text_reader(2000), longest=2000))  # fmt: skip
    columns.append(_result("Đánh giá lại", "retest", 12, _SUMMER, scored=scored))
    known = subject_of(subject.code, register.level, register.grade, program=rules.program)
    columns += _topic_columns(known.topics if known else 0, scored=scored)
    if known is None or not known.required:
        columns.append(_yes("Không học môn này", width=10, item="not_taken"))
    columns.append(_yes("Không đánh giá", width=10, item=NOT_ASSESSED))
    columns.append(_yes("Miễn một phần", width=10, item=PART_EXEMPT))
    title = f"MÔN {subject.name.upper()}"
    return SheetPlan(subject.tab, title, subject, tuple(columns))


def _mark_column(item: str, term: int, group: str, *, scored: bool) -> Column:
    return Column(
        head=item.upper(),
        kind="score" if scored else "comment",
        width=6.5,
        group=group,
        item=item,
        term=term,
        required=True,
        read=read_score if scored else read_comment_mark,
        waived=_left_out,
    )


def _result(head: str, item: str, width: float, group: str, *, scored: bool) -> Column:
    """A result of the year that is no test of a term: M and V make no sense there."""
    return Column(head, "score" if scored else "comment", width, group, item,
                  read=read_retest_score if scored else read_retest_comment)  # fmt: skip


def _topic_columns(count: int, *, scored: bool) -> list[Column]:
    if not count:
        return []
    numbers = tuple(str(number) for number in range(1, count + 1))
    found = [_result(f"CĐ{one}", f"cd{one}", 6.5, _TOPICS, scored=scored) for one in numbers]
    chosen = _one_of({one: one for one in numbers})
    found.append(Column("Chọn CĐ số", "choice", 8, _TOPICS, "cd_chosen", choices=numbers,
                        read=chosen))  # fmt: skip
    return found


def _summary_sheet(register: ClassRegister, rules: Regulation) -> SheetPlan:
    group = "HẠNH KIỂM" if rules.conduct_year is None else "KẾT QUẢ RÈN LUYỆN"
    learner = bool(rules.data["conduct"]["not_assessed_for"])
    level = partial(_level_column, rules)
    waived = _without_conduct if learner else None
    columns = [
        *FIXED,
        level("Học kì I", group, "conduct", term=1, required=True, waived=waived),
        level("Học kì II", group, "conduct", term=2, required=True, waived=waived),
    ]
    if rules.conduct_year is None:
        columns.append(level("Cả năm", group, "conduct_year"))
    columns += [
        Column("Số buổi nghỉ", "count", 9, _YEAR, "absences", 0, True, read_absences),
        _text("Nhận xét của GVCN", width=60, group=_YEAR, item="homeroom_comment", required=True,
              read=text_reader(2000), longest=2000),
        _text("Chứng chỉ", width=22, group=_YEAR, item="certificates",
              read=text_reader(500), longest=500),
        _text("Loại", width=10, group=_YEAR, item="certificate_grade",
              read=text_reader(100), longest=100),
        _text("Kết quả các cuộc thi", width=34, group=_YEAR, item="contests",
              read=text_reader(2000), longest=2000),
        _text("Khen thưởng khác", width=34, group=_YEAR, item="other_award",
              read=text_reader(2000), longest=2000),
        level("Rèn luyện", _SUMMER, "conduct_after_summer"),
        _text("Nhận xét rèn luyện hè", width=34, group=_SUMMER, item="summer_comment",
              read=text_reader(500), longest=500),
        _yes("Không đánh giá", width=10, item=NOT_ASSESSED),
        Column("Hiệu trưởng quyết định", "choice", 20, _RARE, "promotion_decision",
               read=read_decision, choices=_DECISIONS),
    ]  # fmt: skip
    if learner:
        columns.append(_choice("Hình thức học", "study_form", STUDY_FORMS, 20))
    scored = {one.code: one.name for one in register.subjects if one.mode == "score"}
    if scored and _has_special_subject(rules):
        columns.append(_choice("Môn chuyên", "special_subject", scored, 20))
    return SheetPlan(SUMMARY, "TỔNG HỢP", None, tuple(columns))


def _level_column(  # noqa: PLR0913  # a column is all of these
    rules: Regulation,
    head: str,
    group: str,
    item: str,
    *,
    term: int = 0,
    required: bool = False,
    waived: Callable[[Mapping[str, object]], bool] | None = None,
) -> Column:
    names = rules.conduct.names
    return Column(head, "level", 11, group, item, term, required, conduct_reader(rules),
                  choices=tuple(names[one] for one in reversed(rules.conduct.order)),
                  waived=waived)  # fmt: skip


def conduct_reader(rules: Regulation) -> Callable[[object], str]:
    """Return the reader of a level of conduct on the regulation's own scale."""
    if rules.conduct_year is not None:
        return read_level
    return _one_of(rules.conduct.names, "sheet.not_a_conduct_rank")


def _one_of(names: Mapping[str, str], code: str = "sheet.not_a_choice") -> Callable[[object], str]:
    """Return a reader of a code or its name."""
    words = {word.casefold(): code for code, name in names.items() for word in (code, name)}
    return word_reader(words, code)


def _choice(head: str, item: str, names: Mapping[str, str], width: float) -> Column:
    return Column(head, "choice", width, _RARE, item, choices=tuple(names.values()),
                  read=_one_of(names))  # fmt: skip


def _has_special_subject(rules: Regulation) -> bool:
    return any(c.kind == "special_subject" for one in rules.learning for c in one.conditions)


def _left_out(said: Mapping[str, object]) -> bool:
    return NOT_ASSESSED in said or "not_taken" in said


def _without_conduct(said: Mapping[str, object]) -> bool:
    return "study_form" in said
