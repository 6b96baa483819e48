"""Registers of the test pupil, a code for each school day."""

from collections.abc import Iterator
from datetime import date, timedelta

from ap_registry.ingest.results import ImportResult
from ap_registry.registry import Registry
from tests.world import PUPIL, SCHOOL, send_register

HALF_TERM = (date(2025, 10, 20), date(2025, 10, 24))


def school_days(first: str, last: str) -> Iterator[date]:
    """Monday to Friday but the half-term of October 2025."""
    day = date.fromisoformat(first)
    while day <= date.fromisoformat(last):
        if day.weekday() < 5 and not HALF_TERM[0] <= day <= HALF_TERM[1]:
            yield day
        day += timedelta(days=1)


def mark(
    registry: Registry, code: str, first: str, last: str | None = None, *, at: str = SCHOOL
) -> ImportResult:
    """Both sessions of each school day from ``first`` to ``last``."""
    return mark_sessions(
        registry,
        [(day, half, code) for day in school_days(first, last or first) for half in ("AM", "PM")],
        at=at,
    )


def mark_one(
    registry: Registry, code: str, on: str, half: str, *, at: str = SCHOOL
) -> ImportResult:
    return mark_sessions(registry, [(date.fromisoformat(on), half, code)], at=at)


def mark_sessions(
    registry: Registry, sessions: list[tuple[date, str, str]], *, at: str = SCHOOL
) -> ImportResult:
    lines = "".join(f"{PUPIL},{at},{on},{half},{code}\n" for on, half, code in sessions)
    result = send_register(registry, f"upn,organisation,date,session,code\n{lines}")
    assert result.errors == []
    return result
