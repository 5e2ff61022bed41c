"""`hocba.ref/1`: one record names another, shows some of its fields, and proves both.

A reference carries the other record's receipt, so that whoever has the trusted root of its
realm can tell, without asking anybody, that the record was sealed by its school and stands
in the ledger; and for each field shown, the salt and the path to the leaf's `fields_root`.
What is not shown stays hidden. A `book` shows whole records instead (`verify_whole`).

    ref = make_reference(record, receipt, ["/book_id", "/promotion/promoted"])
    shown = Reference.from_object(value).verify_fields()      # ProofError, FormatError
    shown["/promotion/promoted"]

`receipt` is base64 of the receipt's canonical bytes and `leaf` the id of its leaf, so a
reference says by itself what it names. Fields stand in the order of their pointers' bytes.
Nothing here looks at signatures or the ledger: that is `checks/references.py`.
"""

import base64
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from verifier.errors import FormatError, ProofError
from verifier.formats import shape
from verifier.formats.canonical import Json, JsonObject, canonical, require, sha256_hex
from verifier.formats.fields import FieldProof, fields_root, prove_fields, verify_field
from verifier.formats.receipt import MAX_RECEIPT, Receipt

REF_TYPE: Final = "hocba.ref/1"
MAX_FIELDS: Final = 160
MAX_PATH: Final = 20
_HIDDEN: Final = frozenset({"/salt"})


@dataclass(frozen=True)
class Reference:
    """The other record: its realm, leaf, receipt, and the fields that are shown of it."""

    realm: str
    leaf: str
    receipt_bytes: bytes
    fields: tuple[FieldProof, ...] = ()

    @cached_property
    def receipt(self) -> Receipt:
        """The receipt inside. Raises: FormatError, UnknownFormatError."""
        return Receipt.parse(self.receipt_bytes)

    @classmethod
    def from_object(cls, value: Json) -> "Reference":
        """Read the object.

        Raises:
            UnknownFormatError: another type.
            FormatError: `format.*`, `ref.*`.
        """
        require(value, REF_TYPE, _KEYS)
        fields = shape.items(value, "fields")
        if len(fields) > MAX_FIELDS:
            raise shape.wrong("fields")
        reference = cls(
            realm=shape.text(value, "realm"),
            leaf=shape.hex32(value, "leaf"),
            receipt_bytes=_base64(shape.text(value, "receipt")),
            fields=tuple(map(_field, fields)),
        )
        pointers = [proof.pointer.encode() for proof in reference.fields]
        if pointers != sorted(set(pointers)):
            raise FormatError("ref.wrong_order")
        return reference

    def to_object(self) -> JsonObject:
        """The closed object, as it stands in a record."""
        return {
            "type": REF_TYPE,
            "realm": self.realm,
            "leaf": self.leaf,
            "receipt": base64.b64encode(self.receipt_bytes).decode(),
            "fields": [_field_object(proof) for proof in self.fields],
        }

    def verify_leaf(self) -> None:
        """Check that reference, receipt and leaf speak of one record of one realm.

        Raises:
            ProofError: `ref.other_leaf`.
            FormatError, UnknownFormatError: what the receipt is not.
        """
        named = self.receipt
        if named.leaf.id() != self.leaf:
            raise ProofError("ref.other_leaf", "leaf")
        if {self.realm, named.leaf.realm} != {named.realm}:
            raise ProofError("ref.other_leaf", "realm")

    def verify_fields(self) -> dict[str, Json]:
        """Check leaf and fields and return what is shown, by pointer.

        Raises:
            ProofError: `ref.other_leaf`, `ref.other_field` with the pointer.
            FormatError, UnknownFormatError: what the receipt is not.
        """
        self.verify_leaf()
        root = bytes.fromhex(self.receipt.leaf.fields_root)
        shown: dict[str, Json] = {}
        for proof in self.fields:
            try:
                verify_field(proof, root)
            except ProofError as error:
                raise ProofError("ref.other_field", proof.pointer) from error
            shown[proof.pointer] = proof.field
        return shown


def make_reference(record: JsonObject, receipt: bytes, pointers: Iterable[str] = ()) -> JsonObject:
    """Name a released record and show these of its fields.

    Raises:
        FormatError: `field.unknown`, or a receipt that is none.
        ProofError: `ref.other_record` where the receipt is not this record's.
    """
    wanted = sorted(set(pointers) - _HIDDEN, key=str.encode)
    leaf = Receipt.parse(receipt).leaf
    reference = Reference(leaf.realm, leaf.id(), receipt, tuple(prove_fields(record, wanted)))
    verify_whole(reference, record)
    return reference.to_object()


def verify_whole(reference: Reference, record: JsonObject) -> None:
    """Check that this whole record is the one that the reference names.

    Raises:
        ProofError: `ref.other_leaf`, `ref.other_record`.
        FormatError, UnknownFormatError: what the receipt is not.
    """
    reference.verify_leaf()
    leaf = reference.receipt.leaf
    same = {
        "digest": sha256_hex(canonical(record)) == leaf.record_digest,
        "fields_root": fields_root(record).hex() == leaf.fields_root,
        "record_id": record.get("record_id") == leaf.record_id,
        "realm": record.get("realm") == leaf.realm,
    }
    other = [name for name, holds in same.items() if not holds]
    if other:
        raise ProofError("ref.other_record", ", ".join(other))


@dataclass(frozen=True)
class Named:
    """A reference where it stands: in which record, as what; `whole` is the record beside it."""

    pointer: str
    role: str
    value: Json
    stated: JsonObject
    whole: JsonObject | None = None


def references_of(record: JsonObject, prefix: str = "") -> Iterator[Named]:
    """Return every reference of a record, those of the years inside a book included."""
    previous = record.get("previous_year")
    if isinstance(previous, dict) and "none" not in previous:
        yield Named(f"{prefix}/previous_year", "previous_year", previous, record)
    for index, value in enumerate(record.get("sources") or ()):
        yield Named(f"{prefix}/sources/{index}", "source", value, record)
    for index, item in enumerate(record.get("years") or ()):
        place = f"{prefix}/years/{index}"
        yield Named(f"{place}/ref", "year", item["ref"], record, item["record"])
        yield from references_of(item["record"], f"{place}/record")


def shown_fields(value: JsonObject) -> dict[str, Json]:
    """The fields that a reference shows, by pointer, as it states them: nothing is checked."""
    return {field["pointer"]: field["value"] for field in value.get("fields", ())}


_KEYS = frozenset({"realm", "leaf", "receipt", "fields"})
_FIELD_KEYS = frozenset({"pointer", "salt", "value", "index", "size", "path"})


def _field(value: Json) -> FieldProof:
    if not isinstance(value, dict) or value.keys() != _FIELD_KEYS:
        raise shape.wrong("fields")
    pointer, salt = shape.text(value, "pointer"), shape.hex32(value, "salt")
    if pointer in _HIDDEN or not _is_leaf(value["value"]):
        raise shape.wrong("fields")
    path = shape.hashes(value, "path")
    if len(path) > MAX_PATH:
        raise shape.wrong("path")
    return FieldProof(
        canonical([pointer, salt, value["value"]]),
        shape.integer(value, "index"),
        shape.integer(value, "size", least=1),
        path,
    )


def _is_leaf(value: Json) -> bool:
    """Only scalars and empty containers are leaves of a record."""
    return not isinstance(value, dict | list) or not value


def _field_object(proof: FieldProof) -> JsonObject:
    return {
        "pointer": proof.pointer,
        "salt": proof.salt,
        "value": proof.field,
        "index": proof.index,
        "size": proof.size,
        "path": [node.hex() for node in proof.path],
    }


def _base64(encoded: str) -> bytes:
    if len(encoded) > MAX_RECEIPT * 4 // 3 + 4:
        raise shape.wrong("receipt")
    try:
        data = base64.b64decode(encoded, validate=True)
    except ValueError as error:
        raise shape.wrong("receipt") from error
    if base64.b64encode(data).decode() != encoded:
        raise shape.wrong("receipt")
    return data
