"""A pupil moves in January from one province to another; nothing is typed again."""

from types import SimpleNamespace

import pytest
from fakes.provinces import province
from fakes.small_school import CLERK, PIN, STRANGER, full_year
from fakes.web_server import server
from fastapi.testclient import TestClient
from sqlalchemy import select

from hocba.app import create_app
from hocba.commands.transfer import Elsewhere, sources
from hocba.issuance import (
    StatusRequest,
    find_school,
    online_sources,
    run_audit,
    withdraw_issued,
)
from hocba.issuance.sources import changed_sources
from hocba.issuance.sweep import sweep
from hocba.issuance.transfer import note_origin, transfer_in, transfer_out
from hocba.issuance.workplace import add_root
from hocba.kit.clock import now
from hocba.kit.errors import ConflictError, InputError, RefusedError
from hocba.sector import queries, registers
from hocba.sector.models import TransferSource
from hocba.sector.registers import Cell, Change, Entry
from hocba.sector.sheets import register_of_class
from hocba.sector.sheets.layout import plan
from verifier.connect import by_realm
from verifier.report import Status, Verdict

PUPIL, CLASSMATE, NATIVE = "3110000000", "3110000001", "3170000000"
ELSEWHERE = "khac.hocba.test"
PART = "partial"


@pytest.fixture(scope="module")
def moved(server, tmp_path_factory):
    """The whole way: out of one province, into the other, and the year issued there."""
    folder = tmp_path_factory.mktemp("provinces")
    with (
        province(server, folder) as old,
        province(server, folder, ELSEWHERE, code="79") as new,
    ):
        old.school(options={"pupils": 2})
        old.fill(change=_first_term_only(old), pending=(PUPIL,))
        transfer_out(old.wp, old.target(), pupil=PUPIL, by=CLERK, at=now(), kind=PART)
        old.issue(kind=PART)
        file = old.files()[PUPIL][0]
        new.school(
            options={"pupils": 1, "code": "79-70001-01", "tax_code": "0300311311", "digit": "7"},
            school={"name": "Trường THCS Nguyễn Du", "province": "Thành phố Hồ Chí Minh",
                    "commune": "Phường Bến Thành", "place": "Thành phố Hồ Chí Minh"},
        )  # fmt: skip
        add_root(new.wp.settings, old.wp.trust.to_bytes())
        arrival = _arrive(new, old, file)
        new.fill(change=_second_term_only(new))
        frozen = new.freeze()
        new.issue()
        yield SimpleNamespace(
            old=old, new=new, file=file, arrival=arrival, frozen=frozen,
            final=new.files()[PUPIL][0],
        )  # fmt: skip


def _arrive(new, old, file, **how):
    online = by_realm({one.wp.realm: online_sources(one.wp) for one in (old, new)})
    return transfer_in(
        new.wp, new.target(), file,
        **({"file": "hocba.pdf", "by": CLERK, "at": now(), "online": online} | how),
    )  # fmt: skip


def _first_term_only(there):
    """The year as it stands in January, of the pupil who will leave."""
    of = there.target()
    with there.wp.database.transaction("test") as db:
        register = register_of_class(db, of.school_id, of.class_id)
    year = full_year(register, PUPIL) | {(PUPIL, "TOAN", 1, "ck"): "9.5"}
    return {cell: value for cell, value in year.items() if cell[2] == 1}


def _second_term_only(there):
    """Nothing for the first term of the pupil who came."""
    of = there.target()
    with there.wp.database.transaction("test") as db:
        register = register_of_class(db, of.school_id, of.class_id)
    return {
        (PUPIL, page.subject.code if page.subject else None, 1, column.item): None
        for page in plan(register)
        for _, column in page.inputs()
        if column.term == 1
    }


def test_the_year_at_the_new_school_is_valid_with_both_roots(moved):
    report = moved.new.verify(moved.final, others=[moved.old.wp.trust], near=[moved.old])
    assert report.verdict is Verdict.VALID
    assert "7a.references_hold" in report.check("7a").detail
    assert report.record["realm"] == ELSEWHERE


def test_with_one_root_alone_it_could_not_be_checked(moved):
    report = moved.new.verify(moved.final)
    assert report.verdict is Verdict.COULD_NOT_CHECK
    assert report.check("7b").code == "7b.other_root_needed"
    assert moved.old.wp.realm in report.check("7b").detail
    assert not [each for each in report.checks if each.status is Status.FAILED]


def test_the_first_term_is_the_one_that_the_old_school_signed(moved):
    then = moved.old.verify(moved.file).record
    report = moved.new.verify(moved.final, others=[moved.old.wp.trust])
    marks = {one["code"]: one["term1"] for one in report.record["subjects"]}
    assert marks == {one["code"]: one["term1"] for one in then["subjects"]}
    second = {one["code"]: one["term2"] for one in report.record["subjects"]}
    assert marks["TOAN"] != second["TOAN"]
    assert (then["kind"], then["comments"], then["attendance"]) == (
        "partial", {"homeroom": None}, {"absences": None},
    )  # fmt: skip
    assert report.record["results"]["term1"] == then["results"]["term1"]


def test_book_and_management_code_go_on_in_the_other_province(moved):
    then = moved.old.verify(moved.file).record
    record = moved.new.verify(moved.final, others=[moved.old.wp.trust]).record
    for kept in ("book_id", "management_code"):
        assert record[kept] == then[kept]
    assert record["record_id"] != then["record_id"]


def test_a_file_of_another_realm_is_judged_by_that_realms_root(moved):
    report = moved.new.verify(moved.file, others=[moved.old.wp.trust], near=[moved.old])
    assert (report.verdict, report.realm) == (Verdict.VALID, moved.old.wp.realm)
    alone = moved.new.verify(moved.file)
    assert alone.verdict is not Verdict.VALID
    assert alone.check("4").code == "4.other_realm"


def test_the_new_provinces_ledger_is_never_asked_about_the_old_provinces_file(moved):
    report = moved.new.verify(moved.file, others=[moved.old.wp.trust])
    assert report.check("7d").code == "7d.not_asked"


def test_a_first_term_mark_of_the_pupil_who_came_is_refused(moved):
    of, wp = moved.new.target(), moved.new.wp
    with wp.database.transaction("test") as db:
        pupil = queries.pupil_by_code(db, of.school_id, PUPIL)
        taken = queries.offerings(db, of.school_id, of.class_id)[0]
        typed = [Change(Cell(pupil.id, taken.id, 1, "tx1"), "10.0")]
        with pytest.raises(ConflictError) as caught:
            registers.write(
                db, wp.vault, of.school_id, of.class_id, typed, entry=Entry("test", now())
            )
    assert caught.value.code == "marks.signed_elsewhere"


def test_who_has_left_is_in_no_class_of_the_old_school(moved):
    of, wp = moved.old.target(), moved.old.wp
    with wp.database.transaction("test") as db:
        codes = [each.code for each in queries.pupils_of_class(db, of.school_id, of.class_id)]
    assert codes == [CLASSMATE]


def test_the_audit_looks_at_what_pupils_brought_along(moved):
    wp = moved.new.wp
    assert run_audit(wp).differences == ()
    with wp.database.transaction("test") as db:
        row = db.scalars(select(TransferSource).where(TransferSource.leaf.is_not(None))).one()
        kept = {each.name: getattr(row, each.name) for each in TransferSource.__table__.columns}
        db.add(TransferSource(**kept | {"id": wp.new_id(), "leaf": "0" * 64}))
        db.flush()
        (found,) = changed_sources(wp, db)
        assert found[1] == "vault.tampered"  # sealed for its own row
        db.rollback()


def test_the_school_file_read_again_brings_nobody_back(moved):
    moved.old.school(options={"pupils": 2})
    test_who_has_left_is_in_no_class_of_the_old_school(moved)


def test_leaving_twice_is_leaving_once(moved):
    again = transfer_out(
        moved.old.wp, moved.old.target(), pupil=PUPIL, by=CLERK, at=now(), kind=PART
    )
    assert len(again.records) == 1
    assert moved.old.files()[PUPIL] == [moved.file]


def test_the_same_file_a_second_time_changes_nothing(moved):
    assert _arrive(moved.new, moved.old, moved.file) == moved.arrival


def test_a_classmates_other_file_is_not_taken_for_somebody_else(moved):
    with pytest.raises(InputError) as caught:
        _arrive(moved.new, moved.old, moved.file.replace(b"1", b"2", 1))
    assert caught.value.code == "transfer.not_valid"


def test_a_file_whose_realm_cannot_be_asked_is_refused(moved):
    with pytest.raises(InputError) as caught:
        _arrive(moved.new, moved.old, moved.file, online=online_sources(moved.new.wp))
    assert caught.value.params["verdict"] == "could_not_check"


def test_the_other_province_answers_over_http(moved):
    """As `hocba transfer in --rpc REALM=URL ...` asks: nothing of the old province is at hand."""
    realm = moved.old.wp.realm
    with TestClient(create_app(wp=moved.old.wp)) as client, server(_door(client)) as url:
        places = {"rpc": "rpc", "statements": "statements", "attest": "attest"}
        asked = {name: (f"{realm}={url}/{path}",) for name, path in places.items()}
        online = sources(moved.new.wp, Elsewhere(**asked))
        assert _arrive(moved.new, moved.old, moved.file, online=online) == moved.arrival


def _door(client):
    def answer(method, path, body):
        told = client.request(method, path, content=body)
        return told.status_code, told.content

    return answer


def test_a_teacher_may_not_carry_out_a_transfer(moved):
    with pytest.raises(RefusedError) as caught:
        _arrive(moved.new, moved.old, moved.file, by=STRANGER)
    assert caught.value.code == "transfer.not_allowed"


def test_a_pupil_of_the_class_can_be_noted_as_coming_from_abroad_and_no_other(moved):
    of = moved.new.target()
    note_origin(moved.new.wp, of, pupil=NATIVE, kind="abroad", by=CLERK, at=now())
    with pytest.raises(InputError):
        note_origin(moved.new.wp, of, pupil=NATIVE, kind="moon", by=CLERK, at=now())


def test_a_year_that_rests_on_a_withdrawn_file_could_not_be_checked(moved):
    """The old school withdraws what it gave along: the last thing that happens here."""
    before = moved.new.verify(moved.final, others=[moved.old.wp.trust], near=[moved.old])
    with moved.old.wp.database.transaction("test") as db:
        school = find_school(db, None)
    request = StatusRequest(school, (PUPIL,), kind=PART)
    withdraw_issued(moved.old.wp, request, staff=CLERK, pin=PIN, at=now())
    sweep(moved.old.wp, clock=now)
    after = moved.new.verify(moved.final, others=[moved.old.wp.trust], near=[moved.old])
    assert (before.verdict, after.verdict) == (Verdict.VALID, Verdict.COULD_NOT_CHECK)
    assert after.check("8").code == "8.reference_withdrawn"
    assert after.check("8").detail.startswith("/sources/0")
    alone = moved.new.verify(moved.final, others=[moved.old.wp.trust])
    assert alone.verdict is Verdict.VALID  # nobody was asked about the other realm's ledger
    with pytest.raises(InputError):
        _arrive(moved.new, moved.old, moved.file)
