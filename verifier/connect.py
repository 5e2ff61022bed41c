"""Build the outside sources from addresses that a person gave. Imported only when asked for.

    online = connect(trust, rpc="http://127.0.0.1:8545", statements="var/demo/statements")

A source that was not named is not asked; its check says *not checked*.
"""

from datetime import UTC, datetime
from pathlib import Path

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
    )


def _store(place: str) -> StatementStore:
    if Path(place).is_dir():
        return FolderStore(Path(place))
    return HttpStore(_address(place))


def _address(url: str) -> str:
    if not url.startswith(SCHEMES):
        raise UnreachableError("source.not_an_address", url)
    return url
