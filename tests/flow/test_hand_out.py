"""Codes by which families without accounts collect documents, and who finds which file."""

from datetime import timedelta

import pytest
from fakes.desk_world import desk_world

from hocba.demo.build import PIN
from hocba.issuance import hand_out
from hocba.issuance.hand_out import LIFETIME, MOST_WRONG
from hocba.issuance.models import ReleaseCodeRow
from hocba.issuance.targets import find_school
from hocba.issuance.withdraw import StatusRequest, withdraw_issued
from hocba.kit.audit import AuditEvent
from hocba.kit.clock import now
from hocba.kit.errors import BusyError, NotFoundError, RefusedError
from hocba.sector import queries
from hocba.sector.models import Enrolment

HERE = "192.0.2.7"


@pytest.fixture(scope="module")
def world(server, tmp_path_factory):
    with desk_world(server, tmp_path_factory.mktemp("hand"), "hand_out", waiting=1) as made:
        yield made


@pytest.fixture(scope="module")
def school(world):
    with world.wp.database.transaction("test.school") as db:
        return find_school(db, world.neighbour.code).id


@pytest.fixture
def pupil(world):
    return world.pupil(world.neighbour.classes[0].pupils[0].code)


def make(world, school, pupil, at):
    return hand_out.make_code(world.wp, school, pupil.code, by="staff:1", at=at)


def open_with(world, code, at, address=HERE):
    return hand_out.with_code(world.wp, code, address=address, at=at)


def documents(world, pupil):
    with world.wp.database.transaction("test.documents") as db:
        return hand_out.documents_of(db, pupil.id)


def test_a_code_opens_its_pupils_documents_however_it_is_typed(world, school, pupil):
    at = now()
    code = make(world, school, pupil, at)
    assert open_with(world, code, at).pupil.id == pupil.id
    assert open_with(world, f" {code.lower().replace('-', ' ')} ", at).pupil.id == pupil.id
    assert open_with(world, code.replace("0", "O").replace("1", "I"), at).pupil.id == pupil.id
    (one,) = documents(world, pupil)
    assert (one.version, one.replaced, one.withdrawn) == (1, False, False)
    assert hand_out.released_file(world.wp, pupil.id, one.transcript).startswith(b"%PDF-1.7")


def test_a_code_ends_with_its_time_and_with_a_newer_one(world, school, pupil):
    at = now()
    first = make(world, school, pupil, at)
    second = make(world, school, pupil, at)
    with pytest.raises(RefusedError):
        open_with(world, first, at, "192.0.2.20")
    with pytest.raises(RefusedError):
        open_with(world, second, at + LIFETIME, "192.0.2.21")
    assert open_with(world, second, at + LIFETIME - timedelta(seconds=1)).pupil.id == pupil.id


def test_codes_cannot_be_guessed_at_for_long(world, school, pupil):
    at = now()
    code = make(world, school, pupil, at)
    for _ in range(MOST_WRONG):
        with pytest.raises(RefusedError):
            open_with(world, "0000-0000-0000-0000", at, "192.0.2.30")
    with pytest.raises(BusyError):
        open_with(world, code, at, "192.0.2.30")


def test_the_code_itself_is_nowhere_and_its_use_is_on_record(world, school, pupil):
    at = now()
    code = make(world, school, pupil, at)
    open_with(world, code, at)
    with world.wp.database.transaction("test.rows") as db:
        kept = [row.digest for row in db.query(ReleaseCodeRow).all()]
        deeds = [row.action for row in db.query(AuditEvent).all()]
    assert not any(code.replace("-", "") in one.upper() for one in kept)
    assert {"release_code.made", "release_code.used"} <= set(deeds)


def test_a_code_of_one_school_opens_nothing_that_another_issued(world, pupil):
    at = now()
    with world.wp.database.transaction("test.other") as db:
        other = find_school(db, world.school.code)
        class_id = world.target(world.big).class_id
        for row in queries.enrolments_of_pupil(
            db, find_school(db, world.neighbour.code).id, pupil.id
        ):
            row.status, row.to_date = "transferred", row.from_date
        db.flush()
        db.add(
            Enrolment(
                school_id=other.id,
                class_id=class_id,
                pupil_id=pupil.id,
                from_date=at.date(),
                to_date=None,
                status="active",
            )
        )
    code = make(world, other.id, pupil, at)
    assert open_with(world, code, at, "192.0.2.40").documents == []
    assert documents(world, pupil) != []  # there are some, of the school that was left


def test_a_file_is_found_only_with_its_own_pupil(world, school, pupil):
    (one,) = documents(world, pupil)
    other = world.pupil(world.neighbour.classes[0].pupils[1].code)
    with pytest.raises(NotFoundError):
        hand_out.released_file(world.wp, other.id, one.transcript)


def test_no_code_is_made_for_a_pupil_of_another_school(world, school):
    stranger = world.pupil(world.school.classes[0].pupils[0].code)
    with pytest.raises(NotFoundError):
        make(world, school, stranger, now())


def test_what_the_school_withdrew_is_told(world, school, pupil):
    gone = world.pupil(world.neighbour.classes[0].pupils[2].code)
    with world.wp.database.transaction("test.school") as db:
        found = find_school(db, world.neighbour.code)
    request = StatusRequest(found, (gone.code,), decision="15/QĐ-THCS")
    withdraw_issued(world.wp, request, staff=world.neighbour.clerk.code, pin=PIN, at=now())
    assert [one.withdrawn for one in documents(world, gone)] == [True]
    assert [one.withdrawn for one in documents(world, pupil)] == [False]
