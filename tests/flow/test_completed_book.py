"""The completed book of a pupil of three years through two schools, and what may be wrong in it."""

from types import SimpleNamespace

import pytest
from fakes.provinces import province
from fakes.small_school import CLERK, PIN, PRINCIPAL, school_file

from hocba.issuance import (
    ReturnRequest,
    StatusRequest,
    find_school,
    open_for_correction,
    run_audit,
    withdraw_issued,
)
from hocba.issuance.sweep import sweep
from hocba.kit.clock import now
from hocba.kit.errors import ConflictError
from verifier.checks.references import year_answers
from verifier.report import Status, Verdict

PUPIL, LATE = "3110000000", "3110000001"
OLD, NEW = "31-11311-01", "31-11311-02"
WEAK = ("TOAN", "KHTN")
ITEMS = ("tx1", "tx2", "tx3", "tx4", "gk", "ck")


@pytest.fixture(scope="module")
def book(server, tmp_path_factory):
    """Grade 7 re-tested in summer at one school, 8 and 9 at the other, then the book."""
    with province(server, tmp_path_factory.mktemp("book")) as here:
        _year(here, OLD, "2024-2025", 7)
        weak = {(PUPIL, s, term, item): "3.0" for s in WEAK for term in (1, 2) for item in ITEMS}
        here.fill(school=OLD, change=weak)
        _issue(here, OLD)
        _again(here, OLD, "supplement", weak | {(PUPIL, s, 0, "retest"): "6.0" for s in WEAK})
        _year(here, NEW, "2025-2026", 8)
        here.fill(school=NEW)
        _issue(here, NEW)
        early = _no_book(here)
        _year(here, NEW, "2026-2027", 9, pupils=(PUPIL, LATE))
        here.fill(school=NEW, pending=(LATE,))
        _issue(here, NEW)
        of = here.target(school=NEW)
        frozen = here.freeze(of=of, kind="book")
        here.issue(of=of, kind="book")
        files = here.files()[PUPIL]
        yield SimpleNamespace(here=here, of=of, frozen=frozen, early=early, years=files[:-1],
                              file=files[-1], report=here.verify(files[-1]))  # fmt: skip


def _year(here, code, year, grade, pupils=(PUPIL,)):
    options = {OLD: {}, NEW: {"code": NEW, "tax_code": "0200311399", "digit": "2"}}[code]
    classes = school_file(pupils=1, **options)["classes"]
    classes[0] |= {"grade": grade, "pupils": [
        {"code": one, "name": "Trần Văn Ổn", "birth_date": "2014-09-05"} for one in pupils
    ]}  # fmt: skip
    names = {OLD: "Trường THCS Lê Quý Đôn", NEW: "Trường THCS Trần Phú"}
    here.school(options=options, school={"name": names[code]}, school_year=year, classes=classes)


def _issue(here, code):
    of = here.target(school=code)
    here.freeze(of=of)
    here.issue(of=of)


def _again(here, code, event, change, year=None):
    of = here.target(school=code, year=year)
    request = ReturnRequest(PRINCIPAL, "Theo hồ sơ", PUPIL, event=event, decision="1/QĐ")
    open_for_correction(here.wp, of, request, at=now())
    if change:
        here.fill(school=code, change=change)
    here.freeze(of=of, event=event, pupils=(PUPIL,))
    here.issue(of=of)


def _no_book(here):
    """What is said to who asks for the book before the level is over."""
    with pytest.raises(ConflictError) as caught:
        here.freeze(of=here.target(school=NEW), kind="book")
    return caught.value.code


def test_the_book_of_three_years_through_two_schools_is_valid(book):
    assert book.report.verdict is Verdict.VALID, [
        (one.id, one.code, one.detail)
        for one in book.report.checks
        if one.status is not Status.PASSED
    ]


def test_the_book_holds_the_newest_version_of_each_year_whole(book):
    told = [
        (one["record"]["school_year"], one["record"]["version"], one["record"]["school"]["name"])
        for one in book.report.record["years"]
    ]
    assert told == [
        ("2024-2025", 2, "Trường THCS Lê Quý Đôn"),
        ("2025-2026", 1, "Trường THCS Trần Phú"),
        ("2026-2027", 1, "Trường THCS Trần Phú"),
    ]
    whole = [book.here.verify(file).record for file in (book.years[1], *book.years[2:])]
    assert [one["record"] for one in book.report.record["years"]] == whole


def test_the_book_says_what_is_completed_and_what_was_before(book):
    record = book.report.record
    assert record["completion"] == {
        "completed": True, "school_year": "2026-2027", "grade": 9, "class": "6A1",
    }  # fmt: skip
    assert (record["earlier"], record["school_year"], record["regulation"]) == ("paper", None, None)
    assert record["signers"] == ["principal", "seal"]


def test_each_years_answer_is_told(book):
    assert year_answers(book.report.check("8").detail) == ("good",) * 3
    assert "7a.references_hold" in book.report.check("7a").detail


def test_before_the_level_is_completed_there_is_no_book(book):
    assert book.early == "freeze.nobody_complete"


def test_of_whom_a_year_is_missing_the_reason_says_which(book):
    (pending,) = book.frozen.pending
    assert (pending.name, pending.reason) == ("Trần Văn Ổn", "years")


def test_the_audit_finds_nothing_amiss(book):
    assert run_audit(book.here.wp).differences == ()


def test_a_later_correction_of_a_year_is_a_note_until_the_book_is_issued_again(book):
    here = book.here
    _again(here, NEW, "correction", {}, year="2025-2026")
    report = here.verify(book.file)
    assert (report.verdict, report.notes) == (Verdict.VALID_NOTE, ("year_superseded",))
    assert report.check("8").code == "8.year_superseded"
    assert year_answers(report.check("8").detail) == ("good", "superseded", "good")
    request = ReturnRequest(
        PRINCIPAL, "Năm lớp 8 đã đính chính", PUPIL, event="correction", decision="2/QĐ",
        kind="book",
    )  # fmt: skip
    open_for_correction(here.wp, book.of, request, at=now())
    here.freeze(of=book.of, kind="book", event="correction", pupils=(PUPIL,))
    here.issue(of=book.of, kind="book")
    again = here.verify(here.files()[PUPIL][-1])
    assert again.verdict is Verdict.VALID
    assert [one["record"]["version"] for one in again.record["years"]] == [2, 2, 1]
    assert here.verify(book.file).check("8").code == "8.superseded"


def test_a_withdrawn_year_takes_the_book_with_it(book):
    """The old school withdraws its year: the last thing that happens here."""
    here = book.here
    newest = here.files()[PUPIL][-1]
    with here.wp.database.transaction("test") as db:
        school = find_school(db, OLD)
    withdraw_issued(here.wp, StatusRequest(school, (PUPIL,)), staff=CLERK, pin=PIN, at=now())
    sweep(here.wp, clock=now)
    report = here.verify(newest)
    assert report.verdict is Verdict.COULD_NOT_CHECK
    assert report.check("8").code == "8.reference_withdrawn"
    assert report.check("8").detail.startswith("/years/0")
    request = ReturnRequest(PRINCIPAL, "Năm lớp 7", PUPIL, decision="3/QĐ", kind="book")
    open_for_correction(here.wp, book.of, request, at=now())
    with pytest.raises(ConflictError) as caught:  # nor is the version before the withdrawn one
        here.freeze(of=book.of, kind="book", event="correction", pupils=(PUPIL,))
    assert caught.value.code == "freeze.nobody_complete"
