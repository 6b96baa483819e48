"""The log hashed as an RFC 6962 Merkle tree: roots and proofs from a few stored subtrees."""

from collections.abc import Callable, Mapping
from typing import LiteralString

from ap_registry.proofs import EMPTY_ROOT, node
from ap_registry.store.database import Connection

Stretch = tuple[int, int]  # of leaves: the first, counted from 0, and how many

BRANCH = 16


def tree(start: int, size: int, find: Callable[[int, int], bytes | None]) -> bytes:
    """The RFC 6962 hash of leaves start … start+size−1; ``find`` knows some aligned subtrees."""
    known = find(start, size)
    if known is not None:
        return known
    split = _split(size)
    return node(tree(start, split, find), tree(start + split, size - split, find))


def root(connection: Connection, size: int) -> bytes:
    """The root of the first ``size`` entries, from stored subtrees and a few leaves."""
    return _hashes(connection, [(0, size)])[0] if size else EMPTY_ROOT


def inclusion(connection: Connection, leaf_index: int, size: int) -> list[bytes]:
    """PATH of RFC 6962: what leads from a leaf to the root of the first ``size`` entries."""
    return _hashes(connection, inclusion_stretches(leaf_index, size))


def consistency(connection: Connection, before: int, after: int) -> list[bytes]:
    """PROOF of RFC 6962: that the first ``before`` entries begin the first ``after``."""
    return _hashes(connection, consistency_stretches(before, after))


def inclusion_stretches(leaf_index: int, size: int) -> list[Stretch]:
    """The subtrees of a path, lowest first."""
    found: list[Stretch] = []
    start = 0
    while size > 1:
        split = _split(size)
        if leaf_index - start < split:
            found.append((start + split, size - split))
            size = split
        else:
            found.append((start, split))
            start, size = start + split, size - split
    return found[::-1]


def consistency_stretches(before: int, after: int) -> list[Stretch]:
    """Down to the subtree that both trees end with; it is told unless it is all of the first."""
    if not 0 < before < after:
        return []
    found: list[Stretch] = []
    start, size = 0, after
    while before - start < size:
        split = _split(size)
        if before - start <= split:
            found.append((start + split, size - split))
            size = split
        else:
            found.append((start, split))
            start, size = start + split, size - split
    if start:
        found.append((start, size))
    return found[::-1]


def _split(size: int) -> int:
    """The largest power of two below ``size``."""
    return 1 << ((size - 1).bit_length() - 1)


def _hashes(connection: Connection, stretches: list[Stretch]) -> list[bytes]:
    """The hash of each stretch, all fetched at once."""
    wanted: set[tuple[int, int]] = set()

    def note(start: int, count: int) -> bytes | None:
        level = _level(start, count)
        if level is None:
            return None
        wanted.add((level, start // BRANCH**level))
        return b""

    for stretch in stretches:
        tree(*stretch, note)
    found = _fetch(connection, wanted)

    def find(start: int, count: int) -> bytes | None:
        level = _level(start, count)
        return None if level is None else found[level, start // BRANCH**level]

    return [tree(*stretch, find) for stretch in stretches]


def _level(start: int, count: int) -> int | None:
    """k where the stretch is an aligned subtree of 16^k leaves."""
    level, width = 0, 1
    while width < count:
        level, width = level + 1, width * BRANCH
    return level if width == count and start % width == 0 else None


def _fetch(connection: Connection, wanted: set[tuple[int, int]]) -> Mapping[tuple[int, int], bytes]:
    leaves = [number + 1 for level, number in wanted if level == 0]
    found = {
        (0, seq - 1): bytes(leaf)
        for seq, leaf in connection.execute(
            "select seq, leaf from log where seq = any(%s)", (leaves,)
        )
    }
    nodes = [(level, number) for level, number in wanted if level]
    for level, number, value in connection.execute(
        "select level, number, hash from merkle_node"
        " where (level, number) in (select * from unnest(%s::smallint[], %s::bigint[]))",
        ([level for level, _ in nodes], [number for _, number in nodes]),
    ):
        found[level, number] = bytes(value)
    return found


def grow(connection: Connection, before: int, size: int) -> None:
    """Store each subtree of 16^k leaves that has become complete."""
    level, width = 1, BRANCH
    while size // width:
        first, last = before // width, size // width
        if last > first:
            below = _children(connection, level - 1, first * BRANCH, last * BRANCH)
            hashes = [tree(0, BRANCH, _of(below, start * BRANCH)) for start in range(last - first)]
            connection.execute("select keep_subtrees(%s::smallint, %s, %s)", (level, first, hashes))
        level, width = level + 1, width * BRANCH


def _children(connection: Connection, level: int, first: int, last: int) -> list[bytes]:
    query: LiteralString = (
        "select leaf from log where seq > %s and seq <= %s order by seq"
        if level == 0
        else "select hash from merkle_node where number >= %s and number < %s and level = %s"
        " order by number"
    )
    parameters = (first, last) if level == 0 else (first, last, level)
    return [bytes(row[0]) for row in connection.execute(query, parameters)]


def _of(hashes: list[bytes], offset: int) -> Callable[[int, int], bytes | None]:
    return lambda start, count: hashes[offset + start] if count == 1 else None
