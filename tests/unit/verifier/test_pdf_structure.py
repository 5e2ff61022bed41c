"""The file's layout: what is built as agreed passes, and every byte besides is refused."""

import hashlib
import random
import re
import time

import pytest
from fakes.broken import (
    page_says,
    too_many_pages,
    unsigned,
    with_comment,
    with_contents,
    with_harmless_update,
)
from fakes.records import TEMPLATE_ID, sample_record
from fakes.signed import AT, CMS, SIGNERS, Signer, context, finished, signed, stamped

import verifier.formats.pdf.parse as parsing
from verifier.checks import after_seal, container, seen, structure
from verifier.errors import FormatError, UnknownFormatError
from verifier.formats.pdf import layout
from verifier.formats.pdf.appearance import Appearance, appearance_for
from verifier.formats.pdf.parse import parse
from verifier.formats.pdf.revision import dss_revision, refill, sign_revision
from verifier.report import Status
from verifier.templates import TemplateRef, load
from verifier.verify import Step, run_step

CHECKS = {"1": container, "2": structure, "5": after_seal, "6": seen}
TEMPLATE = load(TEMPLATE_ID)


def answers(data):
    """Checks 1, 2, 5 and 6 as the verifier's frame runs them."""
    ctx = context(data)
    return {name: run_step(Step((name,), check.check), ctx)[name] for name, check in CHECKS.items()}


def statuses(data):
    return {name: found.status for name, found in answers(data).items()}


def failing(data):
    return {name for name, status in statuses(data).items() if status is Status.FAILED}


def codes(data):
    return {found.code for found in answers(data).values() if found.status is Status.FAILED}


@pytest.fixture(scope="module")
def document():
    return unsigned()


@pytest.fixture(scope="module")
def whole():
    return finished(timestamps=2)


def test_a_finished_file_passes_all_four_checks(whole):
    assert set(statuses(whole).values()) == {Status.PASSED}


def test_a_finished_file_gives_back_what_was_put_in(document, whole):
    pdf = parse(whole)
    assert pdf.problems == ()
    assert document.count(pdf.record_bytes) == 1
    assert [found.field for found in pdf.signatures] == [
        "sig_homeroom",
        "sig_principal",
        "sig_seal",
    ]
    assert [found.contents for found in pdf.signatures] == [CMS] * 3
    assert [found.m for found in pdf.signatures] == [AT] * 3
    assert [found.appearance_lines for found in pdf.signatures] == [
        appearance_for(signer, AT).lines for signer in SIGNERS
    ]
    assert [found.field for found in pdf.timestamps] == ["dts_1", "dts_2"]
    assert pdf.dss.certs == (b"certificate", b"of timestamp 0", b"of timestamp 1")
    assert pdf.dss.ocsps == (b"response 0", b"response 1")
    assert pdf.dss.crls == ()


def test_every_signature_covers_its_whole_revision_but_its_contents(whole):
    pdf = parse(whole)
    for found in (*pdf.signatures, *pdf.timestamps):
        zero, before, after, rest = found.byte_range
        assert found.byte_range == found.expected_range
        assert (zero, after + rest) == (0, found.revision_end)
        assert whole[before : before + 1] + whole[after - 1 : after] == b"<>"
        covered = whole[:before] + whole[after : found.revision_end]
        assert hashlib.sha256(covered).digest() == found.covered_digest
    assert pdf.timestamps[-1].revision_end == len(whole)


def test_the_prepared_digest_is_the_one_that_the_parser_computes(document):
    prepared = sign_revision(
        document, TEMPLATE, step=0, appearance=appearance_for(SIGNERS[0], AT), at=AT, reserved=100
    )
    (found,) = parse(prepared.fill(CMS)).signatures
    assert (found.covered_digest, found.byte_range) == (prepared.digest, prepared.byte_range)


def test_the_first_signature_certifies_and_no_other(whole):
    assert whole.count(b"/TransformMethod/DocMDP/TransformParams<</Type/TransformParams/P 2") == 1
    assert re.search(rb"/Perms<</DocMDP (\d+) 0 R>>", whole)


def test_a_policy_may_leave_steps_out(document):
    data = stamped(signed(document, steps=(1, 2)))
    assert failing(data) == set()
    assert [found.step for found in parse(data).signatures] == [1, 2]


# --- each check alone -----------------------------------------------------------------


def test_a_comment_between_objects_fails_check_2_alone(document):
    assert failing(finished(with_comment(document))) == {"2"}


def test_more_pages_than_allowed_fail_check_1_alone():
    assert failing(finished(too_many_pages())) == {"1"}


def test_a_harmless_update_after_the_last_timestamp_fails_check_5_alone(whole):
    assert failing(with_harmless_update(whole)) == {"5"}


def test_a_mark_changed_only_in_the_page_fails_check_6_alone():
    assert failing(finished(page_says("/subjects/0/year", "9.9"))) == {"6"}


def test_another_name_in_an_appearance_fails_check_6_alone(document):
    others = (SIGNERS[0], Signer("principal", "Người Khác"), SIGNERS[2])
    assert codes(stamped(signed(document, signers=others))) == {"6.signer_differs"}


# --- attacks on the structure ---------------------------------------------------------


def test_a_changed_font_is_seen(whole):
    at = whole.index(b"/FontFile2") + 2000
    data = whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]
    assert "2.constant_part_differs" in codes(data)


def test_a_shadow_object_hidden_between_objects_is_seen(document):
    hidden = layout.indirect(900, b"<</Type/Page/Parent 35 0 R>>")
    assert failing(finished(with_comment(document, hidden))) == {"2"}


def test_a_second_object_with_the_same_number_is_seen(document):
    again = layout.indirect(37, layout.stream(b"", b"/G Do\n"))
    assert failing(finished(with_comment(document, again))) == {"2"}


def test_a_mark_changed_only_in_record_json_is_seen(whole):
    data = whole.replace(b'"year":"8.8"', b'"year":"9.8"', 1)
    assert data != whole
    assert {"2", "6"} == failing(data)  # 2: the file's /ID is the record's digest


def test_a_page_laid_over_by_an_update_after_the_seal_is_seen(document):
    data = signed(document)
    tail = layout.read_tail(data, len(data))
    page = layout.stream(b"", b"BT/R 40.00 Tf 1 0 0 1 100.00 400.00 Tm<0026>Tj ET\n")
    assert failing(stamped(data + layout.update(len(data), tail, [(37, page)], tail.size))) == {"5"}


def test_an_update_between_two_signatures_is_seen(document):
    data = with_harmless_update(signed(document, steps=(0,)))
    assert failing(stamped(signed(data, steps=(1, 2)))) == {"2"}


def test_a_timestamp_between_two_signatures_is_seen(document):
    data = stamped(signed(document, steps=(0,)))
    assert "2.timestamp_before_seal" in codes(signed(data, steps=(1, 2)))


def test_signatures_out_of_order_are_seen(document):
    assert codes(signed(document, steps=(1, 0, 2))) == {"2.signatures_out_of_order"}


def test_a_step_signed_twice_is_seen(document):
    assert codes(signed(document, steps=(0, 0, 2))) == {"2.signatures_out_of_order"}


def test_a_signature_after_the_seal_is_seen(document):
    assert codes(signed(document, steps=(0, 2, 1))) == {"5.signed_after_seal"}


def test_bytes_after_the_last_eof_are_seen(whole):
    assert failing(whole + b"\n") == {"5"}
    assert failing(whole + b"PK\x05\x06" + bytes(18)) == {"5"}


def test_a_truncated_file_is_seen(whole):
    assert failing(whole[:-1]) == {"5"}
    assert "2" in failing(whole[:100_000])
    assert "2" in failing(whole[:300])


def test_upper_case_hex_in_contents_is_seen(document):
    lower = bytes.fromhex("300302010a")
    prepared = sign_revision(
        document, TEMPLATE, step=0, appearance=appearance_for(SIGNERS[0], AT), at=AT, reserved=100
    )
    data = prepared.fill(lower)
    upper = data.replace(b"<300302010a0", b"<300302010A0")
    assert upper != data
    assert parse(upper).signatures[0].contents == lower
    assert codes(upper) == {"2.padding"}


def test_padding_that_is_not_zero_is_seen(whole):
    pdf = parse(whole)
    for found, code in ((pdf.signatures[1], "2.padding"), (pdf.timestamps[0], "5.padding")):
        last = found.expected_range[2] - 2
        data = whole[:last] + b"1" + whole[last + 1 :]
        assert codes(data) == {code}


def test_a_byte_range_that_leaves_bytes_out_is_seen(whole):
    found = parse(whole).signatures[2]
    wrong = b"%010d]/Contents<" % (found.byte_range[3] - 9)
    right = b"%010d]/Contents<" % found.byte_range[3]
    data = whole.replace(right, wrong, 1)
    assert data != whole
    assert "2.signature_differs" in codes(data)
    assert parse(data).signatures[2].byte_range != parse(data).signatures[2].expected_range


def test_another_key_in_the_dss_is_seen(whole):
    data = whole.replace(b"<</Type/DSS/Certs", b"<</Type/DSS/VRI<<>>/Certs", 1)
    assert codes(data) >= {"5.evidence_differs"}
    assert "2" not in failing(data)


def test_evidence_of_an_earlier_dss_must_not_be_dropped(whole):
    pdf = parse(whole)
    (first,) = [number for number, der in pdf.state.evidence.certs if der == b"of timestamp 0"]
    at = whole.rindex(b"<</Type/DSS")
    data = whole[:at] + whole[at:].replace(b" %d 0 R" % first, b"", 1)
    assert "5.evidence_differs" in codes(data)


def test_an_unsigned_draft_has_nothing_to_judge_after_a_seal(document):
    found = statuses(document)
    assert found["5"] is Status.NOT_CHECKED
    assert found["1"] == found["2"] == found["6"] == Status.PASSED


def test_an_appearance_of_more_lines_than_fit_is_seen(document):
    data = signed(document)
    found = parse(data).walk.revisions[1].objects[-1]
    first, last = found.stream
    more = data[first:last] * 9
    tail = layout.read_tail(data, len(document))
    body = [
        (one.number, data[one.start : one.end]) for one in parse(data).walk.revisions[1].objects
    ]
    objects = [(number, raw[raw.index(b"obj\n") + 4 : -8]) for number, raw in body[:-1]]
    drawing = found.head.rsplit(b"/Length", 1)[0].removeprefix(b"<<")
    objects.append((found.number, layout.stream(drawing, more)))
    forged = document + layout.update(len(document), tail, objects, tail.size + 2)
    assert "2.signature_differs" in codes(forged)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"/M(D:2026", b"/M(D:0000"),  # no such year
        (b"/M(D:20260531", b"/M(D:20260599"),
        (b"/M(D:", b"/Q(D:"),
        (b"/V 4", b"/W 4"),  # the field does not point at its signature
        (b"/Contents<", b"/Kontents<"),
        (b"/ByteRange[0 ", b"/ByteRanga[0 "),
    ],
)
def test_a_signature_without_what_makes_it_one_is_seen(document, old, new):
    data = signed(document, steps=(0, 1, 2))
    at = data.index(old, len(document))
    forged = data[:at] + new + data[at + len(old) :]
    assert "2" in failing(forged)


@pytest.mark.parametrize("cms", [b"", b"\x30", b"\x30\x84\xff\xff\xff\xff", b"\x30\x80"])
def test_contents_that_are_no_der_are_left_to_check_3(document, cms):
    prepared = sign_revision(
        document,
        TEMPLATE,
        step=0,
        appearance=appearance_for(SIGNERS[0], AT),
        at=AT,
        reserved=1 if len(cms) < 2 else len(cms),
    )
    (found,) = parse(prepared.fill(cms)).signatures
    assert found.contents.startswith(cms)


def test_a_timestamp_without_a_field_is_seen(whole):
    at = whole.rindex(b"/T(dts_2)")
    forged = whole[:at] + b"/U(dts_2)" + whole[at + 9 :]
    assert "5" in failing(forged)


def test_an_evidence_revision_without_a_dss_is_seen(whole):
    forged = whole.replace(b"<</Type/DSS/", b"<</Type/DSX/", 1)
    assert "5.foreign_revision" in codes(forged)


def test_a_record_that_is_no_json_is_left_to_check_6(document):
    pdf = parse(document)
    place = pdf.walk.revisions[0].find(38).stream
    forged = document[: place[0]] + b"[" + document[place[0] + 1 :]
    found = statuses(forged)
    assert found["6"] is Status.FAILED


# --- which template -------------------------------------------------------------------


def test_a_file_that_names_no_template_of_ours_is_refused():
    with pytest.raises(FormatError) as caught:
        parse(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n")
    assert caught.value.code == "2.not_ours"
    assert "2.not_ours" in codes(b"%PDF-1.7\nhello")


def test_a_file_on_a_template_of_tomorrow_is_not_checked():
    data = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n%hocba.template/1 thcs-year-tt22-9\n1 0 obj\n"
    with pytest.raises(UnknownFormatError):
        parse(data)
    (found,) = structure.check(context(data))
    assert (found.status, found.code) == (Status.NOT_CHECKED, "2.newer_verifier_needed")


def test_a_template_that_the_realm_does_not_accept_is_not_checked(whole):
    ctx = context(whole)
    ctx.trust.templates = (TemplateRef(TEMPLATE_ID, "00" * 32),)
    (found,) = structure.check(ctx)
    assert (found.status, found.code) == (Status.NOT_CHECKED, "2.newer_verifier_needed")


def test_a_record_that_names_another_template_is_refused():
    record = sample_record()
    contents = parse(unsigned(record)).contents
    record["template"]["hash"] = "00" * 32
    data = finished(with_contents(record, list(contents)))
    assert codes(data) == {"2.other_template"}


def test_a_file_that_another_check_refused_is_not_judged_by_check_2():
    ctx = context(TEMPLATE.prefix + b"7 0 obj\nnull\nendobj\n" * 5000)
    (found,) = structure.check(ctx)
    assert (found.status, found.code) == (Status.NOT_CHECKED, "2.not_reached")
    ctx.parse_error = RuntimeError("a bug")
    (found,) = structure.check(ctx)
    assert (found.status, found.code) == (Status.NOT_CHECKED, "2.internal")


def test_a_file_larger_than_the_limit_is_not_taken_apart(monkeypatch):
    monkeypatch.setattr(parsing, "MAX_SIZE", 10)
    with pytest.raises(FormatError, match=r"1\.too_large"):
        parse(TEMPLATE.prefix)


def test_pages_beyond_those_that_are_read_are_not_taken_for_granted(monkeypatch):
    monkeypatch.setattr(parsing, "MAX_PAGES_READ", 5)
    assert "2" in failing(too_many_pages())


# --- writing --------------------------------------------------------------------------


def test_a_cms_larger_than_its_room_is_refused(document):
    prepared = sign_revision(
        document, TEMPLATE, step=0, appearance=appearance_for(SIGNERS[0], AT), at=AT, reserved=4
    )
    with pytest.raises(FormatError, match=r"pdf\.contents_too_small"):
        prepared.fill(CMS)


def test_refilling_changes_nothing_but_the_contents(document):
    data = signed(document)
    other = bytes.fromhex("30080201010201020500")
    again = refill(data, 2, other)
    assert len(again) == len(data)
    assert parse(again).signatures[2].contents == other
    assert parse(again).signatures[2].covered_digest == parse(data).signatures[2].covered_digest
    assert failing(again) == set()
    with pytest.raises(FormatError, match=r"pdf\.no_such_signature"):
        refill(document, 2, other)


def test_a_step_that_the_form_does_not_have_is_refused(document):
    with pytest.raises(FormatError, match=r"pdf\.unknown_step"):
        sign_revision(document, TEMPLATE, step=3, appearance=Appearance(("A",)), at=AT, reserved=10)


@pytest.mark.parametrize("write", [sign_revision, dss_revision])
def test_nothing_is_appended_to_a_foreign_file(write):
    extra = (
        {"step": 0, "appearance": Appearance(("A",)), "at": AT}
        if write is sign_revision
        else {"certs": [], "ocsps": [], "crls": []}
    )
    with pytest.raises(FormatError, match=r"pdf\.not_ours"):
        write(b"%PDF-1.4\n%%EOF\n", TEMPLATE, reserved=10, **extra)


def test_a_long_name_is_drawn_smaller_and_read_back_whole(document):
    name = "Trường Phổ thông Dân tộc bán trú Trung học cơ sở Nguyễn Thị Minh Khai xã Sín Chải"
    data = signed(document, steps=(2,), signers=(*SIGNERS[:2], Signer("seal", name)))
    (found,) = parse(data).signatures
    assert found.appearance_lines[1] == name
    assert parse(data).problems == ()


def test_a_name_that_fits_no_size_is_refused(document):
    with pytest.raises(FormatError, match=r"appearance\.too_long"):
        signed(document, steps=(2,), signers=(*SIGNERS[:2], Signer("seal", "Trường " * 80)))


def test_an_unknown_role_has_no_appearance():
    with pytest.raises(UnknownFormatError):
        appearance_for(Signer("minister", "A"), AT)


# --- every byte counts ----------------------------------------------------------------


def _free(data):
    """Ranges whose bytes may be others: what is signed says what they are."""
    pdf = parse(data)
    for found in (*pdf.signatures, *pdf.timestamps):
        yield found.expected_range[1], found.expected_range[2]
    for match in re.finditer(rb"/M\(D:(\d{14})Z\)", data):
        yield match.span(1)
    # A cell's rectangle leaves room: text may stand a little to the side, or a size smaller.
    for match in re.finditer(rb"1 0 0 1 ([\d.]+ [\d.]+) Tm|BT/[RBI] ([\d.]+) Tf", data):
        yield match.span(match.lastindex)
    for revision in pdf.walk.revisions[1:]:
        for found in revision.objects:
            if found.stream is not None and b"/Type/XObject" not in found.head:
                yield found.stream


def test_a_flipped_bit_outside_what_signatures_vouch_for_is_always_seen(whole):
    free = list(_free(whole))
    chosen = random.Random(3)
    start = len(TEMPLATE.prefix) - 400
    places = [
        place
        for place in (chosen.randrange(start, len(whole)) for _ in range(400))
        if not any(first <= place < end for first, end in free)
    ]
    assert len(places) > 150
    for place in places:
        flipped = bytearray(whole)
        flipped[place] ^= 1 << chosen.randrange(8)
        assert failing(bytes(flipped)), f"{place}: {whole[place - 20 : place + 20]!r}"


def test_flips_in_contents_change_what_is_checked_next(whole):
    before = parse(whole)
    for index, found in enumerate(before.signatures):
        place = found.expected_range[1] + 8
        flipped = whole[:place] + b"7" + whole[place + 1 :]
        assert parse(flipped).signatures[index].contents != found.contents


def test_random_bytes_never_crash_the_parser(whole):
    chosen = random.Random(5)
    start = len(TEMPLATE.prefix)
    for _ in range(60):
        first = chosen.randrange(start, len(whole))
        cut = chosen.randrange(0, 3000)
        data = whole[:first] + chosen.randbytes(chosen.randrange(0, 40)) + whole[first + cut :]
        assert failing(data)


def test_the_parser_is_linear_in_hostile_files():
    start = TEMPLATE.prefix
    for filler in (b"7 0 obj\n", b"xref\n0 1\n0000000000 65535 f \n", b"\n7 0 obj\n<<", b"x\n"):
        data = start + filler * (4_000_000 // len(filler))
        began = time.process_time()
        context(data)
        assert time.process_time() - began < 2
