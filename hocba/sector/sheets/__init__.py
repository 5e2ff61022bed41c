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
"""

from hocba.sector.sheets.fill import OVERALL, fill
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
from hocba.sector.sheets.store import apply, register_of_class
from hocba.sector.sheets.template import build_template

__all__ = [
    "OVERALL",
    "CellKey",
    "ClassRegister",
    "MarksSheet",
    "SheetEntry",
    "SheetProblem",
    "SheetPupil",
    "SheetReading",
    "SheetSubject",
    "apply",
    "build_template",
    "fill",
    "mark_problems",
    "read_sheet",
    "register_of_class",
]
