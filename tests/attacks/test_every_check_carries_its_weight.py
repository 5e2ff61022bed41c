"""For each check a file that it alone refuses, made with all of the demo's keys.

Without this check the file would be accepted: the verdict table is asked again with the one
check passed. So no check is there for show, and none hides behind another.
"""

import os

import pytest
from attacks.insiders import CASES, CONTROLS, WITHOUT_A_PLACE, build

from hocba.kit.config import Settings
from verifier.report import CHECK_IDS, Check, Status, Verdict
from verifier.verdict import Facts, decide, summary

PROOFS = ("7a", "7b", "7c", "7d")
"""Where one of these fails, 7 fails with it, being their sum."""
NO_WITNESSES_YET = {"7e": Status.NOT_CHECKED}

each_case = pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.check}-{case.name}")


@pytest.fixture(scope="module")
def world(server, tmp_path_factory):
    folder, name = tmp_path_factory.mktemp("insiders"), f"insiders_{os.getpid()}"
    with server.connect("postgres") as connection:
        connection.execute(f"CREATE DATABASE {name}")
        try:
            settings = Settings(home=folder / "home", database_url=server.url(name))
            with build(settings, folder) as made:
                yield made
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
def report(world):
    """The report on a file, made once."""
    made = {}

    def of(name):
        if name not in made:
            made[name] = world.report(name)
        return made[name]

    return of


def not_passed(report):
    return {one.id: one.status for one in report.checks if one.status is not Status.PASSED}


def switched_off(report, check_id):
    """The verdict and its notes as if this one check had passed."""
    facts = Facts(resaved="resaved" in report.notes)
    assert decide(report.checks, facts) == (report.verdict, report.notes)
    checks = {one.id: one for one in report.checks}
    checks[check_id] = Check(check_id, Status.PASSED, f"{check_id}.switched_off")
    checks["7"] = summary(checks, facts)
    return decide(checks.values(), facts)


@pytest.mark.parametrize("name", CONTROLS)
def test_without_a_defect_the_same_hands_make_valid_files(report, name):
    control = report(name)
    assert not_passed(control) == NO_WITNESSES_YET
    assert (control.verdict, control.notes) == (Verdict.VALID, ())


def test_every_check_has_a_case():
    assert {case.check for case in CASES} == set(CHECK_IDS) - {"7", "7e"}


@each_case
def test_one_check_fails_and_no_other(report, case):
    found = report(case.name)
    expected = {case.check: case.status, **NO_WITNESSES_YET}
    if case.check in PROOFS:
        expected["7"] = case.status
    assert not_passed(found) == expected
    assert found.check(case.check).code == case.code


@each_case
def test_the_verdict_is_that_of_the_table(report, case):
    assert report(case.name).verdict is case.verdict


@each_case
def test_without_this_check_the_file_would_be_accepted(report, case):
    assert switched_off(report(case.name), case.check) == (Verdict.VALID, ())


@pytest.mark.parametrize("case", WITHOUT_A_PLACE, ids=lambda case: f"{case.check}-{case.name}")
def test_where_the_leaf_stands_nowhere_its_status_is_not_asked(report, case):
    """Check 8 asks about a leaf's place on the chain; without a proved place it has no
    question, and says so instead of answering for somebody else's leaf."""
    found = report(case.name)
    assert not_passed(found) == {
        case.check: case.status, "7": case.status, "8": Status.NOT_CHECKED, **NO_WITNESSES_YET,
    }  # fmt: skip
    assert found.check(case.check).code == case.code
    assert found.check("8").code == "8.leaf_not_in_ledger"
    assert found.verdict is case.verdict
    accepted = (Verdict.VALID_NOTE, ("status_not_checked",))
    assert switched_off(found, case.check) == accepted
