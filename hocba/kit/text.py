"""Text has one form everywhere: Unicode NFC, without look-alikes and invisible characters.

Every text column is `NfcText`, so what is stored, compared, hashed and signed is the same
string however it was typed. `nfc` keeps lines and spacing; `tidy` is for one-line values.

    nfc("Vie\N{COMBINING DOT BELOW}\N{COMBINING CIRCUMFLEX ACCENT}t") == "Việt"
    tidy("  Nguyễn\N{NO-BREAK SPACE} Văn  An ") == "Nguyễn Văn An"
"""

import re
import unicodedata
from typing import Any

from sqlalchemy import Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

# Ð (Icelandic eth) and Ɖ (African D) look like Đ and come from wrong keyboards and old fonts.
_LOOK_ALIKES = {
    "\N{LATIN CAPITAL LETTER ETH}": "Đ",
    "\N{LATIN SMALL LETTER ETH}": "đ",
    "\N{LATIN CAPITAL LETTER AFRICAN D}": "Đ",
    "\N{LATIN SMALL LETTER D WITH TAIL}": "đ",
}
_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad"
_SPACES = "\u00a0\u2007\u202f"
_TABLE = str.maketrans(
    "".join(_LOOK_ALIKES) + _SPACES, "".join(_LOOK_ALIKES.values()) + "   ", _INVISIBLE
)
_WHITE = re.compile(r"\s+")


def nfc(text: str) -> str:
    """The one form of a text; lines and inner spacing stay."""
    return unicodedata.normalize("NFC", text).translate(_TABLE)


def tidy(text: str) -> str:
    """The one form of a one-line value: single spaces, none at the ends."""
    return _WHITE.sub(" ", nfc(text)).strip()


def look_alikes(text: str) -> str:
    """The letters of `text` that `nfc` replaces by another letter, for the import's log."""
    return "".join(letter for letter in text if letter in _LOOK_ALIKES)


class NfcText(TypeDecorator[str]):
    """A text column that can only hold NFC."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002  # SQLAlchemy's own signature
        """Normalise on the way in, in comparisons too."""
        return None if value is None else nfc(value)

    def coerce_compared_value(self, op: Any, value: Any) -> Any:  # noqa: ANN401  # an untyped library
        """Compare with another text of the same form."""
        return self if isinstance(value, str) else super().coerce_compared_value(op, value)
