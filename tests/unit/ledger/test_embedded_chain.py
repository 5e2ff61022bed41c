"""The embedded chain: one file, many processes, kill -9, and no production."""

import multiprocessing
import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
import threading
from contextlib import closing
from pathlib import Path

import pytest
from fakes.chain import SetClock
from fakes.ledgers import REALM, SEAL_A, batch, ledger_on, open_embedded

from ledger.anchor import anchor_batch
from ledger.chains.account import Account
from ledger.chains.embedded import EmbeddedChain, chain_id_of
from ledger.chains.events import read_entries
from ledger.errors import ChainError
from ledger.sending import Writer
from verifier.formats.canonical import sha256

ROOT = Path(__file__).parents[3]


@pytest.fixture
def made(tmp_path):
    with ledger_on("embedded", tmp_path) as ledger:
        ledger.register()
        yield ledger


def file_of(made):
    ((_, _, path),) = made.chain._connection.execute("PRAGMA database_list").fetchall()
    return Path(path)


def test_a_production_realm_is_refused_and_no_file_is_made(tmp_path):
    path = tmp_path / "chain.sqlite"
    with pytest.raises(ChainError) as caught:
        EmbeddedChain.open(path, realm="edu.haiphong.vn", demo=False, clock=SetClock())
    assert caught.value.code == "chain.embedded_not_for_production"
    assert not path.exists()


def test_a_file_of_another_realm_is_refused(made):
    with pytest.raises(ChainError) as caught:
        EmbeddedChain.open(file_of(made), realm="other.test", demo=True, clock=SetClock())
    assert caught.value.code == "chain.wrong_chain"


def test_two_chains_differ_by_realm_and_seed(tmp_path):
    genesis = set()
    for number, (realm, seed) in enumerate([(REALM, b""), (REALM, b"seed"), ("other.test", b"")]):
        path = tmp_path / f"{number}.sqlite"
        with closing(
            EmbeddedChain.open(path, realm=realm, demo=True, clock=SetClock(), seed=seed)
        ) as chain:
            genesis.add(chain.block(0).hash)
    assert len(genesis) == 3
    assert chain_id_of(REALM) != chain_id_of("other.test")


def test_a_file_that_cannot_be_opened_says_so(tmp_path):
    (tmp_path / "chain.sqlite").write_bytes(b"no database at all" * 100)
    with pytest.raises(ChainError) as caught:
        open_embedded(tmp_path / "chain.sqlite", SetClock())
    assert caught.value.code == "chain.unreachable"


def test_what_is_there_is_there_after_closing(made):
    anchored = anchor_batch(
        made.writer("anchor"), made.contract, batch=batch(), seal_fingerprint=SEAL_A, cades=b"cades"
    )
    newest = made.chain.block()
    with closing(open_embedded(file_of(made), SetClock())) as again:
        assert again.block() == newest
        assert again.receipt(bytes.fromhex(anchored.transaction)).block == anchored.block
        assert len(again.logs(made.contract, 0, newest.number)) == len(
            made.chain.logs(made.contract, 0, newest.number)
        )


def test_block_times_follow_the_clock_and_never_each_other(made):
    made.advance(1000)
    made.anchor()
    first = made.chain.block()
    assert first.time == made.clock()
    made.anchor()
    assert (made.chain.block().time - first.time).seconds == 1


def test_the_limit_on_recursion_is_left_alone():
    script = """
        import sys, tempfile, pathlib, datetime
        from ledger.chains.account import Account
        from ledger.chains.embedded import EmbeddedChain
        from ledger.chains.rpc import RpcChain
        before = sys.getrecursionlimit()
        Account(b"1" * 32)
        RpcChain("http://127.0.0.1:1")
        EmbeddedChain.open(
            pathlib.Path(tempfile.mkdtemp()) / "c", realm="r.test", demo=True,
            clock=lambda: datetime.datetime.now(datetime.UTC),
        )
        sys.exit(sys.getrecursionlimit() != before)
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(script)], cwd=ROOT, check=True)


KILLED = """
    import sys
    sys.path[:0] = ["tests"]
    from fakes.ledgers import *
    from ledger.anchor import anchor_batch
    path, contract, first = sys.argv[1:]
    chain = open_embedded(Path(path), SetClock())
    writer = Writer(chain, accounts()["anchor"], lambda: None)
    previous, seq = None if first == "-" else first, 1
    while True:
        stated = batch(seq, previous)
        done = anchor_batch(writer, contract, batch=stated, seal_fingerprint=SEAL_A, cades=b"cades")
        print(done.statement, done.entry_index, done.block, flush=True)
        previous, seq = done.statement, seq + 1
"""


def test_kill_9_loses_nothing_that_was_told(made):
    """Killed at any moment while it anchors without pause: what it printed is on the chain."""
    path, logged = file_of(made), len(made.chain.logs(made.contract, 0, 1000))
    command = [sys.executable, "-c", textwrap.dedent(KILLED), str(path), made.contract, "-"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        told = [process.stdout.readline().split() for _ in range(6)]
        os.kill(process.pid, signal.SIGKILL)
        told += [line.split() for line in process.stdout if len(line.split()) == 3]
    with closing(open_embedded(path, SetClock())) as chain:
        made.chain = chain
        stands = read_entries(chain, made.contract, realm=REALM, first_block=0)[1:]
        assert [
            [one.data.statement, str(one.index), str(one.block)] for one in stands[: len(told)]
        ] == told
        assert [one.data.seq for one in stands] == list(range(1, len(stands) + 1))
        seq, newest = len(stands), stands[-1].data.statement
        assert seq in (len(told), len(told) + 1)
        assert len(chain.logs(made.contract, 0, chain.block().number)) == logged + seq
        assert sqlite3.connect(path).execute("PRAGMA integrity_check").fetchone() == ("ok",)
        stated = batch(seq + 1, newest)
        writer = Writer(chain, made.senders["anchor"], lambda: None)
        assert anchor_batch(
            writer, made.contract, batch=stated, seal_fingerprint=SEAL_A, cades=b"cades"
        ).entry_index == seq + 1  # fmt: skip


def test_a_crash_inside_a_call_leaves_the_chain_as_it_was(made, monkeypatch):
    before, entries = made.chain.block(), made.ask("entries")
    evm = made.chain._evm
    mine = evm.mine

    def half(raw, now):
        mine(raw, now)
        raise KeyboardInterrupt

    monkeypatch.setattr(evm, "mine", half)
    with pytest.raises(KeyboardInterrupt):
        made.anchor()
    monkeypatch.undo()
    assert (made.chain.block(), made.ask("entries")) == (before, entries)
    made.anchor()


def test_readers_see_whole_blocks_while_another_process_writes(made):
    """Each look is one snapshot: the head's number and the count of entries belong together."""
    path = file_of(made)
    command = [sys.executable, "-c", textwrap.dedent(KILLED), str(path), made.contract, "-"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        process.stdout.readline()
        seen = []
        for _ in range(40):
            told = made.look(0)
            seen.append((told[0], told[2]))
        process.kill()
    assert seen == sorted(seen)
    assert seen[-1][0] > seen[0][0]
    assert len({number - entries for number, entries in seen}) == 1


def test_two_processes_write_in_turn(made):
    """Two accounts of two schools in two processes, as fast as they can: nothing is lost."""
    made.register_at(made.now, "31-11311-02", "b5" * 32)
    path, contract = file_of(made), made.contract
    spawn = multiprocessing.get_context("spawn")
    with spawn.Pool(2) as pool:
        jobs = [
            (path, contract, "31-11311-01", "a5" * 32),
            (path, contract, "31-11311-02", "b5" * 32),
        ]
        done = pool.starmap(write_ten, jobs)
    entries = [entry for listed in done for entry in listed]
    assert sorted(entries) == list(range(2, 22))


def write_ten(path, contract, school, seal):
    with closing(open_embedded(path, SetClock())) as chain:
        account = Account(sha256(b"anchor"))
        writer, previous, entries = Writer(chain, account, lambda: None), None, []
        for seq in range(1, 11):
            stated = batch(seq, previous, school=school)
            while True:
                try:
                    done = anchor_batch(
                        writer, contract, batch=stated, seal_fingerprint=seal, cades=b"cades"
                    )
                    break
                except Exception as error:
                    if getattr(error, "code", "") != "anchor.unreachable":
                        raise
            entries.append(done.entry_index)
            previous = done.statement
        return entries


def test_threads_share_one_chain(made):
    answers = []

    def look():
        answers.extend(made.look(0)[2] for _ in range(10))

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    made.anchor()
    for thread in threads:
        thread.join()
    assert len(answers) == 40
    assert set(answers) <= {1, 2}
