"""Open what somebody handed in: the only place that calls the spreadsheet readers.

    book = open_workbook(data)       # SheetFileError("sheet.not_a_workbook")
    book.rows("Toán")                # list of rows of plain values
    book.has_formula("Toán", "E7")   # a formula whose value was never computed

Size and unpacked size are bounded before anything is parsed, so that a small file that
unpacks to gigabytes costs nothing. Foreign errors end here.
"""

import io
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import python_calamine
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from hocba.sector.sheets.register import SheetProblem, problem

LARGEST_FILE = 20_000_000
LARGEST_UNPACKED = 200_000_000
MOST_ROWS = 2_000

Row = list[Any]


class SheetFileError(Exception):
    """The file as a whole cannot be read; `problem` says why."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.problem: SheetProblem = problem(code, None, None, **params)


@dataclass
class OpenedWorkbook:
    """Values of all sheets by name, hidden ones included."""

    data: bytes
    sheets: dict[str, list[Row]]
    _formulas: dict[str, frozenset[str]] | None = field(default=None, repr=False)

    def rows(self, name: str) -> list[Row]:
        """Return the rows of a sheet from the first line on; empty where there is none."""
        return self.sheets.get(name, [])

    def has_formula(self, sheet: str, cell: str) -> bool:
        """Whether the cell holds a formula (of which the reader may have seen no value)."""
        if self._formulas is None:
            self._formulas = _formulas(self.data)
        return cell in self._formulas.get(sheet, frozenset())


def open_workbook(data: bytes) -> OpenedWorkbook:
    """Open an .xlsx (or .xls, .ods) file.

    Raises:
        SheetFileError: `sheet.too_large`, `.not_a_workbook`, `.encrypted`.
    """
    if len(data) > LARGEST_FILE:
        raise SheetFileError("sheet.too_large", megabytes=LARGEST_FILE // 1_000_000)
    refuse_bombs(data)
    try:
        book = python_calamine.load_workbook(io.BytesIO(data))
        sheets = {
            name: book.get_sheet_by_name(name).to_python(skip_empty_area=False, nrows=MOST_ROWS)
            for name in book.sheet_names
        }
    except python_calamine.PasswordError as error:
        raise SheetFileError("sheet.encrypted") from error
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise SheetFileError("sheet.not_a_workbook") from error
    return OpenedWorkbook(data, sheets)


@contextmanager
def quiet_about_extensions() -> Iterator[None]:
    """Keep openpyxl's remarks about extensions that a person's Excel wrote to itself."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        yield


def refuse_bombs(data: bytes) -> None:
    """Refuse a ZIP that unpacks to more than any class workbook needs.

    Raises:
        SheetFileError: `sheet.too_large`, `.not_a_workbook`.
    """
    if not data.startswith(b"PK"):
        return
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
    except (zipfile.BadZipFile, ValueError) as error:
        raise SheetFileError("sheet.not_a_workbook") from error
    if unpacked > LARGEST_UNPACKED:
        raise SheetFileError("sheet.too_large", megabytes=LARGEST_FILE // 1_000_000)


def _formulas(data: bytes) -> dict[str, frozenset[str]]:
    try:
        with quiet_about_extensions():
            book = load_workbook(io.BytesIO(data), read_only=True)
    except (InvalidFileException, KeyError, ValueError, OSError, zipfile.BadZipFile):
        return {}  # .xls and .ods: the reader's values are all there is
    found: dict[str, frozenset[str]] = {}
    for sheet in book.worksheets:
        cells = (c for row in sheet.iter_rows(max_row=MOST_ROWS) for c in row)
        found[sheet.title] = frozenset(
            cell.coordinate for cell in cells if getattr(cell, "data_type", "") == "f"
        )
    book.close()
    return found
