"""A class frozen in two turns: nobody who waits is hidden by who came later."""

import re

import pytest
from fakes.desk_world import PASSWORD, desk_world
from fakes.identities import WHOLE
from fastapi.testclient import TestClient

from hocba.app import create_app
from hocba.demo.build import PIN
from hocba.issuance.civil_status import AmendRequest, amend, enter_identities
from hocba.issuance.hand_out import documents_of
from hocba.issuance.marks import freeze
from hocba.issuance.returns import ReturnRequest, return_class
from hocba.issuance.sweep import sweep
from hocba.kit import access
from hocba.kit.clock import now
from hocba.portals.desk.calls import COOKIE
from hocba.sector import registers
from hocba.sector.identity import Identity


@pytest.fixture(scope="module")
def world(server, tmp_path_factory):
    with desk_world(server, tmp_path_factory.mktemp("turns"), "desk_turns", waiting=1) as made:
        yield made


@pytest.fixture
def enter(world):
    """A browser of somebody, logged in."""
    app, opened = create_app(wp=world.wp), []

    def start(username):
        client = TestClient(app, base_url="http://desk.test", follow_redirects=True)
        opened.append(client)
        client.post("/desk/login", data={"username": username, "password": PASSWORD})
        return client

    with TestClient(app):
        yield start
    for client in opened:
        client.close()


def send(client, path, **fields):
    answer = client.post(
        path, data={"forgery": access.anti_forgery(client.cookies[COOKIE]), **fields}
    )
    assert answer.status_code == 200, answer.text
    return answer.text


def sign(client, path, of):
    """Sign what the page lists, watch it to the end, return the pupils' names."""
    page = client.get(path, params={"class": str(of.class_id)}).text
    listed = re.search(r'name="list" value="([^"]+)"', page)
    assert listed, page
    said = send(client, path, list=listed[1], pin=PIN, **{"class": str(of.class_id)})
    run = re.search(r"/desk/runs/[0-9a-f-]+", said)
    while run and 'data-running="yes"' in client.get(run[0]).text:
        pass
    return re.findall(r"<li>(.+?) (?:\(.*\) )?– ", page)


def test_a_pupil_sent_back_alone_does_not_hide_the_others(world, enter):
    item = world.school.classes[0]
    of, names = world.target(item), {pupil.name for pupil in item.pupils}
    homeroom, principal, office = (enter(each) for each in ("homeroom", "principal", "office"))
    here = f"/desk/classes/{of.class_id}"
    send(principal, f"{here}/return", reason="Sai điểm", pupil=item.pupils[0].code)
    send(homeroom, f"{here}/freeze")
    assert sign(homeroom, f"{here}/sign", of) == [item.pupils[0].name]
    waiting = principal.get("/desk/approval").text
    assert all(name in waiting for name in names)
    assert set(sign(principal, "/desk/approval/sign", of)) == names
    assert set(sign(office, "/desk/office/seal", of)) == names
    sweep(world.wp, clock=now)
    with world.wp.database.transaction("test.documents") as db:
        assert all(documents_of(db, world.pupil(pupil.code).id) for pupil in item.pupils)


def test_other_kinds_wait_for_the_same_people_at_the_same_place(world, enter):
    (item, _), school = world.school.classes, world.school
    of, names = world.target(item), {pupil.name for pupil in item.pupils}
    pages = {pupil.code: Identity(**WHOLE) for pupil in item.pupils}
    enter_identities(world.wp, pages, school=school.code, staff=school.clerk.code, at=now())
    freeze(world.wp, of, by=school.principal.code, at=now(), kind="identity")
    principal, office = enter("principal"), enter("office")
    assert "lý lịch" in principal.get(f"/desk/approval/sign?class={of.class_id}").text
    assert set(sign(principal, "/desk/approval/sign", of)) == names
    assert set(sign(office, "/desk/office/seal", of)) == names
    sweep(world.wp, clock=now)
    with world.wp.database.transaction("test.documents") as db:
        kinds = {one.kind for p in item.pupils for one in documents_of(db, world.pupil(p.code).id)}
    assert "identity" in kinds


def test_an_identity_that_goes_back_leaves_the_years_marks_closed(world):
    (item, _), school = world.school.classes, world.school
    of = world.target(item)
    one = item.pupils[0].code
    paper = AmendRequest(school.principal.code, one, "9/TĐ", "Cải chính", {"birth_place": "Hà Nội"})
    amend(world.wp, of, paper, at=now())
    freeze(world.wp, of, by=school.principal.code, at=now(), kind="identity",
           event="amendment", pupils=(one,))  # fmt: skip
    request = ReturnRequest(school.principal.code, "Sai", one, "identity")
    assert return_class(world.wp, of, request, at=now()) == 1
    with world.wp.database.transaction("test.closed") as db:
        closed = registers.closed_registers(db, of.school_id, of.class_id)
    assert world.pupil(one).id in closed
