"""What is overdue, to whom it has gone up, and what the last meeting agreed."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from ap_registry.calendar import working_day_after
from ap_registry.history import history
from ap_registry.store import ledger, owing, queries, who
from reports.panel.meeting import Meeting

ACTION = "action"
SHOWN = 60  # of what is overdue, where people read it; JSON has all of it
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


def all_overdue(meeting: Meeting) -> Sequence[Mapping[str, Any]]:
    """As the LA's first page has it: letters, returns and lists of schools among them."""
    scope = queries.Scope(organisations=(meeting.owner,), today=meeting.on)
    return owing.follow_ups(
        meeting.connection, scope, on=meeting.on, as_at=meeting.as_at, status="overdue"
    )


def by_kind(items: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """How many of each kind, to whom they have gone up, and the oldest day; most first."""
    kept = list(items)
    counts = Counter(one["kind"] for one in kept)
    return [
        {
            "kind": kind,
            "overdue": count,
            "with_la": sum(o["kind"] == kind and o["with"] == "la" for o in kept),
            "with_panel": sum(o["kind"] == kind and o["with"] == "panel" for o in kept),
            "oldest_due_on": min(o["due_on"] for o in kept if o["kind"] == kind),
        }
        for kind, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
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
    scope = queries.Scope(organisations=(meeting.owner,), today=meeting.on)
    found = owing.follow_ups(
        meeting.connection, scope, on=meeting.on, as_at=meeting.as_at, status="any", kind=ACTION
    )
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
