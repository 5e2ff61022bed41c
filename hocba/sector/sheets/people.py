"""Which pupil of the class a row means.

    finder = PupilFinder(register.pupils)
    finder.find({"code": "3100000001", "name": "Trần Văn An"}, place="B7")

By code, and then the name must be that pupil's; by name alone only where the sheet has no
codes, and only if one pupil of the class is called so, the birth date helping where two are.
A code that Excel robbed of its leading zero is an error that suggests the right one.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TypeAlias

from hocba.kit.errors import InputError
from hocba.sector.birth_dates import parse_birth_date
from hocba.sector.names import sort_key
from hocba.sector.sheets.grid import Value, filled, shown
from hocba.sector.sheets.register import SheetPupil
from hocba.sector.sheets.values import clean_text

Refusal: TypeAlias = tuple[str, str, Mapping[str, object]]
"""(role of the cell to look at, code, parameters)."""

_NAME_ROLES = ("family_name", "given_name")


class PupilFinder:
    """Finds each pupil once, and says who was never found."""

    def __init__(self, pupils: Sequence[SheetPupil]) -> None:
        self._pupils = pupils
        self._by_code = {pupil.code: pupil for pupil in pupils}
        self._seen: dict[str, str] = {}

    def find(self, said: Mapping[str, Value], *, place: str) -> str | Refusal:
        """Return the pupil's code, or what is wrong with the row."""
        name = _name(said)
        answer = self._by_its_code(said["code"]) if "code" in said else self._by_name(said, name)
        if not isinstance(answer, SheetPupil):
            return answer
        if answer.code in self._seen:
            told = {"name": answer.name, "pupil": answer.code, "first": self._seen[answer.code]}
            return "code", "sheet.duplicate_pupil", told
        self._seen[answer.code] = place
        if name and not _same(name, answer.name):
            role = "name" if "name" in said else "family_name"
            return role, "sheet.name_changed", {"name": answer.name, "pupil": answer.code}
        return answer.code

    def missing(self) -> list[SheetPupil]:
        """Pupils of the class whom no row named."""
        return [pupil for pupil in self._pupils if pupil.code not in self._seen]

    def _by_its_code(self, value: Value) -> SheetPupil | Refusal:
        code = str(int(value)) if isinstance(value, float) and value.is_integer() else shown(value)
        if not code:
            return "code", "sheet.row_without_code", {}
        if found := self._by_code.get(code):
            return found
        longer = [one for one in self._by_code if code.isdigit() and one.lstrip("0") == code]
        if len(longer) == 1:
            return "code", "sheet.code_lost_zero", {"value": code, "suggestion": longer[0]}
        return "code", "sheet.unknown_pupil", {"pupil": code}

    def _by_name(self, said: Mapping[str, Value], name: str) -> SheetPupil | Refusal:
        role = "name" if "name" in said else "family_name"
        called = [pupil for pupil in self._pupils if _same(name, pupil.name)]
        if len(called) > 1 and (born := _birth_date(said.get("birth_date", ""))):
            called = [pupil for pupil in called if pupil.birth_date == born]
        if len(called) > 1:
            return role, "sheet.ambiguous_pupil", {"name": name}
        return called[0] if called else (role, "sheet.unknown_name", {"name": name})


def _name(said: Mapping[str, Value]) -> str:
    whole = said.get("name", "")
    parts = [whole] if filled(whole) else [said.get(role, "") for role in _NAME_ROLES]
    joined = " ".join(shown(part) for part in parts if filled(part))
    try:
        return clean_text(joined)
    except ValueError:
        return joined


def _same(one: str, other: str) -> bool:
    # Case and the place of the tone (hòa, hoà) are habits of typing; all else is another name.
    return _key(one) == _key(other)


def _key(name: str) -> str:
    typed = " ".join(name.lower().split())
    return sort_key(typed).removesuffix(typed)


def _birth_date(value: Value) -> str | None:
    told = str(int(value)) if isinstance(value, float) and value.is_integer() else value
    if not isinstance(told, str | date) or not filled(told):
        return None
    try:
        return parse_birth_date(told)
    except InputError:
        return None
