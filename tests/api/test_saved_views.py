"""A list is saved with its filters, opened from the first page and deleted; it names no pupil."""

import re
from collections.abc import Iterator
from html import unescape

import httpx
import pytest

from ap_registry import embedded
from ap_registry.erasing import erase
from ap_registry.registry import Registry
from ap_registry.store import accounts, kept_forms, saved_views
from ap_registry.store.kept_forms import Kept
from api.pages.saved import address_of
from tests.api.people import People, at_pages, hidden, signed_in
from tests.world import PUPIL, SCHOOL, register_pupil

LINK = re.compile(r'action="(/views/[^"]+)"><a href="([^"]+)">([^<]+)</a>')


@pytest.fixture(scope="module")
def person(servers: embedded.Servers) -> Iterator[People]:
    with at_pages(servers, register_pupil) as signed_in:
        yield signed_in


def saved(client: httpx.Client) -> list[tuple[str, str, str]]:
    """Where each is deleted, where it leads, and its name."""
    found = LINK.findall(client.get("/").text)
    return [(delete, unescape(address), name) for delete, address, name in found]


def save(client: httpx.Client, name: str, address: str) -> int:
    sent = {**hidden(client.get("/").text), "name": name, "address": address}
    return client.post("/views", data=sent).status_code


def test_a_list_is_saved_with_its_filters_and_deleted_by_who_saved_it(person: People) -> None:
    client, other = person("school"), person("provider")
    assert save(client, "Late ones", "/?whose=all&status=open") == 303
    assert save(client, "late  Ones", "/?whose=all&status=overdue") == 303
    ((delete, address, name),) = saved(client)
    assert (address, name) == ("/?whose=all&status=overdue", "late Ones")
    assert client.get(address).status_code == 200
    other.post(delete, data=hidden(other.get("/").text))
    assert (saved(other), len(saved(client))) == ([], 1)
    client.post(delete, data=hidden(client.get("/").text))
    assert saved(client) == []


@pytest.mark.parametrize(
    ("role", "address"),
    [("la", "/quality"), ("la", "/rules?show=set"), ("la", "/deliveries?status=failed"),
     ("panel", "/panel"), ("panel", "/panel/fair-share"), ("panel", "/panel/overdue")],
)  # fmt: skip
def test_a_page_of_work_offers_to_be_saved(person: People, role: str, address: str) -> None:
    offered = hidden(person(role).get(address).text)["address"]
    assert (offered, address_of(offered)) == (address, address)


@pytest.mark.parametrize(
    "address",
    [
        "/pupils?q=Example", f"/pupils/{PUPIL}", f"/reads?pupil={PUPIL}", "//evil.example/",
        "https://evil.example/elsewhere", "/tasks/", f"/reads?organisation={PUPIL}", "/sign-out",
    ],
)  # fmt: skip
def test_what_can_name_a_pupil_or_lead_elsewhere_is_not_saved(address: str) -> None:
    assert (address_of(address) or "").find(PUPIL) == -1
    assert address_of(address) in {None, "/reads"}


def test_a_name_is_needed_and_no_upn(person: People) -> None:
    client = person("school")
    assert [save(client, name, "/elsewhere") for name in (" ", f"My {PUPIL}", "x" * 61)] == [
        422
    ] * 3


def test_what_was_kept_for_a_leaver_waits_for_nobody(registry: Registry) -> None:
    """Whoever is invited by the same address, by another organisation, is the same account."""
    at = registry.now()
    with registry.database.connection() as connection:
        account = accounts.add_account(
            connection, email="office@example.org", name="Sam", password="correct horse battery",
            organisation=SCHOOL, role="school", at=at,
        )  # fmt: skip
        saved_views.save(connection, account, "Ann's list", "/elsewhere", at=at)
        form = Kept("/notify/suspension", [("upn", PUPIL)])
        kept_forms.keep(connection, account, form, at=at, seals=registry.seals)
        accounts.end(connection, account, at=at)
        assert saved_views.saved_by(connection, account) == []
        assert kept_forms.kept_for(connection, account, at=at, seals=registry.seals) is None


def test_no_name_of_an_erased_pupil_is_left_in_one(
    registry: Registry, nobody: httpx.Client
) -> None:
    register_pupil(registry)
    signed_in(registry, nobody, "school", SCHOOL)
    for name in ("Around ANN example", "Whole school"):
        save(nobody, name, "/elsewhere")
    erase(registry, PUPIL, "asked for")
    assert {name for _, _, name in saved(nobody)} == {"Saved list", "Whole school"}
