"""The table of agreed column mappings; no row names a pupil or holds a mark."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from hocba.kit.db import Base


class KeptMapping(Base):
    """What the columns under these heads mean at one school, and who said so."""

    __tablename__ = "column_mapping"

    school_id: Mapped[UUID] = mapped_column(ForeignKey("school.id"), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(primary_key=True)
    mapping: Mapped[str]
    kept_by: Mapped[str]
    kept_at: Mapped[datetime]
