"""Named places at which a test may kill the process, as a power cut would.

    failpoint("seal.before_commit")

Does nothing unless `HOCBA_FAILPOINT` is `name` or `name:n`; then the n-th time (1 by default)
that this process passes the name it dies by SIGKILL: no handler, no flush, no clean-up.
"""

import os
import signal
from collections import Counter

VARIABLE = "HOCBA_FAILPOINT"
_passed: Counter[str] = Counter()


def failpoint(name: str) -> None:
    """Die here if the environment asks for it."""
    wanted = os.environ.get(VARIABLE)
    if not wanted:
        return
    target, _, turn = wanted.partition(":")
    if target != name:
        return
    _passed[name] += 1
    if _passed[name] == int(turn or "1"):
        os.kill(os.getpid(), signal.SIGKILL)
