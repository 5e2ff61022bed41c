"""Anchored once: whatever stops us, whoever else sends, however often it is repeated."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from fakes.chain import Silence
from fakes.ledgers import KINDS, REALM, SCHOOL_A, SEAL_A, SEAL_B, batch, ledger_on

from ledger import sending
from ledger.anchor import anchor_batch, put_under_review, set_status
from ledger.chains.events import read_entries
from ledger.deploy import Seal, end_seal, register_seal, seal_dates
from ledger.errors import AnchorError, ChainError, RevertedError
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


def status(made, seq, previous, *, cades=b"cades"):
    entry = StatusEntry("1e" * 32, 0, "withdrawn", "withdrawn", None)
    statement = StatusStatement(REALM, SCHOOL_A, seq, previous, (entry,))
    return set_status(
        made.writer("anchor"),
        made.contract,
        statement=statement,
        seal_fingerprint=SEAL_A,
        cades=cades,
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


FALSE = (
    {"cades": b"a thief's"},
    {"replaces": [0]},
    {"stated": batch(2, "0e" * 32)},
    {"stated": batch(seq=9)},
)


@pytest.mark.parametrize("false", FALSE, ids=lambda false: next(iter(false)))
def test_whatever_an_anchoring_account_sent_first_the_schools_own_is_anchored(made, false):
    """The same statement under another signature or with other words, or its number taken."""
    junk = anchor(made, batch(root="0d" * 32))
    anchor(made, **false)
    done = anchor(made)
    assert (done.entry_index, done.first_index) == (junk.entry_index + 2, 6)
    assert entries(made)[-1].data.signature == sha256_hex(b"cades")
    assert anchor(made).entry_index == done.entry_index


def test_a_withdrawal_that_was_sent_first_under_a_false_signature_is_set_all_the_same(made):
    anchor(made)
    junk = status(made, 2, None, cades=b"a thief's")
    done = status(made, 2, None)
    assert done.entry_index == junk.entry_index + 1
    assert done.statement == junk.statement


def test_a_batch_is_anchored_and_found_again(made):
    done = anchor(made)
    assert (done.entry_index, done.first_index, done.statement) == (1, 0, batch().digest())
    assert done.transaction is not None
    again = anchor(made)
    assert again.transaction is None
    assert replace(again, transaction=done.transaction) == done


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


def test_two_statements_with_one_number_are_two_entries(made):
    with ThreadPoolExecutor(2) as pool:
        race = lambda root: until_answered(lambda: anchor(made, batch(root=root)))  # noqa: E731
        assert {done.entry_index for done in pool.map(race, ["0d" * 32, "0e" * 32])} == {1, 2}


@pytest.mark.parametrize(("step", "times"), [("call", 1), ("call", 2), ("send", 1)])
def test_a_rival_with_the_same_statement_at_any_moment_is_no_failure(faulty, step, times):
    """Between our look and our sending, for one."""
    left = [times]

    def fault(found):
        left[0] -= found == step
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
    with pytest.raises(AnchorError) as caught:
        anchor(faulty)
    assert caught.value.code == "anchor.unreachable"
    assert isinstance(caught.value.__cause__, ChainError)
