"""Whose number of pupils a call may have changed: the providers of those whom it placed."""

from collections.abc import Iterable

from ap_registry.workspace import Workspace

# What can bring a provider near full time, or no longer: also who the pupil is.
_COUNTS = frozenset(
    {"placement_started", "placement_changed", "placement_ended", "pupil_details_changed",
     "correction", "void"}
)  # fmt: skip


def providers_concerned(changed: Iterable[Workspace]) -> set[str]:
    return {
        placement.provider
        for workspace in changed
        if any(accepted.event.type in _COUNTS for accepted in workspace.accepted)
        for placement in workspace.picture.pupil.placements
    }
