"""What the documents say is so: commands, links, settings, decisions, named tests."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from hocba.cli import app
from hocba.kit import config

ROOT = Path(__file__).parents[3]
DOCUMENTS = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "benchmarks").rglob("*.md")]
)
FIRST_SCREEN = 40


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_to_a_file_leads_somewhere(path):
    text = path.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text):
        if not re.match(r"[a-z]+:", target):
            assert (path.parent / target).exists(), target


def test_the_first_screen_of_the_readme_has_the_commands_and_the_picture():
    screen = "\n".join(read("README.md").splitlines()[:FIRST_SCREEN])
    assert "./dev demo" in screen
    assert "./dev test" in screen
    assert "docs/images/verdict.png" in screen


def test_every_command_of_the_launcher_in_the_documents_exists():
    known = set(re.findall(r"^([a-z]+)(?: \| .*)?\)$", read("dev"), re.MULTILINE))
    assert {"demo", "test", "lint", "bench", "run"} <= known
    for path in DOCUMENTS:
        used = re.findall(r"\./dev ([a-z]+)", path.read_text(encoding="utf-8"))
        assert set(used) <= known, path.name


def test_the_launcher_and_the_gate_are_well_formed_and_agree_with_the_readme():
    subprocess.run(["/bin/sh", "-n", ROOT / "dev"], check=True)
    subprocess.run(["/bin/bash", "-n", ROOT / ".ci/run"], check=True)
    gate = read(".ci/run")
    for command in ("./dev lint", "./dev demo --once", "./dev test"):
        assert command in gate


def test_the_launcher_says_in_one_line_what_is_missing():
    empty = {"PATH": "/nonexistent", "HOCBA_VENV": "/nonexistent/venv"}
    text = read("dev").replace('cd "$(dirname "$0")"', f'cd "{ROOT}"')
    stripped = re.sub(r"seal=\$\(cksum.*", "seal=1", text).replace('"$(grep -c', '"$(: ')
    done = subprocess.run(
        ["/bin/sh", "-c", stripped, "dev", "lint"], env=empty, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 69
    assert len(done.stderr.strip().splitlines()) == 1
    assert "apt-get install python3 python3-venv" in done.stderr


def test_every_setting_stands_in_the_operators_page():
    page = read("docs/operators.md")
    for name in config.variables():
        assert f"`{name}`" in page, name
    assert set(re.findall(r"`((?:HOCBA_|DATABASE_)[A-Z_]+)`", page)) <= set(config.variables())


def test_decisions_are_numbered_without_a_gap_and_have_four_parts():
    folder = ROOT / "docs/decisions"
    pages = sorted(folder.glob("0*.md"))
    assert [page.name[:4] for page in pages] == [f"{n:04d}" for n in range(1, len(pages) + 1)]
    index = (folder / "README.md").read_text(encoding="utf-8")
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert f"({page.name})" in index
        assert text.startswith(f"# {page.name[:4]} ")
        for part in ("**Context.**", "**Decision.**", "**Cost.**", "**Alternatives"):
            assert part in text, (page.name, part)


def _attack_rows():
    rows = [line for line in read("SECURITY.md").splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows[1:]]


def _defined_tests():
    found = set()
    for path in (ROOT / "tests").rglob("test_*.py"):
        found |= set(
            re.findall(r"^\s*def (test_\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)
        )
    return found


def test_every_attacker_has_an_answer_that_is_a_test_or_says_who_sees_it():
    rows = _attack_rows()
    assert len(rows) >= 11
    defined = _defined_tests()
    for holds, tries, answer, shown in rows:
        assert holds
        assert tries
        assert answer
        named = set(re.findall(r"`(test_\w+)`", shown))
        assert named or "not prevented, seen by" in answer.lower(), holds
        assert named <= defined, named - defined


def test_locks_name_no_host():
    for lock in (ROOT / "requirements").glob("*.lock"):
        text = lock.read_text(encoding="utf-8")
        assert "://" not in text, lock.name
        assert "--hash=sha256:" in text, lock.name


_DISTRIBUTION = {"eth_abi": "eth-abi", "eth_utils": "eth-utils", "eth_hash": "eth-hash",
                 "pyhanko_certvalidator": "pyhanko-certvalidator"}  # fmt: skip


def _foreign_imports(folder):
    ours = {"hocba", "ledger", "signing", "verifier", "contracts"}
    for path in folder.rglob("*.py"):
        if "web" in path.relative_to(folder).parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = (
                [alias.name for alias in node.names] if isinstance(node, ast.Import)
                else [node.module] if isinstance(node, ast.ImportFrom) and not node.level
                else []
            )  # fmt: skip
            for name in names:
                top = name.split(".")[0]
                if top not in ours and top not in sys.stdlib_module_names:
                    yield _DISTRIBUTION.get(top, top), path


def test_the_base_install_holds_what_the_verifier_imports_and_nothing_of_the_server():
    project = tomllib.loads(read("pyproject.toml"))["project"]
    base = {re.split(r"[\[<>=]", name)[0] for name in project["dependencies"]}
    server = {re.split(r"[\[<>=]", name)[0] for name in project["optional-dependencies"]["server"]}
    assert not base & server
    imported = dict(_foreign_imports(ROOT / "verifier"))
    assert imported.keys() <= base, imported
    locked = set(re.findall(r"^([a-z0-9-]+)==", read("requirements/runtime.lock"), re.MULTILINE))
    for name in base | server:
        assert name.lower() in locked, name


def test_the_formats_page_lists_every_type_with_the_file_that_defines_it():
    page = read("docs/formats.md")
    defined = {}
    for package in ("verifier", "hocba", "ledger", "signing"):
        for path in (ROOT / package).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            for name in re.findall(r'"(hocba\.[a-z_]+/\d+)"', text):
                defined.setdefault(name, set()).add(path.relative_to(ROOT).as_posix())
    rows = re.findall(r"^\| (`hocba[^|]+) \| \[`([^`]+)`\]", page, re.MULTILINE)
    listed = {name: path for names, path in rows for name in re.findall(r"`([^`]+)`", names)}
    assert listed.keys() == defined.keys()
    for name, path in listed.items():
        assert path in defined[name], name


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_command_and_test_that_a_document_names_exists(path):
    text = path.read_text(encoding="utf-8")
    known = {command.name or command.callback.__name__ for command in app.registered_commands}
    known |= {group.name for group in app.registered_groups}
    named = set(re.findall(r"`(?:\./dev run |hocba )([a-z]+)\b", text))
    assert named <= known, path.name
    for test in re.findall(r"tests/[a-z_/]+\.py", text):
        assert (ROOT / test).is_file(), test


def test_every_article_of_the_draft_regulation_that_the_system_carries_out_is_shown():
    text = read("docs/quy-che.md")
    articles = set(map(int, re.findall(r"^### Điều (\d+)\.", text, re.MULTILINE)))
    assert articles == set(range(1, max(articles) + 1))
    table = text.partition("## Phụ lục")[2]
    rows = re.findall(r"^\| ([\d., ]+) \| .+ \| `tests/.+` \|$", table, re.MULTILINE)
    shown = {int(part.split(".")[0]) for row in rows for part in row.split(", ")}
    assert shown <= articles
    assert {4, 5, 6, 7, 8, 9, 10, 11, 12, 16, 18} <= shown
