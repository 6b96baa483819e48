"""Reports as files, as people ask for them: told by a link, opened when signed in, cancelled."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from html import unescape
from urllib.parse import urlencode

import httpx
import pytest

from ap_registry.installation import Installation
from ap_registry.store import accounts, sessions
from api.cookies import COOKIE
from jobs.access_letters import send_access_letters
from jobs.reporting import make_reports
from reports.abandoning import Abandoned, go_on, while_wanted
from reports.asking import asked_of
from reports.files import file_of
from reports.kinds import KINDS
from tests.jobs.conftest import Sink
from tests.serving import served
from tests.world import PRU, SCHOOL, notify, register_pupil

AsOf = Callable[[str, str, str], httpx.Client]
ASKED = {"from": "2025-09-01", "to": "2026-07-31"}


@pytest.fixture
def as_(morning: Installation, sink: Sink) -> Iterator[AsOf]:
    """A browser of somebody with an account, by name, role and organisation."""
    morning.settings.smtp_url = sink.url
    morning.settings.address = "https://ap.example.gov.uk/"
    at = morning.registry.now()
    with ExitStack() as opened, served(morning.registry) as url:

        def sign_in(name: str, role: str, organisation: str) -> httpx.Client:
            with morning.database.connection() as connection:
                account = accounts.add_account(
                    connection, email=f"{name}@example.org", name=name, role=role, at=at,
                    password="correct horse battery", organisation=organisation,
                )  # fmt: skip
                cookies = {COOKIE: sessions.begin(connection, account, at=at)}
            client = httpx.Client(base_url=url, timeout=60, cookies=cookies)
            return opened.enter_context(client)

        yield sign_in


def csrf(page: httpx.Response) -> str:
    found = re.search('name="csrf" value="([^"]+)"', page.text)
    assert found is not None, page.text
    return found[1]


def ask(client: httpx.Client, **more: str) -> httpx.Response:
    form = client.get("/reports/outcomes/later", params=ASKED)
    sent = {**ASKED, "csrf": csrf(form), "file": "csv", "every": "", "tell": "asker", **more}
    return client.post("/reports/outcomes/later", data=sent)


def test_whom_it_concerns_get_a_link_that_needs_them_to_sign_in(
    as_: AsOf, morning: Installation, sink: Sink
) -> None:
    sam, ali = as_("Sam", "la", "LA856"), as_("Ali", "la", "LA856")
    others = [as_("Eve", "la", "LA857"), as_("Pat", "panel", "LA856")]
    assert ask(sam, every="month", tell="colleagues").headers["location"] == "/reports/files"
    assert "Waiting" in sam.get("/reports/files").text
    assert (make_reports(morning), send_access_letters(morning)) == (1, 2)
    assert {letter["To"] for letter in sink.messages} == {"sam@example.org", "ali@example.org"}
    link = re.search(r"https://ap\.example\.gov\.uk(/reports/files/\S+)", str(sink.messages[0]))
    assert link is not None
    page, file = ali.get(link[1]), ali.get(f"{link[1]}/file")
    assert "Ready" in page.text
    assert file.content == sam.get("/reports/outcomes", params={**ASKED, "format": "csv"}).content
    assert ali.get(f"{link[1]}/manifest").json()["sha256"] == sha256(file.content).hexdigest()
    for other in others:
        answers = [other.get(f"{link[1]}{part}") for part in ("", "/file", "/manifest")]
        assert {one.status_code for one in answers} == {404}
    nobody = httpx.get(sam.base_url.join(link[1]))
    back = f"/sign-in?{urlencode({'next': link[1]})}"
    assert (nobody.status_code, nobody.headers["location"]) == (303, back)
    coming = sam.get("/reports/files").text
    assert ("From" in coming, "Each month" in coming) == (True, True)


def test_who_asked_for_one_that_fails_is_told_why_and_asks_again(
    as_: AsOf, morning: Installation, sink: Sink
) -> None:
    sam = as_("Sam", "la", "LA856")
    strange = "update report_run set given = '{\"provider\": \"999999\"}' where status = 'waiting'"
    ask(sam, every="month")
    with morning.database.connection() as connection:
        connection.execute(strange)
    assert (make_reports(morning), send_access_letters(morning)) == (0, 1)
    (letter,) = sink.messages
    text = letter.get_payload(decode=True).decode()
    assert (letter["To"], letter["Subject"]) == ("sam@example.org", "A report could not be made")
    assert "What went wrong: Provider must be an organisation on record" in text
    link = re.search(r"https://ap\.example\.gov\.uk(/reports/files/\S+)", text)
    assert link is not None
    page = sam.get(link[1]).text
    again = re.search('href="(/reports/outcomes/later[^"]+)">Ask again', page)
    assert ("Not made" in page, again is not None) == (True, True)
    form = sam.get(unescape(again[1])).text if again else ""
    assert re.search(r'value="month"[^>]* checked', form)
    ask(sam, tell="nobody")
    with morning.database.connection() as connection:
        connection.execute(strange)
    assert (make_reports(morning), send_access_letters(morning)) == (0, 0)


def test_one_that_is_cancelled_is_not_made_and_nobody_is_told(
    as_: AsOf, morning: Installation
) -> None:
    sam = as_("Sam", "la", "LA856")
    ask(sam)
    page = sam.get("/reports/files")
    where = re.search('action="(/reports/files/[^"]+)"', page.text)
    assert where is not None
    assert sam.post(where[1], data={"csrf": "wrong"}).status_code == 403
    assert sam.post(where[1], data={"csrf": csrf(page)}).status_code == 303
    assert (make_reports(morning), send_access_letters(morning)) == (0, 0)
    assert "Cancelled" in sam.get("/reports/files").text


def test_nobody_is_told_whose_account_has_ended_or_moved(
    as_: AsOf, morning: Installation, sink: Sink
) -> None:
    sam = as_("Sam", "la", "LA856")
    for name in ("Ann", "Bea", "Cy", "Dot"):
        as_(name, "la", "LA856")
    yesterday = morning.registry.today() - timedelta(days=1)
    with morning.database.connection() as connection:
        set_ = "update account set {} where name = %s"
        connection.execute(set_.format("last_on = %s"), (yesterday, "Ann"))
        ask(sam, every="week", tell="colleagues")
        assert make_reports(morning) == 1
        letters = "select count(*) from access_letter"
        assert connection.execute(letters).fetchone() == (4,)
        connection.execute(set_.format("disabled = true"), ("Bea",))
        connection.execute(set_.format("organisation = 'LA857'"), ("Cy",))
        connection.execute(set_.format("last_on = %s"), (yesterday, "Dot"))
        assert send_access_letters(morning) == 1
        assert [letter["To"] for letter in sink.messages] == ["sam@example.org"]
        connection.execute(set_.format("last_on = %s"), (yesterday, "Sam"))
        connection.execute("update report_run set not_before = made_at where status = 'waiting'")
        assert make_reports(morning) == 0
        latest = "select status from report_run order by made_at desc limit 1"
        assert connection.execute(latest).fetchone() == ("failed",)


def test_a_half_term_s_report_comes_the_day_after_it(as_: AsOf, morning: Installation) -> None:
    sam = as_("Sam", "la", "LA856")
    ask(sam, every="half_term", tell="nobody")
    assert make_reports(morning) == 1
    with morning.database.connection() as connection:
        (coming,) = connection.execute(
            "select not_before from report_run where status = 'waiting'"
        ).fetchone() or (None,)
    world = morning.registry.worlds
    with morning.database.connection() as connection:
        ends = world.fresh(connection).calendars.of("LA856").block_end(morning.registry.today())
    assert ends is not None
    days = (ends - morning.registry.today()).days + 1
    assert round((coming - datetime.now(UTC)).total_seconds() / 86_400) == days


def test_what_is_wrong_with_a_form_is_said_beside_it(as_: AsOf) -> None:
    sam = as_("Sam", "la", "LA856")
    assert "choose what the file is to be" in ask(sam, file="docx").text.lower()
    assert "must not be before" in ask(sam, **{"to": "2024-07-31"}).text


@pytest.mark.parametrize(
    ("name", "given"),
    [("outcomes", {"la": "856"}), ("dashboard", {}), ("school", {"school": "100001"})],
)
def test_a_report_that_nobody_wants_is_left_off_in_its_middle(
    morning: Installation, name: str, given: dict[str, str]
) -> None:
    register_pupil(morning.registry)
    notify(
        morning.registry, "placement_started", "2026-02-02", provider=PRU, commissioner=SCHOOL,
        reason="behaviour", ends_on="2026-12-18", sessions_per_week=4, intent="return",
    )  # fmt: skip
    kind = KINDS[name]
    asked = asked_of(kind, given)
    with while_wanted(lambda: True), pytest.raises(Abandoned):
        file_of(kind.read(morning.registry, asked), "csv")
    with while_wanted(lambda: False):
        assert file_of(kind.read(morning.registry, asked), "csv")
    go_on()  # nobody asks
