"""The forms of a first term: every field of the record is shown, and nothing touches."""

import itertools

import pytest
from fakes.partial_records import partial_record, primary_partial
from fakes.records import subject

from hocba.documents.forms import FORMS
from hocba.documents.writer import render
from verifier.formats.canonical import canonical
from verifier.formats.pdf.cells import differences
from verifier.formats.pdf.parse import parse
from verifier.formats.record import parse_record
from verifier.templates import load

NOT_FOR_PEOPLE = {
    "/type", "/kind", "/level", "/salt", "/regulation/version", "/template/id",
    "/template/hash", "/signers/0", "/signers/1", "/signers/2",
}  # fmt: skip
RECORDS = {"thcs": partial_record(), "th": primary_partial()}
IDS = sorted(form for form in FORMS if "partial" in form)


def pointers(value, path=""):
    if isinstance(value, dict | list) and value:
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        for key, item in pairs:
            yield from pointers(item, f"{path}/{key}")
    elif not isinstance(value, dict | list):
        yield path


def touches(one, other):
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


@pytest.mark.parametrize("record", RECORDS.values(), ids=RECORDS)
def test_every_field_of_a_first_term_is_shown(record):
    shown = {cell.pointer for cell in load(record["template"]["id"]).cells}
    assert {pointer for pointer in pointers(record) if pointer not in shown} == NOT_FOR_PEOPLE


@pytest.mark.parametrize("record", RECORDS.values(), ids=RECORDS)
def test_the_page_says_what_the_record_says_and_another_mark_shows(record):
    data = canonical(record)
    assert parse_record(data) == record
    pdf = parse(render(data, load(record["template"]["id"])))
    assert differences(pdf.template, record, pdf.contents) == []
    key = "term1" if record["level"] == "thcs" else "level"
    record["subjects"][0][key], kept = "M", record["subjects"][0][key]
    found = differences(pdf.template, record, pdf.contents)
    record["subjects"][0][key] = kept
    assert [(one.code, one.where) for one in found] == [("differs", f"s01.{key}")]


@pytest.mark.parametrize("name", IDS)
def test_nothing_touches_on_the_form_of_a_first_term(name):
    template = load(name)
    rects = [(cell.page, cell.id, cell.rect) for cell in template.cells]
    rects += [(slot.page, slot.field, slot.rect) for slot in template.signatures]
    for (page, one, rect), (page2, two, rect2) in itertools.combinations(rects, 2):
        assert page != page2 or not touches(rect, rect2), (one, two)


def test_sixteen_subjects_with_long_names_and_comments_still_find_room():
    name = "Hoạt động trải nghiệm, hướng nghiệp và nội dung giáo dục của địa phương nơi cư trú"
    rows = [
        {key: value
         for key, value in subject(f"S{row}", f"{name} {row}", comment="Chăm. " * 60).items()
         if key not in {"term2", "year", "retest"}}
        for row in range(16)
    ]  # fmt: skip
    record = partial_record(subjects=[row | {"comment": row["comment"].strip()} for row in rows])
    pdf = parse(render(canonical(record), load(record["template"]["id"])))
    assert differences(pdf.template, record, pdf.contents) == []
    assert len(pdf.contents) > 2
