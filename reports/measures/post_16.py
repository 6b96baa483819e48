"""O5 Successful post-16 transitions (outcomes.md)."""

from calendar import monthrange
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import cache

from ap_registry.codes import activity_group
from reports.facts import Facts
from reports.measures.attainment import Leaver, cohort, excluded
from reports.measures.episode import (
    EXCLUDED,
    FAILED,
    PENDING,
    SUCCESS,
    Episode,
    Period,
    Secondary,
    Yes,
)  # fmt: skip

MEASURE = "post_16"
STALE = timedelta(days=120)
PARTICIPATING = frozenset({"education", "training", "employment", "apprenticeship"})
WORKING = frozenset({"employment", "apprenticeship"})


@cache
def month_end(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


def episodes(facts: Facts, period: Period) -> Iterator[Episode]:
    for leaver in cohort(facts, period):
        matures = date(leaver.year + 2, 3, 31)
        reason = excluded(leaver, matures)
        counts_unknown = False
        secondary: tuple[Secondary, ...] = ()
        if reason is not None:
            place = EXCLUDED
        elif matures > period.today:
            place, reason = PENDING, "not_over"
        else:
            winter = _winter(leaver)
            took_part = _succeeded(leaver, winter, period.today)
            place = SUCCESS if took_part else FAILED
            counts_unknown = all(status in {None, "unknown"} for status in winter)
            reason = "took_part" if took_part else "did_not_take_part"
            if counts_unknown and not took_part:
                reason = "nothing_known"
            secondary = tuple(_beside(leaver))
        yield Episode(
            measure=MEASURE,
            provider=leaver.provider,
            la=leaver.la,
            place=place,
            reason=reason,
            counts_unknown=counts_unknown,
            once=str(facts.pupil_id),
            secondary=secondary,
            since=leaver.census,
            until=matures,
        )


def status_on(leaver: Leaver, day: date) -> str | None:
    """The group of the latest record on or before a day, unless it is stale."""
    latest = None
    for record in leaver.facts.rows("destination"):
        if record.occurred_on <= day:
            latest = record
    if latest is None or day - latest.occurred_on > STALE:
        return None
    if (day.month, day.day) == (3, 31) and latest.occurred_on < date(day.year, 3, 1):
        return None
    return activity_group(latest.activity)


def _winter(leaver: Leaver) -> Sequence[str | None]:
    """October to March after Year 11."""
    year = leaver.year + 1
    ends = [month_end(year, m) for m in (10, 11, 12)]
    ends += [month_end(year + 1, m) for m in (1, 2, 3)]
    return [status_on(leaver, end) for end in ends]


def _succeeded(leaver: Leaver, winter: Sequence[str | None], today: date) -> bool:
    if all(status in PARTICIPATING for status in winter):
        return True
    if sum(status in WORKING for status in winter) >= 5:
        return True
    year = leaver.year + 1
    ends = [month_end(year, m) for m in range(8, 13)]
    ends += [month_end(year + 1, m) for m in range(1, 8)]
    run = 0
    for end in ends:
        if end > today:
            break
        run = run + 1 if status_on(leaver, end) == "apprenticeship" else 0
        if run == 6:
            return True
    return False


def _beside(leaver: Leaver) -> Iterator[Secondary]:
    year = leaver.year + 1
    offers = leaver.facts.rows("offer")
    yield Yes("offer", any(o.occurred_on <= date(year, 9, 30) for o in offers))
    yield Yes("november", status_on(leaver, date(year, 11, 1)) in PARTICIPATING)
    for name, day in (
        ("neet_december", date(year, 12, 31)),
        ("neet_march", date(year + 1, 3, 31)),
    ):
        yield Yes(name, status_on(leaver, day) == "other")
