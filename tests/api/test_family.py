"""What a family sees and says by its private link, and who else sees that."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from html import unescape

import httpx
import pytest

from ap_registry import embedded
from ap_registry.access import Caller
from ap_registry.exporting import export
from ap_registry.reading import read_pupil
from ap_registry.registry import Registry
from ap_registry.settings import Settings
from ap_registry.store.queries import scope_of
from ap_registry.store.who import pupil_named
from ap_registry.store.worklists import owed
from tests.api.family import BORN, make, open_link, plain, record_mother, say
from tests.api.people import People, at_pages, hidden, send, signed_in
from tests.browser.conftest import FRIDAY
from tests.serving import TRUSTS_NOBODY, served
from tests.world import OTHER, PRU, PUPIL, SCHOOL, arrange, notify, register_pupil, take_people, upn

ENDING = re.compile(r'action="(/pupils/[^"]*/end)"')


@dataclass
class Town:
    registry: Registry
    people: People
    contacts: dict[str, str] = field(default_factory=dict)
    clients: dict[str, httpx.Client] = field(default_factory=dict)

    def person(self, role: str) -> httpx.Client:
        """Signed in once: a password takes as long as it must."""
        if role not in self.clients:
            self.clients[role] = self.people(role)
        return self.clients[role]

    def browser(self) -> httpx.Client:
        """Of somebody who has not signed in."""
        return httpx.Client(
            verify=TRUSTS_NOBODY, base_url=self.person("school").base_url, timeout=60
        )

    def opened(self, who: str, role: str = "school", pupil: str = PUPIL) -> httpx.Client:
        client = self.browser()
        answer = open_link(client, *make(self.person(role), self.contacts.get(who, who), pupil))
        assert answer.status_code == 200, answer.text
        return client


@pytest.fixture(scope="module")
def town(servers: embedded.Servers) -> Iterator[Town]:
    made: dict[str, Registry] = {}

    def fill(registry: Registry) -> None:
        made["it"] = registry
        register_pupil(registry)
        placed = {"commissioner": SCHOOL, "provider": PRU, "reason": "behaviour",
                  "intent": "return", "ends_on": "2027-02-12", "sessions_per_week": 4,
                  "by": SCHOOL}  # fmt: skip
        notify(registry, "placement_started", "2026-09-07", **placed)
        notify(registry, "suspension", "2026-11-02", school=SCHOOL, sessions=14,
               ends_on="2026-11-10", reasons=["PP"], ref="S-1", by=SCHOOL)  # fmt: skip
        notify(registry, "suspension", "2026-11-12", school=SCHOOL, sessions=2,
               ends_on="2026-11-12", reasons=["BU"], ref="S-2", by=SCHOOL)  # fmt: skip
        take_people(
            registry,
            "LA856,sendiass,Leicester SENDIASS,help@sendiass.example,,,0116 496 0002\n"
            f"{SCHOOL},lead,Lee Head,head@alder.example,,,0116 496 0001\n",
            ",phone",
        )
        arrange(registry, "LA856", "words", "complementary_provision", FRIDAY.date())

    with ExitStack() as stack:
        people = stack.enter_context(at_pages(servers, fill))
        found = Town(registry=made["it"], people=people)
        found.contacts["mother"] = record_mother(found.registry)
        found.contacts["uncle"] = record_mother(
            found.registry, name="Al Other", relation="uncle", may_see=False
        )
        yield found


def test_a_parent_reads_where_why_until_when_and_whom_to_ask(town: Town) -> None:
    page = town.opened("mother").get("/family")
    words = plain(page.text)
    for said in (
        "Ann’s school days",
        "Ann goes to Bridge PRU for 4 half days a week",
        "called complementary provision",
        "from 7 September 2026 to 12 February 2027",
        "how Ann behaved at school",
        "Alder School suspended Ann from 2 November 2026 to 10 November 2026. In school days: 7",
        "hurting another pupil",
        "In this school year it is 8 school days in all. The law says no more than 45",
        "the governors must meet. They have 50 school days",
        "Leicester SENDIASS",
        "0116 496 0002 help@sendiass.example",
        "0116 496 0001 Ask for Lee Head. office@alder.example",
        "office@alder.example",
        "There must be a meeting about how it goes at the other place By 16 October 2026."
        " Alder School must do this. This is about Bridge PRU. This is late.",
    ):
        assert said in words, words
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["x-robots-tag"] == "noindex, nofollow"


def test_the_latest_comes_first_on_a_pupil_s_page_and_the_oldest_in_the_api(town: Town) -> None:
    school = town.person("school")
    page = school.get(f"/pupils/{PUPIL}").text.partition("The latest comes first")[2]
    days = [
        datetime.strptime(day, "%d %B %Y").date()
        for day in re.findall(r"<li class=\"\w+\">\s*<h3>([^<]+)</h3>", page)
    ]
    with town.registry.database.connection() as connection:
        pupil_id = pupil_named(connection, PUPIL)
    assert pupil_id is not None
    items = read_pupil(town.registry, pupil_id, timeline=True)["timeline"]
    assert days == [date.fromisoformat(one["occurred_on"]) for one in reversed(items)]
    assert days == sorted(days, reverse=True)
    assert len(days) >= 5


@pytest.mark.parametrize("who", ["uncle", "nobody"])
def test_who_may_not_see_gets_no_link(town: Town, who: str) -> None:
    school = town.person("school")
    page = school.get(f"/pupils/{PUPIL}/links")
    csrf = page.text.partition('name="csrf" value="')[2].partition('"')[0]
    assert "the record says that this person may not see it" in page.text
    chosen = town.contacts.get(who, who)
    answer = school.post(f"/pupils/{PUPIL}/links", data={"csrf": csrf, "who": chosen})
    assert (answer.status_code, "Link made" in answer.text) == (422, False)


def test_the_page_before_the_second_check_says_nothing_of_a_child(town: Town) -> None:
    address, _code = make(town.person("school"), town.contacts["mother"])
    page = town.browser().get(address)
    assert page.status_code == 200
    assert [word for word in ("Ann", "Example", PUPIL, "Alder") if word in page.text] == []


def test_five_wrong_answers_lock_a_link_for_good(town: Town) -> None:
    address, code = make(town.person("school"), town.contacts["mother"])
    browser = town.browser()
    wrong = {**BORN, "code": "aaaa-aaaa"}, {**BORN, "day": "4", "code": code}
    for left in (4, 3, 2, 1):
        words = plain(browser.post(address, data=wrong[left % 2]).text)
        assert f"You have {left} tr" in words
    for no_day in ("x", "99", "9" * 30):
        answer = browser.post(address, data={**BORN, "day": no_day, "code": code})
        assert (answer.status_code, "Type the date of birth in numbers" in answer.text) == (
            400,
            True,
        )
    for no_code in ("", "  "):
        answer = browser.post(address, data={**BORN, "code": no_code})
        assert (answer.status_code, "Type the code too." in answer.text) == (400, True)
    assert browser.post(address, data=wrong[0]).status_code == 404
    over = browser.post(address, data={**BORN, "code": code})
    assert (over.status_code, "This link does not work" in over.text) == (404, True)
    unknown = browser.get("/family/link/" + "a" * 43)
    assert (unknown.status_code, unknown.content) == (404, over.content)


def test_a_link_ends_when_its_maker_ends_it(town: Town) -> None:
    browser, school = town.opened("mother"), town.person("school")
    page = school.get(f"/pupils/{PUPIL}/links").text
    csrf = page.partition('name="csrf" value="')[2].partition('"')[0]
    path = ENDING.search(page)
    assert path is not None
    other = town.person("provider").post(path[1], data={"csrf": csrf})
    assert (other.status_code, browser.get("/family").status_code) == (403, 200)
    assert "Ended 20 November 2026" in school.post(path[1], data={"csrf": csrf}).text
    closed = browser.get("/family")
    assert (closed.status_code, closed.headers["location"]) == (303, "/family/closed")


def test_a_link_is_good_for_ninety_days_and_open_for_half_an_hour_idle(town: Town) -> None:
    address, code = make(town.person("school"), town.contacts["mother"])
    browser = town.browser()
    assert open_link(browser, address, code).status_code == 200
    try:
        town.registry.clock = FRIDAY + timedelta(minutes=31)
        assert browser.get("/family").status_code == 303
        assert open_link(browser, address, code).status_code == 200
        town.registry.clock = FRIDAY + timedelta(days=90, seconds=-1)
        assert browser.get(address).status_code == 200
        town.registry.clock = FRIDAY + timedelta(days=90)
        assert browser.get(address).status_code == 404
    finally:
        town.registry.clock = FRIDAY


def test_what_a_parent_wrote_while_the_page_shut_itself_is_there_after_the_next_check(
    town: Town,
) -> None:
    address, code = make(town.person("school"), town.contacts["mother"])
    browser = town.browser()
    open_link(browser, address, code)
    page = browser.get("/family/say").text
    try:
        town.registry.clock = FRIDAY + timedelta(minutes=31)
        data = {**hidden(page), "words": "Maths is too easy."}
        shut = browser.post("/family/say", data=data, follow_redirects=True).text
        assert "What you wrote is kept. It has not been sent yet." in shut
        here = open_link(browser, address, code).text
        assert "What you wrote is here" in plain(here)
        assert 'method="post" action="/family/say"' in here
        assert hidden(here).items() > {"words": "Maths is too easy."}.items()
        assert hidden(here)["csrf"] != hidden(page)["csrf"]
    finally:
        town.registry.clock = FRIDAY


def _told_no_more(registry: Registry, pupil: str) -> None:
    record_mother(registry, upn=pupil, may_see=False)


def _guarded(registry: Registry, pupil: str) -> None:
    notify(registry, "pupil_details_changed", "2026-11-19", upn=pupil, restricted=True, by=SCHOOL)


def _adopted(registry: Registry, pupil: str) -> None:
    notify(registry, "upn_changed", "2026-11-19", upn=pupil, new_upn=upn(90), reason="adopted",
           by=SCHOOL)  # fmt: skip


def _left(registry: Registry, pupil: str) -> None:
    notify(registry, "left_roll", "2026-11-19", upn=pupil, school=SCHOOL, ground="a", by=SCHOOL)


def _of_age(registry: Registry, pupil: str) -> None:
    notify(registry, "pupil_details_changed", "2026-11-19", upn=pupil, date_of_birth="2008-11-20",
           by=SCHOOL)  # fmt: skip


def _no_contact(registry: Registry, pupil: str) -> None:
    record_mother(registry, upn=pupil, ended_on="2026-11-19")


ENDS = (_told_no_more, _guarded, _adopted, _left, _of_age, _no_contact)


@pytest.mark.parametrize("ends", ENDS, ids=lambda one: one.__name__.strip("_"))
def test_a_link_ends_for_good_when_the_parent_should_see_no_more(
    town: Town, ends: Callable[[Registry, str], None]
) -> None:
    pupil = upn(10 + ENDS.index(ends))
    register_pupil(town.registry, upn=pupil)
    address, code = make(town.person("school"), record_mother(town.registry, upn=pupil), pupil)
    browser = town.browser()
    assert open_link(browser, address, code).status_code == 200
    ends(town.registry, pupil)
    assert browser.get("/family").status_code == 303
    if ends is _told_no_more:
        record_mother(town.registry, upn=pupil)
    assert open_link(browser, address, code).status_code == 404


def test_of_a_restricted_pupil_only_the_la_makes_a_link_and_no_place_is_named(
    town: Town,
) -> None:
    pupil = upn(20)
    register_pupil(town.registry, upn=pupil, restricted=True)
    town.contacts["carer"] = record_mother(town.registry, upn=pupil, relation="carer")
    assert town.person("school").get(f"/pupils/{pupil}/links").status_code == 403
    carer = town.opened("carer", "la", pupil)
    words = plain(carer.get("/family").text)
    assert "To keep Ann safe, we name no places here" in words
    assert "Ann is on the list of a place that we do not name" in words
    assert "Alder" not in words
    assert "la@la.example" in words
    say(carer, "/family/say", words="She sleeps badly.")
    by_whom = {
        role: re.findall(r"Notified by ([^.]*private link)", town.person(role).get(url).text)
        for url in [f"/pupils/{pupil}"] for role in ("la", "school")
    }  # fmt: skip
    assert by_whom == {"la": ["Mo Example (carer), by their private link"],
                       "school": ["a parent, by their private link"]}  # fmt: skip


def test_a_young_person_reads_in_the_second_person_and_asks_governors_from_eighteen(
    town: Town,
) -> None:
    words = plain(town.opened("pupil").get("/family").text)
    assert "You go to Bridge PRU for 4 half days a week" in words
    assert "Your parent can write to the governors for you" in words
    assert "representations" not in words
    assert "Ann" not in words


def test_a_child_under_twelve_gets_no_link_of_its_own(town: Town) -> None:
    pupil = upn(21)
    register_pupil(town.registry, upn=pupil, date_of_birth="2014-11-21")
    assert "under 12" in town.person("school").get(f"/pupils/{pupil}/links").text
    notify(town.registry, "pupil_details_changed", "2026-11-19", upn=pupil,
           date_of_birth="2014-11-20", by=SCHOOL)  # fmt: skip
    assert "under 12" not in town.person("school").get(f"/pupils/{pupil}/links").text


def test_representations_are_sent_answered_with_what_follows_and_read_by_the_school(
    town: Town,
) -> None:
    browser = town.opened("mother")
    asked = re.search(r'href="(/family/ask[^"]+representations)"', browser.get("/family").text)
    assert asked is not None
    path = asked[1].replace("&amp;", "&")
    assert "Write a few words first" in say(browser, path, words=" ")
    told = say(browser, path, words="He was <b>not</b> there that day.")
    assert "It is sent" in told
    assert "The governors must meet and think about what you said" in told
    assert "Alder School must do this" in told
    assert "The school must pass it on to the governors. If you hear nothing" in told
    again = browser.get("/family").text
    assert "words to the governors" in again
    assert path not in again.replace("&amp;", "&")
    timeline = town.person("school").get(f"/pupils/{PUPIL}").text
    assert "The parent asked: representations" in timeline
    assert "He was &lt;b&gt;not&lt;/b&gt; there that day." in timeline
    assert "Notified by Mo Example (mother), by their private link" in timeline
    assert "What families have written" in town.person("school").get("/").text
    assert "Words with a request" in town.person("school").get("/tasks/families").text
    assert "Governors consider the parents&#39; representations" in timeline


def test_another_school_is_not_told_that_a_family_wrote_of_an_exclusion(town: Town) -> None:
    pupil = upn(22)
    register_pupil(town.registry, upn=pupil)
    notify(town.registry, "joined_roll", "2026-09-01", upn=pupil, school=OTHER, registration="S")
    notify(town.registry, "suspension", "2026-11-02", upn=pupil, school=SCHOOL, sessions=2,
           ends_on="2026-11-02", reasons=["PP"], by=SCHOOL)  # fmt: skip
    browser = town.opened(record_mother(town.registry, upn=pupil), pupil=pupil)
    say(browser, "/family/say", words="She likes art.")
    (path,) = re.findall(r'href="(/family/ask[^"]+)"', browser.get("/family").text)
    say(browser, path.replace("&amp;", "&"), words="It was not her.")

    def asks(school: str) -> list[bool]:
        scope = scope_of(Caller(actor="t", role="school", organisations=(school,)), FRIDAY.date())
        with town.registry.database.connection() as connection:
            rows = owed(connection, scope, "families", today=FRIDAY.date(), limit=100)
        return sorted(row["asks"] for row in rows if row["upn"] == pupil)

    assert (asks(SCHOOL), asks(OTHER)) == ([False, True], [False])


def test_a_view_kept_from_the_school_is_read_by_the_la_alone(town: Town) -> None:
    browser = town.opened("pupil")
    told = say(browser, "/family/say", words="I eat lunch alone.", feeling="2",
               share="not_school")  # fmt: skip
    assert "The council can read it now. The school cannot, nor can any place of less" in told
    school = town.person("school")
    assert "I eat lunch alone." not in school.get(f"/pupils/{PUPIL}").text
    placed = town.person("provider").get(f"/pupils/{PUPIL}").text
    assert ("Timeline" in placed, "I eat lunch alone." in placed) == (True, False)
    assert ": unhappy" not in school.get("/tasks/families").text
    listed = plain(town.person("la").get("/tasks/family-words").text)
    assert "The young person, by their private link 20 November 2026 What they think: un" in listed
    assert "I eat lunch alone." in town.person("la").get(f"/pupils/{PUPIL}").text


def test_a_parent_who_asks_for_the_record_gets_what_is_meant_for_all_alone(town: Town) -> None:
    browser = town.opened("pupil")
    kept = say(browser, "/family/say", words="Do not tell.", share="not_parent")
    assert "Any place of lessons outside school can too. Your parents cannot." in kept
    assert "Do not tell." in town.person("provider").get(f"/pupils/{PUPIL}").text
    assert "cannot" not in say(browser, "/family/say", words="Do tell.")
    told = export(town.registry, PUPIL, reader="parent")
    words = {item["data"].get("words") for item in told["timeline"]}
    assert {"Do not tell.", "Do tell."} & words == {"Do tell."}


def test_what_is_wrong_is_answered_by_whoever_sent_it_and_changes_nothing(town: Town) -> None:
    browser = town.opened("mother")
    before = plain(browser.get("/family").text).partition("What happens next")[0]
    assert "Choose what is wrong" in say(browser, "/family/wrong", words="It was Bob.", of="x")
    form = browser.get("/family/wrong").text
    suspended = next(
        one for one in re.findall(r'value="([\w-]{36})"><label[^>]*>(.*?)</label>', form, re.S)
        if "12 November" in one[1]
    )  # fmt: skip
    told = say(browser, "/family/wrong", words="It was Bob.", of=suspended[0])
    assert "You must get an answer about what you said is wrong By 20 December 2026" in told
    assert "Alder School must do this" in told
    assert plain(browser.get("/family").text).partition("What happens next")[0] == before
    assert "It was Bob." in town.person("school").get(f"/pupils/{PUPIL}").text


def test_two_parents_see_nothing_of_what_the_other_sent(town: Town) -> None:
    pupil = upn(23)
    register_pupil(town.registry, upn=pupil)
    notify(town.registry, "suspension", "2026-11-02", upn=pupil, school=SCHOOL, sessions=14,
           ends_on="2026-11-10", reasons=["PP"], by=SCHOOL)  # fmt: skip
    contacts = [record_mother(town.registry, upn=pupil, relation=one) for one in ("mother", "dad")]
    mother, father = (town.opened(one, pupil=pupil) for one in contacts)
    say(mother, "/family/wrong", words="It was Bob.", of=_wrong_of(mother))
    (asking,) = re.findall(r'href="(/family/ask[^"]+)"', mother.get("/family").text)
    say(mother, asking.replace("&amp;", "&"), words="It was not her.")
    hers, his = (plain(one.get("/family").text) for one in (mother, father))
    assert hers.endswith(
        "What you have sent 20 November 2026: words to the governors The governors must meet and"
        " think about what you said. By 25 January 2027. Alder School must do this. Your words It"
        " was not her. 20 November 2026: something that is wrong You must get an answer about what"
        " you said is wrong. By 20 December 2026. Alder School must do this. Your words It was Bob."
    ), "the words of a request are listed once, with it"
    told = ("think about what you said", "an answer about what you said", "What you have sent")
    assert [one in hers for one in told] == [True, True, True]
    assert [one in his for one in told] == [False, False, False]
    assert "The governors must meet By" in his
    assert re.findall(r'href="(/family/ask[^"]+)"', father.get("/family").text) == [asking]
    again = plain(town.opened(contacts[0], pupil=pupil).get("/family").text)
    assert [one in again for one in told] == [True, True, True]


def test_a_family_sees_that_what_it_said_is_wrong_was_answered(town: Town) -> None:
    pupil = upn(24)
    register_pupil(town.registry, upn=pupil)
    browser = town.opened(record_mother(town.registry, upn=pupil), pupil=pupil)
    say(browser, "/family/wrong", words="She is Anna.", of=_wrong_of(browser))
    with town.registry.database.connection() as connection:
        (owed,) = connection.execute(
            "select key from follow_up where kind = 'dispute' and closed_on is null"
            " and until_at = 'infinity' and pupil_id = (select pupil_id from identity"
            " where upn = %s and until_at = 'infinity')", (pupil,),
        ).fetchone() or (None,)  # fmt: skip
    notify(town.registry, "follow_up_done", "2026-11-20", upn=pupil, follow_up=str(owed),
           how="telephoned", by=SCHOOL)  # fmt: skip
    shown = plain(browser.get("/family").text).partition("What you have sent")[2]
    assert "about what you said is wrong. This was done on 20 November 2026. Your words" in shown


def _wrong_of(browser: httpx.Client) -> str:
    """The last thing of which a family may say that it is wrong: who the pupil is."""
    return re.findall(r'name="of" value="([\w-]{36})"', browser.get("/family/wrong").text)[-1]


def test_a_contact_without_the_rights_of_a_parent_cannot_ask_and_is_told_why(town: Town) -> None:
    aunt = record_mother(town.registry, relation="aunt", parental_responsibility=False)
    browser, mother = town.opened(aunt), town.opened("mother")
    why = "Only a parent, or someone with the rights of one, can write to the governors here"
    page = browser.get("/family").text
    assert (why in plain(page), "/family/ask" in page) == (True, False)
    asking = re.findall(r'href="(/family/ask[^"]+)"', mother.get("/family").text)[0]
    refused = browser.get(asking.replace("&amp;", "&"))
    assert (refused.status_code, why in refused.text) == (403, True)
    form = {**hidden(mother.get(asking.replace("&amp;", "&")).text), "words": "By an aunt."}
    form["csrf"] = hidden(browser.get("/family/say").text)["csrf"]
    assert browser.post("/family/ask", data=form).status_code == 403
    assert "By an aunt." not in town.person("la").get(f"/pupils/{PUPIL}").text


def test_a_form_sent_twice_is_one_notice(town: Town) -> None:
    browser = town.opened("mother")
    page = browser.get("/family/say").text
    sent = {**hidden(page), "words": "Only once."}
    assert [browser.post("/family/say", data=sent).status_code for _ in "ab"] == [200, 200]
    assert town.person("la").get(f"/pupils/{PUPIL}").text.count("Only once.") == 1


def looks(town: Town) -> Counter[tuple[str, ...]]:
    with town.registry.database.connection() as connection:
        return Counter(
            connection.execute(
                "select role, organisation, what from pupil_read where actor like 'family:%'"
            ).fetchall()
        )


def test_each_look_is_noted_and_shown_to_auditors(town: Town) -> None:
    mother, before = town.opened("mother"), looks(town)
    mother.get("/family")
    assert looks(town) - before == Counter({("parent", SCHOOL, "GET /family"): 1})
    reads = town.person("auditor").get("/reads").text
    assert "The family's page" in unescape(reads)


def test_another_language_is_offered_where_the_operator_says_so_and_stays_chosen(
    town: Town,
) -> None:
    address, code = make(town.person("school"), town.contacts["mother"])
    with (
        served(town.registry, Settings(family_languages="pl, xx")) as url,
        httpx.Client(verify=TRUSTS_NOBODY, base_url=url, timeout=60) as browser,
    ):
        assert "Sprawdźmy, czy to ty" in browser.get(f"{address}?language=pl").text
        page = open_link(browser, f"{address}?language=pl", code).text
        assert '<html lang="pl">' in page
        assert "Gdzie się uczy Ann" in page
        assert "od 7 września 2026 do 12 lutego 2027" in page
        assert "Napisz, co myślisz" in browser.get("/family/say").text
        assert "Where Ann learns" in browser.get("/family?language=en").text
    off = town.browser().get(f"{address}?language=pl").text
    assert '<html lang="en">' in off
    assert "Polski" not in off


def test_a_parent_is_not_told_who_else_has_a_link_and_opens_it(town: Town) -> None:
    say(town.opened("mother"), "/family/say", words="Once more.")
    for path in (f"/pupils/{PUPIL}", "/tasks/families"):
        town.person("school").get(path)

    def routes(reader: str | None) -> set[str]:
        told = export(town.registry, PUPIL, reader=reader)["reads"]["items"]
        return {one["what"] for one in told}

    links, page = "POST /pupils/{pupil}/links", "GET /pupils/{pupil}"
    assert {"GET /family", "POST /family/say", links, page} <= routes(None)
    to_pupil, to_parent = routes("pupil"), routes("parent")
    assert [one for one in to_pupil if " /family" in one] == []
    assert {"a private link of the family", links, page} <= to_pupil
    assert [one for one in to_parent if "famil" in one or "link" in one] == []
    assert page in to_parent


def test_an_la_says_by_which_number_it_and_its_sendiass_are_reached(town: Town) -> None:
    la, mother = town.person("la"), town.opened("mother")
    assert town.person("school").get("/family-help").status_code == 403
    assert la.get("/family-help/head").status_code == 404
    assert "no telephone number of your own team" in plain(la.get("/").text)
    council = "The council We have no telephone number for it. You can write to it. la@la.ex"
    assert council in plain(mother.get("/family").text)
    page = la.get("/family-help/families").text
    refused = send(la, "/family-help/families", page, phone="ring twice", email="at work")
    for said in (
        "Enter “Name”", "Telephone number must be one number such as 0116 496 0000",
        "Email address must be one address such as name@example.org",
    ):  # fmt: skip
        assert said in plain(refused)
    given = {"name": "Inclusion team", "phone": "0116 496 0003", "email": "inclusion@la.example"}
    send(la, "/family-help/families", page, **given, hours="Monday to Friday, 9am to 5pm.")
    page = la.get("/family-help/sendiass").text
    send(la, "/family-help/sendiass", page, name="Leicester SENDIASS", email="help@s.example")
    told = plain(mother.get("/family").text)
    assert (
        "The council 0116 496 0003 Ask for Inclusion team. You can call: Monday to Friday, 9am"
        " to 5pm. inclusion@la.example"
    ) in told
    assert "write. We have no telephone number for it. You can write to it. help@s.ex" in told
    assert "no telephone number of your SENDIASS" in plain(la.get("/").text)
    assert "Inclusion team" in plain(la.get("/family-help").text)
    take_people(
        town.registry, "LA856,sendiass,Leicester SENDIASS,h@s.example,,,1234567\n", ",phone"
    )
    assert "no telephone number" not in plain(la.get("/").text)


def test_an_account_of_the_role_parent_is_told_how_a_family_comes_in(town: Town) -> None:
    with town.browser() as client:
        signed_in(town.registry, client, "parent", SCHOOL)
        assert "comes in by a private link of its own" in plain(client.get("/").text)


def test_an_la_chooses_what_families_pages_call_it_and_sees_what_they_read(town: Town) -> None:
    la, mother = town.person("la"), town.opened("mother")
    called = "This is called {}: lessons in a place that is not the main school."
    listed = plain(la.get("/arrangements").text)
    assert f"Families read: “{called.format('complementary provision')}”" in listed
    page = la.get("/arrangements/words").text
    for words in ("alternative provision", "complementary provision"):
        assert f"Families read: “{called.format(words)}”" in plain(page)
    late = send(la, "/arrangements/words", page, **{"from": "1/9/2026"})
    assert "The day must be today or later" in plain(late)
    send(la, "/arrangements/words", page, value="alternative_provision")
    assert called.format("alternative provision") in plain(mother.get("/family").text)
    send(la, "/arrangements/words", page, value="complementary_provision")
    page = la.get("/arrangements/health").text
    assert "basis is needed" in plain(send(la, "/arrangements/health", page, value="on")).lower()
    assert town.person("school").get("/arrangements").status_code == 403
