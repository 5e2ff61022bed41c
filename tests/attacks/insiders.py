"""For each check one file or state of the world, made with all keys, that it alone refuses.

    with build(settings, folder) as world:
        world.files["page-shows-another-mark"]       # fails check 6, and that alone
        world.report("page-shows-another-mark")

A real installation with two schools; part of a class is issued by the spine, the rest by an
insider (`insider_keys.py`). `CASES` says what must come of each. Two files stand apart: their
leaf has no proved place on the chain, so check 8 has no question either (`WITHOUT_A_PLACE`).
"""

import json
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from attacks.insider_keys import Insider
from fakes import broken
from fakes.small_school import (
    CLASS,
    CLERK,
    HOMEROOM,
    PIN,
    PRINCIPAL,
    STRANGER,
    school_file,
    write_workbook,
)

from hocba.documents.writer import render
from hocba.issuance import (
    ReturnRequest,
    StatusRequest,
    anchor_pending,
    apply_seal,
    enrol_school,
    find_class,
    find_frozen,
    find_school,
    found,
    freeze,
    online_sources,
    open_for_correction,
    open_workplace,
    propose,
    propose_seal,
    read_marks,
    read_school_file,
    release_batch,
    sign,
    withdraw_issued,
    write_marks,
)
from hocba.issuance.outside import open_writer
from hocba.issuance.rendition import template_of
from hocba.issuance.stages import TranscriptId
from hocba.kit.clock import now
from ledger.anchor import put_under_review
from verifier.formats.appointment import class_scope
from verifier.formats.canonical import canonical, sha256_hex
from verifier.formats.entries import BatchAnchored, Entry
from verifier.formats.statements import school_key
from verifier.formats.times import format_time, parse_time
from verifier.report import Status, Verdict
from verifier.verify import verify

SCHOOL, NEIGHBOUR, OTHER_CLASS = "31-11311-01", "31-11320-07", "6A2"
BACKDATED = timedelta(minutes=2)
STALE = timedelta(hours=3)
"""Older than any answer about a certificate may be."""


@dataclass(frozen=True)
class Case:
    """What must come of one file: the check that refuses it, and the verdict."""

    name: str
    check: str
    code: str
    verdict: Verdict = Verdict.NOT_VALID
    status: Status = Status.FAILED


_COULD_NOT = Verdict.COULD_NOT_CHECK
CASES = (
    Case("pages-over-the-limit", "1", "1.too_many_pages"),
    Case("comment-between-objects", "2", "2.document_differs"),
    Case("certificate-revoked", "3", "3.revoked"),
    Case("certificate-expired", "3", "3.expired"),
    Case("status-stale", "3", "3.no_status", _COULD_NOT, Status.NOT_CHECKED),
    Case("principal-of-another-school", "4", "4.other_school"),
    Case("teacher-of-another-class", "4", "4.other_scope"),
    Case("update-after-the-last-timestamp", "5", "5.foreign_revision"),
    Case("page-shows-another-mark", "6", "6.differs"),
    Case("receipt-of-another-transcript", "7a", "7a.other_leaf"),
    Case("path-of-another-entry", "7b", "7b.wrong_entry_path"),
    Case("batch-sealed-by-neighbour", "7c", "7c.other_school"),
    Case("batch-signed-by-principal", "7c", "7c.not_a_seal"),
    Case("entry-backdated", "7d", "7d.other_entry"),
    Case("withdrawn", "8", "8.withdrawn"),
    Case("under-review-by-school", "8", "8.under_review", _COULD_NOT),
    Case("under-review-by-department", "8", "8.under_review", _COULD_NOT),
    Case("superseded", "8", "8.superseded", Verdict.VALID_NOTE),
    Case("frozen-record-changed", "9", "9.different", _COULD_NOT),
    Case("frozen-record-deleted", "9", "9.different", _COULD_NOT),
    Case("unknown-to-the-database", "9", "9.unknown", _COULD_NOT),
)
CONTROLS = ("issued-by-the-spine", "issued-by-the-insider")
WITHOUT_A_PLACE = (
    Case("never-anchored", "7d", "7d.not_anchored"),
    Case("path-of-another-leaf", "7b", "7b.wrong_path"),
)

_BY_THE_SPINE = ("issued-by-the-spine", *(c.name for c in CASES if c.check in "89"))
_BATCHES_OF_THEIR_OWN = ("batch-sealed-by-neighbour", "batch-signed-by-principal", "never-anchored")
_BY_THE_INSIDER = (
    "issued-by-the-insider",
    "somebody-else",
    *(case.name for case in CASES if case.check in "12346"),
)
_PUPILS = (*_BY_THE_SPINE, *_BY_THE_INSIDER, *_BATCHES_OF_THEIR_OWN)
"""Each has its own pupil; files that differ in their proofs alone share one sealed document."""


@dataclass(eq=False)
class World:
    """The installation, and all files by what was done to them."""

    wp: Any
    files: dict[str, bytes]

    def report(self, name):
        """What a stranger's verifier says, with all its sources."""
        sources = online_sources(self.wp)
        return verify(self.files[name], trust=self.wp.trust, online=sources, now=now())


@contextmanager
def build(settings, folder):
    """Make the world and every file, and keep it open."""
    found(settings, at=now())
    with open_workplace(settings) as wp:
        codes = _enrol(wp, folder)
        files = _issue_by_the_spine(wp, {name: codes[name] for name in _BY_THE_SPINE})
        freeze(wp, _target(wp), by=HOMEROOM, at=now(), pending=True)
        insider = Insider(wp, _frozen(wp))
        files |= _spoil(insider, codes)
        files |= _state_wrongly(insider, codes)
        _change_status(insider, codes)
        files |= _anchor_nothing(insider, codes["never-anchored"])
        _change_database(insider, codes)
        yield World(wp, files)


def _enrol(wp, folder):
    """Two schools; the first has a class of one pupil for each file, all with marks."""
    own = school_file(pupils=len(_PUPILS))
    [of] = own["classes"]
    own["classes"].append({**of, "name": OTHER_CLASS, "homeroom": STRANGER, "pupils": []})
    other = school_file(pupils=0, code=NEIGHBOUR, tax_code="0200311320", digit="2")
    other["school"]["name"] = "Trường THCS Nguyễn Bỉnh Khiêm"
    for number, content in enumerate((own, other)):
        path = folder / f"school-{number}.json"
        path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
        enrol_school(wp, read_school_file(path), pin=PIN, at=now())
    book = write_workbook(wp, folder / "marks.xlsx", school=SCHOOL)
    reading = read_marks(wp, book.read_bytes(), file=book.name)
    write_marks(wp, reading, actor="command", at=now())
    return dict(zip(_PUPILS, (pupil["code"] for pupil in of["pupils"]), strict=True))


def _target(wp):
    with wp.database.transaction("insiders") as db:
        return find_class(db, school=SCHOOL, class_name=CLASS)


def _frozen(wp):
    with wp.database.transaction("insiders") as db:
        return find_frozen(db, find_class(db, school=SCHOOL, class_name=CLASS))


def _sign_and_seal(wp):
    """What waits in the newest freeze of the class, by the people who should."""
    frozen = _frozen(wp)
    for role, staff in (("homeroom", HOMEROOM), ("principal", PRINCIPAL)):
        sign(wp, propose(wp, frozen, role=role, staff=staff, at=now()), pin=PIN, clock=now)
    done = apply_seal(wp, propose_seal(wp, frozen, staff=CLERK, at=now()), pin=PIN, clock=now)
    anchor_pending(wp, at=now())
    return done.statement.digest


def _issue_by_the_spine(wp, codes):
    """Released files, as holders get them."""
    freeze(wp, _target(wp), by=HOMEROOM, at=now(), pupils=list(codes.values()))
    release_batch(wp, _sign_and_seal(wp), clock=now)
    insider = Insider(wp, _frozen(wp))
    with wp.database.transaction("insiders") as db:
        store = wp.store(db)
        return {
            name: store.released(TranscriptId(insider.row(db, code).id)).pdf
            for name, code in codes.items()
        }


# --- checks 1 to 6, 7a, 7b and 7d: one batch, properly sealed and anchored


def _spoil(insider, codes):
    """All that is wrong before the seal, or in what is joined to it afterwards."""
    codes = {name: codes[name] for name in _BY_THE_INSIDER}
    evidence, signed = {}, {}
    for name, code in codes.items():
        signed[name], evidence[name] = _signed(insider, name, code)
    made = insider.batch({codes[name]: data for name, data in signed.items()})
    anchor_pending(insider.wp, at=now())
    files = {
        name: insider.finish(data, insider.receipt(made, codes[name]), evidence[name])
        for name, data in signed.items()
    }
    name = CONTROLS[1]
    return files | _with_other_proofs(insider, made, codes, signed[name], files[name])


def _signed(insider, name, code):
    """The sealed document of one case, and its evidence where that is special."""
    spoil = {
        "pages-over-the-limit": lambda: _of_many_pages(insider, code),
        "comment-between-objects": lambda: broken.with_comment(insider.document(code)),
        "page-shows-another-mark": lambda: _with_another_mark(insider, code),
    }
    document = spoil.get(name, lambda: insider.document(code))()
    if name in ("certificate-revoked", "status-stale"):
        return _with_odd_status(insider, document, revoked=name == "certificate-revoked")
    pens = {
        "principal-of-another-school": {"principal": _principal_next_door},
        "teacher-of-another-class": {"homeroom": _teacher_next_door},
        "certificate-expired": {"homeroom": _teacher_with_expired_certificate},
    }
    pens = {step: choose(insider) for step, choose in pens.get(name, {}).items()}
    return insider.seal(document, **pens), None


def _principal_next_door(insider):
    return insider.pen(NEIGHBOUR, PRINCIPAL, "principal")


def _teacher_next_door(insider):
    scope = class_scope(insider.frozen.of.school_year, OTHER_CLASS)
    return insider.pen(SCHOOL, STRANGER, "homeroom", scope)


def _teacher_with_expired_certificate(insider):
    """He claims a time at which it was valid; the document timestamp proves a later one."""
    at = now()
    dates = {"valid_from": at - timedelta(hours=1), "valid_to": at - timedelta(seconds=2)}
    return insider.renewed(insider.homeroom, at=at - timedelta(seconds=10), **dates)


def _with_odd_status(insider, document, *, revoked):
    """Signed under a certificate that is revoked, or with an answer of hours ago about it."""
    teacher, asked = insider.renewed(insider.homeroom), now()
    if revoked:
        insider.revoke(teacher, at=asked - timedelta(minutes=1))
    sealed = insider.seal(document, homeroom=teacher)
    return sealed, insider.evidence(sealed, first_asked=asked if revoked else asked - STALE)


def _with_another_mark(insider, code):
    return broken.page_says("/subjects/0/year", "9.9", insider.record(code))


def _of_many_pages(insider, code):
    """A document with remarks as long as the record's form allows, and the database with it."""
    record = insider.record(code)
    subject = {**record["subjects"][0], "comment": "M" * 2000}
    record["subjects"] = [{**subject, "code": f"S{number:02}"} for number in range(16)]
    record["comments"]["homeroom"] = subject["comment"]
    insider.rewrite(code, record)
    return render(canonical(record), template_of(insider.frozen.kind), max_pages=99)


def _with_other_proofs(insider, made, codes, sealed, finished):
    """One sealed document with other receipts, and its finished file with an update."""
    code, log = codes[CONTROLS[1]], insider.published().log
    receipt = insider.receipt(made, code)
    other = insider.receipt(made, codes["somebody-else"])
    backdated = format_time(parse_time(receipt.entry.at) - BACKDATED)
    entries = [
        replace(entry, at=backdated) if entry.index == receipt.entry_index else entry
        for entry in log.entries
    ]
    receipts = {
        "receipt-of-another-transcript": other,
        "path-of-another-entry": replace(receipt, entry_path=log.inclusion_path(0)),
        "path-of-another-leaf": replace(receipt, path=other.path),
        "entry-backdated": insider.receipt(made, code, insider.private(entries)),
    }
    files = {name: insider.finish(sealed, one) for name, one in receipts.items()}
    return files | {"update-after-the-last-timestamp": broken.with_harmless_update(finished)}


# --- checks 7c and 7d: batches of which only the seal or only the chain is missing


def _state_wrongly(insider, codes):
    """The contract is told the school's seal; on the statement is somebody else's signature."""
    pens = {
        "batch-sealed-by-neighbour": insider.pen(NEIGHBOUR, None, "seal"),
        "batch-signed-by-principal": insider.principal,
    }
    files = {}
    for name, pen in pens.items():
        sealed = insider.seal(insider.document(codes[name]))
        made = insider.batch({codes[name]: sealed}, by=pen)
        anchor_pending(insider.wp, at=now())
        files[name] = insider.finish(sealed, insider.receipt(made, codes[name]))
    return files


def _anchor_nothing(insider, code):
    """Sealed by the real seal; its entry stands in the insider's own copy of the log alone."""
    sealed = insider.seal(insider.document(code))
    made = insider.batch({code: sealed})
    batch, log = made.sealed.batch, insider.published().log
    leaves = sum(e.data.leaf_count for e in log.entries if isinstance(e.data, BatchAnchored))
    claimed = BatchAnchored(
        school_key(batch.realm, batch.school).hex(), batch.seq, batch.previous, made.digest,
        batch.root, leaves, batch.leaf_count, insider.school_seal.fingerprint,
        sha256_hex(made.sealed.cades), (),
    )  # fmt: skip
    last = log.entries[-1]
    entry = Entry(batch.realm, log.size, last.block + 1, format_time(now()), claimed)
    receipt = insider.receipt(made, code, insider.private([*log.entries, entry]))
    return {"never-anchored": insider.finish(sealed, receipt)}


# --- checks 8 and 9: files that the spine released, and what became of them


def _change_status(insider, codes):
    """Withdrawn, put under review by either body, superseded by a correction."""
    wp = insider.wp
    with wp.database.transaction("insiders") as db:
        request = StatusRequest(find_school(db, SCHOOL), (codes["withdrawn"],))
        _, index = insider.place(db, codes["under-review-by-department"])
    withdraw_issued(wp, request, staff=CLERK, pin=PIN, at=now())
    insider.put_under_review(codes["under-review-by-school"])
    anchor_pending(wp, at=now())
    put_under_review(
        open_writer(wp.settings, wp.outside.chain, "department"), wp.trust.contract.address,
        decision="5a" * 32, until=now() + timedelta(days=1), indices=[index],
    )  # fmt: skip
    reason = ReturnRequest(PRINCIPAL, "Nhập sai điểm", codes["superseded"])
    open_for_correction(wp, _target(wp), reason, at=now())
    freeze(wp, _target(wp), by=HOMEROOM, at=now(), event="correction", pupils=[reason.pupil])
    _sign_and_seal(wp)


def _change_database(insider, codes):
    """By SQL, under the eyes of no trigger."""
    changed = codes["frozen-record-changed"]
    record = insider.record(changed)
    record["subjects"][0]["year"] = "9.9"
    insider.rewrite(changed, record)
    insider.delete("frozen_record.id", codes["frozen-record-deleted"])
    insider.delete("leaf.transcript_id", codes["unknown-to-the-database"])
