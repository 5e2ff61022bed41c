"""A whole released transcript through the frame: in process, guarded, on the page, by command."""

import io
import json
import time
from dataclasses import replace
from datetime import timedelta

import pytest
from fakes.released import NOW, released
from starlette.testclient import TestClient

from verifier import Verdict, verify
from verifier.cli import run
from verifier.errors import UnreachableError
from verifier.formats.view import Change
from verifier.guard import Guard, Limits
from verifier.messages import Catalogue
from verifier.report import Status
from verifier.templates import load
from verifier.verify import examine
from verifier.web import create_app

VI = Catalogue.of("vi")


@pytest.fixture(scope="module")
def made():
    return released()


def verified(made, data=None, *, online=None, **more):
    return verify(data or made.data, trust=made.trust, online=online, now=made.now, **more)


def test_a_released_file_is_valid_without_any_note(made):
    report = verified(made, online=made.online())
    assert (report.verdict, report.notes) == (Verdict.VALID, ())
    assert {c.id for c in report.checks if c.status is not Status.PASSED} == {"7e"}
    assert report.record["pupil"]["name"] == "Nguyễn Thị Minh Khuê"
    assert report.as_of == "2026-06-01T03:00:00Z"


def test_offline_a_genuine_file_could_not_be_checked(made):
    report = verified(made)
    assert (report.verdict, report.notes) == (Verdict.COULD_NOT_CHECK, ())
    assert report.check("7").code == "7.not_confirmed"


def test_a_sealed_file_without_receipt_is_pending_until_it_is_given_beside_the_file(made):
    pending = verified(made, made.pending, online=made.online())
    assert (pending.verdict, pending.notes) == (Verdict.COULD_NOT_CHECK, ("pending",))
    given = verified(made, made.pending, online=made.online(), receipt=made.receipt)
    assert given.verdict is Verdict.VALID


@pytest.mark.parametrize(
    ("receipt", "verdict", "code"),
    [
        (b"no json", Verdict.NOT_VALID, "7a.malformed"),
        (b'{"type":"hocba.receipt/1"}', Verdict.NOT_VALID, "7a.malformed"),
        (b'{"type":"hocba.receipt/2"}', Verdict.COULD_NOT_CHECK, "7a.newer_verifier_needed"),
    ],
)
def test_a_receipt_given_beside_the_file_wins_even_where_it_is_broken(made, receipt, verdict, code):
    report = verified(made, online=made.online(), receipt=receipt)
    assert (report.verdict, report.check("7a").code) == (verdict, code)


def test_an_unsigned_draft_shows_nobodys_data_and_is_called_unsigned(made):
    report = verified(made, made.draft)
    assert report.verdict is Verdict.NOT_VALID
    assert report.record is None
    assert report.check("3").code == "3.no_signature"


def test_a_database_that_disagrees_opens_a_dispute_and_never_condemns(made):
    for answer in ("different", "unknown"):
        report = verified(made, online=made.online(answer=answer))
        assert (report.verdict, report.notes) == (Verdict.COULD_NOT_CHECK, ("dispute",))


def test_a_ledger_that_does_not_answer_is_an_outage(made):
    online = made.online(view=UnreachableError("chain.unreachable"))
    report = verified(made, online=online)
    assert report.verdict is Verdict.COULD_NOT_CHECK
    assert report.check("7d").code == "7d.unreachable"


def test_a_ledger_without_the_batch_makes_the_file_not_valid(made):
    report = verified(made, online=made.online(view=replace(made.view, entry=None)))
    assert (report.verdict, report.check("7d").code) == (Verdict.NOT_VALID, "7d.not_anchored")


def test_a_review_by_the_department_lapses(made):
    until = made.now + timedelta(days=1)
    change = Change(1, 1, 0, "under_review", made.now, "00" * 32, None, None, None, until)
    view = replace(made.view, changes=(change,), changes_total=1)
    assert verified(made, online=made.online(view=view)).notes == ("under_review",)
    lapsed = replace(view, changes=(replace(change, until=made.now),))
    assert verified(made, online=made.online(view=lapsed)).verdict is Verdict.VALID


def test_in_another_realm_the_file_is_not_valid(made):
    trust = replace(made.trust, realm="haiphong.edu.vn")
    report = verify(made.data, trust=trust, online=None, now=made.now)
    assert report.verdict is Verdict.NOT_VALID
    assert report.check("4").code == "4.other_realm"
    assert report.realm == "haiphong.edu.vn"


def test_by_an_expired_trusted_root_nothing_is_accepted(made):
    trust = replace(made.trust, valid_to=made.now)
    report = verify(made.data, trust=trust, online=made.online(), now=made.now)
    assert report.verdict is Verdict.COULD_NOT_CHECK
    assert report.check("3").code == "3.trusted_root_expired"


def test_a_year_later_the_file_is_still_valid(made):
    later = made.now + timedelta(days=3650)
    online = replace(made, now=later).online()
    assert verify(made.data, trust=made.trust, online=online, now=later).verdict is Verdict.VALID


def test_the_core_asks_for_nothing_but_what_the_question_holds(made):
    question = examine(made.data, trust=made.trust, now=made.now).question()
    assert (question.index, question.entry_index, question.version) == (0, 0, 1)
    assert question.school == "31-11311-01"
    text = repr(question)
    assert "Khuê" not in text
    assert "8.5" not in text


def test_the_guarded_child_says_the_same_as_the_calling_process(made):
    with Guard() as guard:
        for data in (made.data, made.pending, made.draft):
            report = guard.verify(data, trust=made.trust, now=made.now, online=made.online())
            assert report == verified(made, data, online=made.online())


def test_the_guarded_child_is_not_confused_by_another_trusted_root(made):
    other = replace(made.trust, realm="haiphong.edu.vn")
    with Guard() as guard:
        for trust in (made.trust, other, made.trust):
            report = guard.verify(made.data, trust=trust, now=made.now, online=made.online())
            assert report.realm == trust.realm
            assert (report.verdict is Verdict.VALID) == (trust is made.trust)


def test_a_source_that_hangs_does_not_count_against_the_child(made):
    class Slow:
        def ask(self, question):
            time.sleep(1.5)
            return made.online().ask(question)

    with Guard(Limits(seconds=1.2)) as guard:
        report = guard.verify(made.data, trust=made.trust, now=made.now, online=Slow())
    assert report.verdict is Verdict.VALID


class Broken:
    def ask(self, question):
        raise ConnectionError(question)


def test_sources_that_raise_are_an_outage_and_no_crash(made):
    with Guard() as guard:
        guarded = guard.verify(made.data, trust=made.trust, now=made.now, online=Broken())
    for report in (guarded, verified(made, online=Broken())):
        assert report.verdict is Verdict.COULD_NOT_CHECK
        assert report.check("7d").code == "7d.unreachable"
        assert report.check("9").code == "9.unreachable"


HOSTILE = {
    "spaces": lambda data, _: data + b" " * 15_000_000,
    "ends": lambda data, _: data + b"%%EOF\n" * 2_000_000,
    "tables": lambda data, _: data + b"xref\n0 0\ntrailer\n<<>>\nstartxref\n0\n%%EOF\n" * 300_000,
    "objects": lambda _, prefix: prefix + b"9 0 obj\n<<>>\nendobj\n" * 700_000,
    "digits": lambda _, prefix: prefix + b"1" * 15_000_000,
    "nesting": lambda _, prefix: prefix + b"999 0 obj\n" + b"[" * 10_000_000 + b"\nendobj\n",
    "signature": lambda data, _: data.replace(b"/Contents<", b"/Contents<" + b"ab" * 7_000_000, 1),
    "content": lambda data, _: data.replace(b"BDC\n", b"BDC\n" * 3_000_000, 1),
}


@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE)
def test_a_huge_file_made_of_a_genuine_one_is_refused_within_its_limits(made, make):
    data = make(made.data, load("thcs-year-tt22-1").prefix)[:20_000_000]
    with Guard(Limits(seconds=15)) as guard:
        report = guard.verify(data, trust=made.trust, now=made.now, online=made.online())
    assert report.verdict is Verdict.NOT_VALID
    assert report.check("1").code not in ("1.too_slow", "1.crashed", "1.too_much_memory")


def test_the_page_shows_the_verified_marks_of_a_real_file(made):
    app = create_app(made.trust, made.online, clock=lambda: NOW)
    with TestClient(app) as client:
        answer = client.post("/", files={"file": ("a.pdf", made.data, "application/pdf")})
        forged = client.post("/", files={"file": ("a.pdf", made.data[:-1], "application/pdf")})
    assert VI.text("verdict.valid") in answer.text
    assert "Nguyễn Thị Minh Khuê" in answer.text
    assert "Nguyễn Thị Minh Khuê" not in forged.text


def test_the_command_says_valid_in_one_canonical_line(made, tmp_path):
    path, out = tmp_path / "a.pdf", io.StringIO()
    path.write_bytes(made.data)
    status = run([path], trust=made.trust, online=made.online(), now=NOW, as_json=True, out=out)
    report = json.loads(out.getvalue())
    assert status == 0
    assert report["verdict"] == "valid"
    assert report["verifier"]["trusted_root"] == "1"


@pytest.mark.parametrize("cut", [1, 2, 100, 5000, 60_000, 200_000])
def test_a_file_cut_short_is_never_accepted(made, cut):
    report = verified(made, made.data[:-cut], online=made.online())
    assert report.verdict in (Verdict.NOT_VALID, Verdict.COULD_NOT_CHECK)
    assert report.record is None or report.verdict is Verdict.COULD_NOT_CHECK
