"""The rules as pages: those in force, and an LA that sets a number by the same judge."""

from collections.abc import Iterator

import pytest

from ap_registry import embedded
from ap_registry.registry import Registry
from tests.api.people import People, at_pages, hidden, send
from tests.world import PUPIL, SCHOOL, notify, register_pupil


def _fill(registry: Registry) -> None:
    register_pupil(registry)
    notify(
        registry, "part_time_started", "2026-11-02", school=SCHOOL, reason="reintegration",
        sessions_per_week=5, ends_on="2026-12-18", review_on="2026-11-27", by=SCHOOL,
    )  # fmt: skip


@pytest.fixture(scope="module")
def people(servers: embedded.Servers) -> Iterator[People]:
    with at_pages(servers, _fill) as made:
        yield made


def test_an_la_sets_a_number_once_it_has_looked_at_it(people: People) -> None:
    la = people("la")
    first = la.get("/rules/part-time.limit").text
    assert "to be confirmed in the source; last checked" in first
    wanted = {"value": "10", "from": "1/9/2026", "reason": "agreed", "source": ""}
    check = send(la, "/rules/part-time.limit", first, do="check", **wanted)
    assert "10 days" in check
    assert "until now" in check
    assert "1 September 2026" in check
    assert "No number is set locally" in la.get("/rules?show=set").text  # nothing is recorded yet
    done = send(la, "/rules/part-time.limit", check, do="save", **hidden(check))
    assert "Recorded: from 1 September 2026" in done
    assert "1 due day has moved" in done
    listed = la.get("/rules?show=set").text
    assert "part-time.limit" in listed
    assert "1 rule<" in listed.replace("\n", "")
    before = la.get("/rules?show=set&on=31/8/2026").text
    assert "No number is set locally" in before
    assert "Set locally" in la.get("/rules?format=csv").text
    assert PUPIL not in listed


@pytest.mark.parametrize(
    ("rule", "given", "words"),
    [
        ("part-time.limit", {"value": "0"}, "Value must be a whole number of days from 1 to 366"),
        ("part-time.limit", {"value": "9", "reason": ""}, "Reason is needed: why the LA sets it"),
        ("part-time.limit", {"value": "9", "from": "soon"}, 'href="#from"'),
        ("governors.meeting", {"value": "9"}, "verified in its source: no LA may set it"),
    ],
)
def test_what_may_not_be_set_is_answered_by_its_field(
    people: People, rule: str, given: dict[str, str], words: str
) -> None:
    la = people("la")
    answer = la.post(
        f"/rules/{rule}",
        data={
            **hidden(la.get("/rules/part-time.limit").text),
            "reason": "x",
            "do": "save",
            **given,
        },
    )
    assert answer.status_code == 422
    assert words in answer.text
    assert "There is a problem" in answer.text


def test_only_local_authorities_set_numbers_and_each_its_own(people: People) -> None:
    refused = people("school").get("/rules", headers={"accept": "text/html"})
    assert refused.status_code == 403
    assert "This is for: local authority officer, administrator of the registry." in refused.text
    assert "The role here is: school staff." in refused.text
    admin = people("admin")
    assert "part-time.limit" not in admin.get("/rules?show=set&la=LA857").text
    assert people("la").get("/rules/nothing").status_code == 404
    assert "in Leicester" in people("la").get("/rules?la=LA857").text
