"""The guides for people: pictures that exist and are shown, words that stand on the screens."""

import struct
import unicodedata

import pytest
from fakes.guides import PICTURES, TROUBLE, Guide, guides, quoted, stands_in_a_catalogue

LARGEST = 120_000
WIDEST = 1000
SCREENS = {
    "README", "giao-vien-bo-mon", "giao-vien-chu-nhiem", "hieu-truong", "van-thu",
    "phu-huynh-hoc-sinh", "so-giao-duc", "nguoi-kiem-tra",
}  # fmt: skip
"""Guides to pages; others are about commands and files."""


@pytest.fixture(params=sorted(SCREENS))
def guide(request):
    return Guide.of(request.param)


def test_every_role_has_its_guide_and_the_first_page_leads_to_every_guide():
    names = {path.stem for path in guides()}
    assert names >= SCREENS
    first = Guide.of("README").text
    for name in names - {"README"}:
        assert f"]({name}.md)" in first


def test_every_picture_is_shown_once_and_is_small():
    shown = [name for path in guides() for name in Guide(path).pictures]
    assert sorted(shown) == sorted(path.stem for path in PICTURES.iterdir())
    for path in PICTURES.iterdir():
        data = path.read_bytes()
        assert data.startswith(b"\x89PNG"), path.name
        assert len(data) < LARGEST, path.name
        assert struct.unpack(">I", data[16:20])[0] <= WIDEST, path.name


def test_what_a_guide_quotes_stands_in_a_catalogue(guide):
    assert [each for each in quoted(guide.text) if not stands_in_a_catalogue(each)] == []


def test_a_guide_has_steps_and_says_what_to_do_when_something_goes_wrong(guide):
    assert guide.text.count(TROUBLE) == 1
    assert quoted(guide.steps)
    rows = [line for line in guide.troubles.splitlines() if line.startswith("| ")]
    assert len(rows) > 1
    for row in rows[1:]:
        assert quoted(row), row
    assert unicodedata.is_normalized("NFC", guide.text)


def test_a_text_that_no_screen_has_is_noticed():
    assert stands_in_a_catalogue("Đã ghi 12 ô thay đổi.")
    assert not stands_in_a_catalogue("Đã ghi vào sổ 12 ô.")
    assert not stands_in_a_catalogue("Lưu lại")
