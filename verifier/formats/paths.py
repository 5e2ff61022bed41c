"""From a certificate up to an anchor of the trusted root, with status, at one time.

    path = trusted_path(certificate, pool, trust, use="sign", at=proved_at, evidence=evidence)

The path is built here, under a hard bound, and only towards anchors of the trusted root;
then pyhanko-certvalidator checks it (RFC 5280, 6.1) with revocation required for every
certificate below the root. Only status fresh enough for `at` is shown to it: other tools
accept an answer 90 days old, which a thief can copy out of a genuine file.

What is asked for twice is computed once: parsed certificates, OCSP answers and CRLs, and
whether one certificate signed another. All are pure functions of their bytes, bounded in
number and size, and parsed to the end before another thread may see them.

Each failure is a `TrustError`: `failed` (the certificate is revoked, expired, ...) or, with
`undecided`, not checked (no status to be had): an outage must not look like a forgery.
"""

import re
from collections.abc import Coroutine, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, TypeVar

from asn1crypto import crl, ocsp, x509
from pyhanko_certvalidator.authority import CertTrustAnchor
from pyhanko_certvalidator.context import ValidationContext
from pyhanko_certvalidator.errors import (
    DisallowedAlgorithmError,
    ExpiredError,
    InsufficientRevinfoError,
    NotYetValidError,
    RevokedError,
    ValidationError,
)
from pyhanko_certvalidator.path import ValidationPath
from pyhanko_certvalidator.validate import async_validate_path

from verifier.errors import FormatError, ProofError
from verifier.formats.algorithms import verify_signature
from verifier.formats.dated import DatedAlgorithms
from verifier.formats.trusted_root import TrustedRoot

MAX_POOL = 32
MAX_DEPTH = 4
MAX_LINKS = 48
"""Signature checks while a path is built; a pool made to confuse ends here, not in a hang."""

MAX_ANSWERS = 48
MAX_ANSWER_SIZE = 1_048_576

OCSP_AGE = timedelta(hours=1)
"""An answer must not be older than the signature by more than this."""

CRL_AGE = timedelta(hours=24)
"""The same for a CRL of an issuing CA; a root's CRL counts until its own next update."""

KEPT, KEPT_SIZE = 256, 8_192
"""So many parsed objects of each kind are kept, none larger than this."""

SIGNING_PURPOSES = frozenset(
    ("email_protection", "any_extended_key_usage", "microsoft_document_signing",
     "adobe_authentic_documents_trust", "1.3.6.1.5.5.7.3.36")
)  # fmt: skip

_SIGNING_MARKS = frozenset(("digital_signature", "non_repudiation"))

T = TypeVar("T")


class TrustError(ProofError):
    """A certificate that may not be trusted, with the sub-indication of EN 319 102-1."""

    def __init__(
        self, code: str, sub_indication: str, detail: str = "", *, undecided: bool = False
    ) -> None:
        super().__init__(code, detail)
        self.sub_indication = sub_indication
        self.undecided = undecided


@dataclass(frozen=True)
class StatusEvidence:
    """OCSP answers and CRLs (DER), seen not later than `latest`."""

    ocsps: tuple[bytes, ...]
    crls: tuple[bytes, ...]
    latest: datetime


@dataclass(frozen=True)
class TrustedPath:
    """A path that holds: leaf, issuing CAs nearest first, anchor; all DER."""

    leaf: bytes
    issuers: tuple[bytes, ...]
    anchor: bytes

    def __contains__(self, certificate: object) -> bool:
        """Whether a certificate stands on the path."""
        return certificate in (self.leaf, *self.issuers, self.anchor)


def trusted_path(  # noqa: PLR0913  # each is a separate fact about one validation
    certificate: bytes,
    pool: Iterable[bytes],
    trust: TrustedRoot,
    *,
    use: str,
    at: datetime,
    evidence: StatusEvidence | None,
) -> TrustedPath:
    """Validate a certificate for a use at a time; `evidence` None leaves status aside.

    Status is left aside only where formats.md has another source for it (statements:
    the contract's seal dates, check 8).

    Raises:
        TrustError: see the module.
    """
    leaf = _load(certificate)
    _check_usage(leaf, use)
    _check_dates(leaf, at)
    issuers, anchor = _build(leaf, _pool(pool), trust.anchors(use, at=at), at)
    root = CertTrustAnchor(anchor, derive_default_quals_from_cert=True)
    path = ValidationPath(trust_anchor=root, interm=issuers[::-1], leaf=leaf)
    _validate(path, trust, at, _fresh(evidence, anchor, trust, at))
    return TrustedPath(
        certificate, tuple(bytes(item.dump()) for item in issuers), bytes(anchor.dump())
    )


def subject_identifiers(certificate: bytes) -> tuple[str, ...]:
    """Identifiers in the subject of the national shape: `CCCD:...`, `MST:...`.

    They stand in UID, serialNumber or organizationIdentifier.
    """
    subject = _load(certificate).subject.native
    found: list[str] = []
    for name in ("user_id", "serial_number", "organization_identifier"):
        value = subject.get(name)
        values = value if isinstance(value, list) else [value]
        found.extend(item for item in values if isinstance(item, str) and _NUMBER.match(item))
    return tuple(found)


_NUMBER = re.compile(r"(CCCD|MST):")


def _load(der: bytes) -> x509.Certificate:
    return _kept_certificate(der) if len(der) <= KEPT_SIZE else _parsed_certificate(der)


def _parsed_certificate(der: bytes) -> x509.Certificate:
    try:
        certificate = x509.Certificate.load(der, strict=True)
        _settle(certificate)
        names = [str(item["extn_id"].dotted) for item in _extensions(certificate)]
    except (ValueError, TypeError, KeyError) as error:
        raise FormatError("certificate.malformed", type(error).__name__) from error
    if len(names) != len(set(names)):  # asn1crypto would silently take one of the two
        raise FormatError("certificate.malformed", "duplicate extension")
    return certificate


def _extensions(certificate: x509.Certificate) -> Iterable[x509.Extension]:
    found: Iterable[x509.Extension] = certificate["tbs_certificate"]["extensions"] or ()
    return found


def _settle(certificate: x509.Certificate) -> None:
    """Parse to the end: asn1crypto does it on first use, which two threads must not do at once."""
    _ = certificate.native, certificate.subject, certificate.public_key.native
    with suppress(ValueError, TypeError, KeyError, AttributeError):  # an odd name is no issuer's
        _ = certificate.critical_extensions
        _ = certificate.subject.hashable, certificate.issuer.hashable


def _answer(der: bytes) -> ocsp.OCSPResponse:
    """Parse an OCSP answer, else an error of asn1crypto."""
    return _kept_answer(der) if len(der) <= KEPT_SIZE else _parsed_answer(der)


def _parsed_answer(der: bytes) -> ocsp.OCSPResponse:
    answer = ocsp.OCSPResponse.load(der, strict=True)
    _ = answer.native
    basic = answer.basic_ocsp_response
    _ = basic.native, answer.critical_extensions
    for single in basic["tbs_response_data"]["responses"]:
        _ = single.critical_extensions
    for certificate in basic["certs"] or ():
        _settle(certificate)
    return answer


def _list(der: bytes) -> crl.CertificateList:
    """Parse a CRL, else an error of asn1crypto."""
    return _kept_list(der) if len(der) <= KEPT_SIZE else crl.CertificateList.load(der, strict=True)


def _parsed_list(der: bytes) -> crl.CertificateList:
    listed = crl.CertificateList.load(der, strict=True)
    _ = listed.native, listed.critical_extensions, listed.issuer.hashable
    for entry in listed["tbs_cert_list"]["revoked_certificates"] or ():
        _ = entry.critical_extensions
    return listed


_kept_certificate = lru_cache(KEPT)(_parsed_certificate)
_kept_answer = lru_cache(KEPT)(_parsed_answer)
_kept_list = lru_cache(KEPT)(_parsed_list)


def _check_usage(leaf: x509.Certificate, use: str) -> None:
    usage = leaf.key_usage_value
    purposes = (
        set()
        if leaf.extended_key_usage_value is None
        else set(leaf.extended_key_usage_value.native)
    )
    marks = set() if usage is None else usage.native
    if leaf.ca or "key_cert_sign" in marks or not marks & _SIGNING_MARKS:
        raise TrustError("trust.wrong_key_usage", "CHAIN_CONSTRAINTS_FAILURE")
    if use == "tsa":
        critical = "extended_key_usage" in leaf.critical_extensions
        fits = purposes == {"time_stamping"} and critical
    else:
        fits = not purposes or bool(purposes & SIGNING_PURPOSES)
    if not fits:
        raise TrustError("trust.wrong_key_usage", "CHAIN_CONSTRAINTS_FAILURE", "extended")


def _check_dates(leaf: x509.Certificate, at: datetime) -> None:
    if at < leaf.not_valid_before:
        raise TrustError("trust.not_yet_valid", "NOT_YET_VALID", str(leaf.not_valid_before))
    if at > leaf.not_valid_after:
        raise TrustError("trust.expired", "EXPIRED", str(leaf.not_valid_after))


def _pool(certificates: Iterable[bytes]) -> list[x509.Certificate]:
    """Candidate issuers, each once: CA certificates only."""
    distinct = dict.fromkeys(certificates)
    if len(distinct) > MAX_POOL:
        raise TrustError("trust.too_many_certificates", "FORMAT_FAILURE", str(len(distinct)))
    loaded: list[x509.Certificate] = []
    for der in distinct:
        try:
            candidate = _load(der)
        except FormatError:
            continue  # an odd certificate is no issuer; the path decides
        if candidate.ca:
            loaded.append(candidate)
    return loaded


@dataclass
class _Search:
    """A depth-first search for an anchor, with a budget of signature checks."""

    pool: Sequence[x509.Certificate]
    anchors: Sequence[x509.Certificate]
    links: int = MAX_LINKS

    def issuers(
        self, subject: x509.Certificate, above: tuple[x509.Certificate, ...]
    ) -> tuple[tuple[x509.Certificate, ...], x509.Certificate] | None:
        for anchor in self.anchors:
            if self._signed(subject, anchor):
                return above, anchor
        if len(above) == MAX_DEPTH:
            return None
        for candidate in self.pool:
            if candidate is not subject and candidate not in above:
                if not self._signed(subject, candidate):
                    continue
                found = self.issuers(candidate, (*above, candidate))
                if found is not None:
                    return found
        return None

    def _signed(self, subject: x509.Certificate, issuer: x509.Certificate) -> bool:
        if subject.issuer.dump() != issuer.subject.dump():
            return False
        wanted, offered = subject.authority_key_identifier, issuer.key_identifier
        if wanted is not None and offered is not None and wanted != offered:
            return False
        self.links -= 1
        if self.links < 0:
            raise TrustError("trust.too_many_certificates", "FORMAT_FAILURE", "links")
        return _link(subject.dump(), issuer.dump())


@lru_cache(KEPT)
def _link(subject: bytes, issuer: bytes) -> bool:
    """Whether one certificate signed the other."""
    signed = _load(subject)
    try:
        verify_signature(
            _load(issuer),
            signed["signature_algorithm"],
            None,
            signed["tbs_certificate"].dump(),
            bytes(signed["signature_value"].native),
        )
    except (ProofError, FormatError):
        return False
    return True


def _build(
    leaf: x509.Certificate,
    pool: Sequence[x509.Certificate],
    anchors: Iterable[bytes],
    at: datetime,
) -> tuple[tuple[x509.Certificate, ...], x509.Certificate]:
    roots = [_load(der) for der in anchors]
    valid = [root for root in roots if root.not_valid_before <= at <= root.not_valid_after]
    found = _Search(pool, valid).issuers(leaf, ())
    if found is None:
        raise TrustError(
            "trust.no_path", "NO_CERTIFICATE_CHAIN_FOUND", leaf.issuer.human_friendly[:120]
        )
    return found


def _fresh(
    evidence: StatusEvidence | None, anchor: x509.Certificate, trust: TrustedRoot, at: datetime
) -> StatusEvidence | None:
    """Keep the answers that are young enough, strong enough and not from the future."""
    if evidence is None:
        return None
    if len(evidence.ocsps) + len(evidence.crls) > MAX_ANSWERS or any(
        len(item) > MAX_ANSWER_SIZE for item in (*evidence.ocsps, *evidence.crls)
    ):
        raise TrustError("trust.too_much_evidence", "FORMAT_FAILURE")
    policy = DatedAlgorithms(trust)
    ocsps = [der for der in evidence.ocsps if _ocsp_fits(der, policy, at, evidence.latest)]
    crls = [der for der in evidence.crls if _crl_fits(der, anchor, policy, at, evidence.latest)]
    return StatusEvidence(tuple(ocsps), tuple(crls), evidence.latest)


def _ocsp_fits(der: bytes, policy: DatedAlgorithms, at: datetime, latest: datetime) -> bool:
    try:
        basic = _answer(der).basic_ocsp_response
        answers = basic["tbs_response_data"]["responses"]
        made = [answers[0]["this_update"].native, basic["tbs_response_data"]["produced_at"].native]
        single = len(answers) == 1
    except (ValueError, TypeError, KeyError, AttributeError, IndexError):
        return False
    young = all(at - OCSP_AGE <= time <= latest for time in made)
    strong = policy.allows(basic["signature_algorithm"], at) and all(
        policy.allows_key(responder.public_key, at) for responder in basic["certs"] or ()
    )
    return single and young and strong


def _crl_fits(
    der: bytes,
    anchor: x509.Certificate,
    policy: DatedAlgorithms,
    at: datetime,
    latest: datetime,
) -> bool:
    try:
        listed = _list(der)
        made = listed["tbs_cert_list"]["this_update"].native
        by_root = listed.issuer.dump() == anchor.subject.dump()
    except (ValueError, TypeError, KeyError, AttributeError):
        return False
    young = made <= latest and (by_root or made >= at - CRL_AGE)
    return young and policy.allows(listed["signature_algorithm"], at)


def _validate(
    path: ValidationPath, trust: TrustedRoot, at: datetime, evidence: StatusEvidence | None
) -> None:
    context = ValidationContext(
        trust_roots=[path.first],
        other_certs=list(path),
        moment=at,
        revocation_mode="soft-fail" if evidence is None else "require",
        ocsps=() if evidence is None else [_answer(der) for der in evidence.ocsps],
        crls=() if evidence is None else [_list(der) for der in evidence.crls],
        retroactive_revinfo=True,
        algorithm_usage_policy=DatedAlgorithms(trust),
    )
    try:
        _run(async_validate_path(context, path))
    except RevokedError as error:
        raise TrustError("trust.revoked", "REVOKED", error.failure_msg[:200]) from error
    except InsufficientRevinfoError as error:
        raise TrustError(
            "trust.no_status", "TRY_LATER", error.failure_msg[:200], undecided=True
        ) from error
    except ExpiredError as error:
        raise TrustError("trust.expired", "EXPIRED", error.failure_msg[:200]) from error
    except NotYetValidError as error:
        raise TrustError("trust.not_yet_valid", "NOT_YET_VALID", error.failure_msg[:200]) from error
    except DisallowedAlgorithmError as error:
        raise TrustError(
            "trust.weak_algorithm", "CRYPTO_CONSTRAINTS_FAILURE", error.failure_msg[:200]
        ) from error
    except ValidationError as error:
        raise TrustError(
            "trust.bad_path", "CHAIN_CONSTRAINTS_FAILURE", error.failure_msg[:200]
        ) from error
    except (TypeError, ValueError, KeyError, AttributeError, NotImplementedError) as error:
        # The library gives up on what it does not know; then nobody has decided anything.
        raise TrustError(
            "trust.odd_path", "CERTIFICATE_CHAIN_GENERAL_FAILURE", type(error).__name__,
            undecided=True,
        ) from error  # fmt: skip


def _run(coroutine: Coroutine[Any, Any, T]) -> T:
    """Drive a coroutine that never waits: validation without fetching does no I/O."""
    try:
        coroutine.send(None)
    except StopIteration as done:
        value: T = done.value
        return value
    coroutine.close()
    raise RuntimeError("path validation tried to wait")
