"""The yardstick: the same records by the usual tools, as their manuals show it.

reportlab's platypus lays out two tables, pikepdf attaches the record, pyHanko signs three
times (the first certifies) and adds a DSS with a document timestamp. Keys, certificates,
OCSP, CRL and TSA are those of the run that is measured beside it.
"""

import asyncio
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pikepdf
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers, validation
from pyhanko.sign.timestamps import TimeStamper
from pyhanko_certvalidator import ValidationContext
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

FONT = "LiberationSerif"
STYLE = ParagraphStyle("text", fontName=FONT, fontSize=9, leading=11)
TITLE = ParagraphStyle("title", fontName=FONT, fontSize=14, leading=18, alignment=1)
GRID = TableStyle(
    [("GRID", (0, 0), (-1, -1), 0.5, colors.black), ("FONTNAME", (0, 0), (-1, -1), FONT)]
)
STEPS = ("sig.homeroom", "sig.principal", "sig.seal")
BOXES = ((40, 40, 200, 100), (220, 40, 380, 100), (400, 40, 560, 100))


def register_font(folder: Path) -> None:
    """Make the document font known to reportlab."""
    pdfmetrics.registerFont(TTFont(FONT, folder / "LiberationSerif-Regular.ttf"))


def render(record: dict[str, Any], data: bytes) -> bytes:
    """Lay the record out with platypus and attach it with pikepdf."""
    out = io.BytesIO()
    SimpleDocTemplate(out, pagesize=A4, invariant=1).build(_story(record))
    with pikepdf.open(io.BytesIO(out.getvalue())) as pdf:
        pdf.attachments["record.json"] = pikepdf.AttachedFileSpec(
            pdf, data, filename="record.json", mime_type="application/json"
        )
        done = io.BytesIO()
        pdf.save(done, deterministic_id=True)
    return done.getvalue()


def sign(
    document: bytes,
    keys: Sequence[signers.SimpleSigner],
    timestamper: TimeStamper,
    context: ValidationContext,
) -> bytes:
    """Sign three times with pyHanko; the last one adds DSS and document timestamp."""
    data = _with_fields(document)
    for step, (field, key) in enumerate(zip(STEPS, keys, strict=True)):
        last = step == len(STEPS) - 1
        meta = signers.PdfSignatureMetadata(
            field_name=field,
            md_algorithm="sha256",
            subfilter=fields.SigSeedSubFilter.PADES,
            certify=step == 0,
            docmdp_permissions=fields.MDPPerm.FILL_FORMS,
            embed_validation_info=last,
            use_pades_lta=last,
            validation_context=context if last else None,
        )
        signer = signers.PdfSigner(meta, signer=key, timestamper=timestamper if last else None)
        data = signer.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(data))).getvalue()
    return data


def verify(data: bytes, context: ValidationContext) -> bool:
    """Validate the three signatures with pyHanko, difference analysis included."""

    async def all_three() -> bool:
        reader = PdfFileReader(io.BytesIO(data))
        found = [
            await validation.async_validate_pdf_signature(signature, context)
            for signature in reader.embedded_regular_signatures
        ]
        return len(found) == len(STEPS) and all(status.bottom_line for status in found)

    return asyncio.run(all_three())


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
