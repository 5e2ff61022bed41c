"""C2SP signed notes and checkpoints: what the log says of its size and root.

A note is text, a blank line, and signature lines `— name base64(key hash || signature)`;
only Ed25519 counts here. A checkpoint is a note whose text is origin, size and root.
Specifications: C2SP signed-note and tlog-checkpoint, version 1.

    checkpoint = open_checkpoint(note_text, NoteKey("log.demo.hocba.test", public_key))
"""

import base64
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from verifier.errors import FormatError, ProofError
from verifier.formats.canonical import sha256
from verifier.formats.merkle import HASH_SIZE

ED25519: Final = b"\x01"
MAX_NOTE: Final = 1_000_000
MAX_SIGNATURES: Final = 100
_LEAST_LINES: Final = 3
_DASH: Final = "\u2014 "
_NUMBER = re.compile(r"0|[1-9][0-9]{0,18}")


@dataclass(frozen=True)
class NoteKey:
    """A verifier key: the name and the 32 bytes of an Ed25519 public key."""

    name: str
    public_key: bytes

    @classmethod
    def parse(cls, text: str) -> "NoteKey":
        """Read the form `name+hash+base64`. Raises: FormatError `note.malformed_key`."""
        name, _, rest = text.partition("+")
        claimed, _, encoded = rest.partition("+")
        data = _decode(encoded)
        if data[:1] != ED25519 or len(data) != 1 + HASH_SIZE or not is_name(name):
            raise FormatError("note.malformed_key")
        key = cls(name, data[1:])
        if key.hash.hex() != claimed:
            raise FormatError("note.malformed_key", "hash")
        return key

    def to_text(self) -> str:
        """The form `name+hash+base64`."""
        encoded = base64.b64encode(ED25519 + self.public_key).decode()
        return f"{self.name}+{self.hash.hex()}+{encoded}"

    @property
    def hash(self) -> bytes:
        """The four bytes that stand before each signature of this key."""
        return key_hash(self.name, self.public_key)


@dataclass(frozen=True)
class Checkpoint:
    """The state of a log: how many entries, and the root over them."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> "Checkpoint":
        """Read the text of a note. Raises: FormatError `checkpoint.malformed`."""
        lines = text.split("\n")
        if len(lines) <= _LEAST_LINES or lines[-1] != "":
            raise FormatError("checkpoint.malformed", "lines")
        origin, size, root, *rest = lines[:-1]
        if not origin or not _NUMBER.fullmatch(size):
            raise FormatError("checkpoint.malformed", "origin or size")
        return cls(origin, int(size), _decode(root), tuple(rest))

    def to_text(self) -> str:
        """The text of the note, each line ended."""
        root = base64.b64encode(self.root).decode()
        return "".join(f"{line}\n" for line in (self.origin, self.size, root, *self.extensions))


def key_hash(name: str, public_key: bytes) -> bytes:
    """First four bytes of SHA-256 over name, newline, algorithm and key."""
    return sha256(name.encode() + b"\n" + ED25519 + public_key)[:4]


def is_name(name: str) -> bool:
    """Whether a key may be called so: not empty, no space of any kind, no plus."""
    return bool(name) and "+" not in name and not any(char.isspace() for char in name)


def open_note(note: str | bytes, keys: Sequence[NoteKey]) -> str:
    """Return the text of a note that at least one of the keys signed, and none signed falsely.

    Raises:
        FormatError: `note.malformed`, `note.ambiguous_key`.
        ProofError: `note.wrong_signature`, `note.unverified`.
    """
    text, lines = _split(note)
    signed = set()
    for name, hashed, signature in map(_signature, lines):
        known = [key for key in keys if (key.name, key.hash) == (name, hashed)]
        if len(known) > 1:
            raise FormatError("note.ambiguous_key", name[:80])
        if not known or known[0] in signed:
            continue
        try:
            Ed25519PublicKey.from_public_bytes(known[0].public_key).verify(signature, text.encode())
        except (InvalidSignature, ValueError) as error:
            raise ProofError("note.wrong_signature", name[:80]) from error
        signed.add(known[0])
    if not signed:
        raise ProofError("note.unverified")
    return text


def open_checkpoint(note: str | bytes, key: NoteKey) -> Checkpoint:
    """Return the checkpoint in a note signed by the log's key; its origin is the key's name.

    Raises:
        FormatError: where note or checkpoint are malformed.
        ProofError: `note.wrong_signature`, `note.unverified`, `checkpoint.other_log`.
    """
    checkpoint = Checkpoint.parse(open_note(note, [key]))
    if checkpoint.origin != key.name:
        raise ProofError("checkpoint.other_log", checkpoint.origin[:80])
    if len(checkpoint.root) != HASH_SIZE:
        raise FormatError("checkpoint.malformed", "root")
    return checkpoint


def _split(note: str | bytes) -> tuple[str, list[str]]:
    try:
        text = note.decode() if isinstance(note, bytes) else note
    except UnicodeDecodeError as error:
        raise FormatError("note.malformed", "not UTF-8") from error
    if len(text) > MAX_NOTE or any(_is_control(char) for char in text):
        raise FormatError("note.malformed", "size or control characters")
    body, mark, tail = text.rpartition("\n\n")
    lines = tail.split("\n")
    if not mark or lines[-1] != "" or not 1 < len(lines) <= MAX_SIGNATURES + 1:
        raise FormatError("note.malformed", "signatures")
    return body + "\n", lines[:-1]


def _signature(line: str) -> tuple[str, bytes, bytes]:
    name, space, encoded = line.removeprefix(_DASH).partition(" ")
    data = _decode(encoded)
    if not line.startswith(_DASH) or not space or not is_name(name) or len(data) < 5:  # noqa: PLR2004  # key hash and one byte
        raise FormatError("note.malformed", "signature line")
    return name, data[:4], data[4:]


def _is_control(char: str) -> bool:
    return char != "\n" and (ord(char) < 0x20 or unicodedata.category(char) == "Cs")  # noqa: PLR2004  # ASCII control characters


def _decode(text: str) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError as error:
        raise FormatError("note.malformed", "base64") from error
    if not data or base64.b64encode(data).decode() != text:
        raise FormatError("note.malformed", "base64")
    return data
