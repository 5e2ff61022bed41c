"""Canonical JSON: the only bytes that are ever signed or hashed.

RFC 8785 over NFC text. What is parsed must equal its own canonical form, so one
value has one encoding; duplicate keys, floats and text outside NFC are refused.

    data = canonical({"type": "hocba.leaf/1", "realm": "demo.hocba.test"})
    assert parse_canonical(data)["realm"] == "demo.hocba.test"
"""

import hashlib
import json
import unicodedata
from collections.abc import Mapping
from typing import Any, TypeAlias

import rfc8785

from verifier.errors import FormatError, UnknownFormatError

Json: TypeAlias = Any
JsonObject: TypeAlias = dict[str, Any]


def canonical(value: Json) -> bytes:
    """Return the canonical bytes of a value.

    Raises:
        FormatError: `json.not_canonical` for floats or text that is not NFC.
    """
    _refuse_what_has_two_forms(value)
    try:
        return rfc8785.dumps(value)
    except rfc8785.CanonicalizationError as error:
        raise FormatError("json.not_canonical", str(error)) from error


def parse_canonical(data: bytes) -> JsonObject:
    """Parse an object whose bytes must be canonical.

    Raises:
        FormatError: `json.malformed`, `json.not_canonical` or `json.not_object`.
    """
    value = parse_json(data)
    if not isinstance(value, dict):
        raise FormatError("json.not_object")
    if canonical(value) != data:
        raise FormatError("json.not_canonical")
    return value


def parse_json(data: bytes) -> Json:
    """Parse JSON strictly: UTF-8, no duplicate key, no NaN, bounded nesting.

    Raises:
        FormatError: `json.malformed` or `json.duplicate_key`.
    """
    try:
        return json.loads(
            data.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_refuse_constant
        )
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise FormatError("json.malformed", str(error)) from error


def sha256(data: bytes) -> bytes:
    """SHA-256 of the bytes."""
    return hashlib.sha256(data).digest()


def sha256_hex(data: bytes) -> str:
    """SHA-256 of the bytes as lower-case hex, the form in every format of ours."""
    return hashlib.sha256(data).hexdigest()


def require(value: Json, type_name: str, keys: frozenset[str]) -> JsonObject:
    """Return `value` if it is a closed object of exactly this type and these keys.

    Raises:
        UnknownFormatError: `format.unknown_type` where `type` is another one.
        FormatError: `format.wrong_keys` where a key is missing or one too many.
    """
    if not isinstance(value, dict):
        raise FormatError("json.not_object")
    if value.get("type") != type_name:
        raise UnknownFormatError("format.unknown_type", str(value.get("type"))[:80])
    if value.keys() != keys | {"type"}:
        odd = sorted(value.keys() ^ (keys | {"type"}))
        raise FormatError("format.wrong_keys", ", ".join(odd)[:200])
    return value


def _unique(pairs: list[tuple[str, Json]]) -> JsonObject:
    found: JsonObject = {}
    for key, value in pairs:
        if key in found:
            raise FormatError("json.duplicate_key", key[:80])
        found[key] = value
    return found


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


def _refuse_what_has_two_forms(value: Json) -> None:
    if isinstance(value, str):
        if not unicodedata.is_normalized("NFC", value):
            raise FormatError("json.not_canonical", "text is not NFC")
    elif isinstance(value, float):
        raise FormatError("json.not_canonical", "floats are not allowed")
    elif isinstance(value, Mapping):
        for key, item in value.items():
            _refuse_what_has_two_forms(key)
            _refuse_what_has_two_forms(item)
    elif isinstance(value, list | tuple):
        for item in value:
            _refuse_what_has_two_forms(item)
