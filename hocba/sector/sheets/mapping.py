"""The agreed meaning of a sheet's columns, and marks read through it.

    mapping = mapping_of(proposal)                       # or what the school once agreed to
    mapping = with_columns(mapping, proposal, ["E=tx1", "F=-"])
    applied = apply_mapping(grid, mapping, ClassFacts(register, "TOAN", 1))

A mapping is found again by the fingerprint of the heads and holds no subject and no term
unless a head names them, so that one mapping serves every subject and both terms. It is
kept as JSON and checked by pydantic whenever it is read.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hocba.kit.errors import InputError
from hocba.sector.sheets.grid import column_letters
from hocba.sector.sheets.headers import Proposal
from hocba.sector.sheets.words import SEVERAL, Meaning, Role

_ITEM = r"^(?:tx[1-9]?|gk|ck)$"
_TOLD = re.compile(
    r"(?P<column>[A-Za-z]{1,3})=(?:(?P<subject>[A-Z][A-Z0-9]{0,15})\.)?(?:(?P<term>[12])\.)?"
    r"(?P<what>-|[a-z_0-9]{1,20})"
)
_WORDS: Mapping[str, Role] = {
    "-": "ignore", "code": "code", "name": "name", "family_name": "family_name",
    "given_name": "given_name", "birth_date": "birth_date", "comment": "comment",
    "retest": "retest", "conduct": "conduct", "absences": "absences",
    "homeroom_comment": "homeroom_comment",
}  # fmt: skip


class MappedColumn(BaseModel):
    """One column and what its cells are."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    column: int = Field(ge=0, le=400)
    head: str = Field(max_length=500)
    role: Role
    item: str | None = Field(default=None, pattern=_ITEM)
    term: int | None = Field(default=None, ge=1, le=2)
    subject: str | None = Field(default=None, pattern=r"^[A-Z][A-Z0-9]{0,15}$")


class ColumnMapping(BaseModel):
    """The columns of every sheet whose heads have this fingerprint."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    fingerprint: str = Field(pattern=r"^[0-9a-f]{64}$")
    columns: tuple[MappedColumn, ...]

    def by_column(self) -> Mapping[int, MappedColumn]:
        """The columns by their place."""
        return {each.column: each for each in self.columns}


def mapping_of(proposal: Proposal) -> ColumnMapping:
    """What was proposed, in the form in which it is agreed to and kept.

    Raises:
        InputError: `sheet.no_header`.
    """
    if proposal.header is None:
        raise InputError("sheet.no_header")
    columns = tuple(_column(c.column, c.head, c.meaning) for c in proposal.columns)
    return ColumnMapping(fingerprint=proposal.fingerprint, columns=columns)


def with_columns(mapping: ColumnMapping, proposal: Proposal, told: Iterable[str]) -> ColumnMapping:
    """Change columns as a person says: `E=tx1`, `F=TOAN.2.gk`, `G=name`, `H=-`.

    Raises:
        InputError: `sheet.bad_column_option`.
    """
    columns = dict(mapping.by_column())
    heads = {c.column: c.head for c in proposal.columns}
    letters = {column_letters(index): index for index in range(401)}
    for one in told:
        found = _TOLD.fullmatch(one)
        meaning = _meaning(found) if found else None
        place = letters.get(found["column"].upper()) if found else None
        if meaning is None or place is None:
            raise InputError("sheet.bad_column_option", value=one)
        columns[place] = _column(place, heads.get(place, ""), meaning)
    ordered = tuple(columns[index] for index in sorted(columns))
    return mapping.model_copy(update={"columns": ordered})


def load_mapping(text: str) -> ColumnMapping:
    """Read a kept mapping.

    Raises:
        InputError: `sheet.bad_mapping`.
    """
    try:
        return ColumnMapping.model_validate_json(text)
    except ValidationError as error:
        raise InputError("sheet.bad_mapping", reason=f"{error.error_count()}") from error


def _column(index: int, head: str, meaning: Meaning) -> MappedColumn:
    kept = {key: asdict(meaning)[key] for key in ("role", "item", "term", "subject")}
    return MappedColumn(column=index, head=head[:500], **kept)


def _meaning(found: re.Match[str]) -> Meaning | None:
    what, term = found["what"], int(found["term"]) if found["term"] else None
    if re.fullmatch(_ITEM, what):
        return Meaning("mark", what, term, found["subject"], why="told")
    if what in _WORDS:
        return Meaning(_WORDS[what], None, term, found["subject"], why="told")
    return None


__all__ = [
    "SEVERAL",
    "ColumnMapping",
    "MappedColumn",
    "load_mapping",
    "mapping_of",
    "with_columns",
]
