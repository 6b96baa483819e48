"""The inclusion dashboard over a made world equals a count by hand; and what it says of few."""

import math
from collections.abc import Iterator
from datetime import date
from io import BytesIO
from statistics import median
from typing import Any
from uuid import uuid4

import pytest
from openpyxl import load_workbook

from ap_registry import embedded
from ap_registry.ingest.attendance import import_attendance
from ap_registry.ingest.sheets import import_headcounts
from ap_registry.registry import Registry
from ap_registry.store.database import Database
from reports.dashboard.relative import in_words, relative
from reports.dashboard.tally import Tally
from reports.files import file_of
from reports.kinds import KINDS, Made
from tests.conftest import fresh_database
from tests.reports.cells import cells_of
from tests.reports.inclusion import (
    CEDAR,
    FIRST,
    HEADCOUNTS,
    ICB,
    LAST,
    ORGANISATIONS,
    TRUST,
    Child,
    by_area,
    by_sen,
)
from tests.reports.telling import Telling
from tests.world import GARAGE, SCHOOL, load_world, take_organisations, upn

World = tuple[Registry, list[Child]]


@pytest.fixture(scope="module")
def world(servers: embedded.Servers) -> Iterator[World]:
    """Sixty pupils in two LAs, told once for all tests of this module."""
    with fresh_database(servers) as urls:
        database = Database(urls.database_url)
        registry = Registry(database)
        load_world(registry)
        take_organisations(registry, ORGANISATIONS)
        with database.connection() as connection:
            took = import_headcounts(connection, BytesIO(HEADCOUNTS.encode()),
                                     today=registry.today())  # fmt: skip
        assert took.errors == []
        children = [Child(number, registry.today()) for number in range(1, 61)]
        told = [notice for child in children for notice in child.notices]
        outcomes = registry.record_many(told, each=True)
        assert [one.problems for one in outcomes if one.problems] == []
        _mark(registry, children)
        yield registry, children
        database.close()


def _mark(registry: Registry, children: list[Child]) -> None:
    text = "upn,organisation,week,marks\n" + "".join(
        f"{upn(child.number)},{GARAGE},{week},{' '.join(codes)}\n"
        for child in children
        for week, codes in child.marks
    )
    assert import_attendance(registry, BytesIO(text.encode())).errors == []


def made(registry: Registry, first: date = FIRST, last: date = LAST, **asked: Any) -> Made:
    whole = {"la": None, "trust": None, "icb": None, "known_by": None, "publish": False}
    return KINDS["dashboard"].read(registry, {"from": first, "to": last, **whole, **asked})


def rows(found: Made) -> dict[tuple[str, str, str], dict[str, Any]]:
    return {(row["area"], row["code"], row["measure"]): row for row in found.object["rows"]}


def test_every_measure_of_every_area_is_as_counted_by_hand(world: World) -> None:
    registry, children = world
    found = {
        key: row for key, row in rows(made(registry)).items()
        if key[2] != "confirmed"
    }  # fmt: skip
    expected = by_area(children)
    assert set(found) == set(expected)
    for key, counted in expected.items():
        if isinstance(counted, tuple):
            assert (found[key]["numerator"], found[key]["denominator"]) == counted, key
        else:
            said = {name: found[key][name] for name in ("count", "mean", "median", "longest")}
            mean = sum(counted) / len(counted)
            assert (said["count"], said["longest"]) == (len(counted), counted[-1]), key
            assert said["median"] == median(counted), key
            assert math.isclose(said["mean"], mean, abs_tol=0.05 + 1e-9), key


def test_every_group_is_as_counted_by_hand(world: World) -> None:
    registry, children = world
    found = {
        (row["measure"], row["value"]): row for row in made(registry).object["groups"]
        if row["by"] == "sen_provision"
    }  # fmt: skip
    for key, (yes, of, index) in by_sen(children).items():
        if not of:
            continue
        row = found[key]
        assert (row["numerator"], row["denominator"]) == (yes, of), key
        if index is None:
            assert row["relative"] is None, key
        else:
            assert math.isclose(row["relative"], index, abs_tol=0.005 + 1e-9), key


def test_girls_are_set_against_boys(world: World) -> None:
    """Who is of unknown sex is on neither side; no headcount by sex is here, so no rate of it."""
    registry, children = world
    said = {row["value"]: row for row in made(registry).object["groups"]
            if (row["by"], row["measure"]) == ("sex", "heard")}  # fmt: skip
    heard = {sex: [c for child in children if child.sex == sex for c in child.counts["heard"]]
             for sex in "FM"}  # fmt: skip
    counts = {sex: (sum(c[2] for c in of), sum(c[3] for c in of)) for sex, of in heard.items()}
    assert {value: (row["numerator"], row["denominator"]) for value, row in said.items()} == counts
    assert [said[one]["others"] for one in "FM"] == [counts[one][1] for one in "MF"]
    page = file_of(made(registry), "html").decode()
    assert "Sex: female" in page


@pytest.mark.parametrize("kept", [{"la": "857"}, {"trust": TRUST}])
def test_one_area_is_what_the_whole_says_of_it(world: World, kept: dict[str, str]) -> None:
    registry, _ = world
    ((kind, code),) = kept.items()
    whole, narrow = rows(made(registry)), rows(made(registry, **kept))
    of_it = {key[2]: row for key, row in whole.items() if key[:2] == (kind, code)}
    alone = {key[2]: row for key, row in narrow.items() if key[:2] == ("all", "all")}
    for row in (*of_it.values(), *alone.values()):
        del row["area"], row["code"]
    assert alone == of_it


def test_what_happened_where_no_headcount_is_known_stands_beside_the_rate(world: World) -> None:
    registry, children = world
    row = rows(made(registry))["all", "all", "suspensions"]
    every = sum(len(child.counts["suspensions"]) for child in children)
    assert row["without_headcount"] > 0
    assert row["numerator"] + row["without_headcount"] == every


def test_rates_have_two_decimals_and_shares_their_range(world: World) -> None:
    registry, _ = world
    found = rows(made(registry))
    suspended = found["la", "857", "suspensions"]
    assert suspended["rate"] == round(100 * suspended["numerator"] / 700 + 1e-9, 2)
    assert suspended["low"] is None
    share = found["la", "857", "pupils_suspended"]
    assert share["low"] <= share["rate"] <= share["high"]
    assert found["all", "all", "absence"]["low"] is None


def test_of_an_icb_small_numbers_are_hidden(world: World) -> None:
    registry, _ = world
    whole, narrow = rows(made(registry)), made(registry, icb=ICB)
    assert narrow.object["published"] is True
    for key, row in rows(narrow).items():
        of_it = whole["icb", ICB, key[2]]
        small = 0 < of_it.get("numerator", of_it.get("count")) <= 5
        assert (row.get("numerator", row.get("count")) == "c") >= small, key
        shown = {name: value for name, value in row.items() if value != "c"}
        assert {name: of_it[name] for name in shown if name not in {"area", "code"}} == {
            name: value for name, value in shown.items() if name not in {"area", "code"}
        }, key
    assert b"Small numbers are hidden (c)" in file_of(narrow, "html")


def test_every_format_says_it(world: World) -> None:
    registry, _ = world
    found = made(registry, known_by=registry.now())
    page = file_of(found, "html").decode()
    for words in ("Inclusion dashboard", "Learning Trust", "England: 0.13 per 100", "<svg"):
        assert words in page
    row = rows(found)["all", "all", "permanent_exclusions"]
    said = {str(row["numerator"]), str(row["denominator"])}
    for format in ("html", "xlsx", "csv"):
        assert any(cells >= said for cells in cells_of(file_of(found, format), format)), format
    book = load_workbook(BytesIO(file_of(found, "xlsx")))
    for sheet, heads in (("groups", ("Times as often as others", "Range from")),
                         ("suspensions", ("Per 100 pupils",))):  # fmt: skip
        for column in book[sheet].iter_cols():
            if column[0].value in heads:
                values = {type(cell.value) for cell in column[1:]}
                assert values <= {int, float, type(None)}, (sheet, column[0].value)
                assert values & {int, float}
                assert {cell.number_format for cell in column[1:]} == {"#,##0.00"}
    assert file_of(found, "pdf").startswith(b"%PDF")


def test_a_duty_due_today_is_not_yet_late(registry: Registry) -> None:
    """And what is late counts each school day until today."""
    ann = Telling(registry)
    ann.excluded("2026-11-02")  # owed from 9 November
    day = date(2026, 11, 1)
    at = {"known_by": registry.now()}
    found = rows(made(registry, day, date(2026, 11, 30), **at))
    late = (registry.today() - date(2026, 11, 9)).days
    assert late > 0
    assert found["all", "all", "sixth_day_on_time"]["rate"] == 0.0
    assert found["all", "all", "sixth_day_breach"]["count"] == 1
    early = rows(made(registry, day, date(2026, 11, 8), **at))
    assert ("all", "all", "sixth_day_on_time") not in early


def test_more_pupils_than_a_headcount_has_are_no_share() -> None:
    tally = Tally(pupils={uuid4(), uuid4()})
    row = tally.row("pupils_suspended", 1)
    assert [row[name] for name in ("numerator", "denominator", "rate", "low", "high")] == [
        2, 1, None, None, None,
    ]  # fmt: skip


def test_one_la_counts_what_its_schools_answered_for_pupils_of_others(registry: Registry) -> None:
    take_organisations(registry, ORGANISATIONS)
    ann = Telling(registry, home_la="857", on_roll=False)
    ann.tell("joined_roll", "2024-09-02", school=CEDAR, registration="C")
    ann.tell("ehc_milestone", "2025-02-03", milestone="consulted", school=SCHOOL)
    row = rows(made(registry, la="856"))["all", "all", "ehc_consultation_refused"]
    assert (row["numerator"], row["denominator"]) == (0, 1)


def test_a_school_consulted_again_refuses_once(registry: Registry) -> None:
    ann = Telling(registry)
    for on, milestone in (("2025-02-03", "consulted"), ("2025-03-03", "consulted"),
                          ("2025-03-10", "refused_by_school")):  # fmt: skip
        ann.tell("ehc_milestone", on, milestone=milestone, school=SCHOOL)
    row = rows(made(registry))["all", "all", "ehc_consultation_refused"]
    assert (row["numerator"], row["denominator"]) == (1, 2)


def test_a_service_that_says_again_that_it_waits_is_waited_for_once(registry: Registry) -> None:
    ann = Telling(registry)
    about = ann.tell("referral", "2025-02-03", route="section_19", objectives=["Calm"])
    for on, response in (("2025-02-10", "waiting"), ("2025-03-10", "waiting"),
                         ("2025-03-20", "started"), ("2025-05-01", "waiting"),
                         ("2025-05-11", "closed")):  # fmt: skip
        ann.tell("health_response", on, about=about, response=response, service="CAMHS")
    row = rows(made(registry))["all", "all", "health_wait"]
    assert (row["count"], row["longest"]) == (2, 38)  # 18 days of February, 20 of March


def test_a_dashboard_of_nothing_says_so(empty_registry: Registry) -> None:
    found = made(empty_registry)
    assert [row["measure"] for row in found.object["rows"]] == ["confirmed"]
    assert b"Nothing of this kind is on record." in file_of(found, "html")


@pytest.mark.parametrize(
    ("counts", "times", "expected"),
    [
        # Katz: 20/100 against 10/100 is 2.00 (0.99 to 4.05); as times 0.94 to 4.27.
        ((20, 100, 10, 100), False, (2.0, 0.99, 4.05)),
        ((20, 100, 10, 100), True, (2.0, 0.94, 4.27)),
        ((0, 100, 10, 100), False, (0.0, None, None)),
        ((5, 100, 0, 100), False, (None, None, None)),
        ((5, 0, 10, 100), False, (None, None, None)),
        ((12, 10, 10, 100), False, (None, None, None)),
        ((12, 10, 10, 100), True, (12.0, 5.18, 27.77)),
    ],
)
def test_relative_rates(
    counts: tuple[int, int, int, int], times: bool, expected: tuple[float | None, ...]
) -> None:
    found = relative(*counts, times=times)
    assert tuple(found.values()) == expected


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ((30, 100, 10, 100), "more often than others"),
        ((10, 100, 30, 100), "less often than others"),
        ((20, 100, 10, 100), "not different from others"),
        ((9, 9, 10, 100), "too few pupils to say"),
        ((10, 100, 9, 9), "too few pupils to say"),
        ((0, 100, 10, 100), "never in this group"),
        ((5, 100, 0, 100), "cannot be said"),
    ],
)
def test_relative_rates_in_words(counts: tuple[int, int, int, int], said: str) -> None:
    row = {**relative(*counts), "denominator": counts[1], "others": counts[3]}
    assert in_words(row) == said


def test_who_still_waits_is_counted_apart_until_something_follows(registry: Registry) -> None:
    """From the exclusion that the referral is about; what was declined is waited for no more."""
    ann, bea = Telling(registry), Telling(registry, 2)
    excluded = ann.excluded("2026-11-02")
    ann.tell(
        "referral", "2026-11-09", route="permanent_exclusion", objectives=["x"], about=excluded
    )
    asked = bea.tell("referral", "2026-11-16", route="other", objectives=["x"])
    bea.tell("referral_decision", "2026-11-18", referral=asked, decision="declined")
    day = date(2026, 11, 1)

    def waits(last: date) -> dict[str, Any] | None:
        return rows(made(registry, day, last)).get(("all", "all", "time_waiting"))

    found = waits(date(2026, 11, 6))
    assert found is not None
    assert (found["count"], found["longest"]) == (1, 5)
    found = waits(date(2026, 11, 17))  # Bea's, since the day before
    assert found is not None
    assert (found["count"], found["mean"], found["longest"]) == (2, 7.0, 12)
    found = waits(date(2026, 11, 18))
    assert found is not None
    assert (found["count"], found["longest"]) == (1, 13)
    ann.placed("2026-11-19", ends_on="2026-12-18")
    assert waits(date(2026, 11, 20)) is None
