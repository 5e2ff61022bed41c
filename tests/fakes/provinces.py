"""Installations of several provinces side by side, driven in this process.

with province(server, folder, "khac.hocba.test", code="79", digit="7") as there:
    there.fill()                       # marks for everybody
    there.issue(there.freeze())        # signed, sealed, anchored, released
    there.files()["3170000000"]        # newest released file of a pupil
"""

import json
import os
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from fakes.small_school import (
    CLASS,
    CLERK,
    HOMEROOM,
    PIN,
    PRINCIPAL,
    school_file,
    write_workbook,
)
from sqlalchemy import select

from hocba.issuance import (
    apply_seal,
    find_class,
    find_frozen,
    freeze,
    online_sources,
    propose,
    propose_seal,
    read_marks,
    sign,
    write_marks,
)
from hocba.issuance.enrol import enrol_school
from hocba.issuance.founding import found
from hocba.issuance.models import ReleasedRow, TranscriptRow
from hocba.issuance.school_file import read_school_file
from hocba.issuance.stages import TranscriptId
from hocba.issuance.sweep import sweep
from hocba.issuance.workplace import Workplace, open_workplace
from hocba.kit.clock import now
from hocba.kit.config import Settings
from hocba.sector.models import Pupil
from verifier.connect import by_realm
from verifier.verify import verify

_names = count()


@dataclass
class Province:
    """One open installation and the folder for what it reads."""

    wp: Workplace
    folder: Path

    def school(self, **changes):
        """Bring a school up to its file; `changes` are keys of the file, `school` of the school."""
        options = changes.pop("options", {})
        given = school_file(**options)
        given["school"] |= changes.pop("school", {})
        given |= changes
        path = self.folder / f"school-{next(_names)}.json"
        path.write_text(json.dumps(given, ensure_ascii=False), encoding="utf-8")
        return enrol_school(self.wp, read_school_file(path), pin=PIN, at=now())

    def target(self, *, school=None, year=None, name=CLASS):
        """The class."""
        with self.wp.database.transaction("test") as db:
            return find_class(db, class_name=name, school=school, year=year)

    def fill(self, *, school=None, change=None, pending=()):
        """Fill the class's workbook and import it."""
        path = write_workbook(
            self.wp, self.folder / "marks.xlsx", school=school, change=change, leave_out=pending
        )
        reading = read_marks(self.wp, path.read_bytes(), file="marks.xlsx", pending=pending)
        return write_marks(self.wp, reading, actor="command", at=now())

    def freeze(self, *, of=None, by=HOMEROOM, **how):
        """Freeze the class."""
        return freeze(self.wp, of or self.target(), by=by, at=now(), **how)

    def frozen(self, *, of=None, kind="year"):
        """The newest freeze of the class."""
        with self.wp.database.transaction("test") as db:
            return find_frozen(db, of or self.target(), kind=kind)

    def sign(self, *, of=None, kind="year", homeroom=HOMEROOM, principal=PRINCIPAL):
        """The personal signatures that the policy of the kind asks for."""
        target = self.frozen(of=of, kind=kind)
        steps = target.kind.policy(self.wp.trust, at=now()).steps
        roles = [(step.role, step.required) for step in steps]
        for role, staff in (("homeroom", homeroom), ("principal", principal)):
            if (role, True) not in roles:
                continue
            target = self.frozen(of=of, kind=kind)
            sign(
                self.wp,
                propose(self.wp, target, role=role, staff=staff, at=now()),
                pin=PIN,
                clock=now,
            )

    def seal(self, *, of=None, kind="year", clerk=CLERK):
        """The school's seal and the statement."""
        offer = propose_seal(self.wp, self.frozen(of=of, kind=kind), staff=clerk, at=now())
        return apply_seal(self.wp, offer, pin=PIN, clock=now)

    def issue(self, *, of=None, kind="year", clerk=CLERK, **signers):
        """Sign, seal, anchor and release what is frozen."""
        self.sign(of=of, kind=kind, **signers)
        self.seal(of=of, kind=kind, clerk=clerk)
        return sweep(self.wp, clock=now)

    def files(self):
        """Released files by pupil's code, oldest first."""
        with self.wp.database.transaction("test") as db:
            rows = db.execute(
                select(Pupil.code, ReleasedRow.transcript_id)
                .join(TranscriptRow, TranscriptRow.pupil_id == Pupil.id)
                .join(ReleasedRow, ReleasedRow.transcript_id == TranscriptRow.id)
                .order_by(ReleasedRow.released_at)
            ).all()
            store, found = self.wp.store(db), {}
            for code, transcript in rows:
                found.setdefault(code, []).append(store.released(TranscriptId(transcript)).pdf)
        return found

    def verify(self, data, *, others=(), near=()):
        """What a stranger is told, who may ask this province and those `near`."""
        sources = {one.wp.realm: online_sources(one.wp) for one in (self, *near)}
        return verify(
            data, trust=self.wp.trust, others=tuple(others), online=by_realm(sources), now=now()
        )


@contextmanager
def province(server, folder, realm="demo.hocba.test", *, code="31"):
    """Found an installation, drop its database afterwards."""
    number = f"{os.getpid()}_{next(_names)}"  # processes of one run share the server
    name = f"province_{Path(folder).name.replace('-', '_')}_{number}"
    with server.connect("postgres") as connection:
        connection.execute(f"CREATE DATABASE {name}")
    settings = Settings(
        home=folder / name, database_url=server.url(name), realm=realm, province_code=code
    )
    try:
        found(settings, at=now())
        with open_workplace(settings) as wp:
            yield Province(wp, folder)
    finally:
        with server.connect("postgres") as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
