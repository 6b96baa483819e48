"""Many at once on one pupil: each decision is made on what the others have written."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest

from ap_registry.errors import Refused, VersionConflict
from ap_registry.intake import Intake
from ap_registry.registry import ATTEMPTS, Registry
from ap_registry.store.database import Connection
from tests.store.holding import suspension
from tests.world import GARAGE, PRU, PUPIL, SCHOOL, register_pupil, upn

THREADS = 16


def placement(provider: str) -> dict[str, object]:
    return {
        "type": "placement_started", "upn": PUPIL, "occurred_on": "2026-03-02",
        "provider": provider, "commissioner": SCHOOL, "reason": "behaviour", "intent": "return",
        "ends_on": "2026-04-02", "sessions_per_week": 5,
    }  # fmt: skip


def attempt(registry: Registry, notice: dict[str, object]) -> str:
    """What became of it; a lost race is sent again, as a client would."""
    while True:
        try:
            return registry.record(notice).status
        except VersionConflict:
            continue
        except Refused as refused:
            return refused.problems[0].code


def test_sixteen_at_once_are_recorded_one_after_the_other(registry: Registry) -> None:
    register_pupil(registry)
    notices = [suspension(f"2026-03-{day:02d}") for day in range(2, 2 + THREADS)]
    with ThreadPoolExecutor(THREADS) as pool:
        found = list(pool.map(lambda notice: attempt(registry, notice), notices))
    with registry.database.connection() as connection:
        versions = connection.execute(
            "select array_agg(version order by version) from event where stream = 0"
        ).fetchone()
        rows = connection.execute(
            "select count(*) from exclusion where until_at = 'infinity'"
        ).fetchone()
    assert found == ["created"] * THREADS
    assert versions == (list(range(1, 3 + THREADS)),)
    assert rows == (THREADS,)


def test_who_loses_the_race_is_judged_by_what_the_winner_wrote(registry: Registry) -> None:
    register_pupil(registry)
    with ThreadPoolExecutor(THREADS) as pool:
        found = list(pool.map(lambda _: attempt(registry, placement(PRU)), range(THREADS)))
    assert sorted(found) == ["already_open"] * (THREADS - 1) + ["created"]


def test_pupils_named_in_opposite_orders_do_not_stop_each_other(registry: Registry) -> None:
    for number in (1, 2):
        register_pupil(registry, upn=upn(number))
    both = [suspension(f"2026-03-{2 + n:02d}", upn(1 + n % 2)) for n in range(4)]

    def send(backwards: bool) -> int:
        notices = [{**one, "note": str(backwards)} for one in both]
        for _ in range(ATTEMPTS):
            try:
                return len(registry.record_many(notices[::-1] if backwards else notices))
            except VersionConflict:
                continue
        return 0

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(send, [False, True] * 4))
    assert found == [4] * 8


def test_a_pupil_of_one_provider_may_be_placed_with_another_at_once(registry: Registry) -> None:
    register_pupil(registry)
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda where: attempt(registry, placement(where)), [PRU, GARAGE]))
    assert found == ["created"] * 2


class Overtaken(Registry):
    """Another client writes between each reading and writing of this one."""

    days = iter(range(2, 2 + ATTEMPTS))

    def _write(self, connection: Connection, intake: Intake) -> datetime | None:
        day = next(self.days)
        Registry(self.database).record(suspension(f"2026-03-{day:02d}"))
        return super()._write(connection, intake)


def test_who_loses_too_often_is_told_of_the_conflict(registry: Registry) -> None:
    register_pupil(registry)
    with pytest.raises(VersionConflict) as caught:
        Overtaken(registry.database).record(suspension("2026-05-01"))
    assert [p.code for p in caught.value.problems] == ["version_conflict"]
