"""The page LÝ LỊCH from what the school entered to a valid verdict, and a change of name."""

import pytest
from fakes.identities import enter_all
from fakes.provinces import province

from verifier.report import Verdict

FIRST, SECOND = "3110000000", "3110000001"


@pytest.fixture(scope="module")
def issued(server, tmp_path_factory):
    with province(server, tmp_path_factory.mktemp("identity")) as here:
        here.school(options={"pupils": 2})
        enter_all(here)
        here.frozen_first = here.freeze(kind="identity")
        here.issue(kind="identity")
        yield here


def test_an_identity_is_released_and_valid(issued):
    report = issued.verify(issued.files()[FIRST][0])
    assert report.verdict is Verdict.VALID, report.checks
    record = report.record
    assert (record["kind"], record["school_year"], record["signers"]) == (
        "identity", None, ["principal", "seal"],
    )  # fmt: skip
    assert record["identity"]["ethnicity"] == "12"
