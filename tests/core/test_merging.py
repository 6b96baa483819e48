"""Two UPNs of one pupil: merged they show one history, parted as if they had never been merged."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from ap_registry import embedded
from ap_registry.access import Caller
from ap_registry.errors import NotFound, Refused
from ap_registry.reading import read_pupil
from ap_registry.registry import Registry
from ap_registry.store import owing, queries, who
from ap_registry.store.database import Database
from ap_registry.store.rebuilding import check
from tests.core.owed import EVERYTHING
from tests.world import OTHER, PRU, PUPIL, SCHOOL, TODAY, notify, register_pupil, upn

TWIN = upn(2)


def show(registry: Registry, name: str, **at: Any) -> dict[str, Any]:
    with registry.database.connection() as connection:
        pupil = who.pupil_named(connection, name)
    if pupil is None:
        raise NotFound(())
    return read_pupil(registry, pupil, timeline=True, **at)


def act(registry: Registry, kind: str, *, kept: str = PUPIL, other: str = TWIN) -> dict[str, Any]:
    return notify(registry, kind, "2026-05-01", upn=kept, other_upn=other, reason="Same child",
                  by="LA856")  # fmt: skip


def suspended(registry: Registry, number: str, on: str, **facts: Any) -> dict[str, Any]:
    return notify(registry, "suspension", on, upn=number, school=SCHOOL, sessions=12,
                  ends_on=on[:8] + "09", reasons=["PP"], **facts)  # fmt: skip


def refused(registry: Registry, kind: str, kept: str, other: str) -> list[tuple[str, str]]:
    with pytest.raises(Refused) as caught:
        act(registry, kind, kept=kept, other=other)
    return [(p.pointer, p.code) for p in caught.value.problems]


def owed(registry: Registry, number: str) -> dict[str, tuple[str, str]]:
    """Kind and status of all that is or was owed for a pupil, by id; but what the night finds."""
    pupil = show(registry, number)["id"]
    with registry.database.connection() as connection:
        found = owing.follow_ups(connection, EVERYTHING, on=TODAY, status="any")
    return {
        one["id"]: (one["kind"], one["status"])
        for one in found
        if one["pupil_id"] == pupil and one["kind"] != "register_missing"
    }


@pytest.fixture
def two(registry: Registry) -> Registry:
    """Each registered, suspended once, the first also placed."""
    register_pupil(registry)
    register_pupil(registry, upn=TWIN, given_name="Anne")
    suspended(registry, PUPIL, "2026-03-02", ref="S1")
    suspended(registry, TWIN, "2026-04-02", ref="S2")
    notify(registry, "placement_started", "2026-03-16", provider=PRU, commissioner=SCHOOL,
           reason="behaviour", intent="return", ends_on="2026-07-10",
           sessions_per_week=10)  # fmt: skip
    return registry


def test_both_upns_show_one_pupil_with_one_history(two: Registry) -> None:
    apart = {**owed(two, PUPIL), **owed(two, TWIN)}
    act(two, "pupils_merged")
    shown = show(two, TWIN)
    assert show(two, PUPIL) == shown
    assert (shown["upn"], shown["former_upns"]) == (PUPIL, [TWIN])
    assert [e["ref"] for e in shown["exclusions"]] == ["S1", "S2"]
    assert len(shown["placements"]) == 1
    assert [item["version"] for item in shown["timeline"]] == [1, 2, 3, 4, 5, 7, 6, 8]
    assert owed(two, PUPIL).keys() >= apart.keys()


def test_a_merged_pupil_is_listed_once(two: Registry) -> None:
    act(two, "pupils_merged")
    with two.database.connection() as connection:
        assert [p["upn"] for p in queries.pupils(connection, EVERYTHING, on=TODAY)] == [PUPIL]


def test_as_at_before_the_merge_they_are_two(two: Registry) -> None:
    with two.database.connection() as connection:
        before = two.closed(connection)
    act(two, "pupils_merged")
    shown = [show(two, number, as_at=before)["upn"] for number in (PUPIL,)]
    with two.database.connection() as connection:
        listed = [p["upn"] for p in queries.pupils(connection, EVERYTHING, on=TODAY, as_at=before)]
    assert (shown, sorted(listed)) == ([PUPIL], sorted([PUPIL, TWIN]))


def test_later_notices_see_both_and_stay_with_the_upn_that_they_name(two: Registry) -> None:
    act(two, "pupils_merged")
    receipt = notify(two, "placement_ended", "2026-06-01", upn=TWIN, by=PRU,
                     end_reason="breakdown")  # fmt: skip
    assert (receipt["event"]["upn"], receipt["event"]["version"]) == (PUPIL, 9)
    suspended(two, TWIN, "2026-06-02", ref="S3")
    act(two, "merge_undone")
    assert [e["ref"] for e in show(two, PUPIL)["exclusions"]] == ["S1"]
    assert [e["ref"] for e in show(two, TWIN)["exclusions"]] == ["S2", "S3"]


def test_a_correction_goes_to_the_record_that_it_puts_right(two: Registry) -> None:
    act(two, "pupils_merged")
    notify(two, "correction", "2026-05-04", of="S2", by=SCHOOL, reason="Slip",
           fields={"sessions": 4})  # fmt: skip
    act(two, "merge_undone")
    assert [e["sessions"] for e in show(two, TWIN)["exclusions"]] == [4]


def test_parted_they_are_as_they_were(two: Registry) -> None:
    before = [(show(two, number), owed(two, number)) for number in (PUPIL, TWIN)]
    act(two, "pupils_merged")
    act(two, "merge_undone", kept=TWIN, other=PUPIL)
    after = [(show(two, number), owed(two, number)) for number in (PUPIL, TWIN)]
    for shown, _ in (*before, *after):
        shown.pop("version")
        shown["timeline"] = [i["id"] for i in shown["timeline"] if not i["type"].startswith("m")
                             and i["type"] != "pupils_merged"]  # fmt: skip
    assert after == before


def test_a_merge_taken_back_as_void_is_undone(two: Registry) -> None:
    event = act(two, "pupils_merged")["event"]["id"]
    notify(two, "void", "2026-05-04", upn=TWIN, of=event, by="LA856", reason="Siblings")
    assert show(two, TWIN)["upn"] == TWIN
    assert refused(two, "merge_undone", PUPIL, TWIN) == [("/other_upn", "nothing_open")]


@pytest.mark.parametrize(
    ("kind", "kept", "other", "problem"),
    [
        ("pupils_merged", PUPIL, PUPIL, ("/other_upn", "bad_format")),
        ("pupils_merged", PUPIL, upn(9), ("/other_upn", "unknown_pupil")),
        ("pupils_merged", upn(9), PUPIL, ("/upn", "unknown_pupil")),
        ("pupils_merged", PUPIL, "A801200005001", ("/other_upn", "bad_check_letter")),
        ("merge_undone", PUPIL, TWIN, ("/other_upn", "nothing_open")),
    ],
)
def test_what_cannot_be_merged_or_parted_is_refused(
    two: Registry, kind: str, kept: str, other: str, problem: tuple[str, str]
) -> None:
    assert refused(two, kind, kept, other) == [problem]


def test_a_merged_pupil_is_not_merged_again(two: Registry) -> None:
    register_pupil(two, upn=upn(3))
    act(two, "pupils_merged")
    for kept, other in ((PUPIL, TWIN), (TWIN, PUPIL), (upn(3), PUPIL), (upn(3), TWIN)):
        assert refused(two, "pupils_merged", kept, other) == [("/other_upn", "already_open")]


def test_a_third_record_is_merged_and_parted_by_itself(two: Registry) -> None:
    register_pupil(two, upn=upn(3))
    suspended(two, upn(3), "2026-01-05", ref="S0")
    act(two, "pupils_merged")
    act(two, "pupils_merged", other=upn(3))
    assert [e["ref"] for e in show(two, TWIN)["exclusions"]] == ["S0", "S1", "S2"]
    act(two, "merge_undone")
    assert [e["ref"] for e in show(two, PUPIL)["exclusions"]] == ["S0", "S1"]
    assert [e["ref"] for e in show(two, TWIN)["exclusions"]] == ["S2"]


def test_in_one_array_what_comes_after_a_merge_sees_it(two: Registry) -> None:
    merge = {"type": "pupils_merged", "upn": PUPIL, "other_upn": TWIN, "by": "LA856",
             "occurred_on": "2026-05-01", "reason": "Same child"}  # fmt: skip
    ended = {"type": "placement_ended", "upn": TWIN, "by": PRU, "occurred_on": "2026-05-05",
             "end_reason": "breakdown"}  # fmt: skip
    bad = {**ended, "type": "reintegration_ended"}
    with pytest.raises(Refused):
        two.record_many([merge, ended, bad], array=True)
    assert show(two, TWIN)["upn"] == TWIN
    assert [o.status for o in two.record_many([merge, ended], array=True)] == ["created"] * 2
    assert [o.status for o in two.record_many([merge], dry_run=True, each=True)] == ["refused"]


def test_a_school_of_either_record_sees_the_merged_pupil(two: Registry) -> None:
    notify(two, "joined_roll", "2026-04-20", upn=TWIN, school=OTHER, registration="S")
    act(two, "pupils_merged")
    brook = Caller(actor="k", role="school", organisations=(OTHER,))
    outcome = two.record(
        {"type": "left_roll", "upn": PUPIL, "occurred_on": "2026-05-05", "school": OTHER,
         "ground": "c"},
        brook,
    )  # fmt: skip
    assert outcome.status == "created"


def test_the_ledger_makes_the_same_rows_of_merged_and_parted_records(
    two: Registry, urls: embedded.Servers
) -> None:
    act(two, "pupils_merged")
    suspended(two, TWIN, "2026-06-02", ref="S3")
    register_pupil(two, upn=upn(3))
    act(two, "pupils_merged", other=upn(3))
    act(two, "merge_undone")
    suspended(two, TWIN, "2026-07-02", ref="S4")
    owner = Database(urls.database_owner_url)
    found = check(owner)
    owner.close()
    assert (found.examples, found.rows > 40) == ([], True)


def test_whoever_writes_while_records_are_merged_loses_nothing(
    two: Registry, urls: embedded.Servers
) -> None:
    days = [f"2026-{month:02d}-03" for month in range(5, 11)]

    def send(number: int) -> str:
        if number == 2:
            return str(act(two, "pupils_merged")["event"]["type"])
        named = (PUPIL, TWIN)[number % 2]
        return str(suspended(two, named, days[number], ref=f"R{number}")["event"]["type"])

    with ThreadPoolExecutor(6) as threads:
        done = list(threads.map(send, range(6)))
    assert sorted(done) == ["pupils_merged", *["suspension"] * 5]
    refs = {e["ref"] for e in show(two, TWIN)["exclusions"]}
    assert refs == {"S1", "S2", *(f"R{number}" for number in range(6) if number != 2)}
    owner = Database(urls.database_owner_url)
    found = check(owner)
    owner.close()
    assert found.examples == []
