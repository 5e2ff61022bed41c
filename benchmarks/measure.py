"""Stop-watch: wall and CPU seconds of a stage, for how many, and the most memory in it.

    watch = Watch()
    with watch.stage("seal", 45):
        ...
    watch.lines[-1].each          # milliseconds for one

A stage that is entered several times under one title is one line, the sum of all. Memory is
the resident peak of this process inside the stage (Linux forgets the old peak on request).
"""

import resource
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

_STATUS, _FORGET = Path("/proc/self/status"), Path("/proc/self/clear_refs")
_RESET_PEAK = "5"


@dataclass(frozen=True)
class Line:
    """One measured stage."""

    title: str
    count: int
    wall: float
    cpu: float
    peak: float
    """Megabytes."""

    @property
    def each(self) -> float:
        """Wall milliseconds for one."""
        return 1000 * self.wall / max(1, self.count)

    @property
    def rate(self) -> float:
        """How many a second."""
        return self.count / self.wall if self.wall else 0.0

    def plus(self, other: "Line") -> "Line":
        """The same stage, entered again."""
        return Line(
            self.title,
            self.count + other.count,
            self.wall + other.wall,
            self.cpu + other.cpu,
            max(self.peak, other.peak),
        )


@dataclass
class Watch:
    """Collects lines in the order in which they are first measured."""

    say: Callable[[str], None] = lambda _text: None
    found: dict[str, Line] = field(default_factory=dict)

    @property
    def lines(self) -> list[Line]:
        """All lines."""
        return list(self.found.values())

    @contextmanager
    def stage(self, title: str, count: int) -> Iterator[None]:
        """Measure what happens inside; an exception leaves no line."""
        if title not in self.found:
            self.say(title)
        forget_peak()
        wall, cpu = time.perf_counter(), time.process_time()
        yield
        line = Line(
            title, count, time.perf_counter() - wall, time.process_time() - cpu, peak_megabytes()
        )
        before = self.found.get(title)
        self.found[title] = line if before is None else before.plus(line)


def total(title: str, lines: list[Line]) -> Line:
    """Several stages of the same transcripts as one line."""
    return Line(
        title,
        min(line.count for line in lines),
        sum(line.wall for line in lines),
        sum(line.cpu for line in lines),
        max(line.peak for line in lines),
    )


def forget_peak() -> None:
    """Begin a new peak; where the system cannot, peaks are those of the process so far."""
    try:
        _FORGET.write_text(_RESET_PEAK, encoding="ascii")
    except OSError:
        return


def peak_megabytes() -> float:
    """The largest resident memory since the last `forget_peak`."""
    try:
        rows = _STATUS.read_text(encoding="utf-8").splitlines()
        return next(int(row.split()[1]) for row in rows if row.startswith("VmHWM:")) / 1024
    except (OSError, StopIteration):
        unit = 1024**2 if sys.platform == "darwin" else 1024
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
