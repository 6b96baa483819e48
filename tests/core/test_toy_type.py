"""A new notice type is its module and a line in the catalogue: all else follows from there."""

from collections.abc import Iterator
from typing import Annotated

import pytest

from ap_registry.errors import Problem, Refused
from ap_registry.fields import Organisation, Whole
from ap_registry.framework import framework
from ap_registry.notice import Case, Facts, NoticeType
from ap_registry.notices import BY_ALIAS, CATALOGUE
from ap_registry.registry import Registry
from api.v1.bodies import notice_schema
from tests.world import SCHOOL, notify, register_pupil


class BikeLent(Facts, frozen=True, kw_only=True):
    school: Annotated[str, Organisation(role="school")]
    gears: Annotated[int, Whole(low=1, high=30)]


def _refuse(case: Case[BikeLent]) -> Iterator[Problem]:
    if case.facts.gears == 13:
        yield Problem("/gears", "unknown_code", "gears: nobody makes a bicycle with 13")


TOY = NoticeType(
    name="bike_lent",
    facts=BikeLent,
    sentence="A bicycle with {gears} gears",
    refuse=_refuse,
    senders=frozenset({"school"}),
)


@pytest.fixture(autouse=True)
def toy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(CATALOGUE, TOY.name, TOY)
    monkeypatch.setitem(BY_ALIAS, TOY.alias, TOY)


def test_it_is_recorded_and_read_again(registry: Registry) -> None:
    register_pupil(registry)
    receipt = notify(registry, "bike_lent", "2026-03-02", school=SCHOOL, gears=5)
    assert (receipt["event"]["type"], receipt["event"]["by"]) == ("bike_lent", SCHOOL)
    notify(registry, "bike_lent", "2026-03-03", school=SCHOOL, gears=6)


def test_it_refuses_by_its_own_rule(registry: Registry) -> None:
    register_pupil(registry)
    with pytest.raises(Refused) as caught:
        notify(registry, "bike_lent", "2026-03-02", school=SCHOOL, gears=13)
    assert [(p.pointer, p.code) for p in caught.value.problems] == [("/gears", "unknown_code")]


def test_it_is_in_the_schema_and_on_the_framework_page() -> None:
    assert "gears" in notice_schema()["properties"]
    assert "bike_lent" in {notice["type"] for notice in framework()["notices"]}
