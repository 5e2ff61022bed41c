"""A pupil of upper secondary school moves in January: chosen subjects and study topics go on."""

import pytest
from fakes.primary_school import workbook
from fakes.provinces import province
from fakes.secondary_school import AN, BLO, DUNG, THPT, enter, topics
from fakes.small_school import CLERK

from hocba.issuance import online_sources, read_marks, write_marks
from hocba.issuance.transfer import transfer_in, transfer_out
from hocba.issuance.workplace import add_root
from hocba.kit.clock import now
from verifier.connect import by_realm
from verifier.report import Verdict

ELSEWHERE = "khac.hocba.test"
TERM_MARKS = ("tx1", "tx2", "tx3", "tx4", "gk", "ck")
OF_A_TERM = {"TOAN": 4, "VAN": 4, "NN1": 4, "LS": 3, "GDQPAN": 2, "VL": 3, "HH": 3, "SH": 3,
             "TIN": 3, "DL": 3, "GDTC": 2, "NDGDDP": 2, "HDTNHN": 2}  # fmt: skip
"""Subjects of the class, and how many regular marks each has in a term."""


def cells(code, term):
    """Every mark of a term as a cell, and conduct."""
    found = [
        (code, subject, term, item)
        for subject, regular in OF_A_TERM.items()
        for item in (*TERM_MARKS[:regular], "gk", "ck")
    ]
    return [*found, (code, None, term, "conduct")]


def fill(here, change, pending=()):
    data = workbook(here, name=THPT.name, change=change, leave_out=pending)
    reading = read_marks(here.wp, data, file="10A1.xlsx", pending=pending)
    return write_marks(here.wp, reading, actor="command", at=now())


@pytest.fixture(scope="module")
def moved(server, tmp_path_factory):
    """Both records: the first term of the old school, the year of the new one."""
    folder = tmp_path_factory.mktemp("moves")
    with (
        province(server, folder) as old,
        province(server, folder, ELSEWHERE, code="79") as new,
    ):
        enter(old, THPT, pupils=((AN, "Trần Văn Ổn"), (BLO, "Y Ƀlô Niê")))
        first = {cell: "Đ" if cell[1] in {"GDTC", "NDGDDP", "HDTNHN"} else "9.0"
                 for cell in cells(AN, 1)} | {(AN, None, 1, "conduct"): "Khá",
                                              (AN, "DL", 0, "not_taken"): "X"}  # fmt: skip
        fill(old, {cell: value for cell, value in first.items() if cell[:2] != (AN, "DL")
                   or cell[2] == 0}, pending=(AN,))  # fmt: skip
        of = old.target(name=THPT.name)
        transfer_out(old.wp, of, pupil=AN, by=CLERK, at=now(), kind="partial")
        old.issue(of=of, kind="partial")
        file = old.files()[AN][0]
        enter(new, THPT, pupils=((DUNG, "Đặng Đình Đạt"),))
        add_root(new.wp.settings, old.wp.trust.to_bytes())
        online = by_realm({one.wp.realm: online_sources(one.wp) for one in (old, new)})
        to = new.target(name=THPT.name)
        transfer_in(new.wp, to, file, file="hocba.pdf", by=CLERK, at=now(), online=online)
        none = dict.fromkeys(cells(AN, 1))
        fill(new, none | topics(AN, "VL", "8.5", "9.5", "7.0", chosen=2)
             | {(AN, "DL", 0, "not_taken"): "X"})  # fmt: skip
        frozen = new.freeze(of=to)
        assert frozen.pending == ()
        new.issue(of=to)
        report = new.verify(new.files()[AN][0], others=[old.wp.trust], near=[old])
        yield old.verify(file).record, report


def test_the_year_is_valid_and_the_first_term_is_the_old_schools(moved):
    then, report = moved
    assert report.verdict is Verdict.VALID
    assert (then["kind"], then["template"]["id"]) == ("partial", "thpt-partial-tt22-1")
    assert "DL" not in {row["code"] for row in then["subjects"]}
    before = {row["code"]: row["term1"] for row in then["subjects"]}
    assert {row["code"]: row["term1"] for row in report.record["subjects"]} == before
    assert before["VL"] == "9.0"
    assert report.record["conduct"]["term1"] == "K"


def test_study_topics_of_the_whole_year_are_the_new_schools(moved):
    record = moved[1].record
    (topic,) = record["study_topics"]
    assert (topic["code"], topic["results"], topic["chosen"]) == (
        "VL",
        ["8.5", "9.5", "7.0"],
        "9.5",
    )
    assert len(record["sources"]) == 1
