"""First terms and years that are somebody else's, better, withdrawn, or from nowhere.

The school that issues has all its genuine keys; what it refers to was issued by another one.
Each file passes everything but the comparison with what it refers to: a test takes that
comparison away and sees the file pass.
"""

from dataclasses import replace
from datetime import timedelta

import pytest
from fakes.named import ELSEWHERE, YEAR_BEFORE, file_of, issued, root
from fakes.records import sample_record
from fakes.world import AT

from verifier.checks import references
from verifier.report import Status, Verdict
from verifier.verify import verify

TERM = (
    "/book_id", "/conduct/term1", "/grade", "/pupil/code", "/pupil/personal_number",
    "/results/term1", "/school/name", "/school_year",
    *(f"/subjects/{index}/{what}" for index in range(12) for what in ("code", "term1")),
)  # fmt: skip
PROOF = ("1", "2", "3", "4", "5", "6", "7a", "7b", "7c")
OTHER_PUPIL = {
    "/pupil/code": "3110000009", "/pupil/personal_number": "031214000009",
    "book_id": "00000000-0000-4000-8000-000000000009",
}  # fmt: skip


def this_year(**changes):
    return sample_record(issued_on="2026-06-01", **changes)


def a_better_mark():
    """The mark of the first term, raised on the way."""
    source = issued(sample_record(**{"/subjects/1/term1": "5.0"}), realm=ELSEWHERE)
    return this_year(sources=[source.ref(*TERM)])


def somebody_elses_term():
    """The first term of a better pupil of the same school."""
    source = issued(sample_record(**OTHER_PUPIL), realm=ELSEWHERE)
    return this_year(sources=[source.ref(*TERM)])


def last_years_term():
    """The pupil's own first term, of a better year."""
    source = issued(sample_record(school_year="2024-2025"), realm=ELSEWHERE)
    return this_year(sources=[source.ref(*TERM)])


def only_the_good_subjects():
    """A source that hides the weak subject, whose mark is invented."""
    source = issued(sample_record(**{"/subjects/1/term1": "2.0"}), realm=ELSEWHERE)
    shown = [one for one in TERM if "/subjects/1/" not in one]
    return this_year(sources=[source.ref(*shown)])


def a_year_that_was_failed():
    """The year before says that the pupil stays; the grade is higher all the same."""
    before = issued(sample_record(school_year="2024-2025", **{"/promotion/promoted": False}))
    return this_year(grade=7, previous_year=before.ref(*YEAR_BEFORE), **{"class": "7A1"})


def somebody_elses_year():
    """The year before of somebody who passed."""
    before = issued(sample_record(school_year="2024-2025", **OTHER_PUPIL))
    return this_year(grade=7, previous_year=before.ref(*YEAR_BEFORE), **{"class": "7A1"})


def a_promotion_turned_round():
    """The field says yes where the record says no."""
    record = a_year_that_was_failed()
    for field in record["previous_year"]["fields"]:
        if field["pointer"] == "/promotion/promoted":
            field["value"] = True
    return record


ATTACKS = {
    a_better_mark: "7a.source_differs",
    somebody_elses_term: "7a.source_other_book",
    last_years_term: "7a.source_other_year",
    only_the_good_subjects: "7a.source_differs",
    a_year_that_was_failed: "7a.previous_year_other_grade",
    somebody_elses_year: "7a.previous_year_other_book",
    a_promotion_turned_round: "7a.reference_not_proved",
}


def told(record, *, others=None):
    data = file_of({**record, "class": "6A1"})  # the one that the signers are appointed for
    known = (root(ELSEWHERE),) if others is None else others
    return verify(data, trust=root(), others=known, now=AT + timedelta(hours=1))


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_what_differs_from_what_it_refers_to_is_not_valid(attack):
    report = told(attack())
    assert report.check("7a").code == ATTACKS[attack]
    assert (report.verdict, report.check("7").code) == (Verdict.NOT_VALID, "7.not_in_ledger")


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_nothing_but_the_comparison_stops_it(attack, monkeypatch):
    monkeypatch.setattr(references, "references_of", lambda _: iter(()))
    report = told(attack())
    assert {report.check(each).status for each in PROOF} == {Status.PASSED}


def test_an_honest_source_passes():
    source = issued(sample_record(), realm=ELSEWHERE)
    report = told(this_year(sources=[source.ref(*TERM)]))
    assert {report.check(each).status for each in PROOF} == {Status.PASSED}


def test_a_realm_that_nobody_knows_is_not_checked():
    source = issued(sample_record(), realm="ma.hocba.test")
    report = told(this_year(sources=[source.ref(*TERM)]))
    assert report.check("7c").code == "7c.other_root_needed"
    assert report.verdict is Verdict.COULD_NOT_CHECK


def test_the_invented_realm_can_not_borrow_a_known_realms_name():
    source = issued(sample_record(), realm="ma.hocba.test")
    lie = {**source.ref(*TERM), "realm": ELSEWHERE}
    report = told(this_year(sources=[lie]))
    assert report.check("7a").code == "7a.reference_not_proved"
    assert report.verdict is Verdict.NOT_VALID


def test_a_root_of_another_key_does_not_prove_a_realm():
    source = issued(sample_record(), realm=ELSEWHERE)
    thief = replace(root("x.hocba.test"), realm=ELSEWHERE)
    report = told(this_year(sources=[source.ref(*TERM)]), others=(thief,))
    assert report.check("7b").code == "7b.reference_not_proved"
