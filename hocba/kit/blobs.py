"""Documents and other large bytes, kept under the hash of what is stored.

    blobs = Blobs(DirectoryStore(settings.blob_folder))
    digest = blobs.save(key, pdf, context=f"sealed:{transcript}")
    pdf = blobs.load(key, digest, context=f"sealed:{transcript}")

A `BlobStore` sees ciphertext only, and its address is the SHA-256 of that ciphertext: every
read, and an audit without any key, notices a file that was changed or swapped. Whoever swaps the
address in the database as well is stopped by the key and the context (`vault`).

A blob is there completely or not at all: written aside, forced to disk, then renamed. Putting
it twice is harmless. A full disk is `storage.full`, and nothing of the blob remains.
"""

import errno
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from hocba.kit.errors import IntegrityError, NotFoundError, StorageError
from hocba.kit.failpoints import failpoint
from hocba.kit.vault import DataKey
from verifier.formats.canonical import sha256_hex

_DIGEST = re.compile(r"[0-9a-f]{64}")
_ASIDE = ".new"
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class BlobStore(Protocol):
    """Bytes under their own SHA-256, in hex."""

    def put(self, data: bytes) -> str:
        """Keep the bytes and return their digest.

        Raises:
            StorageError: `storage.full`, `storage.failed`.
        """
        ...

    def get(self, digest: str) -> bytes:
        """Return the bytes after comparing their digest.

        Raises:
            NotFoundError: `storage.missing`.
            IntegrityError: `storage.swapped`, `storage.bad_digest`.
        """
        ...

    def has(self, digest: str) -> bool:
        """Whether a blob of this name is there, without reading it."""
        ...

    def delete(self, digest: str) -> None:
        """Remove the blob; a missing one is fine."""
        ...

    def digests(self) -> Iterator[str]:
        """Names of all blobs, in no order."""
        ...


class DirectoryStore:
    """A `BlobStore` in a folder: `ab/cd/abcd...`, every file written once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, data: bytes) -> str:
        """See `BlobStore.put`."""
        digest = sha256_hex(data)
        path = self._path(digest)
        # A file left by a power cut before its data reached the disk has another length.
        if path.exists() and path.stat().st_size == len(data):
            return digest
        failpoint("blob.before_write")
        aside = path.with_name(f"{digest}.{os.getpid()}{_ASIDE}")
        with storage_errors():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            try:
                _write(aside, data)
                failpoint("blob.before_rename")
                aside.replace(path)
            except BaseException:
                aside.unlink(missing_ok=True)
                raise
            _sync_folder(path.parent)
        failpoint("blob.after_rename")
        return digest

    def get(self, digest: str) -> bytes:
        """See `BlobStore.get`."""
        try:
            data = self._path(digest).read_bytes()
        except FileNotFoundError as error:
            raise NotFoundError("storage.missing", digest=digest) from error
        except OSError as error:
            raise StorageError("storage.failed", reason=error.strerror) from error
        if sha256_hex(data) != digest:
            raise IntegrityError("storage.swapped", digest=digest)
        return data

    def has(self, digest: str) -> bool:
        """See `BlobStore.has`."""
        return self._path(digest).is_file()

    def delete(self, digest: str) -> None:
        """See `BlobStore.delete`."""
        with storage_errors():
            self._path(digest).unlink(missing_ok=True)

    def digests(self) -> Iterator[str]:
        """See `BlobStore.digests`."""
        for path in self._folder.glob("??/??/*"):
            if _DIGEST.fullmatch(path.name):
                yield path.name

    def sweep(self, *, before: float) -> int:
        """Remove what writers that were killed before this time (seconds) left half-written."""
        removed = 0
        for path in self._folder.glob(f"??/??/*{_ASIDE}"):
            if path.stat().st_mtime < before:
                path.unlink(missing_ok=True)
                removed += 1
        return removed

    def path(self, digest: str) -> Path:
        """Where a blob lies; for audits and drills that look at the disk."""
        return self._path(digest)

    def _path(self, digest: str) -> Path:
        check_digest(digest)
        return self._folder / digest[:2] / digest[2:4] / digest


class Blobs:
    """Encrypted documents: seals under the record's key, keeps what comes out."""

    def __init__(self, store: BlobStore) -> None:
        self.store = store

    def save(self, key: DataKey, data: bytes, *, context: str) -> str:
        """Encrypt and keep; the same document in the same place has the same address."""
        return self.store.put(key.seal(data, context=context))

    def load(self, key: DataKey, digest: str, *, context: str) -> bytes:
        """Fetch and decrypt.

        Raises:
            NotFoundError: `storage.missing`.
            IntegrityError: `storage.swapped`, `vault.tampered`.
        """
        return key.open(self.store.get(digest), context=context)


def check_digest(digest: str) -> None:
    """Refuse what is no digest before it becomes a part of a path.

    Raises:
        IntegrityError: `storage.bad_digest`.
    """
    if not _DIGEST.fullmatch(digest):
        raise IntegrityError("storage.bad_digest", digest=digest[:80])


def _write(path: Path, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb", buffering=0) as file:
        rest = memoryview(data)
        while rest:
            rest = rest[file.write(rest) :]
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def storage_errors() -> Iterator[None]:
    """Translate what the operating system says of a disk; for other writers of files, too.

    Raises:
        StorageError: `storage.full`, `storage.failed`.
    """
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise StorageError("storage.full") from error
        raise StorageError("storage.failed", reason=error.strerror) from error
