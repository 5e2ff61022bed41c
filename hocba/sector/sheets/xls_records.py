"""Hidden rows and columns of a .xls file, which the value reader does not tell.

    for name, hidden_rows, hidden_columns in walk_xls(data): ...

A compound file ([MS-CFB]) holds one stream of records ([MS-XLS]); only BOUNDSHEET, ROW and
COLINFO are looked at. A file that does not follow the two specifications gives nothing.
"""

import struct
from collections.abc import Iterator

_END = 0xFFFFFFFE
_LONGEST_CHAIN = 100_000
_BOUNDSHEET, _ROW, _COLINFO, _BOF, _EOF = 0x0085, 0x0208, 0x007D, 0x0809, 0x000A
_ROW_HIDDEN, _COLUMN_HIDDEN = 0x0020, 0x0001
_MINI_LIMIT = 4096

Hidden = tuple[str, frozenset[int], frozenset[int]]


def walk_xls(data: bytes) -> list[Hidden]:
    """Each sheet with its hidden rows and columns; nothing where the file cannot be walked."""
    try:
        stream = _workbook_stream(data)
        return [] if stream is None else list(_sheets(stream))
    except (struct.error, IndexError, UnicodeDecodeError, ValueError):
        return []


def _records(stream: bytes, start: int = 0) -> Iterator[tuple[int, int, bytes]]:
    place = start
    while place + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, place)
        yield place, kind, stream[place + 4 : place + 4 + size]
        place += 4 + size


def _sheets(stream: bytes) -> Iterator[Hidden]:
    for _, kind, body in _records(stream):
        if kind == _EOF:
            return
        if kind == _BOUNDSHEET:
            (start,) = struct.unpack_from("<I", body)
            length, wide = body[6], body[7] & 1
            raw = body[8 : 8 + length * (1 + wide)]
            name = raw.decode("utf-16-le" if wide else "latin-1")
            yield (name, *_hidden(stream, start))


def _hidden(stream: bytes, start: int) -> tuple[frozenset[int], frozenset[int]]:
    rows: set[int] = set()
    columns: set[int] = set()
    for _, kind, body in _records(stream, start):
        if kind == _EOF:
            break
        if kind == _ROW and struct.unpack_from("<I", body, 12)[0] & _ROW_HIDDEN:
            rows.add(struct.unpack_from("<H", body)[0])
        if kind == _COLINFO:
            first, last, _, _, flags = struct.unpack_from("<HHHHH", body)
            if flags & _COLUMN_HIDDEN:
                columns |= set(range(first, min(last, 255) + 1))
    return frozenset(rows), frozenset(columns)


def _workbook_stream(data: bytes) -> bytes | None:
    size = 1 << struct.unpack_from("<H", data, 30)[0]
    first_directory, first_mini = (struct.unpack_from("<I", data, at)[0] for at in (48, 60))
    table = _allocation(data, size)
    directory = _chain(data, table, first_directory, size)
    root_start = None
    for place in range(0, len(directory) - 127, 128):
        entry = directory[place : place + 128]
        length = struct.unpack_from("<H", entry, 64)[0]
        name = entry[: max(length - 2, 0)].decode("utf-16-le")
        start, total = struct.unpack_from("<II", entry, 116)
        if place == 0:
            root_start = start
        if name in ("Workbook", "Book"):
            if total >= _MINI_LIMIT:
                return _chain(data, table, start, size)[:total]
            return _mini(data, table, (root_start or 0, first_mini, start), size)[:total]
    return None


def _mini(data: bytes, table: list[int], starts: tuple[int, int, int], size: int) -> bytes:
    root, first_mini, start = starts
    container = _chain(data, table, root, size)
    raw = _chain(data, table, first_mini, size)
    mini_table = list(struct.unpack(f"<{len(raw) // 4}I", raw))
    return b"".join(container[n * 64 : n * 64 + 64] for n in _links(mini_table, start))


def _allocation(data: bytes, size: int) -> list[int]:
    count = struct.unpack_from("<I", data, 44)[0]
    places = [n for n in struct.unpack_from("<109I", data, 76) if n < _END][:count]
    following = struct.unpack_from("<I", data, 68)[0]
    while len(places) < count and following < _END:
        sector = struct.unpack_from(f"<{size // 4}I", data, (following + 1) * size)
        places += [n for n in sector[:-1] if n < _END]
        following = sector[-1]
        if len(places) > _LONGEST_CHAIN:
            raise ValueError("chain without an end")
    table: list[int] = []
    for place in places[:count]:
        table += struct.unpack_from(f"<{size // 4}I", data, (place + 1) * size)
    return table


def _chain(data: bytes, table: list[int], start: int, size: int) -> bytes:
    return b"".join(data[(n + 1) * size : (n + 2) * size] for n in _links(table, start))


def _links(table: list[int], start: int) -> Iterator[int]:
    place, steps = start, 0
    while place < _END:
        yield place
        place = table[place]
        steps += 1
        if steps > _LONGEST_CHAIN:
            raise ValueError("chain without an end")
