"""From record to page: the same everywhere, whole, or refused with the field named."""

import hashlib
import io
import os
import re
import subprocess
import sys
from dataclasses import replace
from unicodedata import normalize

import pikepdf
import pytest
from fakes.records import TEMPLATE_ID, sample_record, subject
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from hocba.documents.errors import DocumentError
from hocba.documents.writer import render
from verifier.errors import FormatError
from verifier.formats.canonical import canonical
from verifier.formats.pdf import content, text
from verifier.formats.pdf.cells import differences
from verifier.formats.pdf.parse import parse
from verifier.templates import load

TEMPLATE = load(TEMPLATE_ID)
SIXTY = "Công Tằng Tôn Nữ Nguyễn Phước Bảo Khánh Hồng Ngọc Huyền Trân"
SIX_HUNDRED = (
    "Em có ý thức học tập tốt, tích cực phát biểu xây dựng bài, hoàn thành đầy đủ bài tập. " * 8
)[:600].strip()


def document(record):
    return render(canonical(record), TEMPLATE)


def assert_shows(record):
    pdf = parse(document(record))
    assert pdf.problems == ()
    assert differences(TEMPLATE, record, pdf.contents) == []
    return pdf


def full_record(**changes):
    subjects = [
        subject(f"S{i:02}", f"Hoạt động trải nghiệm, hướng nghiệp và giáo dục địa phương {i:02}",
                comment=SIX_HUNDRED, teacher=SIXTY, retest="10.0")
        for i in range(16)
    ]  # fmt: skip
    return sample_record(**{
        "subjects": subjects, "/pupil/name": SIXTY, "/comments/homeroom": SIX_HUNDRED,
        "/comments/summer": SIX_HUNDRED, "/promotion/promoted": False, "/promotion/completed": True,
        "grade": 9, "/awards/contests": SIX_HUNDRED, "/awards/other": SIX_HUNDRED,
        "/awards/certificates": SIX_HUNDRED, "/awards/certificate_grade": SIX_HUNDRED,
        "/results/before_adjustment": "K", "/results/adjusted_by": "TOAN",
        "/results/after_retest": "Đ", "/conduct/after_summer": "Đ", "/previous_leaf": "ab" * 32,
    } | changes)  # fmt: skip


def test_a_plain_record_takes_three_pages():
    assert len(assert_shows(sample_record()).contents) == 3


def test_sixteen_subjects_with_600_letters_each_go_on_to_more_pages():
    pdf = assert_shows(full_record())
    assert 3 < len(pdf.contents) <= 8


def test_a_name_of_sixty_letters_is_whole_on_every_page():
    assert len(SIXTY) == 60
    pdf = assert_shows(sample_record(**{"/pupil/name": SIXTY}))
    digits = text.encode(TEMPLATE, SIXTY)
    assert digits in pdf.contents[1]


@pytest.mark.parametrize("name", ["Y Ƀlô Niê", "H'Mŏ Êĕ Ƀŭč", "Ksor H’Bia", "Nguyễn Đặng Ngọc Ỷ"])
def test_names_of_all_peoples_are_drawn(name):
    assert_shows(sample_record(**{"/pupil/name": name}))


@pytest.mark.parametrize("field", ["/pupil/name", "/school/name", "/issuer/name"])
def test_a_name_of_150_letters_is_set_smaller(field):
    name = ("Nguyễn Hoàng Phượng " * 8)[:150].strip()
    assert_shows(full_record(**{field: name}))


@pytest.mark.parametrize("birth", ["2014-09-05", "2014-09", "2014"])
def test_a_date_of_birth_may_be_a_year_or_a_month(birth):
    assert_shows(sample_record(**{"/pupil/birth_date": birth}))


def test_what_the_record_leaves_open_is_empty_on_the_page():
    rows = [subject("GDTC", "Giáo dục thể chất", mode="comment", term1=None, term2="M", year=None,
                    comment=None, teacher=None)]  # fmt: skip
    record = sample_record(**{
        "subjects": rows, "/results/year": None, "/conduct/year": None, "/promotion/promoted": None,
        "/awards/title": None, "/awards/contests": None, "/pupil/register_no": None,
        "/pupil/personal_number": None, "previous_year": {"leaf": "aa"},
    })  # fmt: skip
    pdf = assert_shows(record)
    cells = {span.cell for page in pdf.contents for span in content.read(page)}
    assert not cells & {"s01.term1", "s01.year", "promoted.yes", "promoted.no", "award", "s02.name"}


def test_a_demo_realm_carries_a_banner_on_every_page():
    def banners(record):
        pages = [content.read(page) for page in parse(document(record)).contents]
        return [any(span.cell.endswith(".banner") for span in page) for page in pages]

    assert all(banners(full_record()))
    assert not any(banners(full_record(realm="hocba.haiphong.gov.vn")))


# --- refusals -------------------------------------------------------------------------


def refused(record, **arguments):
    with pytest.raises(DocumentError) as caught:
        render(canonical(record), TEMPLATE, **arguments)
    return caught.value


def test_a_letter_without_glyph_names_field_and_letter():
    error = refused(sample_record(**{"/subjects/3/comment": "Giỏi 中"}))
    assert (error.code, error.where.field) == ("document.missing_glyph", "/subjects/3/comment")
    assert "U+4E2D" in error.sentence("vi")


@pytest.mark.parametrize("letter", ["\n", "\t", "\u00a0", "\u200b", "\u202e", "😀", "\u0410"])
def test_invisible_and_foreign_letters_are_refused(letter):
    assert refused(sample_record(place=f"Hải{letter}Phòng")).code == "document.missing_glyph"


def test_a_value_that_fits_no_size_is_refused():
    error = refused(sample_record(**{"class": "W" * 60}))
    assert (error.code, error.where.field) == ("document.too_long", "/class")


def test_a_code_that_the_form_does_not_know_is_refused():
    error = refused(sample_record(**{"/results/term1": "XS"}))
    assert (error.code, error.where.field) == ("document.not_displayable", "/results/term1")


def test_a_document_of_too_many_pages_is_refused():
    rows = [subject(f"S{i:02}", "Toán", comment="M" * 2000) for i in range(16)]
    assert refused(sample_record(subjects=rows)).code == "document.too_many_pages"
    assert refused(sample_record(), max_pages=2).code == "document.too_many_pages"


def test_a_record_for_another_template_is_refused():
    other = {"id": TEMPLATE_ID, "hash": "00" * 32}
    assert refused(sample_record(template=other)).code == "document.other_template"


def test_a_record_that_is_not_canonical_is_refused():
    with pytest.raises(FormatError):
        render(b'{"b":1,"a":2}', TEMPLATE)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_refusal_has_its_sentence(language):
    codes = ("other_template", "missing_glyph", "too_long", "too_many_pages", "not_displayable")
    for code in codes:
        said = DocumentError(f"document.{code}", value="x", pages=1, limit=1, template="t")
        assert f"document.{code}" not in said.sentence(language)


def test_a_wrapped_value_that_fits_no_size_is_refused():
    error = refused(sample_record(**{"/pupil/name": "W" * 150}))
    assert (error.code, error.where.field) == ("document.too_long", "/pupil/name")


def other_template(**cells):
    """The template with some cells changed, under its own name."""
    changed = [replace(c, **cells[c.id]) if c.id in cells else c for c in TEMPLATE.cells]
    pages = {n: tuple(c for c in changed if c.page == n) for n in range(3)}
    return replace(TEMPLATE, cells=tuple(changed), _by_page=pages)


def test_a_cell_too_narrow_for_the_note_is_refused():
    narrow = other_template(summer={"rect": (5000, 30000, 8000, 34000)})
    record = sample_record(**{"/comments/summer": SIX_HUNDRED})
    with pytest.raises(DocumentError, match=r"document\.too_long"):
        render(canonical(record), narrow)


def test_a_cell_too_low_for_a_line_holds_the_note_alone():
    low = other_template(summer={"rect": (5000, 30000, 50000, 30900)})
    record = sample_record(**{"/comments/summer": SIX_HUNDRED})
    pdf = parse(render(canonical(record), low))
    assert differences(low, record, pdf.contents) == []


def test_a_format_that_is_not_known_is_refused():
    odd = other_template(place={"format": "barcode"})
    with pytest.raises(DocumentError, match=r"document\.not_displayable"):
        render(canonical(sample_record()), odd)


# --- the same everywhere --------------------------------------------------------------

PROGRAM = """
import hashlib, sys
from fakes.records import sample_record
from hocba.documents.writer import render
from verifier.formats.canonical import canonical
from verifier.templates import load
data = render(canonical(sample_record()), load("thcs-year-tt22-1"))
print(hashlib.sha256(data).hexdigest())
"""


@pytest.mark.parametrize(
    "surroundings",
    [
        {"PYTHONHASHSEED": "1", "TZ": "UTC", "LC_ALL": "C"},
        {"PYTHONHASHSEED": "4711", "TZ": "Pacific/Kiritimati", "LC_ALL": "tr_TR.UTF-8"},
    ],
)
def test_the_same_record_gives_the_same_bytes_anywhere(surroundings):
    environment = {**os.environ, **surroundings, "PYTHONPATH": os.pathsep.join((".", "tests"))}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == hashlib.sha256(document(sample_record())).hexdigest()


def test_documents_differ_only_behind_the_constant_part():
    one, other = document(sample_record()), document(sample_record(**{"/pupil/name": "Khác"}))
    assert one.startswith(TEMPLATE.prefix)
    assert other.startswith(TEMPLATE.prefix)
    assert one != other


# --- foreign readers ------------------------------------------------------------------


@pytest.mark.parametrize("record", [sample_record(), full_record()], ids=["plain", "full"])
def test_a_foreign_reader_finds_nothing_to_complain_about(record):
    with pikepdf.open(io.BytesIO(document(record))) as pdf:
        assert pdf.check_pdf_syntax() == []
        assert list(pdf.attachments) == ["record.json"]
        assert pdf.attachments["record.json"].get_file().read_bytes() == canonical(record)
        (attached,) = pdf.Root.AF
        assert attached.AFRelationship == pikepdf.Name.Source
        assert attached.EF.F.Params.ModDate == "D:20260531000000Z"


def test_a_foreign_reader_sees_the_same_words():
    poppler = subprocess.run(["which", "pdftotext"], capture_output=True, check=False)
    if poppler.returncode:
        pytest.skip("no pdftotext here")
    done = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=document(sample_record()), capture_output=True,
        check=True,
    )  # fmt: skip
    words = done.stdout.decode("utf-8")
    for expected in (
        "Nguyễn Thị Minh Khuê",
        "HỌC BẠ",
        "Hoạt động trải nghiệm",
        "8,8",
        "05/09/2014",
    ):
        assert expected in words
    assert re.search(r"8,5\s+9,0\s+8,8", words)


# --- any record -----------------------------------------------------------------------

WORD = st.text(alphabet=sorted(TEMPLATE.letters - {" "}), min_size=1, max_size=14)
MARKS = st.sampled_from(["0.0", "5.5", "10.0", "Đ", "CĐ", "M", None])


def sentence(most):
    return st.lists(WORD, min_size=1, max_size=most).map(
        lambda words: normalize("NFC", " ".join(words))[:1500].strip()
    )


@st.composite
def a_row(draw):
    return subject(
        "TOAN", draw(sentence(4)), term1=draw(MARKS), term2=draw(MARKS), year=draw(MARKS),
        retest=draw(MARKS), comment=draw(st.none() | sentence(120)),
        teacher=draw(st.none() | sentence(4)),
    )  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    name=sentence(8), subjects=st.lists(a_row(), min_size=1, max_size=16),
    homeroom=sentence(200), other=st.none() | sentence(60),
)  # fmt: skip
def test_whatever_can_be_written_is_read_back_to_the_letter(name, subjects, homeroom, other):
    record = sample_record(**{
        "/pupil/name": name, "/comments/homeroom": homeroom, "/awards/other": other,
        "subjects": subjects,
    })  # fmt: skip
    try:
        data = document(record)
    except DocumentError as error:
        # Letters may compose to one that has no glyph, and wide ones fill a narrow cell.
        assume(error.code not in {"document.too_long", "document.missing_glyph"})
        raise
    pdf = parse(data)
    assert pdf.problems == ()
    assert differences(TEMPLATE, record, pdf.contents) == []
