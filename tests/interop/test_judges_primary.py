"""Foreign judges of a primary year: veraPDF on unsigned and signed files, EU DSS on signed ones."""

import pytest
from fakes.judges import judged
from fakes.primary_records import not_assessed, primary_record, subject_rows

pytestmark = pytest.mark.interop

LONG = "Em chăm ngoan, lễ phép. " * 20


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    """What the oracle says of each file, by name."""
    rows = [row | {"comment": LONG.strip()} for row in subject_rows(4, optional=("TDTTS",))]
    plain = {
        "plain": primary_record(grade=5),
        "long": primary_record(subjects=rows, **{"/pupil/name": "Y Ƀlô Niê H’Mŏ"}),
        "none": not_assessed(),
    }
    folder = tmp_path_factory.mktemp("primary")
    return judged(folder, plain, signed={"signed": primary_record()})


@pytest.mark.parametrize("name", ["plain", "long", "none", "signed"])
def test_verapdf_says_that_a_primary_year_is_pdf_a_3b(answers, name):
    assert answers[name]["pdfa"]["compliant"] is True, answers[name]["pdfa"]


def test_dss_says_baseline_lta_for_the_signatures_of_a_primary_year(answers):
    signatures = answers["signed"]["pades"]["signatures"]
    assert len(signatures) == 3
    for signature in signatures:
        assert signature["indication"] == "TOTAL_PASSED", signature
        assert signature["level"] == "PAdES_BASELINE_LTA"
        assert not signature["warnings"]
        assert not signature["errors"]
