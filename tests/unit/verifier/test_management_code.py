"""The code that people read, type and write on envelopes: form, check digits, uniqueness."""

import pytest

from verifier.errors import FormatError
from verifier.formats.management_code import LAST_SERIAL, LEVELS, check_code, make_code

COUNT = 3_000_000
SAMPLE = [
    make_code(province=province, opened=opened, level=level, serial=serial)
    for province, opened in (("31", 2025), ("79", 2026), ("01", 2099))
    for level in LEVELS
    for serial in (1, 42, 1_234_567, LAST_SERIAL)
]


def test_check_digits_are_those_of_iso_7064_mod_97_10():
    # ISO 7064 MOD 97-10: the whole number leaves 1. 794 -> 44 is the standard's own example.
    assert int("794" + "44") % 97 == 1
    assert all(int(code.replace("-", "")) % 97 == 1 for code in SAMPLE)


def test_a_code_that_was_made_is_accepted_at_its_own_level_alone():
    for code in SAMPLE:
        check_code(code)
        for level, digit in LEVELS.items():
            if digit == code[6]:
                check_code(code, level=level)
            else:
                with pytest.raises(FormatError, match=r"management_code\.other_level"):
                    check_code(code, level=level)


def _refused(code):
    try:
        check_code(code)
    except FormatError:
        return True
    return False


def test_every_single_wrong_digit_is_found():
    for code in SAMPLE:
        for place, right in enumerate(code):
            if right == "-":
                continue
            for wrong in "0123456789":
                if wrong != right:
                    assert _refused(code[:place] + wrong + code[place + 1 :])


def test_every_exchange_of_two_neighbouring_digits_is_found():
    for code in SAMPLE:
        digits = code.replace("-", "")
        for place in range(len(digits) - 1):
            one, two = digits[place], digits[place + 1]
            if one == two:
                continue
            swapped = digits[:place] + two + one + digits[place + 2 :]
            parts = (swapped[:2], swapped[2:4], swapped[4], swapped[5:12], swapped[12:])
            assert _refused("-".join(parts))


@pytest.mark.parametrize(
    "text", ["", "31-25-2-0000042-39 ", "31-25-2-42-39", "３1-25-2-0000042-39",
             "31-25-6-0000042-39", "3125200000423939", "31-25-2-0000042-39\n"],
)  # fmt: skip
def test_other_forms_are_refused(text):
    with pytest.raises(FormatError, match=r"management_code\.wrong_form"):
        check_code(text)


@pytest.mark.parametrize(
    "wrong", [{"province": "3"}, {"level": "mam_non"}, {"serial": 0}, {"serial": LAST_SERIAL + 1}]
)
def test_a_part_that_does_not_fit_is_refused(wrong):
    parts = {"province": "31", "opened": 2025, "level": "thcs", "serial": 1, **wrong}
    with pytest.raises(FormatError, match=r"management_code\.wrong_form"):
        make_code(**parts)


def test_no_two_codes_of_a_year_are_alike():
    seen = set()
    for serial in range(1, COUNT + 1):
        code = make_code(province="31", opened=2026, level="thcs", serial=serial)
        seen.add(int(code.replace("-", "")))
    assert len(seen) == COUNT
