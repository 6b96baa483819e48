"""Notices that make two records one pupil's, or part them again: read, refused, taken in."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from ap_registry.access import sight
from ap_registry.errors import RegistryError
from ap_registry.history import History, Recorded, history, picture
from ap_registry.merging import members
from ap_registry.notice import World
from ap_registry.receipts import Accepted
from ap_registry.sent import Sent, Settings, refused
from ap_registry.store.projections import visibility_rows
from ap_registry.workspace import Workspace

Join = Callable[[UUID, Sequence[UUID]], tuple[tuple[Recorded, ...], str | None]]


class StandsAlone(RegistryError):
    """A notice that must be written by itself, after those before it and before those after."""

    def __init__(self, number: int = 0) -> None:
        super().__init__("this notice is taken by itself")
        self.number = number


def other_pupil(
    found: Sent,
    workspace: Workspace,
    pupils: tuple[Mapping[str, Workspace], Mapping[UUID, Workspace], Mapping[UUID, UUID]],
    settings: Settings,
    world: World,
) -> UUID:
    """Whose record is merged or parted: kept in the event beside its facts. Raise Refused.

    ``pupils`` of the call: by UPN, by id, and their own ids by those that are shown.
    """
    known, by_id, ids = pupils
    name = "other_upn" if found.values.get("other_upn") else "other_pupil_id"
    named = found.values.get(name)
    if named is None:
        words = "other_upn is needed, or other_pupil_id of a pupil without a UPN"
        raise refused("/other_upn", "required", words)
    if name == "other_upn":
        other = known.get(str(named))
    else:
        other = by_id.get(ids.get(UUID(str(named)), UUID(int=0)))
    if other is None or not other.exists or not _seen(other, settings, world):
        raise refused(f"/{name}", "unknown_pupil", f"no such pupil is known: check {name}")
    if found.kind.name == "merge_undone":
        return _parted(workspace, other, name, str(named))
    if other is workspace and not workspace.others:
        raise refused(f"/{name}", "bad_format", f"{name} names this same pupil")
    if other is workspace or other.others:
        raise refused(
            f"/{name}",
            "already_open",
            "this pupil is merged already: undo that with merge_undone first",
        )
    return other.pupil_id


def _seen(other: Workspace, settings: Settings, world: World) -> bool:
    rows = visibility_rows(other.picture, world)
    return sight(settings.caller, rows, settings.today).visible


def _parted(workspace: Workspace, other: Workspace, name: str, named: str) -> UUID:
    """By either UPN of the two, or by the id of the one that was merged into the other."""
    if other is workspace:
        by_id = UUID(named) if name == "other_pupil_id" else None
        for pupil in (by_id, workspace.named.get(named), workspace.named_id):
            if pupil in workspace.others:
                assert pupil is not None
                return pupil
    raise refused(f"/{name}", "nothing_open", "these two pupils are not merged")


def take_regrouping(
    event: Recorded, workspace: Workspace, by_id: Mapping[UUID, Workspace], *, join: Join,
    settings: Settings,
) -> Accepted:  # fmt: skip
    """Take in an event that changes whose records are read as one; raise Refused."""
    now = set(members(workspace.history.plus(event)))
    come, gone = now - set(workspace.others), set(workspace.others) - now
    if come and event.type != "pupils_merged":
        raise refused("/of", "already_open", "send pupils_merged again to merge these two")
    recorded, _ = join(workspace.pupil_id, sorted(now))
    past = history((*recorded, _after(event, recorded)))
    apart = {}
    for pupil in gone:
        alone, upn = join(pupil, ())
        apart[pupil] = picture(history(alone), workspace.world, upn=upn)
    others = [by_id[pupil] for pupil in come]
    workspace.also_read = {one.pupil_id: one.base.version for one in others} | (
        {} if workspace.others else {workspace.pupil_id: workspace.base.version}
    )
    return workspace.regroup(
        past.recorded[-1],
        past,
        before=[workspace.picture, *(one.picture for one in others)],
        apart=apart,
        today=settings.today,
    )


def _after(event: Recorded, recorded: Sequence[Recorded]) -> Recorded:
    """The event as the last of the kept pupil's record."""
    own = [r for r in recorded if r.merged_from is None]
    last = own[-1].stream_version or own[-1].version
    merged = recorded[-1].stream_version is not None
    return replace(
        event,
        version=recorded[-1].version + 1,
        merged_from=None,
        stream_version=last + 1 if merged else None,
    )


def changes_members(past: History, event: Recorded) -> bool:
    if event.type not in {"pupils_merged", "merge_undone", "void"}:
        return False
    return set(members(past.plus(event))) != set(members(past))
