"""Who may send this very notice: whose event it takes back, whose placement, whose follow-up."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from ap_registry.access import BY_ANOTHER, Caller
from ap_registry.history import ACTS
from ap_registry.notice import NoticeType
from ap_registry.sent import refused
from ap_registry.workspace import Workspace

# They end what another school sees of the pupil, or say what another has done.
_OF_ITS_ROLL = frozenset({"left_roll", "suspension", "permanent_exclusion"})


def refuse_unauthorised(
    kind: NoticeType[Any], values: Mapping[str, object], workspace: Workspace, caller: Caller
) -> None:
    """Raise Refused (403) where the role may send such a notice, but not this one."""
    if caller.role in BY_ANOTHER:
        return
    if kind.name in ACTS and not _own(values["of"], workspace, caller):
        raise refused("/of", "forbidden", "only the sender or the LA may put it right")
    if kind.name == "follow_up_done" and not _owns(values["follow_up"], workspace, caller):
        raise refused("/follow_up", "forbidden", "only its owner or the LA may say it is done")
    if kind.name == "funding_agreed" and not _pays(values, workspace, caller):
        raise refused("/payer", "forbidden", "only a payer, the commissioner or the LA may say it")
    own, placing = {*caller.organisations}, _placing(kind, values, workspace)
    if caller.role == "school":
        if kind.name in _OF_ITS_ROLL and values["school"] not in own:
            words = "a school sends the leaves and exclusions of its own pupils alone"
            raise refused("/school", "forbidden", words)
        if placing is not None and placing[0] not in own:
            raise refused("", "forbidden", "a school sends only placements that it commissions")
    if caller.role == "provider" and placing is not None:
        provider = workspace.world.organisation(placing[1])
        if not own & {placing[1], provider and provider.subcontractor_of}:
            raise refused("", "forbidden", "a provider sends only placements with itself")


def _own(event: object, workspace: Workspace, caller: Caller) -> bool:
    return any(r.by in caller.organisations for r in workspace.history.recorded if r.id == event)


def _owns(follow_up: object, workspace: Workspace, caller: Caller) -> bool:
    owed = workspace.follow_up(UUID(str(follow_up)))
    return owed is not None and owed.owner in caller.organisations


def _pays(values: Mapping[str, object], workspace: Workspace, caller: Caller) -> bool:
    placement = workspace.picture.pupil.placement(UUID(str(values["placement"])))
    payers = {values.get(name) for name in ("payer", "health_payer", "care_payer")}
    return bool({placement and placement.commissioner, *payers} & {*caller.organisations})


def _placing(
    kind: NoticeType[Any], values: Mapping[str, object], workspace: Workspace
) -> tuple[str, str] | None:
    """Commissioner and provider of the placement that a notice starts, changes or ends."""
    if kind.name == "placement_started":
        return str(values["commissioner"]), str(values["provider"])
    if kind.name in {"placement_changed", "placement_ended"}:
        named = workspace.picture.pupil.placement(UUID(str(values["placement"])))
        return (named.commissioner, named.provider) if named else None
    return None
