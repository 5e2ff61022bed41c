"""The registered templates: constant bytes and map of every form that this verifier knows.

A template is a folder with `prefix.bin` (fonts, colour profile, static grid, page and
signature field objects) and `map.json` (where each cell stands and which record field it
shows). Its hash covers both, so a record that names the hash fixes what the page says
around the values. Lengths are integers in hundredths of a point: no float, no rounding.

    template = load("thcs-year-tt22-1")
    template.cells_of_page(1)[0].pointer     # "/pupil/name"

A template is never changed once a document was issued with it; the next one has a new id.
"""

import re
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path

from verifier.errors import FormatError, UnknownFormatError
from verifier.formats.canonical import JsonObject, canonical, parse_canonical, sha256_hex

TYPE = "hocba.template/1"
_FOLDER = Path(__file__).parent
_ID = re.compile(r"[a-z0-9][a-z0-9.-]{0,63}")

Rect = tuple[int, int, int, int]
"""Left, bottom, right, top, in hundredths of a point from the page's lower left corner."""


@dataclass(frozen=True)
class TemplateRef:
    """What a record and a trusted root say about a template."""

    id: str
    hash: str


@dataclass(frozen=True)
class Font:
    """One face: the PDF object that holds it and the advance of each code, in 1/1000 em."""

    name: str
    object: int
    ascent: int
    descent: int
    widths: tuple[int, ...]


@dataclass(frozen=True)
class Cell:
    """Where one value stands, and how: `format` is text, mark, date, code or wrap."""

    id: str
    page: int
    rect: Rect
    pointer: str
    format: str
    codes: str | None
    font: str
    size: int
    min_size: int
    align: str
    valign: str
    continues: bool


@dataclass(frozen=True)
class Slot:
    """A prepared signature field: its object, its page's object, its rectangle."""

    field: str
    object: int
    page: int
    page_object: int
    rect: Rect


@dataclass(frozen=True)
class Continuation:
    """The pages for text that does not fit: header cells and one area that text flows through."""

    cells: tuple[Cell, ...]
    folio: Cell
    flow: Rect
    font: str
    size: int
    title_font: str
    note_font: str
    note_size: int
    titles: dict[str, str]


@dataclass(frozen=True)
class Template:
    """Everything that is constant about one form."""

    id: str
    hash: str
    prefix: bytes
    charset: str
    fonts: dict[str, Font]
    cells: tuple[Cell, ...]
    page_objects: tuple[int, ...]
    continuation: Continuation
    code_lists: dict[str, dict[str, str]]
    notes: dict[str, str]
    signatures: tuple[Slot, ...]
    timestamp: Slot
    offsets: tuple[int, ...]
    objects: dict[str, int]
    page_size: tuple[int, int]
    shown_if: tuple[str | None, ...] = ()
    """For each fixed page the field without which the page is left out; None: always shown."""
    _by_page: dict[int, tuple[Cell, ...]] = field(default_factory=dict, repr=False)

    @property
    def first_free(self) -> int:
        """Number of the first object that is not part of the prefix."""
        return len(self.offsets) + 1

    @property
    def seal_step(self) -> int:
        """The step whose signature is the school's seal: the last one."""
        return len(self.signatures) - 1

    def cells_of_page(self, page: int) -> tuple[Cell, ...]:
        """The cells of one fixed page (0 is the first), in map order."""
        return self._by_page.get(page, ())

    def needed_by(self, page: int) -> str | None:
        """The field that an optional page is about; None where the page is always there."""
        return self.shown_if[page] if page < len(self.shown_if) else None

    def constant_object(self, number: int) -> bytes:
        """The body of an object of the prefix, between `obj` and `endobj`."""
        start = self.offsets[number - 1] + len(b"%d 0 obj\n" % number)
        end = self.offsets[number] if number < len(self.offsets) else len(self.prefix)
        return self.prefix[start : end - len(b"\nendobj\n")]

    @cached_property
    def hex_of(self) -> dict[int, str]:
        """Code point -> the four hex digits that draw it; for `str.translate`."""
        return {ord(letter): f"{code:04x}" for code, letter in enumerate(self.charset, start=1)}

    @cached_property
    def letter_of(self) -> dict[int, str]:
        """The four-digit code as a number -> the letter that it draws."""
        return dict(enumerate(self.charset, start=1))

    @cached_property
    def letters(self) -> frozenset[str]:
        """Every letter that the template's fonts can draw."""
        return frozenset(self.charset)

    @cached_property
    def advance(self) -> dict[str, dict[str, int]]:
        """Font name -> letter -> advance in 1/1000 em."""
        return {
            name: {letter: font.widths[code] for code, letter in enumerate(self.charset, start=1)}
            for name, font in self.fonts.items()
        }


@cache
def load(template_id: str) -> Template:
    """Return the template with this id.

    Raises:
        UnknownFormatError: `template.unknown` where this verifier has no such template.
    """
    folder = _FOLDER / template_id
    if not _ID.fullmatch(template_id) or not (folder / "map.json").is_file():
        raise UnknownFormatError("template.unknown", template_id[:80])
    return from_parts((folder / "prefix.bin").read_bytes(), (folder / "map.json").read_bytes())


@cache
def registered() -> tuple[TemplateRef, ...]:
    """All templates of this installation, by id."""
    ids = sorted(path.parent.name for path in _FOLDER.glob("*/map.json"))
    return tuple(TemplateRef(name, load(name).hash) for name in ids)


def template_hash(template_id: str, prefix: bytes, map_bytes: bytes) -> str:
    """Hash of both parts together, as records and trusted roots name it."""
    parts = {
        "type": TYPE, "id": template_id,
        "prefix": sha256_hex(prefix), "map": sha256_hex(map_bytes),
    }  # fmt: skip
    return sha256_hex(canonical(parts))


def from_parts(prefix: bytes, map_bytes: bytes) -> Template:
    """Build a template from its two files.

    Raises:
        FormatError: `template.malformed`.
    """
    found = parse_canonical(map_bytes)
    try:
        return _template(prefix, map_bytes, found)
    except (KeyError, TypeError, ValueError) as error:
        raise FormatError("template.malformed", str(error)) from error


def _template(prefix: bytes, map_bytes: bytes, found: JsonObject) -> Template:
    cells = tuple(_cell(entry) for entry in found["cells"])
    more = found["continuation"]
    by_page: dict[int, tuple[Cell, ...]] = {
        page: tuple(cell for cell in cells if cell.page == page)
        for page in range(len(found["page_objects"]))
    }
    return Template(
        id=found["id"],
        hash=template_hash(found["id"], prefix, map_bytes),
        prefix=prefix,
        charset="".join(map(chr, found["charset"])),
        fonts={
            name: Font(name, entry["object"], entry["ascent"], entry["descent"],
                       tuple(entry["widths"]))
            for name, entry in found["fonts"].items()
        },
        cells=cells,
        page_objects=tuple(found["page_objects"]),
        continuation=Continuation(
            cells=tuple(_cell(entry) for entry in more["cells"]),
            folio=_cell(more["folio"]),
            flow=_rect(more["flow"]),
            font=more["font"], size=more["size"],
            title_font=more["title_font"],
            note_font=more["note_font"], note_size=more["note_size"], titles=more["titles"],
        ),
        code_lists=found["code_lists"],
        notes=found["notes"],
        signatures=tuple(_slot(entry) for entry in found["signatures"]),
        timestamp=_slot(found["timestamp"]),
        offsets=tuple(found["offsets"]),
        objects=found["objects"],
        page_size=(found["page_size"][0], found["page_size"][1]),
        shown_if=tuple(found.get("shown_if", ())),
        _by_page=by_page,
    )  # fmt: skip


def _cell(entry: JsonObject) -> Cell:
    return Cell(**{**entry, "rect": _rect(entry["rect"])})


def _slot(entry: JsonObject) -> Slot:
    return Slot(**{**entry, "rect": _rect(entry["rect"])})


def _rect(values: list[int]) -> Rect:
    left, bottom, right, top = values
    return left, bottom, right, top
