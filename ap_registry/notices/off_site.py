"""Off-site directions and their reviews (Education Act 2002 s.29A; SI 2010/1156)."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Annotated, Any

from ap_registry.fields import Day, Listed, Organisation, Text, Whole
from ap_registry.happenings import Direction
from ap_registry.notice import Case, Clock, Entry, Facts, Flag, FollowUp, NoticeType, World, ending
from ap_registry.pupil import Pupil


class Directed(Facts, frozen=True, kw_only=True):
    school: Annotated[str, Organisation(role="school")]
    provider: Annotated[str, Organisation()]
    starts_on: Annotated[date, Day()]
    ends_on: Annotated[date, Day()]
    sessions_per_week: Annotated[int, Whole(low=1, high=10)]
    objectives: Annotated[tuple[str, ...], Listed(of=Text(), private=True)]
    parent_notified_on: Annotated[date, Day()]
    la_notified_on: Annotated[date, Day()] | None = None


def _flag_direction(case: Case[Directed]) -> Iterator[Flag]:
    facts = case.facts
    yield from _flag_notice(case, "parents", facts.parent_notified_on)
    if case.pupil.detail("sen_provision", case.on) == "E":
        yield from _flag_notice(case, "the LA that maintains the EHC plan", facts.la_notified_on)
    if not case.before.on_roll(facts.school, case.on):
        yield case.flag(
            "roll.not-on-record",
            f"not on the roll of {facts.school} on record",
            mend=facts.school,
        )


def _flag_notice(case: Case[Directed], who: str, told_on: date | None) -> Iterator[Flag]:
    """Whole school days between the notice and the start: SI 2010/1156 reg. 3(2)."""
    days = case.world.number("off-site.notice", case.on, of=case.facts.school)
    if told_on is None:
        yield case.flag("off-site.notice", f"no day on which {who} was told is on record")
        return
    starts_on = case.facts.starts_on
    earliest, _missing = case.world.calendars.of(case.facts.school).due_after(told_on, days)
    if starts_on < earliest:
        yield case.flag(
            "off-site.notice",
            f"{who} told on {told_on}: {days} school days' notice "
            f"allows a start on {earliest}, not {starts_on}",
        )


def _apply_direction(pupil: Pupil, entry: Entry[Directed]) -> Pupil:
    facts = entry.facts
    direction = Direction(
        **entry.stem,
        school=facts.school,
        provider=facts.provider,
        starts_on=facts.starts_on,
        ends_on=facts.ends_on,
        sessions_per_week=facts.sessions_per_week,
    )
    return replace(pupil, directions=(*pupil.directions, direction))


def _off_site_reviews(pupil: Pupil, world: World) -> Iterable[FollowUp]:
    """The interval is the governors' own; 30 days is the registry's setting, not law."""
    for direction in pupil.directions:
        opened_by, opened_on = direction.id, direction.starts_on
        for review in [*pupil.reviews_of(direction.id), None]:
            days = world.number("off-site.review", opened_on, of=direction.school)
            due_on = opened_on + timedelta(days=days)
            if due_on > direction.ends_on and review is None:
                break
            yield FollowUp(
                kind="off_site_review",
                owner=direction.school,
                opened_on=opened_on,
                due_on=min(due_on, direction.ends_on),
                opened_by=opened_by,
                rule="off-site.review",
                **ending(review),
            )
            if review is not None:
                opened_by, opened_on = review.id, review.occurred_on


def _dual_registration(pupil: Pupil, world: World) -> Iterable[FollowUp]:
    """Directed to a school, the pupil is registered at both: SI 2012/2532, explanatory note."""
    for direction in pupil.directions:
        if not world.keeps_register(direction.provider):
            continue
        joined = next(
            (s for s in pupil.rolls
             if s.school == direction.provider
             and (s.until_on is None or s.until_on > direction.starts_on)),
            None,
        )  # fmt: skip
        yield FollowUp(
            kind="dual_registration",
            owner=direction.provider,
            opened_on=direction.occurred_on,
            due_on=max(direction.starts_on, direction.occurred_on),
            opened_by=direction.id,
            rule="off-site.dual-registration",
            closed_on=max(joined.occurred_on, direction.occurred_on) if joined else None,
            closed_by=joined.id if joined else None,
            outcome="done" if joined else None,
        )


TYPES: tuple[NoticeType[Any], ...] = (
    NoticeType(
        name="off_site_direction",
        facts=Directed,
        sentence="{school} directed the pupil to {provider} from {starts_on} to {ends_on}",
        ordered=(("ends_on", "starts_on"),),
        flags=_flag_direction,
        apply=_apply_direction,
        senders=frozenset({"school", "la"}),
    ),
)
CLOCKS = (
    Clock(kinds=("off_site_review",), derive=_off_site_reviews),
    Clock(kinds=("dual_registration",), derive=_dual_registration),
)
