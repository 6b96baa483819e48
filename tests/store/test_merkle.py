"""Trees and proofs, by the public vectors of Certificate Transparency and at random."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ap_registry.proofs import EMPTY_ROOT, Bad, consistent, leaf_hash, node, root_of
from ap_registry.registry import Registry
from ap_registry.store import merkle
from ap_registry.store.merkle import Stretch
from ap_registry.store.sequencer import sequence
from tests.store.holding import suspension
from tests.world import register_pupil

# RFC 6962 reference implementation, github.com/google/certificate-transparency,
# cpp/merkletree/merkle_tree_test.cc: eight leaves, the root of each size, paths and proofs.
LEAVES = [
    bytes.fromhex(leaf)
    for leaf in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]  # fmt: skip
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
INCLUSION = {
    (0, 1): [],
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    (1, 5): [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
CONSISTENCY = {
    (1, 1): [],
    (1, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}


def tree_of(leaves: Sequence[bytes], start: int, size: int) -> bytes:
    return merkle.tree(start, size, lambda at, n: leaf_hash(leaves[at]) if n == 1 else None)


def hashes(leaves: Sequence[bytes], stretches: Sequence[Stretch]) -> list[bytes]:
    return [tree_of(leaves, *stretch) for stretch in stretches]


@pytest.mark.parametrize("size", range(1, 9))
def test_roots_are_those_of_certificate_transparency(size: int) -> None:
    assert tree_of(LEAVES, 0, size).hex() == ROOTS[size - 1]


@pytest.mark.parametrize(("leaf_index", "size"), list(INCLUSION))
def test_paths_are_those_of_certificate_transparency(leaf_index: int, size: int) -> None:
    path = hashes(LEAVES, merkle.inclusion_stretches(leaf_index, size))
    assert [step.hex() for step in path] == INCLUSION[leaf_index, size]
    assert root_of(leaf_index, size, leaf_hash(LEAVES[leaf_index]), path).hex() == ROOTS[size - 1]


@pytest.mark.parametrize(("before", "after"), list(CONSISTENCY))
def test_proofs_are_those_of_certificate_transparency(before: int, after: int) -> None:
    path = hashes(LEAVES, merkle.consistency_stretches(before, after))
    assert [step.hex() for step in path] == CONSISTENCY[before, after]
    first, second = (bytes.fromhex(ROOTS[size - 1]) for size in (before, after))
    assert consistent(before, after, first=first, second=second, path=path)


def flipped(value: bytes, bit: int) -> bytes:
    at = bit // 8 % len(value)
    return value[:at] + bytes([value[at] ^ 1 << bit % 8]) + value[at + 1 :]


BITS = st.integers(0, 255)
SIZES = st.integers(1, 70)


@given(size=SIZES, at=st.integers(0, 10**6), which=st.integers(0, 10**6), bit=BITS)
def test_an_inclusion_proof_holds_and_with_any_bit_turned_does_not(
    size: int, at: int, which: int, bit: int
) -> None:
    leaves = [number.to_bytes(2, "big") for number in range(size)]
    at %= size
    root = tree_of(leaves, 0, size)
    path = hashes(leaves, merkle.inclusion_stretches(at, size))
    told = [leaf_hash(leaves[at]), *path]
    assert root_of(at, size, told[0], told[1:]) == root
    told[which % len(told)] = flipped(told[which % len(told)], bit)
    assert root_of(at, size, told[0], told[1:]) != root


@given(size=SIZES, more=SIZES, which=st.integers(0, 10**6), bit=BITS)
def test_a_consistency_proof_holds_and_with_any_bit_turned_does_not(
    size: int, more: int, which: int, bit: int
) -> None:
    leaves = [number.to_bytes(2, "big") for number in range(size + more)]
    path = hashes(leaves, merkle.consistency_stretches(size, size + more))
    told = [tree_of(leaves, 0, size), tree_of(leaves, 0, size + more), *path]

    def holds() -> bool:
        return consistent(size, size + more, first=told[0], second=told[1], path=told[2:])

    assert holds()
    told[which % len(told)] = flipped(told[which % len(told)], bit)
    assert not holds()


@given(size=SIZES, more=SIZES)
def test_a_ledger_that_was_rewritten_has_no_consistency_proof(size: int, more: int) -> None:
    leaves = [number.to_bytes(2, "big") for number in range(size + more)]
    before = tree_of(leaves, 0, size)
    leaves[size // 2] = b"rewritten"
    path = hashes(leaves, merkle.consistency_stretches(size, size + more))
    after = tree_of(leaves, 0, size + more)
    assert not consistent(size, size + more, first=before, second=after, path=path)


def test_a_path_of_another_length_leads_nowhere() -> None:
    path = hashes(LEAVES, merkle.inclusion_stretches(5, 8))
    leaf = leaf_hash(LEAVES[5])
    for wrong in (path[:-1], [*path, path[0]]):
        with pytest.raises(Bad):
            root_of(5, 8, leaf, wrong)
    for outside in (-1, 8):
        with pytest.raises(Bad):
            root_of(outside, 8, leaf, path)


def test_a_consistency_proof_of_nothing_and_of_the_same() -> None:
    root = bytes.fromhex(ROOTS[7])
    assert consistent(0, 8, first=EMPTY_ROOT, second=root, path=[])
    assert consistent(8, 8, first=root, second=root, path=[])
    assert not consistent(8, 8, first=root, second=EMPTY_ROOT, path=[])
    assert not consistent(8, 8, first=root, second=root, path=[root])
    assert not consistent(9, 8, first=root, second=root, path=[root])
    assert not consistent(0, 8, first=root, second=root, path=[])


def test_what_is_stored_gives_the_same_as_the_leaves(registry: Registry) -> None:
    """More than 16 leaves, so that a stored subtree is used; a few rounds, so that it grew."""
    register_pupil(registry)
    for day in range(2, 8):
        registry.record(suspension(f"2026-03-{day:02d}"))
        with registry.database.connection() as connection:
            size = sequence(connection).size
    with registry.database.connection() as connection:
        leaves = [bytes(row[0]) for row in connection.execute("select leaf from log order by seq")]
        assert size == len(leaves) > merkle.BRANCH
        for before in range(size + 1):
            root = merkle.root(connection, before)
            path = merkle.consistency(connection, before, size)
            whole = merkle.root(connection, size)
            assert consistent(before, size, first=root, second=whole, path=path)
            for at in (0, before // 2, before - 1) if before else ():
                path = merkle.inclusion(connection, at, before)
                assert root_of(at, before, leaves[at], path) == root


def test_a_node_is_not_a_leaf() -> None:
    """The prefixes keep a pair of leaves from passing for one."""
    left, right = leaf_hash(b"a"), leaf_hash(b"b")
    assert node(left, right) != leaf_hash(left + right)
