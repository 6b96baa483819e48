"""What a correction puts right, judged by the same rules as the notice that it corrects."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import msgspec

from ap_registry.errors import Problem, Refused
from ap_registry.fields import BadValue
from ap_registry.history import Recorded, Standing, fold, names, order, without
from ap_registry.judging import judge, resolved
from ap_registry.notice import Case, Entry, NoticeType, World
from ap_registry.notices import CATALOGUE
from ap_registry.sent import Sent, Settings, read_day, read_text, refused
from ap_registry.workspace import Workspace


def corrected_fields(
    values: Mapping[str, object], workspace: Workspace, by: str, *, settings: Settings,
    world: World,
) -> dict[str, object]:  # fmt: skip
    """Judge the corrected notice; answer its fields as they are stored."""
    target = next(r for r in workspace.history.recorded if r.id == values["of"])
    if target.type in {"correction", "void"}:
        raise refused("/of", "unknown_type", "void a correction or a void; it is not corrected")
    standing = next(s for s in workspace.history.standing if s.entry.id == target.id)
    fields = values["fields"]
    assert isinstance(fields, Mapping)
    occurred_on, read = _read(
        target.kind, fields, standing.entry.occurred_on, settings=settings, world=world
    )
    facts = {**_facts(standing.entry), **{k: v for k, v in read.items() if k != "note"}}
    facts = {k: v for k, v in facts.items() if v is not None}
    found = Sent(kind=target.kind, values=facts, occurred_on=occurred_on, registering={})
    right = resolved(found, workspace, target.by, target.id, named=_ids(standing))
    past = without(workspace.history, target.id)
    try:
        judge(
            target.kind,
            right,
            occurred_on,
            workspace=workspace,
            world=world,
            by=by,
            past=past,
            version=target.version,
        )
    except Refused as refusal:
        raise _within_fields(refusal.problems) from None
    if occurred_on > standing.entry.occurred_on:
        problems = tuple(_left_behind(target.id, occurred_on, workspace, world=world))
        if problems:
            raise _within_fields(problems)
    stored: dict[str, object] = {name: right.get(name, value) for name, value in read.items()}
    if "occurred_on" in fields:
        stored["occurred_on"] = occurred_on
    if "note" in read:
        stored["note"] = read["note"]
    plain: dict[str, object] = msgspec.to_builtins(stored)
    return plain


def _left_behind(
    target: UUID, occurred_on: date, workspace: Workspace, *, world: World
) -> Iterator[Problem]:
    """An end, a session or a decision that is on record must not come to lie before its start."""
    entries = sorted(
        (
            replace(e, occurred_on=occurred_on) if e.id == target else e
            for e in workspace.history.entries()
        ),
        key=order,
    )
    for entry in entries:
        kind = CATALOGUE[entry.type]
        if entry.occurred_on >= occurred_on or not names(kind, entry, frozenset({target})):
            continue
        others = [e for e in entries if e.id != entry.id]
        before = fold(e for e in others if order(e) < order(entry))
        case = Case(entry=entry, before=before, pupil=fold(others), world=world)
        if any(problem.code == "end_before_start" for problem in kind.refuse(case)):
            yield Problem(
                "/occurred_on",
                "end_before_start",
                f"{entry.type} of {entry.occurred_on} belongs to it: correct or void that first",
            )


def amendment(
    found: Sent, earlier: Recorded, workspace: Workspace, by: str, *, settings: Settings
) -> Sent | None:
    """The correction that turns what stands into what was sent; None where they agree.

    What was left out stays as it is: a blank cell never erases.
    """
    standing = next(s for s in workspace.history.standing if s.entry.id == earlier.id)
    now = msgspec.to_builtins(standing.entry.facts)
    values = resolved(found, workspace, by, earlier.id, named=_ids(standing))
    new = msgspec.to_builtins(found.kind.build(values))
    fields = {k: new[k] for k in found.values if new[k] != now.get(k)}
    if found.note is not None and found.note != standing.entry.note:
        fields["note"] = found.note
    if found.occurred_on != standing.entry.occurred_on:
        fields["occurred_on"] = found.occurred_on.isoformat()
    if not fields:
        return None
    return Sent(
        kind=CATALOGUE["correction"],
        values={"of": str(earlier.id), "fields": fields, "reason": settings.amend},
        occurred_on=settings.today,
        registering={},
        by=by,
    )


def _read(
    kind: NoticeType[Any], fields: Mapping[str, object], occurred_on: date, *,
    settings: Settings, world: World,
) -> tuple[date, dict[str, object]]:  # fmt: skip
    problems: list[Problem] = []
    if "occurred_on" in fields:
        occurred_on = read_day(fields, kind, settings, world, problems=problems)
    reading = settings.reading(occurred_on, world)
    read: dict[str, object] = {}
    for name, value in fields.items():
        if name == "occurred_on" or value == "":
            continue
        spec = kind.fields.get(name)
        if name == "note":
            read["note"] = read_text(value, "note", problems)
        elif spec is None:
            problems.append(
                Problem(f"/{name}", "unknown_field", f"{kind.name} has no field {name}")
            )
        elif value is None and name in kind.optional:
            read[name] = None
        elif value is None or value == []:
            problems.append(Problem(f"/{name}", "required", f"{name} is needed"))
        else:
            try:
                read[name] = spec.kind.read(value, reading)
            except BadValue as bad:
                problems.append(Problem(f"/{name}", bad.code, f"{name} {bad.detail}"))
    if problems:
        raise _within_fields(problems)
    if not read and "occurred_on" not in fields:
        raise refused("/fields", "required", "say at least one field that is to be put right")
    return occurred_on, read


def _within_fields(problems: list[Problem] | tuple[Problem, ...]) -> Refused:
    return Refused(tuple(replace(p, pointer=f"/fields{p.pointer}") for p in problems))


def _facts(entry: Entry[Any]) -> dict[str, object]:
    return {
        f.encode_name: getattr(entry.facts, f.name)
        for f in msgspec.structs.fields(type(entry.facts))
    }


def _ids(standing: Standing) -> frozenset[object]:
    """What the notice names already."""
    return frozenset(v for v in _facts(standing.entry).values() if isinstance(v, UUID))
