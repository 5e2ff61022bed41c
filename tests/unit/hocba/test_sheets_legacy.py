"""Text of the old fonts: found with confidence, shown side by side, converted only on yes."""

import pytest
from fakes.broken_sheets import TCVN3, VNI
from fakes.foreign_sheets import AN, CLASS, plain, save_xlsx

from hocba.sector.sheets import look_at, mapping_of, read_foreign
from hocba.sector.sheets.legacy import convert, detect, is_syllable

MODERN = ["Nguyễn Văn An", "Trần Thị Bình", "Hoàng Đức Dũng", "Y Ƀlô Niê", "Ksor H'Bia"]
CASES = (
    ("Nguyễn Thị Hồng Đào", "Nguyeãn Thò Hoàng Ñaøo", "nguyÔn thÞ hång ®µo"),
    ("Trần Văn Dũng", "Traàn Vaên Duõng", "trÇn v¨n dòng"),
    ("Lê Quỳnh Như", "Leâ Quyønh Nhö", "lª quúnh nh\u00ad"),
    ("Phạm Ngọc Ánh", "Phaïm Ngoïc AÙnh", "ph¹m ngäc ¸nh"),
    ("Đặng Thuỳ Dương", "Ñaëng Thuyø Döông", "®Æng thuú d\u00ad¬ng"),
    ("Bùi Hữu Nghĩa", "Buøi Höõu Nghóa", "bïi h÷u nghÜa"),
    ("Võ Nguyễn Tường Vy", "Voõ Nguyeãn Töôøng Vy", "vâ nguyÔn t\u00adêng vy"),
)


@pytest.mark.parametrize(("modern", "vni", "tcvn3"), CASES)
def test_both_old_fonts_convert_to_the_same_name(modern, vni, tcvn3):
    assert convert(vni, "vni") == modern
    assert convert(tcvn3, "tcvn3") == modern.lower()


@pytest.mark.parametrize(("index", "encoding"), [(1, "vni"), (2, "tcvn3")])
def test_a_column_is_recognised_and_shown_side_by_side(index, encoding):
    found = detect([case[index] for case in CASES])
    assert (found.encoding, found.mixed) == (encoding, False)
    assert found.confidence >= 0.9
    assert found.samples[0][0] == CASES[0][index]
    assert found.samples[0][1].lower() == CASES[0][0].lower()


@pytest.mark.parametrize(
    "texts",
    [MODERN, [], ["An", "Binh"], ["Hoàng", "Bình", "Dũng"], ["Café", "Müller", "Garçon"],
     ["8,5", "µ"], ["hê"]],
)  # fmt: skip
def test_modern_and_foreign_text_is_left_alone(texts):
    assert detect(texts) is None


def test_a_column_of_both_is_said_to_be_mixed_and_modern_cells_stay():
    found = detect(["Nguyễn Văn An", "trÇn v¨n dòng", "ph¹m ngäc ¸nh"])
    assert (found.encoding, found.mixed) == ("tcvn3", True)
    assert convert("Nguyễn Văn An", "tcvn3") == "Nguyễn Văn An"


@pytest.mark.parametrize("word", ["nguyễn", "Hoà", "quỳnh", "nghĩa", "Tường", "uyên", "Y", "khuya"])
def test_a_vietnamese_syllable_is_one(word):
    assert is_syllable(word)


@pytest.mark.parametrize("word", ["NguyÔn", "Traàn", "Vaên", "bïi", "Nguyeãn", "ngoïc"])
def test_an_old_word_is_none(word):
    assert not is_syllable(word)


def _read(table, **options):
    page = plain()
    for row in page.rows[1:]:
        row[2] = table[row[2]]
    file = look_at(save_xlsx(page), CLASS)
    (sheet,) = file.sheets
    agreed = {sheet.fingerprint: mapping_of(sheet.proposal)}
    named = [type(sheet)(sheet.proposal, type(sheet.facts)(CLASS, "TOAN", 1))]
    return read_foreign(type(file)(**{**vars(file), "sheets": tuple(named)}), agreed, **options)


@pytest.mark.parametrize("table", [TCVN3, VNI])
def test_names_are_converted_only_on_yes(table):
    refused = _read(table)
    assert [p.code for p in refused.problems] == ["sheet.old_font"] or (
        refused.problems[0].code == "sheet.old_font"
    )
    assert refused.sheet is None
    told = dict(refused.problems[0].params)
    assert (told["old"], told["new"]) == (table["Trần Văn An"], "Trần Văn An")
    read = _read(table, convert_fonts=True)
    assert read.clean().values()[AN, "TOAN", 1, "tx1"] == "8.5"
    assert [w.code for w in read.warnings] == ["sheet.font_converted"]
