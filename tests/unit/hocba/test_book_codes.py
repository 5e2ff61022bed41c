"""Who gives a book its management code: the database, once, to one book."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from fakes.schools import build
from sqlalchemy.exc import IntegrityError as ConstraintError

from hocba.issuance.models import MANAGEMENT_SERIAL, Book


def test_writers_at_the_same_time_get_different_serials(database):
    def take(_):
        with database.transaction("test") as db:
            return [db.scalar(MANAGEMENT_SERIAL) for _ in range(50)]

    with ThreadPoolExecutor(4) as pool:
        taken = [serial for serials in pool.map(take, range(8)) for serial in serials]
    assert len(set(taken)) == len(taken) == 400


def test_a_serial_is_not_given_again_after_a_rollback(database):
    given = []

    def take_and_fail():
        with database.transaction("test") as db:
            given.append(db.scalar(MANAGEMENT_SERIAL))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        take_and_fail()
    with database.transaction("test") as db:
        given.append(db.scalar(MANAGEMENT_SERIAL))
    assert given[0] != given[1]


def test_two_books_never_have_one_code(db, vault, at):
    house = build(db, vault, at)
    for pupil in house.pupils:
        code = "31-25-2-0000042-39"
        db.add(Book(id=uuid4(), pupil_id=pupil.id, level="thcs", management_code=code))
    with pytest.raises(ConstraintError, match="uq_book_management_code"):
        db.flush()
