"""The development PKI: authorities, certificates and their status, in one folder.

    pki = create(folder, persons=[Person("Nguyễn Văn An", "031190000001", pin="314159")],
                 organisations=[Organisation("Trường THCS A", "0200311311", pin="271828")],
                 at=now)
    custody = pki.custody("person-031190000001")
    pki = load(folder)                                   # later, in another process

Every private key is encrypted: a holder's under the holder's PIN, the authorities' under
`service_pin`. Nothing here is for production; the names in the certificates say so.
Roots, issuing CAs, responders and the TSA are made once; certificates are added at any
time, also ones that are expired, not yet valid or revoked.
"""

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from signing.custody.software import (
    PrivateKey,
    SoftwareCustody,
    open_key,
    protect_key,
    read_pem,
    write_pem,
)
from signing.errors import PkiError
from signing.pki import profiles
from signing.pki.profiles import Issuing, Profile, Validity
from signing.pki.revocation import Revocation
from verifier.formats.canonical import sha256_hex
from verifier.formats.times import format_time, parse_time
from verifier.formats.trusted_root import Authority

SERVICE_PIN = "dev-service-pin"
HOST = "http://pki.demo.hocba.test"

NATIONAL, OFFICIAL = "national", "official"
"""The two hierarchies: persons by public CAs, public bodies by the official-duty CA."""


@dataclass(frozen=True)
class Person:
    """Somebody who gets a certificate of a public CA."""

    name: str
    cccd: str
    pin: str = field(repr=False)

    @property
    def profile(self) -> Profile:
        """What the certificate says."""
        return profiles.person(self.name, self.cccd)

    @property
    def key_name(self) -> str:
        """The files' name."""
        return f"person-{self.cccd}"

    branch = NATIONAL


@dataclass(frozen=True)
class Organisation:
    """A public body that gets a certificate of the official-duty CA."""

    name: str
    tax_code: str
    pin: str = field(repr=False)

    @property
    def profile(self) -> Profile:
        """What the certificate says."""
        return profiles.organisation(self.name, self.tax_code)

    @property
    def key_name(self) -> str:
        """The files' name."""
        return f"organisation-{self.tax_code}"

    branch = OFFICIAL


Holder = Person | Organisation


@dataclass(frozen=True)
class DevPki:
    """An existing development PKI."""

    folder: Path
    service_pin: str = field(repr=False)
    _opened: dict[str, PrivateKey] = field(default_factory=dict, repr=False, compare=False)

    def issue(  # noqa: PLR0913  # each names one way in which a test certificate may differ
        self,
        holder: Holder,
        *,
        at: datetime,
        valid_from: datetime | None = None,
        valid_to: datetime | None = None,
        key: str | PrivateKey = "p256",
        branch: str | None = None,
        profile: Profile | None = None,
    ) -> str:
        """Issue a certificate and return the name of its files.

        `key` is `p256`, `rsa2048` or a key object. A second certificate of the same holder
        gets the next free name (`person-...-2`).
        """
        name = self._free_name(holder.key_name)
        branch = branch or holder.branch
        validity = Validity(valid_from or at - timedelta(days=1), valid_to or at + THREE_YEARS)
        private = _new_key(key) if isinstance(key, str) else key
        certificate = profiles.build(
            profile or holder.profile, private, validity, self._issuing(f"{branch}-ca")
        )
        _store(self.folder / "keys", name, private, holder.pin, certificate)
        write_pem(self.folder / "keys" / f"{name}.chain.pem", self.chain(branch))
        return name

    def custody(self, name: str) -> SoftwareCustody:
        """Return the custody of an issued key.

        Raises:
            CustodyError: `custody.no_key`.
        """
        return SoftwareCustody.load(self.folder / "keys", name)

    def names(self) -> tuple[str, ...]:
        """Names of all issued keys."""
        files = (self.folder / "keys").glob("*.key.pem")
        return tuple(sorted(path.name.removesuffix(".key.pem") for path in files))

    def revoke(self, certificate: bytes, *, at: datetime, reason: str = "key_compromise") -> None:
        """Revoke a certificate from `at` on; every process sees it at once."""
        state = self._state()
        parsed = x509.load_der_x509_certificate(certificate)
        state["revoked"][sha256_hex(certificate)] = {
            "issuer": parsed.issuer.rfc4514_string(),
            "serial": str(parsed.serial_number),
            "at": format_time(at),
            "reason": reason,
        }
        _write(self.folder / "pki.json", json.dumps(state, indent=1).encode())

    def revoked(self, issuer: bytes) -> tuple[Revocation, ...]:
        """What this CA (DER) has revoked."""
        name = x509.load_der_x509_certificate(issuer).subject.rfc4514_string()
        return tuple(
            Revocation(int(entry["serial"]), parse_time(entry["at"]), entry["reason"])
            for entry in self._state()["revoked"].values()
            if entry["issuer"] == name
        )

    def certificate(self, name: str) -> bytes:
        """DER of an authority: `national-root`, `official-ca`, `official-tsa`, ..."""
        try:
            return read_pem(self._authority_folder(name) / f"{name}.pem")[0]
        except (OSError, IndexError) as error:
            raise PkiError("pki.missing", name) from error

    def key(self, name: str) -> PrivateKey:
        """The opened key of an authority, kept for the life of this object."""
        if name not in self._opened:
            path = self.folder / "authorities" / f"{name}.key.pem"
            self._opened[name] = open_key(path, self.service_pin)
        return self._opened[name]

    def chain(self, branch: str) -> tuple[bytes, ...]:
        """The issuing CA of a branch, without the root."""
        return (self.certificate(f"{branch}-ca"),)

    def roots(self) -> tuple[bytes, ...]:
        """DER of both roots."""
        return tuple(self.certificate(f"{branch}-root") for branch in (NATIONAL, OFFICIAL))

    def export_roots(self, folder: Path) -> None:
        """Write the roots as PEM into a folder of their own, for other tools."""
        folder.mkdir(parents=True, exist_ok=True)
        for branch, der in zip((NATIONAL, OFFICIAL), self.roots(), strict=True):
            write_pem(folder / f"{branch}-root.pem", (der,))

    def authorities(self, *, valid_from: datetime, valid_to: datetime) -> tuple[Authority, ...]:
        """The roots as a trusted root lists them: both for signing, one for timestamps."""
        uses = ((NATIONAL, "sign"), (OFFICIAL, "sign"), (OFFICIAL, "tsa"))
        return tuple(
            Authority(self._root_pem(branch), use, valid_from, valid_to) for branch, use in uses
        )

    def _root_pem(self, branch: str) -> str:
        return (self.folder / "roots" / f"{branch}-root.pem").read_text(encoding="ascii")

    def _authority_folder(self, name: str) -> Path:
        return self.folder / ("roots" if name.endswith("-root") else "authorities")

    def _issuing(self, name: str) -> Issuing:
        certificate = x509.load_der_x509_certificate(self.certificate(name))
        return Issuing(certificate, self.key(name), lambda kind: f"{HOST}/{kind}/{name}")

    def _free_name(self, name: str) -> str:
        taken, candidate, number = set(self.names()), name, 1
        while candidate in taken:
            number += 1
            candidate = f"{name}-{number}"
        return candidate

    def _state(self) -> dict[str, dict[str, dict[str, str]]]:
        try:
            state: dict[str, dict[str, dict[str, str]]] = json.loads(
                (self.folder / "pki.json").read_bytes()
            )
        except (OSError, ValueError) as error:
            raise PkiError("pki.missing", str(self.folder)) from error
        return state


def create(
    folder: Path,
    *,
    persons: Iterable[Person] = (),
    organisations: Iterable[Organisation] = (),
    at: datetime,
    service_pin: str = SERVICE_PIN,
) -> DevPki:
    """Make a new PKI with certificates for these holders.

    The authorities are valid from ten years before `at`, so that certificates of the past
    can be made too. `pki.json` is written last: a folder without it is no PKI.

    Raises:
        PkiError: `pki.exists`.
    """
    if (folder / "pki.json").exists():
        raise PkiError("pki.exists", str(folder))
    for part in ("roots", "authorities", "keys"):
        (folder / part).mkdir(parents=True, exist_ok=True)
        (folder / part).chmod(0o700)
    pki = DevPki(folder, service_pin)
    at = at.replace(microsecond=0)
    for authority in _AUTHORITIES:
        _create_authority(pki, authority, at)
    _write(folder / "pki.json", json.dumps({"revoked": {}}).encode())
    holders: list[Holder] = [*persons, *organisations]
    for holder in holders:
        pki.issue(holder, at=at)
    return pki


def load(folder: Path, *, service_pin: str = SERVICE_PIN) -> DevPki:
    """Open an existing PKI; keys are opened when they are first needed.

    Raises:
        PkiError: `pki.missing`.
    """
    if not (folder / "pki.json").exists():
        raise PkiError("pki.missing", str(folder))
    return DevPki(folder, service_pin)


THREE_YEARS = timedelta(days=3 * 365)
_PAST = timedelta(days=10 * 365)


@dataclass(frozen=True)
class _Authority:
    name: str
    issuer: str
    profile: Profile
    years: int


def _branch(name: str, kind: str, organisation: str) -> tuple[_Authority, ...]:
    return (
        _Authority(
            f"{name}-root",
            f"{name}-root",
            profiles.root(f"Chứng thực gốc {kind} (THỬ NGHIỆM)", organisation),
            20,
        ),
        _Authority(
            f"{name}-ca",
            f"{name}-root",
            profiles.issuing_ca(f"Chứng thực {kind} G1 (THỬ NGHIỆM)", organisation),
            15,
        ),
        _Authority(
            f"{name}-ocsp",
            f"{name}-ca",
            profiles.ocsp_responder(f"OCSP {kind} (THỬ NGHIỆM)"),
            10,
        ),
    )


_AUTHORITIES = (
    *_branch(NATIONAL, "công cộng", "Trung tâm Chứng thực điện tử quốc gia (THỬ NGHIỆM)"),
    *_branch(OFFICIAL, "chuyên dùng công vụ", "Ban Cơ yếu Chính phủ (THỬ NGHIỆM)"),
    _Authority(
        f"{OFFICIAL}-tsa",
        f"{OFFICIAL}-ca",
        profiles.timestamp_authority("Dấu thời gian công vụ (THỬ NGHIỆM)"),
        10,
    ),
)


def _create_authority(pki: DevPki, authority: _Authority, at: datetime) -> None:
    private = _new_key("p256")
    validity = Validity(at - _PAST, at + timedelta(days=365 * authority.years))
    if authority.issuer == authority.name:
        by = Issuing(None, private, None)
    else:
        by = pki._issuing(authority.issuer)  # noqa: SLF001  # this module's own class
    certificate = profiles.build(authority.profile, private, validity, by)
    folder = pki.folder / "authorities"
    _store(folder, authority.name, private, pki.service_pin, certificate)
    if authority.issuer == authority.name:
        (folder / f"{authority.name}.pem").rename(pki.folder / "roots" / f"{authority.name}.pem")
    pki._opened[authority.name] = private  # noqa: SLF001  # this module's own class


def _store(
    folder: Path, name: str, key: PrivateKey, pin: str, certificate: x509.Certificate
) -> None:
    """Write key and certificate; the certificate comes last, so a half-written key is none."""
    _write(folder / f"{name}.key.pem", protect_key(key, pin))
    write_pem(folder / f"{name}.pem", (certificate.public_bytes(serialization.Encoding.DER),))


def _new_key(kind: str) -> PrivateKey:
    if kind == "p256":
        return ec.generate_private_key(ec.SECP256R1())
    if kind.startswith("rsa"):
        return rsa.generate_private_key(65537, int(kind.removeprefix("rsa")))
    raise PkiError("pki.unknown_key", kind)


def _write(path: Path, data: bytes) -> None:
    """Replace a file whole, readable by its owner alone."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
