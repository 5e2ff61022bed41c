"""The embedded server: shared, private, found again, recovered, stopped."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import sysconfig
import tempfile
import time
from pathlib import Path

import psycopg
import pytest

from hocba.kit import postgres
from hocba.kit.config import Settings
from hocba.kit.db import open_database
from hocba.kit.errors import UnavailableError

ROOT = Path(__file__).parents[3]
FAST = {"fsync": "off", "shared_buffers": "32MB"}
AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="asks what happens under root")

USER = """
import pathlib, sys
from hocba.kit import postgres
folder = pathlib.Path(sys.argv[1])
lease = postgres.acquire(folder, settings={"fsync": "off", "shared_buffers": "32MB"})
print(postgres.status(folder).pid, flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a cluster; every test finds it stopped."""
    folder = tmp_path_factory.mktemp("cluster") / "postgres"
    postgres.acquire(folder, settings=FAST).release()
    return folder


@pytest.fixture(autouse=True)
def _stopped(cluster: Path):
    yield
    postgres.stop(cluster)


def _environment() -> dict[str, str]:
    return {"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"]}


def _user(folder: Path, python: str = sys.executable, **options) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [python, "-c", USER, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        **{"env": _environment(), **options},
    )


def _server_of(user: "subprocess.Popen[str]") -> int:
    assert user.stdout is not None
    return int(user.stdout.readline())


def _end(user: "subprocess.Popen[str]") -> None:
    user.communicate(timeout=60)
    assert user.returncode == 0


def test_processes_that_start_at_once_share_one_server_and_the_last_one_stops_it(cluster):
    users = [_user(cluster) for _ in range(3)]
    servers = {_server_of(user) for user in users}
    assert len(servers) == 1
    for user in users[:-1]:
        _end(user)
        assert postgres.status(cluster).pid in servers
    _end(users[-1])
    assert postgres.status(cluster).pid is None


def test_two_leases_of_one_process_count_twice(cluster):
    first, second = (postgres.acquire(cluster, settings=FAST) for _ in range(2))
    first.release()
    first.release()
    with second.connect() as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    second.release()
    assert postgres.status(cluster).pid is None


def test_a_server_left_by_a_killed_process_is_found_again(cluster):
    user = _user(cluster)
    server = _server_of(user)
    user.kill()
    user.communicate()
    assert postgres.status(cluster).pid == server
    lease = postgres.acquire(cluster, settings=FAST)
    assert postgres.status(cluster).pid == server
    lease.release()
    assert postgres.status(cluster).pid is None


def test_a_killed_server_recovers_what_was_committed(cluster):
    lease = postgres.acquire(cluster, settings={"shared_buffers": "32MB"})
    with lease.connect() as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (value int)")
        connection.execute("INSERT INTO kept VALUES (1)")
    server = postgres.status(cluster).pid
    assert server is not None
    os.kill(server, signal.SIGKILL)
    again = postgres.acquire(cluster, settings=FAST)
    with again.connect() as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (1,)
        connection.execute("DROP TABLE kept")
    assert postgres.status(cluster).pid != server
    again.release()
    lease.release()


def test_a_pid_file_that_names_another_process_is_no_server(cluster):
    data = cluster / "data"
    lines = [str(os.getpid()), str(data), "0", "5432", str(cluster / "s"), "", "", "ready"]
    (data / "postmaster.pid").write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert postgres.status(cluster).pid is None
    (cluster / "s" / ".s.PGSQL.5432.lock").write_text(f"{os.getpid()}\n", encoding="utf-8")
    lease = postgres.acquire(cluster, settings=FAST)
    assert postgres.status(cluster).pid not in {None, os.getpid()}
    lease.release()


def test_an_initdb_cut_short_is_thrown_away(tmp_path):
    folder = tmp_path / "pg"
    (folder / "data.new" / "base").mkdir(parents=True)
    (folder / "data.new" / "PG_VERSION").write_text("18\n", encoding="ascii")
    lease = postgres.acquire(folder, settings=FAST)
    assert not (folder / "data.new").exists()
    lease.release()


def test_only_its_owner_can_reach_the_server(cluster):
    lease = postgres.acquire(cluster, settings=FAST)
    with lease.connect() as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
    status = lease.socket_folder.stat()
    assert (stat.S_IMODE(status.st_mode), status.st_uid) == (0o700, os.geteuid())
    assert stat.S_IMODE((cluster / "data").stat().st_mode) == 0o700
    lease.release()


@AS_ROOT
def test_root_keeps_owner_and_mode_of_everything_and_works_in_a_private_home(cluster):
    cluster.parent.chmod(0o700)
    lease = postgres.acquire(cluster, settings=FAST)
    lease.release()
    assert stat.S_IMODE(cluster.parent.stat().st_mode) == 0o700
    assert {path.stat().st_uid for path in (cluster / "data").rglob("*")} == {0}


def test_a_folder_with_a_long_path_gets_a_short_socket(cluster, tmp_path):
    folder = tmp_path / ("long-" * 20) / "postgres"
    folder.parent.mkdir()
    shutil.copytree(cluster, folder)
    lease = postgres.acquire(folder, settings=FAST)
    assert len(f"{lease.socket_folder}/.s.PGSQL.5432") <= 107
    assert stat.S_IMODE(lease.socket_folder.stat().st_mode) == 0o700
    with lease.connect() as connection:
        assert connection.execute("SELECT current_database()").fetchone() == ("hocba",)
    lease.release()
    lease.socket_folder.rmdir()


def test_a_server_that_cannot_start_says_why(cluster):
    with pytest.raises(UnavailableError) as caught:
        postgres.acquire(cluster, settings={"no_such_setting": "1"})
    assert caught.value.code == "database.not_started"
    assert "no_such_setting" in caught.value.sentence()


def test_vietnamese_capitals_are_lowered_whatever_the_locale(cluster):
    lease = postgres.acquire(cluster, settings=FAST)
    with lease.connect() as connection:
        assert connection.execute("SELECT lower('ĐẶNG ƯỚC')").fetchone() == ("đặng ước",)
    lease.release()


def _command(home: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "hocba.kit.postgres", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**_environment(), "HOCBA_HOME": str(home)},
    )


def test_the_operator_can_ask_for_the_server_and_stop_it(cluster):
    home = cluster.parent
    assert _command(home, "status").stdout == "not running\n"
    lease = postgres.acquire(cluster, settings=FAST)
    asked = _command(home, "status")
    assert (asked.returncode, asked.stdout) == (0, f"running, pid {postgres.status(cluster).pid}\n")
    assert _command(home, "stop").stdout == "stopped\n"
    assert _command(home, "stop").stdout == "not running\n"
    assert _command(home, "restart").returncode == 2
    lease.release()


def test_an_installation_opens_and_closes_its_own_server(cluster):
    with open_database(Settings(home=cluster.parent, database_url=None)) as database:
        assert database.engine.url.database == "hocba"
        assert postgres.status(cluster).pid is not None
    assert postgres.status(cluster).pid is None


@AS_ROOT
def test_where_namespaces_are_refused_root_runs_the_server_as_nobody(tmp_path):
    folder = tmp_path / "pg"
    lease = postgres.acquire(folder, settings=FAST, may_unshare=False)
    place = Path((folder / "place").read_text(encoding="utf-8"))
    try:
        with lease.connect() as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        server = postgres.status(folder).pid
        assert Path(f"/proc/{server}").stat().st_uid == 65534
        again = postgres.acquire(folder, settings=FAST)
        assert postgres.status(folder).pid == server
        again.release()
        lease.release()
        assert postgres.status(folder).pid is None
    finally:
        postgres.stop(folder)
        shutil.rmtree(place)


def _python_of_nobody(environment: dict[str, str]) -> str | None:
    """An interpreter of our version that a normal user may run; the tests' own may be private."""
    code = (
        f"import sys, hocba.kit.postgres; sys.exit(sys.version_info[:2] != {sys.version_info[:2]})"
    )
    for python in (sys.executable, "/usr/bin/python3"):
        try:
            probe = subprocess.run(
                [python, "-c", code],
                check=False,
                capture_output=True,
                user="nobody",
                cwd="/",
                env=environment,
            )
        except OSError:
            continue
        if probe.returncode == 0:
            return python
    return None


@AS_ROOT
def test_a_normal_user_needs_nothing_special():
    environment = _environment()
    environment["PYTHONPATH"] += os.pathsep + sysconfig.get_path("purelib")
    python = _python_of_nobody(environment)
    if python is None:
        pytest.skip("a normal user may run no Python of this version here")
    with tempfile.TemporaryDirectory(prefix="hocba-user-") as folder:
        shutil.chown(folder, "nobody")
        user = _user(Path(folder) / "pg", python, user="nobody", cwd="/", env=environment)
        server = _server_of(user)
        assert Path(f"/proc/{server}").stat().st_uid == 65534
        _end(user)


def test_a_stale_connection_ends_with_the_server(cluster):
    lease = postgres.acquire(cluster, settings=FAST)
    connection = lease.connect()
    started = time.monotonic()
    postgres.stop(cluster)
    assert time.monotonic() - started < 20
    with pytest.raises(psycopg.OperationalError):
        connection.execute("SELECT 1")
    connection.close()
    lease.release()
