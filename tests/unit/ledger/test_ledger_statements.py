"""Batches, slots, logs, receipts, and their comparison with the chain."""

import hmac

import pytest
from fakes.statements import (
    CADES,
    LOG_KEY,
    PLACE,
    SEAL,
    batch_of,
    changed,
    entry_of,
    hashed,
    head,
    leaf,
    published,
    receipt_of,
    rows,
    school_entry,
)

from ledger.audit import differences
from ledger.log import Log, LogError, sign_checkpoint
from ledger.receipts import ReceiptError, SealedBatch, build_receipt
from ledger.statements import StatementError, build_batch, build_status, slot
from verifier.errors import FormatError
from verifier.formats.canonical import sha256_hex
from verifier.formats.entries import Entry, StatusChanged
from verifier.formats.merkle import verify_consistency, verify_inclusion
from verifier.formats.note import open_checkpoint
from verifier.formats.statements import RosterRow, StatusEntry, school_key

KEY = bytes(range(32))


def test_every_leaf_leads_to_the_root_of_its_batch():
    built = batch_of(45)
    for position, one in enumerate(built.leaves):
        verify_inclusion(
            one.to_bytes(),
            index=position,
            size=built.batch.leaf_count,
            path=built.path(position),
            root=bytes.fromhex(built.batch.root),
        )


@pytest.mark.parametrize(
    ("leaves", "code"),
    [
        ([], "batch.empty"),
        ([leaf(0), leaf(0)], "batch.same_leaf_twice"),
        ([leaf(0, issuer="other")], "batch.other_school"),
        ([leaf(0, realm="other.test")], "batch.other_school"),
        ([leaf(0, kind="partial")], "batch.other_school"),
    ],
)
def test_leaves_that_do_not_belong_together_make_no_batch(leaves, code):
    with pytest.raises(StatementError, match=code):
        build_batch(head(), leaves, rows(leaves))


def test_a_roster_names_each_leaf_once_and_no_other():
    leaves = [leaf(0), leaf(1)]
    good = rows(leaves)
    for wrong in (
        good[:1],
        [good[0], good[0]],
        [good[0], good[1], changed(good[1], slot=hashed("slot 9"))],
        [good[0], changed(good[1], leaf=hashed("other"))],
        [changed(good[0], index=1), changed(good[1], index=0)],
    ):
        with pytest.raises(StatementError, match="other_leaf"):
            build_batch(head(), leaves, wrong)


def test_a_slot_has_one_live_leaf():
    leaves = [leaf(0), leaf(1)]
    good = rows(leaves)
    with pytest.raises(StatementError, match="same_slot_twice"):
        build_batch(head(), leaves, [good[0], changed(good[1], slot=good[0].slot)])
    absent = RosterRow(None, good[0].slot, "none", None)
    with pytest.raises(StatementError, match="same_slot_twice"):
        build_batch(head(), leaves, [*good, absent])


def test_a_twin_shares_its_slot():
    pdf = leaf(0)
    twin = leaf(0, twin_of=pdf.id(), rendition_type="xml")
    good = rows([pdf, twin])
    build_batch(head(), [pdf, twin], [good[0], changed(good[1], slot=good[0].slot)])


def test_a_leaf_is_replaced_once():
    leaves = [leaf(0), leaf(1)]
    with pytest.raises(StatementError, match="replaces_twice"):
        build_batch(head(), leaves, rows(leaves, {0: 7, 1: 7}))


def test_pupils_without_a_leaf_have_a_row():
    leaves = [leaf(0)]
    absent = RosterRow(None, hashed("slot 8"), "none", None)
    built = build_batch(head(), leaves, [*rows(leaves), absent])
    assert built.batch.leaf_count == 1
    assert len(built.roster.rows) == 2


def test_a_slot_is_the_pupils_under_the_departments_key():
    made = slot(KEY, pupil="3110000001", year="2025-2026", kind="year")
    expected = hmac.new(KEY, b"3110000001|2025-2026|year", "sha256").hexdigest()
    assert made == expected
    others = {
        slot(bytes(32), pupil="3110000001", year="2025-2026", kind="year"),
        slot(KEY, pupil="3110000002", year="2025-2026", kind="year"),
        slot(KEY, pupil="3110000001", year="2026-2027", kind="year"),
        slot(KEY, pupil="3110000001", year="2025-2026", kind="partial"),
        slot(KEY, pupil="3110000001", year="2025-2026", kind="partial", school="A"),
        slot(KEY, pupil="3110000001", year="2025-2026", kind="partial", school="B"),
    }
    assert len(others | {made}) == 7


@pytest.mark.parametrize("pupil", ["", "1|2025-2026"])
def test_a_slot_that_could_be_read_in_two_ways_is_refused(pupil):
    with pytest.raises(StatementError, match="malformed"):
        slot(KEY, pupil=pupil, year="2025-2026", kind="year")
    with pytest.raises(StatementError, match="malformed"):
        slot(b"short", pupil="1", year="2025-2026", kind="year")


def test_a_status_statement_is_read_back_before_it_is_sealed():
    entry = StatusEntry(hashed("leaf"), 4, "withdrawn", "withdrawn", None)
    made = build_status(realm="r.test", school="1", seq=2, previous=hashed("p"), entries=[entry])
    assert made.entries == (entry,)
    with pytest.raises(FormatError):
        build_status(realm="r.test", school="1", seq=2, previous=None, entries=[entry])


def test_a_log_has_no_gap():
    entries = [school_entry(0), entry_of(batch_of(), 1)]
    assert Log(entries).size == 2
    for wrong in ([entries[1]], [entries[0], entries[0]], entries[::-1]):
        with pytest.raises(LogError, match="gap"):
            Log(wrong)


def test_a_checkpoint_covers_all_entries_and_every_older_log():
    entries = [school_entry(0), *(entry_of(batch_of(), index) for index in range(1, 12))]
    log = Log(entries)
    checkpoint = open_checkpoint(
        sign_checkpoint(log.checkpoint(LOG_KEY.public.name), LOG_KEY), LOG_KEY.public
    )
    assert (checkpoint.size, checkpoint.root) == (12, log.root())
    for index, entry in enumerate(entries):
        verify_inclusion(
            entry.to_bytes(),
            index=index,
            size=12,
            path=log.inclusion_path(index),
            root=checkpoint.root,
        )
    for size in range(13):
        older = Log(entries[:size])
        verify_consistency(
            old_size=size,
            old_root=older.root(),
            size=12,
            root=log.root(),
            path=log.consistency_path(size),
        )


def test_an_empty_log_has_a_root():
    assert Log([]).checkpoint("log.test").size == 0


def test_a_receipt_joins_leaf_batch_entry_and_checkpoint():
    receipt = receipt_of(batch_of(5), 3)
    assert (receipt.index, receipt.position, receipt.leaf) == (3, 3, leaf(3))
    assert (receipt.contract, receipt.block) == (PLACE.address, receipt.entry.block)


def test_a_receipt_of_another_batch_is_not_built():
    built, other = batch_of(3), batch_of(2)
    with pytest.raises(ReceiptError, match="other_batch"):
        SealedBatch.of(built.payload, b"cades", other.leaves)
    sealed = SealedBatch.of(built.payload, b"cades", built.leaves)
    log = published([school_entry(), entry_of(other)])
    for entry in (0, 1):
        with pytest.raises(ReceiptError, match="other_entry"):
            build_receipt(sealed, 0, log, entry_index=entry)


def test_an_entry_that_says_what_was_stated_has_no_differences():
    built = batch_of(3, {1: 9})
    assert differences(entry_of(built), built.payload, built.roster_bytes, cades=CADES) == []
    assert differences(school_entry(), None, cades=CADES) == []


def test_what_the_sender_changed_on_the_chain_is_named():
    """The seal does not cover the transaction's arguments: a stolen account could alter them."""
    built = batch_of(3, {1: 9})
    entry = entry_of(built)

    def told(**changes):
        other = changed(entry, data=changed(entry.data, **changes))
        return differences(other, built.payload, built.roster_bytes, cades=CADES)

    assert told(replaces=()) == ["replaces"]
    assert told(replaces=(9, 10)) == ["replaces"]
    assert told(root=hashed("other")) == ["root"]
    assert told(leaf_count=4) == ["leaf_count"]
    assert told(seq=2) == ["seq"]
    assert told(previous=hashed("p")) == ["previous"]
    assert told(school=hashed("s")) == ["school"]
    assert told(statement=hashed("s")) == ["statement"]
    assert differences(
        changed(entry, realm="other.test"), built.payload, built.roster_bytes, cades=CADES
    ) == ["realm"]


def test_what_is_missing_is_named():
    built = batch_of(3)
    assert differences(entry_of(built), None, cades=CADES) == ["statement_missing"]
    assert differences(entry_of(built), built.payload, cades=CADES) == ["roster_missing"]
    assert differences(entry_of(built), built.payload, batch_of(2).roster_bytes, cades=CADES) == [
        "roster_root"
    ]
    assert differences(entry_of(built), built.payload, b"junk", cades=CADES) == ["json.malformed"]


def test_a_changed_state_on_the_chain_is_named():
    entries = (StatusEntry(leaf().id(), 0, "withdrawn", "withdrawn", None),)
    statement = build_status(
        realm=leaf().realm, school=leaf().issuer, seq=2, previous=hashed("p"), entries=entries
    )
    key = school_key(statement.realm, statement.school).hex()
    data = StatusChanged(
        key, 2, hashed("p"), statement.digest(), SEAL, sha256_hex(CADES), (0,), ("withdrawn",), None
    )
    entry = Entry(statement.realm, 3, 9, "2026-06-01T02:04:00Z", data)
    assert differences(entry, statement.to_bytes(), cades=CADES) == []
    for changes in ({"states": ("good",)}, {"indices": (1,)}):
        other = changed(entry, data=changed(data, **changes))
        assert differences(other, statement.to_bytes(), cades=CADES) == ["states"]
    review = changed(entry, data=changed(data, school=None, seq=None, previous=None))
    assert differences(review, None, cades=CADES) == []
    assert differences(entry, batch_of().payload, cades=CADES) == ["statement"]
