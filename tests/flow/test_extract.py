"""A paper book from what was typed to a valid extract, and its correction."""

import json

import pytest
from fakes.provinces import province
from fakes.small_school import CLERK, PRINCIPAL, STRANGER

from hocba.issuance import ReturnRequest, open_for_correction, run_audit
from hocba.issuance.extract_file import enter_papers, read_extract_file
from hocba.kit.clock import now
from hocba.kit.errors import HocbaError, RefusedError
from verifier.report import Verdict

WITH_BOOK, WITHOUT = "3110000000", "3110000001"
MARKS = {
    "Toán": {"term1": "8,0", "term2": "8.5", "year": "8,3"},
    "Thể dục": {"term1": "Đ", "term2": "Đ", "year": "Đ"},
}
PAPER = {"register_no": "125/THCS", "school": "Trường THCS Trần Phú", "opened_on": "05/09/2023",
         "pages": 24, "compared_on": "20/05/2026"}  # fmt: skip


def year(grade, first, **changes):
    return {
        "school_year": f"{first}-{first + 1}", "grade": grade, "class": f"{grade}A2",
        "school": "Trường THCS  Trần Phú", "learning": "Giỏi", "conduct": "Tốt",
        "outcome": "Được lên lớp", "marks": MARKS,
    } | changes  # fmt: skip


def book(**changes):
    years = [year(6, 2023), year(7, 2024, marks=MARKS | {"Tin học": {"year": "9"}})]
    return {"code": WITH_BOOK, "paper": PAPER, "years": years} | changes


def file_of(folder, *books):
    path = folder / "papers.json"
    whole = {"type": "hocba.extract_file/1", "books": list(books)}
    path.write_text(json.dumps(whole, ensure_ascii=False), encoding="utf-8")
    return read_extract_file(path)


@pytest.fixture(scope="module")
def issued(server, tmp_path_factory):
    folder = tmp_path_factory.mktemp("extract")
    with province(server, folder) as here:
        here.school(options={"pupils": 2})
        enter_papers(here.wp, file_of(folder, book()), staff=CLERK, at=now())
        here.frozen_first = here.freeze(kind="extract", by=PRINCIPAL)
        here.issue(kind="extract")
        again = book(years=[year(6, 2023), year(7, 2024, learning="Khá")])
        enter_papers(here.wp, file_of(folder, again), staff=CLERK, at=now())
        request = ReturnRequest(PRINCIPAL, "Gõ nhầm", WITH_BOOK, "extract", decision="3/QĐ")
        open_for_correction(here.wp, here.target(), request, at=now())
        here.freeze(kind="extract", by=PRINCIPAL, event="correction", pupils=(WITH_BOOK,))
        here.issue(kind="extract")
        yield here


def test_an_extract_is_valid_and_signed_by_who_converted_it(issued):
    first, second = (issued.verify(data) for data in issued.files()[WITH_BOOK])
    assert (first.verdict, first.check("8").code) == (Verdict.VALID_NOTE, "8.superseded")
    assert second.verdict is Verdict.VALID
    record = second.record
    assert (record["event"], record["version"]) == ("correction", 2)
    assert record["signers"] == ["principal", "seal"]
    assert record["paper_years"][1]["learning"] == "Khá"


def test_marks_stand_in_the_row_of_their_subject_and_year(issued):
    record = issued.verify(issued.files()[WITH_BOOK][0]).record
    rows = {row["name"]: row["years"] for row in record["paper_marks"]}
    assert list(rows) == ["Toán", "Thể dục", "Tin học"]
    assert rows["Toán"][0] == {"term1": "8.0", "term2": "8.5", "year": "8.3", "retest": None}
    assert rows["Tin học"] == [None, {"term1": None, "term2": None, "year": "9", "retest": None}]
    assert record["paper_levels"] is None
    assert record["paper_years"][0]["school"] == "Trường THCS Trần Phú"


def test_who_has_no_paper_book_has_no_extract_and_waits_for_none(issued):
    assert issued.frozen_first.pending == ()
    assert set(issued.files()) == {WITH_BOOK}


def test_the_audit_finds_nothing_amiss(issued):
    assert run_audit(issued.wp).differences == ()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"years": [year(5, 2022)]}, "extract.other_level"),
        ({"paper": PAPER | {"compared_on": "05/2026"}}, "extract.not_yet_compared"),
        ({"paper": PAPER | {"compared_on": "2999-01-01"}}, "extract.not_yet_compared"),
        ({"code": "31X"}, "pupil.not_found"),
    ],
)
def test_a_book_that_cannot_be_is_refused_whole(issued, tmp_path, changes, code):
    with pytest.raises(HocbaError) as caught:
        enter_papers(issued.wp, file_of(tmp_path, book(**changes)), staff=CLERK, at=now())
    assert caught.value.code == code


def test_a_teacher_of_no_class_of_the_pupil_may_not_enter_it(issued, tmp_path):
    with pytest.raises(RefusedError):
        enter_papers(issued.wp, file_of(tmp_path, book()), staff=STRANGER, at=now())


@pytest.mark.parametrize("mark", ["11", "8,25", "-1", "Xuất sắc", ""])
def test_a_mark_that_no_paper_has_is_named_by_its_place(tmp_path, mark):
    bad = book(years=[year(6, 2023, marks={"Toán": {"year": mark}})])
    with pytest.raises(HocbaError) as caught:
        file_of(tmp_path, bad)
    places = [one.where.field for one in caught.value.problems]
    assert places[0] == "books/0/years/0/marks/Toán/year"
