"""What makes one kind of credential different from another: data, not code.

The spine is generic over a `CredentialKind`. A diploma is another instance with its
own schema, template, signing policy and roster rule; no step asks which one it is.

    kind = kind_of("year", level="thcs")
    kind.template_id                     # "thcs-year-tt22-1"

Kinds and signing policies are data (`data/kinds.json`, `data/policies.json`). Policies are dated;
the ones in force travel in the realm's trusted root, and the verifier reads them there.
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
    """Schema, template, signing policy and roster rule of one kind, level and regulation.

    `maker` names the module of `kinds/` that says what the record states. A kind that is
    not `per_year` has one series for the whole book; one that `closes_registers` shuts the
    pupil's marks when it is frozen.
    """

    kind: str
    level: str
    regulation: tuple[str, str] | None
    template_id: str
    policy_id: str
    maker: str
    slot_scope: SlotScope
    per_year: bool
    closes_registers: bool

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


@cache
def kinds() -> tuple[CredentialKind, ...]:
    """Every kind that can be issued: `data/kinds.json`."""
    text = resources.files("hocba.issuance").joinpath("data/kinds.json").read_bytes()
    return tuple(
        CredentialKind(
            kind=entry["kind"],
            level=entry["level"],
            regulation=None if entry["regulation"] is None else tuple(entry["regulation"]),
            template_id=entry["template"],
            policy_id=entry["policy"],
            maker=entry["maker"],
            slot_scope=SlotScope(entry["slot_scope"]),
            per_year=entry["per_year"],
            closes_registers=entry["closes_registers"],
        )
        for entry in parse_json(text)
    )


def kind_of(
    kind: str,
    *,
    level: str,
    regulation: tuple[str, str] | None = None,
    template: str | None = None,
) -> CredentialKind:
    """Return the kind of this name and level, under this edition or on this template.

    Where neither is named the first one counts; a kind without a regulation fits every one.

    Raises:
        NotFoundError: `issuance.unknown_kind`.
    """
    for candidate in kinds():
        named = candidate.regulation
        if (
            (candidate.kind, candidate.level) == (kind, level)
            and template in (None, candidate.template_id)
            and (named is None or regulation in (None, named))
        ):
            return candidate
    raise NotFoundError("issuance.unknown_kind", kind=kind, level=level)


@cache
def policies(realm: str) -> tuple[SigningPolicy, ...]:
    """Every signing policy that we ship, for the trusted root of a new realm."""
    text = resources.files("hocba.issuance").joinpath("data/policies.json").read_bytes()
    return tuple(parse_policy({**policy, "realm": realm}) for policy in parse_json(text))
