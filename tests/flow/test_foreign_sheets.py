"""A teacher's own file through the command line: shown, agreed to, remembered, written."""

import csv
import io

import pytest
from fakes.foreign_sheets import Page, save_xlsx
from fakes.small_school import CLASS, NAMES
from sqlalchemy import func, select

from hocba.sector.models import MarkEvent
from hocba.sector.sheets.models import KeptMapping

HEADS = ["TT", "Mã HS", "Họ và tên", "M1", "TX2", "TX3", "TX4", "GK", "CK"]
OPTIONS = ("--class", CLASS, "--subject", "TOAN", "--term", "1", "--column", "D=tx1")


@pytest.fixture
def sheet(tmp_path):
    def write(*marks, heads=HEADS, name="diem.xlsx"):
        rows = [heads] + [
            [str(n + 1), f"311000000{n}", NAMES[n], *(marks or ("8,5", "7", "9", "10", "8", "9,5"))]
            for n in range(2)
        ]
        path = tmp_path / name
        if name.endswith(".csv"):
            out = io.StringIO()
            csv.writer(out, delimiter=";").writerows(rows)
            path.write_text(out.getvalue(), encoding="utf-8")
        else:
            path.write_bytes(save_xlsx(Page("Trang1", rows)))
        return str(path)

    return write


def _count(lab, at, table):
    with lab.open(at) as wp, wp.database.transaction("test.count") as db:
        return db.scalar(select(func.count()).select_from(table))


def test_columns_are_shown_and_nothing_is_read_until_they_are_agreed_to(lab, place, sheet):
    at = place("marks")
    done = lab.command(at, ["import", sheet(), *OPTIONS, "--yes"])
    assert done.status == 65
    assert "sheet.mapping_needed" in done.err
    assert "TX2" in done.out
    assert (_count(lab, at, MarkEvent), _count(lab, at, KeptMapping)) == (0, 0)


def test_an_agreed_sheet_is_written_and_the_next_one_needs_no_asking(lab, place, sheet):
    at = place("marks")
    done = lab.command(at, ["import", sheet(), *OPTIONS, "--mapping-ok", "--yes"])
    assert done.status == 0, done.err
    assert "12 ô" in done.out
    assert (_count(lab, at, MarkEvent), _count(lab, at, KeptMapping)) == (12, 1)
    other = sheet("9", "9", "9", "9", "9", "9", name="hk2.csv")
    done = lab.command(
        at, ["import", other, "--class", CLASS, "--subject", "TOAN", "--term", "2", "--yes"]
    )
    assert done.status == 0, done.err
    assert "đã xác nhận trước đây" in done.out
    assert _count(lab, at, MarkEvent) == 24


def test_an_unclean_sheet_writes_neither_marks_nor_the_agreement(lab, place, sheet, tmp_path):
    at, marked = place("marks"), tmp_path / "loi.xlsx"
    bad = sheet("85", "7", "9", "10", "8", "9,5", name="a.csv")
    more = ["--mapping-ok", "--yes", "--marked", str(marked)]
    done = lab.command(at, ["import", bad, *OPTIONS, *more])
    assert done.status == 65
    assert "sheet.mark_without_comma" in done.err
    assert "8,5" in done.err
    assert (_count(lab, at, MarkEvent), _count(lab, at, KeptMapping)) == (0, 0)
    assert marked.read_bytes().startswith(b"PK")
    assert marked.stat().st_mode & 0o777 == 0o600


def test_a_dry_run_of_a_foreign_sheet_writes_nothing(lab, place, sheet):
    at = place("marks")
    done = lab.command(at, ["import", sheet(), *OPTIONS, "--mapping-ok", "--dry-run", "--yes"])
    assert done.status == 0, done.err
    assert (_count(lab, at, MarkEvent), _count(lab, at, KeptMapping)) == (0, 0)


def test_names_in_an_old_font_are_shown_and_converted_only_on_yes(lab, place, tmp_path):
    at, path = place("marks"), tmp_path / "tcvn3.xlsx"
    names = ("TrÇn V¨n æn", "Y Ƀlô Niê")
    rows = [HEADS, *([str(n + 1), f"311000000{n}", names[n], 8, 7, 9, 10, 8, 9] for n in range(2))]
    path.write_bytes(save_xlsx(Page("Trang1", rows)))
    more = ["import", str(path), *OPTIONS, "--mapping-ok", "--yes"]
    done = lab.command(at, more)
    assert done.status == 65
    assert "sheet.old_font" in done.err
    assert "TCVN3" in done.out
    assert "TrÇn V¨n æn" in done.out
    assert "Trần Văn ổn" in done.out
    assert _count(lab, at, MarkEvent) == 0
    done = lab.command(at, [*more, "--convert-encoding"])
    assert done.status == 0, done.err
    assert _count(lab, at, MarkEvent) == 12


def test_the_present_marks_go_out_and_come_back_unchanged(lab, place, tmp_path):
    at, out = place("freeze"), tmp_path / "6A1.xlsx"
    before = _count(lab, at, MarkEvent)
    assert lab.command(at, ["template", CLASS, "--filled", "-o", str(out)]).status == 0
    done = lab.command(at, ["import", str(out), "--yes"])
    assert done.status == 0, done.err
    assert "đã ghi 0 ô" in done.out
    assert _count(lab, at, MarkEvent) == before > 0
