"""Sixty broken spreadsheets: each gives its own error at its own cell, and nothing is written."""

import io
from collections import Counter

import pytest
from fakes.broken_sheets import CLASS, broken_sheets
from fakes.foreign_sheets import AN, vnedu
from fakes.sheet_formats import save
from openpyxl import load_workbook

from hocba.kit.errors import InputError
from hocba.kit.messages import catalogue
from hocba.sector.sheets import look_at, mapping_of, mark_problems, read_foreign, with_columns
from hocba.sector.sheets.files import kind_of_file
from hocba.sector.sheets.marked import REPORT

ALL = broken_sheets()
LEAST = 60


def read(broken):
    file = look_at(broken.data, CLASS, file=broken.name, told=broken.told)
    mappings = {}
    for sheet in file.sheets if broken.agreed else ():
        mapping = mapping_of(sheet.proposal)
        mappings[sheet.fingerprint] = with_columns(mapping, sheet.proposal, broken.columns)
    return read_foreign(file, mappings)


def test_there_are_sixty_of_them_in_all_formats_and_no_two_alike():
    assert len(ALL) >= LEAST
    assert len({one.name for one in ALL}) == len(ALL)
    assert len({one.data for one in ALL if one.data}) >= LEAST - 5
    forms = Counter(one.expected and _form(one.data) for one in ALL)
    assert all(forms[form] >= 5 for form in ("xlsx", "xls", "ods", "csv"))
    assert len({code for one in ALL for code, _ in one.expected}) >= 30


def _form(data):
    try:
        return kind_of_file(data)
    except Exception:  # noqa: BLE001  # only counted
        return "none"


@pytest.mark.parametrize("broken", ALL, ids=lambda one: one.name)
def test_a_broken_sheet_gives_its_error_at_its_cell_and_no_marks(broken):
    reading = read(broken)
    assert tuple((p.code, p.cell) for p in reading.problems) == broken.expected
    assert reading.sheet is None
    with pytest.raises(InputError):
        reading.clean()


@pytest.mark.parametrize("broken", ALL, ids=lambda one: one.name)
def test_it_says_in_both_languages_what_to_do(broken):
    for problem in read(broken).problems:
        for language in ("vi", "en"):
            assert problem.code in catalogue(language)
            assert "…" not in problem.advice(language).replace("… (", "")


@pytest.mark.parametrize("broken", ALL, ids=lambda one: one.name)
def test_it_comes_back_with_the_bad_cell_marked(broken):
    reading = read(broken)
    data = mark_problems(broken.data, reading.problems)
    if data is None:
        assert {p.code for p in reading.problems} <= {"sheet.empty_file", "sheet.not_a_workbook"}
        return
    book = load_workbook(io.BytesIO(data))
    assert book.active.title == REPORT
    for row, problem in enumerate(reading.problems, start=2):
        assert book[REPORT].cell(row, 4).value == problem.code
        if problem.cell is not None:
            cell = book[problem.sheet][problem.cell]
            assert cell.fill.fgColor.rgb.endswith("FBD5D5")
            assert problem.advice() in cell.comment.text
            link = book[REPORT].cell(row, 2).hyperlink.location
            assert link == f"'{problem.sheet}'!{problem.cell}"


@pytest.mark.parametrize("form", ["xlsx", "xls", "ods", "csv"])
def test_the_sheet_that_they_were_made_from_is_clean_in_every_format(form):
    file = look_at(save(vnedu(), form), CLASS)
    mappings = {sheet.fingerprint: mapping_of(sheet.proposal) for sheet in file.sheets}
    values = read_foreign(file, mappings).clean().values()
    assert values[AN, "TOAN", 1, "tx1"] == "8.5"
    assert len(values) == 18
