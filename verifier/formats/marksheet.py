"""`hocba.marksheet/1`: what a subject teacher confirmed and signed, row by row.

A sheet is a class, a subject and a term. Its teacher signs (CAdES) over the root of a tree
(RFC 9162) whose leaves are salted rows; each pupil's record carries its own row with the
salt, the path and the sheet's signature. So a reader sees who stood for each mark, and can
read nothing of a classmate: a path holds hashes of rows whose salts only those pupils'
records hold. A later sheet of the same class, subject and term has new and changed rows only.

    leaf  = JCS({"row": row, "row_salt": hex})        row_salt: 32 random bytes
    proof = RowProof.from_object(record["mark_sheets"][0])
    proof.check_inclusion()                           # ProofError
"""

import base64
from dataclasses import dataclass
from typing import Final

from verifier.errors import FormatError
from verifier.formats import shape
from verifier.formats.canonical import Json, JsonObject, canonical, require, sha256_hex
from verifier.formats.merkle import verify_inclusion
from verifier.formats.policy import closed

MARKSHEET_TYPE: Final = "hocba.marksheet/1"
TERMS: Final = (1, 2)
MAX_ROWS: Final = 1024
_KEYS = frozenset(("realm", "school", "class", "subject", "term", "seq", "replaces", "root"))
_ROW = frozenset(("pupil", "subject", "term", "marks", "result"))
_MARKS = frozenset(("regular", "midterm", "final"))
_PROOF = frozenset(("sheet", "cades", "row", "row_salt", "index", "size", "path"))


@dataclass(frozen=True)
class MarkSheet:
    """What the teacher signs; `class_scope` is year and class, `replaces` the sheet before."""

    realm: str
    school: str
    class_scope: str
    subject: str
    term: int
    seq: int
    replaces: str | None
    root: str

    @classmethod
    def from_object(cls, value: Json) -> "MarkSheet":
        """Read the object. Raises: FormatError, UnknownFormatError."""
        require(value, MARKSHEET_TYPE, _KEYS)
        term = shape.integer(value, "term", least=1)
        if term not in TERMS:
            raise shape.wrong("term")
        return cls(
            realm=shape.text(value, "realm"),
            school=shape.text(value, "school"),
            class_scope=shape.text(value, "class"),
            subject=shape.text(value, "subject"),
            term=term,
            seq=shape.integer(value, "seq", least=1),
            replaces=shape.hex32_or_none(value, "replaces"),
            root=shape.hex32(value, "root"),
        )

    def to_object(self) -> JsonObject:
        """Return the `hocba.marksheet/1` object."""
        return {
            "type": MARKSHEET_TYPE,
            "realm": self.realm,
            "school": self.school,
            "class": self.class_scope,
            "subject": self.subject,
            "term": self.term,
            "seq": self.seq,
            "replaces": self.replaces,
            "root": self.root,
        }

    def to_bytes(self) -> bytes:
        """Return the canonical bytes: the payload of the CAdES."""
        return canonical(self.to_object())

    def digest(self) -> str:
        """How a later sheet names this one: SHA-256 of the payload, hex."""
        return sha256_hex(self.to_bytes())


@dataclass(frozen=True)
class Row:
    """One pupil's marks in one subject and term, and the result that they give."""

    pupil: str
    subject: str
    term: int
    regular: tuple[str | None, ...]
    midterm: str | None
    final: str | None
    result: str

    @classmethod
    def from_object(cls, value: Json) -> "Row":
        """Read the object. Raises: FormatError."""
        row = closed(value, _ROW, "marksheet.row_malformed")
        marks = closed(row["marks"], _MARKS, "marksheet.row_malformed")
        given = (*shape.items(marks, "regular"), marks["midterm"], marks["final"])
        if any(mark is not None and not isinstance(mark, str) for mark in given):
            raise FormatError("marksheet.row_malformed", "marks")
        return cls(
            pupil=shape.text(row, "pupil"),
            subject=shape.text(row, "subject"),
            term=shape.integer(row, "term", least=1),
            regular=tuple(marks["regular"]),
            midterm=marks["midterm"],
            final=marks["final"],
            result=shape.text(row, "result"),
        )

    def to_object(self) -> JsonObject:
        """Return the row as it is hashed."""
        return {
            "pupil": self.pupil,
            "subject": self.subject,
            "term": self.term,
            "marks": {
                "regular": list(self.regular),
                "midterm": self.midterm,
                "final": self.final,
            },
            "result": self.result,
        }

    def leaf(self, salt: bytes) -> bytes:
        """The leaf's value: what `merkle.leaf_hash` hashes."""
        return canonical({"row": self.to_object(), "row_salt": salt.hex()})


@dataclass(frozen=True)
class RowProof:
    """A row with all that shows who signed it: an item of a record's `mark_sheets`."""

    sheet: MarkSheet
    cades: bytes
    row: Row
    salt: bytes
    index: int
    size: int
    path: tuple[bytes, ...]

    @classmethod
    def from_object(cls, value: Json) -> "RowProof":
        """Read the object. Raises: FormatError, UnknownFormatError."""
        proof = closed(value, _PROOF, "marksheet.malformed")
        try:
            cades = base64.b64decode(shape.text(proof, "cades"), validate=True)
        except ValueError as error:
            raise FormatError("marksheet.malformed", "cades") from error
        size = shape.integer(proof, "size", least=1)
        if size > MAX_ROWS:
            raise FormatError("marksheet.malformed", "size")
        return cls(
            sheet=MarkSheet.from_object(proof["sheet"]),
            cades=cades,
            row=Row.from_object(proof["row"]),
            salt=bytes.fromhex(shape.hex32(proof, "row_salt")),
            index=shape.integer(proof, "index"),
            size=size,
            path=shape.hashes(proof, "path"),
        )

    def to_object(self) -> JsonObject:
        """Return the item as it stands in a record."""
        return {
            "sheet": self.sheet.to_object(),
            "cades": base64.b64encode(self.cades).decode("ascii"),
            "row": self.row.to_object(),
            "row_salt": self.salt.hex(),
            "index": self.index,
            "size": self.size,
            "path": [node.hex() for node in self.path],
        }

    def check_inclusion(self) -> None:
        """Check that the row stands in the sheet that was signed.

        Raises:
            ProofError: `merkle.*`.
        """
        verify_inclusion(
            self.row.leaf(self.salt),
            index=self.index,
            size=self.size,
            path=self.path,
            root=bytes.fromhex(self.sheet.root),
        )
