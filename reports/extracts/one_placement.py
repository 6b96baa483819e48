"""Which placement a report is about, and what was agreed, reviewed and measured in it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, LiteralString
from uuid import UUID

from ap_registry.errors import NotFound, Problem, Refused
from ap_registry.happenings import Attained, Placement
from ap_registry.notice import Entry
from ap_registry.store import who
from reports.kind import Asked
from reports.pupils import Known, Sitting, read_pupils
from reports.scope import HELD

_WHOSE: LiteralString = f"select pupil_id from placement where key = %(key)s and {HELD}"
UNKNOWN = NotFound((Problem("/placement", "not_found", "no such placement is known"),))


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """A pupil's placement as far as its reader may know of it."""

    known: Known
    placement: Placement

    def about(self, type_: str) -> list[Entry[Any]]:
        """Notices of a type that name it, in effective order."""
        return [
            entry for entry in self.known.entries.values()
            if entry.type == type_ and self.placement.id in {
                getattr(entry.facts, "placement", None), getattr(entry.facts, "of", None)
            }
        ]  # fmt: skip

    def during(self, type_: str, first: date, last: date) -> list[Entry[Any]]:
        """Notices of a type dated in these days, both included."""
        return [
            entry for entry in self.known.entries.values()
            if entry.type == type_ and first <= entry.occurred_on <= last
        ]  # fmt: skip

    @property
    def objectives(self) -> Sequence[str]:
        """As the direction or referral from which it arose has them, or else its last one."""
        arising = self.placement.arising_from
        named = [self.known.entries.get(arising)] if arising else []
        named += [self.known.entries.get(r.id) for r in self.known.pupil.referrals
                  if r.provider == self.placement.provider]  # fmt: skip
        for entry in named:
            objectives = getattr(entry.facts, "objectives", None) if entry else None
            if objectives:
                return tuple(objectives)
        return ()

    def progress(self, last: date) -> Sequence[str]:
        """One for each objective, of the last review by a day that says so."""
        told = [
            entry.facts.progress for entry in self.about("review_held")
            if entry.occurred_on <= last and entry.facts.progress
        ]  # fmt: skip
        return told[-1] if told else ()

    @property
    def name(self) -> str:
        return self.known.text("given_name") or "The pupil"


def find_stay(seen: Sitting, asked: Asked, *, on: date) -> Stay:
    """By the placement's id, or the last begun of the pupil whom a UPN names."""
    if asked["placement"] is None and asked["upn"] is None:
        words = "upn or placement is required: the pupil's UPN, or the id of one placement"
        raise Refused((Problem("/upn", "required", words),))
    pupil = _pupil(seen, asked)
    known = next(iter(read_pupils(seen, [pupil], on=on)), None) if pupil else None
    if known is None:
        raise UNKNOWN
    held = [
        p for p in known.pupil.placements
        if p.end_reason != "error" and asked["placement"] in {None, str(p.id)}
        and (asked["provider"] is None or p.provider == asked["provider"])
    ]  # fmt: skip
    if not held:
        raise UNKNOWN
    return Stay(known=known, placement=max(held, key=lambda p: (p.occurred_on, p.version)))


def _pupil(seen: Sitting, asked: Asked) -> UUID | None:
    if asked["placement"] is None:
        return who.pupil_named(seen.connection, asked["upn"], seen.at)
    try:
        key = UUID(asked["placement"])
    except ValueError:
        raise UNKNOWN from None
    row = seen.connection.execute(_WHOSE, {"key": key, "at": seen.at}).fetchone()
    return row[0] if row else None


def measured(stay: Stay) -> Iterator[dict[str, Any]]:
    """Baseline and exit of each measure by instrument and informant, with the change."""
    begun = stay.placement.occurred_on
    pairs: dict[tuple[str, str, str], dict[str, Attained]] = {}
    for one in stay.known.pupil.attained:
        if one.kind in {"assessment", "wellbeing"} and one.stage and one.instrument:
            key = one.subject, one.instrument, one.informant or ""
            held = pairs.setdefault(key, {})
            if one.stage == "baseline" or one.occurred_on >= begun:
                held[one.stage] = one
    for (subject, instrument, informant), held in sorted(pairs.items()):
        first, last = held.get("baseline"), held.get("exit")
        yield {
            "subject": subject, "instrument": instrument, "informant": informant,
            "baseline": first.score if first else None,
            "baseline_on": first.occurred_on.isoformat() if first else None,
            "exit": last.score if last else None,
            "exit_on": last.occurred_on.isoformat() if last else None,
            "change": _change(first, last),
        }  # fmt: skip


def _change(first: Attained | None, last: Attained | None) -> float | None:
    if first is None or last is None or first.score is None or last.score is None:
        return None
    return round(last.score - first.score, 1)
