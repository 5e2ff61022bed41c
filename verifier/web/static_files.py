"""The page's own files, read once, served by a name that contains their hash.

There is no path on disk in a request: a name is looked up in a fixed table. Since the
hash changes with the content, browsers may keep a file for ever.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from verifier.formats.canonical import sha256_hex

FOLDER = Path(__file__).with_name("static")
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
HASH_LENGTH = 12


@dataclass(frozen=True)
class StaticFile:
    """One file and what a browser must know of it."""

    data: bytes
    media_type: str


@cache
def table() -> dict[str, StaticFile]:
    """All files by relative name."""
    return {
        path.relative_to(FOLDER).as_posix(): StaticFile(path.read_bytes(), TYPES[path.suffix])
        for path in sorted(FOLDER.rglob("*"))
        if path.suffix in TYPES
    }


@cache
def version() -> str:
    """A short hash over all files: the folder name under which they are served."""
    listed = "".join(f"{name} {sha256_hex(file.data)}\n" for name, file in table().items())
    return sha256_hex(listed.encode())[:HASH_LENGTH]
