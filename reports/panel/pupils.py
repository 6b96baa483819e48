"""Who the pupils of a pack are on the day of the meeting: names, year group, school, attendance."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from ap_registry.instants import iso
from ap_registry.store import who
from ap_registry.store.who import SHOWN_ID, UPN, WHO
from reports.facts import Facts
from reports.loading import load
from reports.panel.meeting import VISIBLE, Meeting, Row
from reports.scope import Scope, world_as_known
from reports.statistics import rate

ATTENDANCE_SCHOOL_DAYS = 60  # twelve weeks, as outcomes count them

_WHO = f"""
select p.pupil_id, {SHOWN_ID.format(t="p")}::text as id, {UPN} as upn, w.given_name, w.family_name,
       w.date_of_birth, i.shown_as is not null as adopted
  from unnest(%(pupils)s::uuid[]) as p (pupil_id) {WHO.format(t="p")}
"""
_SEEN = f"{_WHO} where {VISIBLE.format(t='p')}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """``shown``: the pupil as JSON has it; ``facts``: what its record says besides.

    ``adopted``: no text may say by which UPN it was known before.
    """

    shown: Mapping[str, Any]
    facts: Facts
    adopted: bool

    @property
    def id(self) -> str:
        """By which the pupil is shown."""
        return str(self.shown["pupil_id"])

    @property
    def year_group(self) -> int | None:
        found: int | None = self.shown["year_group"]
        return found


def known(meeting: Meeting, pupils: Iterable[UUID]) -> dict[UUID, Known]:
    """By the pupil's own id; registers are read too."""
    wanted = sorted(set(pupils))
    facts = {one.pupil_id: one for one in _facts(meeting, wanted)}
    return {
        row["pupil_id"]: Known(
            shown=_shown(meeting, row, facts[row["pupil_id"]]),
            facts=facts[row["pupil_id"]],
            adopted=row["adopted"],
        )
        for row in meeting.rows(_WHO, pupils=wanted)
    }


def names(meeting: Meeting, shown: Iterable[str]) -> dict[str, str]:
    """Names by the id that is shown, of those whom the LA sees on the day."""
    pupils = who.pupils_of_ids(meeting.connection, {UUID(one) for one in shown})
    rows = meeting.rows(_SEEN, pupils=sorted(set(pupils.values())))
    return {row["id"]: _name(row) for row in rows}


def _facts(meeting: Meeting, pupils: list[UUID]) -> Iterator[Facts]:
    since = meeting.calendar.nth_before(meeting.on, ATTENDANCE_SCHOOL_DAYS) or meeting.on
    scope = Scope.of(since, meeting.on, at=meeting.at, provider=None, la=meeting.la)
    world = world_as_known(meeting.connection, meeting.at, {meeting.owner})
    return load(meeting.connection, world, scope, pupils)


def _shown(meeting: Meeting, row: Row, facts: Facts) -> dict[str, Any]:
    on = meeting.on
    spell = facts.main_spell(on)
    return {
        "pupil_id": row["id"],
        "upn": row["upn"],
        "name": _name(row),
        "date_of_birth": iso(row["date_of_birth"]),
        "year_group": facts.year_group(on),
        "school": spell.school if spell else None,
        "school_name": meeting.name(spell.school) if spell else None,
    }


def _name(row: Row) -> str:
    return " ".join(filter(None, (row["given_name"], row["family_name"]))) or "Name erased"


def attendance(meeting: Meeting, facts: Facts) -> dict[str, Any]:
    """Of the last 60 school days before the meeting, all registers together."""
    since = meeting.calendar.nth_before(meeting.on, ATTENDANCE_SCHOOL_DAYS)
    day_before = meeting.calendar.nth_before(meeting.on, 1)
    if since is None or day_before is None:
        return {"from": None, "to": None, "attended": 0, "possible": 0, "rate": None}
    found = facts.sessions(since, day_before)
    return {
        "from": since.isoformat(),
        "to": day_before.isoformat(),
        "attended": found.attended,
        "possible": found.possible,
        "rate": rate(found.attended, found.possible),
    }
