"""Foreign judges of identities and extracts: veraPDF on all, EU DSS on signed ones."""

import pytest
from fakes.extract_records import extract_record
from fakes.identity_records import amended, identity_record
from fakes.judges import judged

pytestmark = pytest.mark.interop

PLAIN = {
    "identity": identity_record(),
    "primary_identity": identity_record(level="th", **{"/pupil/name": "Y Ƀlô Niê H’Mŏ"}),
    "amended": amended(level="gdtx_thpt"),
    "extract": extract_record(years=4),
    "primary_extract": extract_record(level="th", years=5),
}
SIGNED = {"signed_identity": identity_record(), "signed_extract": extract_record()}


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    """What the oracle says of each file, by name."""
    return judged(tmp_path_factory.mktemp("pages"), PLAIN, signed=SIGNED)


@pytest.mark.parametrize("name", [*PLAIN, *SIGNED])
def test_verapdf_says_that_a_page_is_pdf_a_3b(answers, name):
    assert answers[name]["pdfa"]["compliant"] is True, answers[name]["pdfa"]


@pytest.mark.parametrize("name", SIGNED)
def test_dss_says_baseline_lta_for_both_signatures(answers, name):
    signatures = answers[name]["pades"]["signatures"]
    assert len(signatures) == 2
    for signature in signatures:
        assert signature["indication"] == "TOTAL_PASSED", signature
        assert signature["level"] == "PAdES_BASELINE_LTA"
        assert not signature["warnings"]
        assert not signature["errors"]
