"""The error tree, its sentences, settings, clock and failpoints."""

import ast
import importlib
import pickle
import pkgutil
import subprocess
import sys
import unicodedata
from datetime import UTC, date, datetime
from pathlib import Path
from string import Formatter

import pytest

import hocba
from hocba.kit import clock, config, messages
from hocba.kit.errors import (
    ConfigError,
    ConflictError,
    HocbaError,
    InputError,
    NotFoundError,
    RefusedError,
    SeveralInputError,
    StorageError,
    UnavailableError,
    Where,
)

ROOT = Path(hocba.__file__).parents[1]


def _error_names() -> set[str]:
    for module in pkgutil.walk_packages(hocba.__path__, "hocba."):
        if module.name.endswith(("errors", "registers")):
            importlib.import_module(module.name)
    found, waiting = set(), [HocbaError]
    while waiting:
        kind = waiting.pop()
        found.add(kind.__name__)
        waiting.extend(kind.__subclasses__())
    return found


def _codes_raised() -> dict[str, str]:
    names, codes = _error_names(), {}
    for path in sorted((ROOT / "hocba").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in names
                and node.args
                and isinstance(node.args[0], ast.Constant)
            ):
                codes[node.args[0].value] = f"{path.relative_to(ROOT)}:{node.lineno}"
    return codes


def test_every_code_that_is_raised_has_a_sentence_in_both_languages():
    for language in messages.LANGUAGES:
        known = messages.catalogue(language)
        missing = {code: place for code, place in _codes_raised().items() if code not in known}
        assert missing == {}, language


def test_both_catalogues_have_the_same_codes_and_placeholders():
    vi, en = messages.catalogue("vi"), messages.catalogue("en")
    assert vi.keys() == en.keys()

    def placeholders(text: str) -> set[str | None]:
        return {name for _, name, _, _ in Formatter().parse(text) if name}

    for code in vi:
        assert placeholders(vi[code]) == placeholders(en[code]), code


def test_sentences_are_whole_and_in_one_unicode_form():
    for language in messages.LANGUAGES:
        for code, text in messages.catalogue(language).items():
            assert unicodedata.is_normalized("NFC", text), (language, code)
            if not code.startswith(("where.", "label.", "desk.", "exception.")):
                assert text[-1] in ".?:…}", (language, code)


def test_an_error_says_the_place_first():
    error = InputError("name.too_long", where=Where(sheet="6A1", row=7, cell="C7"), limit=150)
    assert error.sentence() == "trang tính 6A1, dòng 7, ô C7: Họ và tên dài quá 150 ký tự."
    assert error.sentence("en").startswith("sheet 6A1, row 7, cell C7: The name is longer than 150")


def test_a_code_without_a_sentence_still_gives_one():
    assert "no.such_code" in HocbaError("no.such_code").sentence("vi")
    assert "no.such_code" in messages.sentence("no.such_code", "en")


def test_a_missing_placeholder_never_hides_the_error():
    assert "…" in HocbaError("name.too_long").sentence()


def test_a_role_is_called_as_people_call_it():
    said = messages.sentence("sign.not_appointed", "vi", role="principal", scope="school")
    assert "vai trò hiệu trưởng cho cả trường" in said
    said = messages.sentence("sign.not_appointed", "vi", role="homeroom", scope="2025-2026/6A1")
    assert "vai trò giáo viên chủ nhiệm cho 2025-2026/6A1" in said


def test_a_parameter_may_be_called_code():
    assert "HS01" in NotFoundError("pupil.not_found", code="HS01").sentence()


@pytest.mark.parametrize(
    ("kind", "exit_status", "http_status"),
    [
        (InputError, 65, 422),
        (NotFoundError, 66, 404),
        (UnavailableError, 69, 503),
        (HocbaError, 70, 500),
        (ConflictError, 73, 409),
        (StorageError, 74, 507),
        (RefusedError, 77, 403),
        (ConfigError, 78, 500),
    ],
)
def test_exit_statuses_follow_sysexits(kind, exit_status, http_status):
    assert (kind.exit_status, kind.http_status) == (exit_status, http_status)


def test_errors_survive_the_way_between_processes():
    error = InputError("name.too_long", where=Where(row=3), limit=150)
    several = SeveralInputError([error, error])
    for each in (error, several):
        back = pickle.loads(pickle.dumps(each))  # noqa: S301  # our own bytes
        assert (type(back), back.sentence()) == (type(each), each.sentence())
    assert len(pickle.loads(pickle.dumps(several)).problems) == 2  # noqa: S301


def test_settings_have_defaults_for_a_demo(monkeypatch):
    for name in config.variables():
        monkeypatch.delenv(name, raising=False)
    settings = config.load()
    assert settings.home == Path("var/demo")
    assert settings.database_url is None
    assert settings.demo
    assert settings.master_key_path == Path("var/demo/keys/master.key")
    assert settings.blob_folder == Path("var/demo/blobs")


def test_every_documented_variable_is_really_read(monkeypatch):
    examples = {
        "HOCBA_PORT": "1234",
        "HOCBA_PROVINCE_CODE": "79",
        "HOCBA_REALM": "hocba.haiphong.gov.vn",
        "HOCBA_MERGE_DELAY": "30",
        "HOCBA_WORKERS": "3",
        "HOCBA_LANGUAGE": "en",
    }
    default = config.load().model_dump()
    for name in config.variables():
        monkeypatch.setenv(name, examples.get(name, "/some/value"))
    changed = config.load().model_dump()
    assert [field for field in default if default[field] == changed[field]] == []
    assert not config.load().demo


@pytest.mark.parametrize(
    ("name", "value"),
    [("HOCBA_PORT", "eighty"), ("HOCBA_REALM", "not a name"), ("HOCBA_LANGUAGE", "fr")],
)
def test_a_wrong_setting_is_named(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError) as caught:
        config.load()
    assert name in caught.value.sentence()


def test_the_local_date_is_vietnams():
    late = datetime(2026, 5, 30, 17, 30, tzinfo=UTC)
    assert clock.local_date(late) == date(2026, 5, 31)
    assert clock.parse_rfc3339(clock.rfc3339(late)) == late
    assert clock.now().tzinfo is UTC
    with pytest.raises(ValueError, match="zone"):
        clock.rfc3339(datetime(2026, 5, 30))  # noqa: DTZ001  # the fault under test


@pytest.mark.parametrize(
    ("wanted", "returncode", "printed"),
    [("a", -9, "start\n"), ("a:2", -9, "start\nonce\n"), ("b", 0, "start\nonce\ntwice\n")],
)
def test_a_failpoint_kills_the_process_at_the_named_turn(wanted, returncode, printed):
    code = (
        "from hocba.kit.failpoints import failpoint as f\n"
        "print('start', flush=True); f('a'); print('once', flush=True); f('a'); print('twice')"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env={"HOCBA_FAILPOINT": wanted, "PYTHONPATH": str(ROOT)},
    )
    assert (ran.returncode, ran.stdout) == (returncode, printed)
