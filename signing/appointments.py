"""Appointments: the department's officers state who may sign for which school.

    officers = OfficersKey.generate("so-gddt-2026")
    token = issue_appointment(appointment, officers)
    trusted = officers.trusted(valid_from=..., valid_to=...)     # for the trusted root

In production two officers hold these keys offline; here it is one key in a file under a
PIN. The token is a compact JWS over canonical JSON, so a verifier needs nothing else.
"""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jws
from joserfc.jwk import ECKey

from signing.custody.software import open_key, protect_key
from signing.errors import CustodyError
from verifier.formats.appointment import Appointment, AppointmentSchool
from verifier.formats.canonical import sha256_hex
from verifier.formats.jws import TrustedKey

__all__ = ["Appointment", "AppointmentSchool", "OfficersKey", "fingerprint", "issue_appointment"]


@dataclass(frozen=True)
class OfficersKey:
    """A department key (P-256) that signs appointments or attestations."""

    kid: str
    key: ec.EllipticCurvePrivateKey = field(repr=False)

    @classmethod
    def generate(cls, kid: str) -> "OfficersKey":
        """Make a new key."""
        return cls(kid, ec.generate_private_key(ec.SECP256R1()))

    @classmethod
    def load(cls, path: Path, pin: str) -> "OfficersKey":
        """Open a key file; the file's name without `.key.pem` is the key id.

        Raises:
            CustodyError: `custody.wrong_pin` or `custody.no_key`.
        """
        key = open_key(path, pin)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise CustodyError("custody.no_key", "not an EC key")
        return cls(path.name.removesuffix(".key.pem"), key)

    def save(self, folder: Path, pin: str) -> Path:
        """Write the key, encrypted under the PIN, as `KID.key.pem`."""
        path = folder / f"{self.kid}.key.pem"
        path.write_bytes(protect_key(self.key, pin))
        path.chmod(0o600)
        return path

    def trusted(self, *, valid_from: datetime, valid_to: datetime) -> TrustedKey:
        """The public half, as a trusted root lists it."""
        public = ECKey.import_key(self.key.public_key()).as_dict(private=False)
        members = {name: str(public[name]) for name in ("kty", "crv", "x", "y")}
        return TrustedKey(self.kid, tuple(sorted(members.items())), valid_from, valid_to)

    def sign(self, payload: bytes) -> str:
        """Sign a payload as compact JWS with this key's id."""
        return jws.serialize_compact(
            {"alg": "ES256", "kid": self.kid}, payload, ECKey.import_key(self.key)
        )


def issue_appointment(appointment: Appointment, officers: OfficersKey) -> str:
    """Sign an appointment."""
    return officers.sign(appointment.to_bytes())


def fingerprint(certificate: bytes) -> str:
    """How an appointment names a certificate: SHA-256 of its DER, hex."""
    return sha256_hex(certificate)
