"""The outside sources of a verification, in the process that holds them.

    report = verify(pdf, trust=wp.trust, online=online_sources(wp), now=now())

Other people ask the same over HTTP: the chain by JSON-RPC, statements and attestations
from `hocba serve`.
"""

from uuid import UUID

from sqlalchemy import select

from hocba.issuance.attest import attest_version
from hocba.issuance.models import StatementRow
from hocba.issuance.workplace import Workplace
from hocba.kit import clock
from hocba.kit.errors import HocbaError
from ledger.chains.facade import MAX_BODY, ReadOnlyRpc
from verifier.errors import UnreachableError
from verifier.online import Kind, Sources
from verifier.online.stores import checked


class DatabaseStore:
    """Statements, their CAdES and rosters out of the database."""

    def __init__(self, wp: Workplace) -> None:
        self._wp = wp

    def get(self, kind: Kind, digest: str) -> bytes | None:
        """See `verifier.online.StatementStore`."""
        try:
            found = self._find(kind, digest)
        except HocbaError as error:
            raise UnreachableError("store.unreachable", error.code) from error
        return None if found is None else checked(kind, digest, found)

    def _find(self, kind: Kind, digest: str) -> bytes | None:
        column, key = {
            Kind.STATEMENT: (StatementRow.payload, StatementRow.digest),
            Kind.SIGNATURE: (StatementRow.cades, StatementRow.digest),
            Kind.ROSTER: (StatementRow.roster, StatementRow.roster_root),
        }[kind]
        with self._wp.database.transaction("statements.read") as db:
            return db.scalars(select(column).where(key == digest).limit(1)).first()


class DatabaseAttestor:
    """The sector database's own answer."""

    def __init__(self, wp: Workplace) -> None:
        self._wp = wp

    def attest(self, record_id: str, version: int, digest: str) -> str:
        """See `verifier.online.Attestor`."""
        try:
            return attest_version(self._wp, UUID(record_id), version, digest, at=clock.now())
        except (HocbaError, ValueError) as error:
            raise UnreachableError("attestor.unreachable", type(error).__name__) from error


class ChainDoor:
    """The ledger's chain for everybody: JSON-RPC that reads, in bodies of at most `limit` bytes."""

    limit = MAX_BODY

    def __init__(self, wp: Workplace) -> None:
        self._wp = wp

    def answer(self, body: bytes) -> bytes:
        """Answer one request or a small batch; never raises for what was asked."""
        return ReadOnlyRpc(self._wp.outside.chain).answer(body)


def online_sources(wp: Workplace) -> Sources:
    """Chain, statements and sector database of this installation."""
    return Sources(
        ledger=wp.outside.reader,
        statements=DatabaseStore(wp),
        attestor=DatabaseAttestor(wp),
        clock=clock.now,
        realm=wp.realm,
    )
