"""What a school enters of its pupils' identities, and what a civil-status paper changes.

    enter_identities(wp, {"3110000000": Identity(...)}, school=None, staff="VT01", at=now())
    amend(wp, of, AmendRequest("HT01", "3110000000", decision, reason, {"name": "..."}), at=now())
    freeze(wp, of, by="GV02", at=now(), kind="identity", event="amendment", pupils=("3110000000",))

An amendment needs the paper's number and a reason. It changes the fact in the registers, keeps
the words before and after beside each other, and opens the identity page, and nothing else,
for its next version: what was issued under the former name stays as it is, and valid.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from hocba.documents.forms.ethnic_groups import ETHNIC_GROUPS
from hocba.issuance.appointments import acting_school
from hocba.issuance.events import note_opening
from hocba.issuance.returns import ReturnRequest, actor_of
from hocba.issuance.targets import ClassTarget, find_school
from hocba.issuance.workplace import Workplace
from hocba.kit import audit
from hocba.kit.clock import local_date
from hocba.kit.errors import ConflictError, InputError, Where
from hocba.kit.text import tidy
from hocba.sector import queries, setup
from hocba.sector.identity import (
    GENDERS,
    PERSONS,
    Amendment,
    Identity,
    Person,
    read_identity,
    write_identity,
)
from hocba.sector.models import Pupil
from verifier.formats.display import display

OF_PUPIL: Final = ("name", "birth_date", "personal_number")
"""Civil-status facts that stand in every record, not on the identity page alone."""
OF_IDENTITY: Final = ("gender", "ethnicity", "nationality", "birth_place", "hometown", *PERSONS)
CODES: Final[Mapping[str, Mapping[str, str]]] = {"gender": GENDERS, "ethnicity": ETHNIC_GROUPS}
MOST_AMENDMENTS: Final = 8


@dataclass(frozen=True)
class AmendRequest:
    """Who notes what paper changed, of whom, and why; `changes` by field, None to blank it."""

    staff: str
    pupil: str
    decision: str
    reason: str
    changes: Mapping[str, str | None]


def enter_identities(
    wp: Workplace,
    pages: Mapping[str, Identity],
    *,
    school: str | None,
    staff: str,
    at: datetime,
) -> int:
    """Keep what was entered, by pupil's code; how many pages it were.

    Raises:
        NotFoundError: `pupil.not_found`, `staff.not_found`.
        RefusedError: `sensitive.not_allowed`.
    """
    with wp.database.transaction("identity.enter") as db:
        where = find_school(db, school)
        acting = acting_school(db, where.id, at=at)
        writer = queries.staff_by_code(db, acting, staff).id
        for code, given in pages.items():
            pupil = queries.pupil_by_code(db, where.id, code)
            kept = read_identity(
                db, wp.vault, where.id, pupil.id, reader=writer, at=at, acting=acting
            )
            page = replace(given, amendments=kept.amendments)
            write_identity(
                db, wp.vault, where.id, pupil.id, page, writer=writer, at=at, acting=acting
            )
    return len(pages)


def amend(wp: Workplace, of: ClassTarget, request: AmendRequest, *, at: datetime) -> int:
    """Change what the paper says; how many facts it were.

    Raises:
        InputError: `event.no_decision`, `return.no_reason`, `amend.unknown_field`,
            `amend.no_change`, and those of names, dates and numbers.
        ConflictError: `amend.too_many`, `pupil.exists`.
        RefusedError: `return.not_allowed`, `sensitive.not_allowed`.
    """
    why = ReturnRequest(request.staff, request.reason, request.pupil, "identity", "amendment")
    with wp.database.transaction("amend") as db:
        actor = actor_of(db, of, why, at)
        writer = UUID(actor.removeprefix("staff:"))
        pupil = queries.pupil_by_code(db, of.school_id, request.pupil)
        acting = acting_school(db, of.school_id, at=at)
        before = read_identity(
            db, wp.vault, of.school_id, pupil.id, reader=writer, at=at, acting=acting
        )
        old = _words(pupil, before)
        changed = _changed(before, request.changes)
        _change_pupil(db, pupil, request.changes)
        now = _words(pupil, changed)
        noted = _noted(request, old, now, at)
        if len(before.amendments) + len(noted) > MOST_AMENDMENTS:
            raise ConflictError("amend.too_many", limit=MOST_AMENDMENTS)
        note_opening(
            wp,
            db,
            class_id=of.class_id,
            school_id=of.school_id,
            pupil=pupil.id,
            event="amendment",
            reason=request.reason,
            decision=request.decision,
            actor=actor,
            at=at,
        )
        whole = replace(changed, amendments=(*before.amendments, *noted))
        write_identity(
            db, wp.vault, of.school_id, pupil.id, whole, writer=writer, at=at, acting=acting
        )
        audit.record(db, actor=actor, action="pupil.amended", target=f"pupil:{pupil.id}", at=at)
    return len(noted)


def _changed(before: Identity, changes: Mapping[str, str | None]) -> Identity:
    """The page with the changes made."""
    page = before
    for field, value in changes.items():
        if field in OF_PUPIL:
            continue
        if field not in OF_IDENTITY:
            raise InputError("amend.unknown_field", where=Where(field=field))
        text = tidy(value) if value else None
        if field in CODES and text not in CODES[field]:
            raise InputError("amend.unknown_code", where=Where(field=field), value=value)
        page = page.with_fact(field, text)
    return page


def _change_pupil(db: Session, pupil: Pupil, changes: Mapping[str, str | None]) -> None:
    own = {field: changes[field] for field in OF_PUPIL if field in changes}
    for field in ("name", "birth_date"):
        if field in own and not own[field]:
            raise InputError("amend.unknown_code", where=Where(field=field), value="")
    if own:
        setup.change_pupil(db, pupil, own)


def _noted(
    request: AmendRequest,
    old: Mapping[str, str | None],
    now: Mapping[str, str | None],
    at: datetime,
) -> list[Amendment]:
    day, paper = local_date(at).isoformat(), tidy(request.decision)
    noted = [
        Amendment(field, old[field], now[field], paper, day)
        for field in (*OF_PUPIL, *OF_IDENTITY)
        if old[field] != now[field]
    ]
    if not noted:
        raise InputError("amend.no_change")
    return noted


def _words(pupil: Pupil, page: Identity) -> dict[str, str | None]:
    """Every civil-status fact in the words in which the form prints it."""
    found: dict[str, str | None] = {
        "name": pupil.name,
        "birth_date": display(pupil.birth_date, "date"),
        "personal_number": pupil.personal_number,
    }
    for field in OF_IDENTITY:
        value = getattr(page, field)
        text = value.name if isinstance(value, Person) else value
        found[field] = CODES[field].get(text, text) if field in CODES and text else text
    return found
