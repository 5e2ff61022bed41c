"""Complete, valid records of kind `book`, whose references prove nothing.

record = book_record(grades=(6, 7, 8, 9))
record = primary_book(grades=(1, 2, 3, 4, 5))
"""

from typing import Any

from fakes.primary_records import primary_record
from fakes.records import sample_record, vary

from verifier.templates import load

SECONDARY_ID, PRIMARY_ID = "secondary-book-1", "th-book-1"
_COMMON = ("type", "realm", "book_id", "management_code", "school", "issuer", "pupil", "salt")


def book_record(grades: tuple[int, ...] = (6, 7, 8, 9), **changes: Any) -> dict[str, Any]:
    """Return the completed book of lower secondary school."""
    years = [sample_record(**_year(place, grade)) for place, grade in enumerate(grades)]
    years[-1]["promotion"]["completed"] = True
    return vary(_book("thcs", SECONDARY_ID, years), changes)


def primary_book(grades: tuple[int, ...] = (1, 2, 3, 4, 5), **changes: Any) -> dict[str, Any]:
    """Return the completed book of primary school."""
    years = [primary_record(**_year(place, grade))
             for place, grade in enumerate(grades)]  # fmt: skip
    years[-1]["promotion"]["completed_level"] = True
    return vary(_book("th", PRIMARY_ID, years), changes)


def book_of(years: list[Any], **changes: Any) -> dict[str, Any]:
    """Return the book of issued years (`fakes.named.issued`), each named and whole."""
    record = _book("thcs", SECONDARY_ID, [one.record for one in years])
    record["years"] = [{"ref": one.ref(), "record": one.record} for one in years]
    return vary(record, changes)


def reference(place: int, realm: str = "demo.hocba.test") -> dict[str, Any]:
    """Return a reference of the right form."""
    return {"type": "hocba.ref/1", "realm": realm, "leaf": f"{place:02x}" * 32,
            "receipt": "e30=", "fields": []}  # fmt: skip


def _year(place: int, grade: int) -> dict[str, Any]:
    year = 2025 + place
    first = {"none": "first"}
    return {
        "school_year": f"{year}-{year + 1}", "grade": grade, "class": f"{grade}A1",
        "issued_on": f"{year + 1}-05-31", "record_id": f"8b8a7c55-6d0e-4f0f-8f6d-{place:012x}",
        "previous_year": reference(place - 1) if place else first,
    }  # fmt: skip


def _book(level: str, template: str, years: list[dict[str, Any]]) -> dict[str, Any]:
    last = years[-1]
    return {key: last[key] for key in _COMMON} | {
        "kind": "book", "event": "issue", "record_id": "8b8a7c55-6d0e-4f0f-8f6d-ffffffffffff",
        "version": 1, "previous_leaf": None, "level": level, "school_year": None, "grade": None,
        "class": None, "regulation": None,
        "template": {"id": template, "hash": load(template).hash},
        "policy": f"{level}-book-2026-1", "issued_on": last["issued_on"], "place": last["place"],
        "earlier": "first",
        "years": [{"ref": reference(place), "record": one} for place, one in enumerate(years)],
        "completion": {"completed": True, "school_year": last["school_year"],
                       "grade": last["grade"], "class": last["class"]},
        "signers": ["principal", "seal"], "sources": [], "previous_year": None,
    }  # fmt: skip
