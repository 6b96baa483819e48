"""POST /ctf and GET /pupils/{pupil}/ctf: a pupil goes from one school to the next by file."""

import io

import pytest

from ap_registry.ctf.document import Ctf
from ap_registry.ctf.reading import read_ctf
from ap_registry.ctf.writing import write_ctf
from ap_registry.registry import Registry
from tests.api.conftest import Login
from tests.ctf.test_taking import ANN, FILE, NUMBERS
from tests.world import OTHER, PRU, PUPIL, SCHOOL, register_pupil, take_organisations

XML = {"Content-Type": "application/xml"}


@pytest.fixture(autouse=True)
def schools(registry: Registry) -> None:
    take_organisations(registry, NUMBERS)


def test_what_one_school_gets_the_next_may_send(registry: Registry, as_: Login) -> None:
    register_pupil(registry, upn=PUPIL)
    got = as_("school", SCHOOL).get(f"/api/v1/pupils/{PUPIL}/ctf", params={"to": OTHER})
    assert (got.status_code, got.headers["content-disposition"]) == (
        200, 'attachment; filename="8564001_CTF_8564002_001.xml"',
    )  # fmt: skip
    assert got.headers["x-left-out"] == "home_la=1"
    (pupil,) = read_ctf(io.BytesIO(got.content)).pupils
    assert (pupil.upn, pupil.surname, pupil.enrolment) == (PUPIL, "Example", "C")
    sent = as_("school", SCHOOL).post("/api/v1/ctf", content=got.content, headers=XML)
    assert (sent.status_code, sent.json()["unchanged"]) == (200, 1)


def test_a_file_is_taken_as_its_rows_say(as_: Login) -> None:
    told = as_("la", "LA856").post("/api/v1/ctf", content=write_ctf(FILE), headers=XML).json()
    assert (told["created"], told["errors"], told["notices"]["pupil_registered"]) == (1, [], 1)


@pytest.mark.parametrize(
    ("role", "name", "body", "kind", "status"),
    [
        ("school", SCHOOL, b"<CTfile>", "application/xml", 400),
        ("school", SCHOOL, b"\xff\xfe<", "application/xml", 400),
        ("school", SCHOOL, b"upn\n1\n", "text/csv", 415),
        ("provider", PRU, b"<CTfile/>", "text/xml", 403),
    ],
)
def test_what_cannot_be_taken_is_answered_in_words(
    as_: Login, role: str, name: str, body: bytes, kind: str, status: int
) -> None:
    got = as_(role, name).post("/api/v1/ctf", content=body, headers={"Content-Type": kind})
    assert (got.status_code, got.headers["content-type"]) == (status, "application/problem+json")


def test_only_who_sees_a_pupil_gets_its_file(registry: Registry, as_: Login) -> None:
    register_pupil(registry, upn=PUPIL)
    path = f"/api/v1/pupils/{PUPIL}/ctf"
    asked = (("school", OTHER, 404), ("provider", PRU, 403), ("la", "LA856", 200))
    assert [as_(role, name).get(path).status_code for role, name, _ in asked] == [
        status for _role, _name, status in asked
    ]


def test_a_file_of_nobody_is_taken_and_says_so(as_: Login) -> None:
    empty = write_ctf(Ctf(header=FILE.header, pupils=()))
    told = as_("school", SCHOOL).post("/api/v1/ctf", content=empty, headers=XML).json()
    assert (told["rows"], told["created"]) == (0, 0)
    assert ANN.upn not in str(told)
