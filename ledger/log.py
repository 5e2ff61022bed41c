"""The log: contract events in canonical form, the tree over them, and its signed checkpoint.

Nothing here is a source: entries are recomputed from the chain (`ledger.chains.events`),
so two logs over one chain are byte for byte the same, but for the signature.

    log = Log(entries)
    note = sign_checkpoint(log.checkpoint("log.demo.hocba.test"), key)
    path = log.inclusion_path(index)

The checkpoint is a C2SP signed note (tlog-checkpoint, Ed25519).
"""

import base64
from collections.abc import Sequence

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.tree import Tree, consistency_path
from verifier.errors import VerifierError
from verifier.formats.entries import Entry
from verifier.formats.note import Checkpoint, NoteKey, is_name


class LogError(VerifierError):
    """The entries make no log."""


class Log:
    """The first `size` entries. Cheap to ask, built once."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        """Take the entries in order.

        Raises:
            LogError: `log.gap` where an index is missing, doubled or out of order.
        """
        if [entry.index for entry in entries] != list(range(len(entries))):
            raise LogError("log.gap")
        self.entries = tuple(entries)
        self._hashes = [entry.hash() for entry in entries]
        self._tree = Tree(self._hashes)

    @property
    def size(self) -> int:
        """How many entries there are."""
        return self._tree.size

    def root(self) -> bytes:
        """The root over all entries."""
        return self._tree.root()

    def inclusion_path(self, index: int) -> tuple[bytes, ...]:
        """The path of entry `index` to the root."""
        return self._tree.inclusion_path(index)

    def consistency_path(self, old_size: int) -> tuple[bytes, ...]:
        """The proof that this log only appended to its first `old_size` entries."""
        return consistency_path(self._hashes, old_size)

    def checkpoint(self, origin: str) -> Checkpoint:
        """Size and root, to be signed."""
        return Checkpoint(origin, self.size, self.root())


class LogKey:
    """The log's own signing key under its name."""

    def __init__(self, name: str, key: Ed25519PrivateKey) -> None:
        """Name the key.

        Raises:
            LogError: `log.malformed_name` where the name has a space or a plus.
        """
        if not is_name(name):
            raise LogError("log.malformed_name")
        self._key = key
        self.public = NoteKey(name, key.public_key().public_bytes_raw())

    def sign(self, text: str) -> str:
        """The signature line of a note with this text."""
        signed = self.public.hash + self._key.sign(text.encode())
        return f"\u2014 {self.public.name} {base64.b64encode(signed).decode()}\n"


def sign_checkpoint(checkpoint: Checkpoint, key: LogKey) -> str:
    """The checkpoint as a signed note. Ed25519 is deterministic: same log, same note.

    Raises:
        LogError: `log.other_origin` where the checkpoint names another log.
    """
    if checkpoint.origin != key.public.name:
        raise LogError("log.other_origin")
    text = checkpoint.to_text()
    return f"{text}\n{key.sign(text)}"
