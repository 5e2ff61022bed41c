"""The verification page in a real browser: by keyboard, without script, narrow, on paper."""

import os
import socket
import threading
from pathlib import Path

import pytest
import uvicorn
from fakes.verifier_reports import NOW, STATES, ScriptedGuard, empty_trust

from verifier.messages import Catalogue
from verifier.web import create_app

playwright_api = pytest.importorskip("playwright.sync_api")

CHROMIUM = os.environ.get("HOCBA_CHROMIUM", "/usr/bin/chromium-headless-shell")
AXE = Path(__file__).parents[1] / "vendor" / "axe.min.js"
FLAGS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
VI = Catalogue.of("vi")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason=f"no browser at {CHROMIUM}"),
]


@pytest.fixture(scope="module")
def address():
    app = create_app(empty_trust(), guard=ScriptedGuard(), clock=lambda: NOW)
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", ws="none"))
    listening = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
    server.should_exit = True
    thread.join(10)
    listening.close()


@pytest.fixture(scope="module")
def browser():
    with playwright_api.sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield made
        made.close()


@pytest.fixture
def open_page(browser, address):
    """Open the form; every complaint of the browser fails the test."""
    contexts, complaints = [], []

    def start(*, width=1200, script=True, language="vi"):
        context = browser.new_context(
            viewport={"width": width, "height": 800}, java_script_enabled=script
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda said: complaints.append(said.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "request", lambda asked: asked.url.startswith(address) or complaints.append(asked.url)
        )
        page.goto(f"{address}?lang={language}")
        return page

    yield start
    for context in contexts:
        context.close()
    assert [said for said in complaints if "422" not in said] == []


def pdf(state):
    return {"name": "hoc-ba.pdf", "mimeType": "application/pdf", "buffer": state.encode()}


def verify(page, state):
    page.set_input_files("input[type=file]", pdf(state))
    page.locator("main form > button").click()
    page.wait_for_selector("#verdict")


def violations(page):
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("rules => axe.run({runOnly: rules})", RULES)
    return [
        (kind, rule["id"], node["target"])
        for kind in ("violations", "incomplete")
        for rule in found[kind]
        for node in rule["nodes"]
    ]


def sideways(page):
    return page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )


def test_the_form_has_no_accessibility_violation(open_page):
    for language in ("vi", "en"):
        assert violations(open_page(language=language)) == []


@pytest.mark.parametrize("width", [320, 1200])
@pytest.mark.parametrize("state", STATES)
def test_every_answer_is_accessible_and_fits_its_width(open_page, state, width):
    page = open_page(width=width)
    verify(page, state)
    assert violations(page) == []
    assert sideways(page) == 0
    page.locator("summary").last.click()
    assert sideways(page) == 0


def test_the_form_fits_a_narrow_screen(open_page):
    page = open_page(width=320)
    assert sideways(page) == 0
    assert violations(page) == []


@pytest.mark.parametrize("script", [True, False])
def test_the_verdict_is_read_first_with_and_without_script(open_page, script):
    page = open_page(script=script)
    verify(page, "valid")
    assert page.locator("#verdict:focus").count() == 1
    assert page.locator("#verdict h1").inner_text() == VI.text("verdict.valid")
    assert page.locator("#verdict").bounding_box()["y"] >= 0


def test_a_transcript_is_verified_by_keyboard_alone(open_page):
    page = open_page()
    page.on("filechooser", lambda chooser: chooser.set_files(pdf("valid_note")))
    page.keyboard.press("Tab")
    assert page.locator(".govuk-skip-link:focus").count() == 1
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert "govuk-file-upload-button" in page.evaluate("document.activeElement.className")
    page.keyboard.press("Enter")
    for _ in range(100):
        if page.evaluate("document.querySelector('input[type=file]').files.length"):
            break
        page.wait_for_timeout(50)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("#verdict")
    assert page.locator("#verdict h1").inner_text() == VI.text("verdict.valid_note")


def test_a_dropped_file_is_taken(open_page):
    page = open_page()
    data = page.evaluate_handle(
        "() => { const data = new DataTransfer();"
        " data.items.add(new File(['forged'], 'hoc-ba.pdf', {type: 'application/pdf'}));"
        " return data; }"
    )
    page.dispatch_event(".govuk-file-upload-button", "dragenter", {"dataTransfer": data})
    page.dispatch_event(".govuk-file-upload-button", "drop", {"dataTransfer": data})
    if page.evaluate("document.querySelector('input[type=file]').files.length") == 0:
        page.evaluate(
            "data => { const field = document.querySelector('input[type=file]');"
            " field.files = data.files; field.dispatchEvent(new Event('change')); }",
            data,
        )
    page.locator("main form > button").click()
    page.wait_for_selector("#verdict")
    assert page.locator("#verdict h1").inner_text() == VI.text("verdict.not_valid")


def test_a_form_without_a_file_moves_the_focus_to_what_is_wrong(open_page):
    page = open_page()
    page.locator("main form > button").click()
    page.wait_for_selector(".govuk-error-summary")
    assert page.locator(".govuk-error-summary:focus").count() == 1
    page.locator(".govuk-error-summary a").click()
    assert violations(page) == []


def test_the_answer_is_said_in_words_and_shapes_not_in_colour_alone(open_page):
    page = open_page()
    verify(page, "forged")
    icon = page.locator("#verdict svg path").first.get_attribute("d")
    assert VI.text("status.failed") in page.locator(".hb-check--failed").first.inner_text()
    verify(page, "outage")
    assert page.locator("#verdict svg path").first.get_attribute("d") != icon
    assert "hb-verdict--not_valid" not in page.locator("#verdict").get_attribute("class")


def test_a_failed_file_shows_no_marks(open_page):
    page = open_page()
    verify(page, "forged")
    assert page.locator(".hb-marks").count() == 0
    verify(page, "valid")
    assert page.locator(".hb-marks tbody tr").count() == 12


def test_the_other_language_is_one_click_away(open_page):
    page = open_page()
    page.get_by_role("link", name="English").click()
    assert page.locator("html").get_attribute("lang") == "en"
    verify(page, "valid")
    assert page.locator("#verdict h1").inner_text() == Catalogue.of("en").text("verdict.valid")
    page.locator("details[lang=vi] summary").click()
    assert VI.text("verdict.valid") in page.locator("details[lang=vi]").inner_text()


def test_the_demo_banner_is_on_screen_and_on_paper(open_page):
    page = open_page()
    verify(page, "valid")
    for media in ("screen", "print"):
        page.emulate_media(media=media)
        assert page.locator(".hb-demo").is_visible()
        assert page.locator(".hb-verdict__demo").is_visible()


def test_a_printed_answer_leaves_out_the_form(open_page):
    page = open_page()
    verify(page, "valid")
    page.emulate_media(media="print")
    assert not page.locator(".hb-form").is_visible()
    assert page.locator("#verdict").is_visible()
    assert page.locator(".hb-marks").is_visible()


def test_the_text_may_be_enlarged_to_twice_its_size(open_page):
    page = open_page(width=640)
    verify(page, "valid")
    page.evaluate("document.documentElement.classList.add('enlarged')")
    page.evaluate(
        "() => { const sheet = new CSSStyleSheet();"
        " sheet.replaceSync('html.enlarged { font-size: 200%; }');"
        " document.adoptedStyleSheets = [sheet]; }"
    )
    assert sideways(page) == 0
