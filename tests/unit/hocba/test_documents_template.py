"""The template artefact: reproducible, complete, and nothing in it touches."""

import itertools
import unicodedata
import zlib

import pytest
from fakes.records import TEMPLATE_ID, sample_record

from hocba.documents import build, icc
from hocba.documents.fonts import FACES, charset, face
from hocba.documents.forms import FORMS
from hocba.documents.sheet import HEIGHT, WIDTH, Sheet, metrics
from verifier.formats.canonical import canonical, parse_canonical
from verifier.formats.display import resolve
from verifier.templates import load, template_hash

TEMPLATE = load(TEMPLATE_ID)
ZLIB_OF_THE_ARTEFACT = "1."
"""zlib-ng and its like pack the same data into other bytes."""


def touches(one, other):
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def every_rect():
    for cell in TEMPLATE.cells:
        yield cell.page, cell.id, cell.rect
    for slot in TEMPLATE.signatures:
        yield slot.page, slot.field, slot.rect
    for cell in (*TEMPLATE.continuation.cells, TEMPLATE.continuation.folio):
        yield 99, cell.id, cell.rect
    yield 99, "flow", TEMPLATE.continuation.flow


def pointers(value, path=""):
    if isinstance(value, dict):
        for key, item in value.items():
            yield from pointers(item, f"{path}/{key}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from pointers(item, f"{path}/{index}")
    else:
        yield path


@pytest.mark.parametrize("form", FORMS.values(), ids=lambda form: form.id)
def test_the_committed_artefact_is_what_its_sources_build(form):
    if not zlib.ZLIB_RUNTIME_VERSION.startswith(ZLIB_OF_THE_ARTEFACT) or "ng" in (
        zlib.ZLIB_RUNTIME_VERSION
    ):
        pytest.skip("another zlib packs the fonts into other bytes")
    artefact = build.build(form)
    folder = build.FOLDER / form.id
    assert (folder / "map.json").read_bytes() == artefact.map
    assert (folder / "prefix.bin").read_bytes() == artefact.prefix


def test_the_check_says_what_is_stale(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(build, "FOLDER", tmp_path)
    assert build.main([]) == 0
    assert build.main(["--check"]) == 0
    (tmp_path / TEMPLATE_ID / "map.json").write_bytes(b"{}")
    assert build.main(["--check"]) == 1
    assert "map.json" in capsys.readouterr().out


def test_no_cell_or_signature_touches_another():
    for (page, name, rect), (page2, name2, rect2) in itertools.combinations(every_rect(), 2):
        assert page != page2 or not touches(rect, rect2), (name, name2)


def test_everything_stands_on_the_page():
    for _, name, (left, bottom, right, top) in every_rect():
        assert 0 < left < right < WIDTH, name
        assert 0 < bottom < top < HEIGHT, name


def test_every_cell_holds_at_least_one_line_of_its_smallest_size():
    for cell in (*TEMPLATE.cells, *TEMPLATE.continuation.cells, TEMPLATE.continuation.folio):
        _, bottom, _, top = cell.rect
        assert top - bottom >= cell.min_size * 115 // 100, cell.id


REFERENCES = ("/previous_year/leaf", "/sources/0/leaf")
"""Shown where the record names another one; the sample names none."""
ALWAYS_NULL = {"/study_form", "/results/mean"}
"""What lower secondary under TT 22 never has: the schema asks for null."""


def test_cell_names_are_unique_and_pointers_exist():
    names = [cell.id for cell in TEMPLATE.cells]
    assert len(names) == len(set(names))
    record = sample_record()
    for cell in TEMPLATE.cells:
        if not cell.pointer.startswith("/subjects/") and cell.pointer not in REFERENCES:
            parent = cell.pointer.rsplit("/", 1)[0]
            found = record if not parent else resolve(record, parent)
            assert cell.pointer.rsplit("/", 1)[1] in found, cell.pointer


def test_every_field_of_the_record_is_shown():
    shown = {cell.pointer for cell in TEMPLATE.cells}
    not_for_people = {
        "/type", "/kind", "/level", "/salt", "/regulation/version",
        "/template/id", "/template/hash", "/signers/0", "/signers/1", "/signers/2",
    }  # fmt: skip
    hidden = {pointer for pointer in pointers(sample_record()) if pointer not in shown}
    # The issuer's province is the department's on the cover; its other fields stand below.
    assert hidden == not_for_people | ALWAYS_NULL


def test_there_are_sixteen_rows_of_subjects():
    rows = {cell.pointer.split("/")[2] for cell in TEMPLATE.cells if "/subjects/" in cell.pointer}
    assert rows == {str(row) for row in range(16)}


def test_code_lists_and_titles_that_cells_need_are_there():
    for cell in TEMPLATE.cells:
        assert cell.format in {"text", "mark", "date", "code", "wrap"}
        assert (cell.format == "code") == (cell.codes in TEMPLATE.code_lists), cell.id
        if cell.continues:
            parts = ["*" if part.isdigit() else part for part in cell.pointer.split("/")]
            assert "/".join(parts) in TEMPLATE.continuation.titles


def test_no_field_name_is_the_beginning_of_another():
    names = [slot.field for slot in (*TEMPLATE.signatures, TEMPLATE.timestamp)]
    for one, other in itertools.permutations(names, 2):
        assert not other.startswith(one)
    assert not any("." in name for name in names)  # ISO 32000-2, 12.7.4.2


def test_the_hash_covers_both_files():
    folder = build.FOLDER / TEMPLATE_ID
    prefix, map_bytes = ((folder / name).read_bytes() for name in ("prefix.bin", "map.json"))
    assert template_hash(TEMPLATE_ID, prefix, map_bytes) == TEMPLATE.hash
    assert template_hash(TEMPLATE_ID, prefix + b" ", map_bytes) != TEMPLATE.hash
    assert template_hash(TEMPLATE_ID, prefix, map_bytes + b" ") != TEMPLATE.hash
    assert canonical(parse_canonical(map_bytes)) == map_bytes


def test_offsets_point_at_the_objects():
    for number, offset in enumerate(TEMPLATE.offsets, start=1):
        assert TEMPLATE.prefix.startswith(b"%d 0 obj\n" % number, offset)
    assert TEMPLATE.constant_object(1).startswith(b"<</Type/Catalog")
    last = TEMPLATE.constant_object(len(TEMPLATE.offsets))
    assert (last[:2], last[-2:]) == (b"<<", b">>")


VIETNAMESE = {
    unicodedata.normalize("NFC", vowel + tone)
    for vowel in "aăâeêioôơuưyAĂÂEÊIOÔƠUƯY"
    for tone in ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
}


def test_all_vietnamese_letters_and_those_of_minority_names_are_there():
    assert VIETNAMESE | set("đĐ") <= TEMPLATE.letters
    assert set("ƀɃĕĔŏŎĭĬŭŬčČñÑüÜöÖäÄçÇšŠžŽłŁøØßʼ’'-") - {"ʼ"} <= TEMPLATE.letters
    assert {"\u0306", "\u0302", "\u0301", "\u0303"} <= TEMPLATE.letters


@pytest.mark.parametrize("key", FACES)
def test_every_letter_of_a_text_face_has_a_glyph_and_a_width(key):
    found = face(key)
    assert len(found.widths) == len(found.glyphs) == len(charset()) + 1
    if key == "I":
        for letter in VIETNAMESE:
            assert found.glyphs[charset().index(letter) + 1]
        return
    for code, letter in enumerate(charset(), start=1):
        assert found.glyphs[code] > 0, letter
        assert found.widths[code] > 0 or unicodedata.combining(letter), letter


def test_the_colour_profile_says_its_own_length():
    profile = icc.srgb()
    assert int.from_bytes(profile[:4], "big") == len(profile)
    assert profile[36:40] == b"acsp"


def test_fixed_words_need_glyphs_of_their_face():
    sheet = Sheet(metrics(), 0)
    with pytest.raises(ValueError, match="Ƀ"):
        sheet.text(0, 0, "Ƀ", font="I")
    assert sheet.text(0, 0, "Ƀ", font="R") > 0
