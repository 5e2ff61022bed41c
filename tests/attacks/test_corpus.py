"""The public attack corpora through the guarded verifier.

Read where they lie (HOCBA_SHARED, else ../shared); nothing of them is in the project. No
file labelled FAIL or INDET is ever accepted, none is accepted at all (no file there is a
transcript of ours), and each is answered within 5 s and 512 MB.
"""

import csv
import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from fakes.verifier_reports import NOW, empty_trust

from verifier.guard import Guard
from verifier.report import CHECK_IDS, Verdict

SHARED = Path(os.environ.get("HOCBA_SHARED", Path(__file__).parents[3] / "shared"))
CORPUS = SHARED / "corpus"
ACCEPTED = (Verdict.VALID, Verdict.VALID_NOTE)
WORKERS = 2

pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="no corpus at HOCBA_SHARED/corpus")


def rows():
    with (CORPUS / "index.csv").open(newline="", encoding="utf-8") as source:
        return list(csv.DictReader(source))


@pytest.fixture(scope="module")
def answers():
    """Report and seconds for each file, two at a time."""
    with Guard(size=WORKERS) as guard, ThreadPoolExecutor(WORKERS) as pool:

        def ask(row):
            started = time.monotonic()
            report = guard.verify_path(CORPUS / row["file"], trust=empty_trust(), now=NOW)
            return row, report, time.monotonic() - started

        return list(pool.map(ask, rows()))


def test_every_file_of_the_corpus_is_answered(answers):
    assert len(answers) > 300
    for _, report, _ in answers:
        assert [check.id for check in report.checks] == list(CHECK_IDS)


def test_no_file_labelled_fail_is_ever_accepted(answers):
    labelled = [(row["file"], report) for row, report, _ in answers if row["expected"] == "FAIL"]
    assert len(labelled) > 30
    assert [file for file, report in labelled if report.verdict in ACCEPTED] == []


def test_no_foreign_file_is_accepted(answers):
    assert [row["file"] for row, report, _ in answers if report.verdict in ACCEPTED] == []


def test_no_foreign_file_passes_the_structure_check(answers):
    assert [row["file"] for row, report, _ in answers if report.check("2").status == "passed"] == []


def test_no_file_crashes_the_child_or_runs_into_its_limits(answers):
    lost = {"1.crashed", "1.too_slow", "1.too_much_memory"}
    assert {
        row["file"]: report.check("1").code
        for row, report, _ in answers
        if report.check("1").code in lost
    } == {}


def test_no_check_meets_an_error_of_its_own(answers):
    found = {
        row["file"]: check.code
        for row, report, _ in answers
        for check in report.checks
        if check.code.endswith(".internal")
    }
    assert found == {}


def test_no_file_shows_anybodys_data(answers):
    assert all(report.record is None for _, report, _ in answers)


def test_encrypted_and_plain_files_are_called_by_their_names(answers):
    codes = {row["file"]: report for row, report, _ in answers}
    encrypted = [r for f, r in codes.items() if f.startswith("15_encrypted/itext__encryptedDoc")]
    plain = [r for f, r in codes.items() if f == "16_unsigned_plain/dss__sample.pdf"]
    assert [r.check("1").code for r in encrypted] == ["1.encrypted"]
    assert [r.check("2").code for r in plain] == ["2.other_pdf"]
