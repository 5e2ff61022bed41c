"""The completed book: every issued year of the level, whole, and that it is completed.

    freeze(wp, of_the_last_class, by="GV02", at=now(), kind="book")

A year counts as it was released last, by this installation or by the school that the pupil
came from. Of whom a year is missing, withdrawn or not released, or who has not completed
the level, is pending; the reason names the year. What the verifier would refuse of a book
(`verifier/checks/years.py`) is asked here with the same function.
"""

from collections.abc import Iterator, Mapping, Sequence

from hocba.issuance.kinds import Gathered, Ready, Work
from hocba.issuance.sources import Issued, issued_years
from hocba.issuance.stages import PendingPupil
from hocba.kit.errors import ConflictError
from hocba.sector.models import Pupil
from verifier.checks.years import completes, faults, year_before
from verifier.formats.canonical import Json, JsonObject
from verifier.formats.ref import make_reference


def gather(work: Work, pupils: Sequence[Pupil]) -> Gathered:
    """Part those whose years are all there from those still pending."""
    issued = issued_years(work, pupils)
    complete: list[Ready] = []
    pending: list[PendingPupil] = []
    for pupil in pupils:
        years = issued.get(pupil.id, {})
        missing = list(_missing(years))
        if not missing:
            body = book_body([one for one in _in_order(years) if isinstance(one, Issued)])
            missing = [code for code, _ in faults({**body, "level": work.of.level})]
        if missing:
            pending.append(PendingPupil(pupil.id, pupil.name, ", ".join(missing)))
        else:
            complete.append(Ready(pupil, body))
    return Gathered(tuple(complete), tuple(pending))


def book_body(years: Sequence[Issued]) -> JsonObject:
    """Return what the record states, from the years in their order."""
    last = years[-1].record
    return {
        "school_year": None,
        "grade": None,
        "class": None,
        "earlier": years[0].record["previous_year"].get("none"),
        "years": [_year(one) for one in years],
        "completion": {
            "completed": completes(last),
            "school_year": last["school_year"],
            "grade": last["grade"],
            "class": last["class"],
        },
    }


def _year(issued: Issued) -> Json:
    return {"ref": make_reference(issued.record, issued.receipt), "record": issued.record}


def _in_order(years: Mapping[str, Issued | ConflictError]) -> list[Issued | ConflictError]:
    return [years[name] for name in sorted(years)]


def _missing(years: Mapping[str, Issued | ConflictError]) -> Iterator[str]:
    """Years that are not there, by name, and a level that is not completed."""
    if not years:
        yield "years"
    for name in sorted(years):
        one = years[name]
        if isinstance(one, ConflictError):
            yield f"{name}: {one.code}"
            continue
        before = year_before(one.record)
        if before is not None and before not in years:
            yield str(before)
    last = years[max(years)] if years else None
    if isinstance(last, Issued) and not completes(last.record):
        yield "completion"
