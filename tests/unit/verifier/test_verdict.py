"""The verdict table, against a second telling of formats.md written here.

`decide` is `answer` over `findings`. The first test walks every combination of the
file and proof checks through `findings`; the second walks every finding and fact
through `answer`. Together that is every combination of the thirteen checks.
"""

import random
from itertools import product

import pytest

from verifier.report import CHECK_IDS, Check, Status, Verdict
from verifier.verdict import Facts, Findings, answer, decide, findings, summary

P, F, N = Status.PASSED, Status.FAILED, Status.NOT_CHECKED
STATUSES = (P, F, N)
STATES = (
    "good", "withdrawn", "under_review", "superseded", "year_superseded", "not_checked",
)  # fmt: skip
DATABASES = ("same", "dispute", "not_checked")
EIGHT = {
    "good": Check("8", P, "8.good"),
    "withdrawn": Check("8", F, "8.withdrawn"),
    "under_review": Check("8", F, "8.under_review"),
    "superseded": Check("8", F, "8.superseded"),
    "year_superseded": Check("8", F, "8.year_superseded"),
    "not_checked": Check("8", N, "8.not_checked"),
}
NINE = {
    "same": [Check("9", P, "9.same")],
    "dispute": [
        Check("9", F, "9.different"),
        Check("9", F, "9.unknown"),
        Check("9", N, "9.unknown"),
        Check("9", F, "9.new_code"),
    ],
    "not_checked": [Check("9", N, "9.not_checked")],
}
ACCEPTED = (Verdict.VALID, Verdict.VALID_NOTE)


def all_findings():
    return (
        Findings(*parts)
        for parts in product(STATUSES, STATUSES, STATUSES, STATUSES, STATES, DATABASES)
    )


def all_facts():
    return (Facts(*parts) for parts in product((False, True), repeat=3))


def told_again(found, facts):  # noqa: PLR0911  # one return for each row of the page
    """The table of formats.md, read off the page a second time."""
    d, e = found.chain, found.witnesses
    if found.file is F:
        return Verdict.NOT_VALID
    if found.proof is F:
        return Verdict.NOT_VALID
    if d is F and e in (F, N):
        return Verdict.NOT_VALID
    if found.file is N:
        return Verdict.COULD_NOT_CHECK
    if (d, e) in ((P, F), (F, P)):
        return Verdict.COULD_NOT_CHECK
    if found.proof is N or (d is not P and e is not P):
        return Verdict.COULD_NOT_CHECK
    if found.status == "withdrawn":
        return Verdict.NOT_VALID
    if found.status == "under_review" or found.database == "dispute":
        return Verdict.COULD_NOT_CHECK
    clean = found.status == "good" and found.database == "same" and not facts.issued_late
    return Verdict.VALID if clean else Verdict.VALID_NOTE


def checks_with(  # noqa: PLR0913  # one for each finding
    *, file=(P,) * 6, proof=(P,) * 3, chain=P, witnesses=N, eight="good", nine="same"
):
    ids = ("1", "2", "3", "4", "5", "6", "7a", "7b", "7c", "7d", "7e")
    statuses = (*file, *proof, chain, witnesses)
    listed = [Check(i, s, f"{i}.x") for i, s in zip(ids, statuses, strict=True)]
    return [*listed, EIGHT[eight], NINE[nine][0]]


def expected_worst(statuses):
    if F in statuses:
        return F
    return N if N in statuses else P


def test_every_combination_of_file_and_proof_checks_is_boiled_down_to_its_worst():
    for file in product(STATUSES, repeat=6):
        for proof in product(STATUSES, repeat=3):
            found = findings({c.id: c for c in checks_with(file=file, proof=proof)})
            assert found.file is expected_worst(file)
            assert found.proof is expected_worst(proof)


def test_every_combination_of_findings_and_facts_has_the_verdict_of_the_table():
    walked = 0
    for found, facts in product(all_findings(), all_facts()):
        verdict, _ = answer(found, facts)
        assert verdict is told_again(found, facts), (found, facts)
        walked += 1
    assert walked == 3**4 * len(STATES) * 3 * 8


def test_whole_reports_drawn_at_random_agree_with_the_table():
    draw = random.Random(3)  # repeatable
    for _ in range(20_000):
        file = tuple(draw.choices(STATUSES, (8, 1, 1), k=6))
        proof = tuple(draw.choices(STATUSES, (8, 1, 1), k=3))
        chain, witnesses = draw.choice(STATUSES), draw.choice(STATUSES)
        status, database = draw.choice(STATES), draw.choice(DATABASES)
        listed = checks_with(
            file=file, proof=proof, chain=chain, witnesses=witnesses, eight=status, nine=database
        )
        facts = Facts(draw.random() < 0.5, draw.random() < 0.5, draw.random() < 0.5)
        found = Findings(
            expected_worst(file), expected_worst(proof), chain, witnesses, status, database
        )
        assert decide(listed, facts)[0] is told_again(found, facts)


@pytest.mark.parametrize(("database", "check"), [(k, c) for k, cs in NINE.items() for c in cs])
def test_the_database_check_is_read_by_its_code(database, check):
    found = findings({"9": check})
    assert found.database == database


@pytest.mark.parametrize(("status", "check"), EIGHT.items())
def test_the_status_check_is_read_by_its_code(status, check):
    assert findings({"8": check}).status == status


def test_a_failed_status_check_with_an_unheard_of_code_is_never_accepted():
    listed = [c for c in checks_with() if c.id != "8"] + [Check("8", F, "8.invented")]
    assert decide(listed, Facts())[0] is Verdict.COULD_NOT_CHECK


def test_a_report_without_any_check_could_not_be_checked():
    assert decide([], Facts())[0] is Verdict.COULD_NOT_CHECK


RANK = {Verdict.VALID: 2, Verdict.VALID_NOTE: 1, Verdict.COULD_NOT_CHECK: 0, Verdict.NOT_VALID: 0}


def test_a_check_that_gets_worse_never_makes_the_verdict_more_acceptable():
    worse_status = {P: (F, N), F: (), N: ()}
    for found, facts in product(all_findings(), all_facts()):
        before = RANK[answer(found, facts)[0]]
        for name in ("file", "proof", "chain", "witnesses"):
            for worse in worse_status[getattr(found, name)]:
                changed = Findings(**{**vars(found), name: worse})
                assert RANK[answer(changed, facts)[0]] <= before
        if found.status == "good":
            for worse in STATES[1:]:
                changed = Findings(**{**vars(found), "status": worse})
                assert RANK[answer(changed, facts)[0]] <= before
        if found.database == "same":
            for worse in DATABASES[1:]:
                changed = Findings(**{**vars(found), "database": worse})
                assert RANK[answer(changed, facts)[0]] <= before


def test_nothing_with_a_failed_or_unchecked_file_or_proof_is_accepted():
    for found, facts in product(all_findings(), all_facts()):
        if found.file is not P or found.proof is not P:
            assert answer(found, facts)[0] not in ACCEPTED


def test_nothing_is_accepted_that_neither_chain_nor_witnesses_confirm():
    for found, facts in product(all_findings(), all_facts()):
        if P not in (found.chain, found.witnesses):
            assert answer(found, facts)[0] not in ACCEPTED


def test_the_database_alone_never_makes_a_file_not_valid():
    for found, facts in product(all_findings(), all_facts()):
        same = Findings(**{**vars(found), "database": "same"})
        if answer(same, facts)[0] is not Verdict.NOT_VALID:
            for database in DATABASES:
                changed = Findings(**{**vars(found), "database": database})
                assert answer(changed, facts)[0] is not Verdict.NOT_VALID


def test_an_outage_never_looks_like_a_forgery():
    for found, facts in product(all_findings(), all_facts()):
        if F not in (found.file, found.proof) and found.status != "withdrawn":
            silent = Findings(
                **{**vars(found), "chain": N, "witnesses": N, "database": "not_checked"}
            )
            assert answer(silent, facts)[0] is Verdict.COULD_NOT_CHECK


def test_valid_has_no_note_and_valid_note_has_one():
    for found, facts in product(all_findings(), all_facts()):
        verdict, notes = answer(found, facts)
        if verdict is Verdict.VALID:
            assert notes == ()
        if verdict is Verdict.VALID_NOTE:
            assert notes


def test_all_notes_that_apply_are_said():
    found = Findings(P, P, P, N, "superseded", "not_checked")
    verdict, notes = answer(found, Facts(issued_late=True, other_person=True))
    assert verdict is Verdict.VALID_NOTE
    assert notes == ("superseded", "database_not_checked", "issued_late", "other_person")


def test_a_file_without_receipt_is_pending():
    found = Findings(P, N, N, N, "not_checked", "same")
    assert answer(found, Facts(receipt_missing=True)) == (Verdict.COULD_NOT_CHECK, ("pending",))
    assert answer(found, Facts()) == (Verdict.COULD_NOT_CHECK, ())


def test_a_resaved_file_is_not_valid_and_says_so():
    found = Findings(F, P, P, N, "good", "same")
    assert answer(found, Facts(resaved=True)) == (Verdict.NOT_VALID, ("resaved",))


def test_check_seven_agrees_with_the_verdict_on_the_ledger():
    for proof, chain, witnesses, missing in product(STATUSES, STATUSES, STATUSES, (False, True)):
        listed = checks_with(proof=(P, proof, P), chain=chain, witnesses=witnesses)
        facts = Facts(receipt_missing=missing)
        seven = summary({c.id: c for c in listed}, facts)
        verdict, _ = decide(listed, facts)
        assert seven.id == "7"
        assert (seven.status is P) == (verdict in ACCEPTED)
        assert (seven.status is F) == (verdict is Verdict.NOT_VALID)


def test_check_seven_says_pending_only_where_the_receipt_is_missing():
    by_id = {c.id: c for c in checks_with(proof=(N, N, N), chain=N)}
    assert summary(by_id, Facts(receipt_missing=True)).code == "7.pending"
    assert summary(by_id, Facts()).code == "7.proof_not_checked"


def test_the_list_of_checks_is_the_one_of_the_design():
    assert CHECK_IDS == ("1", "2", "3", "4", "5", "6", "7", "7a", "7b", "7c", "7d", "7e", "8", "9")
