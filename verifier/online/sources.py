"""All sources behind the one door that `verify` knows.

`ask` looks up the leaf in the ledger, then fetches the statement, its CAdES and (for a
superseding batch) the roster behind every change of status that the ledger names, and
asks the sector database. What fails leaves a short problem code; nothing is raised.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from verifier.answers import OFFLINE, Answers, Question
from verifier.errors import UnreachableError, VerifierError
from verifier.formats.statements import SUPERSEDED, Batch
from verifier.formats.times import format_time
from verifier.formats.view import LedgerView
from verifier.online.protocols import Attestor, ChainReader, Kind, StatementStore
from verifier.online.stores import problem

MAX_REFERENCES = 32
"""A book names some twelve records; nobody is asked about more than these for one file."""

NO_INDEX = "no_index"
"""The file has no receipt, so there is no place to look at."""


class Sources:
    """Ledger, statements and sector database; any may be missing."""

    def __init__(
        self,
        *,
        ledger: ChainReader | None = None,
        statements: StatementStore | None = None,
        attestor: Attestor | None = None,
        clock: Callable[[], datetime],
        realm: str | None = None,
    ) -> None:
        self._ledger = ledger
        self._statements = statements
        self._attestor = attestor
        self._clock = clock
        self._realm = realm

    def ask(self, question: Question) -> Answers:
        """See `verifier.answers.Online`; of another realm than its own it knows nothing."""
        if not self._knows(question):
            return OFFLINE
        answers = self._ask(question)
        references = {
            one.leaf: self._of_leaf(one)
            for one in question.references[:MAX_REFERENCES]
            if self._knows(one)
        }
        return replace(answers, references=references)

    def _knows(self, question: Question) -> bool:
        return self._realm in (None, question.realm)

    def _of_leaf(self, question: Question) -> Answers:
        view, ledger_problem = self._look(question)
        statements: dict[str, bytes] = {}
        signatures: dict[str, bytes] = {}
        if view is not None:
            self._fetch(view, statements, signatures)
        return Answers(
            ledger=view,
            ledger_problem=ledger_problem,
            statements=statements,
            signatures=signatures,
        )

    def _ask(self, question: Question) -> Answers:
        token, attestation_problem = self._attest(question)
        return replace(
            self._of_leaf(question),
            attestation=token,
            attestation_problem=attestation_problem,
            as_of=format_time(self._clock()),
        )

    def _look(self, question: Question) -> tuple[LedgerView | None, str | None]:
        if self._ledger is None:
            return None, None
        if question.index is None:
            return None, NO_INDEX
        try:
            return self._ledger.look(question.index), None
        except VerifierError as error:
            return None, problem(error)

    def _attest(self, question: Question) -> tuple[str | None, str | None]:
        if self._attestor is None:
            return None, None
        try:
            return (
                self._attestor.attest(question.record_id, question.version, question.record_digest),
                None,
            )
        except VerifierError as error:
            return None, problem(error)

    def _fetch(
        self, view: LedgerView, statements: dict[str, bytes], signatures: dict[str, bytes]
    ) -> None:
        for change in view.changes:
            if change.school is None or change.statement in statements:
                continue
            payload = self._get(Kind.STATEMENT, change.statement)
            if payload is None:
                continue
            statements[change.statement] = payload
            signature = self._get(Kind.SIGNATURE, change.statement)
            if signature is not None:
                signatures[change.statement] = signature
            if change.state == SUPERSEDED:
                self._fetch_roster(payload, statements)

    def _fetch_roster(self, payload: bytes, statements: dict[str, bytes]) -> None:
        with suppress(VerifierError):
            root = Batch.parse(payload).roster_root
            roster = self._get(Kind.ROSTER, root)
            if roster is not None:
                statements[root] = roster

    def _get(self, kind: Kind, digest: str) -> bytes | None:
        if self._statements is None:
            return None
        try:
            return self._statements.get(kind, digest)
        except UnreachableError:
            return None
