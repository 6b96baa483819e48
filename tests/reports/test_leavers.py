"""O4 and O5, edge by edge.

The leavers of 2024/25 were born from 1 September 2008 to 31 August 2009. Census day is the third
Thursday of January: 16 January 2025.
"""

from datetime import UTC, date, datetime

import pytest

from ap_registry.registry import Registry
from tests.reports.telling import YEAR_2025, Telling, beside, came_of, counts, report
from tests.world import GARAGE, PRU, SCHOOL

BORN = "2009-05-05"
PLACED = "2024-11-04"
CENSUS = "2025-01-16"


def leaver(registry: Registry, number: int = 1, **placement: str) -> Telling:
    """In Year 11, at Bridge PRU from November to the end of June."""
    pupil = Telling(registry, number, date_of_birth=BORN)
    pupil.placed(PLACED, "2025-06-27", **{"why": "post_16", **placement})
    return pupil


def awarded(pupil: Telling, subject: str, grade: str, on: str = "2025-08-21") -> None:
    kind = "functional_skills" if grade[0] == "L" else "entry_level" if grade[0] == "E" else "gcse"
    pupil.tell("result_awarded", on, qualification=kind, subject=subject, grade=grade)


@pytest.mark.parametrize(
    ("english", "maths", "came"),
    [
        (("english", "1"), "1", "success"),
        (("english_language", "3"), "L1", "success"),
        (("english_literature", "L2"), "9", "success"),
        (("english", "U"), "5", "failed"),
        (("english", "4"), "E3", "failed"),
        (("english", "4"), None, "failed"),
    ],
)
def test_english_and_maths_each_at_level_1(
    registry: Registry, english: tuple[str, str], maths: str | None, came: str
) -> None:
    pupil = leaver(registry)
    awarded(pupil, *english)
    if maths:
        awarded(pupil, "maths", maths)
    assert came_of(registry, "attainment") == came


@pytest.mark.parametrize(("on", "came"), [("2025-08-31", "success"), ("2025-09-01", "failed")])
def test_awards_count_up_to_31_august(registry: Registry, on: str, came: str) -> None:
    pupil = leaver(registry)
    awarded(pupil, "english", "4")
    awarded(pupil, "maths", "4", on)
    assert came_of(registry, "attainment") == came


@pytest.mark.parametrize(
    ("start", "end", "came"),
    [
        (CENSUS, CENSUS, "failed"),
        (PLACED, "2025-01-15", "none"),
        ("2025-01-17", "2025-06-27", "none"),
    ],
)
def test_a_placement_open_on_census_day(
    registry: Registry, start: str, end: str, came: str
) -> None:
    Telling(registry, date_of_birth=BORN).placed(start, end)
    assert came_of(registry, "attainment") == came


@pytest.mark.parametrize(
    ("born", "came"),
    [("2008-08-31", "none"), ("2008-09-01", "failed"), ("2009-08-31", "failed"),
     ("2009-09-01", "none")],
)  # fmt: skip
def test_year_11_by_birth(registry: Registry, born: str, came: str) -> None:
    Telling(registry, date_of_birth=born).placed(PLACED)
    assert came_of(registry, "attainment") == came


@pytest.mark.parametrize(
    ("on", "stated", "came"),
    [
        ("2025-07-01", "11", "failed"),
        ("2023-10-02", "10", "failed"),
        ("2024-10-01", "10", "none"),
        ("2025-09-01", "11", "none"),
        ("2024-10-01", "X", "none"),
    ],
)
def test_a_stated_year_holds_for_its_whole_academic_year_and_goes_up(
    registry: Registry, on: str, stated: str, came: str
) -> None:
    # Born in Year 10 of 2024/25. Year 10 said of 2023/24 makes Year 11 of the next.
    pupil = Telling(registry, date_of_birth="2009-09-01")
    pupil.placed(PLACED)
    pupil.tell("pupil_details_changed", on, nc_year=stated)
    assert came_of(registry, "attainment") == came


@pytest.mark.parametrize(
    ("possible", "more", "code", "came"),
    [(120, 0, "/", "failed"), (119, 0, "/", "none"), (119, 1, "O", "failed"),
     (119, 1, "D", "none")],
)  # fmt: skip
def test_120_possible_sessions_on_the_providers_own_register(
    registry: Registry, possible: int, more: int, code: str, came: str
) -> None:
    # The school's register clashes with all of it: the provider's own counts all the same.
    pupil = Telling(registry, date_of_birth=BORN)
    pupil.marked(PRU, "2023-09-04", possible)
    pupil.marked(SCHOOL, "2023-09-04", possible)
    pupil.marked(PRU, "2025-06-30", more, code)
    assert came_of(registry, "attainment") == came


@pytest.mark.parametrize(("first", "came"), [("2023-08-31", "none"), ("2023-09-01", "failed")])
def test_sessions_count_from_the_september_of_year_10(
    registry: Registry, first: str, came: str
) -> None:
    Telling(registry, date_of_birth=BORN).marked(PRU, first, 120)
    assert came_of(registry, "attainment") == came


def test_there_is_no_cohort_before_census_day(registry: Registry) -> None:
    Telling(registry, date_of_birth="2011-02-03").placed("2026-09-07", ends_on="2026-12-18")
    assert came_of(registry, "attainment", (date(2026, 9, 1), date(2027, 8, 31))) == "none"


@pytest.mark.parametrize(
    ("why", "until", "came"),
    [
        ("died", "2024-12-02", "died"),
        ("died", "2025-08-31", "died"),
        ("died", "2025-09-01", "failed"),
        ("left_england", "2025-01-15", "failed"),
        ("left_england", CENSUS, "left_england"),
        ("left_england", "2025-08-31", "left_england"),
    ],
)
def test_died_at_any_time_or_left_from_census_day(
    registry: Registry, why: str, until: str, came: str
) -> None:
    leaver(registry).placed("2024-10-07", until, why, provider=GARAGE)
    found = [
        r for r in report(registry)["rows"]
        if (r["provider"], r["measure"]) == (PRU, "attainment")
    ]  # fmt: skip
    assert [next(iter(r["excluded"]), "failed") for r in found] == [came]


@pytest.mark.parametrize("school", [SCHOOL, "100002"])
def test_left_on_ground_k_counts_also_where_no_join_is_on_record(
    registry: Registry, school: str
) -> None:
    leaver(registry).tell("left_roll", "2025-03-03", school=school, ground="k")
    assert came_of(registry, "attainment") == "died"


def test_in_totals_a_pupil_of_two_providers_counts_once(registry: Registry) -> None:
    leaver(registry).placed("2025-01-13", provider=GARAGE)
    found = report(registry)
    row = {"denominator": 1}
    assert [
        (r.get("provider") or r["la"], counts(r))
        for table in ("rows", "totals")
        for r in found[table]
        if r["measure"] == "attainment"
    ] == [(PRU, row), (GARAGE, row), ("856", row), ("all", row)]


@pytest.mark.parametrize(
    ("at", "attainment", "post_16"),
    [
        (datetime(2025, 1, 16, 9, tzinfo=UTC), "pending", "pending"),
        (datetime(2025, 8, 30, 22, tzinfo=UTC), "pending", "pending"),
        # 23:00 UTC on 30 August is 31 August in London.
        (datetime(2025, 8, 30, 23, tzinfo=UTC), "failed", "pending"),
        (datetime(2026, 3, 30, 22, tzinfo=UTC), "failed", "pending"),
        (datetime(2026, 3, 30, 23, tzinfo=UTC), "failed", "failed"),
    ],
)
def test_matures_on_31_august_and_31_march(
    empty_registry: Registry, at: datetime, attainment: str, post_16: str
) -> None:
    from tests.world import load_world

    empty_registry.clock = datetime(2025, 1, 16, 8, tzinfo=UTC)
    load_world(empty_registry)
    Telling(empty_registry, date_of_birth=BORN).placed(PLACED)
    empty_registry.clock = at
    found = (came_of(empty_registry, "attainment"), came_of(empty_registry, "post_16"))
    assert found == (attainment, post_16)


def test_attainment_beside_it(registry: Registry) -> None:
    # Grade 4 and 5: 9-4 yes, 9-5 no. Targets: maths at Level 2 is met by grade 5, art at Level 1
    # was agreed too late. Maths 85 to 90 is 5 points over more than 60 school days; English
    # was assessed once.
    pupil = leaver(registry)
    awarded(pupil, "english_language", "4")
    awarded(pupil, "maths", "5")
    pupil.tell("target_agreed", "2024-12-31", qualification="gcse", subject="maths", level="2")
    pupil.tell("target_agreed", "2025-01-01", qualification="gcse", subject="art", level="1")
    for stage, on, score in (("baseline", "2024-11-04", 85), ("exit", "2025-06-02", 90)):
        pupil.tell("assessment_recorded", on, subject="maths", instrument="PTM", stage=stage,
                   standard_score=score)  # fmt: skip
    pupil.tell("assessment_recorded", "2024-11-04", subject="english", instrument="NGRT",
               stage="baseline", standard_score=85)  # fmt: skip
    yes, no = ({"numerator": n, "denominator": 1, "value": 100.0 * n} for n in (1, 0))
    assert beside(registry, "attainment") == {
        "entry_level": yes, "gcse_9_4": yes, "gcse_9_5": no, "progress_maths": yes,
        "right_attainment": yes, "vocational": no,
    }  # fmt: skip


@pytest.mark.parametrize(("on", "progress"), [("2025-04-03", False), ("2025-04-04", True)])
def test_progress_needs_sixty_school_days(registry: Registry, on: str, progress: bool) -> None:
    # Strictly after Friday 3 January 2025 the 60th school day is Friday 4 April.
    pupil = leaver(registry)
    for stage, day, score in (("baseline", "2025-01-03", 80), ("exit", on, 95)):
        pupil.tell("assessment_recorded", day, subject="maths", instrument="PTM", stage=stage,
                   standard_score=score)  # fmt: skip
    assert ("progress_maths" in beside(registry, "attainment")) is progress


def recorded(pupil: Telling, *days_and_activities: str) -> None:
    for text in days_and_activities:
        day, activity = text.split()
        pupil.tell("destination_recorded", day, activity=activity)


@pytest.mark.parametrize(
    ("records", "came"),
    [
        # Each record is at most 120 days old at the month ends after it; March has its own.
        (("2025-10-31 220", "2026-01-31 220", "2026-03-01 220"), "success"),
        (("2025-11-01 220", "2026-01-31 220", "2026-03-01 220"), "failed"),
        (("2025-10-31 220", "2026-01-31 220", "2026-02-28 220"), "failed"),
        # 31 October to 28 February are 120 days; from the 30th they are 121.
        (("2025-10-31 220", "2026-03-01 220"), "success"),
        (("2025-10-30 220", "2026-03-01 220"), "failed"),
        # One month end in none of the four: education fails, employment has five of six.
        (("2025-10-31 220", "2025-12-15 540", "2026-01-15 220", "2026-03-01 220"), "failed"),
        (("2025-10-31 330", "2025-12-15 540", "2026-01-15 330", "2026-03-01 330"), "success"),
        # Four of six are too few.
        (("2025-10-31 330", "2025-12-15 540", "2026-02-15 330", "2026-03-01 330"), "failed"),
        # Unlike kinds mix; 250 is not participating.
        (("2025-10-31 220", "2025-12-01 410", "2026-01-31 330", "2026-03-01 310"), "success"),
        (("2025-10-31 250", "2026-01-31 220", "2026-03-01 220"), "failed"),
        # An apprenticeship at six month ends in a row: August to January, February to July.
        (("2025-08-31 310", "2025-12-01 310", "2026-02-01 540"), "success"),
        (("2025-09-01 310", "2025-12-01 310", "2026-02-01 540"), "failed"),
        (("2026-02-28 310", "2026-03-31 310", "2026-07-01 310"), "success"),
        (("2026-02-28 310", "2026-04-01 310", "2026-07-01 310"), "failed"),
    ],
)
def test_six_months_after_year_11(registry: Registry, records: tuple[str, ...], came: str) -> None:
    recorded(leaver(registry), *records)
    assert came_of(registry, "post_16") == came


@pytest.mark.parametrize(
    ("records", "unknown", "coverage"),
    [
        ((), 1, 0.0),
        (("2025-10-31 820",), 1, 0.0),
        (("2025-06-01 220",), 1, 0.0),
        (("2026-03-31 540",), 0, 1.0),
    ],
)
def test_the_unknown_stay_in_the_denominator(
    registry: Registry, records: tuple[str, ...], unknown: int, coverage: float
) -> None:
    recorded(leaver(registry), *records)
    (row,) = (r for r in report(registry)["rows"] if r["measure"] == "post_16")
    assert (row["denominator"], row["unknown"], row["coverage"]) == (1, unknown, coverage)


def test_post_16_beside_it(registry: Registry) -> None:
    pupil = leaver(registry)
    pupil.tell("offer_recorded", "2025-09-30", activity="220")
    recorded(pupil, "2025-10-01 220", "2025-12-31 540", "2026-03-01 820")
    yes, no = ({"numerator": n, "denominator": 1, "value": 100.0 * n} for n in (1, 0))
    assert beside(registry, "post_16") == {
        "neet_december": yes, "neet_march": no, "november": yes, "offer": yes,
    }  # fmt: skip


def test_an_offer_after_30_september_is_too_late(registry: Registry) -> None:
    leaver(registry).tell("offer_recorded", "2025-10-01", activity="220")
    assert beside(registry, "post_16")["offer"]["numerator"] == 0


def test_the_year_of_to_is_what_counts(registry: Registry) -> None:
    leaver(registry)
    found = [came_of(registry, "attainment", (date(2020, 1, 1), to)) for to in
             (date(2024, 8, 31), date(2024, 9, 1), YEAR_2025[1], date(2025, 9, 1))]  # fmt: skip
    assert found == ["none", "failed", "failed", "none"]
