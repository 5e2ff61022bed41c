"""Documents of a freeze into the store: revision 0 of each transcript.

    store_documents(wp, frozen_class, at=now())

Repeatable: only what has no document yet gets one, and the same record gives the same
bytes. Freezing does it, and signing does it again for a freeze that was cut short.
"""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select

from hocba.issuance.models import TranscriptRow
from hocba.issuance.rendition import make_document, template_of
from hocba.issuance.stages import FrozenClassId, TranscriptId
from hocba.issuance.store import Signer
from hocba.issuance.workplace import Workplace

Progress = Callable[[int, int], None]


def store_documents(
    wp: Workplace,
    frozen_class: FrozenClassId,
    *,
    at: datetime,
    progress: Progress = lambda _done, _total: None,
) -> int:
    """Keep revision 0 of every transcript of the freeze that has none; how many it were."""
    with wp.database.transaction("document.look") as db:
        waiting = db.scalars(
            select(TranscriptRow.id)
            .where(
                TranscriptRow.frozen_class_id == frozen_class,
                TranscriptRow.revisions == 0,
                TranscriptRow.returned_at.is_(None),
            )
            .order_by(TranscriptRow.position)
        ).all()
    for done, transcript in enumerate(waiting):
        progress(done, len(waiting))
        with wp.database.transaction("document") as db:
            store = wp.store(db)
            kind = store.kind(TranscriptId(transcript))
            document = make_document(store.frozen(TranscriptId(transcript)), kind)
            before = template_of(kind).prefix
            new = store.put_revision(document.frozen, 0, before=before, pdf=document.pdf)
            store.add_revision(new, Signer(), at=at)
    progress(len(waiting), len(waiting))
    return len(waiting)
