"""Field commitments: one root for all fields, one proof for one field."""

import copy
import hmac
import json

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from fakes.records import sample_record
from hypothesis import given, settings
from hypothesis import strategies as st

from verifier.errors import FormatError, ProofError
from verifier.formats.canonical import canonical, sha256
from verifier.formats.fields import (
    FieldProof,
    field_leaf_values,
    fields_root,
    prove_field,
    verify_field,
)
from verifier.formats.merkle import EMPTY_ROOT, leaf_hash

SMALL = {"salt": "11" * 32, "b": ["x", None, []], "a/b~c": {"đ": 1, "é": True}, "empty": {}}


def test_the_leaves_are_all_scalars_and_empty_containers_in_byte_order_without_the_salt():
    pointers = [pointer for pointer, _ in field_leaf_values(SMALL)]
    assert pointers == ["/a~1b~0c/é", "/a~1b~0c/đ", "/b/0", "/b/1", "/b/2", "/empty"]


def test_a_leaf_value_is_canonical_json_of_pointer_commitment_and_value():
    # The commitment is computed here by cryptography's HKDF, not by ours.
    for pointer, value in field_leaf_values(SMALL):
        info = pointer.encode()
        commitment = HKDF(SHA256(), 32, salt=None, info=info).derive(bytes.fromhex("11" * 32)).hex()
        parts = json.loads(value)
        assert parts[:2] == [pointer, commitment]
        assert canonical(parts) == value


def test_the_root_of_a_small_record_is_the_one_computed_by_hand():
    def leaf(pointer: str, value: str) -> bytes:
        key = hmac.new(bytes(32), b"\x11" * 32, "sha256").digest()
        salt = hmac.new(key, pointer.encode() + b"\x01", "sha256").hexdigest()
        return sha256(b"\x00" + f'["{pointer}","{salt}",{value}]'.encode())

    a, b, c = leaf("/a", '"8.5"'), leaf("/b/0", "null"), leaf("/b/1", "3")
    expected = sha256(b"\x01" + sha256(b"\x01" + a + b) + c)
    assert fields_root({"salt": "11" * 32, "b": [None, 3], "a": "8.5"}) == expected


def test_every_field_of_a_record_can_be_shown_alone():
    record = sample_record()
    root = fields_root(record)
    for pointer, _ in field_leaf_values(record):
        proof = prove_field(record, pointer)
        verify_field(proof, root)
        target = record
        for step in pointer.split("/")[1:]:
            target = target[int(step)] if isinstance(target, list) else target[step]
        assert (proof.pointer, proof.field) == (pointer, target)


def test_a_shown_field_with_another_value_does_not_verify():
    record = sample_record()
    proof = prove_field(record, "/subjects/1/year")
    better = FieldProof(
        proof.value.replace(b'"8.8"', b'"9.8"'), proof.index, proof.size, proof.path
    )
    assert better.field == "9.8"
    with pytest.raises(ProofError):
        verify_field(better, fields_root(record))


def test_a_shown_field_says_nothing_of_the_others():
    record = sample_record()
    proof = prove_field(record, "/results/year")
    shown = proof.value + b"".join(proof.path)
    assert record["salt"].encode() not in shown
    assert bytes.fromhex(record["salt"]) not in shown
    # The same neighbours under another salt look entirely different: nothing can be guessed.
    other = prove_field(sample_record(salt="a5" * 32), "/results/year")
    assert not set(other.path) & set(proof.path)


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_the_root_changes_with_every_field(data):
    record = sample_record()
    pointers = [p for p, _ in field_leaf_values(record)]
    pointer = data.draw(st.sampled_from(pointers))
    changed = copy.deepcopy(record)
    target = changed
    steps = pointer.split("/")[1:]
    for step in steps[:-1]:
        target = target[int(step)] if isinstance(target, list) else target[step]
    key = int(steps[-1]) if isinstance(target, list) else steps[-1]
    target[key] = data.draw(
        st.sampled_from(["khác", None, 77, False]).filter(lambda v: v != target[key])
    )
    assert fields_root(changed) != fields_root(record)


SCALARS = st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=5)
VALUES = st.recursive(
    SCALARS,
    lambda part: (
        st.lists(part, max_size=3) | st.dictionaries(st.text(max_size=3), part, max_size=3)
    ),
    max_leaves=8,
)


@given(VALUES)
@settings(max_examples=150, deadline=None)
def test_every_leaf_value_equals_its_canonical_form(value):
    for _, leaf in field_leaf_values({"salt": "22" * 32, "x": value}):
        parts = json.loads(leaf)
        try:
            expected = canonical(parts)
        except FormatError:
            continue  # text outside NFC, which no record contains
        assert leaf == expected


def test_an_unknown_field_cannot_be_shown():
    with pytest.raises(FormatError, match=r"field\.unknown"):
        prove_field(sample_record(), "/salt")


@pytest.mark.parametrize("salt", [None, "11", "zz" * 32, 5])
def test_without_a_salt_of_32_bytes_there_is_no_root(salt):
    with pytest.raises(FormatError, match=r"record\.wrong_form: /salt"):
        fields_root({"salt": salt, "a": 1})


def test_a_malformed_leaf_value_is_no_field():
    with pytest.raises(FormatError):
        _ = FieldProof(b'["/a"]', 0, 1, ()).field


def test_a_record_of_nothing_but_its_salt_has_the_empty_root_and_one_field_is_its_own_root():
    assert fields_root({"salt": "11" * 32}) == EMPTY_ROOT
    one = {"salt": "11" * 32, "a": 1}
    assert fields_root(one) == leaf_hash(field_leaf_values(one)[0][1])
