"""What a refused file is: re-saved, changed, a draft, something else. Never valid."""

import io
import zlib
from dataclasses import replace
from decimal import Decimal

import pikepdf
import pypdfium2
import pytest
from fakes.released import released
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from verifier import Verdict, verify
from verifier.diagnosis import diagnose, inflate
from verifier.errors import UnreachableError
from verifier.explain import explain
from verifier.messages import Catalogue
from verifier.report import Status


@pytest.fixture(scope="module")
def made():
    return released()


def rewritten(data, change=None, **options):
    """The file as a PDF program writes it anew, after a change."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as pdf:
        if change is not None:
            change(pdf)
        pdf.save(out, **{"static_id": True, **options})
    return out.getvalue()


def by_pdfium(data):
    out = io.BytesIO()
    with pypdfium2.PdfDocument(data) as pdf:
        pdf.save(out)
    return out.getvalue()


def report_of(made, data, **sources):
    return verify(data, trust=made.trust, online=made.online(**sources), now=made.now)


SAVES = {
    "plainly": {},
    "compressed": {"object_stream_mode": pikepdf.ObjectStreamMode.generate},
    "linearized": {"linearize": True},
    "uncompressed": {
        "compress_streams": False,
        "stream_decode_level": pikepdf.StreamDecodeLevel.generalized,
    },
    "for reading by eye": {"qdf": True},
}


@pytest.mark.parametrize("options", SAVES.values(), ids=SAVES)
def test_a_transcript_saved_anew_is_recognised_and_told_apart(made, options):
    report = report_of(made, rewritten(made.data, **options))
    assert (report.verdict, report.notes) == (Verdict.NOT_VALID, ("resaved",))
    assert report.check("2").code == "2.resaved"
    assert [report.check(i).status for i in ("7a", "7b", "7c", "7d")] == [Status.PASSED] * 4
    assert report.record is None


def test_a_transcript_saved_by_a_viewer_is_recognised(made):
    assert report_of(made, by_pdfium(made.data)).notes == ("resaved",)


def test_a_resaved_file_is_recognised_offline_too(made):
    report = verify(rewritten(made.data), trust=made.trust, online=None, now=made.now)
    assert (report.verdict, report.notes) == (Verdict.NOT_VALID, ("resaved",))


def test_a_resaved_file_that_the_ledger_does_not_know_is_not_called_resaved(made):
    report = report_of(made, rewritten(made.data), view=replace(made.view, entry=None))
    assert (report.verdict, report.notes) == (Verdict.NOT_VALID, ())


def test_a_resaved_file_with_the_ledger_out_is_still_called_resaved(made):
    report = report_of(made, rewritten(made.data), view=UnreachableError("chain.unreachable"))
    assert report.notes == ("resaved",)


def appended(data, change):
    """The file with an update behind it, as viewers write that save without rewriting."""
    out = io.BytesIO(data)
    writer = IncrementalPdfFileWriter(out, strict=False)
    change(writer)
    writer.write_in_place()
    return out.getvalue()


def touch_metadata(writer):
    writer.set_info(
        generic.DictionaryObject({generic.pdf_name("/Producer"): generic.pdf_string("Viewer")})
    )


def draw_over(writer):
    page = writer.root["/Pages"]["/Kids"][0].get_object()
    over = writer.add_object(generic.StreamObject(stream_data=b"1 0 0 rg 0 0 500 500 re f"))
    before = page.raw_get("/Contents")
    page["/Contents"] = generic.ArrayObject([before, over])
    writer.update_container(page)


def put_a_note(writer):
    note = generic.DictionaryObject(
        {
            generic.pdf_name("/Type"): generic.pdf_name("/Annot"),
            generic.pdf_name("/Subtype"): generic.pdf_name("/FreeText"),
            generic.pdf_name("/Rect"): generic.ArrayObject(
                map(generic.NumberObject, (9, 9, 99, 99))
            ),
            generic.pdf_name("/Contents"): generic.pdf_string("10,0"),
        }
    )
    page = writer.root["/Pages"]["/Kids"][0].get_object()
    there = list(page["/Annots"]) if "/Annots" in page else []
    page["/Annots"] = generic.ArrayObject([*there, writer.add_object(note)])
    writer.update_container(page)


def test_a_viewer_that_appends_its_save_is_recognised_too(made):
    report = report_of(made, appended(made.data, touch_metadata))
    assert (report.verdict, report.notes) == (Verdict.NOT_VALID, ("resaved",))
    assert report.check("5").status is Status.FAILED
    assert report.check("2").status is Status.PASSED
    assert explain(report, Catalogue.of("vi")).headline == "Đây không phải tệp gốc"


@pytest.mark.parametrize("change", [draw_over, put_a_note], ids=lambda change: change.__name__)
def test_a_page_laid_over_by_an_update_is_not_taken_for_a_viewers_save(made, change):
    report = report_of(made, appended(made.data, change))
    assert (report.verdict, report.notes) == (Verdict.NOT_VALID, ())
    assert report.check("5").status is Status.FAILED


def change_mark(pdf):
    """Draw another mark: swap two characters of the first page that has text in cells."""
    for page in pdf.pages:
        data = page.Contents.read_bytes()
        position = data.find(b"/F(/subjects/0/year)") if b"/subjects/0/year" in data else -1
        if position < 0:
            continue
        start = data.index(b"<", data.index(b"BDC", position)) + 1
        digit = data[start : start + 4]
        other = b"%04x" % (int(digit, 16) + 1)
        page.Contents = pdf.make_stream(data[:start] + other + data[start + 4 :])
        return
    raise AssertionError("no mark found")


def add_page(pdf):
    pdf.add_blank_page()


def remove_page(pdf):
    del pdf.pages[-1]


def turn_page(pdf):
    pdf.pages[0].Contents, pdf.pages[1].Contents = pdf.pages[1].Contents, pdf.pages[0].Contents


def add_note(pdf):
    note = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.FreeText, Rect=[10, 10, 300, 90],
        Contents="10,0", DA="/Helv 12 Tf",
    )  # fmt: skip
    page = pdf.pages[0].obj
    page.Annots = pikepdf.Array([*page.get("/Annots", []), pdf.make_indirect(note)])


def stretch_signature(pdf):
    for page in pdf.pages:
        for annotation in page.obj.get("/Annots", []):
            annotation.Rect = [Decimal(0), Decimal(0), Decimal(595), Decimal(842)]
            return


def overlay(pdf):
    stream = pdf.make_stream(b"1 0 0 rg 0 0 500 500 re f")
    stream.Type, stream.Subtype = pikepdf.Name.XObject, pikepdf.Name.Form
    stream.BBox = [0, 0, 600, 850]
    for page in pdf.pages:
        page.Resources.XObject["/Grid"] = stream


def change_record(pdf):
    attached = pdf.Root.Names.EmbeddedFiles.Names[1].EF.F
    data = attached.read_bytes()
    attached.write(data.replace(b"Khu", b"Kho", 1))


CHANGES = [
    change_mark, add_page, remove_page, turn_page, add_note, stretch_signature, change_record,
]  # fmt: skip


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_a_file_changed_before_it_was_saved_anew_is_not_taken_for_a_resaved_one(made, change):
    report = report_of(made, rewritten(made.data, change))
    assert (report.verdict, report.notes) == (Verdict.NOT_VALID, ())
    assert report.check("2").code == "2.changed"


def test_a_drawing_put_in_place_of_a_part_of_the_form_is_not_taken_for_resaved(made):
    def replace_forms(pdf):
        for page in pdf.pages:
            for name in list(page.Resources.get("/XObject", {}).keys()):
                page.Resources.XObject[name] = pdf.make_stream(b"1 0 0 rg 0 0 500 500 re f")

    assert report_of(made, rewritten(made.data, replace_forms)).check("2").code == "2.changed"


def test_a_font_exchanged_for_another_is_not_taken_for_resaved(made):
    def other_font(pdf):
        for page in pdf.pages:
            for font in page.Resources.Font.values():
                program = font.DescendantFonts[0].FontDescriptor.FontFile2
                program.write(program.read_bytes() + b"\0")

    assert report_of(made, rewritten(made.data, other_font)).check("2").code == "2.changed"


def test_a_receipt_of_nothing_does_not_make_a_resaved_file(made):
    report = report_of(made, rewritten(made.pending))
    assert (report.check("2").code, report.notes) == ("2.changed", ())


def test_a_draft_saved_anew_is_a_draft(made):
    report = report_of(made, rewritten(made.draft))
    assert (report.verdict, report.check("2").code) == (Verdict.NOT_VALID, "2.draft")


@pytest.mark.parametrize("owner", ["", "secret"])
def test_a_file_with_a_password_is_called_by_its_name(made, owner):
    locked = rewritten(
        made.data, encryption=pikepdf.Encryption(owner="o", user=owner), static_id=False
    )
    report = report_of(made, locked)
    assert report.verdict is Verdict.NOT_VALID
    assert report.check("1").code == "1.encrypted"


def blank(change=None):
    pdf, out = pikepdf.new(), io.BytesIO()
    pdf.add_blank_page()
    if change is not None:
        change(pdf)
    pdf.save(out)
    return out.getvalue()


def signed_by_somebody(pdf):
    value = pikepdf.Dictionary(Type=pikepdf.Name.Sig, Contents=pikepdf.String(b"0\0"))
    field = pdf.make_indirect(pikepdf.Dictionary(FT=pikepdf.Name.Sig, T="Sig1", V=value))
    pdf.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([field]))


def attach(data):
    return lambda pdf: pdf.attachments.update({"record.json": data})


@pytest.mark.parametrize(
    ("data", "status", "code"),
    [
        (b"", "failed", "1.empty"),
        (b"hello", "failed", "1.not_pdf"),
        (b"%PDF-1.7\n", "failed", "2.damaged"),
        (blank(), "failed", "2.other_pdf"),
        (blank(signed_by_somebody), "failed", "2.other_signed_pdf"),
        (blank(attach(b"not json")), "failed", "2.changed"),
        (blank(attach(b"[]")), "failed", "2.changed"),
        (blank(attach(b'{"type":"hocba.record/9"}')), "not_checked", "2.unknown_template"),
        (
            blank(attach(b'{"type":"hocba.record/1","template":{"id":"thpt-year-9"}}')),
            "not_checked",
            "2.unknown_template",
        ),
        (
            blank(attach(b'{"type":"hocba.record/2","template":{"id":"thcs-year-tt22-1"}}')),
            "not_checked",
            "2.unknown_template",
        ),
        (
            blank(attach(b'{"type":"hocba.record/1","template":{"id":"thcs-year-tt22-1"}}')),
            "failed",
            "2.draft",
        ),
    ],
)
def test_every_kind_of_file_is_called_by_its_name(data, status, code):
    found = diagnose(data).check
    assert (found.status, found.code) == (status, code)


def test_a_newer_format_could_not_be_checked_and_is_not_called_false(made):
    report = report_of(made, blank(attach(b'{"type":"hocba.record/9"}')))
    assert report.verdict is Verdict.COULD_NOT_CHECK


def test_a_bomb_is_not_unpacked():
    with pytest.raises(ValueError, match="too long"):
        inflate(zlib.compress(bytes(50_000_000)), 1000)
    with pytest.raises(ValueError, match="flate"):
        inflate(b"no zlib", 1000)
    assert inflate(zlib.compress(b"x" * 1000), 1000) == b"x" * 1000


def test_an_attachment_that_is_a_bomb_is_no_record(made):
    def bomb(pdf):
        attached = pdf.Root.Names.EmbeddedFiles.Names[1].EF.F
        attached.write(bytes(30_000_000))

    assert report_of(made, rewritten(made.data, bomb)).verdict is Verdict.NOT_VALID


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_no_damage_to_a_resaved_file_breaks_the_diagnosis_or_is_accepted(resaved, made, data):
    damaged = bytearray(resaved)
    for _ in range(data.draw(st.integers(1, 20))):
        position = data.draw(st.integers(0, len(damaged) - 1))
        damaged[position] = data.draw(st.integers(0, 255))
    report = verify(bytes(damaged), trust=made.trust, online=None, now=made.now)
    assert report.verdict in (Verdict.NOT_VALID, Verdict.COULD_NOT_CHECK)
    assert report.record is None


@pytest.fixture(scope="module")
def resaved(made):
    return rewritten(made.data, compress_streams=False)
