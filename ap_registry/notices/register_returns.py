"""What a school tells its LA of its register (SI 2024/208 reg. 13), and who then has no school."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from ap_registry.happenings import MAIN, Notified, RollSpell
from ap_registry.notice import Clock, FollowUp, NoticeType, World, ending
from ap_registry.pupil import Pupil
from ap_registry.rules import in_force

INTAKE_YEARS = frozenset({0, 7})  # reception and Year 7: no return for a normal intake
INTAKE_MONTHS = frozenset({8, 9})
LEAVING_YEARS = frozenset({6, 11, 13})
LEAVING_MONTHS = frozenset({6, 7, 8})
LAST_COMPULSORY_YEAR = 11
NEEDS_PROVISION = frozenset({"section_19", "medical", "no_school_place"})


def _told(pupil: Pupil, event: object) -> Notified | None:
    return next((n for n in pupil.notified if n.of == event and n.to in {"la", "home_la"}), None)


def _normal_intake(pupil: Pupil, spell: RollSpell) -> bool:
    """Also the spell with which the pupil first came to be known here: no admission of that day."""
    first = pupil.details[0].occurred_on if pupil.details else None
    known_before = spell.id == pupil.rolls[0].id and spell.occurred_on == first
    in_year = pupil.year_group(spell.occurred_on)
    return known_before or (spell.occurred_on.month in INTAKE_MONTHS and in_year in INTAKE_YEARS)


def _new_pupils(pupil: Pupil, world: World) -> Iterable[FollowUp]:
    """By the end of the fifth day after: reg. 13(1)."""
    for spell in pupil.rolls:
        rule = "roll.new-pupil-return"
        if spell.registration not in MAIN or in_force(rule, spell.occurred_on) is None:
            continue
        if _normal_intake(pupil, spell):
            continue
        told = _told(pupil, spell.id)
        days = timedelta(days=world.number(rule, spell.occurred_on, of=spell.school))
        yield FollowUp(
            kind="new_pupil_return",
            owner=spell.school,
            opened_on=spell.occurred_on,
            due_on=spell.occurred_on + days,
            opened_by=spell.id,
            rule=rule,
            **ending(told),
        )


def _deletions(pupil: Pupil, world: World) -> Iterable[FollowUp]:
    """No later than the deletion itself: reg. 13(4). Final-year leavers are not returned."""
    for spell in pupil.rolls:
        rule = "roll.deletion-return"
        left = spell.until_on
        if left is None or spell.left_by is None or in_force(rule, left) is None:
            continue
        leaver = left.month in LEAVING_MONTHS and pupil.year_group(left) in LEAVING_YEARS
        if spell.ground == "over_age" or leaver:
            continue
        told = _told(pupil, spell.left_by)
        yield FollowUp(
            kind="deletion_return",
            owner=spell.school,
            opened_on=left,
            due_on=left,
            opened_by=spell.left_by,
            rule=rule,
            **ending(told),
        )


def _section_19(pupil: Pupil, world: World) -> Iterable[FollowUp]:
    """The home LA arranges suitable education; it starts once 15 school days will be missed."""
    for referral in pupil.referrals:
        year = pupil.year_group(referral.occurred_on)
        over_age = year is not None and year > LAST_COMPULSORY_YEAR
        if referral.route not in NEEDS_PROVISION or over_age or referral.decision == "withdrawn":
            continue
        home = pupil.home_la(referral.occurred_on)
        owner = f"LA{home}" if home else referral.by
        begun = next(
            (
                h for h in sorted(
                    [*pupil.placements, *(s for s in pupil.rolls if s.registration in MAIN)],
                    key=lambda h: (h.occurred_on, h.version),
                )
                if h.occurred_on >= referral.occurred_on
            ),
            None,
        )  # fmt: skip
        days = world.number("section-19.provision", referral.occurred_on, of=owner)
        yield FollowUp(
            kind="section_19",
            owner=owner,
            opened_on=referral.occurred_on,
            due_on=world.calendars.of(owner).due_after(referral.occurred_on, days)[0],
            opened_by=referral.id,
            rule="section-19.provision",
            calendar=owner,
            **ending(begun),
        )


TYPES: tuple[NoticeType[Any], ...] = ()
CLOCKS = (
    Clock(kinds=("new_pupil_return",), derive=_new_pupils),
    Clock(kinds=("deletion_return",), derive=_deletions),
    Clock(kinds=("section_19",), derive=_section_19),
)
