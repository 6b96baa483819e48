"""Who waits for education: the LA's board of the sixth day, and that of section 19."""

import re
from datetime import UTC, datetime

import httpx
import pytest

from ap_registry.registry import Registry
from tests.api.test_panel_pages import signed_in
from tests.world import GARAGE, SCHOOL, load_world, notify, register_pupil, upn


@pytest.fixture
def registry(empty_registry: Registry) -> Registry:
    empty_registry.clock = datetime(2026, 11, 20, 9, tzinfo=UTC)
    load_world(empty_registry)
    return empty_registry


@pytest.fixture
def boards(registry: Registry, nobody: httpx.Client) -> httpx.Client:
    register_pupil(registry, upn=upn(1), given_name="Ann", looked_after="current")
    for number, name in enumerate(("Ben", "Cal", "Dee"), 2):
        register_pupil(registry, upn=upn(number), given_name=name)
    excluded = {"school": SCHOOL, "reasons": ["PP"]}
    notify(registry, "permanent_exclusion", "2026-11-04", upn=upn(1), **excluded)
    notify(registry, "suspension", "2026-11-02", upn=upn(2), sessions=14, ends_on="2026-11-10",
           **excluded)  # fmt: skip
    notify(registry, "sixth_day_started", "2026-11-10", upn=upn(2), provider=GARAGE, by=SCHOOL)
    notify(registry, "suspension", "2026-11-02", upn=upn(3), sessions=2, ends_on="2026-11-02",
           **excluded)  # fmt: skip
    notify(registry, "referral", "2026-11-16", upn=upn(4), by=SCHOOL, route="medical",
           objectives=["education at home"])  # fmt: skip
    signed_in(registry, nobody, "la", "LA856")
    return nobody


def words(answer: httpx.Response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text.split("<main")[1]))


def test_who_waits_for_education_is_shown_to_their_la(
    boards: httpx.Client, registry: Registry
) -> None:
    waiting, done = words(boards.get("/boards/sixth-day")).split("Arranged in the last 30 days", 1)
    assert "1 pupil waits, 1 overdue . By 2 duties" in waiting
    assert boards.get("/counts?board=sixth-day").json() == {"waiting": 1, "duties": 2}
    assert (
        "13 school days Ann Example Permanently excluded by Alder School, 4 November 2026"
        in waiting
    )
    # the sixth school day from 2 November is the 9th; education came on the 10th
    assert ("6 school days Ben Example" in done, "1 school day late" in done) == (True, True)
    assert "Cal Example" not in waiting + done
    referred = words(boards.get("/boards/section-19"))
    assert "Dee Example Referred (medical) by Alder School, 16 November 2026" in referred
    assert "1 pupil waits" in referred
    signed_in(registry, boards, "la", "LA857")
    assert "Nobody waits" in words(boards.get("/boards/sixth-day"))
    signed_in(registry, boards, "school", SCHOOL)
    assert boards.get("/boards/sixth-day").status_code == 403
