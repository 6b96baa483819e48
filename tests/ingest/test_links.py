"""A school becomes an academy, schools merge, one splits, an LA too: who sees and counts whom."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from ap_registry.ingest.organisations import import_organisations
from ap_registry.ingest.results import ImportResult
from ap_registry.registry import Registry
from ap_registry.store import accounts, queries
from ap_registry.store.key_holders import holder_of
from ap_registry.store.rebuilding import check
from ap_registry.store.succession import acting_for
from tests.core.owed import EVERYTHING
from tests.world import (
    OTHER,
    PRU,
    PUPIL,
    SCHOOL,
    TODAY,
    notify,
    register_pupil,
    take_organisations,
    upn,
)

ACADEMY, SECOND = "150001", "150002"
LINKS = "URN,LinkURN,LinkName,LinkType,LinkEstablishedDate\n"


def organisations(registry: Registry, *rows: str) -> ImportResult:
    header = "id,kind,name,la,type_code,opened_on,closed_on\n"
    return take_organisations(registry, header + "\n".join(rows) + "\n")


def link(registry: Registry, *rows: str) -> ImportResult:
    return take_organisations(registry, LINKS + "\n".join(rows) + "\n")


def acting(registry: Registry, *names: str, role: str = "school") -> tuple[str, ...]:
    with registry.database.connection() as connection:
        return acting_for(connection, role, names, TODAY)


def caller(registry: Registry, role: str, name: str) -> Any:
    with registry.database.connection() as connection:
        _, secret = accounts.create_key(
            connection, organisations=[name], role=role, at=registry.now()
        )
        found = holder_of(connection, secret, today=registry.today(), now=registry.now())
    assert found is not None
    return found.caller


@pytest.fixture
def converted(registry: Registry) -> Registry:
    """Alder School became Alder Academy while its pupil was placed at Bridge PRU."""
    register_pupil(registry)
    notify(registry, "placement_started", "2026-03-16", provider=PRU, commissioner=SCHOOL,
           reason="behaviour", intent="return", ends_on="2027-01-29",
           sessions_per_week=4, ref="P1")  # fmt: skip
    organisations(
        registry, f"{SCHOOL},school,Alder School,856,34,,2026-08-31",
        f"{ACADEMY},school,Alder Academy,856,34,2026-09-01,",
    )  # fmt: skip
    told = link(
        registry, f"{ACADEMY},{SCHOOL},Alder School,Predecessor,01-09-2026",
        f"{SCHOOL},{ACADEMY},Alder Academy,Successor,01-09-2026",
    )  # fmt: skip
    assert (told.created, told.unchanged, told.refused) == (1, 1, 0)
    return registry


def test_an_academy_stands_in_for_its_school(converted: Registry) -> None:
    academy = caller(converted, "school", ACADEMY)
    assert academy.organisations == (ACADEMY, SCHOOL)
    assert academy.organisation == ACADEMY
    review = {"type": "review_held", "occurred_on": "2026-11-02", "upn": PUPIL, "of": "P1",
              "attended": ["school"]}  # fmt: skip
    receipt = converted.record(review, academy).receipt
    assert receipt is not None
    assert receipt["event"]["by"] == ACADEMY


def test_the_pupil_goes_on_in_one_school_and_counts_once(converted: Registry) -> None:
    def shown() -> tuple[Any, ...]:
        with converted.database.connection() as connection:
            pupils = queries.pupils(connection, EVERYTHING, on=TODAY)
            placed = queries.placements(connection, EVERYTHING, on=TODAY, open_only=True)
        return len(pupils), [p["provider"] for p in placed]

    before = shown()
    joined = notify(converted, "joined_roll", "2026-09-01", school=ACADEMY, registration="C")
    assert joined["flags"] == []
    assert shown() == before == (1, [PRU])


def test_as_at_before_the_links_came_nobody_stood_in(converted: Registry) -> None:
    assert check(converted.database).examples == []
    with converted.database.connection() as connection:
        rows = connection.execute(
            "select predecessors from organisation where id = %s order by from_at", (ACADEMY,)
        ).fetchall()
    assert rows == [([],), ([SCHOOL],)]


def test_a_merged_school_stands_in_for_both_an_open_one_for_nobody(registry: Registry) -> None:
    organisations(
        registry, f"{SCHOOL},school,Alder School,856,34,,2026-08-31",
        f"{OTHER},school,Brook School,856,34,,2026-08-31", f"{ACADEMY},school,Alderbrook,856,34,,",
    )  # fmt: skip
    link(
        registry, f"{SCHOOL},{ACADEMY},Alderbrook,Successor - merged,",
        f"{OTHER},{ACADEMY},Alderbrook,Successor - amalgamated,",
        f"{SCHOOL},{PRU},Bridge PRU,Predecessor,",
    )  # fmt: skip
    assert acting(registry, ACADEMY) == (ACADEMY, SCHOOL, OTHER)
    assert acting(registry, SCHOOL) == (SCHOOL,)
    assert acting(registry, ACADEMY, role="auditor") == (ACADEMY,)


def test_nobody_stands_in_for_a_school_that_split(registry: Registry) -> None:
    """Each part would see all pupils of the whole: it sees those who join it."""
    register_pupil(registry)
    organisations(
        registry, f"{SCHOOL},school,Alder School,856,34,,2026-08-31",
        f"{ACADEMY},school,Alder East,856,34,,", f"{SECOND},school,Alder West,856,34,,",
    )  # fmt: skip
    link(
        registry, f"{SCHOOL},{ACADEMY},Alder East,Successor - Split School,",
        f"{SCHOOL},{SECOND},Alder West,Successor - Split School,",
    )  # fmt: skip
    east = caller(registry, "school", ACADEMY)
    assert east.organisations == (ACADEMY,)
    with pytest.raises(Exception, match="no such pupil"):
        registry.record({"type": "review_held", "occurred_on": "2026-11-02", "upn": PUPIL,
                         "of": "x", "attended": ["school"]}, east)  # fmt: skip
    notify(registry, "joined_roll", "2026-09-01", school=ACADEMY, registration="C")
    with registry.database.connection() as connection:
        scope = queries.Scope(organisations=east.sees_for, today=TODAY)
        assert len(queries.pupils(connection, scope, on=TODAY)) == 1


def test_an_la_that_split_is_followed_by_the_la_of_the_school(registry: Registry) -> None:
    """As Cumbria did in 2023: each pupil stays in one LA's count, now and as at before."""
    take_organisations(registry, "id,kind,name,la\nLA856,la,Leicester,856\nLA942,la,North,942\n"
                       "LA943,la,South,943\n")  # fmt: skip
    register_pupil(registry)
    register_pupil(registry, upn=upn(2), given_name="Bo")
    notify(registry, "left_roll", "2025-09-01", school=SCHOOL, ground="a", upn=upn(2))
    notify(registry, "joined_roll", "2025-09-01", school=OTHER, registration="C", upn=upn(2))
    organisations(
        registry,
        f"{SCHOOL},school,Alder School,942,34,,",
        f"{OTHER},school,Brook School,943,34,,",
        "LA856,la,Leicester,856,,,2026-08-31",
    )
    take_organisations(
        registry,
        "id,kind,name,la,predecessors\nLA942,la,North,942,LA856\nLA943,la,South,943,LA856\n",
    )

    def seen_by(la: str) -> list[str]:
        found = caller(registry, "la", la)
        scope = queries.Scope(organisations=found.sees_for, today=TODAY)
        with registry.database.connection() as connection:
            return [p["upn"] for p in queries.pupils(connection, scope, on=TODAY)]

    registry.recompute_follow_ups()
    assert (seen_by("LA942"), seen_by("LA943")) == ([PUPIL], [upn(2)])
    assert sorted(seen_by("LA856")) == sorted([PUPIL, upn(2)])


def test_the_links_of_all_england_are_read(registry: Registry, shared: Path) -> None:
    raw = (shared / "gias/links-20230421.csv").read_bytes()
    with registry.database.connection() as connection:
        told = import_organisations(connection, BytesIO(raw), today=TODAY)
    assert (told.rows, told.refused, told.created) == (31274, 0, 0)
    assert told.more["other_kinds"] > 300
