"""Foreign judges of books and first terms: veraPDF on all, EU DSS on a signed book and partial."""

import pytest
from fakes.book_records import book_record, primary_book
from fakes.judges import judged
from fakes.partial_records import partial_record, primary_partial

pytestmark = pytest.mark.interop

LONG = "Em chăm ngoan, lễ phép. " * 20
PLAIN = {
    "book": book_record(),
    "one_year": book_record(grades=(9,)),
    "long": book_record(**{"/years/2/record/awards/other": LONG.strip()}),
    "primary_book": primary_book(),
    "partial": partial_record(),
    "primary_partial": primary_partial(),
}
SIGNED = {"signed_book": book_record(), "signed_partial": partial_record()}


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    """What the oracle says of each file, by name."""
    return judged(tmp_path_factory.mktemp("books"), PLAIN, signed=SIGNED)


@pytest.mark.parametrize("name", [*PLAIN, *SIGNED])
def test_verapdf_says_that_it_is_pdf_a_3b(answers, name):
    assert answers[name]["pdfa"]["compliant"] is True, answers[name]["pdfa"]


@pytest.mark.parametrize(("name", "count"), [("signed_book", 2), ("signed_partial", 3)])
def test_dss_says_baseline_lta(answers, name, count):
    signatures = answers[name]["pades"]["signatures"]
    assert len(signatures) == count
    for signature in signatures:
        assert signature["indication"] == "TOTAL_PASSED", signature
        assert signature["level"] == "PAdES_BASELINE_LTA"
        assert not signature["warnings"]
        assert not signature["errors"]
