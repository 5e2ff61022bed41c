"""The terminal: sentences from the catalogue, tables, moving bars, the PIN.

    terminal.say("cli.frozen", name="6A1", count=40, date="31/05/2026")
    with terminal.progress("sign") as progress:
        sign(wp, offer, pin=pin, clock=now, progress=progress)

Bars move on a terminal and are silent elsewhere, so that output can be piped.
"""

import getpass
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from hocba.kit.config import load
from hocba.kit.errors import HocbaError, InputError, RefusedError, SeveralInputError
from hocba.kit.messages import DEFAULT, sentence

if TYPE_CHECKING:
    from hocba.issuance.workplace import Workplace

_ROOM_FOR_DIGEST, _HEAD_OF_DIGEST = 120, 16
PIN_VARIABLE = "HOCBA_PIN"


@dataclass(frozen=True)
class Terminal:
    """Where a command talks to a person."""

    language: str = DEFAULT
    out: Console = field(default_factory=lambda: Console(highlight=False, soft_wrap=True))
    err: Console = field(
        default_factory=lambda: Console(stderr=True, highlight=False, soft_wrap=True)
    )

    def text(self, code: str, /, **params: object) -> str:
        """A sentence of the catalogue."""
        return sentence(code, self.language, **params)

    def say(self, code: str, /, **params: object) -> None:
        """Print a sentence."""
        self.out.print(self.text(code, **params), markup=False)

    def fail(self, error: HocbaError) -> None:
        """Print an error: sentence, code, and each of several faults on its own line."""
        problems = error.problems if isinstance(error, SeveralInputError) else ()
        for problem in problems:
            self._error_line(problem)
        self._error_line(error)

    def table(self, titles: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Print a table; titles are labels of the catalogue."""
        table = Table(box=None)
        for title in titles:  # folded, never cut: a digest is shown whole
            table.add_column(self.text(f"label.col.{title}"), overflow="fold")
        for row in rows:
            table.add_row(*row)
        self.out.print(table)

    def digest(self, value: str) -> str:
        """A digest in a table: whole where there is room, else its head."""
        narrow = self.out.is_terminal and self.out.width < _ROOM_FOR_DIGEST
        return f"{value[:_HEAD_OF_DIGEST]}…" if narrow else value

    @contextmanager
    def workplace(self) -> "Iterator[Workplace]":
        """The installation's workplace, and a word while its database starts."""
        from hocba.issuance.workplace import open_workplace  # noqa: PLC0415  # loads the database

        with self.err.status(self.text("cli.opening")):
            place = open_workplace(load())
        with place:
            yield place

    @contextmanager
    def progress(self, label: str) -> Iterator[Callable[[int, int], None]]:
        """A bar that is moved by calling (done, total)."""
        bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=self.err,
            disable=not self.err.is_terminal,
            transient=True,
        )
        with bar:
            task = bar.add_task(self.text(f"label.progress.{label}"), total=None)
            yield lambda done, total: bar.update(task, completed=done, total=total)

    def pin(self, pin_file: Path | None, *, count: int) -> str:
        """The PIN: from a file, from the environment, or typed without being shown.

        Raises:
            RefusedError: `cli.no_pin`.
            InputError: `import.no_file`.
        """
        if given := self.pin_given(pin_file):
            return given
        if not sys.stdin.isatty():
            raise RefusedError("cli.no_pin")
        return getpass.getpass(self.text("cli.ask_pin", count=count) + " ")

    def pin_given(self, pin_file: Path | None) -> str | None:
        """The PIN of the file or the environment; None where neither has one.

        Raises:
            InputError: `import.no_file`.
        """
        if pin_file is None:
            return os.environ.get(PIN_VARIABLE) or None
        try:
            return pin_file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise InputError("import.no_file", reason=str(error)) from error

    def _error_line(self, error: HocbaError) -> None:
        self.err.print(f"{error.sentence(self.language)} [{error.code}]", markup=False)
