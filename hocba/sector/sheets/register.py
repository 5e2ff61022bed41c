"""What a sheet is about and what it says, without Excel and without a database.

`ClassRegister` is the side that the school knows (class, pupils, subjects);
`MarksSheet` is a clean filled sheet; `SheetProblem` is one thing to put right.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from hocba.kit import messages
from hocba.kit.errors import InputError, Where
from hocba.sector.assessment import Mode
from verifier.formats.canonical import canonical, sha256_hex

CellKey: TypeAlias = tuple[str, str | None, int, str]
"""(pupil code, subject code or None, term 1, 2 or 0 for the year, item)."""


@dataclass(frozen=True)
class SheetPupil:
    """One line of the class list."""

    code: str
    name: str
    birth_date: str


@dataclass(frozen=True)
class SheetSubject:
    """One subject that the class takes; `tab` is the name of its sheet."""

    code: str
    name: str
    tab: str
    mode: Mode
    regular_marks: int
    teacher: str | None = None


@dataclass(frozen=True)
class ClassRegister:
    """A class as the school knows it, pupils and subjects in the order of the list."""

    school_code: str
    school_name: str
    school_year: str
    class_name: str
    grade: int
    pupils: tuple[SheetPupil, ...]
    subjects: tuple[SheetSubject, ...]
    homeroom: str | None = None
    level: str = "thcs"

    @property
    def roster(self) -> str:
        """Digest of the class list: changes when a pupil comes, goes or is renamed."""
        return sha256_hex(canonical(sorted([p.code, p.name] for p in self.pupils)))

    @property
    def plan(self) -> str:
        """Digest of subjects and numbers of marks, which decide the columns."""
        rows = sorted([s.code, s.tab, s.mode, s.regular_marks] for s in self.subjects)
        return sha256_hex(canonical(rows))


@dataclass(frozen=True)
class SheetEntry:
    """One cell: what it says (None where it is empty) and where it stands."""

    pupil: str
    subject: str | None
    term: int
    item: str
    value: str | None
    sheet: str
    cell: str

    @property
    def key(self) -> CellKey:
        """What this entry is a value of."""
        return (self.pupil, self.subject, self.term, self.item)


@dataclass(frozen=True)
class MarksSheet:
    """A filled sheet without a single problem; `digest` is the SHA-256 of the file."""

    register: ClassRegister
    entries: tuple[SheetEntry, ...]
    file: str | None
    digest: str

    def values(self) -> dict[CellKey, str]:
        """Return what is filled in, by key."""
        return {e.key: e.value for e in self.entries if e.value is not None}


@dataclass(frozen=True)
class SheetProblem:
    """One thing to put right: where, what, and (in the sentence) what to do."""

    code: str
    sheet: str | None = None
    cell: str | None = None
    params: tuple[tuple[str, str], ...] = ()

    def error(self, file: str | None = None) -> InputError:
        """Return it as an error of the house."""
        where = Where(file=file, sheet=self.sheet, cell=self.cell)
        return InputError(self.code, where=where, **dict(self.params))

    def sentence(self, language: str = "vi") -> str:
        """Say it to a person, the place first."""
        return self.error().sentence(language)

    def advice(self, language: str = "vi") -> str:
        """Say what is wrong and what to do, to somebody who sees the place."""
        return messages.sentence(self.code, language, **dict(self.params))


def problem(
    code: str, sheet: str | None = None, cell: str | None = None, **params: object
) -> SheetProblem:
    """Make a problem; the parameters fill the placeholders of its sentence."""
    named = tuple((name, str(value)) for name, value in params.items())
    return SheetProblem(code, sheet, cell, named)


def find_pupil(pupils: Iterable[SheetPupil], code: str) -> SheetPupil | None:
    """Return the pupil with this code, if there is one."""
    return next((pupil for pupil in pupils if pupil.code == code), None)
