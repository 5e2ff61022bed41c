"""Strict DER: one value has one encoding, and nothing follows it.

Foreign tools accept looser bytes (BER lengths, unsorted sets, padding), so the bytes of
an unsigned part could change unseen. Here they cannot: every length is minimal, every
BOOLEAN and INTEGER is canonical, every SET is sorted. ITU-T X.690, clauses 10 and 11.

    check_der(data)      # raises FormatError
    parts = elements(set_contents)
"""

from dataclasses import dataclass
from itertools import pairwise

from verifier.errors import FormatError

MAX_DEPTH = 40
MAX_ELEMENTS = 20_000

_BOOLEAN, _INTEGER, _SEQUENCE, _SET, _EOC = 0x01, 0x02, 0x30, 0x31, 0x00
_CLASS = 0xC0
_CONSTRUCTED, _LONG_TAG = 0x20, 0x1F
_SHORT_LENGTH = 0x80


@dataclass
class _Budget:
    elements: int = MAX_ELEMENTS


def check_der(data: bytes) -> None:
    """Check that the bytes are exactly one DER value.

    Raises:
        FormatError: `der.malformed`, `der.not_canonical` or `der.too_complex`.
    """
    end = _check_element(data, 0, len(data), 0, _Budget())
    if end != len(data):
        raise FormatError("der.malformed", "trailing bytes")


def elements(inner: bytes) -> list[bytes]:
    """Cut the contents of a constructed value into its elements, each with its header.

    Raises:
        FormatError: `der.malformed`.
    """
    found, at = [], 0
    while at < len(inner):
        start, length = _header(inner, at, len(inner))
        found.append(inner[at : start + length])
        at = start + length
    return found


def contents(element: bytes) -> bytes:
    """Return what stands inside one value, without its header.

    Raises:
        FormatError: `der.malformed`.
    """
    start, length = _header(element, 0, len(element))
    if start + length != len(element):
        raise FormatError("der.malformed", "trailing bytes")
    return element[start:]


def encode(tag: int, inner: bytes) -> bytes:
    """Write one value with a minimal length."""
    length = len(inner)
    if length < _SHORT_LENGTH:
        return bytes((tag, length)) + inner
    digits = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes((tag, _SHORT_LENGTH | len(digits))) + digits + inner


def is_sorted(inner: bytes) -> bool:
    """Whether these are the contents of a DER SET OF: ascending, no element twice."""
    parts = elements(inner)
    return all(first < second for first, second in pairwise(parts))


def _check_element(data: bytes, at: int, limit: int, depth: int, budget: _Budget) -> int:
    budget.elements -= 1
    if depth > MAX_DEPTH or budget.elements < 0:
        raise FormatError("der.too_complex")
    start, length = _header(data, at, limit)
    end, tag = start + length, data[at]
    if tag & _CONSTRUCTED:
        if tag & _CLASS == 0 and tag not in (_SEQUENCE, _SET):
            raise FormatError("der.not_canonical", "string in pieces")
        inner = start
        while inner < end:
            inner = _check_element(data, inner, end, depth + 1, budget)
        if tag == _SET and not is_sorted(data[start:end]):
            raise FormatError("der.not_canonical", "set not sorted")
    else:
        _check_primitive(tag, data[start:end])
    return end


def _header(data: bytes, at: int, limit: int) -> tuple[int, int]:
    """Return where the contents start and how long they are."""
    if at + 2 > limit:
        raise FormatError("der.malformed", "cut off")
    if data[at] & _LONG_TAG == _LONG_TAG or data[at] == _EOC:
        raise FormatError("der.malformed", "tag")
    first = data[at + 1]
    start = at + 2
    if first < _SHORT_LENGTH:
        length = first
    else:
        size = first - _SHORT_LENGTH
        digits = data[start : start + size]
        if not 1 <= size <= 4 or len(digits) != size or digits[0] == 0:  # noqa: PLR2004  # 4 GB suffice
            raise FormatError("der.not_canonical", "length")
        length = int.from_bytes(digits, "big")
        if length < _SHORT_LENGTH:
            raise FormatError("der.not_canonical", "length")
        start += size
    if start + length > limit:
        raise FormatError("der.malformed", "cut off")
    return start, length


def _check_primitive(tag: int, inner: bytes) -> None:
    if tag == _BOOLEAN and inner not in (b"\x00", b"\xff"):
        raise FormatError("der.not_canonical", "boolean")
    if tag == _INTEGER and (not inner or _has_padding(inner)):
        raise FormatError("der.not_canonical", "integer")


def _has_padding(inner: bytes) -> bool:
    if len(inner) == 1:
        return False
    high = inner[1] & 0x80
    return (inner[0] == 0x00 and not high) or (inner[0] == 0xFF and bool(high))  # noqa: PLR2004  # two's complement
