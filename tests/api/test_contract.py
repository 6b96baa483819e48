"""What every address of the API has: parameters that are known, problems in words, links, ETags."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from ap_registry.errors import CODE_STATUS
from ap_registry.problem_words import CODES, MEANINGS
from ap_registry.problems import TITLES
from ap_registry.registry import Registry
from api.main import create_app
from api.policies import POLICIES
from tests.api.conftest import Login
from tests.architecture.sources import ROOT
from tests.world import PRU, SCHOOL, register_pupil

API = "/api/v1"


@pytest.fixture
def client(registry: Registry, as_: Login) -> httpx.Client:
    register_pupil(registry)
    return as_("admin", "LA856")


def problem(answer: httpx.Response) -> tuple[int, str, str, str]:
    (error,) = answer.json()["errors"]
    return answer.status_code, error["pointer"], error["code"], error["detail"]


def test_what_is_asked_wrongly_is_told_in_words(client: httpx.Client) -> None:
    asked = {
        "/placements?provder=100007": (
            "/provder", "unknown_field", "this address has no parameter provder; did you mean"
            " provider?",
        ),
        "/ledger/head?x=1": (
            "/x", "unknown_field", "this address has no parameter x; it has fields",
        ),
        "/follow-ups?status=nonsense": (
            "/status", "unknown_code", "status must be one of open, overdue, done, lapsed",
        ),
        "/pupils?limit=many": ("/limit", "bad_format", "limit must be a whole number"),
        "/pupils?limit=500": ("/limit", "bad_format", "limit must be 200 or less"),
        "/placements?open=perhaps": ("/open", "bad_format", "open must be true or false"),
        "/placements?provider=1&provider=2": (
            "/provider", "bad_format", "provider is given more than once: send it once",
        ),
        "/reports/outcomes?from=": (
            "/from", "bad_format", "from is blank: leave it out, or say it",
        ),
        "/outcomes?provider=999999": (
            "/provider", "unknown_organisation", "provider must be an organisation on record:"
            " 999999 is none; check it, or import it first",
        ),
        "/webhooks?fields=colour": (
            "/fields", "unknown_field", "there is no field colour; there are after, created_at,"
            " disabled, disabled_at, failing_since, failures, id, types, url",
        ),
        "/pupils?fields=colour": (
            "/fields", "unknown_field", "there is no field colour; there are date_of_birth,"
            " family_name, given_name, id, upn",
        ),
    }  # fmt: skip
    assert {path: problem(client.get(API + path)) for path in asked} == {
        path: (422, *told) for path, told in asked.items()
    }


def test_a_key_against_doing_twice_is_honoured_or_refused(client: httpx.Client) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    changing = [
        (method, path, operation)
        for path, methods in paths.items()
        for method, operation in methods.items()
        if path.startswith(API) and method != "get"
    ]
    assert len(changing) > 10
    nowhere, headers = "00000000-0000-4000-8000-000000000000", {"Idempotency-Key": "k-1"}
    for method, path, operation in changing:
        at = path.replace("{webhook}", nowhere).replace("{report}", nowhere)
        answer = client.request(method, at, headers=headers, json=[])
        named = {one["name"] for one in operation.get("parameters", ())}
        if "Idempotency-Key" not in named:
            assert problem(answer)[:3] == (400, "/idempotency-key", "unknown_field"), path
        assert ("Idempotency-Key" in named) == (path in {f"{API}/notices", f"{API}/attendance"})
        assert "400" in operation["responses"]
    assert client.get(f"{API}/webhooks", headers=headers).json()["items"] == []


def test_an_empty_array_is_no_notice(client: httpx.Client) -> None:
    told = problem(client.post(f"{API}/notices", json=[]))
    assert told == (422, "", "required", "The array is empty: send at least one notice.")


def test_a_list_links_to_its_next_page(client: httpx.Client) -> None:
    seen: list[str] = []
    url: str | None = f"{API}/organisations?limit=4&fields=id"
    while url:
        answer = client.get(url)
        assert {tuple(one) for one in answer.json()["items"]} == {("id",)}
        seen += [one["id"] for one in answer.json()["items"]]
        url = answer.links.get("next", {}).get("url")
    assert seen == [one["id"] for one in client.get(f"{API}/organisations").json()["items"]]
    assert len(seen) > 8


def test_the_feed_links_on_by_its_place(client: httpx.Client) -> None:
    first = client.get(f"{API}/events?limit=1")
    second = client.get(first.links["next"]["url"]).json()
    assert second["items"][0]["seq"] == first.json()["until"] + 1


def test_what_has_not_changed_is_not_sent_again(client: httpx.Client) -> None:
    first = client.get(f"{API}/organisations")
    again = client.get(f"{API}/organisations", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    other = client.get(f"{API}/organisations", headers={"If-None-Match": '"another"'})
    assert (other.status_code, other.content) == (200, first.content)


def test_the_tag_of_a_pupil_is_its_version_and_differs_where_the_answer_does(
    client: httpx.Client,
) -> None:
    pupil = f"{API}/pupils/{client.get(f'{API}/pupils').json()['items'][0]['id']}"
    first = client.get(pupil)
    version, tag = first.json()["version"], first.headers["etag"]
    asked = {"": 304, "?fields=upn": 200, "?on=2020-01-01": 200}
    sent = {"If-None-Match": f'"other", W/{tag}'}
    told = {query: client.get(pupil + query, headers=sent) for query in asked}
    assert {query: answer.status_code for query, answer in told.items()} == asked
    assert len({answer.headers["etag"] for answer in told.values()}) == len(asked)
    assert client.get(pupil, headers={"If-None-Match": f'"{version}"'}).status_code == 200
    assert client.get(pupil, headers={"If-None-Match": "*"}).status_code == 304
    details = {
        "type": "pupil_details_changed",
        "upn": first.json()["upn"],
        "occurred_on": "2025-03-03",
    }
    sent = {"If-Match": tag}
    taken = [
        client.post(
            f"{API}/notices", json=details | {"given_name": name, "by": "LA856"}, headers=sent
        )
        for name in ("Ann", "Eve")
    ]
    assert [answer.status_code for answer in taken] == [201, 412], taken[0].text
    bad = client.post(f"{API}/notices", json=details, headers={"If-Match": f'"{version}.x"'})
    assert problem(bad)[:3] == (422, "/if-match", "bad_format")


def test_a_request_has_an_id_the_callers_own_where_it_sends_one(client: httpx.Client) -> None:
    mine = client.get("/healthz", headers={"X-Request-Id": "batch-2026.11"})
    assert mine.headers["x-request-id"] == "batch-2026.11"
    made = client.get("/healthz", headers={"X-Request-Id": "a b\tc"}).headers["x-request-id"]
    assert len(made) == 32


@pytest.mark.parametrize("name", [SCHOOL, PRU, "LA856"])
def test_an_organisation_is_found_by_its_id(client: httpx.Client, name: str) -> None:
    assert client.get(f"{API}/organisations/{name}").json()["id"] == name


def test_an_organisation_that_is_not_there(client: httpx.Client) -> None:
    assert client.get(f"{API}/organisations/999999").status_code == 404


def test_every_problem_leads_to_a_page_that_says_what_to_do(client: httpx.Client) -> None:
    assert set(TITLES) <= set(MEANINGS)
    assert set(CODES) == set(CODE_STATUS)
    told = client.get(client.get(f"{API}/pupils?x=1").json()["type"])
    assert (told.status_code, "unknown_field" in told.text) == (200, True)
    assert client.get("/problems/299").status_code == 404


def test_an_address_that_will_go_says_so(client: httpx.Client) -> None:
    """RFC 9745, RFC 8594; all that others do is answered still."""
    asked = {"from": "2026-01-01"}
    old, new = (client.get(f"{API}{path}/restatement", params=asked) for path in ("", "/reports"))
    assert (old.status_code, old.json().keys()) == (200, new.json().keys())
    assert old.headers["deprecation"] == "@1795737600"
    assert old.headers["sunset"] == "Tue, 30 Nov 2027 00:00:00 GMT"
    assert old.links["deprecation"]["url"] == "/docs#going"
    assert old.links["successor-version"]["url"] == f"{API}/reports/restatement"
    assert "deprecation" not in new.headers
    assert f"{API}/restatement" in client.get("/docs").text


def test_what_will_go_is_marked_and_in_the_log_of_changes(registry: Registry) -> None:
    app = create_app(registry)
    marked = {
        (method.upper(), path)
        for path, methods in app.openapi()["paths"].items()
        for method, operation in methods.items()
        if operation.get("deprecated")
    }
    assert marked == set(app.state.going)
    log = (ROOT / "docs" / "api-changes.md").read_text("utf-8")
    for (method, path), found in app.state.going.items():
        assert (found.until - found.since).days >= 365
        assert f"{method} {path}`" in log
        assert (method, found.by) in POLICIES


def test_an_answer_says_how_much_may_still_be_asked(client: httpx.Client) -> None:
    headers = client.get(f"{API}/organisations").headers
    limit, left = int(headers["ratelimit-limit"]), int(headers["ratelimit-remaining"])
    assert headers["ratelimit-policy"] == f'"minute";q={limit};w=60'
    assert headers["ratelimit"] == f'"minute";r={left};t={headers["ratelimit-reset"]}'


def operations(registry: Registry) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in create_app(registry).openapi()["paths"].items():
        for method, operation in methods.items():
            yield f"{method} {path}", operation


def test_every_operation_has_an_id_and_an_example(registry: Registry) -> None:
    found = list(operations(registry))
    ids = [operation["operationId"] for _name, operation in found]
    assert len(set(ids)) == len(ids)
    assert not [one for one in ids if "api_v1" in one]  # made by the framework
    assert [name for name, operation in found if not _has_example(operation)] == []


def _has_example(operation: dict[str, Any]) -> bool:
    told = [body for status, body in operation["responses"].items() if status[0] == "2"]
    return all(
        "example" in content.get("application/json", content)
        for content in (body["content"] for body in told if "content" in body)
        if "application/json" in content
    )
