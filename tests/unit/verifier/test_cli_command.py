"""`hocba-verify`: exit status, one report a line, words for people, wrong use."""

import io
import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from fakes.verifier_reports import NOW, STATES, ScriptedGuard, empty_trust

import verifier
from verifier.cli import BROKEN_PIPE, command, exit_status, run
from verifier.guard import MIB, Guard, read_bounded
from verifier.messages import Catalogue
from verifier.report import Verdict

ROOT = Path(verifier.__file__).parents[1]


class PathGuard(ScriptedGuard):
    def verify_path(self, path, *, trust, now, **_):
        data = read_bounded(path, MIB)
        return self.verify(data, trust=trust, now=now, file=str(path))


def files_for(folder, *states):
    made = []
    for number, state in enumerate(states):
        path = folder / f"{number}-{state}.pdf"
        path.write_bytes(state.encode())
        made.append(path)
    return made


def run_on(files, **options):
    out = io.StringIO()
    status = run(
        files, trust=empty_trust(), online=None, now=NOW, out=out, guard=PathGuard(), **options
    )
    return status, out.getvalue()


@pytest.mark.parametrize(
    ("states", "status"),
    [
        (["valid"], 0),
        (["valid", "valid_note"], 0),
        (["valid", "outage"], 3),
        (["outage", "forged", "valid"], 1),
        (["withdrawn"], 1),
    ],
)
def test_the_gravest_file_decides_the_exit_status(tmp_path, states, status):
    assert run_on(files_for(tmp_path, *states))[0] == status


def test_every_set_of_verdicts_has_the_exit_status_of_the_format():
    assert exit_status(set()) == 0
    assert exit_status({Verdict.VALID, Verdict.VALID_NOTE}) == 0
    assert exit_status({Verdict.VALID, Verdict.COULD_NOT_CHECK}) == 3
    assert exit_status(set(Verdict)) == 1


def test_json_is_one_report_a_line_in_the_order_of_the_files(tmp_path):
    files = files_for(tmp_path, "forged", "valid")
    _, text = run_on(files, as_json=True)
    reports = [json.loads(line) for line in text.splitlines()]
    assert [report["file"] for report in reports] == [str(path) for path in files]
    assert [report["verdict"] for report in reports] == ["not_valid", "valid"]
    assert [check["id"] for check in reports[0]["checks"]][:3] == ["1", "2", "3"]


def test_people_read_the_sentence_what_to_do_and_every_check(tmp_path):
    _, text = run_on(files_for(tmp_path, "forged"))
    vi = Catalogue.of("vi")
    assert vi.text("verdict.not_valid").upper() in text
    assert "Nên làm" in text
    assert text.count("✔") == 11
    assert text.count("✘") == 2
    assert "BẢN TRÌNH DIỄN" in text


def test_english_is_spoken_on_request(tmp_path):
    _, text = run_on(files_for(tmp_path, "valid"), language="en")
    assert "THIS TRANSCRIPT IS VALID" in text
    assert "DEMONSTRATION" in text


def test_a_missing_file_or_a_folder_is_wrong_use_and_the_others_are_still_verified(tmp_path):
    files = [tmp_path / "none.pdf", tmp_path, *files_for(tmp_path, "valid")]
    status, text = run_on(files, as_json=True)
    assert status == 2
    verdicts = [json.loads(line)["verdict"] for line in text.splitlines()]
    assert verdicts == ["could_not_check", "could_not_check", "valid"]


def test_a_failed_file_prints_nobodys_name(tmp_path):
    _, text = run_on(files_for(tmp_path, "forged"), as_json=True)
    assert "Nguyễn" not in text


@pytest.fixture
def trust_file(tmp_path):
    path = tmp_path / "trust.json"
    path.write_bytes(empty_trust().to_bytes())
    return path


def test_the_command_verifies_a_real_file_from_end_to_end(tmp_path, trust_file, capsys):
    path = tmp_path / "van ban.pdf"
    path.write_text("Xin chào")
    assert command([str(path), "--trust", str(trust_file), "--json", "--offline"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert report["type"] == "hocba.report/1"
    assert report["checks"][0]["code"] == "1.not_pdf"


def test_the_trusted_root_may_come_from_the_environment(tmp_path, trust_file, monkeypatch, capsys):
    path = tmp_path / "x.pdf"
    path.write_bytes(b"")
    monkeypatch.setenv("HOCBA_TRUST", str(trust_file))
    assert command([str(path), "--lang", "en"]) == 1
    assert "This file is empty".upper() in capsys.readouterr().out


def test_without_a_trusted_root_the_use_is_wrong(tmp_path, monkeypatch, capsys):
    monkeypatch.delenv("HOCBA_TRUST", raising=False)
    assert command([str(tmp_path / "x.pdf")]) == 2
    assert "--trust" in capsys.readouterr().err


@pytest.mark.parametrize("content", [None, b"", b"{}", b'{"type":"hocba.trusted_root/9"}'])
def test_a_trusted_root_that_cannot_be_used_is_said_in_one_sentence(tmp_path, capsys, content):
    trust = tmp_path / "trust.json"
    if content is not None:
        trust.write_bytes(content)
    assert command([str(tmp_path / "x.pdf"), "--trust", str(trust)]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


@pytest.mark.parametrize("arguments", [[], ["--json"], ["x", "--lang", "xx"], ["x", "--unknown"]])
def test_wrong_arguments_end_with_status_2(arguments, capsys):
    with pytest.raises(SystemExit) as ended:
        command(arguments)
    assert ended.value.code == 2
    capsys.readouterr()


def test_help_speaks_the_language_that_was_asked_for(capsys):
    for language, word in (("vi", "danh sách tin cậy"), ("en", "trusted root")):
        with pytest.raises(SystemExit) as ended:
            command(["--help", "--lang", language])
        assert ended.value.code == 0
        assert word in capsys.readouterr().out.replace("\n", " ")


def test_the_command_runs_in_a_hostile_folder_without_importing_from_it(tmp_path, trust_file):
    (tmp_path / "pikepdf.py").write_text("raise SystemExit('imported from the folder')")
    (tmp_path / "json.py").write_text("raise SystemExit('imported from the folder')")
    (tmp_path / "x.pdf").write_bytes(b"")
    program = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); from verifier.cli import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", program, "x.pdf", "--trust", str(trust_file), "--json"],
        cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False,
        env={**os.environ, "PYTHONPATH": ""},
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    assert json.loads(done.stdout)["checks"][0]["code"] == "1.empty"


def test_a_file_of_200_mb_is_answered_at_once(tmp_path, trust_file, capsys):
    path = tmp_path / "huge.pdf"
    with path.open("wb") as file:
        file.truncate(200 * MIB)
    assert command([str(path), "--trust", str(trust_file), "--json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert report["checks"][0]["code"] == "1.too_large"
    assert report["sha256"] is None


def test_the_command_leaves_a_guard_that_it_was_given_open(tmp_path):
    with Guard() as guard:
        files = files_for(tmp_path, "valid")
        for _ in range(2):
            run(files, trust=empty_trust(), online=None, now=NOW, out=io.StringIO(), guard=guard)
        assert guard._idle.qsize() == 1


def test_every_state_can_be_printed(tmp_path):
    status, text = run_on(files_for(tmp_path, *STATES))
    assert status == 1
    assert text.count("hoc-ba") == 0


class Silent(BaseHTTPRequestHandler):
    def do_POST(self):
        self.server.asked.append(self.path)
        self.send_response(503)
        self.end_headers()

    do_GET = do_POST  # noqa: N815  # the name that the server looks for

    def log_message(self, *_):
        pass


@pytest.mark.parametrize("option", ["--rpc", "--attest", "--statements"])
def test_a_source_that_is_no_address_is_wrong_use(tmp_path, trust_file, capsys, option):
    path = tmp_path / "x.pdf"
    path.write_bytes(b"")
    assert command([str(path), "--trust", str(trust_file), option, "file:///etc"]) == 2
    assert "file:///etc" in capsys.readouterr().err


def test_no_source_is_asked_about_a_file_that_is_no_transcript(tmp_path, trust_file, capsys):
    server = HTTPServer(("127.0.0.1", 0), Silent)
    server.asked = []
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}"
    path = tmp_path / "x.pdf"
    path.write_text("not a pdf")
    arguments = [str(path), "--trust", str(trust_file), "--rpc", url, "--attest", url]
    try:
        assert command([*arguments, "--statements", str(tmp_path)]) == 1
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    capsys.readouterr()
    assert server.asked == []


def test_a_file_name_cannot_steer_the_terminal(tmp_path):
    path = tmp_path / "a\x1b[31m\r.pdf"
    path.write_bytes(b"forged")
    _, text = run_on([path])
    assert "\x1b" not in text
    assert "\r" not in text


def test_a_reader_that_goes_away_gets_no_traceback(tmp_path, trust_file):
    program = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); from verifier.cli import main; main()"
    )
    (tmp_path / "x.pdf").write_bytes(b"")
    running = subprocess.Popen(
        [sys.executable, "-c", program, *["x.pdf"] * 3000, "--json", "--trust", str(trust_file)],
        cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    with running:
        assert running.stdout.readline().startswith("{")
        running.stdout.close()
        assert "Traceback" not in running.stderr.read()
    assert running.returncode in (1, BROKEN_PIPE)
