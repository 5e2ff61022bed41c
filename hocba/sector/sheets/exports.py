"""Layouts of the exports that schools have today, as dated data with their source.

    known_export(header.paths, title)       # Known("vnEdu", "subject-term", ...) or None

A file of `data/exports` names one system. One whose columns were found in no public sample
says so and holds no layout: its sheets are mapped by the user like any other.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from hocba.sector.sheets.words import Meaning, compact


@dataclass(frozen=True)
class Known:
    """One layout of one system, and where it was seen."""

    system: str
    layout: str
    dated: str
    source: str
    heads: tuple[str, ...]
    title: tuple[str, ...]
    columns: Mapping[str, Mapping[str, Any]]

    def fits(self, heads: frozenset[str], title: str) -> bool:
        """Whether all its heads are there and the title says what it says."""
        return heads.issuperset(self.heads) and all(word in title for word in self.title)

    def meaning(self, path: Sequence[str]) -> Meaning | None:
        """What this layout says about a column, where it knows better than the words."""
        for key in ("/".join(map(compact, path)), compact(path[0]) if path else ""):
            if key and (found := self.columns.get(key)):
                return Meaning(found["role"], found.get("item"), found.get("term"), why="known")
        return None


@cache
def systems() -> tuple[Mapping[str, Any], ...]:
    """The systems that we know of, with or without a public sample."""
    folder = files("hocba.sector.sheets").joinpath("data", "exports")
    names = sorted(one.name for one in folder.iterdir() if one.name.endswith(".json"))
    return tuple(json.loads(folder.joinpath(name).read_text("utf-8")) for name in names)


def known_export(paths: Sequence[Sequence[str]], title: str) -> Known | None:
    """The layout that these heads follow; None where no public sample looks so."""
    heads = frozenset(compact(part) for path in paths for part in path)
    said = compact(title)
    return next((one for one in _layouts() if one.fits(heads, said)), None)


@cache
def _layouts() -> tuple[Known, ...]:
    return tuple(
        Known(
            system["system"],
            layout["layout"],
            system["dated"],
            layout["source"],
            tuple(layout["heads"]),
            tuple(layout["title"]),
            layout.get("columns", {}),
        )
        for system in systems()
        for layout in system["layouts"]
    )
