"""Who gets where at the desk: every role at every endpoint, and what is another school's."""

import re
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import uuid4

import pytest
from fakes.desk_world import PASSWORD, desk_world
from fastapi.testclient import TestClient
from sqlalchemy import select

from hocba.app import create_app
from hocba.issuance.models import TranscriptRow
from hocba.issuance.targets import find_school
from hocba.kit import access
from hocba.portals.desk import Desk, routes
from hocba.portals.desk.calls import COOKIE, MAX_BODY
from hocba.portals.desk.roles import ENDPOINTS, DeskRole
from hocba.sector import queries
from hocba.sector.models import SubjectOffering

ROLES = {
    "teacher": {DeskRole.TEACHER},
    "homeroom": {DeskRole.HOMEROOM, DeskRole.TEACHER},
    "principal": {DeskRole.PRINCIPAL},
    "office": {DeskRole.OFFICE},
    "parent": {DeskRole.FAMILY},
    "pupil": {DeskRole.FAMILY},
    "department": {DeskRole.DEPARTMENT},
    "nobody": set(),
    None: set(),
}
NOBODYS = str(uuid4())
ANSWERED = {200, 303, 404, 409, 422}


@pytest.fixture(scope="module")
def world(server, tmp_path_factory):
    with desk_world(server, tmp_path_factory.mktemp("doors"), "desk_doors", waiting=2) as made:
        yield made


@pytest.fixture(scope="module")
def app(world):
    return create_app(wp=world.wp)


@pytest.fixture
def visitor(app):
    """A browser of one user, logged in."""
    opened = []

    def start(username=None):
        client = TestClient(app, base_url="http://desk.test", follow_redirects=False)
        opened.append(client)
        if username:
            answer = client.post("/desk/login", data={"username": username, "password": PASSWORD})
            assert answer.headers.get("location") == "/desk", answer.text
        return client

    yield start
    for client in opened:
        client.close()


def forgery(client):
    return access.anti_forgery(client.cookies[COOKIE]) if COOKIE in client.cookies else ""


def ask(client, method, path, **fields):
    if method == "GET":
        return client.get(path)
    return client.post(path, data={"forgery": forgery(client), **fields})


def filled(path):
    """An endpoint's path with identifiers of nobody."""
    path = path.replace("{term}", "1").replace("{school}", "31-00000-00")
    return re.sub(r"\{\w+\}", NOBODYS, path)


@pytest.mark.parametrize("username", ROLES, ids=str)
def test_every_role_at_every_endpoint(visitor, username):
    client = visitor(username)
    for endpoint in ENDPOINTS:
        if endpoint.path in {"/desk/login", "/desk/logout"}:
            continue  # they have tests of their own
        answer = ask(client, endpoint.method, filled(endpoint.path))
        told = (endpoint.method, endpoint.path, answer.status_code)
        if endpoint.roles is None:
            assert answer.status_code in ANSWERED | {403, 429}, told  # wrong codes, too many
        elif username is None:
            assert answer.status_code == 303, told
            assert answer.headers["location"] == "/desk/login"
        elif endpoint.roles & (ROLES[username] | {DeskRole.GUEST}):
            assert "page.not_allowed" not in answer.text, told
            assert answer.status_code in ANSWERED | {403}, told  # 403: a wrong old password
        else:
            assert answer.status_code == 403, told
            assert "page.not_allowed" in answer.text


def test_no_page_of_the_desk_is_outside_the_table(world):
    known = {(each.method, each.path) for each in ENDPOINTS}
    known.add(("GET", "/desk/static/{version}/{name}"))
    served = {
        (method, route.path)
        for route in routes(Desk(world.wp)).routes
        for method in route.methods - {"HEAD"}
    }
    assert served == known


def places_of(world, school):
    """Identifiers that exist at a school."""
    (item, *_) = school.classes
    of = world.target(item, school)
    with world.wp.database.transaction("test.places") as db:
        offering = db.scalars(
            select(SubjectOffering.id).where(SubjectOffering.class_id == of.class_id).limit(1)
        ).one()
        transcript, pupil = db.execute(
            select(TranscriptRow.id, TranscriptRow.pupil_id)
            .join(SubjectOffering, SubjectOffering.class_id == of.class_id)
            .where(TranscriptRow.pupil_id == world.pupil(item.pupils[0].code).id)
            .limit(1)
        ).one()
    return {
        "{class_id}": str(of.class_id),
        "{offering_id}": str(offering),
        "{transcript_id}": str(transcript),
        "{pupil_id}": str(pupil),
        "{term}": "1",
        "{run_id}": NOBODYS,
    }


def there(path, places):
    """An endpoint's path with identifiers that exist."""
    for name, value in places.items():
        path = path.replace(name, value)
    return path


@pytest.mark.parametrize("username", ["teacher", "homeroom", "principal", "office", "parent"])
def test_what_is_another_schools_is_not_found_in_the_same_words_as_nothing(
    world, visitor, username
):
    client, theirs = visitor(username), places_of(world, world.neighbour)
    asked = 0
    for endpoint in ENDPOINTS:
        if not endpoint.roles or not endpoint.roles & ROLES[username] or "{" not in endpoint.path:
            continue
        path = there(endpoint.path, theirs)
        found = ask(client, endpoint.method, path, reason="thử", pin="1")
        missing = ask(client, endpoint.method, filled(endpoint.path), reason="thử", pin="1")
        assert (found.status_code, missing.status_code) == (404, 404), path
        assert found.text.replace(path, "") == missing.text.replace(filled(endpoint.path), "")
        asked += 1
    assert asked >= 1


def test_the_neighbours_own_people_do_find_it(world, visitor):
    theirs = places_of(world, world.neighbour)
    for username, path in (
        ("other.principal", "/desk/classes/{class_id}"),
        ("other.office", "/desk/office/classes/{class_id}"),
        ("other.homeroom", "/desk/documents/{transcript_id}"),
        ("other.parent", "/desk/children/{pupil_id}/{transcript_id}"),
        ("other.pupil", "/desk/children/{pupil_id}/{transcript_id}"),
    ):
        assert visitor(username).get(there(path, theirs)).status_code == 200, path


def test_a_colleague_sees_neither_my_subject_nor_my_class(world, visitor):
    second = world.target(world.school.classes[1])
    assert visitor("homeroom").get(f"/desk/classes/{second.class_id}").status_code == 404
    assert visitor("principal").get(f"/desk/classes/{second.class_id}").status_code == 200
    with world.wp.database.transaction("test.offering") as db:
        taken = db.scalars(
            select(SubjectOffering).where(SubjectOffering.class_id == second.class_id)
        ).all()
        school = find_school(db, world.school.code)
        me = queries.staff_by_code(db, school.id, world.big.teachers["TOAN"].code).id
    client = visitor("teacher")
    wanted = {one.id: 200 if one.teacher_id == me else 404 for one in taken}
    assert 404 in wanted.values()
    assert {each: client.get(f"/desk/marks/{each}/1").status_code for each in wanted} == wanted


def test_a_form_from_elsewhere_changes_nothing(visitor):
    client = visitor("parent")
    good = {"old": PASSWORD, "new": "bang lang tim 2026", "again": "bang lang tim 2026"}
    for sent in (
        client.post("/desk/password", data=good),
        client.post("/desk/password", data={**good, "forgery": "0" * 64}),
        client.post(
            "/desk/password",
            data={**good, "forgery": forgery(client)},
            headers={"Sec-Fetch-Site": "cross-site"},
        ),
        client.post(
            "/desk/password",
            data={**good, "forgery": forgery(client)},
            headers={"Origin": "http://evil.test"},
        ),
    ):
        assert sent.status_code == 403
        assert "page.foreign_form" in sent.text
    assert visitor("parent").get("/desk").status_code == 200  # the password is the old one
    # Without the check the same form would have gone through:
    same = client.post("/desk/password", data={**good, "forgery": forgery(client)})
    assert same.status_code == 200
    back = {"old": good["new"], "new": PASSWORD, "again": PASSWORD, "forgery": forgery(client)}
    assert client.post("/desk/password", data=back).status_code == 200


def test_the_cookie_is_for_this_desk_alone_and_out_of_reach_of_scripts(visitor):
    answer = visitor().post("/desk/login", data={"username": "parent", "password": PASSWORD})
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "path=/desk" in cookie


def test_leaving_ends_the_session_on_the_server_too(visitor):
    client = visitor("parent")
    kept = client.cookies[COOKIE]
    assert ask(client, "POST", "/desk/logout").headers["location"] == "/desk/login"
    client.cookies.set(COOKIE, kept, domain="desk.test", path="/desk")
    assert client.get("/desk").headers["location"] == "/desk/login"


def test_no_page_may_be_kept_by_a_cache_or_framed(visitor):
    answer = visitor("parent").get("/desk/children")
    assert answer.headers["cache-control"] == "no-store"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


def test_a_body_larger_than_any_form_is_refused(visitor):
    answer = visitor().post("/desk/login", content=b"a=" + b"x" * MAX_BODY)
    assert answer.status_code == 422
    assert "page.form_too_large" in answer.text
    many = "&".join(f"c{number}=1" for number in range(9_000))
    assert visitor().post("/desk/login", content=many).status_code == 422


def test_letters_that_no_database_keeps_are_no_crash(world, visitor):
    client = visitor("department")
    assert client.get("/desk/progress/a%00b").status_code == 404
    of = world.target(world.school.classes[0])
    homeroom = visitor("homeroom")
    for sheet in ("²", "9" * 30, "-1", "٣"):
        page = homeroom.get(f"/desk/classes/{of.class_id}/summary", params={"sheet": sheet})
        assert page.status_code == 404
    sent = ask(visitor("principal"), "POST", f"/desk/classes/{of.class_id}/return",
               reason="x", pupil="a\0b")  # fmt: skip
    assert sent.status_code == 404


def test_of_two_who_typed_at_once_the_second_is_told(world, visitor):
    of = world.target(world.big)
    with world.wp.database.transaction("test.offering") as db:
        taken = queries.offerings(db, of.school_id, of.class_id)
    path = f"/desk/marks/{next(one.id for one in taken if one.code == 'TOAN')}/1"
    first, second = visitor("teacher"), visitor("teacher")
    shown = re.search(r'name="state" value="([^"]+)"', first.get(path).text)[1]
    forms = [(first, "9,0"), (second, "3,0")]
    start = Barrier(2)

    def save(form):
        start.wait()
        return ask(form[0], "POST", path, **{"state": shown, "c-3-1": form[1]}).status_code

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(save, forms)) == [303, 409]


def test_what_was_sent_back_is_no_document_any_more(world, visitor):
    item = world.school.classes[1]
    of, principal = world.target(item), visitor("principal")
    page = principal.get(f"/desk/classes/{of.class_id}").text
    link = re.search(r"/desk/documents/[0-9a-f-]+", page)[0]
    assert principal.get(link).status_code == 200
    sent = ask(principal, "POST", f"/desk/classes/{of.class_id}/return", reason="Sai nhận xét")
    assert sent.status_code == 303
    assert principal.get(link).status_code == 404
    assert "Sai nhận xét" in principal.get(f"/desk/classes/{of.class_id}").text


def test_a_stolen_session_cannot_try_every_pin_or_password(world, visitor):
    client = visitor("other.parent")
    wrong = {"old": "sai", "new": "bang lang tim 2026", "again": "bang lang tim 2026"}
    said = [ask(client, "POST", "/desk/password", **wrong).status_code for _ in range(11)]
    assert said == [403] * 10 + [429]
    of, head = world.target(world.school.classes[0]), visitor("principal")
    path = f"/desk/approval/sign?class={of.class_id}"
    shown = re.search(r'name="list" value="([^"]+)"', head.get(path).text)[1]
    fields = {"class": str(of.class_id), "list": shown, "pin": "000000"}
    said = [ask(head, "POST", "/desk/approval/sign", **fields).status_code for _ in range(11)]
    assert said == [403] * 10 + [429]


def test_too_many_wrong_passwords_are_answered_with_429(visitor):
    client = visitor()
    for _ in range(access.MOST_FOR_NAME):
        wrong = client.post("/desk/login", data={"username": "ghost", "password": "sai"})
        assert wrong.status_code == 403
    last = client.post("/desk/login", data={"username": "ghost", "password": "sai"})
    assert last.status_code == 429
