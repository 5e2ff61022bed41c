"""The forms of identity and extract: whole, nothing touches, everything signed is on the page."""

import itertools

import pytest
from fakes import extract_records, identity_records
from fakes.extract_records import extract_record
from fakes.identity_records import amended, change, identity_record

from hocba.documents.errors import DocumentError
from hocba.documents.forms import FORMS
from hocba.documents.forms.extract import SUBJECTS, YEARS
from hocba.documents.forms.identity import CHANGE_ROWS, CLASS_ROWS
from hocba.documents.sheet import HEIGHT, WIDTH, Sheet, metrics
from hocba.documents.writer import render
from verifier.errors import FormatError
from verifier.formats.canonical import canonical
from verifier.formats.pdf import text
from verifier.formats.pdf.body import shown_pages
from verifier.formats.pdf.cells import differences
from verifier.formats.pdf.parse import parse
from verifier.formats.record import check_record
from verifier.templates import load

IDENTITY, EXTRACT = load(identity_records.TEMPLATE_ID), load(extract_records.TEMPLATE_ID)
TEMPLATES = (IDENTITY, EXTRACT, load("gdtx-identity-1"), load("gdtx-extract-1"))
LEVELS = ("th", "thcs", "thpt", "gdtx_thcs", "gdtx_thpt")
NOT_FOR_PEOPLE = {
    "/type", "/salt", "/template/id", "/template/hash", "/signers/0", "/signers/1", "/school_year",
    "/grade", "/class", "/regulation", "/previous_year",
}  # fmt: skip
"""Nothing of these is to be read; the last five are null in records of these kinds."""
SIXTY = "Công Tằng Tôn Nữ Nguyễn Phước Bảo Khánh Hồng Ngọc Huyền Trân"
ADDRESS = "Số nhà 123/45/6, ngõ 78 đường Trường Chinh, tổ dân phố số 9, Phường Kiến An, "


def touches(one, other):
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def places(template):
    for cell in template.cells:
        yield cell.page, cell.id, cell.rect
    for slot in template.signatures:
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
    template = load(record["template"]["id"])
    pdf = parse(render(canonical(record), template))
    assert pdf.problems == ()
    assert differences(template, record, pdf.contents) == []
    return pdf


def full_identity(level="thcs"):
    """As much as the schema lets anybody write."""
    school = f"Trường Trung học cơ sở và Trung học phổ thông chất lượng cao {SIXTY}"
    line = identity_record()["schooling"][0] | {"school": school}
    long = (ADDRESS * 3)[:250].strip()
    record = amended(level=level, **{
        "schooling": [line] * CLASS_ROWS,
        "amendments": [change("guardian", SIXTY, SIXTY)] * CHANGE_ROWS,
        "/pupil/name": SIXTY, "/identity/birth_place": long, "/identity/residence": long,
    })  # fmt: skip
    for part in ("father", "mother", "guardian"):
        record["identity"][part] = {"name": SIXTY, "occupation": None}
    return record


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda one: one.id)
def test_no_cell_or_signature_touches_another(template):
    for (page, name, rect), (page2, name2, rect2) in itertools.combinations(places(template), 2):
        assert name != name2
        assert page != page2 or not touches(rect, rect2), (name, name2)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda one: one.id)
def test_every_place_stands_on_the_page_and_holds_a_line(template):
    for _, name, (left, bottom, right, top) in places(template):
        assert 0 < left < right < WIDTH, name
        assert 0 < bottom < top < HEIGHT, name
    for cell in template.cells:
        assert cell.rect[3] - cell.rect[1] >= cell.min_size * 115 // 100, cell.id


@pytest.mark.parametrize("level", LEVELS)
def test_every_field_of_an_identity_is_shown(level):
    shown = {cell.pointer for cell in IDENTITY.cells}
    record = amended(level=level)
    assert {one for one in pointers(record) if one not in shown} <= NOT_FOR_PEOPLE
    assert len(assert_shows(record).contents) == 2


@pytest.mark.parametrize(("level", "years"), [("th", 5), ("thcs", 4), ("gdtx_thpt", 3)])
def test_every_field_of_an_extract_is_shown_on_three_pages(level, years):
    shown = {cell.pointer for cell in EXTRACT.cells} | {"/paper_marks", "/paper_levels"}
    record = extract_record(level=level, years=years)
    assert {one for one in pointers(record) if one not in shown} <= NOT_FOR_PEOPLE
    assert shown_pages(EXTRACT, assert_shows(record).contents) == 3


@pytest.mark.parametrize("level", LEVELS)
def test_a_page_full_of_the_longest_texts_is_whole(level):
    assert len(assert_shows(full_identity(level)).contents) == 2


def test_an_extract_of_the_most_years_and_subjects_is_whole():
    record = extract_record(years=3)
    year, row = record["paper_years"][0], record["paper_marks"][0]
    record["paper_years"] = [
        year | {"school_year": f"{2015 + place}-{2016 + place}", "place": ADDRESS.strip(" ,"),
                "remark": (ADDRESS * 5)[:390].strip()}
        for place in range(YEARS)
    ]  # fmt: skip
    record["paper_marks"] = [
        {"name": "Hoạt động giáo dục ngoài giờ lên lớp", "years": [row["years"][0]] * YEARS}
    ] * SUBJECTS
    assert_shows(record)


def test_words_of_a_level_stand_on_its_own_pages_alone():
    primary = assert_shows(identity_record(level="th")).contents[1]
    above = assert_shows(identity_record()).contents[1]
    for words, here, there in (("Quê quán:", primary, above), ("Nghề nghiệp:", above, primary)):
        assert text.encode(IDENTITY, words) in here
        assert text.encode(IDENTITY, words) not in there


def test_a_centre_has_a_director_and_learners_of_its_own():
    for record in (identity_record(level="gdtx_thpt"), extract_record(level="gdtx_thcs")):
        page, template = assert_shows(record).contents, load(record["template"]["id"])
        assert template.code_lists["signer"]["principal"] == "GIÁM ĐỐC"
        words = b"".join(page) + b"".join(sheet.content() for sheet in sheets_of(template.id))
        for said, spoken in (("Giám đốc", True), ("Hiệu trưởng", False), ("Học sinh:", False)):
            assert (text.encode(template, said) in words) == spoken, said


def sheets_of(form):
    for number, draw in enumerate(FORMS[form].pages):
        sheet = Sheet(metrics(), number)
        draw(sheet)
        yield sheet


def test_an_ethnic_group_that_no_list_has_is_refused_by_the_schema():
    with pytest.raises(FormatError, match=r"record\.wrong_form"):
        check_record(identity_record(**{"/identity/ethnicity": "56"}))


@pytest.mark.parametrize(
    ("level", "pointer", "value"),
    [
        ("th", "/identity/policy", "Con liệt sĩ"),
        ("th", "/identity/father/occupation", "Thợ"),
        ("thcs", "/identity/hometown", "Hải Phòng"),
        ("th", "/identity/hometown", None),
        ("thcs", "event", "supplement"),
        ("thcs", "class", "6A1"),
        ("thcs", "signers", ["homeroom", "principal", "seal", "x"]),
    ],
)
def test_what_the_level_does_not_print_is_in_no_record(level, pointer, value):
    with pytest.raises(FormatError):
        check_record(identity_record(level=level, **{pointer: value}))


def test_an_amendment_without_what_it_amends_is_no_record():
    with pytest.raises(FormatError) as caught:
        check_record(amended(amendments=[]))
    assert (caught.value.code, caught.value.detail) == ("record.too_few", "/amendments")


@pytest.mark.parametrize(
    ("field", "after", "pupil", "fits"),
    [
        ("name", "Lê An", {}, False),
        ("birth_date", "05/09/2014", {}, True),
        ("birth_date", "2014-09-05", {}, False),
        ("birth_date", "09/2014", {"/pupil/birth_date": "2014-09"}, True),
        ("personal_number", "031214000001", {}, True),
        ("personal_number", "031214000002", {}, False),
        ("mother", "Lê An", {}, True),
    ],
)
def test_a_papers_words_are_those_of_the_pupil(field, after, pupil, fits):
    record = identity_record(amendments=[change(field, None, after)], **pupil)
    if fits:
        check_record(record)
        return
    with pytest.raises(FormatError) as caught:
        check_record(record)
    assert caught.value.detail == "/amendments/0/after"


def test_the_last_paper_of_a_field_counts():
    first = change("name", "Lê An", "Lê Ân")
    check_record(identity_record(
        amendments=[first, change("name", "Lê Ân", "Nguyễn Thị Minh Khuê")]))  # fmt: skip


@pytest.mark.parametrize(
    ("pointer", "value", "where"),
    [
        ("/paper_years/1/grade", 10, "/paper_years/1/grade"),
        ("/paper_years/1/school_year", "2022-2023", "/paper_years/1/school_year"),
        ("/paper_years/0/school_year", "2022-2024", "/paper_years/0/school_year"),
        ("/paper_marks/2/years", [None], "/paper_marks/2/years"),
        ("/paper_marks/0/years/0/term1", "8,5", "/paper_marks/0/years/0/term1"),
        ("/paper_levels", [], "/paper_levels"),
    ],
)
def test_a_paper_book_that_does_not_fit_together_is_refused(pointer, value, where):
    with pytest.raises(FormatError) as caught:
        check_record(extract_record(**{pointer: value}))
    assert caught.value.detail == where


def test_a_letter_that_the_form_lacks_is_named_by_its_place():
    record = identity_record(**{"/identity/father/name": "李明"})
    with pytest.raises(DocumentError) as caught:
        render(canonical(record), IDENTITY)
    assert caught.value.where.field == "/identity/father/name"
