"""A notice against its pupil's history: which events it names, and what cannot have happened."""

from bisect import bisect_left
from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from ap_registry.errors import Problem, Refused
from ap_registry.history import History, fold, order
from ap_registry.notice import Case, Entry, NoticeType, World
from ap_registry.pupil import Pupil
from ap_registry.references import resolve
from ap_registry.sent import Sent
from ap_registry.workspace import Workspace


def resolved(
    found: Sent, workspace: Workspace, by: str, but: UUID | None = None,
    named: Collection[object] = (),
) -> dict[str, object]:  # fmt: skip
    """The values with every reference as an event's id; ``but`` is not to be named, nor what the
    sender is not told of, except what was ``named`` before."""
    values = dict(found.values)
    hidden = {but, *workspace.unseen.events.difference(named)}
    problems: list[Problem] = []
    for name, kind in found.kind.references.items():
        given = values.get(name)
        if given is None and not kind.default_open:
            continue
        answer = resolve(
            name,
            kind,
            None if given is None else str(given),
            recorded=[r for r in workspace.history.recorded if r.id not in hidden],
            pupil=workspace.picture.pupil if workspace.exists else fold(()),
            others=values,
            hidden=hidden,
            by=by,
            on=found.occurred_on,
        )
        if isinstance(answer, Problem):
            problems.append(answer)
        else:
            values[name] = answer
    if problems:
        raise Refused(tuple(problems))
    return values


def judge(
    kind: NoticeType[Any],
    values: Mapping[str, object],
    occurred_on: date,
    *,
    workspace: Workspace,
    world: World,
    by: str,
    past: History | None = None,
    version: int | None = None,
) -> None:
    """Refuse what cannot have happened, in its place in effective order."""
    past = past or workspace.history
    entry: Entry[Any] = Entry(
        id=UUID(int=0),
        type=kind.name,
        version=version or past.version + 1,
        occurred_on=occurred_on,
        recorded_at=datetime.min,
        by=by,
        ref=None,
        facts=kind.build(values),
    )
    before, pupil = _around(order(entry), past, workspace)
    days = {name: getattr(entry.facts, name, None) for name in kind.fields}
    case = Case(entry=entry, before=before, pupil=pupil, world=world)
    problems = (*kind.backwards({**days, "occurred_on": occurred_on}), *kind.refuse(case))
    if problems:
        raise Refused(problems)


def _around(
    place: tuple[date, int, int], past: History, workspace: Workspace
) -> tuple[Pupil, Pupil]:
    """The pupil before that place in effective order, and after everything."""
    entries = past.entries()
    before = bisect_left(entries, place, key=order)
    if past is workspace.history and workspace.exists:
        states = workspace.picture.pupils
        return states[before], states[-1]
    return fold(entries[:before]), fold(entries)
