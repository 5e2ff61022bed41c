"""Sheets in layouts that are not ours: header, meaning of columns, marks or errors by cell."""

from fakes.foreign_sheets import AN, CHI, CLASS, save_xlsx, vnedu

from hocba.sector.sheets.foreign_file import look_at, read_foreign
from hocba.sector.sheets.mapping import mapping_of


def read(*pages, **options):
    file = look_at(save_xlsx(*pages), CLASS, file="diem.xlsx")
    mappings = {sheet.fingerprint: mapping_of(sheet.proposal) for sheet in file.sheets}
    return read_foreign(file, mappings, **options)


def told(reading):
    return [(p.code.removeprefix("sheet."), p.cell) for p in reading.problems]


def test_a_sheet_of_vnedu_is_recognised_and_read_through_its_merged_header():
    file = look_at(save_xlsx(vnedu()), CLASS)
    (sheet,) = file.sheets
    assert sheet.proposal.known.system == "vnEdu"
    assert (sheet.facts.subject, sheet.facts.term) == ("TOAN", 1)
    values = read(vnedu()).clean().values()
    assert values[AN, "TOAN", 1, "tx1"] == "8.5"
    assert values[CHI, "TOAN", 1, "ck"] == "9.5"
    assert len(values) == 3 * 6


def test_85_is_an_error_that_suggests_8_5_and_nothing_is_taken():
    page = vnedu()
    page.rows[7][4] = 85
    page.rows[8][10] = "10,5"
    reading = read(page)
    assert told(reading) == [("mark_without_comma", "E8"), ("mark_out_of_range", "K9")]
    assert "8,5" in reading.problems[0].sentence()
    assert reading.sheet is None
