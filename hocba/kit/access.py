"""Local accounts: who may come in, for how long, and how often somebody may guess.

    add_account(db, "gv02", actor=f"staff:{id}", password=password, at=now())
    token = log_in(database, "gv02", password, address="192.0.2.7", at=now())
    visit = visit_of(db, token, at=now())             # None: unknown, idle too long, ended

Passwords are kept as Argon2id hashes (RFC 9106, the library's second recommendation), tokens
as SHA-256. An unknown name costs as much time as a wrong password and gets the same answer.
An account says whom it stands for as `kind:identifier`, the form that audit events use; what
that person may do is decided by whoever reads it, at each request, so a role that has ended
ends at once.
"""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import BoundedSemaphore
from typing import Final
from uuid import UUID, uuid4

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from argon2.profiles import RFC_9106_LOW_MEMORY
from sqlalchemy import BigInteger, ForeignKey, Identity, delete, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from hocba.kit import audit
from hocba.kit.db import Base, Database
from hocba.kit.errors import BusyError, ConflictError, InputError, NotFoundError, RefusedError

IDLE: Final = timedelta(minutes=30)
LONGEST: Final = timedelta(hours=12)
WINDOW: Final = timedelta(minutes=15)
MOST_FOR_NAME: Final = 5
"""Wrong guesses at one name from one address."""
MOST_FOR_ADDRESS: Final = 30
MOST_FROM_ANYWHERE: Final = 50
"""Wrong guesses at one name from all addresses: a stranger should not lock the owner out soon."""
SHORTEST_PASSWORD: Final = 10
LONGEST_PASSWORD: Final = 200
LONG_NAME: Final = 4
"""Shorter user names stand in many words by chance."""

OPERATOR: Final = "command"
"""Who opens, renews and closes accounts: whoever sits at the command line."""

_USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,63}")
_HASHER = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)
_TURNS = BoundedSemaphore(4)
"""A hash takes 64 MiB on purpose; so many at once, however many come."""
_NOBODY = _HASHER.hash(secrets.token_hex())


class Account(Base):
    """One person's way in; `actor` is `staff:`, `guardian:`, `pupil:` or `department:`."""

    __tablename__ = "account"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(unique=True)
    password: Mapped[str]
    actor: Mapped[str] = mapped_column(index=True)
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]


class LoginSession(Base):
    """One login on one device; its id is the hash of what the browser holds."""

    __tablename__ = "login_session"

    id: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), index=True)
    language: Mapped[str]
    opened_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Failure(Base):
    """A wrong guess, remembered by the hash of what was guessed at for as long as it counts."""

    __tablename__ = "login_failure"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    key: Mapped[str] = mapped_column(index=True)
    at: Mapped[datetime]


@dataclass(frozen=True)
class Visit:
    """Somebody who is logged in."""

    session: str
    account: UUID
    actor: str
    username: str
    language: str


@dataclass(frozen=True)
class Guess:
    """What is guessed at (`name:gv02`, `address:192.0.2.7`) and how often it may fail."""

    subject: str
    most: int

    @property
    def key(self) -> str:
        """Hash under which failures are remembered."""
        return _hash(self.subject)


@dataclass(frozen=True)
class Attempt:
    """A guess that was counted."""

    rows: tuple[int, ...]


def add_account(db: Session, username: str, *, actor: str, password: str, at: datetime) -> Account:
    """Add an account.

    Raises:
        InputError: `account.bad_username`, `account.weak_password`.
        ConflictError: `account.exists`.
    """
    name = username.strip().casefold()
    if not _USERNAME.fullmatch(name):
        raise InputError("account.bad_username")
    _check_password(password, name)
    if db.scalar(select(Account.id).where(Account.username == name)) is not None:
        raise ConflictError("account.exists", username=name)
    account = Account(
        id=uuid4(),
        username=name,
        password=_HASHER.hash(password),
        actor=actor,
        created_at=at,
        disabled_at=None,
    )
    db.add(account)
    db.flush()
    _note(db, account, "account.added", at, by=OPERATOR)
    return account


def close_account(db: Session, username: str, *, at: datetime) -> None:
    """Close an account and end its sessions at once; what it did stays on record.

    Raises:
        NotFoundError: `account.not_found`.
    """
    account = _account(db, username)
    account.disabled_at = account.disabled_at or at
    _end_sessions(db, account, at=at)
    _note(db, account, "account.closed", at, by=OPERATOR)


def reset_password(db: Session, username: str, password: str, *, at: datetime) -> None:
    """Set a password without the old one, for whoever forgot it; ends every session.

    Raises:
        NotFoundError: `account.not_found`.
        ConflictError: `account.closed`.
        InputError: `account.weak_password`.
    """
    account = _account(db, username)
    if account.disabled_at is not None:
        raise ConflictError("account.closed", username=account.username)
    _check_password(password, account.username)
    account.password = _HASHER.hash(password)
    _end_sessions(db, account, at=at)
    _note(db, account, "account.reset", at, by=OPERATOR)


def log_in(database: Database, username: str, password: str, *, address: str, at: datetime) -> str:
    """Check name and password and open a session; return the token that the browser keeps.

    Raises:
        RefusedError: `login.wrong`, the same for every reason.
        BusyError: `login.too_many`: too many wrong guesses, right or wrong this time.
    """
    name = username.strip().casefold()[:100]
    guesses = (
        Guess(f"name:{name} {address}", MOST_FOR_NAME),
        Guess(f"address:{address}", MOST_FOR_ADDRESS),
        Guess(f"name:{name}", MOST_FROM_ANYWHERE),
    )
    tried = attempt(database, guesses, at=at)
    with database.transaction("login.look") as db:
        account = db.scalars(select(Account).where(Account.username == name)).one_or_none()
    known = account is not None and account.disabled_at is None
    right = _matches(account.password if account and known else _NOBODY, password)
    if account is None or not known or not right:
        raise RefusedError("login.wrong")
    token = secrets.token_urlsafe(32)
    with database.transaction("login") as db:
        forgive(db, tried)
        db.add(
            LoginSession(
                id=_hash(token),
                account_id=account.id,
                language="vi",
                opened_at=at,
                seen_at=at,
                ended_at=None,
            )
        )
        _note(db, account, "login.opened", at)
    return token


def visit_of(db: Session, token: str, *, at: datetime) -> Visit | None:
    """Who holds this token now; being asked keeps the session awake."""
    row = db.execute(
        select(LoginSession, Account)
        .join(Account, Account.id == LoginSession.account_id)
        .where(
            LoginSession.id == _hash(token),
            LoginSession.ended_at.is_(None),
            LoginSession.seen_at > at - IDLE,
            LoginSession.opened_at > at - LONGEST,
            Account.disabled_at.is_(None),
        )
    ).one_or_none()
    if row is None:
        return None
    session, account = row
    session.seen_at = max(session.seen_at, at)
    return Visit(session.id, account.id, account.actor, account.username, session.language)


def speak(db: Session, visit: Visit, language: str) -> None:
    """Remember the language of a session."""
    db.execute(
        update(LoginSession).where(LoginSession.id == visit.session).values(language=language)
    )


def log_out(db: Session, visit: Visit, *, at: datetime) -> None:
    """End a session."""
    db.execute(update(LoginSession).where(LoginSession.id == visit.session).values(ended_at=at))


def change_password(db: Session, visit: Visit, *, old: str, new: str, at: datetime) -> None:
    """Set a new password and end every other session of the account.

    Raises:
        RefusedError: `login.wrong_old`.
        InputError: `account.weak_password`.
    """
    account = db.get_one(Account, visit.account)
    if not _matches(account.password, old):
        raise RefusedError("login.wrong_old")
    _check_password(new, account.username)
    account.password = _HASHER.hash(new)
    _end_sessions(db, account, at=at, but=visit.session)
    _note(db, account, "account.password_changed", at)


def anti_forgery(token: str) -> str:
    """What every form of this session carries, so that no other site can send one (CSRF)."""
    return hmac.new(token.encode(), b"anti-forgery", hashlib.sha256).hexdigest()


def is_ours(token: str, sent: str) -> bool:
    """Whether a form came from a page of this session."""
    return hmac.compare_digest(anti_forgery(token).encode(), sent.encode())


def attempt(database: Database, guesses: tuple[Guess, ...], *, at: datetime) -> Attempt:
    """Count a guess before anybody looks at it, so that guesses at once count as well.

    A right one is taken back with `forgive`; whoever does not stays counted for `WINDOW`.

    Raises:
        BusyError: `login.too_many`.
    """
    with database.transaction("guess") as db:
        db.execute(delete(Failure).where(Failure.at <= at - WINDOW))
        for guess in sorted(guesses, key=lambda each: each.key):
            db.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(guess.key, 0))))
            failed = db.scalar(select(func.count()).where(Failure.key == guess.key)) or 0
            if failed >= guess.most:
                raise BusyError("login.too_many", minutes=int(WINDOW.total_seconds() // 60))
        rows = [Failure(key=guess.key, at=at) for guess in guesses]
        db.add_all(rows)
        db.flush()
        return Attempt(tuple(row.id for row in rows))


def forgive(db: Session, tried: Attempt) -> None:
    """Take back what was counted: the guess was right."""
    db.execute(delete(Failure).where(Failure.id.in_(tried.rows)))


def _note(db: Session, account: Account, action: str, at: datetime, *, by: str = "") -> None:
    actor = by or account.actor
    audit.record(db, actor=actor, action=action, target=f"account:{account.id}", at=at)


def _account(db: Session, username: str) -> Account:
    name = username.strip().casefold()
    found = db.scalars(select(Account).where(Account.username == name)).one_or_none()
    if found is None:
        raise NotFoundError("account.not_found", username=name)
    return found


def _end_sessions(db: Session, account: Account, *, at: datetime, but: str = "") -> None:
    db.execute(
        update(LoginSession)
        .where(
            LoginSession.account_id == account.id,
            LoginSession.id != but,
            LoginSession.ended_at.is_(None),
        )
        .values(ended_at=at)
    )


def _check_password(password: str, username: str) -> None:
    named = len(username) >= LONG_NAME and username in password.casefold()
    if named or not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise InputError("account.weak_password", shortest=SHORTEST_PASSWORD)


def _matches(kept: str, password: str) -> bool:
    try:
        with _TURNS:
            return _HASHER.verify(kept, password[: LONGEST_PASSWORD + 1])
    except (VerifyMismatchError, InvalidHashError):
        return False


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
