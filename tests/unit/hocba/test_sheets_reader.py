"""The class workbook: what comes back is a clean sheet, or one clear problem for each mistake."""

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
import xlsxwriter
from openpyxl import load_workbook

from hocba.kit.errors import InputError, SeveralInputError
from hocba.kit.messages import sentence
from hocba.sector.sheets import (
    OVERALL,
    ClassRegister,
    SheetPupil,
    SheetReading,
    SheetSubject,
    build_template,
    fill,
    read_sheet,
)
from hocba.sector.sheets import workbook as workbook_module
from hocba.sector.sheets.layout import GUIDE, HIDDEN, SUMMARY, plan, term_items

AT = datetime(2026, 5, 20, 3, 0, tzinfo=UTC)
AN, BLO, CHI = "3100000001", "3100000002", "3100000003"
CLASS = ClassRegister(
    school_code="31-11311-01",
    school_name="Trường THCS Lê Quý Đôn",
    school_year="2025-2026",
    class_name="6A1",
    grade=6,
    pupils=(
        SheetPupil(AN, "Trần Văn An", "2014-09-05"),
        SheetPupil(BLO, "Y Ƀlô Niê", "2014"),
        SheetPupil(CHI, "Nguyễn Thị Chi", "2014-02"),
    ),
    subjects=(
        SheetSubject("TOAN", "Toán", "Toán", "score", 4, "Phạm Thị Hằng"),
        SheetSubject("GDCD", "Giáo dục công dân", "GDCD", "score", 2),
        SheetSubject("GDTC", "Giáo dục thể chất", "GDTC", "comment", 2),
    ),
    homeroom="Đỗ Đức Phượng",
)
TEMPLATE = build_template(CLASS, at=AT)

Edit = Callable[[Any], None]


def entries(register: ClassRegister = CLASS) -> dict:
    found: dict = {}
    for pupil in register.pupils:
        for subject in register.subjects:
            for term in (1, 2):
                items = [OVERALL] if subject.mode == "comment" else term_items(subject)
                mark = "Đ" if subject.mode == "comment" else "8.5"
                found |= {(pupil.code, subject.code, term, item): mark for item in items}
        found |= {
            (pupil.code, None, 1, "conduct"): "Tốt",
            (pupil.code, None, 2, "conduct"): "Khá",
            (pupil.code, None, 0, "absences"): "2",
            (pupil.code, None, 0, "homeroom_comment"): "Ngoan, chăm chỉ.",
        }
    return found


FILLED = fill(TEMPLATE, entries(), CLASS)


def edited(*edits: Edit, data: bytes = FILLED) -> bytes:
    book = load_workbook(io.BytesIO(data))
    for edit in edits:
        edit(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def put(sheet: str, cell: str, value: object) -> Edit:
    def edit(book: Any) -> None:
        book[sheet][cell] = value

    return edit


def read(data: bytes, **options: Any) -> SheetReading:
    return read_sheet(data, CLASS, file="6A1.xlsx", **options)


def told(reading: SheetReading) -> list[tuple[str, str | None, str | None]]:
    return [(p.code.removeprefix("sheet."), p.sheet, p.cell) for p in reading.problems]


# The clean sheet


def test_a_filled_template_comes_back_with_every_mark_and_its_cell():
    sheet = read(FILLED).clean()
    values = sheet.values()
    assert values[AN, "TOAN", 1, "tx1"] == "8.5"
    assert values[BLO, "GDTC", 2, "ck"] == "Đ"
    assert values[CHI, None, 2, "conduct"] == "K"
    assert values[CHI, None, 0, "absences"] == "2"
    first = sheet.entries[0]
    assert (first.sheet, first.cell) == ("Toán", "E6")
    assert len(values) == 3 * (2 * 6 + 2 * 4 + 2 * 4 + 4)


def test_the_same_class_and_time_give_the_same_template_byte_for_byte():
    assert build_template(CLASS, at=AT) == TEMPLATE


@pytest.mark.parametrize(
    ("cell", "typed", "key", "value"),
    [("E6", "8,5", (AN, "TOAN", 1, "tx1"), "8.5"), ("E6", "8.5", (AN, "TOAN", 1, "tx1"), "8.5"),
     ("E6", 8, (AN, "TOAN", 1, "tx1"), "8.0"), ("E6", " v ", (AN, "TOAN", 1, "tx1"), "V"),
     ("U6", "Tiến\nbộ  rõ", (AN, "TOAN", 0, "comment"), "Tiến bộ rõ")],
)  # fmt: skip
def test_what_people_type_is_understood(cell, typed, key, value):
    page = plan(CLASS)[0]
    if key[3] == "comment":
        cell = f"{chr(65 + page.column_of(0, 'comment'))}6"
    assert read(edited(put("Toán", cell, typed))).clean().values()[key] == value


def test_a_pupil_is_exempt_by_one_letter_in_the_term():
    def exempt(book: Any) -> None:
        for cell in ("E7", "F7", "G7", "H7"):
            book["GDTC"][cell] = None
        book["GDTC"]["F7"] = "m"

    values = read(edited(exempt)).clean().values()
    assert values[BLO, "GDTC", 1, "tx2"] == "M"
    assert (BLO, "GDTC", 1, "tx1") not in values


def test_rows_may_be_sorted_and_empty_rows_left_between_them():
    def sort(book: Any) -> None:
        sheet = book["Toán"]
        for column in range(1, 30):
            top = sheet.cell(6, column).value
            sheet.cell(6, column).value = None
            sheet.cell(9, column).value = top
        sheet["E9"] = 3

    assert read(edited(sort)).clean().values()[AN, "TOAN", 1, "tx1"] == "3.0"


def test_an_empty_optional_cell_empties_the_register_and_one_of_another_term_does_not():
    keys = {entry.key: entry.value for entry in read(FILLED).clean().entries}
    assert keys[AN, "TOAN", 0, "retest"] is None

    def no_second_term(book: Any) -> None:
        for cell in "LMNOPQ":
            for row in (6, 7, 8):
                book["Toán"][f"{cell}{row}"] = None

    first_term = read(edited(no_second_term), terms=(1,)).clean()
    assert (AN, "TOAN", 2, "gk") not in {entry.key for entry in first_term.entries}
    assert first_term.values()[AN, "GDCD", 2, "gk"] == "8.5"


def test_the_first_term_can_be_handed_in_alone():
    first = {key: value for key, value in entries().items() if key[2] == 1}
    data = fill(TEMPLATE, first, CLASS)
    assert read(data, terms=(1,)).problems == ()
    assert {code for code, _, _ in told(read(data))} == {"missing_block"}


def test_marks_of_a_pending_pupil_may_be_missing_but_not_wrong():
    data = edited(put("Toán", "E7", None), put("Toán", "F7", None))
    assert len(read(data).problems) == 2
    assert read(data, pending=[BLO]).problems == ()
    wrong = edited(put("Toán", "E7", "x"))
    assert told(read(wrong, pending=[BLO])) == [("not_a_mark", "Toán", "E7")]


# One problem for each mistake


def _rename(old: str, new: str) -> Edit:
    def edit(book: Any) -> None:
        book[old].title = new

    return edit


def _copy_row(book: Any) -> None:
    for column in range(1, 25):
        book["GDCD"].cell(9, column).value = book["GDCD"].cell(7, column).value


def _delete_row(book: Any) -> None:
    book["GDCD"].delete_rows(7)


def _insert_column(book: Any) -> None:
    book["Toán"].insert_cols(7)


def _add_pupil(book: Any) -> None:
    book["Toán"]["B9"], book["Toán"]["C9"] = "3100000099", "Lê Mới"


def _nameless_row(book: Any) -> None:
    book["Toán"]["E9"] = 7


@pytest.mark.parametrize(
    ("edit", "expected"),
    [(put("Toán", "E7", "10,5"), ("mark_out_of_range", "Toán", "E7")),
     (put("Toán", "E7", 10.5), ("mark_out_of_range", "Toán", "E7")),
     (put("Toán", "G8", "8,25"), ("too_many_decimals", "Toán", "G8")),
     (put("Toán", "G8", "tốt"), ("not_a_mark", "Toán", "G8")),
     (put("Toán", "G8", datetime(2026, 5, 8)), ("date_instead_of_mark", "Toán", "G8")),  # noqa: DTZ001  # Excel's own
     (put("Toán", "G8", None), ("missing_mark", "Toán", "G8")),
     (put("Toán", "G8", "   "), ("missing_mark", "Toán", "G8")),
     (put("Toán", "G8", "=4+4"), ("formula_without_value", "Toán", "G8")),
     (put("Toán", "G8", "M"), ("assessment.mixed_exemption", "Toán", "G8")),
     (put("GDTC", "F6", "8"), ("not_a_comment_mark", "GDTC", "F6")),
     (put("GDTC", "F6", None), ("missing_mark", "GDTC", "F6")),
     (put(SUMMARY, "E6", "Giỏi"), ("not_a_level", SUMMARY, "E6")),
     (put(SUMMARY, "F8", None), ("missing_conduct", SUMMARY, "F8")),
     (put(SUMMARY, "G7", None), ("missing_absences", SUMMARY, "G7")),
     (put(SUMMARY, "G7", 1.5), ("not_a_count", SUMMARY, "G7")),
     (put(SUMMARY, "H7", None), ("missing_comment", SUMMARY, "H7")),
     (put(SUMMARY, "H7", "x" * 2001), ("text_too_long", SUMMARY, "H7")),
     (put(SUMMARY, "H7", "\ue123"), ("bad_characters", SUMMARY, "H7")),
     (_copy_row, ("duplicate_pupil", "GDCD", "B9")),
     (_delete_row, ("missing_pupil", "GDCD", None)),
     (_add_pupil, ("unknown_pupil", "Toán", "B9")),
     (put("Toán", "B7", "3100000009"), ("unknown_pupil", "Toán", "B7")),
     (put("Toán", "B7", AN), ("duplicate_pupil", "Toán", "B7")),
     (put("Toán", "B7", None), ("row_without_code", "Toán", "B7")),
     (_nameless_row, ("row_without_code", "Toán", "B9")),
     (put("Toán", "C7", "Nguyễn Thị Chi"), ("name_changed", "Toán", "C7")),
     (_insert_column, ("columns_changed", "Toán", "G5")),
     (_rename("GDCD", "Công dân"), ("missing_sheet", None, None)),
     (put(HIDDEN, "B2", "0"), ("other_version", None, None)),
     (put(HIDDEN, "B3", "31-99999-01"), ("other_class", None, None)),
     (put(HIDDEN, "B4", "2024-2025"), ("other_class", None, None)),
     (put(HIDDEN, "B5", "6A2"), ("other_class", None, None)),
     (put(HIDDEN, "B6", "0" * 64), ("roster_changed", None, None)),
     (put(HIDDEN, "B7", "0" * 64), ("plan_changed", None, None)),
     (_rename(HIDDEN, "khác"), ("not_ours", None, None)),
     (put(HIDDEN, "B1", "khác"), ("not_ours", None, None))],
)  # fmt: skip
def test_every_mistake_is_exactly_one_problem_with_its_place(edit, expected):
    reading = read(edited(edit))
    assert told(reading) == [expected]
    assert reading.sheet is None
    with pytest.raises(InputError) as caught:
        reading.clean()
    assert caught.value.code == reading.problems[0].code
    assert caught.value.where.file == "6A1.xlsx"


def test_the_code_of_a_pupil_may_have_become_a_number_and_a_name_lost_its_form():
    data = edited(put("Toán", "B6", int(AN)), put("Toán", "C6", " Trâ\u0300n  Văn An"))
    assert read(data).problems == ()


def test_what_is_missing_for_the_whole_class_is_said_once():
    def empty(book: Any) -> None:
        for row in (6, 7, 8):
            for column in "GHJ":
                book["Toán"][f"{column}{row}"] = None

    reading = read(edited(empty))
    assert told(reading) == [
        ("missing_block", "Toán", "G6:H8"), ("missing_block", "Toán", "J6:J8"),
    ]  # fmt: skip
    assert "TX3, TX4" in reading.problems[0].sentence()


def test_a_column_of_formulas_is_not_called_empty():
    def formulas(book: Any) -> None:
        for row in (6, 7, 8):
            book["Toán"][f"G{row}"] = f"=E{row}"

    assert {code for code, _, _ in told(read(edited(formulas)))} == {"formula_without_value"}


def test_several_mistakes_are_all_told_at_once():
    reading = read(edited(put("Toán", "E6", "11"), put("GDTC", "E7", "x"), put("GDCD", "G8", None)))
    assert [cell for _, _, cell in told(reading)] == ["E6", "G8", "E7"]
    with pytest.raises(SeveralInputError) as caught:
        reading.clean()
    assert len(caught.value.problems) == 3


def test_the_sentence_says_where_what_and_what_to_do():
    problem = read(edited(put("Toán", "E7", "10,5"))).problems[0]
    assert problem.sentence() == (
        "trang tính Toán, ô E7: Điểm 10,5 nằm ngoài thang điểm. Hãy ghi số từ 0 đến 10."
    )


def test_every_problem_has_a_sentence_in_both_languages_with_all_its_placeholders():
    broken = [put("Toán", "E7", "10,5"), _copy_row, _delete_row, put(SUMMARY, "H7", "x" * 2001),
              put(HIDDEN, "B2", "0"), put(HIDDEN, "B5", "6A2"), _insert_column,
              put("Toán", "C7", "Ai đó"), put("Toán", "G8", None)]  # fmt: skip
    for edit in broken:
        for language in ("vi", "en"):
            text = read(edited(edit)).problems[0].sentence(language)
            assert "{" not in text
            assert "unknown" not in text


# Files that are no class workbook


def _foreign_workbook() -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    book.add_worksheet("Sheet1").write(0, 0, "Toán")
    book.close()
    return out.getvalue()


def _bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", bytes(300_000_000))
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"", "not_a_workbook"), (b"Toan 8,5\n", "not_a_workbook"), (b"%PDF-1.7", "not_a_workbook"),
     (FILLED[:2000], "not_a_workbook"), (b"PK\x03\x04garbage", "not_a_workbook"),
     (b"PK\x05\x06" + bytes(18), "not_a_workbook"), (_foreign_workbook(), "not_ours")],
)  # fmt: skip
def test_a_file_that_is_no_class_workbook_is_one_clear_problem(data, code):
    assert told(read(data)) == [(code, None, None)]


def test_a_file_that_is_too_large_is_refused_before_it_is_parsed(monkeypatch):
    monkeypatch.setattr(workbook_module, "LARGEST_FILE", 1000)
    assert told(read(FILLED)) == [("too_large", None, None)]


def test_a_small_file_that_unpacks_to_hundreds_of_megabytes_is_refused():
    bomb = _bomb()
    assert len(bomb) < 1_000_000
    assert told(read(bomb)) == [("too_large", None, None)]


def test_a_workbook_with_a_password_is_told_apart(monkeypatch):
    def locked(_: object) -> None:
        raise workbook_module.python_calamine.PasswordError

    monkeypatch.setattr(workbook_module.python_calamine, "load_workbook", locked)
    assert told(read(FILLED)) == [("encrypted", None, None)]


def test_another_class_list_is_noticed():
    grown = replace(CLASS, pupils=(*CLASS.pupils, SheetPupil("3100000004", "Mới", "2014")))
    assert told(read_sheet(FILLED, grown)) == [("roster_changed", None, None)]
    fewer = replace(CLASS, subjects=CLASS.subjects[:2])
    assert told(read_sheet(FILLED, fewer)) == [("plan_changed", None, None)]


# What Excel shows


def test_only_cells_to_fill_are_unlocked_and_every_sheet_is_protected():
    book = load_workbook(io.BytesIO(TEMPLATE))
    for page in plan(CLASS):
        sheet = book[page.tab]
        assert sheet.protection.sheet
        assert sheet.freeze_panes == "E6"
        unlocked = {index for index, _ in page.inputs()}
        for index in range(len(page.columns)):
            assert sheet.cell(6, index + 1).protection.locked is (index not in unlocked)
    assert book[HIDDEN].sheet_state == "veryHidden"
    assert book[GUIDE].protection.sheet
    assert book.active.title == GUIDE


def test_every_cell_to_fill_has_a_rule_with_a_vietnamese_sentence():
    book = load_workbook(io.BytesIO(TEMPLATE))
    for page in plan(CLASS):
        rules = book[page.tab].data_validations.dataValidation
        for index, _ in page.inputs():
            cell = book[page.tab].cell(6, index + 1).coordinate
            matching = [rule for rule in rules if cell in rule.sqref]
            assert len(matching) == 1
            assert matching[0].error
            assert len(matching[0].errorTitle) <= 32
            assert len(matching[0].error) <= 255


def test_names_and_dates_are_shown_as_people_write_them():
    sheet = load_workbook(io.BytesIO(TEMPLATE))["Toán"]
    assert [sheet[f"D{row}"].value for row in (6, 7, 8)] == ["05/09/2014", "2014", "02/2014"]
    assert sheet["A1"].value == "MÔN TOÁN – LỚP 6A1"
    assert sheet["C7"].value == "Y Ƀlô Niê"


def test_filling_keeps_rules_locks_and_the_hidden_sheet():
    book = load_workbook(io.BytesIO(FILLED))
    assert book[HIDDEN].sheet_state == "veryHidden"
    assert book["Toán"].protection.sheet
    assert book["Toán"].data_validations.dataValidation


def test_filling_a_cell_that_the_class_does_not_have_is_an_error():
    for key in ((AN, "TOAN", 1, "tx9"), ("0", "TOAN", 1, "tx1"), (AN, "HOA", 1, "tx1")):
        with pytest.raises(KeyError):
            fill(TEMPLATE, {key: "8.0"}, CLASS)


def test_a_class_without_pupils_still_gives_a_workbook():
    nobody = replace(CLASS, pupils=())
    assert read_sheet(build_template(nobody, at=AT), nobody).problems == ()


def test_the_catalogue_knows_what_the_house_calls_a_sheet():
    assert sentence("where.sheet", "vi", value="Toán") == "trang tính Toán"
