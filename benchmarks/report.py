"""From measured lines to the table that people read and the JSON that programs read."""

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks import spine
from benchmarks.measure import Line, total

RENDER = "yardstick: platypus and attachment"
SIGN = "yardstick: three signatures, DSS, timestamp"
VERIFY = "yardstick: pyHanko verifies"
ISSUED = "**issued: freeze to release**"
YARDSTICK = "**yardstick: rendered and signed**"
ONCE = (spine.SETUP, spine.ENROL)
CHECKS = (spine.CORE, spine.ONLINE, spine.GUARDED)
LIBRARIES = ("pyhanko", "reportlab", "pikepdf", "cryptography", "sqlalchemy")


@dataclass(frozen=True)
class Run:
    """The lines of one size."""

    transcripts: int
    lines: tuple[Line, ...]

    def line(self, title: str) -> Line:
        """One line by its title."""
        return next(line for line in self.all_lines() if line.title == title)

    def all_lines(self) -> list[Line]:
        """The measured lines, with the sums behind their parts."""
        found = {line.title: line for line in self.lines}
        listed: list[Line] = []
        for line in self.lines:
            listed.append(line)
            if line.title == spine.RELEASE:
                listed.append(total(ISSUED, [found[title] for title in spine.ISSUANCE]))
            if line.title == SIGN:
                listed.append(total(YARDSTICK, [found[RENDER], found[SIGN]]))
        return listed

    def ratios(self, line: Line) -> tuple[float, float] | None:
        """Seconds and CPU per transcript over the yardstick's; None for what is done once.

        Issuing is compared with rendering and signing, verifying with verifying.
        """
        if line.title in ONCE:
            return None
        other = self.line(VERIFY if line.title in {*CHECKS, VERIFY} else YARDSTICK)
        return line.each / other.each, (line.cpu / line.count) / (other.cpu / other.count)


def surroundings() -> dict[str, Any]:
    """What the figures depend on; no name of a machine."""
    return {
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "python": platform.python_version(),
        "system": platform.system(),
        "cores": os.cpu_count(),
        "load_at_start": round(os.getloadavg()[0], 1),
        "libraries": {name: version(name) for name in LIBRARIES},
    }


def markdown(runs: Sequence[Run], about: dict[str, Any]) -> str:
    """The whole result as Markdown."""
    libraries = ", ".join(f"{name} {number}" for name, number in about["libraries"].items())
    head = (
        f"# Benchmark of {about['date']}\n\n"
        f"{about['cores']} cores, {about['system']}, Python {about['python']}, {libraries}; "
        f"load {about['load_at_start']} at the start.\n\n"
        "One process. Peak memory is resident and of this process; CPU is of this process too, "
        "so PostgreSQL's and the guarded child's are in the seconds alone. *Of yardstick*: time "
        "per transcript over the yardstick's (rendered and signed; for verifying: verified), "
        "then the same of CPU. The yardstick has no database, no keys to open, no ledger, and "
        "takes nothing back from its own files; ours verifies each file before it releases it."
    )
    return "\n\n".join([head, *(_section(run) for run in runs)])


def as_json(runs: Sequence[Run], about: dict[str, Any]) -> dict[str, Any]:
    """The whole result as data."""
    return {
        "about": about,
        "runs": [
            {"transcripts": run.transcripts, "stages": [_stage(run, x) for x in run.all_lines()]}
            for run in runs
        ],
    }


def keep(folder: Path, name: str, runs: Sequence[Run], about: dict[str, Any]) -> tuple[Path, Path]:
    """Write both forms."""
    folder.mkdir(parents=True, exist_ok=True)
    text, data = folder / f"{name}.md", folder / f"{name}.json"
    text.write_text(markdown(runs, about) + "\n", encoding="utf-8")
    data.write_text(json.dumps(as_json(runs, about), indent=1) + "\n", encoding="utf-8")
    return text, data


def _section(run: Run) -> str:
    rows = [
        f"| {line.title} | {line.count} | {line.wall:.2f} | {line.cpu:.2f} | {line.each:.1f} "
        f"| {line.rate:.1f} | {line.peak:.0f} | {_shown(run.ratios(line))} |"
        for line in run.all_lines()
    ]
    head = (
        "| Stage | Number | Seconds | CPU s | ms each | per second | Peak MB "
        "| Of yardstick | CPU of yardstick |"
    )
    title = f"## {run.transcripts} pupils\n"
    return "\n".join([title, head, "|---|" + "---:|" * 8, *rows])


def _shown(ratios: tuple[float, float] | None) -> str:
    return "|" if ratios is None else f"{ratios[0]:.2f} | {ratios[1]:.2f}"


def _stage(run: Run, line: Line) -> dict[str, Any]:
    ratios = run.ratios(line)
    return {
        "stage": line.title.strip("*"),
        "count": line.count,
        "seconds": round(line.wall, 3),
        "cpu_seconds": round(line.cpu, 3),
        "ms_each": round(line.each, 3),
        "per_second": round(line.rate, 2),
        "peak_mb": round(line.peak, 1),
        "of_yardstick": None if ratios is None else round(ratios[0], 3),
        "cpu_of_yardstick": None if ratios is None else round(ratios[1], 3),
    }
