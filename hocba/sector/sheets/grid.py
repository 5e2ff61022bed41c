"""One sheet of any file as a grid of cells: what every reader makes and every step after reads.

    grid.at(6, 1)            # the value; "" where nothing stands
    grid.resolved(5, 3)      # the same, but of a merged block everywhere in the block
    address(6, 1)            # "B7"

Rows and columns count from zero. A grid says what a person may not see (hidden rows and
columns) and what nobody has computed yet (formulas without a stored result), so that
neither is taken for an empty cell.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import NamedTuple, TypeAlias

from xlsxwriter.utility import xl_cell_to_rowcol, xl_col_to_name, xl_rowcol_to_cell

from hocba.sector.sheets.register import SheetProblem

Value: TypeAlias = str | int | float | bool | date | time | timedelta


class Block(NamedTuple):
    """A rectangle of cells, both corners included."""

    top: int
    left: int
    bottom: int
    right: int

    def holds(self, row: int, column: int) -> bool:
        """Whether the cell lies inside."""
        return self.top <= row <= self.bottom and self.left <= column <= self.right


@dataclass(frozen=True)
class Grid:
    """One sheet: its cells from A1 on, and what the file says about them."""

    name: str
    rows: tuple[tuple[Value, ...], ...]
    merged: tuple[Block, ...] = ()
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    uncomputed: frozenset[tuple[int, int]] = frozenset()
    hidden: bool = False
    _blocks: dict[tuple[int, int], Block] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        blocks = {
            (row, column): block
            for block in self.merged
            for row in range(block.top, min(block.bottom, len(self.rows)) + 1)
            for column in range(block.left, min(block.right, self.width) + 1)
        }
        object.__setattr__(self, "_blocks", blocks)

    @property
    def width(self) -> int:
        """Number of columns of the longest row."""
        return max((len(row) for row in self.rows), default=0)

    def at(self, row: int, column: int) -> Value:
        """What stands in a cell; the empty text where nothing does."""
        if 0 <= row < len(self.rows) and 0 <= column < len(self.rows[row]):
            return self.rows[row][column]
        return ""

    def block(self, row: int, column: int) -> Block:
        """The merged block that the cell belongs to, or the cell alone."""
        return self._blocks.get((row, column)) or Block(row, column, row, column)

    def resolved(self, row: int, column: int) -> Value:
        """What a person sees in a cell: in a merged block, what its first cell says."""
        block = self.block(row, column)
        return self.at(block.top, block.left)

    def cells(self) -> Iterator[tuple[int, int, Value]]:
        """Every cell that says something."""
        for row, values in enumerate(self.rows):
            for column, value in enumerate(values):
                if filled(value):
                    yield row, column, value


@dataclass(frozen=True)
class GridFile:
    """All sheets of a file, the format that it was found to be, and remarks on the reading."""

    format: str
    grids: tuple[Grid, ...]
    notes: tuple[SheetProblem, ...] = ()


def address(row: int, column: int) -> str:
    """The address that a person sees, such as E7."""
    return str(xl_rowcol_to_cell(row, column))


def place_of(cell: str) -> tuple[int, int]:
    """Row and column of an address."""
    row, column = xl_cell_to_rowcol(cell)
    return int(row), int(column)


def column_letters(column: int) -> str:
    """The letters of a column."""
    return str(xl_col_to_name(column))


def filled(value: object) -> bool:
    """Whether a cell says anything; blanks of any kind do not."""
    return value is not None and (not isinstance(value, str) or bool(shown(value)))


def shown(value: object) -> str:
    """What a cell says as one line, for headers, names and messages."""
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    return " ".join(str(value).replace("\u200b", "").replace("\ufeff", "").split())


def square(rows: Iterable[Iterable[Value | None]]) -> tuple[tuple[Value, ...], ...]:
    """Freeze rows; what a library calls None is an empty text here."""
    return tuple(tuple("" if v is None else v for v in row) for row in rows)


def range_of(block: Block) -> str:
    """The address of a block, such as E6:J45."""
    return f"{address(block.top, block.left)}:{address(block.bottom, block.right)}"
