"""Column mappings that a school has agreed to, by the fingerprint of the heads.

    keep_mapping(session, school.id, mapping, by="staff:...", at=now)
    kept_mapping(session, school.id, proposal.fingerprint)     # None where nobody has agreed

A later agreement on the same heads takes the place of the earlier one. Another school's
agreement is never used: the same heads may mean another thing there.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from hocba.sector.sheets.mapping import ColumnMapping, load_mapping
from hocba.sector.sheets.models import KeptMapping


def keep_mapping(
    session: Session, school: UUID, mapping: ColumnMapping, *, by: str, at: datetime
) -> None:
    """Remember a mapping that somebody agreed to."""
    said = {"mapping": mapping.model_dump_json(exclude_none=True), "kept_by": by, "kept_at": at}
    session.execute(
        insert(KeptMapping)
        .values(school_id=school, fingerprint=mapping.fingerprint, **said)
        .on_conflict_do_update(index_elements=["school_id", "fingerprint"], set_=said)
    )


def kept_mapping(session: Session, school: UUID, fingerprint: str) -> ColumnMapping | None:
    """Return what the school agreed to for these heads.

    Raises:
        InputError: `sheet.bad_mapping`.
    """
    found = session.get(KeptMapping, (school, fingerprint))
    return None if found is None else load_mapping(found.mapping)
