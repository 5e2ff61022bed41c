"""The routes: the form, the answer, the static files. Same path for form and answer.

Order of an upload: bounded read into memory, guarded verification in a thread, render.
Only the file's name, its hash and the verified record appear in the answer, which no
cache may keep.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus

import anyio
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, PrefixLoader

from verifier.answers import Online
from verifier.formats.trusted_root import TrustedRoot
from verifier.guard import Guard, Limits
from verifier.messages import DEFAULT, LANGUAGES, Catalogue
from verifier.report import Report
from verifier.web.static_files import table, version
from verifier.web.upload import Upload, UploadError, read_upload
from verifier.web.view import view

OnlineFactory = Callable[[], Online | None]
Clock = Callable[[], datetime]

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
PAGE_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cache-Control": "no-store",
}
WAITING = 16
"""Uploads that may wait for a free child; one more is told that the server is busy."""


def create_app(
    trust: TrustedRoot,
    online_factory: OnlineFactory = lambda: None,
    *,
    guard: Guard | None = None,
    clock: Clock = lambda: datetime.now(UTC),
) -> FastAPI:
    """Return an application that is the verification page alone."""
    owned = guard or Guard(size=2)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        owned.close()

    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan)
    app.include_router(router(trust, online_factory, guard=owned, clock=clock))
    return app


def router(  # noqa: PLR0913  # what the page needs, all by name
    trust: TrustedRoot,
    online_factory: OnlineFactory = lambda: None,
    *,
    prefix: str = "",
    guard: Guard | None = None,
    clock: Clock = lambda: datetime.now(UTC),
    others: tuple[TrustedRoot, ...] = (),
) -> APIRouter:
    """Return the page's routes, to be put under `prefix` in a larger application."""
    page = Page(trust, online_factory, prefix, guard or Guard(size=2), clock, others)
    routes = APIRouter(prefix=prefix, include_in_schema=False)
    home = "/" if not prefix else ""
    routes.add_api_route(home, page.form, methods=["GET"], response_class=HTMLResponse)
    routes.add_api_route(home, page.answer, methods=["POST"], response_class=HTMLResponse)
    routes.add_api_route("/static/{version}/{name:path}", page.static, methods=["GET"])
    return routes


@dataclass
class Page:
    """The page of one realm."""

    trust: TrustedRoot
    online_factory: OnlineFactory
    prefix: str
    guard: Guard
    clock: Clock
    others: tuple[TrustedRoot, ...] = ()

    def __post_init__(self) -> None:
        self._templates = _environment()
        self._waiting = anyio.Semaphore(WAITING)
        self._limit = Limits().file_bytes

    async def form(self, request: Request) -> Response:
        """The empty form."""
        return self._render(request)

    async def answer(self, request: Request) -> Response:
        """Verify the uploaded file and show the answer, or say what is wrong with the upload."""
        try:
            report = await self._received(request)
        except UploadError as error:
            return self._render(request, status=_STATUS[error.code], problem=error.code)
        shown = view(report, _catalogue(request), now=self.clock())
        return self._render(request, shown=shown)

    async def static(self, version: str, name: str) -> Response:  # noqa: ARG002  # only busts caches
        """One of the page's own files."""
        found = table().get(name)
        if found is None:
            return Response(status_code=HTTPStatus.NOT_FOUND)
        headers = {
            "Cache-Control": "public, max-age=31536000, immutable",
            "X-Content-Type-Options": "nosniff",
        }
        return Response(found.data, media_type=found.media_type, headers=headers)

    async def _received(self, request: Request) -> Report:
        """A place in the queue comes first: what has none is not read into memory."""
        try:
            self._waiting.acquire_nowait()
        except anyio.WouldBlock as error:
            raise UploadError("busy") from error
        try:
            upload = await read_upload(request, limit=self._limit)
            return await anyio.to_thread.run_sync(self._verify_now, upload)
        finally:
            self._waiting.release()

    def _verify_now(self, upload: Upload) -> Report:
        return self.guard.verify(
            upload.data,
            trust=self.trust,
            others=self.others,
            now=self.clock(),
            online=self.online_factory(),
            file=upload.name,
        )

    def _render(
        self, request: Request, *, status: int = HTTPStatus.OK, **values: object
    ) -> HTMLResponse:
        catalogue = _catalogue(request)
        limit = self._limit // (1 << 20)
        html = self._templates.get_template("verifier/page.html").render(
            t=catalogue.text,
            language=catalogue.language,
            languages=LANGUAGES,
            home=self.prefix or "/",
            static=f"{self.prefix}/static/{version()}",
            trust=self.trust,
            limit=limit,
            **{"problem": None, "shown": None, **values},
        )
        return HTMLResponse(html, status_code=status, headers=PAGE_HEADERS)


_STATUS = {
    "choose_a_file": HTTPStatus.UNPROCESSABLE_ENTITY,
    "bad_form": HTTPStatus.BAD_REQUEST,
    "too_large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "too_slow": HTTPStatus.REQUEST_TIMEOUT,
    "busy": HTTPStatus.SERVICE_UNAVAILABLE,
}


def _catalogue(request: Request) -> Catalogue:
    return Catalogue.of(request.query_params.get("lang", DEFAULT))


def _environment() -> Environment:
    packages = {
        "govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja"),
        "verifier": PackageLoader("verifier.web"),
    }
    return Environment(
        loader=PrefixLoader(packages), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
