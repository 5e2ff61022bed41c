"""The yardstick: the same records by the usual tools, as their manuals show it.

    tools = prepare(pki_folder, at=now())
    pdf = sign(render(record), tools)
    verify(pdf, tools)

reportlab's platypus lays out two tables, pikepdf attaches the record, pyHanko signs three
times (the first certifies) and adds DSS and document timestamp: PAdES-BASELINE-LTA, as ours.
Certificates, OCSP, CRL and TSA are those of the run that is measured beside it, all in
process; validation contexts are kept from file to file, which is pyHanko's fastest way.
It knows no database, no appointments, no ledger, and compares no page with its record.
"""

# mypy: disable-error-code="import-untyped, no-untyped-call"

import asyncio
import io
import json
import logging
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import pikepdf
from asn1crypto import crl, keys, ocsp, tsp, x509
from cryptography.hazmat.primitives import serialization
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers, validation
from pyhanko.sign.timestamps import TimeStamper
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from hocba.kit.clock import now
from signing.custody.software import SoftwareCustody, open_key
from signing.pki import dev
from signing.pki.services import DevServices
from signing.status import Evidence, collect

FONT, FONT_FILE = "LiberationSerif", "LiberationSerif-Regular.ttf"
PIN = "248163"
STYLE = ParagraphStyle("text", fontName=FONT, fontSize=9, leading=11)
TITLE = ParagraphStyle("title", fontName=FONT, fontSize=14, leading=18, alignment=1)
GRID = TableStyle(
    [("GRID", (0, 0), (-1, -1), 0.5, colors.black), ("FONTNAME", (0, 0), (-1, -1), FONT)]
)
STEPS = ("sig_homeroom", "sig_principal", "sig_seal")
BOXES = ((40, 40, 200, 100), (220, 40, 380, 100), (400, 40, 560, 100))


@dataclass(frozen=True)
class Tools:
    """Signers, timestamping service and what validation may rely on."""

    signers: tuple[signers.SimpleSigner, ...]
    timestamper: TimeStamper
    context: ValidationContext


def prepare(folder: Path, *, at: datetime) -> Tools:
    """Issue three certificates in a development PKI, open the keys, collect their status."""
    pdfmetrics.registerFont(TTFont(FONT, str(files("hocba.documents") / "fonts" / FONT_FILE)))
    # It warns for each file that it may not fetch, which is as we want it.
    logging.getLogger("pyhanko").setLevel(logging.ERROR)
    pki = dev.load(folder)
    services = DevServices(pki, clock=now)
    holders: tuple[dev.Holder, ...] = (
        dev.Person("Giáo viên đối chứng", "031199000001", PIN),
        dev.Person("Hiệu trưởng đối chứng", "031199000002", PIN),
        dev.Organisation("Trường đối chứng", "0299999999", PIN),
    )
    custodies = [pki.custody(pki.issue(holder, at=at)) for holder in holders]
    chains = [services.chain_of(each.certificate, each.chain) for each in custodies]
    evidence = collect([*chains, services.tsa_chain], services, at=at)
    made = tuple(_signer(each, open_key(each.key_file, PIN)) for each in custodies)
    return Tools(made, _Stamper(services), _context(pki.roots(), chains, evidence))


def render(data: bytes) -> bytes:
    """Lay the record out with platypus and attach it with pikepdf."""
    out = io.BytesIO()
    SimpleDocTemplate(out, pagesize=A4, invariant=1).build(_story(json.loads(data)))
    with pikepdf.open(io.BytesIO(out.getvalue())) as pdf:
        pdf.attachments["record.json"] = pikepdf.AttachedFileSpec(
            pdf, data, filename="record.json", mime_type="application/json"
        )
        done = io.BytesIO()
        pdf.save(done, deterministic_id=True)
    return done.getvalue()


def sign(document: bytes, tools: Tools) -> bytes:
    """Sign three times with pyHanko; the last one adds DSS and document timestamp."""
    data = _with_fields(document)
    for step, (field, key) in enumerate(zip(STEPS, tools.signers, strict=True)):
        last = step == len(STEPS) - 1
        meta = signers.PdfSignatureMetadata(
            field_name=field,
            md_algorithm="sha256",
            subfilter=fields.SigSeedSubFilter.PADES,
            certify=step == 0,
            docmdp_permissions=fields.MDPPerm.FILL_FORMS,
            embed_validation_info=last,
            use_pades_lta=last,
            validation_context=tools.context if last else None,
        )
        signer = signers.PdfSigner(
            meta, signer=key, timestamper=tools.timestamper if last else None
        )
        data = signer.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(data))).getvalue()
    return data


def verify(data: bytes, tools: Tools) -> bool:
    """Validate signatures and document timestamp with pyHanko, difference analysis included."""

    async def everything() -> bool:
        reader = PdfFileReader(io.BytesIO(data))
        signed = [
            await validation.async_validate_pdf_signature(found, tools.context, tools.context)
            for found in reader.embedded_regular_signatures
        ]
        stamped = [
            await validation.async_validate_pdf_timestamp(found, tools.context)
            for found in reader.embedded_timestamp_signatures
        ]
        counted = (len(signed), len(stamped)) == (len(STEPS), 1)
        sound = all(status.bottom_line for status in signed)
        return counted and sound and all(status.valid and status.trusted for status in stamped)

    return asyncio.run(everything())


class _Stamper(TimeStamper):
    """The same time stamping service, asked in process."""

    def __init__(self, services: DevServices) -> None:
        super().__init__()
        self._services = services

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        return tsp.TimeStampResp.load(self._services.answer("/tsa", req.dump()).body)


def _signer(custody: SoftwareCustody, key: Any) -> signers.SimpleSigner:  # noqa: ANN401  # RSA or EC
    plain = key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    store = SimpleCertificateStore()
    store.register_multiple([x509.Certificate.load(der) for der in custody.chain])
    return signers.SimpleSigner(
        signing_cert=x509.Certificate.load(custody.certificate),
        signing_key=keys.PrivateKeyInfo.load(plain),
        cert_registry=store,
    )


def _context(
    roots: tuple[bytes, ...], chains: list[tuple[bytes, ...]], evidence: Evidence
) -> ValidationContext:
    others = {der for chain in chains for der in chain} | set(evidence.certs)
    return ValidationContext(
        trust_roots=[x509.Certificate.load(der) for der in roots],
        other_certs=[x509.Certificate.load(der) for der in sorted(others)],
        ocsps=[ocsp.OCSPResponse.load(der) for der in evidence.ocsps],
        crls=[crl.CertificateList.load(der) for der in evidence.crls],
        allow_fetching=False,
        revocation_mode="require",
    )


def _with_fields(document: bytes) -> bytes:
    writer = IncrementalPdfFileWriter(io.BytesIO(document))
    for name, box in zip(STEPS, BOXES, strict=True):
        fields.append_signature_field(writer, fields.SigFieldSpec(name, box=box))
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _story(record: dict[str, Any]) -> list[Any]:
    pupil, school = record["pupil"], record["school"]
    head = f"{school['name']}, {school['commune']}, {school['province']}"
    rows = [["Môn học", "HKI", "HKII", "CN", "Nhận xét"]]
    rows += [
        [
            Paragraph(item["name"], STYLE),
            item["term1"] or "",
            item["term2"] or "",
            item["year"] or "",
            Paragraph(item["comment"] or "", STYLE),
        ]
        for item in record["subjects"]
    ]
    results, conduct = record["results"], record["conduct"]
    summary = [
        ["", "Học kì I", "Học kì II", "Cả năm"],
        ["Học tập", results["term1"], results["term2"], results["year"]],
        ["Rèn luyện", conduct["term1"], conduct["term2"], conduct["year"]],
    ]
    return [
        Paragraph("HỌC BẠ TRUNG HỌC CƠ SỞ", TITLE),
        Paragraph(head, STYLE),
        Paragraph(f"Họ và tên: {pupil['name']}. Ngày sinh: {pupil['birth_date']}", STYLE),
        Paragraph(f"Lớp {record['class']}, năm học {record['school_year']}", STYLE),
        Spacer(1, 8),
        Table(rows, colWidths=[110, 40, 40, 40, 230], style=GRID),
        Spacer(1, 8),
        Table([[cell or "" for cell in row] for row in summary], style=GRID),
        Spacer(1, 8),
        Paragraph(record["comments"]["homeroom"] or "", STYLE),
    ]
