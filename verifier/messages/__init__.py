"""What people read, in Vietnamese and English, keyed by the codes of the checks.

One flat catalogue for each language. A code has a sentence (`3.expired`) and what to
do about it (`3.expired.do`, empty where nothing is to be done). `any.internal` and its
like stand for the same code of every check. A test compares the two languages and the
codes in the sources, so no code is without its sentences.

    catalogue = Catalogue.of("vi")
    catalogue.code("2.draft")     # the sentence
    catalogue.todo("2.draft")     # what to do
"""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from string import Formatter
from typing import Self

DEFAULT = "vi"
LANGUAGES = ("vi", "en")


class _Blanks(dict[str, object]):
    """A placeholder without a value shows as an ellipsis instead of failing."""

    def __missing__(self, key: str) -> str:
        return "…"


@dataclass(frozen=True)
class Catalogue:
    """The sentences of one language."""

    language: str
    sentences: dict[str, str]

    @classmethod
    def of(cls, language: str) -> Self:
        """Return the catalogue of a language; an unknown one is answered in Vietnamese."""
        chosen = language if language in LANGUAGES else DEFAULT
        return cls(chosen, _load(chosen))

    def text(self, key: str, /, **values: object) -> str:
        """Return the sentence of a key that is known to be there."""
        return Formatter().vformat(self.sentences[key], (), _Blanks(values))

    def code(self, code: str, /, **values: object) -> str:
        """Return the sentence of a check's code; an unknown code names itself."""
        key = self._key(code)
        return self.text(key, **{"code": code, **values})

    def todo(self, code: str) -> str:
        """Return what to do about a code, or an empty string."""
        return self.sentences.get(f"{self._key(code)}.do", "")

    def has(self, key: str) -> bool:
        """Tell whether there is a sentence of exactly this key."""
        return key in self.sentences

    def _key(self, code: str) -> str:
        if code in self.sentences:
            return code
        general = "any." + code.partition(".")[2]
        return general if general in self.sentences else "any.unknown"


@cache
def _load(language: str) -> dict[str, str]:
    text = files(__name__).joinpath(f"{language}.json").read_text(encoding="utf-8")
    found: dict[str, str] = json.loads(text)
    return found
