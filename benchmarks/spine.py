"""The spine, stage by stage, through the same functions as the command line.

    with installation(folder) as wp:
        issued = issue(wp, Watch(), transcripts=45)
        check(wp, watch, issued)

Everything is real: PostgreSQL (embedded, in its own process), keys opened with a PIN,
blobs encrypted, a contract on the embedded chain, timestamps and OCSP by the development
PKI inside this process. Each stage runs for all classes before the next begins.
"""

import json
import random
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import select

from benchmarks.measure import Watch
from hocba.demo.people import LARGEST_CLASS, SampleClass, SampleSchool, sample_school
from hocba.demo.school_file import school_file
from hocba.demo.sheets import class_entries
from hocba.issuance.anchor import anchor_pending
from hocba.issuance.appointments import open_key
from hocba.issuance.approval import SigningOffer, propose, sign, sign_with
from hocba.issuance.audit import run_audit
from hocba.issuance.batch import make_batch
from hocba.issuance.document import store_documents
from hocba.issuance.enrol import enrol_school
from hocba.issuance.founding import found
from hocba.issuance.marks import FreezeRequest, freeze_class
from hocba.issuance.models import LeafRow, StatementRow
from hocba.issuance.online import online_sources
from hocba.issuance.release import release_batch
from hocba.issuance.school_file import read_school_file
from hocba.issuance.seal import propose_seal
from hocba.issuance.sheets import class_template, read_marks, write_marks
from hocba.issuance.stages import TranscriptId
from hocba.issuance.targets import ClassTarget, FrozenTarget, find_class, find_frozen
from hocba.issuance.workplace import Workplace, open_workplace
from hocba.kit.clock import now
from hocba.kit.config import load
from hocba.sector.sheets import fill, register_of_class
from verifier.guard import Guard
from verifier.report import Report, Verdict
from verifier.verify import verify

PIN = "248163"
SEED = 2026

SETUP = "set up: keys, PKI, contract, tables (once)"
ENROL = "enrol the school, issue certificates (once)"
WORKBOOK = "class workbooks out"
IMPORT = "import marks"
FREEZE = "freeze"
DOCUMENT = "document"
HOMEROOM = "homeroom signature"
PRINCIPAL = "principal signature"
SEAL = "seal"
ANCHOR = "batch and anchor"
RELEASE = "receipt, finish, verify, release"
AUDIT = "audit"
ISSUANCE = (FREEZE, DOCUMENT, HOMEROOM, PRINCIPAL, SEAL, ANCHOR, RELEASE)
"""From the closed register to the released file."""

CORE = "verify: core alone"
ONLINE = "verify: with chain, statements, database"
GUARDED = "verify: the same through the guard"


@dataclass(frozen=True)
class Issued:
    """One transcript: its frozen record and the released file."""

    record: bytes
    pdf: bytes


class BenchmarkError(Exception):
    """Something that was measured did not do its work."""


@contextmanager
def installation(folder: Path, watch: Watch) -> Iterator[Workplace]:
    """A new installation in a folder of its own."""
    settings = load(home=folder, database_url=None)
    with watch.stage(SETUP, 1):
        found(settings, at=now())
    with open_workplace(settings) as wp:
        yield wp


def issue(wp: Workplace, watch: Watch, *, transcripts: int) -> list[Issued]:
    """Bring so many transcripts from a school file to released files."""
    school = school_of(transcripts)
    _enrol(wp, watch, school)
    rng = random.Random(SEED)
    classes = [(item, _import(wp, watch, school, item, rng)) for item in school.classes]
    frozen = [_freeze(wp, watch, item, target) for item, target in classes]
    for title, role in ((HOMEROOM, "homeroom"), (PRINCIPAL, "principal")):
        for (item, _), (target, count) in zip(classes, frozen, strict=True):
            person = item.homeroom if role == "homeroom" else school.principal
            with watch.stage(title, count):
                offer = propose(wp, target, role=role, staff=person.code, at=now())
                sign(wp, offer, pin=PIN, clock=now)
    for target, count in frozen:
        _seal(wp, watch, target, staff=school.principal.code, count=count)
    with watch.stage(ANCHOR, 0):
        anchor_pending(wp, at=now())
    _release(wp, watch)
    complete = sum(count for _, count in frozen)
    with watch.stage(AUDIT, complete):
        differences = run_audit(wp).differences
    if differences:
        raise BenchmarkError(f"audit: {differences[0].code} {differences[0].target}")
    return _released(wp, complete)


def check(wp: Workplace, watch: Watch, issued: list[Issued]) -> None:
    """Verify the released files: core, with outside sources, through the guard."""
    trust, online, at = wp.trust, online_sources(wp), now()
    with watch.stage(CORE, len(issued)):
        reports = [verify(each.pdf, trust=trust, online=None, now=at) for each in issued]
    _require(reports, {Verdict.COULD_NOT_CHECK})
    with watch.stage(ONLINE, len(issued)):
        reports = [verify(each.pdf, trust=trust, online=online, now=at) for each in issued]
    _require(reports, {Verdict.VALID, Verdict.VALID_NOTE})
    with Guard() as guard:
        guard.verify(issued[0].pdf, trust=trust, now=at, online=online)  # starts the child
        with watch.stage(GUARDED, len(issued)):
            reports = [
                guard.verify(each.pdf, trust=trust, now=at, online=online) for each in issued
            ]
    _require(reports, {Verdict.VALID, Verdict.VALID_NOTE})


def school_of(transcripts: int) -> SampleSchool:
    """The sample school with exactly so many pupils, in full classes as far as they go."""
    classes = -(-transcripts // LARGEST_CLASS)
    per_class, left = divmod(transcripts, classes)
    if left:
        raise BenchmarkError(f"{transcripts} pupils do not fill {classes} equal classes")
    school = sample_school(random.Random(SEED), pupils=per_class * max(3, classes))
    return replace(school, classes=school.classes[:classes])


def _enrol(wp: Workplace, watch: Watch, school: SampleSchool) -> None:
    path = wp.home.folder / "school.json"
    path.write_text(json.dumps(school_file(school), ensure_ascii=False), encoding="utf-8")
    with watch.stage(ENROL, 1):
        enrol_school(wp, read_school_file(path), pin=PIN, at=now())


def _import(
    wp: Workplace, watch: Watch, school: SampleSchool, item: SampleClass, rng: random.Random
) -> ClassTarget:
    """Workbook out, filled in by the bench (not measured), workbook in."""
    with wp.database.transaction("bench.target") as db:
        target = find_class(db, class_name=item.name, school=school.code)
        register = register_of_class(db, target.school_id, target.class_id)
    with watch.stage(WORKBOOK, len(item.pupils)):
        empty = class_template(wp, target, at=now())
    filled = fill(empty, class_entries(rng, item, register), register)
    with watch.stage(IMPORT, len(item.pupils)):
        reading = read_marks(wp, filled, file=f"{item.name}.xlsx")
        write_marks(wp, reading, actor=f"staff:{item.homeroom.code}", at=now())
    return target


def _freeze(
    wp: Workplace, watch: Watch, item: SampleClass, target: ClassTarget
) -> tuple[FrozenTarget, int]:
    """What `freeze` does, its two halves apart; how many pupils had all their marks."""
    at = now()
    with watch.stage(FREEZE, len(item.pupils)):
        frozen = freeze_class(wp, target, FreezeRequest(f"staff:{item.homeroom.code}"), at=at)
    with watch.stage(DOCUMENT, len(frozen.records)):
        store_documents(wp, frozen.id, at=at)
    with wp.database.transaction("bench.frozen") as db:
        return find_frozen(db, target), len(frozen.records)


def _seal(wp: Workplace, watch: Watch, target: FrozenTarget, *, staff: str, count: int) -> None:
    """What `apply_seal` does, documents and statement apart."""
    with ExitStack() as session:
        with watch.stage(SEAL, count):
            offer = propose_seal(wp, target, staff=staff, at=now())
            assert offer.list is not None  # noqa: S101  # nothing is sealed yet
            key = session.enter_context(open_key(wp.custody(offer.signer.custody), PIN))
            listed = SigningOffer(offer.target, offer.policy, offer.list, offer.signer)
            sign_with(wp, listed, key, clock=now, progress=lambda _done, _total: None)
        with watch.stage(ANCHOR, count):
            make_batch(wp, target, policy=offer.policy, key=key, signer=offer.signer, at=now())


def _release(wp: Workplace, watch: Watch) -> None:
    with wp.database.transaction("bench.batches") as db:
        digests = db.scalars(select(StatementRow.digest).order_by(StatementRow.seq)).all()
        counts = [len(_transcripts(wp, digest)) for digest in digests]
    for digest, count in zip(digests, counts, strict=True):
        with watch.stage(RELEASE, count):
            release_batch(wp, digest, clock=now)


def _transcripts(wp: Workplace, digest: str) -> list[TranscriptId]:
    with wp.database.transaction("bench.leaves") as db:
        rows = db.scalars(
            select(LeafRow.transcript_id)
            .where(LeafRow.statement == digest)
            .order_by(LeafRow.position)
        ).all()
    return [TranscriptId(row) for row in rows]


def _released(wp: Workplace, transcripts: int) -> list[Issued]:
    with wp.database.transaction("bench.released") as db:
        rows = db.scalars(select(LeafRow.transcript_id).order_by(LeafRow.leaf_id)).all()
        store = wp.store(db)
        found = [
            Issued(store.frozen(TranscriptId(row)).record, store.released(TranscriptId(row)).pdf)
            for row in rows[:SAMPLE]
        ]
    if len(rows) != transcripts:
        raise BenchmarkError(f"{len(rows)} of {transcripts} transcripts have a leaf")
    return found


SAMPLE = 90
"""So many files of a run, at most, are verified and made again by the yardstick."""


def _require(reports: list[Report], wanted: set[Verdict]) -> None:
    for report in reports:
        if report.verdict not in wanted:
            codes = [check.code for check in report.checks if check.status.value != "passed"]
            raise BenchmarkError(f"verdict {report.verdict.value}: {', '.join(codes)}")
