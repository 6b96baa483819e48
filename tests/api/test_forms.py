"""What a form says when it is refused: its own labels, days as it asks for them, and a way on."""

import re
from datetime import UTC, datetime
from html import unescape

import httpx
import pytest

from ap_registry.access import Caller
from ap_registry.notices import CATALOGUE
from ap_registry.registry import Registry
from ap_registry.store import accounts
from api.pages.forms import inputs
from api.pages.owed import form_of
from api.pages.words import FIELDS, TITLES
from tests.world import PRU, PUPIL, SCHOOL, notify, register_pupil

EMAIL, PASSWORD = "office@example.org", "correct horse battery"
AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
SUSPENSION = {
    "upn": PUPIL, "occurred_on": "17/3/2025", "school": SCHOOL, "sessions": "2",
    "ends_on": "17/3/2025", "reasons": "BU",
}  # fmt: skip


def test_every_notice_and_every_field_has_words_made_for_people() -> None:
    assert set(TITLES) == set(CATALOGUE)
    bare = [
        f"{name}.{field}"
        for name, kind in CATALOGUE.items()
        for field in kind.fields
        if not {field, f"{name}.{field}"} & set(FIELDS)
    ]
    assert bare == []
    unsourced = [
        f"{name}.{field.name}"
        for name, kind in CATALOGUE.items()
        for field in inputs(kind, AT.date())
        if not re.fullmatch(r"[A-Z].+ \(.*(\d|AP Registry|Local rule).*\)\.", field.law)
    ]
    assert unsourced == []


@pytest.fixture
def office(registry: Registry, nobody: httpx.Client) -> httpx.Client:
    """Signed in as a school."""
    with registry.database.connection() as connection:
        accounts.add_account(
            connection, email=EMAIL, name="Sam", password=PASSWORD, organisation=SCHOOL,
            role="school", at=AT,
        )  # fmt: skip
    nobody.post("/sign-in", data={"email": EMAIL, "password": PASSWORD})
    return nobody


def refused(office: httpx.Client, kind: str, **values: str) -> tuple[list[tuple[str, str]], str]:
    """Of the summary, which field each line leads to and what it says; and the page."""
    form = office.get(f"/notify/{kind}").text
    found = re.search(r'name="csrf" value="([^"]+)"', form)
    assert found is not None
    answer = office.post(f"/notify/{kind}", data={"csrf": found[1], "form": "W-1", **values})
    summary = answer.text.partition('id="summary-title"')[2].partition("</ul>")[0]
    lines = re.findall(r'<li>(?:<a href="#(\w+)">)?([^<]+)', summary)
    return [(name, unescape(words)) for name, words in lines], answer.text


def test_an_empty_form_lists_every_field_that_is_needed(office: httpx.Client) -> None:
    assert refused(office, "suspension")[0] == [
        ("upn", "Enter “Unique pupil number (UPN)”"),
        ("occurred_on", "Enter “First day of the suspension”"),
        ("school", "Enter “School”"),
        ("sessions", "Enter “Number of sessions”"),
        ("ends_on", "Enter “Last day of the suspension”"),
        ("reasons", "Choose “Reasons”"),
    ]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (
            {"ends_on": "14/3/2025"},
            ("ends_on", "Last day of the suspension: must not be before"
             " “First day of the suspension”"),
        ),
        (
            {"occurred_on": "31/2/2025"},
            ("occurred_on", "First day of the suspension: must be a date that exists,"
             " such as 31/3/2025 (or 31/03/2025, 31 Mar 2025)"),
        ),
        (
            {"occurred_on": "17 Mar"},
            ("occurred_on", "First day of the suspension: write the year too, such as 17 Mar 2026"),
        ),
        (
            {"school": "999999"},
            ("school", "School: no organisation with this number is known to the registry. Check"
             " the number; if it is right, ask your local authority to add the organisation"),
        ),
    ],
    ids=["order", "date", "year", "school"],
)  # fmt: skip
def test_a_refusal_uses_the_labels_of_the_page(
    registry: Registry, office: httpx.Client, wrong: dict[str, str], said: tuple[str, str]
) -> None:
    register_pupil(registry)
    assert refused(office, "suspension", **{**SUSPENSION, **wrong})[0] == [said]


def test_a_field_that_names_an_earlier_notice_is_told_by_its_label(
    registry: Registry, office: httpx.Client
) -> None:
    register_pupil(registry)
    given = {"upn": PUPIL, "occurred_on": "17/3/2025", "end_reason": "ehe"}
    assert refused(office, "placement_ended", **given)[0] == [
        ("placement", "Which placement: was left out and this pupil has none open")
    ]


def test_an_unknown_pupil_leads_to_registering_it(office: httpx.Client) -> None:
    lines, page = refused(office, "suspension", **SUSPENSION)
    assert lines == [
        ("upn", "No pupil with this unique pupil number (UPN) is known to the registry: check it")
    ]
    assert f'<a href="/notify/pupil_registered?upn={PUPIL}">Register a pupil</a>' in page


def test_registering_asks_for_the_number_and_takes_none(office: httpx.Client) -> None:
    asked = office.get("/notify/pupil_registered").text
    assert 'name="upn"' in asked
    form = {"csrf": re.findall(r'name="csrf" value="([^"]+)"', asked)[0], "at": "pupil"}
    follows = office.post("/notify/pupil_registered", data={**form, "do": "next"}).text
    assert ('name="occurred_on"' in follows, "There is a problem" in follows) == (True, False)


def test_a_wrong_password_does_not_say_which_part_is_wrong(nobody: httpx.Client) -> None:
    answer = nobody.post("/sign-in", data={"email": EMAIL, "password": "wrong"})
    assert "Enter the right email address and password: these do not match" in answer.text


def suspended(registry: Registry) -> str:
    """Six days, so that education is owed from the sixth; the suspension's id."""
    register_pupil(registry)
    receipt = notify(
        registry, "suspension", "2025-03-17", school=SCHOOL, sessions=12, ends_on="2025-03-24",
        reasons=["PP"],
    )  # fmt: skip
    return str(receipt["event"]["id"])


def test_the_page_of_a_pupil_says_who_owes_what_and_for_what(
    registry: Registry, office: httpx.Client
) -> None:
    suspended(registry)
    owed = unescape(office.get(f"/pupils/{PUPIL}").text).partition("Owed for this pupil")[2]
    assert "By Alder School, for 17 March 2025: Suspended by Alder School for 12 sessions" in owed


def test_whoever_registers_a_pupil_is_led_to_the_roll(office: httpx.Client) -> None:
    """Until then nobody sees the pupil: its timeline would be no page."""
    asked = office.get("/notify/pupil_registered?whole=true").text
    form = {"csrf": re.findall(r'name="csrf" value="([^"]+)"', asked)[0], "upn": PUPIL,
            "form": "W-1", "occurred_on": "2/9/2026", "given_name": "Ann", "family_name": "Example",
            "date_of_birth": "3/2/2011", "home_la": "856", "sex": "F",
            "sen_provision": "K"}  # fmt: skip
    made = office.post("/notify/pupil_registered", data={**form, "do": "send"}).text
    assert ("Notice recorded" in made, "/notify/joined_roll" in made) == (True, True)
    assert "See the pupil's timeline" not in made


@pytest.mark.parametrize(
    ("duty", "form"),
    [
        ("Tell the parents in writing", "notified?upn={upn}&of={event}&to=parent&about=decision"),
        (
            "Arrange full-time education from the sixth day",
            "sixth_day_started?upn={upn}&exclusion={event}",
        ),
    ],
)
def test_a_duty_leads_to_the_form_that_discharges_it(
    registry: Registry, office: httpx.Client, duty: str, form: str
) -> None:
    event = suspended(registry)
    owed = unescape(office.get("/").text)
    address = "/notify/" + form.format(upn=PUPIL, event=event)
    assert (
        f'href="{address}">Say that it was done<span class="hidden">: {duty}, Ann Example<' in owed
    )
    assert f'value="{event}"' in office.get(address).text


def test_a_review_that_an_earlier_one_opened_names_what_is_reviewed(
    registry: Registry, office: httpx.Client
) -> None:
    register_pupil(registry)
    directed = notify(
        registry, "off_site_direction", "2025-03-03", school=SCHOOL, provider=PRU,
        starts_on="2025-03-03", ends_on="2025-05-30", objectives=["settle"], sessions_per_week=10,
        parent_notified_on="2025-02-24",
    )["event"]["id"]  # fmt: skip
    held = notify(registry, "review_held", "2025-03-20", of=directed, attended=["parent"])
    item = {"kind": "off_site_review", "opened_by": held["event"]["id"], "id": "f",
            "owner": SCHOOL, "upn": PUPIL}  # fmt: skip
    address = form_of(item, Caller(actor="a", role="school", organisations=(SCHOOL,)))
    assert address is not None
    assert f'<option value="{directed}" selected>' in office.get(f"{address}&whole=true").text


def test_a_check_of_a_destination_leads_to_the_form_that_records_it() -> None:
    item = {
        "kind": "destination_check_1_nov",
        "opened_by": "e",
        "id": "f",
        "owner": PRU,
        "upn": PUPIL,
    }
    caller = Caller(actor="a", role="provider", organisations=(PRU,))
    assert form_of(item, caller) == f"/notify/destination_recorded?upn={PUPIL}"


def test_people_are_not_offered_what_only_the_registry_does(office: httpx.Client) -> None:
    made = office.get("/notify/notified?whole=true").text
    assert ('value="registry"' in made, "The local authority</option>" in made) == (False, True)
