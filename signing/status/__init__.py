"""Status of certificates, captured at signing: OCSP answers and CRLs for the file's /DSS.

    evidence = collect(chains, source, at=now)
    finished = finish(data, template, evidence=evidence, ...)

A file carries the status of every certificate below a root: signers, issuing CAs, the TSA.
A revoked certificate is refused here, before anything is released.
"""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from asn1crypto import ocsp, x509

from signing.errors import StatusError

__all__ = ["Evidence", "StatusAnswer", "StatusSource", "collect"]


@dataclass(frozen=True)
class StatusAnswer:
    """One OCSP answer or one CRL (DER); exactly one of the two."""

    ocsp: bytes | None = None
    crl: bytes | None = None


class StatusSource(Protocol):
    """Somebody who knows whether certificates are revoked."""

    def evidence(self, certificate: bytes, issuer: bytes, *, at: datetime) -> StatusAnswer:
        """Return signed status of a certificate (DER), issued by `issuer` (DER).

        Raises:
            StatusError: `status.unreachable`, `status.unknown`.
        """


@dataclass(frozen=True)
class Evidence:
    """What goes into /DSS; each item once, in a fixed order."""

    certs: tuple[bytes, ...] = ()
    ocsps: tuple[bytes, ...] = ()
    crls: tuple[bytes, ...] = ()

    def merge(self, other: "Evidence") -> "Evidence":
        """Join two collections without repeating anything."""
        return Evidence(
            _once(self.certs, other.certs),
            _once(self.ocsps, other.ocsps),
            _once(self.crls, other.crls),
        )


def collect(chains: Iterable[tuple[bytes, ...]], source: StatusSource, *, at: datetime) -> Evidence:
    """Ask for the status of every certificate of these chains (leaf first, root last).

    The roots themselves are left out: nobody trusts a root for being in the file.

    Raises:
        StatusError: `status.revoked`, or what the source says.
    """
    found = Evidence()
    asked: set[bytes] = set()
    for chain in chains:
        for certificate, issuer in itertools.pairwise(chain):
            if certificate in asked:
                continue
            asked.add(certificate)
            answer = source.evidence(certificate, issuer, at=at)
            found = found.merge(_evidence_of(certificate, answer))
    return found


def _evidence_of(certificate: bytes, answer: StatusAnswer) -> Evidence:
    if answer.ocsp is not None:
        basic = ocsp.OCSPResponse.load(answer.ocsp).basic_ocsp_response
        state = basic["tbs_response_data"]["responses"][0]["cert_status"].name
        if state != "good":
            raise StatusError(f"status.{state}", _name(certificate))
        responders = tuple(bytes(item.dump()) for item in basic["certs"])
        return Evidence(certs=(certificate, *responders), ocsps=(answer.ocsp,))
    return Evidence(certs=(certificate,), crls=tuple(filter(None, (answer.crl,))))


def _name(certificate: bytes) -> str:
    return str(x509.Certificate.load(certificate).subject.human_friendly)


def _once(first: tuple[bytes, ...], second: tuple[bytes, ...]) -> tuple[bytes, ...]:
    return tuple(dict.fromkeys((*first, *second)))
