"""Setting up schools, and reading them school by school."""

import inspect
from datetime import date
from uuid import UUID, uuid4

import pytest
from fakes.schools import FIRST_DAY, House, build, new_subject
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError as ConstraintError

from hocba.kit.errors import (
    ConflictError,
    InputError,
    NotFoundError,
)
from hocba.sector import queries, setup
from hocba.sector.models import (
    Enrolment,
    EnrolmentStatus,
    FrozenRecord,
    Pupil,
    Role,
    SchoolClass,
    Staff,
)
from hocba.sector.setup import NewPupil, NewSchool


@pytest.fixture
def house(db, vault, at) -> House:
    return build(db, vault, at)


def test_reading_the_same_school_twice_changes_nothing(db, vault, at, house):
    assert build(db, vault, at) == house
    assert not db.dirty
    assert db.scalar(text("SELECT count(*) FROM pupil")) == 2
    assert db.scalar(text("SELECT count(*) FROM record_key")) == 2
    assert db.scalar(text("SELECT count(*) FROM staff_role")) == 2


def test_details_are_brought_up_to_date(db, vault, at, house):
    again = NewPupil(house.pupils[0].code, "Trần Văn Ổn", "2014-09-06", None, "12/THCS")
    assert setup.add_pupil(db, vault, again, at=at) is house.pupils[0]
    assert (house.pupils[0].birth_date, house.pupils[0].register_no) == ("2014-09-06", "12/THCS")


def test_names_are_stored_in_one_form_with_their_keys(db, vault, at):
    new = NewPupil("1", "Nguye\u0302\u0303n  Ðức\u200b", "2014")  # a look-alike
    pupil = setup.add_pupil(db, vault, new, at=at)
    assert (pupil.name, pupil.search_key) == ("Nguyễn Đức", " nguyen duc ")
    found = db.scalar(select(Pupil).where(Pupil.name == "Nguye\u0302\u0303n Đức"))
    assert found is pupil  # comparisons are normalised, too


def test_a_personal_number_belongs_to_one_pupil(db, vault, at, house):
    number = house.pupils[0].personal_number
    with pytest.raises(ConflictError, match=r"pupil\.exists"):
        setup.add_pupil(db, vault, NewPupil("9", "Lê An", "2014", number), at=at)
    twins = [NewPupil(code, "Lê An", "2014", "031214000099") for code in ("8", "9")]
    with pytest.raises(ConflictError, match=r"pupil\.exists"):
        setup.add_pupils(db, vault, twins, at=at)


def test_a_cccd_belongs_to_one_member_of_staff(db, house):
    with pytest.raises(ConflictError, match=r"staff\.exists"):
        setup.add_staff(db, house.school, code="GV9", name="Lê An", cccd=house.homeroom.cccd)


def test_two_schools_may_use_the_same_staff_code(db, vault, at, house):
    other = build(db, vault, at, 2)
    assert other.homeroom.code == house.homeroom.code
    assert other.homeroom.id != house.homeroom.id


def test_nobody_is_in_two_classes_at_once(db, house):
    six_b = setup.add_class(db, house.school, house.year, name="6A2", grade=6)
    with pytest.raises(ConflictError, match=r"pupil\.already_enrolled"):
        setup.enrol(db, six_b, house.pupils[0], from_date=FIRST_DAY)
    old = queries.enrolments_of_pupil(db, house.school.id, house.pupils[0].id)[0]
    setup.end_enrolment(db, old, status=EnrolmentStatus.MOVED_CLASS, on=date(2025, 12, 1))
    setup.enrol(db, six_b, house.pupils[0], from_date=date(2025, 12, 1))
    assert queries.pupils_of_class(db, house.school.id, six_b.id) == [house.pupils[0]]
    assert queries.pupils_of_class(db, house.school.id, house.six_a.id) == [house.pupils[1]]


def test_the_database_itself_refuses_a_second_active_enrolment(db, house):
    six_b = setup.add_class(db, house.school, house.year, name="6A2", grade=6)
    db.add(
        Enrolment(
            school_id=house.school.id, class_id=six_b.id, pupil_id=house.pupils[0].id,
            from_date=FIRST_DAY, status="active",
        )
    )  # fmt: skip
    with pytest.raises(ConstraintError, match="one_active_enrolment"):
        db.flush()


def test_the_database_itself_keeps_schools_apart(db, vault, at, house):
    other = build(db, vault, at, 2)
    for row in (
        Enrolment(
            school_id=other.school.id, class_id=house.six_a.id, pupil_id=uuid4(),
            from_date=FIRST_DAY, status="left",
        ),
        SchoolClass(
            school_id=other.school.id, school_year_id=house.year.id, name="X", level="thcs", grade=6
        ),
        FrozenRecord(
            id=uuid4(), school_id=other.school.id, class_id=house.six_a.id,
            pupil_id=house.pupils[0].id, digest="", content=b"", frozen_by="x", frozen_at=at,
        ),
    ):  # fmt: skip
        savepoint = db.begin_nested()
        db.add(row)
        with pytest.raises(ConstraintError, match="foreign key"):
            db.flush()
        savepoint.rollback()


@pytest.mark.parametrize("birth_date", ["14", "2014-13", "2014-02-32", "05/09/2014", ""])
def test_the_database_itself_refuses_a_malformed_birth_date(db, birth_date):
    db.add(Pupil(code="x", name="x", sort_key="", search_key="", birth_date=birth_date))
    with pytest.raises(ConstraintError, match="birth_date"):
        db.flush()


def test_a_class_list_is_in_the_order_of_given_names(db, vault, at, house):
    names = ["Đặng Văn Dũng", "Nguyễn Văn An", "Lê Ánh", "Trần Thị Ân", "Y Thông Êban"]
    more = [NewPupil(f"9{index}", name, "2014") for index, name in enumerate(names)]
    setup.enrol_all(db, house.six_a, setup.add_pupils(db, vault, more, at=at), from_date=FIRST_DAY)
    listed = [pupil.name for pupil in queries.pupils_of_class(db, house.school.id, house.six_a.id)]
    assert listed == [
        "Nguyễn Văn An", "Lê Ánh", "Trần Thị Ân", "Đặng Văn Dũng", "Y Thông Êban",
        "Lê Thị Hoà", "Trần Văn Ổn",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("hoa", ["Lê Thị Hoà"]),
        ("hòa", ["Lê Thị Hoà"]),
        ("on tran", ["Trần Văn Ổn"]),
        ("hóa", []),
        ("%", []),
        ("_", []),
        ("031214000011", ["Trần Văn Ổn"]),
        ("3100000012", ["Lê Thị Hoà"]),
        ("03121400001", []),
    ],
)
def test_pupils_are_found_by_name_code_and_number(db, house, query, found):
    pupils = queries.search_pupils(db, house.school.id, query)
    assert [pupil.name for pupil in pupils] == found


def test_offerings_come_in_the_order_of_the_form(db, house):
    setup.add_offering(db, house.six_a, new_subject(db, "VAN", 0), name="Ngữ văn (song ngữ)")
    offered = queries.offerings(db, house.school.id, house.six_a.id)
    assert [(each.code, each.name, each.teacher) for each in offered] == [
        ("VAN", "Ngữ văn (song ngữ)", None),
        ("TOAN", "Môn TOAN", "Vũ Thị Ánh"),
    ]


def test_roles_hold_on_their_dates(db, house):
    school, deputy = house.school, house.homeroom
    setup.add_role(
        db, school, deputy, Role.DEPUTY_PRINCIPAL,
        from_date=date(2026, 1, 1), to_date=date(2026, 2, 1),
    )  # fmt: skip

    def holders(day: date) -> list[Staff]:
        return queries.holders(db, school.id, Role.DEPUTY_PRINCIPAL, on=day)

    assert holders(date(2025, 12, 31)) == holders(date(2026, 2, 2)) == []
    assert holders(date(2026, 1, 1)) == holders(date(2026, 2, 1)) == [deputy]
    roles = queries.roles_of(db, school.id, deputy.id, on=date(2026, 1, 15))
    assert [(role.role, role.scope) for role in roles] == [
        ("deputy_principal", "school"),
        ("homeroom", "2025-2026/6A1"),
    ]


# Values for the parameters of every query, all of them another school's.
def _foreign_arguments(house: House, record: UUID) -> dict[str, object]:
    return {
        "name": house.six_a.name, "year": house.year.name, "class_id": house.six_a.id,
        "code": house.pupils[0].code, "pupil_id": house.pupils[0].id,
        "staff_id": house.homeroom.id, "query": "on", "on": FIRST_DAY, "role": Role.PRINCIPAL,
        "record_id": record, "record_ids": [record], "vault": None, "cell": None,
    }  # fmt: skip


def _asking_functions() -> list:
    found = [
        function
        for _, function in inspect.getmembers(queries, inspect.isfunction)
        if function.__module__ == queries.__name__ and not function.__name__.startswith("_")
    ]
    assert len(found) > 15
    return found


def test_every_query_asks_on_behalf_of_one_school():
    doors = {"school_by_code", "schools"}
    for function in _asking_functions():
        names = list(inspect.signature(function).parameters)
        if function.__name__ not in doors:
            assert names[:2] == ["session", "school"], function.__name__


@pytest.mark.parametrize(
    "function",
    [each for each in _asking_functions() if "school" in inspect.signature(each).parameters],
)
def test_what_belongs_to_another_school_does_not_exist(db, vault, at, house, function):
    record = FrozenRecord(
        id=uuid4(), school_id=house.school.id, class_id=house.six_a.id, digest="d", content=b"c",
        pupil_id=house.pupils[0].id, frozen_by="x", frozen_at=at,
    )  # fmt: skip
    db.add(record)
    db.flush()
    stranger = setup.add_school(db, NewSchool("99", "Trường khác", "Xã A", "Tỉnh B", "1", "thcs"))
    values = _foreign_arguments(house, record.id)
    if function.__name__ == "staff_by_code":
        values["code"] = house.homeroom.code
    if function.__name__ == "school_year":
        values["name"] = house.year.name
    parameters = inspect.signature(function).parameters.values()
    wanted = {
        each.name: values[each.name]
        for each in parameters
        if each.name not in {"session", "school"} and each.default is inspect.Parameter.empty
    }
    assert function(db, house.school.id, **wanted)  # its own school finds it
    try:
        found = function(db, stranger.id, **wanted)
    except NotFoundError as error:
        assert "khác" not in error.sentence()  # noqa: PT017  # either way is right
    else:
        assert not found


def test_a_wrong_input_is_refused_before_anything_is_written(db, vault, at):
    new = [NewPupil("1", "Lê An", "2014"), NewPupil("2", "Lê Bình", "30/2/2014")]
    with pytest.raises(InputError, match=r"birth_date\.impossible"):
        setup.add_pupils(db, vault, new, at=at)
    assert db.scalar(text("SELECT count(*) FROM pupil")) == 0


def test_a_new_year_finishes_the_old_one_and_its_class_list_stays(db, vault, at, house):
    later = setup.add_school_year(db, house.school, "2026-2027")
    seven = setup.add_class(db, house.school, later, name="7A1", grade=7, homeroom=house.homeroom)
    setup.enrol_all(db, seven, house.pupils, from_date=date(2026, 9, 5))
    for of in (house.six_a, seven):
        listed = queries.pupils_of_class(db, house.school.id, of.id)
        assert {pupil.id for pupil in listed} == {pupil.id for pupil in house.pupils}
    old = db.scalars(select(Enrolment).where(Enrolment.class_id == house.six_a.id)).all()
    assert {(row.status, row.to_date) for row in old} == {("finished", house.year.ends_on)}


def test_a_pupil_is_not_put_back_into_a_year_before_the_present_one(db, vault, at, house):
    earlier = setup.add_school_year(db, house.school, "2024-2025")
    five = setup.add_class(db, house.school, earlier, name="6A9", grade=6, homeroom=house.homeroom)
    with pytest.raises(ConflictError, match=r"pupil\.already_enrolled"):
        setup.enrol_all(db, five, house.pupils[:1], from_date=date(2024, 9, 5))
