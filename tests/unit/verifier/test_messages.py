"""The catalogue: two languages, every code, nothing that looks like another verdict."""

import ast
import re
import unicodedata
from pathlib import Path
from string import Formatter

import pytest

import verifier
from verifier.messages import LANGUAGES, Catalogue
from verifier.report import CHECK_IDS, Status, Verdict

PACKAGE = Path(verifier.__file__).parent
CODE = re.compile(r"(?:[1-9]|7[a-e])\.[a-z][a-z0-9_]*")
VI, EN = Catalogue.of("vi"), Catalogue.of("en")


def codes_in_sources():
    """Every string constant of the package that has the form of a check's code."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                for code in [node.value] if CODE.fullmatch(node.value) else []:
                    found.setdefault(code, path.relative_to(PACKAGE).as_posix())
    return found


COMPOSED = (
    ("checks/container.py", ("1",), r'\("([a-z_]+)", '),
    ("checks/signatures.py", ("3",), r'Finding\(\s*"([a-z_]+)"'),
    ("checks/signatures.py", ("3",), r'judgement\.add\("([a-z_]+)"'),
    ("checks/signatures.py", ("3",), r'TrustError\(\s*"trust\.([a-z_]+)"'),
    ("checks/signatures.py", ("3",), r'FormatError\("([a-z_]+)"'),
    ("formats/paths.py", ("3",), r'TrustError\(\s*"trust\.([a-z_]+)"'),
    ("checks/roles.py", ("4",), r'failed\("([a-z_]+)"'),
    ("checks/roles.py", ("4",), r'        "([a-z_]+)": '),
    ("checks/sheets.py", ("4",), r'"(sheet_[a-z_]+)"'),
    ("checks/references.py", ("7a",), r'yield "([a-z_]+)", '),
    ("checks/years.py", ("7a",), r'yield "([a-z_]+)", '),
    ("formats/pdf/cells.py", ("6",), r'say\("([a-z_]+)"'),
    ("formats/pdf/cells.py", ("6",), r'say\("[a-z_]+" if [a-z]+ else "([a-z_]+)"'),
    ("formats/pdf/reading.py", ("2", "5"), r'(?:raw|walked\.rest)\.start, "([a-z_]+)"'),
    ("formats/pdf/reading.py", ("2", "5"), r'_compare\(.*"([a-z_]+)"\)'),
    ("formats/pdf/reading.py", ("2", "5"), r'"(padding)"'),
)
"""Where a code is put together of its check and its name: module, checks, the name."""


def composed_codes():
    """Codes that do not stand in the sources as a whole."""
    found = {}
    for module, ids, pattern in COMPOSED:
        names = re.findall(pattern, (PACKAGE / module).read_text(encoding="utf-8"))
        assert names, (module, pattern)
        found.update({f"{i}.{name}": module for i in ids for name in names})
    for role in ("previous_year", "source", "year"):
        found.update(
            {f"7a.{role}_other_{what}": "checks/references.py" for what in ("book", "pupil")}
        )
    text = (PACKAGE / "formats/policy.py").read_text(encoding="utf-8")
    names = re.findall(r'raise FormatError\("policy\.([a-z_]+)"', text)
    assert names
    return {**found, **{f"4.{name}_policy": "formats/policy.py" for name in names}}


def placeholders(text):
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_both_languages_have_the_same_keys_in_the_same_order():
    assert list(VI.sentences) == list(EN.sentences)


def test_both_languages_have_the_same_placeholders():
    for key, text in VI.sentences.items():
        assert placeholders(text) == placeholders(EN.sentences[key]), key


def test_only_what_to_do_may_be_empty_and_then_in_both_languages():
    for key, text in VI.sentences.items():
        assert bool(text) == bool(EN.sentences[key]), key
        assert text or key.endswith(".do"), key


def test_all_text_is_nfc_without_stray_spaces():
    for catalogue in (VI, EN):
        for key, text in catalogue.sentences.items():
            assert unicodedata.is_normalized("NFC", text), key
            assert text == text.strip(), key
            assert "  " not in text, key


def test_every_code_in_the_sources_has_a_sentence_and_what_to_do():
    missing = {
        code: where
        for code, where in {**codes_in_sources(), **composed_codes()}.items()
        if not VI.has(code) or not VI.has(f"{code}.do")
    }
    assert missing == {}


def test_every_sentence_of_a_code_has_its_advice():
    for key in VI.sentences:
        if CODE.fullmatch(key) or key.startswith(("note.", "any.")):
            assert key.endswith(".do") or VI.has(f"{key}.do"), key


def test_no_sentence_is_kept_for_a_code_that_nothing_says():
    known = {**codes_in_sources(), **composed_codes()}
    kept = [key for key in VI.sentences if CODE.fullmatch(key)]
    assert [key for key in kept if key not in known] == []


def test_every_verdict_check_and_status_has_its_words():
    for catalogue in (VI, EN):
        for verdict in Verdict:
            assert catalogue.has(f"verdict.{verdict.value}")
            assert catalogue.has(f"verdict.{verdict.value}.do")
        for check_id in CHECK_IDS:
            assert catalogue.has(f"check.{check_id}")
        for status in Status:
            assert catalogue.has(f"status.{status.value}")


def test_the_words_of_the_three_statuses_and_four_verdicts_are_all_different():
    for catalogue in (VI, EN):
        words = [catalogue.text(f"status.{status.value}") for status in Status]
        assert len(set(words)) == 3
        headlines = [catalogue.text(f"verdict.{verdict.value}") for verdict in Verdict]
        assert len(set(headlines)) == 4


def test_an_outage_is_said_not_to_mean_a_forgery():
    assert "không có nghĩa là học bạ giả" in VI.text("verdict.could_not_check.lead")
    assert "does not mean" in EN.text("verdict.could_not_check.lead")


def test_an_unknown_code_names_itself():
    for language in LANGUAGES:
        assert "3.never_heard_of" in Catalogue.of(language).code("3.never_heard_of")
        assert Catalogue.of(language).todo("3.never_heard_of")


def test_codes_of_the_frame_are_said_alike_for_every_check():
    assert VI.code("3.internal") == VI.code("9.internal")
    assert VI.todo("7b.newer_verifier_needed")


def test_an_unknown_language_is_answered_in_vietnamese():
    assert Catalogue.of("xx").language == "vi"


def test_a_placeholder_without_value_does_not_break_the_sentence():
    assert "…" in VI.text("verdict.valid.lead")


@pytest.mark.parametrize("word", ["Merkle", "hash", "blockchain", "CMS", "leaf", "token"])
def test_vietnamese_sentences_do_not_fall_into_jargon(word):
    assert [key for key, text in VI.sentences.items() if word.lower() in text.lower().split()] == []
