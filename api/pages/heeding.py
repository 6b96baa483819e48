"""What a person should look at before sending, though nothing stands against it."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ap_registry.errors import Problem
from ap_registry.notice import NoticeType, World
from api.pages.days import day
from api.pages.rendering import in_words

SESSIONS = frozenset({"sessions", "sessions_per_week"})
STANDS = frozenset({"issued", "confirmed"})
SESSIONS_A_DAY, YEAR, LONGEST = 2, 366, 3


def backwards(kind: NoticeType[Any], values: Mapping[str, str]) -> Iterator[Problem]:
    """Told where the second day is asked: the registry refuses it once all else is known."""
    yield from kind.backwards({name: day(text) for name, text in values.items()})


def suggested(values: Mapping[str, str], world: World) -> dict[str, str]:
    """Of a suspension, what the days say of the number of sessions: filled in on its page, and
    changed there."""
    if values.get("sessions"):
        return {}
    days = _school_days(values, world)
    return {"sessions": str(days * SESSIONS_A_DAY)} if days else {}


def heeded(kind: str, values: Mapping[str, str], world: World) -> Iterator[str]:
    if kind == "referral" and not values.get("provider"):
        yield "No provider or service is named: nobody is asked to take the pupil."
    if kind == "suspension":
        yield from _too_few(values, world)


def already(values: Mapping[str, str], exclusions: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Of a suspension, days on which its pupil is suspended already: they would count twice.

    ``exclusions``: of the pupil, as the contract writes them.
    """
    first, last = day(values.get("occurred_on", "")), day(values.get("ends_on", ""))
    if values.get("kind") == "lunchtime" or first is None:
        return
    until = (last or first).isoformat()
    for one in exclusions:
        ends_on = one["ends_on"] or one["occurred_on"]
        if (
            one["kind"] == "suspension"
            and one["status"] in STANDS
            and one["occurred_on"] <= until
            and first.isoformat() <= ends_on
        ):
            yield (
                f"This pupil is suspended from {in_words(one['occurred_on'])} to"
                f" {in_words(ends_on)} already, for {one['sessions']} sessions. Is it the same"
                " suspension? If it has become longer or shorter, put that notice right in the"
                " pupil’s timeline instead: days that are told twice count twice."
            )


def _too_few(values: Mapping[str, str], world: World) -> Iterator[str]:
    """Days typed as sessions; half a day less is a suspension from noon, or until it."""
    text = values.get("sessions", "").strip()
    days = _school_days(values, world)
    if not text.isdecimal() or len(text) > LONGEST or not days:
        return
    possible = days * SESSIONS_A_DAY
    if int(text) < possible - 1:
        yield (
            f"You wrote {in_days(int(text))}, and from the first day to the last there are {days}"
            f" school days, which is {possible} sessions. Did you write days for sessions?"
        )


def _school_days(values: Mapping[str, str], world: World) -> int:
    """From the first day to the last; 0 where they say nothing of whole days."""
    first, last = day(values.get("occurred_on", "")), day(values.get("ends_on", ""))
    if first is None or last is None or not 0 <= (last - first).days <= YEAR:
        return 0
    if values.get("kind") == "lunchtime":
        return 0
    return world.calendars.of(values.get("school")).known_days(first, last)


def in_days(sessions: int) -> str:
    """``7 sessions (3 and a half school days)``."""
    whole, half = divmod(sessions, SESSIONS_A_DAY)
    if not half:
        days = f"{whole} school {'day' if whole == 1 else 'days'}"
    else:
        days = f"{whole} and a half school days" if whole else "half a school day"
    return f"{sessions} {'session' if sessions == 1 else 'sessions'} ({days})"
