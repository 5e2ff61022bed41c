"""What makes one kind of credential different from another: data, not code.

The spine is generic over a `CredentialKind`. A diploma is another instance with its
own schema, template, signing policy and roster rule; no step asks which one it is.

    kind = kind_of("year", level="thcs")
    kind.template_id                     # "thcs-year-tt22-1"

Signing policies are dated data (`data/policies.json`); the ones in force travel in the
realm's trusted root, and the verifier reads them there.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from importlib import resources

from hocba.kit.errors import ConfigError, NotFoundError
from ledger.statements import slot
from verifier.formats.canonical import parse_json
from verifier.formats.policy import SigningPolicy, parse_policy
from verifier.formats.trusted_root import TrustedRoot


class SlotScope(StrEnum):
    """What one slot of a roster stands for: one live leaf each."""

    PUPIL_YEAR_KIND = "pupil|year|kind"
    PUPIL_YEAR_KIND_SCHOOL = "pupil|year|kind|school"


@dataclass(frozen=True)
class CredentialKind:
    """Schema, template, signing policy and roster rule of one kind and level."""

    kind: str
    level: str
    record_type: str
    template_id: str
    policy_id: str
    regulation: tuple[str, str]
    slot_scope: SlotScope

    def slot(self, key: bytes, *, pupil: str, school_year: str, school: str) -> str:
        """The pseudonym of a pupil's place under the department's key of that year."""
        several = self.slot_scope is SlotScope.PUPIL_YEAR_KIND_SCHOOL
        return slot(
            key,
            pupil=pupil,
            year=school_year,
            kind=self.kind,
            school=school if several else None,
        )

    def policy(self, trust: TrustedRoot, *, at: datetime) -> SigningPolicy:
        """The signing policy in force for this kind.

        Raises:
            ConfigError: `issuance.no_policy`.
        """
        for policy in trust.policies:
            if policy.id == self.policy_id and policy.in_force(at):
                return policy
        raise ConfigError("issuance.no_policy", policy=self.policy_id)


_KINDS = (
    CredentialKind(
        kind="year",
        level="thcs",
        record_type="hocba.record/1",
        template_id="thcs-year-tt22-1",
        policy_id="thcs-year-2026-1",
        regulation=("tt22-2021", "1"),
        slot_scope=SlotScope.PUPIL_YEAR_KIND,
    ),
)


def kind_of(kind: str, *, level: str) -> CredentialKind:
    """Return the kind of this name and level.

    Raises:
        NotFoundError: `issuance.unknown_kind`.
    """
    for candidate in _KINDS:
        if (candidate.kind, candidate.level) == (kind, level):
            return candidate
    raise NotFoundError("issuance.unknown_kind", kind=kind, level=level)


@cache
def policies(realm: str) -> tuple[SigningPolicy, ...]:
    """Every signing policy that we ship, for the trusted root of a new realm."""
    text = resources.files("hocba.issuance").joinpath("data/policies.json").read_bytes()
    return tuple(parse_policy({**policy, "realm": realm}) for policy in parse_json(text))
