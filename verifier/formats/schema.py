"""Check a value against one of our published JSON Schemas, without a library.

A stranger's verifier must run on the base install, which has no `jsonschema`. This
is the subset of draft 2020-12 that our schemas use; a keyword outside it is refused
when the schema is compiled, so nothing in a schema is silently ignored. `$ref` names
a definition of the same schema or of another one of ours by its URN. Patterns
are ECMA: `$` is the end of the text, never the place before a last line break.

    check = compile_schema(load_schema("record-year-1"), prefix="record")
    check(record)   # raises FormatError("record.wrong_form", "/pupil/birth_date")

The error names the first offence in the order of the schema: a code
(`<prefix>.missing`, `.unexpected`, `.wrong_type`, `.wrong_value`, `.wrong_form`,
`.too_long`, `.out_of_range`, `.too_few`, `.too_many`, `.repeated`) and the JSON
pointer. The value itself never enters the error: it may be about a child.
"""

import json
import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, TypeAlias

from verifier.errors import FormatError
from verifier.formats.canonical import Json, JsonObject

Problem: TypeAlias = tuple[str, str]
"""Code without prefix, and JSON pointer."""
Check: TypeAlias = Callable[[Json, str], Problem | None]

URN = "urn:hocba:schema:"
"""How our schemas name each other: `$id` and, before `#/$defs/`, `$ref`."""
_NOTES = frozenset({"$schema", "$id", "$comment", "$defs", "title", "description"})
_TYPES: Mapping[str, Callable[[Json], bool]] = {
    "object": lambda v: isinstance(v, dict),
    "array": lambda v: isinstance(v, list),
    "string": lambda v: isinstance(v, str),
    "integer": lambda v: isinstance(v, int) and not isinstance(v, bool),
    "boolean": lambda v: isinstance(v, bool),
    "null": lambda v: v is None,
}


def load_schema(name: str) -> JsonObject:
    """Return the published schema `schemas/<name>.json`."""
    data = files("verifier.formats").joinpath("schemas", f"{name}.json").read_bytes()
    schema: JsonObject = json.loads(data)
    return schema


def compile_schema(schema: JsonObject, *, prefix: str) -> Callable[[Json], None]:
    """Return a function that raises FormatError (`<prefix>.<code>`, pointer) or returns."""
    check = _Compiler(schema.get("$defs", {})).compile(schema)

    def run(value: Json) -> None:
        problem = check(value, "")
        if problem is not None:
            raise FormatError(f"{prefix}.{problem[0]}", problem[1])

    return run


def escape_pointer(key: str) -> str:
    """Escape one step of a JSON pointer. RFC 6901, 3."""
    return key.replace("~", "~0").replace("/", "~1")


def is_date(text: str) -> bool:
    """Whether the text is a full date, `2026-05-31`."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def is_partial_date(text: str) -> bool:
    """Whether the text is a date, a month `2014-09` or a year `2014`."""
    rest = {10: "", 7: "-01", 4: "-01-01"}.get(len(text))
    return rest is not None and is_date(text + rest)


FORMATS: Mapping[str, Callable[[str], bool]] = {"date": is_date, "partial-date": is_partial_date}


class _Compiler:
    """Turns schema objects into closures, once."""

    def __init__(self, definitions: JsonObject) -> None:
        self._definitions = definitions
        self._known: dict[str, Check] = {}

    def definition(self, name: str) -> Check:
        """Return the check of one of the schema's own definitions."""
        if name not in self._known:
            self._known[name] = self.compile(self._definitions[name])
        return self._known[name]

    def compile(self, schema: JsonObject) -> Check:
        checks = [
            getattr(self, f"_{_METHODS[word]}")(argument, schema)
            for word, argument in schema.items()
            if word not in _NOTES and _METHODS[word] is not None
        ]

        def run(value: Json, pointer: str) -> Problem | None:
            for check in checks:
                problem: Problem | None = check(value, pointer)
                if problem is not None:
                    return problem
            return None

        return run

    def _ref(self, target: str, _: JsonObject) -> Check:
        place, name = target.split("#/$defs/")
        if place:
            return _compiler_of(place.removeprefix(URN)).definition(name)
        return self.definition(name)

    def _type(self, names: str | list[str], _: JsonObject) -> Check:
        tests = [_TYPES[name] for name in ([names] if isinstance(names, str) else names)]
        return _rule("wrong_type", lambda v: any(test(v) for test in tests))

    def _const(self, wanted: Json, _: JsonObject) -> Check:
        return _rule("wrong_value", lambda v: _same(v, wanted))

    def _enum(self, allowed: list[Json], _: JsonObject) -> Check:
        return _rule("wrong_value", lambda v: any(_same(v, one) for one in allowed))

    def _pattern(self, pattern: str, _: JsonObject) -> Check:
        search = re.compile(re.sub(r"\$$", r"\\Z", pattern)).search
        return _rule("wrong_form", lambda v: not isinstance(v, str) or search(v) is not None)

    def _format(self, name: str, _: JsonObject) -> Check:
        test = FORMATS[name]
        return _rule("wrong_form", lambda v: not isinstance(v, str) or test(v))

    def _max_length(self, limit: int, _: JsonObject) -> Check:
        return _rule("too_long", lambda v: not isinstance(v, str) or len(v) <= limit)

    def _minimum(self, limit: int, _: JsonObject) -> Check:
        return _rule("out_of_range", lambda v: not _TYPES["integer"](v) or v >= limit)

    def _maximum(self, limit: int, _: JsonObject) -> Check:
        return _rule("out_of_range", lambda v: not _TYPES["integer"](v) or v <= limit)

    def _min_items(self, limit: int, _: JsonObject) -> Check:
        return _rule("too_few", lambda v: not isinstance(v, list) or len(v) >= limit)

    def _max_items(self, limit: int, _: JsonObject) -> Check:
        return _rule("too_many", lambda v: not isinstance(v, list) or len(v) <= limit)

    def _unique_items(self, _flag: object, _: JsonObject) -> Check:
        return _rule("repeated", lambda v: not isinstance(v, list) or not _has_twins(v))

    def _required(self, keys: list[str], _: JsonObject) -> Check:
        def run(value: Json, pointer: str) -> Problem | None:
            if isinstance(value, dict):
                for key in keys:
                    if key not in value:
                        return "missing", f"{pointer}/{escape_pointer(key)}"
            return None

        return run

    def _closed(self, extra: object, schema: JsonObject) -> Check:
        if extra is not False:
            raise ValueError("only additionalProperties: false is supported")
        allowed = schema["properties"].keys()

        def run(value: Json, pointer: str) -> Problem | None:
            if isinstance(value, dict):
                for key in value:
                    if key not in allowed:
                        return "unexpected", f"{pointer}/{escape_pointer(key)}"
            return None

        return run

    def _properties(self, properties: JsonObject, _: JsonObject) -> Check:
        checks = [(k, f"/{escape_pointer(k)}", self.compile(s)) for k, s in properties.items()]

        def run(value: Json, pointer: str) -> Problem | None:
            if isinstance(value, dict):
                for key, step, check in checks:
                    if key in value and (problem := check(value[key], pointer + step)):
                        return problem
            return None

        return run

    def _items(self, schema: JsonObject, _: JsonObject) -> Check:
        check = self.compile(schema)

        def run(value: Json, pointer: str) -> Problem | None:
            if isinstance(value, list):
                for index, item in enumerate(value):
                    if problem := check(item, f"{pointer}/{index}"):
                        return problem
            return None

        return run

    def _all_of(self, schemas: list[JsonObject], _: JsonObject) -> Check:
        checks = [self.compile(schema) for schema in schemas]

        def run(value: Json, pointer: str) -> Problem | None:
            return next((p for check in checks if (p := check(value, pointer))), None)

        return run

    def _condition(self, test: JsonObject, schema: JsonObject) -> Check:
        asks, then = self.compile(test), self.compile(schema.get("then", {}))
        otherwise = self.compile(schema.get("else", {}))

        def run(value: Json, pointer: str) -> Problem | None:
            return (otherwise if asks(value, pointer) else then)(value, pointer)

        return run


@cache
def _compiler_of(name: str) -> _Compiler:
    """The definitions of another published schema."""
    return _Compiler(load_schema(name)["$defs"])


_METHODS: Mapping[str, str | None] = {
    "$ref": "ref", "type": "type", "const": "const", "enum": "enum", "pattern": "pattern",
    "format": "format", "maxLength": "max_length", "minimum": "minimum", "maximum": "maximum",
    "minItems": "min_items", "maxItems": "max_items", "uniqueItems": "unique_items",
    "required": "required", "additionalProperties": "closed", "properties": "properties",
    "items": "items", "allOf": "all_of", "if": "condition", "then": None, "else": None,
}  # fmt: skip
"""Keyword to method of `_Compiler`; `then` and `else` are read together with `if`."""


def _rule(code: str, test: Callable[[Json], bool]) -> Check:
    return lambda value, pointer: None if test(value) else (code, pointer)


def _same(value: Json, wanted: Json) -> bool:
    return bool(value == wanted) and isinstance(value, bool) == isinstance(wanted, bool)


def _has_twins(items: list[Any]) -> bool:
    return any(_same(a, b) for i, a in enumerate(items) for b in items[:i])
