"""How a value of the record is written on the page, and nothing else.

The closed list of formats: `text` and `wrap` show the value itself, `mark` a mark with a
decimal comma, `date` day/month/year as far as known, `code` the words of a code list. An
absent value shows nothing.

    display("8.5", "mark") == "8,5"
    display("2014-09", "date") == "09/2014"
"""

import re
from collections.abc import Mapping

from verifier.errors import FormatError, UnknownFormatError
from verifier.formats.canonical import Json, JsonObject

_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_MARK = re.compile(r"\d{1,2}(?:\.\d)?")
ANY = "*"
"""The entry of a code list for every other value."""


def display(value: Json, form: str, codes: Mapping[str, str] | None = None) -> str:
    """The text that stands on the page for this value.

    Raises:
        FormatError: `display.malformed` where the value does not fit its format.
        UnknownFormatError: `display.unknown_format`.
    """
    if form not in _FORMS:
        raise UnknownFormatError("display.unknown_format", form)
    if form == "code":
        return _code(value, codes or {})
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise FormatError("display.malformed", form)
    return _FORMS[form](str(value))


def resolve(record: JsonObject, pointer: str) -> Json:
    """The value at a JSON pointer (RFC 6901 without escapes); None where there is none."""
    found: Json = record
    for part in pointer[1:].split("/"):
        if isinstance(found, dict):
            found = found.get(part)
        elif isinstance(found, list) and part.isascii() and part.isdigit():
            found = found[int(part)] if int(part) < len(found) else None
        else:
            return None
    return found


def heading(titles: Mapping[str, str], record: JsonObject, pointer: str) -> tuple[str, str]:
    """Heading of a field that goes on elsewhere: the pointer that it shows (or none), the words.

    A title is words, and at its end may stand a pointer, whose `*` means the field's own
    place in the list.

    Raises:
        FormatError: `display.malformed` where the form gives the field no heading.
    """
    parts = pointer.split("/")
    title = titles.get("/".join("*" if part.isdigit() else part for part in parts))
    if title is None:
        raise FormatError("display.malformed", pointer)
    words, _, named = title.rpartition(" ")
    if not named.startswith("/"):
        return "", title
    place = next((part for part in parts if part.isdigit()), "")
    where = named.replace("*", place)
    return where, f"{words} {display(resolve(record, where), 'text')}".lstrip(" ")


def _text(value: str) -> str:
    return value


def _mark(value: str) -> str:
    return value.replace(".", ",") if _MARK.fullmatch(value) else value


def _date(value: str) -> str:
    match = _DATE.fullmatch(value)
    if match is None:
        raise FormatError("display.malformed", "date")
    return "/".join(part for part in reversed(match.groups()) if part is not None)


def _code(value: Json, codes: Mapping[str, str]) -> str:
    key = _key(value)
    if key in codes:
        return codes[key]
    if key == "null":
        return ""
    if ANY in codes:
        return codes[ANY]
    raise FormatError("display.malformed", f"no code {key[:40]}")


def _key(value: Json) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int):
        return str(value)
    raise FormatError("display.malformed", "code")


_FORMS = {"text": _text, "wrap": _text, "mark": _mark, "date": _date, "code": _text}
