"""An event that only a newer program reads: named where it is met, and in nobody else's way."""

from typing import Any
from uuid import UUID

import pytest

from ap_registry import embedded
from ap_registry.doctor import ledger as doctor
from ap_registry.doctor.wrong import Wrong
from ap_registry.errors import LedgerDamaged
from ap_registry.registry import Registry
from ap_registry.store.database import Database, connect
from ap_registry.store.rebuilding import check, rebuild
from tests.api.conftest import Login, address, as_
from tests.store.holding import suspension
from tests.world import PUPIL, SCHOOL, close, register_pupil, upn

__all__ = ("address", "as_")
EVENT = UUID(int=9)
OTHER = upn(2)
LONG = {"sessions": 16, "ends_on": "2026-03-11"}


@pytest.fixture
def newer(registry: Registry, urls: embedded.Servers) -> Registry:
    """The first of two suspended pupils has an event that this program does not know."""
    for name in (PUPIL, OTHER):
        register_pupil(registry, upn=name)
        registry.record(suspension("2026-03-02", name, **LONG))
    with connect(urls.database_owner_url) as connection:
        connection.execute(
            "insert into event (pupil_id, stream, version, id, type, occurred_on, recorded_at, by,"
            " actor, data, digest) select pupil_id, 0, 4, %s, 'suspension.v9', '2026-03-02',"
            " now(), %s, 'newer', '{}', '' from upn_claim where upn = %s",
            (EVENT, SCHOOL, PUPIL),
        )
    return registry


def id_of(registry: Registry, name: str) -> UUID:
    with registry.database.connection() as connection:
        row = connection.execute("select pupil_id from upn_claim where upn = %s", (name,))
        return UUID(str(row.fetchone()[0]))  # type: ignore[index]


def behind(registry: Registry) -> list[UUID]:
    with registry.database.connection() as connection:
        return [row[0] for row in connection.execute("select pupil_id from behind")]


def test_a_notice_of_that_pupil_is_refused_and_of_others_taken(newer: Registry) -> None:
    with pytest.raises(LedgerDamaged, match=r"suspension\.v9: is this program older"):
        newer.record(suspension("2026-05-05"))
    assert newer.record(suspension("2026-05-05", OTHER)).status == "created"


def test_over_http_the_event_is_named_and_others_are_served(newer: Registry, as_: Login) -> None:
    school = as_("school", SCHOOL)
    answer = school.post("/api/v1/notices", json=suspension("2026-05-05"))
    assert (answer.status_code, answer.json()["detail"]) == (
        500,
        f"Event {EVENT} cannot be read: no notice type reads suspension.v9:"
        " is this program older than the ledger?",
    )
    assert school.get(f"/api/v1/pupils/{PUPIL}").status_code == 500
    taken = school.post("/api/v1/notices", json=suspension("2026-05-05", OTHER))
    assert (taken.status_code, school.get(f"/api/v1/pupils/{OTHER}").status_code) == (201, 200)


def test_a_closure_moves_what_others_owe_and_leaves_that_pupil_behind(newer: Registry) -> None:
    """Both are of one chunk."""
    close(newer, SCHOOL, "2026-03-04")
    moved: list[dict[str, Any]] = newer.recompute_follow_ups()["moved"]
    assert {one["upn"] for one in moved} == {OTHER}
    assert behind(newer) == [id_of(newer, PUPIL)]


@pytest.mark.parametrize("derive", [check, rebuild])
def test_a_rebuild_stops_and_names_the_event(
    newer: Registry, urls: embedded.Servers, derive: Any
) -> None:
    owner = Database(urls.database_owner_url)
    with pytest.raises(LedgerDamaged, match=str(EVENT)):
        derive(owner)
    owner.close()


def test_doctor_names_the_pupil_and_the_event(newer: Registry, urls: embedded.Servers) -> None:
    with pytest.raises(Wrong) as caught:
        doctor.readable(urls)
    pupil = id_of(newer, PUPIL)
    assert caught.value.detail == (
        f"this program cannot read suspension.v9 of pupil {pupil}, event {EVENT}"
    )
