"""Pupils who are alike, found once for as long as nobody whom a scope sees is described anew."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Sequence
from itertools import combinations
from uuid import UUID

from ap_registry.likeness import Details, Likeness, compare, plain
from ap_registry.store import matching
from ap_registry.store.database import Connection, Database
from ap_registry.store.matching import Person, ordered
from ap_registry.store.queries import Scope
from ap_registry.store.readers import lifted

Two = tuple[UUID, UUID, Likeness]
MOST_SCOPES = 64


class Alike:
    """Of one database. Kept are ids, scores and reasons, which name nobody.

    Whether anything has changed is asked past the wall: a count and a sum say nothing of anybody,
    and to ask row by row takes as long again.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._found: dict[Hashable, tuple[str, tuple[Two, ...]]] = {}

    def of(self, connection: Connection, scope: Scope) -> tuple[Two, ...]:
        """Each two by their own ids, the lower first; the likeliest pair first."""
        key = scope.everything, scope.organisations
        with lifted(), self._database.connection() as counting:
            state = matching.described(counting, scope)
        kept = self._found.get(key)
        if kept is not None and kept[0] == state:
            return kept[1]
        unordered = (
            (*ordered(one.key, other.key), likeness)
            for one, other, likeness in alike(matching.people(connection, scope))
        )
        found = tuple(sorted(unordered, key=_likeliest))
        if len(self._found) >= MOST_SCOPES:
            self._found.clear()
        self._found[key] = state, found
        return found


def alike(people: Sequence[Person]) -> Iterator[tuple[Person, Person, Likeness]]:
    """Compared are those of one day of birth, and those of one name, in whatever order."""
    seen: set[tuple[UUID, UUID]] = set()
    for key in (_born, _named):
        for block in _blocks(people, key):
            for one, other in combinations(block, 2):
                if (pair := ordered(one.key, other.key)) in seen:
                    continue
                if likeness := compare(one.details, other.details):
                    seen.add(pair)
                    yield one, other, likeness


def _likeliest(two: Two) -> tuple[int, bytes, bytes]:
    one, other, likeness = two
    return -likeness.score, one.bytes, other.bytes


def _born(details: Details) -> Hashable:
    return details.date_of_birth


def _named(details: Details) -> Hashable:
    return tuple(sorted((plain(details.given_name), plain(details.family_name))))


def _blocks(
    people: Sequence[Person], key: Callable[[Details], Hashable]
) -> Iterator[Sequence[Person]]:
    found: dict[Hashable, list[Person]] = defaultdict(list)
    for person in people:
        found[key(person.details)].append(person)
    yield from (block for block in found.values() if len(block) > 1)
