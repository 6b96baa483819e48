"""What is overdue, to whom it has gone up, and what the last meeting agreed."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from ap_registry.calendar import working_day_after
from ap_registry.history import history
from ap_registry.store import ledger, owing, queries, who
from ap_registry.store.overdue import counts
from reports.panel.meeting import Meeting

ACTION = "action"
SHOWN = 60  # of what is overdue, where people read it; JSON has all of it
MOST = 1_000_000
DAY = timedelta(days=1)
# What a panel sees to: education not arranged, places not given, reviews not held.
SEEN_TO = frozenset(
    {
        "sixth_day_provision", "day_one_provision", "section_19", "fair_access_place",
        "fair_access_refusal", "reintegration_meeting", "reintegration_review_10",
        "reintegration_review_30", "reintegration_review_60", "reintegration_two_terms",
        "off_site_review", "review_requested", "placement_review", "placement_end_passed",
        "part_time_review", "part_time_limit", "governors_meeting", "governors_reconsider",
        "severe_absence", "removal_review", ACTION,
    }
)  # fmt: skip


def overdue(meeting: Meeting) -> list[dict[str, Any]]:
    """What a panel sees to, of pupils whom the LA sees, the longest overdue first."""
    return seen_to(meeting, all_overdue(meeting))


def seen_to(meeting: Meeting, found: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [_shown(meeting, one) for one in found if one["kind"] in SEEN_TO and one["pupil_id"]]


def all_overdue(meeting: Meeting, *, limit: int = MOST) -> Sequence[Mapping[str, Any]]:
    """As the LA's first page has it: letters, returns and lists of schools among them."""
    return owing.follow_ups(
        meeting.connection, _scope(meeting), on=meeting.on, as_at=meeting.as_at, status="overdue",
        limit=limit,
    )  # fmt: skip


def _scope(meeting: Meeting) -> queries.Scope:
    return queries.Scope(organisations=(meeting.owner,), today=meeting.on)


def first_overdue(meeting: Meeting, number: int) -> list[dict[str, Any]]:
    """As ``overdue``, the first of them: more is read only until there are so many."""
    limit = 4 * number
    while True:
        read = all_overdue(meeting, limit=limit)
        found = seen_to(meeting, read)
        if len(found) >= number or len(read) < limit:
            return found[:number]
        limit *= 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """``overdue`` of the area, ``own`` of it the LA's; ``kinds``: of what a panel sees to."""

    overdue: int
    own: int
    kinds: Sequence[Mapping[str, Any]]

    @property
    def seen_to(self) -> int:
        return sum(one["overdue"] for one in self.kinds)


def counted(meeting: Meeting) -> Counted:
    """How much is overdue on the day of the meeting, as things are now."""
    found = counts(meeting.connection, _scope(meeting), on=meeting.on)
    gone = {day: gone_up_to(meeting, day) for day in {one.due_on for one in found}}
    kept = [one for one in found if one.kind in SEEN_TO and one.told]
    return Counted(
        overdue=sum(one.overdue for one in found),
        own=sum(one.overdue for one in found if one.own),
        kinds=_by_kind([(o.kind, gone[o.due_on], str(o.due_on), o.overdue) for o in kept]),
    )  # fmt: skip


def by_kind(items: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """How many of each kind, to whom they have gone up, and the oldest day; most first."""
    return _by_kind([(one["kind"], one["with"], one["due_on"], 1) for one in items])


def _by_kind(items: Sequence[tuple[str, str, str, int]]) -> list[dict[str, Any]]:
    """Of kind, to whom, due day, and how many."""
    totals: Counter[str] = Counter()
    gone: Counter[tuple[str, str]] = Counter()
    oldest: dict[str, str] = {}
    for kind, to, due_on, number in items:
        totals[kind] += number
        gone[kind, to] += number
        oldest[kind] = min(due_on, oldest.get(kind, due_on))
    return [
        {
            "kind": kind,
            "overdue": count,
            "with_la": gone[kind, "la"],
            "with_panel": gone[kind, "panel"],
            "oldest_due_on": oldest[kind],
        }
        for kind, count in sorted(totals.items(), key=lambda pair: (-pair[1], pair[0]))
    ]


def _shown(meeting: Meeting, one: Mapping[str, Any]) -> dict[str, Any]:
    due_on = date.fromisoformat(one["due_on"])
    return {
        **{name: one[name] for name in ("id", "pupil_id", "upn", "kind", "owner", "due_on")},
        "owner_name": meeting.name(one["owner"]),
        "school_days_late": meeting.calendar.known_days(due_on + DAY, meeting.on),
        "with": gone_up_to(meeting, due_on),
        "statutory": one["statutory"],
        "rule": one["rule"],
        "source": one["source"],
    }


def gone_up_to(meeting: Meeting, due_on: date) -> str:
    """owner, then la, then panel: by the working days that the rules of escalation give each."""
    for to in ("panel", "la"):
        days = meeting.world.number(f"escalation.{to}", due_on, of=meeting.owner)
        if meeting.on >= working_day_after(due_on, days):
            return to
    return "owner"


_LAST_MEETING = """
select max(panel_on) as panel_on
  from fair_access_case c join follow_up f on f.opened_by = c.key and f.pupil_id = c.pupil_id
 where f.kind = 'fair_access_place' and f.owner = %(owner)s and c.panel_on < %(on)s
   and c.from_at <= %(at)s and c.until_at > %(at)s and f.from_at <= %(at)s and f.until_at > %(at)s
"""


def last_meeting(meeting: Meeting) -> date | None:
    """The last day before this one on which the panel decided on a case."""
    found: date | None = meeting.rows(_LAST_MEETING)[0]["panel_on"]
    return found


def actions(meeting: Meeting, since: date | None) -> list[dict[str, Any]]:
    """Agreed from the last meeting on, done or not, and older ones that are not done.

    ``event``: the notice that agreed it, in whose private part the words stand.
    """
    found = owing.follow_ups(
        meeting.connection, _scope(meeting), on=meeting.on, as_at=meeting.as_at, status="any",
        kind=ACTION,
    )  # fmt: skip
    return [
        {
            **{name: one[name] for name in ("id", "pupil_id", "upn", "owner", "due_on", "status")},
            "owner_name": meeting.name(one["owner"]),
            "agreed_on": one["opened_on"],
            "done_on": one["closed_on"],
            "event": one["opened_by"],
        }
        for one in found
        if one["pupil_id"]
        and (one["status"] in {"open", "overdue"} or (since and one["opened_on"] >= str(since)))
    ]


def with_words(meeting: Meeting, agreed: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What was agreed, from the private part of the notices that agreed it."""
    ids = who.pupils_of_ids(meeting.connection, {UUID(one["pupil_id"]) for one in agreed})
    loaded = ledger.load(meeting.connection, ids=ids.values(), as_at=meeting.as_at)
    words = {
        str(standing.entry.id): standing.entry.facts.what
        for stored in loaded.pupils
        for standing in history(stored.recorded).standing
        if standing.entry.type == "action_agreed"
    }
    return [{**one, "what": words.get(one["event"])} for one in agreed]
