"""With a notice, what the registry delivers of it: recorded as ``notified`` in one transaction."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date

from ap_registry import follow_ups
from ap_registry.notice import FollowUp
from ap_registry.receipts import Accepted
from ap_registry.sent import Sent
from ap_registry.telling import told_by_registry
from ap_registry.workspace import Workspace

Accept = Callable[[Sent, Workspace, str, bytes | None], Accepted]


def tell(
    found: Sent, accepted: Accepted, before: Mapping[follow_ups.Key, FollowUp], *,
    accept: Accept, today: date,
) -> Accepted:  # fmt: skip
    """The answer to the notice then says what that discharged too. ``before``: what was owed."""
    workspace, event = accepted.workspace, accepted.event
    told = tuple(
        told_by_registry(
            event,
            accepted.changes.opened,
            pupil=workspace.picture.pupil,
            world=workspace.world,
            today=today,
        )
    )
    for one in told:
        beside = replace(found.beside("notified", one.values()), occurred_on=today)
        notified = accept(beside, workspace, event.by, None)
        workspace.accepted[-1] = replace(notified, outgoing=(one,))
    if not told:
        return accepted
    after = workspace.picture.follow_ups
    whole = replace(
        accepted, changes=follow_ups.changes(before, after, event.id, event.occurred_on)
    )
    workspace.accepted[workspace.accepted.index(accepted)] = whole
    return whole
