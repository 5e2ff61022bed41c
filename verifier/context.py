"""What a check may look at: the file taken apart once, the trust, the clock, the answers.

Every check is `def check(ctx: Context) -> list[Check]`. It reads what it needs off
the context and says what it found. Where a part is absent (the file does not parse,
the receipt is missing) the property raises `NotReachedError` or the error met when it was
taken apart; a check lets that pass through and the frame (`verify.py`) turns it into
*not checked* or *failed*, so no check has to guard against the failure of another.

    def check(ctx: Context) -> list[Check]:
        if ctx.leaf.to_object() != ctx.receipt.leaf:
            return [Check("7a", Status.FAILED, "7a.other_leaf")]
        return [Check("7a", Status.PASSED, "7a.same_leaf")]

Expensive parts (CMS, leaf, receipt) are computed once and remembered, errors included.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from verifier.answers import OFFLINE, Answers, Question
from verifier.errors import VerifierError
from verifier.formats.canonical import JsonObject, sha256_hex
from verifier.formats.cms import SignedCms
from verifier.formats.pdf.parsed import ParsedPdf, ParsedSignature
from verifier.formats.receipt import Receipt
from verifier.formats.record import parse_record
from verifier.formats.ref import Reference, references_of
from verifier.formats.statements import Leaf
from verifier.formats.trusted_root import TrustedRoot

T = TypeVar("T")


class NotReachedError(VerifierError):
    """A part that this check needs could not be taken out of the file."""

    def __init__(self, what: str) -> None:
        super().__init__("not_reached", what)


@dataclass
class Context:
    """One file under verification. Made by `verify.py`, read by the checks."""

    data: bytes
    trust: TrustedRoot
    now: datetime
    pdf: ParsedPdf | None = None
    newer_receipt: bytes | None = None
    answers: Answers = OFFLINE
    parse_error: Exception | None = None
    others: tuple[TrustedRoot, ...] = ()
    """Roots of other realms: they serve references into those realms, nothing else."""
    _memo: dict[str, Any] = field(default_factory=dict, repr=False)

    @property
    def parsed(self) -> ParsedPdf:
        """The parsed file. Raises: NotReachedError where the parser refused it."""
        if self.pdf is None:
            raise NotReachedError("pdf")
        return self.pdf

    @property
    def record_bytes(self) -> bytes:
        """The attached record.json, byte for byte."""
        data = self.parsed.record_bytes
        if data is None:
            raise NotReachedError("record")
        return data

    @property
    def record(self) -> JsonObject:
        """The record: canonical and true to its schema, else FormatError."""
        return self.memo("record", lambda: parse_record(self.record_bytes))

    @property
    def record_digest(self) -> str:
        """SHA-256 of the record's bytes, hex."""
        return sha256_hex(self.record_bytes)

    def cms(self, signature: ParsedSignature) -> SignedCms:
        """The CMS of a signature, parsed once."""
        return self.memo(f"cms.{signature.field}", lambda: SignedCms.parse(signature.contents))

    @property
    def seal(self) -> ParsedSignature:
        """The school's seal: the signature of the template's last step."""
        for signature in self.parsed.signatures:
            if signature.step == self.parsed.template.seal_step:
                return signature
        raise NotReachedError("seal")

    @property
    def seal_cms(self) -> SignedCms:
        """The seal's CMS."""
        return self.cms(self.seal)

    @property
    def leaf(self) -> Leaf:
        """The leaf, recomputed from the signed bytes of this file alone."""
        return self.memo("leaf", self._compute_leaf)

    @property
    def receipt(self) -> Receipt:
        """The receipt given beside the file, else the one in the seal. NotReachedError if none."""
        return self.memo("receipt", self._find_receipt)

    @property
    def has_receipt(self) -> bool:
        """Whether there is a receipt at all, well-formed or not."""
        try:
            return self.newer_receipt is not None or self.seal_cms.receipt is not None
        except Exception:  # noqa: BLE001  # a seal that cannot be read holds no receipt
            return False

    def root_of(self, realm: str) -> TrustedRoot | None:
        """The trusted root of a realm, for what this file refers to; None where there is none.

        Only a file of a demonstration may lean on the root of one.
        """
        for root in (self.trust, *self.others):
            if root.realm == realm and (self.trust.demo or not root.demo):
                return root
        return None

    @property
    def question(self) -> Question:
        """What the outside sources are asked about this file."""
        record, leaf = self.record, self.leaf
        receipt = self.receipt if self.has_receipt else None
        return Question(
            realm=record["realm"],
            school=record["issuer"]["code"],
            leaf=leaf.id(),
            seal_fingerprint=self.seal_cms.signer_fingerprint(),
            index=None if receipt is None else receipt.index,
            entry_index=None if receipt is None else receipt.entry_index,
            record_id=record["record_id"],
            version=record["version"],
            record_digest=self.record_digest,
            references=self.memo("references", self._references),
        )

    def memo(self, name: str, make: Callable[[], T]) -> T:
        """Return `make()`, computed once; an error is remembered and raised again."""
        if name not in self._memo:
            try:
                self._memo[name] = (make(), None)
            except Exception as failure:  # noqa: BLE001  # whatever it was, it is so next time too
                self._memo[name] = (None, failure)
        value, error = self._memo[name]
        if error is not None:
            raise error
        found: T = value
        return found

    def _compute_leaf(self) -> Leaf:
        return Leaf.from_record(
            self.record,
            self.record_bytes,
            self.seal.covered_digest.hex(),
            self.seal_cms.signature_hash().hex(),
        )

    def _references(self) -> tuple[Question, ...]:
        """What is asked about each record that this one names; once for each."""
        asked: dict[str, Question] = {}
        for named in references_of(self.record):
            with suppress(VerifierError):
                reference = Reference.from_object(named.value)
                asked[reference.leaf] = _question_of(reference.receipt)
        return tuple(asked.values())

    def _find_receipt(self) -> Receipt:
        data = self.newer_receipt or self.seal_cms.receipt
        if data is None:
            raise NotReachedError("receipt")
        return Receipt.parse(data)


def _question_of(receipt: Receipt) -> Question:
    leaf = receipt.leaf
    return Question(
        realm=leaf.realm,
        school=leaf.issuer,
        leaf=leaf.id(),
        seal_fingerprint=receipt.anchored.seal_fingerprint,
        index=receipt.index,
        entry_index=receipt.entry_index,
        record_id=leaf.record_id,
        version=leaf.version,
        record_digest=leaf.record_digest,
    )
