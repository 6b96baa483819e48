"""What changed between two instants: exactly the cells that differ, and what was recorded of it."""

import csv
import json
from datetime import UTC, date, datetime
from io import BytesIO, StringIO
from typing import Any

import pytest
from openpyxl import load_workbook

from ap_registry.registry import Registry
from reports.command import outcomes_report
from reports.restated import document, written
from reports.restatement import Asked, restatement
from reports.writing import written as in_format
from tests.reports.driving import Driver
from tests.reports.places import SLICES
from tests.reports.telling import YEAR_2025, Telling
from tests.reports.worlds import make
from tests.world import PRU, SCHOOL, close, load_world

START, END = "2025-01-06", "2025-02-14"
TABLES = ("rows", "totals", "secondary")
NAMES = ("provider", "la", "measure", "group", "name")


def asked(before: datetime, after: datetime | None = None, **more: Any) -> Asked:
    period = {"from_on": YEAR_2025[0], "to_on": YEAR_2025[1]} | more
    return Asked(from_at=before, to_at=after, **period)


def changes(registry: Registry, before: datetime, after: datetime | None = None) -> dict[str, Any]:
    return restatement(registry, asked(before, after)).document


def causes(document: dict[str, Any]) -> dict[tuple[str, ...], list[str]]:
    """By table, whose, measure (and figure) and column."""
    return {
        (cell["table"], *cell["key"].values(), cell["column"]): cell["because"]
        for cell in document["cells"]
    }


def cells(registry: Registry, at: datetime, period: tuple[date, date]) -> dict[Any, Any]:
    made = outcomes_report(registry, from_on=period[0], to_on=period[1], known_by=at)
    report = json.loads(made)
    return {
        (table, tuple(row.get(name) for name in NAMES), column): value
        for table in TABLES
        for row in report[table]
        for column, value in row.items()
        if column not in NAMES and value is not None
    }


def test_exactly_the_cells_that_differ(empty_registry: Registry) -> None:
    facts = Driver(empty_registry).send(make(43))
    recorded = {event.id: event.recorded_at for event in facts.events}
    for before, after in ((0, 5), (1, 3), (3, 3), (4, 5)):
        period = YEAR_2025 if after == 3 else (date(2025, 9, 1), date(2026, 8, 31))
        old, new = (cells(empty_registry, SLICES[n], period) for n in (before, after))
        found = restatement(
            empty_registry,
            asked(SLICES[before], SLICES[after], from_on=period[0], to_on=period[1]),
        ).document["cells"]
        assert {
            (c["table"], tuple(c["key"].get(n) for n in NAMES), c["column"]): (
                c["before"], c["after"]
            )
            for c in found
        } == {
            cell: (old.get(cell), new.get(cell))
            for cell in old.keys() | new.keys()
            if old.get(cell) != new.get(cell)
        }  # fmt: skip
        notices = {one for c in found for one in c["because"] if one in recorded}
        assert all(SLICES[before] < recorded[one] <= SLICES[after] for one in notices)
        assert len(found) == len({json.dumps([c["table"], c["key"], c["column"]]) for c in found})


def test_a_correction_is_named_and_nothing_that_changed_no_figure(registry: Registry) -> None:
    ann, bea = Telling(registry, 1), Telling(registry, 2)
    placements = [pupil.placed(START, END) for pupil in (ann, bea)]
    before = registry.now()
    slip = ann.tell(
        "correction", "2025-03-03", of=placements[0], reason="Typing slip",
        fields={"intent": "long_term"},
    )  # fmt: skip
    detail = ann.tell("pupil_details_changed", "2025-03-03", sen_provision="E")
    still = ann.tell("pupil_details_changed", "2024-09-02", sen_provision="E")
    bea.tell("view_recorded", "2025-03-03", whose="pupil", words="I like it here")
    found = causes(changes(registry, before))
    assert found["rows", PRU, "reintegration", "excluded"] == [slip, still]
    assert detail not in {one for events in found.values() for one in events}


def test_of_two_that_would_each_do_it_the_earlier(registry: Registry) -> None:
    ann = Telling(registry)
    placed = ann.placed(START)
    before = registry.now()
    first = ann.tell("placement_ended", END, placement=placed, end_reason="died")
    ann.tell("correction", "2025-03-03", of=first, reason="Words", fields={"destination": "856"})
    found = causes(changes(registry, before))
    assert found["totals", "856", "reintegration", "excluded"] == [first]


def test_a_notice_taken_back_is_named_by_its_void(registry: Registry) -> None:
    ann = Telling(registry)
    placed = ann.placed(START, END)
    before = registry.now()
    void = ann.tell("void", "2025-03-03", of=placed, reason="Never came")
    document = changes(registry, before)
    assert {tuple(events) for events in causes(document).values()} == {(void,)}
    assert {cell["after"] for cell in document["cells"] if cell["column"] == "rate"} == {None}


def only(registry: Registry, kind: str) -> str:
    """The id of the one event of a kind."""
    with registry.database.connection() as connection:
        rows = connection.execute("select id::text from event where type = %s", (kind,)).fetchall()
    assert len(rows) == 1
    return str(rows[0][0])


def test_a_register_is_named(registry: Registry) -> None:
    """It shows that the pupil came back and stayed."""
    ann = Telling(registry)
    ann.placed(START, END)
    before = registry.now()
    ann.marked(SCHOOL, "2025-02-24", 60)
    found = causes(changes(registry, before))
    register = only(registry, "attendance_recorded.v1")
    assert found["rows", PRU, "reintegration", "numerator"] == [register]


def test_a_late_closure_is_named(registry: Registry) -> None:
    """It moves the sixtieth school day of a placement from 29 August into the next year."""
    Telling(registry).placed("2025-04-02")
    before = registry.now()
    close(registry, "LA856", "2025-07-01")
    found = causes(changes(registry, before))
    assert {tuple(events) for events in found.values()} == {
        (only(registry, "closure_recorded.v1"),)
    }


def test_a_merge_is_named_where_it_moves_an_episode(registry: Registry) -> None:
    """Bea of Rutland is Ann of Leicester: what she did counts in Leicester."""
    bea, ann = Telling(registry, 2, home_la="857"), Telling(registry, 1)
    bea.placed(START, END)
    before = registry.now()
    merge = ann.tell(
        "pupils_merged", "2025-03-03", other_upn=bea.upn, reason="One child", by="LA856"
    )
    assert {tuple(events) for events in causes(changes(registry, before)).values()} == {(merge,)}


@pytest.fixture
def practice(empty_registry: Registry) -> Registry:
    """A registry with a clock, which stands at 3 March 2025."""
    empty_registry.clock = datetime(2025, 3, 3, 12, tzinfo=UTC)
    load_world(empty_registry)
    return empty_registry


def test_where_only_time_has_passed_no_notice_is_named(practice: Registry) -> None:
    """What was pending in March could be judged in August."""
    Telling(practice).placed(START, END)
    march = practice.now()
    practice.clock = datetime(2025, 8, 20, 12, tzinfo=UTC)
    found = causes(changes(practice, march, practice.now()))
    assert found["rows", PRU, "reintegration", "pending"] == []
    assert {tuple(events) for events in found.values()} == {()}


def test_as_csv_and_as_a_page(registry: Registry) -> None:
    ann = Telling(registry)
    placed = ann.placed(START, END)
    before = registry.now()
    void = ann.tell("void", "2025-03-03", of=placed, reason="Never came")
    made = restatement(registry, asked(before))
    rows = list(csv.DictReader(StringIO(written(made, "csv").decode())))
    assert len(rows) == len(made.document["cells"])
    assert {row["organisation"] for row in rows} == {"Bridge PRU", "Leicester", "All providers"}
    assert {row["because"] for row in rows} == {void}
    sheet = load_workbook(BytesIO(in_format(document(made), "xlsx")))["changes"]
    kinds = {type(row[n]) for row in sheet.iter_rows(2, values_only=True) for n in (3, 4)}
    assert kinds & {int, float}, kinds
    assert not [
        row for row in sheet.iter_rows(2, values_only=True)
        if any(isinstance(row[n], str) and row[n][:1].isdigit() for n in (3, 4))
    ]  # fmt: skip
    page = written(made, "html").decode()
    assert "Void, sent by Leicester, dated 3 March 2025" in page
    assert ann.upn not in page


def test_nothing_changed(registry: Registry) -> None:
    Telling(registry).placed(START, END)
    at = registry.now()
    made = restatement(registry, asked(at, at))
    assert made.document["cells"] == []
    assert "No figure changed." in written(made, "html").decode()
