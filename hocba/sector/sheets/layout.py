"""Where everything stands in a class workbook: one plan for writer, reader and filler.

One workbook per class: a page of instructions, a sheet for each subject (both terms
side by side, as in the teacher's own book), a sheet "Tổng hợp" for the homeroom
teacher, and a hidden sheet that says which template, class and list this is.
A change of any of this is a new `VERSION`; sheets of older versions are refused by name.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Literal, TypeAlias

from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from hocba.sector.sheets.register import ClassRegister, SheetSubject
from hocba.sector.sheets.values import (
    read_absences,
    read_comment_mark,
    read_level,
    read_retest_comment,
    read_retest_score,
    read_score,
    text_reader,
)

TEMPLATE = "hocba.class-marks"
VERSION = "1"

GUIDE = "Hướng dẫn"
SUMMARY = "Tổng hợp"
HIDDEN = "_hocba"

GROUP_ROW = 3
HEADER_ROW = 4
FIRST_ROW = 5
"""Zero-based rows of group heads, column heads and the first pupil."""

Kind: TypeAlias = Literal[
    "fixed", "score", "comment", "level", "count", "text", "computed", "choice", "test", "measure"
]
PRIMARY = "th"
NOT_ASSESSED = "not_assessed"


@dataclass(frozen=True)
class Column:
    """One column; `item` and `term` say what its cells are values of, if they are read.

    `choices` are offered where a cell is one of a few words; `missing` is the code where a
    required cell is empty, and `waived` says from the year's items of the row that it may be.
    """

    head: str
    kind: Kind
    width: float
    group: str = ""
    item: str | None = None
    term: int = 0
    required: bool = False
    read: Callable[[object], str] | None = None
    longest: int | None = None
    choices: tuple[str, ...] = ()
    missing: str = "sheet.missing_mark"
    waived: Callable[[Mapping[str, object]], bool] | None = None


@dataclass(frozen=True)
class SheetPlan:
    """One sheet of the workbook: its tab, title and columns."""

    tab: str
    title: str
    subject: SheetSubject | None
    columns: tuple[Column, ...]
    about: str = "Rèn luyện, chuyên cần, nhận xét, khen thưởng"
    head_height: int = 30

    def inputs(self) -> Iterator[tuple[int, Column]]:
        """Yield index and column of everything that a person fills in."""
        for index, column in enumerate(self.columns):
            if column.item is not None:
                yield index, column

    def column_of(self, term: int, item: str) -> int:
        """Return the index of a column; KeyError where there is none."""
        for index, column in self.inputs():
            if (column.term, column.item) == (term, item):
                return index
        raise KeyError((term, item))


CODE_COLUMN, NAME_COLUMN = 1, 2
FIXED = (
    Column("STT", "fixed", 5),
    Column("Mã học sinh", "fixed", 14),
    Column("Họ và tên", "fixed", 30),
    Column("Ngày sinh", "fixed", 11),
)
_TERMS = {1: "HỌC KÌ I", 2: "HỌC KÌ II"}
_YEAR = "CẢ NĂM"
_SUMMER = "SAU HÈ (nếu có)"

_text = partial(Column, kind="text", read=None)


def plan(register: ClassRegister) -> tuple[SheetPlan, ...]:
    """Return the plan of every sheet that is filled in: subjects in order, then the summary."""
    if register.level == PRIMARY:
        # Its sheets are made of the columns of this module.
        from hocba.sector.sheets.primary_layout import primary_plan  # noqa: PLC0415

        return primary_plan(register)
    sheets = [_subject_sheet(subject) for subject in register.subjects]
    return (*sheets, _summary_sheet())


def regular_items(count: int) -> tuple[str, ...]:
    """Names of the regular marks: tx1, tx2, ..."""
    return tuple(f"tx{number}" for number in range(1, count + 1))


def term_items(subject: SheetSubject) -> tuple[str, ...]:
    """Names of all marks of one term in their order."""
    return (*regular_items(subject.regular_marks), "gk", "ck")


def cell_name(row: int, column: int) -> str:
    """Return the address that a person sees, such as E7."""
    return str(xl_rowcol_to_cell(row, column))


def range_name(first_row: int, first_column: int, last_row: int, last_column: int) -> str:
    """Return the address of a block, such as E6:J45."""
    return f"{cell_name(first_row, first_column)}:{cell_name(last_row, last_column)}"


def column_name(column: int) -> str:
    """Return the letters of a column."""
    return str(xl_col_to_name(column))


def identity(register: ClassRegister) -> Mapping[str, str]:
    """Return what the hidden sheet says."""
    return {
        "template": TEMPLATE,
        "version": VERSION,
        "school": register.school_code,
        "school_year": register.school_year,
        "class": register.class_name,
        "roster": register.roster,
        "plan": register.plan,
    }


def _subject_sheet(subject: SheetSubject) -> SheetPlan:
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
    columns.append(
        Column(
            "Đánh giá lại", "score" if scored else "comment", 12, _SUMMER, item="retest",
            read=read_retest_score if scored else read_retest_comment,
        )
    )  # fmt: skip
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
    )


def _summary_sheet() -> SheetPlan:
    conduct = "KẾT QUẢ RÈN LUYỆN"
    columns = (
        *FIXED,
        Column("Học kì I", "level", 11, conduct, "conduct", 1, True, read_level),
        Column("Học kì II", "level", 11, conduct, "conduct", 2, True, read_level),
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
        Column("Rèn luyện", "level", 11, _SUMMER, "conduct_after_summer", 0, False, read_level),
        _text("Nhận xét rèn luyện hè", width=34, group=_SUMMER, item="summer_comment",
              read=text_reader(500), longest=500),
    )  # fmt: skip
    return SheetPlan(SUMMARY, "TỔNG HỢP", None, columns)
