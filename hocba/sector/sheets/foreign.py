"""Marks of one foreign sheet through an agreed mapping: entries, or every cell that is wrong.

    applied = apply_mapping(grid, mapping, ClassFacts(register, subject="TOAN", term=1))
    applied.problems, applied.warnings, applied.entries

Order: the header is that of the mapping; every column is one that this class has; every row
is a pupil of the class, by code, or by name where the sheet has no codes; then the cells.
Nothing is converted, completed or moved on its own: 85 is an error that suggests 8,5, text
of an old font is an error until somebody says yes. An empty cell says nothing and leaves the
register as it is.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from hocba.sector.sheets.grid import Grid, Value, address, filled, shown
from hocba.sector.sheets.headers import Header, find_header, texts_of
from hocba.sector.sheets.layout import term_items
from hocba.sector.sheets.legacy import Legacy, convert, detect
from hocba.sector.sheets.mapping import ColumnMapping, MappedColumn
from hocba.sector.sheets.people import PupilFinder
from hocba.sector.sheets.register import (
    ClassRegister,
    SheetEntry,
    SheetProblem,
    SheetSubject,
    problem,
)
from hocba.sector.sheets.secondary_layout import conduct_reader, rules_of
from hocba.sector.sheets.values import (
    is_exempt,
    read_absences,
    read_comment_mark,
    read_retest_comment,
    read_retest_score,
    read_score,
    suggested_score,
    text_reader,
)
from hocba.sector.sheets.words import PUPIL_ROLES, SEVERAL, SUBJECT_ROLES, VALUE_ROLES

_LONGEST = 2000
_text = text_reader(_LONGEST)


@dataclass(frozen=True)
class ClassFacts:
    """The class, and what the sheet is about where its heads do not say."""

    register: ClassRegister
    subject: str | None = None
    term: int | None = None

    def subject_named(self, code: str | None) -> SheetSubject | None:
        """The subject of this class with this code."""
        return next((one for one in self.register.subjects if one.code == code), None)


@dataclass
class Applied:
    """What one sheet says about the class."""

    entries: list[SheetEntry] = field(default_factory=list)
    problems: list[SheetProblem] = field(default_factory=list)
    warnings: list[SheetProblem] = field(default_factory=list)


@dataclass(frozen=True)
class _Place:
    """One column that is read: its mapping, and what its cells are values of."""

    mapped: MappedColumn
    subject: SheetSubject | None
    term: int
    item: str


def apply_mapping(
    grid: Grid, mapping: ColumnMapping, facts: ClassFacts, *, convert_fonts: bool = False
) -> Applied:
    """Read a sheet; `convert_fonts` says yes to converting TCVN3 and VNI."""
    header = find_header(grid, facts.register.subjects)
    if header is None:
        return Applied(problems=[problem("sheet.no_header", grid.name)])
    if header.fingerprint != mapping.fingerprint:
        return Applied(problems=[problem("sheet.other_header", grid.name)])
    return _Reading(grid, header, mapping, facts, convert_fonts=convert_fonts).run()


class _Reading:
    """The reading of one sheet."""

    def __init__(
        self,
        grid: Grid,
        header: Header,
        mapping: ColumnMapping,
        facts: ClassFacts,
        *,
        convert_fonts: bool,
    ) -> None:
        self._grid = grid
        self._header = header
        self._columns = mapping.columns
        self._facts = facts
        self._convert = convert_fonts
        self._fonts: dict[int, Legacy] = {}
        self._done = Applied()

    def run(self) -> Applied:
        self._note_hidden()
        self._look_at_fonts()
        places = list(self._places())
        self._check_columns(places)
        if not self._done.problems:
            rows = self._pupils(self._rows_with_data(places))
            if not self._done.problems:
                for row, pupil in rows.items():
                    self._read_row(row, pupil, places)
        if self._done.problems:
            self._done.entries.clear()
        return self._done

    # What the sheet is made of

    def _note_hidden(self) -> None:
        for row in sorted(self._grid.hidden_rows):
            if row > self._header.bottom and any(filled(v) for v in self._row(row)):
                self._warn("sheet.hidden_row", row, 0, number=row + 1)
        for one in self._columns:
            if one.column in self._grid.hidden_columns and one.role in VALUE_ROLES | PUPIL_ROLES:
                self._warn("sheet.hidden_column", self._header.bottom, one.column, head=one.head)

    def _row(self, row: int) -> tuple[Value, ...]:
        return self._grid.rows[row] if row < len(self._grid.rows) else ()

    def _look_at_fonts(self) -> None:
        for one in self._columns:
            if one.role not in PUPIL_ROLES | VALUE_ROLES or one.role == "code":
                continue
            found = detect(texts_of(self._grid, self._header, one.column))
            if found is None:
                continue
            self._fonts[one.column] = found
            old, new = found.samples[0] if found.samples else ("", "")
            code = "sheet.font_converted" if self._convert else "sheet.old_font"
            told = {"head": one.head, "font": found.title, "old": old, "new": new}
            report = self._warn if self._convert else self._fail
            report(code, self._header.bottom, one.column, **told)

    def _places(self) -> Iterator[_Place]:
        for one in self._columns:
            if one.role not in VALUE_ROLES:
                continue
            term = one.term or self._facts.term
            subject = self._facts.subject_named(one.subject or self._facts.subject)
            if one.role in SUBJECT_ROLES and subject is None:
                self._fail_once("sheet.subject_unknown", one)
            elif one.role in ("mark", "conduct") and term is None:
                self._fail_once("sheet.term_unknown", one)
            elif one.role == "comment" and term == 1:
                self._warn("sheet.comment_of_term_one", self._header.bottom, one.column)
            else:
                item = str(one.item) if one.role == "mark" else one.role
                of_term = (term or 0) if one.role in ("mark", "conduct") else 0
                of_subject = subject if one.role in SUBJECT_ROLES else None
                yield _Place(one, of_subject, of_term, item)

    def _check_columns(self, places: list[_Place]) -> None:
        roles = {one.role for one in self._columns}
        whole_name = "name" in roles or {"family_name", "given_name"} <= roles
        if "code" not in roles and not whole_name:
            self._fail("sheet.no_pupil_column", self._header.bottom, 0)
        if not places and not self._done.problems:
            self._fail("sheet.no_mark_column", self._header.bottom, 0)
        seen: dict[tuple[str | None, int, str], MappedColumn] = {}
        for one in places:
            key = (one.subject.code if one.subject else None, one.term, one.item)
            if first := seen.get(key):
                other = address(self._header.bottom, first.column)
                self._fail("sheet.column_twice", self._header.bottom, one.mapped.column,
                           head=one.mapped.head, first=other)  # fmt: skip
            seen[key] = one.mapped

    # Rows and pupils

    def _rows_with_data(self, places: list[_Place]) -> list[int]:
        """Rows that name a pupil or hold a value; signatures below the table do neither."""
        told = [one.column for one in self._columns if one.role == "code"]
        told += [one.mapped.column for one in places]
        names = [c.column for c in self._columns if c.role in ("name", "given_name")]
        rows = range(self._header.first_row, len(self._grid.rows))
        return [r for r in rows if any(filled(self._grid.at(r, c)) for c in (told or names))
                or (not told and any(filled(self._grid.at(r, c)) for c in names))]  # fmt: skip

    def _pupils(self, rows: list[int]) -> dict[int, str]:
        finder = PupilFinder(self._facts.register.pupils)
        columns: dict[str, int] = {one.role: one.column for one in reversed(self._columns)}
        found: dict[int, str] = {}
        for row in rows:
            said = {role: self._said(row, columns[role]) for role in columns if role in PUPIL_ROLES}
            answer = finder.find(said, place=address(row, columns.get("code", self._name_column())))
            if isinstance(answer, str):
                found[row] = answer
                continue
            role, code, params = answer
            self._fail(code, row, columns.get(role, self._name_column()), **params)
        if not self._done.problems:
            for pupil in finder.missing():
                self._done.problems.append(
                    problem(
                        "sheet.missing_pupil",
                        self._grid.name,
                        None,
                        name=pupil.name,
                        pupil=pupil.code,
                    )
                )
        return found

    def _name_column(self) -> int:
        named = ("code", "name", "family_name", "given_name")
        return next((c.column for c in self._columns if c.role in named), 0)

    def _said(self, row: int, column: int) -> Value:
        value = self._grid.at(row, column)
        if (row, column) in self._grid.uncomputed:
            self._fail("sheet.formula_without_value", row, column)
        if isinstance(value, str) and (font := self._fonts.get(column)):
            return convert(value, font.encoding)
        return value

    # Cells

    def _read_row(self, row: int, pupil: str, places: list[_Place]) -> None:
        exempt: dict[tuple[str | None, int], int] = {}
        marked: set[tuple[str | None, int]] = set()
        for one in places:
            value = self._said(row, one.mapped.column)
            if not filled(value):
                continue
            key = (one.subject.code if one.subject else None, one.term)
            if one.mapped.role == "mark" and is_exempt(value):
                exempt.setdefault(key, one.mapped.column)
            elif one.mapped.role == "mark":
                marked.add(key)
            self._read_cell(row, pupil, one, value)
        for key in sorted(exempt.keys() & marked, key=str):
            self._fail("assessment.mixed_exemption", row, exempt[key])

    def _read_cell(self, row: int, pupil: str, one: _Place, value: Value) -> None:
        column = one.mapped.column
        parts = self._parts(one, value)
        for item, part in parts:
            if one.subject and one.mapped.role == "mark" and item not in term_items(one.subject):
                self._fail("sheet.too_many_marks", row, column, head=one.mapped.head,
                           count=one.subject.regular_marks, name=one.subject.name)  # fmt: skip
                return
            try:
                read = self._value(one, part)
            except ValueError as error:
                told = shown(part)[:40]
                self._fail(
                    str(error), row, column,
                    value=told.replace(".", ",") if isinstance(part, float) else told,
                    length=len(str(part)), longest=_LONGEST, suggestion=suggested_score(part) or "",
                )  # fmt: skip
                return
            code = one.subject.code if one.subject else None
            entry = SheetEntry(
                pupil, code, one.term, item, read, self._grid.name, address(row, column)
            )
            self._done.entries.append(entry)

    @staticmethod
    def _parts(one: _Place, value: Value) -> list[tuple[str, Value]]:
        if one.item != SEVERAL:
            return [(one.item, value)]
        if not isinstance(value, str):
            return [("tx1", value)]
        split = value.replace(";", " ").split()
        return [(f"tx{number}", part) for number, part in enumerate(split, start=1)]

    def _value(self, one: _Place, value: Value) -> str:
        scored = one.subject is not None and one.subject.mode == "score"
        match one.mapped.role:
            case "mark":
                return read_score(value) if scored else read_comment_mark(value)
            case "retest":
                return read_retest_score(value) if scored else read_retest_comment(value)
            case "conduct":
                return self._conduct(value)
            case "absences":
                return read_absences(value)
        return _text(value)

    def _conduct(self, value: Value) -> str:
        """A level on the scale of the class's regulation."""
        return conduct_reader(rules_of(self._facts.register))(value)

    # Reports

    def _fail(self, code: str, row: int, column: int, **params: object) -> None:
        found = problem(code, self._grid.name, address(row, column), **params)
        if found not in self._done.problems:
            self._done.problems.append(found)

    def _fail_once(self, code: str, one: MappedColumn) -> None:
        if all(each.code != code for each in self._done.problems):
            self._fail(code, self._header.bottom, one.column)

    def _warn(self, code: str, row: int, column: int, **params: object) -> None:
        self._done.warnings.append(problem(code, self._grid.name, address(row, column), **params))
