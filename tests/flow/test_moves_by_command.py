"""`hocba transfer`, `trust` and `succession` as people type them."""

import json

from fakes.small_school import CLASS, CLERK, DEPUTY, school_file

from verifier.formats.canonical import canonical
from verifier.formats.trusted_root import TrustedRoot

FIRST = "3110000000"
OTHER = "31-11311-02"


def _other_root(folder, lab, at):
    """The trusted root of another province."""
    with lab.open(at) as wp:
        given = wp.trust.to_object() | {"realm": "khac.hocba.test"}
        given["policies"] = []
    path = folder / "khac.json"
    path.write_bytes(canonical(given))
    return path


def test_another_provinces_root_is_kept_and_our_own_is_not_replaced(lab, place, tmp_path):
    at = place("freeze")
    done = lab.command(at, ["trust", str(_other_root(tmp_path, lab, at))])
    assert (done.status, "khac.hocba.test" in done.out) == (0, True)
    with lab.open(at) as wp:
        assert [root.realm for root in wp.others] == ["khac.hocba.test"]
        own = wp.home.trusted_root
    refused = lab.command(at, ["trust", str(own)])
    assert (refused.status, "trust.two_roots" in refused.err) == (78, True)


def test_a_file_is_taken_in_and_a_damaged_one_is_not(lab, place, tmp_path):
    at = place("withdraw")
    assert lab.command(at, ["export", str(tmp_path)]).status == 0
    file = min(tmp_path.rglob("*.pdf"))
    taken = ["transfer", "in", str(file), "--class", CLASS, "--as", CLERK]
    done = lab.command(at, taken)
    assert done.status == 0, done.err
    assert "2025-2026" in done.out
    file.write_bytes(file.read_bytes()[:-9])
    refused = lab.command(at, taken)
    assert (refused.status, "transfer.not_valid" in refused.err) == (65, True)


def test_a_pupils_origin_is_noted(lab, place):
    at = place("freeze")
    noted = ["transfer", "note", FIRST, "--class", CLASS, "--as", CLERK, "--from", "abroad"]
    assert lab.command(at, noted).status == 0
    assert lab.command(at, [*noted[:-1], "moon"]).status == 65
    lost = lab.command(at, ["transfer", "note", "999", *noted[3:]])
    assert (lost.status, "pupil.not_found" in lost.err) == (66, True)


def test_a_school_is_taken_over_by_command(lab, place, tmp_path):
    at = place("withdraw")
    file = tmp_path / "other.json"
    other = school_file(pupils=1, code=OTHER, tax_code="0200311399", digit="2")
    file.write_text(json.dumps(other, ensure_ascii=False), encoding="utf-8")
    assert lab.command(at, ["import", str(file)]).status == 0
    taken = ["succession", "31-11311-01", OTHER, "--decision", "15/QĐ", "--keeper", DEPUTY]
    done = lab.command(at, taken)
    assert (done.status, OTHER in done.out) == (0, True), done.err
    with lab.open(at) as wp:
        root = TrustedRoot.parse(wp.home.trusted_root.read_bytes())
    assert [(one.school, one.successor) for one in root.successions] == [("31-11311-01", OTHER)]
    again = lab.command(at, ["succession", OTHER, "31-11311-01", "--decision", "1",
                             "--keeper", DEPUTY])  # fmt: skip
    assert again.status == 73
