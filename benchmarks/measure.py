"""Stop-watch and table: wall and CPU seconds of a stage, for how many, at what memory."""

import os
import platform
import resource
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Line:
    """One measured stage."""

    title: str
    count: int
    wall: float
    cpu: float

    @property
    def each(self) -> float:
        """Wall milliseconds for one."""
        return 1000 * self.wall / max(1, self.count)

    @property
    def rate(self) -> float:
        """How many a second."""
        return self.count / self.wall if self.wall else 0.0


@dataclass
class Watch:
    """Collects lines in the order in which they are measured."""

    lines: list[Line] = field(default_factory=list)

    @contextmanager
    def stage(self, title: str, count: int) -> Iterator[None]:
        """Measure what happens inside."""
        wall, cpu = time.perf_counter(), _cpu()
        yield
        self.lines.append(Line(title, count, time.perf_counter() - wall, _cpu() - cpu))

    def each(self, title: str, items: Iterable[T], action: Callable[[T], object]) -> Line:
        """Measure an action over items, one after the other."""
        todo = list(items)
        with self.stage(title, len(todo)):
            for item in todo:
                action(item)
        return self.lines[-1]

    def table(self) -> str:
        """The lines as a Markdown table."""
        rows = [
            f"| {line.title} | {line.count} | {line.wall:.2f} | {line.cpu:.2f} "
            f"| {line.each:.2f} | {line.rate:.0f} |"
            for line in self.lines
        ]
        head = "| Stage | Number | Seconds | CPU seconds | ms each | per second |"
        return "\n".join([head, "|---|---:|---:|---:|---:|---:|", *rows])


def peak_megabytes() -> float:
    """Largest memory of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def machine() -> str:
    """One line about where this was measured."""
    load = os.getloadavg()[0]
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, Python {platform.python_version()}, "
        f"{os.cpu_count()} cores, load {load:.1f} at the start"
    )


def write(name: str, text: str) -> Path:
    """Write a result beside this file."""
    path = Path(__file__).parent / "results" / f"{name}.md"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text + "\n", encoding="utf-8")
    return path


def _cpu() -> float:
    own = resource.getrusage(resource.RUSAGE_SELF)
    return own.ru_utime + own.ru_stime
