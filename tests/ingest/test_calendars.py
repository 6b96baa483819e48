"""Terms and closures: real term dates, what replaces what, and what moves with them."""

import io
import json
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from pathlib import Path

import pytest

from ap_registry.calendar import Calendars
from ap_registry.errors import Unreadable
from ap_registry.ingest.calendars import import_closures, import_terms
from ap_registry.ingest.organisations import import_organisations
from ap_registry.ingest.results import ImportResult
from ap_registry.registry import Registry
from ap_registry.store.reference import load_calendars
from tests.world import OTHER, SCHOOL, notify, register_pupil

YEAR = (date(2025, 9, 1), date(2026, 8, 31))


def send(registry: Registry, take: Callable[..., ImportResult], text: str) -> ImportResult:
    with registry.database.connection() as connection:
        return take(connection, io.BytesIO(text.encode()), today=registry.today())


def send_terms(registry: Registry, *blocks: tuple[str, str, str]) -> ImportResult:
    rows = "".join(f"{','.join(block)}\n" for block in blocks)
    return send(registry, import_terms, f"organisation,starts_on,ends_on\n{rows}")


def send_closures(registry: Registry, *rows: str) -> ImportResult:
    text = "organisation,date,reason,removed\n" + "".join(f"{row}\n" for row in rows)
    return send(registry, import_closures, text)


def calendars(registry: Registry) -> Calendars:
    with registry.database.connection() as connection:
        return load_calendars(connection)


def counts(result: ImportResult) -> tuple[int, ...]:
    return (result.created, result.unchanged, result.duplicate, result.refused)


def problems(result: ImportResult) -> list[tuple[int, str, str]]:
    return [(error.row, error.column, error.code) for error in result.errors]


def test_the_real_terms_of_a_kent_school(registry: Registry, shared: Path) -> None:
    """Weekdays in the six blocks of 2025/26: 35 + 35 + 30 + 29 + 25 + 38 = 192; less four INSET
    days (22 Sep, 21 Nov, 13 Mar, 6 Jul) and the Early May bank holiday (4 May): 187.
    """
    real = json.loads((shared / "term-dates/knole_term_dates.json").read_text())
    blocks = [(SCHOOL, block["start"], block["end"]) for block in real["terms"]]
    assert counts(send_terms(registry, *blocks)) == (12, 0, 0, 0)
    days = [f"{SCHOOL},{day},INSET," for day in real["inset_days"]]
    assert counts(send_closures(registry, *days)) == (12, 0, 0, 0)
    calendar = calendars(registry).of(SCHOOL)
    assert calendar.count(*YEAR) == 187
    assert calendar.nth_after(date(2025, 10, 17), 1) == date(2025, 11, 3)
    assert calendar.why(date(2025, 9, 22)) == ("inset", "INSET")
    assert counts(send_terms(registry, *blocks)) == (0, 12, 0, 0)
    assert counts(send_closures(registry, *days)) == (0, 12, 0, 0)


def runs(days: Iterable[date], holidays: list[tuple[date, date]]) -> list[tuple[str, str]]:
    """The blocks of a list of school days: a holiday ends one."""
    blocks: list[list[date]] = []
    for day in sorted(days):
        if blocks and not any(blocks[-1][-1] < start <= day for start, _ in holidays):
            blocks[-1].append(day)
        else:
            blocks.append([day])
    return [(block[0].isoformat(), block[-1].isoformat()) for block in blocks]


def test_the_real_days_of_a_sheffield_school(registry: Registry, shared: Path) -> None:
    """The file lists every day on which the school meets; each to the end of July must come out."""
    real = json.loads((shared / "term-dates/utcsheffield-school_dates.json").read_text())
    year = next(year for year in real["academic_years"] if year["name"] == "2025-26")
    closed = {date.fromisoformat(day["date"]) for day in real["pd_days"]}
    met = {date.fromisoformat(day["date"]) for day in year["dates"]} - closed
    holidays = [
        (date.fromisoformat(one["start"]), date.fromisoformat(one["end"]))
        for one in year["school_holidays"]
    ]
    send_terms(registry, *((SCHOOL, *block) for block in runs(met, holidays)))
    send_closures(registry, *(f"{SCHOOL},{day},INSET," for day in sorted(closed)))
    calendar = calendars(registry).of(SCHOOL)
    found = {day for n in range(333) if calendar.is_school_day(day := YEAR[0] + timedelta(days=n))}
    assert found == met


def test_terms_replace_the_years_that_they_name_and_no_other(registry: Registry) -> None:
    send_terms(
        registry, (SCHOOL, "2024-09-02", "2025-07-18"), (SCHOOL, "2025-09-01", "2025-12-19"),
        (SCHOOL, "2026-01-05", "2026-07-17"),
    )  # fmt: skip
    result = send_terms(registry, (SCHOOL, "2025-09-03", "2025-12-19"))
    assert counts(result) == (1, 0, 0, 0)
    blocks = calendars(registry).terms[SCHOOL]
    assert [block.starts_on for block in blocks] == [date(2024, 9, 2), date(2025, 9, 3)]


def test_a_block_that_the_file_leaves_out_is_gone(registry: Registry) -> None:
    send_terms(registry, (SCHOOL, "2025-09-01", "2025-12-19"), (SCHOOL, "2026-01-05", "2026-07-17"))
    result = send_terms(registry, (SCHOOL, "2025-09-01", "2025-12-19"))
    assert counts(result) == (0, 1, 0, 0)
    assert result.more == {"removed": 1}
    assert len(calendars(registry).terms[SCHOOL]) == 1


AUTUMN = (SCHOOL, "2025-09-01", "2025-12-19")
SPRING = (SCHOOL, "2026-01-05", "2026-03-27")
NEXT = (SCHOOL, "2026-09-01", "2026-12-18")


@pytest.mark.parametrize(
    "spoilt", [(SCHOOL, "2026-04-13", "2026-04-10"), (SCHOOL, "next Monday", "2026-07-17")]
)
def test_a_refused_row_leaves_the_year_as_it_was(
    registry: Registry, spoilt: tuple[str, str, str]
) -> None:
    send_terms(registry, AUTUMN, SPRING)
    result = send_terms(registry, (SCHOOL, "2025-09-02", "2025-12-19"), spoilt, NEXT)
    assert (counts(result), result.more) == ((1, 0, 0, 2), {"removed": 0})
    assert result.errors[0].detail == (
        "not taken, because row 2 of 100001 was refused: its academic year 2025/26 stays as it"
        " was; mend that row and send the file again"
    )
    blocks = [block.starts_on.isoformat() for block in calendars(registry).terms[SCHOOL]]
    assert blocks == [AUTUMN[1], SPRING[1], NEXT[1]]


def test_a_row_that_names_no_day_leaves_every_year_of_the_organisation(registry: Registry) -> None:
    send_terms(registry, AUTUMN)
    result = send_terms(registry, (SCHOOL, "soon", "later"), SPRING, NEXT, (OTHER, *AUTUMN[1:]))
    assert counts(result) == (1, 0, 0, 3)
    assert [block.starts_on for block in calendars(registry).terms[SCHOOL]] == [date(2025, 9, 1)]


def test_a_row_that_is_cut_off_may_be_of_any_organisation(registry: Registry) -> None:
    send_terms(registry, AUTUMN, SPRING)
    result = send_terms(registry, AUTUMN, (SCHOOL, "2026-01-05", "2026-02-13", "half term"))
    assert (counts(result), result.more["removed"]) == ((0, 0, 0, 2), 0)


def test_blocks_that_share_a_day_are_refused_each_naming_the_other(registry: Registry) -> None:
    result = send_terms(registry, AUTUMN, (SCHOOL, "2025-12-19", "2026-03-27"), NEXT)
    assert counts(result) == (1, 0, 0, 2)
    assert [(error.row, error.detail) for error in result.errors] == [
        (1, "this block and that of row 2 (2025-12-19 to 2026-03-27) overlap: a day belongs to one"
            " block of term"),
        (2, "this block and that of row 1 (2025-09-01 to 2025-12-19) overlap: a day belongs to one"
            " block of term"),
    ]  # fmt: skip


def test_blocks_on_successive_days_and_of_two_schools_do_not_overlap(registry: Registry) -> None:
    result = send_terms(
        registry, AUTUMN, (SCHOOL, "2025-12-20", "2026-03-27"), (OTHER, *AUTUMN[1:])
    )
    assert result.refused == 0


def test_bad_terms_are_named_and_the_others_stand(registry: Registry) -> None:
    result = send_terms(
        registry,
        (SCHOOL, "01/09/2025", "19/12/2025"),
        ("999999", "2025-09-01", "2025-12-19"),
        ("ENG", "2025-09-01", "2025-12-19"),
        (SCHOOL, "2026-01-05", "2026-01-04"),
        (SCHOOL, "2026-01-05", "2036-03-04"),
        (SCHOOL, "", "2026-03-04"),
        (OTHER, "2025-09-01", "2025-12-19"),
    )
    assert counts(result) == (1, 0, 0, 6)
    assert problems(result) == [
        (1, "", "bad_format"),
        (2, "organisation", "unknown_organisation"),
        (3, "organisation", "unknown_organisation"),
        (4, "ends_on", "end_before_start"),
        (5, "ends_on", "bad_format"),
        (6, "starts_on", "required"),
    ]


def test_closures_add_and_are_taken_back(registry: Registry) -> None:
    day = date(2026, 2, 2)
    assert counts(send_closures(registry, f"{SCHOOL},2026-02-02,Snow,")) == (1, 0, 0, 0)
    assert counts(send_closures(registry, f"{SCHOOL},2026-02-02,Snow,no")) == (0, 1, 0, 0)
    assert not calendars(registry).of(SCHOOL).is_school_day(day)
    assert calendars(registry).of(OTHER).is_school_day(day)
    result = send_closures(registry, f"{SCHOOL},2026-02-02,,Yes", f"{SCHOOL},2026-02-03,,yes")
    assert counts(result) == (1, 1, 0, 0)
    assert calendars(registry).of(SCHOOL).is_school_day(day)


def test_a_late_bank_holiday_closes_all_of_england(registry: Registry) -> None:
    send_closures(registry, "eng,2026-06-15,National holiday,")
    found = calendars(registry)
    assert [found.of(name).is_school_day(date(2026, 6, 15)) for name in (SCHOOL, OTHER)] == [
        False,
        False,
    ]


def test_bad_closures_are_named(registry: Registry) -> None:
    result = send_closures(
        registry,
        f"{SCHOOL},2026-02-30,Snow,",
        f"{SCHOOL},2026-02-02,Snow,perhaps",
        f"{SCHOOL},2026-02-02,Snow,",
        f"{SCHOOL},2026-02-02,Snow,",
    )
    assert counts(result) == (1, 0, 1, 2)
    assert problems(result) == [(1, "date", "bad_format"), (2, "removed", "unknown_code")]


def test_what_moves_is_answered_with_the_day_it_was_due(registry: Registry) -> None:
    """Permanent exclusion on Monday 2 March 2026: the sixth school day is Monday 9 March."""
    register_pupil(registry)
    notify(registry, "permanent_exclusion", "2026-03-02", school=SCHOOL, reasons=["PP"])
    send_closures(registry, f"{SCHOOL},2026-03-04,Flood,")
    moved = {one["kind"]: one for one in registry.recompute_follow_ups()["moved"]}
    sixth = moved["sixth_day_provision"]
    assert (sixth["was_due_on"], sixth["due_on"]) == ("2026-03-09", "2026-03-10")


def test_another_kind_of_file_is_refused(registry: Registry) -> None:
    for take, text, words in (
        (import_terms, "organisation,starts_on\n100001,2025-09-01\n", "no column ends_on"),
        (import_terms, "organisation,starts_on,ends_on,term\n1,2,3,A\n", "column term"),
        (import_closures, "organisation,reason\n100001,snow\n", "no column date"),
    ):
        with pytest.raises(Unreadable, match=words):
            send(registry, take, text)


def test_a_laestab_names_a_school(registry: Registry) -> None:
    text = "id,kind,name,laestab\n100001,school,Alder School,8564001\n"
    with registry.database.connection() as connection:
        import_organisations(connection, io.BytesIO(text.encode()), today=registry.today())
    assert counts(send_closures(registry, "856/4001,2026-02-02,Snow,")) == (1, 0, 0, 0)
    assert not calendars(registry).of(SCHOOL).is_school_day(date(2026, 2, 2))
