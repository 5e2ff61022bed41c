"""Codes, widths, lines; and how values are written."""

import pytest
from fakes.records import TEMPLATE_ID
from hypothesis import given
from hypothesis import strategies as st

from verifier.errors import FormatError, UnknownFormatError
from verifier.formats.display import display, heading, resolve
from verifier.formats.pdf import layout, text
from verifier.templates import from_parts, load, registered

TEMPLATE = load(TEMPLATE_ID)
WORDS = st.text(alphabet=sorted(TEMPLATE.letters), max_size=400)


@given(WORDS)
def test_what_is_encoded_is_read_back(words):
    assert text.decode(TEMPLATE, text.encode(TEMPLATE, words)) == words


@given(WORDS, st.sampled_from("RB"), st.integers(400, 1500), st.integers(2000, 30000))
def test_lines_put_together_are_the_text_and_none_is_too_wide(words, font, size, limit):
    lines = text.wrap(TEMPLATE, font, size, words, limit)
    assert "".join(lines) == words
    for line in lines:
        shown = line.rstrip(" ")
        assert text.width(TEMPLATE, font, size, shown) <= limit or len(shown) == 1


def test_lines_are_joined_where_a_space_says_so():
    assert text.join(["Trường ", "Tiểu ", "học", "Ngày"]) == ["Trường Tiểu học", "Ngày"]


def test_a_letter_without_glyph_is_named():
    with pytest.raises(FormatError, match=r"U\+4E2D"):
        text.encode(TEMPLATE, "Trường 中")


@pytest.mark.parametrize("digits", [b"0000", b"ffff", b"002", b"00260000"])
def test_unknown_codes_are_refused(digits):
    with pytest.raises(FormatError, match=r"text\.unknown_code"):
        text.decode(TEMPLATE, digits)


@pytest.mark.parametrize(
    ("value", "form", "shown"),
    [
        ("8.5", "mark", "8,5"),
        ("10.0", "mark", "10,0"),
        ("CĐ", "mark", "CĐ"),
        ("M", "mark", "M"),
        (None, "mark", ""),
        ("2026-05-31", "date", "31/05/2026"),
        ("2014-09", "date", "09/2014"),
        ("2014", "date", "2014"),
        (None, "date", ""),
        ("x", "text", "x"),
        (7, "text", "7"),
        ("x y", "wrap", "x y"),
    ],
)
def test_values_as_they_are_written(value, form, shown):
    assert display(value, form) == shown


@pytest.mark.parametrize(
    ("value", "form"), [("31/05/2026", "date"), (True, "text"), ([], "text"), ({}, "mark")]
)
def test_values_that_do_not_fit_their_format_are_refused(value, form):
    with pytest.raises(FormatError, match=r"display\.malformed"):
        display(value, form)


def test_an_unknown_format_is_not_guessed():
    with pytest.raises(UnknownFormatError):
        display("x", "barcode")


def test_code_lists():
    codes = {"T": "Tốt", "true": "X"}
    assert display("T", "code", codes) == "Tốt"
    assert display(True, "code", codes) == "X"
    assert display(None, "code", codes) == ""
    assert display("?", "code", {"*": "khác"}) == "khác"
    with pytest.raises(FormatError):
        display("?", "code", codes)
    with pytest.raises(FormatError):
        display(["T"], "code", codes)


def test_pointers():
    record = {"a": [{"b": 1}, 2]}
    assert resolve(record, "/a/0/b") == 1
    for nothing in ("/a/2", "/a/x", "/a/0/c", "/b", "/a/0/b/c", "/a/-1"):
        assert resolve(record, nothing) is None


def test_headings():
    titles = {"/s/*/c": "/s/*/n", "/h": "Lời phê"}
    assert heading(titles, {"s": [{"n": "Toán"}]}, "/s/0/c") == ("/s/0/n", "Toán")
    assert heading(titles, {}, "/h") == ("", "Lời phê")
    with pytest.raises(FormatError):
        heading(titles, {}, "/other")


def test_numbers_are_written_in_one_way():
    written = [layout.number(value) for value in (0, 5, 100, -5, -1234, 59528)]
    assert written == [b"0.00", b"0.05", b"1.00", b"-0.05", b"-12.34", b"595.28"]


def test_templates_are_found_by_id():
    known = [template.id for template in registered()]
    assert known == sorted(known)
    assert TEMPLATE_ID in known
    for name in ("../pdf", "no-such-form", "", "A"):
        with pytest.raises(UnknownFormatError):
            load(name)


def test_a_malformed_map_is_refused():
    with pytest.raises(FormatError, match=r"template\.malformed"):
        from_parts(b"", b'{"cells":[]}')
