"""Small files that an LA uploads: of the organisations in it, looked at first."""

from collections.abc import Iterator
from io import BytesIO

import pytest

from ap_registry import embedded
from ap_registry.ingest.organisations import import_organisations
from ap_registry.registry import Registry
from tests.api.people import People, at_pages, hidden
from tests.world import GARAGE, PRU, PUPIL, SCHOOL, register_pupil

FILES = {
    "terms": f"organisation,starts_on,ends_on\n{SCHOOL},2026-11-02,2026-12-18\n",
    "closures": f"organisation,date,reason\n{SCHOOL},2026-11-30,INSET\n",
    "people": f"organisation,duty,name,email\n{SCHOOL},lead,Jo Lead,jo@alder.example\n",
    "headcounts": f"organisation,as_at,by,value,pupils\n{SCHOOL},2026-10-01,all,,900\n",
    "providers": f"provider,as_at,checks_confirmed_on\n{GARAGE},2026-10-01,2026-09-01\n",
}
START = (
    "type,upn,occurred_on,provider,commissioner,reason,intent,ends_on,sessions_per_week\n"
    f"placement_started,{PUPIL},2026-11-02,{PRU},{SCHOOL},behaviour,return,2027-02-12,"
)
ELSEWHERE = {kind: text.replace(SCHOOL, "100099").replace(GARAGE, "100099")
             for kind, text in FILES.items()}  # fmt: skip
RUTLAND = "100099,school,Rutland School,857,,\n"


def _fill(registry: Registry) -> None:
    text = f"id,kind,name,la,type_code,email\n{RUTLAND}"
    with registry.database.connection() as connection:
        import_organisations(
            connection, BytesIO(text.encode()), today=registry.today(), clock=registry.clock
        )
    register_pupil(registry)


@pytest.fixture(scope="module")
def people(servers: embedded.Servers) -> Iterator[People]:
    with at_pages(servers, _fill) as made:
        yield made


def look(people: People, role: str, kind: str, text: str) -> str:
    client = people(role)
    form = hidden(client.get("/upload").text.partition("Start from")[0])
    return client.post("/upload", data={**form, "kind": kind}, files={"file": ("a.csv", text)}).text


@pytest.mark.parametrize("kind", FILES)
def test_an_la_looks_at_a_file_saves_it_and_has_it_on_record(people: People, kind: str) -> None:
    page = look(people, "la", kind, FILES[kind])
    assert "Save 1 row" in page
    shown = people("la").get("/upload").text
    assert "What is not sent here, and why" in shown
    again = look(people, "la", kind, FILES[kind])
    assert "Save 1 row" in again  # nothing was saved by looking
    client = people("la")
    token = hidden(client.get("/rules/part-time.limit").text)["csrf"]
    saved = client.post("/upload/confirm", data={**hidden(page), "csrf": token, "do": "save"}).text
    assert "1 row saved" in saved
    assert "all of it is on record" in look(people, "la", kind, FILES[kind])


def test_what_was_ready_is_judged_anew_when_it_is_saved(people: People) -> None:
    """Two look at one start that differs: nothing is on record till one saves, and then once."""
    first, second = (look(people, "school", "notices", START + f"{n}\n") for n in (4, 6))
    assert "Save 1 row" in first
    assert "Save 1 row" in second
    client = people("school")
    token = hidden(client.get("/calendar").text)["csrf"]
    saved = [
        client.post("/upload/confirm", data={**hidden(page), "csrf": token, "do": "save"}).text
        for page in (first, second)
    ]
    assert "1 row saved" in saved[0]
    assert "0 rows saved" in saved[1]
    assert "at this provider is already open" in saved[1]


@pytest.mark.parametrize("kind", FILES)
def test_a_file_of_another_la_is_refused_row_by_row(people: People, kind: str) -> None:
    page = look(people, "la", kind, ELSEWHERE[kind])
    assert "100099 is not an organisation on record in your area" in page
    assert "No row can be saved" in page
    assert "Choose what is in the file" in look(people, "school", kind, FILES[kind])


@pytest.mark.parametrize("kind", FILES)
def test_an_empty_table_of_each_can_be_had_and_is_read(people: People, kind: str) -> None:
    asked = {"name": kind, "format": "csv"}
    table = people("la").get("/upload/template", params=asked).text
    assert "Check the file" in look(people, "la", kind, table)
    assert people("school").get("/upload/template", params=asked).status_code == 422


def test_the_closures_of_england_are_not_an_la_s(people: People) -> None:
    page = look(people, "la", "closures", "organisation,date,reason\nENGLAND,2026-11-30,Snow\n")
    assert "No row can be saved" in page


def test_a_file_of_terms_says_what_it_removes(people: People) -> None:
    rows = f"{PRU},2026-09-01,2026-10-16\n{PRU},2026-11-02,2026-12-18\n"
    head = "organisation,starts_on,ends_on\n"
    page = look(people, "la", "terms", head + rows)
    client = people("la")
    token = hidden(client.get("/rules/part-time.limit").text)["csrf"]
    client.post("/upload/confirm", data={**hidden(page), "csrf": token, "do": "save"})
    fewer = look(people, "la", "terms", head + rows.splitlines()[0] + "\n")
    assert "1 block of term on record goes" in fewer
    assert "Save 0 rows, remove 1" in fewer
