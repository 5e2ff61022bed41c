"""The issue of the demo's transcripts, step by step, through the doors of a real installation.

    world = build(settings, Plan(pupils=120, seed=2026), steps)
    world.released["6A1"]        # transcripts of a class, in the order of their batch

Each class is imported from its workbook (in the first one subject teachers then sign their
mark sheets), frozen, signed by its homeroom teacher and by the principal (one class by the
deputy), sealed, anchored and released. A step that was done by
an earlier run is not done twice, since the services below see to that.
"""

import json
import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from hocba.demo.desk import open_accounts
from hocba.demo.people import (
    SampleClass,
    SamplePerson,
    SampleSchool,
    neighbour_school,
    open_class,
    sample_school,
)
from hocba.demo.progress import Steps
from hocba.demo.school_file import school_file
from hocba.demo.sheets import class_entries
from hocba.issuance.anchor import anchor_pending
from hocba.issuance.approval import propose, sign
from hocba.issuance.enrol import enrol_school
from hocba.issuance.founding import found
from hocba.issuance.mark_sheets import propose_sheet, sign_sheet
from hocba.issuance.marks import freeze
from hocba.issuance.models import LeafRow, StatementRow, TranscriptRow
from hocba.issuance.release import release_batch
from hocba.issuance.returns import ReturnRequest, open_for_correction
from hocba.issuance.school_file import read_school_file
from hocba.issuance.seal import apply_seal, propose_seal
from hocba.issuance.stages import Released, TranscriptId
from hocba.issuance.targets import ClassTarget, find_class, find_frozen, find_school
from hocba.issuance.withdraw import StatusRequest, withdraw_issued
from hocba.issuance.workplace import Workplace, open_workplace
from hocba.kit.clock import now
from hocba.kit.config import Settings
from hocba.sector.models import Pupil
from hocba.sector.registers import Entry
from hocba.sector.sheets import CellKey, apply, build_template, fill, read_sheet, register_of_class

PIN = "248163"
"""PIN of every key of the demo; printed at the end, since it protects nothing."""


@dataclass(frozen=True)
class Plan:
    """How large, and from which seed."""

    pupils: int
    seed: int


@dataclass(frozen=True)
class World:
    """The running demo: two schools, and what was released to whom."""

    wp: Workplace
    school: SampleSchool
    neighbour: SampleSchool
    released: dict[str, tuple[Released, ...]]
    """School code and class name (`31-11311-01/6A1`) to its transcripts."""

    corrected: Released
    """Version 2 of the first class's first pupil on the school's list."""
    withdrawn: Released
    """The last transcript of the last class, withdrawn after its release."""

    def current(self) -> list[Released]:
        """What holders of the sample school have in hand: newest versions that stand."""
        replaced = {self.corrected.record_id, self.withdrawn.record_id}
        return [one for one in self.of(self.school) if one.record_id not in replaced] + [
            self.corrected
        ]

    @property
    def superseded(self) -> Released:
        """Version 1 of what was corrected."""
        return next(
            one for one in self.of(self.school) if one.record_id == self.corrected.record_id
        )

    def of(self, school: SampleSchool) -> list[Released]:
        """All transcripts of one school, class by class."""
        return [
            item for each in school.classes for item in self.released[f"{school.code}/{each.name}"]
        ]


@contextmanager
def build(settings: Settings, plan: Plan, steps: Steps) -> Iterator[World]:
    """Build the world and keep it open."""
    with steps.step("Lập miền thử nghiệm: khóa, PKI, hợp đồng"):
        found(settings, at=now())
    school = sample_school(random.Random(plan.seed), pupils=plan.pupils)
    neighbour = neighbour_school(random.Random(plan.seed + 1))
    released: dict[str, tuple[Released, ...]] = {}
    with open_workplace(settings) as wp:
        for each in (school, neighbour):
            with steps.step("Nhập hồ sơ trường, cấp chứng thư") as advance:
                _enrol(wp, each)
                advance()
        classes = [(each, item) for each in (school, neighbour) for item in each.classes]
        rng = random.Random(plan.seed + 2)
        entries: dict[str, dict[CellKey, str]] = {}
        for each, item in steps.each("Nhập điểm từ bảng tính", classes):
            entries[f"{each.code}/{item.name}"] = _entries(wp, each, item, rng)
            _import_marks(wp, each, item, entries[f"{each.code}/{item.name}"])
        first = school.classes[0]
        for subject in steps.each("Giáo viên bộ môn ký bảng điểm của một lớp", first.teachers):
            for term in (1, 2):
                _sign_sheet(wp, school, first, subject, term)
        for number, (each, item) in enumerate(steps.each("Chốt sổ, ký, đóng dấu", classes)):
            _issue(wp, each, item, by_deputy=number == 1)
        with steps.step("Ghi sổ cái"):
            anchor_pending(wp, at=now())
        for each, item in steps.each("Gắn biên nhận, dấu thời gian, trả kết quả", classes):
            released[f"{each.code}/{item.name}"] = _release(wp, each, item)
        with steps.step("Đính chính một học bạ, thu hồi một học bạ"):
            corrected, withdrawn = _change(wp, school, entries)
        with steps.step("Lập bàn làm việc, để lại một lớp chưa chốt"):
            _desk(wp, school, rng)
        yield World(wp, school, neighbour, released, corrected, withdrawn)


def _desk(wp: Workplace, school: SampleSchool, rng: random.Random) -> None:
    """Accounts for everybody at the desk, and a class with complete marks that waits for them."""
    left = open_class(rng, school)
    more = replace(school, classes=(left,))
    _enrol(wp, more)
    _import_marks(wp, more, left, _entries(wp, more, left, rng))
    open_accounts(wp, school, left)


def _enrol(wp: Workplace, school: SampleSchool) -> None:
    path = _inputs(wp) / f"{school.code}.json"
    path.write_text(json.dumps(school_file(school), ensure_ascii=False, indent=1), encoding="utf-8")
    enrol_school(wp, read_school_file(path), pin=PIN, at=now())


def _entries(
    wp: Workplace, school: SampleSchool, item: SampleClass, rng: random.Random
) -> dict[CellKey, str]:
    with wp.database.transaction("demo.register") as db:
        target = _target(db, school, item)
        return class_entries(rng, item, register_of_class(db, target.school_id, target.class_id))


def _import_marks(
    wp: Workplace, school: SampleSchool, item: SampleClass, entries: dict[CellKey, str]
) -> None:
    """Hand out the class workbook, have it filled in, read it, write the marks."""
    path = _inputs(wp) / f"{school.code}-{item.name}.xlsx"
    with wp.database.transaction("demo.register") as db:
        target = _target(db, school, item)
        register = register_of_class(db, target.school_id, target.class_id)
    path.write_bytes(fill(build_template(register, at=now()), entries, register))
    sheet = read_sheet(path.read_bytes(), register, file=path.name).clean()
    with wp.database.transaction("demo.import") as db:
        apply(
            db,
            wp.vault,
            target.school_id,
            target.class_id,
            sheet,
            entry=Entry(f"staff:{item.homeroom.code}", now()),
        )


def _sign_sheet(
    wp: Workplace, school: SampleSchool, item: SampleClass, subject: str, term: int
) -> None:
    """The subject's teacher signs what is complete of one term."""
    with wp.database.transaction("demo.target") as db:
        of = _target(db, school, item)
    teacher = item.teachers[subject].code
    offer = propose_sheet(wp, of, subject=subject, term=term, staff=teacher, at=now())
    sign_sheet(wp, offer, pin=PIN, clock=now)


def _issue(wp: Workplace, school: SampleSchool, item: SampleClass, *, by_deputy: bool) -> None:
    """Freeze, two personal signatures, seal."""
    with wp.database.transaction("demo.target") as db:
        target = _target(db, school, item)
    freeze(wp, target, by=item.homeroom.code, at=now())
    _sign_and_seal(wp, target, item.homeroom, school.deputy if by_deputy else school.principal)


def _sign_and_seal(
    wp: Workplace, target: ClassTarget, homeroom: SamplePerson, head: SamplePerson
) -> None:
    """The two personal signatures in their order, then the seal."""
    with wp.database.transaction("demo.target") as db:
        frozen = find_frozen(db, target)
    for role, person in (("homeroom", homeroom), ("principal", head)):
        offer = propose(wp, frozen, role=role, staff=person.code, at=now())
        sign(wp, offer, pin=PIN, clock=now)
    apply_seal(wp, propose_seal(wp, frozen, staff=head.code, at=now()), pin=PIN, clock=now)


def _change(
    wp: Workplace, school: SampleSchool, entries: dict[str, dict[CellKey, str]]
) -> tuple[Released, Released]:
    """Correct the first pupil of the first class; withdraw the last one of the last."""
    first, last = school.classes[0], school.classes[-1]
    pupil, gone = first.pupils[0].code, last.pupils[-1].code
    with wp.database.transaction("demo.target") as db:
        of = _target(db, school, first)
        register = find_school(db, school.code)
    reason = ReturnRequest(school.principal.code, "Nhập sai điểm cuối kì môn Toán", pupil)
    open_for_correction(wp, of, reason, at=now())
    mended = entries[f"{school.code}/{first.name}"] | {(pupil, "TOAN", 2, "ck"): "7.5"}
    _import_marks(wp, school, first, mended)
    _sign_sheet(wp, school, first, "TOAN", 2)
    freeze(wp, of, by=first.homeroom.code, at=now(), event="correction", pupils=[pupil])
    _sign_and_seal(wp, of, first.homeroom, school.principal)
    request = StatusRequest(register, (gone,), decision="12/QĐ-THCS")
    withdraw_issued(wp, request, staff=school.principal.code, pin=PIN, at=now())
    anchor_pending(wp, at=now())
    corrected = _release(wp, school, first)
    with wp.database.transaction("demo.withdrawn") as db:
        row = db.scalars(
            select(TranscriptRow.id)
            .join(Pupil, Pupil.id == TranscriptRow.pupil_id)
            .where(Pupil.code == gone)
        ).one()
        return corrected[-1], wp.store(db).released(TranscriptId(row))


def _release(wp: Workplace, school: SampleSchool, item: SampleClass) -> tuple[Released, ...]:
    with wp.database.transaction("demo.batches") as db:
        frozen = find_frozen(db, _target(db, school, item))
        batches = db.scalars(
            select(StatementRow.digest).where(StatementRow.frozen_class_id == frozen.frozen_class)
        ).all()
    for digest in batches:
        release_batch(wp, digest, clock=now)
    with wp.database.transaction("demo.released") as db:
        store = wp.store(db)
        return tuple(store.released(transcript) for transcript in _in_order(db, batches))


def _in_order(db: Session, batches: Sequence[str]) -> list[TranscriptId]:
    query = (
        select(LeafRow.transcript_id)
        .where(LeafRow.statement.in_(batches))
        .order_by(LeafRow.position)
    )
    return [TranscriptId(row) for row in db.scalars(query)]


def _target(db: Session, school: SampleSchool, item: SampleClass) -> ClassTarget:
    return find_class(db, class_name=item.name, school=school.code)


def _inputs(wp: Workplace) -> Path:
    folder = wp.home.folder / "input"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
