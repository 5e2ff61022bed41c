"""Complete, valid records of kind `partial`, to be varied by tests.

record = partial_record(**{"/pupil/name": "Y Ƀlô Niê"})
record = primary_partial(grade=4)
"""

from typing import Any

from fakes.primary_records import primary_record
from fakes.records import sample_record, vary

from verifier.templates import load

TEMPLATE_ID, PRIMARY_ID = "thcs-partial-tt22-1", "th-partial-tt27-1"
_DROPPED = ("promotion", "awards")


def partial_record(**changes: Any) -> dict[str, Any]:
    """Return the first term of a pupil of lower secondary school."""
    record = sample_record()
    for key in (*_DROPPED, "study_form", "study_topics"):
        del record[key]
    record |= {
        "kind": "partial",
        "issued_on": "2026-01-16",
        "template": {"id": TEMPLATE_ID, "hash": load(TEMPLATE_ID).hash},
        "policy": "thcs-partial-2026-1",
        "subjects": [_without(row, "term2", "year", "retest") for row in record["subjects"]],
        "results": {"assessed": True, "term1": "T"},
        "conduct": {"term1": "K"},
        "comments": {"homeroom": "Ngoan, lễ phép; tiến bộ rõ trong học kì I."},
    }
    return vary(record, changes)


def primary_partial(*, grade: int = 4, **changes: Any) -> dict[str, Any]:
    """Return the first term of a primary pupil."""
    record = primary_record(grade=grade)
    for key in (*_DROPPED, "health"):
        del record[key]
    record |= {
        "kind": "partial",
        "issued_on": "2026-01-16",
        "template": {"id": PRIMARY_ID, "hash": load(PRIMARY_ID).hash},
        "policy": "th-partial-2026-1",
        "subjects": [_without(row, "level_after", "test_after") for row in record["subjects"]],
        "qualities": [_without(row, "level_after") for row in record["qualities"]],
        "competencies": {
            group: [_without(row, "level_after") for row in rows]
            for group, rows in record["competencies"].items()
        },
        "results": {"assessed": True},
    }
    return vary(record, changes)


def _without(row: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key not in keys}
