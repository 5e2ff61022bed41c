"""Personal data at rest: one key for each pupil or record, wrapped by the installation's key.

    vault = Vault.open(settings.master_key_path)
    key = vault.new_key(session, pupil.id, at=now)
    event.new_value = key.seal_json("8.5", context=f"mark_event:{event.id}:new")
    ...
    vault.key(session, pupil.id).open_json(event.new_value, context=f"mark_event:{event.id}:new")

Guarantees: a value opens only with its own key and in its own place (the `context` is
authenticated), so bytes moved from one row to another do not open. `erase` destroys the wrapped
key and with it, for good, all that was sealed under it, in backups of the tables too once the
backup of `record_key` is renewed. The database alone, without the key file, opens nothing.

AES-256-GCM. The nonce is a keyed hash of context and value (as in SIV, RFC 5297), so sealing
the same value in the same place twice gives the same bytes: a step repeated after a crash writes
the blob that is already there. No two values under one key meet in a nonce before 2^48 of them.
"""

import base64
import hashlib
import hmac
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from hocba.kit.db import Base
from hocba.kit.errors import ConfigError, IntegrityError, NotFoundError
from verifier.formats.canonical import Json, canonical, parse_json

Random = Callable[[int], bytes]

_FORMAT: Final = b"\x01"
_HEAD: Final = "hocba-master-1"
_NONCE: Final = 12
_NAME: Final = 4
_PRIVATE: Final = 0o077


class WrappedKey(Base):
    """The key of one pupil or record, opened only by the master key; its id is the owner's id."""

    __tablename__ = "record_key"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    wrapped: Mapped[bytes | None]
    created_at: Mapped[datetime]
    erased_at: Mapped[datetime | None]


class DataKey:
    """One opened key; pure, and cheap to use many times."""

    def __init__(self, secret: bytes) -> None:
        self._cipher = AESGCM(_derive(secret, b"value"))
        self._nonce_key = _derive(secret, b"nonce")

    def seal(self, value: bytes, *, context: str) -> bytes:
        """Encrypt bytes for one place."""
        place = context.encode()
        sized = len(place).to_bytes(4, "big") + place + value
        nonce = hmac.digest(self._nonce_key, sized, "sha256")[:_NONCE]
        return _FORMAT + nonce + self._cipher.encrypt(nonce, value, place)

    def open(self, sealed: bytes, *, context: str) -> bytes:
        """Decrypt what `seal` made for the same place.

        Raises:
            IntegrityError: `vault.tampered`.
        """
        if sealed[:1] != _FORMAT:
            raise IntegrityError("vault.tampered")
        nonce, body = sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :]
        try:
            return self._cipher.decrypt(nonce, body, context.encode())
        except (InvalidTag, ValueError) as error:
            raise IntegrityError("vault.tampered") from error

    def seal_json(self, value: Json, *, context: str) -> bytes:
        """Encrypt a JSON value in canonical form."""
        return self.seal(canonical(value), context=context)

    def open_json(self, sealed: bytes, *, context: str) -> Json:
        """Decrypt what `seal_json` made."""
        return parse_json(self.open(sealed, context=context))


@dataclass(frozen=True)
class MasterKey:
    """The installation's key; a file of mode 0600 outside the database and its backups."""

    secret: bytes

    @property
    def name(self) -> bytes:
        """Four bytes that say which master key wrapped a key, and nothing about it."""
        return hashlib.sha256(b"hocba master key name" + self.secret).digest()[:_NAME]

    @classmethod
    def create(cls, path: Path, *, random: Random = os.urandom) -> "MasterKey":
        """Make a new key; an existing file is opened, never replaced."""
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if path.exists():
            return cls.open(path)
        secret = random(32)
        unfinished = path.with_name(f"{path.name}.{random(8).hex()}.new")
        text = f"{_HEAD} {base64.b64encode(secret).decode()}\n"
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(unfinished, path)  # unlike rename it cannot replace another process's key
        except FileExistsError:
            return cls.open(path)
        finally:
            unfinished.unlink()
        return cls(secret)

    @classmethod
    def open(cls, path: Path) -> "MasterKey":
        """Read the key.

        Raises:
            ConfigError: `vault.no_master_key`, `vault.bad_master_key`, `vault.open_to_others`.
        """
        try:
            mode, text = path.stat().st_mode, path.read_text(encoding="ascii")
        except FileNotFoundError as error:
            raise ConfigError("vault.no_master_key", path=path) from error
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError("vault.bad_master_key", path=path) from error
        if mode & _PRIVATE:
            raise ConfigError("vault.open_to_others", path=path)
        head, _, body = text.strip().partition(" ")
        try:
            secret = base64.b64decode(body, validate=True)
        except ValueError as error:
            raise ConfigError("vault.bad_master_key", path=path) from error
        if head != _HEAD or len(secret) != 32:  # noqa: PLR2004  # AES-256
            raise ConfigError("vault.bad_master_key", path=path)
        return cls(secret)


class Vault:
    """Makes, opens and destroys keys; rows are read and written in the caller's transaction."""

    def __init__(self, master: MasterKey, *, random: Random = os.urandom) -> None:
        self._name = master.name
        self._wrap_key = DataKey(master.secret)
        self._random = random

    @classmethod
    def create(cls, path: Path, *, random: Random = os.urandom) -> "Vault":
        """The vault of a new installation."""
        return cls(MasterKey.create(path, random=random), random=random)

    @classmethod
    def open(cls, path: Path, *, random: Random = os.urandom) -> "Vault":
        """The vault of an installation that has its key."""
        return cls(MasterKey.open(path), random=random)

    def new_key(self, session: Session, owner: UUID, *, at: datetime) -> DataKey:
        """Make the key of a new pupil or record."""
        return self.new_keys(session, [owner], at=at)[owner]

    def new_keys(
        self, session: Session, owners: Iterable[UUID], *, at: datetime
    ) -> dict[UUID, DataKey]:
        """Make many keys with one statement."""
        secrets = {owner: self._random(32) for owner in owners}
        rows = [
            {"id": owner, "wrapped": self._wrap(owner, secret), "created_at": at}
            for owner, secret in secrets.items()
        ]
        if rows:
            session.execute(insert(WrappedKey), rows)
        return {owner: DataKey(secret) for owner, secret in secrets.items()}

    def key(self, session: Session, owner: UUID) -> DataKey:
        """Open one key.

        Raises:
            NotFoundError: `vault.unknown_key`, or `vault.erased` after an erasure.
            ConfigError: `vault.wrong_master_key`.
            IntegrityError: `vault.tampered`.
        """
        found = session.get(WrappedKey, owner)
        if found is None:
            raise NotFoundError("vault.unknown_key", key=owner)
        return self._unwrap(found.id, found.wrapped)

    def keys(self, session: Session, owners: Iterable[UUID]) -> Mapping[UUID, DataKey]:
        """Open many keys with one query; erased and unknown ones are left out."""
        wanted = select(WrappedKey.id, WrappedKey.wrapped).where(
            WrappedKey.id.in_(list(owners)), WrappedKey.wrapped.is_not(None)
        )
        return {owner: self._unwrap(owner, wrapped) for owner, wrapped in session.execute(wanted)}

    def erase(self, session: Session, owner: UUID, *, at: datetime) -> None:
        """Destroy a key; what was sealed under it can never be read again."""
        session.execute(
            update(WrappedKey)
            .where(WrappedKey.id == owner, WrappedKey.wrapped.is_not(None))
            .values(wrapped=None, erased_at=at)
        )

    def _wrap(self, owner: UUID, secret: bytes) -> bytes:
        return self._name + self._wrap_key.seal(secret, context=f"record_key:{owner}")

    def _unwrap(self, owner: UUID, wrapped: bytes | None) -> DataKey:
        if wrapped is None:
            raise NotFoundError("vault.erased")
        if wrapped[:_NAME] != self._name:
            raise ConfigError("vault.wrong_master_key")
        return DataKey(self._wrap_key.open(wrapped[_NAME:], context=f"record_key:{owner}"))


def _derive(secret: bytes, purpose: bytes) -> bytes:
    # Two independent keys from one uniform secret; HKDF-Expand of one block, RFC 5869.
    return hmac.digest(secret, b"hocba " + purpose + b"\x01", "sha256")
