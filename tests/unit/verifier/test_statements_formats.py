"""Statements, entries, receipts: closed, canonical, and read back exactly."""

import json

import pytest
from fakes.records import sample_record
from fakes.statements import (
    AT,
    SEAL,
    batch_of,
    changed,
    entry_of,
    hashed,
    leaf,
    receipt_of,
    school_entry,
)
from hypothesis import given
from hypothesis import strategies as st

from verifier.errors import FormatError, UnknownFormatError
from verifier.formats.attestation import Attestation
from verifier.formats.canonical import canonical, sha256_hex
from verifier.formats.entries import Entry, StatusChanged, state_code, state_name
from verifier.formats.fields import fields_root
from verifier.formats.merkle import leaf_hash
from verifier.formats.receipt import MAX_RECEIPT, Receipt
from verifier.formats.statements import (
    Batch,
    Leaf,
    Roster,
    RosterRow,
    StatusEntry,
    StatusStatement,
    roster_root,
    school_key,
)

STATUS = StatusStatement(
    "demo.hocba.test", "31-11311-01", 2, hashed("batch"),
    (StatusEntry(leaf().id(), 0, "withdrawn", "withdrawn", "QD-12/2026"),
     StatusEntry(leaf(1).id(), 1, "good", "reaffirmed", None)),
)  # fmt: skip
STATUS_ENTRY = Entry(
    "demo.hocba.test", 3, 9, AT,
    StatusChanged(school_key("demo.hocba.test", "31-11311-01").hex(), 2, hashed("batch"),
                  STATUS.digest(), SEAL, hashed("cades"), (0, 1), ("withdrawn", "good"), None),
)  # fmt: skip
REVIEW_ENTRY = Entry(
    "demo.hocba.test", 4, 10, AT,
    StatusChanged(None, None, None, hashed("decision"), None, None, (0,), ("under_review",),
                  "2026-07-01T00:00:00Z"),
)  # fmt: skip
ATTESTATION = Attestation("demo.hocba.test", "record", 1, hashed("record"), "same", AT)

EXAMPLES = {
    "leaf": leaf(previous_leaf=hashed("p"), twin_of=hashed("t")),
    "batch": batch_of(completes=hashed("first")).batch,
    "roster": batch_of(replaces={1: 40}).roster,
    "status": STATUS,
    "school entry": school_entry(),
    "batch entry": entry_of(batch_of(replaces={0: 4})),
    "status entry": STATUS_ENTRY,
    "review entry": REVIEW_ENTRY,
    "attestation": ATTESTATION,
    "receipt": receipt_of(batch_of(), 2),
}


@pytest.mark.parametrize("example", EXAMPLES.values(), ids=EXAMPLES)
def test_what_is_written_is_read_back(example):
    data = example.to_bytes()
    assert type(example).parse(data) == example
    assert type(example).parse(data).to_bytes() == data


@pytest.mark.parametrize("example", EXAMPLES.values(), ids=EXAMPLES)
def test_another_type_asks_for_a_newer_verifier(example):
    value = json.loads(example.to_bytes())
    value["type"] = value["type"].replace("/1", "/2")
    with pytest.raises(UnknownFormatError):
        type(example).parse(canonical(value))


@pytest.mark.parametrize("example", EXAMPLES.values(), ids=EXAMPLES)
def test_the_object_is_closed(example):
    value = json.loads(example.to_bytes())
    for key in value.keys() - {"type"}:
        with pytest.raises(FormatError, match="wrong_keys"):
            type(example).parse(canonical({name: value[name] for name in value if name != key}))
    with pytest.raises(FormatError, match="wrong_keys"):
        type(example).parse(canonical({**value, "more": None}))


@pytest.mark.parametrize("example", EXAMPLES.values(), ids=EXAMPLES)
def test_only_canonical_bytes_are_read(example):
    data = example.to_bytes()
    for other in (data + b"\n", b" " + data, json.dumps(json.loads(data)).encode()):
        with pytest.raises(FormatError, match="not_canonical"):
            type(example).parse(other)


@pytest.mark.parametrize("example", EXAMPLES.values(), ids=EXAMPLES)
def test_no_value_of_a_wrong_kind_is_read(example):
    """Each value in turn becomes one that fits nowhere; nested objects included."""
    value = json.loads(example.to_bytes())
    for path in paths(value):
        for wrong in (True, -1, "", "G" * 64, ["x"], {"x": 1}):
            other = json.loads(example.to_bytes())
            put(other, path, wrong)
            with pytest.raises((FormatError, UnknownFormatError)):
                type(example).parse(canonical(other))


def paths(value, prefix=()):
    """Every key of every object; not the free texts, where any text is right."""
    if isinstance(value, dict):
        for key, item in value.items():
            if isinstance(item, dict | list):
                yield (*prefix, key)
                yield from paths(item, (*prefix, key))
            elif key not in FREE:
                yield (*prefix, key)
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield (*prefix, number)
            yield from paths(item, (*prefix, number))


def test_events_are_closed_objects_too():
    value = STATUS_ENTRY.to_object()
    for data in (
        {**value["data"], "more": 1},
        {key: value["data"][key] for key in value["data"] if key != "until"},
    ):
        with pytest.raises(FormatError, match="wrong_keys"):
            Entry.parse(canonical(value | {"data": data}))


FREE = frozenset(
    {"realm", "issuer", "kind", "event", "record_id", "school", "year", "class", "decision"}
    | {"checkpoint", "type", "batch_cades"}
)


def put(value, path, item):
    for key in path[:-1]:
        value = value[key]
    value[path[-1]] = item


@given(st.binary(max_size=200))
def test_junk_is_refused_in_an_orderly_way(data):
    for kind in (Leaf, Batch, Roster, StatusStatement, Entry, Attestation, Receipt):
        with pytest.raises((FormatError, UnknownFormatError)):
            kind.parse(data)


def test_the_leaf_of_a_record_names_all_that_was_signed():
    record = sample_record()
    data = canonical(record)
    made = Leaf.from_record(record, data, hashed("rendition"), hashed("seal"))
    assert made.record_digest == sha256_hex(data)
    assert made.fields_root == fields_root(record).hex()
    assert made.issuer == record["issuer"]["code"]
    assert made.id() == leaf_hash(canonical(made.to_object())).hex()
    other = Leaf.from_record(record, data, hashed("rendition"), hashed("other seal"))
    assert other.id() != made.id()


def test_the_schools_of_two_realms_have_two_keys():
    keys = {school_key(realm, code) for realm in ("a.test", "b.test") for code in ("1", "2")}
    assert len(keys) == 4
    assert school_key("a", "b/c") != school_key("a/b", "c")


@pytest.mark.parametrize(
    "row",
    [
        RosterRow(None, hashed("s"), hashed("l"), None),
        RosterRow(0, hashed("s"), "none", None),
        RosterRow(None, hashed("s"), "none", 4),
    ],
)
def test_a_roster_row_has_a_leaf_or_has_none(row):
    with pytest.raises(FormatError):
        Roster.parse(Roster("demo.hocba.test", (row,)).to_bytes())


def test_a_roster_answers_to_its_root():
    built = batch_of(4, replaces={2: 17, 0: 3})
    roster = Roster.parse(built.roster_bytes)
    assert roster.root().hex() == built.batch.roster_root == roster_root(roster.rows).hex()
    assert roster.replaced() == (3, 17)


def test_the_first_statement_and_only_it_has_no_predecessor():
    batch = batch_of().batch
    for wrong in (changed(batch, seq=2), changed(batch, previous=hashed("p"))):
        with pytest.raises(FormatError):
            Batch.parse(wrong.to_bytes())
    with pytest.raises(FormatError):
        StatusStatement.parse(changed(STATUS, seq=1).to_bytes())


def test_a_status_statement_speaks_of_each_leaf_once():
    twice = changed(STATUS, entries=(STATUS.entries[0], STATUS.entries[0]))
    empty = changed(STATUS, entries=())
    superseded = changed(STATUS, entries=(changed(STATUS.entries[0], state="superseded"),))
    finer = changed(STATUS, entries=(changed(STATUS.entries[0], reason="was expelled"),))
    for wrong in (twice, empty, superseded, finer):
        with pytest.raises(FormatError):
            StatusStatement.parse(wrong.to_bytes())


def test_an_event_that_we_do_not_know_asks_for_a_newer_verifier():
    value = school_entry().to_object() | {"event": "Enrolment"}
    with pytest.raises(UnknownFormatError):
        Entry.parse(canonical(value))


def test_an_entry_has_a_state_for_each_index():
    data = STATUS_ENTRY.data
    for wrong in (changed(data, indices=(0,)), changed(data, indices=(), states=()),
                  changed(data, states=("withdrawn", "superseded"))):  # fmt: skip
        with pytest.raises(FormatError):
            Entry.parse(changed(STATUS_ENTRY, data=wrong).to_bytes())


def test_states_have_the_contracts_numbers():
    names = ["good", "superseded", "under_review", "withdrawn"]
    assert [state_name(code) for code in range(4)] == names
    assert [state_code(name) for name in names] == [0, 1, 2, 3]
    for code in (-1, 4):
        with pytest.raises(FormatError):
            state_name(code)


def test_a_receipt_has_bounds():
    receipt = receipt_of(batch_of())
    with pytest.raises(FormatError, match="too_large"):
        Receipt.parse(b" " * (MAX_RECEIPT + 1))
    for wrong in (
        changed(receipt, path=(bytes(32),) * 65),
        changed(receipt, contract="0x" + "AA" * 20),
        changed(receipt, chain_id=0),
    ):
        with pytest.raises(FormatError):
            Receipt.parse(wrong.to_bytes())
    with pytest.raises(FormatError, match="other_event"):
        _ = changed(receipt, entry=school_entry()).anchored


def test_a_base64_that_has_another_spelling_is_refused():
    value = receipt_of(batch_of()).to_object()
    for wrong in ("Y2FkZXM", "Y2FkZXN=", "Y2Fk ZXM=", "****"):
        with pytest.raises(FormatError):
            Receipt.parse(canonical(value | {"batch_cades": wrong}))


@pytest.mark.parametrize("key", ["rendition"])
def test_a_rendition_is_a_pdf_or_xml_by_sha256(key):
    value = leaf().to_object()
    for wrong in (
        None,
        {**value[key], "type": "docx"},
        {**value[key], "alg": "md5"},
        {**value[key], "more": 1},
    ):
        with pytest.raises(FormatError):
            Leaf.parse(canonical(value | {key: wrong}))


@pytest.mark.parametrize(
    "words", ["Nguyễn Văn An", "12", "", "QĐ", "về em An 12", "12/qđ", "A" * 40 + "1"]
)
def test_a_decision_is_the_number_of_a_paper_and_nothing_else(words):
    value = STATUS.to_object()
    value["entries"][0]["decision"] = words
    if words == "12":
        assert StatusStatement.from_object(value).entries[0].decision == "12"
    else:
        with pytest.raises(FormatError, match=r"format\.wrong_value"):
            StatusStatement.from_object(value)
