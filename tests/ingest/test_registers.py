"""Registers from files: both forms, what stands, what is refused, what follows."""

import io
from contextlib import closing
from datetime import UTC, date, datetime, timedelta

import pytest

from ap_registry.embedded import Servers
from ap_registry.errors import Unreadable
from ap_registry.ingest.attendance import import_attendance
from ap_registry.ingest.results import ImportResult
from ap_registry.registry import Registry
from ap_registry.store.database import Database
from ap_registry.store.rebuilding import check
from tests.world import (
    OTHER,
    PRU,
    PUPIL,
    SCHOOL,
    load_world,
    notify,
    register_pupil,
    send_register,
    upn,
)

WEEK = "upn,organisation,week,marks\n"
ONE = "upn,organisation,date,session,code\n"
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)  # a Friday


@pytest.fixture
def school(empty_registry: Registry) -> Registry:
    """Pupil 1 on the roll of Alder School; the present is Friday 20 November 2026."""
    empty_registry.clock = NOW
    load_world(empty_registry)
    register_pupil(empty_registry)
    return empty_registry


def weekly(*rows: tuple[str, str], school: str = SCHOOL) -> str:
    return WEEK + "".join(f"{PUPIL},{school},{week},{marks}\n" for week, marks in rows)


def held(registry: Registry) -> dict[tuple[str, str], str]:
    """The marks that stand, by organisation and Monday."""
    with registry.database.connection() as connection:
        rows = connection.execute(
            "select organisation, week::text, marks from attendance_week"
            " where until_at = 'infinity'"
        ).fetchall()
    return {(organisation, week): marks for organisation, week, marks in rows}


def counts(result: ImportResult) -> tuple[int, ...]:
    return (result.created, result.unchanged, result.duplicate, result.refused)


def problems(result: ImportResult) -> list[tuple[int, str, str]]:
    return [(error.row, error.column, error.code) for error in result.errors]


def kinds(result: ImportResult, word: str) -> list[tuple[str, str]]:
    return [(one["kind"], one["due_on"]) for one in result.more["follow_ups"][word]]


def test_the_weekly_form_tells_marks_and_follow_ups(school: Registry) -> None:
    result = send_register(school, weekly(("2026-11-02", r"/ \ / \ / \ / \ N -")))
    assert (counts(result), result.more["marks"]) == ((1, 0, 0, 0), 9)
    assert kinds(result, "opened") == [("code_n_reason", "2026-11-13")]
    assert kinds(result, "closed") == []
    assert held(school) == {(SCHOOL, "2026-11-02"): "/\\/\\/\\/\\N-"}


def test_a_follow_up_is_answered_whole(school: Registry) -> None:
    result = send_register(school, weekly(("2026-11-02", "- - - - - - - - N -")))
    (opened,) = result.more["follow_ups"]["opened"]
    assert opened.keys() >= {"id", "kind", "pupil_id", "upn", "owner", "status", "opened_by"}
    assert (opened["upn"], opened["owner"], opened["status"]) == (PUPIL, SCHOOL, "overdue")


def test_a_mark_that_explains_closes_what_the_n_opened(school: Registry) -> None:
    send_register(school, weekly(("2026-11-02", "- - - - - - - - N -")))
    result = send_register(school, f"{ONE}{PUPIL},{SCHOOL},06/11/2026,am,i\n")
    assert (kinds(result, "opened"), kinds(result, "closed")) == (
        [],
        [("code_n_reason", "2026-11-13")],
    )


def test_a_reason_given_at_the_very_instant_of_the_n_closes_it_too(
    school: Registry, urls: Servers
) -> None:
    school.clock = NOW
    send_register(school, weekly(("2026-11-02", "- - - - - - - - N -")))
    result = send_register(school, f"{ONE}{PUPIL},{SCHOOL},06/11/2026,AM,O\n")
    (closed,) = result.more["follow_ups"]["closed"]
    assert (closed["kind"], closed["status"], closed["closed_on"]) == (
        "code_n_reason", "done", "2026-11-20",
    )  # fmt: skip
    assert closed["closed_by"] not in (None, closed["opened_by"])
    send_register(school, weekly(("2026-11-09", "/ / / / / / / / / /")))
    with closing(Database(urls.database_owner_url, max_size=1)) as owner:
        assert check(owner).same


def test_the_single_form_says_the_same_as_the_weekly(school: Registry) -> None:
    result = send_register(
        school,
        ONE + f"{PUPIL},{SCHOOL},2026-11-02,AM,/\n{PUPIL},{SCHOOL},2026-11-06,PM,c1\n",
    )
    assert (counts(result), result.more["marks"]) == ((2, 0, 0, 0), 2)
    assert held(school) == {(SCHOOL, "2026-11-02"): "/--------" + "c"}


def test_columns_may_stand_in_any_order_and_upns_in_any_case(school: Registry) -> None:
    result = send_register(
        school, f"Marks;WEEK;Organisation;UPN\n{'L ' * 10};02/11/2026;{SCHOOL};{PUPIL.lower()}\n"
    )
    assert counts(result) == (1, 0, 0, 0)


def test_two_letter_codes_are_understood(school: Registry) -> None:
    send_register(school, weekly(("2026-11-02", "C1 C2 J1 Y1 Y2 Y3 Y4 Y5 Y6 Y7")))
    result = send_register(school, weekly(("2026-11-02", "C1 C2 J1 Y1 Y2 Y3 Y4 Y5 Y6 Y7")))
    assert counts(result) == (0, 1, 0, 0)


def test_codes_retired_in_2024_are_understood_before_19_august(school: Registry) -> None:
    weeks = ("2024-07-01", "2024-08-12", "2024-08-19")
    result = send_register(school, weekly(*((week, "H J Y - - - - - - -") for week in weeks)))
    assert problems(result) == [(3, "marks", "unknown_code")]


def test_the_latest_mark_stands_and_a_stroke_never_erases(school: Registry) -> None:
    send_register(school, weekly(("2026-11-02", r"/ \ / \ / \ / \ / \\"[:-1])))
    result = send_register(school, weekly(("2026-11-02", "- I - - - - - - - -")))
    assert counts(result) == (1, 0, 0, 0)
    assert held(school) == {(SCHOOL, "2026-11-02"): "/I/\\/\\/\\/\\"}
    nothing = send_register(school, weekly(("2026-11-02", "- - - - - - - - - -")))
    assert (counts(nothing), nothing.more["marks"]) == ((0, 1, 0, 0), 0)


def test_earlier_marks_stay_in_history(school: Registry) -> None:
    send_register(school, weekly(("2026-11-02", "N - - - - - - - - -")))
    school.clock = datetime(2026, 11, 20, 13, tzinfo=UTC)
    send_register(school, weekly(("2026-11-02", "I - - - - - - - - -")))
    with school.database.connection() as connection:
        rows = connection.execute(
            "select left(marks, 1) from attendance_week order by from_at"
        ).fetchall()
    assert [row[0] for row in rows] == ["N", "I"]


def test_a_row_is_a_duplicate_where_the_file_said_it_before(school: Registry) -> None:
    result = send_register(
        school,
        weekly(
            ("2026-11-02", "/ - - - - - - - - -"),
            ("2026-11-02", "/ - - - - - - - - -"),
            ("2026-11-02", "/ \\ - - - - - - - -"),
        ),
    )
    assert (counts(result), result.more["marks"]) == ((2, 0, 1, 0), 4)
    assert held(school) == {(SCHOOL, "2026-11-02"): "/\\--------"}


@pytest.mark.parametrize("turned", [False, True])
def test_overlapping_files_end_alike_where_they_agree(school: Registry, turned: bool) -> None:
    first = weekly(("2026-11-02", "/ \\ / \\ - - - - - -"), ("2026-11-09", "I I - - - - - - - -"))
    second = weekly(("2026-11-02", "- - / \\ O O - - - -"), ("2026-11-16", "/ \\ - - - - - - - -"))
    for text in (second, first) if turned else (first, second):
        send_register(school, text)
    assert held(school) == {
        (SCHOOL, "2026-11-02"): "/\\/\\OO----",
        (SCHOOL, "2026-11-09"): "II--------",
        (SCHOOL, "2026-11-16"): "/\\--------",
    }
    for text in (first, second):
        assert counts(send_register(school, text)) == (0, 2, 0, 0)


WRONG_WEEKLY = [
    (f"{upn(2)},{SCHOOL},2026-11-02,/ - - - - - - - - -", ("upn", "unknown_pupil")),
    (f"A801200005001,{SCHOOL},2026-11-02,/ - - - - - - - - -", ("upn", "bad_check_letter")),
    (f",{SCHOOL},2026-11-02,/ - - - - - - - - -", ("upn", "required")),
    (f"{PUPIL},,2026-11-02,/ - - - - - - - - -", ("organisation", "required")),
    (f"{PUPIL},999999,2026-11-02,{'/ ' * 10}", ("organisation", "unknown_organisation")),
    (f"{PUPIL},{SCHOOL},,{'/ ' * 10}", ("week", "required")),
    (f"{PUPIL},{SCHOOL},2026-11-03,{'/ ' * 10}", ("week", "bad_format")),
    (f"{PUPIL},{SCHOOL},2026-11-23,{'- ' * 10}", ("week", "future_date")),
    (f"{PUPIL},{SCHOOL},2026-11-02,", ("marks", "required")),
    (f"{PUPIL},{SCHOOL},2026-11-02,{'/ ' * 9}9", ("marks", "unknown_code")),
    (f"{PUPIL},{SCHOOL},2026-11-02,{'/ ' * 11}", ("marks", "bad_format")),
    (f"{PUPIL},{SCHOOL},2026-11-02,{'/ ' * 10},extra", ("", "bad_format")),
]
WRONG_SINGLE = [
    ("2026-11-07,AM,/", ("date", "bad_format")),
    ("2026-11-21,AM,/", ("date", "future_date")),
    ("2026-11-06,,/", ("session", "required")),
    ("2026-11-06,EV,/", ("session", "unknown_code")),
    ("2026-11-06,AM,", ("code", "required")),
    ("2026-11-06,AM,J", ("code", "unknown_code")),
    (",AM,/", ("date", "required")),
]


def test_weekly_rows_that_are_wrong_are_named_and_the_others_stand(school: Registry) -> None:
    rows = [row for row, _ in WRONG_WEEKLY] + [f"{PUPIL},{SCHOOL},2026-11-09,{'/ ' * 10}"]
    result = send_register(school, WEEK + "\n".join(rows))
    assert problems(result) == [(n, *p) for n, (_, p) in enumerate(WRONG_WEEKLY, start=1)]
    assert (counts(result), result.more["marks"]) == ((1, 0, 0, len(WRONG_WEEKLY)), 10)


def test_single_rows_that_are_wrong_are_named(school: Registry) -> None:
    rows = [f"{PUPIL},{SCHOOL},{row}" for row, _ in WRONG_SINGLE]
    result = send_register(school, ONE + "\n".join(rows))
    assert problems(result) == [(n, *p) for n, (_, p) in enumerate(WRONG_SINGLE, start=1)]


@pytest.mark.parametrize("session", ["am", "A.M.", "Morning", "1"])
def test_a_session_has_many_names(school: Registry, session: str) -> None:
    told = send_register(school, f"{ONE}{PUPIL},{SCHOOL},2026-11-06,{session},/\n")
    assert (told.errors, told.more["marks"]) == ([], 1)


def test_this_week_may_hold_days_to_come_only_without_marks(school: Registry) -> None:
    school.clock = datetime(2026, 11, 25, 12, tzinfo=UTC)
    good = send_register(school, weekly(("2026-11-23", "/ \\ / \\ / \\ - - # #")))
    bad = send_register(school, weekly(("2026-11-23", "/ \\ / \\ / \\ / - - -")))
    assert (counts(good), problems(bad)) == ((1, 0, 0, 0), [(1, "marks", "future_date")])


def test_a_dry_run_counts_and_writes_nothing(school: Registry) -> None:
    text = weekly(("2026-11-02", "N " * 10))
    result = import_attendance(school, io.BytesIO(text.encode()), dry_run=True)
    assert (counts(result), held(school)) == ((1, 0, 0, 0), {})
    assert result.more["follow_ups"] == {"opened": [], "closed": [], "moved": []}


def test_a_former_upn_is_the_same_pupil(school: Registry) -> None:
    with school.database.connection() as connection:
        connection.execute(
            "insert into upn_claim (upn, pupil_id) select %s, pupil_id from upn_claim", (upn(9),)
        )
    result = send_register(
        school,
        f"{WEEK}{PUPIL},{SCHOOL},2026-11-02,/ - - - - - - - - -\n"
        f"{upn(9)},{SCHOOL},2026-11-02,I - - - - - - - - -\n",
    )
    assert counts(result) == (2, 0, 0, 0)
    assert held(school) == {(SCHOOL, "2026-11-02"): "I---------"}


def test_ten_unauthorised_sessions_are_owed_when_the_import_has_answered(
    school: Registry,
) -> None:
    """Nine in the week of 2 November, the tenth on Monday the 9th: five school days on."""
    nine = send_register(school, weekly(("2026-11-02", "O O O O O O O O O I")))
    tenth = send_register(school, weekly(("2026-11-09", "O - - - - - - - - -")))
    assert "unauthorised_10_in_10_weeks" not in dict(kinds(nine, "opened"))
    assert dict(kinds(tenth, "opened"))["unauthorised_10_in_10_weeks"] == "2026-11-16"


def test_all_rows_are_listed_in_the_result_file(school: Registry) -> None:
    text = weekly(("2026-11-02", "/ " * 10), ("2026-11-02", "/ " * 10), ("2026-11-03", "/ " * 10))
    told = io.StringIO()
    import_attendance(school, io.BytesIO(text.encode()), result_file=told)
    assert told.getvalue() == (
        "row,status,id,column,code,detail\n"
        "1,created,,,,\n"
        "2,duplicate,,,,\n"
        "3,refused,,week,bad_format,week must be a Monday\n"
    )


def test_a_file_that_is_no_register_writes_nothing(school: Registry) -> None:
    good = f"{PUPIL},{SCHOOL},2026-11-02,{'/ ' * 10}"
    for text, words in (
        ("upn,organisation,week\nx,y,z\n", "no register"),
        ("type,upn\nsuspension,x\n", "no column organisation"),
        (f"{WEEK[:-1]},teacher\n{good},\n{good},Smith\n", "column teacher"),
        (f'{WEEK}{good}\n"{PUPIL},\n', "quotation mark"),
    ):
        with pytest.raises(Unreadable, match=words):
            send_register(school, text)
    assert held(school) == {}


def test_registers_of_several_organisations_stand_side_by_side(school: Registry) -> None:
    send_register(school, weekly(("2026-11-02", "D " * 10)))
    send_register(school, weekly(("2026-11-02", "/ " * 10), school=PRU))
    send_register(school, weekly(("2026-11-02", "I " * 10), school=OTHER))
    assert held(school) == {
        (SCHOOL, "2026-11-02"): "D" * 10,
        (PRU, "2026-11-02"): "/" * 10,
        (OTHER, "2026-11-02"): "I" * 10,
    }


@pytest.mark.parametrize("shared_from", [1, 10])
def test_chunks_do_not_change_what_stands(
    school: Registry, monkeypatch: pytest.MonkeyPatch, shared_from: int
) -> None:
    """The size of a chunk is a setting of memory, and how many connections write is none either."""
    monkeypatch.setattr("ap_registry.ingest.attendance.CHUNK_WEEKS", 2)
    monkeypatch.setattr("ap_registry.store.attendance.SHARED_FROM", shared_from)
    rows = [(date(2026, 9, 7).replace(day=7 + 7 * n).isoformat(), "/ " * 10) for n in range(3)]
    result = send_register(school, weekly(*rows, rows[0], ("2026-09-07", "I " * 10)))
    assert counts(result) == (4, 1, 0, 0)
    assert held(school)[SCHOOL, "2026-09-07"] == "I" * 10


def test_pupils_written_side_by_side_owe_what_they_owe_one_after_the_other(
    school: Registry, urls: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also one who has two records; where no other connection is free, one writes all."""
    monkeypatch.setattr("ap_registry.store.attendance.SHARED_FROM", 1)
    monkeypatch.setattr("ap_registry.store.register_lane.PART_WEEKS", 1)
    pupils = [PUPIL, *map(upn, range(2, 7))]
    for one in pupils[1:]:
        register_pupil(school, upn=one)
    notify(school, "pupils_merged", "2026-11-01", upn=upn(2), other_upn=upn(3), by=SCHOOL,
           reason="Same child")  # fmt: skip
    rows = [f"{one},{SCHOOL},{week},N {'/ ' * 9}\n" for week in ("2026-11-02", "2026-11-09")
            for one in pupils]  # fmt: skip
    result = send_register(school, WEEK + "".join(rows))
    assert counts(result) == (12, 0, 0, 0)
    owed = sorted((upn_, due) for upn_ in {*pupils} - {upn(3)}
                  for due in ("2026-11-09", "2026-11-16"))  # fmt: skip
    opened = [one for one in result.more["follow_ups"]["opened"] if one["kind"] == "code_n_reason"]
    assert sorted((one["upn"], one["due_on"]) for one in opened) == owed
    explained = WEEK + "".join(rows).replace(",N ", ",I ")
    alone = Registry(
        Database(urls.database_url, max_size=1, wait_seconds=0.1), clock=NOW + timedelta(hours=1)
    )
    closed = send_register(alone, explained).more["follow_ups"]["closed"]
    alone.database.close()
    assert {one["id"] for one in closed} >= {one["id"] for one in opened}
    with closing(Database(urls.database_owner_url, max_size=1)) as owner:
        assert check(owner).same
        with owner.connection() as connection:
            assert connection.execute("select * from unsettled").fetchall() == []


def test_a_week_that_begins_without_a_mark_is_read_as_we_write_it(registry: Registry) -> None:
    """A cell that begins with - is written with an apostrophe before it."""
    register_pupil(registry)
    lines = f"upn,organisation,week,marks\n{PUPIL},{SCHOOL},2026-03-02,'- \\ / \\ / \\ / \\ / \\\n"
    assert send_register(registry, lines).more["marks"] == 9
