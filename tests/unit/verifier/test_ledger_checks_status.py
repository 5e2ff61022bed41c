"""Check 8: which changes count, and which answer wins. Check 9: the database's signed word."""

from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest
from fakes.court import BEGIN, GENUINE, Attesting, Court
from fakes.ledgers import REALM, ledger_on
from fakes.world import OTHER_SCHOOL, SCHOOL, the_world

from ledger.anchor import put_under_review, set_status
from ledger.chains.reader import InProcessReader
from ledger.statements import build_status
from signing.appointments import OfficersKey
from verifier.errors import UnreachableError
from verifier.formats.canonical import sha256_hex
from verifier.formats.statements import StatusEntry
from verifier.formats.times import format_time
from verifier.online import MemoryStore


@pytest.fixture
def court(tmp_path):
    with ledger_on("fake", tmp_path) as made:
        yield Court(made)


@pytest.fixture
def placed(court):
    return court.anchor([court.leaf, court.other_leaf(1)])


def check8(court, placed, position=0, **changes):
    check = court.checks(court.receipt(placed, position), **changes)["8"]
    return check.status.value, check.code


GOOD, WITHDRAWN = ("passed", "8.good"), ("failed", "8.withdrawn")
REVIEW, SUPERSEDED = ("failed", "8.under_review"), ("failed", "8.superseded")
NOT_SEALED = ("not_checked", "8.statement_not_sealed")


@pytest.mark.parametrize("kind", ["fake", "embedded"])
def test_withdrawn_and_reinstated_by_the_school(kind, tmp_path):
    with ledger_on(kind, tmp_path) as made:
        court = Court(made)
        placed = court.anchor([court.leaf])
        assert check8(court, placed) == GOOD
        court.change(0, "withdrawn")
        assert check8(court, placed) == WITHDRAWN
        court.change(0, "good")
        assert check8(court, placed) == GOOD
        court.change(0, "under_review")
        assert check8(court, placed) == REVIEW
        court.change(0, "withdrawn")
        assert check8(court, placed) == WITHDRAWN
        assert court.failed(court.receipt(placed)) == {"8.withdrawn"}


def test_the_neighbour_in_the_batch_is_not_touched(court, placed):
    court.change(1, "withdrawn", leaf=court.other_leaf(1))
    assert check8(court, placed) == GOOD
    found = court.checks(court.receipt(placed, 1))
    assert found["8"].code == "8.withdrawn"
    assert found["7a"].code == "7a.other_leaf"


def test_a_new_version_supersedes_the_old_one(court, placed):
    leaf = court.other_leaf(2, previous_leaf=court.leaf.id())
    newer = court.anchor([leaf], {0: 0})
    assert check8(court, placed) == SUPERSEDED
    check = court.checks(court.receipt(placed))["8"]
    told = f"(entry {newer.anchored.entry_index}, leaf {leaf.id()[:16]})"
    assert check.detail == f"01/06/2026 {told}"
    assert check8(court, newer) == GOOD


def test_withdrawn_is_graver_than_superseded_and_review_too(court, placed):
    court.anchor([court.other_leaf(2)], {0: 0})
    court.change(0, "under_review")
    assert check8(court, placed) == REVIEW
    court.change(0, "withdrawn")
    assert check8(court, placed) == WITHDRAWN
    court.change(0, "good")
    assert check8(court, placed) == SUPERSEDED


def test_a_review_of_the_department_counts_by_itself_until_it_lapses(court, placed):
    until = court.made.now + timedelta(days=10)
    put_under_review(
        court.made.writer("department"), court.made.contract,
        decision=sha256_hex(b"decision"), until=until, indices=[0],
    )  # fmt: skip
    assert check8(court, placed) == REVIEW
    assert check8(court, placed, now=until - timedelta(seconds=1)) == REVIEW
    assert check8(court, placed, now=until) == GOOD
    court.change(0, "withdrawn")
    assert check8(court, placed, now=until) == WITHDRAWN


def test_the_department_can_not_withdraw(court, placed):
    """Its function knows one state; a chain that tells another from it is not believed."""

    class Rewritten:
        def look(self, index):
            view = InProcessReader(court.made.chain, court.place).look(index)
            changes = [replace(one, state="withdrawn") for one in view.changes]
            return replace(view, changes=tuple(changes))

    put_under_review(
        court.made.writer("department"), court.made.contract,
        decision=sha256_hex(b"d"), until=court.made.now + timedelta(days=10), indices=[0],
    )  # fmt: skip
    assert check8(court, placed, sources=court.sources(ledger=Rewritten())) == GOOD


@pytest.mark.parametrize("state", ["withdrawn", "under_review"])
def test_a_stolen_account_can_not_withdraw(court, placed, state):
    """The statement is there, but it is not under the school's seal."""
    court.change(0, state, sealer=court.seal(OTHER_SCHOOL.code))
    assert check8(court, placed) == NOT_SEALED
    assert court.failed(court.receipt(placed)) == set()


def test_a_stolen_account_can_not_reinstate(court, placed):
    court.change(0, "withdrawn")
    court.change(0, "good", sealer=court.seal(OTHER_SCHOOL.code))
    assert check8(court, placed) == WITHDRAWN
    court.change(0, "withdrawn", sealer=court.world.signer("principal"))
    assert check8(court, placed) == WITHDRAWN
    court.change(0, "good")
    assert check8(court, placed) == GOOD


def test_another_seal_than_the_chain_names_does_not_count(court, placed):
    court.change(0, "withdrawn", sealer=court.world.seal_of(SCHOOL))
    assert check8(court, placed) == NOT_SEALED


def test_a_genuine_statement_with_another_state_does_not_count(court, placed):
    """The school sealed "under review"; the sender told the contract "withdrawn"."""
    court.change(0, "withdrawn", stated="under_review")
    assert check8(court, placed) == NOT_SEALED


def test_a_statement_about_another_leaf_does_not_count(court, placed):
    court.change(0, "withdrawn", leaf=court.other_leaf(1))
    assert check8(court, placed) == NOT_SEALED


def test_a_stolen_account_can_not_supersede(court, placed):
    """A genuine batch of the school, with a list of replaced leaves that is not its roster's."""
    court.anchor([court.other_leaf(2)], told=(0,))
    assert check8(court, placed) == NOT_SEALED


def test_a_batch_that_the_school_did_not_seal_supersedes_nothing(court, placed):
    court.anchor([court.other_leaf(2)], {0: 0}, sealer=court.seal(OTHER_SCHOOL.code))
    assert check8(court, placed) == NOT_SEALED


@pytest.mark.parametrize("state", ["withdrawn", "under_review"])
def test_a_statement_that_nobody_shows_is_under_review(court, placed, state):
    """Whoever hides it must not make a withdrawn transcript valid."""
    court.change(0, state, publish=False)
    assert check8(court, placed) == REVIEW


def test_hiding_a_reinstatement_leaves_it_under_review(court, placed):
    court.change(0, "withdrawn")
    court.change(0, "good", publish=False)
    assert check8(court, placed) == REVIEW


def test_what_is_older_than_the_decisive_statement_need_not_be_shown(court, placed):
    court.change(0, "under_review", publish=False)
    court.change(0, "good")
    assert check8(court, placed) == GOOD
    court.change(0, "withdrawn")
    assert check8(court, placed) == WITHDRAWN


def test_a_batch_that_nobody_shows_is_under_review(court, placed):
    court.anchor([court.other_leaf(2)], {0: 0}, publish=False)
    assert check8(court, placed) == REVIEW
    court.change(0, "withdrawn")
    assert check8(court, placed) == WITHDRAWN


class Partial:
    """A store that keeps some kinds back, or is out of order."""

    def __init__(self, store, without=(), *, down=False):
        self.store, self.without, self.down = store, without, down

    def get(self, kind, digest):
        if self.down:
            raise UnreachableError("store.unreachable")
        return None if kind.value in self.without else self.store.get(kind, digest)


@pytest.mark.parametrize("without", ["statement", "signature", "roster"])
def test_every_part_of_the_proof_must_be_shown(court, placed, without):
    court.anchor([court.other_leaf(2)], {0: 0})
    sources = court.sources(statements=Partial(court.store, {without}))
    assert check8(court, placed, sources=sources) == REVIEW


def test_a_store_that_is_down_is_like_one_that_hides(court, placed):
    court.change(0, "withdrawn")
    for store in (Partial(court.store, down=True), MemoryStore(), None):
        assert check8(court, placed, sources=court.sources(statements=store)) == REVIEW


def test_a_store_that_is_down_does_not_matter_where_nothing_changed(court, placed):
    assert check8(court, placed, sources=court.sources(statements=None)) == GOOD


def test_a_store_that_lies_is_like_one_that_hides(court, placed):
    """The hash of a statement is compared in the check as well, whatever the reader did."""
    court.change(0, "withdrawn")
    court.change(0, "good")

    class Lying:
        def ask(self, question):
            found = court.sources().ask(question)
            changed = {name: data + b" " for name, data in found.statements.items()}
            return replace(found, statements=changed)

    assert check8(court, placed, sources=Lying()) == REVIEW


def test_a_flood_of_changes_hides_nothing(court, placed):
    """Sixty-four later ones without a seal: the older one is out of sight, so no "good"."""
    court.change(0, "withdrawn")
    fingerprint = court.seal().appointment.certificate
    for number in range(64):
        stated = court.made.stated(SCHOOL.code, fingerprint)
        court.made.send("anchor", "setStatus", stated, [0], [3 if number % 2 else 0])
    assert check8(court, placed) == REVIEW


def test_all_pairs_of_stated_changes(court, placed):
    """The newest sealed one decides; unsealed ones are heard only where nothing decides."""
    sealers = {True: None, False: court.seal(OTHER_SCHOOL.code)}
    expected = {"good": GOOD, "under_review": REVIEW, "withdrawn": WITHDRAWN}
    now, sealed_state, noise = "good", None, False
    states = ("withdrawn", "under_review", "good")
    for state, sealed in [*product(states, (True, False)), *product(states, (False, True))]:
        if state == now:
            continue
        court.change(0, state, sealer=sealers[sealed])
        now = state
        if sealed:
            sealed_state, noise = state, False
        else:
            noise = True
        answer = check8(court, placed)
        if sealed_state in (None, "good") and noise:
            assert answer == NOT_SEALED
        else:
            assert answer == expected[sealed_state or "good"]


def test_status_is_asked_at_the_place_where_the_leaf_stands(court, placed):
    """A receipt that points at another place to hide a withdrawal learns nothing there."""
    other = court.anchor([court.other_leaf(5)])
    court.change(0, "withdrawn")
    receipt = court.receipt(placed)
    for wrong in (
        replace(receipt, index=other.index()),
        replace(receipt, index=99),
        replace(receipt, index=1),
        replace(receipt, index=1, position=1),
        replace(receipt, path=receipt.path[::-1], leaf=court.other_leaf(1)),
    ):
        assert court.checks(wrong)["8"].code == "8.leaf_not_in_ledger"


def test_an_unfinished_statement_store_and_malformed_statements_prove_nothing(court, placed):
    court.change(0, "withdrawn")

    class Twisted:
        """Gives a batch for a status statement: right hash, right seal, wrong kind."""

        def __init__(self, change):
            self.change = change

        def look(self, index):
            view = InProcessReader(court.made.chain, court.place).look(index)
            changes = tuple(replace(one, **self.change) for one in view.changes)
            return replace(view, changes=changes)

    named = sha256_hex(placed.cades)
    swapped = {"statement": placed.built.digest, "signature": named}
    assert check8(court, placed, sources=court.sources(ledger=Twisted(swapped))) == NOT_SEALED
    as_batch = {"state": "superseded"}
    assert check8(court, placed, sources=court.sources(ledger=Twisted(as_batch))) == NOT_SEALED
    elsewhere = {"school": "00" * 32}
    assert check8(court, placed, sources=court.sources(ledger=Twisted(elsewhere))) == NOT_SEALED


ANSWERS = {"same": ("passed", "9.same"), "different": ("failed", "9.different"),
           "unknown": ("failed", "9.unknown")}  # fmt: skip


def check9(court, placed, **changes):
    check = court.checks(court.receipt(placed), **changes)["9"]
    return check.status.value, check.code


@pytest.mark.parametrize("answer", ANSWERS)
def test_the_database_says_same_different_or_unknown(court, placed, answer):
    court.attestor = Attesting(answer)
    assert check9(court, placed) == ANSWERS[answer]


@pytest.mark.parametrize(
    "changes",
    [{"realm": "other.test"}, {"record_id": "other"}, {"version": 2}, {"digest": "00" * 32}],
    ids=lambda changes: next(iter(changes)),
)
def test_an_answer_to_another_question_says_nothing(court, placed, changes):
    court.attestor = Attesting("same", **changes)
    assert check9(court, placed) == ("not_checked", "9.other_question")


def test_an_old_or_early_answer_says_nothing(court, placed):
    for days in (timedelta(days=-2), timedelta(hours=1)):
        court.attestor = Attesting("same", as_of=format_time(BEGIN + days))
        assert check9(court, placed) == ("not_checked", "9.stale")


class Token:
    """Any text for a token."""

    def __init__(self, token):
        self.token = token

    def attest(self, *_):
        return self.token


def test_an_answer_that_the_department_did_not_sign_says_nothing(court, placed):
    said = Attesting().attest("r", 1, "00" * 32)
    stranger = OfficersKey.generate("officers-1").sign(b"{}")
    junk = the_world().officers.sign(b'{"type": "hocba.attestation/1"}')
    newer = the_world().officers.sign(b'{"type":"hocba.attestation/2"}')
    for token in (said[:-8], "", "a.b.c", stranger, junk, newer):
        court.attestor = Token(token)
        assert check9(court, placed) == ("not_checked", "9.not_signed")


def test_a_key_outside_its_dates_does_not_attest(court, placed):
    ended = tuple(
        replace(key, valid_to=BEGIN - timedelta(hours=1)) for key in court.trust.attest_keys
    )
    trust = replace(court.trust, attest_keys=ended)
    assert check9(court, placed, trust=trust) == ("not_checked", "9.not_signed")


@pytest.mark.parametrize("problem", ["unreachable", "malformed"])
def test_a_database_that_does_not_answer_was_not_checked(court, placed, problem):
    class Broken:
        def attest(self, *_):
            raise UnreachableError(f"attestor.{problem}")

    found = court.codes(court.receipt(placed), sources=court.sources(attestor=Broken()))
    assert found == GENUINE | {"9": f"9.{problem}"}


def test_a_principal_registered_for_a_seal_by_a_bad_governor_can_not_withdraw(court, placed):
    """Even with the certificate on the chain, the appointment says what it may do."""
    principal = court.world.signer("principal")
    fingerprint = principal.appointment.certificate
    court.made.register(SCHOOL.code, fingerprint)
    seq, previous = court.head()
    entry = StatusEntry(court.leaf.id(), 0, "withdrawn", "withdrawn", None)
    statement = build_status(
        realm=REALM, school=SCHOOL.code, seq=seq + 1, previous=previous, entries=[entry]
    )  # fmt: skip
    payload = statement.to_bytes()
    cades = court.sealed(payload, principal)
    set_status(
        court.made.writer("anchor"), court.made.contract,
        statement=statement, seal_fingerprint=fingerprint, cades=cades,
    )  # fmt: skip
    court.publish(statement.digest(), payload, cades)
    assert check8(court, placed) == NOT_SEALED
