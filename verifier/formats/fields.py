"""Commitments to the fields of a record: show one, hide the rest, prove that it stands.

Every scalar of a record is a leaf, named by its JSON pointer (RFC 6901); an empty
array or object is a leaf as well, so that "none" is bound like any other value.
`/salt` is left out. Leaves stand in the order of their pointers' UTF-8 bytes, and

    leaf value = JCS([pointer, hex(HKDF-SHA256(salt, info=pointer)), value])
    root       = RFC 9162 tree over the leaf values

with HKDF of RFC 5869: input key the 32 bytes of `/salt`, no HKDF salt, 32 bytes out.
Whoever holds one leaf value and its path learns that field and nothing of the others.

    proof = prove_field(record, "/subjects/0/year")
    verify_field(proof, fields_root(record))
"""

import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from verifier.errors import FormatError
from verifier.formats.canonical import Json, JsonObject, parse_json
from verifier.formats.merkle import leaf_hash, root_from_leaves, verify_inclusion
from verifier.formats.schema import escape_pointer

SALT_POINTER = "/salt"
_HASH_SIZE = 32

Leaves: TypeAlias = list[tuple[str, bytes]]


@dataclass(frozen=True)
class FieldProof:
    """One field of a record and its place in the tree; `value` is the canonical leaf value."""

    value: bytes
    index: int
    size: int
    path: tuple[bytes, ...]

    @property
    def pointer(self) -> str:
        """JSON pointer of the field."""
        return str(self._parts()[0])

    @property
    def field(self) -> Json:
        """The value of the field, as the record has it."""
        return self._parts()[2]

    @property
    def salt(self) -> str:
        """The salt of this field alone, hex."""
        return str(self._parts()[1])

    def _parts(self) -> list[Json]:
        parts = parse_json(self.value)
        if not isinstance(parts, list) or len(parts) != 3:  # noqa: PLR2004  # the triple above
            raise FormatError("field.malformed")
        return parts


def field_leaf_values(record: JsonObject) -> Leaves:
    """Return (pointer, leaf value) of every field, in the order of the tree."""
    key = _extract(_salt(record))
    found: list[tuple[str, Json]] = []
    _collect(record, "", found)
    found.sort(key=lambda pair: pair[0].encode())
    return [
        (pointer, _leaf_value(pointer, _expand(key, pointer), value))
        for pointer, value in found
        if pointer != SALT_POINTER
    ]


def fields_root(record: JsonObject) -> bytes:
    """Return the root that binds every field of the record."""
    return root_from_leaves([leaf_hash(value) for _, value in field_leaf_values(record)])


def prove_field(record: JsonObject, pointer: str) -> FieldProof:
    """Return the proof that shows this one field.

    Raises:
        FormatError: `field.unknown` where the record has no such field.
    """
    return prove_fields(record, [pointer])[0]


def prove_fields(record: JsonObject, pointers: Sequence[str]) -> list[FieldProof]:
    """Return the proofs that show these fields, in the order in which they are named.

    Raises:
        FormatError: `field.unknown` where the record has no such field.
    """
    leaves = field_leaf_values(record)
    hashes = [leaf_hash(value) for _, value in leaves]
    places = {name: index for index, (name, _) in enumerate(leaves)}
    proofs = []
    for pointer in pointers:
        if pointer not in places:
            raise FormatError("field.unknown", pointer[:200])
        index = places[pointer]
        path = tuple(_path(index, hashes))
        proofs.append(FieldProof(leaves[index][1], index, len(leaves), path))
    return proofs


def verify_field(proof: FieldProof, root: bytes) -> None:
    """Check that the field stands in the record with this root.

    Raises:
        ProofError: `proof.malformed` or `proof.wrong_root`.
    """
    verify_inclusion(proof.value, index=proof.index, size=proof.size, path=proof.path, root=root)


def _salt(record: JsonObject) -> bytes:
    try:
        salt = bytes.fromhex(record["salt"])
    except (KeyError, TypeError, ValueError) as error:
        raise FormatError("record.wrong_form", SALT_POINTER) from error
    if len(salt) != _HASH_SIZE:
        raise FormatError("record.wrong_form", SALT_POINTER)
    return salt


def _collect(value: Json, pointer: str, found: list[tuple[str, Json]]) -> None:
    if isinstance(value, dict) and value:
        for key, item in value.items():
            _collect(item, f"{pointer}/{escape_pointer(key)}", found)
    elif isinstance(value, list) and value:
        for index, item in enumerate(value):
            _collect(item, f"{pointer}/{index}", found)
    else:
        found.append((pointer, value))


def _leaf_value(pointer: str, salt_hex: str, value: Json) -> bytes:
    # For [text, text, scalar or empty] these bytes equal RFC 8785, which a test holds
    # against `canonical`; a record has some two hundred leaves, so the cost matters.
    return json.dumps(
        [pointer, salt_hex, value], ensure_ascii=False, separators=(",", ":")
    ).encode()


def _extract(salt: bytes) -> bytes:
    return hmac.digest(bytes(_HASH_SIZE), salt, "sha256")  # RFC 5869, 2.2


def _expand(key: bytes, info: str) -> str:
    return hmac.digest(key, info.encode() + b"\x01", "sha256").hex()  # RFC 5869, 2.3: one block


def _path(index: int, hashes: list[bytes]) -> list[bytes]:
    if len(hashes) == 1:
        return []
    split = _split(len(hashes))
    if index < split:
        return [*_path(index, hashes[:split]), root_from_leaves(hashes[split:])]
    return [*_path(index - split, hashes[split:]), root_from_leaves(hashes[:split])]


def _split(size: int) -> int:
    """Largest power of two below the size. RFC 9162, 2.1.1."""
    return 1 << (size - 1).bit_length() - 1
