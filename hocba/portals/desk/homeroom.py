"""The homeroom teacher: what is missing or odd, the year's summary, freeze, look, sign."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from hocba.issuance.kinds import Gathered, Work, maker_of
from hocba.issuance.marks import freeze, kind_in_force
from hocba.issuance.missing import in_words
from hocba.issuance.models import FrozenClassRow, TranscriptRow
from hocba.issuance.overview import PupilOverview, pupil_overview
from hocba.issuance.returns import returned_of
from hocba.issuance.stages import TranscriptId
from hocba.issuance.targets import ClassTarget, class_target
from hocba.issuance.unusual import Unusual, unusual_in
from hocba.kit.errors import ConflictError, HocbaError, NotFoundError
from hocba.portals.desk import signing
from hocba.portals.desk.calls import Call
from hocba.portals.desk.grid import Grid, read_grid, write_grid
from hocba.portals.desk.roles import DeskRole
from hocba.sector import queries
from hocba.sector.models import Pupil, School, SchoolClass
from hocba.sector.private import note_look
from hocba.sector.sheets import register_of_class
from hocba.sector.sheets.layout import SheetPlan, plan
from verifier.formats.appointment import class_scope
from verifier.formats.canonical import parse_json

ROLE = "homeroom"
_WHOLE_SCHOOL = frozenset((DeskRole.PRINCIPAL, DeskRole.OFFICE))
_HEADS = frozenset((DeskRole.PRINCIPAL,))
_PRIVATE_KINDS = frozenset(("identity", "extract"))
"""They state ethnicity, policy status, parents."""


@dataclass(frozen=True)
class PupilLine:
    """One pupil of the class: the stage, what is missing, what is unusual."""

    overview: PupilOverview
    transcript: UUID | None
    missing: str
    unusual: tuple[Unusual, ...]


def overview(call: Call) -> Response:
    """The class: who is complete, what is odd, what comes next."""
    with call.wp.database.transaction("desk.class") as db:
        of = asked_class(call, db)
        lines = _lines(call, db, of)
        tabs = _tabs(db, of)
        returned = returned_of(call.wp, db, of)
    stages = {line.overview.stage for line in lines}
    return call.page(
        "class.html",
        of=of,
        lines=lines,
        tabs=tabs,
        returned=returned,
        mine=of.scope in call.person.at_work.homeroom_of,
        can_freeze=any(
            line.overview.stage in {"none", "pending"} and not line.missing for line in lines
        ),
        can_sign=bool(stages & {"frozen", "signing"}),
        unusual=sum(bool(line.unusual) for line in lines),
        missing=sum(bool(line.missing) for line in lines),
    )


def grid(call: Call) -> Response:
    """One page of the class's summary, to type or paste into."""
    with call.wp.database.transaction("desk.summary") as db:
        of = asked_class(call, db, own=True)
        page, number = _asked_page(call, db, of)
        shown = _grid(call, db, of, page)
    return _grid_page(call, of, number, shown, saved=call.form.get("saved"))


def save(call: Call) -> Response:
    """Write everything that was typed, or nothing and every fault named."""
    with call.wp.database.transaction("desk.summary") as db:
        of = asked_class(call, db, own=True)
        page, number = _asked_page(call, db, of)
    try:
        count, typed = write_grid(call, of, lambda db: _grid(call, db, of, page))
    except ConflictError as error:
        with call.wp.database.transaction("desk.summary") as db:
            newest = _grid(call, db, of, page)
        return call.faulty("grid.html", error, **_grid_values(call, of, number, newest))
    if typed.problems:
        return _grid_page(call, of, number, typed, status=422)
    return call.go(f"{_path(of)}/summary?sheet={number}&saved={count}")


def freeze_class(call: Call) -> Response:
    """Close the register of everybody who is complete and lay out their documents."""
    with call.wp.database.transaction("desk.class") as db:
        of = asked_class(call, db, own=True)
        first = not db.scalar(
            select(FrozenClassRow.id)
            .where(
                FrozenClassRow.class_id == of.class_id,
                FrozenClassRow.kind == "year",
                FrozenClassRow.returned_at.is_(None),
            )
            .limit(1)
        )
    freeze(call.wp, of, by=call.person.at_work.code, at=call.at, pending=not first)
    return call.go(_path(of))


def sign_form(call: Call) -> Response:
    """What the homeroom teacher is asked to sign."""
    return _sign(call, pin=None)


def sign_class(call: Call) -> Response:
    """Sign it."""
    return _sign(call, pin=call.form.get("pin"))


def document(call: Call) -> Response:
    """A transcript as it is now: a preview before the seal, the released file after it."""
    work, transcript = call.person.at_work, TranscriptId(call.path_id("transcript_id"))
    with call.wp.database.transaction("desk.document") as db:
        found = db.execute(
            select(TranscriptRow, FrozenClassRow, SchoolClass.name)
            .join(FrozenClassRow, FrozenClassRow.id == TranscriptRow.frozen_class_id)
            .join(SchoolClass, SchoolClass.id == FrozenClassRow.class_id)
            .where(
                TranscriptRow.id == transcript,
                TranscriptRow.returned_at.is_(None),  # what went back is evidence, no document
                FrozenClassRow.school_id == work.school_id,
            )
        ).one_or_none()
        if found is None:
            raise NotFoundError("record.not_found")
        row, frozen, name = found
        whole_school = call.person.roles & _WHOLE_SCHOOL
        if not whole_school and class_scope(frozen.school_year, name) not in work.homeroom_of:
            raise NotFoundError("record.not_found")
        if frozen.kind in _PRIVATE_KINDS:
            note_look(db, work.school_id, row.pupil_id, reader=work.staff_id, at=call.at)
        pdf = call.wp.store(db).newest_file(transcript)
    return call.file(pdf, f"{row.record_id}-v{row.version}.pdf", inline=True)


def asked_class(
    call: Call,
    db: Session,
    *,
    own: bool = False,
    heads: frozenset[DeskRole] = _HEADS,
) -> ClassTarget:
    """The class in the path: one's own, or any of the school for its heads.

    Raises:
        NotFoundError: `class.not_found`.
    """
    work, class_id = call.person.at_work, call.path_id("class_id")
    row = queries.class_by_id(db, work.school_id, class_id)
    year = queries.year_of_class(db, work.school_id, class_id).name
    of = class_target(db.get_one(School, work.school_id), row, year)
    is_head = bool(call.person.roles & heads)
    if of.scope not in work.homeroom_of and (own or not is_head):
        raise NotFoundError("class.not_found", name=class_id)
    return of


def _sign(call: Call, *, pin: str | None) -> Response:
    with call.wp.database.transaction("desk.class") as db:
        of = asked_class(call, db, own=True)
    values: dict[str, Any] = {
        "action": f"{_path(of)}/sign",
        "back": _path(of),
        "role": ROLE,
        "classes": (),
    }
    lists = None
    try:
        lists = signing.propose(call, [of], role=ROLE)
        if pin is not None:
            shown = call.form.get("list")
            run = signing.begin(call, lists, shown=shown, pin=pin, back=_path(of))
            return call.go(f"/desk/runs/{run.id}")
    except HocbaError as error:
        return call.faulty("sign.html", error, lists=lists, **values)
    return call.page("sign.html", lists=lists, **values)


def _lines(call: Call, db: Session, of: ClassTarget) -> list[PupilLine]:
    kind = kind_in_force("year", of)
    steps = len(kind.policy(call.wp.trust, at=call.at).steps)
    pupils = queries.pupils_of_class(db, of.school_id, of.class_id)
    live = _live(db, of)
    school = db.get_one(School, of.school_id)
    work = Work(call.wp, db, of, school, kind, "issue", call.at)
    waiting = [pupil for pupil in pupils if pupil.id not in live]
    gathered = maker_of(kind)(work, waiting) if waiting else Gathered((), ())
    bodies = {each.pupil.id: each.body for each in gathered.complete}
    names = {each.code: each.name for each in queries.offerings(db, of.school_id, of.class_id)}
    missing = {each.pupil: in_words(each.reason, names, call.language) for each in gathered.pending}
    store = call.wp.store(db)
    for pupil_id, transcript in live.items():
        bodies[pupil_id] = parse_json(store.frozen(TranscriptId(transcript)).record)
    by_code: dict[str, Pupil] = {pupil.code: pupil for pupil in pupils}
    return [
        PupilLine(
            each,
            live.get(by_code[each.code].id),
            missing.get(by_code[each.code].id, ""),
            unusual_in(bodies.get(by_code[each.code].id, {})),
        )
        for each in pupil_overview(db, of, steps=steps)
    ]


def _live(db: Session, of: ClassTarget) -> dict[UUID, UUID]:
    """The newest transcript of every pupil that has one."""
    rows = db.execute(
        select(TranscriptRow.pupil_id, TranscriptRow.id)
        .join(FrozenClassRow, FrozenClassRow.id == TranscriptRow.frozen_class_id)
        .where(
            FrozenClassRow.class_id == of.class_id,
            FrozenClassRow.kind == "year",
            TranscriptRow.returned_at.is_(None),
        )
        .order_by(TranscriptRow.version)
    )
    return {pupil: transcript for pupil, transcript in rows}  # noqa: C416  # the last one wins


def _tabs(db: Session, of: ClassTarget) -> list[str]:
    return [page.tab for page in _pages(db, of)]


def _pages(db: Session, of: ClassTarget) -> list[SheetPlan]:
    """The pages of the class that are of no subject."""
    pages = plan(register_of_class(db, of.school_id, of.class_id))
    return [page for page in pages if page.subject is None]


def _asked_page(call: Call, db: Session, of: ClassTarget) -> tuple[SheetPlan, int]:
    pages = _pages(db, of)
    asked = call.form.get("sheet", "0")
    named = {str(number): (page, number) for number, page in enumerate(pages)}
    if asked not in named:
        raise NotFoundError("page.not_found")
    return named[asked]


def _grid(call: Call, db: Session, of: ClassTarget, page: SheetPlan) -> Grid:
    return read_grid(call.wp, db, of, [column for _, column in page.inputs()])


def _grid_values(call: Call, of: ClassTarget, number: int, shown: Grid) -> dict[str, Any]:
    return {
        "grid": shown,
        "title": call.text("desk.summary_title", name=of.class_name),
        "action": f"{_path(of)}/summary",
        "sheet": number,
        "sign": None,
        "back": _path(of),
    }


def _grid_page(  # noqa: PLR0913  # the page, and how it came to it
    call: Call, of: ClassTarget, number: int, shown: Grid, *, status: int = 200, saved: str = ""
) -> Response:
    values = _grid_values(call, of, number, shown)
    return call.page("grid.html", status=status, problems=shown.problems, saved=saved, **values)


def _path(of: ClassTarget) -> str:
    return f"/desk/classes/{of.class_id}"
