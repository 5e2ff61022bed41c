"""`./dev demo`: from nothing to issued, anchored, verified transcripts, and to the forgeries.

    python -m hocba.demo [--once] [--pupils N] [--seed N] [--home FOLDER]

Builds everything anew under the home folder, with real keys, a real database and a real
contract on the embedded chain, and leaves:

    transcripts/*.pdf   what families hold         forgeries/*.pdf   what forgers made of it
    expected.json       the answer to each file    trust/            roots as PEM, trusted root
    story/*.pdf         one pupil's three years through two schools, to the completed book

Ends with status 0 only if every genuine file is `valid` and every forgery is caught by
exactly the checks that should catch it. Without `--once` the web server runs after that.
"""

import argparse
import json
import shutil
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from hocba.demo.build import PIN, Plan, World, build
from hocba.demo.desk import PASSWORD, USERS
from hocba.demo.forgeries import EXPECTED, Expected, forge
from hocba.demo.progress import Steps, megabytes
from hocba.demo.story import tell
from hocba.issuance.audit import run_audit
from hocba.issuance.online import online_sources
from hocba.issuance.sweep import sweep
from hocba.issuance.workplace import Workplace, open_workplace
from hocba.kit import postgres
from hocba.kit.clock import now
from hocba.kit.config import Settings, load
from hocba.kit.errors import HocbaError
from verifier.report import Report, Status, Verdict
from verifier.verify import verify

MARKER = ".made-by-demo"
STORY = "story"
SWEEP_SECONDS = 3
SUMMARY = "7"
"""It sums up `7a` to `7e`; expectations name those alone."""

FEWEST = 6
"""Two in each class: one to be corrected or withdrawn, one to be forged."""


@dataclass(frozen=True)
class Outcome:
    """One file with what was expected and what was answered."""

    file: str
    expected: Expected
    report: Report

    @property
    def failed(self) -> tuple[str, ...]:
        """The checks that failed, the summary of 7 left out."""
        return failed_checks(self.report)

    @property
    def right(self) -> bool:
        """Whether verdict and failed checks are as they should be."""
        return (self.report.verdict, self.failed) == (self.expected.verdict, self.expected.failed)


def failed_checks(report: Report) -> tuple[str, ...]:
    """Ids of the failed checks in their order, without the summary."""
    return tuple(
        check.id for check in report.checks if check.status is Status.FAILED and check.id != SUMMARY
    )


def main(arguments: list[str] | None = None) -> int:
    """Run the demo; return its exit status."""
    options = _options(arguments)
    console = Console()
    settings = load(**({"home": options.home} if options.home else {}))
    try:
        if not settings.demo:
            console.print("Bản trình diễn chỉ chạy với miền .test (HOCBA_REALM).")
            return 2
        clean(settings, console)
        right = run(settings, Plan(pupils=options.pupils, seed=options.seed), console)
    except HocbaError as error:
        console.print(f"[red]{error}[/red] ({error.code})", highlight=False)
        return 1
    if options.once or not right:
        return 0 if right else 1
    serve(settings, console)
    return 0


def run(settings: Settings, plan: Plan, console: Console) -> bool:
    """Build, verify, forge, verify again; say what came out."""
    steps = Steps(console)
    with steps, build(settings, plan, steps) as world:
        genuine = _verify_genuine(world, steps)
        with steps.step("Đối chiếu toàn bộ với sổ cái"):
            audit = run_audit(world.wp)
        forged = _verify_forged(world, steps)
        with steps.step("Ba năm của một học sinh, hai trường, một cuốn học bạ"):
            story = _verify_story(world)
        outcomes = [*genuine, *forged, *story]
        _write_expected(settings.home / "expected.json", [*genuine, *forged])
        _write_expected(settings.home / STORY / "expected.json", story)
        transcripts = [world.wp.home.folder / one.file for one in genuine]
    right = all(one.right for one in outcomes) and not audit.differences
    _tell(console, genuine, forged, story)
    for difference in audit.differences:
        console.print(f"Đối chiếu thấy khác: {difference}", highlight=False)
    size = megabytes(path.stat().st_size for path in transcripts)
    console.print(
        f"{len(genuine)} học bạ ({size:.1f} MB) trong {settings.home / 'transcripts'}; "
        f"{steps.total()}",
        highlight=False,
    )
    return right


def clean(settings: Settings, console: Console) -> None:
    """Remove what an earlier demo left; refuse a folder that no demo has made."""
    home = settings.home
    if home.exists() and any(home.iterdir()):
        if not (home / MARKER).exists():
            console.print(f"{home} có dữ liệu không do bản trình diễn tạo ra: chọn --home khác.")
            raise SystemExit(2)
        postgres.stop(settings.home / "postgres")
        shutil.rmtree(home)
    home.mkdir(parents=True, exist_ok=True)
    (home / MARKER).touch()


def serve(settings: Settings, console: Console) -> None:
    """Run the web server until it is interrupted."""
    import uvicorn  # noqa: PLC0415  # only needed here

    from hocba.app import create_app  # noqa: PLC0415  # loaded only where it is needed

    console.print(
        f"Trang kiểm tra: http://{settings.host}:{settings.port}/   (dừng: Ctrl+C)\n"
        f"Bàn làm việc:   http://{settings.host}:{settings.port}/desk   mật khẩu: {PASSWORD}\n"
        + "".join(f"    {name:<5} {who}\n" for name, who in USERS.items())
        + f"Mã PIN của mọi khóa thử nghiệm: {PIN}",
        highlight=False,
    )
    with open_workplace(settings) as wp:
        worker = threading.Thread(target=_keep_sweeping, args=(wp,), daemon=True)
        worker.start()
        uvicorn.run(create_app(wp=wp), host=settings.host, port=settings.port, log_level="warning")


def _keep_sweeping(wp: Workplace) -> None:
    """What `hocba worker` does, in the one process of the demo: the embedded chain has one."""
    while True:
        time.sleep(SWEEP_SECONDS)
        try:
            sweep(wp, clock=now)
        except HocbaError as error:
            Console(stderr=True).print(f"{error.code}: {error}", highlight=False)


def _verify_genuine(world: World, steps: Steps) -> list[Outcome]:
    folder = world.wp.home.folder / "transcripts"
    folder.mkdir()
    sources = online_sources(world.wp)
    good = Expected(Verdict.VALID, ())
    outcomes: list[Outcome] = []
    for number, one in enumerate(steps.each("Kiểm tra từng học bạ", world.current()), start=1):
        path = folder / f"{number:04d}-v{one.version}.pdf"
        path.write_bytes(one.pdf)
        report = verify(one.pdf, trust=world.wp.trust, online=sources, now=now())
        outcomes.append(Outcome(f"transcripts/{path.name}", good, report))
    return outcomes


def _verify_forged(world: World, steps: Steps) -> list[Outcome]:
    folder = world.wp.home.folder / "forgeries"
    folder.mkdir()
    with steps.step("Người ngoài làm giả"):
        made = forge(world, world.wp.home.folder / "forger")
    sources = online_sources(world.wp)
    outcomes: list[Outcome] = []
    for name, pdf in steps.each("Kiểm tra từng bản giả", made.items()):
        (folder / f"{name}.pdf").write_bytes(pdf)
        report = verify(pdf, trust=world.wp.trust, online=sources, now=now())
        outcomes.append(Outcome(f"forgeries/{name}.pdf", EXPECTED[name], report))
    return outcomes


def _verify_story(world: World) -> list[Outcome]:
    """Live through the three years; a check that fails in a note is the status of a version."""
    folder = world.wp.home.folder / STORY
    sources = online_sources(world.wp)
    outcomes: list[Outcome] = []
    for number, each in enumerate(tell(world.wp, folder), 1):
        name = f"{number}-{each.name}.pdf"
        (folder / name).write_bytes(each.pdf)
        report = verify(each.pdf, trust=world.wp.trust, online=sources, now=now())
        failed = ("8",) if each.superseded else ()
        outcomes.append(Outcome(f"{STORY}/{name}", Expected(each.verdict, failed), report))
    return outcomes


def _write_expected(path: Path, outcomes: list[Outcome]) -> None:
    expected = {
        one.file: {
            "verdict": one.expected.verdict.value,
            "failed_checks": list(one.expected.failed),
            "sha256": one.report.sha256,
        }
        for one in outcomes
    }
    path.write_text(json.dumps(expected, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _tell(
    console: Console, genuine: list[Outcome], forged: list[Outcome], story: list[Outcome]
) -> None:
    good = sum(one.right for one in genuine)
    console.print(f"\nHọc bạ thật: {good}/{len(genuine)} hợp lệ", highlight=False)
    caught = "bị phát hiện"
    table = Table("Bản giả", "Kết luận", "Bước không đạt", "", show_edge=False)
    table.columns[0].no_wrap = True
    table.columns[1].no_wrap = True
    table.columns[1].min_width = max(len(verdict.value) for verdict in Verdict)
    table.columns[3].min_width = len(caught)
    table.columns[0].min_width = max(len(Path(one.file).stem) for one in forged)
    for one in forged:
        table.add_row(
            Path(one.file).stem,
            one.report.verdict.value,
            ", ".join(one.failed) or "-",
            caught if one.right else f"SAI, phải là {', '.join(one.expected.failed)}",
        )
    console.print(table)
    told = Table("Ba năm của một học sinh", "Kết luận", show_edge=False)
    for one in story:
        told.add_row(Path(one.file).stem, one.report.verdict.value)
    console.print(told)
    for one in (*genuine, *story):
        if not one.right:
            codes = [check.code for check in one.report.checks if check.status is not Status.PASSED]
            console.print(f"{one.file}: {one.report.verdict} {codes}", highlight=False)


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev demo", description=__doc__.partition("\n")[0])
    parser.add_argument("--once", action="store_true", help="kết thúc sau khi kiểm tra")
    parser.add_argument("--pupils", type=_pupils, default=120, metavar="N", help="số học sinh")
    parser.add_argument("--seed", type=int, default=2026, metavar="N", help="hạt giống dữ liệu mẫu")
    parser.add_argument("--home", type=Path, default=None, help="thư mục (mặc định var/demo)")
    return parser.parse_args(arguments)


def _pupils(text: str) -> int:
    number = int(text)
    if number < FEWEST:
        raise argparse.ArgumentTypeError(f"ít nhất {FEWEST} học sinh")
    return number


if __name__ == "__main__":
    sys.exit(main())
