"""Verify files of strangers in a child process that can be killed.

The calling process never parses the file: it reads bounded bytes, hands them to a
child (`child.py`) with limits on memory, CPU and wall clock, and carries the one
question to the outside sources, since the child has no network. A file that is too
slow, too hungry or that crashes the child gets *could not check*, and the next file
gets a fresh child. A child that behaves is used again.

    with Guard() as guard:
        report = guard.verify_path(Path("hocba.pdf"), trust=trust, online=online, now=now)

Three small PDFs of the public attack corpora keep well-known libraries busy for
minutes; try/except in the same process is not enough.
"""

import json
import os
import pickle
import queue
import signal
import socket
import stat
import struct
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from verifier.answers import OFFLINE, Online, Question
from verifier.errors import VerifierError
from verifier.formats.canonical import sha256_hex
from verifier.report import Check, Report, Status
from verifier.verify import ask, unexamined

if TYPE_CHECKING:
    from verifier.formats.trusted_root import TrustedRoot

MIB = 1 << 20
_HEAD = struct.Struct(">I")
CHILD = (
    "import sys; sys.path.insert(0, sys.argv[1]); "
    "from verifier.child import main; main(*map(int, sys.argv[2:]))"
)
"""What the child runs: our folder, then the socket, bytes of memory, seconds of CPU."""


@dataclass(frozen=True)
class Limits:
    """What one file may cost. The defaults fit a genuine transcript a hundred times."""

    seconds: float = 5.0
    memory: int = 512 * MIB
    file_bytes: int = 20 * MIB
    reply_bytes: int = 4 * MIB
    start_seconds: float = 60.0
    jobs_per_child: int = 500


class ChildLostError(VerifierError):
    """The child was killed or died; the code says why, for check 1."""


class UnreadableError(VerifierError):
    """The file cannot be read at all: `missing`, `directory`, `not_a_file`, `denied`."""


class Guard:
    """A pool of guarded children. Safe to share between threads; close it when done."""

    def __init__(self, limits: Limits | None = None, *, size: int = 1, child: str = CHILD) -> None:
        self._limits = limits or Limits()
        self._program = child
        self._idle: queue.Queue[_Child | None] = queue.Queue()
        for _ in range(size):
            self._idle.put(None)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End all idle children."""
        for _ in range(self._idle.qsize()):
            child = self._idle.get()
            if child is not None:
                child.kill()
            self._idle.put(None)

    def verify_path(  # noqa: PLR0913  # the same inputs as `verify`
        self,
        path: Path,
        *,
        trust: "TrustedRoot",
        now: datetime,
        online: Online | None = None,
        receipt: bytes | None = None,
        others: tuple["TrustedRoot", ...] = (),
    ) -> Report:
        """Verify a file on disk; one that is too large is refused before it is read.

        Raises:
            UnreadableError: where there is no file to verify.
        """
        data = read_bounded(path, self._limits.file_bytes)
        if data is None:
            return self._too_large(trust, str(path))
        return self.verify(
            data,
            trust=trust,
            now=now,
            online=online,
            file=str(path),
            receipt=receipt,
            others=others,
        )

    def verify(  # noqa: PLR0913  # the same inputs as verifier.verify
        self,
        data: bytes,
        *,
        trust: "TrustedRoot",
        now: datetime,
        online: Online | None = None,
        file: str | None = None,
        receipt: bytes | None = None,
        others: tuple["TrustedRoot", ...] = (),
    ) -> Report:
        """Verify the bytes of one file. Never raises for anything in the file."""
        if len(data) > self._limits.file_bytes:
            return self._too_large(trust, file)
        roots = (trust, *others)
        job = {
            "roots": [root.to_bytes() for root in roots],
            "data": data,
            "now": now,
            "receipt": receipt,
        }
        try:
            report = self._run(job, online, {root.realm: root.demo for root in reversed(roots)})
        except ChildLostError as lost:
            check = Check("1", Status.NOT_CHECKED, lost.code, detail=lost.detail or None)
            return unexamined(check, trust=trust, file=file, sha256=sha256_hex(data))
        return replace(report, file=file)

    def _run(self, job: dict[str, Any], online: Online | None, demo: dict[str, bool]) -> Report:
        child = self._idle.get()
        try:
            if child is not None and child.is_gone():
                child.kill()
                child = None
            if child is None:
                child = _Child(self._limits, self._program)
            question = _question_in(child.call(job))
            answers = OFFLINE
            if online is not None and question is not None:
                answers = ask(online, question)
            report = _report_in(child.call(answers), demo=demo)
            child = child.rested()
        except BaseException:
            if child is not None:
                child.kill()
            child = None
            raise
        finally:
            self._idle.put(child)
        return report

    def _too_large(self, trust: "TrustedRoot", file: str | None) -> Report:
        limit = f"limit {self._limits.file_bytes // MIB} MiB"
        check = Check("1", Status.FAILED, "1.too_large", detail=limit)
        return unexamined(check, trust=trust, file=file, sha256=None)


def read_bounded(path: Path, limit: int) -> bytes | None:
    """Return the bytes of a regular file, or None where it is larger than `limit`.

    Raises:
        UnreadableError: where there is no such file, or it is no file, or not ours to read.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise UnreadableError("missing") from error
    except OSError as error:
        raise UnreadableError("denied", type(error).__name__) from error
    status = os.fstat(handle)
    if not stat.S_ISREG(status.st_mode):
        os.close(handle)
        raise UnreadableError("directory" if stat.S_ISDIR(status.st_mode) else "not_a_file")
    with os.fdopen(handle, "rb") as source:
        if status.st_size > limit:
            return None
        try:
            data = source.read(limit + 1)
        except OSError as error:
            raise UnreadableError("denied", type(error).__name__) from error
    return data if len(data) <= limit else None


def _question_in(reply: bytes) -> Question | None:
    """Read the child's first reply; one that is not as agreed counts as a crash."""
    try:
        asked = json.loads(reply)["question"]
        return None if asked is None else Question.from_object(asked)
    except (ValueError, TypeError, KeyError) as error:
        raise ChildLostError("1.crashed", type(error).__name__) from error


def _report_in(reply: bytes, *, demo: dict[str, bool]) -> Report:
    """Read the child's second reply; whether a realm is a demonstration its root says."""
    try:
        found = json.loads(reply)["report"]
        return Report.from_object(found, demo=demo[found["realm"]])
    except (ValueError, TypeError, KeyError, AttributeError, VerifierError) as error:
        raise ChildLostError("1.crashed", type(error).__name__) from error


class _Child:
    """One child process and the socket to it."""

    def __init__(self, limits: Limits, program: str) -> None:
        self._limits = limits
        self._jobs = 0
        self._socket, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [
                    sys.executable,
                    "-P",
                    "-c",
                    program,
                    str(Path(__file__).resolve().parent.parent),
                    str(theirs.fileno()),
                    str(limits.memory),
                    str(max(1, round(limits.seconds))),
                ],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=_environment(),
            )
        try:
            self._receive(time.monotonic() + limits.start_seconds)
        except ChildLostError:
            self.kill()
            raise

    def call(self, message: object) -> bytes:
        """Send one message and return the reply, within the wall clock limit."""
        deadline = time.monotonic() + self._limits.seconds
        payload = pickle.dumps(message)
        try:
            self._socket.settimeout(self._limits.seconds)
            self._socket.sendall(_HEAD.pack(len(payload)) + payload)
        except TimeoutError as error:
            raise ChildLostError("1.too_slow") from error
        except OSError as error:
            raise self._post_mortem() from error
        return self._receive(deadline)

    def rested(self) -> "_Child | None":
        """Return this child for the next job, or None where it has done its share."""
        self._jobs += 1
        if self._jobs < self._limits.jobs_per_child:
            return self
        self.kill()
        return None

    def is_gone(self) -> bool:
        """Whether the child died while it had nothing to do: no file is to blame for that."""
        return self._process.poll() is not None

    def kill(self) -> None:
        """End the child and its socket."""
        self._socket.close()
        self._process.kill()
        self._process.wait()

    def _receive(self, deadline: float) -> bytes:
        (size,) = _HEAD.unpack(self._read(_HEAD.size, deadline))
        if size > self._limits.reply_bytes:
            raise ChildLostError("1.crashed", "reply too long")
        return self._read(size, deadline)

    def _read(self, size: int, deadline: float) -> bytes:
        data = bytearray()
        while len(data) < size:
            left = deadline - time.monotonic()
            if left <= 0:
                raise ChildLostError("1.too_slow")
            self._socket.settimeout(left)
            try:
                part = self._socket.recv(min(size - len(data), MIB))
            except TimeoutError as error:
                raise ChildLostError("1.too_slow") from error
            except OSError as error:
                raise self._post_mortem() from error
            if not part:
                raise self._post_mortem()
            data += part
        return bytes(data)

    def _post_mortem(self) -> ChildLostError:
        """Say why the child went: SIGXCPU is too slow, 3 is our own "out of memory"."""
        try:
            status = self._process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            return ChildLostError("1.crashed")
        reasons = {-signal.SIGXCPU: "1.too_slow", OUT_OF_MEMORY: "1.too_much_memory"}
        return ChildLostError(reasons.get(status, "1.crashed"), f"status {status}")


OUT_OF_MEMORY = 77
"""Exit status of a child that ran out of its memory and knew it."""


def _environment() -> dict[str, str]:
    """No proxy, no credential, nothing of ours: only what Python itself needs."""
    kept = ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT", "HOME")
    found = {name: os.environ[name] for name in kept if name in os.environ}
    return {**found, "LC_ALL": "C.UTF-8", "MALLOC_ARENA_MAX": "1", "PYTHONHASHSEED": "0"}
