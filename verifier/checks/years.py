"""Part of check 7a: the years inside a book follow each other and lead to what it states.

That each year is the record which its leaf names is shown by `references.py`. Here, of all
of them together:

1. the first year says of the time before it what the book says (`earlier`);
2. each later year is of a later school year, names the record of the year before it here
   and no other (so no year can be left out or exchanged, a repeated one neither), and its
   grade follows from that year's outcome; a year that names none was preceded by one on
   paper or abroad, and its grade is no lower;
3. the last year completes the level, and is the one that the completion states.
"""

from collections.abc import Iterator
from itertools import pairwise

from verifier.checks.references import follows
from verifier.context import Context
from verifier.formats.canonical import Json, JsonObject
from verifier.formats.management_code import GRADES
from verifier.formats.ref import Reference, shown_fields
from verifier.report import Check, Status

Fault = tuple[str, str]
"""Code without the check's number, and where."""
Person = tuple[str, str, str | None]
"""Name, birth date, personal number."""


def check(ctx: Context) -> list[Check]:
    """Judge the years of a book together; nothing is said of other kinds."""
    try:
        record = ctx.record
    except Exception:  # noqa: BLE001  # a file without a readable record has no years
        return []
    if "years" not in record:
        return []
    return [
        Check("7a", Status.FAILED, f"7a.{code}", detail=where) for code, where in faults(record)
    ]


def faults(book: JsonObject) -> Iterator[Fault]:
    """Everything in which the years of a book do not fit."""
    years = [item["record"] for item in book["years"]]
    first = GRADES[book["level"]][0]
    whole = book["earlier"] != "first" or years[0]["grade"] == first
    if years[0]["previous_year"].get("none") != book["earlier"] or not whole:
        yield "book_year_missing", "/years/0/record/previous_year"
    for number, (before, year) in enumerate(pairwise(years), start=1):
        yield from _follows(before, year, f"/years/{number}/record")
    last, stated = years[-1], book["completion"]
    if not (completes(last) and last["grade"] == GRADES[book["level"]][-1]):
        yield "book_not_completed", f"/years/{len(years) - 1}/record/promotion"
    issued_on = book.get("issued_on")  # a maker asks before the book has its date
    for number, year in enumerate(years):
        if issued_on is not None and year["issued_on"] > issued_on:
            yield "book_years_unordered", f"/years/{number}/record/issued_on"
    for key in ("school_year", "grade", "class"):
        if stated[key] != last[key]:
            yield "book_not_completed", f"/completion/{key}"


def completes(year: JsonObject) -> bool:
    """Whether the year says that the level is completed."""
    promotion = year["promotion"]
    return bool(promotion.get("completed", promotion.get("completed_level")))


def year_before(year: JsonObject) -> Json:
    """The school year that a year names as the one before it; None where it names none."""
    return shown_fields(year["previous_year"]).get("/school_year")


def other_persons(book: JsonObject) -> dict[Person, list[str]]:
    """Who the years say it is, where that is not what the cover says, with the years.

    Check 7a asks for the same book and the same code or number. Name, birth date and number
    may have been changed by a civil-status paper, so it is a note, never a fault.
    """
    own, found = _person(book), dict[Person, list[str]]()
    for item in book["years"]:
        year = item["record"]
        if (person := _person(year)) != own:
            found.setdefault(person, []).append(year["school_year"])
    return found


def _person(record: JsonObject) -> Person:
    pupil = record["pupil"]
    return pupil["name"], pupil["birth_date"], pupil["personal_number"]


def _follows(before: JsonObject, year: JsonObject, where: str) -> Iterator[Fault]:
    """(2) for one year and the one before it here."""
    previous = year["previous_year"]
    none = previous.get("none")
    if not before["school_year"] < year["school_year"]:
        yield "book_years_unordered", f"{where}/school_year"
    if none == "first" or (none is None and _record_before(previous) != before["record_id"]):
        yield "book_year_missing", f"{where}/previous_year"
    promoted = before["promotion"]["promoted"]
    if none is None and not (
        isinstance(promoted, bool) and follows(year["grade"], before["grade"], promoted=promoted)
    ):
        yield "book_other_grade", f"{where}/grade"
    if none is not None and year["grade"] < before["grade"]:
        yield "book_other_grade", f"{where}/grade"


def _record_before(previous: JsonObject) -> str:
    """The record that a year names as the one before it; its versions share the name."""
    return Reference.from_object(previous).receipt.leaf.record_id
