"""The one catalogue of sentences that people read, keyed by code.

`messages/vi.json` and `messages/en.json` hold the same keys with the same placeholders (a test
compares them). A code without a sentence still gives one, which names the code: an error must
never hide behind a missing translation.

    sentence("class.already_frozen", "vi", name="6A1")
"""

import json
from functools import cache
from pathlib import Path
from string import Formatter

DEFAULT = "vi"
LANGUAGES = ("vi", "en")
_NAMED = frozenset(("role", "scope"))
"""Parameters that are codes where `label.PARAMETER.CODE` has a name for people."""
_FOLDER = Path(__file__).with_name("messages")


class _Blank(dict[str, object]):
    """Shows a placeholder that got no value as an ellipsis instead of failing."""

    def __missing__(self, key: str) -> str:
        return "…"


@cache
def catalogue(language: str) -> dict[str, str]:
    """All sentences of one language; an unknown language is answered in Vietnamese."""
    chosen = language if language in LANGUAGES else DEFAULT
    text = (_FOLDER / f"{chosen}.json").read_text(encoding="utf-8")
    found: dict[str, str] = json.loads(text)
    return found


def sentence(code: str, language: str = DEFAULT, /, **params: object) -> str:
    """The sentence of `code` with its placeholders filled in."""
    sentences = catalogue(language)
    pattern = sentences.get(code)
    if pattern is None:
        pattern, params = sentences["unknown_code"], {"code": code}
    named = {each: sentences.get(f"label.{each}.{params[each]}") for each in _NAMED & params.keys()}
    params |= {each: name for each, name in named.items() if name}
    return Formatter().vformat(pattern, (), _Blank(params))
