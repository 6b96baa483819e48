"""What one organisation notifies and another can put right: a follow-up to the one that can."""

from collections.abc import Iterable, Mapping

from ap_registry.notice import Flag, FollowUp, World

# The kind of follow-up by the rule that was flagged.
KINDS: Mapping[str, str] = {
    "roll.not-on-record": "roll_record",
    "roll.before-record": "roll_record",
    "roll.two-main": "roll_record",
    "roll.no-lawful-ground": "removal_review",
    "roll.off-rolling-signal": "removal_review",
    "placement.checks-unconfirmed": "checks_confirmation",
    "placement.over-ten": "sessions_check",
    "funding.payer-missing": "payer_missing",
}


def follow_ups(flags: Iterable[Flag], world: World) -> Iterable[FollowUp]:
    """One for each flag that names who can mend it; it lapses when the flag no longer holds."""
    for flag in flags:
        if flag.mend is None:
            continue
        days = world.number("flag.mend", flag.on, of=flag.mend)
        yield FollowUp(
            kind=KINDS[flag.rule],
            owner=flag.mend,
            opened_on=flag.on,
            due_on=world.calendars.of(flag.mend).due_after(flag.on, days)[0],
            opened_by=flag.event,
            rule=flag.rule,
            calendar=flag.mend,
        )
