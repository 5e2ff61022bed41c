"""What the page shows of a verified record: one file per family of records.

    content = content_of(record, catalogue)
    content.facts, content.tables, content.results

Pure. Each family says its facts and tables; which family a record belongs to is decided
by kind and level. A record of a family that has no file is shown by its facts alone.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from verifier.errors import VerifierError
from verifier.formats.canonical import JsonObject
from verifier.formats.display import display
from verifier.messages import Catalogue
from verifier.web.shown.references import reference_rows

Row: TypeAlias = tuple[str, str]
"""A label and a value."""


@dataclass(frozen=True)
class Table:
    """A table: its caption, the heads of its columns, its rows; the first cell heads the row."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Content:
    """The verified content: who it is about, tables, results."""

    facts: tuple[Row, ...]
    tables: tuple[Table, ...]
    results: tuple[Row, ...]


Family: TypeAlias = Callable[[JsonObject, Catalogue], Content]


def content_of(record: JsonObject, catalogue: Catalogue) -> Content:
    """Return what the page shows, in the order of the form."""
    for kind, level in ((record["kind"], record["level"]), (record["kind"], None)):
        family = _families().get((kind, level))
        if family is not None:
            content = family(record, catalogue)
            rows = reference_rows(record, catalogue)
            return replace(content, facts=(*content.facts, *rows))
    return Content(facts(record, catalogue), (), ())


def facts(record: JsonObject, catalogue: Catalogue) -> tuple[Row, ...]:
    """Who and what the record is about; what is absent has no row."""
    text, pupil = catalogue.text, record["pupil"]
    rows = (
        (text("ui.pupil"), pupil["name"]),
        (text("ui.birth_date"), date(pupil["birth_date"])),
        (text("ui.pupil_code"), pupil["code"]),
        (text("ui.management_code"), record["management_code"]),
        (text("ui.school"), record["school"]["name"]),
        (text("ui.successor"), _successor(record)),
        (text("ui.class"), record["class"]),
        (text("ui.school_year"), record["school_year"]),
        (text("ui.issued_on"), date(record["issued_on"])),
        (text("ui.version"), _version(record, catalogue)),
    )
    return tuple((label, value) for label, value in rows if value is not None)


def _version(record: JsonObject, catalogue: Catalogue) -> str:
    """The number, and why there is a version beside the first."""
    number, event = str(record["version"]), record["event"]
    return number if event == "issue" else f"{number} ({catalogue.text(f'ui.event_{event}')})"


def _successor(record: JsonObject) -> str | None:
    """The school that took over the records of the one that the transcript is about."""
    issuer = record["issuer"]
    return None if issuer["code"] == record["school"]["code"] else str(issuer["name"])


def mark(value: str | None) -> str:
    """A mark as the page shows it."""
    return "" if value is None else display(value, "mark")


def date(value: str) -> str:
    """A date, a month or a year as people write it."""
    try:
        return display(value, "date")
    except VerifierError:
        return value


def named(prefix: str, code: str | None, catalogue: Catalogue) -> str:
    """The catalogue's word for a code; the code itself where it has none."""
    key = f"{prefix}{code}"
    return catalogue.text(key) if catalogue.has(key) else (code or "")


def _families() -> Mapping[tuple[str, str | None], Family]:
    from verifier.web.shown import (  # noqa: PLC0415  # the families import this module
        book,
        extract,
        identity,
        partial,
        primary,
        secondary,
    )

    return {
        ("year", "th"): primary.content,
        ("year", None): secondary.content,
        ("book", None): book.content,
        ("extract", None): extract.content,
        ("identity", None): identity.content,
        ("partial", "th"): partial.primary,
        ("partial", None): partial.content,
    }
