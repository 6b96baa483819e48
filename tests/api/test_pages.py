"""Pages as a program meets them: headers, cookies, forms that only our own pages can send."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from urllib.parse import urlsplit

import httpx
import pytest

from ap_registry.registry import Registry
from ap_registry.store import accounts
from tests.world import SCHOOL

EMAIL, PASSWORD = "office@example.org", "correct horse battery"
AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def account(registry: Registry) -> None:
    with registry.database.connection() as connection:
        accounts.add_account(
            connection, email=EMAIL, name="Sam", password=PASSWORD, organisation=SCHOOL,
            role="school", at=AT,
        )  # fmt: skip


def sign_in(client: httpx.Client, password: str = PASSWORD) -> httpx.Response:
    return client.post("/sign-in", data={"email": EMAIL, "password": password})


@pytest.mark.parametrize("path", ["/", "/pupils", "/notify", "/outcomes?la=856&from=2025-09-01"])
def test_pages_send_a_stranger_to_sign_in_and_it_leads_back(
    nobody: httpx.Client, path: str
) -> None:
    answer = nobody.get(path)
    asked = urlsplit(answer.headers["location"])
    assert (answer.status_code, asked.path) == (303, "/sign-in")
    form = nobody.get(answer.headers["location"]).text
    onward = re.search('name="next" value="([^"]+)"', form)
    data = {"email": EMAIL, "password": PASSWORD, "next": unescape(onward[1]) if onward else ""}
    again = nobody.post("/sign-in", data={**data, "password": "wrong"}).text
    assert onward is None or onward[0] in again
    assert nobody.post("/sign-in", data=data).headers["location"] == path


def test_a_form_that_was_sent_is_not_sent_again_by_signing_in(nobody: httpx.Client) -> None:
    assert nobody.post("/sign-out").headers["location"] == "/sign-in"


def test_signing_in_leads_to_no_other_site(nobody: httpx.Client) -> None:
    for other in ("//evil.example", "/\\evil.example", "https:evil.example"):
        assert "evil" not in nobody.get("/sign-in", params={"next": other}).text
        data = {"email": EMAIL, "password": PASSWORD, "next": other}
        assert nobody.post("/sign-in", data=data).headers["location"] == "/"


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(
    nobody: httpx.Client,
) -> None:
    cookie = sign_in(nobody).headers["set-cookie"]
    assert ("HttpOnly" in cookie, "SameSite=lax" in cookie) == (True, True)


def test_signing_in_again_ends_the_session_before(nobody: httpx.Client) -> None:
    sign_in(nobody)
    before = nobody.cookies["ap_session"]
    sign_in(nobody)
    assert nobody.cookies["ap_session"] != before
    old = {"Cookie": f"ap_session={before}"}
    nobody.cookies.clear()
    assert nobody.get("/", headers=old).status_code == 303


def test_five_wrong_passwords_lock_the_account_for_a_quarter_of_an_hour(
    registry: Registry, nobody: httpx.Client
) -> None:
    registry.clock = AT
    wrong = [sign_in(nobody, "wrong").status_code for _ in range(5)]
    locked = sign_in(nobody).status_code
    registry.clock = AT + timedelta(minutes=15)
    assert (wrong, locked, sign_in(nobody).status_code) == ([400] * 5, 400, 303)


def test_an_unknown_address_is_answered_as_a_wrong_password(nobody: httpx.Client) -> None:
    wrong = sign_in(nobody, "wrong").text
    unknown = nobody.post("/sign-in", data={"email": "x@example.org", "password": "wrong"}).text
    assert unknown == wrong.replace(EMAIL, "x@example.org")


@pytest.mark.parametrize("token", [{}, {"csrf": "guessed"}, {"csrf": "é"}])
def test_a_form_from_elsewhere_is_refused(nobody: httpx.Client, token: dict[str, str]) -> None:
    sign_in(nobody)
    assert nobody.post("/notify/suspension", data=token).status_code == 403


def test_another_site_cannot_sign_somebody_in(nobody: httpx.Client) -> None:
    """By what a browser says of it; an older one says only from where the form came."""
    own = {"Origin": str(nobody.base_url).rstrip("/")}
    for headers, status in (
        ({"Sec-Fetch-Site": "cross-site"}, 403), ({"Origin": "https://elsewhere.example"}, 403),
        ({"Origin": "null"}, 403), (own, 303),
    ):  # fmt: skip
        form = {"email": EMAIL, "password": PASSWORD}
        assert nobody.post("/sign-in", data=form, headers=headers).status_code == status


def test_a_page_forbids_scripts_and_is_kept_nowhere(nobody: httpx.Client) -> None:
    sign_in(nobody)
    headers = nobody.get("/").headers
    assert "default-src 'none'; style-src 'self';" in headers["content-security-policy"]
    assert (headers["cache-control"], headers["x-content-type-options"]) == ("no-store", "nosniff")


@pytest.mark.parametrize(
    ("accept", "media_type"), [("text/html", "text/html"), ("*/*", "application/problem+json")]
)
def test_a_page_that_is_not_there_is_told_to_people_as_a_page(
    nobody: httpx.Client, accept: str, media_type: str
) -> None:
    answer = nobody.get("/nowhere", headers={"Accept": accept})
    assert (answer.status_code, answer.headers["content-type"].split(";")[0]) == (404, media_type)


def test_every_page_says_that_the_registry_is_a_practice_one(
    registry: Registry, nobody: httpx.Client
) -> None:
    words = "Its present day is 20 November 2026"
    assert words not in nobody.get("/sign-in").text
    registry.clock = AT
    assert words in nobody.get("/sign-in").text


def test_a_practice_registry_says_so_by_the_real_clock_too(
    registry: Registry, nobody: httpx.Client
) -> None:
    words = "This registry holds made-up pupils."
    assert words not in nobody.get("/sign-in").text
    registry.practice = True
    assert words in nobody.get("/sign-in").text


def test_the_page_for_programs_loads_nothing_from_elsewhere(nobody: httpx.Client) -> None:
    answer = nobody.get("/docs")
    assert (answer.status_code, "http" in answer.text.replace("HTTP", "")) == (200, False)
    assert 'href="/openapi.json"' in answer.text


def test_a_page_names_an_icon_that_is_there(nobody: httpx.Client) -> None:
    icon = "/static/favicon.svg"
    assert f'href="{icon}"' in nobody.get("/sign-in").text
    assert nobody.get(icon).headers["content-type"].startswith("image/svg+xml")
