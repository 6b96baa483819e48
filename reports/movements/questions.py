"""What councils are asked for: places now and in the year, days, spend, who is not registered."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from reports.movements.places import is_unregistered
from reports.movements.spend import Spend
from reports.movements.stays import Stay, mean_days

Row = dict[str, Any]
FULL_TIME = 10  # sessions a week


def providers(found: Sequence[Stay], spent: Spend) -> list[Row]:
    """One row for each provider with a placement in the period."""
    by_provider: dict[str, list[Stay]] = defaultdict(list)
    for stay in found:
        by_provider[stay.begun.row.provider].append(stay)
    return [
        _provider(name, these, spent.providers[name].row())
        for name, these in sorted(by_provider.items())
    ]


def _provider(name: str, found: Sequence[Stay], cost: Row) -> Row:
    known = found[0].provider
    return {
        "provider": name,
        "name": known.name if known else name,
        "setting": max(found, key=lambda stay: stay.begun.on).begun.of["setting"],
        "unregistered": is_unregistered(known),
        **_counts(found),
        "education": cost["education"],
        "health": cost["health"],
        "social_care": cost["social_care"],
        "total": cost["total"],
        "without_amount": cost["without_amount"],
    }


def _counts(found: Sequence[Stay]) -> Row:
    now = [stay for stay in found if stay.open_at_end]
    return {
        "placements_now": len(now),
        "pupils_now": len({stay.begun.pupil for stay in now}),
        "placements_in_period": len(found),
        "pupils_in_period": len({stay.begun.pupil for stay in found}),
        "mean_days": mean_days([stay.days for stay in found if not stay.open_at_end]),
        "mean_days_so_far": mean_days([stay.days for stay in now]),
    }


def unregistered(found: Sequence[Stay], rows: Sequence[Row]) -> list[Row]:
    """Of the providers that nobody has registered also who is there that should be looked at."""
    now: dict[str, list[Stay]] = defaultdict(list)
    for stay in found:
        if stay.open_at_end:
            now[stay.begun.row.provider].append(stay)
    return [
        {
            **{name: value for name, value in row.items() if name != "unregistered"},
            "full_time_now": sum(
                stay.begun.row.sessions_per_week >= FULL_TIME for stay in now[row["provider"]]
            ),
            "ehc_plan_now": sum(stay.now["sen_provision"] == "E" for stay in now[row["provider"]]),
            "looked_after_now": sum(stay.looked_after for stay in now[row["provider"]]),
        }
        for row in rows
        if row["unregistered"]
    ]


def answers(found: Sequence[Stay], rows: Sequence[Row], spent: Spend, last: date) -> Row:
    """The numbers that a council is asked for, in one line."""
    apart = {row["provider"] for row in rows if row["unregistered"]}
    outside = [stay for stay in found if stay.begun.row.provider in apart]
    whole: Mapping[str, Any] = _counts(found)
    unregistered_: Mapping[str, Any] = _counts(outside)
    return {
        "on": last.isoformat(),
        **whole,
        "providers_in_period": len(rows),
        "unregistered_providers": len(apart),
        "unregistered_placements_now": unregistered_["placements_now"],
        "unregistered_pupils_in_period": unregistered_["pupils_in_period"],
        "unregistered_mean_days": unregistered_["mean_days"],
        **{part: value for part, value in spent.all.row().items() if part != "placements"},
    }
