"""Books with a year altered, borrowed, left out, exchanged or invented.

The school that issues the book has all its genuine keys, and what it puts into the book is
signed, sealed and anchored as a book. Each file passes everything but the look at its years:
a test takes that look away and sees the file pass.
"""

import copy
import io
from dataclasses import replace
from datetime import timedelta

import pikepdf
import pytest
from fakes.book_records import book_of
from fakes.named import ELSEWHERE, YEAR_BEFORE, file_of, issued, root
from fakes.records import sample_record
from fakes.world import AT, REALM

from hocba.issuance.credential import policies
from verifier.checks import references, years
from verifier.formats.trusted_root import TrustedTemplate
from verifier.report import Status, Verdict
from verifier.templates import registered
from verifier.verify import verify

PROOF = ("1", "2", "3", "4", "5", "6", "7a", "7b", "7c")
ISSUED_ON = "2026-06-01"
OTHER_PUPIL = {
    "/pupil/code": "3110000009", "/pupil/personal_number": "031214000009",
    "book_id": "00000000-0000-4000-8000-000000000009",
}  # fmt: skip


def way(*steps, others=None, **last):
    """Issued years: (grade, promoted), the last one ending in 2026; `others` by place."""
    found = []
    for place, (grade, promoted) in enumerate(steps):
        year = 2026 - len(steps) + place
        changes = {
            "school_year": f"{year}-{year + 1}", "grade": grade, "class": f"{grade}A1",
            "/promotion/promoted": promoted,
            "record_id": f"8b8a7c55-6d0e-4f0f-8f6d-{place:012x}",
        }  # fmt: skip
        if found:
            changes["previous_year"] = found[-1].ref(*YEAR_BEFORE)
        if place == len(steps) - 1:
            changes |= {"/promotion/completed": promoted} | last
        found.append(issued(sample_record(**changes | (others or {}).get(place, {}))))
    return found


HONEST = ((6, True), (7, True), (8, True), (9, True))


def honest():
    """Four years, the first one from another province."""
    return book_of(way(*HONEST))


def a_better_mark():
    """The mark that counts for grade 10, raised in the book."""
    record = copy.deepcopy(honest())
    record["years"][3]["record"]["subjects"][1]["year"] = "9.9"
    return record


def a_better_mark_with_its_salt_changed_too():
    """The same, with a digest that nobody sealed."""
    record = a_better_mark()
    record["years"][3]["record"]["salt"] = "77" * 32
    return record


def somebody_elses_year():
    """The genuine year of a better pupil."""
    return book_of(way(*HONEST, others={2: OTHER_PUPIL}))


def two_years_exchanged():
    """Each record beside the reference of another one."""
    record = copy.deepcopy(honest())
    one, other = record["years"][1], record["years"][2]
    one["ref"], other["ref"] = other["ref"], one["ref"]
    return record


def a_failed_year_left_out():
    """Grade 7 was done twice; the first time is not shown."""
    found = way((6, True), (7, False), (7, True), (8, True), (9, True))
    return book_of([found[0], *found[2:]])


def a_year_twice():
    """The same good year stands for two."""
    found = way(*HONEST)
    return book_of([found[0], found[1], found[1], *found[2:]])


def a_level_that_is_not_completed():
    """The last year says that the programme is not completed."""
    return book_of(way(*HONEST[:3], (9, False)))


def a_level_that_is_not_over():
    """Three years, and the statement of a fourth."""
    found = way(*HONEST[:3], **{"/promotion/completed": None})
    return book_of(found, **{"/completion/grade": 9})


def another_last_class():
    """The statement is about a class that the last year does not name."""
    return book_of(way(*HONEST), **{"/completion/class": "9A9"})


def years_on_paper_that_were_issued():
    """The first two years are cut off and called paper."""
    found = way(*HONEST)
    return book_of(found[2:], earlier="paper")


def a_better_record_of_the_same_year():
    """Another genuine record of grade 8, which grade 9 does not name."""
    found = way(*HONEST)
    another = issued({**found[2].record, "record_id": "8b8a7c55-6d0e-4f0f-8f6d-0000000000aa"})
    return book_of([*found[:2], another, found[3]])


def a_first_year_that_is_not_the_first_grade():
    """One year of grade 9 that claims to be the first."""
    found = way((9, True), previous_year={"none": "first"})
    return book_of(found, earlier="first")


def a_grade_that_falls_after_years_abroad():
    """Grade 8, some time abroad, then grade 6."""
    changes = {0: {"previous_year": {"none": "paper"}}, 1: {"previous_year": {"none": "abroad"}}}
    steps = ((8, True), (6, True), (7, True), (8, True), (9, True))
    return book_of(way(*steps, others=changes), earlier="paper")


def a_year_issued_after_the_book():
    """A record that was not there when the book was dated."""
    found = way(*HONEST)
    late = issued({**found[3].record, "issued_on": "2026-06-02"})
    return book_of([*found[:3], late])


ATTACKS = {
    a_better_record_of_the_same_year: "7a.book_year_missing",
    a_first_year_that_is_not_the_first_grade: "7a.book_year_missing",
    a_grade_that_falls_after_years_abroad: "7a.book_other_grade",
    a_year_issued_after_the_book: "7a.book_years_unordered",
    a_better_mark: "7a.reference_not_proved",
    a_better_mark_with_its_salt_changed_too: "7a.reference_not_proved",
    somebody_elses_year: "7a.year_other_book",
    two_years_exchanged: "7a.reference_not_proved",
    a_failed_year_left_out: "7a.book_year_missing",
    a_year_twice: "7a.book_years_unordered",
    a_level_that_is_not_completed: "7a.book_not_completed",
    a_level_that_is_not_over: "7a.book_not_completed",
    another_last_class: "7a.book_not_completed",
    years_on_paper_that_were_issued: "7a.book_year_missing",
}


def trust(realm=REALM):
    """A root that knows every form and policy that we ship."""
    known = tuple(TrustedTemplate(one.id, one.hash) for one in registered())
    return replace(root(realm), templates=known, policies=policies(realm))


def a_file(record):
    return file_of({**record, "issued_on": ISSUED_ON})


def told(data, *, others=()):
    return verify(data, trust=trust(), others=others, now=AT + timedelta(hours=1))


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_a_book_with_a_wrong_year_is_not_valid_and_nothing_else_stops_it(attack, monkeypatch):
    data = a_file(attack())
    report = told(data)
    assert report.check("7a").code == ATTACKS[attack]
    assert (report.verdict, report.check("7").code) == (Verdict.NOT_VALID, "7.not_in_ledger")
    monkeypatch.setattr(references, "references_of", lambda _: iter(()))
    monkeypatch.setattr(years, "faults", lambda _: iter(()))
    blind = told(data)
    assert {blind.check(each).status for each in PROOF} == {Status.PASSED}


def test_an_honest_book_passes():
    report = told(a_file(honest()))
    assert {report.check(each).status for each in PROOF} == {Status.PASSED}, [
        (one.id, one.code, one.detail) for one in report.checks
    ]


def test_a_year_of_another_province_needs_its_root_and_passes_with_it():
    found = way(*HONEST)
    elsewhere = issued(found[0].record, realm=ELSEWHERE)
    second = issued({**found[1].record, "previous_year": elsewhere.ref(*YEAR_BEFORE)})
    third = issued({**found[2].record, "previous_year": second.ref(*YEAR_BEFORE)})
    fourth = issued({**found[3].record, "previous_year": third.ref(*YEAR_BEFORE)})
    record = book_of([elsewhere, second, third, fourth])
    data = a_file(record)
    alone, both = told(data), told(data, others=(trust(ELSEWHERE),))
    assert alone.check("7b").code == "7b.other_root_needed"
    assert alone.verdict is Verdict.COULD_NOT_CHECK
    assert {both.check(each).status for each in PROOF} == {Status.PASSED}


def test_a_year_of_a_log_that_only_claims_to_be_the_provinces_is_refused():
    found = way(*HONEST)
    invented = issued(found[3].record, realm="ma.hocba.test")
    record = book_of(found)
    record["years"][3] = {
        "ref": {**invented.ref(), "realm": REALM}, "record": found[3].record,
    }  # fmt: skip
    report = told(a_file(record))
    assert report.check("7a").code == "7a.reference_not_proved"
    assert report.verdict is Verdict.NOT_VALID


def test_a_book_saved_anew_by_other_software_is_told_apart_from_a_changed_one():
    data = a_file(honest())
    with pikepdf.open(io.BytesIO(data)) as pdf:
        assert len(pdf.pages) == 2 + len(HONEST)
        out = io.BytesIO()
        pdf.save(out)
        del pdf.pages[4]
        fewer = io.BytesIO()
        pdf.save(fewer)
    assert told(out.getvalue()).notes == ("resaved",)
    less = told(fewer.getvalue())
    assert (less.verdict, less.notes) == (Verdict.NOT_VALID, ())
