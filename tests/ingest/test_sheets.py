"""Headcounts and provider files: what is taken in, what it adds to, and what follows from it."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

import pytest
from openpyxl import Workbook

from ap_registry.ingest.results import ImportResult
from ap_registry.ingest.sheets import import_headcounts, import_providers
from ap_registry.provider_checks import Checked, hold_on
from ap_registry.registry import Registry
from ap_registry.store.rebuilding import check
from ap_registry.store.sheets import HEADCOUNTS, PROVIDERS, Sheet, present_rows
from ap_registry.store.verifying import verify
from tests.world import GARAGE, PRU, SCHOOL, load_world, notify, register_pupil

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
PROVIDER_HEADER = "provider,as_at,checks_confirmed_on,checks_changed_on,qa_words,teachers,"
PROVIDER_HEADER += "qualified_teachers,places\n"
PLACED = {"commissioner": SCHOOL, "reason": "behaviour", "ends_on": "2026-12-11",
          "sessions_per_week": 4, "intent": "return", "by": GARAGE}  # fmt: skip
UNCHECKED = "placement.checks-unconfirmed"


@pytest.fixture
def registry(empty_registry: Registry) -> Registry:
    empty_registry.clock = NOW
    load_world(empty_registry)
    return empty_registry


def send(registry: Registry, take: Callable[..., ImportResult], file: bytes) -> ImportResult:
    with registry.database.connection() as connection:
        result = take(connection, BytesIO(file), today=registry.today(), clock=registry.clock)
    registry.recompute_follow_ups()
    return result


def send_headcounts(registry: Registry, *rows: str) -> ImportResult:
    text = "organisation,as_at,by,value,pupils,places\n" + "\n".join(rows)
    return send(registry, import_headcounts, text.encode())


def send_providers(registry: Registry, *rows: str) -> ImportResult:
    return send(registry, import_providers, (PROVIDER_HEADER + "\n".join(rows)).encode())


def rows(registry: Registry, sheet: Sheet) -> list[Any]:
    with registry.database.connection() as connection:
        return list(present_rows(connection, sheet).values())


def counts(result: ImportResult) -> tuple[int, ...]:
    return (result.created, result.unchanged, result.duplicate, result.refused)


def test_headcounts_are_kept_by_day_and_group(registry: Registry) -> None:
    told = send_headcounts(
        registry, f"{PRU},2026-10-01,all,all,40,48", f"{PRU},01/10/2026,sex,F,11,"
    )
    assert counts(told) == (2, 0, 0, 0)
    assert rows(registry, HEADCOUNTS) == [
        {"organisation": PRU, "as_at": date(2026, 10, 1), "by": "all", "value": "all",
         "pupils": 40, "places": 48},
        {"organisation": PRU, "as_at": date(2026, 10, 1), "by": "sex", "value": "F",
         "pupils": 11, "places": None},
    ]  # fmt: skip


def test_the_same_headcounts_again_change_nothing(registry: Registry) -> None:
    row = f"{PRU},2026-10-01,all,,40,48"
    assert counts(send_headcounts(registry, row, row)) == (1, 0, 1, 0)
    again = send_headcounts(registry, row)
    assert counts(again) == (0, 1, 0, 0)


def test_another_number_replaces_the_first(registry: Registry) -> None:
    send_headcounts(registry, f"{PRU},2026-10-01,all,all,40,48")
    send_headcounts(registry, f"{PRU},2026-10-01,all,all,41,")
    assert [(row["pupils"], row["places"]) for row in rows(registry, HEADCOUNTS)] == [(41, 48)]


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        (f"{PRU},2026-10-01,house,Red,1,", "by", "unknown_code"),
        (f"{PRU},2026-10-01,,Red,1,", "by", "required"),
        (f"{PRU},2026-10-01,all,F,1,", "value", "unknown_code"),
        (f"{PRU},2026-10-01,sex,Q,1,", "value", "unknown_code"),
        (f"{PRU},2026-10-01,sex,,1,", "value", "required"),
        (f"{PRU},2026-10-01,all,all,,", "pupils", "required"),
        (f"{PRU},2026-10-01,all,all,-1,", "pupils", "bad_format"),
        (f"{PRU},2026-10-01,all,all,forty,", "pupils", "bad_format"),
        (f"{PRU},2026-13-01,all,all,1,", "as_at", "bad_format"),
        (f"{PRU},2026-11-21,all,all,1,", "as_at", "future_date"),
        ("999999,2026-10-01,all,all,1,", "organisation", "unknown_organisation"),
    ],
)
def test_a_bad_headcount_is_named(registry: Registry, row: str, column: str, code: str) -> None:
    told = send_headcounts(registry, row)
    assert [(e.row, e.column, e.code) for e in told.errors] == [(1, column, code)]


def test_a_blank_cell_erases_nothing_of_a_provider(registry: Registry) -> None:
    send_providers(registry, f"{GARAGE},2026-09-01,2026-08-28,,Well led,4,3,20")
    told = send_providers(registry, f"{GARAGE},2026-09-01,,,,5,,")
    (row,) = rows(registry, PROVIDERS)
    assert counts(told) == (1, 0, 0, 0)
    assert (row["checks_confirmed_on"], row["qa_words"], row["teachers"], row["places"]) == (
        date(2026, 8, 28), "Well led", 5, 20,
    )  # fmt: skip


def test_words_on_a_provider_are_in_the_private_part_of_the_event(registry: Registry) -> None:
    send_providers(registry, f"{GARAGE},2026-09-01,,,Well led by Pat,,,")
    with registry.database.connection() as connection:
        found = connection.execute(
            "select e.data::text, p.data::text from event e join event_private p"
            " using (pupil_id, stream, version) where e.type = 'provider_checked.v1'"
        ).fetchone()
    assert found is not None
    assert ("Pat" in found[0], "Pat" in found[1]) == (False, True)


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        ("LA856,2026-09-01,,,,,,", "provider", "unknown_organisation"),
        (",2026-09-01,,,,,,", "provider", "required"),
        (f"{GARAGE},,,,,,,", "as_at", "required"),
        (f"{GARAGE},2026-09-01,2026-11-21,,,,,", "checks_confirmed_on", "future_date"),
        (f"{GARAGE},2026-09-01,,,,3,4,", "qualified_teachers", "bad_format"),
    ],
)
def test_a_bad_row_of_a_provider_is_named(
    registry: Registry, row: str, column: str, code: str
) -> None:
    assert [(e.column, e.code) for e in send_providers(registry, row).errors] == [(column, code)]


def test_a_file_that_says_two_things_of_one_day_is_refused_the_second(registry: Registry) -> None:
    told = send_providers(registry, f"{GARAGE},2026-09-01,,,,4,,", f"{GARAGE},2026-09-01,,,,5,,")
    assert [(e.row, e.column, e.code) for e in told.errors] == [(2, "as_at", "ref_conflict")]


def test_a_workbook_is_read_too(registry: Registry) -> None:
    book, file = Workbook(), BytesIO()
    book.active.append(["Organisation", "As at", "By", "Value", "Pupils"])
    book.active.append([int(PRU), date(2026, 10, 1), "nc_year", 9, 12])
    book.save(file)
    assert counts(send(registry, import_headcounts, file.getvalue())) == (1, 0, 0, 0)
    assert [(row["value"], row["pupils"]) for row in rows(registry, HEADCOUNTS)] == [("9", 12)]


@pytest.mark.parametrize(
    ("confirmed", "changed", "holds"),
    [
        ("2026-10-05", None, True),
        ("2026-10-06", None, False),
        (None, None, False),
        ("2026-09-01", "2026-10-05", False),
        ("2026-09-01", "2026-10-06", True),
        ("2026-10-05", "2026-10-05", True),
    ],
)
def test_a_confirmation_holds_from_its_day_until_staff_change(
    confirmed: str | None, changed: str | None, holds: bool
) -> None:
    days = (day and date.fromisoformat(day) for day in (confirmed, changed))
    told = Checked(**dict(zip(("confirmed_on", "changed_on"), days, strict=True)))
    assert hold_on([told], date(2026, 10, 5)) is holds


def placed(registry: Registry) -> list[str]:
    register_pupil(registry, on="2026-09-02")
    told = notify(registry, "placement_started", "2026-10-05", provider=GARAGE, **PLACED)
    return [flag["rule"] for flag in told["flags"]]


def test_a_placement_rests_on_what_the_provider_confirmed(registry: Registry) -> None:
    send_providers(registry, f"{GARAGE},2026-09-01,2026-08-28,,,,,")
    assert placed(registry) == []


def test_a_placement_with_another_provider_does_not(registry: Registry) -> None:
    send_providers(registry, f"{PRU},2026-09-01,2026-08-28,,,,,")
    assert placed(registry) == [UNCHECKED]


def held(registry: Registry) -> tuple[list[str], list[str]]:
    """Rules flagged, and kinds of what is owed for them."""
    with registry.database.connection() as connection:
        flags = connection.execute("select rule from flag where until_at = 'infinity'").fetchall()
        owed = connection.execute(
            "select kind from follow_up where until_at = 'infinity' and closed_on is null"
            " and rule = %s", (UNCHECKED,)
        ).fetchall()  # fmt: skip
    return [rule for (rule,) in flags], [kind for (kind,) in owed]


def test_a_file_that_comes_after_the_placement_settles_it(registry: Registry) -> None:
    placed(registry)
    assert held(registry) == ([UNCHECKED], ["checks_confirmation"])
    send_providers(registry, f"{GARAGE},2026-09-01,2026-08-28,,,,,")
    assert held(registry) == ([], [])


def test_a_rebuild_comes_to_the_same(registry: Registry) -> None:
    placed(registry)
    send_providers(registry, f"{GARAGE},2026-09-01,2026-08-28,,Well led,4,3,20")
    send_providers(registry, f"{GARAGE},2026-09-01,,2026-09-30,,,,")
    send_headcounts(registry, f"{GARAGE},2026-10-01,all,all,9,20")
    assert held(registry)[0] == [UNCHECKED]
    assert check(registry.database).examples == []


def test_the_ledger_verifies_them(registry: Registry) -> None:
    send_providers(registry, f"{GARAGE},2026-09-01,2026-08-28,,Well led,4,3,20")
    with registry.database.connection() as connection:
        registry.closed(connection)
        with connection.transaction():
            assert verify(connection).first_bad is None
