"""Recording: what is answered, refused, flagged, repeated."""

import pytest

from ap_registry.errors import Refused
from ap_registry.registry import Registry
from tests.world import GARAGE, OTHER, PERSON, PRU, PUPIL, SCHOOL, notify, register_pupil, upn


def codes_of(refused: Refused) -> list[tuple[str, str]]:
    return [(p.pointer, p.code) for p in refused.problems]


def suspension(on: str = "2026-03-02", **facts: object) -> dict[str, object]:
    values = {"sessions": 4, "ends_on": "2026-03-03", "reasons": ["PP"], "school": SCHOOL}
    return {"type": "suspension", "upn": PUPIL, "occurred_on": on, **values, **facts}


def refused_by(registry: Registry, notice: dict[str, object]) -> list[tuple[str, str]]:
    with pytest.raises(Refused) as caught:
        registry.record(notice)
    return codes_of(caught.value)


def test_first_notice_registers_the_pupil_and_joins_the_roll(registry: Registry) -> None:
    receipt = registry.record({**suspension(), **PERSON}).receipt
    assert receipt is not None
    assert (receipt["event"]["version"], receipt["event"]["by"]) == (3, SCHOOL)
    assert receipt["flags"] == []


def test_unknown_pupil_is_refused(registry: Registry) -> None:
    assert refused_by(registry, suspension()) == [("/upn", "unknown_pupil")]


@pytest.mark.parametrize(
    ("facts", "problem"),
    [
        ({"school": "999999"}, ("/school", "unknown_organisation")),
        ({"school": GARAGE + "X9"}, ("/school", "unknown_organisation")),
        ({"reasons": ["ZZ"]}, ("/reasons", "unknown_code")),
        ({"reasons": []}, ("/reasons", "required")),
        ({"sessions": "many"}, ("/sessions", "bad_format")),
        ({"ends_on": "2026-02-27"}, ("/ends_on", "end_before_start")),
        ({"ends_on": "2026-02-30"}, ("/ends_on", "bad_format")),
        ({"colour": "red"}, ("/colour", "unknown_field")),
        ({"occurred_on": "2126-01-01"}, ("/occurred_on", "future_date")),
        ({"occurred_on": "02/03/2026"}, ("/occurred_on", "bad_format")),
        ({"upn": "A801200005001"}, ("/upn", "bad_check_letter")),
        ({"upn": "I801200005001"}, ("/upn", "bad_format")),
        ({"type": "expulsion"}, ("/type", "unknown_type")),
        ({"by": "LA999"}, ("/by", "unknown_organisation")),
    ],
)
def test_names_the_field_and_the_rule(
    registry: Registry, facts: dict[str, object], problem: tuple[str, str]
) -> None:
    register_pupil(registry)
    assert problem in refused_by(registry, suspension(**facts))


def test_every_problem_is_listed_at_once(registry: Registry) -> None:
    register_pupil(registry)
    found = refused_by(registry, suspension(school="999999", sessions=0, reasons=["ZZ"]))
    assert [pointer for pointer, _ in found] == ["/school", "/sessions", "/reasons"]


def test_the_same_ref_and_content_is_answered_as_the_first_time(registry: Registry) -> None:
    register_pupil(registry)
    first = registry.record(suspension(ref="S1"))
    again = registry.record(suspension(ref="S1"))
    assert (first.status, again.status) == ("created", "unchanged")
    assert first.receipt == again.receipt


def test_the_same_ref_with_other_content_conflicts(registry: Registry) -> None:
    register_pupil(registry)
    registry.record(suspension(ref="S1"))
    assert refused_by(registry, suspension(ref="S1", sessions=2)) == [("/ref", "ref_conflict")]


def test_amend_records_a_correction(registry: Registry) -> None:
    register_pupil(registry)
    registry.record(suspension(ref="S1"))
    receipt = registry.record(suspension(ref="S1", sessions=2), amend="Typing slip").receipt
    assert receipt is not None
    assert receipt["event"]["type"] == "correction"


def test_a_ref_of_another_pupil_conflicts(registry: Registry) -> None:
    register_pupil(registry)
    registry.record(suspension(ref="S1"))
    register_pupil(registry, upn=upn(2))
    assert refused_by(registry, suspension(ref="S1", upn=upn(2))) == [("/ref", "ref_conflict")]


def test_a_second_start_of_what_is_open_is_refused(registry: Registry) -> None:
    register_pupil(registry)
    placed = {
        "provider": PRU, "commissioner": SCHOOL, "reason": "behaviour", "ends_on": "2026-05-01",
        "sessions_per_week": 10, "intent": "return",
    }  # fmt: skip
    notify(registry, "placement_started", "2026-03-02", **placed)
    again = {"type": "placement_started", "upn": PUPIL, "occurred_on": "2026-03-09", **placed}
    assert refused_by(registry, again) == [("/provider", "already_open")]


def test_leaving_out_what_is_named_means_the_only_open_one(registry: Registry) -> None:
    register_pupil(registry)
    ended = {
        "type": "placement_ended", "upn": PUPIL, "occurred_on": "2026-04-20",
        "end_reason": "breakdown",
    }  # fmt: skip
    assert refused_by(registry, {**ended, "by": PRU}) == [("/placement", "nothing_open")]
    placed = {
        "commissioner": SCHOOL, "reason": "behaviour", "ends_on": "2026-05-01",
        "sessions_per_week": 5, "intent": "return",
    }  # fmt: skip
    notify(registry, "placement_started", "2026-03-02", provider=PRU, **placed)
    notify(registry, "placement_started", "2026-03-02", provider=GARAGE, ref="G", **placed)
    assert refused_by(registry, {**ended, "by": PRU}) == [("/placement", "ambiguous")]
    assert registry.record({**ended, "by": GARAGE, "placement": "G"}).status == "created"
    assert registry.record({**ended, "by": PRU}).status == "created"


def test_an_array_is_saved_whole_or_not_at_all(registry: Registry) -> None:
    register_pupil(registry)
    good, bad = suspension(ref="A"), suspension(ref="B", school="999999")
    with pytest.raises(Refused) as caught:
        registry.record_many([good, bad], array=True)
    assert codes_of(caught.value) == [("/1/school", "unknown_organisation")]
    assert registry.record(good).status == "created"


def test_suspended_days_over_forty_five_are_flagged(registry: Registry) -> None:
    register_pupil(registry)
    notify(registry, "suspension", "2025-09-01", school=SCHOOL, sessions=90,
           ends_on="2025-11-14", reasons=["PP"])  # fmt: skip
    receipt = notify(registry, "suspension", "2026-01-12", school=SCHOOL, sessions=1,
                     ends_on="2026-01-12", reasons=["PP"])  # fmt: skip
    assert [flag["rule"] for flag in receipt["flags"]] == ["suspension.max-days"]


def test_exactly_forty_five_days_are_not_flagged(registry: Registry) -> None:
    register_pupil(registry)
    receipt = notify(registry, "suspension", "2025-09-01", school=SCHOOL, sessions=90,
                     ends_on="2025-11-14", reasons=["PP"])  # fmt: skip
    assert receipt["flags"] == []


def test_two_main_rolls_are_flagged_until_the_leave_arrives(registry: Registry) -> None:
    register_pupil(registry)
    joined = notify(registry, "joined_roll", "2026-03-02", school=OTHER, registration="C")
    assert [flag["rule"] for flag in joined["flags"]] == ["roll.two-main"]
    notify(registry, "left_roll", "2026-03-02", school=SCHOOL, ground="a")
    from ap_registry.reading import read_pupil
    from ap_registry.store import who

    with registry.database.connection() as connection:
        pupil_id = who.pupil_of_upn(connection, PUPIL)
    assert pupil_id is not None
    assert read_pupil(registry, pupil_id)["flags"] == []


def test_a_removal_without_ground_is_recorded_and_flagged(registry: Registry) -> None:
    register_pupil(registry)
    receipt = notify(registry, "left_roll", "2026-03-02", school=SCHOOL, ground="none")
    assert [flag["rule"] for flag in receipt["flags"]] == ["roll.no-lawful-ground"]


@pytest.mark.parametrize(
    ("told", "flagged"), [("2026-03-02", []), ("2026-03-03", ["off-site.notice"])]
)
def test_two_school_days_notice_of_a_direction(
    registry: Registry, told: str, flagged: list[str]
) -> None:
    register_pupil(registry)
    receipt = notify(
        registry, "off_site_direction", "2026-03-03", school=SCHOOL, provider=PRU,
        starts_on="2026-03-04", ends_on="2026-03-27", sessions_per_week=10,
        objectives=["Attend"], parent_notified_on=told,
    )  # fmt: skip
    assert [flag["rule"] for flag in receipt["flags"]] == flagged
