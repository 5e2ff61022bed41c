"""What the demo shows while it works: one bar for each step, then how long it took.

    with Steps() as steps:
        for pupil in steps.each("Cấp học bạ", pupils): ...

On a terminal the bars move; elsewhere each step is one line when it ends.
"""

import resource
import time
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self, TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

T = TypeVar("T")
_MEGA = 1024


class Steps:
    """The running list of steps."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self._began = time.monotonic()
        self.seconds: dict[str, float] = {}
        self._progress = Progress(
            TextColumn("{task.description:<44}"),
            BarColumn(bar_width=28),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
            disable=not console.is_terminal,
        )

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def each(self, title: str, items: Collection[T]) -> Iterator[T]:
        """Go through the items, moving this step's bar."""
        with self.step(title, total=len(items)) as advance:
            for item in items:
                yield item
                advance()

    @contextmanager
    def step(self, title: str, *, total: int = 1) -> "Iterator[_Advance]":
        """One step; call what it yields to move its bar."""
        began = time.monotonic()
        task = self._progress.add_task(title, total=total)
        advance = _Advance(self._progress, task)
        yield advance
        self._progress.update(task, completed=total)
        spent = time.monotonic() - began
        self.seconds[title] = self.seconds.get(title, 0.0) + spent
        if not self.console.is_terminal:
            count = f"{total} x " if total > 1 else ""
            self.console.print(f"{title}: {count}{spent:.1f} s", highlight=False)

    def total(self) -> str:
        """Seconds since the start and the largest memory of this process."""
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _MEGA
        return f"{time.monotonic() - self._began:.1f} s, {peak:.0f} MB"


class _Advance:
    def __init__(self, progress: Progress, task: object) -> None:
        self._progress, self._task = progress, task

    def __call__(self, count: int = 1) -> None:
        self._progress.advance(self._task, count)  # type: ignore[arg-type]  # rich's own TaskID


def megabytes(sizes: Iterable[int]) -> float:
    """Sum in MB."""
    return sum(sizes) / 1e6
