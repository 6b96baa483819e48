"""Signing in by an outside provider shaped like DfE Sign-in, in a process of its own."""

import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import uuid4

import httpx
import pytest
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from ap_registry import embedded
from ap_registry.oidc_matching import is_of
from ap_registry.organisations import Organisation
from ap_registry.settings import Settings
from ap_registry.store import accounts
from tests.api.town import AT, CHOSEN, PASSWORD, Someone, Town, town_of
from tests.serving import served
from tests.waiting import wait_for
from tests.world import SCHOOL

OURS = {"id": "A-1", "name": "Alder School", "urn": SCHOOL, "establishmentNumber": "4001",
        "category": {"id": "001", "name": "Establishment"}}  # fmt: skip
THEIRS = {**OURS, "id": "A-2", "name": "Elsewhere School", "urn": "199999"}


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"

    def answers() -> bool:
        try:
            return httpx.get(f"{address}/.well-known/openid-configuration").status_code == 200
        except httpx.TransportError:
            return False

    try:
        wait_for(answers)
        yield address
    finally:
        process.terminate()
        process.wait()


def settings_for(issuer: str, **more: Any) -> Settings:
    return Settings(
        oidc_issuer=issuer, oidc_client_id="ap", oidc_client_secret="a secret of ours",
        oidc_allow_private=True, address="http://ap.example", **more,
    )  # fmt: skip


@pytest.fixture(scope="module")
def shared(servers: embedded.Servers, issuer: str) -> Iterator[Town]:
    with town_of(servers, settings=settings_for(issuer)) as town:
        yield town


@pytest.fixture
def town(shared: Town) -> Town:
    shared.registry.clock = AT
    return shared


def registered(issuer: str, email: str, **more: Any) -> str:
    """Somebody whom the provider knows; answers the subject."""
    subject = uuid4().hex
    said = {"email": email, "email_verified": True, "given_name": "Kim", "family_name": "Carr",
            "organisation": OURS, **more}  # fmt: skip
    httpx.put(f"{issuer}/users/{subject}", json=said).raise_for_status()
    return subject


def allowed(client: httpx.Client, subject: str, path: str = "/sign-in/oidc") -> str:
    """Where the provider sends somebody back to, who has begun and signed in there."""
    asked = client.get(path)
    assert asked.status_code == 303
    answer = httpx.post(asked.headers["location"], data={"sub": subject})
    found = urlsplit(answer.headers["location"])
    assert (found.netloc, found.path) == ("ap.example", "/sign-in/oidc/back")
    return f"{found.path}?{found.query}"


def come(client: httpx.Client, subject: str) -> httpx.Response:
    return client.get(allowed(client, subject))


def invited(town: Town, **more: str) -> Someone:
    boss, email = town.person(administers=True), f"{uuid4()}@example.org"
    assert boss.invite(email, **more).status_code == 303
    with town.registry.database.connection() as connection:
        account = accounts.account_named(connection, email, at=AT).id
    return Someone(town.client(), email, account)


def name_of(town: Town, someone: Someone) -> str:
    with town.registry.database.connection() as connection:
        return accounts.account_named(connection, someone.email, at=AT).name


def test_the_invited_comes_in_and_is_known_by_subject_from_then_on(town: Town, issuer: str) -> None:
    one = invited(town)
    subject = registered(issuer, one.email.upper())
    link = town.link(one.email, "invitation")
    assert (come(one.client, subject).headers["location"], one.inside()) == ("/", True)
    assert (name_of(town, one), town.done(one.account)[1:]) == (
        "Kim Carr", [("linked", "Kim Carr", issuer)],
    )  # fmt: skip
    assert town.client().get(f"/invitation/{link}").status_code == 404
    moved = {"email": "new@example.org", "email_verified": False, "organisation": OURS}
    httpx.put(f"{issuer}/users/{subject}", json=moved).raise_for_status()
    other = town.client()
    assert come(other, subject).headers["location"] == "/"


def test_it_leads_back_to_the_page_that_was_asked_for(town: Town, issuer: str) -> None:
    one = invited(town)
    subject = registered(issuer, one.email)
    for asked, led in (("/pupils?q=x;y", "/pupils?q=x;y"), ("//evil.example", "/"), ("", "/")):
        path = f"/sign-in/oidc?{urlencode({'next': asked})}"
        assert one.client.get(allowed(one.client, subject, path)).headers["location"] == led


def test_the_asking_is_bound_by_pkce_nonce_and_state(town: Town, issuer: str) -> None:
    client = town.client()
    asked = parse_qs(urlsplit(client.get("/sign-in/oidc").headers["location"]).query)
    with town.registry.database.connection() as connection:
        row = connection.execute(
            "select nonce, verifier from oidc_attempt order by begun_at desc limit 1"
        ).fetchone()
    assert row is not None
    assert asked["nonce"] == [row[0]]
    assert asked["code_challenge"] == [create_s256_code_challenge(row[1])]
    assert (asked["code_challenge_method"], asked["response_type"]) == (["S256"], ["code"])
    cookie = next(one for one in client.cookies.jar if one.name == "ap_oidc")
    assert (cookie.path, cookie.has_nonstandard_attr("HttpOnly")) == ("/sign-in/oidc", True)


@pytest.mark.parametrize("what", ["another browser", "twice", "late", "nonce"])
def test_an_answer_is_good_once_for_who_asked(town: Town, issuer: str, what: str) -> None:
    one = invited(town)
    back = allowed(one.client, registered(issuer, one.email))
    client = town.client() if what == "another browser" else one.client
    with town.registry.database.connection() as connection:
        if what == "late":
            connection.execute(
                "update oidc_attempt set begun_at = begun_at - interval '11 minutes'"
            )
        elif what == "nonce":
            connection.execute("update oidc_attempt set nonce = 'another'")
    if what == "twice":
        assert client.get(back).status_code == 303
        client.cookies.delete("ap_session")
    answer = client.get(back)
    words = "did not confirm who you are" if what == "nonce" else "begun in another browser"
    assert (answer.status_code, words in answer.text) == (400, True)
    assert client.get("/account").status_code == 303


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"email_verified": False}, "Your email address is not verified there"),
        ({"email": "nobody@example.org"}, "Nobody has invited you with this email address"),
        ({"organisation": THEIRS}, "There you act for Elsewhere School, and your account here is of"
                                   " Alder School"),
        ({"organisation": None}, "You were sent here without an organisation"),
    ],
)  # fmt: skip
def test_whoever_does_not_fit_is_refused_in_words(
    town: Town, issuer: str, more: Mapping[str, Any], words: str
) -> None:
    one = invited(town)
    answer = come(one.client, registered(issuer, **{"email": one.email, **more}))
    assert (answer.status_code, words in answer.text, one.inside()) == (400, True, False)
    assert "linked" not in {what for what, _by, _detail in town.done(one.account)}


def test_an_account_with_a_password_is_linked_by_its_owner_alone(town: Town, issuer: str) -> None:
    one, stranger = town.person(), town.client()
    subject = registered(issuer, one.email)
    assert "Your account here has a password" in come(stranger, subject).text
    assert come(one.client, subject).headers["location"] == "/"
    assert come(stranger, subject).headers["location"] == "/"
    again = come(town.client(), registered(issuer, one.email))
    assert "Somebody else signs in there with your address" in again.text


def test_whoever_has_left_does_not_come_in_and_the_organisation_is_looked_at_each_time(
    town: Town, issuer: str
) -> None:
    boss, one = town.person(administers=True), invited(town)
    subject = registered(issuer, one.email)
    come(one.client, subject)
    httpx.put(f"{issuer}/users/{subject}", json={"email": one.email, "organisation": THEIRS})
    assert come(town.client(), subject).status_code == 400
    said = {"email": one.email, "email_verified": True, "organisation": OURS}
    httpx.put(f"{issuer}/users/{subject}", json=said)
    boss.send(f"/colleagues/{one.account}", do="end")
    assert not one.inside()
    assert "Your account here has ended" in come(town.client(), subject).text


def test_signing_out_offers_the_end_of_the_provider_s_session(town: Town, issuer: str) -> None:
    one = invited(town)
    come(one.client, registered(issuer, one.email))
    out = one.send("/sign-out")
    assert out.headers["location"] == "/sign-in?out=1"
    assert "/sign-in/oidc/out" in one.client.get("/sign-in?out=1").text
    away = urlsplit(one.client.get("/sign-in/oidc/out").headers["location"])
    assert f"{away.scheme}://{away.netloc}" == issuer
    assert parse_qs(away.query)["post_logout_redirect_uri"] == ["http://ap.example/sign-in"]


def test_without_passwords_there_is_no_other_way(town: Town, issuer: str) -> None:
    one, new = town.person(), invited(town)
    link, invitation = town.link(one.email, "recovery"), town.link(new.email, "invitation")
    with (
        served(town.registry, settings_for(issuer, oidc_only=True)) as url,
        httpx.Client(base_url=url, timeout=60) as client,
    ):
        data = {"email": one.email, "password": PASSWORD}
        refused = client.post("/sign-in", data=data)
        assert (refused.status_code, "Sign in with DfE Sign-in" in refused.text) == (400, True)
        assert "Password" not in client.get("/sign-in").text
        assert client.get("/forgotten").headers["location"] == "/sign-in"
        chosen = {"name": "Kim", "password": CHOSEN}
        assert client.post(f"/password/{link}", data=chosen).headers["location"] == "/sign-in"
        assert client.get(f"/invitation/{invitation}").headers["location"] == "/sign-in"
        assert client.post(f"/invitation/{invitation}", data=chosen).status_code == 303
        assert come(client, registered(issuer, one.email)).headers["location"] == "/"
        shown = client.get("/account").text
        assert ("Change your password" in shown, "You sign in with DfE Sign-in" in shown) == (
            False, True,
        )  # fmt: skip


def test_where_no_provider_is_named_there_is_none(town: Town) -> None:
    with served(town.registry, Settings()) as url:
        answer = httpx.get(f"{url}/sign-in/oidc")
        assert (answer.status_code, "DfE" in httpx.get(f"{url}/sign-in").text) == (404, False)


PRU = Organisation(id="AP-0001", kind="provider", name="Garage", ukprn="10000001")
ALDER = Organisation(id=SCHOOL, kind="school", name="Alder School", laestab="8564001")
LEICESTER = Organisation(id="LA856", kind="la", name="Leicester", la="856")
TRUST = Organisation(id="T-16053", kind="trust", name="Trust")
_LA = {"category": {"id": "002"}, "establishmentNumber": "856", "urn": None}
_BY_NUMBER = {"urn": None, "establishmentNumber": "4001", "localAuthority": {"code": "856"}}


@pytest.mark.parametrize(
    ("claim", "ours", "fits"),
    [
        (OURS, ALDER, True), (THEIRS, ALDER, False), (_BY_NUMBER, ALDER, True),
        ({**_BY_NUMBER, "localAuthority": {"code": "857"}}, ALDER, False),
        (_LA, LEICESTER, True), ({**_LA, "establishmentNumber": "857"}, LEICESTER, False),
        ({**OURS, "establishmentNumber": "856"}, LEICESTER, False), (_LA, ALDER, False),
        ({"category": {"id": "010"}, "uid": "16053"}, TRUST, True),
        ({"category": {"id": "010"}, "uid": None}, TRUST, False),
        ({"ukprn": "10000001"}, PRU, True), ({"ukprn": "10000002"}, PRU, False), ({}, PRU, False),
    ],
)  # fmt: skip
def test_an_organisation_is_compared_by_its_numbers(
    claim: Mapping[str, Any], ours: Organisation, fits: bool
) -> None:
    assert is_of(claim, ours) is fits
