"""Marks from Excel: a class template out, the filled file in, nothing half-read.

    register = register_of_class(session, school.id, six_a.id)
    data = build_template(register, at=now)                  # give this to the teachers
    reading = read_sheet(filled, register, file="6A1.xlsx")  # a dry run
    for problem in reading.problems:
        print(problem.sheet, problem.cell, problem.sentence())
    apply(session, vault, school.id, six_a.id, reading.clean(), entry=Entry("staff:...", now))

`clean()` raises where a single cell is wrong, so marks of an unclean sheet cannot be
written by accident. `fill` writes marks into a template by program, for samples;
`mark_problems` hands an unclean file back with its bad cells coloured.

A file in another layout goes through a mapping of its columns that somebody agreed to:

    file = look_at(data, register, file="Toan6A1.xls")       # what its sheets seem to hold
    mapping = mapping_of(file.sheets[0].proposal)            # shown, agreed to, remembered
    reading = read_foreign(file, {mapping.fingerprint: mapping})
"""

from hocba.sector.sheets.fill import OVERALL, fill
from hocba.sector.sheets.foreign_file import ForeignFile, ForeignSheet, Told, look_at, read_foreign
from hocba.sector.sheets.kept import keep_mapping, kept_mapping
from hocba.sector.sheets.mapping import ColumnMapping, mapping_of, with_columns
from hocba.sector.sheets.marked import mark_problems
from hocba.sector.sheets.reader import SheetReading, read_sheet
from hocba.sector.sheets.register import (
    CellKey,
    ClassRegister,
    MarksSheet,
    SheetEntry,
    SheetProblem,
    SheetPupil,
    SheetSubject,
)
from hocba.sector.sheets.store import apply, present_marks, register_of_class
from hocba.sector.sheets.template import build_template

__all__ = [
    "OVERALL",
    "CellKey",
    "ClassRegister",
    "ColumnMapping",
    "ForeignFile",
    "ForeignSheet",
    "MarksSheet",
    "SheetEntry",
    "SheetProblem",
    "SheetPupil",
    "SheetReading",
    "SheetSubject",
    "Told",
    "apply",
    "build_template",
    "fill",
    "keep_mapping",
    "kept_mapping",
    "look_at",
    "mapping_of",
    "mark_problems",
    "present_marks",
    "read_foreign",
    "read_sheet",
    "register_of_class",
    "with_columns",
]
