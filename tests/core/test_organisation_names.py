"""Which organisation is meant by what people type."""

import pytest

from ap_registry.calendar import Calendars
from ap_registry.notice import World
from ap_registry.organisation_names import meant
from ap_registry.organisations import Organisation
from ap_registry.store.worlds import finder

HELD = (
    Organisation(id="LA856", kind="la", name="Leicester", la="856"),
    Organisation(id="100001", kind="school", name="Alder School", la="856", laestab="8564001"),
    Organisation(id="100002", kind="school", name="Alder Vale School", la="857"),
    Organisation(id="100003", kind="school", name="St Mary's School", la="856"),
    Organisation(id="100004", kind="school", name="St. Mary’s School", la="857"),
    Organisation(id="100007", kind="provider", name="Bridge PRU", la="856", type_code="14"),
    Organisation(id="100008", kind="provider", name="Alder Workshop", la="856"),
    Organisation(id="AP-0001", kind="provider", name="Second Gear", la="856", ukprn="10012345"),
)
WORLD = World(organisation=finder(HELD), calendars=Calendars({}), organisations=HELD)


@pytest.mark.parametrize(
    ("typed", "role", "sure", "may"),
    [
        ("100001", "school", "100001", []),
        ("856/4001", "school", "100001", []),
        ("10012345", "", "AP-0001", []),
        ("alder school", "school", "100001", []),  # the whole name, though another begins so
        ("alder", "la", None, []),
        ("alder", "school", None, ["100002", "100001", "100008"]),  # those of the own area first
        ("bridge", "school", "100007", []),
        ("gear sec", "", "AP-0001", []),
        ("second gear", "la", None, []),  # no authority
        ("St Marys School", "school", None, ["100004", "100003"]),
        ("bridje", "", None, ["100007"]),  # a slip is asked about, not taken
        ("alder", "provider", "100008", []),  # no school, where who gives AP is asked
        ("alder school", "provider", "100001", []),  # but by its whole name, or its number
        ("100001", "provider", "100001", []),
        ("vale", "provider", None, ["100002"]),
        ("Nowhere Academy", "", None, []),
        ("999999", "", None, []),
        ("leicester", "la", "LA856", []),
        ("leicester", "area", "LA856", []),
        ("rutland", "area", "LA857", []),  # no organisation on record, but an authority
    ],
)
def test_who_is_meant(typed: str, role: str, sure: str | None, may: list[str]) -> None:
    found = meant(typed, WORLD, role=role, la="857")
    assert (found.sure and found.sure.id, [one.id for one in found.may]) == (sure, may)


def test_who_types_too_little_is_told_that_there_are_more() -> None:
    many = tuple(Organisation(id=f"2{n:05}", kind="school", name="Oak School") for n in range(21))
    world = World(organisation=finder(many), calendars=Calendars({}), organisations=many)
    found = meant("oak", world)
    assert (len(found.may), found.more) == (20, True)
