"""School years, places, birth dates and codes."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hocba.kit.errors import InputError
from hocba.sector.birth_dates import parse_birth_date
from hocba.sector.codes import code, personal_number
from hocba.sector.places import place
from hocba.sector.school_year import parse_school_year, proposed, usual_dates


@pytest.mark.parametrize("text", ["2025-2026", " 2025 – 2026 ", "2025—2026", "2025/2026"])
def test_a_school_year_has_one_form(text):
    assert parse_school_year(text) == "2025-2026"


@pytest.mark.parametrize("text", ["2025", "2025-2027", "2026-2025", "25-26", "2025-2026-2027", ""])
def test_what_is_no_school_year_is_refused(text):
    with pytest.raises(InputError, match=r"school_year\.malformed"):
        parse_school_year(text)


def test_a_school_year_ends_before_summer_and_a_new_one_is_proposed_in_august():
    assert usual_dates("2025-2026") == (date(2025, 9, 5), date(2026, 5, 31))
    assert proposed(date(2026, 7, 31)) == "2025-2026"
    assert proposed(date(2026, 8, 1)) == "2026-2027"


@pytest.mark.parametrize(
    ("unit", "printed"),
    [
        ("Thành phố Hải Phòng", "Hải Phòng"),
        ("Tỉnh  Đắk Lắk", "Đắk Lắk"),
        ("Phường Hồng Bàng", "Hồng Bàng"),
        ("Đặc khu Cát Hải", "Cát Hải"),
        ("Phường 5", "Phường 5"),
        ("Hà Nội", "Hà Nội"),
    ],
)
def test_a_place_is_printed_without_its_kind(unit, printed):
    assert place(unit) == printed


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("2014-09-05", "2014-09-05"),
        ("5/9/2014", "2014-09-05"),
        ("05-09-2014", "2014-09-05"),
        ("31.12.2014", "2014-12-31"),
        ("9/2014", "2014-09"),
        ("2014-09", "2014-09"),
        (" 2014 ", "2014"),
        (date(2014, 9, 5), "2014-09-05"),
    ],
)
def test_a_birth_date_may_be_a_day_a_month_or_a_year(text, kept):
    assert parse_birth_date(text) == kept


@given(st.dates(min_value=date(1900, 1, 1)))
def test_every_day_is_read_as_people_write_it(day):
    assert parse_birth_date(f"{day.day}/{day.month}/{day.year:04d}") == day.isoformat()


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("5/9/14", "malformed"),
        ("tháng 9", "malformed"),
        ("", "malformed"),
        ("2014-9-5", "malformed"),
        ("30/2/2014", "impossible"),
        ("5/13/2014", "impossible"),
        ("2014-13", "impossible"),
        ("1850", "impossible"),
    ],
)
def test_a_birth_date_that_cannot_be_is_refused(text, error):
    with pytest.raises(InputError, match=rf"birth_date\.{error}"):
        parse_birth_date(text)


def test_a_personal_number_is_text_of_twelve_digits():
    assert personal_number(" 0313 1400 0011 ") == "031314000011"
    for wrong in ("31314", "03131400001x", "٠٣١٣١٤٠٠٠٠١١", ""):
        with pytest.raises(InputError, match=r"personal_number\.malformed"):
            personal_number(wrong)


def test_a_lost_zero_is_proposed_and_never_added_in_silence():
    with pytest.raises(InputError) as caught:
        personal_number("31314000011")
    assert "031314000011" in caught.value.sentence()


def test_codes_hold_no_space_and_no_path():
    assert code(" 31-11311-01 ") == "31-11311-01"
    for wrong in ("", "a b", "../x", "-x", "x" * 41, "a\N{COMBINING ACUTE ACCENT}"):
        with pytest.raises(InputError, match=r"code\.malformed"):
            code(wrong)
