"""What was known then: asked again later, each answer is the one that was given, byte for byte.

Of ten stories here; AP_AS_AT_STORIES=20, or any number, tells more.
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ap_registry import embedded
from ap_registry.calendar import london_today
from ap_registry.errors import Refused
from ap_registry.reading import read_pupil
from ap_registry.registry import Registry
from ap_registry.store import owing, queries, who
from ap_registry.store.database import Database
from reports.command import outcomes_report
from tests.conftest import fresh_database
from tests.core.owed import EVERYTHING
from tests.world import (
    OTHER,
    PRU,
    PUPIL,
    SCHOOL,
    close,
    load_world,
    register_pupil,
    send_register,
    upn,
)

TWIN = upn(2)
STORIES_TOLD = int(os.environ.get("AP_AS_AT_STORIES", "10"))
INSTANTS = tuple(
    datetime.fromisoformat(text).replace(tzinfo=UTC)
    for text in ("2025-10-06T12:00", "2025-12-19T23:30", "2026-03-27T09:00:00.5",
                 "2026-07-10T12:00")
)  # fmt: skip
NAMED = st.sampled_from((PUPIL, TWIN))
AGO = st.integers(0, 90)
WHICH = st.integers(0, 30)
MOVEMENTS: tuple[Mapping[str, Any], ...] = (
    {"type": "suspension", "school": SCHOOL, "sessions": 12, "reasons": ["PP"], "length": 8},
    {"type": "permanent_exclusion", "school": SCHOOL, "reasons": ["PP"]},
    {"type": "placement_started", "provider": PRU, "commissioner": SCHOOL, "reason": "behaviour",
     "intent": "return", "sessions_per_week": 10, "length": 60},
    {"type": "placement_ended", "end_reason": "breakdown"},
    {"type": "reintegration_started", "school": SCHOOL},
    {"type": "left_roll", "school": SCHOOL, "ground": "a"},
    {"type": "joined_roll", "school": OTHER, "registration": "C"},
    {"type": "pupil_details_changed", "home_la": "857", "by": SCHOOL},
    {"type": "exclusion_cancelled", "reason": "New facts"},
    {"type": "governors_decision", "decision": "reinstated"},
)  # fmt: skip
STEPS = st.one_of(
    st.tuples(st.just("movement"), NAMED, st.sampled_from(MOVEMENTS), AGO),
    st.tuples(st.just("movement"), NAMED, st.sampled_from(MOVEMENTS), AGO),
    st.tuples(st.just("correct"), WHICH, AGO),
    st.tuples(st.just("void"), WHICH),
    st.tuples(st.sampled_from(("merge", "part")), st.none()),
    st.tuples(st.just("register"), NAMED, st.sampled_from("/OGN"), AGO),
    st.tuples(st.just("closure"), AGO),
)
STORIES = st.tuples(*(st.lists(STEPS, min_size=2, max_size=8) for _ in INSTANTS))


@dataclass
class Teller:
    """Tells steps to one registry; what is refused is left out."""

    registry: Registry
    events: list[str] = field(default_factory=list)

    def tell(self, step: tuple[Any, ...]) -> None:
        today = self.registry.today()
        match step:
            case "movement", named, facts, ago:
                self.movement(named, dict(facts), today - timedelta(days=ago))
            case "correct", which, ago:
                fields = {"occurred_on": str(today - timedelta(days=ago))}
                self.act("correction", which, fields=fields, reason="A slip")
            case "void", which:
                self.act("void", which, reason="Never happened")
            case "merge" | "part" as act, _:
                kind = {"merge": "pupils_merged", "part": "merge_undone"}[act]
                self.notify(type=kind, upn=PUPIL, other_upn=TWIN, reason="One child?")
            case "register", named, code, ago:
                monday = today - timedelta(days=today.weekday() + 7 + ago // 7 * 7)
                week = f"{named},{SCHOOL},{monday},{' '.join(code * 10)}"
                send_register(self.registry, f"upn,organisation,week,marks\n{week}\n")
            case "closure", ago:
                close(self.registry, "LA856", str(today + timedelta(days=14 - ago)))

    def movement(self, named: str, facts: dict[str, Any], on: date) -> None:
        if length := facts.pop("length", None):
            facts["ends_on"] = str(on + timedelta(days=length))
        self.notify(upn=named, occurred_on=str(on), **facts)

    def act(self, kind: str, which: int, **facts: Any) -> None:
        if self.events:
            of = self.events[which % len(self.events)]
            self.notify(type=kind, upn=PUPIL, of=of, **facts)
            self.notify(type=kind, upn=TWIN, of=of, **facts)

    def notify(self, **notice: Any) -> None:
        sent = {"occurred_on": str(self.registry.today()), "by": "LA856", **notice}
        try:
            receipt = self.registry.record(sent).receipt
        except Refused:
            return
        assert receipt is not None
        self.events.append(receipt["event"]["id"])


def told(registry: Registry, on: date, as_at: datetime | None) -> dict[str, bytes]:
    """Every answer that may be asked for as at an instant; None: the present."""
    found: dict[str, Any] = {}
    with registry.database.connection() as connection:
        pupils = {name: who.pupil_named(connection, name, as_at) for name in (PUPIL, TWIN)}
        for kind, listed in (
            (
                "follow-ups",
                owing.follow_ups(connection, EVERYTHING, on=on, as_at=as_at, status="any"),
            ),
            ("placements", queries.placements(connection, EVERYTHING, on=on, as_at=as_at)),
            ("pupils", queries.pupils(connection, EVERYTHING, on=on, as_at=as_at)),
        ):
            found[kind] = listed
    for name, pupil in pupils.items():
        assert pupil is not None
        found[name] = read_pupil(registry, pupil, on=on, as_at=as_at, timeline=True)
    year = date(2025, 9, 1), date(2026, 8, 31)
    report = outcomes_report(registry, from_on=year[0], to_on=year[1], known_by=as_at)
    encoded = {name: msgspec.json.format(msgspec.json.encode(one)) for name, one in found.items()}
    return {**encoded, "outcomes": report}


@pytest.fixture(scope="module")
def begun(servers: embedded.Servers) -> Iterator[str]:
    """A database to copy, with what each story begins with as known at its first instant."""
    with fresh_database(servers) as urls:
        registry = Registry(Database(urls.database_url), clock=INSTANTS[0])
        load_world(registry)
        for name in (PUPIL, TWIN):
            register_pupil(registry, upn=name)
        registry.database.close()
        yield urls.database_url.rsplit("/", 1)[1]


@settings(max_examples=STORIES_TOLD, suppress_health_check=list(HealthCheck))
@given(story=STORIES)
def test_each_answer_is_given_again(servers: embedded.Servers, begun: str, story: Any) -> None:
    with fresh_database(servers, begun) as urls:
        registry = Registry(Database(urls.database_url), clock=INSTANTS[0])
        teller, given_then = Teller(registry), {}
        for at, steps in zip(INSTANTS, story, strict=True):
            registry.clock = at
            for step in steps:
                teller.tell(step)
            given_then[at] = told(registry, registry.today(), None)
        for at, then in given_then.items():
            assert told(registry, london_today(at), at) == then
        registry.database.close()
