"""Small strict readers for the values of closed objects.

Each takes the object and a key and returns the value in the type that was asked for,
or raises `FormatError` with code `format.wrong_value` and the key. A bool is never an
integer here, and hex is lower case and of exactly the right length.

    root = hex32(value, "root")
"""

import re
from collections.abc import Mapping
from typing import Any

from verifier.errors import FormatError

MAX_INTEGER = 2**53 - 1
"""The largest integer that RFC 8785 can carry without loss."""

_HEX32 = re.compile(r"[0-9a-f]{64}")


def hex32(value: Mapping[str, Any], key: str) -> str:
    """A SHA-256 as 64 lower-case hex digits."""
    found = value[key]
    if not is_hex32(found):
        raise wrong(key)
    return str(found)


def hex32_or_none(value: Mapping[str, Any], key: str) -> str | None:
    """The same, or null."""
    return None if value[key] is None else hex32(value, key)


def text(value: Mapping[str, Any], key: str) -> str:
    """Text that is not empty."""
    found = value[key]
    if not isinstance(found, str) or not found:
        raise wrong(key)
    return found


def integer(value: Mapping[str, Any], key: str, *, least: int = 0) -> int:
    """An integer of at least `least`."""
    found = value[key]
    if not is_integer(found) or found < least:
        raise wrong(key)
    return int(found)


def integer_or_none(value: Mapping[str, Any], key: str, *, least: int = 0) -> int | None:
    """The same, or null."""
    return None if value[key] is None else integer(value, key, least=least)


def items(value: Mapping[str, Any], key: str) -> list[Any]:
    """A list, whatever is in it."""
    found = value[key]
    if not isinstance(found, list):
        raise wrong(key)
    return found


def hashes(value: Mapping[str, Any], key: str) -> tuple[bytes, ...]:
    """A list of SHA-256 values in hex, as bytes: the form of a path."""
    found = items(value, key)
    if not all(is_hex32(item) for item in found):
        raise wrong(key)
    return tuple(bytes.fromhex(item) for item in found)


def integers(value: Mapping[str, Any], key: str) -> tuple[int, ...]:
    """A list of integers of at least 0."""
    found = items(value, key)
    if not all(is_integer(item) and item >= 0 for item in found):
        raise wrong(key)
    return tuple(found)


def is_hex32(value: object) -> bool:
    """Whether this is a SHA-256 in our only spelling."""
    return isinstance(value, str) and _HEX32.fullmatch(value) is not None


def is_integer(value: object) -> bool:
    """Whether this is an integer that canonical JSON can carry; True and False are none."""
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= MAX_INTEGER


def wrong(key: str) -> FormatError:
    """The error for a value that is not of its type."""
    return FormatError("format.wrong_value", key)
