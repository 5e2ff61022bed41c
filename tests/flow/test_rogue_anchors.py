"""The anchoring account in other hands, and a statement that fails: nobody else waits for it."""

from dataclasses import replace

import pytest
from fakes.small_school import CLERK, PIN
from sqlalchemy import select, text

from hocba.issuance import (
    StatusRequest,
    anchor_pending,
    find_school,
    online_sources,
    run_audit,
    withdraw_issued,
)
from hocba.issuance.models import AnchorRow, ReleasedRow, StatementRow
from hocba.issuance.stages import TranscriptId
from hocba.issuance.sweep import sweep
from hocba.kit.clock import now
from hocba.kit.errors import IntegrityError
from ledger.anchor import anchor_batch, set_status
from verifier.formats.statements import Batch, StatusStatement
from verifier.report import Verdict
from verifier.verify import verify

FIRST, SECOND = "3110000000", "3110000001"


def _statements(wp):
    with wp.database.transaction("test") as db:
        return db.scalars(select(StatementRow).order_by(StatementRow.seq)).all()


def _withdraw(wp, pupil):
    with wp.database.transaction("test") as db:
        request = StatusRequest(find_school(db, None), (pupil,))
    withdraw_issued(wp, request, staff=CLERK, pin=PIN, at=now())


def _spoil(wp, row):
    """As a superuser does who has switched off triggers."""
    owner = wp.database.owner()
    with owner.begin() as connection:
        connection.execute(text("SET session_replication_role = replica"))
        change = text("UPDATE statement SET payload = '{}' WHERE digest = :digest")
        connection.execute(change, {"digest": row.digest})
    owner.dispose()


def _verdicts(wp):
    with wp.database.transaction("test") as db:
        store = wp.store(db)
        files = [
            store.released(TranscriptId(each)).pdf
            for each in db.scalars(select(ReleasedRow.transcript_id))
        ]
    sources = online_sources(wp)
    return sorted(verify(one, trust=wp.trust, online=sources, now=now()).verdict for one in files)


def _differences(wp):
    return {(each.code, each.target, each.detail) for each in run_audit(wp).differences}


def test_junk_in_a_schools_name_holds_up_nothing_and_the_audit_names_it(lab, place):
    with lab.open(place("release")) as wp:
        (row,) = _statements(wp)
        batch, where = Batch.parse(row.payload), (wp.outside.writer, wp.trust.contract.address)
        how = {"seal_fingerprint": row.certificate, "cades": b"a thief's"}
        for stated in (replace(batch, root="0d" * 32), batch):
            anchor_batch(*where, batch=stated, **how)
        sweep(wp, clock=now)
        assert _verdicts(wp) == [Verdict.VALID, Verdict.VALID]
        junk = {("chain.differs", "entry:2", "signature")}
        missing = {("statement.missing", "entry:1", replace(batch, root="0d" * 32).digest())}
        assert _differences(wp) == junk | missing
        _withdraw(wp, FIRST)
        row = _statements(wp)[-1]
        set_status(*where, statement=StatusStatement.parse(row.payload), **how)
        sweep(wp, clock=now)
        assert _verdicts(wp) == [Verdict.NOT_VALID, Verdict.VALID]
        assert _differences(wp) == junk | missing | {("chain.differs", "entry:4", "signature")}


def test_a_statement_that_fails_holds_up_no_other_one(lab, place):
    with lab.open(place("withdraw")) as wp:
        _withdraw(wp, FIRST)
        _withdraw(wp, SECOND)
        spoilt, last = _statements(wp)[-2:]
        _spoil(wp, spoilt)
        for _ in range(2):
            with pytest.raises(IntegrityError) as caught:
                sweep(wp, clock=now)
            assert caught.value.code == "statement.changed"
        with wp.database.transaction("test") as db:
            assert db.get(AnchorRow, last.digest) is not None
            assert db.get(AnchorRow, spoilt.digest) is None
        assert _verdicts(wp) == [Verdict.NOT_VALID, Verdict.VALID]


def test_a_batch_is_released_though_another_statement_fails(lab, place):
    with lab.open(place("release")) as wp:
        anchor_pending(wp, at=now())
        _withdraw(wp, FIRST)
        _spoil(wp, _statements(wp)[-1])
        with pytest.raises(IntegrityError):
            sweep(wp, clock=now)
        assert _verdicts(wp) == [Verdict.VALID, Verdict.VALID]


def test_a_school_lifts_by_command_what_a_stolen_account_put_under_review(lab, place):
    at = place("withdraw")
    with lab.open(at) as wp:
        _withdraw(wp, FIRST)
        row = _statements(wp)[-1]
        junk = replace(StatusStatement.parse(row.payload), seq=row.seq + 7)
        set_status(
            wp.outside.writer, wp.trust.contract.address,
            statement=junk, seal_fingerprint=row.certificate, cades=b"a thief's",
        )  # fmt: skip
        assert _verdicts(wp) == [Verdict.COULD_NOT_CHECK, Verdict.VALID]
    told = lab.command(at, ["withdraw", FIRST, "--reaffirm", "--as", CLERK])
    assert (told.status, told.err) == (0, "")
    assert lab.command(at, ["worker", "--once"]).status == 0
    with lab.open(at) as wp:
        assert _verdicts(wp) == [Verdict.VALID, Verdict.VALID]
