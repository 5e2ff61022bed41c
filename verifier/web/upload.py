"""Take one uploaded file out of a form: in memory, within a size and a time, never on disk.

Starlette's own form parser spools files over 1 MB into a temporary file. Here the
spool is larger than the largest body that is read, so it never reaches the disk.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import anyio
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request

from verifier.errors import VerifierError

FORM_OVERHEAD = 64 * 1024
DRAIN_FACTOR = 16
"""How much of a body that is too large is read and dropped, so that a browser sees our answer."""

SECONDS = 60.0
"""For the whole body, however it comes: who is slower gives the place in the queue back."""


class UploadError(VerifierError):
    """The form holds no usable file: `choose_a_file`, `too_large`, `too_slow` or `bad_form`."""


@dataclass(frozen=True)
class Upload:
    """One file as it was sent."""

    name: str
    data: bytes


async def read_upload(request: Request, *, limit: int) -> Upload:
    """Return the file of the form's field `file`.

    Raises:
        UploadError: `choose_a_file`, `too_large`, `too_slow` or `bad_form`.
    """
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise UploadError("choose_a_file")
    stream = _bounded(request, limit + FORM_OVERHEAD)
    parser = _InMemoryParser(request.headers, stream, max_files=1, max_fields=8)
    try:
        with anyio.fail_after(SECONDS):
            form = await parser.parse()
    except TimeoutError as error:
        raise UploadError("too_slow") from error
    except (MultiPartException, KeyError, ValueError) as error:
        raise UploadError("bad_form", type(error).__name__) from error
    except ClientDisconnect as error:
        raise UploadError("bad_form", "disconnected") from error
    async with _closing(form):
        item = form.get("file")
        if not isinstance(item, UploadFile) or not item.filename:
            raise UploadError("choose_a_file")
        data = await item.read()
    if len(data) > limit:
        raise UploadError("too_large")
    return Upload(item.filename, data)


@asynccontextmanager
async def _closing(form: FormData) -> AsyncGenerator[None, None]:
    try:
        yield
    finally:
        await form.close()


class _InMemoryParser(MultiPartParser):
    """Spools up to more than we ever read, which is to say never to disk."""

    spool_max_size = 1 << 40


async def _bounded(request: Request, limit: int) -> AsyncGenerator[bytes, None]:
    """Pass the body through; over the limit, read on without keeping, then refuse."""
    seen = 0
    async for part in request.stream():
        seen += len(part)
        if seen <= limit:
            yield part
        elif seen > limit * DRAIN_FACTOR:
            break
    if seen > limit:
        raise UploadError("too_large")
