"""What new users stumbled over: one world, looked at by each role at its pages."""

import csv
import re
from collections.abc import Iterator
from html import unescape

import httpx
import pytest

from ap_registry import embedded
from ap_registry.reading import newest_head
from ap_registry.registry import Registry
from tests.api.people import People, at_pages, hidden, send
from tests.world import GARAGE, OTHER, PRU, PUPIL, SCHOOL, SPECIAL, notify, register_pupil, upn


def fill(registry: Registry) -> None:
    """Ann, on the roll of Alder School, is referred to the panel; Ben's case is decided again.

    Anne may be Ann.
    """
    for number, name in ((1, "Ann"), (2, "Ben")):
        register_pupil(registry, upn=upn(number), given_name=name)
        notify(registry, "fair_access_referral", "2026-10-12", upn=upn(number), category="d",
               by=SCHOOL)  # fmt: skip
    register_pupil(registry, upn=upn(3), given_name="Anne")
    decided = {"upn": upn(2), "decision": "school", "present": ["LA856"], "reason": "Its turn",
               "by": "LA856"}  # fmt: skip
    notify(registry, "fair_access_decision", "2026-11-05", panel_on="2026-11-05", school=OTHER,
           **decided)  # fmt: skip
    notify(registry, "fair_access_response", "2026-11-09", upn=upn(2), by=OTHER, school=OTHER,
           response="refused", ground="full")  # fmt: skip
    notify(registry, "fair_access_decision", "2026-11-19", panel_on="2026-11-19", school=SPECIAL,
           **decided)  # fmt: skip
    for number, ends_on in ((1, "2027-02-12"), (2, "2026-11-27")):
        notify(registry, "placement_started", "2026-11-02", upn=upn(number), provider=PRU,
               commissioner=SCHOOL, reason="behaviour", intent="return", ends_on=ends_on,
               sessions_per_week=4, by=SCHOOL)  # fmt: skip
    notify(registry, "suspension", "2026-11-09", upn=upn(2), school=SCHOOL, sessions=2,
           ends_on="2026-11-09", reasons=["PP"], decided_on="2026-11-09", ref="S-2",
           by=SCHOOL)  # fmt: skip
    notify(registry, "correction", "2026-11-10", upn=upn(2), of="S-2", by=SCHOOL,
           fields={"reasons": ["BU"]}, reason="mistyped")  # fmt: skip
    notify(registry, "result_awarded", "2026-11-12", upn=upn(2), qualification="functional_skills",
           subject="english", grade="E3", provider=PRU, ref="R-2", by=PRU)  # fmt: skip
    notify(registry, "correction", "2026-11-13", upn=upn(2), of="R-2", by=PRU,
           fields={"provider": GARAGE}, reason="mistyped")  # fmt: skip
    notify(
        registry,
        "health_response",
        "2026-11-16",
        upn=upn(2),
        about="S-2",
        by="ICB-QK1",
        service="School nursing",
        response="contributed",
        words="Sees the nurse on Mondays",
    )
    notify(registry, "placement_ended", "2026-11-20", end_reason="breakdown", by=PRU)
    register_pupil(registry, upn=upn(4), given_name="Dan", looked_after="current",
                   care_la="856")  # fmt: skip
    notify(registry, "suspension", "2026-11-18", upn=upn(4), school=SCHOOL, sessions=10,
           ends_on="2026-11-24", reasons=["PP"], ref="S-4", by=SCHOOL)  # fmt: skip
    notify(registry, "referral", "2026-11-19", upn=upn(4), route="suspension", about="S-4",
           provider=PRU, objectives=["settle"], by=SCHOOL)  # fmt: skip
    with registry.database.connection() as connection:
        newest_head(registry, connection)


@pytest.fixture(scope="module")
def people(servers: embedded.Servers) -> Iterator[People]:
    with at_pages(servers, fill) as found:
        yield found


def filled_in(
    client: httpx.Client, kind: str, do: str = "check", upn: str = PUPIL, **given: str
) -> str:
    """The page that answers a whole form."""
    path = f"/notify/{kind}"
    page = client.get(path + "?whole=true").text
    return unescape(send(client, path, page, upn=upn, do=do, **given))


def answers(page: str) -> dict[str, str]:
    """What "Check your answers" shows."""
    rows = re.findall(r"<dt>([^<]*)</dt><dd>(?:<span.*?</span></span> )?(.*?)</dd>", page)
    return dict(rows)


REFERRAL = {"occurred_on": "20/11/2026", "route": "other", "objectives": "settle"}


def test_an_organisation_is_asked_for_by_its_name_and_checked_by_name_and_number(
    people: People,
) -> None:
    page = filled_in(people("school"), "referral", **REFERRAL, provider="bridge")
    assert answers(page)["Which provider or service do you ask?"] == "Bridge PRU (100007)"


def test_where_a_name_means_several_the_person_chooses(people: People) -> None:
    client, path = people("school"), "/notify/left_roll"
    given = {"upn": PUPIL, "occurred_on": "20/11/2026", "at": "school"}
    asked = send(client, path, client.get(path).text, **given, school="school", do="next")
    assert "School: choose which one you mean by “school”" in asked
    offered = re.findall(r'name="school" value="([^"]+)"[^>]*><label[^>]*>([^<]+)', asked)
    assert offered[1] == ("100002", "Brook School (school, Leicester, 100002)")
    assert [code for code, _ in offered] == ["100001", "100002", "100003", "?"]
    again = send(client, path, asked, school="?", do="next")
    assert "School: enter another name, or its number" in again
    assert re.search(r'id="school" name="school" value=""', again)
    chosen = send(client, path, asked, school="100002", do="next")
    assert hidden(chosen)["school"] == "100002"


def test_a_name_that_means_several_is_asked_again_with_its_choices(people: People) -> None:
    """Not behind a Change on the page that checks the answers, which shows none of them."""
    page = filled_in(people("school"), "left_roll", occurred_on="20/11/2026", school="school",
                     ground="a")  # fmt: skip
    assert ("Check your answers" in page, page.count('type="radio"')) == (False, 4)
    assert 'name="checking" value="yes"' in page


def test_the_days_of_a_suspension_fill_in_its_sessions(people: People) -> None:
    client, path = people("school"), "/notify/suspension"
    days = client.get(f"{path}?upn={PUPIL}").text
    assert 'name="occurred_on" value="20/11/2026"' in days
    page = send(client, path, days, occurred_on="18/11/2026", ends_on="20/11/2026", do="next")
    assert 'name="sessions" value="6"' in page


def test_an_answer_that_says_all_goes_straight_to_the_check(people: People) -> None:
    given = f"upn={PUPIL}&occurred_on=20/11/2026&outreach=x&minutes=60&delivered="
    held, fell_out = (
        people("provider").get(f"/notify/outreach_session?{given}{one}").text
        for one in ("true", "false")
    )
    assert ("Check your answers" in held, "Anything else?" in fell_out) == (True, True)


def test_a_name_that_nobody_has_says_what_to_do(people: People) -> None:
    page = filled_in(people("school"), "referral", **REFERRAL, provider="Nowhere Farm")
    assert "No organisation on record has a name like “Nowhere Farm”. Try another word" in page


def test_a_referral_asks_for_the_provider_on_a_page_of_its_own(people: People) -> None:
    client, path = people("school"), "/notify/referral"
    page = send(client, path, client.get(path).text, upn=PUPIL, **REFERRAL, at="objectives",
                do="next")  # fmt: skip
    assert '<h1><label for="provider">Which provider or service do you ask?</label></h1>' in page
    left_out = send(client, path, page, do="next")
    assert "Anything else?" in left_out


def test_a_correction_shows_organisations_by_name(people: People) -> None:
    client = people("school")
    listed = client.get(f"/pupils/{PUPIL}").text
    path = next(
        one for one in re.findall(r'href="(/pupils/[^"]+/correct)"', listed)
        if 'name="school"' in client.get(one).text
    )  # fmt: skip
    page = send(client, path, client.get(path).text, school="brook", registration="C",
                occurred_on="2/9/2024", reason="typed wrongly", do="check")  # fmt: skip
    assert "<del>Alder School (100001)</del> <ins>Brook School (100002)</ins>" in page


def test_a_panel_names_another_school_by_its_name(people: People) -> None:
    client = people("panel")
    path = re.findall(r'href="(/panel/cases/[^"?]+)', client.get("/panel").text)[0] + "/decide"
    given = {"decision": "school", "reason": "It has room", "present": "the chair"}
    page = send(client, path, client.get(path).text, **given, other_school="school")
    assert "Another school: choose which one you mean by “school”" in page
    assert "Brook School (school, Leicester, 100002)" in page


@pytest.mark.parametrize(
    ("on", "said"),
    [
        ("2026-11-05", "13 of 20 school days used; place due"),
        ("2026-11-12", "18 of 20 school days used; 13 when first decided on 5 November 2026;"),
        ("2026-11-19", "23 of 20 school days used; 13 when first decided on 5 November 2026;"),
    ],
    ids=["decided", "refused", "decided-again"],
)
def test_deciding_again_changes_no_days_that_were_counted(
    people: People, on: str, said: str
) -> None:
    client = people("panel")
    agenda = client.get(f"/panel?on={on}").text
    path = re.findall(r'href="(/panel/cases/[^"]+)">Ben Example', agenda)[0]
    assert said in client.get(unescape(path)).text


FILE = f"""
Our suspensions,,,
type,upn,occurred_on,school,sessions
suspension,{PUPIL},2026-11-20,{SCHOOL},two
follow_up_done,{PUPIL},20/13/2026,,
"""


def test_rows_of_a_file_are_numbered_as_in_the_spreadsheet_and_show_what_is_wrong(
    people: People,
) -> None:
    client = people("school")
    form = hidden(client.get("/upload").text.partition("Start from")[0])
    page = client.post(
        "/upload", data={**form, "kind": "notices"}, files={"file": ("a.csv", FILE)}
    ).text
    shown = [re.findall(r'data-label="[^"]+">(.*?)</td>', row) for row in page.split("<tr>")]
    rows = [tuple(cells[:3]) for cells in shown if cells]
    assert {("4", "sessions", "two"), ("5", "occurred_on", "20/13/2026")} <= {*rows}
    assert ("4", "ends_on", "–") in rows
    assert "the names of the columns stand in row 3" in page
    errors = client.post("/upload/confirm", data={**hidden(page), "do": "errors"}).text
    assert "\n4,refused,,sessions," in errors


def test_what_ends_on_a_day_to_come_is_counted_as_it_is_listed(people: People) -> None:
    """Education from the first day is owed until the suspension ends."""
    client = people("school")
    page = client.get("/?whose=ours").text
    listed = re.search(r"(\d+) duties on [^,]*, <strong>(\d+) overdue", page)
    assert listed is not None
    counted = re.findall(r'data-count="(?:owed|overdue)"[^>]*>(\d+)', page)
    assert counted == [listed[1], listed[2]]
    late = client.get("/?whose=ours&status=overdue").text
    assert "Arrange education from the first day" in late
    assert [client.get("/counts").json()[name] for name in ("owed", "overdue")] == [
        int(number) for number in counted
    ]


def test_an_ended_placement_says_so_and_shows_no_review_after_its_end(people: People) -> None:
    page = people("school").get("/elsewhere").text
    rows = [re.findall(r'data-label="[^"]+">(.*?)</td>', row) for row in page.split("<tr>")]
    assert [tuple(told.partition(" <a")[0] for told in row[3:]) for row in rows if row] == [
        ("none: it has ended", "ended on 20 November 2026"),
        ("none before it ends", "27 November 2026"),
    ]
    assert "2 placements on 20 November 2026: 1 ended today." in page


@pytest.mark.parametrize("role", ["school", "provider"])
def test_a_list_to_confirm_says_which_placement_ended_today(people: People, role: str) -> None:
    file = people(role).get("/lists/confirm?format=csv").text
    since = {row[1].split()[0]: row[3] for row in csv.reader(file.splitlines()[1:])}
    assert since == {
        "Ann": "2 November 2026 – ended on 20 November 2026", "Ben": "2 November 2026",
    }  # fmt: skip


def test_a_panel_begins_with_its_cases_and_an_administrator_with_the_registry(
    people: People,
) -> None:
    panel, admin = (unescape(people(role).get("/").text) for role in ("panel", "admin"))
    assert "1 case waits for a decision on 20 November 2026" in panel
    assert re.search(r'/decide">Record the decision<span class="hidden"> on Ann Example<', panel)
    assert '1 pupil waits. <a href="/boards/sixth-day">' in panel.replace("</strong> ", "")
    for words in ("Nobody has confirmed", "No message has failed", "the last head is of"):
        assert words in admin
    assert "What is owed, soonest first" not in panel + admin
    assert "What is owed, soonest first" in people("panel").get("/?whose=all").text


def test_a_report_is_asked_of_an_organisation_by_its_name(people: People) -> None:
    client, path = people("la"), "/reports/movements"
    form = client.get(path).text
    assert ("Only this school&#39;s pupils" in form, "its number" in form) == (True, True)
    several = client.get(path, params={"school": "school", "format": "html"})
    assert several.status_code == 422
    assert "choose which one you mean by “school”" in several.text
    assert 'value="100002"><label for="school-100002">Brook School (school, L' in several.text
    nobody = client.get(path, params={"provider": "nowhere farm", "to": "2026-11-20"}).text
    assert "no organisation on record has a name like “nowhere farm”" in nobody
    made = client.get(path, params={"provider": "bridge", "format": "html"}).text
    assert ("There is a problem" in made, "provider=100007" in made) == (False, True)
    later = client.get(f"{path}/later", params={"provider": "bridge"}).text
    assert ("<dd>Bridge PRU</dd>" in later, 'name="provider" value="100007"' in later) == (
        True, True,
    )  # fmt: skip


def test_what_is_overdue_to_the_panel_is_told_beside_all_that_is_overdue(people: People) -> None:
    client = people("panel")
    page = client.get("/panel/overdue").text
    first = client.get("/?whose=all&status=overdue&format=csv").text
    seen = client.get("/panel/overdue?format=csv").text
    late, number = (len(table.strip().splitlines()) - 1 for table in (first, seen))
    assert f"{number} overdue duties that the panel sees to, on 20 November 2026" in page
    assert f"In all {late} duties of the area are overdue that day" in page
    assert number == 3 < late


SUSPENSION = {"occurred_on": "9/11/2026", "school": "Alder School", "reasons": "PP"}


def test_days_typed_as_sessions_are_asked_about(people: People) -> None:
    given = {**SUSPENSION, "ends_on": "17/11/2026", "sessions": "7"}
    page = filled_in(people("school"), "suspension", **given)
    assert answers(page)["Number of sessions"] == "7 sessions (3 and a half school days)"
    assert "there are 7 school days, which is 14 sessions. Did you write days for" in page
    right = filled_in(people("school"), "suspension", **{**given, "sessions": "13"})
    assert ("Did you write days" in right, "Now send it" in right) == (False, True)


def test_days_of_a_suspension_that_is_on_record_already_are_asked_about(people: People) -> None:
    given = {**SUSPENSION, "upn": upn(2), "sessions": "2"}
    again = filled_in(people("school"), "suspension", **{**given, "ends_on": "10/11/2026"})
    assert "suspended from 9 November 2026 to 9 November 2026 already, for 2 sessions" in again
    assert "Now send it" in again
    after = {**given, "occurred_on": "10/11/2026", "ends_on": "10/11/2026"}
    assert "already" not in filled_in(people("school"), "suspension", **after)


def test_a_referral_that_names_nobody_is_asked_about(people: People) -> None:
    page = filled_in(people("school"), "referral", **REFERRAL)
    assert "No provider or service is named: nobody is asked to take the pupil." in page


def test_an_end_before_the_start_is_told_on_the_page_that_asks_for_it(people: People) -> None:
    client, path = people("school"), "/notify/suspension"
    page = send(client, path, client.get(path).text, upn=PUPIL, at="days", do="next",
                occurred_on="20/11/2026", ends_on="18/11/2026")  # fmt: skip
    assert "must not be before “First day of the suspension”" in unescape(page)
    assert ("<h1>When?</h1>" in page, 'id="ends_on-error"' in page) == (True, True)


def test_an_earlier_notice_is_chosen_by_what_it_says(people: People) -> None:
    client, path = people("school"), "/notify/notified"
    ben = {"upn": upn(2), "form": "W-2"}
    page = unescape(client.get(path, params={**ben, "whole": "true", "of": "S-2"}).text)
    offered = re.findall(r'<option value="([^"]+)"( selected)?>([^<]*Suspended[^<]*)', page)
    assert [(chosen, words) for _, chosen, words in offered] == [
        (" selected", "9 November 2026: Suspended by Alder School for 2 sessions, until 9 November"
         " 2026 (told by Alder School, S-2)")
    ]  # fmt: skip
    checked = answers(unescape(send(client, path, page, do="check", upn=upn(2), of=offered[0][0])))
    assert checked["Which notice"] == offered[0][2]


def test_a_follow_up_is_chosen_by_what_is_owed(people: People) -> None:
    page = people("school").get(f"/notify/follow_up_done?whole=true&upn={upn(2)}").text
    assert "Tell the parents in writing: Alder School, by" in unescape(page)


def test_a_timeline_says_codes_in_words(people: People) -> None:
    page = people("la").get(f"/pupils/{upn(2)}").text
    assert "Awarded functional skills english: entry level 3" in page
    assert ("<del>Bridge PRU</del> <ins>Second Gear</ins>" in page, "<del>PP</del>" in page) == (
        True, False,
    )  # fmt: skip


def test_what_health_adds_to_the_plan_is_read_by_school_and_provider(people: People) -> None:
    for role in ("school", "provider"):
        page = people(role).get(f"/pupils/{upn(2)}").text
        assert '<blockquote class="inset">Sees the nurse on Mondays</blockquote>' in page


def test_an_empty_search_says_what_to_enter(people: People) -> None:
    client = people("school")
    answer = client.get("/pupils?q=+")
    assert (answer.status_code, "Enter a name, a UPN or a date of birth" in answer.text) == (
        422,
        True,
    )
    assert "There is a problem" not in client.get("/pupils").text


def test_an_auditor_proves_a_notice_by_its_reference(people: People) -> None:
    client = people("auditor")
    assert "The event stands at place" in client.get("/ledger?event=S-2").text
    assert "No event that you may see" in client.get("/ledger?event=W-NOWHERE").text


def test_reads_are_asked_for_by_days_and_names_as_people_write_them(people: People) -> None:
    people("school").get(f"/pupils/{upn(2)}")
    client = people("auditor")
    given = {"organisation": "leicester", "from": "20/11/2026", "to": "20/11/2026"}
    people("la").get(f"/pupils/{upn(2)}")
    assert "The page of a pupil" in client.get("/reads", params=given).text
    before = client.get("/reads", params={**given, "to": "19/11/2026"}).text
    assert "No reads that you may see are on record for this" in before


def test_the_account_page_says_for_whom_in_words(people: People) -> None:
    page = people("health").get("/account").text
    assert "School Nurses (ICB-QK1), as health partner" in page


def test_who_told_two_pupils_apart_is_said_by_name(people: People) -> None:
    client = people("la")
    found = client.get("/quality").text
    pair = next(one for one in found.split("<form") if 'value="different"' in one)
    form = {**hidden(pair), "decision": "different"}
    assert client.post("/quality", data=form).status_code == 303
    page = client.get("/quality/settled").text
    assert ("Decided by Leicester" in page, ">Alder School<" in page) == (True, True)


def test_a_page_that_is_not_there_leads_a_signed_in_person_on(people: People) -> None:
    client = people("auditor")
    client.headers["accept"] = "text/html"
    lost, refused = client.get("/nowhere"), client.get("/register")
    assert (lost.status_code, refused.status_code) == (404, 403)
    for page in (lost.text, refused.text):
        assert '<li><a href="/pupils">Find a pupil</a></li>' in page.partition("<main")[2]
        assert "Sign out" in page
    client.cookies.clear()
    assert "Find a pupil" not in client.get("/nowhere").text


def test_an_accepted_referral_leads_on_to_the_placement_with_what_is_known(people: People) -> None:
    """From the list two presses: Accept, and Send; then the placement, and what comes after it."""
    client = people("provider")
    accept = re.findall(
        r'href="([^"]*decision=accepted[^"]*)"', client.get("/tasks/referrals").text
    )
    check = client.get(unescape(accept[0])).text
    assert "Check your answers" in check
    path = "/notify/referral_decision"
    taken = client.post(path, data={**hidden(check), "do": "send"}).text
    assert "Whoever referred the pupil sees it. When the pupil comes, say that" in taken
    on = following(taken)
    asked = hidden(client.get(on["Say that the placement started"]).text) | {
        "ends_on": "18/12/2026", "sessions_per_week": "10", "intent": "return", "do": "send",
        "occurred_on": "20/11/2026",
    }  # fmt: skip
    known = (asked["provider"], asked["commissioner"], asked["reason"])
    assert (known, bool(asked["arising_from"])) == ((PRU, SCHOOL, "suspension"), True)
    done = client.post("/notify/placement_started", data=asked).text
    assert set(following(done)) == {
        "Share an assessment with the school", "Record a review",
        "Say that the placement ended",
    }  # fmt: skip
    assert "Owed by Alder School" in done
    shown = client.get(f"/pupils/{upn(4)}").text
    assert set(following(shown)) == set(following(done))


def following(page: str) -> dict[str, str]:
    """The next steps that a page offers: words and address."""
    found = re.findall(r'<li><a href="(/notify/[^"]+)">([^<]+)</a></li>', page)
    return {words: unescape(address) for address, words in found}


def test_a_pupil_is_named_by_name_and_chosen_where_several_are_like_it(people: People) -> None:
    client, path = people("school"), "/notify/suspension"
    first = client.get(path).text

    def asked(text: str) -> str:
        return unescape(send(client, path, first, upn=text, do="next"))

    alone = asked("ben example")
    assert hidden(alone)["upn"] == upn(2)
    assert "A pupil was suspended: Ben Example" in alone
    several = asked("ann")
    assert "You wrote “ann”. Which pupil do you mean?" in several
    assert "There is a problem" not in several
    offered = re.findall(r'type="radio"[^>]*name="upn" value="([^"]+)"', several)
    assert {upn(1), upn(3), "?"} <= set(offered)
    assert "Enter “Unique pupil number" in unescape(send(client, path, several, upn="?", do="next"))
    assert "No pupil whom you may see has a name like “Zebedee Quartz”" in asked("Zebedee Quartz")
