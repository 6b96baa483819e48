"""A private link sent by email: to the address on record, without the child's name or the code."""

import re
from collections.abc import Iterator

import httpx
import pytest

from ap_registry.installation import Installation
from jobs.access_letters import NO_LINK, send_access_letters
from tests.api.family import open_link, plain, record_mother
from tests.api.people import hidden, signed_in
from tests.jobs.conftest import Sink
from tests.serving import TRUSTS_NOBODY, served
from tests.world import PUPIL, SCHOOL, register_pupil

LINKS = f"/pupils/{PUPIL}/links"


@pytest.fixture
def office(morning: Installation, sink: Sink) -> Iterator[httpx.Client]:
    morning.settings.smtp_url = sink.url
    register_pupil(morning.registry)
    with (
        served(morning.registry, morning.settings) as url,
        httpx.Client(base_url=url, verify=TRUSTS_NOBODY, timeout=60) as client,
    ):
        morning.settings.address = url
        signed_in(morning.registry, client, "school", SCHOOL)
        yield client


def ask(client: httpx.Client, who: str, **given: str) -> str:
    form = {**hidden(client.get(LINKS).text), "who": who, "how": "email", **given}
    return client.post(LINKS, data=form).text


def letters(found: Installation) -> list[tuple[str | None, str | None]]:
    with found.database.connection() as connection:
        return connection.execute("select failed, to_email from access_letter").fetchall()


def test_a_link_goes_to_the_address_that_the_office_has_checked_and_opens_by_the_code(
    morning: Installation, sink: Sink, office: httpx.Client
) -> None:
    mother = record_mother(morning.registry, email="mo@home.example")
    dad = record_mother(morning.registry, name="Di Example", relation="father")
    assert "No email address of this person is on record" in ask(office, dad, confirmed="yes")
    assert "Say that you have checked the address" in ask(office, mother)
    assert letters(morning) == []
    told = ask(office, mother, confirmed="yes")
    code = re.search(r"<code>(\S+)</code>", told)
    assert code is not None
    assert "/family/link/" not in told
    assert "Waits to be sent by email" in plain(office.get(LINKS).text)
    assert (send_access_letters(morning), send_access_letters(morning)) == (1, 0)
    (letter,) = sink.messages
    said = f"{letter['Subject']} {letter.get_payload()}"
    assert (letter["To"], letter["Subject"]) == ("mo@home.example", "A private page for you")
    assert [
        one for one in ("Ann", "Example", PUPIL, code[1], "3 February", "2011") if one in said
    ] == []
    link = re.search(r"\S+(/family/link/\S+)", said)
    assert link is not None
    page = open_link(office, link[1], code[1])
    assert "Ann’s school days" in page.text
    assert letters(morning) == [(None, None)]
    assert "Sent by email" in plain(office.get(LINKS).text)


def test_a_link_that_was_ended_before_its_letter_went_is_not_sent(
    morning: Installation, sink: Sink, office: httpx.Client
) -> None:
    mother = record_mother(morning.registry, email="mo@home.example")
    ask(office, mother, confirmed="yes")
    page = office.get(LINKS).text
    ending = re.search(r'action="(/pupils/[^"]*/end)"', page)
    assert ending is not None
    office.post(ending[1], data={"csrf": hidden(page)["csrf"]})
    assert (send_access_letters(morning), sink.messages) == (0, [])
    assert letters(morning) == [(NO_LINK, None)]


def test_nothing_is_offered_where_no_mail_can_be_sent(
    morning: Installation, office: httpx.Client
) -> None:
    mother = record_mother(morning.registry, email="mo@home.example")
    morning.settings.smtp_url = None
    assert "How does the link get there?" not in office.get(LINKS).text
    assert "/family/link/" in ask(office, mother, confirmed="yes")
