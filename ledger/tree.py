"""Proofs over the hash tree of RFC 9162; the hashes themselves are the verifier's.

Inputs are hashed leaves (`merkle.leaf_hash`), outputs are paths that
`merkle.verify_inclusion` and `merkle.verify_consistency` accept.

    hashes = [leaf_hash(value) for value in values]
    path = inclusion_path(hashes, 3)

Every function is a plain recursion over the definition, O(n) hashes a call; `Tree` keeps
the levels of one list and answers each path in O(log n) from them.
"""

from collections.abc import Sequence

from verifier.formats.merkle import EMPTY_ROOT, node_hash, root_from_leaves

root = root_from_leaves


class Tree:
    """The levels over one list of hashed leaves, computed once."""

    def __init__(self, hashes: Sequence[bytes]) -> None:
        self._levels: list[list[bytes]] = [list(hashes)]
        while len(self._levels[-1]) > 1:
            below = self._levels[-1]
            pairs = [node_hash(below[i], below[i + 1]) for i in range(0, len(below) - 1, 2)]
            self._levels.append(pairs + below[len(pairs) * 2 :])

    @property
    def size(self) -> int:
        """How many leaves there are."""
        return len(self._levels[0])

    def root(self) -> bytes:
        """The root. RFC 9162, 2.1.1."""
        return self._levels[-1][0] if self.size else EMPTY_ROOT

    def inclusion_path(self, index: int) -> tuple[bytes, ...]:
        """The nodes beside the way from leaf `index` to the root. RFC 9162, 2.1.3.1."""
        if not 0 <= index < self.size:
            raise IndexError(index)
        path = []
        for level in self._levels[:-1]:
            beside = index ^ 1
            if beside < len(level):
                path.append(level[beside])
            index >>= 1
        return tuple(path)


def inclusion_path(hashes: Sequence[bytes], index: int) -> tuple[bytes, ...]:
    """The path of one leaf. RFC 9162, 2.1.3.1."""
    return Tree(hashes).inclusion_path(index)


def consistency_path(hashes: Sequence[bytes], old_size: int) -> tuple[bytes, ...]:
    """The proof that the tree only appended to its first `old_size` leaves. RFC 9162, 2.1.4.1.

    Empty where the sizes are equal or the old tree was empty: there is nothing to prove.
    """
    if not 0 <= old_size <= len(hashes):
        raise IndexError(old_size)
    if old_size in (0, len(hashes)):
        return ()
    return _subproof(old_size, list(hashes), whole=True)


def _subproof(old_size: int, hashes: list[bytes], *, whole: bool) -> tuple[bytes, ...]:
    if old_size == len(hashes):
        return () if whole else (root_from_leaves(hashes),)
    split = 1 << ((len(hashes) - 1).bit_length() - 1)
    left, right = hashes[:split], hashes[split:]
    if old_size <= split:
        return (*_subproof(old_size, left, whole=whole), root_from_leaves(right))
    return (*_subproof(old_size - split, right, whole=False), root_from_leaves(left))
