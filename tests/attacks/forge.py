"""Forgeries of transcripts, as an outsider makes them.

    for name, pdf in forge(loot).items(): ...

Imports nothing of the project: pikepdf, cryptography, asn1crypto and bytes. The loot says
what was stolen; what stands in a genuine file or in a public log is there for everybody.
Each forgery is as good as the stolen things allow: whatever can be made consistent is.
"""

import hashlib
import io
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import forge_cms as cms
import forge_log as log
import forge_pdf as pdf
import pikepdf
from asn1crypto import core, ocsp
from asn1crypto import x509 as asn1_x509

HOMEROOM, PRINCIPAL, SEAL, TIMESTAMP = range(4)
SignStep = Callable[[bytes, bytes], bytes]


@dataclass(frozen=True)
class StolenKey:
    """A key file and the PIN that opens it."""

    pem: bytes
    pin: str


@dataclass(frozen=True)
class Loot:
    """What the forger holds; `keys` only for the attacks that say so."""

    genuine: bytes
    """A released transcript of the school that is attacked."""
    other: bytes
    """Another one of the same school."""
    neighbour: bytes
    """One of another school, whose principal and seal the forger has."""
    superseded: bytes
    """The first version of a transcript that was corrected since."""
    withdrawn: bytes
    """A transcript that was withdrawn since."""
    keys: Mapping[str, StolenKey]
    timestamp: Callable[[bytes], bytes]
    """The public timestamp service."""
    server: log.StolenServer


def forge(loot: Loot) -> dict[str, bytes]:
    """Make every forgery; the name says what was done."""
    return {name: make(loot) for name, make in ATTACKS.items()}


def mark_changed_and_resigned(loot: Loot) -> bytes:
    """Change a mark in page and record alike, sign with look-alike certificates, stamp anew."""
    forged = _change_record(_change_page(loot.genuine))
    return _finish(pdf.resign(forged, _lookalikes(keep_receipt=True)), loot)


def mark_changed_in_the_page(loot: Loot) -> bytes:
    """Change only what is seen; sign and stamp anew."""
    forged = _change_page(loot.genuine)
    return _finish(pdf.resign(forged, _lookalikes(keep_receipt=True)), loot)


def mark_changed_in_the_record(loot: Loot) -> bytes:
    """Change only record.json; sign and stamp anew."""
    forged = _change_record(loot.genuine)
    return _finish(pdf.resign(forged, _lookalikes(keep_receipt=True)), loot)


def signed_by_another_principal(loot: Loot) -> bytes:
    """Put the principal of another school, with real certificate and appointment, in place."""
    signer = _thief(loot, "neighbour_principal", loot.neighbour, PRINCIPAL)
    appointment = cms.private_signed(_cms(loot.neighbour, PRINCIPAL))
    forged = pdf.resign(
        loot.genuine, {PRINCIPAL: lambda digest, _: cms.sign(signer, digest, signed=appointment)}
    )
    return _finish(_with_evidence(forged, loot, PRINCIPAL), loot)


def resealed_by_another_school(loot: Loot) -> bytes:
    """Put another school's real seal over the genuine text, with fresh DSS and timestamp."""
    signer = _thief(loot, "neighbour_seal", loot.neighbour, SEAL)
    appointment = cms.private_signed(_cms(loot.neighbour, SEAL))
    receipt = cms.unsigned(_cms(loot.genuine, SEAL))
    forged = pdf.resign(
        loot.genuine,
        {SEAL: lambda digest, _: cms.sign(signer, digest, signed=appointment, unsigned=receipt)},
    )
    return _finish(_with_evidence(forged, loot, SEAL), loot)


def receipt_of_another_transcript(loot: Loot) -> bytes:
    """Move the receipt of another transcript into the seal, which does not cover it."""
    receipt = cms.unsigned(_cms(loot.other, SEAL))
    hole = pdf.holes(loot.genuine)[SEAL]
    moved = cms.with_unsigned(_cms(loot.genuine, SEAL), receipt)
    return _finish(pdf.put(loot.genuine, hole, moved), loot)


def batch_not_sealed_by_the_school(loot: Loot) -> bytes:
    """Anchor a changed transcript with the department's stolen account and a false statement."""
    forged = _change_record(_change_page(loot.genuine))
    forged = pdf.resign(forged, _lookalikes(keep_receipt=False))
    seal = _cms(forged, SEAL)
    record = _record_bytes(forged)
    value = cms.signer_info(seal)["signature"].native
    leaf = log.leaf(record, pdf.covered(forged, pdf.holes(forged)[SEAL]), value)
    node = log.node_of(leaf)
    school = leaf["issuer"]
    statement = log.batch(json.loads(record), node, loot.server.head(school))
    payload = log.jcs(statement)
    real_seal = cms.signer_certificate(_cms(loot.genuine, SEAL))
    false_seal = cms.lookalike(real_seal)
    cades = cms.sign(false_seal, _sha256(payload), signed=cms.private_signed(seal), at=cms.now())
    place = loot.server.anchor(school, payload, node, real_seal, cades)
    receipt = log.receipt(loot.server, leaf, statement, cades, place)
    return _finish(_with_receipt(forged, receipt, loot), loot)


def sealed_and_never_anchored(loot: Loot) -> bytes:
    """Change a mark and sign with all three stolen keys of the school; skip the ledger."""
    forged = _change_record(_change_page(loot.genuine))
    steps: dict[int, SignStep] = {}
    for step, name in enumerate(("homeroom", "principal", "seal")):
        steps[step] = _stolen_step(_thief(loot, name, loot.genuine, step))
    return _finish(pdf.resign(forged, steps), loot)


def page_laid_over(loot: Loot) -> bytes:
    """Draw another mark over the page in an update after the seal and the timestamp."""
    genuine = loot.genuine
    index, mark = _target(genuine)
    number, content = _page_with(genuine, _span(index))
    body = pdf.object_text(genuine, number)
    top = max(int(found) for found in re.findall(rb"(\d+) 0 obj", genuine)) + 1
    laid = body.replace(b"/Contents %d 0 R" % content, b"/Contents[%d 0 R %d 0 R]" % (content, top))
    assert laid != body
    return pdf.update(genuine, {number: laid, top: _patch(genuine, index, _better(mark))})


def _patch(data: bytes, index: int, mark: str) -> bytes:
    """A stream that whitens the place of a mark and draws another one there."""
    text = next(s.data for s in pdf.streams(data) if _span(index) in s.data)
    place = re.search(
        rb"BT(/\w+ [\d.]+ Tf)\n1 0 0 1 ([\d.]+) ([\d.]+) Tm", text[text.index(_span(index)) :]
    )
    assert place is not None
    font, x, y = place.groups()
    drawn = _drawn(mark, _digit_codes(data))
    drawing = b"q 1 g %b %b 24 12 re f 0 g BT%b 1 0 0 1 %b %b Tm%bTj ET Q" % (
        x,
        y,
        font,
        x,
        y,
        drawn,
    )
    return b"<</Length %d>>\nstream\n%b\nendstream" % (len(drawing), drawing)


def old_version_as_current(loot: Loot) -> bytes:
    """Show the first version, every byte genuine, as if nothing had been corrected."""
    return loot.superseded


def withdrawn_yesterday(loot: Loot) -> bytes:
    """Show a transcript, every byte genuine, that the school withdrew."""
    return loot.withdrawn


ATTACKS: dict[str, Callable[[Loot], bytes]] = {
    "mark-changed-and-resigned": mark_changed_and_resigned,
    "mark-changed-in-the-page": mark_changed_in_the_page,
    "mark-changed-in-the-record": mark_changed_in_the_record,
    "signed-by-another-principal": signed_by_another_principal,
    "resealed-by-another-school": resealed_by_another_school,
    "receipt-of-another-transcript": receipt_of_another_transcript,
    "batch-not-sealed-by-the-school": batch_not_sealed_by_the_school,
    "sealed-and-never-anchored": sealed_and_never_anchored,
    "page-laid-over": page_laid_over,
    "old-version-as-current": old_version_as_current,
    "withdrawn-yesterday": withdrawn_yesterday,
}


def record_of(data: bytes) -> dict[str, Any]:
    """Read record.json with a common PDF library, as anybody can."""
    found: dict[str, Any] = json.loads(_record_bytes(data))
    return found


def _record_bytes(data: bytes) -> bytes:
    return next(s.data for s in pdf.streams(data) if b"/EmbeddedFile" in s.dictionary)


def _sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def _cms(data: bytes, step: int) -> bytes:
    return pdf.contents(data, pdf.holes(data)[step])


def _finish(data: bytes, loot: Loot) -> bytes:
    """Let the public service stamp the whole file anew."""
    hole = pdf.holes(data)[-1]
    return pdf.put(data, hole, loot.timestamp(pdf.covered(data, hole)))


def _lookalikes(*, keep_receipt: bool) -> dict[int, SignStep]:
    def step(digest: bytes, old: bytes) -> bytes:
        return cms.sign(
            cms.lookalike(cms.signer_certificate(old)),
            digest,
            signed=cms.private_signed(old),
            unsigned=cms.unsigned(old) if keep_receipt else (),
        )

    return {HOMEROOM: step, PRINCIPAL: step, SEAL: step}


def _stolen_step(signer: cms.Signer) -> SignStep:
    return lambda digest, old: cms.sign(signer, digest, signed=cms.private_signed(old))


def _thief(loot: Loot, name: str, victim: bytes, step: int) -> cms.Signer:
    """A stolen key, with the certificates that the victim's own files show."""
    key, old = loot.keys[name], _cms(victim, step)
    own = cms.signer_certificate(old)
    chain = tuple(der for der in cms.certificates(old) if der != own)
    return cms.stolen(key.pem, key.pin, own, chain)


def _with_receipt(data: bytes, receipt: bytes, loot: Loot) -> bytes:
    ((oid, _),) = cms.unsigned(_cms(loot.genuine, SEAL))
    value = core.OctetString(receipt).dump()
    hole = pdf.holes(data)[SEAL]
    return pdf.put(data, hole, cms.with_unsigned(_cms(data, SEAL), ((oid, value),)))


def _with_evidence(data: bytes, loot: Loot, step: int) -> bytes:
    """Exchange certificate and OCSP answer of one signer in the DSS for the neighbour's."""
    old = _serial(cms.signer_certificate(_cms(loot.genuine, step)))
    new = _serial(cms.signer_certificate(_cms(loot.neighbour, step)))
    theirs = {kind: der for kind, serial, der in _evidence(loot.neighbour) if serial == new}
    edits: list[pdf.Edit] = []
    for stream in pdf.streams(data):
        kind, serial = _kind(stream.data)
        if kind and serial == old:
            edits += pdf.with_stream(data, stream, theirs[kind])
    assert edits
    return pdf.splice(data, edits)


def _evidence(data: bytes) -> list[tuple[str, int, bytes]]:
    return [
        (kind, serial, stream.data)
        for stream in pdf.streams(data)
        for kind, serial in [_kind(stream.data)]
        if kind
    ]


def _kind(der: bytes) -> tuple[str, int]:
    if not der.startswith(b"\x30\x82"):
        return "", 0
    try:
        answer = ocsp.OCSPResponse.load(der, strict=True)
        single = answer.response_data["responses"][0]
        return "ocsp", int(single["cert_id"]["serial_number"].native)
    except (ValueError, TypeError, KeyError):
        pass
    try:
        return "certificate", _serial(der)
    except (ValueError, TypeError, KeyError):
        return "", 0


def _serial(der: bytes) -> int:
    return int(asn1_x509.Certificate.load(der, strict=True).serial_number)


def _better(mark: str) -> str:
    """A better mark of the same length."""
    return ("8" if mark.startswith("9") else "9") + mark[1:]


def _target(data: bytes) -> tuple[int, str]:
    """The first subject whose mark of the year is worth changing."""
    for index, subject in enumerate(record_of(data)["subjects"]):
        mark = subject["year"]
        if subject["mode"] == "score" and mark and len(mark) == 3:
            return index, mark
    raise LookupError


def _change_page(data: bytes) -> bytes:
    """Change the mark that is seen, with the glyphs that other marks on the page show."""
    index, mark = _target(data)
    codes = _digit_codes(data)
    new = _better(mark)
    stream = next(s for s in pdf.streams(data) if _span(index) in s.data)
    start = stream.data.index(_span(index))
    head, tail = stream.data[:start], stream.data[start:]
    changed = head + tail.replace(_drawn(mark, codes), _drawn(new, codes), 1)
    assert changed != stream.data
    return pdf.splice(data, pdf.with_stream(data, stream, changed))


def _change_record(data: bytes) -> bytes:
    """Change the mark in record.json and the file's identifier, which follows from it."""
    index, mark = _target(data)
    stream = next(s for s in pdf.streams(data) if b"/EmbeddedFile" in s.dictionary)
    record = json.loads(stream.data)
    record["subjects"][index]["year"] = _better(mark)
    changed = log.jcs(record)
    forged = pdf.splice(data, pdf.with_stream(data, stream, changed))
    old, new = _sha256(stream.data).hex()[:32].encode(), _sha256(changed).hex()[:32].encode()
    return forged.replace(old, new)


def _span(index: int) -> bytes:
    return b"/F(/subjects/%d/year)" % index


def _digit_codes(data: bytes) -> dict[str, bytes]:
    """Learn the glyph of each digit by comparing the record with the page: marks and numbers."""
    text = b"".join(s.data for s in pdf.streams(data))
    record = record_of(data)
    known = {f"/{name}": record[name] for name in ("book_id", "record_id", "management_code")} | {
        "/pupil/code": record["pupil"]["code"],
        "/school/code": record["school"]["code"],
    }
    for index, subject in enumerate(record["subjects"]):
        for field in ("term1", "term2", "year"):
            if subject["mode"] == "score" and subject[field]:
                known[f"/subjects/{index}/{field}"] = subject[field].replace(".", ",")
    codes: dict[str, bytes] = {}
    for pointer, value in known.items():
        at = text.find(b"/F(%b)" % pointer.encode())
        if at >= 0:
            shown = text[text.index(b"<", text.index(b"Tm", at)) + 1 :]
            digits = shown[: shown.index(b">")]
            pieces = [digits[i : i + 4] for i in range(0, len(digits), 4)]
            codes |= dict(zip(value, pieces, strict=True))
    return codes


def _drawn(mark: str, codes: Mapping[str, bytes]) -> bytes:
    return b"<%b>" % b"".join(codes[letter] for letter in mark.replace(".", ","))


def _page_with(data: bytes, mark: bytes) -> tuple[int, int]:
    """Object numbers of the page whose content holds this mark, and of that content."""
    with pikepdf.open(io.BytesIO(data)) as opened:
        for page in opened.pages:
            content = page.obj["/Contents"]
            if mark in content.read_bytes():
                return page.obj.objgen[0], content.objgen[0]
    raise LookupError(mark)


__all__ = ["ATTACKS", "Loot", "StolenKey", "forge", "record_of", "replace"]
