"""What people really send is understood, or refused in words: by every way in, never by half."""

import io
from pathlib import Path

import pytest

from ap_registry.errors import Unreadable
from ap_registry.ingest.notices import import_notices
from ap_registry.ingest.results import ImportResult
from ap_registry.registry import Registry
from tests.api.conftest import Login, address, as_
from tests.ingest.nasty import ODD, ROW, Bad, bad_files, text
from tests.ingest.test_command import Command, command
from tests.world import SCHOOL, register_pupil, upn

__all__ = ["address", "as_", "command"]


def take(registry: Registry, content: bytes, *, dry_run: bool = False) -> ImportResult:
    return import_notices(registry, io.BytesIO(content), dry_run=dry_run)


def test_a_good_row_in_odd_clothes_is_the_same_notice(registry: Registry) -> None:
    """Each is the one that is on record: the same content, so unchanged."""
    assert take(registry, text().encode()).created == 1
    told = {odd.name: take(registry, odd.content) for odd in ODD}
    wrong = {name: (one.rows, one.errors) for name, one in told.items() if one.unchanged != 1}
    assert wrong == {}
    assert [name for name, one in told.items() if one.rows != 1] == []


@pytest.fixture(scope="module")
def bad() -> tuple[Bad, ...]:
    return tuple(bad_files())


def test_a_bad_file_is_refused_by_what_is_wrong_and_nothing_of_it_is_taken(
    registry: Registry, bad: tuple[Bad, ...]
) -> None:
    for one in bad:
        with pytest.raises(Unreadable, match=one.said) as refused:
            take(registry, one.content)
        assert ROW["upn"] not in str(refused.value), one.name
    with registry.database.connection() as connection:
        assert connection.execute("select count(*) from event where stream = 0").fetchone() == (0,)


def test_on_the_command_line_a_bad_file_ends_with_2_and_one_plain_line(
    command: Command, tmp_path: Path, bad: tuple[Bad, ...]
) -> None:
    for kind in ("notices", "attendance", "people", "nccis", "organisations"):
        for one in bad[:: 1 if kind == "notices" else 5]:
            (tmp_path / "sent").write_bytes(one.content)
            ran = command("import", kind, "sent")
            assert (ran.returncode, ran.stdout) == (2, ""), (kind, one.name)
            assert (len(ran.stderr.splitlines()), "Traceback" in ran.stderr) == (1, False)


def test_over_http_a_bad_file_is_malformed_and_said_so(
    as_: Login, registry: Registry, bad: tuple[Bad, ...]
) -> None:
    register_pupil(registry)
    client = as_("school", SCHOOL)
    for one in bad:
        got = client.post(
            "/api/v1/attendance", content=one.content, headers={"Content-Type": "text/csv"}
        )
        assert (got.status_code, one.name) == (400, one.name), got.text
        assert got.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("written", "why"),
    [("01-09-25", ""), ("9/13/2026", "month seems to stand first"), ("31/02/2026", ""),
     ("2026-02-30", ""), ("soon", ""), ("60000", ""), ("Tue 2 March 2026", "that weekday"),
     ("02/03/2026 9:30 AM", "programs put the month first")],
)  # fmt: skip
def test_a_day_that_may_be_another_is_refused_with_examples(
    registry: Registry, written: str, why: str
) -> None:
    (error,) = take(registry, text({**ROW, "occurred_on": written}).encode()).errors
    assert why in error.detail
    assert (error.column, error.code) == ("occurred_on", "bad_format")
    assert "such as 2025-03-31 (or 31/03/2025, 31 Mar 2025)" in error.detail


def test_a_row_that_is_a_total_does_not_spoil_the_others(registry: Registry) -> None:
    told = take(registry, (text() + "Total,1\n").encode())
    assert (told.created, [(e.row, e.code) for e in told.errors]) == (1, [(2, "unknown_type")])


def test_a_formula_in_a_cell_stays_text(registry: Registry) -> None:
    told = take(registry, text({**ROW, "note": "=HYPERLINK(1)", "upn": upn(2)}).encode())
    assert told.created == 1
    again = take(registry, text({**ROW, "note": "'=HYPERLINK(1)", "upn": upn(2)}).encode())
    assert again.unchanged == 1
