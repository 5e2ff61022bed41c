"""Check 1: the container is a single PDF within limits, passive and not encrypted.

It is judged before anything is understood, on the bytes outside the template's constant
part and outside the data of streams:

1. one PDF from the first byte to the last, within the limits of `formats/pdf/limits.py`;
2. no encryption;
3. no active content: scripts, actions, forms other than signatures, media;
4. no attachment beside the record, no compressed or external stream.

Escaped names (`/J#53`) are read as what they mean (ISO 32000-1, 7.3.5). What a stranger's
compressed objects hide is not looked for here: such a file fails check 2.
"""

import re

from verifier.context import Context
from verifier.errors import FormatError
from verifier.formats.pdf import limits
from verifier.formats.pdf.body import shown_pages
from verifier.formats.pdf.parsed import ParsedPdf
from verifier.report import Check, Status
from verifier.templates import Template

_START = b"%PDF-"
_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_ENCRYPTED = re.compile(rb"/Encrypt(?![A-Za-z0-9])")
_ACTIVE = re.compile(
    rb"/(?:JavaScript|JS|OpenAction|AA|Launch|GoToR|GoToE|GoTo3DView|SubmitForm|ImportData"
    rb"|ResetForm|Rendition|Movie|Sound|RichMedia|RichMediaExecute|3D|XFA|NeedAppearances"
    rb"|URI|Hide|Named|SetOCGState|Trans)(?![A-Za-z0-9])"
)
_ATTACHMENT = re.compile(rb"/(?:EmbeddedFile|EmbeddedFiles|Filespec|FileAttachment)(?![A-Za-z0-9])")
_FILTER = re.compile(rb"/(?:Filter|DecodeParms|FFilter)(?![A-Za-z0-9])")
_OWN = (
    re.compile(rb"<</Type/EmbeddedFile/Subtype/application#2Fjson/Params<<"),
    re.compile(rb"<</Type/(?:Sig|DocTimeStamp)/Filter/Adobe\.PPKLite/"),
)
"""The one attachment, and the dictionaries of signatures: what a file of ours may have."""


def check(ctx: Context) -> list[Check]:
    """Judge the container."""
    problems = _problems(ctx)
    if not problems:
        return [Check("1", Status.PASSED, "1.sound")]
    return [Check("1", Status.FAILED, f"1.{code}", detail=detail) for code, detail in problems]


def _problems(ctx: Context) -> list[tuple[str, str | None]]:
    data = ctx.data
    if not data.startswith(_START):
        return [("not_pdf", None)]
    if len(data) > limits.MAX_SIZE:
        return [("too_large", f"{len(data)} > {limits.MAX_SIZE} bytes")]
    if ctx.pdf is None:
        error = ctx.parse_error
        if isinstance(error, FormatError) and error.code.startswith("1."):
            return [(error.code.removeprefix("1."), error.detail or None)]
        return _names(data)
    plain = _outside_streams(data, ctx.pdf)
    return [*_limits(ctx.pdf), *_names(plain), *_foreign_streams(plain, ctx.pdf.template)]


def _limits(pdf: ParsedPdf) -> list[tuple[str, str | None]]:
    measured = (
        ("too_many_pages", shown_pages(pdf.template, pdf.contents), limits.MAX_PAGES),
        ("record_too_large", len(pdf.record_bytes or b""), limits.MAX_RECORD),
        ("too_many_revisions", len(pdf.walk.revisions), limits.MAX_REVISIONS),
    )
    return [(code, f"{size} > {limit}") for code, size, limit in measured if size > limit]


def _outside_streams(data: bytes, pdf: ParsedPdf) -> bytes:
    """Everything behind the constant part but the data of streams."""
    parts: list[bytes] = []
    position = min(len(pdf.template.prefix), len(data))
    rest = (pdf.walk.rest,) if pdf.walk.rest is not None else ()
    for revision in (*pdf.walk.revisions, *rest):
        for found in revision.objects:
            if found.stream is not None:
                parts.append(data[position : found.stream[0]])
                position = found.stream[1]
    parts.append(data[position:])
    return b"\n".join(parts)


def _foreign_streams(data: bytes, template: Template) -> list[tuple[str, str | None]]:
    """A second attachment, and streams whose data are not what stands there."""
    attached, signed = _OWN
    catalog = template.constant_object(1).removesuffix(b">>")
    own = signed.sub(b"", attached.sub(b"", data.replace(catalog, b""), count=1))
    plain = _unescaped(own)
    found: list[tuple[str, str | None]] = []
    if _ATTACHMENT.search(plain):
        found.append(("second_attachment", None))
    if _FILTER.search(plain):
        found.append(("filtered_stream", None))
    return found


def _unescaped(data: bytes) -> bytes:
    return _ESCAPE.sub(lambda match: bytes([int(match[1], 16)]), data)


def _names(data: bytes) -> list[tuple[str, str | None]]:
    """What the names in these bytes give away."""
    found: list[tuple[str, str | None]] = []
    plain = _unescaped(data)
    if _START in plain[len(_START) :]:
        found.append(("second_file", None))
    if _ENCRYPTED.search(plain):
        found.append(("encrypted", None))
    active = _ACTIVE.search(plain)
    if active is not None:
        found.append(("active_content", active[0].decode("ascii")))
    return found
