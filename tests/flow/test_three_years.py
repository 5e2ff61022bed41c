"""Three years of one pupil through two schools: a summer re-test, a corrected name, a chain.

Each year names the year before, by its newest version; every older version is still
explained. The completed book is the matter of `kinds/book.py`.
"""

import pytest
from fakes.provinces import province
from fakes.small_school import PRINCIPAL, school_file

from hocba.issuance import ReturnRequest, open_for_correction, run_audit
from hocba.kit.clock import now
from verifier.context import Context
from verifier.formats.pdf.parse import parse
from verifier.formats.ref import Reference, shown_fields
from verifier.report import Verdict

PUPIL, OLD, NEW = "3110000000", "31-11311-01", "31-11311-02"
MISSPELT, NAME = "Trần Văn On", "Trần Văn Ổn"
WEAK = ("TOAN", "KHTN")


@pytest.fixture(scope="module")
def story(server, tmp_path_factory):
    """Grade 6 and its supplement at one school, 7 corrected and 8 at the other."""
    with province(server, tmp_path_factory.mktemp("story")) as here:
        _year(here, OLD, "2025-2026", 6, name=MISSPELT)
        here.fill(school=OLD, change=_weak())
        of = here.target(school=OLD)
        here.freeze(of=of)
        here.issue(of=of)
        _again(here, of, "supplement", _weak() | _retested())
        _year(here, NEW, "2026-2027", 7, name=MISSPELT)
        here.fill(school=NEW)
        of = here.target(school=NEW)
        here.freeze(of=of)
        here.issue(of=of)
        _again(here, of, "correction", {}, name=NAME)
        _year(here, NEW, "2027-2028", 8, name=NAME)
        here.fill(school=NEW)
        of = here.target(school=NEW)
        here.freeze(of=of)
        here.issue(of=of)
        yield here, here.files()[PUPIL]


def _year(here, code, year, grade, *, name):
    options = {OLD: {}, NEW: {"code": NEW, "tax_code": "0200311399", "digit": "2"}}[code]
    classes = school_file(pupils=1, **options)["classes"]
    classes[0]["grade"] = grade
    classes[0]["pupils"] = [{"code": PUPIL, "name": name, "birth_date": "2014-09-05"}]
    names = {OLD: "Trường THCS Lê Quý Đôn", NEW: "Trường THCS Trần Phú"}
    here.school(options=options, school={"name": names[code]}, school_year=year, classes=classes)


def _again(here, of, event, change, *, name=None):
    request = ReturnRequest(PRINCIPAL, "Theo hồ sơ", PUPIL, event=event, decision="1/QĐ")
    open_for_correction(here.wp, of, request, at=now())
    if name:  # once the correction is open: before that the name stands
        _year(here, NEW, of.school_year, of.grade, name=name)
    if change:
        here.fill(school=of.school, change=change)
    here.freeze(of=of, event=event, pupils=(PUPIL,))
    here.issue(of=of)


def _weak():
    items = ("tx1", "tx2", "tx3", "tx4", "gk", "ck")
    return {(PUPIL, s, term, item): "3.0" for s in WEAK for term in (1, 2) for item in items}


def _retested():
    return {(PUPIL, subject, 0, "retest"): "6.0" for subject in WEAK}


def test_five_files_came_of_three_years(story):
    here, files = story
    told = [here.verify(file).record for file in files]
    assert [(one["grade"], one["version"], one["event"]) for one in told] == [
        (6, 1, "issue"), (6, 2, "supplement"), (7, 1, "issue"), (7, 2, "correction"),
        (8, 1, "issue"),
    ]  # fmt: skip
    assert len({one["book_id"] for one in told}) == 1
    assert len({one["management_code"] for one in told}) == 1


def test_the_newest_of_each_year_is_valid_and_what_came_before_is_explained(story):
    here, files = story
    reports = [here.verify(file) for file in files]
    assert [one.verdict for one in reports] == [
        Verdict.VALID_NOTE, Verdict.VALID, Verdict.VALID_NOTE, Verdict.VALID, Verdict.VALID,
    ]  # fmt: skip
    for old, newer in ((0, 1), (2, 3)):
        check = reports[old].check("8")
        assert check.code == "8.superseded"
        assert _leaf(here, files[newer])[:16] in check.detail


def _leaf(here, file):
    return Context(data=file, trust=here.wp.trust, now=now(), pdf=parse(file)).leaf.id()


def test_each_year_names_the_newest_version_of_the_year_before(story):
    here, files = story
    seventh, eighth = (here.verify(files[number]).record for number in (3, 4))
    assert Reference.from_object(seventh["previous_year"]).leaf == _leaf(here, files[1])
    assert Reference.from_object(eighth["previous_year"]).leaf == _leaf(here, files[3])
    shown = shown_fields(seventh["previous_year"])
    assert (shown["/school/name"], shown["/promotion/promoted"]) == ("Trường THCS Lê Quý Đôn", True)


def test_the_corrected_name_stands_from_the_correction_on(story):
    here, files = story
    names = [here.verify(file).record["pupil"]["name"] for file in files]
    assert names == [MISSPELT, MISSPELT, MISSPELT, NAME, NAME]


def test_the_audit_finds_nothing_amiss(story):
    assert run_audit(story[0].wp).differences == ()
