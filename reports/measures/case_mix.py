"""Whom a provider taught: placements open in the period, and those that ended as an error."""

from collections.abc import Iterator
from datetime import date

from reports.facts import Facts, Row
from reports.measures.episode import Count, Episode, Period, Secondary

MEASURE = "case_mix"
ERRORS = "ended_error"
KINDS = ("reason", "year_group", "sen_provision", "length")
# School days from the start to the end or, of one that goes on, to today; both ends counted.
LENGTHS = ((190, "190 or more"), (120, "120 to 189"), (60, "60 to 119"), (15, "15 to 59"))
SHORTEST = "under 15"
UNKNOWN = "not known"


def episodes(facts: Facts, period: Period) -> Iterator[Episode]:
    for placement in facts.placements:
        last = min(placement.ended_on or date.max, period.to_on, period.today)
        if max(placement.starts_on, period.from_on) <= last:
            yield Episode(
                measure=MEASURE, provider=placement.provider, la=facts.home_la(last), place=None,
                secondary=tuple(_mix(facts, placement, period, last)), subject=placement.key,
                since=placement.starts_on, until=last,
            )  # fmt: skip
    for placement in facts.rows("placement"):
        if placement.end_reason == "error" and period.holds(placement.ended_on):
            yield Episode(
                measure=MEASURE, provider=placement.provider,
                la=facts.home_la(placement.ended_on), place=None, secondary=(Count(ERRORS),),
                subject=placement.key, since=placement.starts_on, until=placement.ended_on,
            )  # fmt: skip


def _mix(facts: Facts, placement: Row, period: Period, last: date) -> Iterator[Secondary]:
    """SEN and year group on the last of its days that count."""
    year = facts.year_group(last)
    until = min(placement.ended_on or period.today, period.today)
    days = facts.calendar(placement.starts_on).count(placement.starts_on, until)
    length = next((words for least, words in LENGTHS if days >= least), SHORTEST)
    yield Count(f"reason:{placement.reason}")
    yield Count(f"year_group:{UNKNOWN if year is None else year}")
    yield Count(f"sen_provision:{facts.detail('sen_provision', last) or UNKNOWN}")
    yield Count(f"length:{length}")
