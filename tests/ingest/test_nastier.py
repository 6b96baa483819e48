"""What comes of each nasty file, by every way in: never a 500, always a word."""

import base64
import io
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from ap_registry import embedded
from ap_registry.errors import Unreadable
from ap_registry.ingest.notices import import_notices
from ap_registry.registry import Registry
from api.pages.sent_file import MOST_BYTES
from tests.api.conftest import Login, address, as_
from tests.api.people import People, at_pages, hidden
from tests.ingest.nastier import FILE, NASTIER, NEW, ROWS, SAME, Nasty
from tests.ingest.nasty import ROW, text
from tests.ingest.test_command import Command, command
from tests.world import SCHOOL, take_organisations

__all__ = ["address", "as_", "command"]
SOME = NASTIER[::9]
Became = tuple[str, str]


def prepare(registry: Registry) -> None:
    """The school by its LAESTAB, and the suspension that the good files say."""
    take_organisations(registry, f"id,kind,name,la,laestab\n{SCHOOL},school,A,856,8564001\n")
    assert import_notices(registry, io.BytesIO(text().encode())).created == 1


def took(registry: Registry, content: bytes) -> tuple[str, str]:
    """What became of it, and the columns and codes, or the words, by which it was refused."""
    try:
        told = import_notices(registry, io.BytesIO(content), dry_run=True)
    except Unreadable as unreadable:
        return FILE, str(unreadable)
    if told.errors:
        assert all(error.row and error.detail for error in told.errors)
        return ROWS, " ".join(sorted({f"{error.column}:{error.code}" for error in told.errors}))
    return (SAME if told.unchanged and not told.created else NEW), ""


def is_as_expected(one: Nasty, became: Became) -> bool:
    then, said = became
    if then != one.then:
        return False
    if then == ROWS:
        return one.said == "*" or one.said == said
    return one.said.lower() in said.lower()


def test_each_is_taken_as_it_is_meant_or_refused_by_name(registry: Registry) -> None:
    assert len(NASTIER) > 60
    prepare(registry)
    became = {one.name: (took(registry, one.content), one) for one in NASTIER}
    assert {n: b for n, (b, one) in became.items() if not is_as_expected(one, b)} == {}


@pytest.fixture(scope="module")
def people(servers: embedded.Servers) -> Iterator[People]:
    with at_pages(servers, prepare) as found:
        yield found


def test_on_the_page_each_is_looked_at_or_refused_beside_its_field(people: People) -> None:
    school = people("school")
    csrf = {"csrf": school.get("/upload").text.split('name="csrf" value="')[1].split('"')[0]}
    told = {}
    for one in SOME:
        file = {"file": (one.name[:20], one.content, "text/csv")}
        got = school.post("/upload", data={**csrf, "kind": "notices"}, files=file)
        told[one.name] = got.status_code, "Check the file" in got.text
    expected = {one.name: (422, False) if one.then == FILE else (200, True) for one in SOME}
    assert told == expected


def test_of_two_files_at_once_neither_is_taken(people: People) -> None:
    school = people("school")
    csrf = {"csrf": school.get("/upload").text.split('name="csrf" value="')[1].split('"')[0]}
    files = [("file", (f"{n}.csv", text().encode(), "text/csv")) for n in range(2)]
    got = school.post("/upload", data={**csrf, "kind": "notices"}, files=files)
    assert (got.status_code, "Send one file at a time" in got.text) == (422, True)


def test_a_file_of_the_most_bytes_comes_back_in_its_form(people: People) -> None:
    """Of what cannot be packed: the form that goes back is longer than the file."""
    school = people("school")
    noise = base64.b64encode(random.Random(1).randbytes(MOST_BYTES * 3 // 4 - 1_000)).decode()
    notes = [noise[n : n + 15_000] for n in range(0, len(noise), 15_000)]
    content = "type,note\n" + "".join(f"nothing,{note}\n" for note in notes)
    csrf = {"csrf": school.get("/upload").text.split('name="csrf" value="')[1].split('"')[0]}
    file = {"file": ("long.csv", content.encode()[:MOST_BYTES], "text/csv")}
    page = school.post("/upload", data={**csrf, "kind": "notices"}, files=file).text
    got = school.post("/upload/confirm", data={**hidden(page), "do": "errors"})
    assert (got.status_code, len(got.text.splitlines())) == (200, len(notes) + 1)


def test_a_register_of_no_kind_is_told_which_are_taken(as_: Login) -> None:
    got = as_("school", SCHOOL).post("/api/v1/attendance", content=b"upn,organisation\n")
    assert (got.status_code, "text/csv" in got.json()["detail"]) == (415, True)


def test_as_a_register_over_http_each_is_malformed_in_words(as_: Login, registry: Registry) -> None:
    client = as_("school", SCHOOL)
    for one in SOME:
        got = client.post(
            "/api/v1/attendance", content=one.content, headers={"Content-Type": "text/csv"}
        )
        assert (got.status_code, bool(got.json()["detail"])) == (400, True), one.name


def test_on_the_command_line_each_ends_with_its_code(
    command: Command, registry: Registry, tmp_path: Path
) -> None:
    prepare(registry)
    codes = {SAME: 0, NEW: 0, ROWS: 1, FILE: 2}
    for one in SOME:
        (tmp_path / "sent").write_bytes(one.content)
        ran = command("import", "notices", "sent", "--dry-run")
        assert (ran.returncode, "Traceback" in ran.stderr) == (codes[one.then], False), one.name
        assert ROW["upn"] not in ran.stderr
