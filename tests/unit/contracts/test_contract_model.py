"""Random calls on the contract and on its second telling in Python: every answer is the same."""

import tempfile
from pathlib import Path

from fakes.contract_rules import DAY, KEY_A, KEY_B
from fakes.ledgers import REALM, SCHOOL_A, SCHOOL_B, SEAL_A, SEAL_B, ledger_on
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.chains.events import read_entries
from ledger.errors import RevertedError
from verifier.formats.canonical import sha256

schools = st.sampled_from([(SCHOOL_A, SEAL_A), (SCHOOL_B, SEAL_B)])
mostly = st.sampled_from([True] * 7 + [False])
indices = st.lists(st.integers(0, 7), min_size=1, max_size=3)
few = st.lists(st.integers(0, 7), max_size=2)
calls = st.one_of(
    st.tuples(st.just("anchor"), schools, st.integers(1, 3), few, mostly),
    st.tuples(st.just("status"), schools, indices, st.integers(0, 3)),
    st.tuples(st.just("review"), st.integers(-1, 70), indices),
    st.tuples(st.just("end"), schools, st.integers(-1, 90)),
    st.tuples(st.just("advance"), st.integers(1, 40)),
)  # fmt: skip


def play(made, call):
    """One call; what the contract said of it."""
    kind, *rest = call
    try:
        if kind == "advance":
            made.advance(rest[0] * DAY)
        elif kind == "anchor":
            (school, seal), leaves, replaces, honest = rest
            made.anchor(
                leaves, tuple(replaces), school, seal,
                **({} if honest else {"digest": sha256(b"the same"), "seq": 7}),
            )  # fmt: skip
        elif kind == "status":
            (school, _), wanted, state = rest
            made.set_status(wanted, [state] * len(wanted), school)
        elif kind == "review":
            until = made.seconds + rest[0] * DAY
            made.send("department", "review", sha256(b"decision"), until, rest[1])
        else:
            (school, seal), days = rest
            key = KEY_A if school == SCHOOL_A else KEY_B
            until = made.seconds + days * DAY
            made.send("governance", "endSeal", key, bytes.fromhex(seal), until)
    except RevertedError as no:
        return no.reason, no.arguments
    return "done"


def state(made):
    looks = [made.look(index) for index in range(9)]
    seals = [made.ask("sealDates", KEY_A, bytes.fromhex(SEAL_A))]
    entries = read_entries(made.chain, made.contract, realm=REALM, first_block=0)
    return looks, seals, [entry.to_bytes() for entry in entries]


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(calls, min_size=4, max_size=14))
def test_the_contract_and_its_model_answer_alike(played):
    with (
        tempfile.TemporaryDirectory() as folder,
        ledger_on("embedded", Path(folder)) as real,
        ledger_on("fake", Path(folder)) as model,
    ):
        for made in (real, model):
            made.register()
            made.register(SCHOOL_B, SEAL_B)
            made.anchor()
        for call in played:
            assert play(real, call) == play(model, call), call
        assert state(real) == state(model)
