"""Compare what was stated with what the chain recorded; for `hocba audit` and monitors.

    differences(entry, payload, roster, cades=cades)  # [] or the names of what differs

The account that anchors could record a genuine batch with another list of superseded
leaves, or a genuine status statement with other states: the seal does not cover the
chain's own arguments, so they are compared here, entry by entry.
"""

from verifier.errors import VerifierError
from verifier.formats.canonical import sha256_hex
from verifier.formats.entries import BatchAnchored, Entry, SchoolChanged, StatusChanged
from verifier.formats.statements import Batch, Roster, StatusStatement, school_key


def differences(
    entry: Entry, payload: bytes | None, roster: bytes | None = None, *, cades: bytes | None
) -> list[str]:
    """What of an entry does not agree with its statement; names are stable."""
    data = entry.data
    if isinstance(data, SchoolChanged) or (isinstance(data, StatusChanged) and not data.school):
        return []
    if payload is None or cades is None:
        return ["statement_missing"]
    hashes = {
        "statement": sha256_hex(payload) == data.statement,
        "signature": sha256_hex(cades) == data.signature,
    }
    if not all(hashes.values()):
        return _names(hashes)
    try:
        if isinstance(data, StatusChanged):
            return _status(entry, data, StatusStatement.parse(payload))
        return _batch(entry, data, Batch.parse(payload), roster)
    except VerifierError as error:
        return [error.code]


def _batch(entry: Entry, data: BatchAnchored, batch: Batch, roster: bytes | None) -> list[str]:
    same = {
        "realm": entry.realm == batch.realm,
        "school": data.school == school_key(batch.realm, batch.school).hex(),
        "seq": data.seq == batch.seq,
        "previous": data.previous == batch.previous,
        "root": data.root == batch.root,
        "leaf_count": data.leaf_count == batch.leaf_count,
    }
    if roster is None:
        return [*_names(same), "roster_missing"]
    read = Roster.parse(roster)
    same["roster_root"] = read.root().hex() == batch.roster_root
    same["replaces"] = sorted(read.replaced()) == sorted(data.replaces)
    return _names(same)


def _status(entry: Entry, data: StatusChanged, statement: StatusStatement) -> list[str]:
    said = [(one.index, one.state) for one in statement.entries]
    same = {
        "realm": entry.realm == statement.realm,
        "school": data.school == school_key(statement.realm, statement.school).hex(),
        "seq": data.seq == statement.seq,
        "previous": data.previous == statement.previous,
        "states": said == list(zip(data.indices, data.states, strict=True)),
    }
    return _names(same)


def _names(same: dict[str, bool]) -> list[str]:
    return [name for name, holds in same.items() if not holds]
