"""The life of a transcript through the services: what may happen on the way, and what may not."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from fakes.lab import PUPILS
from fakes.small_school import (
    CLASS,
    CLERK,
    DEPUTY,
    HOMEROOM,
    PIN,
    PRINCIPAL,
    STRANGER,
    write_workbook,
)
from sqlalchemy import select

from hocba.issuance import (
    ReturnRequest,
    StatusRequest,
    apply_seal,
    find_class,
    find_frozen,
    find_school,
    freeze,
    online_sources,
    open_for_correction,
    propose,
    propose_seal,
    read_marks,
    return_class,
    run_audit,
    sign,
    withdraw_issued,
    write_marks,
)
from hocba.issuance.models import LeafRow, ReleasedRow, StatementRow, TranscriptRow
from hocba.issuance.overview import pupil_overview
from hocba.issuance.stages import TranscriptId
from hocba.issuance.sweep import sweep
from hocba.kit.clock import now
from hocba.kit.errors import ConflictError, InputError, RefusedError
from verifier.formats.statements import NO_LEAF, Batch, Roster
from verifier.report import Status, Verdict
from verifier.verify import verify

FIRST, SECOND = "3110000000", "3110000001"


def _target(wp):
    with wp.database.transaction("test") as db:
        return find_class(db, class_name=CLASS)


def _frozen(wp):
    with wp.database.transaction("test") as db:
        return find_frozen(db, find_class(db, class_name=CLASS))


def _sign_all(wp, *, head=PRINCIPAL):
    for role, staff in (("homeroom", HOMEROOM), ("principal", head)):
        sign(wp, propose(wp, _frozen(wp), role=role, staff=staff, at=now()), pin=PIN, clock=now)


def _seal(wp):
    return apply_seal(wp, propose_seal(wp, _frozen(wp), staff=CLERK, at=now()), pin=PIN, clock=now)


def _import(wp, folder, **options):
    path = write_workbook(wp, folder / "marks.xlsx", **options)
    pending = options.get("leave_out", ())
    reading = read_marks(wp, path.read_bytes(), file="marks.xlsx", pending=pending)
    return write_marks(wp, reading, actor="command", at=now())


def _released(wp):
    """Every released file by (pupil's position, version)."""
    with wp.database.transaction("test") as db:
        rows = db.scalars(
            select(TranscriptRow)
            .join(ReleasedRow, ReleasedRow.transcript_id == TranscriptRow.id)
            .order_by(TranscriptRow.version, TranscriptRow.position)
        ).all()
        return [wp.store(db).released(TranscriptId(row.id)) for row in rows]


def _verdict(wp, pdf):
    return verify(pdf, trust=wp.trust, online=online_sources(wp), now=now())


def test_every_released_file_is_valid_to_a_stranger(lab, place):
    with lab.open(place("withdraw")) as wp:
        released = _released(wp)
        assert len(released) == PUPILS
        for one in released:
            report = _verdict(wp, one.pdf)
            assert report.verdict is Verdict.VALID
            assert report.check("7d").status is Status.PASSED


def test_positions_in_a_batch_follow_the_slots_and_not_the_names(lab, place):
    with lab.open(place("withdraw")) as wp, wp.database.transaction("test") as db:
        rows = db.execute(
            select(LeafRow.position, TranscriptRow.slot)
            .join(TranscriptRow, TranscriptRow.id == LeafRow.transcript_id)
            .order_by(LeafRow.position)
        ).all()
        assert [row.slot for row in rows] == sorted(row.slot for row in rows)


def test_a_deputy_signs_in_the_principals_place_without_a_return(lab, place):
    with lab.open(place("freeze")) as wp:
        freeze(wp, _target(wp), by=HOMEROOM, at=now())
        _sign_all(wp, head=DEPUTY)
        _seal(wp)
        sweep(wp, clock=now)
        assert {_verdict(wp, one.pdf).verdict for one in _released(wp)} == {Verdict.VALID}


def test_a_pupil_without_marks_is_pending_and_a_later_batch_completes_the_class(
    lab, place, tmp_path
):
    with lab.open(place("marks")) as wp:
        _import(wp, tmp_path, leave_out=(SECOND,))
        frozen = freeze(wp, _target(wp), by=HOMEROOM, at=now())
        assert [len(frozen.records), len(frozen.pending)] == [PUPILS - 1, 1]
        assert "TOAN" in frozen.pending[0].reason
        _sign_all(wp)
        first = _seal(wp).statement
        with pytest.raises(ConflictError, match="already_frozen"):
            freeze(wp, _target(wp), by=HOMEROOM, at=now())
        _import(wp, tmp_path)
        later = freeze(wp, _target(wp), by=HOMEROOM, at=now(), pending=True)
        assert len(later.records) == 1
        _sign_all(wp)
        second = _seal(wp).statement
        sweep(wp, clock=now)
        batch = Batch.parse(second.payload)
        assert (batch.seq, batch.previous, batch.completes) == (2, first.digest, first.digest)
        rosters = _rosters(wp)
        assert [row.leaf == NO_LEAF for row in rosters[0].rows].count(True) == 1
        assert {_verdict(wp, one.pdf).verdict for one in _released(wp)} == {Verdict.VALID}
        assert run_audit(wp).differences == ()


def _rosters(wp):
    with wp.database.transaction("test") as db:
        rows = db.scalars(select(StatementRow).order_by(StatementRow.seq)).all()
        return [Roster.parse(row.roster) for row in rows if row.roster]


def test_a_returned_class_frees_the_version_and_keeps_the_evidence(lab, place, tmp_path):
    with lab.open(place("seal")) as wp:
        request = ReturnRequest(PRINCIPAL, "Sai điểm Toán của một em")
        assert return_class(wp, _target(wp), request, at=now()) == PUPILS
        with pytest.raises(ConflictError, match="not_frozen"):
            _frozen(wp)
        change = {(FIRST, "TOAN", 1, "ck"): "9.5"}
        assert _import(wp, tmp_path, change=change) == 1
        frozen = freeze(wp, _target(wp), by=HOMEROOM, at=now())
        assert {record.version for record in frozen.records} == {1}
        with wp.database.transaction("test") as db:
            kept = db.scalars(
                select(TranscriptRow).where(TranscriptRow.returned_at.is_not(None))
            ).all()
            assert {row.revisions for row in kept} == {3}
            assert wp.store(db).file(TranscriptId(kept[0].id), 2).startswith(b"%PDF")
        _sign_all(wp)
        _seal(wp)
        sweep(wp, clock=now)
        assert {_verdict(wp, one.pdf).verdict for one in _released(wp)} == {Verdict.VALID}
        assert run_audit(wp).differences == ()


def test_a_single_pupil_can_be_returned_and_the_rest_goes_on(lab, place):
    with lab.open(place("principal")) as wp:
        assert return_class(wp, _target(wp), ReturnRequest(HOMEROOM, "Sai tên", FIRST), at=now())
        offer = propose(wp, _frozen(wp), role="principal", staff=PRINCIPAL, at=now())
        assert len(offer.offer.items) == PUPILS - 1
        sign(wp, offer, pin=PIN, clock=now)
        again = freeze(wp, _target(wp), by=HOMEROOM, at=now(), pending=True)
        assert len(again.records) == 1


@pytest.mark.parametrize(
    ("request_", "error", "code"),
    [
        (ReturnRequest(STRANGER, "lí do"), RefusedError, "return.not_allowed"),
        (ReturnRequest(PRINCIPAL, "  "), InputError, "return.no_reason"),
    ],
)
def test_a_return_needs_the_right_person_and_a_reason(lab, place, request_, error, code):
    with lab.open(place("seal")) as wp, pytest.raises(error) as caught:
        return_class(wp, _target(wp), request_, at=now())
    assert caught.value.code == code


def test_what_is_sealed_cannot_be_returned(lab, place):
    with lab.open(place("release")) as wp, pytest.raises(ConflictError) as caught:
        return_class(wp, _target(wp), ReturnRequest(PRINCIPAL, "muộn"), at=now())
    assert caught.value.code == "return.already_sealed"


def test_a_correction_supersedes_and_the_old_version_says_so(lab, place, tmp_path):
    with lab.open(place("withdraw")) as wp:
        old = {json.loads(_record(wp, one))["pupil"]["code"]: one for one in _released(wp)}
        _correct(wp, tmp_path)
        assert _verdict(wp, old[FIRST].pdf).notes == ("superseded",)
        assert _verdict(wp, old[FIRST].pdf).verdict is Verdict.VALID_NOTE
        assert _verdict(wp, old[SECOND].pdf).verdict is Verdict.VALID
        new = [one for one in _released(wp) if one.version == 2]
        assert len(new) == 1
        record = json.loads(_record(wp, new[0]))
        assert (record["event"], record["previous_leaf"] is not None) == ("correction", True)
        assert _verdict(wp, new[0].pdf).verdict is Verdict.VALID
        assert run_audit(wp).differences == ()


def test_an_old_version_is_not_reaffirmed_while_the_new_one_waits_for_the_ledger(
    lab, place, tmp_path
):
    """The ledger would take the school's word that nothing has taken its place."""
    with lab.open(place("withdraw")) as wp:
        with wp.database.transaction("test") as db:
            request = StatusRequest(find_school(db, None), (FIRST,), state="good")
        _correct(wp, tmp_path, sweeps=False)
        with pytest.raises(ConflictError) as caught:
            withdraw_issued(wp, request, staff=CLERK, pin=PIN, at=now())
        assert caught.value.code == "withdraw.newer_pending"
        withdraw_issued(wp, replace(request, state="withdrawn"), staff=CLERK, pin=PIN, at=now())
        sweep(wp, clock=now)
        withdraw_issued(wp, request, staff=CLERK, pin=PIN, at=now())


def _correct(wp, folder, *, sweeps=True):
    of = _target(wp)
    open_for_correction(wp, of, ReturnRequest(PRINCIPAL, "Nhập sai điểm", FIRST), at=now())
    assert _import(wp, folder, change={(FIRST, "TOAN", 2, "ck"): "9.5"}) == 1
    freeze(wp, of, by=HOMEROOM, at=now(), event="correction", pupils=[FIRST])
    _sign_all(wp)
    _seal(wp)
    if sweeps:
        sweep(wp, clock=now)


def _record(wp, released):
    with wp.database.transaction("test") as db:
        return wp.store(db).frozen(released.transcript).record


def test_a_correction_of_what_was_never_issued_is_refused(lab, place):
    with lab.open(place("homeroom")) as wp, pytest.raises(ConflictError) as caught:
        freeze(wp, _target(wp), by=HOMEROOM, at=now(), event="correction", pupils=[FIRST])
    assert caught.value.code == "freeze.in_progress"


def test_a_withdrawn_transcript_is_not_valid_and_can_be_reinstated(lab, place):
    with lab.open(place("withdraw")) as wp:
        with wp.database.transaction("test") as db:
            school = find_school(db, None)
        request = StatusRequest(school, (FIRST,), decision="12/QĐ-LQD")
        withdraw_issued(wp, request, staff=CLERK, pin=PIN, at=now())
        sweep(wp, clock=now)
        verdicts = sorted(_verdict(wp, one.pdf).verdict for one in _released(wp))
        assert verdicts == [Verdict.NOT_VALID, Verdict.VALID]
        back = replace(request, state="good")
        withdraw_issued(wp, back, staff=CLERK, pin=PIN, at=now())
        sweep(wp, clock=now)
        assert {_verdict(wp, one.pdf).verdict for one in _released(wp)} == {Verdict.VALID}
        assert run_audit(wp).differences == ()


def test_the_overview_tells_how_far_each_pupil_came(lab, place):
    steps = {
        "freeze": "none",
        "homeroom": "frozen",
        "principal": "signing",
        "seal": "approved",
        "release": "batched",
        "withdraw": "released",
    }
    for step, expected in steps.items():
        with lab.open(place(step)) as wp, wp.database.transaction("test") as db:
            seen = pupil_overview(db, find_class(db, class_name=CLASS), steps=3)
            assert {one.stage for one in seen} == {expected}, step


def test_a_session_is_held_for_the_one_who_opened_it_until_it_expires(lab, place):
    at = place("principal")
    lab.run(at, "principal", failpoint="sign.after_commit")
    with lab.open(at) as wp:
        with pytest.raises(ConflictError) as caught:
            propose(wp, _frozen(wp), role="principal", staff=DEPUTY, at=now())
        assert caught.value.code == "session.held_by_other"
        later = now() + timedelta(hours=2)
        offer = propose(wp, _frozen(wp), role="principal", staff=DEPUTY, at=later)
        assert len(offer.offer.items) == PUPILS - 1
        sign(wp, offer, pin=PIN, clock=lambda: later)


def test_a_list_that_changed_after_it_was_shown_is_not_signed(lab, place):
    with lab.open(place("principal")) as wp:
        offer = propose(wp, _frozen(wp), role="principal", staff=PRINCIPAL, at=now())
        return_class(wp, _target(wp), ReturnRequest(HOMEROOM, "Sai tên", FIRST), at=now())
        with pytest.raises(ConflictError) as caught:
            sign(wp, offer, pin=PIN, clock=now)
        assert caught.value.code == "session.list_changed"


def test_an_expired_session_stops_and_the_same_command_goes_on(lab, place):
    with lab.open(place("principal")) as wp:
        start = now()
        times = iter([start, start, start + timedelta(hours=2)])
        offer = propose(wp, _frozen(wp), role="principal", staff=PRINCIPAL, at=start)
        with pytest.raises(ConflictError) as caught:
            sign(wp, offer, pin=PIN, clock=lambda: next(times))
        assert caught.value.code == "session.expired"
        again = propose(
            wp, _frozen(wp), role="principal", staff=PRINCIPAL, at=start + timedelta(hours=2)
        )
        assert len(again.offer.items) == PUPILS - 1
        assert again.offer.resumes is None
