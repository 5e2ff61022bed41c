"""The header of a foreign sheet, and what each column is taken for."""

import pytest
from fakes.foreign_sheets import AN, BLO, CLASS, Page, plain, save_xlsx, vnedu
from fakes.sheet_formats import save, save_csv

from hocba.sector.sheets import Told, look_at, mapping_of, read_foreign, with_columns
from hocba.sector.sheets.exports import systems
from hocba.sector.sheets.headers import guess_mapping
from hocba.sector.sheets.words import meaning_of, term_in

PUPILS = CLASS.pupils


def meanings(page, form="xlsx"):
    file = look_at(save(page, form), CLASS)
    return [c.meaning for c in file.sheets[0].proposal.columns]


def read(page, form="xlsx", told=None, columns=(), **options):
    file = look_at(save(page, form, **options), CLASS, told=told or Told("TOAN", 1))
    mappings = {
        s.fingerprint: with_columns(mapping_of(s.proposal), s.proposal, columns)
        for s in file.sheets
    }
    return read_foreign(file, mappings)


def rows(*marks):
    return [[str(n), p.code, p.name, *marks] for n, p in enumerate(PUPILS, start=1)]


@pytest.mark.parametrize(
    ("path", "expected"),
    [(("ĐĐGtx", "TX1"), ("mark", "tx1", None)), (("ĐĐGtx", "2"), ("mark", "tx2", None)),
     (("HỌC KÌ I", "TX3"), ("mark", "tx3", 1)), (("Học kỳ II", "ĐĐGgk"), ("mark", "gk", 2)),
     (("ĐĐGck",), ("mark", "ck", None)), (("Giữa kì",), ("mark", "gk", None)),
     (("GK1",), ("mark", "gk", 1)), (("CK2",), ("mark", "ck", 2)),
     (("Điểm thường xuyên 4",), ("mark", "tx4", None)), (("ĐTBmhk",), ("computed", None, None)),
     (("HKI", "TBM"), ("computed", None, 1)), (("Mã định danh Bộ GD&ĐT",), ("code", None, None)),
     (("HỌ VÀ  TÊN",), ("name", None, None)), (("Ho va ten",), ("name", None, None)),
     (("Nhận xét",), ("comment", None, None)), (("Kết quả\nrèn luyện",), ("conduct", None, None)),
     (("Số CCCD",), ("ignore", None, None)), (("Điểm thưởng",), ("unknown", None, None)),
     (("Cột 1",), ("unknown", None, None)), (("Toán",), ("computed", None, None))],
)  # fmt: skip
def test_a_head_says_what_its_column_is(path, expected):
    found = meaning_of(path, CLASS.subjects)
    assert (found.role, found.item, found.term) == expected


@pytest.mark.parametrize(
    ("text", "term"),
    [("HỌC KỲ I", 1), ("Học kì II", 2), ("HK1", 1), ("(Học kỳ 2)", 2), ("HKII", 2),
     ("Năm học 2025-2026", None), ("Lớp 6A1", None)],
)  # fmt: skip
def test_a_term_is_read_in_either_spelling(text, term):
    assert term_in(text) == term


def test_merged_heads_count_for_every_column_they_cover():
    found = meanings(vnedu())
    assert [m.item for m in found if m.role == "mark"] == ["tx1", "tx2", "tx3", "tx4", "tx5", "gk",
                                                           "ck"]  # fmt: skip
    assert [m.role for m in found[2:4]] == ["family_name", "given_name"]


def test_a_group_without_merging_reaches_to_the_next_one():
    heads = [["STT", "Mã HS", "Họ và tên", "ĐĐGtx", "", "", "", "ĐĐGgk", "ĐĐGck"],
             ["", "", "", "1", "2", "3", "4", "", ""]]  # fmt: skip
    page = Page("Toán", heads + rows("8,5", "7", "9", "10", "8", "9,5"))
    assert read(page, "csv").clean().values()[BLO, "TOAN", 1, "tx4"] == "10.0"


def test_all_subjects_and_both_terms_side_by_side():
    heads = [["STT", "Mã HS", "Họ và tên", "TOÁN", "", "", "", "NGỮ VĂN", ""],
             ["", "", "", "HK1", "", "HK2", "", "HK1", "HK2"],
             ["", "", "", "GK", "CK", "GK", "CK", "CK", "CK"]]  # fmt: skip
    merged = ["A1:A3", "B1:B3", "C1:C3", "D1:G1", "H1:I1", "D2:E2", "F2:G2"]
    page = Page("Bảng", heads + rows(1, 2, 3, 4, 5, 6), merged)
    for form in ("xlsx", "ods", "xls"):
        values = read(page, form, told=Told()).clean().values()
        keys = [("TOAN", term, item) for term in (1, 2) for item in ("gk", "ck")]
        keys += [("VAN", 1, "ck"), ("VAN", 2, "ck")]
        assert [values[AN, *key] for key in keys] == [f"{n}.0" for n in range(1, 7)]


def test_a_row_that_numbers_the_columns_is_passed_over():
    page = plain()
    page.rows.insert(1, [f"({n})" for n in range(1, 10)])
    assert len(read(page).clean().values()) == 18


def test_signatures_below_the_table_are_no_pupils():
    page = plain()
    page.rows += [[], ["", "", "Người lập bảng", "", "", "", "", "", ""]]
    assert len(read(page).clean().values()) == 18


def test_regular_marks_without_a_number_are_taken_in_order_and_said_to_be_unsure():
    page = plain(heads=("STT", "Mã HS", "Họ và tên", "TX", "TX", "TX", "TX", "GK", "CK"))
    found = [m for m in meanings(page) if m.role == "mark"]
    assert [m.item for m in found] == ["tx1", "tx2", "tx3", "tx4", "gk", "ck"]
    assert all((m.why, m.confidence) == ("order", 0.5) for m in found[:4])


def test_several_marks_in_one_cell_are_taken_apart():
    page = Page("Toán", [["Mã HS", "Họ và tên", "ĐĐGtx", "ĐĐGgk"],
                         *[[p.code, p.name, "8 7,5 9", 8] for p in PUPILS]])  # fmt: skip
    values = read(page).clean().values()
    assert [values[AN, "TOAN", 1, f"tx{n}"] for n in (1, 2, 3)] == ["8.0", "7.5", "9.0"]


def test_what_a_head_does_not_say_the_user_does():
    page = plain(heads=("STT", "Số", "Em", "A", "B", "C", "D", "E", "F"))
    page.rows[0][2] = "Họ tên"
    page.rows[0][1] = "Mã HS"
    columns = ("D=tx1", "E=tx2", "F=tx3", "G=tx4", "H=gk", "I=ck")
    assert [m.role for m in meanings(page)[3:]] == ["unknown"] * 6
    assert len(read(page, columns=columns).clean().values()) == 18


def test_the_title_names_subject_term_class_and_year():
    context = look_at(save_xlsx(vnedu()), CLASS).sheets[0].proposal.context
    assert context == type(context)("TOAN", 1, "6A1", "2025-2026")


def test_sheets_with_the_same_heads_have_one_fingerprint_whatever_their_subject_or_format():
    pages = [vnedu(), vnedu("NGỮ VĂN", "HỌC KỲ II", "Van6A1")]
    found = {look_at(save(page, form), CLASS).sheets[0].fingerprint
             for page in pages for form in ("xlsx", "xls", "ods")}  # fmt: skip
    other = look_at(save_xlsx(plain()), CLASS).sheets[0].fingerprint
    assert len(found) == 1
    assert other not in found


def test_pupils_are_found_by_name_where_there_are_no_codes():
    page = plain()
    page = Page("Toán", [[row[0], row[2].upper(), *row[3:]] for row in page.rows])
    page.rows[2][1] = "Nguyễn Thị Hòa"  # the other way to place the tone
    assert len(read(page).clean().values()) == 18


def test_two_pupils_of_one_name_are_told_apart_by_birth_date_or_not_at_all():
    twins = tuple(type(p)(p.code, "Lê An", p.birth_date) for p in PUPILS)
    register = type(CLASS)(**{**vars(CLASS), "pupils": twins})
    heads = ["Họ và tên", "Ngày sinh", "GK"]
    born = ["05/09/2014", "2014", "02/2014"]

    def told(head, dates):
        body = [["Lê An", day, 8] for day in dates]
        file = look_at(save_xlsx(Page("Toán", [head, *body])), register, told=Told("TOAN", 1))
        agreed = {s.fingerprint: mapping_of(s.proposal) for s in file.sheets}
        return read_foreign(file, agreed)

    assert len(told(heads, born).clean().values()) == 3
    unsure = told(["Họ và tên", "STT", "GK"], ["1", "2", "3"])
    assert {p.code for p in unsure.problems} == {"sheet.ambiguous_pupil"}


def test_hidden_rows_and_columns_are_read_and_said():
    page = vnedu()
    page.hidden_rows, page.hidden_columns = {8}, {10}
    for form in ("xlsx", "xls", "ods"):
        reading = read(page, form)
        assert len(reading.clean().values()) == 18
        told = {(w.code, w.cell) for w in reading.warnings}
        assert {("sheet.hidden_row", "A9"), ("sheet.hidden_column", "K7")} <= told


@pytest.mark.parametrize(
    ("typed", "value"),
    [("8,5", "8.5"), ("8.5", "8.5"), ("8,50", "8.5"), (" 8,5 ", "8.5"), ("8,5\u00a0", "8.5"),
     ("\u200b8,5", "8.5"), (8, "8.0"), ("10", "10.0"), ("v", "V"), ("Vắng", "V")],
)  # fmt: skip
def test_a_score_is_read_as_people_type_it(typed, value):
    page = plain()
    page.rows[1][3] = typed
    assert read(page).clean().values()[AN, "TOAN", 1, "tx1"] == value


@pytest.mark.parametrize(
    ("typed", "value"),
    [("Đ", "Đ"), ("đ", "Đ"), ("Đạt", "Đ"), ("CĐ", "CĐ"), ("chưa đạt", "CĐ"), ("Chưa  đạt\u00a0",
     "CĐ"), ("Ð", "Đ"), ("Đ\u200b", "Đ"), ("đa\u0323t", "Đ")],
)  # fmt: skip
def test_a_comment_mark_is_read_as_people_type_it(typed, value):
    page = Page("GDTC", [["Mã HS", "Họ và tên", "TX1"],
                         *[[p.code, p.name, typed] for p in PUPILS]])  # fmt: skip
    values = read(page, told=Told("GDTC", 1)).clean().values()
    assert values[AN, "GDTC", 1, "tx1"] == value


def test_an_empty_cell_says_nothing():
    page = plain()
    page.rows[1][3] = ""
    sheet = read(page).clean()
    assert (AN, "TOAN", 1, "tx1") not in {entry.key for entry in sheet.entries}


def test_systems_without_a_public_sample_have_no_layout_and_all_say_where_they_were_seen():
    known = {one["system"]: one for one in systems()}
    assert set(known) == {"vnEdu", "CSDL ngành", "SMAS", "K12Online"}
    assert not known["SMAS"]["layouts"]
    assert not known["K12Online"]["layouts"]
    for one in known.values():
        assert one["dated"] >= "2026-01-01"
        assert all("found: GitHub id" in layout["source"] for layout in one["layouts"])


def test_the_class_summary_of_vnedu_offers_averages_and_none_is_imported():
    heads = [["STT", "Mã học sinh", "Số định danh cá nhân", "Họ và tên", "Ngày sinh", "Toán",
              "Kết quả học tập", "Kết quả rèn luyện", "Buổi nghỉ", "", ""],
             ["", "", "", "", "", "(HS 1)", "", "", "P", "K", "Tổng"]]  # fmt: skip
    title = [["BẢNG TỔNG HỢP KẾT QUẢ GIÁO DỤC HỌC KỲ 2, NĂM HỌC 2025 - 2026"],
             ["Khối 6 - Lớp 6A1 - (Học kỳ 2)"]]  # fmt: skip
    body = [[n, p.code, "", p.name, "05/09/2014", 8.1, "Khá", "Tốt", 1, 0, 1]
            for n, p in enumerate(PUPILS, start=1)]  # fmt: skip
    page = Page("6a1", title + heads + body, ["I3:K3"])
    file = look_at(save(page, "xls"), CLASS)
    proposal = file.sheets[0].proposal
    assert proposal.known.layout == "class-summary"
    values = read(page, "xls", told=Told()).clean().values()
    assert values == {(p.code, None, 2, "conduct"): "T" for p in PUPILS}


def test_one_sheet_of_many_classes_is_read_and_the_others_are_named():
    other = vnedu()
    other.name, other.rows[3][0] = "Toan6A2", "Khối 6 - Lớp 6A2"
    file = look_at(save_xlsx(vnedu(), other), CLASS)
    assert [s.proposal.grid.name for s in file.sheets] == ["Toan6A1"]
    assert [(w.code, w.sheet) for w in file.warnings] == [("sheet.other_class", "Toan6A2")]


def test_heads_in_an_old_font_are_understood():
    page = plain(heads=("STT", "M· HS", "Hä vµ tªn", "TX1", "TX2", "TX3", "TX4", "GK", "CK"))
    found = look_at(save_xlsx(page), CLASS).sheets[0].proposal
    assert [c.meaning.role for c in found.columns[:3]] == ["number", "code", "name"]


def test_no_header_is_no_proposal():
    file = look_at(save_csv(Page("x", [["a", "b"], ["1", "2"]])), CLASS)
    assert [p.code for p in file.problems] == ["sheet.no_header"]
    grid = look_at(save_xlsx(plain()), CLASS).sheets[0].proposal.grid
    assert guess_mapping(type(grid)("x", ())).header is None
