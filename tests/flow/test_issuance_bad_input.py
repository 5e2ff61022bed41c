"""Bad input and outages: one sentence, a code, an exit status, and nothing half-written."""

import json
from datetime import timedelta

import pytest
from fakes.end_state import end_state
from fakes.small_school import (
    CLASS,
    CLERK,
    HOMEROOM,
    PIN,
    PRINCIPAL,
    STRANGER,
    school_file,
    write_workbook,
)
from sqlalchemy import select

from hocba.issuance import apply_seal, find_class, find_frozen, propose, propose_seal
from hocba.issuance.enrol import add_appointment
from hocba.issuance.outside import custody_reference
from hocba.kit.clock import now
from hocba.kit.errors import ConfigError, ConflictError, RefusedError
from hocba.sector.models import School, Staff
from signing.pki import dev

SIGN = ["sign", CLASS, "--role", "homeroom", "--as", HOMEROOM]
NOWHERE = "http://127.0.0.1:9"


def _code(done):
    """The code at the end of the last line on stderr."""
    return done.err.strip().rpartition("[")[2].rstrip("]")


def _frozen(wp):
    with wp.database.transaction("test") as db:
        return find_frozen(db, find_class(db, class_name=CLASS))


@pytest.mark.parametrize(
    "case",
    [
        ("homeroom", ["freeze", CLASS, "--as", HOMEROOM], 73, "class.already_frozen"),
        ("freeze", ["freeze", "9A9", "--as", HOMEROOM], 66, "class.not_found"),
        ("freeze", ["freeze", CLASS, "--as", "GV99"], 66, "staff.not_found"),
        ("marks", ["freeze", CLASS, "--as", HOMEROOM], 73, "freeze.nobody_complete"),
        ("freeze", SIGN, 73, "class.not_frozen"),
        ("homeroom", [*SIGN[:-1], STRANGER], 77, "sign.not_appointed"),
        ("homeroom", [*SIGN[:-1], PRINCIPAL], 77, "sign.not_appointed"),
        ("homeroom", ["sign", CLASS, "--role", "seal", "--as", CLERK], 77, "sign.no_such_step"),
        (
            "homeroom",
            ["sign", CLASS, "--role", "principal", "--as", PRINCIPAL],
            73,
            "session.earlier_step_missing",
        ),
        ("homeroom", ["seal", CLASS, "--as", CLERK], 73, "session.earlier_step_missing"),
        ("seal", ["seal", CLASS, "--as", HOMEROOM], 77, "seal.not_allowed"),
        ("seal", ["withdraw", "3110000000", "--as", CLERK], 73, "withdraw.nothing_issued"),
        ("seal", ["withdraw", "000", "--as", CLERK], 66, "pupil.not_found"),
        ("seal", ["return", CLASS, "--as", STRANGER, "--reason", "x"], 77, "return.not_allowed"),
        ("enrol", ["show", "6A1"], 66, "school.not_found"),
        ("init", ["show"], 78, "home.not_founded"),
    ],
)
def test_a_wrong_command_says_what_is_wrong_and_changes_nothing(lab, place, case):
    before, arguments, status, code = case
    at = place(before)
    done = lab.command(at, arguments)
    assert (done.status, _code(done)) == (status, code), done.err
    assert done.err.count("\n") == 1
    assert "Traceback" not in done.err
    if before != "init":
        untouched = lab.before[before]
        assert _state(lab, at) == _state(lab, untouched)


def _state(lab, at):
    with lab.open(at) as wp:
        return end_state(wp)


@pytest.mark.parametrize(
    ("before", "arguments"),
    [("homeroom", SIGN), ("seal", ["seal", CLASS, "--as", CLERK])],
)
def test_a_wrong_pin_signs_nothing_and_holds_nobody_up(lab, place, before, arguments):
    at = place(before)
    done = lab.command(at, arguments, more={"HOCBA_PIN": "000000"})
    assert (done.status, _code(done)) == (77, "custody.wrong_pin")
    assert _state(lab, at) == lab.after["freeze" if before == "homeroom" else "principal"]
    assert lab.command(at, arguments).status == 0


def test_without_a_terminal_the_pin_must_come_from_somewhere(lab, place, tmp_path):
    at = place("homeroom")
    done = lab.command(at, SIGN, more={"HOCBA_PIN": ""})
    assert (done.status, _code(done)) == (77, "cli.no_pin")
    pin = tmp_path / "pin"
    done = lab.command(at, [*SIGN, "--pin-file", str(pin)])
    assert (done.status, _code(done)) == (65, "import.no_file")
    pin.write_text(f"{PIN}\n", encoding="utf-8")
    assert lab.command(at, [*SIGN, "--pin-file", str(pin)], more={"HOCBA_PIN": ""}).status == 0


def test_a_certificate_that_expired_yesterday_cannot_sign(lab, place):
    with lab.open(place("homeroom")) as wp:
        _appoint_anew(wp, valid_to=now() - timedelta(days=1))
        with pytest.raises(RefusedError) as caught:
            propose(wp, _frozen(wp), role="homeroom", staff=HOMEROOM, at=now())
        assert caught.value.code == "sign.certificate_expired"
        assert "hết hạn" in caught.value.sentence("vi")


def test_a_certificate_of_tomorrow_cannot_sign_yet(lab, place):
    with lab.open(place("homeroom")) as wp:
        _appoint_anew(wp, valid_from=now() + timedelta(days=1), valid_to=now() + timedelta(days=9))
        with pytest.raises(RefusedError) as caught:
            propose(wp, _frozen(wp), role="homeroom", staff=HOMEROOM, at=now())
        assert caught.value.code == "sign.certificate_not_yet_valid"


def test_a_renewed_certificate_signs_without_a_return(lab, place):
    at = place("homeroom")
    with lab.open(at) as wp:
        _appoint_anew(wp, valid_to=now() + timedelta(days=700))
    assert lab.command(at, SIGN).status == 0


def test_a_key_that_is_not_the_appointed_one_is_noticed_before_the_pin(lab, place):
    with lab.open(place("homeroom")) as wp:
        _appoint_anew(wp, valid_to=now() + timedelta(days=9), reference="person-031190001000")
        with pytest.raises(ConfigError) as caught:
            propose(wp, _frozen(wp), role="homeroom", staff=HOMEROOM, at=now())
        assert caught.value.code == "sign.other_certificate"


def _appoint_anew(wp, *, valid_to, valid_from=None, reference=None):
    """Give the homeroom teacher a second certificate, and an appointment for it."""
    pki = dev.load(wp.home.pki)
    with wp.database.transaction("test") as db:
        school = db.scalars(select(School)).one()
        teacher = db.scalars(select(Staff).where(Staff.code == HOMEROOM)).one()
    person = dev.Person(teacher.name, teacher.cccd, PIN)
    start = valid_from or now() - timedelta(days=400)
    name = pki.issue(person, at=now(), valid_from=start, valid_to=valid_to)
    add_appointment(
        wp,
        school,
        staff=teacher.id,
        role="homeroom",
        scope=f"2025-2026/{CLASS}",
        acts_for=(),
        name=teacher.name,
        custody=pki.custody(name),
        reference=custody_reference(reference or name),
        at=now(),
    )


def test_with_the_timestamping_service_out_sealing_goes_on_and_release_waits(lab, place):
    at = place("seal")
    out = {"HOCBA_TSA_URL": f"{NOWHERE}/tsa"}
    assert lab.command(at, ["seal", CLASS, "--as", CLERK], more=out).status == 0
    waits = lab.command(at, ["worker", "--once"], more=out)
    assert (waits.status, _code(waits)) == (69, "timestamp.unreachable"), waits.err
    assert "anchored" not in waits.err
    assert lab.command(at, ["worker", "--once"]).status == 0
    assert _state(lab, at) == lab.after["release"]


def test_with_the_chain_out_sealing_goes_on_and_release_waits(lab, place):
    at = place("seal")
    out = {"HOCBA_RPC_URL": NOWHERE}
    assert lab.command(at, ["seal", CLASS, "--as", CLERK], more=out).status == 0
    waits = lab.command(at, ["worker", "--once"], more=out)
    assert (waits.status, _code(waits)) == (69, "chain.unreachable"), waits.err
    assert lab.command(at, ["worker", "--once"]).status == 0
    assert _state(lab, at) == lab.after["release"]


@pytest.mark.parametrize("step", ["freeze", "homeroom", "seal"])
def test_a_full_disk_is_one_error_and_nothing_is_half_written(lab, place, step):
    at = place(step)
    full = lab.command(at, lab.arguments(step), largest_file=4_000)
    assert (full.status, _code(full)) == (74, "storage.full"), full.err
    assert not list(at.home.glob("blobs/**/*.new"))
    assert lab.run(at, step).status == 0
    assert _state(lab, at) == lab.after[step]


def test_a_seal_long_after_the_date_on_the_document_means_a_return(lab, place):
    with lab.open(place("seal")) as wp, pytest.raises(ConflictError) as caught:
        propose_seal(wp, _frozen(wp), staff=CLERK, at=now() + timedelta(days=40))
    assert caught.value.code == "seal.window_passed"


def test_nothing_is_sealed_twice(lab, place):
    with lab.open(place("release")) as wp, pytest.raises(ConflictError) as caught:
        propose_seal(wp, _frozen(wp), staff=CLERK, at=now())
    assert caught.value.code == "session.nothing_to_sign"


def test_a_document_changed_in_the_store_is_noticed_before_the_key_is_used(lab, place):
    at = place("homeroom")
    for blob in at.home.glob("blobs/??/??/*"):
        blob.write_bytes(blob.read_bytes()[:-1] + b"\x00")
    done = lab.command(at, SIGN)
    assert (done.status, _code(done)) == (70, "storage.swapped")


def test_the_offer_of_a_seal_counts_what_an_earlier_run_left_over(lab, place):
    at = place("seal")
    lab.run(at, "seal", failpoint="batch.before_signature")
    with lab.open(at) as wp:
        offer = propose_seal(wp, _frozen(wp), staff=CLERK, at=now())
        assert offer.list is None
        assert offer.count == 2
        outcome = apply_seal(wp, offer, pin=PIN, clock=now)
        assert outcome.sealed == 0
        assert outcome.statement is not None


def test_a_school_file_names_every_fault_at_once(lab, place, tmp_path):
    at = place("enrol")
    file = school_file(pupils=2)
    file["classes"][0]["pupils"][1]["code"] = file["classes"][0]["pupils"][0]["code"]
    file["classes"][0]["homeroom"] = "GV77"
    done = _import_json(lab, at, tmp_path, file)
    assert (done.status, _code(done)) == (65, "input.several")
    assert "GV77" in done.err
    assert "school_file.duplicate" in done.err
    file = school_file(pupils=2)
    file["school"]["tax_code"] = "12"
    done = _import_json(lab, at, tmp_path, file)
    assert (done.status, _code(done)) == (65, "school_file.bad_field")
    assert "school/tax_code" in done.err


def _import_json(lab, at, folder, value):
    path = folder / "bad.json"
    path.write_text(json.dumps(value), encoding="utf-8")
    return lab.command(at, ["import", str(path)])


@pytest.mark.parametrize(
    "case",
    [
        ("school.json", b"{", "school_file.unreadable"),
        ("marks.xlsx", b"hello", "sheet.not_a_workbook"),
        ("missing.xlsx", None, "import.no_file"),
        ("missing.json", None, "school_file.unreadable"),
    ],
)
def test_a_file_that_is_none_is_refused(lab, place, tmp_path, case):
    name, content, code = case
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    done = lab.command(place("freeze"), ["import", str(path), "--yes"])
    assert (done.status, _code(done)) == (65, code), done.err


def test_marks_of_a_frozen_class_cannot_be_written(lab, place, tmp_path):
    at = place("homeroom")
    with lab.open(at) as wp:
        change = {("3110000000", "TOAN", 1, "ck"): "9.0"}
        path = write_workbook(wp, tmp_path / "marks.xlsx", change=change)
    done = lab.command(at, ["import", str(path), "--yes"])
    assert (done.status, _code(done)) == (73, "class.already_frozen")
    assert "Toán" in done.err
