"""Pupils whose records were read as one at either of two instants."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString
from uuid import UUID

from ap_registry.store.database import Connection
from reports.scope import HELD

_MERGED: LiteralString = f"select other, pupil_id from merged where {HELD} order by other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Families:
    """A pupil who was never merged is a family of one, by its own id."""

    heads: Mapping[UUID, UUID]
    together: Mapping[UUID, frozenset[UUID]]
    parted: frozenset[UUID]  # families whose merges differ between the instants

    @classmethod
    def of(cls, connection: Connection, instants: tuple[datetime, datetime]) -> "Families":
        before, after = (_merged(connection, at) for at in instants)
        together: dict[UUID, frozenset[UUID]] = {}
        for other, keeper in (*before.items(), *after.items()):
            both = together.get(other, frozenset({other})) | together.get(
                keeper, frozenset({keeper})
            )
            together |= dict.fromkeys(both, both)
        heads = {pupil: min(family) for pupil, family in together.items()}
        parted = {heads[other] for other, _keeper in before.items() ^ after.items()}
        return cls(heads=heads, together=together, parted=frozenset(parted))

    def head(self, pupil: UUID) -> UUID:
        return self.heads.get(pupil, pupil)

    def members(self, pupil: UUID) -> Iterable[UUID]:
        return self.together.get(pupil, (pupil,))


def _merged(connection: Connection, at: datetime) -> dict[UUID, UUID]:
    return dict(connection.execute(_MERGED, {"at": at}).fetchall())
