"""Read a filled class workbook: either a clean `MarksSheet`, or every problem it has.

    reading = read_sheet(data, register, file="6A1.xlsx")     # nothing is written: a dry run
    reading.problems        # SheetProblem(code="sheet.mark_out_of_range", sheet="Toán", cell="E7")
    reading.sheet           # None unless there is not a single problem

Order: is it a workbook, our template, this version, this class, this class list; then
each sheet's heads, its pupils, its cells. A step that fails hides those that follow from
it, so one mistake is one problem: a deleted row is not also forty missing marks.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from hocba.kit.errors import InputError, SeveralInputError, Where
from hocba.sector.sheets.layout import (
    CODE_COLUMN,
    FIRST_ROW,
    HEADER_ROW,
    HIDDEN,
    NAME_COLUMN,
    NOT_ASSESSED,
    PART_EXEMPT,
    TEMPLATE,
    VERSION,
    Column,
    SheetPlan,
    cell_name,
    identity,
    plan,
    range_name,
)
from hocba.sector.sheets.register import (
    ClassRegister,
    MarksSheet,
    SheetEntry,
    SheetProblem,
    find_pupil,
    problem,
)
from hocba.sector.sheets.values import clean_text, is_exempt, suggested_score
from hocba.sector.sheets.workbook import OpenedWorkbook, SheetFileError, open_workbook
from verifier.formats.canonical import sha256_hex

BOTH_TERMS = (1, 2)


@dataclass(frozen=True)
class SheetReading:
    """The answer of a dry run: a clean sheet, or what to put right."""

    problems: tuple[SheetProblem, ...]
    sheet: MarksSheet | None
    file: str | None = None
    warnings: tuple[SheetProblem, ...] = ()

    def clean(self) -> MarksSheet:
        """Return the sheet.

        Raises:
            InputError: the problem, where there is one.
            SeveralInputError: all of them, where there are more.
        """
        if self.sheet is not None:
            return self.sheet
        errors: list[InputError] = [each.error(self.file) for each in self.problems]
        if len(errors) == 1:
            raise errors[0]
        raise SeveralInputError(errors, where=Where(file=self.file))


def read_sheet(
    data: bytes,
    register: ClassRegister,
    *,
    file: str | None = None,
    terms: Iterable[int] = BOTH_TERMS,
    pending: Iterable[str] = (),
) -> SheetReading:
    """Read a filled workbook.

    Marks of `terms` must all be there, except those of the pupils named in `pending` by
    code; what stands elsewhere is read and checked all the same.
    """
    needed, waiting = frozenset(terms), frozenset(pending)
    try:
        book = open_workbook(data)
    except SheetFileError as error:
        return SheetReading((error.problem,), None, file)
    found: list[SheetProblem] = list(_identity_problems(book, register))
    waiting |= _not_assessed(book, register)
    entries: list[SheetEntry] = []
    if not found:
        for page in plan(register):
            reading = _PageReading(book, page, register, needed, waiting)
            found += reading.problems
            entries += reading.entries
    if found:
        return SheetReading(tuple(found), None, file)
    sheet = MarksSheet(register, tuple(entries), file, sha256_hex(data))
    return SheetReading((), sheet, file)


def _identity_problems(book: OpenedWorkbook, register: ClassRegister) -> Iterator[SheetProblem]:
    rows = [row for row in book.rows(HIDDEN) if len(row) > 1]
    said = {str(row[0]): str(row[1]) for row in rows}
    wanted = identity(register)
    if said.get("template") != TEMPLATE:
        yield problem("sheet.not_ours")
    elif said.get("version") != VERSION:
        yield problem("sheet.other_version", found=said.get("version"), needed=VERSION)
    elif any(said.get(key) != wanted[key] for key in ("school", "school_year", "class")):
        yield problem(
            "sheet.other_class",
            found=f"{said.get('class')} ({said.get('school_year')})",
            needed=f"{register.class_name} ({register.school_year})",
        )
    elif said.get("roster") != wanted["roster"]:
        yield problem("sheet.roster_changed", name=register.class_name)
    elif said.get("plan") != wanted["plan"]:
        yield problem("sheet.plan_changed", name=register.class_name)


def _not_assessed(book: OpenedWorkbook, register: ClassRegister) -> frozenset[str]:
    """Pupils of whom some sheet without a subject says that they are not assessed at all."""
    found: set[str] = set()
    for page in plan(register):
        for index, column in page.inputs():
            if page.subject is None and column.item == NOT_ASSESSED:
                rows = book.rows(page.tab)[FIRST_ROW:]
                found |= {_code(_cell(r, CODE_COLUMN)) for r in rows if _filled(_cell(r, index))}
    return frozenset(found)


class _PageReading:
    """One sheet read: its problems, and its entries where there are none."""

    def __init__(  # the file, the sheet, the class and what is asked
        self,
        book: OpenedWorkbook,
        page: SheetPlan,
        register: ClassRegister,
        needed: frozenset[int],
        waiting: frozenset[str],
    ) -> None:
        self._book = book
        self._page = page
        self._register = register
        self._needed = needed
        self._waiting = waiting
        self._rows = book.rows(page.tab)
        self.problems: list[SheetProblem] = []
        self.entries: list[SheetEntry] = []
        self._read()

    def _read(self) -> None:
        if self._page.tab not in self._book.sheets:
            self.problems.append(problem("sheet.missing_sheet", name=self._page.tab))
            return
        self.problems += self._head_problems()
        if self.problems:
            return
        places = self._places()
        if not self.problems:
            self._read_cells(places)

    def _head_problems(self) -> Iterator[SheetProblem]:
        heads = self._rows[HEADER_ROW] if len(self._rows) > HEADER_ROW else []
        for index, column in enumerate(self._page.columns):
            if _cell(heads, index) != column.head:
                yield self._problem("sheet.columns_changed", HEADER_ROW, index, head=column.head)
                return

    def _places(self) -> dict[str, int]:
        """Return the row of each pupil, having noted what is wrong with the list."""
        places: dict[str, int] = {}
        odd = len(self.problems)
        for row in range(FIRST_ROW, len(self._rows)):
            values = self._rows[row]
            if not any(_filled(_cell(values, i)) for i in self._meaningful()):
                continue
            if found := self._row_problem(row, places):
                self.problems.append(found)
        if len(self.problems) == odd:
            self.problems += [
                self._problem("sheet.missing_pupil", None, None, name=pupil.name, pupil=pupil.code)
                for pupil in self._register.pupils
                if pupil.code not in places
            ]
        return places

    def _meaningful(self) -> list[int]:
        """Columns whose content makes a row a row; numbering and formulas do not."""
        return [CODE_COLUMN, NAME_COLUMN, *(index for index, _ in self._page.inputs())]

    def _row_problem(self, row: int, places: dict[str, int]) -> SheetProblem | None:
        values = self._rows[row]
        code = _code(_cell(values, CODE_COLUMN))
        pupil = find_pupil(self._register.pupils, code)
        if not code:
            return self._problem("sheet.row_without_code", row, CODE_COLUMN)
        if pupil is None:
            return self._problem("sheet.unknown_pupil", row, CODE_COLUMN, pupil=code)
        if code in places:
            first = cell_name(places[code], CODE_COLUMN)
            return self._problem(
                "sheet.duplicate_pupil", row, CODE_COLUMN, name=pupil.name, pupil=code, first=first
            )
        places[code] = row
        if _text(_cell(values, NAME_COLUMN)) != _text(pupil.name):
            return self._problem(
                "sheet.name_changed", row, NAME_COLUMN, name=pupil.name, pupil=code
            )
        return None

    def _read_cells(self, places: dict[str, int]) -> None:
        missing: dict[int, list[int]] = {}
        for pupil in self._register.pupils:
            row = places[pupil.code]
            exempt = self._exempt_terms(row)
            for index, column in self._page.inputs():
                there = self._read_cell(pupil.code, row, index, column)
                may_lack = (
                    pupil.code in self._waiting
                    or column.term in exempt
                    or self._is_waived(row, column)
                )
                if not (there or may_lack) and column.required and self._is_needed(column):
                    missing.setdefault(index, []).append(row)
        self.problems += self._missing_problems(missing, sorted(places.values()))

    def _is_needed(self, column: Column) -> bool:
        return column.term in self._needed or (column.term == 0 and 2 in self._needed)  # noqa: PLR2004

    def _is_waived(self, row: int, column: Column) -> bool:
        """Whether what else the row says of the year leaves nothing to fill in here."""
        if column.waived is None:
            return False
        said = {
            str(each.item): _cell(self._rows[row], index)
            for index, each in self._page.inputs()
            if not each.term and _filled(_cell(self._rows[row], index))
        }
        return column.waived(said)

    def _exempt_terms(self, row: int) -> frozenset[int]:
        """Terms in which some cell says M, so that the empty ones are no gap.

        An M beside a mark is a contradiction, noted at the M, unless a part alone is exempt.
        """
        exempt: dict[int, int] = {}
        marked: set[int] = set()
        for index, column in self._page.inputs():
            if column.kind in ("choice", "test"):  # primary: M there says nothing of other cells
                continue
            value = _cell(self._rows[row], index)
            if column.term and _filled(value) and is_exempt(value):
                exempt.setdefault(column.term, index)
            elif column.term and _filled(value):
                marked.add(column.term)
        if self._is_part_exempt(row):
            return frozenset(exempt.keys() - marked)
        for term in sorted(exempt.keys() & marked):
            self.problems.append(self._problem("assessment.mixed_exemption", row, exempt[term]))
        return frozenset(exempt)

    def _is_part_exempt(self, row: int) -> bool:
        return any(
            column.item == PART_EXEMPT and _filled(_cell(self._rows[row], index))
            for index, column in self._page.inputs()
        )

    def _read_cell(self, pupil: str, row: int, index: int, column: Column) -> bool:
        """Note what a cell says; False where it is empty."""
        raw = _cell(self._rows[row], index)
        subject = self._page.subject.code if self._page.subject else None
        place = (self._page.tab, cell_name(row, index))
        if not _filled(raw):
            if self._is_needed(column):
                self.entries.append(
                    SheetEntry(pupil, subject, column.term, str(column.item), None, *place)
                )
            return False
        if column.read is None:
            raise AssertionError("every input column has a reader")
        try:
            value = column.read(raw)
        except ValueError as error:
            told = {
                "value": _shown(raw),
                "length": len(str(raw)),
                "longest": column.longest or 0,
                "suggestion": suggested_score(raw) or "",
                "choices": ", ".join(column.choices),
            }
            self.problems.append(self._problem(str(error), row, index, **told))
            return True
        self.entries.append(
            SheetEntry(pupil, subject, column.term, str(column.item), value, *place)
        )
        return True

    def _missing_problems(
        self, missing: dict[int, list[int]], rows: list[int]
    ) -> Iterator[SheetProblem]:
        """Say what is missing as briefly as it can be said: a block, a column or a cell."""
        whole = [index for index, gaps in missing.items() if len(gaps) == len(rows) > 1]
        for block in _runs(whole):
            area = range_name(rows[0], block[0], rows[-1], block[-1])
            heads = ", ".join(self._page.columns[index].head for index in block)
            if not any(self._formula_at(row, index) for index in block for row in rows):
                yield problem("sheet.missing_block", self._page.tab, area, heads=heads)
                for index in block:
                    del missing[index]
        for index, gaps in missing.items():
            for row in gaps:
                yield self._missing_cell(row, index)

    def _missing_cell(self, row: int, index: int) -> SheetProblem:
        if self._formula_at(row, index):
            return self._problem("sheet.formula_without_value", row, index)
        column = self._page.columns[index]
        codes = {"conduct": "sheet.missing_conduct", "absences": "sheet.missing_absences",
                 "homeroom_comment": "sheet.missing_comment"}  # fmt: skip
        code = codes.get(str(column.item), column.missing)
        name = _text(_cell(self._rows[row], NAME_COLUMN))
        return self._problem(code, row, index, name=name, head=column.head)

    def _formula_at(self, row: int, index: int) -> bool:
        return self._book.has_formula(self._page.tab, cell_name(row, index))

    def _problem(
        self, code: str, row: int | None, column: int | None, **params: object
    ) -> SheetProblem:
        address = None if row is None or column is None else cell_name(row, column)
        return problem(code, self._page.tab, address, **params)


def _cell(row: list[Any], index: int) -> Any:  # noqa: ANN401  # whatever the library found
    return row[index] if index < len(row) else ""


def _filled(value: object) -> bool:
    return value is not None and (not isinstance(value, str) or bool(value.strip()))


def _text(value: object) -> str:
    try:
        return clean_text("" if value is None else value)
    except ValueError:
        return str(value)


def _code(value: object) -> str:
    # A code typed again becomes a number in Excel; ours are text of digits mostly.
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return _text(value)


def _shown(value: object) -> str:
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return text[:40].replace(".", ",") if isinstance(value, float) else text[:40]


def _runs(indexes: list[int]) -> Iterator[list[int]]:
    """Split into runs of neighbours: 4 5 6 9 gives [4 5 6] and [9]."""
    run: list[int] = []
    for index in sorted(indexes):
        if run and index != run[-1] + 1:
            yield run
            run = []
        run.append(index)
    if run:
        yield run
