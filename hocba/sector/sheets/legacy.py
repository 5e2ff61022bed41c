"""Text of the old fonts, TCVN3 (ABC) and VNI: detected with confidence, converted on yes.

    found = detect(["NguyÔn V¨n An", "TrÇn ThÞ B×nh"])     # Legacy("tcvn3", 1.0, ...)
    found.samples[0]                                        # ("NguyÔn V¨n An", "Nguyễn Văn An")
    convert("NguyÔn V¨n An", "tcvn3")

A column is judged as a whole. The evidence are its words with letters beyond ASCII: read
as they stand they must mostly be no Vietnamese syllables, and converted nearly all must
be. "dòng" alone (dòng, or dũng in TCVN3) proves nothing; among its neighbours it does.
Capitals with tone of the TCVN3 capital fonts (.VnTimeH) come out as small letters: the code
is the same, only the font knew.
"""

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal, TypeAlias

Encoding: TypeAlias = Literal["tcvn3", "vni"]

ENCODINGS: tuple[Encoding, ...] = ("tcvn3", "vni")
TITLES: Mapping[str, str] = {"tcvn3": "TCVN3 (ABC)", "vni": "VNI"}

_LEAST_CONFIDENT = 0.8
_MOST_WELL_FORMED = 0.5
_SAMPLES = 5
_LAST_BYTE = 0xFF
_TONES = re.compile("[\u0300\u0301\u0303\u0309\u0323]")
_SYLLABLE = re.compile(
    "(?:ngh|ng|nh|kh|gh|gi|ph|th|tr|ch|qu|[bcdđghklmnpqrstvx])?"
    "(?:[aăâeêioôơuưy]|ai|ao|au|ay|âu|ây|eo|êu|ia|iê|iu|oa|oă|oe|oi|oo|ôi|ơi|ua|uâ|uê|ui|uô|uơ|uy"
    "|ưa|ưi|ươ|ưu|yê|iêu|yêu|oai|oao|oay|oeo|uây|uôi|uya|uyê|uyu|ươi|ươu)"
    "(?:ng|nh|ch|c|m|n|p|t)?"
)
# Windows-1252 shows the bytes 80 to 9F as letters and signs of other places.
_CP1252 = {ord(bytes([n]).decode("cp1252")): chr(n) for n in range(0x80, 0xA0)
           if n not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)}  # fmt: skip


@dataclass(frozen=True)
class Legacy:
    """What a column of text seems to be written in."""

    encoding: Encoding
    confidence: float
    samples: tuple[tuple[str, str], ...]
    mixed: bool

    @property
    def title(self) -> str:
        """The name that people know it by."""
        return TITLES[self.encoding]


def detect(texts: Iterable[str]) -> Legacy | None:
    """Say what old font the texts of one column are written in, if any."""
    suspects: list[str] = []
    modern = 0
    for text in texts:
        if _only_bytes(text) and not text.isascii():
            suspects.append(text)
        elif not text.isascii():
            modern += 1
    if not suspects or share_of_vietnamese(" ".join(suspects)) > _MOST_WELL_FORMED:
        return None
    shares = {
        encoding: share_of_vietnamese(" ".join(convert(text, encoding) for text in suspects))
        for encoding in ENCODINGS
    }
    best = max(ENCODINGS, key=lambda encoding: shares[encoding])
    if shares[best] < _LEAST_CONFIDENT or len(set(shares.values())) == 1:
        return None
    changed = [(text, convert(text, best)) for text in dict.fromkeys(suspects)]
    samples = tuple((old, new) for old, new in changed if old != new)[:_SAMPLES]
    return Legacy(best, round(shares[best], 2), samples, mixed=modern > 0)


def convert(text: str, encoding: Encoding) -> str:
    """The text in Unicode, NFC; text with letters beyond Latin-1 is modern and left alone."""
    if not _only_bytes(text):
        return unicodedata.normalize("NFC", text)
    table, pattern = _tables()[encoding]
    converted = pattern.sub(lambda found: table[found[0]], text)
    return unicodedata.normalize("NFC", converted)


def share_of_vietnamese(text: str) -> float:
    """Of the words with letters beyond ASCII, the share that are Vietnamese syllables.

    A lone letter proves nothing and does not count: Ð may be a Đ of another keyboard.
    """
    words = [word for word in text.split() if len(word) > 1 and not word.isascii()]
    return sum(map(is_syllable, words)) / len(words) if words else 0.0


def is_syllable(word: str) -> bool:
    """Whether a word could be one Vietnamese syllable, whatever stands around it."""
    bare = word.strip(".,;:()[]\"'!?/").lower()
    apart = unicodedata.normalize("NFD", bare)
    if len(_TONES.findall(apart)) > 1:
        return False
    toneless = unicodedata.normalize("NFC", _TONES.sub("", apart))
    return all(_SYLLABLE.fullmatch(part) for part in re.split("[-–,.;:/]", toneless))


def _only_bytes(text: str) -> bool:
    return all(ord(sign) <= _LAST_BYTE or ord(sign) in _CP1252 for sign in text)


@cache
def _tables() -> Mapping[str, tuple[Mapping[str, str], re.Pattern[str]]]:
    path = files("hocba.sector.sheets").joinpath("data", "legacy_encodings.json")
    document = json.loads(path.read_text("utf-8"))
    return {name: (document[name], _pattern(document[name])) for name in ENCODINGS}


def _pattern(table: Mapping[str, str]) -> re.Pattern[str]:
    longest_first = sorted(table, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest_first)))
