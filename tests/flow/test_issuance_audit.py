"""What a database administrator could do by SQL, and how the audit and check 9 name it."""

import json

import pytest
from fakes.small_school import CLASS, CLERK, HOMEROOM, PIN, PRINCIPAL
from sqlalchemy import delete, select, text
from sqlalchemy.exc import DBAPIError

from hocba.issuance import (
    apply_seal,
    find_class,
    find_frozen,
    freeze,
    online_sources,
    propose,
    propose_seal,
    run_audit,
    sign,
)
from hocba.issuance.models import (
    AnchorRow,
    LeafRow,
    ReleasedRow,
    RevisionRow,
    StatementRow,
    TranscriptRow,
)
from hocba.issuance.rendition import template_of
from hocba.issuance.stages import TranscriptId
from hocba.issuance.store import frozen_context
from hocba.issuance.sweep import sweep
from hocba.kit.clock import now
from hocba.kit.errors import ConflictError, IntegrityError
from hocba.sector.models import FrozenRecord
from verifier.formats.canonical import canonical, sha256_hex
from verifier.report import Status, Verdict
from verifier.verify import verify


def _sql(wp, statement, **values):
    """Do as a superuser does who has switched off triggers and foreign keys."""
    owner = wp.database.owner()
    with owner.begin() as connection:
        connection.execute(text("SET session_replication_role = replica"))
        done = connection.execute(text(statement), values)
        assert done.rowcount > 0, statement
    owner.dispose()


def _codes(wp):
    return {each.code for each in run_audit(wp).differences}


def _first(wp):
    with wp.database.transaction("test") as db:
        return db.scalars(select(TranscriptRow).order_by(TranscriptRow.position)).first()


def _file(wp, transcript):
    with wp.database.transaction("test") as db:
        return wp.store(db).released(TranscriptId(transcript)).pdf


def _report(wp, pdf):
    return verify(pdf, trust=wp.trust, online=online_sources(wp), now=now())


def test_an_untouched_installation_has_no_difference(lab, place):
    at = place("end")
    done = lab.command(at, ["audit"])
    assert (done.status, done.err) == (0, "")
    told = json.loads(lab.command(at, ["audit", "--json"]).out)
    assert told == {"transcripts": 2, "statements": 2, "entries": 3, "differences": []}


def test_a_frozen_mark_changed_by_an_insider_is_found_and_check_9_disagrees(lab, place):
    at = place("withdraw")
    with lab.open(at) as wp:
        row = _first(wp)
        pdf = _file(wp, row.id)
        with wp.database.transaction("test") as db:
            record = json.loads(wp.store(db).frozen(TranscriptId(row.id)).record)
            record["subjects"][0]["term2"] = "9.9"
            forged = canonical(record)
            key = wp.vault.key(db, row.record_id)
            content = key.seal(forged, context=frozen_context(row.id))
        change = {"id": row.id, "content": content, "digest": sha256_hex(forged)}
        _sql(wp, "UPDATE frozen_record SET content = :content, digest = :digest WHERE id = :id",
             **change)  # fmt: skip
        assert _codes(wp) == {"transcript.record_changed"}
        digest = {"id": row.id, "digest": sha256_hex(forged)}
        _sql(wp, "UPDATE transcript SET record_digest = :digest WHERE id = :id", **digest)
        assert _codes(wp) == {"transcript.other_document"}
        report = _report(wp, pdf)
        assert report.check("9").code == "9.different"
        assert report.verdict is Verdict.COULD_NOT_CHECK
        failing = [one.id for one in report.checks if one.status is Status.FAILED]
        assert failing in ([], ["9"])
    assert lab.command(at, ["audit"]).status == 1


def test_a_frozen_mark_overwritten_blindly_is_found_too(lab, place):
    with lab.open(place("withdraw")) as wp:
        row = _first(wp)
        _sql(wp, "UPDATE frozen_record SET content = 'x' WHERE id = :id", id=row.id)
        assert _codes(wp) == {"vault.tampered"}
        assert _report(wp, _file_from_disk(wp, row)).check("9").code == "9.different"


def _file_from_disk(wp, row):
    """The released file without looking at the frozen record."""
    with wp.database.transaction("test") as db:
        released = db.get_one(ReleasedRow, row.id)
        key = wp.vault.key(db, row.record_id)
        tail = wp.blobs.load(key, released.blob, context=f"released_file:{row.id}")
        return template_of(wp.store(db).kind(TranscriptId(row.id))).prefix + tail


@pytest.mark.parametrize(
    ("statement", "codes"),
    [
        ("DELETE FROM frozen_record WHERE id = :id", {"transcript.record_missing"}),
        (
            "DELETE FROM transcript WHERE id = :id",
            {"transcript.missing", "leaf.without_transcript"},
        ),
        ("DELETE FROM leaf WHERE transcript_id = :id", {"batch.leaf_missing", "batch.other_root",
                                                        "batch.roster_differs"}),
        ("DELETE FROM revision WHERE transcript_id = :id AND number = 1",
         {"transcript.revision_missing"}),
        ("UPDATE revision SET digest = repeat('0', 64) WHERE transcript_id = :id AND number = 3",
         {"transcript.file_changed"}),
        ("UPDATE released_file SET digest = repeat('0', 64) WHERE transcript_id = :id",
         {"transcript.file_changed"}),
        ("UPDATE transcript SET slot = repeat('0', 64) WHERE id = :id",
         {"slot.of_another_pupil"}),
        ("UPDATE leaf SET payload = '{}' WHERE transcript_id = :id",
         {"leaf.changed", "transcript.other_leaf"}),
        ("UPDATE statement SET payload = '{}' WHERE :id IS NOT NULL",
         {"statement.changed", "chain.differs"}),
        ("UPDATE statement SET roster = '{}' WHERE :id IS NOT NULL",
         {"batch.roster_changed", "chain.differs"}),
        ("UPDATE statement SET cades = '0' WHERE :id IS NOT NULL",
         {"statement.not_sealed", "chain.differs"}),
        ("UPDATE anchor SET first_index = 7 WHERE :id IS NOT NULL", {"anchor.changed"}),
        ("UPDATE log_entry SET payload = '{}' WHERE index = 1 AND :id IS NOT NULL",
         {"log.entry_changed"}),
        ("DELETE FROM log_entry WHERE index = 0 AND :id IS NOT NULL", {"log.entry_missing"}),
    ],
)  # fmt: skip
def test_what_sql_changes_or_deletes_is_named(lab, place, statement, codes):
    with lab.open(place("withdraw")) as wp:
        _sql(wp, statement.replace(":id IS", "CAST(:id AS uuid) IS"), id=_first(wp).id)
        found = _codes(wp)
        assert codes <= found, found
        assert found <= codes | {"transcript.unreadable", "transcript.not_in_batch",
                                 "transcript.moved_on", "statement.changed"}  # fmt: skip


def test_a_deleted_statement_is_missed_by_the_chain(lab, place):
    with lab.open(place("withdraw")) as wp:
        _sql(wp, "DELETE FROM statement")
        assert "statement.missing" in _codes(wp)


def test_a_stored_pdf_swapped_for_another_is_found(lab, place):
    with lab.open(place("withdraw")) as wp:
        with wp.database.transaction("test") as db:
            one, other = db.scalars(select(ReleasedRow)).all()
        store = wp.blobs.store
        store.path(one.blob).write_bytes(store.path(other.blob).read_bytes())
        assert _codes(wp) == {"storage.swapped"}


def test_swapping_the_addresses_as_well_does_not_help(lab, place):
    with lab.open(place("withdraw")) as wp:
        with wp.database.transaction("test") as db:
            one, other = db.scalars(select(ReleasedRow)).all()
        change = {"id": one.transcript_id, "blob": other.blob}
        _sql(wp, "UPDATE released_file SET blob = :blob WHERE transcript_id = :id", **change)
        assert _codes(wp) == {"vault.tampered"}


def test_a_revision_swapped_within_one_transcript_is_found(lab, place):
    with lab.open(place("withdraw")) as wp:
        row = _first(wp)
        with wp.database.transaction("test") as db:
            first = db.get_one(RevisionRow, (row.id, 1))
        change = {"id": row.id, "blob": first.blob}
        _sql(wp, "UPDATE revision SET blob = :blob WHERE transcript_id = :id AND number = 2",
             **change)  # fmt: skip
        assert _codes(wp) == {"vault.tampered"}


def test_a_slot_used_twice_is_found(lab, place):
    """Somebody hides an issued transcript from the tables and has the pupil issued again."""
    with lab.open(place("withdraw")) as wp:
        row = _first(wp)
        _sql(wp, "UPDATE transcript SET returned_at = now() WHERE id = :id", id=row.id)
        _sql(wp, "DELETE FROM leaf WHERE transcript_id = :id", id=row.id)
        with wp.database.transaction("test") as db:
            target = find_class(db, class_name=CLASS)
        freeze(wp, target, by=HOMEROOM, at=now(), pending=True)
        with wp.database.transaction("test") as db:
            frozen = find_frozen(db, target)
        for role, staff in (("homeroom", HOMEROOM), ("principal", PRINCIPAL)):
            sign(wp, propose(wp, frozen, role=role, staff=staff, at=now()), pin=PIN, clock=now)
        apply_seal(wp, propose_seal(wp, frozen, staff=CLERK, at=now()), pin=PIN, clock=now)
        sweep(wp, clock=now)
        assert "slot.used_twice" in _codes(wp)


@pytest.mark.parametrize(
    "row", [FrozenRecord, RevisionRow, LeafRow, StatementRow, ReleasedRow, AnchorRow]
)
def test_the_application_itself_may_not_delete_what_was_signed(lab, place, row):
    refused = pytest.raises((DBAPIError, ConflictError))
    with lab.open(place("withdraw")) as wp, refused as caught, wp.database.transaction("x") as db:
        db.execute(delete(row))
    assert "permission denied" in str(caught.value) or caught.value.code == "record.immutable"


def test_a_roster_with_one_slot_twice_is_never_sealed(lab, place):
    with lab.open(place("seal")) as wp:
        with wp.database.transaction("test") as db:
            one, other = db.scalars(select(TranscriptRow)).all()
        _sql(wp, "UPDATE transcript SET slot = :slot WHERE id = :id", id=one.id, slot=other.slot)
        with wp.database.transaction("test") as db:
            frozen = find_frozen(db, find_class(db, class_name=CLASS))
        offer = propose_seal(wp, frozen, staff=CLERK, at=now())
        with pytest.raises(IntegrityError) as caught:
            apply_seal(wp, offer, pin=PIN, clock=now)
        assert caught.value.code == "roster.same_slot_twice"
