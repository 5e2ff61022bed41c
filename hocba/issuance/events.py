"""Why a record has a next version, and what that version may say that the last one did not.

| event | after | may change |
|---|---|---|
| `supplement` | the summer: a re-test, training | columns of the summer, the promotion |
| `correction` | a decision, for a reason that is kept | anything |
| `amendment` | a civil-status paper | the identity page alone; no year is issued again |

An opening says which event, why, and by what decision; the words are under the pupil's key.
A freeze of that event needs an opening newer than the version that it follows, so that no
version comes into the world without a reason on file. To a holder a supplement is no fault:
its transcript was right when it was issued, and is called so.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from hocba.issuance.models import OpeningRow, TranscriptRow
from hocba.issuance.record import Event
from hocba.issuance.stages import TranscriptId
from hocba.issuance.workplace import Workplace
from hocba.kit.errors import ConflictError, InputError, Where
from hocba.kit.text import nfc
from hocba.sector.models import FrozenRecord as FrozenRecordRow
from verifier.formats.canonical import Json, JsonObject, parse_canonical
from verifier.formats.schema import escape_pointer

DECIDED: Final = ("amendment",)
"""Events that need the number of a decision or paper."""
SUMMER: Final = frozenset({"retest", "after_retest", "after_summer", "summer", "promotion"})
"""Members of a record that the summer may fill; and those that end in `_after`."""
CIVIL_STATUS: Final = ("pupil", "identity")
"""Members of an identity that hold civil-status facts."""
CHANGES_FREELY: Final = ("residence", "policy", "register_no")
"""Fields of these members that no civil-status paper is needed for."""
HEAD: Final = frozenset(
    {"event", "version", "previous_leaf", "issued_on", "place", "salt", "template", "policy"}
    | {"issuer", "signers", "sources", "previous_year", "mark_sheets", "school"}
)
"""Members that a new version has of its own."""


def note_opening(  # noqa: PLR0913  # of whom, for what, and who says so
    wp: Workplace,
    db: Session,
    *,
    class_id: UUID,
    school_id: UUID,
    pupil: UUID,
    event: Event,
    reason: str,
    decision: str | None,
    actor: str,
    at: datetime,
) -> None:
    """Keep why a next version is made.

    Raises:
        InputError: `event.no_decision`.
    """
    if event in DECIDED and not decision:
        raise InputError("event.no_decision")
    new = wp.new_id()
    sealed = wp.vault.key(db, pupil).seal_json(nfc(reason.strip()), context=opening_context(new))
    db.add(
        OpeningRow(
            id=new,
            school_id=school_id,
            class_id=class_id,
            pupil_id=pupil,
            event=event,
            decision=decision,
            reason=sealed,
            opened_by=actor,
            opened_at=at,
        )
    )


@dataclass(frozen=True)
class NextRecord:
    """What a freeze is about to add to a series that has a version already."""

    event: Event
    class_id: UUID
    pupil: UUID
    code: str
    record_id: UUID
    record: JsonObject


def check_next(wp: Workplace, db: Session, new: NextRecord) -> None:
    """Refuse a version that nobody gave a reason for, or that says more than its event may.

    Raises:
        ConflictError: `event.not_opened`, `event.more_than_summer`.
    """
    last = db.execute(
        select(TranscriptRow.id, FrozenRecordRow.frozen_at)
        .join(FrozenRecordRow, FrozenRecordRow.id == TranscriptRow.id)
        .where(TranscriptRow.record_id == new.record_id, TranscriptRow.returned_at.is_(None))
        .order_by(TranscriptRow.version.desc())
        .limit(1)
    ).one()
    opened = select(OpeningRow.id).where(
        OpeningRow.pupil_id == new.pupil,
        OpeningRow.class_id == new.class_id,
        OpeningRow.event == new.event,
        OpeningRow.opened_at >= last.frozen_at,
    )
    if db.scalars(opened).first() is None:
        raise ConflictError("event.not_opened", code=new.code)
    before = parse_canonical(wp.store(db).frozen(TranscriptId(last.id)).record)
    check_change(new.event, before, new.record, code=new.code)


def check_change(event: Event, before: JsonObject, now: JsonObject, *, code: str = "") -> None:
    """Refuse a supplement beyond the summer's columns, an amendment beyond its papers.

    Raises:
        ConflictError: `event.more_than_summer` or `event.more_than_amended` with the first
            field that differs; `event.nothing_amended`.
    """
    if event == "supplement":
        for pointer in differences(before, now):
            steps = pointer.split("/")[1:]
            if not any(step in SUMMER or step.endswith("_after") for step in steps):
                raise ConflictError("event.more_than_summer", where=Where(field=pointer))
    if event == "amendment":
        _check_amendment(before, now, code)


def _check_amendment(before: JsonObject, now: JsonObject, code: str) -> None:
    """What differs is what papers changed since, or was never a matter of civil status."""
    old, new = before["amendments"], now["amendments"]
    if new[: len(old)] != old or len(new) == len(old):
        raise ConflictError("event.nothing_amended", code=code)
    may = {one["field"] for one in new[len(old) :]}
    for pointer in differences(before, now):
        part, _, rest = pointer[1:].partition("/")
        field = rest.split("/", maxsplit=1)[0]
        if pointer.endswith("/occupation") or part not in CIVIL_STATUS:
            continue
        if field not in may and field not in CHANGES_FREELY:
            raise ConflictError("event.more_than_amended", where=Where(field=pointer))


def check_kind(event: Event, kind: str) -> None:
    """Civil status changes the identity page, and nothing else is issued again.

    Raises:
        ConflictError: `event.identity_only`.
    """
    if event == "amendment" and kind != "identity":
        raise ConflictError("event.identity_only")


def differences(before: JsonObject, now: JsonObject) -> Iterator[str]:
    """Pointers of what a version says otherwise than the one before, its head aside."""
    for key in sorted(before.keys() | now.keys()):
        if key not in HEAD:
            yield from _differing(before.get(key), now.get(key), f"/{escape_pointer(key)}")


def opening_context(opening: UUID) -> str:
    """The place of a reason, authenticated by its encryption."""
    return f"opening_event:{opening}"


def _differing(before: Json, now: Json, pointer: str) -> Iterator[str]:
    if isinstance(before, dict) and isinstance(now, dict):
        for key in sorted(before.keys() | now.keys()):
            step = f"{pointer}/{escape_pointer(key)}"
            yield from _differing(before.get(key), now.get(key), step)
    elif isinstance(before, list) and isinstance(now, list) and len(before) == len(now):
        for index, (one, other) in enumerate(zip(before, now, strict=True)):
            yield from _differing(one, other, f"{pointer}/{index}")
    elif before != now:
        yield pointer
