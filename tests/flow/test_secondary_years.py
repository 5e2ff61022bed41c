"""A class of every secondary level, from its school file to a valid verdict."""

from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache

import pytest
from fakes.provinces import Province, province
from fakes.secondary_school import (
    AN,
    BLO,
    CHI,
    DUNG,
    FORMS,
    GDTX_THPT,
    OLD_THCS,
    PUPILS,
    THPT,
    enter,
    fill_class,
    topics,
)

from hocba.issuance import run_audit
from verifier.report import Status, Verdict

PART = {(CHI, "GDTC", 1, "tx2"): "M", (CHI, "GDTC", 0, "part_exempt"): "X"}
CHOSEN = {(AN, "DL", 0, "not_taken"): "X", (BLO, "TIN", 0, "not_taken"): "X"}
TOPICS = (topics(AN, "TOAN", "7.0", "9.5", "8.5", chosen=2) | topics(AN, "VL", "9.0", "8.0", "8.5")
          | topics(BLO, "DL", "6.5", "7.0", "7.5", chosen=3))  # fmt: skip


def blank(code):
    """A pupil of whom nothing is assessed: the summary alone."""
    return {
        (code, None, 0, "not_assessed"): "X",
        (code, None, 0, "promotion_decision"): "Được lên lớp",
        (code, None, 0, "homeroom_comment"): "Hòa đồng, thích vẽ.",
        (code, None, 0, "absences"): "4",
    }


CHANGES = {
    THPT.template: CHOSEN | TOPICS | PART | blank(DUNG),
    GDTX_THPT.template: {
        (BLO, None, 0, "study_form"): "Vừa làm vừa học",
        (BLO, None, 1, "conduct"): None,
        (BLO, None, 2, "conduct"): None,
    },
    OLD_THCS.template: {
        (AN, None, 1, "conduct"): "Khá",
        (AN, None, 0, "conduct_year"): "Trung bình",
        (BLO, "TOAN", 1, "tx1"): "V",
    },
}


@dataclass(frozen=True)
class Issued:
    """A class that was issued, and the newest file of each pupil."""

    here: Province
    files: dict[str, bytes]

    @property
    def records(self):
        """What a stranger reads, by pupil."""
        return {code: self.here.verify(data).record for code, data in self.files.items()}


@pytest.fixture(scope="module")
def issued(server, tmp_path_factory):
    """Issue a class of the given form, once."""
    with ExitStack() as stack:

        @cache
        def issue(given):
            folder = tmp_path_factory.mktemp("secondary")
            here = stack.enter_context(province(server, folder))
            enter(here, given)
            left_out = (DUNG,) if given is THPT else ()
            fill_class(here, given, change=CHANGES.get(given.template), leave_out=left_out)
            frozen = here.freeze(of=here.target(name=given.name))
            assert frozen.pending == ()
            here.issue(of=here.target(name=given.name))
            return Issued(here, {code: found[-1] for code, found in here.files().items()})

        yield issue


def subject(record, code):
    return next(row for row in record["subjects"] if row["code"] == code)


@pytest.mark.parametrize("given", FORMS, ids=lambda given: given.template)
def test_every_file_is_valid_on_its_own_form(issued, given):
    here, files = issued(given).here, issued(given).files
    assert set(files) == {code for code, _ in PUPILS}
    for data in files.values():
        report = here.verify(data)
        assert report.verdict is Verdict.VALID, [
            (one.id, one.code, one.detail)
            for one in report.checks
            if one.status is not Status.PASSED
        ]
        assert report.record["template"]["id"] == given.template
        assert report.record["level"] == given.level


@pytest.mark.parametrize("given", FORMS, ids=lambda given: given.template)
def test_the_audit_finds_nothing_amiss(issued, given):
    assert run_audit(issued(given).here.wp).differences == ()


def test_a_pupil_of_upper_secondary_has_the_subjects_chosen_and_their_study_topics(issued):
    records = issued(THPT).records
    codes = {who: [row["code"] for row in records[who]["subjects"]] for who in (AN, BLO)}
    assert ("DL" in codes[AN], "TIN" in codes[AN]) == (False, True)
    assert ("DL" in codes[BLO], "TIN" in codes[BLO]) == (True, False)
    assert records[AN]["study_topics"] == [
        {"code": "TOAN", "name": "Toán", "results": ["7.0", "9.5", "8.5"], "chosen": "9.5"},
        {"code": "VL", "name": "Vật lí", "results": ["9.0", "8.0", "8.5"], "chosen": "9.0"},
    ]
    assert records[CHI]["study_topics"] == []
    assert subject(records[AN], "TOAN")["term2"] > subject(records[CHI], "TOAN")["term2"]


def test_a_pupil_exempt_from_a_part_of_physical_education_is_assessed_in_the_rest(issued):
    record = issued(THPT).records[CHI]
    assert subject(record, "GDTC")["term1"] == "Đ"
    assert record["results"]["year"] == "T"


def test_a_pupil_who_is_not_assessed_has_no_level_and_goes_up_by_decision(issued):
    record = issued(THPT).records[DUNG]
    assert (record["results"]["assessed"], record["results"]["year"]) == (False, None)
    assert {row["year"] for row in record["subjects"]} == {None}
    assert record["promotion"] == {"promoted": True, "completed": None}


def test_a_learner_who_works_has_no_conduct_and_completes_the_level(issued):
    records = issued(GDTX_THPT).records
    assert set(records[BLO]["conduct"].values()) == {None}
    assert records[BLO]["study_form"] == "vua_lam_vua_hoc"
    assert records[BLO]["promotion"] == {"promoted": True, "completed": True}
    assert records[AN]["conduct"]["year"] == "T"
    assert records[AN]["study_form"] is None
    assert subject(records[AN], "NN")["name"] == "Tiếng Anh"


def test_the_old_cohorts_have_means_and_the_homeroom_teachers_conduct_of_the_year(issued):
    records = issued(OLD_THCS).records
    first = records[AN]
    assert first["results"]["mean"] == {
        "term1": "8.0", "term2": "8.0", "year": "8.0", "after_retest": None,
    }  # fmt: skip
    assert (first["results"]["year"], first["conduct"]["year"]) == ("G", "Tb")
    assert records[CHI]["awards"]["title"] == "gioi"
    assert first["awards"]["title"] is None
    assert subject(records[BLO], "TOAN")["term1"] == "7.1"
    assert first["promotion"]["completed"] is True
