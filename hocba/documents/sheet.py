"""A page being drawn: fixed words and lines, cells for values, places for signatures.

    sheet = Sheet(metrics, page=0)
    sheet.text(5000, 70000, "Họ và tên:")
    sheet.cell("cover.name", (12000, 69600, 55000, 71200), "/pupil/name", font="B")

Lengths are hundredths of a point from the lower left corner. What is fixed becomes one
form object of the template, cells and slots become entries of its map.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property

from hocba.documents.fonts import FACES, charset, face
from verifier.formats.pdf import layout, text
from verifier.templates import Cell, Rect

WIDTH, HEIGHT = 59528, 84189
LEFT, RIGHT = 4250, 55278
THIN = 50


@dataclass(frozen=True)
class Metrics:
    """The letters and their widths, before there is a template."""

    charset: str
    advance: dict[str, dict[str, int]]

    @cached_property
    def letters(self) -> frozenset[str]:
        """The letters as a set."""
        return frozenset(self.charset)

    @cached_property
    def letter_of(self) -> dict[int, str]:
        """Code -> letter."""
        return dict(enumerate(self.charset, start=1))

    @cached_property
    def hex_of(self) -> dict[int, str]:
        """Code point -> code."""
        return {ord(letter): f"{code:04x}" for code, letter in enumerate(self.charset, start=1)}


def metrics() -> Metrics:
    """Those of the vendored fonts."""
    letters = charset()
    return Metrics(
        letters,
        {key: dict(zip(letters, face(key).widths[1:], strict=True)) for key in sorted(FACES)},
    )


class Sheet:
    """Collects what is drawn on one page of a form."""

    def __init__(self, letters: Metrics, page: int) -> None:
        self._letters = letters
        self._page = page
        self._words: list[bytes] = []
        self._strokes: list[bytes] = []
        self.cells: list[Cell] = []

    def text(  # noqa: PLR0913  # position, words and style
        self, x: int, y: int, words: str, *, font: str = "R", size: int = 1100, align: str = "left"
    ) -> int:
        """Write fixed words with their baseline at `y`; return where they end."""
        wide = text.width(self._letters, font, size, words)
        start = x - {"left": 0, "center": wide // 2, "right": wide}[align]
        if not all(self._letters.advance[font][letter] for letter in words):
            raise ValueError(words)
        self._words.append(
            b"BT/%b %b Tf 1 0 0 1 %b %b Tm<%b>Tj ET"
            % (font.encode(), layout.number(size), layout.number(start), layout.number(y),
               text.encode(self._letters, words))
        )  # fmt: skip
        return start + wide

    def paragraph(
        self, rect: Rect, words: str, *, font: str = "R", size: int = 900, align: str = "center"
    ) -> None:
        """Write fixed words in the middle of a rectangle, broken as needed."""
        left, bottom, right, top = rect
        lines = text.wrap(self._letters, font, size, words, right - left - 400)
        step = text.leading(size)
        y = (top + bottom + step * len(lines)) // 2 - size * 85 // 100
        for line in lines:
            x = (left + right) // 2 if align == "center" else left + 200
            self.text(x, y, line.rstrip(" "), font=font, size=size, align=align)
            y -= step

    def line(self, x0: int, y0: int, x1: int, y1: int) -> None:
        """Draw a thin line."""
        points = tuple(layout.number(value) for value in (x0, y0, x1, y1))
        self._strokes.append(b"%b %b m %b %b l" % points)

    def box(self, rect: Rect) -> None:
        """Draw a thin rectangle."""
        left, bottom, right, top = rect
        values = (left, bottom, right - left, top - bottom)
        self._strokes.append(b"%b %b %b %b re" % tuple(layout.number(value) for value in values))

    def columns(self, xs: Sequence[int], bottom: int, top: int) -> None:
        """Draw upright lines from `bottom` to `top`."""
        for x in xs:
            self.line(x, bottom, x, top)

    def rows(self, ys: Sequence[int], left: int, right: int) -> None:
        """Draw level lines from `left` to `right`."""
        for y in ys:
            self.line(left, y, right, y)

    def cell(  # noqa: PLR0913  # a cell is described by all of these
        self,
        name: str,
        rect: Rect,
        pointer: str,
        *,
        form: str = "text",
        codes: str | None = None,
        font: str = "R",
        size: int = 1100,
        least: int = 700,
        align: str = "left",
        valign: str = "middle",
        continues: bool = False,
    ) -> None:
        """Reserve a rectangle for the record's value at `pointer`."""
        self.cells.append(
            Cell(
                id=name, page=self._page, rect=rect, pointer=pointer, format=form, codes=codes,
                font=font, size=size, min_size=least, align=align, valign=valign,
                continues=continues,
            )
        )  # fmt: skip

    def content(self) -> bytes:
        """The fixed part as content operators."""
        strokes = b"\n".join([layout.number(THIN) + b" w", *self._strokes, b"S"])
        return b"\n".join([strokes, *self._words]) + b"\n"


def entry(cell: Cell) -> dict[str, object]:
    """A cell as it stands in the map."""
    return {**asdict(cell), "rect": list(cell.rect)}
