"""The shipped artefact is what the source compiles to, and planted bugs do not pass the rules."""

import fcntl
import json
import os
import subprocess

import pytest
from _pytest.outcomes import Failed
from fakes import contract_rules as rules
from fakes.chain import SetClock
from fakes.ledgers import CONTRACTS, KINDS, accounts, ledger_on, npm, open_embedded

from contracts import InterfaceError, interface, load
from ledger.chains.contract import require_contract
from ledger.deploy import Roles, deploy
from ledger.errors import ChainError, LedgerError
from ledger.sending import Writer
from verifier.formats.canonical import sha256_hex

SOURCE = CONTRACTS / "src/TranscriptLog.sol"

MUTANTS = {
    "a call is taken again": (
        "if (plusOne != 0)",
        "if (plusOne == type(uint64).max)",
        rules.a_call_is_taken_once,
    ),
    "whoever names a batch first keeps it": (
        "keccak256(abi.encodeCall(this.anchor, (stated, root, leafCount, replaces)))",
        "stated.digest",
        rules.nothing_but_the_same_call_keeps_a_batch_out,
    ),
    "whoever carries a batch first keeps it": (
        "keccak256(abi.encodeCall(this.anchor, (stated, root, leafCount, replaces)))",
        "keccak256(abi.encode(stated.digest, stated.signature))",
        rules.nothing_but_the_same_call_keeps_a_batch_out,
    ),
    "whoever carries a status first keeps it": (
        "keccak256(abi.encodeCall(this.setStatus, (stated, indices, states)))",
        "keccak256(abi.encode(stated.digest, stated.signature))",
        rules.nothing_but_the_same_call_keeps_a_status_out,
    ),
    "a leaf begins anew where it is sent again": (
        "batch.statement, index - batch.firstIndex",
        "batch.statement, index",
        rules.a_leaf_that_is_sent_again_has_one_history,
    ),
    "an old statement is new when it is sent again": (
        "if (_firstPlusOne[stated.digest] == 0) _firstPlusOne",
        "_firstPlusOne",
        rules.a_statement_is_as_old_as_its_first_sending,
    ),
    "schools share the history of a leaf": (
        "abi.encode(batch.school, batch.statement",
        "abi.encode(batch.statement",
        rules.a_leaf_that_is_sent_again_has_one_history,
    ),
    "a seal has no end": (
        "block.timestamp >= dates.to",
        "dates.to == 0",
        rules.a_seal_counts_between_its_dates,
    ),
    "an ended seal goes on": (
        "_changeSeal(school, seal, known.from, to);",
        "_changeSeal(school, seal, known.from, known.to);",
        rules.an_ended_seal_no_longer_counts,
    ),
    "a seal counts before its time": (
        "block.timestamp < dates.from || block",
        "block",
        rules.a_seal_counts_between_its_dates,
    ),
    "a seal is backdated": (
        "if (from < block.timestamp) from = uint64(block.timestamp);",
        "",
        rules.no_seal_is_backdated,
    ),
    "a seal ends in the past": (
        "to <= block.timestamp || to >= known.to",
        "to >= known.to",
        rules.no_seal_is_backdated,
    ),
    "a seal is prolonged": (
        "to <= block.timestamp || to >= known.to",
        "to <= block.timestamp",
        rules.a_seal_is_registered_once_and_never_prolonged,
    ),
    "any school changes any leaf": (
        "_entries[_batchOf(index)].school != school",
        "school == 0",
        rules.a_leaf_changes_by_its_own_school_alone,
    ),
    "the signature is not kept": (
        "(stated.digest, stated.seal, stated.signature)",
        "(stated.digest, stated.seal, stated.seal)",
        rules.a_statement_names_the_one_signature_that_counts_for_it,
    ),
    "anybody anchors": (
        ") external onlyRole(ANCHOR_ROLE) {\n        if (root",
        ") external {\n        if (root",
        rules.each_role_does_its_own_work_alone,
    ),
    "the department withdraws without lapse": (
        "|| until > block.timestamp + MAX_REVIEW",
        "",
        rules.a_review_has_bounds,
    ),
    "a review is prolonged": (
        "leaf.reviewUntil > block.timestamp",
        "leaf.reviewUntil > until",
        rules.a_review_of_the_department_lapses,
    ),
    "a batch holds one leaf too many": (
        "index < kept.firstIndex + kept.leafCount",
        "index <= kept.firstIndex + kept.leafCount",
        rules.an_index_beyond_the_last_is_in_no_batch,
    ),
    "a status entry is written over": (
        "entries = entry + 1;",
        "entries = kind == Kind.Status ? entry : entry + 1;",
        rules.every_change_is_an_entry_of_its_own,
    ),
    "a change is forgotten": (
        "leaf.changes.push(Change(entry, 0, indices[i], states[i]));",
        "if (states[i] != State.Good) leaf.changes.push(Change(entry, 0, indices[i], states[i]));",
        rules.a_school_withdraws_and_reinstates,
    ),
}


def build(*files):
    command = ["node", "build.mjs", *map(str, files)]
    done = subprocess.run(command, cwd=CONTRACTS, check=True, capture_output=True)
    return json.loads(done.stdout)


@pytest.fixture(scope="session")
def mutants(tmp_path_factory):
    """Each mutant's code by name; compiled in one go, and once for all workers of a run."""
    npm()
    source, folder = SOURCE.read_text(), tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    answer, files = folder / "mutants.json", []
    with (folder / "mutants.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not answer.exists():
            for number, (old, new, _) in enumerate(MUTANTS.values()):
                assert source.count(old) == 1, old
                files.append(folder / f"mutant-{number}.sol")
                files[-1].write_text(source.replace(old, new))
            answer.write_text(json.dumps([one["bytecode"][2:] for one in build(*files)]))
    codes = json.loads(answer.read_text())
    return {name: bytes.fromhex(code) for name, code in zip(MUTANTS, codes, strict=True)}


def test_the_artefact_is_what_the_source_compiles_to():
    npm()
    assert build() == json.loads((CONTRACTS / "artifact.json").read_text())


def test_the_artefact_names_its_source_without_a_compiler():
    assert load().sources["TranscriptLog.sol"] == sha256_hex(SOURCE.read_bytes())
    assert load().evm_version == "paris"
    assert load().compiler.startswith("0.8.37")


def test_no_file_of_the_build_names_a_registry():
    for name in ("package.json", "package-lock.json", "artifact.json"):
        text = (CONTRACTS / name).read_text()
        assert "resolved" not in text
        assert "registry" not in text


@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_planted_bug_breaks_its_rule(mutants, mutant, tmp_path):
    code, rule = mutants[mutant], MUTANTS[mutant][2]
    with ledger_on("embedded", tmp_path, code) as made:
        with pytest.raises((AssertionError, Failed, LedgerError)):
            rule(made)
        with pytest.raises(ChainError, match="wrong_chain"):
            require_contract(made.chain, made.contract)


@pytest.mark.parametrize("kind", KINDS)
def test_every_deployment_has_exactly_the_shipped_code(kind, tmp_path):
    with ledger_on(kind, tmp_path) as made:
        require_contract(made.chain, made.contract)
        assert sha256_hex(made.chain.code(made.contract)) == load().runtime_hash
        assert made.chain.code("0x" + "12" * 20) == b""


def test_a_successor_goes_on_with_the_numbers(tmp_path):
    senders = accounts()
    chain = open_embedded(tmp_path / "chain.sqlite", SetClock())
    writer = Writer(chain, senders["admin"], lambda: None)
    roles = Roles(*(senders[role].address for role in ("governance", "anchor", "department")))
    with ledger_on("embedded", tmp_path) as made:
        made.chain, made.contract = chain, deploy(writer, roles, first_entry=40, first_index=900)
        made.register()
        made.anchor(leaves=2)
        assert (made.look(899)[5][10], made.look(900)[4], made.look(901)[4]) == (0, 41, 41)
        assert (made.ask("entries"), made.ask("leaves")) == ((42,), (902,))
    chain.close()


def test_the_admin_is_handed_over_in_two_steps_after_a_delay(tmp_path):
    with ledger_on("embedded", tmp_path) as made:
        heir = made.senders["stranger"].address
        rules.refused(
            "AccessControlEnforcedDefaultAdminRules",
            made.send, "admin", "grantRole", bytes(32), heir,
        )  # fmt: skip
        made.send("admin", "beginDefaultAdminTransfer", heir)
        rules.refused(
            "AccessControlEnforcedDefaultAdminDelay",
            made.send, "stranger", "acceptDefaultAdminTransfer",
        )  # fmt: skip
        made.advance(2 * rules.DAY)
        made.send("stranger", "acceptDefaultAdminTransfer")
        (owner,) = made.ask("owner")
        assert owner == heir


def test_what_is_no_answer_of_the_contract_is_refused():
    for junk in (b"", b"\x01", bytes(31), b"\xff" * 64, bytes(32 * 20)):
        with pytest.raises(InterfaceError):
            interface().decode("look", junk)
    with pytest.raises(InterfaceError):
        interface().encode("look", -1)
    with pytest.raises(InterfaceError):
        interface().encode("look")
    assert interface().error(b"\x00" * 4) is None
    assert interface().decode_event([bytes(32)], b"") is None
    with pytest.raises(InterfaceError):
        interface().decode_event([interface().topic("BatchAnchored")], b"")
