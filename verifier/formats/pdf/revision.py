"""Signature and timestamp revisions: every byte by this file, for writers and checkers.

    prepared = sign_revision(document, template, step=0, appearance=..., at=now, reserved=6000)
    signed = prepared.fill(cms)          # cms signs prepared.digest

A revision is one incremental update. Its ByteRange is exactly `[0 a b end-of-revision]`
around the hexadecimal /Contents, which is reserved at a fixed length, lower case, padded
with zeros. The first signature certifies with DocMDP P=2 (ISO 32000-2, 12.8.2.2); the
evidence revision carries /DSS (no VRI) and a document timestamp (ETSI EN 319 142-1, 5.4).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from verifier.errors import FormatError
from verifier.formats.canonical import sha256
from verifier.formats.pdf import layout
from verifier.formats.pdf.appearance import Appearance
from verifier.formats.pdf.parse import parse
from verifier.formats.pdf.update import ByteRange, Update, evidence_update, signature_update
from verifier.templates import Template


@dataclass(frozen=True)
class Prepared:
    """A revision with room for its CMS or token; `digest` is SHA-256 over the ByteRange."""

    data: bytes
    byte_range: ByteRange
    digest: bytes

    def fill(self, cms: bytes) -> bytes:
        """The file with the CMS in its place.

        Raises:
            FormatError: `pdf.contents_too_small` where more room should have been reserved.
        """
        return _fill(self.data, self.byte_range, cms)


def sign_revision(  # noqa: PLR0913  # each is a separate fact about one signature
    previous: bytes,
    template: Template,
    *,
    step: int,
    appearance: Appearance,
    at: datetime,
    reserved: int,
) -> Prepared:
    """Append the signature of one step of the policy, with room for `reserved` bytes of CMS.

    Raises:
        FormatError: `pdf.not_ours`, `pdf.unknown_step`, `text.missing_glyph`,
            `appearance.too_long`.
    """
    tail = _tail(previous)
    if not 0 <= step < len(template.signatures):
        raise FormatError("pdf.unknown_step", str(step))
    update = signature_update(
        len(previous), tail, template,
        step=step, lines=appearance.lines, date=layout.date(at), reserved=reserved,
    )  # fmt: skip
    return _prepare(previous, update)


def dss_revision(  # noqa: PLR0913  # the three kinds of evidence stay apart
    previous: bytes,
    template: Template,
    *,
    certs: Sequence[bytes],
    ocsps: Sequence[bytes],
    crls: Sequence[bytes],
    reserved: int,
) -> Prepared:
    """Append /DSS and a document timestamp; the token over `digest` fills it.

    Evidence that an earlier /DSS already holds is referred to, not repeated. A document
    timestamp has no /M: the token carries its own time.

    Raises:
        FormatError: `pdf.not_ours`.
    """
    tail = _tail(previous)
    state = parse(previous).state
    update = evidence_update(
        len(previous), tail, template, state,
        new=(tuple(certs), tuple(ocsps), tuple(crls)), reserved=reserved,
    )  # fmt: skip
    return _prepare(previous, update)


def refill(data: bytes, step: int, cms: bytes) -> bytes:
    """Put another CMS into a signature's reserved /Contents; its ByteRange stays as it is.

    This is how the receipt enters the seal: an unsigned attribute more, same signature.

    Raises:
        FormatError: `pdf.no_such_signature`, `pdf.contents_too_small`.
    """
    for signature in parse(data).signatures:
        if signature.step == step:
            return _fill(data, signature.expected_range, cms)
    raise FormatError("pdf.no_such_signature", str(step))


def _tail(previous: bytes) -> layout.Tail:
    tail = layout.read_tail(previous, len(previous))
    if tail is None:
        raise FormatError("pdf.not_ours")
    return tail


def _prepare(previous: bytes, update: Update) -> Prepared:
    data = previous + update.data
    _, before, after, _ = update.byte_range
    return Prepared(data, update.byte_range, sha256(data[:before] + data[after:]))


def _fill(data: bytes, byte_range: ByteRange, cms: bytes) -> bytes:
    _, before, after, _ = byte_range
    room = after - before - 2
    digits = cms.hex().encode("ascii")
    if len(digits) > room:
        raise FormatError("pdf.contents_too_small", f"{len(cms)} > {room // 2}")
    return data[: before + 1] + digits.ljust(room, b"0") + data[after - 1 :]
