"""Who signs in to the demo finds a task of the role's own."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import httpx
import pytest

from ap_registry import embedded
from ap_registry.access import ROLES
from ap_registry.demo import build
from ap_registry.demo.family import invite
from ap_registry.demo.sign_ins import ORGANISATIONS, PASSWORD, add_sign_ins, email_of
from ap_registry.demo.tasks import leave_tasks
from ap_registry.demo.terms import PRESENT
from ap_registry.registry import Registry
from ap_registry.store.database import Database
from api.demonstration import sign_ins
from tests.conftest import fresh_database
from tests.serving import TRUSTS_NOBODY, served

Browser = Callable[[str], httpx.Client]
WAITS = [
    ("school", "/elsewhere", "Juniper Wood"),
    ("school", "/", "Tell the local authority"),
    ("provider", "/", "Referrals to answer"),
    ("provider", "/tasks/referrals", "Teal Ashdown"),
    ("provider", "/register", "Juniper Wood"),
    ("la", "/quality", "Marigold Fennick"),
    ("la", "/boards/sixth-day", "Skye Larkfield"),
    ("social_care", "/tasks/day-one", "Skye Larkfield"),
    ("virtual_school", "/tasks/day-one", "Skye Larkfield"),
]


@pytest.fixture(scope="module")
def registry(servers: embedded.Servers) -> Iterator[Registry]:
    with fresh_database(servers) as urls:
        database = Database(urls.database_url)
        found = Registry(database)
        build(found, pupils=2, at_once=True)
        leave_tasks(found)
        with database.connection() as connection:
            add_sign_ins(connection, at=PRESENT)
        yield found
        database.close()


@pytest.fixture(scope="module")
def browser(registry: Registry) -> Iterator[Browser]:
    opened: dict[str, httpx.Client] = {}
    with ExitStack() as stack:
        url = stack.enter_context(served(registry))

        def of(role: str) -> httpx.Client:
            if role not in opened:
                client = httpx.Client(base_url=url, verify=TRUSTS_NOBODY, timeout=60)
                opened[role] = stack.enter_context(client)
                given = {"email": email_of(role), "password": PASSWORD}
                assert client.post("/sign-in", data=given).status_code == 303
            return opened[role]

        yield of


@pytest.mark.parametrize(("role", "path", "waits"), WAITS)
def test_a_task_waits_for_whoever_signs_in(
    browser: Browser, role: str, path: str, waits: str
) -> None:
    assert waits in browser(role).get(path).text


def test_a_line_is_printed_for_each_role_that_signs_in_and_says_what_waits() -> None:
    lines = sign_ins().splitlines()
    assert [line.split()[0] for line in lines] == list(ORGANISATIONS)
    assert set(ROLES) - ORGANISATIONS.keys() == {"parent"}
    assert all(PASSWORD in line and line.rpartition(") ")[2] for line in lines)


def test_the_family_may_write_to_the_governors(registry: Registry) -> None:
    assert [one.who for one in invite(registry)] == ["a mother", "the young person"]
    with registry.database.connection() as connection:
        contacts = connection.execute(
            "select count(*) from event where type = 'contact_recorded.v1'"
        ).fetchone()
    assert contacts == (1,), "the mother whom the demo's pupil has"
