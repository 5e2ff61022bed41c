"""What every chain must do, the fake included: the same tests on each."""

from contextlib import suppress
from datetime import UTC

import pytest
from fakes.ledgers import KINDS, REALM, SCHOOL_A, SCHOOL_B, SEAL_A, SEAL_B, ledger_on

from contracts import interface
from ledger.chains.events import read_entries
from ledger.chains.reader import InProcessReader
from ledger.errors import ChainError, RevertedError
from verifier.errors import UnreachableError
from verifier.formats.canonical import sha256
from verifier.formats.entries import BatchAnchored, SchoolChanged, StatusChanged
from verifier.formats.statements import school_key
from verifier.formats.times import format_time
from verifier.online import Place


@pytest.fixture(params=KINDS)
def made(request, tmp_path):
    with ledger_on(request.param, tmp_path) as ledger:
        yield ledger


def place(made):
    return Place(made.chain.chain_id, made.chain.block(0).hash.hex(), made.contract)


def test_blocks_follow_each_other(made):
    made.register()
    newest = made.chain.block()
    assert made.chain.block(newest.number) == newest
    before = made.chain.block(newest.number - 1)
    assert before.time <= newest.time
    assert newest.time.tzinfo is UTC
    assert len({made.chain.block(number).hash for number in range(newest.number + 1)}) == (
        newest.number + 1
    )


def test_a_block_that_is_not_there_is_no_answer(made):
    with pytest.raises(ChainError):
        made.chain.block(10_000_000)


def test_a_transaction_has_a_receipt_and_raises_the_nonce(made):
    writer = made.writer("governance")
    before = made.chain.nonce(writer.sender.address)
    key, seal = school_key(REALM, SCHOOL_A), bytes.fromhex(SEAL_A)
    receipt = writer.transact(made.contract, "registerSeal", key, seal, 0, 2**64 - 1)
    assert made.chain.receipt(receipt.transaction) == receipt
    assert receipt.succeeded
    assert receipt.block == made.chain.block().number
    assert made.chain.nonce(writer.sender.address) == before + 1
    assert made.chain.receipt(sha256(b"never sent")) is None


def test_a_used_nonce_or_another_chain_is_refused(made):
    sender = made.senders["governance"]
    data = interface().encode("registerSeal", b"s" * 32, b"f" * 32, 0, 2**64 - 1)
    made.register()
    fields = {"chain_id": made.chain.chain_id, "nonce": 0, "to": made.contract, "data": data}
    with pytest.raises(ChainError) as caught:
        made.chain.send(sender.sign(**fields))
    assert caught.value.code == "chain.refused"
    fields |= {"nonce": made.chain.nonce(sender.address), "chain_id": made.chain.chain_id + 1}
    with suppress(ChainError):  # anvil takes it and lets it lie, the others refuse
        made.chain.send(sender.sign(**fields))
    assert made.ask("entries") == (1,)


def test_a_transaction_that_reverts_when_mined_says_why(made):
    """Two senders of one statement; the second one's is mined all the same, in vain."""
    made.register()
    stated = made.stated()
    call = ("anchor", stated, sha256(b"root"), 3, [])
    made.send("anchor", *call)
    sender = made.senders["anchor"]
    raw = sender.sign(
        chain_id=made.chain.chain_id,
        nonce=made.chain.nonce(sender.address),
        to=made.contract,
        data=interface().encode(*call),
    )
    receipt = made.chain.receipt(made.chain.send(raw))
    assert receipt is not None
    assert not receipt.succeeded
    with pytest.raises(RevertedError) as caught:
        made.send("anchor", *call)
    assert caught.value.reason == "AlreadyAnchored"
    assert made.ask("entries") == (2,)


def test_a_call_to_nothing_is_no_answer(made):
    made.contract = "0x" + "77" * 20
    with pytest.raises(ChainError) as caught:
        made.ask("find", bytes(32))
    assert caught.value.code == "chain.malformed"


def test_entries_are_the_events_in_their_order(made):
    made.register()
    made.register(SCHOOL_B, SEAL_B)
    first = made.anchor(leaves=2)
    second = made.anchor(leaves=1, replaces=(0,))
    made.set_status([1], [3])
    until = made.seconds + 86_400
    made.send("department", "review", sha256(b"decision"), until, [2])
    end = made.seconds + 1000
    made.send("governance", "endSeal", school_key(REALM, SCHOOL_B), bytes.fromhex(SEAL_B), end)
    entries = read_entries(made.chain, made.contract, realm=REALM, first_block=0)
    kinds = [type(entry.data) for entry in entries]
    assert kinds == [SchoolChanged, SchoolChanged, BatchAnchored, BatchAnchored, StatusChanged,
                     StatusChanged, SchoolChanged]  # fmt: skip
    assert [entry.index for entry in entries] == list(range(7))
    assert entries[0].data.valid_to is None
    assert entries[6].data.valid_to is not None
    assert entries[2].data == BatchAnchored(
        school_key(REALM, SCHOOL_A).hex(), 1, None, first[3].hex(), sha256(first[3]).hex(),
        0, 2, SEAL_A, first[5].hex(), (),
    )  # fmt: skip
    assert (entries[3].data.previous, entries[3].data.replaces) == (first[3].hex(), (0,))
    assert entries[4].data.previous == second[3].hex()
    assert (entries[4].data.indices, entries[4].data.states) == ((1,), ("withdrawn",))
    review = entries[5].data
    assert (review.school, review.seq, review.seal_fingerprint) == (None, None, None)
    assert review.until is not None
    for entry in entries:
        assert entry.at == format_time(made.chain.block(entry.block).time)
        assert type(entry).parse(entry.to_bytes()) == entry


def test_entries_can_be_read_from_where_one_stopped(made):
    made.register()
    made.anchor()
    everything = read_entries(made.chain, made.contract, realm=REALM, first_block=0)
    made.anchor()
    newer = read_entries(
        made.chain, made.contract, realm=REALM, first_block=everything[-1].block, first_entry=2
    )
    assert [entry.index for entry in newer] == [2]
    with pytest.raises(ChainError, match="gap"):
        read_entries(
            made.chain, made.contract, realm=REALM, first_block=newer[0].block, first_entry=1
        )


def test_a_reader_in_the_same_process_sees_what_the_chain_says(made):
    made.register()
    made.anchor(leaves=2)
    made.anchor(leaves=1, replaces=(1,))
    view = InProcessReader(made.chain, place(made)).look(1)
    assert (view.entries, view.leaves) == (3, 3)
    assert (view.entry.index, view.entry.first_index, view.entry.leaf_count) == (1, 0, 2)
    assert view.entry.seal_fingerprint == SEAL_A
    assert view.seal.holds(view.entry.at)
    assert view.seal.valid_to is None
    assert [(change.entry, change.state) for change in view.changes] == [(2, "superseded")]
    assert InProcessReader(made.chain, place(made)).look(3).entry is None


@pytest.mark.parametrize(
    "wrong", [{"chain_id": 1}, {"genesis": "00" * 32}, {"contract": "0x" + "77" * 20}]
)
def test_a_reader_refuses_another_chain_or_contract(made, wrong):
    reader = InProcessReader(made.chain, place(made)._replace(**wrong))
    with pytest.raises(UnreachableError, match="wrong_chain"):
        reader.look(0)


def test_an_index_that_no_contract_knows_is_not_asked_for(made):
    for index in (-1, 2**48):
        with pytest.raises(UnreachableError, match="malformed"):
            InProcessReader(made.chain, place(made)).look(index)
