"""The guarded child: limits, replacement, and what the parent refuses to touch."""

import os
import threading
import time
from pathlib import Path

import pytest
from fakes.verifier_reports import NOW, empty_trust

from verifier.guard import MIB, Guard, Limits, UnreadableError, read_bounded
from verifier.report import Status, Verdict

TRUST = empty_trust()

SCRIPTED = """
import sys; sys.path.insert(0, sys.argv[1])
import json, os, pickle, resource, socket, struct, time
head = struct.Struct(">I")
def read(n):
    data = b""
    while len(data) < n:
        part = s.recv(n - len(data))
        if not part: sys.exit(0)
        data += part
    return data
def receive(): return pickle.loads(read(head.unpack(read(4))[0]))
def send(raw): s.sendall(head.pack(len(raw)) + raw)
s = socket.socket(fileno=int(sys.argv[2]))
send(b"{}")
while True:
    data = receive()["data"]
    {behaviour}
"""


def scripted(behaviour, **limits):
    made = Limits(**{"seconds": 1.0, **limits})
    return Guard(made, child=SCRIPTED.replace("{behaviour}", behaviour))


def first_code(guard, data=b"%PDF-"):
    report = guard.verify(data, trust=TRUST, now=NOW)
    assert report.verdict is Verdict.COULD_NOT_CHECK
    assert report.record is None
    return report.check("1").code


@pytest.fixture(scope="module")
def guard():
    with Guard() as made:
        yield made


def child_of(guard):
    child = guard._idle.get()
    guard._idle.put(child)
    return None if child is None else child._process


@pytest.mark.parametrize(
    ("behaviour", "code"),
    [
        ("time.sleep(30)", "1.too_slow"),
        ("while True: pass", "1.too_slow"),
        ("os._exit(77)", "1.too_much_memory"),
        ("os._exit(1)", "1.crashed"),
        ("os.abort()", "1.crashed"),
        ("os.kill(os.getpid(), 24)", "1.too_slow"),
        ("s.sendall(head.pack(1 << 31))", "1.crashed"),
        ("send(b'x'); time.sleep(30)", "1.crashed"),
        ("s.sendall(head.pack(1000) + b'{'); time.sleep(30)", "1.too_slow"),
        ("send(b'[]'); time.sleep(30)", "1.crashed"),
        ("send(b'{\"question\": null}'); send(b'{\"report\": {}}'); time.sleep(30)", "1.crashed"),
    ],
)
def test_a_child_that_misbehaves_is_killed_and_the_file_could_not_be_checked(behaviour, code):
    with scripted(behaviour) as guard:
        started = time.monotonic()
        assert first_code(guard) == code
        assert time.monotonic() - started < 15
        assert child_of(guard) is None


def test_after_a_lost_child_the_next_file_gets_a_fresh_one():
    behaviour = "os._exit(1) if data == b'bad' else send(b'nonsense')"
    with scripted(behaviour) as guard:
        assert first_code(guard, b"bad") == "1.crashed"
        assert first_code(guard, b"bad") == "1.crashed"


def test_a_child_that_behaves_is_used_again(guard):
    guard.verify(b"one", trust=TRUST, now=NOW)
    first = child_of(guard).pid
    guard.verify(b"two", trust=TRUST, now=NOW)
    assert child_of(guard).pid == first


def test_a_child_is_replaced_after_its_share_of_work():
    with Guard(Limits(jobs_per_child=1)) as guard:
        assert guard.verify(b"one", trust=TRUST, now=NOW).check("1").code == "1.not_pdf"
        assert child_of(guard) is None


def test_a_child_that_died_while_idle_costs_no_file_its_answer():
    with Guard() as guard:
        guard.verify(b"one", trust=TRUST, now=NOW)
        child_of(guard).kill()
        child_of(guard).wait()
        assert guard.verify(b"two", trust=TRUST, now=NOW).check("1").code == "1.not_pdf"


def test_closing_the_guard_ends_its_children():
    guard = Guard()
    guard.verify(b"one", trust=TRUST, now=NOW)
    process = child_of(guard)
    guard.close()
    assert process.poll() is not None


def test_a_child_ends_when_its_parent_hangs_up():
    guard = Guard()
    guard.verify(b"one", trust=TRUST, now=NOW)
    child = guard._idle.get()
    child._socket.close()
    assert child._process.wait(timeout=10) == 0


def test_a_child_may_not_let_a_file_grow_and_has_capped_memory(guard):
    guard.verify(b"one", trust=TRUST, now=NOW)
    limits = Path(f"/proc/{child_of(guard).pid}/limits").read_text()
    rows = {line[:26].strip(): line[26:].split()[0] for line in limits.splitlines()[1:]}
    assert rows["Max file size"] == "0"
    assert rows["Max core file size"] == "0"
    assert rows["Max address space"] == str(512 * MIB)
    assert rows["Max cpu time"] != "unlimited"


def test_a_child_inherits_no_secret_of_its_parent(guard, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://secret")
    with Guard() as fresh:
        fresh.verify(b"one", trust=TRUST, now=NOW)
        environment = Path(f"/proc/{child_of(fresh).pid}/environ").read_bytes()
    assert b"secret" not in environment


def test_two_threads_share_a_pool():
    answers = []
    with Guard(size=2) as guard:

        def work():
            answers.extend(
                guard.verify(b"x", trust=TRUST, now=NOW).check("1").code for _ in range(5)
            )

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert answers == ["1.not_pdf"] * 20


def test_a_file_of_200_mb_is_refused_before_it_is_read(tmp_path):
    path = tmp_path / "huge.pdf"
    with path.open("wb") as file:
        file.write(b"%PDF-1.7\n")
        file.truncate(200 * MIB)
    with scripted("os._exit(9)") as guard:
        report = guard.verify_path(path, trust=TRUST, now=NOW)
        assert child_of(guard) is None
    assert report.verdict is Verdict.NOT_VALID
    assert (report.check("1").status, report.check("1").code) == (Status.FAILED, "1.too_large")
    assert report.sha256 is None


def test_bytes_over_the_limit_never_reach_a_child():
    with scripted("os._exit(9)", file_bytes=10) as guard:
        report = guard.verify(b"12345678901", trust=TRUST, now=NOW)
        assert child_of(guard) is None
    assert report.check("1").code == "1.too_large"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "1.empty"),
        (b"Xin chao, day la van ban.", "1.not_pdf"),
        (b"PK\x03\x04" + bytes(200), "1.not_pdf"),
        (b"%PDF-1.7\nthis is only the beginning", "2.damaged"),
    ],
)
def test_what_is_no_pdf_is_called_by_its_name(guard, data, code):
    report = guard.verify(data, trust=TRUST, now=NOW, file="x.pdf")
    assert report.verdict is Verdict.NOT_VALID
    assert report.check(code[0]).code == code
    assert report.file == "x.pdf"


def test_a_missing_file_a_folder_and_a_pipe_are_told_apart(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "file").write_bytes(b"")
    for path, code in (
        (tmp_path / "none.pdf", "missing"),
        (tmp_path, "directory"),
        (tmp_path / "pipe", "not_a_file"),
        (tmp_path / "file" / "x", "missing"),
        (tmp_path / ("x" * 300), "denied"),
    ):
        with pytest.raises(UnreadableError) as caught:
            read_bounded(path, 100)
        assert caught.value.code == code


def test_a_file_exactly_as_large_as_the_limit_is_read(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(b"12345")
    assert read_bounded(path, 5) == b"12345"
    assert read_bounded(path, 4) is None
