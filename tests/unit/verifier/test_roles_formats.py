"""Trusted root, policies, appointments, times: closed forms with one spelling."""

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from fakes.world import AT, BIRTH, CLASS, SCHOOL, the_world
from joserfc import jws
from joserfc.jwk import ECKey, OKPKey

from signing.appointments import Appointment, OfficersKey, issue_appointment
from signing.custody import protect_key
from signing.errors import CustodyError
from verifier.errors import FormatError, ProofError, UnknownFormatError
from verifier.formats.appointment import class_scope, parse_appointment, verify_appointment
from verifier.formats.canonical import canonical
from verifier.formats.jws import parse_key, token_payload, verify_jws
from verifier.formats.policy import parse_policy, policy_in_force
from verifier.formats.times import format_time, parse_time
from verifier.formats.trusted_root import TrustedRoot

WORLD = the_world()
TRUST = WORLD.trust


def refused(call: Callable[[], Any], code: str) -> None:
    with pytest.raises((FormatError, ProofError, UnknownFormatError)) as caught:
        call()
    assert caught.value.code == code


def test_a_trusted_root_is_read_as_it_was_written() -> None:
    assert TrustedRoot.parse(TRUST.to_bytes()) == TRUST


def test_a_trusted_root_of_a_later_format_asks_for_a_newer_verifier() -> None:
    value = {**TRUST.to_object(), "type": "hocba.trusted_root/2"}
    refused(lambda: TrustedRoot.parse(canonical(value)), "format.unknown_type")


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("demo", "yes", "trusted_root.malformed"),
        ("version", -1, "trusted_root.malformed"),
        ("version", True, "trusted_root.malformed"),
        ("realm", "", "trusted_root.malformed"),
        ("from", "2026-01-01", "time.malformed"),
        ("authorities", {}, "trusted_root.malformed"),
        ("authorities", [{"pem": "x", "use": "sign"}], "trusted_root.malformed"),
        ("log_key", {"name": "x", "public_key": "§"}, "trusted_root.malformed"),
        ("algorithms", [{"name": "", "from": "", "to": ""}], "trusted_root.malformed"),
        ("templates", ["x"], "trusted_root.malformed"),
        ("appointment_keys", [{}], "key.malformed"),
        ("policies", [{}], "policy.malformed"),
    ],
)
def test_a_broken_trusted_root_is_refused(name: str, value: Any, code: str) -> None:
    broken = canonical({**TRUST.to_object(), name: value})
    refused(lambda: TrustedRoot.parse(broken), code)


def test_a_trusted_root_with_a_field_more_is_refused() -> None:
    refused(
        lambda: TrustedRoot.parse(canonical({**TRUST.to_object(), "more": 1})), "format.wrong_keys"
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [("use", "both"), ("pem", "-----BEGIN CERTIFICATE-----")],
)
def test_a_broken_authority_is_refused(name: str, value: str) -> None:
    value_ = TRUST.to_object()
    value_["authorities"][0][name] = value
    refused(lambda: TrustedRoot.parse(canonical(value_)), "trusted_root.malformed")


@pytest.mark.parametrize(("name", "value"), [("genesis", "xyz"), ("address", "0x12")])
def test_a_broken_contract_is_refused(name: str, value: str) -> None:
    value_ = TRUST.to_object()
    value_["contract"][name] = value
    refused(lambda: TrustedRoot.parse(canonical(value_)), "trusted_root.malformed")


def test_anchors_and_algorithms_have_dates() -> None:
    assert len(TRUST.anchors("sign", at=AT)) == 2
    assert len(TRUST.anchors("tsa", at=AT)) == 1
    assert TRUST.anchors("sign", at=TRUST.valid_to) == ()
    assert TRUST.allows("sha256", at=AT)
    assert not TRUST.allows("sha256", at=TRUST.valid_to)
    assert not TRUST.allows("sha1", at=AT)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("steps", []),
        ("timestamping", "never"),
        ("issue_window_days", -1),
        ("issue_window_days", 1.0),
        ("id", ""),
        ("steps", [{"role": "seal", "scope": "country", "required": True}]),
        ("steps", [{"role": "seal", "scope": "school", "required": 1}]),
        ("steps", [{"role": "seal", "scope": "school"}]),
    ],
)
def test_a_broken_policy_is_refused(name: str, value: Any) -> None:
    policy = {**TRUST.policies[0].to_object(), name: value}
    refused(lambda: parse_policy(policy), "policy.malformed")


def test_of_two_policies_of_one_name_the_one_in_force_is_taken() -> None:
    first = replace(TRUST.policies[0], valid_to=AT)
    second = replace(TRUST.policies[0], valid_from=AT, issue_window_days=10)
    record = {
        "policy": first.id, "realm": first.realm, "level": "thcs", "kind": "year", "event": "issue",
    }  # fmt: skip
    assert policy_in_force((first, second), record, at=AT) is second
    assert policy_in_force((first, second), record, at=AT - timedelta(seconds=1)) is first


def appointment(**changes: Any) -> Appointment:
    return replace(WORLD.signer("homeroom").appointment, **changes)


def test_an_appointment_is_read_as_it_was_written() -> None:
    token = issue_appointment(appointment(acts_for=("principal",)), WORLD.officers)
    assert verify_appointment(token, TRUST.appointment_keys, at=AT) == appointment(
        acts_for=("principal",)
    )


def test_the_scope_of_a_class_names_its_year() -> None:
    assert class_scope("2025-2026", "6A1") == CLASS


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("certificate", "AB" * 32),
        ("certificate", "ab"),
        ("role", "minister"),
        ("scope", "everything"),
        ("scope", 7),
        ("acts_for", "principal"),
        ("acts_for", ["minister"]),
        ("name", ""),
        ("serial", None),
        ("school", {"code": "1", "name": "2"}),
        ("school", {"code": "1", "name": "2", "tax_code": ""}),
    ],
)
def test_a_broken_appointment_is_refused(name: str, value: Any) -> None:
    broken = canonical({**appointment().to_object(), name: value})
    refused(lambda: parse_appointment(broken), "appointment.malformed")


def test_an_appointment_holds_up_to_its_last_instant() -> None:
    held = appointment(valid_from=BIRTH, valid_to=AT)
    assert held.in_force(BIRTH)
    assert held.in_force(AT - timedelta(seconds=1))
    assert not held.in_force(AT)
    assert not held.in_force(BIRTH - timedelta(seconds=1))


def ed25519() -> tuple[OKPKey, dict[str, Any]]:
    key = OKPKey.generate_key("Ed25519")
    public = key.as_dict(private=False)
    jwk = {name: public[name] for name in ("kty", "crv", "x")}
    return key, {
        "kid": "ed", "jwk": jwk, "from": format_time(BIRTH), "to": format_time(TRUST.valid_to),
    }  # fmt: skip


def test_ed25519_signs_too() -> None:
    key, listed = ed25519()
    token = jws.serialize_compact(
        {"alg": "Ed25519", "kid": "ed"}, b"{}", key, algorithms=["Ed25519"]
    )
    trusted = parse_key(listed)
    assert trusted.to_object() == listed
    assert verify_jws(token, [trusted], at=AT) == b"{}"


def test_the_key_decides_the_algorithm_not_the_token() -> None:
    """The classic: `none`, or HMAC with the public key as the secret."""
    key = TRUST.appointment_keys[0]
    payload = base64.urlsafe_b64encode(b"{}").decode().rstrip("=")
    for algorithm in ("none", "HS256", "RS256", "ES384"):
        header = json.dumps({"alg": algorithm, "kid": key.kid}).encode()
        head = base64.urlsafe_b64encode(header).decode().rstrip("=")
        refused(
            lambda head=head: verify_jws(f"{head}.{payload}.AAAA", [key], at=AT),
            "jws.wrong_signature",
        )


@pytest.mark.parametrize(
    "token",
    ["", "a.b", "a.b.c.d", "é.b.c", "e30.e30.", "e31.e30.AAAA", "W10.e30.AAAA", "A" * 20_000],
)
def test_a_malformed_token_is_refused(token: str) -> None:
    refused(lambda: verify_jws(token, TRUST.appointment_keys, at=AT), "jws.malformed")


def test_a_token_has_one_spelling() -> None:
    """Unused bits at the end of base64url would give one signature many digests."""
    token = WORLD.signer("homeroom").jws
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    last = alphabet[alphabet.index(token[-1]) ^ 1]
    refused(lambda: verify_jws(token[:-1] + last, TRUST.appointment_keys, at=AT), "jws.malformed")


def test_a_header_with_a_key_of_its_own_is_refused() -> None:
    private = ECKey.generate_key("P-256")
    header = {"alg": "ES256", "kid": "officers-1", "jwk": private.as_dict(private=False)}
    token = jws.serialize_compact(header, b"{}", private)
    refused(lambda: verify_jws(token, TRUST.appointment_keys, at=AT), "jws.malformed")


def test_the_payload_can_be_shown_without_being_trusted() -> None:
    assert parse_appointment(token_payload(WORLD.signer("seal").jws)).school == SCHOOL


@pytest.mark.parametrize(
    "change",
    [
        {"jwk": "x"},
        {"jwk": {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}},
        {"jwk": {"kty": "EC", "crv": "P-521", "x": "AA", "y": "AA"}},
        {"jwk": {"kty": "oct", "k": "AA"}},
        {"jwk": {"kty": "EC", "crv": "P-256", "x": 1, "y": "AA"}},
        {"kid": ""},
    ],
)
def test_a_broken_key_is_refused(change: dict[str, Any]) -> None:
    key = TRUST.appointment_keys[0].to_object()
    refused(lambda: parse_key({**key, **change}), "key.malformed")


def test_a_private_key_has_no_place_in_a_trusted_root() -> None:
    private = ECKey.generate_key("P-256").as_dict(private=True)
    members = {name: private[name] for name in ("kty", "crv", "x", "y", "d")}
    listed = {**TRUST.appointment_keys[0].to_object(), "jwk": members}
    refused(lambda: parse_key(listed), "key.malformed")


def test_officers_keys_are_kept_under_a_pin(tmp_path: Any) -> None:
    officers = OfficersKey.generate("officers-9")
    path = officers.save(tmp_path, "4711")
    again = OfficersKey.load(path, "4711")
    assert again.kid == "officers-9"
    key = again.trusted(valid_from=BIRTH, valid_to=TRUST.valid_to)
    assert verify_jws(officers.sign(b"{}"), [key], at=AT) == b"{}"
    assert b"ENCRYPTED" in path.read_bytes()


@pytest.mark.parametrize(
    "value",
    [None, 5, "", "2026-05-31", "2026-05-31T08:00:00", "2026-05-31T08:00:00+00:00",
     "2026-05-31T08:00:00.0Z", "2026-02-30T08:00:00Z", "٢026-05-31T08:00:00Z"],
)  # fmt: skip
def test_another_spelling_of_a_time_is_refused(value: Any) -> None:
    refused(lambda: parse_time(value), "time.malformed")


def test_times_are_written_in_utc_and_need_a_zone() -> None:
    vietnam = datetime(2026, 5, 31, 8, 0, 0, 7, tzinfo=timezone(timedelta(hours=7)))
    assert format_time(vietnam) == "2026-05-31T01:00:00Z"
    assert parse_time("2026-05-31T01:00:00Z") == datetime(2026, 5, 31, 1, tzinfo=UTC)
    refused(lambda: format_time(datetime(2026, 5, 31)), "time.not_aware")  # noqa: DTZ001


def test_officers_sign_with_p_256(tmp_path: Path) -> None:
    path = tmp_path / "officers-8.key.pem"
    path.write_bytes(protect_key(rsa.generate_private_key(65537, 2048), "4711"))
    with pytest.raises(CustodyError, match="no_key"):
        OfficersKey.load(path, "4711")
