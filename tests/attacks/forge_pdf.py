"""The forger's tools for PDF bytes: splice, re-sign, lay over, re-seal.

Works on any incrementally signed PDF with classic cross-reference tables; knows ISO
32000 and what a person sees when opening a transcript in an editor, nothing else.
"""

import hashlib
import re
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import accumulate

_NUMBERS = re.compile(
    rb"(?P<entry>\d{10}) \d{5} n|startxref\s+(?P<start>\d+)|/Prev (?P<prev>\d+)"
    rb"|/ByteRange\s*\[\s*(?P<a>\d+)\s+(?P<b>\d+)\s+(?P<c>\d+)\s+(?P<d>\d+)\s*\]"
)
_BYTE_RANGE = re.compile(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]")
_STREAM = re.compile(
    rb"(?<![0-9])(\d{1,7}) 0 obj\s*<<((?:(?!endobj).)*?)>>\s*stream\r?\n", re.DOTALL
)

Edit = tuple[int, int, bytes]


@dataclass(frozen=True)
class Hole:
    """One signature's place: where the hex string lies and what it covers."""

    start: int
    end: int
    covered_to: int

    @property
    def room(self) -> int:
        """How many bytes of CMS fit."""
        return (self.end - self.start - 2) // 2


@dataclass(frozen=True)
class Stream:
    """One stream object as it lies in the file."""

    number: int
    dictionary: bytes
    start: int
    end: int
    data: bytes


def holes(pdf: bytes) -> list[Hole]:
    """Find every signature and document timestamp, first to last."""
    found = []
    for match in _BYTE_RANGE.finditer(pdf):
        _, length, second, rest = (int(number) for number in match.groups())
        found.append(Hole(length, second, second + rest))
    return sorted(found, key=lambda hole: hole.start)


def contents(pdf: bytes, hole: Hole) -> bytes:
    """Take the CMS out of a hole, without its padding."""
    raw = bytes.fromhex(pdf[hole.start + 1 : hole.end - 1].decode("ascii"))
    return raw[: _der_length(raw)]


def covered(pdf: bytes, hole: Hole) -> bytes:
    """Digest of what this signature covers."""
    return hashlib.sha256(pdf[: hole.start] + pdf[hole.end : hole.covered_to]).digest()


def put(pdf: bytes, hole: Hole, der: bytes) -> bytes:
    """Write a CMS into a hole, padded with zeros."""
    assert len(der) <= hole.room, (len(der), hole.room)
    text = der.hex().encode().ljust(2 * hole.room, b"0")
    return pdf[: hole.start + 1] + text + pdf[hole.end - 1 :]


def resign(pdf: bytes, sign_step: dict[int, Callable[[bytes, bytes], bytes]]) -> bytes:
    """Sign anew, in order; `sign_step[n](digest, old CMS)` returns the new CMS of hole n."""
    for step in sorted(sign_step):
        hole = holes(pdf)[step]
        pdf = put(pdf, hole, sign_step[step](covered(pdf, hole), contents(pdf, hole)))
    return pdf


def truncate(pdf: bytes, hole: Hole) -> bytes:
    """Cut the file after the revision of this signature."""
    return pdf[: hole.covered_to]


def splice(pdf: bytes, edits: Iterable[Edit]) -> bytes:
    """Replace spans and mend every offset, Prev, startxref and ByteRange behind them."""
    edits = sorted(edits)
    if all(end - start == len(new) for start, end, new in edits):
        return _apply(pdf, edits)
    mended: list[Edit] = []
    while True:
        moved = _mover(sorted([*edits, *mended]))
        fresh = [edit for match in _NUMBERS.finditer(pdf) for edit in _mend(match, moved)]
        if fresh == mended:
            return _apply(pdf, sorted([*edits, *mended]))
        mended = fresh


def streams(pdf: bytes) -> list[Stream]:
    """Find all stream objects, decompressed where they are deflated."""
    found = []
    for match in _STREAM.finditer(pdf):
        length = re.search(rb"/Length (\d+)(?! \d+ R)", match[2])
        if length is None:
            continue
        start, end = match.end(), match.end() + int(length[1])
        raw = pdf[start:end]
        try:
            data = zlib.decompress(raw) if b"FlateDecode" in match[2] else raw
        except zlib.error:
            continue
        found.append(Stream(int(match[1]), match[2], start, end, data))
    return found


def with_stream(pdf: bytes, stream: Stream, data: bytes) -> list[Edit]:
    """The edits that give a stream new data, its Length included."""
    raw = zlib.compress(data, 9) if b"FlateDecode" in stream.dictionary else data
    head = pdf.rindex(b"/Length ", 0, stream.start)
    tail = head + len(b"/Length ")
    old = re.compile(rb"\d+").match(pdf, tail)
    assert old is not None
    return [
        (tail, old.end(), str(len(raw)).zfill(old.end() - tail).encode()),
        (stream.start, stream.end, raw),
    ]


def update(pdf: bytes, objects: dict[int, bytes]) -> bytes:
    """Append one incremental update with these objects, as any editor does."""
    last = int(re.findall(rb"startxref\s+(\d+)", pdf)[-1])
    trailer = re.compile(rb"trailer\s*<<(.*?)>>\s*startxref", re.DOTALL).search(pdf, last)
    assert trailer is not None
    size = int(re.search(rb"/Size (\d+)", trailer[1])[1])  # type: ignore[index]
    body, offsets = bytearray(pdf if pdf.endswith(b"\n") else pdf + b"\n"), {}
    for number in sorted(objects):
        offsets[number] = len(body)
        body += b"%d 0 obj\n%b\nendobj\n" % (number, objects[number])
    at = len(body)
    body += b"xref\n"
    for number in sorted(objects):
        body += b"%d 1\n%010d 00000 n \n" % (number, offsets[number])
    keep = re.sub(rb"/(Size|Prev) \d+", b"", trailer[1]).strip()
    size = max(size, max(objects) + 1)
    body += b"trailer\n<</Size %d/Prev %d%b>>\nstartxref\n%d\n%%%%EOF\n" % (size, last, keep, at)
    return bytes(body)


def object_text(pdf: bytes, number: int) -> bytes:
    """The newest body of an object."""
    found = re.findall(rb"(?:^|\n)%d 0 obj\s*(.*?)\s*endobj" % number, pdf, re.DOTALL)
    return bytes(found[-1])


def _apply(pdf: bytes, edits: list[Edit]) -> bytes:
    out, at = bytearray(), 0
    for start, end, new in edits:
        out += pdf[at:start] + new
        at = end
    return bytes(out + pdf[at:])


def _mover(edits: list[Edit]) -> Callable[[int], int]:
    ends = [end for _, end, _ in edits]
    shifts = list(accumulate(len(new) - (end - start) for start, end, new in edits))

    def moved(offset: int) -> int:
        count = sum(1 for end in ends if end <= offset)
        return offset + (shifts[count - 1] if count else 0)

    return moved


def _mend(match: re.Match[bytes], moved: Callable[[int], int]) -> Iterable[Edit]:
    groups = match.groupdict()
    if groups["a"] is not None:
        length, second, rest = int(groups["b"]), int(groups["c"]), int(groups["d"])
        new = {
            "b": moved(length),
            "c": moved(second),
            "d": moved(second + rest) - moved(second),
        }
    else:
        name = next(name for name in ("entry", "start", "prev") if groups[name] is not None)
        new = {name: moved(int(groups[name]))}
    for name, value in new.items():
        start, end = match.span(name)
        old = groups[name]
        width = len(old) if old.startswith(b"0") or name == "entry" else 0
        text = b"%0*d" % (width, value)
        if text != old:
            yield start, end, text


def _der_length(data: bytes) -> int:
    first = data[1]
    if first < 0x80:
        return 2 + first
    size = first & 0x7F
    return 2 + size + int.from_bytes(data[2 : 2 + size], "big")
