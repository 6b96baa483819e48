"""Facts that files state of organisations, a row for each key: events, and the present rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, LiteralString

from ap_registry.provider_checks import Checked
from ap_registry.store.database import Connection
from ap_registry.store.locks import WORLD_LOCK
from ap_registry.store.reference import BEHIND_ORGANISATION, Fact, append, bump, leave_behind

Row = Mapping[str, Any]
Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """``key``: its columns that name a row, the organisation first; ``private``: free text.

    ``judged_by``: pupils' rows follow from it, so that they are to be brought in line.
    """

    table: LiteralString
    alias: str
    key: tuple[LiteralString, ...]
    values: tuple[LiteralString, ...]
    private: frozenset[str] = field(default_factory=frozenset)
    judged_by: bool = False

    @property
    def columns(self) -> tuple[LiteralString, ...]:
        return (*self.key, *self.values)

    def key_of(self, row: Row) -> Key:
        return tuple(row[name] for name in self.key)


PROVIDERS = Sheet(
    table="provider_check",
    alias="provider_checked.v1",
    key=("provider", "as_at"),
    values=(
        "checks_confirmed_on", "checks_changed_on", "standards_checked_on", "qa_visit_on",
        "qa_words", "teachers", "qualified_teachers", "places",
    ),
    private=frozenset({"qa_words"}),
    judged_by=True,
)  # fmt: skip
HEADCOUNTS = Sheet(
    table="headcount",
    alias="headcount_recorded.v1",
    key=("organisation", "as_at", "by", "value"),
    values=("pupils", "places"),
)
SHEETS = (PROVIDERS, HEADCOUNTS)


def present_rows(connection: Connection, sheet: Sheet) -> dict[Key, dict[str, Any]]:
    """By key, as of now."""
    rows = connection.execute(
        f"select {_list(sheet.columns)} from {sheet.table} where until_at = 'infinity'"
    ).fetchall()
    found = (dict(zip(sheet.columns, row, strict=True)) for row in rows)
    return {sheet.key_of(row): row for row in found}


def write_rows(
    connection: Connection, sheet: Sheet, rows: Sequence[Row], *, actor: str, on: date,
    clock: datetime | None,
) -> None:  # fmt: skip
    """Record what is said, each row in place of what stood under its key."""
    facts = [_fact(sheet, row) for row in rows]
    with connection.transaction():
        connection.execute("select pg_advisory_xact_lock(%s)", (WORLD_LOCK,))
        at = append(connection, facts, by="REGISTRY", actor=actor, on=on, clock=clock)
        same = " and ".join(f"{name} = %({name})s" for name in sheet.key)
        standing = f"{same} and until_at = 'infinity'"
        with connection.cursor() as cursor:
            bound = [{**row, "at": at} for row in rows]
            for statement in (
                f"delete from {sheet.table} where {standing} and from_at >= %(at)s",
                f"update {sheet.table} set until_at = %(at)s where {standing}",
                f"insert into {sheet.table} ({_list(sheet.columns)}, from_at, until_at) values"
                f" ({', '.join(f'%({name})s' for name in sheet.columns)}, %(at)s, 'infinity')",
            ):
                cursor.executemany(statement, bound)
        if sheet.judged_by:
            named = [str(row[sheet.key[0]]) for row in rows]
            leave_behind(connection, named, BEHIND_ORGANISATION)
            bump(connection, "organisation_version")


def _fact(sheet: Sheet, row: Row) -> Fact:
    said = {name: row[name] for name in sheet.columns[1:] if row[name] is not None}
    private = {name: value for name, value in said.items() if name in sheet.private}
    return Fact(
        organisation=row[sheet.key[0]],
        alias=sheet.alias,
        data={name: value for name, value in said.items() if name not in sheet.private},
        private=private or None,
    )


def read_checks(
    connection: Connection, as_at: datetime | None = None
) -> dict[str, tuple[Checked, ...]]:
    """What each provider has said of its staff checks, as at an instant (default: now)."""
    found: dict[str, tuple[Checked, ...]] = {}
    for provider, confirmed_on, changed_on in connection.execute(
        "select provider, checks_confirmed_on, checks_changed_on from provider_check"
        " where case when %(at)s::timestamptz is null then until_at = 'infinity'"
        "            else from_at <= %(at)s and until_at > %(at)s end"
        " order by provider, as_at",
        {"at": as_at},
    ).fetchall():
        told = Checked(confirmed_on=confirmed_on, changed_on=changed_on)
        found[provider] = (*found.get(provider, ()), told)
    return found


def _list(names: Sequence[LiteralString]) -> LiteralString:
    return ", ".join(f'"{name}"' for name in names)
