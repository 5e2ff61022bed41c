"""Subjects of a programme as dated data: name, mode, periods and order on the form.

    thcs_subjects(grade=6)[0]      # Toán: a score, 140 periods a year, required

The data stand in `data/`; the number of regular marks follows from the periods by the
regulation in force, so it is asked there and not written down twice.
"""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from hocba.sector.assessment import Edition, Mode

PROGRAM = "gdpt2018"


@dataclass(frozen=True)
class ProgramSubject:
    """One subject of a programme in one grade; `short` fits on the tab of a sheet."""

    code: str
    name: str
    short: str
    mode: Mode
    required: bool
    order: int
    periods: int

    def regular_marks(self, regulation: Edition) -> int:
        """Number of regular marks in each term."""
        return regulation.regular_marks(self.mode, self.periods)


@cache
def program_subjects(
    level: str, grade: int, *, program: str = PROGRAM
) -> tuple[ProgramSubject, ...]:
    """Return the subjects of a grade in the order of the transcript; empty where unknown."""
    path = files("hocba.sector").joinpath("data", f"subjects-{program}-{level}.json")
    if not path.is_file():
        return ()
    listed = json.loads(path.read_text("utf-8"))["subjects"]
    return tuple(
        ProgramSubject(
            code=item["code"],
            name=item["name"],
            short=item["short"],
            mode=item["mode"],
            required=item["required"],
            order=item["order"],
            periods=item["periods"][str(grade)],
        )
        for item in listed
        if str(grade) in item["periods"]
    )


def thcs_subjects(grade: int) -> tuple[ProgramSubject, ...]:
    """Return the subjects of a lower secondary grade."""
    return program_subjects("thcs", grade)
