"""Check 1: limits, encryption, active content, attachments."""

import pytest
from fakes.broken import unsigned, with_comment
from fakes.signed import context, finished

from verifier.checks import container
from verifier.formats.pdf import layout, limits
from verifier.report import Status


def codes(data):
    return {found.code for found in container.check(context(data))}


@pytest.fixture(scope="module")
def whole():
    return finished()


def test_a_finished_file_is_sound(whole):
    assert [found.status for found in container.check(context(whole))] == [Status.PASSED]


@pytest.mark.parametrize("data", [b"", b"hello", b"PK\x03\x04", b"\n%PDF-1.7\n"])
def test_what_does_not_begin_like_a_pdf_is_none(data):
    assert codes(data) == {"1.not_pdf"}


def test_a_file_of_more_than_the_limit_is_refused_unread(whole, monkeypatch):
    monkeypatch.setattr(limits, "MAX_SIZE", 1000)
    assert codes(whole) == {"1.too_large"}


@pytest.mark.parametrize(
    ("limit", "value", "code"),
    [
        ("MAX_PAGES", 2, "1.too_many_pages"),
        ("MAX_RECORD", 4000, "1.record_too_large"),
        ("MAX_REVISIONS", 4, "1.too_many_revisions"),
    ],
)
def test_each_limit_has_its_code(whole, monkeypatch, limit, value, code):
    monkeypatch.setattr(limits, limit, value)
    assert codes(whole) == {code}


def test_a_file_of_countless_objects_is_refused():
    data = unsigned()[:90000] + b"7 0 obj\nnull\nendobj\n" * 5000
    assert codes(data) == {"1.too_many_objects"}


@pytest.mark.parametrize(
    ("planted", "code"),
    [
        (b"<</S/JavaScript/JS(app.alert(1))>>", "1.active_content"),
        (b"<</S/#4Aav#61Script>>", "1.active_content"),
        (b"<</OpenAction 7 0 R>>", "1.active_content"),
        (b"<</AA<</O 7 0 R>>>>", "1.active_content"),
        (b"<</S/Launch/F(a.exe)>>", "1.active_content"),
        (b"<</S/URI/URI(http://x)>>", "1.active_content"),
        (b"<</XFA 7 0 R>>", "1.active_content"),
        (b"<</Type/EmbeddedFile>>", "1.second_attachment"),
        (b"<</Type/Filespec/F(b.json)>>", "1.second_attachment"),
        (b"<</Filter/FlateDecode>>", "1.filtered_stream"),
        (b"<</F#69lter[/ASCIIHexDecode/LZWDecode]>>", "1.filtered_stream"),
        (b"<</Encrypt 7 0 R>>", "1.encrypted"),
    ],
)
def test_planted_names_are_seen(planted, code):
    data = finished(with_comment(unsigned(), layout.indirect(900, planted)))
    assert codes(data) == {code}


def test_a_bomb_is_named_and_never_inflated():
    bomb = layout.indirect(900, layout.stream(b"/Filter/FlateDecode", b"x\x9c" + bytes(50)))
    assert codes(finished(with_comment(unsigned(), bomb))) == {"1.filtered_stream"}


def test_a_second_pdf_behind_the_first_is_seen(whole):
    assert codes(whole + b"%PDF-1.4\n") == {"1.second_file"}


def test_words_of_the_pupil_are_not_mistaken_for_names(whole):
    assert b"/JS" not in whole  # the record is a stream: what stands in it is text
    data = finished(unsigned())
    assert codes(data) == {"1.sound"}


def test_a_strangers_file_is_judged_by_what_lies_open():
    data = b"%PDF-1.4\n1 0 obj\n<</Type/Catalog/OpenAction 2 0 R>>\nendobj\n%%EOF\n"
    assert codes(data) == {"1.active_content"}
    assert codes(b"%PDF-1.4\n1 0 obj\n<</Type/Catalog>>\nendobj\n") == {"1.sound"}
