"""What a file is that is not a transcript of ours as released: said in one code.

Runs inside the guarded child, after the strict parser has refused the file, and never
makes anything valid: it only chooses the sentence. In this order:

1. empty, not a PDF, encrypted, damaged;
2. no `record.json` inside: a PDF of something else, signed or not;
3. a form or record that only a newer verifier knows (*not checked*);
4. a record without any signature: a draft;
5. a rewritten file whose seal and record still give the leaf of a genuine receipt, and
   whose pages still show that record: re-saved by a viewer. The original is elsewhere;
6. everything else that carries a record: changed.

For 5 the caller gets a `salvaged` file, over which the ledger's checks can run.
"""

import io
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

import pikepdf

from verifier.errors import VerifierError
from verifier.formats.canonical import JsonObject, parse_json, sha256
from verifier.formats.cms import SignedCms
from verifier.formats.display import resolve
from verifier.formats.pdf.content import GRID
from verifier.formats.pdf.limits import MAX_RECORD
from verifier.formats.pdf.parsed import Dss, ParsedPdf, ParsedSignature
from verifier.report import Check, Status
from verifier.templates import Template, load

HEADER_WITHIN = 1024
MAX_OPENED = 6_000_000
"""A re-saved transcript is far smaller; a larger file is not worth opening to name it better."""
MAX_PAGE = 2_000_000
MAX_PAGES = 16
MAX_FIELDS = 64
MAX_NAMES = 256
RECORD_NAME = "record.json"
RECORD_TYPE = "hocba.record/1"


@dataclass(frozen=True)
class Diagnosis:
    """What the file is; `salvaged` where record and seal could still be taken out."""

    check: Check
    salvaged: ParsedPdf | None = None


def diagnose(data: bytes) -> Diagnosis | None:
    """Say what this file is, or None for one too large to look into.

    Only for files that the strict parser refuses.
    """
    if not data:
        return _failed("1.empty")
    if b"%PDF-" not in data[:HEADER_WITHIN]:
        return _failed("1.not_pdf")
    if len(data) > MAX_OPENED:
        return None
    try:
        with pikepdf.open(io.BytesIO(data), suppress_warnings=True) as pdf:
            return _failed("1.encrypted") if pdf.is_encrypted else _diagnose_open(pdf)
    except pikepdf.PasswordError:
        return _failed("1.encrypted")
    except (pikepdf.PdfError, RuntimeError, ValueError, TypeError, LookupError, AttributeError):
        return _failed("2.damaged")


def _failed(code: str, detail: str | None = None) -> Diagnosis:
    return Diagnosis(Check(code.partition(".")[0], Status.FAILED, code, detail=detail))


def _diagnose_open(pdf: pikepdf.Pdf) -> Diagnosis:
    record_bytes = _record_bytes(pdf)
    signatures = dict(_signature_values(pdf))
    if record_bytes is None:
        return _failed("2.other_signed_pdf" if signatures else "2.other_pdf")
    try:
        record = _object(record_bytes)
        template = load(record["template"]["id"])
    except (VerifierError, LookupError, TypeError):
        return _unknown_or_changed(record_bytes)
    if record.get("type") != RECORD_TYPE:
        return _unknown_or_changed(record_bytes)
    if not signatures:
        return _failed("2.draft")
    salvaged = _salvage(pdf, template, record_bytes, signatures)
    return Diagnosis(Check("2", Status.FAILED, "2.changed"), salvaged)


def _unknown_or_changed(record_bytes: bytes) -> Diagnosis:
    """A record of a newer format is not checked; what only calls itself record.json is changed."""
    with suppress(VerifierError):
        kind = str(_object(record_bytes).get("type"))
        if kind.startswith("hocba.record/"):
            return Diagnosis(Check("2", Status.NOT_CHECKED, "2.unknown_template", detail=kind[:40]))
    return _failed("2.changed")


def _object(data: bytes) -> JsonObject:
    value = parse_json(data)
    return value if isinstance(value, dict) else {}


def _record_bytes(pdf: pikepdf.Pdf) -> bytes | None:
    """The attached record.json: through /AF, then through the name tree."""
    for spec in (*_associated(pdf), *_named_files(pdf)):
        with suppress(KeyError, TypeError, ValueError, AttributeError):
            if str(spec.get("/UF", spec.get("/F", ""))) == RECORD_NAME:
                return _decoded(spec["/EF"]["/F"], MAX_RECORD)
    return None


def _associated(pdf: pikepdf.Pdf) -> Iterator[Any]:
    found = pdf.Root.get("/AF")
    if isinstance(found, pikepdf.Array):
        yield from _first(found, MAX_NAMES)


def _named_files(pdf: pikepdf.Pdf) -> Iterator[Any]:
    """Values of the top levels of /Names /EmbeddedFiles; a genuine file has one."""
    tree = pdf.Root.get("/Names", pikepdf.Dictionary()).get("/EmbeddedFiles")
    if not isinstance(tree, pikepdf.Dictionary):
        return
    nodes = [tree, *_first(tree.get("/Kids", pikepdf.Array()), MAX_NAMES)]
    for node in nodes:
        names = node.get("/Names") if isinstance(node, pikepdf.Dictionary) else None
        if isinstance(names, pikepdf.Array):
            yield from list(_first(names, MAX_NAMES))[1::2]


def _first(items: Any, limit: int) -> Iterator[Any]:  # noqa: ANN401  # pikepdf arrays are untyped
    for index in range(min(len(items), limit)):
        yield items[index]


def _signature_values(pdf: pikepdf.Pdf) -> Iterator[tuple[str, bytes]]:
    """Field name and /Contents of each signed signature field at the top of the form."""
    fields = pdf.Root.get("/AcroForm", pikepdf.Dictionary()).get("/Fields")
    if not isinstance(fields, pikepdf.Array):
        return
    for item in _first(fields, MAX_FIELDS):
        with suppress(KeyError, TypeError, ValueError, AttributeError):
            if item.get("/FT") == pikepdf.Name.Sig and "/V" in item:
                yield str(item["/T"]), bytes(item["/V"]["/Contents"])


def _decoded(stream: Any, limit: int) -> bytes:  # noqa: ANN401  # pikepdf objects are untyped
    """The content of a stream, plain or Flate without predictor, never more than `limit`.

    Raises:
        ValueError: for another filter or more content.
    """
    raw = stream.read_raw_bytes()
    kind = stream.get("/Filter")
    if isinstance(kind, pikepdf.Array) and len(kind) == 1:
        kind = kind[0]
    if kind is None:
        data = bytes(raw)
    elif kind == pikepdf.Name.FlateDecode and "/DecodeParms" not in stream:
        data = inflate(bytes(raw), limit)
    else:
        raise ValueError("filter")
    if len(data) > limit:
        raise ValueError("too long")
    return data


def inflate(raw: bytes, limit: int) -> bytes:
    """Decompress at most `limit` bytes. Raises: ValueError where there is more or it is broken."""
    engine = zlib.decompressobj()
    try:
        data = engine.decompress(raw, limit + 1)
    except zlib.error as error:
        raise ValueError("flate") from error
    if len(data) > limit:
        raise ValueError("too long")
    return data


def _salvage(
    pdf: pikepdf.Pdf, template: Template, record_bytes: bytes, values: dict[str, bytes]
) -> ParsedPdf | None:
    """Rebuild what the checks 6 and 7 need out of a rewritten file; None where it cannot be."""
    try:
        contents = tuple(_with_left_out(template, record_bytes, _page_contents(pdf, template)))
        signatures = tuple(_signatures(template, values))
    except (VerifierError, pikepdf.PdfError, ValueError, TypeError, LookupError, AttributeError):
        return None
    nothing = cast("Any", None)
    return ParsedPdf(
        template=template,
        record_bytes=record_bytes,
        contents=contents,
        signatures=signatures,
        timestamps=(),
        dss=Dss((), (), ()),
        problems=(),
        state=nothing,
        walk=nothing,
        sealed_end=None,
    )


def _signatures(template: Template, values: dict[str, bytes]) -> Iterator[ParsedSignature]:
    for step, slot in enumerate(template.signatures):
        if slot.field not in values:
            continue
        contents = _without_padding(values[slot.field])
        yield ParsedSignature(
            step=step,
            field=slot.field,
            byte_range=(0, 0, 0, 0),
            expected_range=(0, 0, 0, 0),
            contents=contents,
            reserved=len(values[slot.field]),
            m=datetime.fromtimestamp(0, UTC),
            appearance_lines=(),
            revision_end=0,
            covered_digest=SignedCms.parse(contents).message_digest,
        )


def _without_padding(value: bytes) -> bytes:
    """The DER at the start of /Contents, without the zeros behind it."""
    if len(value) < 2 or value[0] != 0x30:  # noqa: PLR2004  # tag and first length byte
        raise ValueError("not DER")
    first = value[1]
    if first < 0x80:  # noqa: PLR2004  # short form
        return value[: 2 + first]
    size = first & 0x7F
    return value[: 2 + size + int.from_bytes(value[2 : 2 + size])]


def _page_contents(pdf: pikepdf.Pdf, template: Template) -> Iterator[bytes]:
    """Content streams of all pages, if nothing else on a page could show anything.

    Raises:
        ValueError: where a page has parts that our template does not have.
    """
    if len(pdf.pages) > MAX_PAGES:
        raise ValueError("pages")
    constant = _constant_streams(template)
    rectangles = {slot.field: slot.rect for slot in (*template.signatures, template.timestamp)}
    for page in pdf.pages:
        _require_known_resources(page.obj, constant)
        for annotation in _first(page.obj.get("/Annots", pikepdf.Array()), MAX_FIELDS):
            _require_own_widget(annotation, rectangles)
        yield _content_of(page.obj["/Contents"])


def _with_left_out(
    template: Template, record_bytes: bytes, contents: Iterator[bytes]
) -> Iterator[bytes]:
    """The pages as a file of ours has them: optional ones that the record lacks are empty."""
    record = parse_json(record_bytes)
    for page in range(len(template.page_objects)):
        needed = template.needed_by(page)
        absent = needed is not None and resolve(record, needed) is None
        content = GRID if absent else next(contents, None)
        if content is None:
            return
        yield content
    yield from contents


def _content_of(content: Any) -> bytes:  # noqa: ANN401  # pikepdf objects are untyped
    streams = content if isinstance(content, pikepdf.Array) else [content]
    return b"\n".join(_decoded(stream, MAX_PAGE) for stream in _first(streams, MAX_PAGES))


def _constant_streams(template: Template) -> frozenset[bytes]:
    """Hashes of the decoded streams of the template: grid, fonts, profile."""
    found = set()
    for number in range(1, template.first_free):
        head, mark, rest = template.constant_object(number).partition(b"stream\n")
        if mark:
            raw = rest.rpartition(b"\nendstream")[0]
            found.add(sha256(inflate(raw, 20 * MAX_PAGE) if b"/FlateDecode" in head else raw))
    return frozenset(found)


def _require_known_resources(page: Any, constant: frozenset[bytes]) -> None:  # noqa: ANN401  # an untyped library
    resources = page.get("/Resources", pikepdf.Dictionary())
    for name, stream in resources.get("/XObject", pikepdf.Dictionary()).items():
        if sha256(_decoded(stream, 20 * MAX_PAGE)) not in constant:
            raise ValueError(name)
    for name, font in resources.get("/Font", pikepdf.Dictionary()).items():
        program = font["/DescendantFonts"][0]["/FontDescriptor"]["/FontFile2"]
        if sha256(_decoded(program, 20 * MAX_PAGE)) not in constant:
            raise ValueError(name)


def _require_own_widget(
    annotation: Any,  # noqa: ANN401  # pikepdf objects are untyped
    rectangles: dict[str, tuple[int, int, int, int]],
) -> None:
    """Only the signature fields of the template, where the template has them."""
    rect = rectangles[str(annotation["/T"])]
    stands = [round(100 * float(edge)) for edge in annotation["/Rect"]]
    if annotation.get("/Subtype") != pikepdf.Name.Widget or stands != list(rect):
        raise ValueError("annotation")
