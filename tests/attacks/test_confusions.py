"""One school in another's name, orders and keys that are not what they seem.

Everybody here has genuine keys: a neighbouring school with its own staff and seal, the
account that carries statements to the chain, an officer whose key was retired, a node that
is behind. Each file or answer was accepted, or a genuine one refused, before it stood here.
"""

import json
import time
from dataclasses import replace
from datetime import timedelta

import httpx2
import pytest
from fakes.ledgers import ledger_on
from fakes.records import SCHOOL as NAMED
from fakes.records import TEMPLATE_ID, sample_record
from fakes.released import ANCHORED, FixedAttestor, FixedChain, released
from fakes.world import AT, BIRTH, CLASS, OTHER_SCHOOL, REALM, SCHOOL, the_world

from hocba.documents.writer import render
from ledger.chains.facade import ReadOnlyRpc
from signing import pades
from signing.appointments import OfficersKey
from verifier.checks import status
from verifier.errors import UnreachableError
from verifier.formats.canonical import canonical, sha256_hex
from verifier.formats.receipt import Receipt
from verifier.formats.statements import (
    GOOD,
    UNDER_REVIEW,
    WITHDRAWN,
    StatusEntry,
    StatusStatement,
    school_key,
)
from verifier.formats.view import Change
from verifier.online import Kind, MemoryStore, Sources, stores
from verifier.report import Verdict
from verifier.templates import load
from verifier.verify import verify

NEIGHBOUR = {**NAMED, "code": OTHER_SCHOOL.code, "name": OTHER_SCHOOL.name,
             "tax_code": OTHER_SCHOOL.tax_code}  # fmt: skip
REASONS = {GOOD: "reaffirmed", UNDER_REVIEW: "under_review", WITHDRAWN: "withdrawn"}


def neighbours():
    """A homeroom teacher, a principal and the seal of the school next door."""
    world = the_world()
    return [
        world.person("Lê Văn Hùng", "homeroom", scope=CLASS, school=OTHER_SCHOOL),
        world.person("Trần Thị Mai", "principal", school=OTHER_SCHOOL),
        world.seal_of(OTHER_SCHOOL),
    ]


def report_on(data, online=None):
    made = released()
    return verify(data, trust=made.trust, online=online, now=made.now)


def issued_by_the_neighbour(**record):
    """Signed and sealed by the school next door, whatever its record says."""
    world, signers = the_world(), neighbours()
    stated = sample_record(issued_on="2026-06-01", **record)
    sealed = world.signed(signers, document=render(canonical(stated), load(TEMPLATE_ID)))
    return report_on(world.finished(sealed, signers))


# --- one school in another's name


def test_the_neighbour_may_issue_its_own_transcripts():
    report = issued_by_the_neighbour(school=NEIGHBOUR, issuer=NEIGHBOUR)
    assert report.check("4").code == "4.roles_hold"


def test_a_school_can_not_issue_under_the_name_of_another():
    borrowed = {**NEIGHBOUR, "name": NAMED["name"]}
    report = issued_by_the_neighbour(school=borrowed, issuer=borrowed)
    assert report.check("4").code == "4.other_school_name"
    assert report.verdict is Verdict.NOT_VALID


def test_a_school_can_not_issue_the_transcripts_of_another():
    """The page and the marks shown would say the better school."""
    report = issued_by_the_neighbour(school=NAMED, issuer=NEIGHBOUR)
    assert report.check("4").code == "4.succession_not_known"
    assert (report.verdict, report.record) == (Verdict.COULD_NOT_CHECK, None)


def test_a_refused_signer_is_not_named():
    principal = the_world().person("Trần Thị Mai", "principal", school=OTHER_SCHOOL)
    report = report_on(the_world().issue(the_world().signers(principal=principal)))
    assert report.check("4").code == "4.other_school"
    assert "Mai" not in json.dumps(report.to_object(), ensure_ascii=False)


def test_a_retired_key_of_an_officer_appoints_nobody_by_a_claimed_time():
    world, made = the_world(), released()
    retired = OfficersKey.generate("officers-retired")
    ends = AT + timedelta(minutes=3)  # the signatures claim less and are proved at five
    key = retired.trusted(valid_from=BIRTH, valid_to=ends)
    trust = replace(made.trust, appointment_keys=(*made.trust.appointment_keys, key))
    data = world.issue(
        world.signers(principal=world.person("Ngô Văn Tám", "principal", officers=retired))
    )
    report = verify(data, trust=trust, online=None, now=made.now)
    assert report.check("4").code == "4.appointment_not_signed"
    valid = replace(key, valid_to=ends + timedelta(days=1))
    trust = replace(made.trust, appointment_keys=(*made.trust.appointment_keys, valid))
    assert verify(data, trust=trust, online=None, now=made.now).check("4").code == "4.roles_hold"


# --- what the ledger says, and who carried it there


class Told:
    """Status statements under the school's own seal, and the chain's account of them."""

    def __init__(self):
        self.receipt = Receipt.parse(released().receipt)
        self.store, self.seal = MemoryStore(), the_world().signer("seal")
        self.last = (1, self.receipt.batch.digest())

    def state(self, state):
        """The school seals its next statement."""
        seq, previous = self.last[0] + 1, self.last[1]
        entry = StatusEntry(self.receipt.leaf.id(), self.receipt.index, state, REASONS[state], None)
        statement = StatusStatement(REALM, SCHOOL.code, seq, previous, (entry,))
        with self.seal.custody.open_session(self.seal.pin) as key:
            cades = pades.detached_cades(
                statement.to_bytes(), key, self.seal.jws, None, at=ANCHORED + timedelta(minutes=seq)
            )
        self.store.put(Kind.STATEMENT, statement.digest(), statement.to_bytes())
        self.store.put(Kind.SIGNATURE, statement.digest(), cades)
        self.last = (seq, statement.digest())
        return statement

    def signature_of(self, statement):
        """What the account announced beside it."""
        return sha256_hex(self.store.get(Kind.SIGNATURE, statement.digest()))

    def answer(self, *carried):
        """What a verifier says when the statements came to the chain in this order."""
        made, world = released(), the_world()
        changes = tuple(
            Change(
                number, number, self.receipt.index, one.entries[0].state,
                ANCHORED + timedelta(minutes=10 + number),
                one.digest(), school_key(REALM, SCHOOL.code).hex(),
                self.seal.appointment.certificate, self.signature_of(one), None,
            )
            for number, one in enumerate(carried, start=1)
        )  # fmt: skip
        view = replace(made.view, changes=changes, changes_total=len(changes))
        online = Sources(
            ledger=FixedChain(view), statements=self.store,
            attestor=FixedAttestor(world.officers, "same", made.now), clock=lambda: made.now,
        )  # fmt: skip
        report = report_on(made.data, online)
        return report.verdict, report.check("8").code


def test_who_carries_statements_can_not_reorder_them():
    """The school withdrew after it had reaffirmed; its account anchored them the other way."""
    told = Told()
    review, good, withdrawn = map(told.state, (UNDER_REVIEW, GOOD, WITHDRAWN))
    assert told.answer(review, good, withdrawn) == (Verdict.NOT_VALID, "8.withdrawn")
    assert told.answer(review, withdrawn, good) == (Verdict.NOT_VALID, "8.withdrawn")
    assert told.answer(withdrawn, good, review) == (Verdict.NOT_VALID, "8.withdrawn")
    assert told.answer(good, review) == (Verdict.VALID, "8.good")


def test_whoever_holds_the_store_can_not_put_another_signature_under_a_withdrawal():
    """An appointed principal's key and the statement store: the payload stays, the CAdES goes."""
    told, thief = Told(), the_world().signer("principal")
    withdrawn = told.state(WITHDRAWN)
    honest = told.answer(withdrawn)
    named = told.signature_of(withdrawn)
    with thief.custody.open_session(thief.pin) as key:
        swapped = pades.detached_cades(
            withdrawn.to_bytes(), key, thief.jws, None, at=ANCHORED + timedelta(minutes=2)
        )
    told.store.put(Kind.SIGNATURE, withdrawn.digest(), swapped)
    told.signature_of = lambda _: named  # the chain still names the school's own
    assert honest == (Verdict.NOT_VALID, "8.withdrawn")
    assert told.answer(withdrawn) == (Verdict.COULD_NOT_CHECK, "8.under_review")
    told.signature_of = lambda _: sha256_hex(swapped)  # as if the chain named none
    assert told.answer(withdrawn) == (Verdict.VALID_NOTE, "8.statement_not_sealed")


def test_a_statement_that_breaks_the_reader_does_not_silence_a_withdrawal(monkeypatch):
    told = Told()
    withdrawn, odd = told.state(WITHDRAWN), told.state(GOOD)
    genuine = status.verify_detached

    def breaks(cms, payload, trust, at):
        if payload == odd.to_bytes():
            raise RuntimeError
        return genuine(cms, payload, trust, at)

    monkeypatch.setattr(status, "verify_detached", breaks)
    assert told.answer(withdrawn, odd) == (Verdict.COULD_NOT_CHECK, "8.under_review")


def test_a_node_that_is_behind_does_not_make_a_genuine_file_false():
    made = released()
    behind = replace(made.view, entry=None, seal=None, entries=0, leaves=0, block=3)
    report = report_on(made.data, made.online(view=behind))
    assert (report.verdict, report.check("7d").code) == (Verdict.COULD_NOT_CHECK, "7d.node_behind")


# --- what asks for minutes of work, or lasts for ever


def test_a_store_that_drips_is_not_waited_for(monkeypatch):
    """Each piece comes in time, the answer never ends."""
    monkeypatch.setattr(stores, "MAX_SECONDS", 0.2)

    def drips():
        while True:
            time.sleep(0.02)
            yield b" "

    client = httpx2.Client(
        transport=httpx2.MockTransport(lambda _: httpx2.Response(200, content=drips()))
    )
    store = stores.HttpStore("https://store.test", client=client)
    begin = time.monotonic()
    with pytest.raises(UnreachableError, match=r"store\.unreachable"):
        store.get(Kind.STATEMENT, "00" * 32)
    assert time.monotonic() - begin < 2.0


@pytest.mark.parametrize("built_in", range(1, 10))
def test_the_public_door_does_not_compute_for_strangers(tmp_path, built_in):
    """Ten million rounds of BLAKE2 fit into one short call."""
    rounds = "00989680" + "00" * 208 + "01"
    call = {"to": f"0x{built_in:040x}", "data": f"0x{rounds}"}
    asked = {"jsonrpc": "2.0", "id": 1, "method": "eth_call", "params": [call, "latest"]}
    with ledger_on("embedded", tmp_path) as made:
        answer = json.loads(ReadOnlyRpc(made.chain).answer(json.dumps(asked).encode()))
    assert answer["result"] == "0x"
