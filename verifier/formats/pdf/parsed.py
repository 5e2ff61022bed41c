"""A file of ours, taken apart: plain data that the checks read."""

from dataclasses import dataclass
from datetime import datetime

from verifier.formats.pdf.update import ByteRange, State
from verifier.formats.pdf.walk import Walk
from verifier.templates import Template


@dataclass(frozen=True)
class Problem:
    """One broken rule: the check it belongs to and a stable code."""

    check: str
    code: str
    detail: str = ""


@dataclass(frozen=True)
class ParsedSignature:
    """One signature of a step. `contents` is the CMS without padding.

    `byte_range` is what the file declares, `expected_range` where the signature lies;
    `covered_digest` is SHA-256 over the latter.
    """

    step: int
    field: str
    byte_range: ByteRange
    expected_range: ByteRange
    contents: bytes
    reserved: int
    m: datetime
    appearance_lines: tuple[str, ...]
    revision_end: int
    covered_digest: bytes


@dataclass(frozen=True)
class ParsedTimestamp:
    """One document timestamp; `contents` is the token without padding."""

    field: str
    byte_range: ByteRange
    expected_range: ByteRange
    contents: bytes
    reserved: int
    revision_end: int
    covered_digest: bytes


@dataclass(frozen=True)
class Dss:
    """The evidence that the file carries, as DER."""

    certs: tuple[bytes, ...]
    ocsps: tuple[bytes, ...]
    crls: tuple[bytes, ...]


@dataclass(frozen=True)
class ParsedPdf:
    """A file taken apart. `contents` are the pages' content streams, fixed pages first."""

    template: Template
    record_bytes: bytes | None
    contents: tuple[bytes, ...]
    signatures: tuple[ParsedSignature, ...]
    timestamps: tuple[ParsedTimestamp, ...]
    dss: Dss
    problems: tuple[Problem, ...]
    state: State
    walk: Walk
    sealed_end: int | None
    """End of the seal's revision; None where the file is not sealed."""

    def problems_of(self, check: str) -> tuple[Problem, ...]:
        """The problems that belong to one check."""
        return tuple(problem for problem in self.problems if problem.check == check)
