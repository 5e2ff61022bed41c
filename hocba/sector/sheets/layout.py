"""Where everything stands in a class workbook: one plan for writer, reader and filler.

One workbook per class: a page of instructions, a sheet for each subject (both terms
side by side, as in the teacher's own book), a sheet "Tổng hợp" for the homeroom
teacher, and a hidden sheet that says which template, class and list this is.
A change of any of this is a new `VERSION`; sheets of older versions are refused by name.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from hocba.sector.sheets.register import ClassRegister, SheetSubject

TEMPLATE = "hocba.class-marks"
VERSION = "2"

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
PART_EXEMPT = "part_exempt"


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

    def words(self, value: str) -> str:
        """What a person sees for a stored value: of a choice, the word that means it."""
        if self.kind != "choice" or self.read is None:
            return value
        return next((word for word in self.choices if self.read(word) == value), value)


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


def plan(register: ClassRegister) -> tuple[SheetPlan, ...]:
    """Return the plan of every sheet that is filled in: subjects in order, then the summary."""
    # Their sheets are made of the columns of this module.
    if register.level == PRIMARY:
        from hocba.sector.sheets.primary_layout import primary_plan  # noqa: PLC0415

        return primary_plan(register)
    from hocba.sector.sheets.secondary_layout import secondary_plan  # noqa: PLC0415

    return secondary_plan(register)


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
