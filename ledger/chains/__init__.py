"""Chains behind one small Protocol: the embedded one, and any other over JSON-RPC.

Everything above speaks to a `Chain`; the same tests run on each and on the fake.
`account.py` signs, `events.py` turns logs into the log's entries, `contract.py` reads and
names what the contract can do. Only `ledger/anchor.py` and `ledger/deploy.py` send.
"""

from ledger.chains.protocol import Block, Chain, ChainLog, TransactionReceipt

__all__ = ["Block", "Chain", "ChainLog", "TransactionReceipt"]
