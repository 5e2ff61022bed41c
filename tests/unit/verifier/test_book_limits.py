"""The largest book that check 1 lets through is judged within the limits of the guard."""

import time
from datetime import timedelta

from fakes.book_records import book_record
from fakes.named import root
from fakes.world import AT

from hocba.documents.writer import render
from verifier.formats.canonical import canonical
from verifier.formats.pdf.limits import MAX_RECORD
from verifier.formats.record import parse_record
from verifier.guard import Guard
from verifier.report import Status
from verifier.templates import load

HASH = "ab" * 32


def heavy_book(size):
    """A book of eight years whose references show as much as the format allows, up to `size`."""
    record = book_record(grades=(6, 6, 6, 6, 7, 7, 8, 9))
    fields = [
        {"pointer": f"/subjects/{number:03d}/term1", "salt": HASH, "value": "8.0", "index": number,
         "size": 1000, "path": [HASH] * 20}
        for number in range(160)
    ]  # fmt: skip
    source = {**record["years"][0]["ref"], "fields": fields}
    room = size - len(canonical(record)) - 1000
    for place, year in enumerate(record["years"]):
        for number in range(4):
            one = {**source, "leaf": f"{place}{number}" * 32}
            cost = len(canonical(one)) + 1
            if cost > room:
                return record
            year["record"]["sources"].append(one)
            room -= cost
    return record


def test_the_largest_book_is_judged_within_the_limits_of_the_guard():
    record = heavy_book(MAX_RECORD)
    data = canonical(record)
    assert MAX_RECORD * 0.8 < len(data) <= MAX_RECORD
    assert parse_record(data) == record
    file = render(data, load(record["template"]["id"]))
    start = time.perf_counter()
    with Guard() as guard:
        report = guard.verify(file, trust=root(), now=AT + timedelta(hours=1))
    assert report.check("1").status is Status.PASSED
    assert report.check("6").status is Status.PASSED
    assert time.perf_counter() - start < 5


def test_a_larger_book_is_refused_before_it_is_understood():
    record = heavy_book(MAX_RECORD + 200_000)
    file = render(canonical(record), load(record["template"]["id"]))
    with Guard() as guard:
        report = guard.verify(file, trust=root(), now=AT + timedelta(hours=1))
    assert report.check("1").code == "1.record_too_large"
