"""A pupil who changes class: the marks go along, and the year is issued with the new class."""

import pytest
from fakes.primary_school import workbook
from fakes.provinces import province
from fakes.small_school import CLERK, HOMEROOM, STRANGER

from hocba.issuance import read_marks, write_marks
from hocba.issuance.class_change import change_class
from hocba.kit.clock import now
from hocba.kit.errors import ConflictError, NotFoundError, RefusedError
from verifier.report import Verdict

AN, BI, CHI = (f"311000000{number}" for number in range(3))
MOVED_MARK = (AN, "TOAN", 1, "tx1")


def enter(here, *, optional=()):
    def one(name, pupils, homeroom, grade=6):
        people = [{"code": code, "name": f"Trần Văn {code[-1]}", "birth_date": "2014"}
                  for code in pupils]  # fmt: skip
        return {"name": name, "grade": grade, "homeroom": homeroom, "pupils": people,
                "teachers": dict.fromkeys(optional, STRANGER) if name == "6A1" else {}}  # fmt: skip

    here.school(classes=[one("6A1", (AN, BI), HOMEROOM), one("6A2", (CHI,), STRANGER),
                         one("7A1", (), HOMEROOM, 7)])  # fmt: skip


def fill(here, name, change=None, pending=()):
    reading = read_marks(here.wp, workbook(here, name=name, change=change), file="marks.xlsx",
                         pending=pending)  # fmt: skip
    return write_marks(here.wp, reading, actor="command", at=now())


def move(here, pupil, name="6A1", to="6A2", by=CLERK):
    return change_class(
        here.wp, here.target(name=name), here.target(name=to), pupil=pupil, by=by, at=now()
    )


def test_the_marks_go_along_and_the_record_names_the_new_class(server, tmp_path):
    with province(server, tmp_path) as here:
        enter(here)
        fill(here, "6A1", change={MOVED_MARK: "5.0"})
        assert move(here, AN) > 80
        fill(here, "6A2", change={MOVED_MARK: "5.0"})
        frozen = here.freeze(of=here.target(name="6A2"), by=STRANGER)
        assert (frozen.pending, len(frozen.records)) == ((), 2)
        here.issue(of=here.target(name="6A2"), homeroom=STRANGER)
        report = here.verify(here.files()[AN][0])
        assert report.verdict is Verdict.VALID
        maths = next(row for row in report.record["subjects"] if row["code"] == "TOAN")
        assert (report.record["class"], maths["term1"]) == ("6A2", "7.7")
        left = here.freeze(of=here.target(name="6A1"))
        assert len(left.records) == 1


def test_nothing_moves_where_it_must_not(server, tmp_path):
    with province(server, tmp_path) as here:
        enter(here, optional=("NN2",))
        with pytest.raises(RefusedError, match=r"transfer\.not_allowed"):
            move(here, AN, by=HOMEROOM)
        with pytest.raises(NotFoundError, match=r"pupil\.not_found"):
            move(here, "3100000099")
        with pytest.raises(ConflictError, match=r"transfer\.not_in_class"):
            move(here, CHI)
        for to in ("6A1", "7A1"):
            with pytest.raises(ConflictError, match=r"class_change\.other_grade"):
                move(here, AN, to=to)
        fill(here, "6A1")
        fill(here, "6A2")
        with pytest.raises(ConflictError, match=r"class_change\.other_subjects") as caught:
            move(here, AN)
        assert caught.value.params["subjects"] == "NN2"
        here.freeze(of=here.target(name="6A2"), by=STRANGER)
        with pytest.raises(ConflictError, match=r"class\.already_frozen"):
            move(here, CHI, name="6A2", to="6A1")
