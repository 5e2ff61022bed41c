"""Foreign judges of every form of a secondary year: veraPDF on all, EU DSS on signed ones."""

import json
from pathlib import Path

import pytest
from fakes.judges import judged

pytestmark = pytest.mark.interop

GOLDEN = Path(__file__).parents[1] / "vectors" / "records"
RECORDS = {path.stem: json.loads(path.read_bytes()) for path in sorted(GOLDEN.glob("*.json"))}
del RECORDS["digests"]
SIGNED = ("ordinary", "thpt", "gdtx-thcs", "gdtx-thpt", "thcs-tt58", "thpt-tt58")
"""One record of each form."""


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    """What the oracle says of each file, by name."""
    signed = {f"signed-{name}": RECORDS[name] for name in SIGNED}
    return judged(tmp_path_factory.mktemp("years"), RECORDS, signed=signed)


def test_one_record_of_every_form_is_signed():
    forms = {RECORDS[name]["template"]["id"] for name in SIGNED}
    assert forms == {record["template"]["id"] for record in RECORDS.values()}
    assert len(forms) == len(SIGNED)


@pytest.mark.parametrize("name", [*RECORDS, *(f"signed-{name}" for name in SIGNED)])
def test_verapdf_says_that_a_secondary_year_is_pdf_a_3b(answers, name):
    assert answers[name]["pdfa"]["compliant"] is True, answers[name]["pdfa"]


@pytest.mark.parametrize("name", SIGNED)
def test_dss_says_baseline_lta_for_the_signatures_of_every_form(answers, name):
    signatures = answers[f"signed-{name}"]["pades"]["signatures"]
    assert len(signatures) == 3
    for signature in signatures:
        assert signature["indication"] == "TOTAL_PASSED", signature
        assert signature["level"] == "PAdES_BASELINE_LTA"
        assert not signature["warnings"]
        assert not signature["errors"]
