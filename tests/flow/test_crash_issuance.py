"""kill -9 on each side of every commit, signature, timestamp, blob, send and receipt.

Each test takes the state before one command, kills the command at one named place, gives
the same command again, and compares what the installation then holds with what it holds
when nobody is killed. Signature bytes may differ; nothing else may. The audit recomputes
everything afterwards.
"""

import os

import pytest
from fakes.lab import ORDER

KILLED = -9

BLOB = ("blob.before_write", "blob.before_rename", "blob.after_rename")
PLACES = {
    "init": (
        "chain.before_send:2",
        "found.after_contract",
        "found.after_trust",
    ),
    "enrol": (
        "enrol.before_commit",
        "enrol.after_commit",
        "appoint.before_commit:2",
        "appoint.after_commit:3",
        "chain.before_send",
        "chain.after_send",
    ),
    "marks": ("import.before_commit", "import.after_commit"),
    "freeze": (
        "freeze.before_commit",
        "freeze.after_commit",
        *(f"{place}:2" for place in BLOB),
        "document.before_commit",
        "document.after_commit:2",
    ),
    "homeroom": (
        "session.open.before_commit",
        "session.open.after_commit",
        "sign.before_signature:2",
        "sign.after_signature",
        *BLOB,
        "sign.before_commit:2",
        "sign.after_commit",
        "sign.after_commit:2",
    ),
    "principal": ("session.open.after_commit", "sign.before_commit", "sign.after_commit"),
    "seal": (
        "session.open.after_commit",
        "seal.before_signature",
        "seal.after_signature:2",
        *BLOB,
        "seal.before_commit:2",
        "seal.after_commit",
        "seal.after_commit:2",
        "batch.before_signature",
        "batch.after_signature",
        "batch.before_commit",
        "batch.after_commit",
    ),
    "release": (
        "chain.before_send",
        "chain.after_send",
        "anchor.before_commit",
        "anchor.after_commit",
        "receipt.before_embed:2",
        "receipt.after_embed",
        "release.before_finish",
        "timestamp.before:2",
        "timestamp.after",
        "release.after_finish",
        *BLOB,
        "release.before_commit:2",
        "release.after_commit",
        "release.after_commit:2",
    ),
    "withdraw": (
        "status.before_signature",
        "status.after_signature",
        "status.before_commit",
        "status.after_commit",
    ),
    "withdrawn": ("chain.before_send", "chain.after_send", "anchor.before_commit"),
}
CASES = [(step, place) for step in ORDER for place in PLACES[step]]
ISSUING = [case for case in CASES if ORDER.index(case[0]) >= ORDER.index("marks")]
"""Without the steps that draw the installation's own keys, from which slots follow."""

NOT_REPEATED = {
    ("freeze", "document.after_commit:2"): 73,
    ("withdraw", "status.after_commit"): 0,
}
"""Where the first run had done everything: a frozen class says so when it is frozen again."""


@pytest.mark.parametrize(("step", "killed_at"), CASES, ids=[f"{step}-{at}" for step, at in CASES])
def test_a_killed_command_given_again_leads_to_the_same_end(lab, place, step, killed_at):
    at = place(step)
    killed = lab.run(at, step, failpoint=killed_at)
    assert killed.status == KILLED, (killed.status, killed.out, killed.err)
    again = lab.run(at, step)
    assert again.status == NOT_REPEATED.get((step, killed_at), 0), (again.out, again.err)
    if (step, killed_at) == ("withdraw", "status.after_commit"):
        return  # stated twice, on purpose: a second statement of the same withdrawal
    assert lab.state(at) == lab.after[step]
    if step != "init":
        audited = lab.command(at, ["audit"])
        assert audited.status == 0, audited.out


@pytest.mark.slow
@pytest.mark.skipif("HOCBA_SLOW" not in os.environ, reason="long form: set HOCBA_SLOW=1")
@pytest.mark.parametrize(
    ("step", "killed_at"), ISSUING, ids=[f"{step}-{at}" for step, at in ISSUING]
)
def test_a_killed_command_changes_nothing_of_all_that_follows(lab, place, step, killed_at):
    at = place(step)
    assert lab.run(at, step, failpoint=killed_at).status == KILLED
    for later in ORDER[ORDER.index(step) :]:
        lab.run(at, later)
    if ORDER.index(step) < ORDER.index("withdraw"):
        assert lab.state(at) == lab.after[ORDER[-1]]
    assert lab.command(at, ["audit"]).status == 0
