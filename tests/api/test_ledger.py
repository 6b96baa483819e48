"""The ledger over HTTP: a signed head, and proofs that lead to it."""

import base64
import hashlib
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from ap_registry import embedded
from ap_registry.proofs import consistent, gathered, problems, root_of
from ap_registry.registry import Registry
from ap_registry.signing import FILE, Signer
from tests.api.conftest import Login
from tests.api.people import signed_in
from tests.store.holding import suspension
from tests.store.test_verifying import unguarded
from tests.world import SCHOOL, register_pupil

HEAD, KEYS = "/api/v1/ledger/head", "/api/v1/ledger/keys"
INCLUSION, CONSISTENCY = "/api/v1/ledger/proof/inclusion", "/api/v1/ledger/proof/consistency"


@pytest.fixture
def client(registry: Registry, as_: Login, tmp_path: Path) -> httpx.Client:
    """The LA's, of a registry with one pupil, that signs."""
    registry.signer = Signer(path=tmp_path / FILE)
    register_pupil(registry)
    return as_("la", "LA856")


def path_of(answer: dict[str, Any]) -> list[bytes]:
    return [bytes.fromhex(step) for step in answer["path"]]


def last_event(client: httpx.Client) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/api/v1/events").json()["items"][-1]
    return found


def test_the_head_is_signed_by_a_published_key(client: httpx.Client) -> None:
    head = client.get(HEAD).json()
    assert set(head) == {"size", "root", "signed_at", "key_id", "signature"}
    (key,) = client.get(KEYS).json()["items"]
    assert (key["key_id"], key["until"]) == (head["key_id"], None)
    assert key["from"] <= head["signed_at"]
    said = f"{head['size']}\n{head['root']}\n{head['signed_at']}\n".encode()
    public = Ed25519PublicKey.from_public_bytes(base64.b64decode(key["public_key"]))
    public.verify(base64.b64decode(head["signature"]), said)  # raises where it is wrong


def test_the_head_has_what_was_recorded_before_it(registry: Registry, client: httpx.Client) -> None:
    before = client.get(HEAD).json()["size"]
    registry.record(suspension("2026-03-02"))
    assert client.get(HEAD).json()["size"] == before + 1


def test_an_event_is_proved_to_be_in_the_head(registry: Registry, client: httpx.Client) -> None:
    receipt = registry.record(suspension("2026-03-02")).receipt
    assert receipt is not None
    proof = client.get(f"{INCLUSION}/{receipt['event']['id']}").json()
    head = client.get(HEAD).json()
    assert (proof["size"], proof["leaf_index"]) == (head["size"], last_event(client)["seq"] - 1)
    leaf = hashlib.sha256(b"\x00" + bytes.fromhex(proof["digest"])).digest()
    assert proof["leaf"] == leaf.hex()
    root = root_of(proof["leaf_index"], proof["size"], leaf, path_of(proof))
    assert root.hex() == head["root"]


def test_an_event_is_proved_to_be_in_an_earlier_head(
    registry: Registry, client: httpx.Client
) -> None:
    earlier, event = client.get(HEAD).json(), last_event(client)
    registry.record(suspension("2026-03-02"))
    proof = client.get(f"{INCLUSION}/{event['id']}", params={"size": earlier["size"]}).json()
    root = root_of(proof["leaf_index"], proof["size"], bytes.fromhex(proof["leaf"]), path_of(proof))
    assert root.hex() == earlier["root"]


def test_a_head_is_proved_to_begin_a_later_one(registry: Registry, client: httpx.Client) -> None:
    first = client.get(HEAD).json()
    for day in ("2026-03-02", "2026-03-03", "2026-03-04"):
        registry.record(suspension(day))
    second = client.get(HEAD).json()
    proof = client.get(CONSISTENCY, params={"from": first["size"], "to": second["size"]}).json()
    assert (proof["from"], proof["to"]) == (first["size"], second["size"])
    assert client.get(CONSISTENCY, params={"from": first["size"]}).json() == proof
    roots = [bytes.fromhex(head["root"]) for head in (first, second)]
    assert consistent(
        proof["from"], proof["to"], first=roots[0], second=roots[1], path=path_of(proof)
    )


def test_what_is_answered_can_be_checked_as_it_came(
    registry: Registry, client: httpx.Client
) -> None:
    answers = [client.get(KEYS).json(), client.get(HEAD).json()]
    registry.record(suspension("2026-03-02"))
    answers += [
        client.get(HEAD).json(),
        client.get(CONSISTENCY, params={"from": answers[1]["size"]}).json(),
        client.get(f"{INCLUSION}/{last_event(client)['id']}").json(),
    ]
    assert list(problems(gathered(answers))) == []


def test_a_proof_of_a_size_that_there_is_not_is_refused(client: httpx.Client) -> None:
    event, size = last_event(client), client.get(HEAD).json()["size"]
    asked = {
        f"{INCLUSION}/{event['id']}?size={event['seq'] - 1}": "/size",
        f"{INCLUSION}/{event['id']}?size={size + 1}": "/size",
        f"{CONSISTENCY}?from={size + 1}": "/from",
        f"{CONSISTENCY}?from=2&to=1": "/from",
        f"{CONSISTENCY}?from=1&to={size + 1}": "/to",
    }
    for path, pointer in asked.items():
        answer = client.get(path)
        told = [error["pointer"] for error in answer.json()["errors"]]
        assert (answer.status_code, told) == (422, [pointer]), path


def test_proofs_from_nothing_and_of_the_same_are_empty(client: httpx.Client) -> None:
    size = client.get(HEAD).json()["size"]
    for before in (0, size):
        proof = client.get(CONSISTENCY, params={"from": before, "to": size}).json()
        assert proof == {"from": before, "to": size, "path": []}


def test_every_role_may_see_the_head_and_nobody_else(
    as_: Login, nobody: httpx.Client, client: httpx.Client
) -> None:
    paths = (HEAD, KEYS, f"{CONSISTENCY}?from=1")
    for role in ("auditor", "school", "parent", "health"):
        caller = as_(role, SCHOOL)
        assert [caller.get(path).status_code for path in paths] == [200, 200, 200]
    assert [nobody.get(path).status_code for path in paths] == [401, 401, 401]


def test_the_feed_has_what_was_recorded_before_it(registry: Registry, client: httpx.Client) -> None:
    receipt = registry.record(suspension("2026-03-02")).receipt
    assert receipt is not None
    assert last_event(client)["id"] == receipt["event"]["id"]


def test_an_auditor_s_page_proves_an_event_and_holds_earlier_heads_against_the_ledger(
    registry: Registry, urls: embedded.Servers, client: httpx.Client, nobody: httpx.Client
) -> None:
    event = last_event(client)["id"]
    client.get(HEAD)
    signed_in(registry, nobody, "auditor", "LA856")
    page = nobody.get("/ledger", params={"event": event}).text
    assert ("right, by key" in page, "lead to the root above" in page) == (True, True)
    saved = nobody.get("/ledger", params={"event": event, "format": "json"}).json()
    assert list(problems(gathered([saved]))) == []
    with unguarded(urls) as connection:
        connection.execute("update log set leaf = sha256(leaf) where seq = 1")
    assert "Look into it" in nobody.get("/ledger").text
