"""A primary class from its school file to a valid verdict, with its special pupils."""

import pytest
from fakes.primary_school import AN, BLO, CHI, CLASS, DUNG, PUPILS, enter, fill_class, workbook
from fakes.provinces import province
from fakes.small_school import PRINCIPAL

from hocba.issuance import ReturnRequest, open_for_correction, read_marks, run_audit
from hocba.kit.clock import now
from hocba.kit.errors import InputError
from verifier.formats.ref import shown_fields
from verifier.report import Status, Verdict

NOT_ASSESSED = {
    (BLO, None, 0, "not_assessed"): "X",
    (BLO, None, 0, "promotion_decision"): "Được lên lớp",
    (BLO, None, 0, "homeroom_comment"): "Hòa đồng, thích vẽ.",
    (BLO, None, 0, "absences_with_leave"): "3",
    (BLO, None, 0, "absences_without_leave"): "0",
}
EXEMPT = {(CHI, "GDTC", 0, "level"): "M", (CHI, "TOAN", 0, "level"): "H",
          (CHI, None, 0, "height"): "131,5"}  # fmt: skip
WEAK = {(DUNG, "TOAN", 0, "level"): "C", (DUNG, "TOAN", 0, "test"): "4"}
AGAIN = {(DUNG, "TOAN", 0, "level_after"): "H", (DUNG, "TOAN", 0, "test_after"): "6"}


@pytest.fixture(scope="module")
def issued(server, tmp_path_factory):
    """Grade 4 issued, and grade 5 of one pupil in the year after."""
    with province(server, tmp_path_factory.mktemp("primary")) as here:
        enter(here)
        fill_class(here, change=NOT_ASSESSED | EXEMPT | WEAK, leave_out=(BLO,))
        frozen = here.freeze(of=here.target(name=CLASS))
        here.issue(of=here.target(name=CLASS))
        _supplement(here)
        enter(here, grade=5, name="5A", year="2026-2027", pupils=PUPILS[:1])
        fill_class(here, name="5A")
        here.freeze(of=here.target(name="5A"))
        here.issue(of=here.target(name="5A"))
        yield here, frozen, here.files()


def _supplement(here):
    of = here.target(name=CLASS)
    request = ReturnRequest(PRINCIPAL, "Đánh giá lại", DUNG, event="supplement", decision="1/QĐ")
    open_for_correction(here.wp, of, request, at=now())
    fill_class(here, change=NOT_ASSESSED | EXEMPT | WEAK | AGAIN, leave_out=(BLO,))
    here.freeze(of=of, event="supplement", pupils=(DUNG,))
    here.issue(of=of)


def record_of(issued, code, number=0):
    here, _, files = issued
    return here.verify(files[code][number]).record


def subject(record, code):
    return next(row for row in record["subjects"] if row["code"] == code)


def test_everybody_is_frozen_and_every_file_is_valid(issued):
    here, frozen, files = issued
    assert frozen.pending == ()
    assert len(frozen.records) == len(PUPILS)
    assert set(files) == {code for code, _, _ in PUPILS}
    for found in files.values():
        report = here.verify(found[-1])
        assert report.verdict is Verdict.VALID, [
            (one.id, one.code) for one in report.checks if one.status is not Status.PASSED
        ]


def test_an_ordinary_year_has_levels_tests_and_a_title(issued):
    record = record_of(issued, AN)
    assert record["results"] == {"assessed": True, "overall": "HTXS", "overall_after": None}
    assert record["awards"]["title"] == "xuat_sac"
    assert (subject(record, "TV")["level"], subject(record, "TV")["test"]) == ("T", "9")
    assert subject(record, "DD")["test"] is None
    assert record["management_code"].split("-")[2] == "1"


def test_a_pupil_not_assessed_has_no_levels_and_goes_up_by_decision(issued):
    record = record_of(issued, BLO)
    assert record["results"] == {"assessed": False, "overall": None, "overall_after": None}
    assert {row["level"] for row in record["subjects"]} == {None}
    assert record["promotion"]["promoted"] is True
    assert (record["pupil"]["name"], record["pupil"]["birth_date"]) == ("Y Ƀlô Niê", "2016")


def test_an_exemption_and_an_ethnic_language_stand_by_name(issued):
    record = record_of(issued, CHI)
    assert subject(record, "GDTC")["level"] == "M"
    assert subject(record, "TDTTS")["name"] == "Tiếng Ê-đê"
    assert record["results"]["overall"] == "HT"
    assert record["health"] == {"height_cm": "131.5", "weight_kg": None}


def test_assessment_anew_in_summer_is_a_supplement_that_adds_and_changes_nothing(issued):
    here, _, files = issued
    first, record = record_of(issued, DUNG), record_of(issued, DUNG, 1)
    assert (record["event"], record["version"]) == ("supplement", 2)
    assert here.verify(files[DUNG][0]).check("8").code == "8.superseded"
    row = subject(record, "TOAN")
    assert (row["level"], row["test"]) == ("C", "4")
    assert (row["level_after"], row["test_after"]) == ("H", "6")
    assert record["results"] == {"assessed": True, "overall": "CHT", "overall_after": "HT"}
    assert [one["promotion"]["promoted"] for one in (first, record)] == [None, True]


def test_the_last_grade_completes_primary_school_and_names_the_year_before(issued):
    record = record_of(issued, AN, 1)
    assert record["promotion"]["completed_level"] is True
    shown = shown_fields(record["previous_year"])
    assert (shown["/grade"], shown["/promotion/promoted"]) == (4, True)
    assert record["book_id"] == record_of(issued, AN)["book_id"]


def test_a_file_whose_record_was_altered_is_not_valid(issued):
    here, _, files = issued
    forged = files[CHI][0].replace(b"Ti\xe1\xba\xbfng \xc3\x8a-\xc4\x91\xc3\xaa", b"X" * 12, 1)
    assert forged != files[CHI][0]
    assert here.verify(forged).verdict is Verdict.NOT_VALID


def test_the_audit_finds_nothing_amiss_in_a_primary_school(issued):
    assert run_audit(issued[0].wp).differences == ()


def test_a_dry_run_names_every_cell_and_writes_nothing(server, tmp_path):
    with province(server, tmp_path) as here:
        enter(here)
        bad = workbook(here, change={(AN, "TOAN", 0, "test"): "8,5", (CHI, "TV", 0, "level"): "Đ"})
        reading = read_marks(here.wp, bad, file="4A.xlsx")
        told = {(one.code, one.sheet) for one in reading.reading.problems}
        assert told == {
            ("sheet.test_not_whole", "Toán"),
            ("sheet.not_a_subject_level", "Tiếng Việt"),
        }
        with pytest.raises(InputError):
            reading.clean()


def test_who_is_incomplete_waits_with_the_fields_that_are_missing(server, tmp_path):
    with province(server, tmp_path) as here:
        enter(here)
        weak = {(DUNG, "TOAN", 0, "level"): "C", (DUNG, "TOAN", 0, "test"): "4"}
        gap = {(BLO, "TV", 0, "level"): None, (BLO, "TV", 0, "not_assessed"): "X"}
        fill_class(here, change=weak | gap)
        frozen = here.freeze(of=here.target(name=CLASS))
        assert [(one.name, one.reason) for one in frozen.pending] == [
            ("Y Ƀlô Niê", "promotion"),
        ]
        assert len(frozen.records) == len(PUPILS) - 1
