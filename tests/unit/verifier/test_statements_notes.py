"""C2SP signed notes and checkpoints: foreign vectors, our log's notes, and what is refused."""

import base64
import json
import os
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from ledger.log import LogError, LogKey, sign_checkpoint
from verifier.errors import FormatError, ProofError, VerifierError
from verifier.formats.note import Checkpoint, NoteKey, open_checkpoint, open_note

SHARED = Path(os.environ.get("HOCBA_SHARED", Path(__file__).parents[4] / "shared"))
VECTORS = SHARED / "vectors/tlog"
KEY = LogKey("log.demo.hocba.test", Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
OTHER = LogKey("log.demo.hocba.test", Ed25519PrivateKey.from_private_bytes(bytes(32)))
CHECKPOINT = Checkpoint("log.demo.hocba.test", 7, bytes(range(32)))
NOTE = sign_checkpoint(CHECKPOINT, KEY)


def cases(name):
    file = VECTORS / name
    if not file.is_file():
        return [pytest.param(None, marks=pytest.mark.skip(reason=f"no vectors at {file}"))]
    found = json.loads(file.read_text())["cases"]
    return [pytest.param(case, id=case["name"]) for case in found]


@pytest.mark.parametrize("case", cases("checkpoint_parse.json"))
def test_a_checkpoint_vector_is_judged_as_it_says(case):
    if case["expect"] == "ok":
        Checkpoint.parse(case["text"])
    else:
        with pytest.raises(FormatError):
            Checkpoint.parse(case["text"])


@pytest.mark.parametrize("case", cases("signed_note_open.json"))
def test_a_note_vector_is_judged_as_it_says(case):
    keys = [NoteKey.parse(text) for text in case["trusted_keys"]]
    note = base64.b64decode(case["note_b64"])
    if case["expect"] == "ok":
        assert open_note(note, keys)
    else:
        with pytest.raises(VerifierError):
            open_note(note, keys)


def test_a_signed_checkpoint_opens_with_its_key():
    assert open_checkpoint(NOTE, KEY.public) == CHECKPOINT
    assert open_checkpoint(NOTE.encode(), KEY.public) == CHECKPOINT
    assert NoteKey.parse(KEY.public.to_text()) == KEY.public


def test_a_checkpoint_of_another_key_does_not_count():
    with pytest.raises(ProofError, match="unverified"):
        open_checkpoint(NOTE, OTHER.public)
    with pytest.raises(ProofError, match="unverified"):
        open_checkpoint(NOTE, NoteKey("log.other.test", KEY.public.public_key))


def test_a_witness_beside_the_log_changes_nothing():
    witness = LogKey("witness.test", Ed25519PrivateKey.from_private_bytes(b"w" * 32))
    both = NOTE + witness.sign(CHECKPOINT.to_text())
    assert open_checkpoint(both, KEY.public) == CHECKPOINT
    assert open_note(both, [KEY.public, witness.public]) == CHECKPOINT.to_text()


def test_a_note_for_another_log_under_the_same_key_is_refused():
    text = Checkpoint("log.other.test", 7, bytes(32)).to_text()
    note = f"{text}\n{KEY.sign(text)}"
    with pytest.raises(ProofError, match="other_log"):
        open_checkpoint(note, KEY.public)


def test_a_signed_note_that_is_no_checkpoint_is_refused():
    for text in ("only\n", "a\n1\n", f"{KEY.public.name}\n1\nAAAA\n"):
        with pytest.raises(FormatError):
            open_checkpoint(f"{text}\n{KEY.sign(text)}", KEY.public)


def test_the_same_key_twice_is_ambiguous():
    with pytest.raises(FormatError, match="ambiguous"):
        open_note(NOTE, [KEY.public, KEY.public])


@given(st.integers(0, len(NOTE) - 1), st.sampled_from("aZ0/+=\n \t—"))
def test_no_changed_note_opens_as_something_else(place, char):
    changed = NOTE[:place] + char + NOTE[place + 1 :]
    try:
        opened = open_checkpoint(changed, KEY.public)
    except VerifierError:
        return
    assert (changed, opened) == (NOTE, CHECKPOINT)


@pytest.mark.parametrize(
    "text",
    ["", "x", "name+00000000+AAAA", "na me+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
     "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "a+b+!!!!"],
)  # fmt: skip
def test_a_malformed_key_is_refused(text):
    with pytest.raises(FormatError):
        NoteKey.parse(text)


@pytest.mark.parametrize("line", ["- b AAAAAAA=", "\u2014 b", "\u2014 AAAAAAA=", "\u2014 b AAAA"])
def test_a_malformed_signature_line_is_refused(line):
    with pytest.raises(FormatError):
        open_note(f"{NOTE}{line}\n", [KEY.public])


@pytest.mark.parametrize("note", [b"\xff\n\n", "a\x01\n\n\u2014 b AAAAAAA=\n", "a\n\n", "a"])
def test_a_malformed_note_is_refused(note):
    with pytest.raises(FormatError):
        open_note(note, [KEY.public])


def test_a_log_signs_its_own_checkpoints_alone():
    with pytest.raises(LogError, match="other_origin"):
        sign_checkpoint(Checkpoint("log.other.test", 1, bytes(32)), KEY)
    with pytest.raises(LogError, match="malformed_name"):
        LogKey("two words", Ed25519PrivateKey.from_private_bytes(bytes(32)))
