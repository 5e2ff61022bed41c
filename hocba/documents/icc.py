"""A colour profile of our own making: sRGB as an ICC version 2 matrix profile.

PDF/A wants the meaning of colours stated (ISO 19005-3, 6.2.3). Documents are black on
white, so the smallest profile that says sRGB will do: primaries adapted to D50, gamma 2.2.
"""

import struct

_PRIMARIES = {
    b"rXYZ": (0.4360747, 0.2225045, 0.0139322),
    b"gXYZ": (0.3850649, 0.7168786, 0.0971045),
    b"bXYZ": (0.1430804, 0.0606169, 0.7141733),
}
_WHITE = (0.9642, 1.0, 0.8249)
_GAMMA = 0x0233  # 2.2 as u8Fixed8
_HEADER_SIZE = 128


def srgb() -> bytes:
    """The profile's bytes."""
    tags = {
        b"desc": _description(b"sRGB"),
        b"cprt": _text(b"Public domain"),
        b"wtpt": _xyz(_WHITE),
        **{name: _xyz(values) for name, values in _PRIMARIES.items()},
        b"rTRC": _curve(),
        b"gTRC": _curve(),
        b"bTRC": _curve(),
    }
    table, data = _table(tags)
    size = _HEADER_SIZE + len(table) + len(data)
    return _header(size) + table + data


def _header(size: int) -> bytes:
    head = struct.pack(">I4sI4s4s4s", size, b"\0\0\0\0", 0x02100000, b"mntr", b"RGB ", b"XYZ ")
    head += struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp" + bytes(24)
    head += struct.pack(">I", 0) + b"".join(_fixed(value) for value in _WHITE)
    return head.ljust(_HEADER_SIZE, b"\0")


def _table(tags: dict[bytes, bytes]) -> tuple[bytes, bytes]:
    start = _HEADER_SIZE + 4 + 12 * len(tags)
    entries, data = [struct.pack(">I", len(tags))], b""
    places: dict[bytes, int] = {}
    for name, content in tags.items():
        if content not in places:
            places[content] = start + len(data)
            data += content.ljust(-(-len(content) // 4) * 4, b"\0")
        entries.append(struct.pack(">4sII", name, places[content], len(content)))
    return b"".join(entries), data


def _fixed(value: float) -> bytes:
    return struct.pack(">i", round(value * 65536))


def _xyz(values: tuple[float, float, float]) -> bytes:
    return b"XYZ \0\0\0\0" + b"".join(_fixed(value) for value in values)


def _curve() -> bytes:
    return b"curv\0\0\0\0" + struct.pack(">IH", 1, _GAMMA)


def _text(value: bytes) -> bytes:
    return b"text\0\0\0\0" + value + b"\0"


def _description(value: bytes) -> bytes:
    head = b"desc\0\0\0\0" + struct.pack(">I", len(value) + 1) + value + b"\0"
    return head + bytes(4 + 4 + 2 + 1 + 67)
