"""From a record's bytes to the unsigned document: a pure function of record and template.

    data = render(record_bytes, load("thcs-year-tt22-1"))

The same record gives the same bytes on any machine. Each value is set in the largest size
that fits its cell; text that fits no size goes on to continuation pages, and where that is
not allowed, or a letter has no glyph, a `DocumentError` names the field. Nobody signs
before that: a document that cannot be printed whole does not come into being.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from hocba.documents.errors import DocumentError
from hocba.kit.errors import Where
from verifier.errors import FormatError, VerifierError
from verifier.formats.canonical import JsonObject, parse_canonical
from verifier.formats.display import display, heading, resolve
from verifier.formats.pdf import body, text
from verifier.formats.pdf.content import Line, Span, write
from verifier.formats.pdf.limits import MAX_PAGES
from verifier.templates import Cell, Template

_RISE, _FALL = 90, 25
"""What a line needs above and below its baseline, in hundredths of its size."""
_GAP = 60
"""Distance between two texts of a continuation page, in hundredths of the size."""


@dataclass(frozen=True)
class _Rest:
    """What did not fit: the field, its heading and the text that is left."""

    pointer: str
    title_pointer: str
    title: str
    text: str


def render(record_bytes: bytes, template: Template, *, max_pages: int = MAX_PAGES) -> bytes:
    """Write the unsigned document.

    Raises:
        DocumentError: `document.other_template`, `document.missing_glyph`,
            `document.too_long`, `document.too_many_pages`, `document.not_displayable`.
        FormatError: the record is not canonical JSON.
    """
    record = parse_canonical(record_bytes)
    if record.get("template") != {"id": template.id, "hash": template.hash}:
        raise DocumentError("document.other_template", template=template.id)
    rests: list[_Rest] = []
    pages: list[list[Span]] = []
    for page in range(len(template.page_objects)):
        spans: list[Span] = []
        needed = template.needed_by(page)
        if needed is None or resolve(record, needed) is not None:
            for cell in template.cells_of_page(page):
                spans.extend(_cell(template, record, cell, rests))
        pages.append(spans)
    pages.extend(_continuation(template, record, rests))
    contents = [write(spans) for spans in pages]
    count = body.shown_pages(template, contents)
    if count > max_pages:
        raise DocumentError("document.too_many_pages", pages=count, limit=max_pages)
    modified = str(record["issued_on"]).replace("-", "").encode("ascii")
    return body.body(template, record_bytes, contents, modified)


def _cell(template: Template, record: JsonObject, cell: Cell, rests: list[_Rest]) -> Iterator[Span]:
    """The spans of one cell; what does not fit is added to `rests`."""
    value = _shown(template, record, cell)
    if not value:
        return
    room = _room(cell)
    if cell.format != "wrap":
        fitting = (
            size
            for size in text.sizes(cell.size, cell.min_size)
            if text.width(template, cell.font, size, value) <= room and _capacity(cell, size)
        )
        size = next(fitting, None)
        if size is None:
            raise _too_long(cell)
        yield _span(template, cell, size, [value])
        return
    for size in text.sizes(cell.size, cell.min_size):
        lines = text.wrap(template, cell.font, size, value, room)
        if len(lines) <= _capacity(cell, size):
            yield _span(template, cell, size, lines)
            return
    if not cell.continues:
        raise _too_long(cell)
    yield from _split(template, record, cell, value, rests)


def _split(
    template: Template, record: JsonObject, cell: Cell, value: str, rests: list[_Rest]
) -> Iterator[Span]:
    """Begin a long text in its cell, say that it goes on, and keep the rest."""
    size = cell.min_size
    count = _capacity(cell, size) - 1
    lines = text.wrap(template, cell.font, size, value, _room(cell))[: max(count, 0)]
    kept = "".join(lines)
    if lines:
        yield _span(template, replace(cell, valign="top"), size, lines)
    note = template.notes["more"]
    more = template.continuation
    left, bottom, right, _ = cell.rect
    wide = text.width(template, more.note_font, more.note_size, note)
    if wide > right - left:
        raise _too_long(cell)
    y = bottom + more.note_size * _FALL // 100
    place = Line(right - wide, y, text.encode(template, note))
    yield Span(f"{cell.id}.more", cell.pointer, more.note_font, more.note_size, (place,))
    pointer, title = heading(template.continuation.titles, record, cell.pointer)
    rests.append(_Rest(cell.pointer, pointer, title, value[len(kept) :]))


def _continuation(template: Template, record: JsonObject, rests: list[_Rest]) -> list[list[Span]]:
    """Let the rests flow over as many pages as they need."""
    if not rests:
        return []
    flows = _flow(template, rests)
    pages: list[list[Span]] = []
    for number, flow in enumerate(flows, start=1):
        spans: list[Span] = []
        for cell in template.continuation.cells:
            spans.extend(_cell(template, record, cell, []))
        folio = template.notes["folio"].format(number=number, count=len(flows))
        cell = template.continuation.folio
        spans.append(_span(template, cell, cell.size, [folio]))
        pages.append([*spans, *flow])
    return pages


def _flow(template: Template, rests: list[_Rest]) -> list[list[Span]]:
    more = template.continuation
    left, bottom, right, top = more.flow
    step = text.leading(more.size)
    least = bottom + more.size * _FALL // 100
    pages: list[list[Span]] = [[]]
    y = top - more.size * _RISE // 100
    for rest in rests:
        lines = text.wrap(template, more.font, more.size, rest.text, right - left)
        while lines:
            if y - step < least:
                pages.append([])
                y = top - more.size * _RISE // 100
            titles = text.wrap(template, more.title_font, more.size, rest.title, right - left)
            pages[-1].append(
                Span("title", rest.title_pointer, more.title_font, more.size,
                     _lines(template, titles, left, y, step))
            )  # fmt: skip
            y -= step * len(titles)
            count = max(1, min(len(lines), (y - least) // step + 1))
            here, lines = lines[:count], lines[count:]
            pages[-1].append(
                Span("part", rest.pointer, more.font, more.size,
                     _lines(template, here, left, y, step))
            )  # fmt: skip
            y -= step * count + more.size * _GAP // 100
    return pages


def _lines(template: Template, lines: list[str], x: int, y: int, step: int) -> tuple[Line, ...]:
    return tuple(
        Line(x, y - step * index, text.encode(template, line)) for index, line in enumerate(lines)
    )


def _shown(template: Template, record: JsonObject, cell: Cell) -> str:
    """The words of a cell, all of which can be drawn."""
    codes = template.code_lists.get(cell.codes or "")
    try:
        value = display(resolve(record, cell.pointer), cell.format, codes)
        text.encode(template, value)
    except FormatError as error:
        missing = error.code == "text.missing_glyph"
        code = "document.missing_glyph" if missing else "document.not_displayable"
        raise DocumentError(code, where=Where(field=cell.pointer), value=error.detail) from error
    except VerifierError as error:
        raise DocumentError("document.not_displayable", where=Where(field=cell.pointer),
                            value=error.detail) from error  # fmt: skip
    return value


def _room(cell: Cell) -> int:
    left, _, right, _ = cell.rect
    return right - left


def _capacity(cell: Cell, size: int) -> int:
    """How many lines of this size the cell holds."""
    _, bottom, _, top = cell.rect
    free = top - bottom - size * (_RISE + _FALL) // 100
    return 0 if free < 0 else free // text.leading(size) + 1


def _span(template: Template, cell: Cell, size: int, lines: list[str]) -> Span:
    """Place lines in their cell."""
    left, bottom, right, top = cell.rect
    step = text.leading(size)
    height = step * (len(lines) - 1) + size * (_RISE + _FALL) // 100
    spare = 0 if cell.valign == "top" else (top - bottom - height) // 2
    y = top - spare - size * _RISE // 100
    placed: list[Line] = []
    for index, line in enumerate(lines):
        wide = text.width(template, cell.font, size, line.rstrip(" "))
        x = {"left": left, "center": (left + right - wide) // 2, "right": right - wide}[cell.align]
        placed.append(Line(x, y - step * index, text.encode(template, line)))
    return Span(cell.id, cell.pointer, cell.font, size, tuple(placed))


def _too_long(cell: Cell) -> DocumentError:
    return DocumentError("document.too_long", where=Where(field=cell.pointer))
