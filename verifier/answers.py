"""What the file asks of the world, and what the world answered: plain data.

The core computes a `Question` from signed bytes; `Online.ask` carries it to the
ledger, the statement store and the sector database and comes back with `Answers`.
It never raises: an outage is an answer with a `problem`, which the checks turn into
*not checked*, never into *failed*.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from verifier.formats.view import LedgerView


@dataclass(frozen=True)
class Question:
    """All that is ever asked about one file; no name and no mark is in it.

    `index` and `entry_index` come from the receipt and are None without one.
    Hashes are lower-case hex; `seal_fingerprint` is SHA-256 of the certificate's DER.
    """

    realm: str
    school: str
    leaf: str
    seal_fingerprint: str
    index: int | None
    entry_index: int | None
    record_id: str
    version: int
    record_digest: str
    references: tuple["Question", ...] = ()
    """The same about each record that this one names; its database answer is not asked for."""

    @classmethod
    def from_object(cls, value: dict[str, Any]) -> "Question":
        """Read back what `dataclasses.asdict` made. Raises: TypeError."""
        references = tuple(map(cls.from_object, value.pop("references", ())))
        return cls(**value, references=references)


@dataclass(frozen=True)
class Answers:
    """What was learned. A None with a problem was asked in vain; without, not asked.

    `ledger` is the reader's `LedgerView`, `attestation` the sector database's signed
    answer as compact JWS, `statements` maps the hex hash of a canonical statement to its bytes and
    `signatures` the same hash to the CAdES over it (absent where not obtainable).
    Problems are short codes: `unreachable`, `malformed`, `wrong_chain`.
    """

    ledger: LedgerView | None = None
    ledger_problem: str | None = None
    attestation: str | None = None
    attestation_problem: str | None = None
    statements: dict[str, bytes] = field(default_factory=dict)
    signatures: dict[str, bytes] = field(default_factory=dict)
    as_of: str | None = None
    references: Mapping[str, "Answers"] = field(default_factory=dict)
    """What was learned of the records that the file names, by their leaf."""


OFFLINE = Answers()
"""Nothing was asked."""


class Online(Protocol):
    """The outside sources behind one door."""

    def ask(self, question: Question) -> Answers:
        """Ask every source that this verifier has, each with its own time limit."""
        ...
