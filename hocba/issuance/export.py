"""Hand out released files, under names that say nothing but the record.

    written = export_released(wp, folder, school=school)

A file is written whole or not at all, and one that is there already is left as it is. The
name is `CLASS-RECORD_ID-vVERSION.pdf`: no name, no date of birth.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlalchemy import select

from hocba.issuance.founding import PERSONAL, write_whole
from hocba.issuance.models import FrozenClassRow, ReleasedRow, TranscriptRow
from hocba.issuance.stages import TranscriptId
from hocba.issuance.workplace import Workplace
from hocba.kit.blobs import storage_errors
from hocba.sector.models import SchoolClass
from verifier.formats.canonical import sha256_hex

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Exported:
    """One file that was handed out."""

    path: Path
    transcript: TranscriptId
    pupil: UUID
    class_name: str


def export_released(
    wp: Workplace,
    folder: Path,
    *,
    school: UUID | None = None,
    class_id: UUID | None = None,
    progress: Progress = lambda _done, _total: None,
) -> list[Exported]:
    """Write every released file into the folder.

    Raises:
        StorageError: `storage.full`, `storage.failed`.
    """
    query = (
        select(TranscriptRow, SchoolClass.name)
        .join(ReleasedRow, ReleasedRow.transcript_id == TranscriptRow.id)
        .join(FrozenClassRow, FrozenClassRow.id == TranscriptRow.frozen_class_id)
        .join(SchoolClass, SchoolClass.id == FrozenClassRow.class_id)
        .order_by(SchoolClass.grade, SchoolClass.name, TranscriptRow.position)
    )
    if school is not None:
        query = query.where(FrozenClassRow.school_id == school)
    if class_id is not None:
        query = query.where(FrozenClassRow.class_id == class_id)
    with wp.database.transaction("export") as db:
        rows = db.execute(query).all()
    exported: list[Exported] = []
    for done, (row, class_name) in enumerate(rows):
        progress(done, len(rows))
        path = folder / f"{class_name}-{row.record_id}-v{row.version}.pdf"
        _write(wp, TranscriptId(row.id), path)
        exported.append(Exported(path, TranscriptId(row.id), row.pupil_id, class_name))
    progress(len(rows), len(rows))
    return exported


def _write(wp: Workplace, transcript: TranscriptId, path: Path) -> None:
    with wp.database.transaction("export.read") as db:
        released = wp.store(db).released(transcript)
    with storage_errors():
        if path.exists() and sha256_hex(path.read_bytes()) == released.digest:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, released.pdf, mode=PERSONAL)
