"""The invented LA's fair access panel: what it has decided since September, and what it has to."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from io import BytesIO
from random import Random
from typing import Any

from ap_registry.access import Caller
from ap_registry.demo import organisations
from ap_registry.demo.world import FIRST_LA
from ap_registry.ingest.sheets import import_headcounts, import_providers
from ap_registry.reading import read_pupil
from ap_registry.registry import Registry
from ap_registry.store import queries

Notice = dict[str, Any]
LA = organisations.authority(FIRST_LA)
HEADCOUNTS_ON = date(2026, 10, 1)
MEETINGS = (date(2026, 9, 24), date(2026, 10, 15), date(2026, 11, 5))
DECIDED, OPEN = 9, 9  # cases: three for each meeting that was, the rest for the one to come
YOUNGER = "2010-09-01"  # of compulsory school age until summer
LOOKED_AT = 60  # pupils among whom cases are found
NEEDS = (
    "Finds large rooms hard; works well in a group of four with an adult whom he knows.",
    "Reads at the age of nine; says she is behind in every lesson and leaves rooms.",
    "Sleeps little since the family moved; a calm start to the day has helped.",
    "Quick in mathematics and bored by repetition; trouble begins at breaks.",
)
TRIED = (
    "Mentor twice a week, a quiet place at lunch, a later start on Mondays.",
    "Small-group reading, a report card, three meetings with the parents.",
    "Six weeks of outreach; a shorter day, ended when attendance had risen.",
)
WORDS = ("I would like to start again somewhere I am not known.", "I want to be with my cousin.")
REASONS = ("Nearest school with a place in the year group, and its turn.",
           "The school has the support named by the educational psychologist.")  # fmt: skip
PRESENT_AT_IT = ("LA officer", "Headteachers' representative", "Virtual school", "PRU head")


def hold_panels(registry: Registry, seed: int) -> None:
    """On the present day of the demo: headcounts, referrals, decisions, and answers to them."""
    rng = Random(f"{seed}/panel")
    _count_heads(registry, rng)
    pupils = list(_pupils(registry))
    rng.shuffle(pupils)
    for number, (upn, school) in enumerate(pupils[: DECIDED + OPEN]):
        if number < DECIDED:
            notices = _decided(rng, school, number)
        else:
            notices = _open(rng, school, number - DECIDED, registry.today())
        for notice in notices:
            registry.record({"upn": upn, **notice}, Caller(actor="demo", role="admin"))
    for (upn, school), notice in zip(
        pupils[DECIDED + OPEN :], _waiting(registry.today()), strict=False
    ):
        by = {"school": school} if notice["type"] == "permanent_exclusion" else {"by": school}
        registry.record({"upn": upn, **by, **notice}, Caller(actor="demo", role="admin"))


def _count_heads(registry: Registry, rng: Random) -> None:
    rows = ["organisation,as_at,by,value,pupils,places"]
    for school in organisations.secondaries(FIRST_LA):
        each = rng.randrange(120, 241, 30)
        years = {year: each - rng.choice((-2, 0, 0, 1, 3, 6)) for year in range(7, 12)}
        rows.append(f"{school},{HEADCOUNTS_ON},all,,{sum(years.values())},{5 * each}")
        rows += [
            f"{school},{HEADCOUNTS_ON},nc_year,{year},{pupils},{each}"
            for year, pupils in years.items()
        ]
    checks = [f"{organisations.pru(FIRST_LA)},{HEADCOUNTS_ON},48"] + [
        f"{provider},{HEADCOUNTS_ON},30" for provider in organisations.academies(FIRST_LA)
    ]
    with registry.database.connection() as connection:
        for take, text in (
            (import_headcounts, rows),
            (import_providers, ["provider,as_at,places", *checks]),
        ):
            file = BytesIO("\n".join(text).encode())
            take(connection, file, today=registry.today(), clock=registry.clock)


def _pupils(registry: Registry) -> Iterator[tuple[str, str]]:
    """UPN and school of pupils in or after AP who may be before the panel."""
    today = registry.today()
    scope = queries.Scope(organisations=(LA,), today=today)
    with registry.database.connection() as connection:
        placed = queries.placements(connection, scope, on=today, limit=10_000)
    found = {one["pupil_id"]: one for one in sorted(placed, key=lambda one: one["starts_on"])}
    for pupil_id in list(found)[-LOOKED_AT:]:
        seen = read_pupil(registry, pupil_id)
        rolls = [r["school"] for r in seen["rolls"] if not r["until"]]
        schools = [name for name in rolls if name in organisations.secondaries(FIRST_LA)]
        outside = seen["sen_provision"] == "E" or seen["looked_after"] == "current"
        young = seen["date_of_birth"] >= YOUNGER
        if schools and seen["upn"] and seen["home_la"] == FIRST_LA and young and not outside:
            yield seen["upn"], schools[0]


def _referred(rng: Random, school: str, on: date) -> Iterator[Notice]:
    day = on.isoformat()
    yield {
        "type": "referral", "occurred_on": day, "by": school, "route": "fair_access",
        "objectives": ["back in a mainstream school by half-term", "attendance over 90 %"],
        "interventions": rng.choice(TRIED), "needs": rng.choice(NEEDS),
    }  # fmt: skip
    yield {
        "type": "fair_access_referral", "occurred_on": day, "by": school,
        "category": rng.choices("delg", (6, 2, 3, 1))[0],
    }  # fmt: skip


def _decided(rng: Random, school: str, number: int) -> Iterator[Notice]:
    meeting = MEETINGS[number % len(MEETINGS)]
    yield from _referred(rng, school, meeting - timedelta(days=rng.randrange(9, 20)))
    to = rng.choice([s for s in organisations.secondaries(FIRST_LA)[:12] if s != school])
    starts_on = (meeting + timedelta(days=11)).isoformat()
    placed = {"decision": "school", "school": to, "starts_on": starts_on}
    yield _decision(rng, meeting, placed)
    refuses = number == DECIDED - 1
    yield {
        "type": "fair_access_response", "school": to, "by": to,
        "occurred_on": (meeting + timedelta(days=4)).isoformat(),
        **(
            {"response": "refused", "ground": "challenging_behaviour",
             "reason": "Three pupils of this year group are in reintegration already."}
            if refuses else {"response": "accepted"}
        ),
    }  # fmt: skip
    if number % 3 == 2:
        yield {
            "type": "action_agreed", "occurred_on": meeting.isoformat(), "by": LA, "owner": school,
            "due_on": (meeting + timedelta(days=14)).isoformat(),
            "what": "Send the pupil's file and the last review to the new school.",
        }  # fmt: skip


def _open(rng: Random, school: str, number: int, today: date) -> Iterator[Notice]:
    on = today - timedelta(days=rng.randrange(3, 20) if number else 45)
    yield from _referred(rng, school, on)
    if number % 2:
        yield {
            "type": "view_recorded", "occurred_on": on.isoformat(), "by": school, "whose": "pupil",
            "words": rng.choice(WORDS),
        }  # fmt: skip
    if not number:
        yield _decision(rng, MEETINGS[-1], {"decision": "deferred"},
                        reason="The educational psychologist's advice is awaited.")  # fmt: skip


def _waiting(today: date) -> Iterator[Notice]:
    """Who waits for education: since a permanent exclusion, one of them too long; and ill."""
    for days in (11, 3):
        yield {
            "type": "permanent_exclusion", "reasons": ["PA"],
            "occurred_on": (today - timedelta(days=days)).isoformat(),
        }  # fmt: skip
    yield {
        "type": "referral", "route": "medical", "objectives": ["lessons at home, then at school"],
        "occurred_on": (today - timedelta(days=9)).isoformat(),
    }  # fmt: skip


def _decision(
    rng: Random, meeting: date, facts: Notice, *, reason: str | None = None,
    present: Sequence[str] = PRESENT_AT_IT,
) -> Notice:  # fmt: skip
    return {
        "type": "fair_access_decision", "occurred_on": meeting.isoformat(), "by": LA,
        "panel_on": meeting.isoformat(), "present": list(present),
        "reason": reason or rng.choice(REASONS), **facts,
    }  # fmt: skip
