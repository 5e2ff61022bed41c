"""The web application: every portal mounted, each error of ours a problem document.

    app = create_app(load())        # what `hocba serve` runs

The only file that lists the portals and modules. Nothing of a request is logged beyond
method, path without query, and status.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from hocba.issuance.workplace import Workplace, open_workplace
from hocba.kit.config import Settings, load
from hocba.kit.errors import HocbaError
from hocba.portals import desk as desk_portal
from hocba.portals import verify
from verifier.guard import Guard


def create_app(settings: Settings | None = None, *, wp: Workplace | None = None) -> FastAPI:
    """Return the application of one installation; a given workplace stays the caller's."""
    owned = wp is None
    place = wp or open_workplace(settings or load())
    guard = Guard(size=2)
    desk = desk_portal.Desk(place)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        desk.runs.close()
        guard.close()
        if owned:
            place.close()

    app = FastAPI(title="Học bạ số", docs_url=None, redoc_url=None, lifespan=lifespan)
    app.add_exception_handler(HocbaError, _problem)
    app.include_router(verify.routes(place, guard))
    app.include_router(desk_portal.routes(desk))
    return app


def _problem(_: Request, error: Exception) -> JSONResponse:
    """A problem document (RFC 9457); the sentence is for people, `type` for programs."""
    if not isinstance(error, HocbaError):
        raise error
    body = {"type": error.code, "status": error.http_status, "detail": error.sentence()}
    return JSONResponse(body, error.http_status, media_type="application/problem+json")
