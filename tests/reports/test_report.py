"""The report as a whole: order, rounding, what is narrowed, and the same bytes for good."""

import re
from decimal import Decimal
from fractions import Fraction

import pytest

from ap_registry.registry import Registry
from reports.command import outcomes_report
from reports.statistics import funnel, half_up, rate, wilson
from tests.reports.telling import YEAR_2025, Telling, counts, report
from tests.world import GARAGE, PRU, SCHOOL

START, END = "2025-01-06", "2025-02-14"


def two_authorities(registry: Registry) -> None:
    """Ann of Leicester at both providers, Bea of Rutland at Bridge PRU."""
    ann, bea = Telling(registry, 1), Telling(registry, 2, home_la="857")
    for pupil, provider in ((ann, PRU), (ann, GARAGE), (bea, PRU)):
        pupil.placed(START, END, provider=provider)


def test_rows_by_code_point_then_measure_and_totals_with_all_last(registry: Registry) -> None:
    two_authorities(registry)
    found = report(registry)
    both = ("attendance", "reintegration")
    assert [(r["provider"], r["measure"]) for r in found["rows"]] == [
        (name, measure) for name in (PRU, GARAGE) for measure in both
    ]
    assert [(r["la"], r["measure"]) for r in found["totals"]] == [
        (name, measure) for name in ("856", "857", "all") for measure in both
    ]


def test_secondary_by_provider_or_la_then_measure_then_name(registry: Registry) -> None:
    two_authorities(registry)
    names = [
        ("la" in r, r.get("la") == "all", r.get("provider") or r["la"],
         ["outreach", "attendance", "reintegration", "attainment", "post_16"].index(r["measure"]),
         r["name"])
        for r in report(registry)["secondary"]
    ]  # fmt: skip
    assert names == sorted(names)
    assert len(names) == len(set(names))


def test_one_authority_shows_the_episodes_of_its_own_pupils(registry: Registry) -> None:
    two_authorities(registry)
    found = report(registry, la="857")
    assert [
        (r.get("provider") or r["la"], counts(r))
        for table in ("rows", "totals")
        for r in found[table]
        if r["measure"] == "reintegration"
    ] == [(PRU, {"denominator": 1}), ("857", {"denominator": 1}), ("all", {"denominator": 1})]


def test_one_provider_shows_its_own_episodes_in_totals_too(registry: Registry) -> None:
    two_authorities(registry)
    found = report(registry, provider=GARAGE)
    assert [
        (r.get("provider") or r["la"], counts(r))
        for table in ("rows", "totals")
        for r in found[table]
        if r["measure"] == "reintegration"
    ] == [(GARAGE, {"denominator": 1}), ("856", {"denominator": 1}), ("all", {"denominator": 1})]


def test_the_same_known_by_gives_the_same_bytes_for_good(registry: Registry) -> None:
    two_authorities(registry)
    at = registry.now()
    first = outcomes_report(registry, from_on=YEAR_2025[0], to_on=YEAR_2025[1], known_by=at)
    more = Telling(registry, 3)
    more.placed(START, END, "died")
    more.marked(SCHOOL, "2025-02-24", 60)
    again = outcomes_report(registry, from_on=YEAR_2025[0], to_on=YEAR_2025[1], known_by=at)
    later = outcomes_report(registry, from_on=YEAR_2025[0], to_on=YEAR_2025[1], known_by=None)
    assert first == again
    assert (first.endswith(b"}\n"), first.count(b"died"), later.count(b"died") > 0) == (
        True, 0, True,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("numerator", "denominator", "expected"),
    [
        # Worked with z = 1.959963984540054; 3 of 5 is the contract's example.
        (3, 5, (23.1, 88.2)), (0, 1, (0.0, 79.3)), (1, 1, (20.7, 100.0)), (0, 0, (None, None)),
        (1, 2, (9.5, 90.5)), (5, 10, (23.7, 76.3)), (0, 1000, (0.0, 0.4)),
    ],
)  # fmt: skip
def test_wilson(
    numerator: int, denominator: int, expected: tuple[float | None, float | None]
) -> None:
    assert wilson(numerator, denominator) == expected


@pytest.mark.parametrize(
    ("numerator", "denominator", "expected"),
    # 1/16 = 6.25 % and 3/16 = 18.75 % are halves: up. 1/800 = 0.125 %.
    [(1, 16, 6.3), (3, 16, 18.8), (1, 800, 0.1), (1, 3, 33.3), (2, 3, 66.7), (0, 7, 0.0)],
)
def test_rates_round_half_up(numerator: int, denominator: int, expected: float) -> None:
    assert rate(numerator, denominator) == expected


def test_a_half_below_nothing_goes_away_from_it() -> None:
    assert [half_up(Fraction(n, 400), 1) for n in (-12_500, 12_500)] == [-31.3, 31.3]


def test_coverage_rounds_half_up_to_three_decimals() -> None:
    assert [half_up(Fraction(n, 2000), 3) for n in (1, 3, 1999)] == [0.001, 0.002, 1.0]


@pytest.mark.parametrize(
    ("n", "z", "place", "expected"),
    [
        (2, "1.959963984540054", 0, "0.25885383"),
        (3, "3.090232306167813", 0, "0.10150815"),
    ],
)
def test_funnel_limits_as_worked_in_the_definition(
    n: int, z: str, place: int, expected: str
) -> None:
    limit = funnel(0.80642448, n, Decimal(z))[place]
    assert str(round(Decimal(repr(limit)), 8)) == expected


def test_a_stranger_reads_the_json_with_two_spaces(registry: Registry) -> None:
    two_authorities(registry)
    text = outcomes_report(
        registry, from_on=YEAR_2025[0], to_on=YEAR_2025[1], known_by=None
    ).decode()
    lines = text.splitlines()
    assert lines[:4] == [
        "{", '  "definition": "v1",', '  "from": "2024-09-01",', '  "to": "2025-08-31",',
    ]  # fmt: skip
    assert re.fullmatch(r'  "known_by": "\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z",', lines[4])
