"""A primary pupil moves in January, completes primary school elsewhere, and gets the book."""

from types import SimpleNamespace

import pytest
from fakes.primary_school import AN, PUPILS, enter, fill_class, first_term
from fakes.provinces import province
from fakes.small_school import CLERK

from hocba.issuance import online_sources
from hocba.issuance.transfer import transfer_in, transfer_out
from hocba.kit.clock import now
from hocba.kit.errors import ConflictError
from verifier.connect import by_realm
from verifier.report import Verdict

OLD, NEW = "31-11311-01", "31-11311-02"
OTHER = {"code": NEW, "tax_code": "0200311399", "digit": "2"}
ME = PUPILS[:1]
THIS = "2026-2027"
"""The year of today: who moves is enrolled from today on."""


@pytest.fixture(scope="module")
def moved(server, tmp_path_factory):
    """Half of grade 4 at one school, the rest and grade 5 at the other."""
    with province(server, tmp_path_factory.mktemp("moves")) as here:
        enter(here, pupils=ME, year=THIS)
        early = _leave(here)
        fill_class(here, change=first_term(here, AN), leave_out=(AN,), pending=(AN,))
        _leave(here, raises=False)
        here.issue(of=here.target(school=OLD, name="4A"), kind="partial")
        partial = here.files()[AN][-1]
        enter(here, pupils=PUPILS[1:2], name="4B", year=THIS, **OTHER)
        of = here.target(school=NEW, name="4B")
        online = by_realm({here.wp.realm: online_sources(here.wp)})
        transfer_in(here.wp, of, partial, file="hocba.pdf", by=CLERK, at=now(), online=online)
        _year(here, "4B")
        enter(here, grade=5, name="5B", year="2027-2028", pupils=ME, **OTHER)
        _year(here, "5B")
        of = here.target(school=NEW, name="5B")
        here.freeze(of=of, kind="book")
        here.issue(of=of, kind="book")
        yield SimpleNamespace(here=here, early=early, partial=partial, files=here.files()[AN])


def _leave(here, *, raises=True):
    of = here.target(school=OLD, name="4A")
    try:
        transfer_out(here.wp, of, pupil=AN, by=CLERK, at=now())
    except ConflictError as error:
        assert raises
        return error.code
    assert not raises
    return None


def _year(here, name):
    fill_class(here, name=name, school=NEW)
    of = here.target(school=NEW, name=name)
    here.freeze(of=of)
    here.issue(of=of)


def test_the_first_term_is_issued_with_levels_and_tests_of_its_end(moved):
    report = moved.here.verify(moved.partial)
    assert report.verdict is Verdict.VALID
    rows = {row["code"]: row for row in report.record["subjects"]}
    assert (rows["TV"]["level"], rows["TV"]["test"], rows["DD"]["test"]) == ("T", "8", None)
    assert report.record["kind"] == "partial"


def test_without_the_marks_of_the_term_there_is_nothing_to_take_along(moved):
    assert moved.early == "freeze.nobody_complete"


def test_the_year_goes_on_in_the_same_book_elsewhere(moved):
    first, year = (moved.here.verify(file).record for file in moved.files[:2])
    assert year["book_id"] == first["book_id"]
    assert year["management_code"] == first["management_code"]
    assert year["school"]["code"] == NEW


def test_the_book_of_primary_school_is_valid_with_both_years(moved):
    report = moved.here.verify(moved.files[-1])
    assert report.verdict is Verdict.VALID, [(one.code, one.detail) for one in report.checks]
    record = report.record
    assert (record["kind"], record["earlier"]) == ("book", "paper")
    assert [one["record"]["grade"] for one in record["years"]] == [4, 5]
    assert record["template"]["id"] == "th-book-1"
