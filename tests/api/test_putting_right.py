"""One thing on a page, checked before it is sent; put right and taken back from the timeline."""

from collections.abc import Iterator

import httpx
import pytest

from ap_registry import embedded
from ap_registry.registry import Registry
from tests.api.people import People, at_pages, hidden, send
from tests.world import PUPIL, SCHOOL, notify, register_pupil, upn

EVENTS: dict[str, str] = {}
SIX_DAYS = {"school": SCHOOL, "sessions": 12, "ends_on": "2026-11-17", "reasons": ["PP"],
            "by": SCHOOL}  # fmt: skip


def fill(registry: Registry) -> None:
    """Three pupils of Alder School, each suspended for six days."""
    for name, number in (("Ann", 1), ("Ben", 2), ("Cat", 3)):
        register_pupil(registry, upn=upn(number), given_name=name)
        said = notify(registry, "suspension", "2026-11-10", upn=upn(number), **SIX_DAYS)
        EVENTS[name] = said["event"]["id"]
    said = notify(registry, "suspension", "2026-09-07", upn=upn(2), school=SCHOOL, sessions=2,
                  ends_on="2026-09-07", reasons=["PP", "DB"], by=SCHOOL)  # fmt: skip
    EVENTS["two reasons"] = said["event"]["id"]
    said = notify(registry, "contact_recorded", "2026-09-07", upn=upn(2), name="A. Made-Up",
                  relation="mother", parental_responsibility=True, by=SCHOOL,
                  address="1 Made-Up Lane\nAlder")  # fmt: skip
    EVENTS["two lines"] = said["event"]["id"]


@pytest.fixture(scope="module")
def person(servers: embedded.Servers) -> Iterator[People]:
    with at_pages(servers, fill) as signed_in:
        yield signed_in


def notices(client: httpx.Client, pupil: str = PUPIL) -> str:
    return client.get(f"/pupils/{pupil}").text.partition('class="timeline"')[2]


def test_a_correction_is_shown_beside_what_stood_before_it_is_sent(person: People) -> None:
    client = person("school")
    path = f"/pupils/{PUPIL}/notices/{EVENTS['Ann']}/correct"
    form = client.get(path).text
    filled = {"occurred_on": "10/11/2026", "school": SCHOOL, "sessions": "10", "reasons": "PP",
              "ends_on": "16/11/2026", "kind": "suspension"}  # fmt: skip
    assert "Enter “Why is it changed?”" in send(client, path, form, **filled, do="check")
    given = {**filled, "reason": "five days"}
    checked = send(client, path, form, **given, do="check")
    assert "<del>12</del> <ins>10</ins>" in checked
    assert "Arrange full-time education from the sixth day" in checked.partition("No longer")[2]
    assert "five days" not in notices(client)
    assert "Notice recorded" in send(client, path, checked, do="send")
    assert "five days" in notices(client)


def test_a_correction_without_a_change_is_none(person: People) -> None:
    client = person("school")
    path = f"/pupils/{upn(2)}/notices/{EVENTS['Ben']}/correct"
    form = client.get(path).text
    same = {"occurred_on": "10/11/2026", "school": SCHOOL, "sessions": "12", "reasons": "PP",
            "ends_on": "17/11/2026", "kind": "suspension",
            "decided_on": "20/11/2026", "reason": "none"}  # fmt: skip
    assert "Change at least one answer" in send(client, path, form, **same, do="check")


def test_a_record_that_others_have_changed_since_is_not_overwritten(person: People) -> None:
    client = person("school")
    path = f"/pupils/{upn(2)}/notices/{EVENTS['Ben']}/void"
    form = client.get(path).text
    client.post(path, data={**hidden(form), "version": "1", "reason": "not Ben"})
    assert "not Ben" not in notices(client, upn(2))


@pytest.mark.parametrize(
    ("event", "same"),
    [
        ("two reasons", {"school": SCHOOL, "sessions": "02", "reasons": "DB;PP",
                         "ends_on": "7/9/2026", "kind": "suspension", "decided_on": "2026-11-20"}),
        ("two lines", {"name": "A. Made-Up", "relation": "mother", "may_see": "false",
                       "address": "1 Made-Up Lane\r\nAlder", "parental_responsibility": "true"}),
    ],
)  # fmt: skip
def test_another_way_of_writing_the_same_is_no_change(
    person: People, event: str, same: dict[str, str]
) -> None:
    client = person("school")
    path = f"/pupils/{upn(2)}/notices/{EVENTS[event]}/correct"
    given = {"occurred_on": "7/9/2026", "reason": "none", **same}
    answer = send(client, path, client.get(path).text, **given, do="check")
    assert "Change at least one answer" in answer


SAME = {"occurred_on": "10/11/2026", "school": SCHOOL, "sessions": "12", "reasons": "PP",
        "ends_on": "17/11/2026", "kind": "suspension", "decided_on": "20/11/2026"}  # fmt: skip


def test_who_looks_again_sends_the_own_change_and_leaves_that_of_others(person: People) -> None:
    client, other = person("school"), person("school")
    path = f"/pupils/{upn(3)}/notices/{EVENTS['Cat']}/correct"
    form = client.get(path).text
    theirs = {**SAME, "reasons": "DB", "reason": "by another"}
    checked = send(other, path, other.get(path).text, **theirs, do="check")
    assert "Notice recorded" in send(other, path, checked, do="send")
    mine = {**SAME, "sessions": "11", "reason": "a half day less"}
    again = send(client, path, form, **mine, do="check")
    assert "Somebody has changed this record since: look again" in again
    assert 'name="sessions" value="11"' in again
    checked = send(client, path, again, **{**mine, "reasons": "DB"}, do="check")
    assert (checked.count("<del>"), "<del>12</del> <ins>11</ins>" in checked) == (1, True)
    assert "Notice recorded" in send(client, path, checked, do="send")


def test_who_looks_again_takes_back_what_others_have_changed(person: People) -> None:
    client = person("school")
    path = f"/pupils/{upn(3)}/notices/{EVENTS['Cat']}/void"
    form = client.get(path).text
    stale = client.post(path, data={**hidden(form), "version": "1", "reason": "not Cat"}).text
    assert "Notice recorded" in send(client, path, stale, reason="not Cat")


def test_what_is_taken_back_stays_in_view_with_its_reason(person: People) -> None:
    client = person("school")
    path = f"/pupils/{upn(2)}/notices/{EVENTS['Ben']}/void"
    form = client.get(path).text
    assert "Enter “Why is it taken back?”" in send(client, path, form)
    assert "Notice recorded" in send(client, path, form, reason="another Ben")
    assert "<s>Suspended by Alder School" in notices(client, upn(2))


@pytest.mark.parametrize("role", ["provider", "health", "auditor"])
def test_nobody_puts_right_what_is_not_their_own(person: People, role: str) -> None:
    answer = person(role).get(f"/pupils/{PUPIL}/notices/{EVENTS['Ann']}/void")
    assert answer.status_code == 404


def test_each_step_says_what_is_wrong_on_it_and_the_check_what_will_follow(
    person: People,
) -> None:
    client, path = person("school"), "/notify/suspension"
    first = client.get(path).text
    unknown = send(client, path, first, upn=upn(9), do="next")
    assert "is known to the registry" in unknown
    assert f'<a href="/notify/pupil_registered?upn={upn(9)}">Register a pupil</a>' in unknown
    days = send(client, path, first, upn=PUPIL, do="next")
    assert "Ann Example" in days
    wrong = send(client, path, days, occurred_on="18/11/2026", ends_on="31/2/2026", do="next")
    assert "must be a date that exists" in wrong
    page = send(client, path, days, occurred_on="18/11/2026", ends_on="19/11/2026", do="next")
    page = send(client, path, page, sessions="4", do="next")
    page = send(client, path, page, reasons="BU", do="next")
    checked = send(client, path, page, do="next")
    assert "Tell the parents in writing" in checked.partition("What will follow")[2]
    assert "18 November 2026" not in notices(client)
    changed = send(client, path, checked, do="change:sessions")
    assert 'value="4"' in changed
    checked = send(client, path, changed, sessions="3", do="next")
    assert "Check your answers" in checked
    assert "Notice recorded" in send(client, path, checked, do="send")
    assert "for 3 sessions" in notices(client)


@pytest.mark.parametrize(("do", "number"), [("next", "100998"), ("check", "100999")])
def test_an_organisation_that_nobody_has_added_is_told_to_the_la(
    person: People, do: str, number: str
) -> None:
    client, path = person("school"), "/notify/managed_move"
    answer = send(client, path, client.get(path).text, upn=PUPIL, occurred_on="18/11/2026", do=do,
                  at="to_school", from_school=SCHOOL, to_school=number)  # fmt: skip
    assert "no organisation with this number" in answer
    assert f">{number}</td>" in person("la").get("/quality").text


def test_a_field_says_which_law_asks_for_it(person: People) -> None:
    page = person("school").get("/notify/left_roll?whole=true").text
    assert "only on a ground of regulation 9 (SI 2024/208 reg. 9(1))" in page
