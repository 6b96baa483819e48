"""Follow-ups, flags and events as contract section 8 writes them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from ap_registry import follow_ups
from ap_registry.history import Recorded
from ap_registry.instants import instant
from ap_registry.notice import Flag, FollowUp, source
from ap_registry.rules import rule


def describe(owed: FollowUp, pupil_id: UUID, upn: str | None, on: date) -> dict[str, Any]:
    """A follow-up as contract section 8 writes it, its status judged on a day."""
    stood = rule(owed.rule, owed.opened_on)
    return {
        "id": str(follow_ups.id_of(owed)),
        "kind": owed.kind,
        "pupil_id": str(pupil_id),
        "upn": upn,
        "owner": owed.owner,
        "opened_on": owed.opened_on.isoformat(),
        "due_on": owed.due_on.isoformat(),
        "status": follow_ups.status_on(owed.closed_on, owed.outcome, owed.due_on, on),
        "closed_on": owed.closed_on.isoformat() if owed.closed_on else None,
        "opened_by": str(owed.opened_by),
        "closed_by": str(owed.closed_by) if owed.closed_by else None,
        "how": owed.how,
        "rule": owed.rule,
        "source": source(owed.rule, owed.opened_on),
        "statutory": stood.statutory,
        "calendar": owed.calendar,
    }


def describe_flag(flag: Flag) -> dict[str, Any]:
    return {"rule": flag.rule, "detail": flag.detail, "source": flag.source}


def describe_event(
    event: Recorded, pupil_id: UUID, upn: str | None, at: datetime
) -> dict[str, Any]:
    return {
        "id": str(event.id),
        "type": event.type,
        "pupil_id": str(pupil_id),
        "upn": upn,
        "version": event.version,
        "occurred_on": event.occurred_on.isoformat(),
        "recorded_at": instant(at),
        "by": event.by,
        "ref": event.ref,
    }
