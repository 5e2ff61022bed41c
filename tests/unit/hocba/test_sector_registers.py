"""Registers of marks, and what only a few may see of a pupil."""

from datetime import date, timedelta

import pytest
from fakes.schools import FIRST_DAY, House, build
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, ProgrammingError

from hocba.kit import audit
from hocba.kit.errors import (
    ConflictError,
    HocbaError,
    IntegrityError,
    NotFoundError,
    RefusedError,
)
from hocba.sector import queries, registers, setup
from hocba.sector.models import (
    MarkEvent,
    PupilPrivate,
)
from hocba.sector.private import read_private, write_private
from hocba.sector.registers import Cell, Change, Entry


@pytest.fixture
def house(db, vault, at) -> House:
    return build(db, vault, at)


MATHS_1 = "tx1"


def _cell(house: House, pupil: int = 0, item: str = MATHS_1, term: int = 1) -> Cell:
    return Cell(house.pupils[pupil].id, house.maths.id, term, item)


def _write(db, vault, house, value, at, cell=None, **where) -> int:  # noqa: PLR0913, PLR0917  # fixtures
    change = Change(cell or _cell(house), value, **where)
    entry = Entry("staff:1", at, "Lop_6A1.xlsx")
    return registers.write(db, vault, house.school.id, house.six_a.id, [change], entry=entry)


def _read(db, vault, house):
    return registers.read(db, vault, house.school.id, house.six_a.id)


def test_a_mark_is_an_event_that_keeps_what_was_before(db, vault, at, house):
    later = at + timedelta(hours=1)
    assert _write(db, vault, house, "8.5", at, sheet="Toán", address="E7") == 1
    assert _write(db, vault, house, "8.5", later) == 0
    assert _write(db, vault, house, "9.0", later) == 1
    assert _write(db, vault, house, None, later) == 1
    assert _read(db, vault, house) == {}
    past = registers.history(db, vault, house.school.id, house.six_a.id, _cell(house))
    assert [(each.old, each.new) for each in past] == [
        (None, "8.5"),
        ("8.5", "9.0"),
        ("9.0", None),
    ]
    first = past[0]
    assert (first.actor, first.at, first.source) == ("staff:1", at, "Lop_6A1.xlsx")
    assert (first.sheet, first.address) == ("Toán", "E7")


def test_cells_are_told_apart(db, vault, at, house):
    cells = {
        _cell(house): "8.5",
        _cell(house, 1): "7.0",
        _cell(house, 0, "tx2"): "6.5",
        _cell(house, 0, MATHS_1, 2): "9.0",
        Cell(house.pupils[0].id, None, 1, "conduct"): "T",
        Cell(house.pupils[0].id, None, 0, "absences"): 3,
        Cell(house.pupils[0].id, None, 0, "homeroom_comment"): "Chăm chỉ, tiến bộ.",
    }
    changes = [Change(cell, value) for cell, value in cells.items()]
    entry = Entry("staff:1", at)
    count = registers.write(db, vault, house.school.id, house.six_a.id, changes, entry=entry)
    assert count == len(cells)
    assert _read(db, vault, house) == cells


def test_marks_are_encrypted_and_bound_to_their_event(db, vault, at, house):
    _write(db, vault, house, "8.5", at)
    _write(db, vault, house, "8.5", at, _cell(house, 0, "tx2"))
    first, second = db.scalars(select(MarkEvent).order_by(MarkEvent.seq))
    assert b"8.5" not in first.new_value
    assert first.new_value != second.new_value  # equal marks do not look alike
    key = vault.key(db, house.pupils[0].id)
    with pytest.raises(IntegrityError):
        key.open_json(first.new_value, context=f"mark_event:{second.id}:new")


def test_erasing_a_pupils_key_makes_the_marks_unreadable(db, vault, at, house):
    _write(db, vault, house, "8.5", at)
    _write(db, vault, house, "7.0", at, _cell(house, 1))
    vault.erase(db, house.pupils[0].id, at=at)
    db.expire_all()
    assert _read(db, vault, house) == {_cell(house, 1): "7.0"}
    with pytest.raises(NotFoundError, match=r"vault\.erased"):
        registers.history(db, vault, house.school.id, house.six_a.id, _cell(house))


def test_a_closed_register_takes_no_other_mark_until_it_is_opened(db, vault, at, house):
    school, six_a, pupil = house.school.id, house.six_a.id, house.pupils[0].id
    _write(db, vault, house, "8.5", at)
    registers.close_registers(db, school, six_a, [pupil, pupil], at=at)
    registers.close_registers(db, school, six_a, [pupil], at=at)
    assert registers.closed_registers(db, school, six_a) == {pupil}
    with pytest.raises(ConflictError) as caught:
        _write(db, vault, house, "9.0", at, sheet="Toán", address="E7")
    assert caught.value.code == "class.already_frozen"
    assert "ô E7" in caught.value.sentence()
    assert "6A1" in caught.value.sentence()
    assert _write(db, vault, house, "8.5", at) == 0  # the same file read again is no offence
    assert _write(db, vault, house, "7.0", at, _cell(house, 1)) == 1  # others go on
    registers.open_registers(db, school, six_a, [pupil], at=at)
    assert _write(db, vault, house, "9.0", at) == 1


def test_a_mark_of_a_stranger_or_of_a_subject_not_taken_is_refused(db, vault, at, house):
    other = build(db, vault, at, 2)
    for cell, code in (
        (_cell(other), "pupil.not_found"),
        (Cell(house.pupils[0].id, other.maths.id, 1, "tx1"), "offering.not_found"),
    ):
        with pytest.raises(NotFoundError) as caught:
            _write(db, vault, house, "8.5", at, cell)
        assert caught.value.code == code


def test_registers_of_another_school_do_not_exist(db, vault, at, house):
    other, six_a = build(db, vault, at, 2).school.id, house.six_a.id
    for ask in (
        lambda: registers.read(db, vault, other, six_a),
        lambda: registers.write(db, vault, other, six_a, [], entry=Entry("x", at)),
        lambda: registers.history(db, vault, other, six_a, _cell(house)),
        lambda: registers.close_registers(db, other, six_a, [], at=at),
        lambda: registers.open_registers(db, other, six_a, [], at=at),
    ):
        with pytest.raises(NotFoundError, match=r"class\.not_found"):
            ask()
    assert registers.closed_registers(db, other, six_a) == frozenset()


def test_a_freeze_waits_for_a_mark_that_is_being_written(database, vault, at):
    with database.transaction() as session:
        house = build(session, vault, at)

    def freeze() -> None:
        with database.transaction() as freezer:
            freezer.execute(text("SET LOCAL lock_timeout = 50"))
            registers.close_registers(freezer, house.school.id, house.six_a.id, [], at=at)

    with database.transaction() as writer:
        _write(writer, vault, house, "8.5", at)
        with pytest.raises(HocbaError) as caught:
            freeze()
    assert caught.value.code == "database.busy"


PRIVATE = {"ethnicity": "01", "policy": "Hộ nghèo", "father": None}


def test_private_fields_are_for_few_and_every_look_is_noted(db, vault, at, house):
    school, pupil = house.school.id, house.pupils[0].id
    write_private(db, vault, school, pupil, PRIVATE, writer=house.homeroom.id, at=at)
    for reader in (house.homeroom, house.principal):
        assert read_private(db, vault, school, pupil, reader=reader.id, at=at) == PRIVATE
    assert db.scalar(text("SELECT current_user")) == "hocba_app"
    noted = audit.events_of(db, f"pupil:{pupil}")
    assert [event.action for event in noted] == ["private.written", "private.read", "private.read"]
    assert noted[0].actor == f"staff:{house.homeroom.id}"


def test_a_pupil_without_private_fields_has_none(db, vault, at, house):
    found = read_private(
        db, vault, house.school.id, house.pupils[0].id, reader=house.principal.id, at=at
    )
    assert found == {}


def test_a_teacher_of_another_class_may_not_look(db, vault, at, house):
    other = setup.add_staff(db, house.school, code="GV3", name="Lê An", cccd="031190000077")
    setup.add_class(db, house.school, house.year, name="6A2", grade=6, homeroom=other)
    school, pupil = house.school.id, house.pupils[0].id
    with pytest.raises(RefusedError, match=r"sensitive\.not_allowed"):
        read_private(db, vault, school, pupil, reader=other.id, at=at)
    with pytest.raises(RefusedError, match=r"sensitive\.not_allowed"):
        write_private(db, vault, school, pupil, PRIVATE, writer=other.id, at=at)


def test_a_former_principal_may_not_look(db, vault, at, house):
    role = queries.roles_of(db, house.school.id, house.principal.id, on=FIRST_DAY)[0]
    role.to_date = date(2026, 5, 30)
    with pytest.raises(RefusedError):
        read_private(
            db, vault, house.school.id, house.pupils[0].id, reader=house.principal.id, at=at
        )


def test_another_schools_principal_does_not_find_the_pupil(db, vault, at, house):
    other = build(db, vault, at, 2)
    with pytest.raises(NotFoundError, match=r"pupil\.not_found"):
        read_private(
            db, vault, other.school.id, house.pupils[0].id, reader=other.principal.id, at=at
        )


def test_the_principal_of_the_school_that_took_over_may_look(db, vault, at, house):
    other = build(db, vault, at, 2)
    asked = {"reader": other.principal.id, "at": at}
    school, pupil = house.school.id, house.pupils[0].id
    with pytest.raises(RefusedError):
        read_private(db, vault, school, pupil, **asked)
    assert read_private(db, vault, school, pupil, **asked, acting=other.school.id) == {}


def test_the_applications_role_cannot_read_the_private_table(db):
    with pytest.raises(ProgrammingError, match="permission denied"):
        db.execute(select(PupilPrivate))


def test_the_private_role_can_read_nothing_else(db):
    db.execute(text("SET LOCAL ROLE hocba_private"))
    with pytest.raises(DBAPIError, match="permission denied"):
        db.execute(select(MarkEvent.id))
