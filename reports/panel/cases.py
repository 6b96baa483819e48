"""The cases of a meeting: open on its day or decided at it, each as the panel has to know it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from ap_registry import codes
from ap_registry.happenings import FairAccessCase
from ap_registry.history import History, fold, history, start_of
from ap_registry.reading import recorded_as_known_now
from ap_registry.store import ledger
from ap_registry.views import show_pupil, show_timeline
from reports.abandoning import go_on
from reports.panel.meeting import VISIBLE, Meeting
from reports.panel.pupils import Known, attendance, known

DAY = timedelta(days=1)
RULE = "fair-access.place"
# What does not help to decide, or stands in the pack in a place of its own.
_ROUTINE = frozenset(
    {
        "pupil_registered", "pupil_details_changed", "contact_recorded", "upn_changed", "notified",
        "follow_up_done", "correction", "void", "outreach_session", "view_recorded", "disputed",
        "pupils_merged", "merge_undone",
    }
)  # fmt: skip
_NEED = ("objectives", "interventions", "needs", "risk")

_OF_THE_PANEL = f"""
select f.pupil_id, f.opened_by as key, f.due_on
  from follow_up f join fair_access_case c on c.pupil_id = f.pupil_id and c.key = f.opened_by
 where f.kind = 'fair_access_place' and f.owner = %(owner)s and c.occurred_on <= %(on)s
   and (c.decision is null or c.decision = 'deferred' or c.panel_on >= %(on)s
        or c.response = 'refused')
   and c.from_at <= %(at)s and c.until_at > %(at)s and f.from_at <= %(at)s and f.until_at > %(at)s
   and not exists (select from erased x where x.pupil_id = f.pupil_id)
   and {VISIBLE.format(t="f")}
 order by c.occurred_on, c.key
"""


def cases(meeting: Meeting, only: UUID | None = None) -> list[dict[str, Any]]:
    """The longest waiting first; ``only`` that case."""
    rows = meeting.rows(_OF_THE_PANEL)
    return _told(meeting, [row for row in rows if only in {None, row["key"]}])


def longest_waiting(meeting: Meeting, most: int) -> tuple[list[dict[str, Any]], bool]:
    """So many of the cases that are not decided, and whether there may be more: no more records
    are read than that takes."""
    rows = meeting.rows(_OF_THE_PANEL)
    found: list[dict[str, Any]] = []
    read = 0
    while read < len(rows) and len(found) < most:
        told = _told(meeting, rows[read : read + most])
        found += [one for one in told if not one["decided"]]
        read += most
    return found[:most], read < len(rows) or len(found) > most


def _told(meeting: Meeting, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    pupils = known(meeting, [row["pupil_id"] for row in rows])
    loaded = ledger.load(meeting.connection, ids=list(pupils), as_at=meeting.as_at)
    stored = {one.pupil_id: one for one in loaded.pupils}
    found = []
    for row in rows:
        go_on()
        pupil, record = pupils[row["pupil_id"]], stored[row["pupil_id"]]
        past = history(
            recorded_as_known_now(meeting.connection, record) if pupil.adopted else record.recorded
        )
        seen = fold(past.entries(), start_of(past, record.upn))
        full = seen.fair_access_case(row["key"])
        if full is None or not _on_the_agenda(full, meeting.on):
            continue
        found.append(_case(meeting, full, row["due_on"], pupil, past, record.upn))
    return found


def _on_the_agenda(case: FairAccessCase, on: date) -> bool:
    """Open when the meeting began, an answer refused by then included."""
    return _as_of(case, on, decided_by=on - DAY).open


def _as_of(case: FairAccessCase, on: date, *, decided_by: date) -> FairAccessCase:
    """With what schools had answered by ``on``, and what meetings had decided by their day."""
    return replace(
        case,
        decisions=tuple(d for d in case.decisions if d.panel_on <= decided_by),
        responses=tuple(r for r in case.responses if r.occurred_on <= on),
    )


def _case(
    meeting: Meeting, case: FairAccessCase, due_on: date, pupil: Known, past: History,
    first_upn: str | None,
) -> dict[str, Any]:  # fmt: skip
    on = meeting.on
    shown = show_pupil(
        past, meeting.world, pupil_id=pupil.facts.pupil_id, first_upn=first_upn, on=on
    )
    timeline = [i for i in show_timeline(past, meeting.world) if i["status"] != "void"]
    decisions = [d for d in _decisions(meeting, case, timeline) if d["panel_on"] <= str(on)]
    return {
        "case": str(case.id),
        **pupil.shown,
        "category": case.category,
        "category_words": codes.FAIR_ACCESS_CATEGORY.labels[case.category],
        "referred_on": str(case.occurred_on),
        "referred_by": case.by,
        "referred_by_name": meeting.name(case.by),
        **_days(meeting, case, due_on),
        "sen_provision": shown["sen_provision"],
        "sen_need": shown["sen_need"],
        "looked_after": shown["looked_after"],
        "social_worker": shown["social_worker"],
        "suspended_sessions_this_year": shown["suspended_sessions_this_year"],
        "attendance": attendance(meeting, pupil.facts),
        "placements": [
            {**one, "provider_name": meeting.name(one["provider"])}
            for one in shown["placements"]
            if not one["ended_on"] or one["ended_on"] > str(on)
        ],
        "need": _need(timeline, on),
        "views": list(_views(timeline, on)),
        "school_case": list(_answers(meeting, case, timeline)),
        "decisions": decisions,
        "decided": next((d for d in decisions if d["panel_on"] == str(on)), None),
        "timeline": list(_timeline(meeting, timeline, on)),
    }


def _days(meeting: Meeting, case: FairAccessCase, due_on: date) -> dict[str, Any]:
    """School days of the LA's calendar since the referral, its own day not counted.

    They run on where a school has refused, and stay what they were once the case is decided again;
    ``first_decided_on`` and ``days_to_first`` are of a decision that a school has undone.
    """
    then = _as_of(case, meeting.on, decided_by=meeting.on)
    ends = [d.occurred_on for d in then.decisions if d.decision != "deferred"]
    until = meeting.on if then.open else min(meeting.on, max(ends))
    first = min(ends, default=None)
    undone = first is not None and first < until
    return {
        "days_used": _since(meeting, case, until),
        "days_allowed": meeting.world.number(RULE, case.occurred_on, of=meeting.owner),
        "first_decided_on": str(first) if undone else None,
        "days_to_first": _since(meeting, case, first) if first is not None and undone else None,
        "due_on": str(due_on),
        "overdue": due_on < until,
    }


def _since(meeting: Meeting, case: FairAccessCase, until: date) -> int:
    return meeting.calendar.known_days(case.occurred_on + DAY, until)


def _need(timeline: Sequence[Mapping[str, Any]], on: date) -> dict[str, Any] | None:
    """What the last referral said; one to the panel before any other."""
    said = [i for i in timeline if i["type"] == "referral" and i["occurred_on"] <= str(on)]
    last = max(said, key=lambda i: (i["data"]["route"] == "fair_access", i["occurred_on"]),
               default=None)  # fmt: skip
    if last is None:
        return None
    return {
        "said_by": last["by"],
        "said_on": last["occurred_on"],
        **{name: last["data"].get(name) for name in _NEED},
    }


def _views(timeline: Sequence[Mapping[str, Any]], on: date) -> Iterator[dict[str, Any]]:
    """Heads sit on the panel: nothing of what is not for schools."""
    for item in timeline:
        data = item["data"]
        told = item["type"] == "view_recorded" and data.get("share") != "not_school"
        if told and item["occurred_on"] <= str(on):
            yield {
                "whose": data["whose"], "said_on": item["occurred_on"],
                "feeling": data.get("feeling"), "words": data.get("words"),
            }  # fmt: skip


def _answers(
    meeting: Meeting, case: FairAccessCase, timeline: Sequence[Mapping[str, Any]]
) -> Iterator[dict[str, Any]]:
    """What schools answered to the panel, and why: the case of a school that refused."""
    said = {item["id"]: item["data"] for item in timeline}
    for one in case.responses:
        if one.occurred_on <= meeting.on:
            yield {
                "school": one.school,
                "school_name": meeting.name(one.school),
                "answered_on": str(one.occurred_on),
                "response": one.response,
                "ground": one.ground,
                "reason": said.get(str(one.id), {}).get("reason"),
            }


def _decisions(
    meeting: Meeting, case: FairAccessCase, timeline: Sequence[Mapping[str, Any]]
) -> Iterator[dict[str, Any]]:
    said = {item["id"]: item["data"] for item in timeline}
    for one in case.decisions:
        data = said.get(str(one.id), {})
        yield {
            "event": str(one.id),
            "panel_on": str(one.panel_on),
            "decision": one.decision,
            "school": one.school,
            "school_name": meeting.name(one.school),
            "provider": one.provider,
            "provider_name": meeting.name(one.provider),
            "starts_on": str(one.starts_on) if one.starts_on else None,
            "present": [meeting.name(who) for who in data.get("present") or ()],
            "interests": data.get("interests"),
            "reason": data.get("reason"),
        }


def _timeline(
    meeting: Meeting, timeline: Sequence[Mapping[str, Any]], on: date
) -> Iterator[dict[str, Any]]:
    for item in timeline:
        told = item["type"] in _ROUTINE or item["data"].get("route") == "fair_access"
        if not told and item["occurred_on"] <= str(on):
            yield {
                "event": item["id"],
                "occurred_on": item["occurred_on"],
                "type": item["type"],
                "sentence": item["sentence"],
                "by": item["by"],
                "by_name": meeting.name(item["by"]),
            }
