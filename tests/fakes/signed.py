"""Files with all their revisions, signed by nobody: for tests of the layout alone.

The CMS in each signature is a few bytes of DER without meaning; checks 3 and 4 refuse
it, checks 1, 2, 5 and 6 do not look inside.

    data = finished(unsigned(), timestamps=2)
"""

from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from fakes.broken import unsigned
from fakes.records import TEMPLATE_ID

from verifier.context import Context
from verifier.errors import VerifierError
from verifier.formats.appointment import Appointment, AppointmentSchool
from verifier.formats.pdf.appearance import appearance_for
from verifier.formats.pdf.parse import parse
from verifier.formats.pdf.revision import dss_revision, sign_revision
from verifier.templates import TemplateRef, load

AT = datetime(2026, 5, 31, 1, 2, 3, tzinfo=UTC)
CMS = bytes.fromhex("3006020101020102")
TOKEN = bytes.fromhex("3003020103")


@dataclass(frozen=True)
class Signer:
    """As much of an appointment as is drawn."""

    role: str
    name: str


SIGNERS = (
    Signer("homeroom", "Đỗ Đức Phượng"),
    Signer("deputy_principal", "Nguyễn Thị Hồng Phượng"),
    Signer("seal", "Trường THCS Lê Quý Đôn"),
)


def signed(
    document: bytes, steps: Sequence[int] = (0, 1, 2), signers: Sequence[Signer] = SIGNERS
) -> bytes:
    """The document with a revision for each step."""
    template = load(TEMPLATE_ID)
    for step in steps:
        prepared = sign_revision(
            document, template, step=step, appearance=appearance_for(signers[step], AT),
            at=AT, reserved=600,
        )  # fmt: skip
        document = prepared.fill(CMS)
    return document


def stamped(data: bytes, timestamps: int = 1) -> bytes:
    """The file with evidence revisions, each with a certificate more."""
    for number in range(timestamps):
        prepared = dss_revision(
            data, load(TEMPLATE_ID), certs=[b"certificate", b"of timestamp %d" % number],
            ocsps=[b"response %d" % number], crls=[], reserved=500,
        )  # fmt: skip
        data = prepared.fill(TOKEN)
    return data


def finished(document: bytes | None = None, timestamps: int = 1) -> bytes:
    """A file with everything: three signatures, evidence, document timestamps."""
    return stamped(signed(document or unsigned()), timestamps)


def token(signer: Signer) -> str:
    """An appointment of this signer as a JWS that nobody signed."""
    appointment = Appointment(
        realm="demo.hocba.test", certificate="00" * 32, name=signer.name, role=signer.role,
        school=AppointmentSchool("31-11311-01", "Trường THCS Lê Quý Đôn", "0200311311"),
        scope="school", acts_for=(), valid_from=AT, valid_to=AT + timedelta(days=1), serial="1",
    )  # fmt: skip
    parts = (b'{"alg":"ES256","kid":"nobody"}', appointment.to_bytes(), bytes(64))
    return ".".join(urlsafe_b64encode(part).decode().rstrip("=") for part in parts)


class FakeContext(Context):
    """A context in which each signature carries the appointment of `SIGNERS`."""

    def cms(self, signature: Any) -> Any:
        return SimpleNamespace(appointment_jws=token(SIGNERS[signature.step]))


def context(data: bytes) -> FakeContext:
    """The context of a file under a trusted root that accepts the installed template."""
    trust: Any = SimpleNamespace(templates=(TemplateRef(TEMPLATE_ID, load(TEMPLATE_ID).hash),))
    ctx = FakeContext(data=data, trust=trust, now=AT)
    try:
        ctx.pdf = parse(data)
    except VerifierError as error:  # as the verifier's frame does
        ctx.parse_error = error
    return ctx
