"""Year N names year N-1: found in the sector database, never passed over, said in words."""

from dataclasses import replace
from datetime import timedelta

import pytest
from fakes.provinces import province
from fakes.small_school import CLASS, CLERK, PIN, school_file

from hocba.issuance import StatusRequest, find_school
from hocba.issuance.kinds import Work
from hocba.issuance.sources import previous_years
from hocba.issuance.sweep import sweep
from hocba.issuance.transfer import note_origin
from hocba.issuance.withdraw import withdraw_issued
from hocba.kit.clock import now
from hocba.kit.errors import ConflictError
from hocba.sector import queries
from hocba.sector.models import School
from verifier.formats.ref import shown_fields
from verifier.messages import Catalogue
from verifier.report import Verdict
from verifier.web.shown.references import reference_rows

UP, WITHDRAWN, NEWCOMER, LATE, ABROAD = (f"311000000{number}" for number in range(5))
SECOND_YEAR = "2026-2027"


@pytest.fixture(scope="module")
def two_years(server, tmp_path_factory):
    """A sixth year issued (of one pupil withdrawn, of one not finished), a seventh frozen."""
    with province(server, tmp_path_factory.mktemp("years")) as here:
        here.school(options={"pupils": 2})
        here.fill()
        here.freeze()
        here.issue()
        with here.wp.database.transaction("test") as db:
            school = find_school(db, None)
        withdraw_issued(
            here.wp, StatusRequest(school, (WITHDRAWN,)), staff=CLERK, pin=PIN, at=now()
        )
        sweep(here.wp, clock=now)
        _later(here)
        here.fill(school=None)
        here.frozen_year = here.freeze()
        with _work(here, grade=8, school_year="2027-2028") as (work, pupils):
            here.too_early = previous_years(work, [pupils[UP]])[pupils[UP].id]
        here.issue()
        yield here


def _later(here, grade=7):
    """The same class a year later, with those who joined it."""
    given = school_file(pupils=5)["classes"]
    given[0]["grade"] = grade
    here.school(school_year=SECOND_YEAR, classes=given)
    for code, kind in ((ABROAD, "abroad"), (LATE, "paper")):
        note_origin(here.wp, here.target(), pupil=code, kind=kind, by=CLERK, at=now())


def _record(here, code):
    return here.verify(here.files()[code][-1]).record


def test_the_seventh_year_names_the_sixth_and_is_valid(two_years):
    report = two_years.verify(two_years.files()[UP][-1])
    assert report.verdict is Verdict.VALID
    shown = shown_fields(report.record["previous_year"])
    assert shown["/school_year"] == "2025-2026"
    assert (shown["/grade"], shown["/promotion/promoted"]) == (6, True)
    assert shown["/book_id"] == report.record["book_id"]


def test_the_page_says_the_year_before_in_words(two_years):
    rows = dict(reference_rows(_record(two_years, UP), Catalogue.of("vi")))
    assert rows["Năm học trước"] == (
        "2025-2026, lớp 6, được lên lớp; Trường THCS Lê Quý Đôn (đã đối chiếu bản đã phát hành)"
    )


@pytest.mark.parametrize(
    ("code", "reason", "words"),
    [(NEWCOMER, "paper", "Học bạ giấy"), (ABROAD, "abroad", "Học ở nước ngoài")],
)
def test_who_has_no_digital_year_before_says_why(two_years, code, reason, words):
    record = _record(two_years, code)
    assert record["previous_year"] == {"none": reason}
    assert dict(reference_rows(record, Catalogue.of("vi")))["Năm học trước"] == words


def test_a_withdrawn_year_without_a_successor_is_not_passed_over(two_years):
    assert WITHDRAWN not in {
        record["pupil"]["code"]
        for record in (_record(two_years, code) for code in two_years.files() if code != WITHDRAWN)
    }
    (pending,) = two_years.frozen_year.pending
    assert (pending.name, pending.reason) == ("Y Ƀlô Niê", "previous_year")


def test_without_the_note_a_higher_grade_means_paper(two_years):
    with _work(two_years) as (work, pupils):
        found = previous_years(work, [pupils[NEWCOMER]])
    assert found[pupils[NEWCOMER].id] == {"none": "paper"}


def test_a_grade_that_does_not_follow_is_an_error_and_not_a_reference(two_years):
    with _work(two_years, grade=6) as (work, pupils):
        found = previous_years(work, [pupils[UP]])[pupils[UP].id]
    assert isinstance(found, ConflictError)
    assert found.code == "previous_year.other_grade"


def test_a_year_that_is_not_released_is_not_passed_over(two_years):
    assert two_years.too_early.code == "previous_year.not_released"
    with _work(two_years, grade=8, school_year="2027-2028") as (work, pupils):
        found = previous_years(work, [pupils[UP]])[pupils[UP].id]
    assert shown_fields(found)["/school_year"] == SECOND_YEAR


class _work:  # noqa: N801  # reads as a word of the test
    """A freeze's view of the class, with some facts changed."""

    def __init__(self, here, **changes):
        self.here, self.changes = here, changes

    def __enter__(self):
        of = replace(self.here.target(name=CLASS), **self.changes)
        self.transaction = self.here.wp.database.transaction("test")
        db = self.transaction.__enter__()
        pupils = {
            each.code: each for each in queries.pupils_of_class(db, of.school_id, of.class_id)
        }
        kind = self.here.frozen_year.kind
        work = Work(
            self.here.wp, db, of, db.get_one(School, of.school_id), kind, "issue",
            now() + timedelta(seconds=1),
        )  # fmt: skip
        return work, pupils

    def __exit__(self, *error):
        self.transaction.__exit__(*error)
