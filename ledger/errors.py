"""Every failure that the ledger expects, as one tree; `code` is stable and documented.

| code | meaning |
|---|---|
| `chain.unreachable` | no answer, or not in time; nothing is known about what was sent |
| `chain.malformed` | an answer that is none |
| `chain.wrong_chain` | another chain, or another contract, than the one expected |
| `chain.refused` | the node did not take a transaction |
| `chain.reverted` | the contract said no; `reason` names its error |
| `chain.embedded_not_for_production` | the embedded chain serves demo realms alone |
| `anchor.unreachable` | as above, while anchoring: try again, it is done once |
| `anchor.refused` | the contract or the node refused for good |
"""


class LedgerError(Exception):
    """Base of all expected failures."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail


class ChainError(LedgerError):
    """The chain, as far as one call is concerned."""


class UnreachableChainError(ChainError):
    """`chain.unreachable`: silence; what was sent may or may not have arrived."""


class RevertedError(ChainError):
    """`chain.reverted`: the contract said no."""

    def __init__(
        self, reason: str, arguments: tuple[object, ...] = (), *, data: bytes = b""
    ) -> None:
        super().__init__("chain.reverted", f"{reason}{arguments}" if arguments else reason)
        self.reason = reason
        self.arguments = arguments
        self.data = data


class AnchorError(LedgerError):
    """A statement could not be anchored, or not now."""
