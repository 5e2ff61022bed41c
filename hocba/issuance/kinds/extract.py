"""The extract from a paper book (trích lục): what was entered from paper and compared with it.

    enter_papers(wp, read_extract_file(path), staff="VT01", at=now())
    freeze(wp, of, by="HT01", at=now(), kind="extract")

Made once for the years before the digital ones. What was entered is private until it is
issued (`hocba.sector.private`), and nothing of it is computed: the words and marks are those
of the paper. Pupils without a paper book are not pending; there is nothing to wait for.
"""

from collections.abc import Sequence

from hocba.issuance.kinds import Gathered, Ready, Work
from hocba.sector.models import Pupil
from hocba.sector.private import read_private
from verifier.formats.canonical import Json, JsonObject

PAPER_BOOKS = "paper_books"
"""Where a pupil's private facts keep what was entered, by level."""


def gather(work: Work, pupils: Sequence[Pupil]) -> Gathered:
    """Take those of whom a paper book of the level was entered.

    Raises:
        RefusedError: `sensitive.not_allowed`.
    """
    complete: list[Ready] = []
    for pupil in pupils:
        known = read_private(
            work.db,
            work.wp.vault,
            work.of.school_id,
            pupil.id,
            reader=work.reader,
            at=work.at,
            acting=work.acting,
        )
        book = known.get(PAPER_BOOKS, {}).get(work.of.level)
        if book is not None:
            complete.append(Ready(pupil, extract_body(book, level=work.of.level)))
    return Gathered(tuple(complete), ())


def extract_body(book: JsonObject, *, level: str) -> JsonObject:
    """Return what the record states, from what was entered."""
    rows: Json = book["subjects"]
    primary = level == "th"
    return {
        "school_year": None,
        "grade": None,
        "class": None,
        "paper": book["paper"],
        "paper_years": book["years"],
        "paper_marks": None if primary else rows,
        "paper_levels": rows if primary else None,
    }
