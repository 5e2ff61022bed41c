"""A page of the class register as a grid of fields: the columns of the class workbook.

    grid = read_grid(call.wp, db, of, columns)          # what the register says
    changes = grid.changes(form)                         # what a person typed instead

Workbook and grid have one plan (`sector.sheets.layout`), so a new column is in both, and one
reading of a cell (`8,5` and `8.5`). A form carries a digest of what it showed: where somebody
else wrote meanwhile nothing is overwritten unseen.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy.orm import Session

from hocba.issuance.targets import ClassTarget
from hocba.issuance.workplace import Workplace
from hocba.kit.errors import ConflictError, InputError
from hocba.sector import queries, registers
from hocba.sector.registers import Cell, Change, Entry
from hocba.sector.sheets.layout import Column
from hocba.sector.sheets.values import suggested_score
from verifier.formats.canonical import canonical, sha256_hex

if TYPE_CHECKING:
    from hocba.portals.desk.calls import Call, Form

_LONG = 200
"""Texts that may be longer are typed into a box of several lines."""
_SHOWN = 40
_TERM = re.compile(r"\bii?\b")


@dataclass(frozen=True)
class GridColumn:
    """One column that a person fills in."""

    number: int
    column: Column

    @property
    def label(self) -> str:
        """Head and group, as a person who hears the page needs them."""
        group = _TERM.sub(lambda found: found[0].upper(), self.column.group.capitalize())
        return f"{self.column.head}, {group}" if group else self.column.head

    @property
    def is_long(self) -> bool:
        """Whether its texts want a box of several lines."""
        return (self.column.longest or 0) > _LONG

    @property
    def numeric(self) -> bool:
        """Whether a telephone should offer its digits."""
        return self.column.kind in {"score", "count", "test", "measure"}


@dataclass(frozen=True)
class GridCell:
    """One field."""

    place: Cell
    name: str
    column: GridColumn
    text: str
    locked: bool
    fault: str = ""


@dataclass(frozen=True)
class GridRow:
    """One pupil's fields."""

    number: int
    pupil: UUID
    name: str
    birth_date: str
    cells: tuple[GridCell, ...]


@dataclass(frozen=True)
class Grid:
    """Everything on the page; `state` is a digest of what the register said."""

    columns: tuple[GridColumn, ...]
    rows: tuple[GridRow, ...]
    state: str
    problems: tuple[Mapping[str, str], ...] = field(default=())

    @property
    def groups(self) -> list[tuple[str, int]]:
        """Heads over several columns, with how many."""
        named = groupby(self.columns, key=lambda each: each.column.group)
        return [(name, len(list(columns))) for name, columns in named]

    @property
    def filled(self) -> int:
        """How many fields that must be filled are."""
        return sum(bool(cell.text) for cell in self._required())

    @property
    def wanted(self) -> int:
        """How many fields must be filled."""
        return len(self._required())

    @property
    def open(self) -> bool:
        """Whether anything can be typed at all."""
        return any(not cell.locked for row in self.rows for cell in row.cells)

    def _required(self) -> list[GridCell]:
        return [
            cell
            for row in self.rows
            for cell in row.cells
            if cell.column.column.required and not cell.locked
        ]

    def changes(self, form: "Form", language: str) -> "tuple[list[Change], Grid]":
        """Read a form: what it changes, and the grid as it was typed, its faults named.

        Raises:
            ConflictError: `desk.changed_meanwhile`.
        """
        if form.get("state") != self.state:
            raise ConflictError("desk.changed_meanwhile")
        changes: list[Change] = []
        problems: list[Mapping[str, str]] = []
        rows: list[GridRow] = []
        for row in self.rows:
            cells: list[GridCell] = []
            for cell in row.cells:
                typed = " ".join(form.get(cell.name, cell.text).split())
                if cell.locked or typed == cell.text:
                    cells.append(cell)
                    continue
                try:
                    value = _read(cell.column.column, typed)
                except InputError as error:
                    fault = error.sentence(language)
                    cells.append(_typed(cell, typed, fault))
                    where = f"{row.number}. {row.name}, {cell.column.label}"
                    problems.append({"field": cell.name, "text": f"{where}: {fault}"})
                    continue
                cells.append(_typed(cell, typed, ""))
                changes.append(Change(cell.place, value))
            rows.append(GridRow(row.number, row.pupil, row.name, row.birth_date, tuple(cells)))
        typed_grid = Grid(self.columns, tuple(rows), self.state, tuple(problems))
        return changes, typed_grid


def read_grid(
    wp: Workplace,
    db: Session,
    of: ClassTarget,
    columns: Sequence[Column],
    offering: UUID | None = None,
) -> Grid:
    """Return the grid of some columns of one subject, or of none, with what the register says."""
    values = registers.read(db, wp.vault, of.school_id, of.class_id)
    closed = registers.closed_registers(db, of.school_id, of.class_id)
    elsewhere = registers.signed_elsewhere(db, of.class_id)
    shown = tuple(GridColumn(number, column) for number, column in enumerate(columns))
    rows: list[GridRow] = []
    for number, pupil in enumerate(queries.pupils_of_class(db, of.school_id, of.class_id), 1):
        cells: list[GridCell] = []
        for each in shown:
            place = Cell(pupil.id, offering, each.column.term, str(each.column.item))
            text = _shown(each.column, values.get(place))
            locked = pupil.id in closed or (pupil.id in elsewhere and each.column.term == 1)
            cells.append(GridCell(place, f"c-{number}-{each.number}", each, text, locked))
        rows.append(GridRow(number, pupil.id, pupil.name, pupil.birth_date, tuple(cells)))
    said = [[str(row.pupil), *(cell.text for cell in row.cells)] for row in rows]
    return Grid(shown, tuple(rows), sha256_hex(canonical(said)))


def write_grid(call: "Call", of: ClassTarget, read: Callable[[Session], Grid]) -> tuple[int, Grid]:
    """Write what was typed, all or nothing; how many cells, and the grid with its faults.

    What the form showed is compared and written while the class is held, so that of two
    people who typed at once the second is told.

    Raises:
        ConflictError: `desk.changed_meanwhile`, `class.already_frozen`, `marks.signed_elsewhere`.
    """
    with call.wp.database.transaction("desk.save") as db:
        queries.class_by_id(db, of.school_id, of.class_id, lock=True)
        changes, typed = read(db).changes(call.form, call.language)
        if typed.problems:
            return 0, typed
        entry = Entry(call.person.visit.actor, call.at, "desk")
        vault, school = call.wp.vault, of.school_id
        return registers.write(db, vault, school, of.class_id, changes, entry=entry), typed


def _shown(column: Column, value: object) -> str:
    text = "" if value is None else column.words(str(value))
    return text.replace(".", ",") if column.kind in {"score", "measure"} else text


def _read(column: Column, typed: str) -> str | None:
    """What a person typed, as the register keeps it. Raises: InputError."""
    if not typed:
        return None
    if column.read is None:
        raise AssertionError("every input column has a reader")
    try:
        return column.read(typed)
    except ValueError as error:
        raise InputError(
            str(error),
            value=typed[:_SHOWN],
            length=len(typed),
            longest=column.longest or 0,
            suggestion=suggested_score(typed) or "",
            choices=", ".join(column.choices),
        ) from error


def _typed(cell: GridCell, text: str, fault: str) -> GridCell:
    return GridCell(cell.place, cell.name, cell.column, text, cell.locked, fault)
