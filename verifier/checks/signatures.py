"""Check 3: every signature and timestamp is whole, trusted, in time and in order.

1. Each document timestamp: its token fits the bytes before it and leads to a TSA anchor.
2. Each signature: ByteRange, digest, signature value, the certificate that it names.
3. Its proved time: its own timestamp, else the first document timestamp after it.
4. At that time: a path to a signing anchor, status of every certificate, key usage,
   algorithms that the dated policy allows.
5. The order: claimed times ascend and lie before the proved ones, nothing is later than now.

Evidence is what the file carries; what is learned later acts through check 8 only. A
missing or stale status is *not checked* (TRY_LATER), never passed and never failed.
ETSI EN 319 102-1, 5.2 and 5.5.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from asn1crypto import x509

from verifier.context import Context
from verifier.errors import FormatError, ProofError, VerifierError
from verifier.formats.cms import SignedCms, SignerBlock, TimestampToken
from verifier.formats.paths import StatusEvidence, TrustedPath, TrustError, trusted_path
from verifier.formats.times import format_time
from verifier.formats.trusted_root import TrustedRoot
from verifier.report import Check, Status

if TYPE_CHECKING:
    from verifier.formats.pdf.parsed import ParsedPdf, ParsedSignature, ParsedTimestamp

SKEW = timedelta(minutes=1)
"""How far two honest clocks may differ."""

_WEAK = frozenset(("cms.digest_algorithm", "algorithm.unknown"))


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong (or undecided) with one signature."""

    code: str
    sub_indication: str
    where: str
    detail: str = ""
    undecided: bool = False

    def to_check(self) -> Check:
        """Return the line of the report."""
        status = Status.NOT_CHECKED if self.undecided else Status.FAILED
        detail = f"{self.where}: {self.detail}" if self.detail else self.where
        return Check("3", status, f"3.{self.code}", self.sub_indication, detail)


@dataclass
class Judgement:
    """What check 3 learned; check 4 reads the proved times."""

    findings: list[Finding] = field(default_factory=list)
    proved: dict[str, datetime] = field(default_factory=dict)
    """Field name -> time at which the signature is proved to have existed."""

    def add(self, code: str, sub_indication: str, where: str, detail: str = "") -> None:
        """Note a failure."""
        self.findings.append(Finding(code, sub_indication, where, detail))

    @contextmanager
    def about(self, where: str) -> Iterator[None]:
        """Turn what is raised inside into findings about this signature."""
        try:
            yield
        except TrustError as error:
            code = error.code.removeprefix("trust.")
            self.findings.append(
                Finding(code, error.sub_indication, where, error.detail, error.undecided)
            )
        except (FormatError, ProofError) as error:
            self.findings.append(_from_format(error, where))


def check(ctx: Context) -> list[Check]:
    """Judge all signatures and timestamps of the file."""
    judgement = judge(ctx)
    if not judgement.findings:
        return [Check("3", Status.PASSED, "3.signatures_hold", None)]
    return [finding.to_check() for finding in judgement.findings]


def judge(ctx: Context) -> Judgement:
    """The judgement, computed once for a file."""
    return ctx.memo(
        "signatures", lambda: judge_signatures(ctx.parsed, ctx.cms, ctx.trust, now=ctx.now)
    )


def judge_signatures(
    pdf: "ParsedPdf",
    cms_of: "Callable[[ParsedSignature], SignedCms]",
    trust: TrustedRoot,
    *,
    now: datetime,
) -> Judgement:
    """Judge a parsed file at `now` under a trusted root."""
    judgement = Judgement()
    if not trust.valid_from <= now < trust.valid_to:
        judgement.findings.append(
            Finding("trusted_root_expired", "TRY_LATER", "trusted root", undecided=True)
        )
    if not pdf.signatures:
        judgement.add("no_signature", "SIGNED_DATA_NOT_FOUND", "file")
        return judgement
    for problem in pdf.problems_of("3"):
        judgement.add(problem.code.removeprefix("3."), "FORMAT_FAILURE", "file", problem.detail)
    stamped = _judge_timestamps(pdf, trust, judgement, now)
    _Signatures(pdf, trust, judgement, stamped).judge_all(cms_of)
    _check_order(pdf.signatures, judgement, now)
    return judgement


def _judge_timestamps(
    pdf: "ParsedPdf", trust: TrustedRoot, judgement: Judgement, now: datetime
) -> "list[tuple[ParsedTimestamp, datetime]]":
    """Return the document timestamps that hold, with their times."""
    held: list[tuple[ParsedTimestamp, datetime]] = []
    last: TimestampToken | None = None
    for stamp in pdf.timestamps:
        with judgement.about(stamp.field):
            token = TimestampToken.parse(stamp.contents)
            if stamp.byte_range != stamp.expected_range:
                raise FormatError("coverage", "ByteRange")
            if token.imprint_algorithm != "sha256" or token.imprint != stamp.covered_digest:
                raise TrustError("trust.wrong_digest", "HASH_FAILURE")
            _trust_token(token, pdf, trust)
            held.append((stamp, token.gen_time))
            last = token
    if last is not None:
        with judgement.about("last timestamp"):
            _check_algorithms(last.block, trust, now, "CRYPTO_CONSTRAINTS_FAILURE_NO_POE")
    times = [time for _, time in held]
    if times != sorted(times) or any(time > now + SKEW for time in times):
        judgement.add("wrong_order", "TIMESTAMP_ORDER_FAILURE", "document timestamps")
    return held


def _trust_token(token: TimestampToken, pdf: "ParsedPdf", trust: TrustedRoot) -> TrustedPath:
    """Check a token's signature, algorithms and path at its own time."""
    _check_algorithms(token.block, trust, token.gen_time, "CRYPTO_CONSTRAINTS_FAILURE")
    path = trusted_path(
        token.block.signer_certificate,
        (*token.block.certificates, *pdf.dss.certs),
        trust,
        use="tsa",
        at=token.gen_time,
        evidence=_evidence(pdf, token.gen_time),
    )
    _check_certificates(token.block.certificates, path, beside=pdf.dss.certs)
    return path


def _check_certificates(
    carried: Sequence[bytes], path: TrustedPath, *, beside: Sequence[bytes] = ()
) -> None:
    """Refuse a certificate off the path: no signature covers it, so anybody may alter it."""
    foreign = [der for der in carried if der not in path and der not in beside]
    if foreign:
        raise FormatError("extra_certificates", str(len(foreign)))


def _check_algorithms(
    block: SignerBlock, trust: TrustedRoot, at: datetime, sub_indication: str
) -> None:
    """Check the signature value, then that its algorithms were strong at that time."""
    try:
        names = block.verify_value()
    except ProofError as error:
        raise TrustError("trust.wrong_signature", "SIG_CRYPTO_FAILURE") from error
    weak = [name for name in names if not trust.allows(name, at=at)]
    if weak:
        raise TrustError(
            "trust.weak_algorithm",
            sub_indication,
            ", ".join(weak),
            undecided=sub_indication.endswith("_NO_POE"),
        )


def _evidence(pdf: "ParsedPdf", at: datetime) -> StatusEvidence:
    """All status in the file, seen not later than its last timestamp (or this time)."""
    latest = at
    for stamp in pdf.timestamps:
        try:
            latest = max(latest, TimestampToken.parse(stamp.contents).gen_time)
        except VerifierError:
            continue  # it has its own finding
    return StatusEvidence(pdf.dss.ocsps, pdf.dss.crls, latest + SKEW)


@dataclass
class _Signatures:
    """The signatures of one file."""

    pdf: "ParsedPdf"
    trust: TrustedRoot
    judgement: Judgement
    stamped: "Sequence[tuple[ParsedTimestamp, datetime]]"

    def judge_all(self, cms_of: "Callable[[ParsedSignature], SignedCms]") -> None:
        for signature in self.pdf.signatures:
            with self.judgement.about(signature.field):
                cms = cms_of(signature)
                self._check_integrity(signature, cms)
                at = self._proved_time(signature, cms)
                if at is None:
                    raise TrustError("trust.no_timestamp", "NO_POE", undecided=True)
                self.judgement.proved[signature.field] = at
                self._check_trust(cms, at, signature.m)

    def _check_integrity(self, signature: "ParsedSignature", cms: SignedCms) -> None:
        if signature.byte_range != signature.expected_range:
            raise FormatError("coverage", "ByteRange")
        if cms.block.digest_algorithm != "sha256":
            raise FormatError("cms.digest_algorithm", cms.block.digest_algorithm)
        if cms.message_digest != signature.covered_digest:
            raise TrustError("trust.wrong_digest", "HASH_FAILURE")
        try:
            cms.verify_value()
        except ProofError as error:
            raise TrustError("trust.wrong_signature", "SIG_CRYPTO_FAILURE") from error

    def _proved_time(self, signature: "ParsedSignature", cms: SignedCms) -> datetime | None:
        """The earliest timestamp that covers the signature, or None."""
        times = [
            time for stamp, time in self.stamped if stamp.revision_end > signature.revision_end
        ]
        if cms.timestamp_token is not None:
            token = TimestampToken.parse(cms.timestamp_token)
            if not token.covers(cms.signature):
                raise TrustError("trust.wrong_digest", "HASH_FAILURE", "signature timestamp")
            _trust_token(token, self.pdf, self.trust)
            if any(token.gen_time > time + SKEW for time in times):
                raise TrustError("trust.wrong_order", "TIMESTAMP_ORDER_FAILURE")
            times.append(token.gen_time)
        return min(times, default=None)

    def _check_trust(self, cms: SignedCms, at: datetime, claimed: datetime) -> None:
        _check_algorithms(cms.block, self.trust, at, "CRYPTO_CONSTRAINTS_FAILURE")
        path = trusted_path(
            cms.signer_certificate,
            (*cms.certificates, *self.pdf.dss.certs),
            self.trust,
            use="sign",
            at=at,
            evidence=_evidence(self.pdf, at),
        )
        _check_certificates(cms.certificates, path)
        if claimed > at + SKEW:
            raise TrustError(
                "trust.claimed_after_proof",
                "TIMESTAMP_ORDER_FAILURE",
                f"{format_time(claimed)} > {format_time(at)}",
            )
        _check_claimed(cms.signer_certificate, claimed)


def _check_claimed(certificate: bytes, claimed: datetime) -> None:
    """Nobody signs before the certificate exists."""
    start = x509.Certificate.load(certificate).not_valid_before
    if claimed + SKEW < start:
        raise TrustError("trust.not_yet_valid", "NOT_YET_VALID", format_time(claimed))


def _check_order(
    signatures: "Sequence[ParsedSignature]", judgement: Judgement, now: datetime
) -> None:
    """Later signatures cannot claim, nor prove, an earlier time."""
    claimed = [signature.m for signature in signatures]
    if any(later + SKEW < earlier for earlier, later in pairwise(claimed)):
        judgement.add("wrong_order", "TIMESTAMP_ORDER_FAILURE", "claimed times")
    if any(time > now + SKEW for time in (*claimed, *judgement.proved.values())):
        judgement.add("from_the_future", "TIMESTAMP_ORDER_FAILURE", "file")


def _from_format(error: VerifierError, where: str) -> Finding:
    if error.code in ("coverage", "extra_certificates"):
        return Finding(error.code, "FORMAT_FAILURE", where, error.detail)
    if error.code in _WEAK:
        return Finding("weak_algorithm", "CRYPTO_CONSTRAINTS_FAILURE", where, error.detail)
    if error.code == "timestamp.wrong_digest":
        return Finding("wrong_digest", "HASH_FAILURE", where, error.code)
    if error.code == "cms.other_certificate":
        return Finding("other_certificate", "NO_SIGNING_CERTIFICATE_FOUND", where, error.code)
    detail = f"{error.code} {error.detail}".strip()
    return Finding("malformed", "FORMAT_FAILURE", where, detail)
