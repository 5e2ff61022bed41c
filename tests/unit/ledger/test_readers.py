"""The outside sources over HTTP: the door to the embedded chain, stores, attestor, and nonsense."""

import json
import time
from datetime import UTC, datetime

import httpx2
import pytest
from fakes.chain import Silence
from fakes.ledgers import SEAL_A, ledger_on
from fakes.statements import batch_of, hashed
from fakes.web_server import server
from hypothesis import given
from hypothesis import strategies as st

from ledger.chains.facade import MAX_BODY, ReadOnlyRpc
from ledger.chains.reader import InProcessReader
from ledger.chains.rpc import RpcChain
from ledger.errors import ChainError, UnreachableChainError
from verifier.answers import Question
from verifier.errors import UnreachableError
from verifier.formats.canonical import sha256_hex
from verifier.online import (
    FolderStore,
    HttpAttestor,
    HttpStore,
    Kind,
    MemoryStore,
    Place,
    RpcReader,
    Sources,
    stores,
)

NOW = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    with ledger_on("embedded", tmp_path_factory.mktemp("chain")) as ledger:
        ledger.register()
        ledger.anchor(leaves=2)
        ledger.anchor(leaves=1, replaces=(1,))
        yield ledger


@pytest.fixture(scope="module")
def door(made):
    rpc = ReadOnlyRpc(made.chain)
    with server(lambda _method, _path, body: (200, rpc.answer(body))) as url:
        yield url


def place(made):
    return Place(made.chain.chain_id, made.chain.block(0).hash.hex(), made.contract)


def reader(url, where, **named):
    return RpcReader(url, where, client=httpx2.Client(timeout=named.pop("timeout", 5)))


def asked(made, *calls):
    body = [{"id": 1, "method": method, "params": params} for method, params in calls]
    return json.loads(ReadOnlyRpc(made.chain).answer(json.dumps(body[0]).encode()))


def test_a_reader_over_http_sees_what_one_in_process_sees(made, door):
    remote, local = reader(door, place(made)), InProcessReader(made.chain, place(made))
    for index in range(5):
        assert remote.look(index) == local.look(index)


def test_the_web3_client_and_the_door_understand_each_other(made, door):
    chain = RpcChain(door)
    assert chain.chain_id == made.chain.chain_id
    assert chain.block() == made.chain.block()
    assert chain.code(made.contract) == made.chain.code(made.contract)
    assert InProcessReader(chain, place(made)).look(1) == reader(door, place(made)).look(1)


def test_one_request_is_enough_once_the_chain_is_known(made):
    rpc, requests = ReadOnlyRpc(made.chain), []

    def answer(_method, _path, body):
        requests.append(json.loads(body))
        return 200, rpc.answer(body)

    with server(answer) as url:
        found = reader(url, place(made))
        for _ in range(3):
            found.look(0)
    assert [one["method"] for one in requests[0]] == [
        "eth_chainId", "eth_getBlockByNumber", "eth_getCode"
    ]  # fmt: skip
    assert [one["method"] for one in requests[1:]] == ["eth_call"] * 3


@pytest.mark.parametrize(
    "wrong", [{"chain_id": 1}, {"genesis": "00" * 32}, {"contract": "0x" + "77" * 20}]
)
def test_another_chain_or_contract_is_refused_over_http(made, door, wrong):
    with pytest.raises(UnreachableError, match="wrong_chain"):
        reader(door, place(made)._replace(**wrong)).look(0)


def test_nobody_there_is_unreachable(made):
    with pytest.raises(UnreachableError, match=r"chain\.unreachable"):
        reader("http://127.0.0.1:1", place(made)).look(0)
    with pytest.raises(UnreachableError, match=r"chain\.unreachable"):
        reader("no url at all", place(made)).look(0)
    with pytest.raises(UnreachableChainError):
        RpcChain("http://127.0.0.1:1").block()


def test_a_node_that_does_not_answer_in_time_is_unreachable(made):
    def slow(*_):
        time.sleep(0.5)
        return 200, b"{}"

    with server(slow) as url:
        with pytest.raises(UnreachableError, match=r"chain\.unreachable"):
            reader(url, place(made), timeout=0.1).look(0)
        with pytest.raises(UnreachableChainError):
            RpcChain(url, timeout=0.1).block()


def three(chain_id, block, code):
    """The answer to the three first questions."""
    results = enumerate((chain_id, block, code))
    return json.dumps([{"id": number, "result": result} for number, result in results]).encode()


NONSENSE = {
    "no json": b"<html>",
    "empty": b"",
    "no result": b'{"id": 0}',
    "an error": b'{"id": 0, "error": {"code": -32000, "message": "no"}}',
    "not an object": b"[[]]",
    "other ids": b'[{"id": 7, "result": "0x1"}]',
    "result is no hex": three("x", {"hash": "0x1"}, 1),
    "no block": three("0x1", None, "0x"),
    "odd hash": three("0x1", {"hash": "0xq"}, "0x"),
    "no hash": three("0x1", {}, "0x"),
    "deep": b"[" * 50_000,
    "large": b'[{"id": 0, "result": "' + b"0" * 1_200_000 + b'"}]',
}


@pytest.mark.parametrize("body", NONSENSE.values(), ids=NONSENSE)
def test_nonsense_is_malformed_and_never_a_view(made, body):
    with (
        server(lambda *_: (200, body)) as url,
        pytest.raises(UnreachableError, match=r"chain\.malformed"),
    ):
        reader(url, place(made)).look(0)


@pytest.mark.parametrize("name", sorted(NONSENSE.keys() - {"deep"}))
def test_nonsense_to_the_web3_client_is_a_chain_error(name):
    body = NONSENSE[name]
    with server(lambda *_: (200, body)) as url, pytest.raises(ChainError):
        RpcChain(url).block()


def test_a_server_error_is_unreachable(made):
    with server(lambda *_: (500, b"{}")) as url:
        with pytest.raises(UnreachableError, match=r"chain\.unreachable"):
            reader(url, place(made)).look(0)
        with pytest.raises(ChainError):
            RpcChain(url).block()


def test_an_answer_of_another_shape_is_malformed(made):
    """A node that knows the chain and then lies about the call."""
    rpc = ReadOnlyRpc(made.chain)
    for lie in ("0x", "0x00", "0x" + "ff" * 64, "0x" + "00" * 700):

        def answer(_method, _path, body, lie=lie):
            found = json.loads(body)
            if isinstance(found, list):
                return 200, rpc.answer(body)
            return 200, json.dumps({"id": found["id"], "result": lie}).encode()

        with server(answer) as url, pytest.raises(UnreachableError, match=r"chain\.malformed"):
            reader(url, place(made)).look(0)


@pytest.mark.parametrize(
    ("method", "params", "code"),
    [
        ("eth_sendRawTransaction", ["0x00"], -32601),
        ("evm_revert", ["0x0"], -32601),
        ("eth_call", [], -32602),
        ("eth_call", [{"to": "0x12", "data": "0x"}], -32602),
        ("eth_call", [{"to": "0x" + "77" * 20, "data": "0xq"}], -32602),
        ("eth_call", [{"to": 5, "data": "0x"}], -32602),
        ("eth_call", [{"to": "0x" + "77" * 20}], -32602),
        ("eth_getCode", ["0x12"], -32602),
        ("eth_getBlockByNumber", ["x"], -32602),
        ("eth_getBlockByNumber", [None], -32602),
    ],
)
def test_the_door_only_reads_and_says_what_is_wrong(made, method, params, code):
    assert asked(made, (method, params))["error"]["code"] == code


def test_the_door_answers_what_a_node_answers(made):
    newest = made.chain.block()
    for named in ("latest", "safe", "finalized", hex(newest.number)):
        told = asked(made, ("eth_getBlockByNumber", [named, False]))["result"]
        assert told["hash"] == f"0x{newest.hash.hex()}"
    assert asked(made, ("eth_getBlockByNumber", [hex(newest.number + 1), False]))["result"] is None
    assert asked(made, ("eth_blockNumber", []))["result"] == hex(newest.number)
    stranger = {"to": made.contract, "data": "0xdeadbeef"}
    assert asked(made, ("eth_call", [stranger]))["error"]["code"] == 3


@given(st.binary(max_size=60))
def test_junk_at_the_door_is_answered_in_an_orderly_way(made, body):
    assert "error" in json.loads(ReadOnlyRpc(made.chain).answer(body))


def test_the_door_has_bounds(made):
    rpc = ReadOnlyRpc(made.chain)
    one = {"jsonrpc": "2.0", "id": 1, "method": "eth_chainId", "params": []}
    many = json.dumps([one] * 21).encode()
    assert "error" in json.loads(rpc.answer(many))
    assert "error" in json.loads(rpc.answer(json.dumps(one).encode() + b" " * MAX_BODY))
    assert "error" in json.loads(rpc.answer(b"[" * 50_000))
    assert len(json.loads(rpc.answer(json.dumps([one] * 20).encode()))) == 20


BUILT = batch_of(3)
STATEMENT, ROSTER, CADES = BUILT.payload, BUILT.roster_bytes, b"cades"


def fill(store):
    store.put(Kind.STATEMENT, BUILT.digest, STATEMENT)
    store.put(Kind.SIGNATURE, BUILT.digest, CADES)
    store.put(Kind.ROSTER, BUILT.batch.roster_root, ROSTER)
    return store


@pytest.fixture(params=["memory", "folder", "http"])
def store(request, tmp_path):
    if request.param == "memory":
        yield fill(MemoryStore())
        return
    folder = fill(FolderStore(tmp_path / "statements"))
    if request.param == "folder":
        yield folder
        return

    def answer(_method, path, _body):
        file = tmp_path / "statements" / path.rpartition("/")[2]
        return (200, file.read_bytes()) if file.is_file() else (404, b"")

    with server(answer) as url:
        yield HttpStore(f"{url}/statements/")


def test_a_store_gives_back_what_was_put(store):
    assert store.get(Kind.STATEMENT, BUILT.digest) == STATEMENT
    assert store.get(Kind.SIGNATURE, BUILT.digest) == CADES
    assert store.get(Kind.ROSTER, BUILT.batch.roster_root) == ROSTER
    assert store.get(Kind.STATEMENT, hashed("unknown")) is None


def test_a_store_is_never_asked_for_a_path(store):
    for name in ("../../etc/passwd", "", "A" * 64):
        with pytest.raises(UnreachableError):
            store.get(Kind.STATEMENT, name)


def test_a_store_cannot_replace_what_it_keeps(tmp_path):
    folder = fill(FolderStore(tmp_path))
    for file in tmp_path.glob("*.json"):
        data = file.read_bytes().replace(b'"seq":1', b'"seq":2')
        file.write_bytes(data.replace(b'"replaces":null', b'"replaces":1'))
    with pytest.raises(UnreachableError, match="malformed"):
        folder.get(Kind.STATEMENT, BUILT.digest)
    with pytest.raises(UnreachableError, match="malformed"):
        folder.get(Kind.ROSTER, BUILT.batch.roster_root)
    with pytest.raises(UnreachableError, match="malformed"):
        folder.put(Kind.STATEMENT, BUILT.digest, b"other")


def test_a_store_that_cannot_be_read_is_unreachable(tmp_path):
    (tmp_path / f"{BUILT.digest}.json").mkdir()
    with pytest.raises(UnreachableError, match="unreachable"):
        FolderStore(tmp_path).get(Kind.STATEMENT, BUILT.digest)
    with pytest.raises(UnreachableError, match="unreachable"):
        HttpStore("http://127.0.0.1:1").get(Kind.STATEMENT, BUILT.digest)
    with server(lambda *_: (500, b"")) as url, pytest.raises(UnreachableError, match="unreachable"):
        HttpStore(url).get(Kind.STATEMENT, BUILT.digest)
    with (
        server(lambda *_: (200, b"x" * 5_000_000)) as url,
        pytest.raises(UnreachableError, match="malformed"),
    ):
        HttpStore(url).get(Kind.SIGNATURE, BUILT.digest)


def test_an_attestor_over_http_hands_on_the_token():
    def answer(_method, path, _body):
        assert path == f"/attest?record_id=r&version=2&digest={hashed('d')}"
        return 200, b"a.b.c\n"

    with server(answer) as url:
        assert HttpAttestor(f"{url}/attest").attest("r", 2, hashed("d")) == "a.b.c"


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [(500, b"", "unreachable"), (200, b"\xff", "malformed"), (200, b"x" * 20_000, "malformed")],
)
def test_an_attestor_that_answers_nonsense_says_so(status, body, code):
    with server(lambda *_: (status, body)) as url, pytest.raises(UnreachableError, match=code):
        HttpAttestor(url).attest("r", 1, hashed("d"))


def question(index=1):
    return Question("demo.hocba.test", "S", "00" * 32, SEAL_A, index, 1, "r", 1, hashed("d"))


class Broken:
    """A source that is out of order."""

    def __init__(self, code):
        self.code = code

    def _fail(self, *_):
        raise UnreachableError(self.code)

    look = get = attest = _fail


def test_sources_turn_every_failure_into_a_problem():
    sources = Sources(
        ledger=Broken("chain.wrong_chain"),
        statements=Broken("store.unreachable"),
        attestor=Broken("attestor.malformed"),
        clock=lambda: NOW,
    )
    found = sources.ask(question())
    assert (found.ledger, found.ledger_problem) == (None, "wrong_chain")
    assert (found.attestation, found.attestation_problem) == (None, "malformed")
    assert found.as_of == "2026-06-01T00:00:00Z"


def test_sources_that_are_not_there_were_not_asked():
    found = Sources(clock=lambda: NOW).ask(question())
    assert (found.ledger, found.ledger_problem, found.attestation) == (None, None, None)


def test_without_a_receipt_there_is_no_place_to_look_at(made):
    local = InProcessReader(made.chain, place(made))
    found = Sources(ledger=local, clock=lambda: NOW).ask(question(index=None))
    assert (found.ledger, found.ledger_problem) == (None, "no_index")


def test_sources_fetch_what_stands_behind_each_change(made):
    local = InProcessReader(made.chain, place(made))
    (change,) = local.look(1).changes
    store = MemoryStore()
    found = Sources(ledger=local, statements=store, clock=lambda: NOW).ask(question())
    assert (found.statements, found.signatures) == ({}, {})
    broken = Sources(ledger=local, statements=Broken("store.unreachable"), clock=lambda: NOW)
    assert broken.ask(question()).statements == {}
    assert change.state == "superseded"


def test_sources_fetch_statement_signature_and_roster(tmp_path):
    with ledger_on("fake", tmp_path) as ledger:
        ledger.register()
        first = ledger.anchor(leaves=3)
        built = batch_of(2, {0: 1}, seq=2, previous=first[3].hex())
        stated = ledger.stated(digest=bytes.fromhex(built.digest))
        ledger.send("anchor", "anchor", stated, bytes.fromhex(built.batch.root), 2, [1])
        ledger.set_status([1], [3])
        store = MemoryStore()
        store.put(Kind.STATEMENT, built.digest, built.payload)
        store.put(Kind.SIGNATURE, built.digest, CADES)
        store.put(Kind.ROSTER, built.batch.roster_root, built.roster_bytes)
        sources = Sources(
            ledger=InProcessReader(ledger.chain, place(ledger)),
            statements=store,
            clock=lambda: NOW,
        )
        found = sources.ask(question())
    assert found.statements == {
        built.digest: built.payload,
        built.batch.roster_root: built.roster_bytes,
    }
    assert found.signatures == {built.digest: CADES}
    assert sha256_hex(found.statements[built.digest]) == built.digest


def test_an_answer_that_drips_is_not_waited_for(made, monkeypatch):
    """Each byte comes in time, the whole never: an outage, not nonsense."""
    monkeypatch.setattr(stores, "MAX_SECONDS", -1)
    asks = {
        "chain": lambda url: reader(url, place(made)).look(0),
        "store": lambda url: HttpStore(url).get(Kind.STATEMENT, BUILT.digest),
        "attestor": lambda url: HttpAttestor(url).attest("r", 1, hashed("d")),
    }
    for source, ask in asks.items():
        with (
            server(lambda *_: (200, b"{}")) as url,
            pytest.raises(UnreachableError, match=rf"{source}\.unreachable: too slow"),
        ):
            ask(url)


def test_the_door_calls_contracts_alone(made):
    """The chain's built-in functions could be asked for minutes of work."""
    for built_in in range(1, 18):
        call = {"to": f"0x{built_in:040x}", "data": "0x" + "00" * 400}
        assert asked(made, ("eth_call", [call]))["result"] == "0x"


def test_an_outage_behind_the_door_is_told_by_its_code(tmp_path):
    with ledger_on("fake", tmp_path) as ledger:
        ledger.chain.fault = Silence("block", 1)
        told = asked(ledger, ("eth_blockNumber", []))
    assert told["error"] == {"code": -32000, "message": "chain.unreachable"}
