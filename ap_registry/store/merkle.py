"""The log hashed as an RFC 6962 Merkle tree: any root from a few stored subtrees and leaves."""

from collections.abc import Callable, Mapping
from typing import LiteralString

from ap_registry.proofs import EMPTY_ROOT, node
from ap_registry.store.database import Connection

BRANCH = 16


def tree(start: int, size: int, find: Callable[[int, int], bytes | None]) -> bytes:
    """The RFC 6962 hash of leaves start … start+size−1; ``find`` knows some aligned subtrees."""
    known = find(start, size)
    if known is not None:
        return known
    split = 1 << ((size - 1).bit_length() - 1)
    return node(tree(start, split, find), tree(start + split, size - split, find))


def root(connection: Connection, size: int) -> bytes:
    """The root of the first ``size`` entries, from stored subtrees and a few leaves."""
    if size == 0:
        return EMPTY_ROOT
    wanted: set[tuple[int, int]] = set()

    def note(start: int, count: int) -> bytes | None:
        level = _level(start, count)
        if level is None:
            return None
        wanted.add((level, start // BRANCH**level))
        return b""

    tree(0, size, note)
    found = _fetch(connection, wanted)
    return tree(
        0,
        size,
        lambda start, count: (
            None
            if (level := _level(start, count)) is None
            else found[level, start // BRANCH**level]
        ),
    )


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
            rows = [
                (level, number, tree(0, BRANCH, _of(below, (number - first) * BRANCH)))
                for number in range(first, last)
            ]
            with (
                connection.cursor() as cursor,
                cursor.copy("copy merkle_node (level, number, hash) from stdin") as copy,
            ):
                for row in rows:
                    copy.write_row(row)
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
