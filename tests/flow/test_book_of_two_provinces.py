"""Grade 8 and half of grade 9 in one province, the rest in another: one book of both."""

from types import SimpleNamespace

import pytest
from fakes.provinces import province
from fakes.small_school import CLERK, full_year, school_file

from hocba.issuance import online_sources
from hocba.issuance.transfer import transfer_in, transfer_out
from hocba.issuance.workplace import add_root
from hocba.kit.clock import now
from hocba.sector.sheets import register_of_class
from verifier.checks.references import year_answers
from verifier.connect import by_realm
from verifier.report import Verdict

PUPIL = "3110000000"
ELSEWHERE = "khac.hocba.test"
LAST, THIS = "2025-2026", "2026-2027"
OPTIONS = {"pupils": 1, "code": "79-70001-01", "tax_code": "0300311311", "digit": "7"}
SCHOOL = {"name": "Trường THCS Nguyễn Du", "province": "Thành phố Hồ Chí Minh",
          "commune": "Phường Bến Thành", "place": "Thành phố Hồ Chí Minh"}  # fmt: skip


@pytest.fixture(scope="module")
def moved(server, tmp_path_factory):
    folder = tmp_path_factory.mktemp("two-provinces")
    with (
        province(server, folder) as old,
        province(server, folder, ELSEWHERE, code="79") as new,
    ):
        _enter(old, LAST, 8)
        old.fill()
        old.freeze()
        old.issue()
        _enter(old, THIS, 9)
        old.fill(change=_term(old, 1), pending=(PUPIL,))
        transfer_out(old.wp, old.target(), pupil=PUPIL, by=CLERK, at=now())
        old.issue(kind="partial")
        year, partial = old.files()[PUPIL]
        _enter(new, THIS, 9, options=OPTIONS, school=SCHOOL)
        add_root(new.wp.settings, old.wp.trust.to_bytes())
        for number, file in enumerate((partial, year)):
            _arrive(new, old, file, number)
        new.fill(change=dict.fromkeys(_term(new, 1)))
        new.freeze(pupils=(PUPIL,))
        new.issue()
        new.freeze(kind="book", pupils=(PUPIL,))
        new.issue(kind="book")
        yield SimpleNamespace(old=old, new=new, file=new.files()[PUPIL][-1])


def _enter(there, year, grade, *, options=None, school=None):
    options = options or {"pupils": 1}
    classes = school_file(**options)["classes"]
    classes[0]["grade"] = grade
    there.school(options=options, school=school or {}, school_year=year, classes=classes)


def _term(there, term):
    """The pupil's entries of one term."""
    of = there.target()
    with there.wp.database.transaction("test") as db:
        register = register_of_class(db, of.school_id, of.class_id)
    return {cell: value for cell, value in full_year(register, PUPIL).items() if cell[2] == term}


def _arrive(new, old, file, number):
    online = by_realm({one.wp.realm: online_sources(one.wp) for one in (old, new)})
    transfer_in(new.wp, new.target(), file, file=f"{number}.pdf", by=CLERK, at=now(),
                online=online)  # fmt: skip


def test_the_book_of_two_provinces_is_valid_with_both_roots(moved):
    report = moved.new.verify(moved.file, others=[moved.old.wp.trust], near=[moved.old])
    assert report.verdict is Verdict.VALID, [(one.code, one.detail) for one in report.checks]
    years = report.record["years"]
    assert [one["ref"]["realm"] for one in years] == ["demo.hocba.test", ELSEWHERE]
    assert years[1]["record"]["sources"][0]["realm"] == "demo.hocba.test"
    assert year_answers(report.check("8").detail) == ("good", "good")


def test_with_one_root_alone_the_book_could_not_be_checked(moved):
    report = moved.new.verify(moved.file)
    assert report.verdict is Verdict.COULD_NOT_CHECK
    assert report.check("7b").code == "7b.other_root_needed"


def test_where_the_other_provinces_ledger_is_not_asked_that_is_a_note(moved):
    report = moved.new.verify(moved.file, others=[moved.old.wp.trust])
    assert (report.verdict, report.notes) == (Verdict.VALID_NOTE, ("status_not_checked",))
    assert report.check("8").code == "8.year_not_checked"
    assert year_answers(report.check("8").detail) == ("not_checked", "good")
