"""Runs `hocba` commands in forked children of one warm process, so that killing one is cheap.

    with CommandServer() as commands:
        done = commands.run(["freeze", "6A1", "--as", "GV02"], env={"HOCBA_FAILPOINT": "..."})
        done.status            # -9 where the failpoint killed it

The children run the real entry point with the real environment; only the imports are shared.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).parents[2]
WARM = (
    "hocba.cli",
    "hocba.commands.issue",
    "hocba.commands.look",
    "hocba.commands.run",
    "hocba.commands.setup",
    "ledger.chains.evm",
    "eth_account",
    "verifier.checks.container",
    "verifier.checks.structure",
    "verifier.checks.signatures",
    "verifier.checks.roles",
    "verifier.checks.seen",
    "verifier.checks.ledger",
    "verifier.checks.status",
)
"""What the commands import late; loaded once, before the first fork."""


@dataclass(frozen=True)
class Done:
    """How a command ended and what it said."""

    status: int
    out: str
    err: str


class CommandServer:
    """One warm process; commands run one after another."""

    def __enter__(self):
        self._process = subprocess.Popen(
            [sys.executable, "-W", "error", __file__],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        return self

    def __exit__(self, *_):
        self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()

    def run(self, arguments, *, env, largest_file=None):
        with tempfile.TemporaryDirectory() as folder:
            asked = {
                "arguments": arguments,
                "env": env,
                "folder": folder,
                "largest_file": largest_file,
            }
            self._process.stdin.write(json.dumps(asked) + "\n")
            self._process.stdin.flush()
            status = json.loads(self._process.stdout.readline())
            said = [(Path(folder) / name).read_text(encoding="utf-8") for name in ("out", "err")]
        return Done(status, *said)


def _serve():
    for name in WARM:
        import_module(name)
    for line in sys.stdin:
        asked = json.loads(line)
        child = os.fork()
        if child == 0:
            _run(asked)
        _, code = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(code)}\n")
        sys.stdout.flush()


def _run(asked):
    status = 99
    try:
        for name, descriptor in (("out", 1), ("err", 2)):
            file = os.open(Path(asked["folder"]) / name, os.O_WRONLY | os.O_CREAT)
            os.dup2(file, descriptor)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.environ.update(asked["env"])
        if asked["largest_file"] is not None:  # a disk that is full after so many bytes
            limit = asked["largest_file"]
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        status = import_module("hocba.cli").run(asked["arguments"])
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(status)


if __name__ == "__main__":
    _serve()
