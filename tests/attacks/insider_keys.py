"""An insider who holds every key of the demo, and the steps by which he issues.

    insider = Insider(wp, frozen)
    sealed = insider.seal(insider.document(code), principal=somebody_else)
    batch = insider.batch({code: sealed})
    anchor_pending(wp, at=now())
    data = insider.finish(sealed, insider.receipt(batch, code))

He has the keys of the people and of the school, the department's key for appointments, the
CA, the log's key, the accounts on the chain and the database. He uses the code that the
spine uses and leaves out what refuses on the way; so whatever he does not spoil on purpose
is as in any released file.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from fakes.small_school import HOMEROOM, PIN, PRINCIPAL
from sqlalchemy import select, text

from hocba.issuance import find_school
from hocba.issuance.appointments import find_signer
from hocba.issuance.batch import BATCH, STATUS, head_of, lock_school
from hocba.issuance.models import AnchorRow, LeafRow, StatementRow, TranscriptRow
from hocba.issuance.receipt import published_log
from hocba.issuance.rendition import template_of
from hocba.issuance.stages import TranscriptId
from hocba.issuance.store import frozen_context
from hocba.kit.clock import now
from hocba.sector.models import Pupil
from hocba.sector.queries import staff_by_code
from ledger.log import Log, sign_checkpoint
from ledger.receipts import PublishedLog, SealedBatch, build_receipt
from ledger.statements import BatchHead, build_batch, build_status
from signing import pades
from signing.appointments import fingerprint, issue_appointment
from signing.pki import dev
from signing.status import Evidence
from verifier.context import Context
from verifier.formats.appointment import parse_appointment
from verifier.formats.canonical import canonical, parse_json, sha256_hex
from verifier.formats.entries import BatchAnchored
from verifier.formats.jws import token_payload
from verifier.formats.paths import subject_identifiers
from verifier.formats.pdf.parse import parse
from verifier.formats.statements import UNDER_REVIEW, RosterRow, StatusEntry

SEAL_STEP = 2


@dataclass(frozen=True)
class Pen:
    """An open key with the appointment that goes with it; `at` is the time that it claims."""

    key: Any
    jws: str
    at: datetime | None = None

    @property
    def appointment(self):
        return parse_appointment(token_payload(self.jws))

    @property
    def fingerprint(self):
        return fingerprint(self.key.certificate)


@dataclass(frozen=True)
class Made:
    """A batch under a seal, and where each pupil's leaf stands in it."""

    sealed: SealedBatch
    positions: dict[str, int]

    @property
    def digest(self):
        return self.sealed.batch.digest()


@dataclass(eq=False)
class Insider:
    """All keys of one school, and all that stand above it."""

    wp: Any
    frozen: Any

    # --- who signs

    @cached_property
    def homeroom(self):
        return self.pen(self.frozen.of.school, HOMEROOM, "homeroom", self.frozen.of.scope)

    @cached_property
    def principal(self):
        return self.pen(self.frozen.of.school, PRINCIPAL, "principal")

    @cached_property
    def school_seal(self):
        return self.pen(self.frozen.of.school, None, "seal")

    def pen(self, school, staff, role, scope="school"):
        """The key of somebody whom the department appointed; `staff` None is the seal."""
        with self.wp.database.transaction("insider") as db:
            at = find_school(db, school)
            member = staff_by_code(db, at.id, staff).id if staff else None
            signer = find_signer(db, school=at.id, staff=member, role=role, scope=scope, at=now())
        return Pen(self.wp.custody(signer.custody).open_session(PIN), signer.jws)

    def renewed(self, pen, *, at=None, **dates):
        """The same person under a further certificate, properly appointed for it."""
        before, pki = pen.appointment, dev.load(self.wp.home.pki)
        [number] = subject_identifiers(pen.key.certificate)
        holder = dev.Person(before.name, number.removeprefix("CCCD:"), PIN)
        custody = pki.custody(pki.issue(holder, at=now(), **dates))
        appointment = replace(
            before, certificate=fingerprint(custody.certificate), serial=str(self.wp.new_id())
        )
        jws = issue_appointment(appointment, self.wp.officers_key)
        return Pen(custody.open_session(PIN), jws, at)

    def revoke(self, pen, *, at):
        """The CA revokes a certificate."""
        self.wp.outside.services.pki.revoke(pen.key.certificate, at=at)

    # --- what lies in the database

    def row(self, db, code):
        """The first version of a pupil's transcript."""
        return db.scalars(
            select(TranscriptRow)
            .join(Pupil, Pupil.id == TranscriptRow.pupil_id)
            .where(Pupil.code == code)
            .order_by(TranscriptRow.version)
        ).first()

    def document(self, code):
        """Revision 0, as the spine made it."""
        with self.wp.database.transaction("insider") as db:
            return self.wp.store(db).file(TranscriptId(self.row(db, code).id), 0)

    def record(self, code):
        with self.wp.database.transaction("insider") as db:
            return parse_json(self.wp.store(db).frozen(TranscriptId(self.row(db, code).id)).record)

    def rewrite(self, code, record):
        """Change a frozen record where it lies, encrypted again and with its new digest."""
        with self.wp.database.transaction("insider") as db:
            row, data = self.row(db, code), canonical(record)
            key = self.wp.vault.key(db, row.record_id)
            values = {"id": row.id, "digest": sha256_hex(data)}
            content = key.seal(data, context=frozen_context(row.id))
        self.sql("UPDATE frozen_record SET content = :content WHERE id = :id",
                 id=row.id, content=content)  # fmt: skip
        self.sql("UPDATE frozen_record SET digest = :digest WHERE id = :id", **values)
        self.sql("UPDATE transcript SET record_digest = :digest WHERE id = :id", **values)

    def delete(self, table, code):
        """Delete a pupil's row; `table` names its key: `leaf.transcript_id`."""
        name, column = table.split(".")
        with self.wp.database.transaction("insider") as db:
            key = self.row(db, code).id
        self.sql(f"DELETE FROM {name} WHERE {column} = :id", id=key)  # noqa: S608  # our own names

    def sql(self, statement, **values):
        """Do as the database's owner does who has switched off triggers and foreign keys."""
        owner = self.wp.database.owner()
        with owner.begin() as connection:
            connection.execute(text("SET session_replication_role = replica"))
            assert connection.execute(text(statement), values).rowcount == 1
        owner.dispose()

    # --- signatures and statements

    def seal(self, document, *, homeroom=None, principal=None):
        """Two personal signatures and the school's seal, whoever holds the pens."""
        pens = (homeroom or self.homeroom, principal or self.principal, self.school_seal)
        for step, pen in enumerate(pens):
            put = pades.seal if step == SEAL_STEP else pades.sign
            document = put(
                document, template_of(self.frozen.kind), step=step, key=pen.key,
                appointment_jws=pen.jws, at=pen.at or now(),
            )  # fmt: skip
        return document

    def batch(self, sealed, *, by=None):
        """Join sealed documents (by pupil's code) in the next batch of the school's chain."""
        of = self.frozen.of
        with self.wp.database.transaction("insider") as db:
            rows = {code: self.row(db, code) for code in sealed}
            codes = sorted(sealed, key=lambda code: rows[code].slot)
            leaves = [self._context(sealed[code]).leaf for code in codes]
            placed = list(enumerate(zip(codes, leaves, strict=True)))
            lock_school(db, of.school_id)
            head = head_of(db, of.school_id)
            built = build_batch(
                BatchHead(self.wp.realm, of.school, of.school_year, of.class_name, "year",
                          head.seq + 1, head.statement),
                leaves,
                [RosterRow(at, rows[code].slot, leaf.id(), None) for at, (code, leaf) in placed],
            )  # fmt: skip
            cades = self._state(db, built.batch, BATCH, by or self.school_seal, built)
            for at, (code, leaf) in placed:
                db.add(
                    LeafRow(
                        statement=built.digest, position=at, transcript_id=rows[code].id,
                        leaf_id=leaf.id(), payload=leaf.to_bytes(),
                    )
                )  # fmt: skip
        return Made(
            SealedBatch.of(built.payload, cades, leaves), {code: at for at, (code, _) in placed}
        )

    def put_under_review(self, code):
        """The school's own sealed statement."""
        of = self.frozen.of
        with self.wp.database.transaction("insider") as db:
            lock_school(db, of.school_id)
            head, (leaf, index) = head_of(db, of.school_id), self.place(db, code)
            entry = StatusEntry(leaf, index, UNDER_REVIEW, "under_review", "7/QĐ-THCS")
            statement = build_status(
                realm=self.wp.realm, school=of.school, seq=head.seq + 1,
                previous=head.statement, entries=[entry],
            )  # fmt: skip
            self._state(db, statement, STATUS, self.school_seal)

    def _state(self, db, statement, kind, pen, built=None):
        """Seal a statement and keep it; the chain is told the school's own seal in any case."""
        payload = statement.to_bytes()
        cades = pades.detached_cades(payload, pen.key, pen.jws, None, at=now())
        db.add(
            StatementRow(
                digest=statement.digest(), school_id=self.frozen.of.school_id, seq=statement.seq,
                kind=kind, frozen_class_id=built and self.frozen.frozen_class, payload=payload,
                cades=cades, roster=built and built.roster_bytes,
                roster_root=built and built.batch.roster_root,
                certificate=self.school_seal.fingerprint, made_at=now(),
            )
        )  # fmt: skip
        db.flush()
        return cades

    def place(self, db, code):
        """Leaf and global index of a pupil's anchored transcript."""
        leaf = db.scalars(
            select(LeafRow).where(LeafRow.transcript_id == self.row(db, code).id)
        ).one()
        first = db.get_one(AnchorRow, leaf.statement).first_index
        return leaf.leaf_id, first + leaf.position

    # --- receipt and release

    def published(self):
        """The log as everybody has it."""
        with self.wp.database.transaction("insider") as db:
            return published_log(self.wp, db)

    def private(self, entries):
        """A log that only the insider has, under the log's own signature."""
        log, key = Log(entries), self.wp.log_key
        note = sign_checkpoint(log.checkpoint(key.public.name), key)
        return PublishedLog(log, note, self.published().place)

    def receipt(self, made, code, log=None):
        """The receipt of a pupil's leaf, out of the public log unless another is given."""
        log = log or self.published()
        [entry] = [
            one.index for one in log.log.entries
            if isinstance(one.data, BatchAnchored) and one.data.statement == made.digest
        ]  # fmt: skip
        return build_receipt(made.sealed, made.positions[code], log, entry_index=entry)

    def finish(self, sealed, receipt, evidence=None):
        """Receipt, evidence and document timestamp."""
        return pades.finish(
            pades.embed_receipt(sealed, SEAL_STEP, receipt.to_bytes()),
            template_of(self.frozen.kind),
            evidence=evidence or self.evidence(sealed),
            timestamper=self.wp.outside.timestamper,
            at=now(),
        )

    def evidence(self, sealed, *, first_asked=None):
        """Status of all signers; that of the first as it was then, good or not."""
        ctx = self._context(sealed)
        cms = [ctx.cms(signature) for signature in ctx.parsed.signatures]
        signers = [(one.signer_certificate, *one.certificates) for one in cms]
        if first_asked is None:
            return self.wp.outside.evidence(signers, at=now())
        first, *others = signers
        services = self.wp.outside.services
        answer = services.evidence(*services.chain_of(first[0], services.pki.chain("national"))[:2],
                                   at=first_asked)  # fmt: skip
        return self.wp.outside.evidence(others, at=now()).merge(Evidence(ocsps=(answer.ocsp,)))

    def _context(self, data):
        return Context(data=data, trust=self.wp.trust, now=now(), pdf=parse(data))
