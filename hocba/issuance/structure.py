"""What a signed file of ours must look like before a key is used on it, or it is handed on.

    approvals = read_approvals(pdf, document=document, steps=2)

Checks form and integrity with the verifier's own functions: the file grows out of exactly
this document, carries exactly these steps and nothing else, each signature covers its
revision and its value computes. Whether certificates and appointments may be trusted is
asked before signing (`appointments.py`) and before release (`release.py`).
"""

from dataclasses import dataclass
from functools import lru_cache

from hocba.issuance.stages import Approval, Document
from hocba.kit.errors import IntegrityError
from verifier.errors import VerifierError
from verifier.formats.cms import SignedCms
from verifier.formats.pdf.parse import parse
from verifier.formats.pdf.parsed import ParsedSignature

_KEPT = 64


@dataclass(frozen=True)
class ReadSignature:
    """One signature, its CMS parsed and its value checked."""

    parsed: ParsedSignature
    cms: SignedCms


def read_signatures(
    pdf: bytes, *, document: Document, steps: tuple[str, ...]
) -> tuple[ReadSignature, ...]:
    """Return the signatures of a file that carries exactly these steps.

    Raises:
        IntegrityError: `transcript.other_document`, `transcript.wrong_structure` or
            `transcript.wrong_signature`.
    """
    if not pdf.startswith(document.pdf):
        raise IntegrityError("transcript.other_document")
    try:
        found = parse(pdf)
        if found.problems or len(found.signatures) != len(steps):
            raise IntegrityError("transcript.wrong_structure", reason=_reason(found.problems))
        return tuple(_read(signature) for signature in found.signatures)
    except VerifierError as error:
        raise IntegrityError("transcript.wrong_structure", reason=error.code) from error


def read_approvals(
    pdf: bytes, *, document: Document, steps: tuple[str, ...]
) -> tuple[Approval, ...]:
    """Return the approvals that the file carries, one for each of these steps."""
    return tuple(
        Approval(
            step=found.parsed.step,
            role=role,
            certificate=found.cms.signer_fingerprint(),
            at=found.parsed.m,
        )
        for found, role in zip(
            read_signatures(pdf, document=document, steps=steps), steps, strict=True
        )
    )


def _read(signature: ParsedSignature) -> ReadSignature:
    cms = _parsed(signature.contents)
    if (
        signature.byte_range != signature.expected_range
        or cms.message_digest != signature.covered_digest
    ):
        raise IntegrityError("transcript.wrong_signature", step=signature.step)
    _require_value(signature.contents)
    return ReadSignature(signature, cms)


@lru_cache(_KEPT)
def _parsed(contents: bytes) -> SignedCms:
    """A step reads the same file at several stages; the same bytes give the same CMS."""
    return SignedCms.parse(contents)


@lru_cache(_KEPT)
def _require_value(contents: bytes) -> None:
    """Compute the signature value; a wrong one raises each time."""
    _parsed(contents).verify_value()


def _reason(problems: tuple[object, ...]) -> str:
    return ", ".join(str(getattr(problem, "code", "?")) for problem in problems[:3]) or "steps"
