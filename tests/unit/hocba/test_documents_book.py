"""The completed book on its form: a page for each year that there is, and none for others."""

import itertools
import re
from pathlib import Path

import pytest
from fakes.book_records import book_record, primary_book

from hocba.documents.errors import DocumentError
from hocba.documents.writer import render
from verifier.formats.canonical import canonical, parse_json
from verifier.formats.pdf.body import body, shown_pages
from verifier.formats.pdf.cells import differences
from verifier.formats.pdf.content import GRID, read, write
from verifier.formats.pdf.parse import parse
from verifier.templates import load

BOOKS = {"thcs": book_record(), "th": primary_book()}
FIXED = 10
TEXT = "Chăm ngoan, hòa đồng, giúp đỡ bạn bè trong lớp và trong trường. "


def document(record):
    return render(canonical(record), load(record["template"]["id"]))


def kids(data):
    return re.search(rb"/Type/Pages/Count (\d+)/Kids\[([^\]]*)\]", data).groups()


def touches(one, other):
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


@pytest.mark.parametrize("record", BOOKS.values(), ids=BOOKS)
def test_the_pages_say_what_the_book_says(record):
    pdf = parse(document(record))
    assert pdf.problems == ()
    assert differences(pdf.template, record, pdf.contents) == []


@pytest.mark.parametrize("years", [1, 3, 4, 8])
def test_there_is_a_page_for_each_year_and_no_empty_one(years):
    record = book_record(grades=(6,) * (years - 1) + (9,))
    data = document(record)
    count, numbers = kids(data)
    assert (int(count), numbers.count(b" 0 R")) == (2 + years, 2 + years)
    pdf = parse(data)
    assert len(pdf.contents) == FIXED
    assert pdf.contents[2 + years :] == (GRID,) * (8 - years)


def test_a_year_that_is_shown_but_not_in_the_record_is_seen():
    record = book_record()
    pdf = parse(document(record))
    dropped = {**record, "years": record["years"][:-1]}
    found = {(one.code, one.where) for one in differences(pdf.template, dropped, pdf.contents)}
    assert ("unknown_cell", "3.school_year") in found


def test_a_year_of_the_record_that_is_not_shown_is_seen():
    record = book_record()
    pdf = parse(document(record))
    contents = [*pdf.contents[:5], GRID, *pdf.contents[6:]]
    found = {(one.code, one.where) for one in differences(pdf.template, record, contents)}
    assert ("missing", "3.subjects.1.year") in found


def test_a_page_hidden_from_the_page_tree_is_not_as_built():
    """The page of a year is left out of the tree, though it has values."""
    record = book_record()
    data = document(record)
    count, numbers = kids(data)
    last = numbers.rsplit(b"] ", 1)[0].split(b" 0 R")[-2].strip()
    hidden = data.replace(
        b"/Count %b/Kids[%b]" % (count, numbers),
        b"/Count %d/Kids[%b]" % (int(count) - 1, numbers.replace(b" " + last + b" 0 R", b"")),
    )
    assert hidden != data
    assert [one.code for one in parse(hidden).problems] == ["2.document_differs"]


def test_another_mark_on_a_years_page_is_seen():
    record = book_record()
    pdf = parse(document(record))
    record["years"][2]["record"]["subjects"][1]["year"] = "9.9"
    found = differences(pdf.template, record, pdf.contents)
    assert [(one.code, one.where) for one in found] == [("differs", "2.subjects.1.year")]


def test_a_long_remark_goes_on_under_the_name_of_its_year():
    record = book_record(**{"/years/1/record/awards/other": (TEXT * 24).strip()})
    pdf = parse(document(record))
    assert differences(pdf.template, record, pdf.contents) == []
    assert shown_pages(pdf.template, pdf.contents) == 7
    titles = [span for span in read(pdf.contents[-1]) if span.cell == "title"]
    assert titles[0].pointer == "/years/1/record/school_year"


def test_a_book_of_very_long_remarks_is_refused_before_anybody_signs():
    long = {f"/years/{year}/record/awards/{key}": (TEXT * 31).strip()
            for year in range(4) for key in ("other", "contests")}  # fmt: skip
    long |= {f"/years/{year}/record/comments/homeroom": (TEXT * 31).strip() for year in range(4)}
    record = book_record(**long)
    with pytest.raises(DocumentError) as caught:
        render(canonical(record), load(record["template"]["id"]), max_pages=8)
    assert caught.value.code == "document.too_many_pages"


@pytest.mark.parametrize("name", ["secondary-book-1", "th-book-1", "gdtx-book-1"])
def test_nothing_touches_on_the_form_of_a_book(name):
    template = load(name)
    by_page = {}
    for cell in template.cells:
        by_page.setdefault(cell.page, []).append((cell.id, cell.rect))
    for slot in template.signatures:
        by_page[slot.page].append((slot.field, slot.rect))
    for rects in by_page.values():
        for (one, rect), (two, rect2) in itertools.combinations(rects, 2):
            assert not touches(rect, rect2), (one, two)
    names = [cell.id for cell in template.cells]
    assert len(names) == len(set(names))
    assert {slot.page for slot in template.signatures} == {1}


def test_all_other_forms_have_no_optional_page():
    record = book_record()["years"][0]["record"]
    template = load("thcs-year-tt22-1")
    assert template.needed_by(0) is None
    empty = [write([])] * 3
    assert b"/Count 3/" in body(template, canonical(record), empty, b"20260531")


YEARS = Path(__file__).parents[2] / "vectors" / "records"


@pytest.mark.parametrize("path", sorted(YEARS.glob("[!d]*.json")), ids=lambda path: path.stem)
def test_every_golden_year_stands_on_its_page_of_the_book(path):
    """Study topics, means, a pupil who is not assessed, every level and regulation."""
    year = parse_json(path.read_bytes())
    form = load("gdtx-book-1" if year["level"].startswith("gdtx") else "secondary-book-1")
    record = book_record(
        grades=(9,),
        **{
            "/years/0/record": year,
            "level": year["level"],
            "template": {"id": form.id, "hash": form.hash},
        },
    )
    pdf = parse(document(record))
    assert differences(pdf.template, record, pdf.contents) == []
    shown = {cell.pointer for cell in pdf.template.cells}
    results = [f"/years/0/record/subjects/{row}/year" for row in range(len(year["subjects"]))]
    results += [f"/years/0/record/study_topics/{row}/chosen"
                for row in range(len(year["study_topics"]))]  # fmt: skip
    assert set(results) <= shown


def test_a_centre_is_called_a_centre_and_its_head_a_director():
    centre, school = load("gdtx-book-1").code_lists, load("secondary-book-1").code_lists
    assert centre["signer"]["principal"] == "GIÁM ĐỐC"
    assert "signer" not in school
    assert (centre["award"]["gioi"], school["award"]["gioi"]) == ("Học viên Giỏi", "Học sinh Giỏi")
