"""The bytes of one update: signature revisions and evidence revisions.

Pure functions of the values that stand in them. `revision.py` calls them to write a file,
`reading.py` to rebuild one from what it read; so the two can not drift apart.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from verifier.formats.pdf import appearance as drawing
from verifier.formats.pdf import layout
from verifier.formats.pdf.body import font_resources
from verifier.templates import Slot, Template

ByteRange = tuple[int, int, int, int]
NewEvidence = tuple[tuple[bytes, ...], tuple[bytes, ...], tuple[bytes, ...]]
"""Certificates, OCSP responses and CRLs as DER."""

_HOLE = b"/ByteRange[0 0000000000 0000000000 0000000000]/Contents<"
_CERTIFY = (
    b"/Reference[<</Type/SigRef/TransformMethod/DocMDP"
    b"/TransformParams<</Type/TransformParams/P 2/V/1.2>>>>]"
)


@dataclass(frozen=True)
class Evidence:
    """The /DSS: object number and content of each certificate, OCSP response and CRL."""

    certs: tuple[tuple[int, bytes], ...] = ()
    ocsps: tuple[tuple[int, bytes], ...] = ()
    crls: tuple[tuple[int, bytes], ...] = ()


@dataclass(frozen=True)
class State:
    """What an evidence revision has to know about the revisions before it."""

    certification: int | None
    evidence: Evidence
    timestamps: tuple[int, ...]
    """Field objects of the document timestamps so far."""


@dataclass(frozen=True)
class Update:
    """The bytes of one revision, and where its signature has to lie in the file."""

    data: bytes
    byte_range: ByteRange


def signature_update(  # noqa: PLR0913  # also called by the parser, with values it read
    start: int,
    tail: layout.Tail,
    template: Template,
    *,
    step: int,
    lines: tuple[str, ...],
    date: bytes,
    reserved: int,
) -> Update:
    """The bytes of one signature revision, ByteRange written, /Contents all zero."""
    slot = template.signatures[step]
    value, drawn = tail.size, tail.size + 1
    objects: list[tuple[int, bytes]] = []
    if tail.is_first:
        objects.append((1, catalog(template, certification=value)))
    reference = _CERTIFY if tail.is_first else b""
    dictionary = (
        b"<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached/M(%b)%b%b%b>>>"
        % (date, reference, _HOLE, b"0" * (2 * reserved))
    )
    objects.append((slot.object, field(slot, value=value, drawn=drawn)))
    objects.append((value, dictionary))
    content = drawing.draw(template, slot, lines)
    objects.append((drawn, drawing.form(slot, font_resources(template), content)))
    return _with_range(start, layout.update(start, tail, objects, tail.size + 2))


def evidence_update(  # noqa: PLR0913  # also called by the parser, with values it read
    start: int,
    tail: layout.Tail,
    template: Template,
    state: State,
    *,
    new: NewEvidence,
    reserved: int,
) -> Update:
    """The bytes of one evidence revision, ByteRange written, /Contents all zero."""
    dss = tail.size
    evidence, streams = _number(state.evidence, new, dss + 1)
    value = dss + 1 + len(streams)
    objects = [(1, catalog(template, certification=state.certification, dss=dss))]
    slot, size = template.timestamp, value + 1
    if state.timestamps:
        slot, size = next_timestamp(template, len(state.timestamps), value + 1), value + 2
        fields = [*state.timestamps[1:], slot.object]
        objects.append((template.objects["acroform"], acroform(template, fields)))
    objects.append((slot.object, field(slot, value=value, drawn=None)))
    objects.append((dss, dss_dictionary(evidence)))
    objects.extend((number, layout.stream(b"", der)) for number, der in streams)
    dictionary = b"<</Type/DocTimeStamp/Filter/Adobe.PPKLite/SubFilter/ETSI.RFC3161%b%b>>>" % (
        _HOLE,
        b"0" * (2 * reserved),
    )
    objects.append((value, dictionary))
    return _with_range(start, layout.update(start, tail, objects, size))


def catalog(
    template: Template, *, certification: int | None = None, dss: int | None = None
) -> bytes:
    """The document catalogue, as it grows."""
    added = b"" if certification is None else b"/Perms<</DocMDP %d 0 R>>" % certification
    added += b"" if dss is None else b"/DSS %d 0 R" % dss
    return b"%b%b>>" % (template.constant_object(1)[:-2], added)


def acroform(template: Template, more: Sequence[int] = ()) -> bytes:
    """The form: all prepared fields, and those of later timestamps."""
    prepared = [slot.object for slot in (*template.signatures, template.timestamp)]
    return b"<</Fields%b/SigFlags 3>>" % layout.references([*prepared, *more])


def field(slot: Slot, *, value: int | None, drawn: int | None) -> bytes:
    """A signature field and its widget in one dictionary."""
    out = (
        b"<</FT/Sig/T(%b)/Type/Annot/Subtype/Widget/F 132/Rect%b/P %d 0 R"
        % (slot.field.encode("ascii"), layout.rectangle(slot.rect), slot.page_object)
    )  # fmt: skip
    out += b"" if value is None else b"/V %d 0 R" % value
    out += b"" if drawn is None else b"/AP<</N %d 0 R>>" % drawn
    return out + b">>"


def dss_dictionary(evidence: Evidence) -> bytes:
    """The document security store; a kind of which there is none is left out."""
    named = ((b"Certs", evidence.certs), (b"OCSPs", evidence.ocsps), (b"CRLs", evidence.crls))
    parts = [
        b"/%b%b" % (name, layout.references(number for number, _ in items))
        for name, items in named
        if items
    ]
    return b"<</Type/DSS%b>>" % b"".join(parts)


def next_timestamp(template: Template, count: int, number: int) -> Slot:
    """The field of a later document timestamp: not prepared, on no page's list."""
    first = template.timestamp
    name = f"{first.field.rsplit('_', 1)[0]}_{count + 1}"
    return Slot(name, number, first.page, first.page_object, first.rect)


def _number(
    old: Evidence, new: NewEvidence, first: int
) -> tuple[Evidence, list[tuple[int, bytes]]]:
    """Give the evidence that is new its object numbers."""
    streams: list[tuple[int, bytes]] = []
    kinds: list[tuple[tuple[int, bytes], ...]] = []
    for known, added in zip((old.certs, old.ocsps, old.crls), new, strict=True):
        have = {der for _, der in known}
        fresh: list[tuple[int, bytes]] = []
        for der in added:
            if der not in have:
                have.add(der)
                fresh.append((first + len(streams) + len(fresh), der))
        streams.extend(fresh)
        kinds.append((*known, *fresh))
    return Evidence(*kinds), streams


def _with_range(start: int, update: bytes) -> Update:
    """Write the ByteRange into an update whose /Contents is still all zero."""
    hole = update.rindex(_HOLE)
    opening = hole + len(_HOLE) - 1
    closing = update.index(b">", opening) + 1
    before, after, rest = start + opening, start + closing, len(update) - closing
    written = b"/ByteRange[0 %010d %010d %010d]/Contents<" % (before, after, rest)
    whole = update[:hole] + written + update[hole + len(_HOLE) :]
    return Update(whole, (0, before, after, rest))
