"""The frame around the checks: order, errors, the outside question, what a report shows."""

from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from fakes.records import sample_record
from fakes.verifier_reports import NOW, SOUND, empty_trust

from verifier.answers import Answers, Question
from verifier.context import Context, NotReachedError
from verifier.errors import FormatError, ProofError, UnknownFormatError, UnreachableError
from verifier.formats.canonical import canonical, parse_canonical
from verifier.report import CHECK_IDS, Check, Report, Status, Verdict
from verifier.verify import PLAN, Examined, Plan, Step, run_step, unexamined, verify

P, F, N = Status.PASSED, Status.FAILED, Status.NOT_CHECKED
TRUST = empty_trust()


def saying(*checks):
    return lambda _: list(checks)


def raising(error):
    def check(_):
        raise error

    return check


def plan_of(**instead):
    """Every check passes, but for those given as `c6=function`."""

    def steps(original):
        made = []
        for step in original:
            passed = [Check(i, P, SOUND.get(i, f"{i}.ok")) for i in step.ids]
            run = instead.get("c" + step.ids[0], saying(*passed))
            made.append(replace(step, run=run))
        return tuple(made)

    return Plan(core=steps(PLAN.core), outside=steps(PLAN.outside))


class FakePdf(SimpleNamespace):
    record_bytes = canonical(sample_record())
    signatures = ()
    template = SimpleNamespace(seal_step=2)


def examined_by(plan, *, answers=None):
    ctx = Context(data=b"%PDF-", trust=TRUST, now=NOW, pdf=FakePdf(), newer_receipt=b"{}")
    if answers is not None:
        ctx.answers = answers
    checks = {}
    for step in plan.core:
        checks.update(run_step(step, ctx))
    return Examined(ctx, checks, plan)


def test_when_every_check_passes_the_report_is_valid_and_shows_the_record():
    report = examined_by(plan_of()).report("a.pdf")
    assert report.verdict is Verdict.VALID
    assert report.record == sample_record()
    assert report.demo
    assert [check.id for check in report.checks] == list(CHECK_IDS)


@pytest.mark.parametrize("check_id", ["1", "2", "3", "4", "5", "6"])
@pytest.mark.parametrize("status", [F, N])
def test_a_file_that_does_not_pass_checks_1_to_6_shows_nobodys_data(check_id, status):
    plan = plan_of(**{f"c{check_id}": saying(Check(check_id, status, f"{check_id}.x"))})
    report = examined_by(plan).report("a.pdf")
    assert report.record is None
    assert "Nguyễn" not in report.to_line().decode()
    assert report.verdict in (Verdict.NOT_VALID, Verdict.COULD_NOT_CHECK)


ERRORS = [
    (NotReachedError("pdf"), N, "3.not_reached", N, "8.not_reached"),
    (
        UnknownFormatError("format.unknown_type"),
        N,
        "3.newer_verifier_needed",
        N,
        "8.newer_verifier_needed",
    ),
    (FormatError("json.malformed"), F, "3.malformed", N, "8.source_malformed"),
    (ProofError("proof.wrong_root"), F, "3.malformed", N, "8.source_malformed"),
    (UnreachableError("chain.unreachable"), N, "3.source_malformed", N, "8.source_malformed"),
    (ValueError("secret text"), N, "3.internal", N, "8.internal"),
    (RecursionError(), N, "3.internal", N, "8.internal"),
    (AssertionError(), N, "3.internal", N, "8.internal"),
]


@pytest.mark.parametrize(("error", "inside", "code", "outside", "outside_code"), ERRORS)
def test_whatever_a_check_raises_becomes_an_answer(error, inside, code, outside, outside_code):
    file_step = Step(("3",), raising(error))
    outside_step = Step(("8",), raising(error), outside=True)
    found = run_step(file_step, None)["3"]
    assert (found.status, found.code) == (inside, code)
    found = run_step(outside_step, None)["8"]
    assert (found.status, found.code) == (outside, outside_code)


def test_an_internal_error_tells_its_class_and_nothing_of_its_text():
    found = run_step(Step(("3",), raising(ValueError("Nguyễn Văn A"))), None)["3"]
    assert found.detail == "ValueError"


def test_a_check_that_forgets_an_answer_is_not_passed():
    found = run_step(Step(("7a", "7b"), saying(Check("7a", P, "7a.ok"))), None)
    assert found["7a"].status is P
    assert (found["7b"].status, found["7b"].code) == (N, "7b.not_answered")


def test_a_check_cannot_answer_for_another():
    found = run_step(Step(("3",), saying(Check("3", P, "3.ok"), Check("8", P, "8.good"))), None)
    assert set(found) == {"3"}


def test_the_gravest_of_several_answers_counts_and_names_the_others():
    step = Step(("3",), saying(Check("3", P, "3.ok"), Check("3", N, "3.b"), Check("3", F, "3.c")))
    found = run_step(step, None)["3"]
    assert (found.status, found.code) == (F, "3.c")
    assert "3.b" in found.detail


def test_a_failing_check_never_stops_another():
    plan = plan_of(c1=raising(ValueError()), c3=raising(FormatError("x.y")))
    found = examined_by(plan).report(None)
    assert found.check("1").code == "1.internal"
    assert found.check("3").code == "3.malformed"
    assert found.check("6").status is P
    assert found.check("9").status is P


LATE_POLICY = SimpleNamespace(id=sample_record()["policy"], issue_window_days=5)


@pytest.mark.parametrize(
    ("anchored", "late"),
    [
        (datetime(2026, 6, 1, tzinfo=UTC), False),
        (datetime(2026, 6, 6, 16, 59, tzinfo=UTC), False),
        (datetime(2026, 6, 6, 17, 0, tzinfo=UTC), True),
        (datetime(2027, 6, 1, tzinfo=UTC), True),
    ],
)
def test_a_batch_anchored_after_the_window_of_its_policy_is_noted_as_late(anchored, late):
    view = SimpleNamespace(entry=SimpleNamespace(at=anchored))
    examined = examined_by(plan_of(), answers=Answers(ledger=view))
    examined.ctx.trust = replace(TRUST, policies=(LATE_POLICY,))
    report = examined.report(None)
    assert report.notes == (("issued_late",) if late else ())


def test_a_seal_proved_late_is_noted_as_late():
    report = examined_by(plan_of(c4=saying(Check("4", P, "4.issued_late")))).report(None)
    assert (report.verdict, report.notes) == (Verdict.VALID_NOTE, ("issued_late",))


def test_nothing_is_late_that_the_chain_does_not_confirm():
    view = SimpleNamespace(entry=SimpleNamespace(at=datetime(2030, 1, 1, tzinfo=UTC)))
    plan = plan_of(c7d=saying(Check("7d", N, "7d.unreachable"), Check("7e", P, "7e.seen")))
    examined = examined_by(plan, answers=Answers(ledger=view))
    examined.ctx.trust = replace(TRUST, policies=(LATE_POLICY,))
    assert examined.report(None).notes == ()


def test_a_file_without_receipt_is_pending():
    plan = plan_of(c7a=raising(NotReachedError("receipt")), c7d=saying())
    examined = examined_by(plan)
    examined.ctx.newer_receipt = None
    report = examined.report(None)
    assert (report.verdict, report.notes) == (Verdict.COULD_NOT_CHECK, ("pending",))
    assert report.check("7").code == "7.pending"


def test_an_error_of_a_shared_part_is_met_once_and_by_all():
    ctx = Context(data=b"", trust=TRUST, now=NOW)
    calls = []

    def make():
        calls.append(1)
        raise FormatError("x.y")

    for _ in range(3):
        with pytest.raises(FormatError):
            ctx.memo("part", make)
    assert len(calls) == 1


def test_parts_of_a_file_that_did_not_parse_are_not_reached():
    ctx = Context(data=b"", trust=TRUST, now=NOW)
    for name in ("parsed", "record_bytes", "record", "record_digest", "seal", "seal_cms", "leaf"):
        with pytest.raises(NotReachedError):
            getattr(ctx, name)
    assert not ctx.has_receipt


class CountingOnline:
    def __init__(self):
        self.asked = []

    def ask(self, question):
        self.asked.append(question)
        return Answers()


@pytest.mark.parametrize("data", [b"", b"text", b"%PDF-1.7\n", b"\xff" * 100])
def test_a_file_that_gives_no_question_is_never_asked_about(data):
    online = CountingOnline()
    report = verify(data, trust=TRUST, online=online, now=NOW)
    assert online.asked == []
    assert report.verdict is Verdict.NOT_VALID


def test_a_question_holds_no_name_and_no_mark():
    assert set(Question.__dataclass_fields__) == {
        "realm", "school", "leaf", "seal_fingerprint", "index", "entry_index",
        "record_id", "version", "record_digest", "references",
    }  # fmt: skip


def test_a_file_that_could_not_be_opened_still_names_every_check():
    first = Check("1", F, "1.too_large")
    report = unexamined(first, trust=TRUST, file="big.pdf", sha256=None)
    assert [check.id for check in report.checks] == list(CHECK_IDS)
    assert report.verdict is Verdict.NOT_VALID
    assert report.check("1") is first
    assert not any(check.status is P for check in report.checks)


def test_a_report_is_one_canonical_line_and_reads_back():
    report = examined_by(plan_of()).report("bảng điểm.pdf")
    line = report.to_line()
    assert b"\n" not in line
    value = parse_canonical(line)
    assert list(value) == sorted(value)
    assert set(value) == {
        "type", "realm", "file", "sha256", "verdict", "notes", "checks", "as_of", "record",
        "verifier",
    }  # fmt: skip
    assert set(value["checks"][0]) == {"id", "status", "code", "sub_indication", "detail"}
    assert Report.from_object(value, demo=True) == report


@pytest.mark.parametrize("name", ["a\udcff.pdf", "e\u0301.pdf", "\ud800"])
def test_any_file_name_fits_into_a_report(name):
    report = unexamined(Check("1", F, "1.empty"), trust=TRUST, file=name, sha256=None)
    assert parse_canonical(report.to_line())["file"]


@pytest.mark.parametrize(
    "change",
    [{"verdict": "fine"}, {"checks": []}, {"extra": 1}, {"type": "hocba.report/2"}],
)
def test_a_report_that_is_not_as_published_is_refused(change):
    value = {
        **unexamined(Check("1", F, "1.empty"), trust=TRUST, file=None, sha256=None).to_object(),
        **change,
    }
    with pytest.raises((FormatError, UnknownFormatError)):
        Report.from_object(value, demo=True)
