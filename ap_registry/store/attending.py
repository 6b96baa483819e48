"""Who attends a provider on some days, with the marks of its own register."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import LiteralString
from uuid import UUID

from ap_registry import codes
from ap_registry.attendance import Week, together
from ap_registry.store import who
from ap_registry.store.database import Connection
from ap_registry.store.queries import READABLE
from ap_registry.store.who import SHOWN_ID

MOST = 1_000

# Whoever was there those days is on the register of those days, also once gone; but of a pupil
# adopted since, a provider that it has left learns no new name.
_ATTENDING = f"""
select {SHOWN_ID.format(t="p")}, p.pupil_id, i.upn, i.given_name, i.family_name,
       (array_agg(p.sessions_per_week order by p.starts_on desc))[1],
       array_agg(p.starts_on), array_agg(coalesce(p.ended_on, '9999-12-31'))
  from placement p join identity i on i.pupil_id = p.pupil_id and i.until_at = 'infinity'
 where p.until_at = 'infinity' and p.provider = %(provider)s and {READABLE.format(t="p")}
   and p.starts_on <= %(to)s and (p.ended_on is null or p.ended_on >= %(from)s)
   and p.end_reason is distinct from 'error'
   and (i.shown_as is null or p.ended_on is null or p.ended_on >= %(today)s)
   and exists (select from visibility v where v.pupil_id = p.pupil_id and v.until_at = 'infinity'
               and v.organisation = p.provider and (v.from_on is null or v.from_on <= %(to)s)
               and (v.until_on is null or v.until_on >= %(from)s))
 group by 1, 2, 3, 4, 5
 order by lower(i.family_name), lower(i.given_name), 1
 limit {MOST}
"""
_WEEKS: LiteralString = """
select pupil_id, organisation, week, marks from attendance_week
 where pupil_id = any(%s) and organisation = %s and week between %s and %s
   and until_at = 'infinity'
"""


ALL_SESSIONS = 10  # of a week
_NOT_HELD = frozenset(map(codes.to_byte, (codes.NO_MARK, "X", "#")))  # not required; closed


@dataclass(frozen=True, slots=True, kw_only=True)
class Attending:
    """A pupil on the register; ``weeks``: ten marks, a byte each, by Monday.

    ``spells``: the placements, from day to day, both included.
    """

    id: str
    upn: str | None
    given_name: str | None
    family_name: str | None
    sessions_per_week: int
    spells: tuple[tuple[date, date], ...]
    weeks: Mapping[date, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return " ".join(filter(None, (self.given_name, self.family_name))) or "Name erased"

    def there(self, on: date) -> bool:
        return any(start <= on <= end for start, end in self.spells)

    def full(self, on: date) -> bool:
        """Whether the other days of this week have all its sessions already: none is expected."""
        week = self.weeks.get(monday_of(on))
        if self.sessions_per_week >= ALL_SESSIONS or not week:
            return False
        first = 2 * on.weekday()
        others = week[:first] + week[first + 2 :]
        return sum(byte not in _NOT_HELD for byte in others) >= self.sessions_per_week

    def mark(self, on: date, session: int) -> str:
        """The code on record, ``-`` for none; ``session`` 0 is AM, 1 is PM."""
        week = self.weeks.get(monday_of(on))
        return codes.from_byte(week[2 * on.weekday() + session]) if week else codes.NO_MARK


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def attending(
    connection: Connection, provider: str, *, from_on: date, to_on: date, today: date,
    marks_from: date,
) -> list[Attending]:  # fmt: skip
    """By name; marks from the week of ``marks_from`` to that of ``to_on``."""
    asked = {"provider": provider, "from": from_on, "to": to_on, "today": today}
    rows = connection.execute(_ATTENDING, asked).fetchall()
    weeks = _weeks(connection, provider, [row[1] for row in rows], (marks_from, to_on))
    return [
        Attending(
            id=str(shown), upn=upn, given_name=given, family_name=family,
            sessions_per_week=sessions, spells=tuple(zip(starts, ends, strict=True)),
            weeks=weeks.get(pupil, {}),
        )
        for shown, pupil, upn, given, family, sessions, starts, ends in rows
    ]  # fmt: skip


def _weeks(
    connection: Connection, provider: str, pupils: Sequence[UUID], span: tuple[date, date]
) -> dict[UUID, dict[date, str]]:
    """Of a merged pupil the marks of all its records."""
    merged = who.merged_into(connection, pupils)
    records = [*pupils, *(other for others in merged.values() for other in others)]
    held: dict[UUID, list[Week]] = {}
    for pupil, organisation, week, marks in connection.execute(
        _WEEKS, (records, provider, monday_of(span[0]), monday_of(span[1]))
    ):
        held.setdefault(pupil, []).append(Week(organisation, week, marks, pupil))
    return {
        pupil: {
            week.week: week.marks
            for week in together(held.get(one, ()) for one in (pupil, *merged.get(pupil, ())))
        }
        for pupil in pupils
    }
