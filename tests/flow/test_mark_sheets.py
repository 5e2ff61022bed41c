"""Subject teachers sign their sheets; the record carries each row, the verifier reads it."""

import copy
import itertools
import json
from dataclasses import replace

import pytest
from fakes.small_school import CLASS, CLERK, HOMEROOM, PIN, PRINCIPAL, STRANGER, write_workbook
from sqlalchemy import select

from hocba.issuance import (
    apply_seal,
    find_class,
    find_frozen,
    freeze,
    propose,
    propose_seal,
    read_marks,
    sign,
    write_marks,
)
from hocba.issuance.kinds import Gathered
from hocba.issuance.mark_sheets import propose_sheet, sign_sheet, signed_rows, with_sheets
from hocba.issuance.marks import load_frozen_class
from hocba.issuance.models import MarkSheetRow
from hocba.kit.clock import now
from hocba.kit.errors import ConflictError, RefusedError
from verifier.checks.sheets import judge_sheets
from verifier.formats.marksheet import RowProof
from verifier.formats.merkle import leaf_hash
from verifier.formats.policy import PolicyStep
from verifier.formats.record import parse_record

FIRST = "3110000000"
KILLED = -9
ASKED, REQUIRED = PolicyStep("teacher", "subject", False), PolicyStep("teacher", "subject", True)


def _target(wp):
    with wp.database.transaction("test") as db:
        return find_class(db, class_name=CLASS)


def _offer(wp, term=1, staff=STRANGER, subject="TOAN"):
    return propose_sheet(wp, _target(wp), subject=subject, term=term, staff=staff, at=now())


def _signed(wp, terms=(1, 2)):
    return [sign_sheet(wp, _offer(wp, term), pin=PIN, clock=now) for term in terms]


def _freeze(wp):
    return freeze(wp, _target(wp), by=HOMEROOM, at=now())


def _record(wp, position=0):
    return parse_record(_freeze(wp).records[position].record)


def _problems(wp, record, step=ASKED):
    return [code for code, _ in judge_sheets(record, step, wp.trust, at=now())]


def _write(wp, folder, change):
    data = write_workbook(wp, folder / "again.xlsx", change=change).read_bytes()
    write_marks(wp, read_marks(wp, data, file="again.xlsx"), actor="command", at=now())


def test_a_signed_row_travels_in_the_record_and_holds_there(lab, place):
    with lab.open(place("freeze")) as wp:
        sheets = _signed(wp)
        assert [(sheet.term, sheet.seq, sheet.replaces) for sheet in sheets] == [
            (1, 1, None), (2, 1, None),
        ]  # fmt: skip
        record = _record(wp)
        proofs = [RowProof.from_object(item) for item in record["mark_sheets"]]
        assert [(p.row.subject, p.row.term, p.row.result) for p in proofs] == [
            ("TOAN", 1, "8.0"), ("TOAN", 2, "8.0"),
        ]  # fmt: skip
        assert {proof.size for proof in proofs} == {2}
        assert _problems(wp, record) == []


def test_the_file_with_mark_sheets_is_sealed_released_and_valid(lab, place, tmp_path):
    at = place("freeze")
    with lab.open(at) as wp:
        _signed(wp)
        _freeze(wp)
        with wp.database.transaction("test") as db:
            frozen = find_frozen(db, _target(wp))
        for role, staff in (("homeroom", HOMEROOM), ("principal", PRINCIPAL)):
            offer = propose(wp, frozen, role=role, staff=staff, at=now())
            sign(wp, offer, pin=PIN, clock=now)
        apply_seal(wp, propose_seal(wp, frozen, staff=CLERK, at=now()), pin=PIN, clock=now)
    assert lab.command(at, ["worker", "--once"]).status == 0
    assert lab.command(at, ["export", str(tmp_path)]).status == 0
    files = sorted(map(str, tmp_path.glob("*.pdf")))
    done = lab.command(at, ["verify", "--json", *files])
    reports = [json.loads(line) for line in done.out.splitlines()]
    assert [report["verdict"] for report in reports] == ["valid", "valid"]
    assert all(len(report["record"]["mark_sheets"]) == 2 for report in reports)


def test_nothing_is_signed_twice_and_nobody_signs_for_another(lab, place):
    with lab.open(place("freeze")) as wp:
        _signed(wp, (1,))
        with pytest.raises(ConflictError, match=r"sheet\.nothing_to_sign"):
            _offer(wp, 1)
        with pytest.raises(RefusedError, match=r"sign\.not_appointed"):
            _offer(wp, 2, staff=HOMEROOM)
        with pytest.raises(RefusedError, match=r"custody\.wrong_pin"):
            sign_sheet(wp, _offer(wp, 2), pin="000000", clock=now)
        assert _offer(wp, 2).lines


def test_a_changed_mark_needs_a_new_sheet_with_that_row_alone(lab, place, tmp_path):
    with lab.open(place("freeze")) as wp:
        first = _signed(wp, (1,))[0]
        _write(wp, tmp_path, {(FIRST, "TOAN", 1, "ck"): "9.0"})
        offer = _offer(wp, 1)
        assert [(line.row.pupil, line.row.final) for line in offer.lines] == [(FIRST, "9.0")]
        again = sign_sheet(wp, offer, pin=PIN, clock=now)
        assert (again.seq, again.replaces) == (2, first.digest())
        records = [parse_record(each.record) for each in _freeze(wp).records]
        stated = {r["pupil"]["code"]: r["mark_sheets"][0]["sheet"]["seq"] for r in records}
        assert stated == {FIRST: 2, "3110000001": 1}
        assert all(_problems(wp, record) == [] for record in records)


def test_an_outdated_row_is_left_out_and_where_sheets_are_required_its_pupil_waits(
    lab, place, tmp_path, monkeypatch
):
    with lab.open(place("freeze")) as wp:
        _signed(wp)
        _write(wp, tmp_path, {(FIRST, "TOAN", 2, "ck"): "9.0"})
        seen = {}

        def spy(work, policy, gathered):
            for step in (ASKED, REQUIRED):
                only = Gathered(
                    tuple(
                        replace(each, body={**each.body, "subjects": each.body["subjects"][:1]})
                        for each in gathered.complete
                    ),
                    (),
                )
                seen[step.required] = with_sheets(work, replace(policy, sheet_step=step), only)
            return with_sheets(work, policy, gathered)

        monkeypatch.setattr("hocba.issuance.marks.with_sheets", spy)
        records = [parse_record(each.record) for each in _freeze(wp).records]
        sizes = {r["pupil"]["code"]: len(r["mark_sheets"]) for r in records}
        assert sizes == {FIRST: 1, "3110000001": 2}
        waits = seen[True].pending
        assert [each.reason for each in waits] == ["TOAN.term2.sheet"]
        assert len(seen[True].complete) == 1
        assert not seen[False].pending


def test_marks_that_change_between_look_and_signature_are_not_signed(lab, place, tmp_path):
    with lab.open(place("freeze")) as wp:
        offer = _offer(wp, 1)
        _write(wp, tmp_path, {(FIRST, "TOAN", 1, "gk"): "9.5"})
        with pytest.raises(ConflictError, match=r"sheet\.changed_meanwhile"):
            sign_sheet(wp, offer, pin=PIN, clock=now)


ATTACKS = {
    "sheet_differs": lambda r, _: r["subjects"][_maths(r)].update(term1="9.9"),
    "sheet_other_pupil": lambda r, _: r["pupil"].update(code="3119999999"),
    "sheet_other_class": lambda r, _: r.update({"class": "6A2"}),
    "sheet_not_signed": lambda r, _: r["mark_sheets"][0]["row"].update(result="9.9"),
    "sheet_repeated": lambda r, _: r["mark_sheets"].append(r["mark_sheets"][0]),
    "sheet_not_asked": lambda _r, change: change.update(step=None),
    "sheet_missing": lambda _r, change: change.update(step=REQUIRED),
}


def _maths(record):
    return next(i for i, row in enumerate(record["subjects"]) if row["code"] == "TOAN")


@pytest.mark.parametrize("code", ATTACKS)
def test_each_way_to_lend_a_mark_somebodys_name_is_seen(lab, place, code):
    with lab.open(place("freeze")) as wp:
        _signed(wp)
        genuine = _record(wp)
        assert _problems(wp, genuine) == []
        forged, change = copy.deepcopy(genuine), {"step": ASKED}
        ATTACKS[code](forged, change)
        assert code in _problems(wp, forged, change["step"])


def test_another_pupils_signed_row_does_not_fit_this_record(lab, place):
    with lab.open(place("freeze")) as wp:
        _signed(wp)
        mine, other = (parse_record(each.record) for each in _freeze(wp).records)
        mine["mark_sheets"] = other["mark_sheets"]
        assert set(_problems(wp, mine)) == {"sheet_other_pupil"}


def test_a_homeroom_teachers_signature_does_not_stand_for_a_subject(lab, place):
    """The same sheet under another role's appointment: only the role check stops it."""
    with lab.open(place("freeze")) as wp:
        _signed(wp, (1,))
        record = _record(wp)
        scope = f"{record['school_year']}/{record['class']}"
        proof = RowProof.from_object(record["mark_sheets"][0])
        assert proof.sheet.class_scope == scope
        moved = replace(proof, sheet=replace(proof.sheet, subject="VAN"))
        record["mark_sheets"][0] = moved.to_object()
        assert _problems(wp, record) == ["sheet_not_signed"]


def test_nothing_of_a_classmate_can_be_read_from_a_proof(lab, place):
    """Whoever holds one record tries every mark that a classmate could have."""
    with lab.open(place("freeze")) as wp:
        _signed(wp, (1,))
        mine, other = (RowProof.from_object(parse_record(each.record)["mark_sheets"][0])
                       for each in _freeze(wp).records)  # fmt: skip
        known = set(mine.path)
        own_salt_guesses = {
            leaf_hash(replace(other.row, result=f"{a}.{b}").leaf(salt))
            for a, b in itertools.product(range(10), range(10))
            for salt in (bytes(32), mine.salt)
        }
        assert not known & own_salt_guesses
        assert leaf_hash(other.row.leaf(other.salt)) in known  # only the salt keeps it closed


def test_the_rows_in_the_database_open_with_the_pupils_key_alone(lab, place):
    with lab.open(place("freeze")) as wp:
        _signed(wp, (1,))
        with wp.database.transaction("test") as db:
            rows = signed_rows(wp, db, _target(wp))
            assert len(rows) == 2
            victim = next(iter(rows))
            wp.vault.erase(db, victim, at=now())
            assert set(signed_rows(wp, db, _target(wp))) == set(rows) - {victim}


def test_the_command_shows_the_rows_and_signs_them(lab, place):
    at = place("freeze")
    done = lab.command(at, ["marksheet", CLASS, "TOAN", "--term", "1", "--as", STRANGER])
    assert done.status == 0, done.err
    assert "8,0" in done.out
    assert "Đã ký bảng điểm lần 1, 2 dòng" in done.out
    with lab.open(at) as wp:
        frozen = _freeze(wp)
        assert load_frozen_class(wp, frozen.id).records


@pytest.mark.parametrize(
    ("killed_at", "again"),
    [("sheet.before_signature", 0), ("sheet.after_signature", 0), ("sheet.before_commit", 0),
     ("sheet.after_commit", 73)],
)  # fmt: skip
def test_a_killed_signature_given_again_signs_once(lab, place, killed_at, again):
    at = place("freeze")
    command = ["marksheet", CLASS, "TOAN", "--term", "1", "--as", STRANGER]
    assert lab.command(at, command, killed_at).status == KILLED
    assert lab.command(at, command).status == again
    with lab.open(at) as wp, wp.database.transaction("test") as db:
        signed = signed_rows(wp, db, _target(wp))
        assert [list(rows) for rows in signed.values()] == [[("TOAN", 1)]] * 2
        assert db.scalars(select(MarkSheetRow.seq)).all() == [1]
