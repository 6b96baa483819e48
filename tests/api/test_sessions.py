"""Sessions that change and end, a second factor, and a forgotten password."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import httpx
import pyotp
import pytest

from ap_registry import embedded
from ap_registry.registry import Registry
from ap_registry.settings import Settings
from ap_registry.store import access_links, accounts, known_browsers
from ap_registry.store.database import Database
from api.cookies import COOKIE
from api.pages.family.rendering import COOKIE as FAMILY
from api.pages.signing_in import KNOWN
from api.pages.signing_in_elsewhere import BROWSER, NEXT
from tests.api.people import hidden
from tests.conftest import fresh_database
from tests.serving import served
from tests.world import SCHOOL, load_world

PASSWORD, OTHER, NOBODY = "correct horse battery", "ledger meadow trombone", UUID(int=0)
AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


@dataclass
class Office:
    """A registry that the tests of this module share, each with an account of its own."""

    registry: Registry
    url: str
    email: str = ""
    account: UUID = NOBODY


@pytest.fixture(scope="module")
def shared_office(servers: embedded.Servers) -> Iterator[Office]:
    with fresh_database(servers) as urls:
        registry = Registry(Database(urls.database_url))
        load_world(registry)
        with served(registry) as url:
            yield Office(registry, url)
        registry.database.close()


@pytest.fixture
def office(shared_office: Office) -> Office:
    registry, email = shared_office.registry, f"{uuid4()}@example.org"
    registry.clock = AT
    with registry.database.connection() as connection:
        account = accounts.add_account(
            connection, email=email, name="Sam", password=PASSWORD, organisation=SCHOOL,
            role="school", at=AT,
        )  # fmt: skip
    return replace(shared_office, email=email, account=account)


@pytest.fixture
def registry(office: Office) -> Registry:
    return office.registry


@pytest.fixture
def browsers(office: Office) -> Iterator[Callable[..., "Browser"]]:
    opened: list[Browser] = []

    def opening(url: str | None = None) -> Browser:
        opened.append(Browser(base_url=url or office.url, timeout=60, email=office.email))
        return opened[-1]

    yield opening
    for browser in opened:
        browser.close()


@pytest.fixture
def nobody(browsers: Callable[..., "Browser"]) -> "Browser":
    return browsers()


@pytest.fixture
def other(browsers: Callable[..., "Browser"]) -> "Browser":
    return browsers()


class Browser(httpx.Client):
    """Of somebody who has the account ``email``."""

    def __init__(self, *, base_url: str, timeout: float, email: str) -> None:
        super().__init__(base_url=base_url, timeout=timeout)
        self.email = email


def sign_in(client: Browser, password: str = PASSWORD) -> str:
    """Where it leads."""
    answer = client.post("/sign-in", data={"email": client.email, "password": password})
    return answer.headers.get("location", str(answer.status_code))


def inside(client: Browser) -> bool:
    return client.get("/account").status_code == 200


def send(client: Browser, path: str, **data: str) -> httpx.Response:
    found = re.search(r'name="csrf" value="([^"]+)"', client.get("/account").text)
    assert found is not None
    return client.post(path, data={"csrf": found[1], **data})


def with_token(client: Browser, token: str) -> bool:
    client.cookies.clear()
    client.cookies.set("ap_session", token)
    return inside(client)


def test_a_token_changes_and_the_one_before_ends_the_session_when_it_comes_back(
    registry: Registry, nobody: Browser, other: Browser
) -> None:
    sign_in(nobody)
    first = nobody.cookies["ap_session"]
    registry.clock = AT + timedelta(minutes=16)
    assert inside(nobody)
    second = nobody.cookies["ap_session"]
    registry.clock += timedelta(seconds=30)
    at_once = with_token(other, first)  # what the browser had asked meanwhile
    registry.clock += timedelta(minutes=5)
    assert (first != second, at_once, with_token(other, first)) == (True, True, False)
    assert not inside(nobody)


@pytest.mark.parametrize(
    ("steps", "stays"),
    [([59] * 12, True), ([59] * 13, False), ([61], False)],
    ids=["used for twelve hours", "used for longer", "idle for an hour"],
)
def test_a_session_ends_by_time(
    registry: Registry, nobody: Browser, steps: list[int], stays: bool
) -> None:
    sign_in(nobody)
    for minutes in steps:
        assert registry.clock is not None
        registry.clock += timedelta(minutes=minutes)
        found = inside(nobody)
    assert found is stays


def late(client: Browser, csrf: str, **fields: str) -> str:
    """Where a form leads that is sent now."""
    answer = client.post("/notify/suspension", data={"csrf": csrf, "do": "next", **fields})
    return answer.headers.get("location", str(answer.status_code))


def test_what_was_written_while_the_session_ended_is_there_after_signing_in_again(
    registry: Registry, nobody: Browser, other: Browser
) -> None:
    sign_in(nobody)
    csrf = hidden(nobody.get("/notify/suspension").text)["csrf"]
    registry.clock = AT + timedelta(minutes=61)
    typed = {"at": "more", "reasons": "PP", "notes": "<Kim> & “co”"}
    assert late(other, csrf, **typed) == "/sign-in"  # without the cookie
    assert late(nobody, "forged", **typed) == "/sign-in"
    assert late(nobody, csrf, **typed) == "/sign-in?next=%2Fkept"
    assert "What you had written is kept" in nobody.get("/sign-in?next=%2Fkept").text
    assert nobody.get("/kept").status_code == 303
    sign_in(nobody)
    page = nobody.get("/kept").text
    fields = hidden(page)
    assert '<form method="post" action="/notify/suspension">' in page
    assert fields.pop("csrf") != csrf
    assert fields == {"do": "next", **typed}
    registry.clock += timedelta(minutes=30)
    assert "Nothing is kept" not in nobody.get("/kept").text
    for _ in range(13):
        registry.clock += timedelta(minutes=55)
        nobody.get("/account")
    sign_in(nobody)
    assert "Nothing is kept" in nobody.get("/kept").text


def test_a_form_of_the_session_before_waits_where_our_own_page_sent_it(nobody: Browser) -> None:
    sign_in(nobody)
    csrf = hidden(nobody.get("/notify/suspension").text)["csrf"]
    sign_in(nobody)
    assert late(nobody, csrf, at="more", notes="of before") == "403"
    nobody.headers["Sec-Fetch-Site"] = "cross-site"
    assert late(nobody, csrf, at="more", notes="of before") == "403"
    nobody.headers["Sec-Fetch-Site"] = "same-origin"
    assert late(nobody, csrf, at="more", notes="of before") == "/kept"
    page = nobody.get("/kept").text
    assert hidden(page)["notes"] == "of before"
    assert late(nobody, hidden(page)["csrf"]) == "422"  # nothing of it was there
    assert "Nothing is kept" not in nobody.get("/kept").text
    nobody.headers["Referer"] = f"{nobody.base_url}/kept"
    late(nobody, hidden(page)["csrf"], at="more", notes="of before")
    assert "Nothing is kept" in nobody.get("/kept").text  # it has been sent


def test_a_long_form_is_read_by_the_bounds_of_its_page(nobody: Browser) -> None:
    sign_in(nobody)
    csrf = hidden(nobody.get("/notify/suspension").text)["csrf"]
    nobody.headers["Sec-Fetch-Site"] = "same-origin"
    assert late(nobody, csrf, **{f"x{n}": "" for n in range(2_000)}) in {"200", "422"}


@pytest.mark.parametrize(
    ("failures", "leads"),
    [(known_browsers.MOST_FAILURES - 1, "/"), (known_browsers.MOST_FAILURES, "400")],
)
def test_not_even_a_known_browser_guesses_for_ever(
    office: Office, nobody: Browser, failures: int, leads: str
) -> None:
    sign_in(nobody)
    with office.registry.database.connection() as connection:
        connection.execute(
            "update account set failures = %s, locked_until = %s where id = %s",
            (failures, AT + timedelta(minutes=15), office.account),
        )
    assert sign_in(nobody) == leads


def test_a_password_is_never_kept(registry: Registry, nobody: Browser) -> None:
    sign_in(nobody)
    csrf = hidden(nobody.get("/account").text)["csrf"]
    registry.clock = AT + timedelta(minutes=61)
    data = {"csrf": csrf, "current": PASSWORD, "password": "another horse battery"}
    answer = nobody.post("/account/password", data=data)
    assert answer.headers["location"] == "/sign-in"


def test_signing_out_everywhere_ends_every_browser(nobody: Browser, other: Browser) -> None:
    sign_in(nobody)
    sign_in(other)
    assert nobody.get("/account").text.count("python-httpx") == 2
    send(nobody, "/account/sign-out-everywhere")
    assert (inside(nobody), inside(other)) == (False, False)


def test_a_changed_password_ends_the_other_browsers(nobody: Browser, other: Browser) -> None:
    sign_in(nobody)
    sign_in(other)
    wrong = send(nobody, "/account/password", current="guessed", password=OTHER)
    weak = send(nobody, "/account/password", current=PASSWORD, password="Password123456")
    assert (wrong.status_code, weak.status_code) == (400, 400)
    assert "others try first" in weak.text
    changed = send(nobody, "/account/password", current=PASSWORD, password=OTHER)
    assert (changed.status_code, inside(nobody), inside(other)) == (303, True, False)
    assert (sign_in(other), sign_in(other, OTHER)) == ("400", "/")


def set_up(client: Browser) -> tuple[pyotp.TOTP, list[str]]:
    """An app with the account's secret, and the recovery codes."""
    shown = client.get("/account/second-factor").text
    found = re.search(r"Letters: <code>([A-Z2-7 ]+)</code>", shown)
    assert found is not None
    app = pyotp.TOTP(found[1].replace(" ", ""))
    wrong = send(client, "/account/second-factor", code="000000")
    assert wrong.status_code == 400
    # of the step before, so that a test need not wait for the next code
    code = app.at(datetime.now(UTC) - timedelta(seconds=30))
    codes = send(client, "/account/second-factor", code=code)
    return app, re.findall(r"<li><code>([a-z2-9-]+)</code>", codes.text)


def test_a_code_is_asked_for_and_taken_once(nobody: Browser, other: Browser) -> None:
    sign_in(nobody)
    sign_in(other)
    before = nobody.cookies["ap_session"]
    app, codes = set_up(nobody)
    # What was begun without a code is over, and this session goes by another token.
    assert (inside(nobody), inside(other), nobody.cookies["ap_session"] != before) == (
        True, False, True,
    )  # fmt: skip
    assert (sign_in(other), len(codes), inside(other)) == ("/sign-in/code", 10, False)
    now = app.now()
    assert _enter(other, now) == "/"
    assert inside(other)
    sign_in(other)
    assert (_enter(other, now), _enter(other, codes[3].upper())) == ("400", "/")
    sign_in(other)
    assert (_enter(other, codes[3]), _enter(other, codes[4].replace("-", ""))) == ("400", "/")
    assert "8 of your recovery codes are left" in other.get("/account").text


def test_the_second_step_leads_on_to_the_page_that_was_asked_for(
    nobody: Browser, other: Browser
) -> None:
    sign_in(nobody)
    app, codes = set_up(nobody)
    data = {"email": other.email, "password": PASSWORD, "next": "/pupils?q=x"}
    led = other.post("/sign-in", data=data).headers["location"]
    assert led == "/sign-in/code?next=%2Fpupils%3Fq%3Dx"
    form = other.get(led).text
    sent = {name: re.search(f'name="{name}" value="([^"]+)"', form) for name in ("csrf", "next")}
    said = {name: found[1] for name, found in sent.items() if found}
    assert said["next"] in other.post("/sign-in/code", data={**said, "code": "000000"}).text
    answer = other.post("/sign-in/code", data={**said, "code": codes[0]})
    assert answer.headers["location"] == "/pupils?q=x"


def _enter(client: Browser, code: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', client.get("/sign-in/code").text)
    answer = client.post("/sign-in/code", data={"csrf": found[1] if found else "", "code": code})
    return answer.headers.get("location", str(answer.status_code))


def test_wrong_codes_lock_the_account(
    nobody: Browser, other: Browser, browsers: Callable[..., Browser]
) -> None:
    sign_in(nobody)
    app, _codes = set_up(nobody)
    second = browsers()
    assert {sign_in(other), sign_in(second)} == {"/sign-in/code"}
    assert [_enter(other, "000000") for _ in range(5)] == ["400"] * 4 + ["/sign-in"]
    assert (_enter(second, app.now()), inside(second)) == ("/sign-in", False)
    assert (sign_in(other), inside(nobody)) == ("400", True)


def test_whoever_tries_passwords_elsewhere_keeps_nobody_out_of_their_own_browser(
    browsers: Callable[..., Browser],
) -> None:
    own, thief, new = browsers(), browsers(), browsers()

    def tries() -> None:
        for _ in range(6):
            sign_in(thief, "the wrong password")

    sign_in(own)
    tries()
    assert (sign_in(thief), sign_in(new)) == ("400", "400")
    thief.cookies.set(KNOWN, "9999999999.00~.~1.x~" + "~" * 99)
    assert sign_in(thief) == "400"
    assert (sign_in(own, OTHER), sign_in(own)) == ("400", "/")
    assert sign_in(new) == "/"  # its owner has come in
    send(own, "/account/password", current=PASSWORD, password=OTHER)
    tries()
    assert sign_in(own, OTHER) == "400"  # it was known by the password before


def test_a_role_that_must_have_a_second_factor_sets_one_up_first(
    registry: Registry, browsers: Callable[..., Browser]
) -> None:
    settings = Settings(second_factor_for="la,school")
    with served(registry, settings) as url:
        client = browsers(url)
        sign_in(client)
        assert client.get("/").headers["location"] == "/account/second-factor"
        set_up(client)
        assert client.get("/").status_code == 200


def test_a_forgotten_password_is_chosen_anew_once(
    office: Office, registry: Registry, nobody: Browser, other: Browser
) -> None:
    sign_in(other)
    with registry.database.connection() as connection:
        token = access_links.make_link(connection, office.account, "recovery", at=AT)
    assert nobody.post(f"/password/{token}", data={"password": "short"}).status_code == 400
    chosen = nobody.post(f"/password/{token}", data={"password": OTHER})
    assert (chosen.headers["location"], inside(other)) == ("/sign-in", False)
    assert (sign_in(nobody, OTHER), nobody.get(f"/password/{token}").status_code) == ("/", 404)


def test_a_link_is_good_for_an_hour(office: Office, registry: Registry, nobody: Browser) -> None:
    with registry.database.connection() as connection:
        token = access_links.make_link(connection, office.account, "recovery", at=AT)
    found = []
    for minutes in (59, 61):
        registry.clock = AT + timedelta(minutes=minutes)
        found.append(nobody.get(f"/password/{token}").status_code)
    assert found == [200, 404]


def test_asking_for_a_link_tells_nothing_of_who_has_an_account(
    office: Office, registry: Registry, nobody: Browser
) -> None:
    known, unknown = (
        nobody.post("/forgotten", data={"email": email})
        for email in (nobody.email, "x@example.org")
    )
    assert (known.status_code, known.content) == (200, unknown.content)
    with registry.database.connection() as connection:
        found = connection.execute(
            "select what from access_letter where account = %s", (office.account,)
        ).fetchall()
    assert found == [("recovery",)]


def test_in_production_the_cookie_goes_over_https_alone(
    registry: Registry, browsers: Callable[..., Browser]
) -> None:
    settings = Settings(environment="production")
    with served(registry, settings) as url:
        client = browsers(url)
        answer = client.post("/sign-in", data={"email": client.email, "password": PASSWORD})
        every = answer.headers.get_list("set-cookie")
        assert all("; Secure" in one for one in every)
        name, _, sent = every[-1].partition("=")
        assert (name, "Secure" in sent, "Path=/;" in sent, "Domain" in sent) == (
            "__Host-ap_session", True, True, False,
        )  # fmt: skip
        token = sent.split(";")[0]
        for name, status in (("__Host-ap_session", 200), ("ap_session", 303)):
            assert client.get("/", headers={"Cookie": f"{name}={token}"}).status_code == status
        assert "max-age=31536000" in answer.headers["strict-transport-security"]


def test_the_public_pages_say_whom_to_ask_and_each_cookie(
    registry: Registry, browsers: Callable[..., Browser]
) -> None:
    settings = Settings(
        environment="production", contact="help@example.org", address="https://ap.example.org",
        oidc_issuer="https://provider.example", oidc_client_id="ap", oidc_client_secret="s" * 16,
    )  # fmt: skip
    with served(registry, settings) as url:
        client = browsers(url)
        for path in ("/accessibility", "/privacy"):
            assert '<a href="mailto:help@example.org">' in client.get(path).text
        said = client.get("/privacy").text
    ours = {COOKIE, KNOWN, FAMILY, BROWSER, NEXT}
    assert {name for name in ours if name not in said} == set()
