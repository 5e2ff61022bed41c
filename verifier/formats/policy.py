"""Signing policies: who signs what, in which order, as dated data.

Circulars change who signs; so a policy is data in the trusted root, named by the
record, and in force for a span of time. Its steps are the signatures of the document,
first to last; nothing else may sign.

    policy = policy_in_force(trust.policies, record, at=sealed_at)
    assert [step.role for step in policy.steps] == ["homeroom", "principal", "seal"]
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from verifier.errors import FormatError, UnknownFormatError
from verifier.formats.canonical import Json, JsonObject
from verifier.formats.times import format_time, parse_time

TIMESTAMPING = ("each", "seal", "final")
"""Which signatures carry a timestamp of their own; the document always ends with one."""

SCOPES = ("class", "school", "subject")
TEACHER = "teacher"
"""The role of a step of scope `subject`: signs mark sheets, not the document."""


@dataclass(frozen=True)
class PolicyStep:
    """One signature: who may make it and for what they must be appointed."""

    role: str
    scope: str
    required: bool

    def to_object(self) -> JsonObject:
        """Return the step as it stands in the policy."""
        return {"role": self.role, "scope": self.scope, "required": self.required}


@dataclass(frozen=True)
class SigningPolicy:
    """A policy; `event` None means that it holds for every event of its kind.

    `steps` are the signatures of the document, in order; `sheet_step` says whether subject
    teachers sign mark sheets before that, and whether they must.
    """

    id: str
    realm: str
    level: str
    kind: str
    event: str | None
    valid_from: datetime
    valid_to: datetime
    steps: tuple[PolicyStep, ...]
    timestamping: str
    issue_window_days: int
    sheet_step: PolicyStep | None = None

    def in_force(self, at: datetime) -> bool:
        """Whether the policy is in force; the last instant no longer is."""
        return self.valid_from <= at < self.valid_to

    def to_object(self) -> JsonObject:
        """Return the policy as it stands in a trusted root."""
        return {
            "id": self.id,
            "realm": self.realm,
            "level": self.level,
            "kind": self.kind,
            "event": self.event,
            "from": format_time(self.valid_from),
            "to": format_time(self.valid_to),
            "steps": [step.to_object() for step in (*self._sheets(), *self.steps)],
            "timestamping": self.timestamping,
            "issue_window_days": self.issue_window_days,
        }

    def _sheets(self) -> tuple[PolicyStep, ...]:
        return () if self.sheet_step is None else (self.sheet_step,)


def parse_policy(value: Json) -> SigningPolicy:
    """Read a policy.

    Raises:
        FormatError: `policy.malformed`.
    """
    policy = closed(value, _POLICY_KEYS, "policy.malformed")
    steps = policy["steps"]
    if (
        not isinstance(steps, list)
        or not steps
        or policy["timestamping"] not in TIMESTAMPING
        or type(policy["issue_window_days"]) is not int
        or policy["issue_window_days"] < 0
    ):
        raise FormatError("policy.malformed", str(policy["id"])[:80])
    parsed = [_parse_step(step) for step in steps]
    sheets = [step for step in parsed if step.scope == "subject"]
    signing = tuple(step for step in parsed if step.scope != "subject")
    if len(sheets) > 1 or not signing:
        raise FormatError("policy.malformed", "steps")
    return SigningPolicy(
        id=text(policy["id"], "policy.malformed"),
        realm=text(policy["realm"], "policy.malformed"),
        level=text(policy["level"], "policy.malformed"),
        kind=text(policy["kind"], "policy.malformed"),
        event=None if policy["event"] is None else text(policy["event"], "policy.malformed"),
        valid_from=parse_time(policy["from"]),
        valid_to=parse_time(policy["to"]),
        steps=signing,
        timestamping=policy["timestamping"],
        issue_window_days=policy["issue_window_days"],
        sheet_step=next(iter(sheets), None),
    )


def policy_in_force(
    policies: Iterable[SigningPolicy], record: Mapping[str, Any], *, at: datetime
) -> SigningPolicy:
    """Return the policy that the record names, if it fits the record and is in force.

    Raises:
        UnknownFormatError: `policy.unknown`: this verifier does not know the policy.
        FormatError: `policy.not_for_record` or `policy.not_in_force`.
    """
    named = [policy for policy in policies if policy.id == record["policy"]]
    if not named:
        raise UnknownFormatError("policy.unknown", str(record["policy"])[:80])
    fitting = [policy for policy in named if _fits(policy, record)]
    if not fitting:
        raise FormatError("policy.not_for_record", str(record["policy"])[:80])
    for policy in fitting:
        if policy.in_force(at):
            return policy
    raise FormatError("policy.not_in_force", format_time(at))


def closed(value: Json, keys: frozenset[str], code: str) -> JsonObject:
    """Return `value` if it is an object of exactly these keys; else FormatError(code)."""
    if not isinstance(value, dict) or value.keys() != keys:
        odd = sorted(value.keys() ^ keys) if isinstance(value, dict) else ["not an object"]
        raise FormatError(code, ", ".join(odd)[:200])
    return value


def text(value: Json, code: str) -> str:
    """Return `value` if it is non-empty text; else FormatError(code)."""
    if not isinstance(value, str) or not value:
        raise FormatError(code, repr(value)[:80])
    return value


_POLICY_KEYS = frozenset(
    ("id", "realm", "level", "kind", "event", "from", "to", "steps", "timestamping",
     "issue_window_days")
)  # fmt: skip


def _parse_step(value: Json) -> PolicyStep:
    step = closed(value, frozenset(("role", "scope", "required")), "policy.malformed")
    if step["scope"] not in SCOPES or not isinstance(step["required"], bool):
        raise FormatError("policy.malformed", str(step)[:80])
    if (step["scope"] == "subject") != (step["role"] == TEACHER):
        raise FormatError("policy.malformed", str(step)[:80])
    return PolicyStep(text(step["role"], "policy.malformed"), step["scope"], step["required"])


def _fits(policy: SigningPolicy, record: Mapping[str, Any]) -> bool:
    return (policy.realm, policy.level, policy.kind) == (
        record["realm"],
        record["level"],
        record["kind"],
    ) and policy.event in (None, record["event"])
