"""A stolen anchoring account: what it sends first, again or instead blocks and hides nothing.

It may say of any statement whatever it likes, since the contract cannot read an X.509 seal.
So it must not be able to keep the school's own statement out, to give a withdrawn transcript
a second place where nobody withdrew it, or to make an old word newer than a later one. Each
attack succeeded before the check that its test names stood there; the contract's part is in
`tests/fakes/contract_rules.py`, with a planted bug for each.
"""

from dataclasses import replace

import pytest
from fakes.court import Court
from fakes.ledgers import ledger_on

from verifier.checks import status
from verifier.formats.statements import GOOD, SUPERSEDED, UNDER_REVIEW, WITHDRAWN
from verifier.formats.view import MAX_CHANGES


@pytest.fixture
def court(tmp_path):
    with ledger_on("fake", tmp_path) as made:
        yield Court(made)


@pytest.fixture
def placed(court):
    return court.anchor([court.leaf, court.other_leaf(1)])


def code(court, placed, **changes):
    return court.checks(court.receipt(placed), **changes)["8"].code


def sent_again(court, placed):
    """The genuine batch at new places, under a second encoding of its seal's signature.

    Sealed once more here; the thief adds an unsigned attribute, which verifies as well.
    """
    again = court.announce(placed.built, court.sealed(placed.built.payload))
    assert again.index() == placed.index() + 2
    return again


# --- a second place for a leaf


def test_a_withdrawn_transcript_is_withdrawn_wherever_its_batch_is_sent_again(court, placed):
    court.change(0, WITHDRAWN)
    again = sent_again(court, placed)
    found = court.checks(court.receipt(again))
    assert {found[name].status.value for name in ("7a", "7b", "7c", "7d")} == {"passed"}
    assert found["8"].code == "8.withdrawn"
    court.change(0, GOOD)
    assert code(court, again) == "8.good"


def test_a_superseded_transcript_is_superseded_wherever_its_batch_is_sent_again(court, placed):
    again = sent_again(court, placed)
    court.anchor([court.other_leaf(2)], {0: 0})
    assert code(court, placed) == code(court, again) == "8.superseded"


# --- a false word first


def test_a_withdrawal_announced_first_under_a_false_signature_is_heard_all_the_same(court, placed):
    statement = court.statement(0, WITHDRAWN)
    court.send(statement, b"a thief's")
    cades = court.sealed(statement.to_bytes())
    court.publish(statement.digest(), statement.to_bytes(), cades)
    assert code(court, placed) == "8.under_review"
    court.send(statement, cades)
    assert code(court, placed) == "8.withdrawn"


def test_a_batch_announced_first_under_a_false_signature_supersedes_all_the_same(court, placed):
    built = court.built([court.other_leaf(2)], {0: 0})
    court.announce(built, b"a thief's")
    cades = court.sealed(built.payload)
    court.publish_batch(built, cades)
    assert code(court, placed) == "8.under_review"
    court.announce(built, cades)
    assert code(court, placed) == "8.superseded"


def reaffirm(court):
    """The school says that this version stands; nobody had announced the statement before."""
    return court.change(0, GOOD, reason="reaffirmed")


def junk(court):
    """Everything that an account can say of a leaf and nobody can show."""
    court.change(0, WITHDRAWN, cades=b"junk", publish=False)
    court.announce(court.built([court.other_leaf(9)]), b"junk", told=(0,))


def test_what_nobody_can_show_ends_with_the_schools_next_word(court, placed):
    """One call puts any leaf under review; once the account is gone, one statement lifts it."""
    junk(court)
    assert code(court, placed) == "8.under_review"
    court.change(0, GOOD)  # says nothing of what may have superseded it
    assert code(court, placed) == "8.under_review"
    reaffirm(court)
    assert code(court, placed) == "8.good"
    junk(court)
    assert code(court, placed) == "8.under_review"


@pytest.mark.parametrize("state", [GOOD, WITHDRAWN])
def test_a_flood_ends_with_the_schools_next_word(court, placed, state):
    for _ in range(MAX_CHANGES):
        junk(court)
    assert code(court, placed) == "8.under_review"
    court.change(0, state, reason="reaffirmed" if state == GOOD else "withdrawn")
    assert code(court, placed) == f"8.{state}"


def test_a_reaffirmation_lifts_nothing_that_is_shown(court, placed):
    court.anchor([court.other_leaf(2)], {0: 0})
    reaffirm(court)
    assert code(court, placed) == "8.superseded"


# --- an old word as a new one


@pytest.mark.parametrize("hidden", [WITHDRAWN, SUPERSEDED])
def test_an_old_word_that_is_sent_again_hides_nothing_that_came_after_it(court, placed, hidden):
    """The account sends "good" again, the store hides what the school stated in between."""
    good = court.statement(0, GOOD, reason="reaffirmed")
    court.send(good, court.sealed(good.to_bytes()))
    if hidden == WITHDRAWN:
        court.change(0, WITHDRAWN, publish=False)
    else:
        court.anchor([court.other_leaf(2)], {0: 0}, publish=False)
    cades = court.sealed(good.to_bytes())
    court.send(good, cades)
    court.publish(good.digest(), good.to_bytes(), cades)
    assert code(court, placed) == "8.under_review"
    ctx = court.context(court.receipt(placed))
    answers = court.sources().ask(ctx.question)
    young = tuple(replace(change, first=change.entry) for change in answers.ledger.changes)
    ctx.answers = replace(answers, ledger=replace(answers.ledger, changes=young))
    assert status.check(ctx)[0].code == "8.good"  # were a statement as young as its last sending


def test_an_old_word_that_is_sent_again_lifts_no_later_withdrawal(court, placed):
    good = court.statement(0, GOOD)
    court.send(good, court.sealed(good.to_bytes()))
    court.change(0, WITHDRAWN)
    cades = court.sealed(good.to_bytes())
    court.send(good, cades)
    court.publish(good.digest(), good.to_bytes(), cades)
    assert code(court, placed) == "8.withdrawn"


@pytest.mark.parametrize("states", [(WITHDRAWN, GOOD), (GOOD, WITHDRAWN)])
def test_of_two_sealed_statements_with_one_number_the_graver_counts(court, placed, states):
    """A stolen seal, or a database from a backup: the chain no longer orders numbers."""
    for state in states:
        statement = court.statement(0, state, seq=7)
        cades = court.sealed(statement.to_bytes())
        court.send(statement, cades)
        court.publish(statement.digest(), statement.to_bytes(), cades)
    assert code(court, placed) == "8.withdrawn"


# --- a flood


def test_a_superseded_notice_that_many_sealed_changes_push_out_is_not_forgotten(court, placed):
    """The contract tells 64 changes; that there were more is told as well."""
    court.anchor([court.other_leaf(2)], {0: 0})
    assert code(court, placed) == "8.superseded"
    for number in range(MAX_CHANGES):
        court.change(0, GOOD if number % 2 else UNDER_REVIEW)
    view = court.sources().ask(court.context(court.receipt(placed)).question).ledger
    assert "superseded" not in {change.state for change in view.changes}
    assert code(court, placed) == "8.under_review"
    forgetful = replace(view, changes_total=len(view.changes))
    ctx = court.context(court.receipt(placed))
    ctx.answers = replace(court.sources().ask(ctx.question), ledger=forgetful)
    assert status.check(ctx)[0].code == "8.good"  # as if nobody counted
