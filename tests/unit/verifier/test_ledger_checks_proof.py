"""Checks 7a to 7e: what each catches, and that it catches nothing else."""

from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fakes.court import BEGIN, GENUINE, LOG_KEY, Court, Placed
from fakes.ledgers import ledger_on
from fakes.world import AT, OTHER_SCHOOL, SCHOOL, the_world

from ledger.anchor import Anchored
from ledger.chains.reader import InProcessReader
from ledger.log import Log, LogKey, sign_checkpoint
from signing import pades
from verifier.checks import ledger
from verifier.errors import UnreachableError
from verifier.formats import trusted_root
from verifier.formats.canonical import sha256_hex
from verifier.formats.merkle import verify_consistency
from verifier.formats.note import Checkpoint
from verifier.formats.view import SealDates
from verifier.online import Sources


@pytest.fixture
def court(tmp_path):
    with ledger_on("fake", tmp_path) as made:
        yield Court(made)


@pytest.fixture
def placed(court):
    court.anchor([court.other_leaf(8)])
    return court.anchor([court.leaf, court.other_leaf(1), court.other_leaf(2)])


@pytest.mark.parametrize("kind", ["fake", "embedded"])
def test_a_genuine_transcript_passes_all_that_can_be_checked(kind, tmp_path):
    with ledger_on(kind, tmp_path) as made:
        court = Court(made)
        court.anchor([court.other_leaf(8)])
        placed = court.anchor([court.leaf, court.other_leaf(1), court.other_leaf(2)])
        assert court.codes(court.receipt(placed)) == GENUINE


def test_a_receipt_inside_the_seal_or_beside_the_file_is_the_same(court, placed):
    receipt = court.receipt(placed)
    data = pades.embed_receipt(court.data, 2, receipt.to_bytes())
    assert court.codes(None, data=data) == GENUINE


def test_a_receipt_stays_good_when_the_log_grows(court, placed):
    early = court.receipt(placed)
    court.anchor([court.other_leaf(9)])
    late = court.receipt(placed)
    assert early.checkpoint != late.checkpoint
    assert court.codes(early) == court.codes(late) == GENUINE


def test_without_a_receipt_nothing_of_the_ledger_is_checked(court, placed):
    found = court.codes(None)
    assert [found[name] for name in ("7a", "7b", "7c", "7d", "8")] == [
        "7a.no_receipt", "7b.no_receipt", "7c.no_receipt", "7d.no_receipt", "8.no_receipt"
    ]  # fmt: skip
    assert found["9"] == "9.same"


def test_a_receipt_moved_from_another_transcript_fails_7a_alone(court, placed):
    assert court.failed(court.receipt(placed, 1)) == {"7a.other_leaf"}


def test_the_detail_of_7a_says_what_differs(court, placed):
    check = court.checks(court.receipt(placed, 1))["7a"]
    assert check.detail == "record_digest, record_id"


@pytest.mark.parametrize(
    "changes",
    [{"seal": "00" * 32}, {"record_digest": "00" * 32}, {"fields_root": "00" * 32},
     {"rendition_digest": "00" * 32}, {"version": 2}, {"previous_leaf": "00" * 32},
     {"twin_of": "00" * 32}],
)  # fmt: skip
def test_a_leaf_that_differs_in_anything_fails_7a_alone(court, changes):
    """Anchored and sealed by the school itself, but it is not the leaf of this file."""
    placed = court.anchor([replace(court.leaf, **changes)])
    assert court.failed(court.receipt(placed)) == {"7a.other_leaf"}


def test_a_re_sealed_file_is_not_the_anchored_one(court, placed):
    """Another seal of the same school over the same document: same text, other leaf."""
    world = the_world()
    again = world.signed(world.signers(seal=world.seal_of(SCHOOL)), at=AT)
    check = court.checks(court.receipt(placed), data=again)["7a"]
    assert check.code == "7a.other_leaf"
    assert "seal" in check.detail


def test_a_path_to_another_root_fails_7b_alone(court, placed):
    receipt = court.receipt(placed)
    for wrong in (
        replace(receipt, path=receipt.path[::-1]),
        replace(receipt, path=receipt.path[:1]),
        replace(receipt, position=1, index=receipt.index + 1),
    ):
        assert "7b.wrong_path" in court.failed(wrong)
    assert court.failed(replace(receipt, path=receipt.path[::-1])) == {"7b.wrong_path"}


@pytest.mark.parametrize(
    "changes",
    [{"index": 7}, {"entry_index": 0}, {"block": 1}, {"realm": "other.test"}],
)
def test_a_receipt_at_odds_with_its_entry_fails_7b(court, placed, changes):
    receipt = replace(court.receipt(placed), **changes)
    check = court.checks(receipt)["7b"]
    assert check.code == "7b.other_entry"
    assert set(check.detail.split(", ")) == set(changes)


def test_the_receipt_of_another_batch_fails(court, placed):
    """Batch, path and seal of one, entry of another."""
    other = court.receipt(court.anchor([court.other_leaf(5)]))
    mixed = replace(
        court.receipt(placed), entry=other.entry, entry_index=other.entry_index,
        entry_path=other.entry_path, block=other.block, checkpoint=other.checkpoint,
    )  # fmt: skip
    found = court.checks(mixed)
    assert found["7b"].code == "7b.other_entry"
    assert {"statement", "root", "seq"} <= set(found["7b"].detail.split(", "))
    assert found["7d"].code == "7d.other_entry"


def test_a_checkpoint_that_the_log_never_signed_fails_7b_alone(court, placed):
    receipt, forger = court.receipt(placed), LogKey(LOG_KEY.public.name, other_key())
    forged = sign_checkpoint(court.log().checkpoint(LOG_KEY.public.name), forger)
    for note in (forged, receipt.checkpoint[:-10] + "AAAAAAAA=\n", "no note"):
        assert court.failed(replace(receipt, checkpoint=note)) == {"7b.checkpoint_not_signed"}


def test_an_entry_outside_the_signed_log_fails_7b_alone(court, placed):
    receipt = court.receipt(placed)
    shorter = Log(court.log().entries[: receipt.entry_index])
    note = sign_checkpoint(shorter.checkpoint(LOG_KEY.public.name), LOG_KEY)
    assert court.failed(replace(receipt, checkpoint=note)) == {"7b.wrong_entry_path"}
    other = Checkpoint(LOG_KEY.public.name, len(court.log().entries), bytes(32))
    note = sign_checkpoint(other, LOG_KEY)
    assert court.failed(replace(receipt, checkpoint=note)) == {"7b.wrong_entry_path"}


def other_key():
    return Ed25519PrivateKey.from_private_bytes(b"f" * 32)


def test_a_batch_that_another_school_sealed_fails_7c_alone(court):
    """A stolen EVM account can anchor it and name the victim's seal; the X.509 seal it has not."""
    placed = court.anchor([court.leaf], sealer=court.seal(OTHER_SCHOOL.code))
    assert court.failed(court.receipt(placed)) == {"7c.other_school"}


def test_a_batch_sealed_by_a_principal_fails_7c_alone(court):
    placed = court.anchor([court.leaf], sealer=court.world.signer("principal"))
    assert court.failed(court.receipt(placed)) == {"7c.not_a_seal"}


def test_a_batch_under_another_seal_of_the_school_than_anchored_fails_7c_alone(court):
    placed = court.anchor([court.leaf], sealer=court.world.seal_of(SCHOOL))
    assert court.failed(court.receipt(placed)) == {"7c.other_seal"}


def test_a_batch_that_nobody_sealed_fails_7c_alone(court, placed):
    receipt = court.receipt(placed)
    for cades in (b"0", receipt.batch_cades[:-1], court.sealed(b"another statement")):
        assert court.failed(replace(receipt, batch_cades=cades)) == {"7c.not_sealed"}


def test_a_leaf_of_another_school_in_our_batch_fails_7c(court):
    """The school seals a batch, but the leaf says that another one issued it."""
    placed = court.anchor([court.leaf])
    receipt = court.receipt(placed)
    foreign = replace(receipt, leaf=replace(receipt.leaf, issuer=OTHER_SCHOOL.code))
    found = court.checks(foreign)
    assert found["7c"].code == "7c.other_school"
    assert found["7a"].code == "7a.other_leaf"
    assert found["7b"].code == "7b.wrong_path"


def test_a_seal_from_an_untrusted_root_fails_7c(court, placed):
    bare = replace(court.trust, authorities=())
    assert court.failed(court.receipt(placed), trust=bare) == {"7c.not_sealed"}


def test_sealed_by_the_real_seal_and_never_anchored_fails_7d_alone(court, placed):
    """With every key of school and log, but without the chain."""
    built = court.built([court.leaf])
    cades = court.sealed(built.payload)
    log = court.log()
    last = log.entries[-1]
    invented = replace(
        last, index=last.index + 1, block=last.block + 1,
        data=replace(
            last.data, seq=built.batch.seq, previous=built.batch.previous, first_index=4,
            statement=built.digest, root=built.batch.root, leaf_count=1,
            signature=sha256_hex(cades),
        ),
    )  # fmt: skip
    where = Anchored(built.digest, invented.index, 4, invented.block, BEGIN, None)
    receipt = court.receipt(Placed(built, cades, where), log=Log([*log.entries, invented]))
    assert court.failed(receipt) == {"7d.not_anchored"}
    court.anchor([court.other_leaf(6)])
    assert court.failed(receipt) == {"7d.other_entry"}


def test_a_log_rolled_back_is_noticed_by_the_receipt_and_by_consistency(court, placed, tmp_path):
    """The department rewrites the chain without the batch: the old receipt and checkpoint stand."""
    receipt, before = court.receipt(placed), court.log()
    with ledger_on("fake", tmp_path) as other:
        rewritten = Court(other)
        rewritten.anchor([rewritten.other_leaf(8)])
        rewritten.anchor([rewritten.other_leaf(7)])
        genesis = replace(court.trust.contract, address=other.contract)
        trust = replace(court.trust, contract=genesis)
        moved = replace(receipt, contract=other.contract)
        reader = InProcessReader(other.chain, rewritten.place)
        found = court.checks(moved, sources=court.sources(ledger=reader), trust=trust)
        assert found["7d"].code == "7d.other_entry"
        after = rewritten.log()
    with pytest.raises(Exception, match="wrong_root"):
        verify_consistency(
            old_size=before.size, old_root=before.root(), size=after.size, root=after.root(),
            path=after.consistency_path(before.size),
        )  # fmt: skip


@pytest.mark.parametrize(
    "changes", [{"chain_id": 5}, {"genesis": "00" * 32}, {"contract": "0x" + "99" * 20}]
)
def test_a_receipt_that_names_another_chain_fails_7d_alone(court, placed, changes):
    assert court.failed(replace(court.receipt(placed), **changes)) == {"7d.other_chain"}


@pytest.mark.parametrize(
    "changes", [{"chain_id": 5}, {"genesis": "00" * 32}, {"contract": "0x" + "99" * 20}]
)
def test_a_view_of_another_chain_says_nothing(court, placed, changes):
    class Elsewhere:
        def look(self, index):
            return replace(InProcessReader(court.made.chain, court.place).look(index), **changes)

    found = court.codes(court.receipt(placed), sources=court.sources(ledger=Elsewhere()))
    assert (found["7d"], found["8"]) == ("7d.wrong_chain", "8.wrong_chain")


@pytest.mark.parametrize("problem", ["unreachable", "malformed", "wrong_chain"])
def test_an_outage_is_never_a_failure(court, placed, problem):
    class Broken:
        def look(self, _index):
            raise UnreachableError(f"chain.{problem}")

    receipt = court.receipt(placed)
    found = court.checks(receipt, sources=court.sources(ledger=Broken()))
    assert (found["7d"].code, found["8"].code) == (f"7d.{problem}", f"8.{problem}")
    assert {check.status.value for check in found.values()} == {"passed", "not_checked"}


def test_offline_the_chain_was_not_asked(court, placed):
    found = court.codes(court.receipt(placed), sources=Sources(clock=lambda: BEGIN))
    assert (found["7d"], found["8"], found["9"]) == ("7d.not_asked", "8.not_asked", "9.not_asked")
    assert found["7c"] == "7c.sealed_by_school"


@pytest.mark.parametrize(
    "dates",
    [None, (BEGIN + timedelta(days=1), None), (BEGIN - timedelta(days=9), BEGIN)],
    ids=["never registered", "registered later", "ended before"],
)
def test_a_seal_that_was_not_registered_then_fails_7d_alone(court, placed, dates):
    """The contract does not take such a batch; a rewritten chain might show one."""

    class Rewritten:
        def look(self, index):
            view = InProcessReader(court.made.chain, court.place).look(index)
            return replace(view, seal=None if dates is None else SealDates(*dates))

    found = court.checks(court.receipt(placed), sources=court.sources(ledger=Rewritten()))
    failed = {check.code for check in found.values() if check.status.value == "failed"}
    assert failed == {"7d.seal_not_registered"}


@pytest.mark.parametrize(
    "changes",
    [{"root": "00" * 32}, {"statement": "00" * 32}, {"first_index": 9}, {"leaf_count": 9},
     {"seal_fingerprint": "00" * 32}, {"school": "00" * 32}, {"seq": 9}, {"previous": None},
     {"index": 9}, {"block": 9}, {"at": BEGIN + timedelta(days=1)}],
    ids=lambda changes: next(iter(changes)),
)  # fmt: skip
def test_a_chain_that_says_anything_else_fails_7d(court, placed, changes):
    class Other:
        def look(self, index):
            view = InProcessReader(court.made.chain, court.place).look(index)
            return replace(view, entry=replace(view.entry, **changes))

    found = court.checks(court.receipt(placed), sources=court.sources(ledger=Other()))
    assert found["7d"].code in ("7d.other_entry", "7d.seal_not_registered")
    assert found["7d"].status.value == "failed"


def test_junk_for_a_receipt_fails_and_a_newer_one_asks_for_a_newer_verifier(court, placed):
    receipt = court.receipt(placed)
    newer = receipt.to_bytes().replace(b"hocba.receipt/1", b"hocba.receipt/2")
    ctx = court.context(b"junk")
    assert {check.code for check in ledger.check(ctx)} == {
        "7a.malformed", "7b.malformed", "7c.malformed"
    }  # fmt: skip
    assert {check.code for check in ledger.check(court.context(newer))} == {
        f"{name}.newer_verifier_needed" for name in ("7a", "7b", "7c")
    }


def test_a_receipt_whose_entry_is_no_batch_fails(court, placed):
    receipt = court.receipt(placed)
    wrong = replace(receipt, entry=court.log().entries[0])
    found = court.codes(wrong)
    assert found["7b"] == "7b.malformed"
    assert found["7c"] == "7c.malformed"


def test_a_file_of_another_realm_is_not_in_this_realms_log(court, placed):
    other = replace(
        court.trust,
        realm="other.test",
        log_key=trusted_root.LogKey("log.other.test", bytes(32)),
    )
    found = court.checks(court.receipt(placed), trust=other)
    assert found["7b"].code == "7b.other_entry"
    assert found["7b"].detail == "realm"
    assert found["7c"].code == "7c.not_sealed"


def test_a_seal_whose_appointment_is_newer_than_we_asks_for_a_newer_verifier(court, monkeypatch):
    seal = court.seal()
    monkeypatch.setattr(pades, "_check_appointment", lambda *_: seal.appointment)
    said = seal.appointment.to_bytes().replace(b"hocba.appointment/1", b"hocba.appointment/2")
    placed = court.anchor([court.leaf], sealer=replace(seal, jws=the_world().officers.sign(said)))
    found = court.checks(court.receipt(placed))
    assert (found["7c"].status.value, found["7c"].code) == (
        "not_checked",
        "7c.newer_verifier_needed",
    )


def test_a_file_that_gives_no_leaf_leaves_7b_and_7c_judged(court, placed):
    ctx = court.context(court.receipt(placed), pdf=None)
    assert [check.code for check in ledger.check(ctx)] == [
        "7a.not_reached", "7b.in_log", "7c.sealed_by_school"
    ]  # fmt: skip


def test_a_node_that_has_not_come_so_far_is_an_outage(court, placed):
    class Behind:
        def __init__(self, block):
            self.block = block

        def look(self, index):
            view = InProcessReader(court.made.chain, court.place).look(index)
            return replace(view, entry=None, seal=None, block=self.block)

    receipt = court.receipt(placed)
    behind = court.codes(receipt, sources=court.sources(ledger=Behind(receipt.block - 1)))
    assert (behind["7d"], behind["8"]) == ("7d.node_behind", "8.leaf_not_in_ledger")
    there = court.codes(receipt, sources=court.sources(ledger=Behind(receipt.block)))
    assert there["7d"] == "7d.not_anchored"
