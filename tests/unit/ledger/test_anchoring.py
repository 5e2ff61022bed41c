"""Anchored once: whatever stops us, whoever else sends, however often it is repeated."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from fakes.chain import Silence
from fakes.ledgers import KINDS, REALM, SCHOOL_A, SCHOOL_B, SEAL_A, SEAL_B, batch, ledger_on

from ledger import sending
from ledger.anchor import anchor_batch, find, head, put_under_review, set_status
from ledger.chains.events import read_entries
from ledger.deploy import Seal, end_seal, register_seal, seal_dates
from ledger.errors import AnchorError, ChainError, RevertedError, StaleHeadError
from verifier.formats.canonical import sha256_hex
from verifier.formats.statements import StatusEntry, StatusStatement, school_key

STEPS = ("call", "send", "sent", "receipt")


@pytest.fixture(params=KINDS)
def made(request, tmp_path):
    with ledger_on(request.param, tmp_path) as ledger:
        ledger.register()
        yield ledger


@pytest.fixture
def faulty(tmp_path):
    with ledger_on("fake", tmp_path) as ledger:
        ledger.register()
        yield ledger


def anchor(made, stated=None, **named):
    return anchor_batch(
        made.writer("anchor"), made.contract, batch=stated or batch(),
        **({"seal_fingerprint": SEAL_A, "cades": b"cades"} | named),
    )  # fmt: skip


def status(made, seq, previous, index=0, state="withdrawn"):
    entry = StatusEntry("1e" * 32, index, state, "withdrawn", None)
    statement = StatusStatement(REALM, SCHOOL_A, seq, previous, (entry,))
    return set_status(
        made.writer("anchor"),
        made.contract,
        statement=statement,
        seal_fingerprint=SEAL_A,
        cades=b"cades",
    )


def until_answered(do):
    """The same command again and again, as a worker does, while the chain does not answer."""
    while True:
        try:
            return do()
        except AnchorError as error:
            if error.code != "anchor.unreachable":
                raise


def entries(made):
    return read_entries(made.chain, made.contract, realm=REALM, first_block=0)


def test_a_statement_that_stands_there_under_another_signature_is_not_taken_for_ours(made):
    anchor(made, cades=b"a thief's")
    with pytest.raises(AnchorError) as caught:
        anchor(made)
    assert caught.value.code == "anchor.other_signature"


def test_a_batch_is_anchored_and_found_again(made):
    done = anchor(made)
    assert (done.entry_index, done.first_index, done.statement) == (1, 0, batch().digest())
    assert done.transaction is not None
    again = find(made.chain, made.contract, done.statement)
    assert again.transaction is None
    assert (again.entry_index, again.block, again.at) == (1, done.block, done.at)
    assert find(made.chain, made.contract, "00" * 32) is None
    assert head(made.chain, made.contract, realm=REALM, school=SCHOOL_A).statement == done.statement
    assert head(made.chain, made.contract, realm=REALM, school=SCHOOL_B).seq == 0


def test_a_repetition_changes_nothing(made):
    first = anchor(made)
    for _ in range(3):
        again = anchor(made)
        assert (again.entry_index, again.block) == (first.entry_index, first.block)
        assert again.transaction is None
    assert len(entries(made)) == 2


def test_a_status_is_set_once_in_the_schools_chain(made):
    first = anchor(made)
    done = status(made, 2, first.statement)
    assert status(made, 2, first.statement).entry_index == done.entry_index == 2
    assert [entry.data.event for entry in entries(made)] == [
        "SchoolChanged", "BatchAnchored", "StatusChanged"
    ]  # fmt: skip


def test_a_statement_beside_the_chain_is_stale_and_the_head_is_told(made):
    first = anchor(made)
    other = batch(root="0d" * 32)
    with pytest.raises(StaleHeadError) as caught:
        anchor(made, other)
    assert caught.value.code == "anchor.stale_head"
    assert (caught.value.seq, caught.value.statement) == (1, first.statement)
    assert len(entries(made)) == 2


def test_what_the_contract_refuses_is_refused_for_good(made):
    for named in ({"seal_fingerprint": SEAL_B}, {"replaces": [99]}):
        with pytest.raises(AnchorError) as caught:
            anchor(made, **named)
        assert caught.value.code == "anchor.refused"
    with pytest.raises(AnchorError) as caught:
        anchor_batch(
            made.writer("stranger"),
            made.contract,
            batch=batch(),
            seal_fingerprint=SEAL_A,
            cades=b"cades",
        )
    assert caught.value.code == "anchor.refused"
    assert "AccessControlUnauthorizedAccount" in caught.value.detail
    assert len(entries(made)) == 1


def test_another_contract_at_the_address_is_no_success(made):
    made.contract = "0x" + "77" * 20
    with pytest.raises(AnchorError) as caught:
        anchor(made)
    assert caught.value.code == "anchor.unreachable"


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("times", [1, 2, 50])
def test_silence_at_any_step_and_the_same_command_again_give_one_entry(faulty, step, times):
    faulty.chain.fault = Silence(step, times)
    done = until_answered(lambda: anchor(faulty))
    faulty.chain.fault = lambda _step: None
    assert done.entry_index == 1
    assert len(entries(faulty)) == 2
    assert anchor(faulty).entry_index == 1


@pytest.mark.parametrize("step", STEPS)
def test_a_crash_at_any_step_and_the_same_command_again_give_one_entry(faulty, step):
    """As kill -9 would: whatever the process knew is gone, the chain is as it is."""

    class KilledError(BaseException):
        pass

    def kill(found):
        if found == step:
            raise KilledError

    faulty.chain.fault = kill
    with pytest.raises(KilledError):
        anchor(faulty)
    faulty.chain.fault = lambda _step: None
    assert anchor(faulty).entry_index == 1
    assert len(entries(faulty)) == 2


def test_a_transaction_that_is_slow_to_be_mined_is_waited_for(faulty):
    faulty.chain.slow = 5
    assert anchor(faulty).entry_index == 1


def test_waiting_has_an_end_and_the_next_run_finds_it(faulty, monkeypatch):
    monkeypatch.setattr(sending, "TRIES", 3)
    faulty.chain.slow = 1000
    done = anchor(faulty)
    assert (done.entry_index, done.transaction) == (1, None)


def test_two_senders_of_one_statement_give_one_entry(made):
    with ThreadPoolExecutor(4) as pool:
        jobs = [pool.submit(until_answered, lambda: anchor(made)) for _ in range(4)]
        done = {job.result().entry_index for job in jobs}
    assert done == {1}
    assert len(entries(made)) == 2


def test_two_statements_for_one_place_give_one_entry_and_one_stale_head(made):
    def race(root):
        try:
            return until_answered(lambda: anchor(made, batch(root=root))).statement
        except StaleHeadError as error:
            return error.code

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(race, ["0d" * 32, "0e" * 32]))
    assert answers.count("anchor.stale_head") == 1
    assert len(entries(made)) == 2


def test_another_sender_between_look_and_send_is_noticed(faulty):
    """The head moves after we looked: the same statement is found, another one is stale."""

    def rival(stated):
        def fault(step):
            if step == "send":
                faulty.chain.fault = lambda _step: None
                anchor(faulty, stated)

        return fault

    faulty.chain.fault = rival(batch())
    assert anchor(faulty).entry_index == 1
    second = batch(2, batch().digest())
    faulty.chain.fault = rival(batch(2, batch().digest(), root="0d" * 32))
    with pytest.raises(StaleHeadError):
        until_answered(lambda: anchor(faulty, second))
    assert len(entries(faulty)) == 3


@pytest.mark.parametrize("calls", range(1, 5))
def test_a_rival_with_the_same_statement_at_any_moment_is_no_failure(faulty, calls):
    """Between our look and our question for the head, for one."""
    left = [calls]

    def fault(step):
        left[0] -= step == "call"
        if not left[0]:
            faulty.chain.fault = lambda _step: None
            anchor(faulty)

    faulty.chain.fault = fault
    assert anchor(faulty).entry_index == 1
    assert len(entries(faulty)) == 2


def test_the_department_puts_under_review(made):
    anchor(made)
    decision, until = sha256_hex(b"decision"), made.now + timedelta(days=10)
    department = made.writer("department")
    block = put_under_review(
        department, made.contract, decision=decision, until=until, indices=[0, 2]
    )
    assert entries(made)[-1].block == block
    with pytest.raises(AnchorError) as caught:
        put_under_review(department, made.contract, decision=decision, until=until, indices=[0])
    assert caught.value.code == "anchor.refused"


def test_a_seal_is_registered_once_however_often_it_is_asked(made):
    key = school_key(REALM, SCHOOL_A)
    begin, end = seal_dates(made.chain, made.contract, key, SEAL_A)
    assert end is None
    register_seal(made.writer("governance"), made.contract, Seal(key, SEAL_A, begin, None))
    assert len(entries(made)) == 1
    assert seal_dates(made.chain, made.contract, key, SEAL_B) is None
    end_seal(
        made.writer("governance"), made.contract, key, SEAL_A, made.now + timedelta(seconds=60)
    )
    assert seal_dates(made.chain, made.contract, key, SEAL_A)[1] is not None
    with pytest.raises(RevertedError):
        end_seal(made.writer("anchor"), made.contract, key, SEAL_A, made.now + timedelta(seconds=5))


def test_silence_while_reading_is_unreachable(faulty):
    faulty.chain.fault = Silence("call", 9)
    for ask in (
        lambda: head(faulty.chain, faulty.contract, realm=REALM, school=SCHOOL_A),
        lambda: find(faulty.chain, faulty.contract, "00" * 32),
    ):
        with pytest.raises(AnchorError) as caught:
            ask()
        assert caught.value.code == "anchor.unreachable"
        assert isinstance(caught.value.__cause__, ChainError)
