"""Routes of the public door. Bodies and answers are small and bounded; nothing is written."""

import re
from functools import cache
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from sqlalchemy import select

from hocba.issuance.attest import attest_version
from hocba.issuance.online import ChainDoor, DatabaseStore, online_sources
from hocba.issuance.workplace import Workplace
from hocba.kit import clock
from verifier.answers import Online
from verifier.errors import UnreachableError
from verifier.formats.canonical import JsonObject
from verifier.guard import Guard
from verifier.online import Kind
from verifier.web import router as page

_NAME = re.compile(r"([0-9a-f]{64})(\.json|\.p7s|\.roster\.json)")
_KINDS = {".json": Kind.STATEMENT, ".p7s": Kind.SIGNATURE, ".roster.json": Kind.ROSTER}
_MEDIA = {Kind.STATEMENT: "application/json", Kind.ROSTER: "application/json"}
_UUID = r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
_FOREVER = {"Cache-Control": "public, max-age=31536000, immutable"}
_NEVER = {"Cache-Control": "no-store"}


def routes(wp: Workplace, guard: Guard) -> APIRouter:
    """All public routes of one installation; `guard` verifies uploads in limited children."""

    @cache
    def sources() -> Online:
        return online_sources(wp)

    door = Evidence(wp)
    public = APIRouter()
    public.include_router(page(wp.trust, sources, guard=guard, others=wp.others))
    for method, path, answer in (
        ("GET", "/statements/{name}", door.statement),
        ("GET", "/attest", door.attestation),
        ("POST", "/rpc", door.rpc),
        ("GET", "/trust/trusted_root.json", door.trusted_root),
        ("GET", "/health", door.health),
    ):
        public.add_api_route(path, answer, methods=[method], include_in_schema=False)
    return public


class Evidence:
    """What a stand-alone verifier asks an installation, beside the file in its hand."""

    def __init__(self, wp: Workplace) -> None:
        self._wp = wp
        self._statements = DatabaseStore(wp)
        self._chain = ChainDoor(wp)

    def statement(self, name: str) -> Response:
        """A sealed statement, its CAdES or a roster, by the name that its content gives it."""
        match = _NAME.fullmatch(name)
        if match is None:
            return Response(status_code=404)
        kind = _KINDS[match[2]]
        try:
            found = self._statements.get(kind, match[1])
        except UnreachableError:
            return Response(status_code=503)
        if found is None:
            return Response(status_code=404)
        media = _MEDIA.get(kind, "application/pkcs7-signature")
        return Response(found, media_type=media, headers=_FOREVER)

    def attestation(
        self,
        record_id: Annotated[str, Query(pattern=_UUID)],
        version: Annotated[int, Query(ge=1, le=10_000)],
        digest: Annotated[str, Query(pattern="^[0-9a-f]{64}$")],
    ) -> Response:
        """One compact JWS: same, different or unknown."""
        token = attest_version(self._wp, UUID(record_id), version, digest, at=clock.now())
        return Response(token, media_type="application/jose", headers=_NEVER)

    async def rpc(self, request: Request) -> Response:
        """JSON-RPC that reads."""
        body = b""
        async for piece in request.stream():
            body += piece
            if len(body) > ChainDoor.limit:
                return Response(status_code=413)
        answer = await run_in_threadpool(self._chain.answer, body)
        return Response(answer, media_type="application/json", headers=_NEVER)

    def trusted_root(self) -> Response:
        """What this realm's verifiers trust."""
        return Response(self._wp.trust.to_bytes(), media_type="application/json", headers=_NEVER)

    def health(self) -> JsonObject:
        """Whether database and chain answer; 503 by the application's error page if not."""
        with self._wp.database.transaction("health") as db:
            db.execute(select(1))
            block = self._wp.outside.chain.block().number
        return {"status": "ok", "realm": self._wp.realm, "block": block}
