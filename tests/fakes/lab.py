"""Installations at rest that can be copied: the state before each command of the spine.

lab.build()
at = lab.copy(lab.before["seal"])          # a database and a folder of one's own
lab.run(at, "seal")                        # the real command, in a forked child
with lab.open(at) as wp: ...               # the same installation in this process
"""

import os
import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from fakes.end_state import end_state
from fakes.small_school import (
    CLASS,
    CLERK,
    HOMEROOM,
    PIN,
    PRINCIPAL,
    write_school_file,
    write_workbook,
)

from hocba.issuance.workplace import open_workplace
from hocba.kit.config import Settings
from hocba.kit.failpoints import VARIABLE

PUPILS = 2
STEPS = {
    "init": ["init"],
    "enrol": ["import", "school.json"],
    "marks": ["import", "marks.xlsx", "--yes"],
    "freeze": ["freeze", CLASS, "--as", HOMEROOM],
    "homeroom": ["sign", CLASS, "--role", "homeroom", "--as", HOMEROOM],
    "principal": ["sign", CLASS, "--role", "principal", "--as", PRINCIPAL],
    "seal": ["seal", CLASS, "--as", CLERK],
    "release": ["worker", "--once"],
    "withdraw": ["withdraw", "3110000000", "--as", CLERK],
    "withdrawn": ["worker", "--once"],
}
ORDER = list(STEPS)
_names = count()


@dataclass(frozen=True)
class Snapshot:
    """An installation at rest: a database that nobody uses, and a folder."""

    database: str
    home: Path


class Lab:
    """Snapshots before each command, and the state that each command leads to."""

    def __init__(self, server, folder, commands, *, pupils=PUPILS):
        self._server, self._folder, self._commands = server, folder, commands
        self._pupils = pupils
        self.before = {}
        self.after = {}

    def build(self, last=ORDER[-1]):
        """Go through the commands up to `last`, keeping the state before and after each."""
        database, home = self._new_name(), self._folder / "home"
        with self._server.connect("postgres") as connection:
            connection.execute(f"CREATE DATABASE {database}")
        now = Snapshot(database, home)
        write_school_file(self._folder / "school.json", pupils=self._pupils)
        for step in ORDER[: ORDER.index(last) + 1]:
            if step == "marks":
                with self.open(now) as wp:
                    write_workbook(wp, self._folder / "marks.xlsx")
            self.before[step] = self.copy(now)
            done = self.run(now, step)
            assert done.status == 0, (step, done.out, done.err)
            self.after[step] = self.state(now)
        self.end = now

    def copy(self, taken):
        name = self._new_name()
        with self._server.connect("postgres") as connection:
            connection.execute(
                f"CREATE DATABASE {name} TEMPLATE {taken.database} STRATEGY file_copy"
            )
        home = self._folder / name
        if taken.home.exists():
            shutil.copytree(taken.home, home)
        return Snapshot(name, home)

    def drop(self, made):
        with self._server.connect("postgres") as connection:
            connection.execute(f"DROP DATABASE {made.database} WITH (FORCE)")
        shutil.rmtree(made.home, ignore_errors=True)

    def run(self, at, step, failpoint=""):
        return self.command(at, self.arguments(step), failpoint)

    def arguments(self, step):
        """The command line of a step, its files where they lie."""
        return [
            str(self._folder / one) if one.endswith((".json", ".xlsx")) else one
            for one in STEPS[step]
        ]

    def command(self, at, arguments, failpoint="", more=None, largest_file=None):
        env = {
            **(more or {}),
            "HOCBA_HOME": str(at.home),
            "DATABASE_URL": self._server.url(at.database),
            "HOCBA_PIN": (more or {}).get("HOCBA_PIN", PIN),
            VARIABLE: failpoint,
        }
        return self._commands.run(arguments, env=env, largest_file=largest_file)

    def url(self, at):
        """What DATABASE_URL is for this installation."""
        return self._server.url(at.database)

    def state(self, at):
        with self.open(at) as wp:
            return end_state(wp)

    @contextmanager
    def open(self, at):
        settings = Settings(home=at.home, database_url=self._server.url(at.database))
        with open_workplace(settings) as wp:
            yield wp

    @contextmanager
    def without_database(self, wp):
        """Take the database away under an open installation, as an outage does."""
        name = wp.database.engine.url.database
        with self._server.connect("postgres") as connection:
            connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
            )
            yield
            connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")

    def _new_name(self):
        return f"lab_{os.getpid()}_{next(_names)}"
