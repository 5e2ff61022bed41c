"""The form of a primary year: whole, nothing touches, everything signed is on the page."""

import itertools

import pytest
from fakes.primary_records import (
    TEMPLATE_ID,
    not_assessed,
    primary_record,
    subject_rows,
    traits,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from hocba.documents.errors import DocumentError
from hocba.documents.sheet import HEIGHT, WIDTH
from hocba.documents.writer import render
from verifier.formats.canonical import canonical
from verifier.formats.display import resolve
from verifier.formats.pdf import text
from verifier.formats.pdf.cells import differences
from verifier.formats.pdf.parse import parse
from verifier.formats.record import check_record
from verifier.templates import load

TEMPLATE = load(TEMPLATE_ID)
SIXTY = "Công Tằng Tôn Nữ Nguyễn Phước Bảo Khánh Hồng Ngọc Huyền Trân"
LONG = ("Em đọc to, rõ ràng, viết đúng chính tả; cần mạnh dạn hơn khi phát biểu. " * 8)[
    :480
].strip()
NOT_FOR_PEOPLE = {
    "/type", "/kind", "/level", "/salt", "/regulation/version",
    "/template/id", "/template/hash", "/signers/0", "/signers/1", "/signers/2",
}  # fmt: skip


def touches(one, other):
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def places():
    for cell in TEMPLATE.cells:
        yield cell.page, cell.id, cell.rect
    for slot in TEMPLATE.signatures:
        yield slot.page, slot.field, slot.rect


def pointers(value, path=""):
    if isinstance(value, dict | list):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for key, item in items:
            yield from pointers(item, f"{path}/{key}")
    else:
        yield path


def assert_shows(record):
    check_record(record)
    pdf = parse(render(canonical(record), TEMPLATE))
    assert pdf.problems == ()
    assert differences(TEMPLATE, record, pdf.contents) == []
    return pdf


def with_everything(**changes):
    rows = [row | {"comment": LONG} for row in subject_rows(4, optional=("TDTTS",))]
    rows += [{**rows[0], "code": f"X{len(rows)}"}] * (15 - len(rows))
    return primary_record(**{
        "subjects": rows, "/pupil/name": SIXTY, "/comments/homeroom": LONG * 4,
        "/comments/qualities": LONG, "/comments/general": LONG, "/comments/specific": LONG,
        "/awards/title": "tieu_bieu", "/awards/text": LONG, "/awards/other": LONG,
    } | changes)  # fmt: skip


def test_no_cell_or_signature_of_the_primary_form_touches_another():
    for (page, name, rect), (page2, name2, rect2) in itertools.combinations(places(), 2):
        assert page != page2 or not touches(rect, rect2), (name, name2)


def test_every_place_of_the_primary_form_stands_on_the_page_and_holds_a_line():
    for _, name, (left, bottom, right, top) in places():
        assert 0 < left < right < WIDTH, name
        assert 0 < bottom < top < HEIGHT, name
    for cell in TEMPLATE.cells:
        assert cell.rect[3] - cell.rect[1] >= cell.min_size * 115 // 100, cell.id


@pytest.mark.parametrize("grade", [1, 2, 3, 4, 5])
def test_every_field_of_a_primary_record_is_shown(grade):
    shown = {cell.pointer for cell in TEMPLATE.cells}
    optional = ("TDTTS", "NN1") if grade < 3 else ("TDTTS",)
    record = primary_record(grade=grade, subjects=subject_rows(grade, optional=optional))
    assert {one for one in pointers(record) if one not in shown} == NOT_FOR_PEOPLE


def test_every_cell_of_the_primary_form_shows_a_field_that_there_is():
    record = primary_record(grade=5)
    listed = ("/subjects/", "/qualities/", "/competencies/", "/sources/", "/previous_year/")
    for cell in TEMPLATE.cells:
        if not cell.pointer.startswith(listed):
            parent, _, name = cell.pointer.rpartition("/")
            assert name in (resolve(record, parent) if parent else record), cell.pointer


@pytest.mark.parametrize("grade", [1, 3, 5])
def test_a_plain_primary_year_takes_three_pages(grade):
    assert len(assert_shows(primary_record(grade=grade)).contents) == 3


def test_long_comments_go_on_to_a_further_page():
    rows = [row | {"comment": LONG} for row in subject_rows(4, optional=("TDTTS",))]
    pdf = assert_shows(with_everything(subjects=rows))
    assert 3 < len(pdf.contents) <= 6


def test_a_long_name_and_rare_letters_are_whole_on_every_page():
    for name in (SIXTY, "Y Ƀlô Niê"):
        pdf = assert_shows(primary_record(**{"/pupil/name": name}))
        assert text.encode(TEMPLATE, name) in pdf.contents[1]


LEVELS, TRAITS = st.sampled_from("THCM"), st.sampled_from("TĐC")
TESTS = st.integers(0, 10).map(str)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(LEVELS, TESTS), min_size=12, max_size=12),
    st.lists(TRAITS, min_size=15, max_size=15),
    st.sampled_from(["HTXS", "HTT", "HT", "CHT"]),
)
def test_whatever_a_primary_year_says_stands_on_its_pages(subjects, levels, overall):
    record = primary_record(**{"/results/overall": overall})
    for row, (level, test) in zip(record["subjects"], subjects, strict=True):
        row |= {"level": level, "test": test if row["test"] else None}
    groups = record["competencies"]
    found = [*record["qualities"], *groups["general"], *groups["specific"]]
    for trait, level in zip(found, levels, strict=True):
        trait["level"] = level
    assert_shows(record)


def test_what_was_assessed_anew_stands_on_the_page():
    pdf = assert_shows(primary_record(**{
        "/subjects/0/level_after": "H", "/subjects/0/test_after": "6",
        "/competencies/specific/0/level_after": "Đ", "/results/overall_after": "HT",
    }))  # fmt: skip
    assert text.encode(TEMPLATE, "Hoàn thành") in pdf.contents[2]


def test_a_letter_that_the_form_lacks_is_named_with_its_field():
    record = primary_record(**{"/comments/general": "Rất tốt ☺"})
    with pytest.raises(DocumentError) as caught:
        render(canonical(record), TEMPLATE)
    assert (caught.value.code, caught.value.where.field) == (
        "document.missing_glyph",
        "/comments/general",
    )


def test_who_is_not_assessed_has_empty_cells_and_the_box_that_says_so():
    pdf = assert_shows(not_assessed())
    plain = parse(render(canonical(primary_record(grade=2)), TEMPLATE))
    box = b"(/results/assessed)"
    assert box in pdf.contents[2]
    assert box not in plain.contents[2]


@pytest.mark.parametrize(
    "changes",
    [
        {"/subjects/0/level": "C"},
        {"/subjects/0/test": "8"},
        {"/qualities/0/level": "C"},
        {"/competencies/specific/6/level": "Đ"},
        {"/results/overall": "HT"},
        {"/results/overall_after": "HT"},
        {"/subjects/0/level_after": "T"},
        {"/qualities/0/level_after": "T"},
        {"/comments/specific": "Khác"},
        {"/promotion/promoted": False},
        {"/health/height_cm": "133"},
        {"competencies": {"general": traits(4, "general"), "specific": traits(2, "specific")}},
    ],
    ids=str,
)
def test_a_page_that_says_something_else_than_its_record_is_seen(changes):
    record = primary_record()
    pages = parse(render(canonical(primary_record(**changes)), TEMPLATE)).contents
    assert differences(TEMPLATE, record, pages)
