"""The menu of each role: only what it may open, and the daily tasks first."""

from uuid import uuid4

import pytest

from ap_registry.access import GIVES, ROLES, Caller
from ap_registry.store.sessions import SignedIn
from api.main import POLICIES
from api.pages.menu import ALL, Menu, menu_of, stand_at
from api.policy import Policy

DAILY = {
    "school": "Notify", "provider": "Register", "panel": "Panel", "la": "Sixth day",
    "health": "Our work", "social_care": "Elsewhere today", "admin": "Colleagues",
    "auditor": "Who has read", "parent": "Find a pupil",
}  # fmt: skip


def menu(role: str, at: str = "/", *, administers: bool = True) -> Menu:
    stand_at(at)
    caller = Caller(actor="test", role=role, organisations=("LA856",))
    person = SignedIn(caller=caller, account=uuid4(), name="", csrf="", administers=administers)
    return menu_of(person)


def policy_of(address: str) -> Policy:
    patterns = (address, f"{address.rpartition('/')[0]}/{{name}}")
    return next(POLICIES["GET", one] for one in patterns if ("GET", one) in POLICIES)


@pytest.mark.parametrize("role", ROLES)
def test_a_menu_holds_what_the_role_may_open_and_is_short(role: str) -> None:
    found = menu(role, administers=role in GIVES)
    items = (*found.first, *found.more)
    assert [one.address for one in items if role not in policy_of(one.address).roles] == []
    assert len({one.address for one in items}) == len(items)
    assert len(found.first) <= ALL
    assert items[0].words == "What is owed"
    assert items[1].words == DAILY[role]


def test_whoever_administers_nobody_has_no_colleagues_there() -> None:
    def words(*, administers: bool) -> set[str]:
        found = menu("school", administers=administers)
        return {one.words for one in (*found.first, *found.more)}

    assert words(administers=True) - words(administers=False) == {"Colleagues"}


@pytest.mark.parametrize(
    ("at", "first", "within"),
    [
        ("/", ["What is owed"], None),
        ("/boards/section-19", ["Sixth day"], None),
        ("/pupils/1234/links", ["Find a pupil"], None),
        ("/rules/part-time.limit", [], "Rules"),
        ("/account", [], None),
    ],
)
def test_the_menu_says_where_one_is(at: str, first: list[str], within: str | None) -> None:
    found = menu("la", at)
    assert [one.words for one in found.first if one.here] == first
    assert (found.within.words if found.within else None) == within
