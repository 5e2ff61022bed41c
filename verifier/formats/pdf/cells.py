"""Compare what stands on the pages with the record, cell by cell.

Nothing is rendered: the spans name their cells, the template's map says where each cell
is, which field it shows and in which type, and the codes are read back into words. A
value must be there once, whole, in its rectangle, in its face and no smaller than the
form allows; what the record does not say must not stand there.

    differences(template, record, contents)     # empty: what is seen is what is signed

On an optional page that the record does not need nothing may stand. Text that does not
fit its cell goes on behind the last fixed page; its parts, put one
after the other, must be the record's text to the letter.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from verifier.errors import FormatError
from verifier.formats.canonical import JsonObject
from verifier.formats.display import display, heading, resolve
from verifier.formats.pdf import text
from verifier.formats.pdf.content import Line, Span, read
from verifier.templates import Cell, Rect, Template


@dataclass(frozen=True)
class Difference:
    """One place where the page does not say what the record says."""

    code: str
    where: str


@dataclass
class _Rest:
    """Text that went on: its field and heading, and what of it was not met yet."""

    pointer: str
    title: tuple[str, str]
    left: str


@dataclass(frozen=True)
class _Reader:
    template: Template
    record: JsonObject
    found: list[Difference]
    rests: list[_Rest]

    def say(self, code: str, where: str) -> None:
        self.found.append(Difference(code, where[:80]))


def differences(
    template: Template, record: JsonObject, contents: Sequence[bytes]
) -> list[Difference]:
    """All places where the pages differ from the record."""
    reader = _Reader(template, record, [], [])
    fixed = len(template.page_objects)
    if len(contents) < fixed:
        reader.say("page_missing", str(len(contents)))
    for number, content in enumerate(contents):
        try:
            spans = read(content)
        except FormatError as error:
            reader.say("unreadable", f"page {number + 1}: {error}")
            continue
        if number < fixed:
            _compare_cells(reader, _cells_due(template, record, number), spans)
        else:
            _continuation(reader, spans, number - fixed + 1, len(contents) - fixed)
    for rest in reader.rests:
        reader.say("missing", rest.pointer)
    return reader.found


def _cells_due(template: Template, record: JsonObject, page: int) -> Sequence[Cell]:
    """The cells of a fixed page; none where it is about something that the record has not."""
    needed = template.needed_by(page)
    absent = needed is not None and resolve(record, needed) is None
    return () if absent else template.cells_of_page(page)


def _compare_cells(reader: _Reader, cells: Sequence[Cell], spans: Sequence[Span]) -> None:
    """Every cell once, in the map's order, and nothing else."""
    by_cell: dict[str, Span] = {}
    for span in spans:
        if span.cell in by_cell:
            reader.say("twice", span.cell)
        by_cell.setdefault(span.cell, span)
    expected: list[str] = []
    for cell in cells:
        expected.append(cell.id)
        shown = _shown(reader, cell)
        found = by_cell.get(cell.id)
        note = by_cell.get(f"{cell.id}.more") if cell.continues else None
        if note is not None:
            expected.append(note.cell)
            _note(reader, cell, shown, found, note)
        elif shown is not None:
            _whole(reader, cell, shown, found)
    known = set(expected)
    for span in spans:
        if span.cell not in known:
            reader.say("unknown_cell", span.cell)
    order = [span.cell for span in spans if span.cell in known]
    if order != [name for name in expected if name in by_cell]:
        reader.say("out_of_order", "")


def _shown(reader: _Reader, cell: Cell) -> str | None:
    """What the cell must show; None where the record's value cannot be shown at all."""
    codes = reader.template.code_lists.get(cell.codes or "")
    try:
        return display(resolve(reader.record, cell.pointer), cell.format, codes)
    except FormatError:
        reader.say("not_displayable", cell.pointer)
        return None


def _whole(reader: _Reader, cell: Cell, shown: str, found: Span | None) -> None:
    if found is None:
        if shown:
            reader.say("missing", cell.id)
        return
    words = _words(reader, cell, found)
    if words is not None and words != shown:
        reader.say("differs" if shown else "not_in_record", cell.id)


def _note(reader: _Reader, cell: Cell, shown: str | None, found: Span | None, note: Span) -> None:
    """A text that begins in its cell and goes on elsewhere."""
    template, more = reader.template, reader.template.continuation
    if shown is None:
        return
    words = "" if found is None else _words(reader, cell, found)
    if words is None:
        return
    if not shown.startswith(words) or len(words) >= len(shown):
        reader.say("differs", cell.id)
        return
    style = (note.pointer, note.font, note.size)
    if style != (cell.pointer, more.note_font, more.note_size) or len(note.lines) != 1:
        reader.say("style", note.cell)
    if found is not None and found.lines[-1].y - note.lines[0].y < note.size:
        reader.say("overlap", note.cell)
    if _read(reader, note, cell.rect) != template.notes["more"]:
        reader.say("differs", note.cell)
    title = heading(more.titles, reader.record, cell.pointer)
    reader.rests.append(_Rest(cell.pointer, title, shown[len(words) :]))


def _words(reader: _Reader, cell: Cell, span: Span) -> str | None:
    """The words of a cell's span, once its style and place are as the map wants them."""
    if span.pointer != cell.pointer or span.font != cell.font:
        reader.say("style", cell.id)
    if not cell.min_size <= span.size <= cell.size:
        reader.say("size", cell.id)
    if cell.format != "wrap" and len(span.lines) != 1:
        reader.say("style", cell.id)
    return _read(reader, span, cell.rect)


def _read(reader: _Reader, span: Span, rect: Rect) -> str | None:
    """The words of a span whose lines must stand in a rectangle, each clearly below the last."""
    template = reader.template
    try:
        lines = [text.decode(template, line.digits) for line in span.lines]
    except FormatError:
        reader.say("unreadable", span.cell)
        return None
    left, bottom, right, top = rect
    font = template.fonts.get(span.font)
    if font is None:
        reader.say("style", span.cell)
        return None
    rise, fall = font.ascent * span.size // 1000, -font.descent * span.size // 1000
    above: Line | None = None
    for line, words in zip(span.lines, lines, strict=True):
        end = line.x + text.width(template, span.font, span.size, words.rstrip(" "))
        if not (left <= line.x and end <= right and bottom <= line.y - fall
                and line.y + rise <= top):  # fmt: skip
            reader.say("outside", span.cell)
        if above is not None and above.y - line.y < span.size:
            reader.say("overlap", span.cell)
        above = line
    return "".join(lines)


def _continuation(reader: _Reader, spans: Sequence[Span], number: int, count: int) -> None:
    """Header cells, the page's number, then the flow of headings and parts."""
    more = reader.template.continuation
    header = [span for span in spans if span.cell not in {"title", "part", more.folio.id}]
    flow = [span for span in spans if span.cell in {"title", "part"}]
    folios = [span for span in spans if span.cell == more.folio.id]
    if [*header, *folios, *flow] != list(spans) or len(folios) != 1:
        reader.say("out_of_order", f"page {number} of the continuation")
        return
    _compare_cells(reader, more.cells, header)
    folio = reader.template.notes["folio"].format(number=number, count=count)
    if _words(reader, more.folio, folios[0]) != folio:
        reader.say("differs", more.folio.id)
    if not flow:
        reader.say("unexpected_page", str(number))
    _flow(reader, flow)


def _flow(reader: _Reader, flow: Sequence[Span]) -> None:
    more = reader.template.continuation
    above: int | None = None
    titled = False
    for span in flow:
        words = _read(reader, span, more.flow)
        if above is not None and above - span.lines[0].y < more.size:
            reader.say("overlap", span.pointer)
        above = span.lines[-1].y
        font = more.title_font if span.cell == "title" else more.font
        if (span.font, span.size) != (font, more.size):
            reader.say("style", span.pointer)
        if words is None:
            continue
        if span.cell == "title":
            if titled or not reader.rests or (span.pointer, words) != reader.rests[0].title:
                reader.say("unexpected", span.pointer)
            titled = True
        else:
            _part(reader, span, words, titled=titled)
            titled = False
    if titled:
        reader.say("unexpected", flow[-1].pointer)


def _part(reader: _Reader, span: Span, words: str, *, titled: bool) -> None:
    if not titled or not reader.rests or reader.rests[0].pointer != span.pointer:
        reader.say("unexpected", span.pointer)
        return
    rest = reader.rests[0]
    if not words or not rest.left.startswith(words):
        reader.say("differs", span.pointer)
        reader.rests.pop(0)
        return
    rest.left = rest.left[len(words) :]
    if not rest.left:
        reader.rests.pop(0)
