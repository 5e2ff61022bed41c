"""What is seen is what is signed: every way in which a page can say something else."""

import re

import pytest
from fakes.broken import contents_of, page_says, unsigned, with_contents
from fakes.records import TEMPLATE_ID, sample_record, subject
from fakes.signed import AT, context, finished

from hocba.documents.writer import render
from verifier.checks import seen
from verifier.context import Context
from verifier.errors import FormatError
from verifier.formats.canonical import canonical
from verifier.formats.pdf import content, text
from verifier.formats.pdf.cells import differences
from verifier.formats.pdf.content import Line, Span
from verifier.formats.pdf.parse import parse
from verifier.report import Status
from verifier.templates import load

TEMPLATE = load(TEMPLATE_ID)
LONG = ("Em chăm ngoan, lễ phép, biết giúp đỡ bạn bè và có nhiều tiến bộ trong học tập. " * 9)[:600]
LONG = LONG.strip()


def codes(record, contents):
    return {found.code for found in differences(TEMPLATE, record, contents)}


def changed(contents, page, change):
    """The contents with the spans of one page changed by `change`."""
    spans = list(content.read(contents[page]))
    result = list(contents)
    result[page] = content.write(change(spans))
    return result


def replace_span(name, **parts):
    def change(spans):
        return [Span(**{**vars(span), **parts}) if span.cell == name else span for span in spans]

    return change


@pytest.fixture(scope="module")
def record():
    return sample_record()


@pytest.fixture(scope="module")
def contents(record):
    return contents_of(record)


@pytest.fixture(scope="module")
def long_record():
    subjects = [subject(f"S{i:02}", f"Môn học {i + 1}", comment=LONG) for i in range(16)]
    return sample_record(**{"subjects": subjects, "/comments/homeroom": LONG * 4})


@pytest.fixture(scope="module")
def long_contents(long_record):
    return contents_of(long_record)


def test_what_the_writer_draws_is_what_the_record_says(record, contents):
    assert codes(record, contents) == set()


def test_text_that_goes_on_elsewhere_is_read_whole(long_record, long_contents):
    assert len(long_contents) > 3
    assert codes(long_record, long_contents) == set()


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("/pupil/name", "Nguyễn Thị Minh Khuế"),
        ("/pupil/birth_date", "2014-09-06"),
        ("/subjects/3/term1", "9.1"),
        ("/subjects/3/comment", "Khác"),
        ("/subjects/11/name", "Môn khác"),
        ("/results/year", "K"),
        ("/conduct/term2", "Đ"),
        ("/attendance/absences", 30),
        ("/awards/title", "xuat_sac"),
        ("/comments/homeroom", "Không ngoan."),
        ("/issued_on", "2026-06-01"),
        ("/place", "Hà Nội"),
        ("/version", 2),
        ("/realm", "real.hocba.test"),
        ("/school/name", "Trường THCS Khác"),
    ],
)
def test_another_value_in_the_page_differs(record, pointer, value):
    contents = list(parse(page_says(pointer, value)).contents)
    assert "differs" in codes(record, contents)


def test_a_tick_in_the_other_box_differs(record):
    contents = list(parse(page_says("/promotion/promoted", False)).contents)
    assert codes(record, contents) == {"missing", "not_in_record"}


def test_a_value_that_the_record_does_not_have_is_seen(record):
    contents = list(parse(page_says("/awards/other", "Huy chương vàng")).contents)
    assert codes(record, contents) == {"not_in_record"}


def test_a_missing_span_is_seen(record, contents):
    found = changed(contents, 1, lambda spans: [s for s in spans if s.cell != "s02.year"])
    assert codes(record, found) == {"missing"}


def test_a_span_drawn_twice_is_seen(record, contents):
    found = changed(contents, 1, lambda spans: [*spans, spans[5]])
    assert "twice" in codes(record, found)


def test_a_span_of_an_invented_cell_is_seen(record, contents):
    extra = Span("note", "/pupil/name", "R", 900, (Line(10000, 40000, b"0026"),))
    assert codes(record, changed(contents, 0, lambda spans: [*spans, extra])) == {"unknown_cell"}


def test_spans_in_another_order_are_seen(record, contents):
    found = changed(contents, 0, lambda spans: [spans[1], spans[0], *spans[2:]])
    assert codes(record, found) == {"out_of_order"}


def test_a_span_that_names_another_field_is_seen(record, contents):
    found = changed(contents, 1, replace_span("s02.year", pointer="/subjects/2/year"))
    assert codes(record, found) == {"style"}


@pytest.mark.parametrize("size", [100, 4000])
def test_text_too_small_to_read_or_too_large_is_seen(record, contents, size):
    assert "size" in codes(record, changed(contents, 1, replace_span("s02.year", size=size)))


@pytest.mark.parametrize("font", ["I", "R", "Z"])
def test_another_face_is_seen(record, contents, font):
    assert "style" in codes(record, changed(contents, 1, replace_span("s02.year", font=font)))


@pytest.mark.parametrize("place", [(-500, 70000), (0, 0), (58000, 60000), (24000, 83000)])
def test_text_outside_its_rectangle_is_seen(record, contents, place):
    line = Line(*place, text.encode(TEMPLATE, "8,8"))
    found = changed(contents, 1, replace_span("s02.year", lines=(line,)))
    assert codes(record, found) == {"outside"}


def test_lines_laid_over_each_other_are_seen(record, contents):
    spans = {span.cell: span for span in content.read(contents[1])}
    first, second = spans["s01.comment"].lines
    over = (first, Line(second.x, first.y - 100, second.digits))
    found = changed(contents, 1, replace_span("s01.comment", lines=over))
    assert codes(record, found) == {"overlap"}


def test_a_mark_in_two_lines_is_seen(record, contents):
    spans = {span.cell: span for span in content.read(contents[1])}
    (line,) = spans["s02.year"].lines
    lines = (
        Line(line.x, line.y + 400, line.digits[:4]),
        Line(line.x, line.y - 800, line.digits[4:]),
    )
    found = changed(contents, 1, replace_span("s02.year", lines=lines))
    assert "style" in codes(record, found)


def test_a_code_without_a_letter_is_seen(record, contents):
    line = Line(24000, 68000, b"ffff")
    found = changed(contents, 1, replace_span("s02.year", lines=(line,)))
    assert "unreadable" in codes(record, found)


# --- operators ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "extra",
    [
        b"1 1 1 rg\n",  # white from here on
        b"3 Tr\n",  # invisible text
        b"q 0.1 0 0 0.1 0 0 cm\n",
        b"0 0 100 100 re f\n",
        b"BT/R 9.00 Tf\n1 0 0 1 100.00 100.00 Tm<0026>Tj\nET\n",  # text in no span
        b"/G Do\n",
        b"/HB<</C(x)/F(/y)>>BDC\nEMC\n",
        b"% comment\n",
        b" ",
        b"BI/W 1/H 1/BPC 8/CS/G ID 0 EI\n",
    ],
)
@pytest.mark.parametrize("at_end", [True, False])
def test_any_other_operator_is_unreadable(record, contents, extra, at_end):
    page = contents[1]
    grid = len(content.GRID)
    found = list(contents)
    found[1] = page + extra if at_end else page[:grid] + extra + page[grid:]
    assert codes(record, found) == {"unreadable"}


def test_a_page_without_its_grid_is_unreadable(record, contents):
    found = [contents[0], contents[1].removeprefix(content.GRID), contents[2]]
    assert codes(record, found) == {"unreadable"}


def test_numbers_have_one_form(contents):
    page = contents[0]
    for wrong in (b" 015.00 Tf", b" 15.0 Tf", b" 15 Tf", b" +15.00 Tf", b" 15.000 Tf"):
        with pytest.raises(FormatError):
            content.read(page.replace(b" 15.00 Tf", wrong, 1))


def test_hex_has_one_form(contents):
    upper = re.sub(rb"<([0-9a-f]{8,})>", lambda m: b"<" + m[1].upper() + b">", contents[0])
    with pytest.raises(FormatError):
        content.read(upper)
    with pytest.raises(FormatError):
        content.read(re.sub(rb"<[0-9a-f]+>", b"<002>", contents[0], count=1))


def test_a_missing_page_is_seen(record, contents):
    assert "page_missing" in codes(record, contents[:2])


# --- continuation ---------------------------------------------------------------------


def test_a_continuation_page_that_nothing_needs_is_seen(record, contents, long_contents):
    assert codes(record, [*contents, long_contents[3]]) != set()


def test_a_lost_continuation_page_is_seen(long_record, long_contents):
    assert {"missing"} <= codes(long_record, long_contents[:-1])


def test_a_part_left_out_is_seen(long_record, long_contents):
    def drop(spans):
        first = next(i for i, span in enumerate(spans) if span.cell == "title")
        return spans[:first] + spans[first + 2 :]

    assert "unexpected" in codes(long_record, changed(long_contents, 3, drop))


def test_parts_under_each_others_heading_are_seen(long_record, long_contents):
    def swap(spans):
        first = next(i for i, span in enumerate(spans) if span.cell == "title")
        spans[first], spans[first + 2] = spans[first + 2], spans[first]
        return spans

    assert {"unexpected", "overlap"} <= codes(long_record, changed(long_contents, 3, swap))


def test_a_word_changed_in_a_part_is_seen(long_record, long_contents):
    other = sample_record(**{
        "subjects": [dict(row) for row in long_record["subjects"]],
        "/comments/homeroom": long_record["comments"]["homeroom"],
    })  # fmt: skip
    other["subjects"][4]["comment"] = LONG[:-4] + "tốt."
    assert codes(other, long_contents) == {"differs"}


def test_a_note_without_a_rest_is_seen(long_record, long_contents, record, contents):
    notes = [s for s in content.read(long_contents[1]) if s.cell == "s01.comment.more"]

    def add(spans):
        at = next(i for i, span in enumerate(spans) if span.cell == "s01.comment") + 1
        return spans[:at] + notes + spans[at:]

    assert "differs" in codes(record, changed(contents, 1, add))


def test_a_wrong_page_number_of_the_continuation_is_seen(long_record, long_contents):
    found = [*long_contents[:3], long_contents[4], long_contents[3], *long_contents[5:]]
    assert "differs" in codes(long_record, found)


def test_text_below_the_flow_is_seen(long_record, long_contents):
    def sink(spans):
        last = spans[-1]
        lines = tuple(Line(line.x, line.y - 70000, line.digits) for line in last.lines)
        return [*spans[:-1], Span(last.cell, last.pointer, last.font, last.size, lines)]

    assert "outside" in codes(long_record, changed(long_contents, 3, sink))


def test_a_note_in_another_style_is_seen(long_record, long_contents):
    change = replace_span("s01.comment.more", size=700)
    assert "style" in codes(long_record, changed(long_contents, 1, change))


def test_a_note_laid_over_the_text_is_seen(long_record, long_contents):
    spans = {span.cell: span for span in content.read(long_contents[1])}
    (note,) = spans["s01.comment.more"].lines
    last = spans["s01.comment"].lines[-1]
    over = (Line(note.x, last.y - 300, note.digits),)
    change = replace_span("s01.comment.more", lines=over)
    assert codes(long_record, changed(long_contents, 1, change)) == {"overlap"}


def test_a_note_with_other_words_is_seen(long_record, long_contents):
    spans = {span.cell: span for span in content.read(long_contents[1])}
    (note,) = spans["s01.comment.more"].lines
    said = (Line(note.x, note.y, text.encode(TEMPLATE, "(hết)")),)
    change = replace_span("s01.comment.more", lines=said)
    assert codes(long_record, changed(long_contents, 1, change)) == {"differs"}


def test_a_beginning_that_is_not_the_texts_is_seen(long_record, long_contents):
    spans = {span.cell: span for span in content.read(long_contents[1])}
    first, second = spans["s01.comment"].lines
    other = Line(second.x, second.y, second.digits[:-4] + text.encode(TEMPLATE, "?"))
    change = replace_span("s01.comment", lines=(first, other))
    assert "differs" in codes(long_record, changed(long_contents, 1, change))


def test_a_beginning_that_cannot_be_read_is_seen(long_record, long_contents):
    spans = {span.cell: span for span in content.read(long_contents[1])}
    first = spans["s01.comment"].lines[0]
    change = replace_span("s01.comment", lines=(Line(first.x, first.y, b"fffe"),))
    assert "unreadable" in codes(long_record, changed(long_contents, 1, change))


def test_a_continued_value_that_is_no_text_is_seen(long_record, long_contents):
    record = sample_record(subjects=[dict(row) for row in long_record["subjects"]])
    record["comments"] = long_record["comments"]
    record["subjects"][0]["comment"] = ["no text"]
    assert "not_displayable" in codes(record, long_contents)


def test_a_continuation_page_out_of_order_is_seen(long_record, long_contents):
    found = changed(long_contents, 3, lambda spans: spans[::-1])
    assert "out_of_order" in codes(long_record, found)


def test_an_empty_continuation_page_is_seen(long_record, long_contents):
    def empty(spans):
        return [span for span in spans if span.cell not in {"title", "part"}]

    assert "unexpected_page" in codes(long_record, changed(long_contents, 3, empty))


def test_parts_in_another_size_or_unreadable_are_seen(long_record, long_contents):
    found = changed(long_contents, 3, replace_span("part", size=900))
    assert "style" in codes(long_record, found)
    found = changed(long_contents, 3, replace_span("part", lines=(Line(5000, 70000, b"ffff"),)))
    assert "unreadable" in codes(long_record, found)


def test_a_heading_at_the_end_of_a_page_is_seen(long_record, long_contents):
    def cut(spans):
        return spans[:-1]

    assert "unexpected" in codes(long_record, changed(long_contents, 3, cut))


def test_a_page_of_too_many_spans_is_unreadable(record, contents, monkeypatch):
    monkeypatch.setattr(content, "MAX_SPANS", 10)
    assert codes(record, contents) == {"unreadable"}


# --- the check ------------------------------------------------------------------------


def test_check_6_names_the_cell():
    found = seen.check(context(finished(page_says("/subjects/0/year", "9.9"))))
    assert [(c.status, c.code, c.detail) for c in found] == [
        (Status.FAILED, "6.differs", "s01.year")
    ]


def test_a_signature_without_appointment_leaves_check_6_open():
    ctx = context(finished())
    ctx.cms = lambda _: type("Cms", (), {"appointment_jws": None})
    found = seen.check(ctx)
    assert {c.status for c in found} == {Status.NOT_CHECKED}
    assert {c.code for c in found} == {"6.no_appointment"}


def test_a_cms_that_cannot_be_read_leaves_check_6_open():
    ctx = Context(data=(data := finished()), trust=context(data).trust, now=AT, pdf=parse(data))
    assert {c.code for c in seen.check(ctx)} == {"6.no_appointment"}


def test_a_record_that_its_code_lists_do_not_know_is_seen():
    record = sample_record(**{"/awards/title": "gioi"})
    contents = contents_of(record)
    record["awards"]["title"] = "thien_tai"
    assert "not_displayable" in codes(record, contents)


def test_the_same_page_in_another_form_of_bytes_is_still_read(record):
    document = unsigned(record)
    assert with_contents(record, contents_of(record)) == document
    assert render(canonical(record), TEMPLATE) == document
