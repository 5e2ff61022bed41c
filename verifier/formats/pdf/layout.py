"""The bytes between the values: objects, cross-reference tables, trailers.

Whoever writes a file of ours and whoever checks one use these functions, so the checker
can build the expected bytes and compare, and nothing has room to hide. Classic
cross-reference tables only, no filter, no object stream, one space and one newline where
PDF would allow many.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

TAIL_SIZE = 512
_TAIL = re.compile(
    rb"trailer\n<</Size (\d{1,9})/Root 1 0 R(?:/Prev (\d{1,10}))?"
    rb"/ID\[<([0-9a-f]{32})><[0-9a-f]{32}>\]>>\nstartxref\n(\d{1,10})\n%%EOF\n\Z"
)


def number(hundredths: int) -> bytes:
    """A length in points with exactly two decimals."""
    sign = b"-" if hundredths < 0 else b""
    return b"%b%d.%02d" % (sign, *divmod(abs(hundredths), 100))


def rectangle(rect: Iterable[int]) -> bytes:
    """`[left bottom right top]`."""
    return b"[%b]" % b" ".join(number(value) for value in rect)


def references(numbers: Iterable[int]) -> bytes:
    """`[1 0 R 2 0 R]`."""
    return b"[%b]" % b" ".join(b"%d 0 R" % value for value in numbers)


def date(at: datetime) -> bytes:
    """A PDF date in UTC."""
    return at.astimezone(UTC).strftime("D:%Y%m%d%H%M%SZ").encode("ascii")


def indirect(num: int, body: bytes) -> bytes:
    """One whole indirect object."""
    return b"%d 0 obj\n%b\nendobj\n" % (num, body)


def stream(entries: bytes, data: bytes) -> bytes:
    """The body of a stream object; `entries` stand before /Length."""
    return b"<<%b/Length %d>>\nstream\n%b\nendstream" % (entries, len(data), data)


def xref(offsets: Mapping[int, int], *, first: bool) -> bytes:
    """A cross-reference section; that of the first revision heads the free list."""
    out = [b"xref\n"]
    numbers = sorted(offsets)
    if first:
        out.append(b"0 %d\n0000000000 65535 f \n" % (len(numbers) + 1))
        out.extend(b"%010d 00000 n \n" % offsets[num] for num in numbers)
        return b"".join(out)
    for run in _runs(numbers):
        out.append(b"%d %d\n" % (run[0], len(run)))
        out.extend(b"%010d 00000 n \n" % offsets[num] for num in run)
    return b"".join(out)


def _runs(numbers: list[int]) -> list[list[int]]:
    runs: list[list[int]] = []
    for num in numbers:
        if runs and runs[-1][-1] + 1 == num:
            runs[-1].append(num)
        else:
            runs.append([num])
    return runs


def trailer(*, size: int, previous: int | None, file_id: bytes, xref_at: int) -> bytes:
    """Trailer and end of one revision; `file_id` is 32 hex digits."""
    prev = b"" if previous is None else b"/Prev %d" % previous
    return (
        b"trailer\n<</Size %d/Root 1 0 R%b/ID[<%b><%b>]>>\nstartxref\n%d\n%%%%EOF\n"
        % (size, prev, file_id, file_id, xref_at)
    )  # fmt: skip


@dataclass(frozen=True)
class Tail:
    """What the next revision has to know about the one before."""

    size: int
    is_first: bool
    file_id: bytes
    xref_at: int


def read_tail(data: bytes, end: int) -> Tail | None:
    """Read the trailer that ends at `end`; None where it is not one of ours."""
    match = _TAIL.search(data[max(0, end - TAIL_SIZE) : end])
    if match is None:
        return None
    size, previous, file_id, xref_at = match.groups()
    return Tail(int(size), previous is None, file_id, int(xref_at))


def update(start: int, tail: Tail, objects: list[tuple[int, bytes]], size: int) -> bytes:
    """A whole incremental update that begins at `start`: objects, table, trailer."""
    out: list[bytes] = []
    offsets: dict[int, int] = {}
    position = start
    for num, body in objects:
        whole = indirect(num, body)
        offsets[num] = position
        position += len(whole)
        out.append(whole)
    out.append(xref(offsets, first=False))
    out.append(trailer(size=size, previous=tail.xref_at, file_id=tail.file_id, xref_at=position))
    return b"".join(out)
