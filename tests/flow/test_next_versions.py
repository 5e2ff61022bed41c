"""Next versions: a reason first, and no more than their event may say."""

import json

import pytest
from fakes.provinces import province
from fakes.small_school import HOMEROOM, PRINCIPAL
from sqlalchemy import select

from hocba.issuance import ReturnRequest, open_for_correction
from hocba.issuance.events import check_change, check_kind, differences, opening_context
from hocba.issuance.models import OpeningRow
from hocba.kit.clock import now
from hocba.kit.errors import ConflictError, InputError
from verifier.report import Verdict

WEAK, OTHER = "3110000000", "3110000001"
SUBJECTS = ("TOAN", "KHTN")


@pytest.fixture(scope="module")
def summer(server, tmp_path_factory):
    """A year in which one pupil must be tested again, and the supplement after the summer."""
    with province(server, tmp_path_factory.mktemp("summer")) as here:
        here.school(options={"pupils": 2})
        here.fill(change=_weak())
        here.freeze()
        here.issue()
        here.first = here.files()[WEAK][0]
        here.too_early = _refused(here, event="supplement", pupils=(WEAK,))
        _open(here, WEAK, "supplement", "Kiểm tra lại sau hè")
        here.fill(change=_weak() | {(WEAK, "TOAN", 2, "ck"): "9.0"})
        here.too_much = _refused(here, event="supplement", pupils=(WEAK,))
        retested = {(WEAK, subject, 0, "retest"): "6.0" for subject in SUBJECTS}
        here.fill(change=_weak() | retested)
        here.freeze(event="supplement", pupils=(WEAK,))
        here.issue()
        here.second = here.files()[WEAK][-1]
        yield here


def _weak():
    items = ("tx1", "tx2", "tx3", "tx4", "gk", "ck")
    return {
        (WEAK, subject, term, item): "3.0"
        for subject in SUBJECTS
        for term in (1, 2)
        for item in items
    }


def _open(here, pupil, event, reason, decision=None):
    request = ReturnRequest(PRINCIPAL, reason, pupil, event=event, decision=decision)
    open_for_correction(here.wp, here.target(), request, at=now())


def _refused(here, **how):
    try:
        here.freeze(**how)
    except ConflictError as error:
        return error
    return None


def test_a_next_version_needs_a_reason_on_file(summer):
    assert summer.too_early.code == "event.not_opened"


def test_a_supplement_may_not_touch_the_marks_of_the_year(summer):
    assert summer.too_much.code == "event.more_than_summer"
    assert summer.too_much.where.field == f"{WEAK}/results/term2"


def test_a_supplement_fills_the_summers_columns_of_the_same_year(summer):
    report = summer.verify(summer.second)
    assert report.verdict is Verdict.VALID
    record, before = report.record, summer.verify(summer.first).record
    assert (record["event"], record["version"], record["record_id"]) == (
        "supplement", 2, before["record_id"],
    )  # fmt: skip
    assert (before["promotion"]["promoted"], record["promotion"]["promoted"]) == (None, True)
    assert {one["retest"] for one in record["subjects"] if one["code"] in SUBJECTS} == {"6.0"}


def test_what_a_supplement_follows_is_no_fault(summer):
    report = summer.verify(summer.first)
    assert (report.verdict, report.check("8").code) == (Verdict.VALID_NOTE, "8.superseded")


def test_the_reason_is_kept_and_no_one_reads_it_in_the_table(summer):
    with summer.wp.database.transaction("test") as db:
        row = db.scalars(select(OpeningRow)).first()
        assert "Kiểm tra".encode() not in row.reason
        key = summer.wp.vault.key(db, row.pupil_id)
        assert key.open_json(row.reason, context=opening_context(row.id)) == "Kiểm tra lại sau hè"


def test_an_opening_serves_one_version(summer):
    assert _refused(summer, event="supplement", pupils=(WEAK,)).code == "event.not_opened"


def test_an_opening_for_one_event_serves_no_other(summer):
    _open(summer, OTHER, "correction", "Sai tên môn", "12/QĐ")
    assert _refused(summer, event="supplement", pupils=(OTHER,)).code == "event.not_opened"


def test_a_change_of_civil_status_issues_no_year_again(summer):
    error = _refused(summer, event="amendment", pupils=(OTHER,), by=HOMEROOM)
    assert error.code == "event.identity_only"
    check_kind("amendment", "identity")


def test_a_change_of_civil_status_needs_its_paper(summer):
    with pytest.raises(InputError) as caught:
        _open(summer, OTHER, "amendment", "Đổi tên theo trích lục")
    assert caught.value.code == "event.no_decision"


def test_what_differs_is_named_by_its_place():
    before = {"a": {"b": [1, 2]}, "version": 1, "c": None}
    now_ = {"a": {"b": [1, 3]}, "version": 2, "c": "x"}
    assert list(differences(before, now_)) == ["/a/b/1", "/c"]
    assert list(differences({"a": [1]}, {"a": [1, 2]})) == ["/a"]


@pytest.mark.parametrize("pointer", ["/conduct/after_summer", "/subjects/0/retest", "/x/y_after"])
def test_the_summers_columns_may_change(pointer):
    before, after = _at(pointer, None), _at(pointer, "K")
    check_change("supplement", before, after)


def _at(pointer, value):
    for step in reversed(pointer.split("/")[1:]):
        value = [value] if step.isdigit() else {step: value}
    return json.loads(json.dumps(value))


def _identity(**facts):
    page = {"ethnicity": "01", "residence": "A", "father": {"name": "B", "occupation": None}}
    papers = [{"field": field} for field in facts.pop("papers", ())]
    return {"pupil": {"name": "Lê An"}, "identity": page | facts, "amendments": papers}


@pytest.mark.parametrize(
    ("now_", "code"),
    [
        (_identity(papers=("ethnicity",), ethnicity="12"), None),
        (_identity(papers=("father",), father=None), None),
        (_identity(papers=("name",), residence="C"), None),
        (_identity(papers=("name",), father={"name": "B", "occupation": "Thợ"}), None),
        (_identity(papers=("name",), ethnicity="12"), "event.more_than_amended"),
        (_identity(papers=("name",), father={"name": "C", "occupation": None}),
         "event.more_than_amended"),
        (_identity(), "event.nothing_amended"),
    ],
)  # fmt: skip
def test_an_amendment_changes_what_its_papers_say_and_no_other_civil_fact(now_, code):
    try:
        check_change("amendment", _identity(), now_, code="1")
        said = None
    except ConflictError as error:
        said = error.code
    assert said == code


def test_an_amendment_may_not_rewrite_an_earlier_one():
    before, now_ = _identity(papers=("name",)), _identity(papers=("gender", "ethnicity"))
    with pytest.raises(ConflictError, match=r"event\.nothing_amended"):
        check_change("amendment", before, now_, code="1")
