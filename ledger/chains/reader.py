"""Any `Chain` as the verifier's `ChainReader`: for the process that holds the chain itself."""

from ledger.chains.contract import require_contract
from ledger.chains.protocol import Chain
from ledger.errors import ChainError
from verifier.errors import UnreachableError
from verifier.formats.view import LedgerView
from verifier.online.contract import Head, decode_look, encode_look


class InProcessReader:
    """See `verifier.online.ChainReader`. Chain, genesis and code are asserted once."""

    def __init__(self, chain: Chain, *, chain_id: int, genesis: str, contract: str) -> None:
        self._chain = chain
        self._expected = (chain_id, genesis)
        self._contract = contract.lower()
        self._asserted = False

    def look(self, index: int) -> LedgerView:
        """See `ChainReader`."""
        data = encode_look(index)
        try:
            self._assert_once()
            newest = self._chain.block()
            answer = self._chain.call(self._contract, data)
        except ChainError as error:
            code = error.code if error.code == "chain.wrong_chain" else "chain.unreachable"
            raise UnreachableError(code, error.detail) from error
        head = Head(*self._expected, self._contract, newest.number, newest.time)
        return decode_look(answer, head)

    def _assert_once(self) -> None:
        if self._asserted:
            return
        found = (self._chain.chain_id, self._chain.block(0).hash.hex())
        if found != self._expected:
            raise ChainError("chain.wrong_chain", str(found))
        require_contract(self._chain, self._contract)
        self._asserted = True
