"""Small files that an LA sends of the organisations in it: looked at first, then saved."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import BinaryIO, Protocol

from ap_registry.access import Caller
from ap_registry.errors import Problem, Refused
from ap_registry.ingest.calendars import CLOSURES, TERMS, import_closures, import_terms
from ap_registry.ingest.people import import_people
from ap_registry.ingest.results import ImportResult
from ap_registry.ingest.sheets import import_headcounts, import_providers
from ap_registry.registry import Registry
from ap_registry.store.database import Connection
from ap_registry.store.people import COLUMNS as PEOPLE
from ap_registry.store.sheets import HEADCOUNTS, PROVIDERS

SENDERS = frozenset({"la", "admin"})
_UNKNOWN = "is not an organisation on record"


class Take(Protocol):
    def __call__(
        self, connection: Connection, file: BinaryIO, *, today: date, clock: datetime | None,
        actor: str, within: str | None,
    ) -> ImportResult: ...  # fmt: skip


@dataclass(frozen=True, slots=True)
class Own:
    """``owed``: whether due days hang on it."""

    words: str
    columns: tuple[str, ...]
    take: Take
    owed: bool = False


OWN: Mapping[str, Own] = {
    "terms": Own("Terms", TERMS, import_terms, owed=True),
    "closures": Own("Closures", CLOSURES, import_closures, owed=True),
    "people": Own("Who is told what (people)", PEOPLE, import_people),
    "headcounts": Own("Headcounts", HEADCOUNTS.columns, import_headcounts),
    "providers": Own("What is known of providers", PROVIDERS.columns, import_providers, owed=True),
}


def import_own(
    registry: Registry, kind: str, file: BinaryIO, *, caller: Caller, dry_run: bool
) -> ImportResult:
    """Of organisations that lie in the caller's LA; an administrator's of any.

    ``more["moved"]``: due days that moved with it, as ``Registry.recompute_follow_ups`` tells them.
    """
    within = None if caller.sees_all else caller.organisation
    if caller.role not in SENDERS or (within is None and not caller.sees_all):
        words = "local authorities send files of the organisations in them"
        raise Refused((Problem("", "forbidden", words),))
    with (
        registry.database.connection() as connection,
        connection.transaction(force_rollback=dry_run),
    ):
        result = OWN[kind].take(
            connection, file, today=registry.today(), clock=registry.clock, actor=caller.actor,
            within=within,
        )  # fmt: skip
    if within is not None:
        result.errors = [
            replace(one, detail=one.detail.replace(_UNKNOWN, f"{_UNKNOWN} in your area"))
            for one in result.errors
        ]
    if OWN[kind].owed and not dry_run:
        result.more |= registry.recompute_follow_ups()
    return result
