"""`hocba.trusted_root/1`: everything that a verifier of one realm trusts, with dates.

Nothing else is trusted: not the certificates inside a file, not the operating system's
store. A key or authority outside its dates counts as absent, so trust ends by data.

    trust = TrustedRoot.parse(data)
    roots = trust.anchors("sign", at=signed_at)
"""

import base64
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from asn1crypto import pem

from verifier.errors import FormatError
from verifier.formats.canonical import Json, JsonObject, canonical, parse_canonical, require
from verifier.formats.jws import TrustedKey, parse_key
from verifier.formats.policy import SigningPolicy, closed, parse_policy, text
from verifier.formats.succession import Succession, acting_school
from verifier.formats.times import format_time, parse_time

USES = ("sign", "tsa")


@dataclass(frozen=True)
class Authority:
    """A root certificate and what it is trusted for."""

    pem: str
    use: str
    valid_from: datetime
    valid_to: datetime

    @property
    def certificate(self) -> bytes:
        """The DER of the root certificate."""
        return bytes(pem.unarmor(self.pem.encode())[2])

    def to_object(self) -> JsonObject:
        """Return the authority as it stands in the trusted root."""
        return {
            "pem": self.pem,
            "use": self.use,
            "from": format_time(self.valid_from),
            "to": format_time(self.valid_to),
        }


@dataclass(frozen=True)
class LogKey:
    """The key of the log's checkpoints: a C2SP name and an Ed25519 public key."""

    name: str
    public_key: bytes

    def to_object(self) -> JsonObject:
        """Return the key as it stands in the trusted root."""
        return {"name": self.name, "public_key": base64.b64encode(self.public_key).decode()}


@dataclass(frozen=True)
class ContractRef:
    """The realm's contract: on which chain, since which block."""

    chain_id: int
    genesis: str
    address: str
    from_block: int

    def to_object(self) -> JsonObject:
        """Return the contract as it stands in the trusted root."""
        return {
            "chain_id": self.chain_id,
            "genesis": self.genesis,
            "address": self.address,
            "from_block": self.from_block,
        }


@dataclass(frozen=True)
class TrustedTemplate:
    """A registered template: its id and the hash of all its parts."""

    id: str
    hash: str

    def to_object(self) -> JsonObject:
        """Return the template as it stands in the trusted root."""
        return {"id": self.id, "hash": self.hash}


@dataclass(frozen=True)
class AllowedAlgorithm:
    """An algorithm and the span in which signatures made with it count."""

    name: str
    valid_from: datetime
    valid_to: datetime

    def to_object(self) -> JsonObject:
        """Return the algorithm as it stands in the trusted root."""
        return {
            "name": self.name,
            "from": format_time(self.valid_from),
            "to": format_time(self.valid_to),
        }


@dataclass(frozen=True)
class TrustedRoot:
    """The trust of one realm. `witnesses` stays empty until there are witnesses."""

    realm: str
    demo: bool
    version: int
    valid_from: datetime
    valid_to: datetime
    authorities: tuple[Authority, ...]
    appointment_keys: tuple[TrustedKey, ...]
    attest_keys: tuple[TrustedKey, ...]
    log_key: LogKey
    contract: ContractRef
    templates: tuple[TrustedTemplate, ...]
    policies: tuple[SigningPolicy, ...]
    algorithms: tuple[AllowedAlgorithm, ...]
    witnesses: tuple[JsonObject, ...] = ()
    successions: tuple[Succession, ...] = ()

    @classmethod
    def parse(cls, data: bytes) -> "TrustedRoot":
        """Read a trusted root from its canonical bytes.

        Raises:
            UnknownFormatError: another type.
            FormatError: `trusted_root.malformed` or what its parts demand.
        """
        value = require(parse_canonical(data), TRUSTED_ROOT_TYPE, _KEYS)
        if not isinstance(value["demo"], bool):
            raise FormatError("trusted_root.malformed", "demo")
        return cls(
            realm=text(value["realm"], _CODE),
            demo=value["demo"],
            version=_number(value["version"]),
            valid_from=parse_time(value["from"]),
            valid_to=parse_time(value["to"]),
            authorities=tuple(map(_parse_authority, _items(value["authorities"]))),
            appointment_keys=tuple(map(parse_key, _items(value["appointment_keys"]))),
            attest_keys=tuple(map(parse_key, _items(value["attest_keys"]))),
            log_key=_parse_log_key(value["log_key"]),
            contract=_parse_contract(value["contract"]),
            templates=tuple(map(_parse_template, _items(value["templates"]))),
            policies=tuple(map(parse_policy, _items(value["policies"]))),
            algorithms=tuple(map(_parse_algorithm, _items(value["algorithms"]))),
            witnesses=tuple(_items(value["witnesses"])),
            successions=tuple(map(Succession.from_object, _items(value["successions"]))),
        )

    def to_bytes(self) -> bytes:
        """Return the canonical bytes."""
        return canonical(self.to_object())

    def to_object(self) -> JsonObject:
        """Return the `hocba.trusted_root/1` object."""
        lists: dict[str, tuple[Any, ...]] = {
            "authorities": self.authorities,
            "appointment_keys": self.appointment_keys,
            "attest_keys": self.attest_keys,
            "templates": self.templates,
            "policies": self.policies,
            "algorithms": self.algorithms,
            "successions": self.successions,
        }
        return {
            "type": TRUSTED_ROOT_TYPE,
            "realm": self.realm,
            "demo": self.demo,
            "version": self.version,
            "from": format_time(self.valid_from),
            "to": format_time(self.valid_to),
            "log_key": self.log_key.to_object(),
            "contract": self.contract.to_object(),
            "witnesses": list(self.witnesses),
            **{name: [item.to_object() for item in items] for name, items in lists.items()},
        }

    def anchors(self, use: str, *, at: datetime) -> tuple[bytes, ...]:
        """Return the root certificates (DER) trusted for this use at that time."""
        return tuple(
            authority.certificate
            for authority in self.authorities
            if authority.use == use and authority.valid_from <= at < authority.valid_to
        )

    def acting_for(self, school: str, *, at: datetime) -> str:
        """The school that issues for this one at that time: itself, or who took over."""
        return acting_school(self.successions, school, at=at)

    def allows(self, algorithm: str, *, at: datetime) -> bool:
        """Whether signatures made with this algorithm at that time count."""
        return any(
            allowed.name == algorithm and allowed.valid_from <= at < allowed.valid_to
            for allowed in self.algorithms
        )


TRUSTED_ROOT_TYPE = "hocba.trusted_root/1"
_CODE = "trusted_root.malformed"
_KEYS = frozenset(
    ("realm", "demo", "version", "from", "to", "authorities", "appointment_keys", "attest_keys",
     "log_key", "contract", "templates", "policies", "algorithms", "witnesses", "successions")
)  # fmt: skip
_HEX = re.compile(r"[0-9a-f]+", re.ASCII)
_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}", re.ASCII)


def _items(value: Json) -> list[Json]:
    if not isinstance(value, list):
        raise FormatError(_CODE, "not a list")
    return value


def _number(value: Json) -> int:
    if type(value) is not int or value < 0:
        raise FormatError(_CODE, repr(value)[:80])
    return value


def _parse_authority(value: Json) -> Authority:
    found = closed(value, frozenset(("pem", "use", "from", "to")), _CODE)
    if found["use"] not in USES:
        raise FormatError(_CODE, "use")
    authority = Authority(
        text(found["pem"], _CODE), found["use"], parse_time(found["from"]), parse_time(found["to"])
    )
    try:
        _ = authority.certificate
    except ValueError as error:
        raise FormatError(_CODE, "pem") from error
    return authority


def _parse_log_key(value: Json) -> LogKey:
    found = closed(value, frozenset(("name", "public_key")), _CODE)
    try:
        key = base64.b64decode(text(found["public_key"], _CODE), validate=True)
    except ValueError as error:
        raise FormatError(_CODE, "log_key") from error
    return LogKey(text(found["name"], _CODE), key)


def _parse_contract(value: Json) -> ContractRef:
    found = closed(value, frozenset(("chain_id", "genesis", "address", "from_block")), _CODE)
    genesis, address = text(found["genesis"], _CODE), text(found["address"], _CODE)
    if not _HEX.fullmatch(genesis) or not _ADDRESS.fullmatch(address):
        raise FormatError(_CODE, "contract")
    return ContractRef(_number(found["chain_id"]), genesis, address, _number(found["from_block"]))


def _parse_template(value: Json) -> TrustedTemplate:
    found = closed(value, frozenset(("id", "hash")), _CODE)
    return TrustedTemplate(text(found["id"], _CODE), text(found["hash"], _CODE))


def _parse_algorithm(value: Json) -> AllowedAlgorithm:
    found = closed(value, frozenset(("name", "from", "to")), _CODE)
    return AllowedAlgorithm(
        text(found["name"], _CODE), parse_time(found["from"]), parse_time(found["to"])
    )
