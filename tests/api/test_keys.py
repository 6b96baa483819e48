"""API keys, and answers that are the same everywhere."""

import asyncio
from datetime import date

import httpx
import pytest
import typer

from ap_registry.cli.api_keys import key_create
from ap_registry.registry import Registry
from ap_registry.settings import Settings
from ap_registry.store import accounts
from ap_registry.store.key_holders import all_keys
from api import deps
from api.main import create_app
from api.server import config_of
from tests.api.conftest import Login
from tests.serving import served
from tests.world import SCHOOL


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer apr_no"},
                                    {"Authorization": "Basic dTpw"}])  # fmt: skip
def test_without_a_key_in_use_one_is_asked_for(
    nobody: httpx.Client, header: dict[str, str]
) -> None:
    answer = nobody.get("/api/v1/pupils", headers=header)
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")


def test_a_revoked_key_is_refused_within_a_second(
    registry: Registry, as_: Login, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = as_("school", SCHOOL)
    assert client.get("/api/v1/pupils").status_code == 200
    with registry.database.connection() as connection:
        row = connection.execute("select id::text from api_key").fetchone()
        assert row is not None
        accounts.revoke_key(connection, row[0], at=registry.now())
    later = deps.monotonic() + deps.REMEMBERED_SECONDS + 0.01
    monkeypatch.setattr(deps, "monotonic", lambda: later)
    assert client.get("/api/v1/pupils").status_code == 401


@pytest.mark.parametrize(("until", "status"), [(date(2999, 1, 1), 200), (date(2020, 1, 1), 401)])
def test_an_auditors_key_ends(as_: Login, until: date, status: int) -> None:
    client = as_("auditor", SCHOOL, until_on=until)
    assert client.get("/api/v1/pupils").status_code == status


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nowhere", 404), ("GET", "/api/v1/nowhere", 404), ("GET", "/static/nothing", 404),
     ("DELETE", "/api/v1/notices", 405), ("PUT", "/api/v1/pupils", 405)],
)  # fmt: skip
def test_every_error_is_a_problem(
    nobody: httpx.Client, method: str, path: str, status: int
) -> None:
    answer = nobody.request(method, path)
    assert (answer.status_code, answer.json()["status"], answer.headers["content-type"]) == (
        status, status, "application/problem+json",
    )  # fmt: skip


def test_an_error_inside_is_told_without_its_inside(
    as_: Login, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_arguments: object, **_options: object) -> None:
        raise RuntimeError("secret 7")

    monkeypatch.setattr("ap_registry.store.organisation_list.organisations", broken)
    answer = as_("school", SCHOOL).get("/api/v1/organisations")
    assert (answer.status_code, answer.headers["content-type"], "secret" in answer.text) == (
        500, "application/problem+json", False,
    )  # fmt: skip
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_list_comes_in_pages(as_: Login) -> None:
    client, found, cursor = as_("school", SCHOOL), [], None
    while True:
        parameters = {"limit": 4, **({"cursor": cursor} if cursor else {})}
        page = client.get("/api/v1/organisations", params=parameters).json()
        found += [item["id"] for item in page["items"]]
        if (cursor := page["next"]) is None:
            break
    every = client.get("/api/v1/organisations", params={"limit": 200}).json()["items"]
    assert found == [item["id"] for item in every] == sorted(found)


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "cursor=nonsense", "limit=x"])
def test_a_page_has_its_bounds(as_: Login, query: str) -> None:
    assert as_("school", SCHOOL).get(f"/api/v1/organisations?{query}").status_code == 422


@pytest.mark.parametrize(("scope", "got", "sent"), [("read", 200, 403), ("send", 403, 422)])
def test_a_key_does_what_it_was_made_for(
    registry: Registry, nobody: httpx.Client, scope: str, got: int, sent: int
) -> None:
    with registry.database.connection() as connection:
        _id, secret = accounts.create_key(
            connection, organisations=[SCHOOL], role="school", at=registry.now(), scopes=[scope]
        )
    nobody.headers["Authorization"] = f"Bearer {secret}"
    notice = {"type": "suspension"}
    answers = nobody.get("/api/v1/pupils"), nobody.post("/api/v1/notices", json=notice)
    assert tuple(answer.status_code for answer in answers) == (got, sent)
    assert nobody.post("/api/v1/webhooks", json={}).status_code == 403  # reads, and sends it on
    with registry.database.connection() as connection:
        assert [one.used_at is not None for one in all_keys(connection)] == [True]


def test_who_asks_too_often_is_told_when_to_ask_again(registry: Registry) -> None:
    settings = Settings(rate_key=2, rate_sign_in=1, rate_account=1)
    with served(registry, settings) as url, httpx.Client(base_url=url, timeout=60) as client:
        with registry.database.connection() as connection:
            secrets = [
                accounts.create_key(
                    connection, organisations=[SCHOOL], role="school", at=registry.now()
                )[1]
                for _ in range(2)
            ]
        of_one, of_other = ({"Authorization": f"Bearer {secret}"} for secret in secrets)
        told = [client.get("/api/v1/pupils", headers=of_one) for _ in range(3)]
        assert [answer.status_code for answer in told] == [200, 200, 429]
        assert told[0].headers["ratelimit-limit"] == "2"
        assert [answer.headers["ratelimit-remaining"] for answer in told] == ["1", "0", "0"]
        assert 1 <= int(told[2].headers["retry-after"]) <= 30
        assert client.get("/api/v1/pupils", headers=of_other).status_code == 200
        guess = {"email": "x@example.org", "password": "guessed"}
        tried = [client.post("/sign-in", data=guess).status_code for _ in range(2)]
        assert tried == [400, 429]
        assert client.post("/sign-in/code", data={"code": "000000"}).status_code == 429


def test_an_address_that_asks_too_often_is_held_up_and_health_checks_are_not(
    registry: Registry,
) -> None:
    settings = Settings(rate_address=1)
    with served(registry, settings) as url, httpx.Client(base_url=url, timeout=60) as client:
        told = [client.get("/sign-in") for _ in range(2)]
        assert [answer.status_code for answer in told] == [200, 429]
        assert (told[1].json()["status"], client.get("/healthz").status_code) == (429, 200)


def test_a_last_day_that_is_no_date_is_told_as_such() -> None:
    with pytest.raises(typer.BadParameter, match="nonsense is not a date such as 2025-03-31"):
        key_create(organisation=[SCHOOL], role="school", until="nonsense")


def test_behind_a_proxy_each_client_is_counted_and_ipv6_by_its_network(registry: Registry) -> None:
    settings = Settings(proxies="172.16.0.0/12", rate_address=1)
    config = config_of(create_app(registry, settings), settings)
    config.load()

    async def asked(proxy: str, client: str) -> int:
        transport = httpx.ASGITransport(config.loaded_app, client=(proxy, 5000))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as asking:
            headers = {"X-Forwarded-For": client}
            return (await asking.get("/sign-in", headers=headers)).status_code

    told = [
        asyncio.run(asked(proxy, client))
        for proxy, client in (
            ("172.18.0.1", "192.0.2.1"), ("172.18.0.1", "192.0.2.2"), ("172.18.0.1", "192.0.2.1"),
            ("172.18.0.1", "2001:db8::1"), ("172.18.0.1", "2001:db8::ffff:2"),
            ("172.18.0.1", "2001:db8:0:1::1"), ("10.0.0.1", "192.0.2.3"), ("10.0.0.1", "192.0.2.4"),
        )
    ]  # fmt: skip
    assert told == [200, 200, 429, 200, 429, 200, 200, 429]
