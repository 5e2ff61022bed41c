"""The content of a page: the fixed grid, then one span for each value, and nothing else.

    /G Do
    /HB<</C(cover.name)/F(/pupil/name)>>BDC
    BT/B 15.00 Tf
    1 0 0 1 185.00 555.20 Tm<0026...>Tj
    ET EMC

A span names its cell and the record field that it shows. These are all the operators:
no colour, no clip, no scaling, no second font inside a span; so what is drawn is black
text of the stated size at the stated place.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from verifier.errors import FormatError
from verifier.formats.pdf import layout

GRID = b"/G Do\n"
MAX_SPANS = 2000
_NAME = rb"[A-Za-z0-9_.]{0,40}"
_POINTER = rb"[A-Za-z0-9_/]{0,80}"
_NUMBER = rb"-?(?:0|[1-9]\d{0,3})\.\d\d"
_OPEN = re.compile(
    rb"/HB<</C\((%b)\)/F\((%b)\)>>BDC\nBT/([A-Z]) (%b) Tf\n" % (_NAME, _POINTER, _NUMBER)
)
_LINE = re.compile(rb"1 0 0 1 (%b) (%b) Tm<((?:[0-9a-f]{4})++)>Tj\n" % (_NUMBER, _NUMBER))
_CLOSE = b"ET EMC\n"


@dataclass(frozen=True)
class Line:
    """One drawn string: where its baseline starts, and its codes as hex digits."""

    x: int
    y: int
    digits: bytes


@dataclass(frozen=True)
class Span:
    """One value, or a part of one, as it stands on a page."""

    cell: str
    pointer: str
    font: str
    size: int
    lines: tuple[Line, ...]


def write(spans: Iterable[Span]) -> bytes:
    """The content stream of a page."""
    return GRID + b"".join(_span(span) for span in spans)


def _span(span: Span) -> bytes:
    head = b"/HB<</C(%b)/F(%b)>>BDC\nBT/%b %b Tf\n" % (
        span.cell.encode("ascii"),
        span.pointer.encode("ascii"),
        span.font.encode("ascii"),
        layout.number(span.size),
    )
    lines = [
        b"1 0 0 1 %b %b Tm<%b>Tj\n" % (layout.number(line.x), layout.number(line.y), line.digits)
        for line in span.lines
    ]
    return head + b"".join(lines) + _CLOSE


def read(content: bytes) -> tuple[Span, ...]:
    """The spans of a page, in the order in which they are drawn.

    Raises:
        FormatError: `content.no_grid`, `content.unknown_operator`, `content.too_many_spans`.
    """
    if not content.startswith(GRID):
        raise FormatError("content.no_grid")
    spans: list[Span] = []
    position = len(GRID)
    while position < len(content):
        opening = _OPEN.match(content, position)
        if opening is None:
            raise FormatError("content.unknown_operator", str(position))
        position = opening.end()
        lines: list[Line] = []
        while (line := _LINE.match(content, position)) is not None:
            lines.append(Line(_hundredths(line[1]), _hundredths(line[2]), line[3]))
            position = line.end()
        if not lines or not content.startswith(_CLOSE, position):
            raise FormatError("content.unknown_operator", str(position))
        position += len(_CLOSE)
        cell, pointer, font = (opening[group].decode("ascii") for group in (1, 2, 3))
        spans.append(Span(cell, pointer, font, _hundredths(opening[4]), tuple(lines)))
        if len(spans) > MAX_SPANS:
            raise FormatError("content.too_many_spans")
    return tuple(spans)


def _hundredths(digits: bytes) -> int:
    return int(digits.replace(b".", b""))
