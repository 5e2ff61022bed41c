"""Take a file apart by position, from front to back, leaving no byte unaccounted for.

The walk follows the grammar of `layout.py` and believes no offset: an object is what
stands in the file, whether or not a table points to it. What does not fit is set down as
a stray range and skipped, so that one planted byte does not hide the rest from the other
checks. Work is bounded by the length of the file and by `MAX_OBJECTS`.
"""

import re
from dataclasses import dataclass, field

from verifier.errors import FormatError
from verifier.formats.pdf.limits import MAX_BODY, MAX_OBJECTS

_OBJECT = re.compile(rb"([1-9]\d{0,6}) 0 obj\n")
_STREAM = re.compile(rb"/Length (0|[1-9]\d{0,8})>>\nstream\n")
_END = re.compile(
    rb"xref\n(?:\d{1,7} \d{1,7}\n(?:\d{10} \d{5} [nf] \n)++)++"
    rb"trailer\n<<[^\n]{0,400}>>\nstartxref\n(\d{1,10})\n%%EOF\n"
)
_NEXT = re.compile(rb"\n(?=[1-9]\d{0,6} 0 obj\n|xref\n\d)")
_OBJECT_END = b"\nendobj\n"
_STREAM_END = b"\nendstream\nendobj\n"


@dataclass(frozen=True)
class RawObject:
    """One object as it stands in the file; `stream` is the range of its stream's data."""

    number: int
    start: int
    end: int
    head: bytes
    stream: tuple[int, int] | None


@dataclass
class RawRevision:
    """Objects, table and trailer up to one `%%EOF`, with what did not fit between them."""

    start: int
    objects: list[RawObject] = field(default_factory=list)
    strays: list[tuple[int, int]] = field(default_factory=list)
    xref_at: int = 0
    declared_xref_at: int = 0
    end: int = 0

    def find(self, number: int) -> RawObject | None:
        """The first object with this number."""
        return next((found for found in self.objects if found.number == number), None)


@dataclass(frozen=True)
class Walk:
    """All revisions, and the range after the last one that does not end in `%%EOF`."""

    revisions: tuple[RawRevision, ...]
    rest: RawRevision | None


def walk(data: bytes, start: int) -> Walk:
    """Walk from `start` (the end of the constant prefix) to the end of the file.

    Raises:
        FormatError: `1.too_many_objects`.
    """
    revisions: list[RawRevision] = []
    current = RawRevision(start=start)
    position = start
    seen = 0
    while position < len(data):
        seen += 1
        if seen > MAX_OBJECTS:
            raise FormatError("1.too_many_objects")
        found = _object(data, position)
        if found is not None:
            current.objects.append(found)
            position = found.end
            continue
        end = _END.match(data, position)
        if end is not None:
            current.xref_at = position
            current.declared_xref_at = int(end[1])
            current.end = position = end.end()
            revisions.append(current)
            current = RawRevision(start=position)
            continue
        after = _NEXT.search(data, position)
        skip = len(data) if after is None else after.end()
        current.strays.append((position, skip))
        position = skip
    if current.objects or current.strays:
        current.end = len(data)
        return Walk(tuple(revisions), current)
    return Walk(tuple(revisions), None)


def _object(data: bytes, position: int) -> RawObject | None:
    opening = _OBJECT.match(data, position)
    if opening is None:
        return None
    number, first = int(opening[1]), opening.end()
    line_end = data.find(b"\n", first, first + MAX_BODY)
    if line_end < 0:
        return None
    if data.startswith(b"stream\n", line_end + 1):
        return _stream_object(data, number, position, first, line_end)
    end = data.find(_OBJECT_END, first, first + MAX_BODY)
    if end < 0:
        return None
    return RawObject(number, position, end + len(_OBJECT_END), data[first:end], None)


def _stream_object(
    data: bytes, number: int, position: int, first: int, line_end: int
) -> RawObject | None:
    length_at = data.rfind(b"/Length ", first, line_end)
    opening = _STREAM.match(data, length_at) if length_at >= 0 else None
    if opening is None:
        return None
    inside = opening.end()
    end = inside + int(opening[1])
    if not data.startswith(_STREAM_END, end):
        return None
    head = data[first : length_at + len(opening[0]) - len(b"\nstream\n")]
    return RawObject(number, position, end + len(_STREAM_END), head, (inside, end))
