"""The demo's story of three years: every file is worth today what its chapter says."""

import pytest
from fakes.provinces import province

from hocba.demo.story import EXPECTED, MISSPELT, NAME, tell
from hocba.issuance import run_audit
from verifier.report import Verdict


@pytest.fixture(scope="module")
def told(server, tmp_path_factory):
    with province(server, tmp_path_factory.mktemp("story")) as here:
        chapters = tell(here.wp, here.folder / "story")
        yield here, {each.name: (each, here.verify(each.pdf)) for each in chapters}


@pytest.mark.parametrize(("name", "verdict"), EXPECTED)
def test_every_file_is_worth_what_its_chapter_says(told, name, verdict):
    chapter, report = told[1][name]
    assert (report.verdict, chapter.verdict) == (verdict, verdict), [
        (check.code, check.detail) for check in report.checks
    ]


def test_the_book_holds_three_years_of_two_schools_under_the_corrected_name(told):
    record = told[1]["hoc-ba-toan-cap"][1].record
    years = [one["record"] for one in record["years"]]
    assert [(one["grade"], one["version"]) for one in years] == [(10, 2), (11, 1), (12, 1)]
    assert [one["school"]["name"] for one in years] == [
        "Trường THPT Ngô Quyền", "Trường THPT Thái Phiên", "Trường THPT Thái Phiên",
    ]  # fmt: skip
    assert [one["pupil"]["name"] for one in years] == [MISSPELT, MISSPELT, NAME]
    assert record["pupil"]["name"] == NAME
    assert told[1]["hoc-ba-toan-cap"][1].notes == ("other_person",)  # the paper explains it


def test_the_first_term_of_the_old_school_stands_in_the_year_of_the_new(told):
    part, year = (told[1][name][1].record for name in ("lop-11-hoc-ki-1-chuyen-truong", "lop-11"))
    first = {row["code"]: row["term1"] for row in part["subjects"]}
    assert {row["code"]: row["term1"] for row in year["subjects"]} == first


def test_the_summer_is_a_next_version_and_the_first_says_so(told):
    before, after = (told[1][name][1] for name in ("lop-10-truoc-he", "lop-10-sau-he"))
    assert before.check("8").code == "8.superseded"
    assert (before.record["promotion"]["promoted"], after.record["promotion"]["promoted"]) == (
        None, True,
    )  # fmt: skip
    assert before.verdict is Verdict.VALID_NOTE


def test_the_audit_finds_nothing_amiss(told):
    assert run_audit(told[0].wp).differences == ()
