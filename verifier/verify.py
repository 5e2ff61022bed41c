"""Verify one file: take it apart, run the checks, ask outside, decide.

Order, and why it is so:

1. the core: checks 1 to 7c, from the bytes and the trusted root alone, without I/O;
2. one question to the outside sources, made of signed bytes only;
3. checks 7d, 7e, 8 and 9 over the answers;
4. the verdict, a pure function of the checks (`verdict.py`).

A check never stops another: an exception inside one becomes `not_checked` with code
`N.internal`, a broken rule of the format becomes `failed`, an unknown format or a part
that is not there `not_checked`. So every report names all fourteen checks.

    report = verify(data, trust=trust, online=online, now=now)

This runs in the calling process. For files of strangers use `guard.py`, which runs
the same code in a child with limits.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, timezone

from verifier.answers import Answers, Online, Question
from verifier.checks import (
    after_seal,
    container,
    database,
    ledger,
    roles,
    seen,
    signatures,
    status,
    structure,
)
from verifier.checks.years import other_persons
from verifier.context import Context, NotReachedError
from verifier.diagnosis import Diagnosis, diagnose
from verifier.errors import FormatError, ProofError, UnknownFormatError, VerifierError
from verifier.formats.canonical import sha256_hex
from verifier.formats.pdf.cells import differences
from verifier.formats.pdf.parse import parse
from verifier.formats.trusted_root import TrustedRoot
from verifier.report import CHECK_IDS, Check, Report, Status
from verifier.verdict import FILE_CHECKS, Facts, decide, summary

VERSION = "0.1.0"
LOCAL = timezone(timedelta(hours=7))
"""Dates of issue are dates in Vietnam."""
BEYOND_LIMITS = ("1.too_large", "1.too_many_objects")
MERGE_DELAY = timedelta(days=1)
"""How long after the last permitted seal a batch may still reach the chain."""

CheckFunction = Callable[[Context], list[Check]]


@dataclass(frozen=True)
class Step:
    """A check function and the ids that it answers for."""

    ids: tuple[str, ...]
    run: CheckFunction
    outside: bool = False
    """It judges what outside sources said: their nonsense is never the file's fault."""


@dataclass(frozen=True)
class Plan:
    """Which functions answer for which checks. There is one, `PLAN`; tests make others."""

    core: tuple[Step, ...]
    outside: tuple[Step, ...]

    def step(self, check_id: str) -> Step:
        """Return the step that answers for this check."""
        return next(step for step in (*self.core, *self.outside) if check_id in step.ids)


PLAN = Plan(
    core=(
        Step(("1",), container.check),
        Step(("2",), structure.check),
        Step(("3",), signatures.check),
        Step(("4",), roles.check),
        Step(("5",), after_seal.check),
        Step(("6",), seen.check),
        Step(("7a", "7b", "7c"), ledger.check),
    ),
    outside=(
        Step(("7d", "7e"), ledger.check_online, outside=True),
        Step(("8",), status.check, outside=True),
        Step(("9",), database.check, outside=True),
    ),
)


def verify(  # noqa: PLR0913  # each is a separate input; none has a safe default
    data: bytes,
    *,
    trust: TrustedRoot,
    online: Online | None = None,
    now: datetime,
    file: str | None = None,
    receipt: bytes | None = None,
    others: tuple[TrustedRoot, ...] = (),
) -> Report:
    """Verify the bytes of one file and report all checks and the verdict.

    `others` are the roots of other realms: for files of those, and for what a file of
    this realm refers to there.
    """
    examined = examine(data, trust=trust, now=now, receipt=receipt, others=others)
    question = examined.question()
    if online is not None and question is not None:
        examined.ctx.answers = ask(online, question)
    return examined.report(file)


@dataclass
class Examined:
    """A file after the core, before the outside answers."""

    ctx: Context
    checks: dict[str, Check]
    plan: Plan = PLAN
    resaved: bool = False

    def question(self) -> Question | None:
        """What to ask outside; None where the file does not even give a question."""
        try:
            return self.ctx.question
        except Exception:  # noqa: BLE001  # no question, so the checks say not checked
            return None

    def report(self, file: str | None) -> Report:
        """Run the outside checks over `ctx.answers` and decide."""
        ctx, checks = self.ctx, dict(self.checks)
        for step in self.plan.outside:
            checks.update(run_step(step, ctx))
        facts = Facts(
            receipt_missing=not ctx.has_receipt,
            issued_late=_issued_late(ctx, checks),
            resaved=self.resaved and checks["7d"].status is not Status.FAILED,
            other_person=_other_person(ctx, checks),
        )
        checks["7"] = summary(checks, facts)
        listed = tuple(checks[check_id] for check_id in CHECK_IDS)
        verdict, notes = decide(listed, facts)
        sound = all(checks[check_id].status is Status.PASSED for check_id in FILE_CHECKS)
        return Report(
            realm=ctx.trust.realm,
            demo=ctx.trust.demo,
            file=file,
            sha256=sha256_hex(ctx.data),
            verdict=verdict,
            notes=notes,
            checks=listed,
            as_of=ctx.answers.as_of,
            record=ctx.record if sound else None,
            verifier=verifier_of(ctx.trust),
        )


def examine(  # noqa: PLR0913  # the inputs of `verify` but the outside
    data: bytes,
    *,
    trust: TrustedRoot,
    now: datetime,
    receipt: bytes | None = None,
    plan: Plan = PLAN,
    others: tuple[TrustedRoot, ...] = (),
) -> Examined:
    """The core: no I/O, no clock of its own, no randomness."""
    ctx = Context(data=data, trust=trust, now=now, newer_receipt=receipt, others=others)
    _take_apart(ctx)
    _under_its_own_root(ctx)
    checks: dict[str, Check] = {}
    for step in plan.core:
        checks.update(run_step(step, ctx))
    examined = Examined(ctx, checks, plan)
    if ctx.pdf is None:
        return _diagnosed(examined)
    behind_the_seal = checks["2"].status is Status.PASSED and checks["5"].status is Status.FAILED
    return _saved_behind_the_seal(examined) if behind_the_seal else examined


def _issued_late(ctx: Context, checks: dict[str, Check]) -> bool:
    """Whether the seal is proved, or the batch confirmed, later than the policy's window."""
    if checks["4"].code == "4.issued_late":
        return True
    view = ctx.answers.ledger
    if checks["7d"].status is not Status.PASSED or view is None or view.entry is None:
        return False
    try:
        issued_on = date.fromisoformat(ctx.record["issued_on"])
        policies = [p for p in ctx.trust.policies if p.id == ctx.record["policy"]]
        window = max(policy.issue_window_days for policy in policies)
        anchored = view.entry.at.astimezone(LOCAL).date()
    except (VerifierError, ValueError, LookupError, TypeError):
        return False
    return bool(anchored > issued_on + timedelta(days=window) + MERGE_DELAY)


def _other_person(ctx: Context, checks: dict[str, Check]) -> bool:
    """Whether a sound book has a year that names its pupil otherwise than the cover."""
    if checks["7a"].status is not Status.PASSED:
        return False
    record = ctx.record
    return "years" in record and bool(other_persons(record))


def _diagnosed(examined: Examined) -> Examined:
    """Say what a file is that the strict parser refused, and look whether it was re-saved.

    A file of ours that is beyond the limits stays that: a lenient parser would only spend
    the rest of its time.
    """
    if examined.checks["1"].code in BEYOND_LIMITS:
        return examined
    found = _diagnose(examined.ctx.data)
    if found is None:
        return examined
    checks = examined.checks
    if found.check.id == "1":
        checks["2"] = _not_checked("2", "not_reached")
    checks[found.check.id] = _with_cause(found.check, examined.checks[found.check.id])
    again = _salvaged(examined, found)
    if again is None:
        return examined
    ctx, ledger_checks = again
    checks["2"] = replace(checks["2"], code="2.resaved")
    return replace(examined, ctx=ctx, checks={**checks, **ledger_checks}, resaved=True)


def _saved_behind_the_seal(examined: Examined) -> Examined:
    """A viewer may append instead of rewriting: harmless if every page still shows the record."""
    found = _diagnose(examined.ctx.data)
    again = None if found is None else _salvaged(examined, found)
    return replace(examined, resaved=again is not None)


def _salvaged(examined: Examined, found: Diagnosis) -> tuple[Context, dict[str, Check]] | None:
    """Check 7 over what was taken out of the file; None unless it is a genuine transcript's."""
    if found.salvaged is None:
        return None
    ctx = replace(examined.ctx, pdf=found.salvaged, parse_error=None, _memo={})
    again = run_step(examined.plan.step("7a"), ctx)
    genuine = all(check.status is Status.PASSED for check in again.values())
    return (ctx, again) if genuine and _shows_its_record(ctx) else None


def _shows_its_record(ctx: Context) -> bool:
    """Whether the pages of a rewritten file still show the record that it carries."""
    try:
        return not differences(ctx.parsed.template, ctx.record, ctx.parsed.contents)
    except Exception:  # noqa: BLE001  # pages that cannot be read show nothing
        return False


def _diagnose(data: bytes) -> Diagnosis | None:
    try:
        return diagnose(data)
    except Exception:  # noqa: BLE001  # without a diagnosis the checks speak for themselves
        return None


def _with_cause(check: Check, before: Check) -> Check:
    """Keep what the strict parser said in the detail."""
    if before.code == check.code or before.status is Status.PASSED:
        return check
    return replace(
        check, detail="; ".join(filter(None, (check.detail, before.code, before.detail)))
    )


def unexamined(first: Check, *, trust: TrustedRoot, file: str | None, sha256: str | None) -> Report:
    """The report of a file that could not be opened at all; `first` says why."""
    checks = {check_id: _not_checked(check_id, "not_reached") for check_id in CHECK_IDS}
    checks["7"] = Check("7", Status.NOT_CHECKED, "7.proof_not_checked")
    checks["1"] = first
    listed = tuple(checks[check_id] for check_id in CHECK_IDS)
    verdict, notes = decide(listed, Facts())
    return Report(
        realm=trust.realm,
        demo=trust.demo,
        file=file,
        sha256=sha256,
        verdict=verdict,
        notes=notes,
        checks=listed,
        as_of=None,
        verifier=verifier_of(trust),
    )


def ask(online: Online, question: Question) -> Answers:
    """Ask; a source that breaks its promise and raises counts as one that does not answer."""
    try:
        return online.ask(question)
    except Exception:  # noqa: BLE001  # an outage never looks like a forgery, nor like a crash
        return Answers(ledger_problem="unreachable", attestation_problem="unreachable")


def verifier_of(trust: TrustedRoot) -> dict[str, str]:
    """Who verified, by which trusted root."""
    return {"name": "hocba-verify", "version": VERSION, "trusted_root": str(trust.version)}


def run_step(step: Step, ctx: Context) -> dict[str, Check]:
    """Run one check function; whatever happens, each of its ids gets an answer."""
    try:
        found = step.run(ctx)
    except Exception as error:  # noqa: BLE001  # any failure of a check is an answer about that check
        return {check_id: _from_error(check_id, error, step) for check_id in step.ids}
    answers: dict[str, Check] = {}
    for check_id in step.ids:
        mine = [check for check in found if check.id == check_id]
        answers[check_id] = _gravest(mine) if mine else _not_checked(check_id, "not_answered")
    return answers


def _take_apart(ctx: Context) -> None:
    try:
        ctx.pdf = parse(ctx.data)
    except Exception as error:  # noqa: BLE001  # check 1 or 2 reports it
        ctx.parse_error = error


def _under_its_own_root(ctx: Context) -> None:
    """A file of another realm whose root is given is judged by that root alone."""
    try:
        realm = ctx.record["realm"]
    except Exception:  # noqa: BLE001  # then it stays with the first root, which says what is wrong
        return
    roots = (ctx.trust, *ctx.others)
    own = next((root for root in roots if root.realm == realm), ctx.trust)
    ctx.trust, ctx.others = own, tuple(root for root in roots if root is not own)


def _from_error(check_id: str, error: Exception, step: Step) -> Check:
    name = type(error).__name__
    if isinstance(error, NotReachedError):
        return _not_checked(check_id, "not_reached", error.detail)
    if isinstance(error, UnknownFormatError):
        return _not_checked(check_id, "newer_verifier_needed", error.code)
    if isinstance(error, FormatError | ProofError) and not step.outside:
        own = error.code.startswith(f"{check_id}.")
        code, detail = (error.code, error.detail) if own else (f"{check_id}.malformed", error.code)
        return Check(check_id, Status.FAILED, code, detail=detail or None)
    if isinstance(error, VerifierError):
        return _not_checked(check_id, "source_malformed", error.code)
    return _not_checked(check_id, "internal", name)


def _not_checked(check_id: str, code: str, detail: str | None = None) -> Check:
    return Check(check_id, Status.NOT_CHECKED, f"{check_id}.{code}", detail=detail)


def _gravest(found: Sequence[Check]) -> Check:
    order = (Status.FAILED, Status.NOT_CHECKED, Status.PASSED)
    worst = min(found, key=lambda check: order.index(check.status))
    others = [check.code for check in found if check is not worst and check.code != worst.code]
    if not others:
        return worst
    detail = "; ".join(filter(None, [worst.detail, "also: " + ", ".join(others)]))
    return replace(worst, detail=detail)
