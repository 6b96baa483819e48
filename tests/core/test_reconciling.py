"""A school's own list against the registry."""

from datetime import date
from io import BytesIO
from typing import Any

import pytest

from ap_registry.errors import Refused, Unreadable
from ap_registry.reconciling import reconcile
from ap_registry.registry import Registry
from tests.world import GARAGE, OTHER, PRU, SCHOOL, notify, register_pupil, upn

ON = date(2026, 3, 16)
ANN, BEN, CAT, UNKNOWN = (upn(n) for n in (1, 2, 3, 90))


@pytest.fixture
def placed(registry: Registry) -> Registry:
    """Ann is on roll and placed, Ben is on roll, Cat has left in January."""
    for name in (ANN, BEN, CAT):
        register_pupil(registry, upn=name)
    notify(registry, "placement_started", "2026-03-02", provider=PRU, commissioner=SCHOOL,
           reason="behaviour", ends_on="2026-05-22", sessions_per_week=10,
           intent="return")  # fmt: skip
    notify(registry, "left_roll", "2026-01-12", upn=CAT, school=SCHOOL, ground="a")
    return registry


def told(registry: Registry, *rows: str, header: str = "upn,status,provider,starts_on,ends_on",
         on: date = ON, statuses: tuple[str, ...] = ()) -> dict[str, Any]:  # fmt: skip
    text = "\n".join((header, *rows)) + "\n"
    return reconcile(registry, SCHOOL, BytesIO(text.encode()), on=on, statuses=statuses).as_json()


def brief(found: dict[str, Any]) -> tuple[Any, ...]:
    """UPN and status of each line that stands alone, and the columns that differ."""
    return (
        [(one["upn"], one["status"]) for one in found["only_in_file"]],
        [(one["upn"], one["status"]) for one in found["only_in_registry"]],
        [
            (one["upn"], cell["column"], cell["file"], cell["registry"])
            for one in found["differing"]
            for cell in one["columns"]
        ],
    )


def test_a_list_that_agrees(placed: Registry) -> None:
    found = told(placed, f"{ANN},placed,{PRU},02/03/2026,2026-05-22", f"{ANN},on_roll,,,",
                 f"{BEN.lower()},On Roll,,2024-09-02,", f"{CAT},off_roll,,2026-01-12,")  # fmt: skip
    assert (found["ok"], found["rows"], found["same"], brief(found)) == (True, 4, 4, ([], [], []))


def test_upns_alone_are_the_roll(placed: Registry) -> None:
    found = told(placed, ANN, CAT, header="upn")
    assert brief(found) == ([(CAT, "on_roll")], [(BEN, "on_roll")], [])


def test_each_cell_that_the_school_has_otherwise(placed: Registry) -> None:
    found = told(placed, f"{ANN},placed,{GARAGE},2026-03-09,2026-05-22")
    assert brief(found) == (
        [], [], [(ANN, "provider", GARAGE, PRU), (ANN, "starts_on", "2026-03-09", "2026-03-02")],
    )  # fmt: skip


def test_a_list_of_placements_misses_nobody_who_is_only_on_roll(placed: Registry) -> None:
    found = told(placed, f"{BEN},placed,{PRU},,")
    assert brief(found) == ([(BEN, "placed")], [(ANN, "placed")], [])


def test_an_empty_list_is_of_what_is_said(placed: Registry) -> None:
    assert brief(told(placed, statuses=("placed",))) == ([], [(ANN, "placed")], [])


def test_the_list_of_another_day(placed: Registry) -> None:
    before, after = date(2026, 3, 1), date(2026, 3, 2)
    lists = [told(placed, statuses=("placed",), on=day) for day in (before, after)]
    assert [brief(one)[1] for one in lists] == [[], [(ANN, "placed")]]


def test_who_left_in_an_earlier_year_is_not_missed(placed: Registry) -> None:
    days = (date(2026, 7, 31), date(2026, 9, 1))
    lists = [told(placed, statuses=("off_roll",), on=day) for day in days]
    assert [brief(one)[1] for one in lists] == [[(CAT, "off_roll")], []]


def test_a_pupil_that_is_not_known_is_only_in_the_file(placed: Registry) -> None:
    found = told(placed, f"{UNKNOWN},placed,,,", f"{ANN},placed,,,")
    assert [(one["row"], one["known"]) for one in found["only_in_file"]] == [(1, False)]


def test_a_line_given_twice_stands_alone_the_second_time(placed: Registry) -> None:
    found = told(placed, f"{ANN},placed,,,", f"{ANN},placed,,,")
    assert [one["row"] for one in found["only_in_file"]] == [2]


def test_rows_that_cannot_be_read_are_named(placed: Registry) -> None:
    found = told(placed, "A856400120001,placed,,,", f"{ANN},gone,,,", f"{ANN},placed,999999,,",
                 f"{ANN},placed,,31/02/2026,")  # fmt: skip
    assert [(one["row"], one["column"], one["code"]) for one in found["errors"]] == [
        (1, "upn", "bad_check_letter"), (2, "status", "unknown_code"),
        (3, "provider", "unknown_organisation"), (4, "starts_on", "bad_format"),
    ]  # fmt: skip
    assert ANN not in str(found["errors"])


def test_a_school_or_a_file_that_is_none_is_refused(placed: Registry) -> None:
    with pytest.raises(Refused, match="999999 is not an organisation on record"):
        reconcile(placed, "999999", BytesIO(b"upn\n"), on=ON)
    with pytest.raises(Unreadable):
        reconcile(placed, OTHER, BytesIO(b"name,class\nx,y\n"), on=ON)
