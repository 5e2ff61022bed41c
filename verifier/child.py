"""The other side of `guard.py`: examines files under limits, one after the other.

It may open no new file to write, has a cap on memory and CPU, says nothing on stdout
or stderr, and ends when its parent does. Messages come in as pickles of the parent
(trusted); replies go out as JSON, so nothing made from a stranger's file is unpickled.
"""

import json
import os
import pickle
import resource
import socket
import struct
from dataclasses import asdict
from typing import Any

from verifier.answers import Answers
from verifier.formats.trusted_root import TrustedRoot
from verifier.guard import OUT_OF_MEMORY
from verifier.verify import examine

_HEAD = struct.Struct(">I")


def main(handle: int, memory: int, seconds: int) -> None:
    """Serve jobs from the inherited socket until the parent hangs up."""
    limit(memory)
    with socket.socket(fileno=handle) as parent:
        _send(parent, {"ready": os.getpid()})
        trusted: dict[bytes, TrustedRoot] = {}
        while (job := _receive(parent)) is not None:
            allow_cpu(seconds)
            try:
                _serve(parent, job, trusted)
            except MemoryError:
                os._exit(OUT_OF_MEMORY)


def limit(memory: int) -> None:
    """Cap memory; allow no core dump and no file to grow, so nothing is left behind."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def allow_cpu(seconds: int) -> None:
    """Allow this many more seconds of CPU; SIGXCPU ends the process after that."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    spent = int(used.ru_utime + used.ru_stime) + 1
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (spent + seconds, hard))


def _serve(parent: socket.socket, job: dict[str, Any], trusted: dict[bytes, TrustedRoot]) -> None:
    if any(root not in trusted for root in job["roots"]):
        trusted.clear()
        trusted.update({root: TrustedRoot.parse(root) for root in job["roots"]})
    trust, *others = (trusted[root] for root in job["roots"])
    examined = examine(
        job["data"],
        trust=trust,
        now=job["now"],
        receipt=job["receipt"],
        others=tuple(others),
    )
    question = examined.question()
    _send(parent, {"question": None if question is None else asdict(question)})
    answers = _receive(parent)
    if isinstance(answers, Answers):
        examined.ctx.answers = answers
        _send(parent, {"report": examined.report(None).to_object()})


def _send(parent: socket.socket, message: dict[str, Any]) -> None:
    payload = json.dumps(message).encode()
    parent.sendall(_HEAD.pack(len(payload)) + payload)


def _receive(parent: socket.socket) -> Any:  # noqa: ANN401  # the parent's own objects
    head = _read(parent, _HEAD.size)
    if head is None:
        return None
    data = _read(parent, _HEAD.unpack(head)[0])
    return None if data is None else pickle.loads(data)  # noqa: S301  # from our parent only


def _read(parent: socket.socket, size: int) -> bytes | None:
    data = bytearray(size)
    view, filled = memoryview(data), 0
    while filled < size:
        count = parent.recv_into(view[filled:])
        if count == 0:
            return None
        filled += count
    return bytes(data)
