"""Build the template artefacts: `python -m hocba.documents.build [--check]`.

Same sources, same bytes: a test builds every form again and compares with what is
committed under `verifier/templates/`. Object numbers are given in the order in which the
objects stand in the prefix; the catalogue is object 1.
"""

import sys
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from hocba.documents import icc
from hocba.documents.fonts import FACES, charset, face
from hocba.documents.form import Form
from hocba.documents.forms import FORMS
from hocba.documents.sheet import HEIGHT, WIDTH, Sheet, entry, metrics
from verifier import templates
from verifier.formats.canonical import canonical
from verifier.formats.pdf import appearance as drawing
from verifier.formats.pdf import layout, update
from verifier.templates import Slot

FOLDER = Path(templates.__file__).parent
_HEADER = b"%%PDF-1.7\n%%\xe2\xe3\xcf\xd3\n%%hocba.template/1 %b\n"
_BLACK_STEM = 80
_SYMBOLIC = 4
_XMP = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-'
    'syntax-ns#"><rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">'
    '<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>'
    "<pdf:Producer>hocba</pdf:Producer><pdfaid:part>3</pdfaid:part>"
    "<pdfaid:conformance>B</pdfaid:conformance></rdf:Description></rdf:RDF></x:xmpmeta>\n"
    '<?xpacket end="r"?>'
)
_CMAP_HEAD = (
    "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
    "/CIDSystemInfo<</Registry(Adobe)/Ordering(UCS)/Supplement 0>>def\n"
    "/CMapName/Adobe-Identity-UCS def\n/CMapType 2 def\n"
    "1 begincodespacerange\n<0000><FFFF>\nendcodespacerange"
)


@dataclass
class _Numbers:
    """Object numbers, given once and in order."""

    taken: dict[str, int] = field(default_factory=dict)

    def __getitem__(self, name: str) -> int:
        return self.taken[name]

    def take(self, *names: str) -> None:
        for name in names:
            self.taken[name] = len(self.taken) + 1


@dataclass(frozen=True)
class Artefact:
    """The two files of a template."""

    prefix: bytes
    map: bytes


def build(form: Form) -> Artefact:
    """Build one form."""
    letters = metrics()
    sheets = [Sheet(letters, page) for page in range(len(form.pages))]
    for sheet, draw in zip(sheets, form.pages, strict=True):
        draw(sheet)
    more = Sheet(letters, len(sheets))
    form.continuation(more)
    sheets.append(more)
    numbers = _number(form)
    objects = _objects(form, numbers, sheets)
    prefix, offsets = _prefix(form, objects)
    return Artefact(prefix, _map(form, numbers, sheets, offsets))


def _number(form: Form) -> _Numbers:
    numbers = _Numbers()
    numbers.take("catalog", "acroform", "metadata", "intent", "profile", "filespec", "tounicode")
    for key in FACES:
        numbers.take(*(f"{part}.{key}" for part in ("font", "cid", "descriptor", "file", "gids")))
    numbers.take(*(f"form.{page}" for page in range(len(form.pages))), "form.more")
    numbers.take(*(f"page.{page}" for page in range(len(form.pages))))
    numbers.take(*(f"blank.{place.field}" for place in form.signatures))
    numbers.take(*(place.field for place in form.signatures), "dts_1")
    return numbers


def _slots(form: Form, numbers: _Numbers) -> tuple[list[Slot], Slot]:
    signatures = [
        Slot(place.field, numbers[place.field], place.page, numbers[f"page.{place.page}"],
             place.rect)
        for place in form.signatures
    ]  # fmt: skip
    last = len(form.pages) - 1
    stamp = Slot("dts_1", numbers["dts_1"], last, numbers[f"page.{last}"], (0, 0, 0, 0))
    return signatures, stamp


def _objects(form: Form, numbers: _Numbers, sheets: Sequence[Sheet]) -> dict[int, bytes]:
    first_free = len(numbers.taken) + 1
    signatures, stamp = _slots(form, numbers)
    fields = [*signatures, stamp]
    objects = {
        numbers["catalog"]: _catalog(numbers, first_free),
        numbers["acroform"]: b"<</Fields%b/SigFlags 3>>"
        % layout.references(slot.object for slot in fields),
        numbers["metadata"]: layout.stream(
            b"/Type/Metadata/Subtype/XML", _XMP.format(title=form.title).encode("utf-8")
        ),
        numbers["intent"]: b"<</Type/OutputIntent/S/GTS_PDFA1/OutputConditionIdentifier(sRGB)"
        b"/Info(sRGB)/DestOutputProfile %d 0 R>>" % numbers["profile"],
        numbers["profile"]: _packed(b"/N 3", icc.srgb()),
        numbers["filespec"]: b"<</Type/Filespec/F(record.json)/UF(record.json)"
        b"/AFRelationship/Source/Desc(hocba.record/1)/EF<</F %d 0 R/UF %d 0 R>>>>"
        % (first_free + 1, first_free + 1),
        numbers["tounicode"]: _packed(b"", _tounicode()),
    }
    for key in FACES:
        objects |= _font(key, numbers)
    fonts = _fonts(numbers)
    box = layout.rectangle((0, 0, WIDTH, HEIGHT))
    names = [f"form.{page}" for page in range(len(form.pages))] + ["form.more"]
    for name, sheet in zip(names, sheets, strict=True):
        entries = b"/Type/XObject/Subtype/Form/BBox%b/Resources<</Font%b>>" % (box, fonts)
        objects[numbers[name]] = _packed(entries, sheet.content())
    for page in range(len(form.pages)):
        widgets = [slot.object for slot in fields if slot.page == page]
        objects[numbers[f"page.{page}"]] = _page(page, numbers, first_free, widgets)
    for slot in signatures:
        blank = numbers[f"blank.{slot.field}"]
        objects[blank] = drawing.form(slot, fonts, b"")
        objects[slot.object] = update.field(slot, value=None, drawn=blank)
    objects[stamp.object] = update.field(stamp, value=None, drawn=None)
    return objects


def _catalog(numbers: _Numbers, first_free: int) -> bytes:
    return (
        b"<</Type/Catalog/Pages %d 0 R/Lang(vi-VN)/ViewerPreferences<</DisplayDocTitle true>>"
        b"/OutputIntents[%d 0 R]/Metadata %d 0 R/AF[%d 0 R]"
        b"/Names<</EmbeddedFiles<</Names[(record.json)%d 0 R]>>>>/AcroForm %d 0 R"
        b"/Extensions<</ESIC<</BaseVersion/1.7/ExtensionLevel 5>>>>>>"
        % (
            first_free, numbers["intent"], numbers["metadata"], numbers["filespec"],
            numbers["filespec"], numbers["acroform"],
        )
    )  # fmt: skip


def _fonts(numbers: _Numbers) -> bytes:
    named = b"".join(
        b"/%b %d 0 R" % (key.encode(), numbers[f"font.{key}"]) for key in sorted(FACES)
    )
    return b"<<%b>>" % named


def _page(page: int, numbers: _Numbers, first_free: int, widgets: list[int]) -> bytes:
    annotations = b"/Annots%b" % layout.references(widgets) if widgets else b""
    return (
        b"<</Type/Page/Parent %d 0 R/MediaBox%b/Resources<</Font%b/XObject<</G %d 0 R>>>>"
        b"/Contents %d 0 R%b>>"
        % (
            first_free, layout.rectangle((0, 0, WIDTH, HEIGHT)), _fonts(numbers),
            numbers[f"form.{page}"], first_free + 2 + page, annotations,
        )
    )  # fmt: skip


def _font(key: str, numbers: _Numbers) -> dict[int, bytes]:
    cut = face(key)
    name = cut.name.encode("ascii")
    widths = b" ".join(b"%d" % value for value in cut.widths)
    box = b" ".join(b"%d" % value for value in cut.box)
    gids = b"".join(gid.to_bytes(2, "big") for gid in cut.glyphs)
    return {
        numbers[f"font.{key}"]: b"<</Type/Font/Subtype/Type0/BaseFont/%b/Encoding/Identity-H"
        b"/DescendantFonts[%d 0 R]/ToUnicode %d 0 R>>"
        % (name, numbers[f"cid.{key}"], numbers["tounicode"]),
        numbers[f"cid.{key}"]: b"<</Type/Font/Subtype/CIDFontType2/BaseFont/%b"
        b"/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/DW 0/W[0[%b]]"
        b"/FontDescriptor %d 0 R/CIDToGIDMap %d 0 R>>"
        % (name, widths, numbers[f"descriptor.{key}"], numbers[f"gids.{key}"]),
        numbers[f"descriptor.{key}"]: b"<</Type/FontDescriptor/FontName/%b/Flags %d/FontBBox[%b]"
        b"/ItalicAngle %d/Ascent %d/Descent %d/CapHeight %d/StemV %d/FontFile2 %d 0 R>>"
        % (name, _SYMBOLIC, box, cut.italic_angle, cut.ascent, cut.descent, cut.cap_height,
           _BLACK_STEM, numbers[f"file.{key}"]),
        numbers[f"file.{key}"]: _packed(b"/Length1 %d" % len(cut.data), cut.data),
        numbers[f"gids.{key}"]: _packed(b"", gids),
    }  # fmt: skip


def _tounicode() -> bytes:
    letters = list(enumerate(charset(), start=1))
    out = [_CMAP_HEAD]
    for start in range(0, len(letters), 100):
        part = letters[start : start + 100]
        out.append(f"{len(part)} beginbfchar")
        out.extend(f"<{code:04X}><{ord(letter):04X}>" for code, letter in part)
        out.append("endbfchar")
    out.append("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend")
    return "\n".join(out).encode("ascii")


def _packed(entries: bytes, data: bytes) -> bytes:
    return layout.stream(entries + b"/Filter/FlateDecode", zlib.compress(data, 9))


def _prefix(form: Form, objects: dict[int, bytes]) -> tuple[bytes, list[int]]:
    out = bytearray(_HEADER % form.id.encode("ascii"))
    offsets = []
    for number in range(1, len(objects) + 1):
        offsets.append(len(out))
        out += layout.indirect(number, objects[number])
    return bytes(out), offsets


def _map(form: Form, numbers: _Numbers, sheets: Sequence[Sheet], offsets: list[int]) -> bytes:
    signatures, stamp = _slots(form, numbers)
    *fixed, more = sheets
    *header, folio = [entry(cell) for cell in more.cells]
    found = {
        "type": templates.TYPE,
        "id": form.id,
        "page_size": [WIDTH, HEIGHT],
        "charset": [ord(letter) for letter in charset()],
        "fonts": {
            key: {
                "object": numbers[f"font.{key}"], "widths": list(face(key).widths),
                "ascent": face(key).ascent, "descent": face(key).descent,
            }
            for key in FACES
        },
        "cells": [entry(cell) for sheet in fixed for cell in sheet.cells],
        "page_objects": [numbers[f"page.{page}"] for page in range(len(form.pages))],
        "continuation": {
            "cells": header, "folio": folio, "flow": list(form.flow), "font": "R",
            "size": form.flow_size, "title_font": "B", "note_font": "I", "note_size": 750,
            "titles": dict(form.titles),
        },
        "code_lists": {name: dict(codes) for name, codes in form.code_lists.items()},
        "notes": dict(form.notes),
        "signatures": [_slot(slot) for slot in signatures],
        "timestamp": _slot(stamp),
        "offsets": offsets,
        "objects": {
            "acroform": numbers["acroform"], "continuation_form": numbers["form.more"],
        },
    }  # fmt: skip
    if form.shown_if:
        found["shown_if"] = [form.shown_if.get(page) for page in range(len(form.pages))]
    return canonical(found)


def _slot(slot: Slot) -> dict[str, object]:
    return {**vars(slot), "rect": list(slot.rect)}


def main(arguments: Sequence[str]) -> int:
    """Write all artefacts, or with `--check` only say whether they are what is committed."""
    stale = []
    for form in FORMS.values():
        artefact = build(form)
        folder = FOLDER / form.id
        files = {folder / "prefix.bin": artefact.prefix, folder / "map.json": artefact.map}
        if "--check" in arguments:
            stale += [path for path, data in files.items() if path.read_bytes() != data]
            continue
        folder.mkdir(exist_ok=True)
        for path, data in files.items():
            path.write_bytes(data)
    sys.stdout.writelines(f"{path} is not what its form builds\n" for path in stale)
    return 1 if stale else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
