"""The page without a browser: routes, headers, uploads that leave nothing behind."""

import hashlib
import html
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from fakes.verifier_reports import NOW, STATES, ScriptedGuard, empty_trust
from fastapi import FastAPI
from starlette.testclient import TestClient

from verifier.guard import MIB, Guard
from verifier.messages import Catalogue
from verifier.report import Verdict
from verifier.web import app as page_app
from verifier.web import create_app, router, vendor
from verifier.web.static_files import FOLDER, table, version
from verifier.web.vendor import FONT

VI = Catalogue.of("vi")
PDF = "application/pdf"


@pytest.fixture
def guard():
    return ScriptedGuard()


@pytest.fixture
def client(guard):
    with TestClient(create_app(empty_trust(), guard=guard, clock=lambda: NOW)) as made:
        yield made


def post(client, data, *, name="hoc-ba.pdf", url="/"):
    return client.post(url, files={"file": (name, data, PDF)})


def words(response):
    text = re.sub(r"<[^>]+>", " ", response.text)
    return re.sub(r"\s+", " ", html.unescape(text))


def test_the_form_can_be_read_in_both_languages(client):
    assert "Kiểm tra học bạ số" in client.get("/").text
    english = client.get("/?lang=en")
    assert "Verify a digital transcript" in english.text
    assert '<html class="govuk-template" lang="en">' in english.text
    assert client.get("/?lang=<script>").status_code == 200


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_state_is_told_with_sentence_advice_and_all_checks(client, state, language):
    response = post(client, state.encode(), url=f"/?lang={language}")
    assert response.status_code == 200
    catalogue, report = Catalogue.of(language), STATES[state]
    text = words(response)
    for check in report.checks:
        assert catalogue.text(f"check.{check.id}") in text
        assert check.code in text
    for status in {check.status for check in report.checks}:
        assert catalogue.text(f"status.{status.value}") in text
    assert catalogue.text("ui.what_to_do") in text


@pytest.mark.parametrize("state", STATES)
def test_marks_are_shown_as_verified_only_where_the_file_is_accepted(client, state):
    text = post(client, state.encode()).text
    accepted = STATES[state].verdict in (Verdict.VALID, Verdict.VALID_NOTE)
    assert ("Nguyễn Thị Minh Khuê" in text) == accepted
    assert (VI.text("ui.marks") in text) == accepted


def test_marks_are_written_with_a_decimal_comma(client):
    assert (
        '<td class="govuk-table__cell govuk-table__cell--numeric">8,5</td>'
        in post(client, b"valid").text
    )


def test_a_demo_realm_says_so_above_the_page_in_the_verdict_and_in_the_title(client):
    text = post(client, b"valid").text
    assert text.count(VI.text("ui.demo")) >= 3
    assert "demo.hocba.test" in text
    assert f"<title>[{VI.text('ui.demo')}]" in text


def test_a_real_realm_shows_no_demo_banner():
    trust = empty_trust(demo=False, realm="haiphong.edu.vn")
    with TestClient(create_app(trust, guard=ScriptedGuard(), clock=lambda: NOW)) as client:
        assert VI.text("ui.demo") not in post(client, b"valid").text


def test_a_form_without_a_file_is_told_what_is_wrong(client, guard):
    for send in (
        client.post("/"),
        client.post("/", data={"x": "1"}),
        client.post("/", files={"other": ("a.pdf", b"x", PDF)}),
        client.post("/", files={"file": ("", b"", PDF)}),
    ):
        assert send.status_code == 422
        assert VI.text("ui.choose_a_file") in send.text
    assert guard.sizes == []


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"nonsense", "multipart/form-data; boundary=x"),
        (b"nonsense", "multipart/form-data"),
        (b"--x\r\nContent-Disposition: broken\r\n\r\n", "multipart/form-data; boundary=x"),
        (b"--x\r\n" * 100, "multipart/form-data; boundary=x"),
    ],
)
def test_a_broken_form_is_answered_not_crashed_on(client, guard, body, kind):
    response = client.post("/", content=body, headers={"content-type": kind})
    assert response.status_code in (400, 422)
    assert guard.sizes == []


def test_an_upload_over_the_limit_is_refused_in_words(client, guard):
    response = post(client, bytes(21 * MIB))
    assert response.status_code == 413
    assert VI.text("ui.too_large", limit=20) in response.text
    assert guard.sizes == []


def test_an_upload_as_large_as_the_limit_is_verified(guard):
    data = bytes(20 * MIB)
    guard.answers[data] = STATES["forged"]
    with TestClient(create_app(empty_trust(), guard=guard, clock=lambda: NOW)) as client:
        assert post(client, data).status_code == 200
    assert guard.sizes == [20 * MIB]


def test_two_files_in_one_form_are_refused(client, guard):
    files = [("file", ("a.pdf", b"valid", PDF)), ("file", ("b.pdf", b"valid", PDF))]
    assert client.post("/", files=files).status_code == 400
    assert guard.sizes == []


def test_nothing_of_an_upload_touches_the_disk(client, guard, monkeypatch, tmp_path):
    opened = []

    def refuse(*args, **kwargs):
        opened.append(args)
        raise OSError

    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)
    monkeypatch.setattr(tempfile, "NamedTemporaryFile", refuse)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    data = b"x" * (5 * MIB)
    guard.answers[data] = STATES["forged"]
    assert post(client, data).status_code == 200
    assert opened == []
    assert list(tmp_path.iterdir()) == []


def test_an_answer_is_kept_by_no_cache_and_sets_no_cookie(client):
    response = post(client, b"valid")
    assert response.headers["cache-control"] == "no-store"
    assert "set-cookie" not in response.headers


def test_the_content_security_policy_allows_only_our_own_files(client):
    policy = client.get("/").headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert "http" not in policy
    assert "*" not in policy


@pytest.mark.parametrize("state", [None, *STATES])
def test_no_page_has_inline_script_style_or_a_foreign_address(client, state):
    text = client.get("/").text if state is None else post(client, state.encode()).text
    assert not re.search(r"<script(?![^>]*\bsrc=)", text)
    assert not re.search(r"\bstyle=|<style|\bon[a-z]+=", text)
    assert not re.search(r"(?:src|href|action)=\"(?!/|#)", text)


def test_a_file_name_is_shown_as_text(client):
    text = post(client, b"valid", name="<img src=x onerror=alert(1)>.pdf").text
    assert "<img" not in text


def test_every_file_that_a_page_names_is_served_with_its_type(client):
    pages = client.get("/").text + post(client, b"valid").text
    names = set(re.findall(r"/static/[^\"#]+", pages))
    assert len(names) >= 5
    for name in names:
        response = client.get(name)
        assert response.status_code == 200
        assert "immutable" in response.headers["cache-control"]
        assert response.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "name", ["../app.py", "..%2fapp.py", "/etc/passwd", "vendor/manifest.json", ""]
)
def test_no_other_file_is_served(client, name):
    assert client.get(f"/static/{version()}/{name}").status_code == 404


def test_the_style_sheets_load_nothing_that_is_not_there():
    for name, file in table().items():
        if name.endswith(".css"):
            for target in re.findall(rb"url\(['\"]?([^)'\"]+)", file.data):
                folder = Path(name).parent
                assert (folder / target.decode()).as_posix() in table(), (name, target)


def test_the_vendored_files_are_those_of_the_manifest():
    folder = FOLDER / "vendor"
    manifest = json.loads((folder / "manifest.json").read_text())
    assert {path.name for path in folder.iterdir()} == {*manifest, "manifest.json"}
    for name, entry in manifest.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == entry["sha256"], name
        assert entry["licence"] in ("MIT", "OFL-1.1")


def test_the_font_and_crest_that_only_gov_uk_may_use_are_gone():
    css = (FOLDER / "vendor" / "govuk-frontend.css").read_text()
    assert "GDS Transport" not in css
    assert "crest.svg" not in css
    assert FONT in css


def test_the_page_lives_under_a_prefix_of_a_larger_application():
    main = FastAPI()
    main.include_router(
        router(empty_trust(), prefix="/kiem-tra", guard=ScriptedGuard(), clock=lambda: NOW)
    )
    client = TestClient(main)
    text = client.get("/kiem-tra").text
    assert 'action="/kiem-tra?lang=vi#verdict"' in text
    for name in set(re.findall(r"/kiem-tra/static/[^\"#]+", text)):
        assert client.get(name).status_code == 200
    assert post(client, b"valid", url="/kiem-tra").status_code == 200


def test_a_busy_server_says_so_and_asks_for_patience(client, monkeypatch):
    monkeypatch.setattr(page_app, "WAITING", 0)
    with TestClient(create_app(empty_trust(), guard=ScriptedGuard())) as busy:
        response = post(busy, b"valid")
    assert response.status_code == 503
    assert VI.text("ui.busy") in response.text


def test_each_answer_gets_its_own_outside_sources():
    made = []
    app = create_app(
        empty_trust(), lambda: made.append(1), guard=ScriptedGuard(), clock=lambda: NOW
    )
    with TestClient(app) as client:
        post(client, b"valid")
        post(client, b"valid")
    assert len(made) == 2


def test_the_page_verifies_through_a_real_guarded_child():
    with TestClient(create_app(empty_trust(), guard=Guard(), clock=lambda: NOW)) as client:
        text = post(client, "Xin chào".encode()).text
    assert VI.text("headline.1.not_pdf") in text


def test_the_base_install_needs_nothing_of_the_page():
    program = "import sys, verifier, verifier.cli, verifier.connect; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert loaded.isdisjoint(
        {"fastapi", "starlette", "jinja2", "sqlalchemy", "web3", "pyhanko", "hocba"}
    )


def test_vendoring_takes_out_the_font_that_we_may_not_use():
    css = (
        '@font-face{font-family:GDS Transport;src:url(x.woff2)}a{font-family:"GDS Transport",arial}'
    )
    css += (
        "@media print{a{font-family:sans-serif}}b{background:url(/assets/images/govuk-crest.svg)}"
    )
    cleaned = vendor.our_font(css + "/*# sourceMappingURL=x.map */")
    assert "GDS" not in cleaned
    assert "url(" not in cleaned
    assert "sourceMapping" not in cleaned
    assert cleaned.count(FONT) == 2


def test_vendoring_keeps_the_letters_of_each_font_file():
    css = "@font-face { src: url(./files/a.woff2); unicode-range: U+0102; }"
    assert "unicode-range:U+0102" in vendor.font_rule(css, "a.woff2", 400)
    with pytest.raises(ValueError, match=r"a\.woff2"):
        vendor.font_rule("@font-face { src: url(./files/a.woff2); }", "a.woff2", 400)
