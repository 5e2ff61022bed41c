"""RFC 9162 trees: foreign vectors, and our proofs against our verifier for every size."""

import base64
import json
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.tree import Tree, consistency_path, inclusion_path, root
from verifier.errors import ProofError
from verifier.formats.merkle import (
    EMPTY_ROOT,
    leaf_hash,
    node_hash,
    root_from_inclusion,
    verify_consistency,
    verify_inclusion,
)

SHARED = Path(os.environ.get("HOCBA_SHARED", Path(__file__).parents[4] / "shared"))
VECTORS = SHARED / "vectors/merkle-rfc6962"
CT_LEAVES = [
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
]  # fmt: skip
CT_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
"""The test data of Certificate Transparency, roots of the first 1 to 8 leaves."""


def vectors(kind):
    if not VECTORS.is_dir():
        return [pytest.param(None, marks=pytest.mark.skip(reason=f"no vectors at {VECTORS}"))]
    files = sorted((VECTORS / kind).rglob("*.json"))
    return [pytest.param(file, id=f"{file.parent.name}-{file.stem}") for file in files]


def decoded(value):
    return [base64.b64decode(node) for node in value or []]


@pytest.mark.parametrize("file", vectors("inclusion"))
def test_an_inclusion_vector_is_judged_as_it_says(file):
    case = json.loads(file.read_text())
    hashed, expected = base64.b64decode(case["leafHash"]), base64.b64decode(case["root"])

    def judge():
        path = decoded(case["proof"])
        if root_from_inclusion(hashed, case["leafIdx"], case["treeSize"], path) != expected:
            raise ProofError("proof.wrong_root")

    if case["wantErr"]:
        with pytest.raises(ProofError):
            judge()
    else:
        judge()


@pytest.mark.parametrize("file", vectors("consistency"))
def test_a_consistency_vector_is_judged_as_it_says(file):
    case = json.loads(file.read_text())

    def judge():
        verify_consistency(
            old_size=case["size1"],
            old_root=base64.b64decode(case["root1"]),
            size=case["size2"],
            root=base64.b64decode(case["root2"]),
            path=decoded(case["proof"]),
        )

    if case["wantErr"]:
        with pytest.raises(ProofError):
            judge()
    else:
        judge()


def hashes(size):
    return [leaf_hash(str(number).encode()) for number in range(size)]


def definition(nodes):
    """RFC 9162, 2.1.1, word for word."""
    if not nodes:
        return EMPTY_ROOT
    if len(nodes) == 1:
        return nodes[0]
    split = 1
    while split * 2 < len(nodes):
        split *= 2
    return node_hash(definition(nodes[:split]), definition(nodes[split:]))


def test_hashes_of_certificate_transparency():
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert leaf_hash(b"L123456").hex() == (
        "395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56"
    )
    assert node_hash(b"N123", b"N456").hex() == (
        "aa217fe888e47007fa15edab33c2b492a722cb106c64667fc2b044444de66bbb"
    )


def test_roots_of_certificate_transparency():
    nodes = [leaf_hash(bytes.fromhex(leaf)) for leaf in CT_LEAVES]
    assert [root(nodes[: size + 1]).hex() for size in range(8)] == CT_ROOTS


@pytest.mark.parametrize("size", range(35))
def test_the_root_is_the_one_of_the_definition(size):
    nodes = hashes(size)
    assert root(nodes) == Tree(nodes).root() == definition(nodes)


@pytest.mark.parametrize("size", range(1, 35))
def test_every_leaf_is_included(size):
    tree = Tree(hashes(size))
    for index in range(size):
        path = tree.inclusion_path(index)
        verify_inclusion(str(index).encode(), index=index, size=size, path=path, root=tree.root())
        assert path == inclusion_path(hashes(size), index)


@pytest.mark.parametrize("size", range(1, 20))
def test_every_older_tree_is_a_beginning(size):
    nodes = hashes(size)
    for old in range(size + 1):
        path = consistency_path(nodes, old)
        verify_consistency(
            old_size=old, old_root=root(nodes[:old]), size=size, root=root(nodes), path=path
        )


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 300), st.data())
def test_a_proof_fits_its_own_leaf_alone(size, data):
    tree = Tree(hashes(size))
    index = data.draw(st.integers(0, size - 1))
    path = list(tree.inclusion_path(index))
    other = data.draw(st.integers(0, size - 1).filter(lambda found: found != index))
    with pytest.raises(ProofError):
        verify_inclusion(str(other).encode(), index=other, size=size, path=path, root=tree.root())
    node, bit = data.draw(st.integers(0, len(path) - 1)), data.draw(st.integers(0, 255))
    path[node] = bytes(
        byte ^ ((1 << bit % 8) * (at == bit // 8)) for at, byte in enumerate(path[node])
    )
    with pytest.raises(ProofError):
        verify_inclusion(str(index).encode(), index=index, size=size, path=path, root=tree.root())


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 120), st.data())
def test_a_rewritten_past_is_not_consistent(size, data):
    nodes = hashes(size)
    old = data.draw(st.integers(1, size - 1))
    old_root, changed = root(nodes[:old]), list(nodes)
    changed[data.draw(st.integers(0, old - 1))] = leaf_hash(b"rewritten")
    with pytest.raises(ProofError):
        verify_consistency(
            old_size=old,
            old_root=old_root,
            size=size,
            root=root(changed),
            path=consistency_path(changed, old),
        )


def test_a_place_outside_the_tree_has_no_proof():
    for index in (-1, 3):
        with pytest.raises(IndexError):
            inclusion_path(hashes(3), index)
    for old in (-1, 4):
        with pytest.raises(IndexError):
            consistency_path(hashes(3), old)


@pytest.mark.parametrize(
    ("index", "size", "path"),
    [
        (0, 0, []), (-1, 1, []), (1, 1, []), (0, 1, [bytes(32)]), (0, 2, []), (0, 2, [bytes(31)]),
        (0, 3, [bytes(32)]), (2, 3, [bytes(32)] * 2),
    ],
)  # fmt: skip
def test_a_malformed_inclusion_proof_is_refused(index, size, path):
    with pytest.raises(ProofError, match="malformed"):
        root_from_inclusion(bytes(32), index, size, path)


@pytest.mark.parametrize(
    ("old", "size", "path"),
    [(2, 1, []), (-1, 1, []), (1, 2, []), (1, 2, [bytes(5)]), (1, 1, [bytes(32)]),
     (0, 1, [bytes(32)]), (1, 2, [bytes(32)] * 3), (3, 8, [bytes(32)] * 2)],
)  # fmt: skip
def test_a_malformed_consistency_proof_is_refused(old, size, path):
    with pytest.raises(ProofError, match="malformed"):
        verify_consistency(old_size=old, old_root=bytes(32), size=size, root=bytes(32), path=path)


def test_trivial_consistency_still_compares():
    nodes = hashes(3)
    for old, old_root in ((0, bytes(32)), (3, bytes(32))):
        with pytest.raises(ProofError, match="wrong_root"):
            verify_consistency(old_size=old, old_root=old_root, size=3, root=root(nodes), path=[])
