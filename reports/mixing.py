"""Organisations and calendars as known by one instant, some of them as known by an earlier one."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from ap_registry.calendar import ENGLAND, Calendars
from ap_registry.store.database import Connection
from reports.facts import World
from reports.scope import world_as_known

_RECORDED: LiteralString = """
select e.data->>'organisation', l.seq, e.id
  from log l join event e using (pupil_id, stream, version)
 where l.seq > %(after)s and l.seq <= %(until)s and e.stream = 2
   and e.type in ('organisation_recorded.v1', 'terms_recorded.v1', 'closure_recorded.v1')
 order by l.seq
"""
Events = tuple[tuple[int, UUID], ...]  # with their places in the ledger


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """What was recorded of organisations between two instants, and how they stood at both."""

    events: Mapping[str, Events]
    before: World
    after: World

    def concerning(self, names: Collection[str]) -> list[str]:
        """Of those that changed, these and what stands behind their calendars."""
        return sorted(self._with_calendars(names) & self.events.keys())

    def world(self, names: Collection[str], without: Collection[str]) -> World:
        """The later world so far as it is named, with some organisations left as they were."""
        wanted = self._with_calendars(names)

        def pick(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
            sides = ((name, old if name in without else new) for name in wanted)
            return {name: side[name] for name, side in sides if name in side}

        old, new = self.before.calendars, self.after.calendars
        return World(
            organisations=pick(self.before.organisations, self.after.organisations),
            calendars=Calendars(
                terms=pick(old.terms, new.terms),
                closures=pick(old.closures, new.closures),
                la_of=pick(old.la_of, new.la_of),
            ),
            today=self.after.today,
        )

    def _with_calendars(self, names: Collection[str]) -> set[str]:
        """And their LAs, and England: closures of these are theirs too."""
        both = (self.before.calendars.la_of, self.after.calendars.la_of)
        return {
            *names,
            *(la_of[name] for la_of in both for name in names if name in la_of),
            ENGLAND,
        }


def changed(
    connection: Connection, instants: tuple[datetime, datetime], window: tuple[int, int]
) -> Changed:
    """``window``: the sizes of the ledger at the two instants."""
    found: defaultdict[str, list[tuple[int, UUID]]] = defaultdict(list)
    cursor = connection.execute(_RECORDED, {"after": window[0], "until": window[1]})
    for organisation, seq, event in cursor.fetchall():
        found[organisation].append((seq, event))
    after = world_as_known(connection, instants[1])
    before = world_as_known(connection, instants[0]) if found else after
    differing = {
        name: tuple(events)
        for name, events in found.items()
        if _said(before, name) != _said(after, name)
    }
    return Changed(events=differing, before=before, after=after)


def _said(world: World, name: str) -> tuple[object, ...]:
    calendars = world.calendars
    return (
        world.organisations.get(name),
        calendars.terms.get(name, ()),
        dict(calendars.closures.get(name, {})),
    )
