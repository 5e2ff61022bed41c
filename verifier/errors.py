"""Every failure that the verifier expects, as one tree.

`FormatError` says that bytes are not what formats.md allows; `UnknownFormatError`
says that they may be fine but that this verifier is too old to tell. The two are
never mixed up: the first makes a check *failed*, the second *not checked*.
"""


class VerifierError(Exception):
    """Base of all expected failures; `code` is stable and documented."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail


class FormatError(VerifierError):
    """The bytes break a rule of the format."""


class ProofError(VerifierError):
    """A hash, path or signature does not compute."""


class UnknownFormatError(VerifierError):
    """A type, template, policy or kind that this version does not know."""


class UnreachableError(VerifierError):
    """An outside source did not answer in time or answered nonsense."""
