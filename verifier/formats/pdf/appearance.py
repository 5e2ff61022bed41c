"""What is drawn where someone signed: title, name, date, in a rectangle of the template.

The lines follow from the signer's appointment and the signing time alone, so a checker
knows what must stand there. They are drawn by one rule (centred, a size that fits), so
the drawing is compared by bytes.

    appearance_for(appointment, at).lines
    # ("HIỆU TRƯỞNG", "Vũ Thị Hồng Nhung", "Ngày ký: 31/05/2026")
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Protocol

from verifier.errors import FormatError, UnknownFormatError
from verifier.formats.pdf import layout, text
from verifier.templates import Slot, Template

VIETNAM = timezone(timedelta(hours=7))
LARGEST, SMALLEST = 1000, 650
_MARGIN = 400
_TITLES = {
    "homeroom": ("GIÁO VIÊN CHỦ NHIỆM",),
    "principal": ("HIỆU TRƯỞNG",),
    "deputy_principal": ("KT. HIỆU TRƯỞNG", "PHÓ HIỆU TRƯỞNG"),
    "seal": ("CON DẤU SỐ CỦA NHÀ TRƯỜNG",),
}
OWN_TITLES = "signer"
_DATE = "Ngày ký: {at:%d/%m/%Y}"
_LINE = re.compile(
    rb"BT/[RB] \d{1,2}\.\d\d Tf 1 0 0 1 -?\d{1,4}\.\d\d -?\d{1,4}\.\d\d Tm<([0-9a-f]+)>Tj ET\n"
)


class Signatory(Protocol):
    """The part of an appointment that is drawn."""

    @property
    def name(self) -> str:
        """Person or organisation."""

    @property
    def role(self) -> str:
        """Role for which it was appointed."""


@dataclass(frozen=True)
class Appearance:
    """The lines, from top to bottom; the last is the date."""

    lines: tuple[str, ...]


def appearance_for(
    appointment: Signatory, at: datetime, template: Template | None = None
) -> Appearance:
    """What must be drawn for this signer at this time (the date is Vietnam's).

    A form may call a role otherwise, by its code list `signer` (a centre has a director).

    Raises:
        UnknownFormatError: `appearance.unknown_role`.
    """
    if appointment.role not in _TITLES:
        raise UnknownFormatError("appearance.unknown_role", appointment.role[:40])
    day = _DATE.format(at=at.astimezone(VIETNAM))
    own = template.code_lists.get(OWN_TITLES, {}) if template else {}
    named = own.get(appointment.role)
    titles = _TITLES[appointment.role] if named is None else tuple(named.split("\n"))
    return Appearance((*titles, appointment.name, day))


def form(slot: Slot, fonts: bytes, content: bytes) -> bytes:
    """The appearance stream's object body.

    A field that is not yet signed has the same one without content: signing may change
    what is drawn, but EU DSS objects to another /BBox.
    """
    left, bottom, right, top = slot.rect
    box = layout.rectangle((0, 0, right - left, top - bottom))
    entries = b"/Type/XObject/Subtype/Form/BBox%b/Resources<</Font%b>>" % (box, fonts)
    return layout.stream(entries, content)


def read(template: Template, content: bytes) -> tuple[str, ...]:
    """The lines that an appearance's content draws.

    Raises:
        FormatError: `appearance.malformed`, `text.unknown_code`.
    """
    drawn: list[str] = []
    position = 0
    while position < len(content):
        match = _LINE.match(content, position)
        if match is None:
            raise FormatError("appearance.malformed")
        drawn.append(text.decode(template, match[1]))
        position = match.end()
    return tuple(text.join(drawn))


def draw(template: Template, slot: Slot, lines: tuple[str, ...]) -> bytes:
    """The content that draws these lines.

    Raises:
        FormatError: `text.missing_glyph`, or `appearance.too_long` where no size fits.
    """
    left, bottom, right, top = slot.rect
    placed = _place(template, right - left - 2 * _MARGIN, lines)
    height = sum(text.leading(size) for _, size, _ in placed)
    if height > top - bottom - _MARGIN:
        raise FormatError("appearance.too_long")
    y = (top - bottom + height) // 2
    out: list[bytes] = []
    for font, size, line in placed:
        y -= text.leading(size)
        x = (right - left - text.width(template, font, size, line.rstrip(" "))) // 2
        out.append(
            b"BT/%b %b Tf 1 0 0 1 %b %b Tm<%b>Tj ET\n"
            % (font.encode(), layout.number(size), layout.number(x),
               layout.number(y + size // 4), text.encode(template, line))
        )  # fmt: skip
    return b"".join(out)


def _place(template: Template, room: int, lines: tuple[str, ...]) -> list[tuple[str, int, str]]:
    """Font, size and text of each drawn line; what fits no size is broken."""
    placed: list[tuple[str, int, str]] = []
    for index, line in enumerate(lines):
        text.encode(template, line)
        font = "R" if index == len(lines) - 1 else "B"
        fitting = [
            size
            for size in text.sizes(LARGEST, SMALLEST)
            if text.width(template, font, size, line) <= room
        ]
        if fitting:
            placed.append((font, fitting[0], line))
        else:
            broken = text.wrap(template, font, SMALLEST, line, room)
            placed.extend((font, SMALLEST, part) for part in broken)
    return placed
