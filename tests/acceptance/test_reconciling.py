"""``reconcile`` as an office runs it: exit 1 and each difference, or exit 0."""

from collections.abc import Iterator

import pytest

from ap_registry.embedded import Servers
from ap_registry.store.database import connect
from tests.acceptance.conftest import enter, practice
from tests.acceptance.office import Office
from tests.world import PRU, SCHOOL


@pytest.fixture
def own(servers: Servers, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Office, Servers]]:
    with practice(servers) as urls:
        yield enter(urls, monkeypatch), urls


def test_rows_are_compared_with_the_ledger(own: tuple[Office, Servers]) -> None:
    office, urls = own
    office.pupil()
    assert office.run("reconcile")[0] == 0
    with connect(urls.database_owner_url) as connection:
        connection.execute("update roll set registration = 'S'")
    code, out = office.run("reconcile")
    assert (code, out.splitlines()[-1].split("; ")[1]) == (1, "1 differences are held")
    told = office.ask("reconcile")
    assert [(one["table"], one["held"], one["derived"]) for one in told["items"]] == [
        ("roll", "S", "C")
    ]
    assert office.run("rebuild")[0] == 0
    assert office.run("reconcile")[0] == 0


def test_a_list_is_compared_with_the_registry(own: tuple[Office, Servers]) -> None:
    office, _urls = own
    pupil = office.pupil()
    words = ("reconcile", "--school", SCHOOL, "-")
    assert office.run(*words, stdin=f"upn\n{pupil.upn}\n")[0] == 0
    code, out = office.run(*words, stdin=f"upn,status,provider\n{pupil.upn},placed,{PRU}\n")
    assert (code, "only in the file" in out, pupil.upn in out) == (1, True, False)


def test_a_file_without_its_school_is_no_question(own: tuple[Office, Servers]) -> None:
    office, _urls = own
    assert office.run("reconcile", "-", stdin="upn\n")[0] == 2
    assert office.run("reconcile", "--school", SCHOOL)[0] == 2
