"""Subjects of a programme as dated data: name, mode, group, periods and order on the form.

    thcs_subjects(grade=6)[0]                     # Toán: a score, 140 periods a year, required
    program_subjects("thpt", 10)                  # with chosen subjects, optional ones last
    program_subjects("thcs", 9, program="gdpt2006")        # pupils under TT 58/2011
    edition.program                               # the programme that a regulation assesses

The data stand in `data/` and are made from the fact pack's list by
`tests/vectors/subjects/build.py`. The number of regular marks follows from the periods by
the regulation in force, so it is asked there and not written down twice.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal, TypeAlias

from hocba.sector.assessment import Edition, Mode

PROGRAM = "gdpt2018"
PROGRAM_OF_LEVEL = {"gdtx_thcs": "gdtx", "gdtx_thpt": "gdtx"}

Group: TypeAlias = Literal["required", "chosen", "optional"]


@dataclass(frozen=True)
class ProgramSubject:
    """One subject of a programme in one grade; `short` fits on the tab of a sheet.

    `group`: required; chosen (môn lựa chọn: a class takes some of them, and they count like
    required ones); optional (môn tự chọn). `part_of` names the subject that the row is a
    part of, `topics` is the number of study topics a year, and `tests` are the periodic
    tests of a primary subject (GK1, CK1, GK2, CN); there, `mode` score means a level and a
    test.
    """

    code: str
    name: str
    short: str
    mode: Mode
    group: Group
    order: int
    periods: int
    part_of: str | None = None
    topics: int = 0
    tests: tuple[str, ...] = ()

    @property
    def required(self) -> bool:
        """Whether every class takes it."""
        return self.group == "required"

    @property
    def optional(self) -> bool:
        """Whether it is a môn tự chọn, which a regulation may leave out of account."""
        return self.group == "optional"

    def regular_marks(self, regulation: Edition) -> int:
        """Number of regular marks in each term."""
        return regulation.regular_marks(self.mode, self.periods)


@cache
def program_subjects(
    level: str, grade: int, *, program: str | None = None
) -> tuple[ProgramSubject, ...]:
    """Return the subjects of a grade in the order of the transcript; empty where unknown.

    Without `program`, those of today's programme of the level.
    """
    listed = _document(level, program)["subjects"]
    return tuple(
        ProgramSubject(
            code=item["code"],
            name=item["name"],
            short=item["short"],
            mode=item["mode"],
            group=item["group"],
            order=item["order"],
            periods=item["periods"][str(grade)],
            part_of=item.get("part_of"),
            topics=item.get("topics", 0),
            tests=tuple(item.get("tests", ())),
        )
        for item in listed
        if str(grade) in item["periods"]
    )


def subject_of(
    code: str, level: str, grade: int, *, program: str | None = None
) -> ProgramSubject | None:
    """Return one subject of a grade by its code."""
    found = program_subjects(level, grade, program=program)
    return next((subject for subject in found if subject.code == code), None)


def chosen_count(level: str, *, program: str | None = None) -> int | None:
    """How many of the chosen subjects a pupil takes; None where there are none."""
    count: int | None = _document(level, program).get("choose")
    return count


def thcs_subjects(grade: int) -> tuple[ProgramSubject, ...]:
    """Return the subjects of a lower secondary grade."""
    return program_subjects("thcs", grade)


@cache
def _document(level: str, program: str | None) -> Mapping[str, Any]:
    name = program or PROGRAM_OF_LEVEL.get(level, PROGRAM)
    path = files("hocba.sector").joinpath("data", f"subjects-{name}-{level}.json")
    if not path.is_file():
        return {"subjects": []}
    document: Mapping[str, Any] = json.loads(path.read_text("utf-8"))
    return document
