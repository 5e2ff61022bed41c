"""What a chain does seldom: full disks, odd nodes, transactions that come to nothing."""

import json
from dataclasses import replace

import pytest
from eth_utils.crypto import keccak
from fakes.ledgers import REALM, SEAL_A, batch, ledger_on
from fakes.web_server import server

from contracts import interface, load
from ledger import sending
from ledger.anchor import anchor_batch
from ledger.chains import ChainLog
from ledger.chains.embedded import _KeyValues
from ledger.chains.events import read_entries, to_entry
from ledger.chains.evm import _Database
from ledger.chains.rpc import RpcChain
from ledger.errors import AnchorError, ChainError, RevertedError
from verifier.formats.canonical import sha256


@pytest.fixture
def made(tmp_path):
    with ledger_on("embedded", tmp_path) as ledger:
        ledger.register()
        yield ledger


@pytest.fixture
def fake(tmp_path):
    with ledger_on("fake", tmp_path) as ledger:
        ledger.register()
        yield ledger


def test_a_full_disk_is_said_and_the_chain_stays_as_it_was(made):
    connection = made.chain._connection
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count = {pages}")
    done = []

    def fill():
        for seq in range(1, 200):
            stated = batch(seq, done[-1].statement if done else None)
            writer = made.writer("anchor")
            done.append(
                anchor_batch(
                    writer, made.contract, batch=stated, seal_fingerprint=SEAL_A, cades=b"cades"
                )
            )

    with pytest.raises(AnchorError) as caught:
        fill()
    assert caught.value.code == "anchor.unreachable"
    assert "full" in str(caught.value.__cause__)
    assert (made.ask("entries"), made.ask("leaves")) == ((len(done) + 1,), (3 * len(done),))
    connection.execute("PRAGMA max_page_count = 1000000")
    made.anchor()


def test_a_closed_chain_is_unreachable(made):
    made.chain.close()
    with pytest.raises(ChainError) as caught:
        made.chain.block()
    assert caught.value.code == "chain.unreachable"


def test_the_store_forgets_what_py_evm_deletes(made):
    values = _KeyValues(made.chain._connection)
    database = _Database(values)
    database[b"key"] = b"value"
    assert database[b"key"] == b"value"
    assert b"key" in database
    del database[b"key"]
    assert b"key" not in database
    for gone in (lambda: database[b"key"], lambda: database.__delitem__(b"key")):
        with pytest.raises(KeyError):
            gone()


def test_junk_for_a_transaction_is_refused(made):
    for raw in (b"", b"junk", b"\xc0", bytes(100), b"\x02\xc0"):
        with pytest.raises(ChainError) as caught:
            made.chain.send(raw)
        assert caught.value.code == "chain.refused"


def test_a_contract_that_fails_in_its_beginning_is_no_contract(made):
    with pytest.raises(ChainError) as caught:
        made.writer("admin").create(bytes.fromhex("60006000fd"))
    assert caught.value.code == "chain.refused"


def test_a_creation_without_an_address_is_no_contract(fake, monkeypatch):
    receipt = fake.chain.receipt
    monkeypatch.setattr(fake.chain, "receipt", lambda sent: replace(receipt(sent), contract=None))
    admin = fake.senders["admin"].address
    code = load().bytecode + interface().encode_constructor(0, admin, 0, 0)
    with pytest.raises(ChainError, match="no contract"):
        fake.writer("admin").create(code)


def test_a_transaction_that_fails_when_mined_and_not_when_asked_is_refused(fake, monkeypatch):
    fake.anchor()
    receipt = fake.chain.receipt
    monkeypatch.setattr(fake.chain, "receipt", lambda sent: replace(receipt(sent), succeeded=False))
    monkeypatch.setattr(fake.chain, "call", lambda *_, **__: b"")
    with pytest.raises(ChainError) as caught:
        fake.writer("department").transact(
            fake.contract, "review", sha256(b"d"), fake.seconds + 100, [0]
        )
    assert caught.value.code == "chain.refused"


def test_a_block_that_was_mined_and_is_gone_is_not_a_success(fake):
    """A chain that is not final: the receipt was told, then the block was taken back."""
    held = dict(fake.chain.contracts)

    def fault(step):
        if step == "receipt":
            fake.chain.contracts = held

    fake.chain.fault = fault
    with pytest.raises(AnchorError) as caught:
        anchor_batch(
            fake.writer("anchor"),
            fake.contract,
            batch=batch(),
            seal_fingerprint=SEAL_A,
            cades=b"cades",
        )
    assert (caught.value.code, caught.value.detail) == (
        "anchor.unreachable",
        "mined, but not to be found",
    )


def test_a_log_that_is_none_of_ours_is_no_entry_and_a_broken_one_is_said(fake):
    log = ChainLog(fake.contract, (interface().topic("BatchAnchored"),), b"", 1, bytes(32))
    with pytest.raises(ChainError) as caught:
        to_entry(log, realm=REALM, block=fake.chain.block)
    assert caught.value.code == "chain.malformed"
    for topics in ((), (bytes(32),)):
        stranger = replace(log, topics=topics)
        assert to_entry(stranger, realm=REALM, block=fake.chain.block) is None


def test_a_contract_that_counts_wrongly_is_not_the_one_we_know(fake):
    fake.anchor()
    fake.chain.events.pop(0)
    with pytest.raises(ChainError, match="gap"):
        read_entries(fake.chain, fake.contract, realm=REALM, first_block=0)


def test_an_error_of_ours_with_too_few_bytes_is_told_as_bytes():
    selector = bytes(interface_error("AlreadyAnchored"))
    assert interface().error(selector + b"\x00") is None


def answering(error):
    return lambda *_: (200, json.dumps({"jsonrpc": "2.0", "id": 0, "error": error}).encode())


@pytest.mark.parametrize("said", ["already known", "Known transaction", "was already imported"])
def test_a_transaction_that_the_node_knows_counts_as_sent(said):
    with server(answering({"code": -32000, "message": said})) as url:
        assert RpcChain(url).send(b"raw") == keccak(b"raw")


def test_a_transaction_that_the_node_does_not_want_is_refused():
    with server(answering({"code": -32000, "message": "nonce too low"})) as url:
        with pytest.raises(ChainError) as caught:
            RpcChain(url).send(b"raw")
        assert caught.value.code == "chain.refused"


@pytest.mark.parametrize("wrap", [lambda data: data, lambda data: {"0xabc": data, "result": data}])
@pytest.mark.parametrize("code", [3, -32000, -32015])
def test_a_revert_is_read_in_the_dialects_of_nodes(code, wrap):
    empty = "0x" + bytes(interface_error("EmptyBatch")).hex()
    error = {"code": code, "message": "execution reverted", "data": wrap(empty)}
    with server(answering(error)) as url, pytest.raises(RevertedError) as caught:
        RpcChain(url).call("0x" + "11" * 20, b"")
    assert caught.value.reason == "EmptyBatch"


@pytest.mark.parametrize("data", ["0xzz", "nothing", None, {}, 5])
def test_a_revert_without_readable_data_is_still_a_chain_error(data):
    error = {"code": 3, "message": "execution reverted", "data": data}
    with server(answering(error)) as url, pytest.raises(ChainError):
        RpcChain(url).call("0x" + "11" * 20, b"")


def interface_error(name):
    return next(one for one, item in interface()._errors.items() if item["name"] == name)


def test_waiting_is_counted_in_tries_and_pauses(fake, monkeypatch):
    monkeypatch.setattr(sending, "TRIES", 4)
    fake.chain.slow, pauses = 1000, []
    writer = replace(fake.writer("governance"), pause=lambda: pauses.append(1))
    with pytest.raises(ChainError) as caught:
        writer.transact(fake.contract, "registerSeal", b"s" * 32, b"t" * 32, 0, 2**64 - 1)
    assert (caught.value.code, len(pauses)) == ("chain.unreachable", 4)
