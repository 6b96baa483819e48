"""The fair access panel's pack: one meeting of a small LA, looked at from every side."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

import openpyxl
import pytest

from ap_registry import embedded
from ap_registry.errors import Refused
from ap_registry.ingest.sheets import import_headcounts, import_providers
from ap_registry.registry import Registry
from ap_registry.store.database import Database
from reports.files import file_of
from reports.kinds import KINDS, Made
from reports.panel import duties
from reports.panel.fair_share import turns
from reports.panel.meeting import meeting
from tests.conftest import fresh_database
from tests.world import OTHER, PERSON, PRU, SCHOOL, load_world, notify, upn

MEETING = date(2026, 11, 19)
HEADCOUNTS = f"""organisation,as_at,by,value,pupils,places
{SCHOOL},2025-10-02,all,,900,
{SCHOOL},2026-10-01,all,,1000,
{SCHOOL},2026-10-01,nc_year,11,201,200
{OTHER},2026-10-01,all,,400,
{OTHER},2026-10-01,nc_year,11,78,80
{OTHER},2026-10-01,nc_year,9,80,80
"""
FIRST, SECOND, PLACED, HOME = (upn(number) for number in range(1, 5))


@pytest.fixture(scope="module")
def world(servers: embedded.Servers) -> Iterator[Registry]:
    with fresh_database(servers) as urls:
        database = Database(urls.database_url)
        registry = Registry(database)
        registry.clock = datetime(2026, 11, 19, 12, 0, tzinfo=UTC)
        load_world(registry)
        _fill(registry)
        yield registry
        database.close()


def _fill(registry: Registry) -> None:
    with registry.database.connection() as connection:
        for take, text in (
            (import_headcounts, HEADCOUNTS),
            (import_providers, f"provider,as_at,places\n{PRU},2026-10-01,12\n"),
        ):
            done = take(connection, BytesIO(text.encode()), today=registry.today(),
                        clock=registry.clock)  # fmt: skip
            assert done.errors == []
    for number, name in enumerate(("Ann", "Bea", "Cal", "Dee"), 1):
        notify(registry, "joined_roll", "2025-09-01", school=SCHOOL, registration="C",
               upn=upn(number), **{**PERSON, "given_name": name})  # fmt: skip
    _deferred_and_refused(registry)
    _placed_and_leaving(registry)


def _deferred_and_refused(registry: Registry) -> None:
    refer(registry, FIRST, "2026-10-05")
    notify(registry, "suspension", "2026-09-14", upn=FIRST, school=SCHOOL, sessions=4,
           ends_on="2026-09-15", reasons=["DB"])  # fmt: skip
    notify(registry, "referral", "2026-10-05", upn=FIRST, by=SCHOOL, route="fair_access",
           objectives=["a fresh start"], needs="Works best in small groups")  # fmt: skip
    decide(registry, FIRST, "2026-11-05", decision="deferred")
    notify(registry, "action_agreed", "2026-11-05", upn=FIRST, by="LA856", owner=SCHOOL,
           due_on="2026-11-12", what="Send the file")  # fmt: skip
    notify(registry, "view_recorded", "2026-11-06", upn=FIRST, by=SCHOOL, whose="pupil",
           words="I like to be outside")  # fmt: skip
    refer(registry, SECOND, "2026-10-21")
    decide(registry, SECOND, "2026-11-05", decision="school", school=OTHER)
    notify(registry, "fair_access_response", "2026-11-09", upn=SECOND, by=OTHER, school=OTHER,
           response="refused", ground="full", reason="Two over in science")  # fmt: skip


def _placed_and_leaving(registry: Registry) -> None:
    refer(registry, PLACED, "2026-09-07")
    decide(registry, PLACED, "2026-09-24", decision="school", school=OTHER)
    notify(registry, "placement_started", "2026-10-05", upn=PLACED, provider=PRU, reason="other",
           commissioner=SCHOOL, ends_on="2026-12-04", sessions_per_week=6, intent="return",
           ref="P-1")  # fmt: skip
    notify(registry, "reintegration_planned", "2026-11-10", upn=PLACED, by=SCHOOL, placement="P-1",
           school=OTHER, returns_on="2026-12-07", lead="Ms Lead")  # fmt: skip
    notify(registry, "suspension", "2026-10-05", upn=HOME, school=SCHOOL, sessions=2,
           ends_on="2026-10-05", reasons=["DB"])  # fmt: skip
    notify(registry, "left_roll", "2026-10-12", upn=HOME, school=SCHOOL, ground="f")


def refer(registry: Registry, pupil: str, on: str) -> None:
    notify(registry, "fair_access_referral", on, upn=pupil, by=SCHOOL, category="d")


def decide(registry: Registry, pupil: str, on: str, **facts: Any) -> None:
    notify(registry, "fair_access_decision", on, upn=pupil, by="LA856", panel_on=on,
           present=["LA856", "PRU head"], reason="Its turn", **facts)  # fmt: skip


def made_for(world: Registry, on: date = MEETING) -> Made:
    return KINDS["panel"].read(world, {"la": "856", "on": on, "known_by": None})


@pytest.fixture(scope="module")
def made(world: Registry) -> Made:
    return made_for(world)


@pytest.fixture(scope="module")
def pack(made: Made) -> dict[str, Any]:
    return dict(made.object)


def test_cases_are_those_open_when_it_meets(pack: dict[str, Any]) -> None:
    found = [(c["name"], c["category"], c["days_used"], c["overdue"]) for c in pack["cases"]]
    # half-term 19 to 23 October: 9 + 19 school days after 5 October
    assert found == [("Ann Example", "d", 28, True), ("Bea Example", "d", 19, False)]
    assert {c["days_allowed"] for c in pack["cases"]} == {20}


def test_a_case_tells_what_the_panel_has_to_know(pack: dict[str, Any]) -> None:
    ann, bea = pack["cases"]
    assert (ann["suspended_sessions_this_year"], ann["sen_provision"]) == (4, "K")
    assert ann["need"]["needs"] == "Works best in small groups"
    assert [(v["whose"], v["words"]) for v in ann["views"]] == [("pupil", "I like to be outside")]
    assert [d["decision"] for d in ann["decisions"]] == ["deferred"]
    assert "suspension" in {entry["type"] for entry in ann["timeline"]}
    answer = bea["school_case"][0]
    assert (answer["response"], answer["ground"], answer["reason"]) == (
        "refused", "full", "Two over in science",
    )  # fmt: skip


def test_an_earlier_meeting_has_the_case_that_it_decided(world: Registry) -> None:
    found = made_for(world, date(2026, 9, 24)).object["cases"]
    assert [(c["name"], c["decided"]["school"], c["days_used"]) for c in found] == [
        ("Cal Example", OTHER, 13)
    ]
    assert found[0]["decided"]["present"] == ["Leicester", "PRU head"]


def test_whose_turn_counts_admissions_by_size(pack: dict[str, Any]) -> None:
    share = pack["fair_share"]
    rows = [(r["school"], r["turn"], r["admitted"], r["per_100"]) for r in share["rows"]]
    # what a school has refused it has not taken; the last headcount by the day counts
    assert rows == [(SCHOOL, 1, 0, 0.0), (OTHER, 2, 1, 0.25)]
    assert (share["admitted"], share["on_roll"], share["per_100"]) == (1, 1400, 0.07)
    in_turn = turns(share, pack["places"], 11)
    assert [(one["school"], one["free"]) for one in in_turn] == [(SCHOOL, -1), (OTHER, 2)]
    assert [one["school"] for one in turns(share, pack["places"], 9)] == [OTHER]


def test_returns_have_their_plan_and_providers_their_room(pack: dict[str, Any]) -> None:
    (cal,) = pack["returning"]
    assert (cal["name"], cal["plan"]["school"], cal["plan"]["lead"]) == (
        "Cal Example", OTHER, "Ms Lead",
    )  # fmt: skip
    room = {one["provider"]: (one["placed"], one["free"]) for one in pack["capacity"]}
    assert room[PRU] == (1, 11)


def test_what_was_agreed_and_not_done_is_named(pack: dict[str, Any]) -> None:
    assert pack["last_meeting_on"] == "2026-11-05"
    (action,) = pack["actions"]
    assert (action["what"], action["owner"], action["status"]) == (
        "Send the file", SCHOOL, "overdue",
    )  # fmt: skip
    late = {one["kind"]: one for one in pack["overdue"]}
    assert late["action"]["school_days_late"] == 5
    assert (late["fair_access_place"]["owner"], late["action"]["with"]) == ("LA856", "la")


def test_what_is_overdue_is_counted_as_the_list_of_it_is(
    world: Registry, pack: dict[str, Any]
) -> None:
    with meeting(world, "856", MEETING) as found:
        counted, first = duties.counted(found), duties.first_overdue(found, 2)
        whole = duties.all_overdue(found)
    assert list(counted.kinds) == pack["overdue_by_kind"]
    assert counted.seen_to == len(pack["overdue"])
    assert (counted.overdue, counted.own) == (
        len(whole), sum(one["owner"] == "LA856" for one in whole),
    )  # fmt: skip
    assert [one["id"] for one in first] == [one["id"] for one in pack["overdue"][:2]]


def test_removals_with_a_signal_have_an_interval(pack: dict[str, Any]) -> None:
    removed = pack["off_rolling"]
    (row,) = removed["rows"]
    assert (row["school"], row["signalled"], row["removed"]) == (SCHOOL, 1, 1)
    assert (row["low"], row["high"]) == (20.7, 100.0)
    assert row["rules"] == ["roll.off-rolling-signal"]


def test_it_reads_as_page_pdf_and_workbook(made: Made) -> None:
    page = file_of(made, "html").decode()
    for words in ("Case 1: Ann Example", "Whose turn it is for Year 11", "Do not pass it on"):
        assert words in page
    book = openpyxl.load_workbook(BytesIO(file_of(made, "xlsx")))
    assert {"cases", "fair share", "places", "overdue", "timeline 1"} <= set(book.sheetnames)
    heads, first, *_ = book["fair share"].iter_rows(values_only=True)
    assert dict(zip(heads, first, strict=True))["Per 100"] == 0.0
    rows = book["facts"].iter_rows(2, values_only=True)
    ann = [row for row in rows if row[0] == "Case 1: Ann Example"]
    assert {"Need", "Attendance", "Suspended", "Decision"} <= {row[1] for row in ann}
    (due,) = (row[3] for row in ann if row[1:3] == ("Referred", "place due"))
    (born,) = (row[3] for row in ann if row[1:3] == ("Pupil", "born"))
    assert isinstance(due, datetime)
    assert isinstance(born, datetime)
    assert file_of(made, "pdf").startswith(b"%PDF")
    assert file_of(made, "pdf") == file_of(made, "pdf")


def test_another_la_s_panel_has_nothing_of_it(world: Registry) -> None:
    found = KINDS["panel"].read(world, {"la": "857", "on": MEETING, "known_by": None})
    assert [found.object[part] for part in ("cases", "returning", "overdue", "actions")] == [[]] * 4
    assert list(found.pupils) == []


def test_whom_the_la_should_never_have_seen_is_in_no_pack(registry: Registry) -> None:
    """Nor in one as known before that was put right."""
    born = notify(registry, "pupil_registered", "2025-09-01", by=SCHOOL, upn=FIRST, **PERSON)
    refer(registry, FIRST, "2026-10-05")
    asked = {"la": "856", "on": MEETING, "known_by": registry.now()}
    before = KINDS["panel"].read(registry, asked).object["cases"]
    notify(registry, "correction", "2026-11-20", of=born["event"]["id"], upn=FIRST, by=SCHOOL,
           reason="Lives in Rutland", fields={"home_la": "857"})  # fmt: skip
    after = KINDS["panel"].read(registry, asked).object["cases"]
    assert (len(before), after) == (1, [])


def test_whom_it_names_is_noted(made: Made, pack: dict[str, Any]) -> None:
    assert {one["pupil_id"] for one in pack["cases"]} <= {str(one) for one in made.pupils}
    assert len(set(made.pupils)) == 4


def test_it_needs_an_la(world: Registry) -> None:
    with pytest.raises(Refused, match="la is required"):
        KINDS["panel"].read(world, {"la": None, "on": None, "known_by": None})
