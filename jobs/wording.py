"""What a message says: what is owed by whom until when, never a name or a UPN."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from ap_registry.list_confirmation import KIND

ESCALATED = frozenset({"la", "panel"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing told. ``owner``: by name, who owes it; ``tried``: when they were told before.

    ``facts``: of a placement that health is told of, the minimum data set in words.
    """

    id: UUID
    pupil_id: UUID
    kind: str
    step: str
    due_on: date
    owner: str | None = None
    statutory: bool = False
    tried: tuple[date, ...] = ()
    facts: str | None = None


def subject(items: Sequence[Item]) -> str:
    if len(items) > 1:
        return f"{len(items)} things to see to"
    (item,) = items
    words = _words(item.kind)
    if item.step == "told":
        return f"{words.capitalize()}: notified on {item.due_on}"
    if item.step in ESCALATED:
        return f"Not done since {item.due_on}: {words}"
    return f"{'Overdue since' if item.step == 'overdue' else 'Due'} {item.due_on}: {words}"


def text(to: str | None, items: Sequence[Item]) -> str:
    """The most urgent first: what was notified, then by the day due."""
    listed = sorted(items, key=lambda i: (i.step != "told", i.due_on, i.kind, i.pupil_id))
    lines = [f"To {to or 'whom it concerns'}", ""]
    for item in listed:
        lines += [_line(item), f"  {_where(item)}", ""]
    return "\n".join(lines)


def _where(item: Item) -> str:
    if item.kind == KIND:
        return "Say that your list of pupils elsewhere, part time and off roll is whole, or nil."
    return f"Sign in to see the pupil: reference {item.pupil_id}."


def _line(item: Item) -> str:
    words = _words(item.kind).capitalize()
    if item.step == "told":
        return f"{words}: notified on {item.due_on}." + (f" {item.facts}" if item.facts else "")
    verb = "has been due since" if item.step in {"overdue", *ESCALATED} else "is due on"
    line = f"{words} {verb} {item.due_on}{' (a duty by law)' if item.statutory else ''}."
    if item.step in ESCALATED:
        told = ", ".join(day.isoformat() for day in item.tried) or "not yet"
        line += f" It is owed by {item.owner or 'the owner'}; told so far: {told}."
    return line


def _words(kind: str) -> str:
    return kind.replace("_", " ")
