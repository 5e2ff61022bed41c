"""The command line: what it prints, where, and with which exit status."""

import json
import os
import re
import signal
import subprocess
import sys
import time

import pytest
from fakes.command_server import ROOT
from fakes.small_school import CLASS, HOMEROOM
from sqlalchemy import text

from hocba.cli import app
from hocba.issuance.queue import ask_for_anchor
from hocba.kit import jobs
from hocba.kit.config import Settings
from hocba.sector.sheets.layout import HIDDEN
from hocba.sector.sheets.workbook import open_workbook
from hocba.worker import work

COMMANDS = (
    *("init", "import", "template", "freeze", "sign", "return", "correct", "seal", "withdraw"),
    *("verify", "show", "serve", "worker", "audit", "export", "marksheet", "trust", "succession"),
    *("account", "amend"),
)
GROUPS = ("transfer",)


def _python(*arguments, env=None, timeout=60):
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, **(env or {})},
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


def _released(lab, at, folder):
    done = lab.command(at, ["export", str(folder)])
    assert done.status == 0, done.err
    return sorted(folder.glob("*.pdf"))


def test_help_is_quick_and_loads_nothing_heavy():
    code = (
        "import sys; from hocba.cli import run; status = run(['--help']);"
        " heavy = {'sqlalchemy', 'web3', 'eth', 'pyhanko', 'pydantic'} & set(sys.modules);"
        " sys.stderr.write(f'{status} {sorted(heavy)}')"
    )
    done = _python("-W", "error", "-c", code)
    assert done.stderr == "0 []"
    assert all(f"  {name}" in done.stdout for name in COMMANDS)


def test_every_command_describes_itself_in_vietnamese():
    described = {c.name or c.callback.__name__: c.callback.__doc__ for c in app.registered_commands}
    assert sorted(described) == sorted(COMMANDS)
    groups = {group.name: group.typer_instance for group in app.registered_groups}
    assert sorted(groups) == sorted(GROUPS)
    texts = list(described.values())
    texts += [c.callback.__doc__ for group in groups.values() for c in group.registered_commands]
    assert all(re.search(r"[àáảãạăâđêôơưệố]", text) for text in texts)


@pytest.mark.parametrize(
    "arguments", [["freeze"], ["nonsense"], ["sign", "6A1"], ["freeze", "6A1", "--as", "X",
                                                              "--event", "party"]]
)  # fmt: skip
def test_wrong_use_is_status_2(arguments):
    done = _python("-m", "hocba.cli", *arguments)
    assert done.returncode == 2
    assert "Usage" in done.stderr


def test_a_bug_is_shown_whole_with_status_70():
    code = (
        "import hocba.cli as cli\n"
        "def broken(*_, **__): raise ZeroDivisionError\n"
        "cli.command('look').show = broken\n"
        "raise SystemExit(cli.run(['show']))\n"
    )
    done = _python("-c", code)
    assert done.returncode == 70
    assert "ZeroDivisionError" in done.stderr


def test_errors_speak_the_language_that_is_set(lab, place):
    at = place("homeroom")
    arguments = ["freeze", CLASS, "--as", HOMEROOM]
    assert "đã chốt sổ" in lab.command(at, arguments).err
    assert "is frozen" in lab.command(at, arguments, more={"HOCBA_LANGUAGE": "en"}).err


def test_a_dry_run_writes_nothing(lab, place):
    at = place("marks")
    file = lab.arguments("marks")[1]
    for more in ([], ["--dry-run"], ["--dry-run", "--yes"]):
        done = lab.command(at, ["import", file, *more])
        assert done.status == 0
        assert "Chưa ghi gì" in done.out
    assert lab.state(at)["marks"] == 0


def test_a_template_is_the_workbook_of_the_class(lab, place, tmp_path):
    out = tmp_path / "6A1.xlsx"
    done = lab.command(place("marks"), ["template", CLASS, "-o", str(out)])
    assert done.status == 0
    assert HIDDEN in open_workbook(out.read_bytes()).sheets


def test_faults_of_a_sheet_are_coloured_in_the_teachers_own_file(lab, place, tmp_path):
    at = place("marks")
    empty, marked = tmp_path / "6A1.xlsx", tmp_path / "6A1-loi.xlsx"
    lab.command(at, ["template", CLASS, "-o", str(empty)])
    done = lab.command(at, ["import", str(empty), "--marked", str(marked), "--yes"])
    assert done.status == 65
    assert "input.several" in done.err
    assert marked.read_bytes().startswith(b"PK")
    assert marked.stat().st_mode & 0o777 == 0o600


def test_the_list_to_be_signed_shows_every_digest_whole(lab, place):
    done = lab.run(place("homeroom"), "homeroom")
    shown = re.sub(r"\s+", "", done.out)
    assert len(re.findall(r"[0-9a-f]{64}", shown)) == 3
    assert "Y Ƀlô Niê" in done.out


def test_signing_again_says_that_nothing_waits(lab, place):
    at = place("principal")
    done = lab.run(at, "homeroom")
    assert (done.status, done.out) == (0, "Không còn gì chờ ở bước này.\n")


def test_show_counts_classes_and_lists_pupils(lab, place):
    at = place("withdraw")
    done = lab.command(at, ["show"])
    assert "2 sẵn sàng trả" in done.out
    assert lab.command(at, ["show", CLASS, "--year", "2025-2026"]).out.count("sẵn sàng trả") == 2
    assert lab.command(at, ["show", "--school", "xx"]).status == 66


def test_verify_speaks_json_and_its_exit_status_is_the_gravest(lab, place, tmp_path):
    at = place("withdraw")
    genuine = _released(lab, at, tmp_path / "out")
    done = lab.command(at, ["verify", "--json", *map(str, genuine)])
    reports = [json.loads(line) for line in done.out.splitlines()]
    assert [one["verdict"] for one in reports] == ["valid", "valid"]
    assert [one["type"] for one in reports] == ["hocba.report/1"] * 2
    assert done.status == 0
    offline = lab.command(at, ["verify", "--offline", "--json", str(genuine[0])])
    assert (offline.status, json.loads(offline.out)["verdict"]) == (3, "could_not_check")
    forged = tmp_path / "forged.pdf"
    forged.write_bytes(genuine[0].read_bytes().replace(b"/Type/Page/", b"/Type/Pagf/", 1))
    assert lab.command(at, ["verify", str(genuine[0]), str(forged)]).status == 1
    assert lab.command(at, ["verify", str(tmp_path / "none.pdf")]).status == 2


def test_export_writes_each_file_once_under_a_name_without_a_name(lab, place, tmp_path):
    at = place("withdraw")
    files = _released(lab, at, tmp_path / "out")
    assert all(re.fullmatch(rf"{CLASS}-[0-9a-f-]{{36}}-v1\.pdf", path.name) for path in files)
    before = [path.stat().st_mtime_ns for path in files]
    assert _released(lab, at, tmp_path / "out") == files
    assert [path.stat().st_mtime_ns for path in files] == before
    assert lab.command(at, ["export", str(tmp_path / "b"), "--class", CLASS]).status == 0
    assert len(list((tmp_path / "b").glob("*.pdf"))) == 2


def test_init_again_changes_no_key(lab, place):
    at = place("freeze")
    before = {path: path.read_bytes() for path in at.home.glob("keys/*")}
    root = (at.home / "trust" / "trusted_root.json").read_bytes()
    assert lab.command(at, ["init"]).status == 0
    assert {path: path.read_bytes() for path in at.home.glob("keys/*")} == before
    assert (at.home / "trust" / "trusted_root.json").read_bytes() == root


def test_secret_keys_are_readable_by_their_owner_alone(lab, place):
    at = place("freeze")
    secrets = [*at.home.glob("keys/*"), *at.home.glob("pki/*/*.key.pem")]
    assert len(secrets) > 10
    assert {path.stat().st_mode & 0o077 for path in secrets} == {0}


def test_a_school_file_read_twice_changes_nothing(lab, place):
    at = place("marks")
    done = lab.run(at, "enrol")
    assert (done.status, "đã cấp 0 quyền ký" in done.out) == (0, True)
    assert lab.state(at) == lab.after["enrol"]


def test_the_queue_alone_anchors_and_releases(lab, place):
    at = place("release")
    assert ask_for_anchor  # the tasks are registered
    with lab.open(at) as wp:
        assert jobs.run_until_idle(wp.database, wp, patience=30)
    assert lab.state(at) == lab.after["release"]


def test_a_worker_makes_up_for_jobs_that_were_lost(lab, place):
    at = place("release")
    with lab.open(at) as wp, wp.database.transaction("test") as db:
        db.execute(text("DELETE FROM procrastinate_jobs"))
    settings = Settings(home=at.home, database_url=lab.url(at))
    assert work(settings, until_idle=True)
    assert lab.state(at) == lab.after["release"]


def test_served_sources_are_enough_for_a_stranger_with_the_public_verifier(lab, place, tmp_path):
    at = place("withdraw")
    (genuine, _) = _released(lab, at, tmp_path / "out")
    env = {"HOCBA_HOME": str(at.home), "DATABASE_URL": lab.url(at)}
    with _serving(env) as address:
        done = _python(
            *("-c", "from verifier.cli import main; main()", str(genuine), "--json"),
            *("--trust", str(at.home / "trust" / "trusted_root.json")),
            *("--rpc", f"{address}rpc", "--statements", f"{address}statements"),
            *("--attest", f"{address}attest"),
        )
        assert done.returncode == 0, (done.stdout, done.stderr)
        assert json.loads(done.stdout)["verdict"] == "valid"


class _serving:  # noqa: N801  # reads as a verb
    """`hocba serve` on a free port while the block runs."""

    def __init__(self, env):
        self._env = env

    def __enter__(self):
        self._process = subprocess.Popen(
            [sys.executable, "-m", "hocba.cli", "serve", "--port", "0"],
            cwd=ROOT,
            env={**os.environ, **self._env, "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            text=True,
        )
        line = self._process.stdout.readline()
        deadline = time.monotonic() + 30
        while "http://" not in line and time.monotonic() < deadline:
            line = self._process.stdout.readline()
        return re.search(r"http://\S+", line)[0]

    def __exit__(self, *_):
        self._process.send_signal(signal.SIGINT)
        self._process.wait(30)
        self._process.stdout.close()


def test_files_with_somebodys_data_are_readable_by_their_owner_alone(lab, place, tmp_path):
    at = place("withdraw")
    for file in _released(lab, at, tmp_path / "out"):
        assert file.stat().st_mode & 0o777 == 0o600
    sheet = tmp_path / "sheet.xlsx"
    assert lab.command(at, ["template", CLASS, "-o", str(sheet)]).status == 0
    assert sheet.stat().st_mode & 0o777 == 0o600
