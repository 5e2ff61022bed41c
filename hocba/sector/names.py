"""Vietnamese personal names: one form, the order of a class list, search without diacritics.

    clean_name("  nguyễn\N{NO-BREAK SPACE}Văn  An") == "nguyễn Văn An"
    sorted(names, key=sort_key)                     # given name, family name, middle name
    matches("hoa nguyen", "Nguyễn Thị Hoà")

A name is kept as the birth certificate has it. Only keys are derived: the sort key orders by the
Vietnamese alphabet and lets tones break ties, the search key has no diacritics. Both tone styles
(hòa, hoà) give the same keys. Keys are compared byte by byte, so their columns have the collation
"C" and every server and every locale gives the same list.
"""

import re
import unicodedata
from enum import Enum

from hocba.kit.errors import InputError
from hocba.kit.text import nfc, tidy

__all__ = ["NameOrder", "clean_name", "fold", "given_name", "matches", "nfc", "sort_key", "tokens"]

NAME_LIMIT = 150  # the national specification's column

_ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_RANK = {letter: chr(ord("A") + index) for index, letter in enumerate(_ALPHABET)}
_TONES = {"\u0300": "1", "\u0309": "2", "\u0303": "3", "\u0301": "4", "\u0323": "5"}
_NO_TONE = "0"
_QUALITY = {"\u0306", "\u0302", "\u031b"}  # breve, circumflex, horn: they make other letters
# Letters of minority and foreign names that Unicode does not take apart.
_PLAIN = str.maketrans("đĐƀɃłŁøØıßæÆœŒ", "dDbBlLoOisaAoO")
_APOSTROPHES = str.maketrans("’‘ʼ`´ʹ", "''''''")
_CYRILLIC = str.maketrans("АВЕКМНОРСТУХаеорсухі", "ABEKMHOPCTYXaeopcyxi")
_OLD_STYLE = re.compile(r"(?:(?<=o)([\u0300\u0309\u0303\u0301\u0323])(?=[ae]$))")
_OLD_STYLE_UY = re.compile(r"(?:(?<!q)(?<=u)([\u0300\u0309\u0303\u0301\u0323])(?=y$))")
_MARKED = re.compile(r"[\u0300-\u036f]")


class NameOrder(Enum):
    """What a list is ordered by: class lists by given name, some official lists by family name."""

    GIVEN = "given"
    FAMILY = "family"


def clean_name(text: str) -> str:
    """The one form of a name that comes from outside; letter case is left as typed.

    Raises:
        InputError: `name.empty`, `name.too_long`, `name.control_character`.
    """
    name = tidy(text).translate(_APOSTROPHES)
    if _mostly_latin(name):
        name = name.translate(_CYRILLIC)  # typed with a wrong keyboard, looks the same
    if not name:
        raise InputError("name.empty")
    if len(name) > NAME_LIMIT:
        raise InputError("name.too_long", limit=NAME_LIMIT)
    if any(unicodedata.category(letter).startswith("C") for letter in name):
        raise InputError("name.control_character")
    return name


def given_name(name: str) -> str:
    """The last word: what a person is called by, unless `called_by` says otherwise."""
    words = name.split()
    return words[-1] if words else ""


def sort_key(name: str, *, called_by: str | None = None, order: NameOrder = NameOrder.GIVEN) -> str:
    """A text whose byte order is the order of a class list.

    Args:
        name: the full name.
        called_by: the words to order by where they are not the last one (ethnic names).
        order: by given name, or by the words as they stand.
    """
    words = tidy(name).split()
    if order is NameOrder.FAMILY:
        parts: tuple[list[str], ...] = (words,)
    else:
        given = tidy(called_by).split() if called_by else words[-1:]
        rest = _without(words, given)
        parts = (given, rest[:1], rest[1:])
    # The name itself comes last, so that equal keys have one order, too.
    return " ".join([*(_part_key(part) for part in parts), " ".join(words)])


def fold(text: str) -> str:
    """Lower case without diacritics, single spaces: what is indexed and searched."""
    bare = _MARKED.sub("", unicodedata.normalize("NFD", tidy(text).translate(_APOSTROPHES)))
    return bare.translate(_PLAIN).lower()


def tokens(text: str) -> list[str]:
    """The words of a folded text; apostrophes do not count (H'Mông, Hmong)."""
    return fold(text).replace("'", "").replace("-", " ").split()


def search_key(name: str) -> str:
    """The column that is searched: every word with a space on both sides."""
    return f" {' '.join(tokens(name))} "


def matches(query: str, name: str) -> bool:
    """Whether a person of this name is meant.

    Words may come in any order; the last one may be unfinished. A word typed with diacritics
    must be met exactly, in either tone style.
    """
    plain, exact = set(tokens(name)), {_one_style(word) for word in _words(name)}
    wanted = _words(query)
    for index, word in enumerate(wanted):
        bare = tokens(word)
        if not bare:
            continue
        if _has_diacritics(word):
            if _one_style(word) not in exact:
                return False
        elif not plain.issuperset(bare) and not (
            index == len(wanted) - 1 and any(other.startswith(bare[0]) for other in plain)
        ):
            return False
    return bool(wanted)


def _words(text: str) -> list[str]:
    return tidy(text).translate(_APOSTROPHES).replace("'", "").replace("-", " ").lower().split()


def _has_diacritics(word: str) -> bool:
    return fold(word) != word.lower()


def _one_style(word: str) -> str:
    """The word with the tone where the new style puts it: hòa -> hoà, but quý stays."""
    apart = unicodedata.normalize("NFD", word.lower())
    for pattern in (_OLD_STYLE, _OLD_STYLE_UY):
        found = pattern.search(apart)
        if found:
            apart = apart[: found.start(1)] + apart[found.end(1) :] + found.group(1)
    return unicodedata.normalize("NFC", apart)


def _without(words: list[str], given: list[str]) -> list[str]:
    """The words that are left for family and middle name."""
    size = len(given)
    for start in range(len(words) - size, -1, -1):
        if [word.lower() for word in words[start : start + size]] == [w.lower() for w in given]:
            return words[:start] + words[start + size :]
    return words


def _part_key(words: list[str]) -> str:
    """Letters first, tones after them: `!` between words sorts before every letter."""
    keys = [_word_key(word) for word in words]
    return f"{'!'.join(letters for letters, _ in keys)} {'!'.join(tones for _, tones in keys)}"


def _word_key(word: str) -> tuple[str, str]:
    letters, tones = "", ""
    for letter in _letters(_one_style(word)):
        base, marks = letter[0].translate(_PLAIN) if letter[0] != "đ" else "đ", letter[1:]
        quality = "".join(mark for mark in marks if mark in _QUALITY)
        composed = unicodedata.normalize("NFC", base + quality)
        letters += _RANK.get(composed) or _RANK.get(base) or _foreign(base)
        tones += "".join(_TONES.get(mark, "") for mark in marks)
    return letters, tones or _NO_TONE


def _letters(word: str) -> list[str]:
    """Each letter with the marks that belong to it."""
    found: list[str] = []
    for sign in unicodedata.normalize("NFD", word):
        if unicodedata.combining(sign) and found:
            found[-1] += sign
        elif sign != "'":
            found.append(sign)
    return found


def _foreign(letter: str) -> str:
    # Digits before letters, other scripts after them, both in code point order.
    return letter if letter.isascii() and letter.isdigit() else f"~{ord(letter):06x}"


def _mostly_latin(name: str) -> bool:
    letters = [unicodedata.name(letter, "") for letter in name if letter.isalpha()]
    return 2 * sum(label.startswith("LATIN") for label in letters) > len(letters)
