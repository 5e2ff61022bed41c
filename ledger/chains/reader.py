"""Any `Chain` as the verifier's `ChainReader`: for the process that holds the chain itself."""

from ledger.chains.contract import require_contract
from ledger.chains.protocol import Chain
from ledger.errors import ChainError
from verifier.errors import UnreachableError
from verifier.formats.view import LedgerView
from verifier.online.contract import Place, decode_look, encode_look


class InProcessReader:
    """See `verifier.online.ChainReader`. Chain, genesis and code are asserted once."""

    def __init__(self, chain: Chain, place: Place) -> None:
        self._chain = chain
        self._place = place._replace(contract=place.contract.lower())
        self._asserted = False

    def look(self, index: int) -> LedgerView:
        """See `ChainReader`."""
        data = encode_look(index)
        try:
            self._assert_once()
            answer = self._chain.call(self._place.contract, data)
        except ChainError as error:
            code = error.code if error.code == "chain.wrong_chain" else "chain.unreachable"
            raise UnreachableError(code, error.detail) from error
        return decode_look(answer, self._place)

    def _assert_once(self) -> None:
        if self._asserted:
            return
        found = (self._chain.chain_id, self._chain.block(0).hash.hex())
        if found != self._place[:2]:
            raise ChainError("chain.wrong_chain", str(found))
        require_contract(self._chain, self._place.contract)
        self._asserted = True
