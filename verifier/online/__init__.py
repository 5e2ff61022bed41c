"""The outside sources: ledger, statements, sector database. Readers only; nothing here writes.

Three small Protocols, each with an implementation over HTTP here and in-process ones
elsewhere, and `Sources`, which asks all of them and turns every failure into a
`problem`, never into an exception.

    place = Place.of(trust)
    online = Sources(ledger=RpcReader(rpc, place), statements=HttpStore(url),
                     attestor=HttpAttestor(url), clock=lambda: datetime.now(UTC))
    report = verify(data, trust=trust, online=online, now=now)
"""

from verifier.online.attestor import HttpAttestor
from verifier.online.contract import Place
from verifier.online.protocols import Attestor, ChainReader, Kind, StatementStore
from verifier.online.rpc import RpcReader
from verifier.online.sources import Sources
from verifier.online.stores import FolderStore, HttpStore, MemoryStore

__all__ = [
    "Attestor",
    "ChainReader",
    "FolderStore",
    "HttpAttestor",
    "HttpStore",
    "Kind",
    "MemoryStore",
    "Place",
    "RpcReader",
    "Sources",
    "StatementStore",
]
