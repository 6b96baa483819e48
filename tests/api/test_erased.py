"""Over HTTP an erased pupil is as one that never was, for every role and as at every time."""

from urllib.parse import quote

import pytest

from ap_registry import embedded
from ap_registry.erasing import erase
from ap_registry.instants import instant
from ap_registry.registry import Registry
from ap_registry.store.database import Database
from tests.api.conftest import Login
from tests.api.test_restricted import READERS
from tests.core.test_erasing import closed, found_in, pupil_id
from tests.store.holding import suspension
from tests.world import PRU, PUPIL, SCHOOL, notify, register_pupil

LISTS = ("pupils", "placements", "follow-ups", "events")


@pytest.fixture
def placed(registry: Registry) -> Registry:
    register_pupil(registry)
    notify(registry, "placement_started", "2026-03-16", provider=PRU, commissioner=SCHOOL,
           reason="behaviour", intent="return", ends_on="2027-07-10",
           sessions_per_week=10)  # fmt: skip
    return registry


@pytest.mark.parametrize("reader", READERS)
def test_no_role_reads_an_erased_pupil(as_: Login, placed: Registry, reader: str) -> None:
    client = as_(*READERS[reader])
    pupil, at = pupil_id(placed, PUPIL), quote(instant(closed(placed)))
    paths = [
        f"/api/v1/pupils/{name}{part}?{more}"
        for name in (PUPIL, pupil)
        for part in ("", "/timeline")
        for more in ("", f"as_at={at}")
    ]
    assert {client.get(path).status_code for path in paths} == {200}
    erase(placed, PUPIL, "Retention period over")
    assert {client.get(path).status_code for path in paths} == {404}
    listed = [
        client.get(f"/api/v1/{name}?{more}").json()["items"]
        for name in LISTS
        for more in ("", f"as_at={at}" if name != "events" else "")
    ]
    assert [one for items in listed for one in items if one["pupil_id"]] == []


def test_an_answer_that_was_kept_for_a_repeat_goes_with_the_pupil(
    as_: Login, placed: Registry, urls: embedded.Servers
) -> None:
    headers = {"Idempotency-Key": "k-1"}
    answer = as_("school", SCHOOL).post("/api/v1/notices", json=suspension("2026-03-02"),
                                        headers=headers)  # fmt: skip
    assert answer.status_code == 201
    erase(placed, PUPIL, "Retention period over")
    owner = Database(urls.database_owner_url)
    assert found_in(owner, [PUPIL]) == {}
    owner.close()
