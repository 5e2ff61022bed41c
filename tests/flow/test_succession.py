"""Two schools become one: old transcripts stay valid, the successor alone corrects."""

import time
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest
from fakes.provinces import province
from fakes.small_school import CLERK, DEPUTY, HOMEROOM, PIN, PRINCIPAL

from hocba.issuance import (
    ReturnRequest,
    StatusRequest,
    find_school,
    open_for_correction,
    propose_seal,
    run_audit,
)
from hocba.issuance.appointments import acting_school
from hocba.issuance.succession import Takeover, succeed
from hocba.issuance.sweep import sweep
from hocba.issuance.withdraw import withdraw_issued
from hocba.issuance.workplace import read_trust
from hocba.kit.clock import now
from hocba.kit.errors import ConflictError
from verifier.report import Verdict

OLD, NEW = "31-11311-01", "31-11311-02"
FIRST, SECOND, LATE = "3110000000", "3110000001", "3110000002"
KEEPER = DEPUTY


@pytest.fixture(scope="module")
def merged(server, tmp_path_factory):
    """Issued by the old school, taken over, corrected by the successor."""
    with province(server, tmp_path_factory.mktemp("merged")) as here:
        here.school(options={"pupils": 3})
        here.school(
            options={"pupils": 1, "code": NEW, "tax_code": "0200311399", "digit": "2"},
            school={"name": "Trường THCS Trần Phú"},
        )
        of = here.target(school=OLD)
        here.fill(school=OLD, pending=[LATE])
        here.freeze(of=of)
        here.issue(of=of)
        first = {code: files[0] for code, files in here.files().items()}
        trust_before = here.wp.trust
        signed = _signed_by_the_old_school(here, of)
        succession = succeed(
            here.wp, Takeover(OLD, NEW, "15/QĐ-UBND", now(), KEEPER), by="command", at=now()
        )
        time.sleep(max(0, (succession.takes_effect - now()).total_seconds()) + 0.1)
        _correct(here, of)
        yield SimpleNamespace(
            here=here, of=of, first=first, before=trust_before, succession=succession,
            signed=signed, corrected=here.files()[FIRST][-1],
        )  # fmt: skip


def _signed_by_the_old_school(here, of):
    """A transcript that the old school's people signed and did not seal before the end."""
    here.fill(school=OLD, change={(LATE, "TOAN", 1, "ck"): "9.0"})
    here.freeze(of=of, pending=True)
    here.sign(of=of)
    return here.frozen(of=of)


def _correct(here, of):
    request = ReturnRequest(PRINCIPAL, "Sai tên môn", FIRST)
    open_for_correction(here.wp, of, request, at=now())
    late = (LATE, "TOAN", 1, "ck"), "9.0"
    here.fill(school=OLD, change=dict([late, ((FIRST, "TOAN", 2, "ck"), "9.5")]))
    here.freeze(of=of, by=HOMEROOM, event="correction", pupils=(FIRST,))
    here.issue(of=of, homeroom=KEEPER)


def test_what_the_old_school_signed_stays_valid(merged):
    report = merged.here.verify(merged.first[SECOND])
    assert report.verdict is Verdict.VALID
    assert report.record["issuer"]["code"] == OLD


def test_the_successor_corrects_in_its_own_name_beside_the_school_of_then(merged):
    report = merged.here.verify(merged.corrected)
    assert report.verdict is Verdict.VALID
    record = report.record
    assert (record["school"]["code"], record["issuer"]["code"]) == (OLD, NEW)
    assert (record["version"], record["event"]) == (2, "correction")


def test_the_correction_supersedes_what_the_old_school_issued(merged):
    report = merged.here.verify(merged.first[FIRST])
    assert (report.verdict, report.check("8").code) == (Verdict.VALID_NOTE, "8.superseded")


def test_a_verifier_with_the_older_root_says_that_it_does_not_know_the_merger(merged):
    here = merged.here
    wp, kept = here.wp, here.wp.trust
    try:
        wp.trust = merged.before
        report = here.verify(merged.corrected)
    finally:
        wp.trust = kept
    assert report.check("4").code == "4.succession_not_known"
    assert report.verdict is not Verdict.VALID


def test_the_new_root_is_on_disk_under_the_next_version(merged):
    read = read_trust(merged.here.wp.settings)
    assert read.version == merged.before.version + 1
    assert read.successions == (merged.succession,)


def test_what_was_frozen_before_the_end_goes_back_instead_of_under_another_seal(merged):
    with pytest.raises(ConflictError) as caught:
        propose_seal(merged.here.wp, merged.signed, staff=CLERK, at=now())
    assert caught.value.code == "succession.freeze_again"


def test_from_then_on_the_successors_people_act_for_the_old_school(merged):
    with merged.here.wp.database.transaction("test") as db:
        school = find_school(db, NEW)
        assert acting_school(db, merged.of.school_id, at=now()) == school.id
        before = merged.succession.takes_effect - timedelta(seconds=1)
        assert acting_school(db, merged.of.school_id, at=before) == merged.of.school_id


def test_the_successor_withdraws_for_the_old_school(merged):
    here = merged.here
    with here.wp.database.transaction("test") as db:
        school = find_school(db, OLD)
    withdraw_issued(here.wp, StatusRequest(school, (SECOND,)), staff=CLERK, pin=PIN, at=now())
    sweep(here.wp, clock=now)
    report = here.verify(merged.first[SECOND])
    assert (report.verdict, report.check("8").code) == (Verdict.NOT_VALID, "8.withdrawn")


def test_the_audit_finds_nothing_amiss(merged):
    assert run_audit(merged.here.wp).differences == ()


def test_a_school_is_taken_over_once(merged):
    again = Takeover(OLD, NEW, "15/QĐ-UBND", merged.succession.takes_effect, KEEPER)
    assert succeed(merged.here.wp, again, by="command", at=now()) == merged.succession
    other = replace(again, decision="16/QĐ-UBND")
    with pytest.raises(ConflictError) as caught:
        succeed(merged.here.wp, other, by="command", at=now())
    assert caught.value.code == "succession.already"


@pytest.mark.parametrize(
    ("change", "code"),
    [({"school": NEW, "successor": OLD}, "succession.of_closed"),
     ({"school": NEW, "successor": NEW}, "succession.same_school")],
)  # fmt: skip
def test_a_takeover_that_makes_no_sense_is_refused(merged, change, code):
    asked = replace(Takeover(OLD, NEW, "1", now(), KEEPER), **change)
    with pytest.raises(ConflictError) as caught:
        succeed(merged.here.wp, asked, by="command", at=now())
    assert caught.value.code == code
