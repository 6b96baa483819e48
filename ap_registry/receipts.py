"""What a notifier is answered: the event, the follow-ups it opened, closed and moved, the flags."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from ap_registry import follow_ups
from ap_registry.describing import describe, describe_event, describe_flag
from ap_registry.history import Recorded
from ap_registry.notice import Flag, FollowUp
from ap_registry.store.digest import keyed
from ap_registry.telling import Told

if TYPE_CHECKING:
    from ap_registry.workspace import Workspace


def digest_of(key: bytes, found: Any, by: str) -> bytes:
    """The content of a notice as sent: two that say the same have the same."""
    content = {
        "type": found.kind.name,
        "occurred_on": found.occurred_on.isoformat(),
        "by": by,
        "note": found.note,
        "values": msgspec.to_builtins({**found.registering, **found.values}),
    }
    return keyed(key, msgspec.json.encode(content, order="deterministic").decode())


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A notice that became an event in this call. ``outgoing``: what the registry delivers."""

    workspace: "Workspace"
    event: Recorded
    changes: follow_ups.Changes
    flags: tuple[Flag, ...]
    today: date
    outgoing: tuple[Told, ...] = ()

    def body(self) -> dict[str, Any]:
        """All of the answer but the event itself, as far as the sender may know of it; kept to
        answer a repeat the same way."""
        pupil_id, upn = self.workspace.shown_id, self.workspace.upn
        unseen, event = self.workspace.unseen, self.event.id

        def listed(found: tuple[FollowUp, ...]) -> list[dict[str, Any]]:
            return [
                describe(owed, pupil_id, upn, self.today)
                for owed in found
                if not unseen.keeps_back(owed, event)
            ]

        return {
            "follow_ups": {
                "opened": listed(self.changes.opened),
                "closed": listed(self.changes.closed),
                "moved": [
                    {**describe(owed, pupil_id, upn, self.today), "was_due_on": was.isoformat()}
                    for owed, was in self.changes.moved
                    if not unseen.keeps_back(owed, event)
                ],
            },
            "flags": [describe_flag(flag) for flag in self.flags],
        }

    def receipt(self, at: datetime) -> dict[str, Any]:
        event = describe_event(self.event, self.workspace.shown_id, self.workspace.upn, at)
        return {"event": event, **self.body()}


NOTHING: Mapping[str, Any] = {"follow_ups": {"opened": [], "closed": [], "moved": []}, "flags": []}


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeated:
    """A notice that is already on record, or earlier in this call (``accepted``)."""

    workspace: "Workspace"
    event: Recorded
    accepted: Accepted | None = None

    @property
    def in_this_call(self) -> bool:
        return self.accepted is not None

    def receipt(self, at: datetime, stored: Mapping[str, Any] | None) -> dict[str, Any]:
        """As it was first answered."""
        if self.accepted is not None:
            return self.accepted.receipt(at)
        event = describe_event(
            self.event, self.workspace.shown_id, self.workspace.upn, self.event.recorded_at
        )
        body = self._told_again(stored) if stored else NOTHING
        return {"event": event, **body}

    def _told_again(self, stored: Mapping[str, Any]) -> Mapping[str, Any]:
        """The stored answer; of a pupil adopted since, by the id and UPN of today."""
        workspace = self.workspace
        if workspace.shown_id == workspace.pupil_id:
            return stored
        who = {"pupil_id": str(workspace.shown_id), "upn": workspace.upn}
        listed = {
            name: [{**owed, **who} for owed in found]
            for name, found in stored["follow_ups"].items()
        }
        return {**stored, "follow_ups": listed}
