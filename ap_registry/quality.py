"""The data-quality inbox of an LA: what in the record wants looking at by a person."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ap_registry.instants import instant
from ap_registry.matching import Pair, first_pairs
from ap_registry.registry import Registry
from ap_registry.store import quality
from ap_registry.store.queries import Scope

READERS = frozenset({"la", "admin"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbox:
    """``pairs`` who may be one pupil, ``clashes`` in records, and organisations that are amiss.

    ``more_pairs``: how many there are beyond those.
    """

    pairs: Sequence[Pair]
    more_pairs: int
    clashes: Sequence[dict[str, Any]]
    unknown: Sequence[dict[str, Any]]
    closed: Sequence[dict[str, Any]]

    @property
    def size(self) -> int:
        found = (self.pairs, self.clashes, self.unknown, self.closed)
        return sum(map(len, found)) + self.more_pairs

    def pupils(self) -> list[str]:
        """Whoever is shown in it, by id."""
        paired = [str(person.id) for pair in self.pairs for person in (pair.kept, pair.other)]
        return [*paired, *(one["pupil_id"] for one in self.clashes)]

    def as_json(self) -> dict[str, Any]:
        moments = ("first_at", "last_at")
        return {
            "pairs": [pair.as_json() for pair in self.pairs],
            "clashes": list(self.clashes),
            "unknown_organisations": [
                {name: instant(v) if name in moments else v for name, v in one.items()}
                for one in self.unknown
            ],
            "closed_organisations": [
                {**one, "closed_on": one["closed_on"].isoformat()} for one in self.closed
            ],
        }


def inbox(registry: Registry, scope: Scope, *, pairs: int | None = None) -> Inbox:
    """What the scope sees; of the pairs at most so many, the likeliest."""
    today = registry.today()
    with registry.database.connection() as connection:
        found, more = first_pairs(registry, connection, scope, pairs)
        return Inbox(
            pairs=found,
            more_pairs=more,
            clashes=quality.clashes(connection, scope, today),
            unknown=quality.unknown_names(connection, scope, today),
            closed=quality.closed(connection, scope, today),
        )
