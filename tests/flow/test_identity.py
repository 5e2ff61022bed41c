"""The page LÝ LỊCH from what the school entered to a valid verdict, and a change of name.

One school over two years: the class's pages, the year under the old name, the amendment in
the class of the year after. The year is not issued again, and stays valid.
"""

import pytest
from fakes.identities import enter_all
from fakes.provinces import province
from fakes.small_school import CLASS, PRINCIPAL, STRANGER, school_file
from sqlalchemy import select

from hocba.issuance import run_audit
from hocba.issuance.civil_status import AmendRequest, amend
from hocba.kit.clock import now
from hocba.kit.errors import HocbaError
from hocba.sector import queries
from hocba.sector.models import Pupil
from verifier.report import Verdict

FIRST, SECOND, THIRD = "3110000000", "3110000001", "3110000002"
PAPER = "Trích lục cải chính hộ tịch số 12/TLCC-HT ngày 05/10/2026"
NEW_NAME = "Trần Văn Ổn Định"
LATER, OTHER = "7A1", "31-11311-02"


@pytest.fixture(scope="module")
def issued(server, tmp_path_factory):
    with province(server, tmp_path_factory.mktemp("identity")) as here:
        here.school(options={"pupils": 2})
        here.empty = refused(here.freeze, kind="identity")
        enter_all(here, **{SECOND: {"residence": None}})
        here.frozen_first = here.freeze(kind="identity")
        here.issue(kind="identity")
        here.again = refused(here.freeze, kind="identity")
        here.fill()
        here.freeze()
        here.issue()
        _next_year(here)
        yield here


def _next_year(here):
    """The same pupils and a new one in 7A1; the first one's name is corrected there."""
    later = school_file(pupils=3)["classes"][0] | {"name": LATER, "grade": 7}
    here.school(school_year="2026-2027", classes=[later])
    here.later = here.target(name=LATER)
    enter_all(here)
    here.frozen_later = here.freeze(of=here.later, kind="identity", by=PRINCIPAL)
    here.issue(of=here.later, kind="identity")
    here.not_opened = refused(_freeze_amendment, here)
    here.said = amends(here, {"name": NEW_NAME})
    _freeze_amendment(here)
    here.issue(of=here.later, kind="identity")
    _moves(here)


def _moves(here):
    """The first pupil goes on at another school, which knows the former name from the sector."""
    options = {"pupils": 1, "code": OTHER, "tax_code": "0200311312", "digit": "2"}
    one = school_file(**options)["classes"][0] | {"name": "8A1", "grade": 8}
    one["pupils"] = [{"code": FIRST, "name": NEW_NAME, "birth_date": "2014-09-05"}]
    here.school(options=options, classes=[])  # whose people are in office already
    here.school(options=options, school_year="2027-2028", classes=[one])
    of = here.target(school=OTHER, name="8A1")
    here.freeze(of=of, kind="identity", by=PRINCIPAL)
    here.issue(of=of, kind="identity")


def _freeze_amendment(here, pupil=FIRST):
    return here.freeze(
        of=here.later, kind="identity", by=PRINCIPAL, event="amendment", pupils=(pupil,)
    )


def amends(here, changes, *, pupil=FIRST, **how):
    said = {"staff": PRINCIPAL, "decision": PAPER, "reason": "Sai tên"} | how
    return amend(here.wp, here.later, AmendRequest(pupil=pupil, changes=changes, **said), at=now())


def refused(act, *given, **options):
    with pytest.raises(HocbaError) as caught:
        act(*given, **options)
    return caught.value


def reports(here, code):
    """What a stranger is told of each file of a pupil at the first school, by kind and version."""
    told = [here.verify(data) for data in here.files()[code]]
    return {
        (one.record["kind"], one.record["version"]): one
        for one in told
        if one.record["school"]["code"] != OTHER
    }


def test_nobody_is_complete_before_anything_was_entered(issued):
    assert issued.empty.code == "freeze.nobody_complete"


def test_an_identity_is_released_and_valid_without_a_homeroom_teachers_signature(issued):
    report = reports(issued, SECOND)["identity", 1]
    assert report.verdict is Verdict.VALID
    record = report.record
    assert (record["school_year"], record["class"], record["regulation"]) == (None, None, None)
    assert record["signers"] == ["principal", "seal"]
    assert record["identity"]["ethnicity"] == "12"
    assert record["identity"]["father"] == {"name": "Y Thuỷ Niê", "occupation": "Bộ đội"}


def test_what_the_form_of_the_level_does_not_print_is_not_in_the_record(issued):
    record = reports(issued, FIRST)["identity", 1].record
    assert record["identity"]["hometown"] is None
    assert record["identity"]["policy"] == "Con thương binh"


def test_who_lacks_a_field_waits_for_it_and_is_made_the_year_after(issued):
    assert [(one.name, one.reason) for one in issued.frozen_first.pending] == [
        ("Y Ƀlô Niê", "residence"),
    ]
    assert len(issued.frozen_first.records) == 1
    assert len(issued.frozen_later.records) == 2
    record = reports(issued, SECOND)["identity", 1].record
    assert [line["class"] for line in record["schooling"]] == [CLASS, LATER]


def test_an_identity_is_made_once_for_the_level_and_not_every_year(issued):
    assert issued.again.code == "class.already_frozen"
    assert set(issued.files()) == {FIRST, SECOND, THIRD}
    assert set(reports(issued, THIRD)) == {("identity", 1)}


def test_a_change_of_name_is_one_new_version_of_the_identity(issued):
    found = reports(issued, FIRST)
    assert set(found) == {("year", 1), ("identity", 1), ("identity", 2)}
    report = found["identity", 2]
    assert report.verdict is Verdict.VALID
    record = report.record
    assert (record["event"], record["pupil"]["name"]) == ("amendment", NEW_NAME)
    day = record["amendments"][0].pop("noted_on")
    assert record["amendments"] == [
        {"field": "name", "before": "Trần Văn Ổn", "after": NEW_NAME, "decision": PAPER}
    ]
    assert day == record["issued_on"]
    assert found["identity", 1].check("8").code == "8.superseded"


def test_the_year_under_the_former_name_stays_valid_and_belongs_to_the_same_book(issued):
    found = reports(issued, FIRST)
    year, identity = found["year", 1], found["identity", 2]
    assert year.verdict is Verdict.VALID
    assert year.record["pupil"]["name"] == "Trần Văn Ổn"
    assert year.record["book_id"] == identity.record["book_id"]
    assert year.record["management_code"] == identity.record["management_code"]


def test_the_school_that_a_pupil_moves_to_issues_an_identity_that_knows_the_former_name(issued):
    report = issued.verify(issued.files()[FIRST][-1])
    assert report.verdict is Verdict.VALID
    record, before = report.record, reports(issued, FIRST)["identity", 2].record
    assert (record["school"]["code"], record["event"], record["version"]) == (OTHER, "issue", 1)
    assert record["book_id"] == before["book_id"]
    assert record["amendments"] == before["amendments"]
    assert [line["class"] for line in record["schooling"]] == [CLASS, LATER, "8A1"]


def test_the_reason_is_told_to_nobody_outside(issued):
    record = reports(issued, FIRST)["identity", 2].record
    assert "Sai tên" not in str(record)


def test_an_amendment_needs_a_paper_noted_first(issued):
    assert issued.not_opened.code == "event.nothing_amended"


def test_the_register_bears_the_new_name(issued):
    with issued.wp.database.transaction("test") as db:
        pupil = queries.pupil_by_code(db, issued.later.school_id, FIRST)
        found = queries.search_pupils(db, issued.later.school_id, "định")
        assert pupil.name == NEW_NAME
        assert [one.code for one in found] == [FIRST]


def test_an_old_school_file_does_not_bring_the_former_name_back(issued):
    former = school_file(pupils=3)["classes"][0] | {"name": LATER, "grade": 7}
    error = refused(issued.school, school_year="2026-2027", classes=[former])
    assert (error.code, error.params["code"]) == ("pupil.civil_status", FIRST)
    assert _name_of(issued, FIRST) == NEW_NAME


def test_the_same_school_file_again_changes_nothing(issued):
    here = school_file(pupils=3)["classes"][0] | {"name": LATER, "grade": 7}
    del here["pupils"][0]  # who has moved
    issued.school(school_year="2026-2027", classes=[here])
    assert _name_of(issued, SECOND) == "Y Ƀlô Niê"


def test_the_audit_finds_nothing_amiss(issued):
    assert run_audit(issued.wp).differences == ()


@pytest.mark.parametrize(
    ("how", "code"),
    [
        ({"changes": {"name": "Lê An"}, "decision": ""}, "event.no_decision"),
        ({"changes": {"name": "Lê An"}, "reason": " "}, "return.no_reason"),
        ({"changes": {"policy": "Hộ nghèo"}}, "amend.unknown_field"),
        ({"changes": {"ethnicity": "99"}}, "amend.unknown_code"),
        ({"changes": {"name": None}}, "amend.unknown_code"),
        ({"changes": {"birth_date": "2014-13-01"}}, "birth_date.impossible"),
        ({"changes": {"gender": "2"}}, "amend.no_change"),
        ({"changes": {"name": "Lê An"}, "staff": STRANGER}, "return.not_allowed"),
    ],
)
def test_a_change_that_may_not_be_made_changes_nothing(issued, how, code):
    before = _name_of(issued, SECOND)
    error = refused(amends, issued, pupil=SECOND, **how)
    assert (error.code, _name_of(issued, SECOND)) == (code, before)


def _name_of(here, code):
    with here.wp.database.transaction("test") as db:
        return db.scalars(select(Pupil.name).where(Pupil.code == code)).one()
