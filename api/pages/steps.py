"""One thing on a page: how the fields of a notice are asked for one after the other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from api.pages.forms import Input

PUPIL = "pupil"
MORE = "more"
OF_TODAY = frozenset({
    "suspension", "permanent_exclusion", "notified", "referral", "referral_decision",
    "placement_started", "review_held", "reintegration_started", "outreach_started",
    "outreach_session", "contact_recorded", "view_recorded", "action_agreed", "health_response",
})  # fmt: skip
"""Mostly told on the day itself, which is filled in where it is asked for."""
_SAYS_ALL: Mapping[str, tuple[str, frozenset[str]]] = {
    "referral_decision": ("decision", frozenset({"accepted"})),
    "health_response": ("response", frozenset({"acknowledged", "started", "closed", "no_role"})),
    "outreach_session": ("delivered", frozenset({"true"})),
    "notified": ("method", frozenset({"in_person", "email"})),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """``title``: the heading of a page that asks for several; one field is its own heading."""

    name: str
    title: str
    fields: tuple[Input, ...]

    def missing(self, values: Mapping[str, str]) -> bool:
        """Some things are asked for though they may be left out: the pupil's number is one."""
        asked = (one for one in self.fields if one.required or one.alone or self.name == PUPIL)
        return any(not values.get(one.name) for one in asked)


def steps(fields: Sequence[Input]) -> tuple[Step, ...]:
    """The pupil; the days; each other field that is needed; at last what may be left out."""
    who = [one for one in fields if one.name == "upn"]
    needed = [one for one in fields if (one.required or one.alone) and one.name != "upn"]
    days = [one for one in needed if one.is_day]
    rest = [one for one in fields if one not in needed and one.name != "upn"]
    return (
        Step(name=PUPIL, title="Which pupil?", fields=tuple(who)),
        Step(name="days", title="When?", fields=tuple(days)),
        *(alone(one) for one in needed if not one.is_day),
        Step(name=MORE, title="Anything else?", fields=tuple(rest)),
    )


def named(found: Sequence[Step], name: str) -> Step:
    """The step of that name or with that field; the first where there is none."""
    return next(
        (s for s in found if s.name == name or any(f.name == name for f in s.fields)), found[0]
    )


def alone(field: Input) -> Step:
    return Step(name=field.name, title=field.label, fields=(field,))


def says_all(kind: str, values: Mapping[str, str], at: Step) -> bool:
    """Of some answers nobody asks for more; the check still offers to add something."""
    name, answers = _SAYS_ALL.get(kind, ("", frozenset()))
    return at.name == MORE and values.get(name) in answers


def after(found: Sequence[Step], at: Step | None, values: Mapping[str, str]) -> Step | None:
    """The next that still asks for something; None: all is known, but for the check."""
    start = 0 if at is None else found.index(at) + 1
    return next((s for s in found[start:] if s.name == MORE or s.missing(values)), None)


def before(found: Sequence[Step], at: Step | None) -> Step | None:
    """The one before; of the check (None) the last."""
    place = len(found) if at is None else found.index(at)
    return found[place - 1] if place else None
