"""Build the outside sources from addresses that a person gave. Imported only when asked for.

    online = connect(trust, rpc="http://127.0.0.1:8545", statements="var/demo/statements")
    online = by_realm([online_of_one, online_of_another])

A source that was not named is not asked; its check says *not checked*. Each source speaks
of its own realm alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from verifier.answers import OFFLINE, Answers, Online, Question
from verifier.errors import UnreachableError
from verifier.formats.trusted_root import TrustedRoot
from verifier.online import (
    FolderStore,
    HttpAttestor,
    HttpStore,
    Place,
    RpcReader,
    Sources,
    StatementStore,
)

SCHEMES = ("http://", "https://")


def connect(
    trust: TrustedRoot,
    *,
    rpc: str | None = None,
    statements: str | None = None,
    attest: str | None = None,
) -> Sources:
    """Return the sources at these addresses.

    Raises:
        UnreachableError: `source.not_an_address` where one is neither http(s) nor a folder.
    """
    return Sources(
        ledger=None if rpc is None else RpcReader(_address(rpc), Place.of(trust)),
        statements=None if statements is None else _store(statements),
        attestor=None if attest is None else HttpAttestor(_address(attest)),
        clock=lambda: datetime.now(UTC),
        realm=trust.realm,
    )


@dataclass(frozen=True)
class ByRealm:
    """Sources of several realms; a file is asked about at those of its own."""

    sources: Mapping[str, Online]

    def ask(self, question: Question) -> Answers:
        """See `verifier.answers.Online`."""
        asked = self.sources.get(question.realm)
        if asked is None:
            return OFFLINE
        answers = asked.ask(question)
        found = dict(answers.references)
        for one in question.references:
            there = self.sources.get(one.realm)
            if there is not None and one.leaf not in found:
                found |= there.ask(replace(one, index=None, references=(one,))).references
        return replace(answers, references=found)


def by_realm(sources: Mapping[str, Online]) -> Online:
    """Join the sources of several realms."""
    return ByRealm(sources)


def _store(place: str) -> StatementStore:
    if Path(place).is_dir():
        return FolderStore(Path(place))
    return HttpStore(_address(place))


def _address(url: str) -> str:
    if not url.startswith(SCHEMES):
        raise UnreachableError("source.not_an_address", url)
    return url
