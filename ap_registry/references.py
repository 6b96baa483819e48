"""Which earlier event a notice names: by its id, by its ref, or as the only one that is open."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from uuid import UUID

from ap_registry.errors import Problem
from ap_registry.fields import Reference
from ap_registry.happenings import Exclusion, Happening
from ap_registry.history import Recorded
from ap_registry.pupil import Pupil

# What ``of`` means where a notice that may name anything leaves it out.
_MEANS = (
    "suspension", "permanent_exclusion", "off_site_direction", "placement_started",
    "reintegration_started", "outreach_started",
)  # fmt: skip


def resolve(
    field: str,
    kind: Reference,
    value: str | None,
    *,
    recorded: Sequence[Recorded],
    pupil: Pupil,
    others: Mapping[str, object],
    hidden: Collection[object] = (),
    by: str,
    on: date,
) -> UUID | Problem:
    """The event's id, or why there is none: not_found, nothing_open or ambiguous."""
    if value is None:
        open_ = _open(field, kind, pupil, others, on)
        return _only_open(field, [one for one in open_ if one.id not in hidden])
    found = named(kind, value, recorded, by)
    if len(found) == 1:
        return found[0].id
    words = _words(kind)
    if not found:
        return Problem(
            f"/{field}", "not_found", f"{field}: no {words} of this pupil has that id or ref"
        )
    return Problem(
        f"/{field}", "ambiguous", f"{field}: several {words} have that ref; give the id instead"
    )


def named(kind: Reference, value: str, recorded: Sequence[Recorded], by: str) -> Sequence[Recorded]:
    """The events with that id, else the notifier's own with that ref, else anyone's."""
    candidates = [r for r in recorded if not kind.types or r.type in kind.types]
    by_id = [r for r in candidates if str(r.id) == value.lower()]
    if by_id:
        return by_id
    refs = [r for r in candidates if r.ref == value]
    return [r for r in refs if r.by == by] or refs


def _words(kind: Reference) -> str:
    return " or ".join(name.replace("_", " ") for name in kind.types) or "notice"


def _only_open(field: str, candidates: Sequence[Happening]) -> UUID | Problem:
    if len(candidates) == 1:
        return candidates[0].id
    if not candidates:
        return Problem(
            f"/{field}", "nothing_open", f"{field} was left out and this pupil has none open"
        )
    listed = ", ".join(str(c.ref or c.id) for c in candidates)
    return Problem(
        f"/{field}",
        "ambiguous",
        f"{field} was left out and several are open: name one of {listed}",
    )


def _open(
    field: str, kind: Reference, pupil: Pupil, others: Mapping[str, object], on: date
) -> Sequence[Happening]:
    """What is open; of that, where any had begun by the day of the notice, only those."""
    match field:
        case "exclusion":
            return _exclusions(pupil, on)
        case "placement":
            provider = others.get("provider")
            found: Sequence[Happening] = [
                p for p in pupil.placements if p.open and provider in {None, p.provider}
            ]
        case "referral":
            found = [r for r in pupil.referrals if r.decision is None]
        case "outreach":
            found = [o for o in pupil.outreach if o.ended_on is None]
        case "case":
            cases = pupil.fair_access
            found = [c for c in cases if c.open] or [c for c in cases if c.awaits_answer]
        case "reintegration":
            found = [r for r in pupil.reintegrations if r.ended_on is None]
        case _:
            return _anything(kind, pupil, on)
    return [h for h in found if h.occurred_on <= on] or found


def _exclusions(pupil: Pupil, on: date) -> Sequence[Exclusion]:
    """Standing and not decided; of several, those that run on the day."""
    standing = [e for e in pupil.exclusions if not e.undone and not e.decided()]
    if len(standing) < 2:
        return standing
    return [e for e in standing if e.kind == "permanent" or (e.ends_on or on) >= on] or standing


def _anything(kind: Reference, pupil: Pupil, on: date) -> Sequence[Happening]:
    """Whatever is open of the kinds that the field means when it is left out."""
    open_: Mapping[str, Sequence[Happening]] = {
        "suspension": [e for e in _running(pupil, on) if e.kind != "permanent"],
        "permanent_exclusion": [e for e in _running(pupil, on) if e.kind == "permanent"],
        "off_site_direction": [d for d in pupil.directions if d.ends_on >= on],
        "referral": [r for r in pupil.referrals if r.decision is None],
        "placement_started": [p for p in pupil.placements if p.open],
        "reintegration_started": [r for r in pupil.reintegrations if r.ended_on is None],
        "outreach_started": [o for o in pupil.outreach if o.ended_on is None],
    }
    meant = [h for name in kind.means for h in open_.get(name, ())]
    return meant or [h for name in kind.types or _MEANS for h in open_.get(name, ())]


def _running(pupil: Pupil, on: date) -> Sequence[Exclusion]:
    return [e for e in pupil.exclusions if not e.undone and (e.ends_on or on) >= on]
