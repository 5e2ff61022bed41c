"""A file of foreign layout: what its sheets seem to hold, and marks once that is agreed.

    file = look_at(data, register, file="Toan6A1.xls", told=Told(subject="TOAN"))
    for sheet in file.sheets:                  # show sheet.proposal, ask
    reading = read_foreign(file, {sheet.fingerprint: mapping}, convert_fonts=True)
    apply(session, vault, school, class_id, reading.clean(), entry=...)

Sheets without a header, hidden sheets and sheets of another class are left out and named in
a warning; a file with none left is an error. Two sheets may not say two things of one cell.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from hocba.sector.sheets.files import open_grids
from hocba.sector.sheets.foreign import Applied, ClassFacts, apply_mapping
from hocba.sector.sheets.grid import Grid
from hocba.sector.sheets.headers import Proposal, guess_mapping
from hocba.sector.sheets.layout import PRIMARY
from hocba.sector.sheets.mapping import ColumnMapping
from hocba.sector.sheets.reader import SheetReading
from hocba.sector.sheets.register import (
    CellKey,
    ClassRegister,
    MarksSheet,
    SheetEntry,
    SheetProblem,
    problem,
)
from hocba.sector.sheets.words import compact
from hocba.sector.sheets.workbook import SheetFileError
from verifier.formats.canonical import sha256_hex

REPORT = "Lỗi"


@dataclass(frozen=True)
class Told:
    """What the user says about the file; it goes before what the sheets say."""

    subject: str | None = None
    term: int | None = None
    sheet: str | None = None


@dataclass(frozen=True)
class ForeignSheet:
    """One sheet to read, and what it is about."""

    proposal: Proposal
    facts: ClassFacts

    @property
    def fingerprint(self) -> str:
        """What its mapping is remembered by."""
        return self.proposal.fingerprint


@dataclass(frozen=True)
class ForeignFile:
    """A looked-at file; nothing is read as marks yet."""

    register: ClassRegister
    data: bytes = field(repr=False)
    file: str | None
    format: str
    sheets: tuple[ForeignSheet, ...]
    problems: tuple[SheetProblem, ...] = ()
    warnings: tuple[SheetProblem, ...] = ()


def look_at(
    data: bytes, register: ClassRegister, *, file: str | None = None, told: Told | None = None
) -> ForeignFile:
    """Open a file and say what its sheets seem to hold."""
    said = told or Told()
    if register.level == PRIMARY:  # its levels and tests have no columns in mappings yet
        return ForeignFile(register, data, file, "", (), (problem("sheet.foreign_primary"),))
    try:
        book = open_grids(data)
    except SheetFileError as error:
        return ForeignFile(register, data, file, "", (), (error.problem,))
    sheets: list[ForeignSheet] = []
    problems: list[SheetProblem] = []
    warnings = [note for note in book.notes if note.code != "sheet.cut_off"]
    problems += [note for note in book.notes if note.code == "sheet.cut_off"]
    for grid in book.grids:
        if said.sheet not in (None, grid.name) or grid.name == REPORT or not any(grid.cells()):
            continue
        proposal = guess_mapping(grid, register.subjects)
        if reason := _not_read(grid, proposal, register):
            warnings.append(reason)
            continue
        facts = ClassFacts(
            register,
            said.subject or proposal.context.subject,
            said.term or proposal.context.term,
        )
        sheets.append(ForeignSheet(proposal, facts))
    if not sheets and not problems:
        first = next((w for w in warnings if w.code in _HARD), problem("sheet.no_header"))
        problems.append(first)
    return ForeignFile(
        register, data, file, book.format, tuple(sheets), tuple(problems), tuple(warnings)
    )


_HARD = ("sheet.other_class", "sheet.no_header", "sheet.hidden_sheet")


def _not_read(grid: Grid, proposal: Proposal, register: ClassRegister) -> SheetProblem | None:
    if grid.hidden:
        return problem("sheet.hidden_sheet", grid.name)
    if proposal.header is None:
        return problem("sheet.no_header", grid.name)
    said = proposal.context
    other_class = said.class_name and compact(said.class_name) != compact(register.class_name)
    other_year = said.school_year and said.school_year != register.school_year
    if other_class or other_year:
        return problem(
            "sheet.other_class",
            grid.name,
            found=f"{said.class_name or '…'} ({said.school_year or '…'})",
            needed=f"{register.class_name} ({register.school_year})",
        )
    return None


def read_foreign(
    file: ForeignFile, mappings: Mapping[str, ColumnMapping], *, convert_fonts: bool = False
) -> SheetReading:
    """Read the sheets through the mappings that were agreed, by fingerprint."""
    problems, warnings = list(file.problems), list(file.warnings)
    entries: dict[CellKey, SheetEntry] = {}
    for sheet in file.sheets:
        grid = sheet.proposal.grid
        mapping = mappings.get(sheet.fingerprint)
        if mapping is None:
            problems.append(problem("sheet.mapping_needed", grid.name))
            continue
        applied: Applied = apply_mapping(grid, mapping, sheet.facts, convert_fonts=convert_fonts)
        problems += applied.problems
        warnings += applied.warnings
        for entry in applied.entries:
            first = entries.setdefault(entry.key, entry)
            if first.value != entry.value:
                problems.append(
                    problem(
                        "sheet.two_values",
                        entry.sheet,
                        entry.cell,
                        first=f"{first.sheet}!{first.cell}",
                    )
                )
    if not problems and not entries:
        problems.append(problem("sheet.nothing_filled"))
    if problems:
        return SheetReading(tuple(problems), None, file.file, tuple(warnings))
    read = MarksSheet(file.register, tuple(entries.values()), file.file, sha256_hex(file.data))
    return SheetReading((), read, file.file, tuple(warnings))
