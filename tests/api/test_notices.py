"""POST /notices: one, many, again, and what cannot be read."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from ap_registry.registry import Registry
from tests.api.conftest import Login
from tests.world import OTHER, PERSON, PUPIL, SCHOOL, register_pupil, upn

PATH = "/api/v1/notices"
SUSPENSION: dict[str, Any] = {
    "type": "suspension", "upn": PUPIL, "occurred_on": "2026-03-02", "school": SCHOOL,
    "sessions": 4, "ends_on": "2026-03-03", "reasons": ["PP"],
}  # fmt: skip
BAD = {**SUSPENSION, "ends_on": "2026-03-01"}


@pytest.fixture
def school(registry: Registry, as_: Login) -> httpx.Client:
    """The school of a pupil on its roll."""
    register_pupil(registry)
    return as_("school", SCHOOL)


def errors(answer: httpx.Response) -> list[tuple[str, str]]:
    return [(e["pointer"], e["code"]) for e in answer.json()["errors"]]


def test_records_one_notice(school: httpx.Client) -> None:
    answer = school.post(PATH, json=SUSPENSION)
    assert (answer.status_code, answer.json()["event"]["version"]) == (201, 3)


@pytest.mark.parametrize(("wrong", "told"), [
    ({"reasons": ["??"], "ends_on": "2026-03-01"},
     [("/reasons", "unknown_code"), ("/ends_on", "end_before_start")]),
    ({"occurred_on": "2027-03-02"},
     [("/occurred_on", "future_date"), ("/ends_on", "end_before_start")]),
    ({"occurred_on": "then", "ends_on": "2026-03-01"}, [("/occurred_on", "bad_format")]),
    ({"upn": "Z856", "school": "999999"},
     [("/upn", "bad_format"), ("/school", "unknown_organisation")]),
    ({"upn": None, "ends_on": "2026-03-01", "reasons": []},
     [("/upn", "required"), ("/reasons", "required"), ("/ends_on", "end_before_start")]),
])  # fmt: skip
def test_all_that_is_wrong_is_told_at_once(
    school: httpx.Client, wrong: dict[str, Any], told: list[tuple[str, str]]
) -> None:
    assert errors(school.post(PATH, json={**SUSPENSION, **wrong})) == told
    several = errors(school.post(PATH, json=[SUSPENSION, {**SUSPENSION, **wrong}]))
    assert several == [(f"/1{pointer}", code) for pointer, code in told]


def test_a_first_notice_registers_the_pupil(school: httpx.Client) -> None:
    answer = school.post(PATH, json={**SUSPENSION, **PERSON, "upn": upn(2)})
    assert (answer.status_code, answer.json()["event"]["version"]) == (201, 3)


def test_a_plain_repeat_is_answered_as_the_first_time(school: httpx.Client) -> None:
    notice = {**SUSPENSION, "ref": "S-1"}
    first, second = school.post(PATH, json=notice), school.post(PATH, json=notice)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.content == second.content


def test_the_same_ref_with_other_content_conflicts(school: httpx.Client) -> None:
    school.post(PATH, json={**SUSPENSION, "ref": "S-1"})
    answer = school.post(PATH, json={**SUSPENSION, "ref": "S-1", "sessions": 3})
    assert (answer.status_code, errors(answer)) == (409, [("/ref", "ref_conflict")])


def test_amend_turns_other_content_into_a_correction(school: httpx.Client) -> None:
    school.post(PATH, json={**SUSPENSION, "ref": "S-1"})
    changed = {**SUSPENSION, "ref": "S-1", "sessions": 3}
    answer = school.post(PATH, params={"amend": "miscounted"}, json=changed)
    assert (answer.status_code, answer.json()["event"]["type"]) == (201, "correction")


def test_a_batch_is_answered_in_the_order_sent(school: httpx.Client) -> None:
    later = {**SUSPENSION, "occurred_on": "2026-03-09", "ends_on": "2026-03-10"}
    answer = school.post(PATH, json=[later, SUSPENSION])
    days = [receipt["event"]["occurred_on"] for receipt in answer.json()]
    assert (answer.status_code, days) == (201, ["2026-03-09", "2026-03-02"])


def test_one_bad_notice_saves_nothing_and_uses_up_no_ref(school: httpx.Client) -> None:
    good = {**SUSPENSION, "ref": "S-1"}
    answer = school.post(PATH, json=[good, SUSPENSION, SUSPENSION, BAD])
    assert (answer.status_code, errors(answer)) == (422, [("/3/ends_on", "end_before_start")])
    assert school.post(PATH, json={**good, "sessions": 2}).status_code == 201


def test_a_batch_has_the_status_of_its_worst_notice(school: httpx.Client) -> None:
    forbidden = {**SUSPENSION, "by": OTHER}
    closing = {"type": "placement_ended", "upn": PUPIL, "occurred_on": "2026-03-02",
               "end_reason": "breakdown"}  # fmt: skip
    found = {
        "422 over 409": school.post(PATH, json=[closing, BAD]).status_code,
        "409 over 403": school.post(PATH, json=[forbidden, closing]).status_code,
        "403 alone": school.post(PATH, json=[SUSPENSION, forbidden]).status_code,
    }
    assert found == {"422 over 409": 422, "409 over 403": 409, "403 alone": 403}


def test_a_thousand_notices_are_taken_and_one_more_is_too_many(school: httpx.Client) -> None:
    many = [{**SUSPENSION, "ref": "S-1"}] * 1_000
    assert school.post(PATH, params={"dry_run": "true"}, json=many).status_code == 200
    assert school.post(PATH, json=[*many, SUSPENSION]).status_code == 413


def test_each_saves_the_good_ones(school: httpx.Client) -> None:
    answer = school.post(PATH, params={"each": "true"}, json=[BAD, SUSPENSION])
    assert [one["result"] for one in answer.json()] == ["refused", "created"]
    assert school.get(f"/api/v1/pupils/{PUPIL}").json()["version"] == 3


def test_a_dry_run_saves_nothing(school: httpx.Client) -> None:
    answer = school.post(PATH, params={"dry_run": "true"}, json=SUSPENSION)
    assert (answer.status_code, answer.json()["event"]["type"]) == (200, "suspension")
    assert school.get(f"/api/v1/pupils/{PUPIL}").json()["version"] == 2


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"null", b"7", b'"x"', b"[7]", b"\xff\xfe", b'{"type": NaN}',
        b'{"sessions": 1e999}', b'{"upn": "\\ud800"}', b'{"ref": "\\u0000"}',
        b'{"type": 1, "type": 2}',
        b"[" * 100_000 + b"]" * 100_000, b'{"type": ' + b"9" * 10_000 + b"}",
    ],
    ids=lambda body: body[:24].decode("latin-1"),
)  # fmt: skip
def test_what_is_no_json_notice_is_malformed(school: httpx.Client, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    answer = school.post(PATH, content=body, headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (
        400, "application/problem+json",
    )  # fmt: skip


@pytest.mark.parametrize("odd", [{"upn": []}, {"type": {}}, {"occurred_on": {}}, {"by": [1]},
                                 {"ref": {}}, {"note": []}, {"pupil_id": [], "upn": None},
                                 {"reasons": {"PP": 1}}, {"sessions": 1e300}])  # fmt: skip
def test_a_value_of_another_kind_is_invalid(school: httpx.Client, odd: dict[str, Any]) -> None:
    answer = school.post(PATH, json={**SUSPENSION, **odd})
    assert (answer.status_code, answer.json()["errors"] != []) == (422, True)


def test_another_media_type_is_refused(school: httpx.Client) -> None:
    headers = {"Content-Type": "text/plain"}
    assert school.post(PATH, content=b"{}", headers=headers).status_code == 415


def test_a_body_over_the_bound_is_refused(school: httpx.Client) -> None:
    headers = {"Content-Type": "application/json"}
    answer = school.post(PATH, content=b" " * 20_000_001, headers=headers)
    assert (answer.status_code, answer.json()["status"]) == (413, 413)


@pytest.mark.parametrize(("given", "status"), [('"2"', 201), ('"1"', 412), ("2", 201)])
def test_a_correction_may_name_the_version_it_corrects(
    school: httpx.Client, given: str, status: int
) -> None:
    joined = school.get(f"/api/v1/pupils/{PUPIL}/timeline").json()["items"][1]
    correction = {"type": "correction", "upn": PUPIL, "occurred_on": "2026-03-02",
                  "of": joined["id"], "fields": {"registration": "M"}, "reason": "2"}  # fmt: skip
    answer = school.post(PATH, json=correction, headers={"If-Match": given})
    assert answer.status_code == status


@pytest.mark.parametrize("key", ["k-1", '"k-1"'])
def test_the_same_key_is_replayed_byte_for_byte(school: httpx.Client, key: str) -> None:
    first = school.post(PATH, json=SUSPENSION, headers={"Idempotency-Key": "k-1"})
    second = school.post(PATH, json=SUSPENSION, headers={"Idempotency-Key": key})
    assert (second.status_code, second.content) == (201, first.content)
    assert "Idempotency-Replayed" not in first.headers
    assert second.headers["Idempotency-Replayed"] == "true"
    assert school.get(f"/api/v1/pupils/{PUPIL}").json()["version"] == 3


def test_a_refusal_is_replayed_too(school: httpx.Client) -> None:
    headers = {"Idempotency-Key": "k-1"}
    first = school.post(PATH, json=BAD, headers=headers)
    second = school.post(PATH, json=BAD, headers=headers)
    assert (first.status_code, second.status_code) == (422, 422)
    assert (second.content, second.headers["content-type"]) == (
        first.content, "application/problem+json",
    )  # fmt: skip


def test_the_same_key_for_another_body_is_refused(school: httpx.Client) -> None:
    headers = {"Idempotency-Key": "k-1"}
    school.post(PATH, json=SUSPENSION, headers=headers)
    answer = school.post(PATH, json={**SUSPENSION, "sessions": 2}, headers=headers)
    assert (answer.status_code, errors(answer)) == (422, [("", "key_reused")])


def test_an_idempotency_key_belongs_to_one_api_key(school: httpx.Client, as_: Login) -> None:
    headers = {"Idempotency-Key": "k-1"}
    school.post(PATH, json=SUSPENSION, headers=headers)
    answer = as_("la", "LA856").post(PATH, json=SUSPENSION, headers=headers)
    assert (answer.status_code, "Idempotency-Replayed" in answer.headers) == (201, False)


@pytest.mark.parametrize(("length", "status"), [(255, 201), (256, 422)])
def test_a_key_has_at_most_255_characters(school: httpx.Client, length: int, status: int) -> None:
    headers = {"Idempotency-Key": "k" * length}
    assert school.post(PATH, json=SUSPENSION, headers=headers).status_code == status


def test_a_key_is_kept_for_a_day(registry: Registry, school: httpx.Client) -> None:
    headers = {"Idempotency-Key": "k-1"}
    registry.clock = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
    for hours, replayed in ((0, False), (24, True), (25, False)):
        registry.clock = datetime(2026, 11, 20, 12, 0, tzinfo=UTC) + timedelta(hours=hours)
        answer = school.post(PATH, json=SUSPENSION, headers=headers)
        assert ("Idempotency-Replayed" in answer.headers) is replayed, hours


def test_messages_name_neither_pupil_nor_number(school: httpx.Client) -> None:
    notice = {**SUSPENSION, **PERSON, "ends_on": "2026-03-01", "sex": "Q", "home_la": "999"}
    told = json.dumps(school.post(PATH, json=notice).json())
    assert [word for word in (PUPIL, "Ann", "Example", "2011-02-03") if word in told] == []
