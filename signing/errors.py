"""Everything that may go wrong while signing, as one tree.

    SigningError
        CustodyError     no key, wrong PIN, a key that cannot do what is asked
        PkiError         the development PKI is missing, broken or asked for nonsense
        StatusError      nobody says whether a certificate is revoked
        TimestampError   no timestamp, or one that does not fit

`code` is stable; people read the sentence that the catalogue has for it.
"""


class SigningError(Exception):
    """Base of all; `code` is stable, `detail` is for engineers."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail


class CustodyError(SigningError):
    """The key cannot be reached or used."""


class PkiError(SigningError):
    """The development PKI refuses."""


class StatusError(SigningError):
    """The status of a certificate could not be had."""


class TimestampError(SigningError):
    """No usable timestamp token."""
