"""Keys in files, encrypted under a PIN: for development and tests.

A key file is PKCS#8 in PEM (PBES2: scrypt, AES-256-CBC), so that any tool opens it with
the PIN and none without. Three files per key: `NAME.key.pem`, `NAME.pem` (certificate)
and `NAME.chain.pem`.

    custody = SoftwareCustody.load(folder, "person-031190000001")
"""

import os
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from asn1crypto import core, pem
from cryptography.hazmat.primitives import hashes, padding, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa, utils
from cryptography.hazmat.primitives.asymmetric import padding as rsa_padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from signing.errors import CustodyError

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

_HASHES = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}


@dataclass
class SoftwareKey:
    """An opened key; the object is kept, since loading an RSA key costs 40 ms."""

    certificate: bytes
    chain: tuple[bytes, ...]
    _key: PrivateKey | None = field(repr=False)
    use_pss: bool = False

    @property
    def scheme(self) -> str:
        """How it signs."""
        if isinstance(self._opened(), ec.EllipticCurvePrivateKey):
            return "ecdsa"
        return "rsa-pss" if self.use_pss else "rsa-pkcs1v15"

    def sign_digest(self, digest: bytes, algorithm: str = "sha256") -> bytes:
        """Sign a digest made with the hash `algorithm`.

        Raises:
            CustodyError: `custody.closed` or `custody.wrong_digest`.
        """
        key, kind = self._opened(), _HASHES.get(algorithm)
        if kind is None or len(digest) != kind.digest_size:
            raise CustodyError("custody.wrong_digest", f"{algorithm}, {len(digest)} bytes")
        prehashed = utils.Prehashed(kind)
        if isinstance(key, ec.EllipticCurvePrivateKey):
            return key.sign(digest, ec.ECDSA(prehashed))
        if self.use_pss:
            pss = rsa_padding.PSS(rsa_padding.MGF1(kind), kind.digest_size)
            return key.sign(digest, pss, prehashed)
        return key.sign(digest, rsa_padding.PKCS1v15(), prehashed)

    def close(self) -> None:
        """Forget the key."""
        self._key = None

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Forget the key."""
        self.close()

    def _opened(self) -> PrivateKey:
        if self._key is None:
            raise CustodyError("custody.closed")
        return self._key


@dataclass(frozen=True)
class SoftwareCustody:
    """One key file with its certificate and chain."""

    certificate: bytes
    chain: tuple[bytes, ...]
    key_file: Path
    use_pss: bool = False

    @classmethod
    def load(cls, folder: Path, name: str, *, use_pss: bool = False) -> "SoftwareCustody":
        """Find the files of a key.

        Raises:
            CustodyError: `custody.no_key`.
        """
        try:
            (certificate,) = read_pem(folder / f"{name}.pem")
            chain = read_pem(folder / f"{name}.chain.pem")
        except (OSError, ValueError) as error:
            raise CustodyError("custody.no_key", name) from error
        return cls(certificate, chain, folder / f"{name}.key.pem", use_pss)

    def open_session(self, pin: str) -> SoftwareKey:
        """Decrypt the key.

        Raises:
            CustodyError: `custody.wrong_pin` or `custody.no_key`.
        """
        return SoftwareKey(self.certificate, self.chain, open_key(self.key_file, pin), self.use_pss)


def open_key(path: Path, pin: str) -> PrivateKey:
    """Decrypt a key file.

    Raises:
        CustodyError: `custody.no_key` where there is none, `custody.wrong_pin` otherwise.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise CustodyError("custody.no_key", path.name) from error
    try:
        key = serialization.load_pem_private_key(data, pin.encode())
    except (ValueError, TypeError) as error:
        raise CustodyError("custody.wrong_pin", path.name) from error
    if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise CustodyError("custody.no_key", f"{path.name}: unknown kind of key")
    return key


def protect_key(key: PrivateKey, pin: str) -> bytes:
    """Encrypt a key under a PIN: PKCS#8, PBES2 with scrypt. RFC 8018, RFC 7914."""
    plain = key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    salt, iv = os.urandom(16), os.urandom(16)
    secret = Scrypt(salt=salt, length=_KEY, n=_COST, r=8, p=1).derive(pin.encode())
    padder = padding.PKCS7(128).padder()
    encryptor = Cipher(algorithms.AES256(secret), modes.CBC(iv)).encryptor()
    sealed = encryptor.update(padder.update(plain) + padder.finalize()) + encryptor.finalize()
    cost = [core.Integer(number) for number in (_COST, 8, 1, _KEY)]
    derivation = _sequence(_oid(_SCRYPT), _sequence(core.OctetString(salt), *cost))
    cipher = _sequence(_oid(_AES256_CBC), core.OctetString(iv))
    scheme = _sequence(_oid(_PBES2), _sequence(derivation, cipher))
    der = _sequence(scheme, core.OctetString(sealed)).dump()
    return bytes(pem.armor("ENCRYPTED PRIVATE KEY", der))


def read_pem(path: Path) -> tuple[bytes, ...]:
    """Read every block of a PEM file as DER; an empty file has none."""
    data = path.read_bytes()
    if not data:
        return ()
    return tuple(bytes(der) for _, _, der in pem.unarmor(data, multiple=True))


def write_pem(path: Path, certificates: tuple[bytes, ...]) -> None:
    """Write certificates as PEM."""
    path.write_bytes(b"".join(pem.armor("CERTIFICATE", der) for der in certificates))


_COST, _KEY = 2**14, 32
_PBES2, _SCRYPT = "1.2.840.113549.1.5.13", "1.3.6.1.4.1.11591.4.11"
_AES256_CBC = "2.16.840.1.101.3.4.1.42"


def _sequence(*parts: core.Asn1Value) -> core.Asn1Value:
    return core.Sequence(contents=b"".join(part.dump() for part in parts))


def _oid(dotted: str) -> core.Asn1Value:
    return core.ObjectIdentifier(dotted)
