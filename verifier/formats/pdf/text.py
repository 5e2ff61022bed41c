"""Text as the template's fonts draw it: codes, widths, lines.

A string on the page is a list of four-digit codes, one per letter, the same code in every
face. A line that was broken at a space keeps that space at its end, so the lines of a
value, put one after the other, are the value: reading needs no guess.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from verifier.errors import FormatError

STEP = 50
"""Sizes are tried in steps of half a point."""

LEADING = 112
"""Distance of two baselines in hundredths of the size."""


class Letters(Protocol):
    """The part of a template that text needs; the template builder has it before the rest."""

    @property
    def charset(self) -> str:
        """All letters in code order; the first has code 1."""

    @property
    def letters(self) -> frozenset[str]:
        """The same letters, as a set."""

    @property
    def hex_of(self) -> Mapping[int, str]:
        """Code point -> code as four hex digits."""

    @property
    def letter_of(self) -> Mapping[int, str]:
        """Code -> letter."""

    @property
    def advance(self) -> Mapping[str, Mapping[str, int]]:
        """Face -> letter -> advance in 1/1000 em."""


def encode(letters: Letters, text: str) -> bytes:
    """The hex digits that draw the text.

    Raises:
        FormatError: `text.missing_glyph` names the first letter that no face has.
    """
    missing = set(text) - letters.letters
    if missing:
        letter = min(missing)
        raise FormatError("text.missing_glyph", f"{letter} U+{ord(letter):04X}")
    return text.translate(letters.hex_of).encode("ascii")


def decode(letters: Letters, digits: bytes) -> str:
    """Read drawn codes back.

    Raises:
        FormatError: `text.unknown_code`.
    """
    try:
        codes = bytes.fromhex(digits.decode("ascii")).decode("utf-16-be")
    except ValueError as error:
        raise FormatError("text.unknown_code") from error
    if codes and not 0 < ord(min(codes)) <= ord(max(codes)) <= len(letters.charset):
        raise FormatError("text.unknown_code")
    return codes.translate(letters.letter_of)


def width(letters: Letters, font: str, size: int, text: str) -> int:
    """Width of the text in hundredths of a point, rounded up."""
    advance = letters.advance[font]
    return -(-sum(map(advance.__getitem__, text)) * size // 1000)


def leading(size: int) -> int:
    """Distance between the baselines of two lines."""
    return size * LEADING // 100


def wrap(letters: Letters, font: str, size: int, text: str, limit: int) -> list[str]:
    """Break the text into lines no wider than `limit`; a word wider than a line is cut."""
    advance = letters.advance[font]
    room = limit * 1000 // size
    lines: list[str] = []
    line, used = "", 0
    for word in _words(text):
        wide = sum(map(advance.__getitem__, word.rstrip(" ")))
        if line and used + wide > room:
            lines.append(line)
            line, used = "", 0
        while wide > room:
            head = _head(advance, word, room)
            lines.append(word[:head])
            word = word[head:]  # noqa: PLW2901  # the rest of a word cut at the margin
            wide = sum(map(advance.__getitem__, word.rstrip(" ")))
        line += word
        used += sum(map(advance.__getitem__, word))
    return [*lines, line] if line else lines


def _words(text: str) -> list[str]:
    """The words, each with the spaces that follow it."""
    parts = text.split(" ")
    return [part + " " for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])


def _head(advance: Mapping[str, int], word: str, room: int) -> int:
    """How many letters of a word that is too wide fit; at least one, so that it ends."""
    count, used = 0, advance[word[0]]
    while used <= room:
        count += 1
        used += advance[word[count]]
    return max(1, count)


def sizes(largest: int, smallest: int) -> range:
    """The sizes to try, largest first."""
    return range(largest, smallest - 1, -STEP)


def join(lines: Sequence[str]) -> list[str]:
    """Undo `wrap` for several texts at once: a line that ends in a space goes on."""
    whole: list[str] = []
    going_on = False
    for line in lines:
        if going_on:
            whole[-1] += line
        else:
            whole.append(line)
        going_on = line.endswith(" ")
    return whole
