"""Vietnamese names: one form, class-list order, search. Facts: facts/naming.md."""

import json
import os
import random
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hocba.kit.errors import InputError
from hocba.kit.text import look_alikes, nfc, tidy
from hocba.sector.names import (
    NameOrder,
    clean_name,
    fold,
    given_name,
    matches,
    search_key,
    sort_key,
)

SHARED = Path(os.environ.get("HOCBA_SHARED", Path(__file__).parents[4] / "shared"))
FACTS = SHARED / "facts" / "name_vectors.json"


@pytest.fixture(scope="module")
def vectors() -> dict:
    if not FACTS.is_file():
        pytest.skip(f"no name vectors in {SHARED}")
    return json.loads(FACTS.read_text(encoding="utf-8"))


def test_a_class_list_is_in_the_order_of_the_vectors(vectors):
    for seed in range(20):
        names = list(vectors["input"])
        random.Random(seed).shuffle(names)  # an order, not a secret
        assert sorted(names, key=sort_key) == vectors["sorted"]


def test_every_search_of_the_vectors_finds_exactly_its_names(vectors):
    for case in vectors["search"]:
        found = [name for name in vectors["input"] if matches(case["query"], name)]
        assert sorted(found) == sorted(case["match"]), case["query"]


def test_every_normalisation_of_the_vectors_holds(vectors):
    def text(points: str) -> str:
        return "".join(chr(int(point.removeprefix("U+"), 16)) for point in points.split())

    for case in vectors["normalization"]:
        assert nfc(text(case["nfd_codepoints"])) == case["nfc"] == text(case["nfc_codepoints"])


def test_every_folding_of_the_vectors_holds(vectors):
    for case in vectors["fold_examples"]:
        assert fold(case["in"]) == case["out"]


LETTERS = (
    "aàảãáạăằẳẵắặâầẩẫấậbcdđeèẻẽéẹêềểễếệghiìỉĩíịklmnoòỏõóọôồổỗốộơờởỡớợpqrstuùủũúụưừửữứựvxyỳỷỹýỵ"
)
WORDS = st.text(LETTERS, min_size=1, max_size=6).map(str.capitalize)
NAMES = st.lists(WORDS, min_size=1, max_size=5).map(" ".join)


@given(NAMES)
def test_how_a_name_was_typed_makes_no_difference(name):
    for form in ("NFC", "NFD", "NFKC"):
        typed = f"  {unicodedata.normalize(form, name)}\N{NO-BREAK SPACE} "
        assert clean_name(typed) == clean_name(name)
        assert sort_key(typed) == sort_key(name)
        assert fold(typed) == fold(name)


@given(NAMES)
def test_a_folded_name_has_only_plain_letters(name):
    assert all("a" <= letter <= "z" for letter in fold(name).replace(" ", ""))
    assert fold(fold(name)) == fold(name)


@given(NAMES, st.randoms())
def test_every_name_is_found_by_its_words_in_any_order(name, order):
    words = fold(name).split()
    order.shuffle(words)
    assert matches(" ".join(words), name)
    assert matches(name, name)


@given(NAMES, NAMES)
def test_the_folded_column_never_hides_a_match(query, name):
    if matches(query, name):
        key, words = search_key(name), fold(query).split()
        assert all(f" {word} " in key for word in words[:-1])
        assert f" {words[-1]}" in key


@given(NAMES, NAMES)
def test_only_the_same_name_has_the_same_sort_key(one, other):
    assert (sort_key(one) == sort_key(other)) == (tidy(one) == tidy(other))


def test_the_alphabet_is_the_vietnamese_one():
    alphabet = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
    assert sorted(alphabet, key=sort_key) == list(alphabet)


def test_tones_only_break_ties():
    assert sorted(["ạ", "á", "ã", "ả", "à", "a"], key=sort_key) == ["a", "à", "ả", "ã", "á", "ạ"]
    assert sorted(["Lê Áo", "Lê An"], key=sort_key) == ["Lê An", "Lê Áo"]


def test_both_tone_styles_stand_beside_each_other():
    names = ["Lê Thị Hoàng", "Lê Thị Hòa", "Lê Thị Hoa", "Lê Thị Hoà"]
    assert sorted(names, key=sort_key) == ["Lê Thị Hoa", "Lê Thị Hoà", "Lê Thị Hòa", "Lê Thị Hoàng"]


@pytest.mark.parametrize(
    ("query", "name", "found"),
    [
        ("thuý", "Lê Thị Thúy", True),
        ("khoẻ", "Lê Văn Khỏe", True),
        ("quý", "Lê Văn Quý", True),
        ("quy", "Lê Văn Quý", True),
        ("mỹ", "Trần Mĩ", False),  # i and y are not merged in personal names
        ("hoàn", "Lê Thị Hoàng", False),  # a word with diacritics is met exactly
        ("nguy", "Nguyễn An", True),  # the last word may be unfinished
        ("nguy an", "Nguyễn An", False),  # the others not
        ("hmong", "H’Mông Niê", True),
        ("H'Mông", "H’Mông Niê", True),
        ("blo", "Y Ƀlô Niê", True),
        ("ana maria", "Lê Ana-Maria", True),
        ("", "Nguyễn An", False),
        ("   ", "Nguyễn An", False),
        ("an an", "Nguyễn An", True),
    ],
)
def test_search_rules(query, name, found):
    assert matches(query, name) is found


def test_ethnic_names_can_say_what_they_are_called_by():
    assert given_name("Y Thông Êban") == "Êban"
    names = [("Y Thông Êban", "Thông"), ("Lê An", None), ("Lê Vân", None)]
    ordered = sorted(names, key=lambda each: sort_key(each[0], called_by=each[1]))
    assert [name for name, _ in ordered] == ["Lê An", "Y Thông Êban", "Lê Vân"]


def test_official_lists_may_go_by_family_name():
    names = ["Trần An", "Lê Bình", "Lê An"]
    ordered = sorted(names, key=lambda name: sort_key(name, order=NameOrder.FAMILY))
    assert ordered == ["Lê An", "Lê Bình", "Trần An"]


def test_letters_of_other_languages_have_a_place():
    names = ["Y Ƀlô", "Y Bla", "Y Bơ", "Ñuk", "Nam", "Čil", "Ca", "Da", "Иван", "1A"]
    assert sorted(names, key=sort_key) == [
        "1A", "Y Bla", "Y Ƀlô", "Y Bơ", "Ca", "Čil", "Da", "Nam", "Ñuk", "Иван",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Ðặng Văn Ɖạt", "Đặng Văn Đạt"),  # Icelandic and African letters
        ("H’Mông", "H'Mông"),
        ("Nguyễn\u200b Văn\ufeff An", "Nguyễn Văn An"),
        ("Nguyễn\tVăn\n An", "Nguyễn Văn An"),
        ("Н Mai Niê", "H Mai Niê"),  # a Cyrillic capital
        ("Иван Петров", "Иван Петров"),  # a name in Cyrillic stays
    ],
)
def test_look_alikes_and_invisible_letters_are_cleaned(typed, name):
    assert clean_name(typed) == name


def test_replaced_letters_can_be_told_to_the_user():
    assert look_alikes("Ðặng Đạt") == "Ð"


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "name.empty"),
        (" \N{ZERO WIDTH SPACE} ", "name.empty"),
        ("A" * 151, "name.too_long"),
        ("An\x00", "name.control_character"),
        ("An\N{RIGHT-TO-LEFT OVERRIDE}", "name.control_character"),
    ],
)
def test_what_cannot_be_a_name_is_refused(typed, code):
    with pytest.raises(InputError) as caught:
        clean_name(typed)
    assert caught.value.code == code
