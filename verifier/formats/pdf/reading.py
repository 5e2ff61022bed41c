"""Read the revisions after the first: signatures up to the seal, evidence after it.

Each is rebuilt from what was read of it, with the functions of `update.py`, and
compared but for the hexadecimal /Contents, which must be lower case and padded with
zeros. A revision that is neither is foreign: check 2 refuses it before the seal's end,
check 5 behind it.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from verifier.errors import VerifierError
from verifier.formats.pdf import appearance, layout
from verifier.formats.pdf.parsed import ParsedSignature, ParsedTimestamp, Problem
from verifier.formats.pdf.update import (
    ByteRange,
    Evidence,
    NewEvidence,
    State,
    Update,
    evidence_update,
    signature_update,
)
from verifier.formats.pdf.walk import RawObject, RawRevision, Walk
from verifier.templates import Template

_CONTENTS = re.compile(rb"/Contents<([0-9A-Fa-f]*)>")
_RANGE = re.compile(rb"/ByteRange\[(\d{1,12}) (\d{1,12}) (\d{1,12}) (\d{1,12})\]")
_TIME = re.compile(rb"/M\((D:\d{14}Z)\)")
_VALUE = re.compile(rb"/V (\d{1,7}) 0 R")
_NAME = re.compile(rb"/T\(([A-Za-z0-9_]{1,40})\)")
_LISTS = tuple(re.compile(rb"/%b\[((?:\d{1,7} 0 R ?)*+)\]" % kind) for kind in
               (b"Certs", b"OCSPs", b"CRLs"))  # fmt: skip
_NUMBER = re.compile(rb"(\d{1,7}) 0 R")


@dataclass
class Updates:
    """What was read so far, in file order."""

    signatures: tuple[ParsedSignature, ...] = ()
    timestamps: tuple[ParsedTimestamp, ...] = ()
    state: State = field(default_factory=lambda: State(None, Evidence(), ()))
    sealed_end: int | None = None


@dataclass(frozen=True)
class _Signed:
    """The signature dictionary of a revision: what it declares and holds."""

    number: int
    declared: ByteRange
    place: ByteRange
    digits: bytes
    contents: bytes
    padded: bool


def read_updates(data: bytes, template: Template, walked: Walk, problems: list[Problem]) -> Updates:
    """Read all revisions but the first, and set down what does not fit."""
    reader = _Reader(data, template, Updates(), [])
    for raw in walked.revisions[1:]:
        reader.read(raw)
    if walked.rest is not None and walked.revisions:
        reader.problems.append((walked.rest.start, "trailing_bytes"))
    read = reader.read_so_far
    read.signatures, read.timestamps = _with_digests(data, read.signatures, read.timestamps)
    boundary = read.sealed_end
    if boundary is None:
        boundary = max((found.revision_end for found in read.signatures), default=0)
    for start, code in reader.problems:
        check = "2" if start < boundary else "5"
        problems.append(Problem(check, f"{check}.{code}"))
    return read


@dataclass
class _Reader:
    data: bytes
    template: Template
    read_so_far: Updates
    problems: list[tuple[int, str]]

    def read(self, raw: RawRevision) -> None:
        """Read one revision as what it claims to be."""
        tail = layout.read_tail(self.data, raw.start)
        signed = _signed(raw, b"/Type/Sig/")
        stamped = _signed(raw, b"/Type/DocTimeStamp/")
        if tail is not None and signed is not None and self._signature(raw, tail, signed):
            return
        if tail is not None and stamped is not None and self._evidence(raw, tail, stamped):
            return
        self.problems.append((raw.start, "foreign_revision"))

    def _signature(self, raw: RawRevision, tail: layout.Tail, signed: _Signed) -> bool:
        so_far, template = self.read_so_far, self.template
        step = _step(template, raw, signed.number)
        at = _time(raw.find(signed.number))
        if step is None or at is None:
            return False
        if so_far.sealed_end is not None:
            self.problems.append((raw.start, "signed_after_seal"))
        elif so_far.timestamps:
            self.problems.append((raw.start, "timestamp_before_seal"))
        elif so_far.signatures and step <= so_far.signatures[-1].step:
            self.problems.append((raw.start, "signatures_out_of_order"))
        lines = self._lines(raw, signed.number + 1)
        try:
            update = signature_update(
                raw.start, tail, template,
                step=step, lines=lines, date=layout.date(at), reserved=len(signed.digits) // 2,
            )  # fmt: skip
            self._compare(raw, update, signed, "signature_differs")
        except VerifierError:
            self.problems.append((raw.start, "signature_differs"))
        found = ParsedSignature(
            step, template.signatures[step].field, signed.declared, signed.place, signed.contents,
            len(signed.digits) // 2, at, lines, raw.end, b"",
        )  # fmt: skip
        so_far.signatures += (found,)
        if so_far.state.certification is None:
            so_far.state = replace(so_far.state, certification=signed.number)
        if step == template.seal_step and so_far.sealed_end is None:
            so_far.sealed_end = raw.end
        return True

    def _evidence(self, raw: RawRevision, tail: layout.Tail, stamped: _Signed) -> bool:
        so_far = self.read_so_far
        name, number = _timestamp_field(raw, stamped.number)
        store = next((found for found in raw.objects if b"/Type/DSS" in found.head), None)
        if name is None or store is None:
            return False
        evidence, new = _read_store(self.data, raw, store, so_far.state.evidence)
        update = evidence_update(
            raw.start, tail, self.template, so_far.state,
            new=new, reserved=len(stamped.digits) // 2,
        )  # fmt: skip
        self._compare(raw, update, stamped, "evidence_differs")
        so_far.timestamps += (
            ParsedTimestamp(name, stamped.declared, stamped.place, stamped.contents,
                            len(stamped.digits) // 2, raw.end, b""),
        )  # fmt: skip
        fields = (*so_far.state.timestamps, number)
        so_far.state = replace(so_far.state, evidence=evidence, timestamps=fields)
        return True

    def _lines(self, raw: RawRevision, number: int) -> tuple[str, ...]:
        drawn = raw.find(number)
        if drawn is None or drawn.stream is None:
            return ()
        try:
            return appearance.read(self.template, self.data[slice(*drawn.stream)])
        except VerifierError:
            return ()

    def _compare(self, raw: RawRevision, update: Update, signed: _Signed, code: str) -> None:
        """Compare a revision with its rebuilt form."""
        _, before, after, _ = update.byte_range
        opening, closing = before - raw.start + 1, after - raw.start - 1
        found = self.data[raw.start : raw.end]
        same = (
            len(found) == len(update.data)
            and found[:opening] == update.data[:opening]
            and found[closing:] == update.data[closing:]
        )
        if not same:
            self.problems.append((raw.start, code))
        if not signed.padded:
            self.problems.append((raw.start, "padding"))


def _signed(raw: RawRevision, kind: bytes) -> _Signed | None:
    """The one signature dictionary of this kind; None where there is none or no hex in it."""
    for found in raw.objects:
        if found.stream is not None or kind not in found.head:
            continue
        contents = _CONTENTS.search(found.head)
        declared = _RANGE.search(found.head)
        if contents is None:
            return None
        digits = contents[1]
        whole = bytes.fromhex(digits.decode("ascii").ljust(len(digits) + len(digits) % 2, "0"))
        end = _der_end(whole)
        padded = digits == digits.lower() and not len(digits) % 2 and not any(whole[end:])
        first, second, third, fourth = (
            (0, 0, 0, 0) if declared is None else (int(value) for value in declared.groups())
        )
        declared_range = (first, second, third, fourth)
        inside = found.start + len(b"%d 0 obj\n" % found.number)
        before, after = inside + contents.start(1) - 1, inside + contents.end(1) + 1
        place = (0, before, after, raw.end - after)
        return _Signed(found.number, declared_range, place, digits, whole[:end], padded)
    return None


def _der_end(data: bytes) -> int:
    """End of the one DER value at the start; everything where it is none."""
    if len(data) < 2:  # noqa: PLR2004  # a tag and a length
        return len(data)
    length, count = data[1], 0
    if length & 0x80:
        count = length & 0x7F
        length = int.from_bytes(data[2 : 2 + count], "big")
    return min(len(data), 2 + count + length)


def _step(template: Template, raw: RawRevision, value: int) -> int | None:
    for step, slot in enumerate(template.signatures):
        found = raw.find(slot.object)
        match = None if found is None else _VALUE.search(found.head)
        if match is not None and int(match[1]) == value:
            return step
    return None


def _time(found: RawObject | None) -> datetime | None:
    match = None if found is None else _TIME.search(found.head)
    if match is None:
        return None
    try:
        return datetime.strptime(match[1].decode("ascii"), "D:%Y%m%d%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None


def _timestamp_field(raw: RawRevision, value: int) -> tuple[str | None, int]:
    for found in raw.objects:
        match = _VALUE.search(found.head) if b"/FT/Sig" in found.head else None
        name = _NAME.search(found.head)
        if match is not None and name is not None and int(match[1]) == value:
            return name[1].decode("ascii"), found.number
    return None, 0


def _read_store(
    data: bytes, raw: RawRevision, store: RawObject, old: Evidence
) -> tuple[Evidence, NewEvidence]:
    """The evidence that /DSS now names, and the part of it that this revision brings."""
    kinds: list[tuple[tuple[int, bytes], ...]] = []
    fresh: list[tuple[bytes, ...]] = []
    for pattern, known in zip(_LISTS, (old.certs, old.ocsps, old.crls), strict=True):
        match = pattern.search(store.head)
        numbers = [] if match is None else [int(value) for value in _NUMBER.findall(match[1])]
        new = _streams(data, raw, numbers)
        kinds.append((*known, *new))
        fresh.append(tuple(der for _, der in new))
    return Evidence(*kinds), (fresh[0], fresh[1], fresh[2])


def _streams(
    data: bytes, raw: RawRevision, numbers: Sequence[int]
) -> tuple[tuple[int, bytes], ...]:
    here = {found.number: found.stream for found in reversed(raw.objects)}
    places = [(number, here.get(number)) for number in numbers]
    return tuple((number, data[slice(*place)]) for number, place in places if place is not None)


def _with_digests(
    data: bytes,
    signatures: tuple[ParsedSignature, ...],
    timestamps: tuple[ParsedTimestamp, ...],
) -> tuple[tuple[ParsedSignature, ...], tuple[ParsedTimestamp, ...]]:
    """Hash the file once for all ByteRanges, each from the state of the one before."""
    view = memoryview(data)
    places = {found.expected_range for found in signatures}
    places |= {found.expected_range for found in timestamps}
    running, position = hashlib.sha256(), 0
    digests: dict[ByteRange, bytes] = {}
    for where in sorted(places):
        _, before, after, rest = where
        running.update(view[position:before])
        covered = running.copy()
        covered.update(view[after : after + rest])
        digests[where] = covered.digest()
        position = before
    return (
        tuple(replace(found, covered_digest=digests[found.expected_range]) for found in signatures),
        tuple(replace(found, covered_digest=digests[found.expected_range]) for found in timestamps),
    )
