"""The OpenAPI document is true: generated requests get the answers that it names.

A few requests of each address here; ``make openapi`` sends hundreds.
"""

import json
import os
from collections.abc import Iterator
from itertools import product
from typing import Any
from uuid import uuid4

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, reject, settings
from jsonschema import Draft202012Validator
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks

from ap_registry.registry import Registry
from tests.api.conftest import Login
from tests.world import PRU, PUPIL, SCHOOL, notify, register_pupil

load_all_checks()
EXAMPLES = int(os.environ.get("AP_OPENAPI_EXAMPLES", "3"))
RUN = settings(
    max_examples=EXAMPLES, stateful_step_count=6, deadline=None, derandomize=True, database=None,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
# Where the record or the law decides besides the form, right form may be refused: no schema says
# that an organisation is on record, an end after its start, or a file a Common Transfer File.
DECIDED_BY_RECORD = {
    "POST /api/v1/notices": "each type has its own fields, and rules that look at the pupil",
    "POST /api/v1/attendance": "a file in CSV needs its columns",
    "POST /api/v1/confirmations": "the organisation must be on record and the day not to come",
    "POST /api/v1/ctf": "XML must be a Common Transfer File",
    "POST /api/v1/census": "XML must be a census file of a known form",
    "POST /api/v1/matching": "what is decided must have been a question",
    "POST /api/v1/framework/adjustments": "a rule that is law is not an LA's to set",
    "POST /api/v1/reports": "each report has options of its own, which may name who is on record",
    "GET /api/v1/ledger/proof/consistency": "the ledger must have been of those sizes",
}
ACCEPTANCE = [one for one in CHECKS.get_all() if one.__name__ == "positive_data_acceptance"]
# Who sees all must say of whom a report is; a cursor is one that was handed out.
NAMED = {
    "la": "856", "school": SCHOOL, "upn": PUPIL, "provider": PRU, "trust": "T-16053",
    "icb": "ICB-QK1",
}  # fmt: skip
LATER = {"to", "period_to", "cursor"}  # right only beside, or after, another


@pytest.fixture
def client(registry: Registry, as_: Login) -> httpx.Client:
    """Of a registry with a pupil, a placement and something owed."""
    register_pupil(registry)
    notify(
        registry, "placement_started", "2026-02-02", provider=PRU, commissioner=SCHOOL,
        reason="behaviour", ends_on="2026-12-18", sessions_per_week=4, intent="return",
    )  # fmt: skip
    return as_("admin", "LA856")


@pytest.fixture
def key(client: httpx.Client) -> dict[str, str]:
    return {"Authorization": client.headers["Authorization"]}


@pytest.fixture
def document(client: httpx.Client) -> Any:
    return schemathesis.openapi.from_url(f"{client.base_url}/openapi.json")


def test_the_document_is_true(document: Any, key: dict[str, str]) -> None:
    for found, mode in product(
        document.get_all_operations(), (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
    ):
        _ask(found.ok(), mode, key)


def _ask(operation: Any, mode: GenerationMode, key: dict[str, str]) -> None:
    excluded = ACCEPTANCE if operation.label in DECIDED_BY_RECORD else []

    @given(case=operation.as_strategy(generation_mode=mode))
    @RUN
    def asked(case: schemathesis.Case) -> None:
        _soon(case, right=mode is GenerationMode.POSITIVE)
        case.call_and_validate(headers=key, excluded_checks=excluded, timeout=60)

    asked()


def _soon(case: schemathesis.Case, *, right: bool) -> None:
    """What no schema says of a parameter; and nobody waits for what nobody records."""
    if any(value in ([], {}) for value in case.query.values()):
        reject()  # of it nothing is sent, and nothing can be refused
    if case.query.get("wait") in range(1, 31):
        case.query["wait"] = 0
    case.query.pop("each", None)  # it answers 200, and what is wrong of each by itself
    if right:
        taken = {one.name for one in case.operation.query}
        needed = taken & {"la", "school", "upn"} if "/reports/" in case.path else set()
        has = needed | set(case.query)
        case.query |= {name: value for name, value in NAMED.items() if name in has}
        for name in LATER & taken:
            if not case.operation.label.startswith("GET /api/v1/ledger"):
                case.query.pop(name, None)


def test_what_is_shown_as_sent_can_be_sent(client: httpx.Client) -> None:
    """Only what is about something made before is not there (404); XML has tests of its own."""
    told = {}
    for path, operation, media, example in _shown(client):
        if media != "application/xml":
            body = example if isinstance(example, str) else json.dumps(example)
            answer = client.post(path, content=body, headers={"Content-Type": media})
            told[operation["operationId"], media] = answer.status_code
    not_there = {name: status for name, status in told.items() if status not in {200, 201, 202}}
    assert not_there == {
        ("post_matching", "application/json"): 404,
        ("replay_webhook", "application/json"): 404,
    }
    assert len(told) > 6


def _shown(client: httpx.Client) -> Iterator[tuple[str, dict[str, Any], str, Any]]:
    """Every address that takes a body, with each example of one: only a workbook is without."""
    document = client.get("/openapi.json").json()
    for path, methods in document["paths"].items():
        for operation in methods.values():
            for media, content in operation.get("requestBody", {}).get("content", {}).items():
                if content["schema"].get("contentMediaType") == "application/octet-stream":
                    continue
                example = content.get("example") or content["schema"]["examples"][0]
                yield path.replace("{webhook}", str(uuid4())), operation, media, example


def test_every_example_is_of_its_schema(client: httpx.Client) -> None:
    document = client.get("/openapi.json").json()
    for methods in document["paths"].values():
        for operation in methods.values():
            for body in (*operation["responses"].values(), operation.get("requestBody", {})):
                content = body.get("content", {}).get("application/json", {})
                if "example" in content:
                    schema = {**content["schema"], "components": document["components"]}
                    wrong = Draft202012Validator(schema).iter_errors(content["example"])
                    assert [(operation["operationId"], one.message) for one in wrong] == []


def test_what_an_answer_leads_to_is_there(document: Any, key: dict[str, str]) -> None:
    """Links are followed from answer to answer: to what was made, deleted, and asked again."""
    machine = document.as_state_machine()

    class Followed(machine):  # type: ignore[misc, valid-type]
        def before_call(self, case: schemathesis.Case) -> None:
            _soon(case, right=False)

        def get_call_kwargs(self, _case: schemathesis.Case) -> dict[str, Any]:
            return {"headers": key, "timeout": 60}

        def validate_response(self, response: Any, case: schemathesis.Case, **more: Any) -> None:
            case.validate_response(response, excluded_checks=ACCEPTANCE, transport_kwargs=more)

    Followed.run(settings=RUN)
