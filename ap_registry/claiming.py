"""A UPN names one pupil."""

from collections.abc import Callable, Mapping
from uuid import UUID

from ap_registry.history import ACTS, Recorded, picture
from ap_registry.sent import refused
from ap_registry.workspace import Workspace


def refuse_taken_upns(
    event: Recorded,
    workspace: Workspace,
    known: Mapping[str, Workspace],
    claimed: Callable[[str], UUID | None],
) -> None:
    """A UPN that names another pupil is not given to this one, by whatever notice."""
    acts = event.type in ACTS and any(r.type == "upn_changed" for r in workspace.history.recorded)
    if event.type != "upn_changed" and not acts:
        return
    after = picture(workspace.history.plus(event), workspace.world, upn=workspace.first_upn)
    pointer = {"correction": "/fields/new_upn", "void": "/of"}.get(event.type, "/new_upn")
    for upn in set(after.pupil.upns) - set(workspace.picture.pupil.upns):
        named = known.get(upn)
        holder = named.pupil_id if named and named.exists else claimed(upn)
        if holder not in {None, workspace.pupil_id, *workspace.others}:
            raise refused(pointer, "already_registered", "that UPN names another pupil")
