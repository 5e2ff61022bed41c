"""The completed book: the way through the level, each year as its own page shows it.

    content = with_answers(content(record, catalogue), ("good", "superseded"), catalogue)

The first table has a line for each year; what check 8 told of the year stands at its end.
"""

from collections.abc import Sequence
from dataclasses import replace

from verifier.checks.years import other_persons
from verifier.formats.canonical import JsonObject
from verifier.messages import Catalogue
from verifier.web.shown import Content, Row, Table, content_of, date, facts, named
from verifier.web.shown.secondary import promotion


def content(record: JsonObject, catalogue: Catalogue) -> Content:
    """The verified content of the book."""
    text = catalogue.text
    years = [item["record"] for item in record["years"]]
    shown = [content_of(year, catalogue) for year in years]
    way = Table(
        caption=text("ui.book_years"),
        columns=(text("ui.school_year"), text("ui.class"), text("ui.school"), text("ui.promotion")),
        rows=tuple(
            (
                year["school_year"],
                year["class"],
                year["school"]["name"],
                promotion(year["promotion"]["promoted"], catalogue),
            )
            for year in years
        ),
    )
    tables = [
        replace(table, caption=f"{year['school_year']}: {table.caption}")
        for year, one in zip(years, shown, strict=True)
        for table in (*one.tables, _results(one, year["school_year"], catalogue))
    ]
    done = record["completion"]
    level = named("ui.book_programme_", record["level"], catalogue)
    said = text("ui.book_completed_in", programme=level, **done)
    rows: tuple[Row, ...] = (
        (text("ui.book_completion"), said),
        (text("ui.book_earlier"), text(f"ui.book_earlier_{record['earlier']}")),
    )
    rows += tuple((text("ui.book_other_person"), one) for one in _other_persons(record))
    return Content(facts(record, catalogue), (way, *tables), rows)


def _other_persons(record: JsonObject) -> list[str]:
    """Each other person as one line; nobody may overlook it."""
    return [
        ", ".join(one for one in (name, date(birth), number) if one) + f" ({', '.join(years)})"
        for (name, birth, number), years in other_persons(record).items()
    ]


def with_answers(content: Content, answers: Sequence[str], catalogue: Catalogue) -> Content:
    """Say of each year what was found out about it; nothing where nobody was asked."""
    way, *tables = content.tables
    if len(answers) != len(way.rows):
        return content
    told = replace(
        way,
        columns=(*way.columns, catalogue.text("ui.book_year_status")),
        rows=tuple(
            (*row, catalogue.text(f"ui.book_year_{answer}"))
            for row, answer in zip(way.rows, answers, strict=True)
        ),
    )
    return replace(content, tables=(told, *tables))


def _results(year: Content, school_year: str, catalogue: Catalogue) -> Table:
    name = catalogue.text("ui.results")
    return Table(name, (name, school_year), year.results)
