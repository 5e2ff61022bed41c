"""The public door of an installation: what a stranger may ask, and what nobody is told."""

import json

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from hocba.app import create_app
from hocba.issuance.models import StatementRow, TranscriptRow
from hocba.kit.clock import now
from verifier.formats.attestation import Attestation
from verifier.formats.canonical import sha256_hex
from verifier.formats.jws import verify_jws
from verifier.formats.statements import Roster


@pytest.fixture
def door(lab, place):
    with lab.open(place("withdraw")) as wp, TestClient(create_app(wp=wp)) as client:
        yield wp, client


def _statement(wp):
    with wp.database.transaction("test") as db:
        return db.scalars(select(StatementRow)).one()


def test_statements_and_rosters_are_found_by_their_hash(door):
    wp, client = door
    row = _statement(wp)
    payload = client.get(f"/statements/{row.digest}.json")
    assert sha256_hex(payload.content) == row.digest
    assert "immutable" in payload.headers["cache-control"]
    assert client.get(f"/statements/{row.digest}.p7s").content == row.cades
    roster = client.get(f"/statements/{row.roster_root}.roster.json").content
    assert Roster.parse(roster).root().hex() == row.roster_root


@pytest.mark.parametrize(
    "name",
    ["0" * 64 + ".json", "x.json", "..%2f..%2fkeys%2fmaster.key", "0" * 64, "0" * 63 + ".p7s"],
)
def test_what_is_not_there_is_404_for_every_reason_alike(door, name):
    _, client = door
    assert client.get(f"/statements/{name}").status_code == 404


@pytest.mark.parametrize(
    ("change", "answer"),
    [({}, "same"), ({"digest": "0" * 64}, "different"), ({"version": 2}, "unknown"),
     ({"record_id": "00000000-0000-4000-8000-000000000000"}, "unknown")],
)  # fmt: skip
def test_the_database_gives_its_signed_word_and_nothing_else(door, change, answer):
    wp, client = door
    with wp.database.transaction("test") as db:
        row = db.scalars(select(TranscriptRow)).first()
    asked = {"record_id": str(row.record_id), "version": 1, "digest": row.record_digest, **change}
    told = client.get("/attest", params=asked)
    assert told.status_code == 200
    payload = verify_jws(told.text, wp.trust.attest_keys, at=now())
    attestation = Attestation.parse(payload)
    assert attestation.answer == answer
    assert attestation.digest == asked["digest"]
    assert set(json.loads(payload)) == {
        "type", "realm", "record_id", "version", "digest", "answer", "as_of"
    }  # fmt: skip


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"record_id": "x", "version": 1, "digest": "0" * 64},
        {"record_id": "00000000-0000-4000-8000-000000000000", "version": 0, "digest": "0" * 64},
        {"record_id": "00000000-0000-4000-8000-000000000000", "version": 1, "digest": "XYZ"},
    ],
)
def test_a_malformed_question_is_422(door, asked):
    _, client = door
    assert client.get("/attest", params=asked).status_code == 422


def test_what_is_sealed_but_not_in_a_batch_is_unknown_to_the_attestor(lab, place):
    with lab.open(place("seal")) as wp, TestClient(create_app(wp=wp)) as client:
        with wp.database.transaction("test") as db:
            row = db.scalars(select(TranscriptRow)).first()
        asked = {"record_id": str(row.record_id), "version": 1, "digest": row.record_digest}
        token = client.get("/attest", params=asked).text
        payload = verify_jws(token, wp.trust.attest_keys, at=now())
        assert Attestation.parse(payload).answer == "unknown"


def test_the_chain_can_be_read_through_the_door_and_not_written(door):
    wp, client = door

    def ask(method, *params):
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)}
        return client.post("/rpc", json=body).json()

    assert int(ask("eth_chainId")["result"], 16) == wp.trust.contract.chain_id
    assert ask("eth_sendRawTransaction", "0x00")["error"]["code"] == -32601
    assert client.get("/rpc").status_code == 405
    assert client.post("/rpc", content=b"x" * 200_000).status_code == 413


def test_the_trusted_root_and_the_health_are_public(door):
    wp, client = door
    assert client.get("/trust/trusted_root.json").content == wp.trust.to_bytes()
    health = client.get("/health").json()
    assert health["realm"] == wp.realm
    assert health["block"] > 0


def test_an_outage_is_a_problem_document_with_status_503(lab, place):
    with lab.open(place("withdraw")) as wp, TestClient(create_app(wp=wp)) as client:
        wp.database.engine.dispose()
        with lab.without_database(wp):
            told = client.get("/health")
    assert told.status_code == 503
    assert told.headers["content-type"] == "application/problem+json"
    assert told.json()["type"] == "database.unreachable"
    assert "cơ sở dữ liệu" in told.json()["detail"]


def test_the_page_stands_at_the_root(door):
    _, client = door
    page = client.get("/")
    assert page.status_code == 200
    assert "học bạ" in page.text.lower()
    assert "default-src 'none'" in page.headers["content-security-policy"]
