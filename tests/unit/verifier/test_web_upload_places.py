"""The queue of uploads: a place comes before the body, and slowness does not keep it."""

import anyio
import pytest
from fakes.verifier_reports import ScriptedGuard, empty_trust

from verifier.messages import Catalogue
from verifier.web import app as page_app
from verifier.web import create_app, upload

VI = Catalogue.of("vi")
HEAD = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n'
PLACES = 2


@pytest.fixture
def app(monkeypatch):
    monkeypatch.setattr(page_app, "WAITING", PLACES)
    monkeypatch.setattr(upload, "SECONDS", 0.2)
    return create_app(empty_trust(), guard=ScriptedGuard())


async def posted(app, receive):
    """Status and text of the page's answer to a body that comes as `receive` gives it."""
    told = {"body": b""}

    async def send(message):
        told.update(status=message.get("status", told.get("status")))
        told["body"] += message.get("body", b"")

    scope = {
        "type": "http", "method": "POST", "path": "/", "query_string": b"", "root_path": "",
        "headers": [(b"content-type", b"multipart/form-data; boundary=b")],
    }  # fmt: skip
    await app(scope, receive, send)
    return told["status"], told["body"].decode()


def part(body, *, more=True):
    return {"type": "http.request", "body": body, "more_body": more}


def whole():
    """A client that sends all at once."""

    async def receive():
        return part(HEAD + b"valid\r\n--b--\r\n", more=False)

    return receive


async def silent():
    """A client that opens the connection and says nothing more."""
    await anyio.sleep_forever()


def dripping():
    """A client that sends a byte whenever one might give up."""
    pieces = iter([HEAD])

    async def receive():
        await anyio.sleep(0.01)
        return part(next(pieces, b"."))

    return receive


@pytest.mark.parametrize("slow", [lambda: silent, dripping], ids=["silent", "dripping"])
def test_who_is_too_slow_is_told_so_and_gives_the_place_back(app, slow):
    answers = []

    async def one():
        answers.append(await posted(app, slow()))

    async def run():
        with anyio.fail_after(5):
            async with anyio.create_task_group() as others:
                for _ in range(PLACES):
                    others.start_soon(one)
                await anyio.sleep(0.05)
                assert (await posted(app, whole()))[0] == 503
        assert [status for status, _ in answers] == [408] * PLACES
        assert VI.text("ui.too_slow") in answers[0][1]
        assert (await posted(app, whole()))[0] == 200

    anyio.run(run)


def test_without_a_place_nothing_of_a_body_is_read(app, monkeypatch):
    """Else whoever is refused has been read into memory before."""
    monkeypatch.setattr(page_app, "WAITING", 0)
    crowded = create_app(empty_trust(), guard=ScriptedGuard())
    asked = []

    async def receive():
        asked.append(1)
        return part(HEAD)

    assert anyio.run(posted, crowded, receive)[0] == 503
    assert asked == []
    assert anyio.run(posted, app, receive)[0] == 400
    assert asked
