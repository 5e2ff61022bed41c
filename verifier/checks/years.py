"""Part of check 7a: the years inside a book follow each other and lead to what it states.

That each year is the record which its leaf names is shown by `references.py`. Here, of all
of them together:

1. the first year says of the time before it what the book says (`earlier`);
2. each later year is of a later school year, names the year before it here and no other
   (so no year can be left out, a repeated one neither), and its grade follows from that
   year's outcome; a year that names none was preceded by one on paper or abroad;
3. the last year completes the level, and is the one that the completion states.
"""

from collections.abc import Iterator
from itertools import pairwise

from verifier.checks.references import follows
from verifier.context import Context
from verifier.formats.canonical import Json, JsonObject
from verifier.formats.management_code import GRADES
from verifier.formats.ref import shown_fields
from verifier.report import Check, Status

Fault = tuple[str, str]
"""Code without the check's number, and where."""


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
    if years[0]["previous_year"].get("none") != book["earlier"]:
        yield "book_year_missing", "/years/0/record/previous_year"
    for number, (before, year) in enumerate(pairwise(years), start=1):
        yield from _follows(before, year, f"/years/{number}/record")
    last, stated = years[-1], book["completion"]
    if not (completes(last) and last["grade"] == GRADES[book["level"]][-1]):
        yield "book_not_completed", f"/years/{len(years) - 1}/record/promotion"
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


def _follows(before: JsonObject, year: JsonObject, where: str) -> Iterator[Fault]:
    """(2) for one year and the one before it here."""
    none = year["previous_year"].get("none")
    if not before["school_year"] < year["school_year"]:
        yield "book_years_unordered", f"{where}/school_year"
    if none == "first" or (none is None and year_before(year) != before["school_year"]):
        yield "book_year_missing", f"{where}/previous_year"
    promoted = before["promotion"]["promoted"]
    if none is None and not (
        isinstance(promoted, bool) and follows(year["grade"], before["grade"], promoted=promoted)
    ):
        yield "book_other_grade", f"{where}/grade"
