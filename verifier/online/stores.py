"""Statement stores: a folder, an HTTP directory with the same names, and memory.

Names: `<sha256>.json` and `<sha256>.p7s` for a statement and its CAdES, and
`<root>.roster.json`. What comes back is compared with the hash that was asked for, so
a store can hide something but never replace it.
"""

import tempfile
import time
from pathlib import Path

import httpx2

from verifier.errors import UnreachableError, VerifierError
from verifier.formats import shape
from verifier.formats.canonical import sha256_hex
from verifier.formats.statements import Roster
from verifier.online.protocols import Kind

MAX_BYTES = 4_000_000
MAX_SECONDS = 10.0
"""How long one answer may take to arrive; a client's own limit is for each piece of it."""

_NAMES = {Kind.STATEMENT: "{}.json", Kind.SIGNATURE: "{}.p7s", Kind.ROSTER: "{}.roster.json"}


def file_name(kind: Kind, digest: str) -> str:
    """The name under which a store keeps it."""
    if not shape.is_hex32(digest):
        raise UnreachableError("store.malformed", "not a digest")
    return _NAMES[kind].format(digest)


def checked(kind: Kind, digest: str, data: bytes) -> bytes:
    """Return the bytes if they are what the digest names.

    Raises:
        UnreachableError: `store.malformed`.
    """
    try:
        if kind is Kind.STATEMENT and sha256_hex(data) != digest:
            raise UnreachableError("store.malformed", "other statement")
        if kind is Kind.ROSTER and Roster.parse(data).root().hex() != digest:
            raise UnreachableError("store.malformed", "other roster")
    except VerifierError as error:
        raise UnreachableError("store.malformed", error.code) from error
    return data


class MemoryStore:
    """A store for tests and for one process."""

    def __init__(self) -> None:
        self._files: dict[str, bytes] = {}

    def put(self, kind: Kind, digest: str, data: bytes) -> None:
        """Keep the bytes."""
        self._files[file_name(kind, digest)] = checked(kind, digest, data)

    def get(self, kind: Kind, digest: str) -> bytes | None:
        """See `StatementStore`."""
        return self._files.get(file_name(kind, digest))


class FolderStore:
    """A folder that any web server can publish as it is; files are written whole or not at all."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, kind: Kind, digest: str, data: bytes) -> None:
        """Keep the bytes; a repetition changes nothing."""
        path = self._folder / file_name(kind, digest)
        checked(kind, digest, data)
        self._folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=self._folder, prefix=".new-", delete=False) as file:
            file.write(data)
        Path(file.name).chmod(0o644)
        Path(file.name).replace(path)

    def get(self, kind: Kind, digest: str) -> bytes | None:
        """See `StatementStore`."""
        try:
            data = (self._folder / file_name(kind, digest)).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise UnreachableError("store.unreachable", type(error).__name__) from error
        return checked(kind, digest, data)


class HttpStore:
    """The same folder behind HTTP."""

    def __init__(
        self,
        url: str,
        *,
        timeout: float = 5.0,
        client: httpx2.Client | None = None,
    ) -> None:
        self._url = url.rstrip("/")
        self._client = client or httpx2.Client(timeout=timeout)

    def get(self, kind: Kind, digest: str) -> bytes | None:
        """See `StatementStore`."""
        url = f"{self._url}/{file_name(kind, digest)}"
        try:
            with self._client.stream("GET", url) as response:
                if response.status_code == httpx2.codes.NOT_FOUND:
                    return None
                response.raise_for_status()
                data = read_limited(response, MAX_BYTES)
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise UnreachableError("store.unreachable", type(error).__name__) from error
        return checked(kind, digest, data)


def read_limited(response: httpx2.Response, limit: int) -> bytes:
    """Read a streamed answer, but never more than `limit` bytes, nor for ever.

    Raises:
        UnreachableError: `store.malformed`, `store.unreachable`.
    """
    data, deadline = bytearray(), time.monotonic() + MAX_SECONDS
    for chunk in response.iter_bytes():
        data += chunk
        if len(data) > limit:
            raise UnreachableError("store.malformed", "too large")
        if time.monotonic() > deadline:
            raise UnreachableError("store.unreachable", "too slow")
    return bytes(data)


def problem(error: VerifierError) -> str:
    """The last part of a code: `unreachable`, `malformed`, `wrong_chain`."""
    return error.code.rpartition(".")[2]
