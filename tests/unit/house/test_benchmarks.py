"""The bench on nine transcripts: that it measures what it says. Times are never asserted."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks import report, spine
from benchmarks.__main__ import main
from benchmarks.measure import Line, Watch

NUMBER = 9


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder that a short run writes."""
    folder = tmp_path_factory.mktemp("bench")
    assert main(["--quick", "--quiet", "--out", str(folder)]) == 0
    return folder


@pytest.fixture
def result(kept: Path) -> dict[str, Any]:
    (path,) = kept.glob("*.json")
    return json.loads(path.read_text(encoding="utf-8"))


def test_every_stage_is_measured_for_every_transcript(result: dict[str, Any]) -> None:
    (run,) = result["runs"]
    counts = {stage["stage"]: stage["count"] for stage in run["stages"]}
    assert run["transcripts"] == NUMBER
    for title in (*spine.ISSUANCE, spine.AUDIT, *report.CHECKS, report.SIGN, report.VERIFY):
        assert counts[title] == NUMBER, title
    for stage in run["stages"]:
        assert stage["seconds"] > 0
        assert stage["peak_mb"] > 10


def test_each_figure_is_also_a_ratio_to_the_yardstick(result: dict[str, Any]) -> None:
    (run,) = result["runs"]
    stages = {stage["stage"]: stage for stage in run["stages"]}
    for title, stage in stages.items():
        assert (stage["of_yardstick"] is None) == (title in report.ONCE), title
    for title in (report.YARDSTICK.strip("*"), report.VERIFY):
        assert stages[title]["of_yardstick"] == stages[title]["cpu_of_yardstick"] == 1


def test_the_table_has_a_row_for_each_stage_and_names_no_machine(
    kept: Path, result: dict[str, Any]
) -> None:
    (path,) = kept.glob("*.md")
    text = path.read_text(encoding="utf-8")
    rows = [row for row in text.splitlines() if row.startswith("| ")]
    assert len(rows) == 1 + len(result["runs"][0]["stages"])
    assert {row.count("|") for row in rows} == {10}
    assert set(result["about"]) == {
        "date", "python", "system", "cores", "load_at_start", "libraries",
    }  # fmt: skip


def test_a_stage_entered_twice_is_one_line_with_the_sum() -> None:
    watch = Watch()
    for count in (2, 3):
        with watch.stage("x", count):
            pass
    (line,) = watch.lines
    assert line.count == 5


def test_a_stage_that_fails_leaves_no_line() -> None:
    watch = Watch()
    with pytest.raises(ValueError, match="no"), watch.stage("x", 1):
        raise ValueError("no")
    assert watch.lines == []


def test_the_same_stage_twice_adds_seconds_and_keeps_the_larger_peak() -> None:
    assert Line("x", 1, 1.0, 0.5, 80).plus(Line("x", 2, 2.0, 0.5, 70)) == Line("x", 3, 3, 1, 80)


@pytest.mark.parametrize("number", [9, 45, 90, 450])
def test_the_sample_school_has_exactly_as_many_pupils(number: int) -> None:
    assert sum(len(item.pupils) for item in spine.school_of(number).classes) == number


def test_a_number_that_fills_no_equal_classes_is_refused() -> None:
    with pytest.raises(spine.BenchmarkError):
        spine.school_of(47)
