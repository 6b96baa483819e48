"""What an organisation is still asked of a pupil who has left it, and may answer."""

from ap_registry.access import Caller
from ap_registry.notices.transitions import NAMES
from ap_registry.sent import Sent
from ap_registry.workspace import Workspace


def answers(found: Sent, workspace: Workspace, caller: Caller) -> bool:
    """Whether the notice answers what the caller owes of the pupil; it sends nothing else."""
    owed = {
        str(key): one
        for key, one in workspace.picture.follow_ups.items()
        if one.owner in caller.organisations and one.closed_on is None
    }
    if found.kind.name == "follow_up_done":
        return str(found.values["follow_up"]) in owed
    asked = any(one.kind in NAMES for one in owed.values())
    return found.kind.name == "destination_recorded" and asked
