"""Lists of people at work: each sees its own, what is done leaves them, a file is no formula."""

import csv
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from io import StringIO

import httpx
import pytest

from ap_registry import embedded
from ap_registry.access import Caller
from ap_registry.registry import Registry
from api.pages.provider_lists import OF_PROVIDERS
from reports.extracts.asking import Period
from reports.extracts.school import school_report
from reports.extracts.school_document import running
from reports.pupils import sitting
from tests.api.conftest import Login
from tests.api.people import People, at_pages, signed_in
from tests.world import (
    OTHER,
    PERSON,
    PRU,
    PUPIL,
    SCHOOL,
    notify,
    register_pupil,
    send_register,
    take_organisations,
    upn,
)

PLACED = {"commissioner": SCHOOL, "provider": PRU, "reason": "behaviour", "intent": "return",
          "ends_on": "2027-02-12", "sessions_per_week": 4, "by": SCHOOL}  # fmt: skip


def test_an_assessment_is_shared_with_a_school_and_never_with_an_authority() -> None:
    def filled(other: str) -> list[dict[str, str]]:
        row = {"key": "a", "other": other}
        return [dict(given) for _, _, given in OF_PROVIDERS["assessments"].forms(row, PRU)]

    assert filled(SCHOOL) == [{"placement": "a", "school": SCHOOL}]
    assert filled("LA856") == [{"placement": "a"}]


def fill(registry: Registry) -> None:
    """Three of Alder School are placed; one of Brook School is not."""
    names = ("Ann", "=cmd()", "Cara")
    for number, name in enumerate(names, start=1):
        register_pupil(registry, upn=upn(number), given_name=name)
        notify(registry, "placement_started", "2026-11-02", upn=upn(number), **PLACED)
    register_pupil(registry, upn=upn(4), given_name="Dan")
    notify(registry, "left_roll", "2026-09-02", upn=upn(4), school=SCHOOL, ground="a")
    notify(registry, "joined_roll", "2026-09-02", upn=upn(4), school=OTHER, registration="C")
    notify(registry, "referral", "2026-10-12", upn=upn(4), route="ehc_plan", provider=PRU,
           objectives=["settle"], ref="R-1", by=OTHER)  # fmt: skip
    notify(registry, "referral_decision", "2026-10-19", upn=upn(4), referral="R-1",
           decision="accepted", by=PRU)  # fmt: skip
    notify(registry, "referral", "2026-11-02", upn=upn(4), route="other", provider=PRU,
           objectives=["settle"], by=OTHER)  # fmt: skip
    notify(registry, "target_agreed", "2026-11-02", qualification="gcse", subject="maths",
           level="2", by=PRU)  # fmt: skip
    notify(registry, "fair_access_referral", "2026-10-12", category="d", by=SCHOOL)
    send_register(registry, f"upn,organisation,date,session,code\n{PUPIL},{PRU},2026-11-20,AM,I\n")
    rows = [f"{upn(3)},{where},2026-11-{day},AM,{code}\n"
            for where, code in ((PRU, "I"), (SCHOOL, "/")) for day in (18, 19)]  # fmt: skip
    send_register(registry, "upn,organisation,date,session,code\n" + "".join(rows))


@pytest.fixture(scope="module")
def person(servers: embedded.Servers) -> Iterator[People]:
    with at_pages(servers, fill) as signed_in:
        yield signed_in


def texts(page: str) -> list[list[str]]:
    """The cells of a page's table, without their small print."""
    rows = re.findall(r"<tr>(.*?)</tr>", page.partition("<tbody>")[2], re.DOTALL)
    cells = (re.findall(r"<td[^>]*>(?:<a[^>]*>)?([^<]*)", row) for row in rows)
    return [[cell.strip() for cell in row] for row in cells]


def test_a_school_sees_where_its_pupils_are_today(person: People) -> None:
    found = texts(person("school").get("/elsewhere").text)
    assert [row[:3] for row in found] == [
        ["=cmd() Example", "Bridge PRU", "No mark yet"],
        ["Ann Example", "Bridge PRU", "Morning: ill. Afternoon: no mark yet"],
        ["Cara Example", "Bridge PRU", "No mark yet"],
    ]


def test_a_school_confirms_who_is_elsewhere_part_time_and_off_roll(
    registry: Registry, nobody: httpx.Client
) -> None:
    for number, name in enumerate(("Ann", "Ben", "Cara", "Dan"), start=1):
        register_pupil(registry, upn=upn(number), given_name=name)
    notify(registry, "placement_started", "2026-11-02", **PLACED)
    notify(registry, "part_time_started", "2026-11-02", upn=upn(2), school=SCHOOL,
           sessions_per_week=5, ends_on="2026-12-04", review_on="2026-11-27",
           reason="unwell")  # fmt: skip
    notify(registry, "left_roll", "2026-10-12", upn=upn(3), school=SCHOOL, ground="a")
    notify(registry, "joined_roll", "2026-11-02", upn=upn(3), school=SCHOOL, registration="C")
    # Of whom the school sees nothing: the ledger that its list stands on has them too.
    person = {**PERSON, "given_name": "Eve"}
    notify(registry, "joined_roll", "2026-11-02", upn=upn(9), school=OTHER, registration="C",
           **person)  # fmt: skip
    notify(registry, "left_roll", "2026-11-09", upn=upn(3), school=SCHOOL, ground="a")
    signed_in(registry, nobody, "school", SCHOOL)
    file = nobody.get("/lists/confirm?format=csv").text.removeprefix("\ufeff")
    listed = [(row[0].split()[0], row[1].split()[0]) for row in csv.reader(StringIO(file))][1:]
    assert listed == [("Elsewhere", "Ann"), ("Part", "Ben"), ("Left", "Cara")]
    page = nobody.get("/lists/confirm").text
    assert (">5</td>" in page, "Dan" in page) == (True, False)


def test_the_list_to_confirm_is_the_one_of_the_school_s_report(
    registry: Registry, nobody: httpx.Client
) -> None:
    """By whomever they were placed; a direction without a placement; none that never began."""
    for number in range(1, 8):
        register_pupil(registry, upn=upn(number))
    for number, by in ((1, SCHOOL), (2, "LA856"), (3, SCHOOL), (4, SCHOOL), (7, "LA856")):
        notify(registry, "placement_started", "2026-11-02", upn=upn(number),
               **{**PLACED, "commissioner": by, "by": by})  # fmt: skip
    for number, reason in ((3, "error"), (4, "breakdown")):
        notify(registry, "placement_ended", registry.today().isoformat(), upn=upn(number),
               end_reason=reason, by=PRU)  # fmt: skip
    notify(registry, "off_site_direction", "2026-11-09", upn=upn(5), school=SCHOOL, provider=PRU,
           objectives=["settle"], parent_notified_on="2026-11-09", starts_on="2026-11-12",
           ends_on="2026-12-18", sessions_per_week=6, by=SCHOOL)  # fmt: skip
    for number in (1, 6):
        notify(registry, "part_time_started", "2026-11-02", upn=upn(number), school=SCHOOL,
               sessions_per_week=5, ends_on="2026-12-04", review_on="2026-11-27",
               reason="unwell")  # fmt: skip
    for number in (6, 7):
        notify(registry, "left_roll", "2026-11-09", upn=upn(number), school=SCHOOL, ground="a")
    caller = Caller(actor="test", role="school", organisations=(SCHOOL,))
    with sitting(registry, caller, None) as seen:
        period = Period(school=SCHOOL, from_on=date(2026, 11, 2), to_on=registry.today())
        report = school_report(seen, period)
    told = Counter(
        (list_, row["upn"], str(row.get("sessions_per_week", "")))
        for list_, name in (("Elsewhere", "off_site"), ("Part", "part_time"), ("Left", "off_roll"))
        for row in report[name]
        if name == "off_roll" or running(row, registry.today())
    )
    signed_in(registry, nobody, "school", SCHOOL)
    file = nobody.get("/lists/confirm?format=csv").text.removeprefix("\ufeff")
    rows = list(csv.reader(StringIO(file)))[1:]
    assert Counter((row[0].split()[0], row[1].split()[-1], row[4]) for row in rows) == told
    assert [told["Elsewhere", upn(number), "4"] for number in (1, 2, 3, 4)] == [1, 1, 0, 1]


def test_a_school_says_from_its_list_that_a_pupil_is_back(person: People) -> None:
    said = "Say that the pupil is back"
    shown = person("school").get("/elsewhere").text
    back = re.findall(rf'href="(/notify/reintegration_started[^"]*)">{said}', shown)
    asked = person("school").get(back[0].replace("&amp;", "&")).text
    assert (len(back), 'name="occurred_on" value="20/11/2026"' in asked) == (3, True)
    assert said not in person("provider").get("/elsewhere").text


def test_a_health_partner_has_no_such_list(person: People) -> None:
    assert person("health").get("/elsewhere").status_code == 403


def test_a_file_has_the_cells_of_the_page_and_no_formula(person: People) -> None:
    answer = person("school").get("/elsewhere?format=csv")
    rows = list(csv.reader(StringIO(answer.text.removeprefix("\ufeff"))))
    assert [row[0] for row in rows] == [
        "Pupil", f"'=cmd() Example – {upn(2)}", f"Ann Example – {PUPIL}",
        f"Cara Example – {upn(3)}",
    ]  # fmt: skip
    assert answer.headers["content-disposition"] == 'attachment; filename="pupils-elsewhere.csv"'


def test_each_list_of_a_provider_holds_what_is_owed(person: People) -> None:
    client = person("provider")
    held = {
        name: {row[0].split(" ")[0] for row in texts(client.get(f"/tasks/{name}").text)}
        for name in ("referrals", "accepted", "outreach", "assessments", "targets", "results")
    }
    assert held == {
        "referrals": {"Dan"}, "accepted": {"Dan"}, "outreach": set(),
        "assessments": {"Ann", "=cmd()", "Cara"}, "targets": {"=cmd()", "Cara"}, "results": {"Ann"},
    }  # fmt: skip


def test_the_first_page_counts_what_each_list_holds(person: People) -> None:
    client = person("provider")
    said = re.findall(r'href="/tasks/([^"]+)">[^<]*</a> <strong[^>]*>(\d+)<', client.get("/").text)
    held = {name: len(texts(client.get(f"/tasks/{name}").text)) for name in OF_PROVIDERS}
    assert dict(said) == {name: str(count) for name, count in held.items() if count}


def test_an_empty_list_says_what_to_do(person: People) -> None:
    assert "No outreach runs." in person("provider").get("/tasks/outreach").text


@pytest.mark.parametrize("path", ["/tasks/referrals", "/tasks/results"])
def test_the_lists_of_a_provider_are_for_providers(person: People, path: str) -> None:
    assert person("school").get(path).status_code == 403


def test_what_is_recorded_leaves_its_list(person: People) -> None:
    client = person("provider")
    form = re.search(r'href="(/notify/result_awarded[^"]*)"', client.get("/tasks/results").text)
    assert form is not None
    page = client.get(form[1].replace("&amp;", "&")).text
    token = re.search(r'name="csrf" value="([^"]*)"', page)
    assert token is not None
    filled = {"csrf": token[1], "upn": PUPIL, "occurred_on": "19/11/2026", "qualification": "gcse",
              "subject": "maths", "grade": "4", "provider": PRU}  # fmt: skip
    assert client.post("/notify/result_awarded", data=filled).status_code == 200
    assert texts(client.get("/tasks/results").text) == []


def test_a_person_s_own_duties_come_first_and_all_are_a_step_away(person: People) -> None:
    client = person("provider")
    owners = {row[3] for row in texts(client.get("/").text)}
    everybody = {row[3] for row in texts(client.get("/?whose=all").text)}
    assert (owners, "Alder School" in everybody) == ({"Bridge PRU"}, True)


def test_who_took_a_place_finds_what_is_kept_under_the_old_number_among_its_own(
    registry: Registry, nobody: httpx.Client
) -> None:
    register_pupil(registry)
    notify(registry, "placement_started", "2026-11-02", **PLACED)
    notify(registry, "suspension", "2026-11-16", school=SCHOOL, sessions=2, ends_on="2026-11-16",
           reasons=["PP"], by=SCHOOL)  # fmt: skip
    take_organisations(registry, "id,kind,name,la,type_code,opened_on,closed_on,predecessors\n"
                       f"{SCHOOL},school,Alder School,856,34,,2026-11-18,\n"
                       f"{PRU},provider,Bridge PRU,856,14,,2026-11-18,\n"
                       f"150001,school,Alder Academy,856,34,,,{SCHOOL}\n"
                       f"150007,provider,Bridge Academy,856,14,,,{PRU}\n")  # fmt: skip
    signed_in(registry, nobody, "school", "150001")
    assert "Alder School" in {row[3] for row in texts(nobody.get("/?whose=ours").text)}
    signed_in(registry, nobody, "provider", "150007")
    assert [row[0] for row in texts(nobody.get("/elsewhere").text)] == ["Ann Example"]


def test_more_pupils_than_a_page_shows_are_by_name_and_all_in_the_file(
    registry: Registry, nobody: httpx.Client, as_: Login
) -> None:
    """Read are those that it shows."""
    names = {number: f"P{chr(97 + number % 26)}{chr(97 + number // 26)}" for number in range(101)}
    common = {"occurred_on": "2024-09-02", "by": SCHOOL}
    registry.record_many([
        notice
        for number, name in names.items()
        for notice in (
            {**PERSON, **common, "type": "pupil_registered", "upn": upn(number + 1),
             "given_name": name},
            {**common, "type": "joined_roll", "upn": upn(number + 1), "school": SCHOOL,
             "registration": "C"},
            {**PLACED, "type": "placement_started", "upn": upn(number + 1),
             "occurred_on": "2026-11-02"},
        )
    ])  # fmt: skip
    signed_in(registry, nobody, "school", SCHOOL)
    page = nobody.get("/pupils", params={"q": "3/2/2011"}).text
    file = nobody.get("/pupils", params={"q": "3/2/2011", "format": "csv"}).text
    assert nobody.get("/elsewhere").status_code == 200
    assert "100 or more pupils found" in page
    assert [row[0] for row in texts(page)] == [f"{n} Example" for n in sorted(names.values())][:100]
    assert len(file.splitlines()) == 1 + len(names)
    reads = as_("admin", "LA856").get("/api/v1/reads").json()["items"][::-1]
    assert [len(one["pupils"]) for one in reads] == [100, 101, 100]


def test_marks_that_clash_are_one_row_in_words(person: People) -> None:
    client = person("la")
    last = "19 November 2026 in the morning: Alder School against Bridge PRU"
    page = client.get("/quality").text
    assert [row[1] for row in texts(page) if "against" in row[1]] == [f"{last}, and 1 more like it"]
    assert last in client.get(f"/pupils/{upn(3)}").text


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("cra exampel", ["Cara Example"]),
        (upn(3)[:-1] + "9", ["Cara Example"]),
        ("cara 3/2/2011", ["Cara Example"]),
        ("cara 4/2/2011", []),
        ("dan", []),  # of Brook School
    ],
)
def test_a_pupil_is_found_by_those_who_see_it(person: People, typed: str, names: list[str]) -> None:
    answer = person("school").get("/pupils", params={"q": typed})
    assert [row[0] for row in texts(answer.text)] == names
    assert answer.status_code == (200 if names else 404)


def test_whom_one_may_not_see_is_answered_as_whom_nobody_knows(person: People) -> None:
    client = person("school")
    unseen, unknown = (client.get("/pupils", params={"q": q}).text for q in ("dan", "xyz"))
    assert unseen.replace("dan", "xyz") == unknown


def test_a_upn_leads_straight_to_its_pupil(person: People) -> None:
    answer = person("school").get("/pupils", params={"q": PUPIL.lower()})
    assert answer.headers["location"].startswith("/pupils/")


FILES = {
    "/lists/confirm": (
        "provider", "our-list", ["List", "Pupil", "Where", "Since", "Sessions a week"], 4,
    ),
    "/quality?table=clashes": (
        "la", "records-that-contradict", ["Pupil", "What is wrong"], 2,
    ),
    "/quality?table=pairs": (
        "la", "pupils-who-may-be-one",
        ["Alike, of 100", "Why", "To be kept", "Born", "Other", "Other born", "Schools"], 1,
    ),
    "/quality?table=unknown": (
        "la", "organisations-unknown", ["Number sent", "By", "Times", "Last"], 1,
    ),
    "/boards/section-19": (
        "la", "section-19",
        ["Due", "Arranged", "School days late", "School days waited", "Pupil", "What led to it",
         "Since", "On roll", "Placed", "Who owes it"], 1,
    ),
    "/panel": (
        "panel", "panel-agenda",
        ["Pupil", "UPN", "Year", "Category", "School days used", "Allowed", "On roll", "Stands"], 2,
    ),
    "/panel/fair-share": (
        "panel", "fair-share",
        ["Turn", "School", "For each 100", "Admitted", "On roll", "Two years before",
         "Permanent exclusions"], 2,
    ),
    "/panel/overdue": (
        "panel", "panel-overdue",
        ["Due", "School days late", "Gone up to", "What", "Pupil", "UPN", "Who owes it"], 2,
    ),
    "/reads": ("auditor", "who-has-read", ["When", "Who", "For", "What", "Pupils"], 1),
}  # fmt: skip


@pytest.mark.parametrize("path", FILES)
def test_every_table_is_a_file_too(person: People, path: str) -> None:
    role, name, columns, least = FILES[path]
    answer = person(role).get(f"{path}{'&' if '?' in path else '?'}format=csv")
    rows = list(csv.reader(StringIO(answer.text.removeprefix("\ufeff"))))
    assert answer.headers["content-disposition"] == f'attachment; filename="{name}.csv"'
    assert (rows[0], len(rows) >= least) == (columns, True)


WRITTEN = {  # tables written by hand: of which page, and its columns
    ("school", "/calendar", "terms"): ["From", "To", "School days"],
    ("la", "/colleagues", "people"): ["Name", "What they are", "State", "Last used", "Change"],
    ("provider", "/register", "marks"): ["Pupil", "Days before", "Morning", "Afternoon"],
    ("panel", "/panel/overdue", "kinds"): [
        "Duty", "Overdue", "With the local authority", "With the panel", "Oldest",
    ],
}  # fmt: skip


@pytest.mark.parametrize(("role", "path", "table"), WRITTEN)
def test_a_table_that_is_written_by_hand_is_saved_as_the_page_shows_it(
    person: People, role: str, path: str, table: str
) -> None:
    client = person(role)
    page = client.get(path).text
    link = re.search(rf'href="({path}[^"]*table={table})" download', page)
    assert link is not None
    file = client.get(link[1].replace("&amp;", "&")).text.removeprefix("\ufeff")
    header, *rows = csv.reader(StringIO(file))
    shown = texts(page.partition(f'id="{table}"')[2].partition("</table>")[0])
    assert (header, len(rows)) == (WRITTEN[role, path, table], len(shown))
    assert client.get(f"{path}?table=nothing").status_code == 404


def test_an_auditor_finds_reads_by_reader_and_proves_an_event(person: People) -> None:
    pupil = person("la").get("/pupils", params={"q": PUPIL}).headers["location"]
    person("la").get(pupil)
    client = person("auditor")
    by_la, by_nobody = (
        texts(client.get("/reads", params={"who": who}).text) for who in ("of the la", "100%")
    )
    assert ({row[1] for row in by_la}, by_nobody) == ({"Sam of the la"}, [])
    assert "No event that you may see" in client.get("/ledger?event=nothing").text
