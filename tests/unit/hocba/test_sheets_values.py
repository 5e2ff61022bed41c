"""What a person types into a cell: one reading of each, and nothing guessed."""

import re
from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hocba.sector.assessment.marks import SCORE_FORM
from hocba.sector.sheets.values import (
    clean_text,
    read_absences,
    read_comment_mark,
    read_level,
    read_retest_comment,
    read_retest_score,
    read_score,
    text_reader,
    word_reader,
)
from verifier.formats.schema import load_schema

NOON = datetime(2026, 5, 8, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "mark"),
    [("8,5", "8.5"), ("8.5", "8.5"), (8.5, "8.5"), (8, "8.0"), (8.0, "8.0"), (" 10 ", "10.0"),
     ("10,0", "10.0"), (10, "10.0"), ("0", "0.0"), (0, "0.0"), ("8,50", "8.5"), ("08", "8.0"),
     (8.3, "8.3"), (8.299999999999999, "8.3"), (0.1 + 0.2, "0.3"), ("m", "M"), ("M", "M"),
     ("miễn", "M"), ("v", "V"), ("Vắng", "V"), ("mie\u0302\u0303n", "M")],
)  # fmt: skip
def test_a_score_is_read_in_every_way_that_people_write_it(typed, mark):
    assert read_score(typed) == mark


@pytest.mark.parametrize(
    ("typed", "code"),
    [("10,5", "mark_out_of_range"), (10.1, "mark_out_of_range"), (-1, "mark_out_of_range"),
     ("-0,5", "mark_out_of_range"), ("85", "mark_without_comma"), ("11", "mark_out_of_range"),
     ("8,25", "too_many_decimals"),
     (8.25, "too_many_decimals"), ("1.250", "too_many_decimals"), ("8,5.", "not_a_mark"),
     ("8 5", "not_a_mark"), ("tám", "not_a_mark"), ("Đ", "not_a_mark"), ("8-9", "not_a_mark"),
     ("٨", "not_a_mark"), ("1e1", "not_a_mark"), ("+8", "not_a_mark"), ("", "not_a_mark"),
     (True, "not_a_mark"), (float("nan"), "not_a_mark"), (float("inf"), "not_a_mark"),
     (date(2026, 5, 8), "date_instead_of_mark"), (NOON, "date_instead_of_mark"),
     (time(8, 5), "date_instead_of_mark")],
)  # fmt: skip
def test_anything_else_is_refused_and_never_rounded(typed, code):
    with pytest.raises(ValueError, match=rf"^sheet\.{code}$"):
        read_score(typed)


@given(st.integers(0, 100))
@settings(deadline=None)
def test_every_mark_of_the_scale_is_read_the_same_in_all_four_ways(tenths):
    whole, rest = divmod(tenths, 10)
    ways = (f"{whole},{rest}", f"{whole}.{rest}", tenths / 10, float(f"{whole}.{rest}"))
    assert {read_score(way) for way in ways} == {f"{whole}.{rest}"}


@given(st.text(max_size=6) | st.floats() | st.integers())
@settings(deadline=None)
def test_whatever_is_typed_is_a_mark_of_one_form_or_a_value_error(typed):
    try:
        mark = read_score(typed)
    except ValueError as error:
        assert str(error).startswith("sheet.")  # noqa: PT017  # either way is fine
    else:
        assert SCORE_FORM.fullmatch(mark) or mark in ("M", "V")


@pytest.mark.parametrize(
    ("typed", "mark"),
    [("Đ", "Đ"), ("đ", "Đ"), ("Đạt", "Đ"), ("ĐẠT", "Đ"), ("dat", "Đ"), ("D", "Đ"),
     ("\u00d0", "Đ"), ("\u00f0", "Đ"), ("CĐ", "CĐ"), ("cđ", "CĐ"), ("C\u00d0", "CĐ"),
     ("Chưa đạt", "CĐ"), (" chưa  đạt ", "CĐ"), ("CD", "CĐ"), ("M", "M"), ("V", "V"),
     ("Chu\u031ba đa\u0323t", "CĐ")],
)  # fmt: skip
def test_a_comment_mark_is_read_in_every_way_that_people_write_it(typed, mark):
    assert read_comment_mark(typed) == mark


@pytest.mark.parametrize("typed", ["8", 8.0, "x", "T", "Đạt tốt", "đất", True, None])
def test_anything_else_is_no_comment_mark(typed):
    with pytest.raises(ValueError, match=r"^sheet\.not_a_comment_mark$"):
        read_comment_mark(typed)


def test_a_retest_is_neither_an_exemption_nor_an_absence():
    assert (read_retest_score("5,5"), read_retest_comment("đạt")) == ("5.5", "Đ")
    with pytest.raises(ValueError, match="not_a_mark"):
        read_retest_score("M")
    with pytest.raises(ValueError, match="not_a_comment_mark"):
        read_retest_comment("V")


@pytest.mark.parametrize(
    ("typed", "level"),
    [("Tốt", "T"), ("tốt", "T"), ("T", "T"), ("KHÁ", "K"), ("Đạt", "Đ"), ("chưa đạt", "CĐ"),
     ("CĐ", "CĐ")],
)  # fmt: skip
def test_a_level_of_conduct_is_read_by_name_or_letter(typed, level):
    assert read_level(typed) == level


@pytest.mark.parametrize("typed", ["Trung bình", "Yếu", "", 1, None, "Giỏi"])
def test_old_levels_are_never_mapped_onto_new_ones(typed):
    with pytest.raises(ValueError, match=r"^sheet\.not_a_level$"):
        read_level(typed)


@pytest.mark.parametrize(("typed", "count"), [(0, "0"), ("3", "3"), (12.0, "12"), ("366", "366")])
def test_absences_are_a_whole_number(typed, count):
    assert read_absences(typed) == count


@pytest.mark.parametrize("typed", [-1, 367, 1.5, "ba", "", True, date(2026, 1, 3)])
def test_anything_else_is_no_number_of_absences(typed):
    with pytest.raises(ValueError, match=r"^sheet\.not_a_count$"):
        read_absences(typed)


def test_text_becomes_one_clean_line():
    typed = "  Ngoan,\n\tle\u0302\u0303  phép\u200b;\u00a0hòa\u00ad đồng\u202e. "
    assert clean_text(typed) == "Ngoan, lễ phép; hòa đồng."
    assert clean_text(12.0) == "12"


@pytest.mark.parametrize(
    ("typed", "code"),
    [("\ue000", "bad_characters"), ("a\uffff", "bad_characters"), (True, "not_text"),
     (date(2026, 1, 1), "not_text"), (time(1), "not_text")],
)  # fmt: skip
def test_what_nobody_could_read_is_no_text(typed, code):
    with pytest.raises(ValueError, match=rf"^sheet\.{code}$"):
        clean_text(typed)


def test_text_has_a_longest_length():
    assert text_reader(5)("  abcde ") == "abcde"
    with pytest.raises(ValueError, match=r"^sheet\.text_too_long$"):
        text_reader(5)("abcdef")


RECORD_TEXT = re.compile(load_schema("record-common-1")["$defs"]["text"]["pattern"][:-1] + r"\Z")


@given(st.text(max_size=40))
@settings(deadline=None)
def test_clean_text_is_what_records_accept(typed):
    try:
        text = clean_text(typed)
    except ValueError:
        return
    assert text == "" or RECORD_TEXT.search(text)


def test_every_letter_of_unicodes_first_plane_is_either_accepted_by_records_or_refused_here():
    for code in range(0x10000):
        try:
            text = clean_text(f"a{chr(code)}b")
        except ValueError:
            continue
        assert RECORD_TEXT.search(text), hex(code)


@pytest.mark.parametrize("value", [2, 2.0, "2", " 2 "])
def test_a_choice_that_is_a_number_is_read_however_the_file_keeps_it(value):
    assert word_reader({"2": "2"}, "sheet.not_a_choice")(value) == "2"


@pytest.mark.parametrize("value", [True, 3, 2.5, "hai"])
def test_what_is_no_choice_is_refused(value):
    with pytest.raises(ValueError, match=r"sheet\.not_a_choice"):
        word_reader({"1": "1", "2": "2"}, "sheet.not_a_choice")(value)
