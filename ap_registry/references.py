"""Which earlier event a notice names: by its id, by its ref, or as the only one that is open."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from ap_registry.errors import Problem
from ap_registry.fields import Reference
from ap_registry.happenings import Happening
from ap_registry.history import Recorded
from ap_registry.pupil import Pupil


def resolve(
    field: str,
    kind: Reference,
    value: str | None,
    *,
    recorded: Sequence[Recorded],
    pupil: Pupil,
    others: Mapping[str, object],
    by: str,
    on: date,
) -> UUID | Problem:
    """The event's id, or why there is none: not_found, nothing_open or ambiguous."""
    if value is None:
        return _only_open(field, _open(field, pupil, others, on))
    candidates = [r for r in recorded if not kind.types or r.type in kind.types]
    named = [r for r in candidates if str(r.id) == value.lower()]
    if not named:
        refs = [r for r in candidates if r.ref == value]
        named = [r for r in refs if r.by == by] or refs
    if len(named) == 1:
        return named[0].id
    words = _words(kind)
    if not named:
        return Problem(
            f"/{field}", "not_found", f"{field}: no {words} of this pupil has that id or ref"
        )
    return Problem(
        f"/{field}", "ambiguous", f"{field}: several {words} have that ref; give the id instead"
    )


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


def _open(field: str, pupil: Pupil, others: Mapping[str, object], on: date) -> Sequence[Happening]:
    match field:
        case "exclusion":
            return _exclusions(pupil, on)
        case "placement":
            return [
                p
                for p in pupil.placements
                if p.open and others.get("provider") in {None, p.provider}
            ]
        case "referral":
            return [r for r in pupil.referrals if r.decision is None]
        case "outreach":
            return [o for o in pupil.outreach if o.ended_on is None]
        case "case":
            cases = pupil.fair_access
            return [c for c in cases if c.open] or [c for c in cases if c.awaits_answer]
        case "reintegration":
            return [r for r in pupil.reintegrations if r.ended_on is None]
        case _:
            return _anything(pupil, on)


def _exclusions(pupil: Pupil, on: date) -> Sequence[Happening]:
    """Standing and not decided; of several, those that run on the day."""
    standing = [e for e in pupil.exclusions if not e.undone and not e.decided()]
    if len(standing) < 2:
        return standing
    return [e for e in standing if e.kind == "permanent" or (e.ends_on or on) >= on] or standing


def _anything(pupil: Pupil, on: date) -> Sequence[Happening]:
    return [
        *(e for e in pupil.exclusions if not e.undone and (e.ends_on or on) >= on),
        *(d for d in pupil.directions if d.ends_on >= on),
        *(p for p in pupil.placements if p.open),
        *(r for r in pupil.reintegrations if r.ended_on is None),
        *(o for o in pupil.outreach if o.ended_on is None),
    ]
