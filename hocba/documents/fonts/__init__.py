"""The fonts of every document: Liberation Serif 2, cut to the letters that names need.

Letters: ASCII, all of Latin-1, Latin Extended-A and -B as far as the fonts go, Latin
Extended Additional (all Vietnamese letters are there), combining marks, and the
punctuation of official prose. One code per letter, the same in every face: code n is the
n-th letter of `charset()`. What is not in it cannot be printed and is an error before
anybody signs. The italic face serves fixed words only and has fewer glyphs.

Liberation fonts are under the SIL Open Font License (OFL.txt). The subsets carry another
name, as it demands.
"""

import io
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

_FOLDER = Path(__file__).parent
FACES = {"R": "Regular", "B": "Bold", "I": "Italic"}
_PUNCTUATION = "§©®°±²³·¹»«¼½¾×÷‐‑–—‘’‚“”„†•…′″‹›№≤≥−"
_UNITS = 1000
_BEYOND = 0x100
_VIETNAMESE = frozenset(
    unicodedata.normalize("NFC", vowel + tone)
    for vowel in "aăâeêioôơuưyAĂÂEÊIOÔƠUƯY"
    for tone in ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
)
_DROPPED = ["GSUB", "GPOS", "GDEF", "kern", "DSIG", "FFTM", "gasp", "meta", "name", "OS/2", "post"]


@dataclass(frozen=True)
class Face:
    """One face as the PDF needs it; all lengths in 1/1000 em."""

    name: str
    data: bytes
    widths: tuple[int, ...]
    glyphs: tuple[int, ...]
    box: tuple[int, int, int, int]
    ascent: int
    descent: int
    cap_height: int
    italic_angle: int


@cache
def charset() -> str:
    """Every letter that a document can show, in code order (the first has code 1)."""
    best = _open("R").getBestCmap()
    ranges = (range(0x20, 0x7F), range(0xC0, 0x250), range(0x300, 0x32A), range(0x1E00, 0x1F00))
    letters = {chr(code) for codes in ranges for code in codes if code in best}
    letters |= {sign for sign in _PUNCTUATION if ord(sign) in best}
    return "".join(sorted(letter for letter in letters if _stands_alone(letter)))


def _stands_alone(letter: str) -> bool:
    # A letter that NFC replaces by another can never stand in a record.
    return unicodedata.is_normalized("NFC", letter)


@cache
def face(key: str) -> Face:
    """Cut one face to the charset, without hints, reproducibly."""
    letters = [letter for letter in charset() if _is_drawn(key, letter)]
    options = subset.Options()
    options.hinting = False
    options.layout_features = []
    options.notdef_outline = True
    options.glyph_names = False
    options.drop_tables += _DROPPED
    font = _open(key)
    whole = font.getBestCmap()
    metrics, head, hhea = font["hmtx"], font["head"], font["hhea"]
    scale = _UNITS / head.unitsPerEm
    advance = {letter: round(metrics[whole[ord(letter)]][0] * scale) for letter in letters}
    widths = [advance.get(letter, 0) for letter in charset()]
    box = (head.xMin, head.yMin, head.xMax, head.yMax)
    lengths = (hhea.ascent, hhea.descent, font["OS/2"].sCapHeight or head.yMax)
    angle = round(font["post"].italicAngle)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=[ord(letter) for letter in letters])
    subsetter.subset(font)
    kept = font.getBestCmap()
    glyphs = [font.getGlyphID(kept.get(ord(letter), ".notdef")) for letter in charset()]
    del font["cmap"]
    left, bottom, right, top = (round(value * scale) for value in box)
    ascent, descent, cap_height = (round(value * scale) for value in lengths)
    return Face(
        name=f"HBS{key}AA+HocbaSerif-{FACES[key]}",
        data=_bytes(font),
        widths=(round(metrics[".notdef"][0] * scale), *widths),
        glyphs=(0, *glyphs),
        box=(left, bottom, right, top),
        ascent=ascent,
        descent=descent,
        cap_height=cap_height,
        italic_angle=angle,
    )


def _is_drawn(key: str, letter: str) -> bool:
    """Whether this face has this letter."""
    base = unicodedata.normalize("NFD", letter)[0]
    return key != "I" or (
        letter.isascii() or letter in "đĐ" or (ord(letter) < _BEYOND and base.isascii())
        or letter in _VIETNAMESE or letter in _PUNCTUATION
    )  # fmt: skip


def _open(key: str) -> TTFont:
    return TTFont(_FOLDER / f"LiberationSerif-{FACES[key]}.ttf", recalcTimestamp=False)


def _bytes(font: TTFont) -> bytes:
    out = io.BytesIO()
    font.save(out)
    return out.getvalue()
