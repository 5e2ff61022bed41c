"""Measure the spine and the yardstick on the same records; print and keep the table.

python -m benchmarks                        # 45 and 450 transcripts
python -m benchmarks --sizes 4500
python -m benchmarks --quick                # 9 transcripts, nothing kept
"""

import argparse
import gc
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import report, spine, yardstick
from benchmarks.measure import Watch
from benchmarks.report import Run
from hocba.kit.clock import now

RESULTS = Path(__file__).parent / "results"
USUAL, QUICK = (45, 450), (9,)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what the command line asks for."""
    asked = _parser().parse_args(arguments)
    sizes = QUICK if asked.quick else asked.sizes
    about = report.surroundings()
    runs = [measure(size, quiet=asked.quiet) for size in sizes]
    print(report.markdown(runs, about))
    out = asked.out or (None if asked.quick else RESULTS)
    if out is not None:
        name = f"{datetime.now(UTC):%Y-%m-%d}"
        if tuple(sizes) != USUAL:
            name += "-" + "-".join(map(str, sizes))
        for path in report.keep(out, name, runs, about):
            print(f"wrote {path}", file=sys.stderr)
    return 0


def measure(transcripts: int, *, quiet: bool = False) -> Run:
    """One installation from nothing, and the yardstick on its records."""

    def say(text: str) -> None:
        if not quiet:
            print(f"{transcripts}: {text} ...", file=sys.stderr, flush=True)

    watch = Watch(say)
    with (
        tempfile.TemporaryDirectory(prefix="hocba-bench-", ignore_cleanup_errors=True) as folder,
        spine.installation(Path(folder), watch) as wp,
    ):
        issued = spine.issue(wp, watch, transcripts=transcripts)
        spine.check(wp, watch, issued)
        gc.collect()
        beside(watch, [each.record for each in issued], wp.home.pki)
    return Run(transcripts, tuple(watch.lines))


def beside(watch: Watch, records: list[bytes], pki: Path) -> None:
    """The yardstick's three stages."""
    tools = yardstick.prepare(pki, at=now())
    yardstick.sign(yardstick.render(records[0]), tools)  # whatever is loaded at first use
    with watch.stage(report.RENDER, len(records)):
        documents = [yardstick.render(record) for record in records]
    with watch.stage(report.SIGN, len(records)):
        signed = [yardstick.sign(document, tools) for document in documents]
    with watch.stage(report.VERIFY, len(records)):
        verdicts = [yardstick.verify(data, tools) for data in signed]
    if not all(verdicts):
        raise spine.BenchmarkError("yardstick: pyHanko does not accept its own file")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--sizes", type=_sizes, default=USUAL, metavar="N,N")
    parser.add_argument("--quick", action="store_true", help="9 transcripts; keeps no result")
    parser.add_argument("--out", type=Path, help="folder for the result instead of results/")
    parser.add_argument("--quiet", action="store_true", help="do not name the stages meanwhile")
    return parser


def _sizes(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(","))


if __name__ == "__main__":
    sys.exit(main())
