"""What only a few may see of a pupil: ethnicity, policy status, disability, parents.

    fields = read_private(session, vault, school.id, pupil.id, reader=staff.id, at=now)

Three locks, each enough by itself: the reader must be the pupil's homeroom teacher, the
principal, a deputy or the clerk of the school that day; the database lets only the role
`hocba_private` touch the table, which is taken for the one statement; the values are sealed
under the pupil's key. Every reading and writing leaves an audit event.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from hocba.kit import audit
from hocba.kit.clock import local_date
from hocba.kit.db import APP_ROLE, PRIVATE_ROLE
from hocba.kit.errors import RefusedError
from hocba.kit.vault import Vault
from hocba.sector.models import Enrolment, PupilPrivate, Role, SchoolClass, SchoolYear
from hocba.sector.queries import pupil_by_id, roles_of
from hocba.sector.setup import WHOLE_SCHOOL, class_scope
from verifier.formats.canonical import JsonObject

_WHOLE_SCHOOL_ROLES = {Role.PRINCIPAL.value, Role.DEPUTY_PRINCIPAL.value, Role.CLERK.value}


def read_private(  # noqa: PLR0913  # who reads whose data, on whose behalf, and when
    session: Session,
    vault: Vault,
    school: UUID,
    pupil_id: UUID,
    *,
    reader: UUID,
    at: datetime,
    acting: UUID | None = None,
) -> JsonObject:
    """The pupil's private fields; empty where none were ever written.

    `acting` is the school that took `school` over, where one did: its people's roles count.

    Raises:
        NotFoundError: `pupil.not_found`, `vault.erased`.
        RefusedError: `sensitive.not_allowed`.
    """
    _check(session, school, pupil_id, reader, at, acting)
    with _as_private(session):
        sealed = session.scalar(
            select(PupilPrivate.sealed).where(PupilPrivate.pupil_id == pupil_id)
        )
    _note(session, "private.read", pupil_id, reader, at)
    if sealed is None:
        return {}
    found: JsonObject = vault.key(session, pupil_id).open_json(sealed, context=_context(pupil_id))
    return found


def note_look(
    session: Session, school: UUID, pupil_id: UUID, *, reader: UUID, at: datetime
) -> None:
    """Let somebody look at a document that states private fields: same rule, same trace.

    Raises:
        NotFoundError: `pupil.not_found`.
        RefusedError: `sensitive.not_allowed`.
    """
    _check(session, school, pupil_id, reader, at, None)
    _note(session, "private.read", pupil_id, reader, at)


def write_private(  # noqa: PLR0913  # who writes whose data, on whose behalf, and when
    session: Session,
    vault: Vault,
    school: UUID,
    pupil_id: UUID,
    fields: JsonObject,
    *,
    writer: UUID,
    at: datetime,
    acting: UUID | None = None,
) -> None:
    """Replace the pupil's private fields; `acting` as in `read_private`.

    Raises:
        NotFoundError: `pupil.not_found`, `vault.erased`.
        RefusedError: `sensitive.not_allowed`.
    """
    _check(session, school, pupil_id, writer, at, acting)
    sealed = vault.key(session, pupil_id).seal_json(fields, context=_context(pupil_id))
    values = {"sealed": sealed, "updated_at": at}
    put = insert(PupilPrivate).values(pupil_id=pupil_id, **values)
    with _as_private(session):
        session.execute(put.on_conflict_do_update(index_elements=["pupil_id"], set_=values))
    _note(session, "private.written", pupil_id, writer, at)


def _check(  # noqa: PLR0913, PLR0917  # who may see whom, where and when
    session: Session,
    school: UUID,
    pupil_id: UUID,
    staff_id: UUID,
    at: datetime,
    acting: UUID | None,
) -> None:
    pupil_by_id(session, school, pupil_id)
    allowed = _scopes(session, school, pupil_id)
    for role in roles_of(session, acting or school, staff_id, on=local_date(at)):
        if role.role in _WHOLE_SCHOOL_ROLES and role.scope == WHOLE_SCHOOL:
            return
        if role.role == Role.HOMEROOM.value and role.scope in allowed:
            return
    raise RefusedError("sensitive.not_allowed")


def _scopes(session: Session, school: UUID, pupil_id: UUID) -> set[str]:
    """Classes that the pupil is in; a former homeroom teacher has no more business here."""
    rows = session.execute(
        select(SchoolYear.name, SchoolClass.name)
        .join(SchoolClass, SchoolClass.school_year_id == SchoolYear.id)
        .join(Enrolment, Enrolment.class_id == SchoolClass.id)
        .where(
            Enrolment.school_id == school,
            Enrolment.pupil_id == pupil_id,
            Enrolment.status == "active",
        )
    )
    return {class_scope(year, name) for year, name in rows}


@contextmanager
def _as_private(session: Session) -> Iterator[None]:
    session.flush()  # nothing of the application's may run under the other role
    session.execute(text(f"SET LOCAL ROLE {PRIVATE_ROLE}"))
    yield
    # After an error the transaction is void, and with it the SET LOCAL.
    session.execute(text(f"SET LOCAL ROLE {APP_ROLE}"))


def _note(session: Session, action: str, pupil_id: UUID, staff_id: UUID, at: datetime) -> None:
    audit.record(
        session, actor=f"staff:{staff_id}", action=action, target=f"pupil:{pupil_id}", at=at
    )


def _context(pupil_id: UUID) -> str:
    return f"pupil_private:{pupil_id}"
