"""What the guides for people say: their pictures, the texts of screens that they quote, errors."""

import json
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs/huong-dan"
PICTURES = ROOT / "docs/images/huong-dan"
TROUBLE = "## Khi có trục trặc"
_CATALOGUES = ("hocba/kit/messages/vi.json", "verifier/messages/vi.json")
_FEWEST_LETTERS = 5
"""A sentence with less beside what stands in braces would say yes to nearly everything."""


def guides():
    return sorted(FOLDER.glob("*.md"))


class Guide:
    """One guide, cut where its steps end and the troubles begin."""

    def __init__(self, path):
        self.name = path.stem
        self.text = path.read_text(encoding="utf-8")
        self.steps, _, self.troubles = self.text.partition(TROUBLE)

    @classmethod
    def of(cls, name):
        return cls(FOLDER / f"{name}.md")

    @property
    def pictures(self):
        return re.findall(r"!\[[^\]]+\]\(\.\./images/huong-dan/([^)]+)\.png\)", self.text)


def quoted(text):
    """The texts in bold: buttons, labels, sentences of the screens."""
    return re.findall(r"\*\*([^*]+)\*\*", text)


def plain(text):
    """Text as it is compared: one kind of space, no capitals."""
    return " ".join(text.split()).casefold()


@cache
def _patterns():
    """Every sentence of the catalogues; what stands in braces may be anything."""
    found = []
    for name in _CATALOGUES:
        for sentence in json.loads((ROOT / name).read_text(encoding="utf-8")).values():
            parts = re.split(r"\{\w+\}", plain(sentence))
            letters = sum(map(str.isalpha, "".join(parts)))
            if len(parts) == 1 or letters >= _FEWEST_LETTERS:
                found.append(re.compile(".+".join(map(re.escape, parts))))
    return found


def stands_in_a_catalogue(text):
    return any(pattern.fullmatch(plain(text)) for pattern in _patterns())
