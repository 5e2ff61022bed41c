"""The forms of a secondary year: every field is shown, nothing touches, extremes find room."""

import itertools
import json
from pathlib import Path

import pytest
from fakes.judges import document
from fakes.records import sample_record, subject, vary
from fakes.signed import AT, Signer

from hocba.documents.forms import FORMS
from verifier.formats.pdf.appearance import appearance_for, draw, read
from verifier.formats.pdf.cells import differences
from verifier.formats.pdf.parse import parse
from verifier.formats.record import check_record
from verifier.templates import load

GOLDEN = Path(__file__).parents[2] / "vectors" / "records"
RECORDS = {path.stem: json.loads(path.read_bytes()) for path in sorted(GOLDEN.glob("*.json"))}
del RECORDS["digests"]
FORM_OF = {record["template"]["id"]: name for name, record in RECORDS.items()}
NOT_FOR_PEOPLE = {
    "/type", "/kind", "/level", "/salt", "/regulation/version", "/template/id",
    "/template/hash", "/signers/0", "/signers/1", "/signers/2",
}  # fmt: skip
LONG = "Hoạt động trải nghiệm, hướng nghiệp và nội dung giáo dục của địa phương nơi cư trú"


def pointers(value, path=""):
    if isinstance(value, dict | list) and value:
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        for key, item in pairs:
            yield from pointers(item, f"{path}/{key}")
    elif not isinstance(value, dict | list):
        yield path


def never(record):
    """What the schema asks to be null on this form."""
    means = record["regulation"]["id"] == "tt58-2011"
    learner = record["regulation"]["id"] == "tt43-2021"
    return (set() if means else {"/results/mean"}) | (set() if learner else {"/study_form"})


def golden(name, **changes):
    return vary(json.loads(json.dumps(RECORDS[name])), changes)


def page_differences(record):
    pdf = parse(document(record))
    given = {**record, "template": {"id": pdf.template.id, "hash": pdf.template.hash}}
    check_record(given)
    return differences(pdf.template, given, pdf.contents)


@pytest.mark.parametrize("name", FORM_OF.values(), ids=FORM_OF)
def test_every_field_of_a_year_is_shown(name):
    record = RECORDS[name]
    if record["results"]["assessed"] is False:
        record = record | {"results": record["results"] | {"mean": None}}
    shown = {cell.pointer for cell in load(record["template"]["id"]).cells}
    hidden = {one for one in pointers(record) if one not in shown}
    references = {one for one in hidden if one.startswith("/previous_year/")}
    assert hidden - references == NOT_FOR_PEOPLE | (never(record) & set(pointers(record)))


@pytest.mark.parametrize("name", RECORDS)
def test_the_pages_of_every_golden_record_say_what_it_says(name):
    assert page_differences(RECORDS[name]) == []


@pytest.mark.parametrize("name", sorted(form for form in FORMS if "-year-tt" in form))
def test_nothing_touches_on_the_form_of_a_year(name):
    template = load(name)
    rects = [(cell.page, cell.id, cell.rect) for cell in template.cells]
    rects += [(slot.page, slot.field, slot.rect) for slot in template.signatures]
    for (page, one, rect), (page2, two, rect2) in itertools.combinations(rects, 2):
        apart = rect[0] >= rect2[2] or rect2[0] >= rect[2]
        apart = apart or rect[1] >= rect2[3] or rect2[1] >= rect[3]
        assert page != page2 or apart, (one, two)


@pytest.mark.parametrize(
    ("name", "pointer", "value", "cell"),
    [("thpt", "/study_topics/1/chosen", "7.0", "topic1.chosen"),
     ("thpt", "/study_topics/0/results/2", "7.6", "topic0.2"),
     ("thpt-tt58", "/results/mean/after_retest", "8.0", "mean.after_retest"),
     ("gdtx-thpt", "/study_form", None, "study_form"),
     ("not-assessed", "/results/assessed", True, "assessed.no")],
)  # fmt: skip
def test_a_page_that_says_another_thing_is_found_out(name, pointer, value, cell):
    pdf = parse(document(RECORDS[name]))
    template = {"id": pdf.template.id, "hash": pdf.template.hash}
    other = golden(name, template=template, **{pointer: value})
    found = differences(pdf.template, other, pdf.contents)
    assert [one.where for one in found] == [cell]


def test_four_clusters_of_study_topics_and_sixteen_subjects_with_long_names_find_room():
    rows = [
        subject(f"S{row}", f"{LONG} {row}"[:100], comment=("Chăm. " * 60).strip(), retest=None)
        for row in range(16)
    ]
    topics = [
        {"code": f"S{row}", "name": f"{LONG[:30]} {row}", "results": ["10.0", "9.5", "10.0"],
         "chosen": "10.0"}
        for row in range(4)
    ]  # fmt: skip
    record = golden("thpt", subjects=rows, study_topics=topics)
    record["results"]["adjusted_by"] = None
    assert page_differences(record) == []


def test_the_sample_that_other_tests_vary_is_of_the_same_form():
    assert sample_record()["template"]["id"] in FORM_OF


def test_who_signs_is_called_as_in_a_centre_on_its_own_form_alone():
    principal, seal = Signer("principal", "Vũ Thị Hồng Nhung"), Signer("seal", "Trung tâm A")
    deputy = Signer("deputy_principal", "Phạm Quang Hải")
    centre, school = load("gdtx-thpt-year-tt43-1"), load("thpt-year-tt22-1")
    titles = [appearance_for(one, AT, centre).lines[:-2] for one in (principal, deputy, seal)]
    assert titles == [
        ("GIÁM ĐỐC",), ("KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC"), ("CON DẤU SỐ CỦA TRUNG TÂM",),
    ]  # fmt: skip
    assert appearance_for(principal, AT, school) == appearance_for(principal, AT)
    slot = centre.signatures[1]
    assert read(centre, draw(centre, slot, appearance_for(deputy, AT, centre).lines)) == (
        "KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC", "Phạm Quang Hải", "Ngày ký: 31/05/2026",
    )  # fmt: skip
