"""References between records: what is proved, what is compared, what needs another root."""

import base64
import copy
import json

import pytest
from fakes.named import ELSEWHERE, checks, codes, issued, root
from fakes.records import sample_record
from hypothesis import given, settings
from hypothesis import strategies as st

from verifier.errors import FormatError, ProofError, UnknownFormatError
from verifier.formats.canonical import canonical, parse_json
from verifier.formats.record import check_record, parse_record
from verifier.formats.ref import Reference, make_reference, references_of, verify_whole
from verifier.report import Status

HOLD = {each: f"{each}.references_hold" for each in ("7a", "7b", "7c")}
BEFORE = {"school_year": "2024-2025", "grade": 6, "class": "6A1"}
TERM = (
    "/book_id", "/conduct/term1", "/grade", "/pupil/code", "/pupil/personal_number",
    "/results/term1", "/school/name", "/school_year",
    *(f"/subjects/{index}/{what}" for index in range(12) for what in ("code", "term1")),
)  # fmt: skip


@pytest.fixture(scope="module")
def year_before():
    return issued(sample_record(**BEFORE))


@pytest.fixture(scope="module")
def first_term():
    return issued(sample_record(**{"/school/name": "Trường THCS Cũ"}), realm=ELSEWHERE)


def this_year(ref, **changes):
    return sample_record(**{"grade": 7, "class": "7A1", "previous_year": ref, **changes})


def with_source(source, **changes):
    return sample_record(sources=[source.ref(*TERM)], **changes)


def test_a_record_may_name_the_year_before_and_the_reference_holds(year_before):
    record = this_year(year_before.ref())
    assert parse_record(canonical(record)) == record
    assert codes(record) == HOLD


def test_a_record_without_references_is_told_nothing():
    assert codes(sample_record()) == {}


def test_what_is_shown_is_shown_and_the_rest_is_hidden(year_before):
    ref = year_before.ref()
    shown = Reference.from_object(ref).verify_fields()
    assert shown["/promotion/promoted"] is True
    text = json.dumps(ref, ensure_ascii=False)
    hidden = (year_before.record["salt"], year_before.record["pupil"]["name"], "8.5")
    assert not any(secret in text for secret in hidden)


def test_the_salt_is_never_a_field_of_a_reference(year_before):
    assert "/salt" not in Reference.from_object(year_before.ref("/salt", "/grade")).verify_fields()


def test_a_reference_reads_back_as_it_was_written(year_before):
    ref = year_before.ref()
    assert Reference.from_object(parse_json(canonical(ref))).to_object() == ref


def test_a_whole_record_is_the_one_that_is_named_or_it_is_refused(year_before):
    reference = Reference.from_object(make_reference(year_before.record, year_before.receipt))
    verify_whole(reference, year_before.record)
    with pytest.raises(ProofError, match=r"ref\.other_record"):
        verify_whole(reference, sample_record(**BEFORE, place="Hà Nội"))


def test_nobody_makes_a_reference_with_another_records_receipt(year_before):
    with pytest.raises(ProofError, match=r"ref\.other_record"):
        make_reference(sample_record(), year_before.receipt, ["/grade"])


def test_a_reference_of_a_newer_type_needs_a_newer_verifier(year_before):
    record = this_year({**year_before.ref(), "type": "hocba.ref/2"})
    with pytest.raises(UnknownFormatError, match=r"record\.unknown_reference"):
        check_record(record)
    assert checks(record)["7a"].status is Status.NOT_CHECKED


@pytest.mark.parametrize(
    "change",
    [{"leaf": "AB" * 32}, {"receipt": "*"}, {"fields": [{}]}, {"realm": ""}, {"more": 1},
     {"receipt": "AA==" * 9000}, {"fields": [{"pointer": "/a"}] * 161}],
)  # fmt: skip
def test_what_is_no_reference_is_refused_by_the_schema(year_before, change):
    with pytest.raises(FormatError):
        check_record(this_year(year_before.ref() | change))


# --- each part of a reference is bound by one of the three checks


def _receipt(ref, change):
    receipt = json.loads(base64.b64decode(ref["receipt"]))
    change(receipt)
    return {**ref, "receipt": base64.b64encode(canonical(receipt)).decode()}


@pytest.mark.parametrize(
    ("change", "check_id"),
    [(lambda r: r["leaf"].update(version=2), "7a"),
     (lambda r: r["leaf"].update(fields_root="00" * 32), "7a"),
     (lambda r: r.update(realm="x.hocba.test"), "7a"),
     (lambda r: r["path"].append("00" * 32), "7b"),
     (lambda r: r["batch"].update(root="00" * 32), "7b"),
     (lambda r: r["entry"].update(at="2026-06-01T02:04:01Z"), "7b"),
     (lambda r: r.update(index=1), "7b"),
     (lambda r: r.update(checkpoint=r["checkpoint"].replace("log.", "lag.")), "7b"),
     (lambda r: r["batch"].update(roster_root="00" * 32), "7c"),
     (lambda r: r.update(batch_cades=base64.b64encode(b"0" * 900).decode()), "7c")],
)  # fmt: skip
def test_a_changed_receipt_fails_the_check_that_binds_it(year_before, change, check_id):
    found = checks(this_year(_receipt(year_before.ref(), change)))
    assert found[check_id].status is Status.FAILED
    assert found[check_id].detail.startswith("/previous_year")


@pytest.mark.parametrize(
    "change",
    [{"value": False}, {"salt": "00" * 32}, {"index": 0}, {"size": 9}, {"path": []},
     {"pointer": "/promotion/completed"}],
)  # fmt: skip
def test_a_changed_field_fails_7a(year_before, change):
    ref = year_before.ref()
    number = next(i for i, f in enumerate(ref["fields"]) if f["pointer"] == "/promotion/promoted")
    ref["fields"][number] |= change
    assert checks(this_year(ref))["7a"].status is Status.FAILED


@settings(max_examples=150, deadline=None)
@given(place=st.floats(0, 1, exclude_max=True), letter=st.sampled_from("0aZ9+"))
def test_no_byte_of_a_reference_can_be_changed_unseen(place, letter):
    data = bytearray(canonical(_cached_ref()))
    at = int(place * len(data))
    if data[at] == ord(letter):
        return
    data[at] = ord(letter)
    try:
        ref = parse_json(bytes(data))
        record = this_year(ref)
        check_record(record)
    except (FormatError, UnknownFormatError):
        return  # refused before anything is looked at
    if codes(record) == HOLD:  # where to ask the chain is advice, which 7d alone follows
        changed, kept = (json.loads(base64.b64decode(r["receipt"])) for r in (ref, _cached_ref()))
        odd = {key for key in kept if changed[key] != kept[key]}
        assert odd <= {"chain_id", "genesis", "contract"}
        assert _said(ref) == _said(_cached_ref())


def _said(ref):
    """Everything but receipt and sizes: trees of several sizes have the same path to a leaf."""
    fields = [{key: one[key] for key in one if key != "size"} for one in ref["fields"]]
    return {**ref, "receipt": "", "fields": fields}


def _cached_ref(kept=[]):  # noqa: B006  # made once
    if not kept:
        kept.append(issued(sample_record(**BEFORE)).ref())
    return kept[0]


# --- the year before


@pytest.mark.parametrize(
    ("before", "now", "code"),
    [({}, {}, None),
     ({"grade": 7, "/promotion/promoted": False}, {}, None),
     ({"grade": 5}, {}, None),
     ({"school_year": "2023-2024"}, {}, None),
     ({"grade": 7}, {}, "previous_year_other_grade"),
     ({"/promotion/promoted": False}, {}, "previous_year_other_grade"),
     ({"/promotion/promoted": None}, {}, "previous_year_other_grade"),
     ({"grade": 8}, {}, "previous_year_other_grade"),
     ({"school_year": "2025-2026"}, {}, "previous_year_other_year"),
     ({"school_year": "2026-2027"}, {}, "previous_year_other_year"),
     ({"book_id": "00000000-0000-4000-8000-000000000000"}, {}, "previous_year_other_book"),
     ({}, {"/pupil/code": "3110000002", "/pupil/personal_number": None},
      "previous_year_other_pupil"),
     ({}, {"/pupil/code": "4810000001"}, None)],
)  # fmt: skip
def test_the_year_before_is_of_the_same_book_and_leads_into_this_grade(before, now, code):
    named = issued(sample_record(**{**BEFORE, **before}))
    found = codes(this_year(named.ref(), **now))
    assert found["7a"] == ("7a.references_hold" if code is None else f"7a.{code}")


def test_a_year_before_that_does_not_show_its_outcome_says_nothing(year_before):
    record = this_year(year_before.ref("/book_id", "/pupil/code", "/school_year", "/grade"))
    assert codes(record)["7a"] == "7a.previous_year_not_shown"


def test_a_record_of_another_kind_is_no_year_before():
    named = issued(sample_record(**BEFORE), kind="identity")
    assert codes(this_year(named.ref()))["7a"] == "7a.previous_year_other_kind"


# --- first-term results of another school


def test_first_term_results_that_equal_the_source_hold(first_term):
    assert codes(with_source(first_term), others=(root(ELSEWHERE),)) == HOLD


def test_without_the_other_realms_root_the_source_is_not_checked_and_never_failed(first_term):
    found = checks(with_source(first_term))
    assert "7a" not in found or found["7a"].status is Status.PASSED
    for each in ("7b", "7c"):
        assert found[each].status is Status.NOT_CHECKED
        assert found[each].code == f"{each}.other_root_needed"
        assert ELSEWHERE in found[each].detail


def test_the_root_of_a_demonstration_serves_no_file_of_another_kind(first_term):
    production = root(demo=False)
    assert codes(with_source(first_term), trust=production, others=(root(ELSEWHERE),)) == {
        "7a": "7a.references_hold",
        "7b": "7b.other_root_needed",
        "7c": "7c.other_root_needed",
    }


def test_a_root_under_another_realms_name_proves_nothing(first_term):
    liar = root("x.hocba.test")
    found = codes(with_source(first_term), others=(liar,))
    assert found["7b"] == "7b.other_root_needed"


@pytest.mark.parametrize(
    ("change", "where"),
    [({"/subjects/1/term1": "8.6"}, "TOAN"), ({"/subjects/8/term1": "CĐ"}, "GDTC"),
     ({"/conduct/term1": "K"}, "conduct"), ({"/results/term1": "K"}, "results"),
     ({"/subjects/1/term1": None}, "TOAN")],
)  # fmt: skip
def test_a_first_term_result_that_differs_fails(first_term, change, where):
    check = checks(with_source(first_term, **change), others=(root(ELSEWHERE),))["7a"]
    assert (check.status, check.code) == (Status.FAILED, "7a.source_differs")
    assert check.detail == f"/sources/0: {where}"


def test_a_first_term_result_that_no_source_shows_fails(first_term):
    pointers = [one for one in TERM if "/subjects/1/" not in one]
    record = sample_record(sources=[first_term.ref(*pointers)])
    assert codes(record, others=(root(ELSEWHERE),))["7a"] == "7a.source_differs"


@pytest.mark.parametrize(
    ("change", "code"),
    [({"book_id": "00000000-0000-4000-8000-000000000000"}, "source_other_book"),
     ({"/pupil/code": "3110000009", "/pupil/personal_number": "031214000009"},
      "source_other_pupil"),
     ({"school_year": "2024-2025"}, "source_other_year"),
     ({"grade": 7}, "source_other_year")],
)  # fmt: skip
def test_a_source_is_of_this_pupil_book_year_and_grade(change, code):
    named = issued(sample_record(**change), realm=ELSEWHERE)
    assert codes(with_source(named), others=(root(ELSEWHERE),))["7a"] == f"7a.{code}"


# --- a book of whole years


def book(*years, **changes):
    return sample_record(
        kind="book",
        years=[
            {"ref": make_reference(each.record, each.receipt), "record": each.record}
            for each in years
        ],
        **changes,
    )


def test_every_year_inside_a_book_is_looked_at_and_what_that_year_names(year_before):
    seventh = issued(this_year(year_before.ref()))
    record = book(year_before, seventh)
    assert [one.pointer for one in references_of(record)] == [
        "/years/0/ref", "/years/1/ref", "/years/1/record/previous_year",
    ]  # fmt: skip
    assert codes(record) == HOLD


def test_a_year_in_a_book_that_was_changed_fails(year_before):
    record = book(year_before)
    record["years"][0]["record"] = copy.deepcopy(year_before.record) | {"place": "Hà Nội"}
    assert codes(record)["7a"] == "7a.reference_not_proved"


def test_a_year_of_another_book_fails():
    other = issued(sample_record(**BEFORE, book_id="00000000-0000-4000-8000-000000000000"))
    assert codes(book(other))["7a"] == "7a.year_other_book"
