"""Import the chain's libraries without what they do to the process.

py-evm and py-ecc raise Python's recursion limit a hundredfold when they are imported. That
limit guards every parser of strangers' files in this process, and our contract calls no
other, so it is put back.

    with same_recursion_limit():
        from ledger.chains.evm import Evm
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def same_recursion_limit() -> Iterator[None]:
    """Whatever is imported inside, the limit is afterwards what it was before."""
    before = sys.getrecursionlimit()
    try:
        yield
    finally:
        sys.setrecursionlimit(before)
