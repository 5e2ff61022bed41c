"""Check 4: who may sign, for which school, class and day; every way of not being allowed."""

from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Any

import pytest
from fakes.records import sample_record
from fakes.world import AT, BIRTH, CLASS, OTHER_SCHOOL, PIN, REALM, SCHOOL, Signer, the_world

from signing.appointments import OfficersKey
from signing.pki import dev
from verifier.checks.roles import SignedStep, judge_roles
from verifier.errors import UnknownFormatError
from verifier.formats.policy import PolicyStep, SigningPolicy
from verifier.formats.trusted_root import TrustedRoot
from verifier.report import Check, Status

WORLD = the_world()
TRUST = WORLD.trust
PROVED = AT + timedelta(minutes=5)


def record(**changes: Any) -> dict[str, Any]:
    return sample_record(**{"/issued_on": "2026-06-01", **changes})


def step(number: int, signer: Signer, **changes: Any) -> SignedStep:
    certificate = signer.custody.certificate
    made = SignedStep(
        step=number,
        field=f"sig_{number}",
        certificate=certificate,
        fingerprint=signer.appointment.certificate,
        appointment_jws=signer.jws,
        claimed=AT + timedelta(minutes=number),
        proved=PROVED,
    )
    return replace(made, **changes)


def steps(**replaced: Signer) -> list[SignedStep]:
    return [step(number, signer) for number, signer in enumerate(WORLD.signers(**replaced))]


def judged(
    found: list[SignedStep], trust: TrustedRoot = TRUST, **changes: Any
) -> tuple[Status, set[str]]:
    checks: list[Check] = judge_roles(record(**changes), found, trust)
    statuses = {check.status for check in checks}
    assert len(statuses) == 1, checks
    return statuses.pop(), {check.code for check in checks}


def fails(*codes: str) -> tuple[Status, set[str]]:
    return Status.FAILED, {f"4.{code}" for code in codes}


PASSES = (Status.PASSED, {"4.roles_hold"})


@cache
def someone(role: str = "homeroom", scope: str = CLASS, **appointment: Any) -> Signer:
    return WORLD.person("Lê Văn Cường", role, scope=scope, **appointment)


def test_teacher_principal_and_seal_in_this_order_pass() -> None:
    assert judged(steps()) == PASSES


def test_a_genuine_file_passes_from_its_bytes() -> None:
    assert [check.code for check in WORLD.check4(WORLD.issue())] == ["4.roles_hold"]


def test_a_deputy_who_may_act_for_the_principal_passes() -> None:
    deputy = someone("deputy_principal", "school", acts_for=("principal",))
    assert judged(steps(principal=deputy)) == PASSES


def test_a_deputy_who_may_not_act_for_the_principal_fails() -> None:
    assert judged(steps(principal=someone("deputy_principal", "school"))) == fails("other_role")


def test_the_homeroom_teacher_of_another_class_fails() -> None:
    assert judged(steps(homeroom=someone(scope="2025-2026/6A2"))) == fails("other_scope")


def test_the_homeroom_teacher_of_the_same_class_name_a_year_ago_fails() -> None:
    assert judged(steps(homeroom=someone(scope="2024-2025/6A1"))) == fails("other_scope")


def test_a_teacher_in_place_of_the_principal_fails() -> None:
    status, codes = judged(steps(principal=someone()))
    assert status is Status.FAILED
    assert codes == {"4.other_role", "4.other_scope"}


def test_another_schools_principal_fails() -> None:
    principal = someone("principal", "school", school=OTHER_SCHOOL)
    assert judged(steps(principal=principal)) == fails("other_school", "other_tax_code")


def test_another_schools_seal_fails() -> None:
    seal = WORLD.seal_of(OTHER_SCHOOL)
    assert judged(steps(seal=seal)) == fails("other_school", "other_tax_code")


def test_a_seal_appointed_for_this_school_with_another_tax_code_in_its_certificate_fails() -> None:
    theirs = WORLD.seal_of(OTHER_SCHOOL)
    seal = WORLD.appoint(theirs.custody, SCHOOL.name, "seal")
    assert judged(steps(seal=seal)) == fails("other_subject")


def test_a_persons_certificate_is_no_seal() -> None:
    seal = someone("seal", "school")
    assert judged(steps(seal=seal)) == fails("other_subject")


def test_an_organisations_certificate_is_no_person() -> None:
    seal = WORLD.seal_of(SCHOOL)
    principal = WORLD.appoint(seal.custody, SCHOOL.name, "principal")
    assert judged(steps(principal=principal)) == fails("other_subject")


def test_an_appointment_by_an_unknown_key_fails() -> None:
    forged = WORLD.appoint(
        WORLD.signer("homeroom").custody, "Đỗ Đức Phượng", "homeroom", scope=CLASS,
        officers=OfficersKey.generate("officers-of-nobody"),
    )  # fmt: skip
    assert judged(steps(homeroom=forged)) == fails("appointment_not_signed")


def test_an_appointment_by_another_key_under_the_departments_name_fails() -> None:
    forged = WORLD.appoint(
        WORLD.signer("homeroom").custody, "Đỗ Đức Phượng", "homeroom", scope=CLASS,
        officers=OfficersKey.generate("officers-1"),
    )  # fmt: skip
    assert judged(steps(homeroom=forged)) == fails("appointment_not_signed")


def test_an_appointment_by_a_key_whose_time_is_over_fails() -> None:
    key = WORLD.officers.trusted(valid_from=BIRTH - timedelta(days=900), valid_to=BIRTH)
    assert judged(steps(), replace(TRUST, appointment_keys=(key,))) == fails(
        "appointment_not_signed"
    )


def test_an_attestation_key_may_not_appoint() -> None:
    officers = OfficersKey.generate("attest-1")
    key = officers.trusted(valid_from=TRUST.valid_from, valid_to=TRUST.valid_to)
    forged = WORLD.appoint(
        WORLD.signer("homeroom").custody, "Đỗ Đức Phượng", "homeroom", scope=CLASS,
        officers=officers,
    )  # fmt: skip
    assert judged(steps(homeroom=forged), replace(TRUST, attest_keys=(key,))) == fails(
        "appointment_not_signed"
    )


def test_an_appointment_for_another_certificate_fails() -> None:
    honest, thief = WORLD.signer("homeroom"), someone("principal", "school")
    borrowed = replace(honest, custody=thief.custody)
    found = steps()
    found[0] = step(0, borrowed, fingerprint=thief.appointment.certificate)
    assert judged(found) == fails("other_certificate")


def test_a_signature_without_appointment_fails() -> None:
    found = steps()
    found[1] = replace(found[1], appointment_jws=None)
    assert judged(found) == fails("no_appointment")


def test_an_appointment_that_ended_before_the_signature_fails() -> None:
    late = someone(valid_to=AT - timedelta(seconds=1))
    assert judged(steps(homeroom=late)) == fails("not_in_force")


def test_an_appointment_that_begins_after_the_signature_fails() -> None:
    early = someone(valid_from=AT + timedelta(seconds=1))
    assert judged(steps(homeroom=early)) == fails("not_in_force")


def test_a_principal_cannot_backdate_into_a_term_that_is_over() -> None:
    """Claimed on the last day of the term, proved the day after."""
    former = someone("principal", "school", valid_to=AT + timedelta(minutes=2))
    assert judged(steps(principal=former)) == fails("not_in_force")


def test_an_appointment_of_another_realm_fails() -> None:
    foreign = someone(realm="hocba.hanoi.gov.vn")
    assert judged(steps(homeroom=foreign)) == fails("other_realm")


def test_a_record_of_another_realm_fails_before_anything_else() -> None:
    assert judged(steps(), replace(TRUST, realm="hocba.hanoi.gov.vn")) == fails("other_realm")


@pytest.mark.parametrize("gone", [0, 1, 2])
def test_a_missing_step_fails(gone: int) -> None:
    found = [item for item in steps() if item.step != gone]
    assert judged(found) == fails("missing_step")


def test_a_file_without_signatures_fails() -> None:
    assert judged([]) == fails("missing_step")


def test_steps_in_the_wrong_order_fail() -> None:
    first, second, third = steps()
    assert judged([second, first, third]) == fails("wrong_order")


def test_a_step_signed_twice_fails() -> None:
    first, second, third = steps()
    status, codes = judged([first, second, second, third])
    assert status is Status.FAILED
    assert "4.wrong_order" in codes


def test_a_step_that_the_policy_does_not_know_fails() -> None:
    extra = step(3, someone())
    assert "4.unknown_step" in judged([*steps(), extra])[1]


def test_one_person_cannot_be_teacher_and_principal_of_one_transcript() -> None:
    """Four eyes: a second certificate does not make a second person."""
    person = dev.Person("Lê Văn Cường", "031188888888", PIN)
    names = [WORLD.pki.issue(person, at=BIRTH) for _ in range(2)]
    teacher = WORLD.appoint(WORLD.pki.custody(names[0]), person.name, "homeroom", scope=CLASS)
    principal = WORLD.appoint(WORLD.pki.custody(names[1]), person.name, "principal")
    assert teacher.custody.certificate != principal.custody.certificate
    assert judged(steps(homeroom=teacher, principal=principal)) == fails("same_person")


def test_a_seal_after_the_window_fails() -> None:
    assert judged(steps(), **{"/issued_on": "2026-05-01"}) == fails("outside_window")


def test_a_seal_before_the_day_of_issue_fails() -> None:
    assert judged(steps(), **{"/issued_on": "2026-06-02"}) == fails("outside_window")


def test_the_day_is_vietnams() -> None:
    """20:00 UTC on 31 May is 1 June in Vietnam."""
    found = [
        replace(item, claimed=AT - timedelta(hours=6) + timedelta(minutes=item.step))
        for item in steps()
    ]
    assert judged(found) == PASSES


def test_a_seal_proved_long_after_it_was_claimed_is_noted() -> None:
    found = [replace(item, proved=AT + timedelta(days=40)) for item in steps()]
    assert judged(found) == (Status.PASSED, {"4.issued_late"})


def test_a_policy_that_this_verifier_does_not_know_is_not_a_failure() -> None:
    with pytest.raises(UnknownFormatError, match=r"policy\.unknown"):
        judged(steps(), policy="thcs-year-2031-1")


def with_policy(**changes: Any) -> TrustedRoot:
    return replace(TRUST, policies=(replace(TRUST.policies[0], **changes),))


def test_a_policy_that_was_not_in_force_fails() -> None:
    assert judged(steps(), with_policy(valid_to=AT)) == fails("not_in_force_policy")


def test_a_policy_for_another_level_fails() -> None:
    assert judged(steps(), with_policy(level="thpt")) == fails("not_for_record_policy")


def test_a_policy_for_every_event_fits_a_correction() -> None:
    assert judged(steps(), with_policy(event=None), event="correction") == PASSES


def test_a_policy_of_another_event_does_not_fit() -> None:
    assert judged(steps(), event="correction") == fails("not_for_record_policy")


def test_a_record_that_names_other_signers_than_the_policy_fails() -> None:
    assert judged(steps(), signers=["homeroom", "seal"]) == fails("other_signers")


def test_an_optional_step_may_be_left_out() -> None:
    optional = tuple(
        replace(due, required=due.role != "homeroom") for due in TRUST.policies[0].steps
    )
    found = steps()[1:]
    assert judged(found, with_policy(steps=optional)) == PASSES


@pytest.mark.parametrize(("timestamping", "bare"), [("each", 3), ("seal", 1)])
def test_a_policy_that_wants_timestamps_in_signatures_gets_them(
    timestamping: str, bare: int
) -> None:
    trust = with_policy(timestamping=timestamping)
    assert judged(steps(), trust) == fails("no_timestamp")
    stamped = [replace(item, stamped=item.step >= 3 - bare) for item in steps()]
    assert judged(stamped, trust) == PASSES


def test_a_policy_of_two_persons_is_data() -> None:
    """Another circular: the deputy checks, the principal signs; no code changes."""
    policy = SigningPolicy(
        id="thcs-year-2026-1", realm=REALM, level="thcs", kind="year", event=None,
        valid_from=TRUST.valid_from, valid_to=TRUST.valid_to,
        steps=(
            PolicyStep("deputy_principal", "school", True),
            PolicyStep("principal", "school", True),
        ),
        timestamping="final", issue_window_days=30,
    )  # fmt: skip
    found = [step(0, someone("deputy_principal", "school")), step(1, WORLD.signer("principal"))]
    trust = replace(TRUST, policies=(policy,))
    assert judged(found, trust, signers=["deputy_principal", "principal"]) == PASSES


def test_a_day_of_issue_that_is_no_day_fails() -> None:
    assert judged(steps(), **{"/issued_on": "2026"}) == fails("outside_window")


def test_a_certificate_that_cannot_be_read_is_nobodys() -> None:
    found = steps()
    found[2] = replace(found[2], certificate=b"\x30\x00")
    assert judged(found) == fails("other_subject")
