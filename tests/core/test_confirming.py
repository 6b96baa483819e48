"""An organisation says that its list is whole; silence is shown, never taken for nil."""

from datetime import UTC, date, datetime

import pytest

from ap_registry.access import Caller
from ap_registry.confirming import confirm, who_confirmed
from ap_registry.errors import Refused
from ap_registry.registry import Registry
from ap_registry.store.confirmations import Share, share_confirmed
from tests.world import OTHER, PRU, SCHOOL, load_world

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
TODAY = date(2026, 11, 20)


@pytest.fixture
def registry(empty_registry: Registry) -> Registry:
    empty_registry.clock = NOW
    load_world(empty_registry)
    return empty_registry


def silent(registry: Registry, on: date = TODAY) -> dict[str, bool]:
    return {
        one["organisation"]: one["silent"] for one in who_confirmed(registry, "856", on)["items"]
    }


def test_a_confirmation_is_answered_with_its_day(registry: Registry) -> None:
    assert confirm(registry, SCHOOL, TODAY) == {
        "organisation": SCHOOL,
        "confirmed_on": "2026-11-20",
        "recorded_at": "2026-11-20T12:00:00.000000Z",
    }


def test_whoever_has_said_nothing_is_silent(registry: Registry) -> None:
    confirm(registry, SCHOOL, TODAY)
    told = who_confirmed(registry, "856", TODAY)
    assert (told["confirmed"], told["asked"]) == (1, 5)
    assert (silent(registry)[SCHOOL], silent(registry)[PRU]) == (False, True)


@pytest.mark.parametrize(("on", "is_silent"), [(date(2026, 12, 21), False),
                                               (date(2026, 12, 22), True)])  # fmt: skip
def test_after_a_month_it_is_asked_again(registry: Registry, on: date, is_silent: bool) -> None:
    confirm(registry, SCHOOL, TODAY)
    assert silent(registry, on)[SCHOOL] is is_silent


def test_a_later_confirmation_says_nothing_of_an_earlier_day(registry: Registry) -> None:
    confirm(registry, SCHOOL, TODAY)
    assert silent(registry, date(2026, 11, 19))[SCHOOL] is True


def test_the_share_stands_for_the_organisations_of_a_report(registry: Registry) -> None:
    confirm(registry, SCHOOL, TODAY)
    confirm(registry, SCHOOL, TODAY)
    with registry.database.connection() as connection:
        of_two, of_the_la = (
            share_confirmed(connection, las=las, only=[SCHOOL, OTHER], on=TODAY, since=TODAY)
            for las in ((), ("856",))
        )
    assert (of_two, of_the_la) == (Share(1, 2), Share(1, 5))


@pytest.mark.parametrize(
    ("organisation", "on", "code"),
    [("999999", TODAY, "unknown_organisation"), ("LA856", TODAY, "unknown_organisation"),
     (SCHOOL, date(2026, 11, 21), "future_date")],
)  # fmt: skip
def test_what_cannot_be_confirmed_is_refused(
    registry: Registry, organisation: str, on: date, code: str
) -> None:
    with pytest.raises(Refused) as caught:
        confirm(registry, organisation, on)
    assert [problem.code for problem in caught.value.problems] == [code]


@pytest.mark.parametrize(("role", "organisation"), [("school", SCHOOL), ("la", "LA856")])
def test_an_organisation_confirms_its_own_list_or_its_la_does(
    registry: Registry, role: str, organisation: str
) -> None:
    caller = Caller(actor="test", role=role, organisations=(organisation,))
    assert confirm(registry, SCHOOL, TODAY, caller)["organisation"] == SCHOOL


@pytest.mark.parametrize(
    ("role", "organisation"), [("school", OTHER), ("la", "LA857"), ("health", SCHOOL)]
)
def test_others_do_not(registry: Registry, role: str, organisation: str) -> None:
    caller = Caller(actor="test", role=role, organisations=(organisation,))
    with pytest.raises(Refused) as caught:
        confirm(registry, SCHOOL, TODAY, caller)
    assert caught.value.status == 403
