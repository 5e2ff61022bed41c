"""The hash tree of RFC 9162: hashing and the checking of proofs.

Only what a verifier needs; building proofs is the work of `ledger.tree`, with the
same two hash functions. Inputs are values (the tree hashes them itself), proofs are
lists of 32-byte nodes, lowest first.

    verify_inclusion(value, index=3, size=8, path=path, root=root)   # raises ProofError
"""

from collections.abc import Sequence

from verifier.errors import ProofError
from verifier.formats.canonical import sha256

HASH_SIZE = 32
EMPTY_ROOT = sha256(b"")


def leaf_hash(value: bytes) -> bytes:
    """Hash a leaf: SHA-256(0x00 || value). RFC 9162, 2.1.1."""
    return sha256(b"\x00" + value)


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash an inner node: SHA-256(0x01 || left || right). RFC 9162, 2.1.1."""
    return sha256(b"\x01" + left + right)


def root_from_leaves(hashes: Sequence[bytes]) -> bytes:
    """Compute the root over hashed leaves. RFC 9162, 2.1.1.

    The largest power of two below the size splits left from right; pairing neighbours
    level by level and lifting an odd last node gives the same tree.
    """
    if not hashes:
        return EMPTY_ROOT
    level = list(hashes)
    while len(level) > 1:
        pairs = [node_hash(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
        level = pairs + level[len(pairs) * 2 :]
    return level[0]


def root_from_inclusion(hashed: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes:
    """Compute the root that a path leads to. RFC 9162, 2.1.3.2.

    Raises:
        ProofError: `proof.malformed` where index, size and path length do not fit.
    """
    if not 0 <= index < size or any(len(node) != HASH_SIZE for node in (hashed, *path)):
        raise ProofError("proof.malformed")
    fn, sn, root = index, size - 1, hashed
    for node in path:
        if sn == 0:
            raise ProofError("proof.malformed", "path too long")
        if fn & 1 or fn == sn:
            root = node_hash(node, root)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            root = node_hash(root, node)
        fn, sn = fn >> 1, sn >> 1
    if sn:
        raise ProofError("proof.malformed", "path too short")
    return root


def verify_inclusion(
    value: bytes, *, index: int, size: int, path: Sequence[bytes], root: bytes
) -> None:
    """Check that `value` is leaf `index` of the tree with this size and root.

    Raises:
        ProofError: `proof.malformed` or `proof.wrong_root`.
    """
    if root_from_inclusion(leaf_hash(value), index, size, path) != root:
        raise ProofError("proof.wrong_root")


def verify_consistency(
    *, old_size: int, old_root: bytes, size: int, root: bytes, path: Sequence[bytes]
) -> None:
    """Check that the newer tree only appended to the older one. RFC 9162, 2.1.4.2.

    Raises:
        ProofError: `proof.malformed` or `proof.wrong_root`.
    """
    if not 0 <= old_size <= size or any(len(node) != HASH_SIZE for node in path):
        raise ProofError("proof.malformed")
    if old_size in (0, size):
        _verify_trivial_consistency(old_size, old_root, size, root, path)
        return
    if not path:
        raise ProofError("proof.malformed", "empty path")
    nodes = list(path)
    if old_size & (old_size - 1) == 0:
        nodes.insert(0, old_root)
    if _roots_from_consistency(old_size, size, nodes) != (old_root, root):
        raise ProofError("proof.wrong_root")


def _roots_from_consistency(old_size: int, size: int, nodes: list[bytes]) -> tuple[bytes, bytes]:
    fn, sn = old_size - 1, size - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = nodes[0]
    for node in nodes[1:]:
        if sn == 0:
            raise ProofError("proof.malformed", "path too long")
        if fn & 1 or fn == sn:
            fr, sr = node_hash(node, fr), node_hash(node, sr)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node_hash(sr, node)
        fn, sn = fn >> 1, sn >> 1
    if sn:
        raise ProofError("proof.malformed", "path too short")
    return fr, sr


def _verify_trivial_consistency(
    old_size: int, old_root: bytes, size: int, root: bytes, path: Sequence[bytes]
) -> None:
    if path:
        raise ProofError("proof.malformed", "path must be empty")
    if old_size == 0 and old_root != EMPTY_ROOT:
        raise ProofError("proof.wrong_root")
    if old_size == size and old_root != root:
        raise ProofError("proof.wrong_root")
