"""Agreed mappings per school; broken sheets leave a real register as it was."""

from dataclasses import replace
from datetime import date

import pytest
from fakes.broken_sheets import broken_sheets
from fakes.foreign_sheets import CLASS, plain, save_xlsx, vnedu
from fakes.schools import build
from sqlalchemy import func, select

from hocba.kit.errors import InputError
from hocba.sector import setup
from hocba.sector.models import MarkEvent, Mode
from hocba.sector.registers import Entry
from hocba.sector.setup import NewPupil, NewSubject
from hocba.sector.sheets import (
    apply,
    build_template,
    fill,
    keep_mapping,
    kept_mapping,
    look_at,
    mapping_of,
    present_marks,
    read_foreign,
    read_sheet,
    register_of_class,
    with_columns,
)
from hocba.sector.sheets.mapping import load_mapping
from hocba.sector.sheets.models import KeptMapping


@pytest.fixture
def house(db, vault, at):
    """The class of the sheets, in a database."""
    built = build(db, vault, at)
    six_b = setup.add_class(db, built.school, built.year, name="6A9", grade=6)
    for position, subject in enumerate(CLASS.subjects, start=1):
        new = NewSubject("test", "thcs", 6, subject.code, subject.name, Mode(subject.mode),
                         position, subject.regular_marks)  # fmt: skip
        setup.add_offering(db, six_b, setup.add_subject(db, new))
    new = [NewPupil(one.code, one.name, one.birth_date) for one in CLASS.pupils]
    pupils = setup.add_pupils(db, vault, new, at=at)
    setup.enrol_all(db, six_b, pupils, from_date=date(2025, 9, 5))
    return built, six_b


def count(db, table):
    return db.scalar(select(func.count()).select_from(table))


def read(data, register, told=None, columns=(), *, agreed=True):
    file = look_at(data, register, told=told)
    mappings = {
        sheet.fingerprint: with_columns(mapping_of(sheet.proposal), sheet.proposal, columns)
        for sheet in (file.sheets if agreed else ())
    }
    return read_foreign(file, mappings)


def test_no_broken_sheet_writes_a_single_mark_and_the_good_one_does(db, vault, house, at):
    built, six_b = house
    found = register_of_class(db, built.school.id, six_b.id)
    register = replace(found, class_name=CLASS.class_name)
    for broken in broken_sheets():
        reading = read(broken.data, register, broken.told, broken.columns, agreed=broken.agreed)
        with pytest.raises(InputError):
            apply(db, vault, built.school.id, six_b.id, reading.clean(), entry=Entry("x", at))
        assert reading.problems[0].code == broken.expected[0][0], broken.name
    assert (count(db, MarkEvent), count(db, KeptMapping)) == (0, 0)
    sheet = read(save_xlsx(vnedu()), register).clean()
    assert apply(db, vault, built.school.id, six_b.id, sheet, entry=Entry("x", at)) == 18
    assert count(db, MarkEvent) == 18


def test_the_register_goes_out_and_comes_back_without_a_change(db, vault, house, at):
    built, six_b = house
    place = (db, vault, built.school.id, six_b.id)
    register = register_of_class(db, built.school.id, six_b.id)
    named = replace(register, class_name=CLASS.class_name)
    apply(*place, read(save_xlsx(vnedu()), named).clean(), entry=Entry("x", at))
    marks = present_marks(*place)
    assert len(marks) == 18
    data = fill(build_template(register, at=at), marks, register)
    again = read_sheet(data, register, terms=()).clean()
    assert again.values() == marks
    assert apply(*place, again, entry=Entry("x", at)) == 0


def test_a_mapping_is_kept_for_its_school_alone_and_the_later_one_counts(db, vault, at):
    one, other = build(db, vault, at), build(db, vault, at, number=2)
    (sheet,) = look_at(save_xlsx(plain()), CLASS).sheets
    mapping = mapping_of(sheet.proposal)
    keep_mapping(db, one.school.id, mapping, by="staff:1", at=at)
    assert kept_mapping(db, one.school.id, sheet.fingerprint) == mapping
    assert kept_mapping(db, other.school.id, sheet.fingerprint) is None
    later = with_columns(mapping, sheet.proposal, ["D=-"])
    keep_mapping(db, one.school.id, later, by="staff:2", at=at)
    db.expire_all()
    assert kept_mapping(db, one.school.id, sheet.fingerprint) == later
    assert db.get(KeptMapping, (one.school.id, sheet.fingerprint)).kept_by == "staff:2"


@pytest.mark.parametrize(
    "text", ["", "{}", '{"fingerprint": "x", "columns": []}',
             '{"fingerprint": "' + "0" * 64 + '", "columns": [{"column": 0, "head": "a",'
             ' "role": "mark", "item": "tx10"}]}'],
)  # fmt: skip
def test_a_kept_mapping_is_checked_when_it_is_read(text):
    with pytest.raises(InputError, match=r"sheet\.bad_mapping"):
        load_mapping(text)


@pytest.mark.parametrize("told", ["D", "D=", "D=tx0", "D=3.tx1", "ZZZ=tx1", "D=computed", "1=gk"])
def test_a_column_option_that_is_not_understood_is_said(told):
    (sheet,) = look_at(save_xlsx(plain()), CLASS).sheets
    with pytest.raises(InputError, match=r"sheet\.bad_column_option"):
        with_columns(mapping_of(sheet.proposal), sheet.proposal, [told])
