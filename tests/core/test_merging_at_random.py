"""Whatever the histories: merged and parted again, two pupils are as if never merged."""

import json
import random
from datetime import date, timedelta
from typing import Any

import pytest

from ap_registry import embedded
from ap_registry.errors import Refused
from ap_registry.reading import read_pupil
from ap_registry.registry import Registry
from ap_registry.store import owing, who
from ap_registry.store.database import Database
from tests.conftest import fresh_database
from tests.core.owed import EVERYTHING, LONG_AFTER
from tests.world import (
    OTHER,
    PRU,
    PUPIL,
    SCHOOL,
    load_world,
    notify,
    register_pupil,
    send_register,
    upn,
)  # fmt: skip

TWIN = upn(2)
FIRST = date(2025, 9, 1)
WHENEVER = "register_missing"  # of several placements it names the one known when it was found
Notice = dict[str, Any]


def _day(chance: random.Random) -> date:
    return FIRST + timedelta(days=7 * chance.randrange(38) + chance.randrange(5))


def at_random(chance: random.Random, number: int) -> Notice:
    """A movement that names no other; the day, the UPN and the ref are the notice's own."""
    on = _day(chance)
    facts: Notice = chance.choice(
        (
            {"type": "suspension", "school": SCHOOL, "sessions": 12, "reasons": ["PP"],
             "ends_on": str(on + timedelta(days=8))},
            {"type": "permanent_exclusion", "school": SCHOOL, "reasons": ["PP"]},
            {"type": "placement_started", "provider": PRU, "commissioner": SCHOOL,
             "reason": "behaviour", "intent": "return", "sessions_per_week": 10,
             "ends_on": str(on + timedelta(days=60))},
            {"type": "reintegration_started", "school": SCHOOL},
            {"type": "left_roll", "school": SCHOOL, "ground": "a"},
            {"type": "joined_roll", "school": OTHER, "registration": "C"},
            {"type": "pupil_details_changed", "home_la": chance.choice(("856", "857")),
             "by": SCHOOL},
        )
    )  # fmt: skip
    named = chance.choice((PUPIL, TWIN))
    return {**facts, "occurred_on": str(on), "upn": named, "ref": f"N{number}"}


def register_at_random(chance: random.Random) -> str:
    marks = " ".join(chance.choice("//OGNI-B") for _ in range(10))
    monday = FIRST + timedelta(weeks=chance.randrange(14))
    named, organisation = chance.choice((PUPIL, TWIN)), chance.choice((SCHOOL, PRU))
    return f"upn,organisation,week,marks\n{named},{organisation},{monday},{marks}\n"


def told(registry: Registry) -> list[Any]:
    """All that is shown and owed, events by their place, without versions and instants.

    What registers had obliged to and had lapsed is not kept over a merge.
    """
    shown = []
    with registry.database.connection() as connection:
        pupils = [who.pupil_named(connection, number) for number in (PUPIL, TWIN)]
        owed = owing.follow_ups(connection, EVERYTHING, on=LONG_AFTER, status="any")
    names: dict[str, str] = {}
    for pupil in pupils:
        assert pupil is not None
        found = read_pupil(registry, pupil, timeline=True)
        names[found["id"]] = found["upn"]
        found["timeline"] = [i for i in found["timeline"] if not i["type"].startswith("merge")
                             and i["type"] != "pupils_merged"]  # fmt: skip
        for item in found["timeline"]:
            names[item["id"]] = f"{item['type']}/{item['ref']}/{found['upn']}"
            del item["version"], item["recorded_at"], item["seq"]
        del found["version"]
        for flag in found["flags"]:
            flag["event"] = names.get(flag["event"], "a register")
        shown.append(found)
    listed = [
        [one["kind"], one["upn"], one["owner"], one["opened_on"], one["due_on"], one["status"],
         one["closed_on"], names.get(one["closed_by"]),
         None if one["kind"] == WHENEVER else names.get(one["opened_by"])]
        for one in owed if one["status"] != "lapsed" or one["opened_by"] in names
    ]  # fmt: skip
    text = json.dumps([shown, sorted(listed, key=str)])
    for event, name in names.items():
        text = text.replace(event, name)
    found_all: list[Any] = json.loads(text)
    return found_all


@pytest.mark.parametrize("seed", range(3))
def test_parted_again_two_pupils_are_as_if_never_merged(
    registry: Registry, servers: embedded.Servers, seed: int
) -> None:
    chance = random.Random(seed)
    taken: list[Notice | str] = []

    def send(steps: int) -> None:
        for _ in range(steps):
            if chance.random() < 0.3:
                taken.append(text := register_at_random(chance))
                send_register(registry, text)
                continue
            try:
                registry.record(notice := at_random(chance, len(taken)))
            except Refused:
                continue
            taken.append(notice)

    for number in (PUPIL, TWIN):
        register_pupil(registry, upn=number)
    send(12)
    notify(registry, "pupils_merged", "2026-11-19", other_upn=TWIN, reason="One?", by="LA856")
    send(12)
    notify(registry, "merge_undone", "2026-11-19", other_upn=TWIN, reason="Two", by="LA856")
    with fresh_database(servers) as urls:
        never = Registry(database := Database(urls.database_url))
        load_world(never)
        for number in (PUPIL, TWIN):
            register_pupil(never, upn=number)
        for one in taken:
            if isinstance(one, str):
                send_register(never, one)
            else:
                never.record(one)
        assert told(registry) == told(never)
        database.close()
