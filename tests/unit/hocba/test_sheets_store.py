"""From a clean sheet to mark events, and back to a pupil's year."""

import pytest
from fakes.schools import House, build, new_subject

from hocba.kit.errors import ConflictError, NotFoundError
from hocba.sector import queries, registers, setup
from hocba.sector.assessment import assess_year, regulation
from hocba.sector.registers import Cell, Entry
from hocba.sector.setup import NewPupil
from hocba.sector.sheets import (
    apply,
    build_template,
    fill,
    read_sheet,
    register_of_class,
)
from hocba.sector.sheets.layout import term_items
from hocba.sector.year_book import year_book

TT22 = regulation("tt22-2021", "1", level="thcs")


@pytest.fixture
def house(db, vault, at) -> House:
    built = build(db, vault, at)
    for position, code in enumerate(("VAN", "NN1", "GDCD", "LSDL", "KHTN"), start=2):
        setup.add_offering(db, built.six_a, new_subject(db, code, position))
    return built


def entries(register):
    found = {}
    for pupil in register.pupils:
        for subject in register.subjects:
            for term in (1, 2):
                items = term_items(subject)
                found |= {(pupil.code, subject.code, term, item): "8.5" for item in items}
            found[pupil.code, subject.code, 0, "comment"] = f"Tốt môn {subject.code}"
        found |= {(pupil.code, None, term, "conduct"): "Tốt" for term in (1, 2)}
        found[pupil.code, None, 0, "absences"] = "3"
        found[pupil.code, None, 0, "homeroom_comment"] = "Ngoan."
        found[pupil.code, None, 0, "contests"] = "Giải Ba"
    return found


def sheet_of(db, house, at, **changes):
    register = register_of_class(db, house.school.id, house.six_a.id)
    data = fill(build_template(register, at=at), entries(register) | changes, register)
    return read_sheet(data, register, file="6A1.xlsx").clean()


def test_the_register_is_the_class_as_the_database_has_it(db, house):
    register = register_of_class(db, house.school.id, house.six_a.id)
    assert [pupil.name for pupil in register.pupils] == ["Lê Thị Hoà", "Trần Văn Ổn"]
    assert (register.class_name, register.school_year) == ("6A1", "2025-2026")
    assert register.homeroom == "Vũ Thị Ánh"
    assert [(s.code, s.tab, s.regular_marks) for s in register.subjects][:2] == [
        ("TOAN", "Toán", 4), ("VAN", "Ngữ văn", 4),
    ]  # fmt: skip


def test_a_clean_sheet_becomes_mark_events_that_say_where_they_came_from(db, vault, house, at):
    sheet = sheet_of(db, house, at)
    entry = Entry("staff:GV01", at)
    count = apply(db, vault, house.school.id, house.six_a.id, sheet, entry=entry)
    assert count == len(sheet.values())
    cell = Cell(house.pupils[0].id, house.maths.id, 1, "tx1")
    (event,) = registers.history(db, vault, house.school.id, house.six_a.id, cell)
    assert (event.old, event.new, event.actor, event.at) == (None, "8.5", "staff:GV01", at)
    assert (event.source, event.sheet, event.address) == ("6A1.xlsx", "Toán", "E7")


def test_the_same_sheet_twice_writes_nothing_the_second_time(db, vault, house, at):
    sheet, entry = sheet_of(db, house, at), Entry("staff:GV01", at)
    apply(db, vault, house.school.id, house.six_a.id, sheet, entry=entry)
    assert apply(db, vault, house.school.id, house.six_a.id, sheet, entry=entry) == 0


def test_only_what_differs_is_written_and_an_emptied_cell_is_emptied(db, vault, house, at):
    entry = Entry("staff:GV01", at)
    sheet = sheet_of(db, house, at)
    apply(db, vault, house.school.id, house.six_a.id, sheet, entry=entry)
    first = sheet.register.pupils[0].code
    changed = {(first, "TOAN", 1, "tx1"): "9.0", (first, None, 0, "contests"): " "}
    register = sheet.register
    data = fill(build_template(register, at=at), entries(register) | changed, register)
    again = read_sheet(data, register).clean()
    assert apply(db, vault, house.school.id, house.six_a.id, again, entry=entry) == 2
    values = registers.read(db, vault, house.school.id, house.six_a.id)
    pupil = queries.pupil_by_code(db, house.school.id, first)
    assert values[Cell(pupil.id, house.maths.id, 1, "tx1")] == "9.0"
    assert Cell(pupil.id, None, 0, "contests") not in values


def test_a_closed_register_is_not_written(db, vault, house, at):
    sheet = sheet_of(db, house, at)
    pupils = [pupil.id for pupil in house.pupils]
    registers.close_registers(db, house.school.id, house.six_a.id, pupils, at=at)
    with pytest.raises(ConflictError, match=r"class\.already_frozen"):
        apply(db, vault, house.school.id, house.six_a.id, sheet, entry=Entry("staff:GV01", at))
    assert registers.read(db, vault, house.school.id, house.six_a.id) == {}


def test_a_class_that_changed_between_reading_and_writing_is_noticed(db, vault, house, at):
    sheet = sheet_of(db, house, at)
    new = setup.add_pupil(db, vault, NewPupil("3100000099", "Lê Mới", "2014"), at=at)
    setup.enrol(db, house.six_a, new, from_date=at.date())
    with pytest.raises(ConflictError, match=r"sheet\.roster_moved"):
        apply(db, vault, house.school.id, house.six_a.id, sheet, entry=Entry("staff:GV01", at))


def test_another_schools_class_is_not_found(db, vault, house, at):
    other = build(db, vault, at, number=2)
    sheet = sheet_of(db, house, at)
    with pytest.raises(NotFoundError, match=r"class\.not_found"):
        apply(db, vault, other.school.id, house.six_a.id, sheet, entry=Entry("staff:GV01", at))
    with pytest.raises(NotFoundError, match=r"class\.not_found"):
        register_of_class(db, other.school.id, house.six_a.id)


def test_what_was_imported_can_be_assessed(db, vault, house, at):
    sheet = sheet_of(db, house, at)
    apply(db, vault, house.school.id, house.six_a.id, sheet, entry=Entry("staff:GV01", at))
    values = registers.read(db, vault, house.school.id, house.six_a.id)
    offerings = queries.offerings(db, house.school.id, house.six_a.id)
    book = year_book(values, house.pupils[0].id, offerings, grade=6)
    result = assess_year(book.year, TT22)
    assert (result.learning.level, result.title, result.promoted) == ("T", "gioi", True)
    assert (result.absences, book.homeroom_comment, book.contests) == (3, "Ngoan.", "Giải Ba")
    assert book.comments["TOAN"] == "Tốt môn TOAN"
    assert (book.summer_comment, book.certificates, book.other_award) == (None, None, None)


def test_a_pupil_of_whom_nothing_is_known_has_an_empty_year(db, vault, house):
    offerings = queries.offerings(db, house.school.id, house.six_a.id)
    book = year_book({}, house.pupils[0].id, offerings, grade=6)
    assert book.year.absences is None
    assert book.year.subjects[0].term1.missing == ("tx1", "tx2", "tx3", "tx4", "gk", "ck")
    assert book.comments == {}


def test_every_subject_has_a_tab_that_excel_allows_and_no_two_are_the_same(db, vault, at):
    house = build(db, vault, at)
    for number, name in enumerate(
        ("Một môn tự chọn có tên rất dài của nhà trường", "Tiếng Nga/Pháp [N2]", "toán",
         "Tổng hợp", "?"),
    ):  # fmt: skip
        subject = new_subject(db, f"LACX{number}", 30 + number)
        setup.add_offering(db, house.six_a, subject, name=name)
    register = register_of_class(db, house.school.id, house.six_a.id)
    assert [subject.tab for subject in register.subjects] == [
        "Toán", "Một môn tự chọn có tên rất dài", "Tiếng Nga Pháp N2", "toán LACX2",
        "Tổng hợp LACX3", "LACX4",
    ]  # fmt: skip
    data = build_template(register, at=at)
    assert {p.code for p in read_sheet(data, register).problems} == {"sheet.missing_block"}
