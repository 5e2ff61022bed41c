"""The desk's one door: session, role, form and errors, for every endpoint of the table.

Order of a request: bounded body, session by cookie, role by the table, anti-forgery token,
then the view in a thread. Nothing is done before all of them agree. An error of the house
becomes a page with its sentence and its own status; what is not found and what is not theirs
look the same. No page may be cached: each is about somebody.
"""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from http import HTTPStatus
from importlib import import_module
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse

from hocba.issuance.workplace import Workplace
from hocba.kit import access, messages
from hocba.kit.access import Guess
from hocba.kit.clock import local_date, now
from hocba.kit.errors import HocbaError, InputError, NotFoundError, RefusedError
from hocba.portals.desk import pages
from hocba.portals.desk.people import Person, person_of
from hocba.portals.desk.roles import ENDPOINTS, GUEST, Endpoint
from hocba.portals.desk.runs import Runs
from verifier.web.app import PAGE_HEADERS

COOKIE = "hocba_desk"
MAX_BODY = 2 << 20
MAX_FIELDS = 8_000
MOST_WRONG = 10
"""Wrong PINs, or old passwords, of one person within `access.WINDOW`."""
_SEE_OTHER = HTTPStatus.SEE_OTHER
_FOREVER = {
    "Cache-Control": "public, max-age=31536000, immutable",
    "X-Content-Type-Options": "nosniff",
}

Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Desk:
    """What every view needs of the installation."""

    wp: Workplace
    clock: Clock = now
    runs: Runs = field(default_factory=Runs)

    @property
    def secure(self) -> bool:
        """Whether browsers reach us by TLS alone."""
        return (self.wp.settings.public_url or "").startswith("https:")


@dataclass(frozen=True)
class Form:
    """The fields of a form that was sent, or of the query."""

    fields: dict[str, list[str]]

    def get(self, name: str, default: str = "") -> str:
        """The first value of a field."""
        return self.fields.get(name, [default])[0]

    def all(self, name: str) -> list[str]:
        """Every value of a field."""
        return self.fields.get(name, [])


@dataclass
class Call:
    """One request that has passed the door."""

    desk: Desk
    request: Request
    language: str
    at: datetime
    form: Form
    who: Person | None = None
    token: str = ""

    @property
    def wp(self) -> Workplace:
        """The installation."""
        return self.desk.wp

    @property
    def person(self) -> Person:
        """Whoever is asking; the table has seen to it that it is somebody."""
        if self.who is None:
            raise AssertionError("an endpoint without roles asked for a person")
        return self.who

    @property
    def address(self) -> str:
        """The network address of the browser."""
        return self.request.client.host if self.request.client else ""

    def path(self, name: str) -> str:
        """A part of the path. Raises: NotFoundError where no name could be written so."""
        value = str(self.request.path_params[name])
        if "\0" in value:
            raise NotFoundError("page.not_found")
        return value

    def path_id(self, name: str) -> UUID:
        """An identifier in the path.

        Raises:
            NotFoundError: `page.not_found`.
        """
        try:
            return UUID(self.path(name))
        except ValueError:
            raise NotFoundError("page.not_found") from None

    def text(self, code: str, /, **params: object) -> str:
        """A sentence in the language of the page."""
        return pages.translator(self.language)(code, **params)

    def page(self, template: str, *, status: int = HTTPStatus.OK, **values: object) -> Response:
        """Render a page of the desk."""
        html = pages.render(
            template,
            self.language,
            trust=self.wp.trust,
            person=self.who,
            forgery=access.anti_forgery(self.token) if self.token else "",
            here=self.request.url.path,
            **{"problems": (), **values},
        )
        return HTMLResponse(html, status_code=status, headers=PAGE_HEADERS)

    def faulty(self, template: str, error: HocbaError, **values: object) -> Response:
        """Render a form again, with what is wrong above it."""
        return self.page(
            template,
            status=error.http_status,
            problems=(error.sentence(self.language),),
            **values,
        )

    def go(self, path: str) -> Response:
        """Send the browser on, as after every act: reloading does not repeat it."""
        return RedirectResponse(path, _SEE_OTHER, headers={"Cache-Control": "no-store"})

    def file(self, data: bytes, name: str, *, inline: bool = False) -> Response:
        """Hand out a PDF; its name is ASCII and says nothing about a person."""
        place = "inline" if inline else "attachment"
        headers = {
            **PAGE_HEADERS,
            "Content-Disposition": f'{place}; filename="{name}"',
        }
        return Response(data, media_type="application/pdf", headers=headers)


View = Callable[[Call], Response]


def routes(desk: Desk) -> APIRouter:
    """All endpoints of the table, and the desk's own files."""
    router = APIRouter(include_in_schema=False)
    for each in ENDPOINTS:
        router.add_api_route(each.path, _answer_of(desk, each), methods=[each.method])
    router.add_api_route("/desk/static/{version}/{name}", _static, methods=["GET"])
    return router


@contextmanager
def counted(call: Call, wrong: str) -> Iterator[None]:
    """Count wrong secrets of a person: who holds a stolen session cannot try every PIN.

    `wrong` is the code of the refusal that counts.

    Raises:
        BusyError: `login.too_many`.
    """
    guesses = (Guess(f"{wrong}:{call.person.visit.actor}", MOST_WRONG),)
    tried = access.attempt(call.wp.database, guesses, at=call.at)
    try:
        yield
    except HocbaError as error:
        if error.code != wrong:
            _forgive(call, tried)
        raise
    _forgive(call, tried)


def _forgive(call: Call, tried: access.Attempt) -> None:
    with call.wp.database.transaction("desk.guess") as db:
        access.forgive(db, tried)


def view_of(endpoint: Endpoint) -> View:
    """The function behind an endpoint."""
    module, _, name = endpoint.view.partition(":")
    found: View = getattr(import_module(f"hocba.portals.desk.{module}"), name)
    return found


def _answer_of(desk: Desk, endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
    view = view_of(endpoint)

    async def answer(request: Request) -> Response:
        body = await _body(request) if endpoint.method == "POST" else b""
        work = partial(_answer, desk, endpoint, view, request, body)
        return await run_in_threadpool(work)

    return answer


async def _body(request: Request) -> bytes | None:
    """The whole body, or None where it is larger than any form of ours."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > MAX_BODY:
            return None
        parts.append(part)
    return b"".join(parts)


def _answer(
    desk: Desk, endpoint: Endpoint, view: View, request: Request, body: bytes | None
) -> Response:
    call = Call(desk, request, messages.DEFAULT, desk.clock(), Form({}))
    try:
        call.form = _form(request, body)
        _recognise(call)
        if endpoint.roles is not None:
            if call.who is None:
                return call.go("/desk/login")
            if not endpoint.roles & (call.who.roles | {GUEST}):
                raise RefusedError("page.not_allowed")
        if endpoint.method == "POST":
            _require_ours(call)
        return view(call)
    except HocbaError as error:
        return _problem(call, error)


def _form(request: Request, body: bytes | None) -> Form:
    if body is None:
        raise InputError("page.form_too_large")
    posted = request.method == "POST"
    text = body.decode("utf-8", "replace") if posted else request.url.query
    try:
        sent = parse_qs(text, keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError as error:
        raise InputError("page.form_too_large") from error
    return Form({name: [_plain(value) for value in values] for name, values in sent.items()})


def _plain(value: str) -> str:
    """Without what no keyboard sends and no database keeps."""
    return value.replace("\0", "")


def _recognise(call: Call) -> None:
    """Find out who is asking and in which language."""
    asked = parse_qs(call.request.url.query).get("lang", [""])[0]
    call.language = asked if asked in messages.LANGUAGES else messages.DEFAULT
    call.token = call.request.cookies.get(COOKIE, "")
    if not call.token:
        return
    with call.wp.database.transaction("desk.visit") as db:
        visit = access.visit_of(db, call.token, at=call.at)
        if visit is None:
            call.token = ""
            return
        if asked in messages.LANGUAGES and asked != visit.language:
            access.speak(db, visit, asked)
        elif visit.language in messages.LANGUAGES:
            call.language = visit.language
        call.who = person_of(db, visit, on=local_date(call.at))


def _require_ours(call: Call) -> None:
    """Refuse a form that another site sent, or a page of an ended session."""
    headers = call.request.headers
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    foreign = (
        site not in {"same-origin", "none"}  # every browser of today says it
        if site is not None
        else origin is not None and urlsplit(origin).netloc != headers.get("host")
    )
    if foreign:
        raise RefusedError("page.foreign_form")
    if call.token and not access.is_ours(call.token, call.form.get("forgery")):
        raise RefusedError("page.foreign_form")


def _problem(call: Call, error: HocbaError) -> Response:
    missing = isinstance(error, NotFoundError)
    return call.page(
        "error.html",
        status=error.http_status,
        code="page.not_found" if missing else error.code,
        sentence=call.text("page.not_found") if missing else error.sentence(call.language),
    )


def _static(version: str, name: str) -> Response:  # noqa: ARG001  # only busts caches
    found = pages.static_files().get(name)
    if found is None:
        return Response(status_code=HTTPStatus.NOT_FOUND)
    return Response(found[0], media_type=found[1], headers=_FOREVER)
