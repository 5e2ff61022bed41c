"""Where private keys live: one small door for software keys, HSMs and remote services.

    with custody.open_session(pin) as key:
        signature = key.sign_digest(digest, "sha256")

A session opens the key once, however many signatures follow, and forgets it when it
closes. The certificate is known before the key is opened, since some services and every
CMS want it first.
"""

from types import TracebackType
from typing import Protocol, Self

from signing.custody.software import SoftwareCustody, SoftwareKey, protect_key

__all__ = ["KeyCustody", "SigningKey", "SoftwareCustody", "SoftwareKey", "protect_key"]


class SigningKey(Protocol):
    """An open key. Usable until `close()`; a context manager that closes itself."""

    @property
    def certificate(self) -> bytes:
        """DER of the certificate."""

    @property
    def chain(self) -> tuple[bytes, ...]:
        """DER of the issuing CAs, nearest first, without the root."""

    @property
    def scheme(self) -> str:
        """How it signs: `ecdsa`, `rsa-pkcs1v15` or `rsa-pss`."""

    def sign_digest(self, digest: bytes, algorithm: str = "sha256") -> bytes:
        """Sign a digest made with the hash `algorithm`; ECDSA answers in DER.

        Raises:
            CustodyError: `custody.closed`, `custody.wrong_digest` or what the device says.
        """

    def close(self) -> None:
        """Forget the key; closing twice does no harm."""

    def __enter__(self) -> Self:
        """Return itself."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close."""


class KeyCustody(Protocol):
    """A place that holds one key."""

    @property
    def certificate(self) -> bytes:
        """DER of the certificate, known without the PIN."""

    @property
    def chain(self) -> tuple[bytes, ...]:
        """DER of the issuing CAs, nearest first, without the root."""

    def open_session(self, pin: str) -> SigningKey:
        """Open the key.

        Raises:
            CustodyError: `custody.wrong_pin`, `custody.no_key` or `custody.unreachable`.
        """
