"""Find the header of a foreign sheet and propose what each column means.

    proposal = guess_mapping(grid, register.subjects)
    proposal.columns[4].meaning       # Meaning("mark", "tx1", ...), why: "group"
    proposal.fingerprint              # the same for every sheet with these heads

The header row is the first that names a pupil (code or name) and one thing more; rows above
it belong to it if they group mark columns, rows below it while they name no pupil. Merged
heads count for every column they cover. A proposal is shown to a person and never used
unasked; `hocba.sector.sheets.mapping` keeps what the person agreed to.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from hocba.sector.names import fold
from hocba.sector.sheets.exports import Known, known_export
from hocba.sector.sheets.grid import Grid, address, filled, shown
from hocba.sector.sheets.legacy import Legacy, convert, detect
from hocba.sector.sheets.register import SheetSubject
from hocba.sector.sheets.words import (
    PUPIL_ROLES,
    SEVERAL,
    UNKNOWN,
    VALUE_ROLES,
    Meaning,
    compact,
    meaning_of,
    subject_in,
    term_in,
)
from verifier.formats.canonical import canonical, sha256_hex

_DEEPEST = 40
_MOST_BELOW = 2
_SURE = 0.7
_CLASS = re.compile(r"\blop\s*:?\s*([0-9]{1,2}\s*[a-z0-9./_-]*)")
_YEAR = re.compile(r"\b(20[0-9]{2})\s*[-–]\s*(20[0-9]{2})\b")
_SUBJECT = re.compile(
    r"\bmôn(?:\s*học)?\s*:?\s*(.+?)(?=\s+[-–]\s|\s*[;,(]|\s+lớp\b|\s+học k|$)", re.IGNORECASE
)


@dataclass(frozen=True)
class Header:
    """Where the header stands: its first and last row, and what each column says."""

    top: int
    bottom: int
    paths: tuple[tuple[str, ...], ...]

    @property
    def first_row(self) -> int:
        """The first row below it."""
        return self.bottom + 1

    @property
    def fingerprint(self) -> str:
        """Digest of the heads: what a remembered mapping is found by."""
        heads = [[compact(part) for part in path] for path in self.paths]
        while heads and not any(heads[-1]):
            heads.pop()
        return sha256_hex(canonical(heads))


@dataclass(frozen=True)
class ColumnGuess:
    """One column: its heads, what it is taken for, and what font its text seems to be in."""

    column: int
    head: str
    meaning: Meaning
    legacy: Legacy | None = None


@dataclass(frozen=True)
class Context:
    """What the lines above the header and the tab say; None where they are silent."""

    subject: str | None = None
    term: int | None = None
    class_name: str | None = None
    school_year: str | None = None


@dataclass(frozen=True)
class Proposal:
    """What one sheet seems to hold; `header` is None where none was found."""

    grid: Grid
    header: Header | None
    columns: tuple[ColumnGuess, ...] = ()
    context: Context = Context()
    known: Known | None = None

    @property
    def fingerprint(self) -> str:
        """Digest of the heads; empty where there is no header."""
        return self.header.fingerprint if self.header else ""

    @property
    def legacy(self) -> tuple[ColumnGuess, ...]:
        """Columns that are written in an old font."""
        return tuple(each for each in self.columns if each.legacy)

    @property
    def confidence(self) -> float:
        """The confidence of the least sure column that would be read."""
        read = [c.meaning.confidence for c in self.columns if c.meaning.role in VALUE_ROLES]
        return min(read, default=0.0)


def guess_mapping(grid: Grid, subjects: Iterable[SheetSubject] = ()) -> Proposal:
    """Propose what the columns of a sheet mean."""
    listed = tuple(subjects)
    header = find_header(grid, listed)
    if header is None:
        return Proposal(grid, None, context=_context(grid, min(len(grid.rows), _DEEPEST), listed))
    context = _context(grid, header.top, listed)
    title = " ".join(_lines_above(grid, header.top))
    known = known_export(header.paths, title)
    meanings = [meaning_of(path, listed) for path in header.paths]
    if known:
        meanings = [
            known.meaning(path) or m for path, m in zip(header.paths, meanings, strict=True)
        ]
    meanings = _split_names(grid, header, _numbered(meanings))
    columns = tuple(
        ColumnGuess(
            index,
            " / ".join(header.paths[index]),
            meaning,
            detect(texts_of(grid, header, index)) if filled_below(grid, header, index) else None,
        )
        for index, meaning in enumerate(meanings)
        if header.paths[index] or filled_below(grid, header, index)
    )
    return Proposal(grid, header, columns, context, known)


def find_header(grid: Grid, subjects: Sequence[SheetSubject] = ()) -> Header | None:
    """Find the rows of the header; None where no row names pupils and something more."""
    for row in range(min(len(grid.rows), _DEEPEST)):
        meanings = {c: meaning_of((_head(grid, row, c),)) for c in range(grid.width)
                    if filled(grid.at(row, c))}  # fmt: skip
        sure = [m.role for m in meanings.values() if m.confidence >= _SURE and m != UNKNOWN]
        if {"code", "name", "family_name"} & set(sure) and len(sure) >= 2:  # noqa: PLR2004
            anchors = [c for c, m in meanings.items() if m.role in ("code", "name", "family_name")]
            top, bottom = _top(grid, row, anchors, subjects), _bottom(grid, row, anchors)
            bottom, ends = _skip_numbering(grid, bottom)
            return Header(top, ends, _paths(grid, top, bottom, row))
    return None


def texts_of(grid: Grid, header: Header, column: int) -> list[str]:
    """The texts below the header in one column."""
    values = (grid.at(row, column) for row in range(header.first_row, len(grid.rows)))
    return [value for value in values if isinstance(value, str) and value.strip()]


def filled_below(grid: Grid, header: Header, column: int) -> bool:
    """Whether anything stands in the column below the header."""
    return any(filled(grid.at(row, column)) for row in range(header.first_row, len(grid.rows)))


def _head(grid: Grid, row: int, column: int) -> str:
    """A head as a person reads it; one in an old font that is understood only so, converted."""
    text = shown(grid.resolved(row, column))
    if text.isascii() or meaning_of((text,)) != UNKNOWN:
        return text
    found = detect([text])
    return convert(text, found.encoding) if found else text


def _bottom(grid: Grid, row: int, anchors: Sequence[int]) -> int:
    bottom = max(grid.block(row, column).bottom for column in anchors)
    while (
        bottom + 1 < len(grid.rows)
        and bottom - row < _MOST_BELOW
        and any(filled(value) for value in grid.rows[bottom + 1])
        and not any(filled(grid.at(bottom + 1, column)) for column in anchors)
    ):
        bottom += 1
    return bottom


def _skip_numbering(grid: Grid, bottom: int) -> tuple[int, int]:
    """Pass over a row that only numbers the columns: (1) (2) (3)."""
    below = [shown(v) for v in (grid.rows[bottom + 1] if bottom + 1 < len(grid.rows) else ())]
    told = [text for text in below if text]
    numbers = [text.strip("()") for text in told]
    if len(told) > 2 and numbers == [str(n) for n in range(1, len(told) + 1)]:  # noqa: PLR2004
        return bottom, bottom + 1
    return bottom, bottom


def _top(grid: Grid, row: int, anchors: Sequence[int], subjects: Sequence[SheetSubject]) -> int:
    top = row
    while top > 0 and row - top < _MOST_BELOW:
        above = [
            shown(grid.resolved(top - 1, column))
            for column in range(max(anchors) + 1, grid.width)
            if not any(grid.block(top - 1, column).holds(top - 1, one) for one in anchors)
        ]
        if not any(_groups(text, subjects) for text in above if text):
            break
        top -= 1
    return top


def _groups(text: str, subjects: Sequence[SheetSubject]) -> bool:
    short = len(text) <= 40  # noqa: PLR2004  # a head, not a title line
    return short and (
        term_in(text) is not None
        or subject_in(text, subjects) is not None
        or meaning_of((text,)).role == "mark"
    )


def _paths(grid: Grid, top: int, bottom: int, row: int) -> tuple[tuple[str, ...], ...]:
    paths: list[tuple[str, ...]] = []
    last: dict[int, str] = {}
    for column in range(grid.width):
        own = any(filled(grid.resolved(r, column)) for r in range(row, bottom + 1))
        parts: list[str] = []
        seen = set()
        for level in range(top, bottom + 1):
            text = _head(grid, level, column)
            block = grid.block(level, column)
            if text:
                last[level] = text
                for deeper in range(level + 1, bottom + 1):
                    last.pop(deeper, None)
            elif own and level < bottom and block.left == block.right:
                text = last.get(level, "")  # a group's name stands only over its first column
            if text and (block.top, block.left) not in seen:
                parts.append(text)
            seen.add((block.top, block.left))
        paths.append(tuple(parts))
    return tuple(paths)


def _numbered(meanings: Sequence[Meaning]) -> list[Meaning]:
    """Number neighbouring regular columns that carry no number, in their order."""
    counts: dict[tuple[str | None, int | None], int] = {}
    for one in meanings:
        if one.item == SEVERAL:
            counts[one.subject, one.term] = counts.get((one.subject, one.term), 0) + 1
    running: dict[tuple[str | None, int | None], int] = {}
    result = []
    for one in meanings:
        key = (one.subject, one.term)
        if one.item == SEVERAL and counts[key] > 1:
            running[key] = running.get(key, 0) + 1
            result.append(replace(one, item=f"tx{running[key]}"))
        else:
            result.append(one)
    return result


def _split_names(grid: Grid, header: Header, meanings: list[Meaning]) -> list[Meaning]:
    """One head "Họ và tên" over two columns: family and middle name, then the given name."""
    for column, meaning in enumerate(meanings[:-1]):
        if meaning.role != "name":
            continue
        block = grid.block(header.bottom, column)
        covers = block.right == column + 1
        blank = not header.paths[column + 1] and _short_texts(grid, header, column + 1)
        if covers or blank:
            sure = 0.95 if covers else 0.6
            meanings[column] = Meaning("family_name", confidence=sure, why="merged_name")
            meanings[column + 1] = Meaning("given_name", confidence=sure, why="merged_name")
        break
    return meanings


def _short_texts(grid: Grid, header: Header, column: int) -> bool:
    texts = texts_of(grid, header, column)
    return bool(texts) and all(len(text.split()) == 1 for text in texts)


def _lines_above(grid: Grid, top: int) -> list[str]:
    lines = [shown(v) for row in grid.rows[:top] for v in row if isinstance(v, str) and filled(v)]
    legacy = detect(lines)
    return [convert(line, legacy.encoding) if legacy else line for line in lines]


def _context(grid: Grid, top: int, subjects: Sequence[SheetSubject]) -> Context:
    lines = _lines_above(grid, top)
    subject = subject_in(grid.name, subjects)
    term, class_name, year = None, None, None
    for line in lines:
        folded = fold(line)
        if subject is None and (found := _SUBJECT.search(line)):
            subject = subject_in(found[1], subjects)
        term = term or term_in(line)
        if class_name is None and (found := _CLASS.search(folded)):
            class_name = re.sub(r"\s", "", found[1]).upper()
        if year is None and (found := _YEAR.search(folded)):
            year = f"{found[1]}-{found[2]}"
    return Context(subject, term or term_in(grid.name), class_name, year)


def place(header: Header, column: int) -> str:
    """The address of a column's own head."""
    return address(header.bottom, column)


__all__ = [
    "PUPIL_ROLES",
    "ColumnGuess",
    "Context",
    "Header",
    "Proposal",
    "find_header",
    "guess_mapping",
    "place",
]
