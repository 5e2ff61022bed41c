"""A report in words: the sentence is that of the check which decided."""

import pytest
from fakes.verifier_reports import STATES, F, N, report_of, unreached

from verifier.explain import deciding_check, explain
from verifier.messages import LANGUAGES, Catalogue
from verifier.report import Check, Status, Verdict
from verifier.verdict import Facts

VI, EN = Catalogue.of("vi"), Catalogue.of("en")


def test_a_valid_file_names_school_and_date_and_asks_to_compare():
    told = explain(STATES["valid"], VI)
    assert told.headline == "Học bạ hợp lệ"
    assert "Trường THCS Lê Quý Đôn" in told.sentence
    assert "31/05/2026" in told.sentence
    assert told.result_code == "valid"
    assert len(told.advice) == 1


def test_all_notes_are_told_with_their_advice():
    told = explain(STATES["valid_note"], VI)
    assert len(told.notes) == 3
    assert told.notes[0] == VI.code("note.superseded")
    assert VI.todo("note.superseded") in told.advice
    assert told.result_code == "valid_note, superseded, database_not_checked, issued_late"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", ["pending", "dispute", "outage"])
def test_what_could_not_be_checked_never_reads_like_a_forgery(state, language):
    catalogue = Catalogue.of(language)
    told = explain(STATES[state], catalogue)
    assert told.headline == catalogue.text("verdict.could_not_check")
    assert catalogue.text("verdict.could_not_check.lead") in told.sentence
    assert catalogue.text("verdict.not_valid.do") not in told.advice


@pytest.mark.parametrize("state", ["forged", "resaved", "not_pdf", "withdrawn"])
def test_a_file_that_is_not_valid_is_never_said_to_be_an_outage(state):
    told = explain(STATES[state], VI)
    assert VI.text("verdict.could_not_check") not in told.headline + told.sentence


def test_a_file_that_is_no_transcript_is_called_by_its_name():
    assert explain(STATES["not_pdf"], VI).headline == "Đây không phải tệp PDF"
    assert explain(STATES["resaved"], VI).headline == "Đây không phải tệp gốc"
    assert explain(STATES["withdrawn"], VI).headline == "Học bạ này đã bị thu hồi"


def test_every_state_says_what_to_do_in_both_languages():
    for report in STATES.values():
        for catalogue in (VI, EN):
            assert all(explain(report, catalogue).advice)
            assert explain(report, catalogue).advice


def test_every_check_has_a_line_with_a_word_for_its_status():
    told = explain(STATES["forged"], VI)
    assert [line.word for line in told.lines if line.check.status is F] == ["Không đạt"] * 2
    assert len(told.lines) == 14


DECISIVE = [
    (report_of(Check("6", F, "6.x"), Check("3", F, "3.x")), "3.x"),
    (report_of(Check("7c", F, "7c.x"), Check("9", F, "9.different")), "7c.x"),
    (report_of(Check("7d", F, "7d.x")), "7d.x"),
    (report_of(Check("3", N, "3.x"), *unreached("2")), "3.x"),
    (report_of(*unreached("7a", "7b"), Check("7c", N, "7c.x")), "7c.x"),
    (report_of(Check("7d", F, "7d.x"), Check("7e", Status.PASSED, "7e.x")), "7d.x"),
    (report_of(Check("8", F, "8.under_review")), "8.under_review"),
    (report_of(Check("9", N, "9.unknown")), "9.unknown"),
]


@pytest.mark.parametrize(("report", "code"), DECISIVE)
def test_the_check_that_decided_is_found(report, code):
    assert deciding_check(report).code == code
    assert explain(report, VI).result_code == code


def test_every_verdict_but_valid_has_a_deciding_check():
    for report in STATES.values():
        accepted = report.verdict in (Verdict.VALID, Verdict.VALID_NOTE)
        assert (deciding_check(report) is None) == accepted


def test_a_missing_receipt_is_told_as_pending():
    report = report_of(*unreached("7a", "7b", "7c", "7d", "8"), facts=Facts(receipt_missing=True))
    assert VI.code("note.pending") in explain(report, VI).sentence
