"""Forgeries of an outsider, each caught by exactly the checks that should catch it.

The world is the demo's own, small: two schools with real keys, a real database and a real
contract. The forger's script imports nothing of ours. Each test names every check that
fails; why no other does stands beside the expectation in `hocba/demo/forgeries.py`. That
the named checks carry the weight is shown by taking them away: then the forgery passes.
"""

import hashlib
import io
import random
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path

import pytest
from rich.console import Console

from hocba.demo import forgeries
from hocba.demo.build import Plan, World, build
from hocba.demo.forgeries import EXPECTED, forge, load_forger
from hocba.demo.progress import Steps
from hocba.issuance.founding import found
from hocba.issuance.online import DatabaseAttestor, DatabaseStore, online_sources
from hocba.issuance.workplace import read_secret, read_trust
from hocba.kit.clock import now
from hocba.kit.config import Settings
from ledger.anchor import set_status
from ledger.chains.account import Account
from ledger.chains.embedded import EmbeddedChain
from ledger.chains.reader import InProcessReader
from ledger.sending import Writer
from verifier.formats.cms import SignedCms
from verifier.formats.pdf.parse import parse
from verifier.formats.receipt import Receipt
from verifier.formats.statements import WITHDRAWN, StatusEntry, StatusStatement
from verifier.online import Kind, Sources
from verifier.online.contract import Place
from verifier.online.stores import MemoryStore
from verifier.report import Status, Verdict
from verifier.verdict import Facts, decide
from verifier.verify import verify

ACCEPTED = {Verdict.VALID, Verdict.VALID_NOTE}


@dataclass
class Scene:
    """The world, what the forger made of it, and his copy of the chain."""

    world: World
    made: dict[str, bytes]
    forgers_chain: Path

    def report(self, data, online=None):
        sources = online or online_sources(self.world.wp)
        return verify(data, trust=self.world.wp.trust, online=sources, now=now())


@pytest.fixture(scope="module")
def scene(server, tmp_path_factory):
    home = tmp_path_factory.mktemp("demo")
    with server.connect("postgres") as connection:
        connection.execute("CREATE DATABASE forgeries")
    settings = Settings(home=home, database_url=server.url("forgeries"))
    steps = Steps(Console(file=io.StringIO()))
    with ExitStack() as stack:
        world = stack.enter_context(build(settings, Plan(pupils=6, seed=2026), steps))
        made = forge(world, home / "forger")
        yield Scene(world, made, home / "forger" / "chain.sqlite")
    with server.connect("postgres") as connection:
        connection.execute("DROP DATABASE forgeries WITH (FORCE)")


def failed(report):
    return tuple(
        check.id for check in report.checks if check.status is Status.FAILED and check.id != "7"
    )


def without(report, *ids):
    """The verdict if these checks did not exist."""
    checks = [
        replace(check, status=Status.PASSED, code="off") if check.id in ids else check
        for check in report.checks
    ]
    return decide(checks, Facts())[0]


def caught(scene, name):
    """The forgery's report, after showing that it fails as expected and would pass otherwise."""
    report = scene.report(scene.made[name])
    expected = EXPECTED[name]
    assert (report.verdict, failed(report)) == (expected.verdict, expected.failed)
    assert without(report, *expected.failed) in ACCEPTED
    for check_id in expected.failed:
        others = [other for other in expected.failed if other != check_id]
        assert without(report, *others) is not Verdict.VALID
    if failed(report) and set(failed(report)) & set("123456"):
        assert report.record is None
    return report


def test_the_genuine_files_are_valid(scene):
    for one in scene.world.current():
        report = scene.report(one.pdf)
        assert report.verdict is Verdict.VALID, list(report.checks)


def test_a_mark_changed_and_resigned_by_an_outsider_is_refused(scene):
    report = caught(scene, "mark-changed-and-resigned")
    assert report.check("3").sub_indication == "NO_CERTIFICATE_CHAIN_FOUND"
    assert report.check("6").status is Status.PASSED  # page and record say the same


def test_a_mark_changed_only_in_what_is_seen_is_refused(scene):
    report = caught(scene, "mark-changed-in-the-page")
    assert report.check("9").status is Status.PASSED  # the record is the genuine one


def test_a_mark_changed_only_in_the_record_is_refused(scene):
    caught(scene, "mark-changed-in-the-record")


def test_a_signature_of_another_schools_principal_is_refused(scene):
    caught(scene, "signed-by-another-principal")


def test_a_transcript_resealed_by_another_school_is_refused(scene):
    report = caught(scene, "resealed-by-another-school")
    assert report.check("3").status is Status.PASSED  # all signatures are real


def test_a_receipt_moved_from_another_transcript_is_refused(scene):
    report = caught(scene, "receipt-of-another-transcript")
    assert report.check("7b").status is Status.PASSED  # the receipt itself is genuine


def test_a_batch_not_sealed_by_the_school_is_refused(scene):
    report = caught(scene, "batch-not-sealed-by-the-school")
    assert report.check("7a").status is Status.PASSED
    assert report.check("7b").status is Status.PASSED


def test_even_on_the_ledger_that_the_thief_wrote_to_his_batch_is_refused(scene):
    wp = scene.world.wp
    trusted = wp.trust.contract
    chain = EmbeddedChain.open(scene.forgers_chain, realm=wp.realm, demo=True, clock=now)
    with closing(chain):
        place = Place(trusted.chain_id, trusted.genesis, trusted.address)
        sources = Sources(
            ledger=InProcessReader(chain, place),
            statements=DatabaseStore(wp),
            attestor=DatabaseAttestor(wp),
            clock=now,
        )
        report = scene.report(scene.made["batch-not-sealed-by-the-school"], sources)
    assert failed(report) == ("3", "4", "7c", "9")
    assert report.check("7d").status is Status.PASSED  # the stolen account did anchor it
    assert report.verdict is Verdict.NOT_VALID
    assert without(report, "3", "4", "9") is Verdict.NOT_VALID  # for want of the school's seal


def test_a_transcript_sealed_and_never_anchored_is_not_accepted(scene):
    report = scene.report(scene.made["sealed-and-never-anchored"])
    assert report.verdict is Verdict.COULD_NOT_CHECK
    assert report.notes == ("pending",)
    assert failed(report) == ("9",)
    assert report.check("7a").status is Status.NOT_CHECKED
    assert without(report, "9") is Verdict.COULD_NOT_CHECK  # with the database fooled as well
    assert without(report, "7a", "7b", "7c", "7d", "8", "9") is Verdict.VALID


def test_a_page_laid_over_after_the_seal_is_refused(scene):
    caught(scene, "page-laid-over")


def test_an_old_version_is_never_shown_as_current(scene):
    report = scene.report(scene.made["old-version-as-current"])
    assert (report.verdict, report.notes) == (Verdict.VALID_NOTE, ("superseded",))
    assert failed(report) == ("8",)
    assert without(report, "8") is Verdict.VALID


def test_a_transcript_withdrawn_yesterday_is_refused(scene):
    report = caught(scene, "withdrawn-yesterday")
    assert report.notes == ("withdrawn",)


def test_a_file_of_the_demo_realm_is_unknown_to_another_realm(scene, server, tmp_path):
    genuine = scene.world.current()[0].pdf
    with server.connect("postgres") as connection:
        connection.execute("CREATE DATABASE elsewhere")
    elsewhere = Settings(
        home=tmp_path, database_url=server.url("elsewhere"), realm="other.hocba.test"
    )
    found(elsewhere, at=now())
    report = verify(genuine, trust=read_trust(elsewhere), online=None, now=now())
    assert report.verdict not in ACCEPTED
    assert "3" in failed(report)
    assert report.record is None


@pytest.mark.parametrize(
    ("shown", "code", "verdict"),
    [
        (True, "8.statement_not_sealed", Verdict.VALID_NOTE),
        (False, "8.under_review", Verdict.COULD_NOT_CHECK),
    ],
    ids=["shown", "hidden"],
)
def test_a_withdrawal_that_the_school_did_not_seal_does_not_condemn(
    scene, tmp_path, shown, code, verdict
):
    wp, genuine = scene.world.wp, scene.world.current()[0]
    receipt = Receipt.parse(SignedCms.parse(parse(genuine.pdf).signatures[-1].contents).receipt)
    with closing(forgeries._copy_of_chain(wp, tmp_path)) as chain:
        statement, cades = _withdraw_with_a_stolen_account(wp, chain, receipt, genuine.pdf)
        store = MemoryStore()
        if shown:
            store.put(Kind.STATEMENT, statement.digest(), statement.to_bytes())
            store.put(Kind.SIGNATURE, statement.digest(), cades)
        place = Place(receipt.chain_id, receipt.genesis, receipt.contract)
        sources = Sources(
            ledger=InProcessReader(chain, place),
            statements=store,
            attestor=DatabaseAttestor(wp),
            clock=now,
        )
        report = scene.report(genuine.pdf, sources)
    assert report.check("8").code == code
    assert report.verdict is verdict


def _withdraw_with_a_stolen_account(wp, chain, receipt, genuine):
    """The statement as the contract takes it: a number far ahead, the true seal named."""
    contract = wp.trust.contract.address
    statement = StatusStatement(
        wp.realm,
        receipt.leaf.issuer,
        receipt.batch.seq + 1000,
        receipt.batch.digest(),
        (StatusEntry(receipt.leaf.id(), receipt.index, WITHDRAWN, "withdrawn", None),),
    )
    writer = Writer(chain, Account(read_secret(wp.home.keys / "anchor.key")), lambda: None)
    seal = receipt.anchored.seal_fingerprint
    cades = _unsealed(genuine, statement.to_bytes())
    set_status(writer, contract, statement=statement, seal_fingerprint=seal, cades=cades)
    return statement, cades


def _unsealed(genuine, payload):
    """A CAdES by a look-alike of the school's seal, with the true appointment in it."""
    load_forger()
    forge_cms, forge_pdf = import_module("forge_cms"), import_module("forge_pdf")
    seal = forge_pdf.contents(genuine, forge_pdf.holes(genuine)[2])
    false = forge_cms.lookalike(forge_cms.signer_certificate(seal))
    digest = hashlib.sha256(payload).digest()
    return forge_cms.sign(false, digest, signed=forge_cms.private_signed(seal), at=now())


def test_every_forgery_of_the_script_has_its_expectation(scene):
    assert set(scene.made) == set(EXPECTED)
    assert len(set(scene.made.values())) == len(scene.made)


def test_the_forger_imports_nothing_of_ours():
    ours = ("hocba", "ledger", "signing", "verifier", "contracts")
    folder = Path(load_forger().__file__).parent
    for path in folder.glob("forge*.py"):
        for line in path.read_text(encoding="utf-8").splitlines():
            words = line.split()
            if words[:1] in (["import"], ["from"]):
                assert words[1].split(".")[0] not in ours, line


def _last_token(pdf):
    """Where the hexadecimal digits of the last document timestamp begin and end."""
    start = pdf.rindex(b"/Contents<") + len(b"/Contents<")
    return start, pdf.index(b"00000000>", start)


def test_one_flipped_bit_anywhere_is_never_accepted_as_valid(scene):
    genuine = scene.world.current()[0].pdf
    draw = random.Random(7)
    places = [draw.randrange(len(genuine)) for _ in range(40)]
    places += range(*_last_token(genuine), 331)  # no later signature covers the last token
    for at in places:
        bit = 1 << draw.randrange(8)
        flipped = genuine[:at] + bytes([genuine[at] ^ bit]) + genuine[at + 1 :]
        report = verify(flipped, trust=scene.world.wp.trust, online=None, now=now())
        assert failed(report), (at, bit)
