"""Check 4: the signing policy in force is met, and every appointment holds.

1. The record belongs to this realm and names a policy that was in force at the seal.
2. The signatures are the policy's steps, all required ones, in its order.
3. Each signer shows an appointment signed by the department, for this very certificate,
   in force when the signature was claimed and when it was proved to exist.
4. The appointment is for the issuing school, by code, tax code and name, for this scope and
   for a role that may make this step. The record is about the school that issues it, or
   about one that the issuer had taken over by then (`successions` of the trusted root; one
   that is not listed leaves check 4 open). A school that was taken over signs no more.
5. A seal's certificate bears the school's tax code; a person's bears a personal number.
6. No two personal steps by one person; the seal falls inside the policy's window.
7. Mark sheets of subject teachers, where the policy has them (`sheets.py`).

Who signed is fixed by the certificate's hash, not by a name, so a deputy or a renewed
certificate needs nothing but its own appointment.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from verifier.checks.sheets import judge_sheets
from verifier.checks.signatures import judge
from verifier.context import Context
from verifier.errors import FormatError, ProofError, VerifierError
from verifier.formats.appointment import (
    WHOLE_SCHOOL,
    Appointment,
    class_scope,
    verify_appointment,
)
from verifier.formats.paths import subject_identifiers
from verifier.formats.policy import PolicyStep, SigningPolicy, policy_in_force
from verifier.formats.times import format_time
from verifier.formats.trusted_root import TrustedRoot
from verifier.report import Check, Status

if TYPE_CHECKING:
    from verifier.formats.cms import SignedCms
    from verifier.formats.pdf.parsed import ParsedSignature

VIETNAM = timezone(timedelta(hours=7))
SEAL = "seal"
PROOF_DELAY = timedelta(days=1)
"""A signature of the school's last day may be proved to exist a little after it."""


@dataclass(frozen=True)
class SignedStep:
    """One signature as far as roles are concerned."""

    step: int
    field: str
    certificate: bytes
    fingerprint: str
    appointment_jws: str | None
    claimed: datetime
    proved: datetime | None
    stamped: bool = False
    """Whether the signature has a timestamp of its own."""


@dataclass
class _Findings:
    checks: list[Check] = field(default_factory=list)

    def failed(self, code: str, detail: str = "") -> None:
        self.checks.append(Check("4", Status.FAILED, f"4.{code}", detail=detail or None))

    def open(self, code: str) -> None:
        self.checks.append(Check("4", Status.NOT_CHECKED, code))


def check(ctx: Context) -> list[Check]:
    """Judge policy and appointments."""
    proved = judge(ctx).proved
    steps = [_signed_step(signature, ctx.cms(signature), proved) for signature in _ordered(ctx)]
    return judge_roles(ctx.record, steps, ctx.trust)


def judge_roles(
    record: Mapping[str, Any], steps: list[SignedStep], trust: TrustedRoot
) -> list[Check]:
    """Judge the signatures of one record, in the order in which they stand in the file.

    Raises:
        UnknownFormatError: `policy.unknown`: a newer verifier may know the policy.
    """
    findings = _Findings()
    if record["realm"] != trust.realm:
        findings.failed("other_realm", str(record["realm"])[:80])
        return findings.checks
    if not steps:
        findings.failed("missing_step", "no signature")
        return findings.checks
    try:
        policy = policy_in_force(trust.policies, record, at=steps[-1].claimed)
    except FormatError as error:
        findings.failed(error.code.removeprefix("policy.") + "_policy", error.detail)
        return findings.checks
    _check_steps(policy, record, steps, findings)
    for step in steps:
        if step.step < len(policy.steps):
            _check_step(policy.steps[step.step], step, record, trust, findings)
    _check_issuer(record, steps, trust, findings)
    _check_distinct(policy, steps, findings)
    sealed = steps[-1].proved or steps[-1].claimed
    for code, where in judge_sheets(record, policy.sheet_step, trust, at=sealed):
        findings.failed(code, where)
    late = _check_window(policy, record, steps[-1], findings)
    if findings.checks:
        return findings.checks
    return [Check("4", Status.PASSED, "4.issued_late" if late else "4.roles_hold")]


def _check_issuer(
    record: Mapping[str, Any], steps: list[SignedStep], trust: TrustedRoot, findings: _Findings
) -> None:
    """(4) Whoever issues was not taken over by then, and took over what is another's."""
    school, issuer = record["school"]["code"], record["issuer"]["code"]
    for step in steps:
        proved = (step.proved or step.claimed) - PROOF_DELAY
        if any(trust.acting_for(issuer, at=at) != issuer for at in (step.claimed, proved)):
            findings.failed("school_closed", step.field)
    if record["school"] == record["issuer"]:
        return
    sealed = steps[-1].claimed
    known = any(one.school == school for one in trust.successions)
    if not known:
        findings.open("4.succession_not_known")
    elif school == issuer or trust.acting_for(school, at=sealed) != issuer:
        findings.failed("not_the_successor", issuer)


def _ordered(ctx: Context) -> "list[ParsedSignature]":
    return sorted(ctx.parsed.signatures, key=lambda signature: signature.revision_end)


def _signed_step(
    signature: "ParsedSignature", cms: "SignedCms", proved: Mapping[str, datetime]
) -> SignedStep:
    return SignedStep(
        step=signature.step,
        field=signature.field,
        certificate=cms.signer_certificate,
        fingerprint=cms.signer_fingerprint(),
        appointment_jws=cms.appointment_jws,
        claimed=signature.m,
        proved=proved.get(signature.field),
        stamped=cms.timestamp_token is not None,
    )


def _check_steps(
    policy: SigningPolicy, record: Mapping[str, Any], steps: list[SignedStep], findings: _Findings
) -> None:
    """(2) All required steps, each once, in order; nothing besides."""
    numbers = [step.step for step in steps]
    if list(record["signers"]) != [step.role for step in policy.steps]:
        findings.failed("other_signers", ", ".join(record["signers"])[:120])
    missing = [
        step.role
        for number, step in enumerate(policy.steps)
        if step.required and number not in numbers
    ]
    if missing:
        findings.failed("missing_step", ", ".join(missing))
    if numbers != sorted(set(numbers)):
        findings.failed("wrong_order", ", ".join(map(str, numbers)))
    due = {"each": range(len(policy.steps)), "seal": (len(policy.steps) - 1,)}
    bare = [
        step.field
        for step in steps
        if step.step in due.get(policy.timestamping, ()) and not step.stamped
    ]
    if bare:
        findings.failed("no_timestamp", ", ".join(bare))
    if any(number >= len(policy.steps) for number in numbers):
        findings.failed("unknown_step", ", ".join(map(str, numbers)))


def _check_step(
    due: PolicyStep,
    step: SignedStep,
    record: Mapping[str, Any],
    trust: TrustedRoot,
    findings: _Findings,
) -> None:
    """(3) to (5) for one signature; the first thing wrong is what is said."""
    if step.appointment_jws is None:
        findings.failed("no_appointment", step.field)
        return
    try:
        for moment in _moments(step):  # by the claimed time alone a retired key would appoint
            appointment = verify_appointment(
                step.appointment_jws, trust.appointment_keys, at=moment
            )
    except (FormatError, ProofError) as error:
        findings.failed("appointment_not_signed", f"{step.field}: {error.code}")
        return
    for code in _mismatches(due, step, appointment, record):
        findings.failed(code, step.field)  # a failed file shows nobody's name


def _mismatches(
    due: PolicyStep, step: SignedStep, appointment: Appointment, record: Mapping[str, Any]
) -> list[str]:
    """Return the codes of everything in which appointment, signature and record differ."""
    issuer = record["issuer"]
    scope = (
        class_scope(record["school_year"], record["class"])
        if due.scope == "class"
        else WHOLE_SCHOOL
    )
    same = {
        "other_realm": appointment.realm == record["realm"],
        "other_certificate": appointment.certificate == step.fingerprint,
        "not_in_force": all(map(appointment.in_force, _moments(step))),
        "other_role": appointment.fills(due.role),
        "other_school": appointment.school.code == issuer["code"],
        "other_school_name": appointment.school.code != issuer["code"]
        or appointment.school.name == issuer["name"],
        "other_tax_code": appointment.school.tax_code == issuer["tax_code"],
        "other_scope": appointment.scope == scope,
        "other_subject": _subject_fits(due, step, appointment),
    }
    return [code for code, holds in same.items() if not holds]


def _moments(step: SignedStep) -> tuple[datetime, datetime]:
    """When the signature was claimed, and when it was proved to exist."""
    return step.claimed, step.proved or step.claimed


def _subject_fits(due: PolicyStep, step: SignedStep, appointment: Appointment) -> bool:
    """(5) A seal is the school's own certificate, everything else a person's."""
    try:
        numbers = subject_identifiers(step.certificate)
    except VerifierError:
        return False
    if due.role == SEAL:
        return numbers == (f"MST:{appointment.school.tax_code}",)
    return len(numbers) == 1 and numbers[0].startswith("CCCD:")


def _check_distinct(policy: SigningPolicy, steps: list[SignedStep], findings: _Findings) -> None:
    """(6) Four eyes: two personal steps are two persons, whatever certificates they hold."""
    seen: dict[str, str] = {}
    for step in steps:
        if step.step >= len(policy.steps) or policy.steps[step.step].role == SEAL:
            continue
        for number in subject_identifiers(step.certificate) or (step.fingerprint,):
            if number in seen:
                findings.failed("same_person", f"{seen[number]}, {step.field}")
            seen[number] = step.field


def _check_window(
    policy: SigningPolicy, record: Mapping[str, Any], last: SignedStep, findings: _Findings
) -> bool:
    """(6) The seal's claimed day lies in the window; a later proof is only noted."""
    try:
        issued = date.fromisoformat(record["issued_on"])
    except ValueError:
        findings.failed("outside_window", str(record["issued_on"])[:20])
        return False
    latest = issued + timedelta(days=policy.issue_window_days)
    claimed = last.claimed.astimezone(VIETNAM).date()
    if not issued <= claimed <= latest:
        findings.failed("outside_window", f"{record['issued_on']}, {format_time(last.claimed)}")
    return last.proved is not None and last.proved.astimezone(VIETNAM).date() > latest
