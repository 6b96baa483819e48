"""What stands beside the five: the average and its limits, years before, whom they teach."""

import json
from datetime import date
from typing import Any

import pytest
from scipy import optimize, stats

from ap_registry.registry import Registry
from reports.comparing import comparisons
from reports.files import file_of
from reports.kinds import KINDS, Made
from reports.statistics import Z95, Z998, funnel, wilson_limits
from reports.whole import Whole, whole
from tests.reports.driving import Driver
from tests.reports.oracle.mix import case_mix
from tests.reports.oracle.report import Asked, report
from tests.reports.places import SLICES
from tests.reports.telling import YEAR_2025, Telling
from tests.reports.worlds import make
from tests.world import GARAGE, PRU

START, END = "2025-01-06", "2025-02-14"
NOW = SLICES[-1]
YEAR_2026 = (date(2025, 9, 1), date(2026, 8, 31))


@pytest.mark.parametrize("seed", [29, 843])
def test_years_before_and_whom_they_teach_agree_with_the_oracle(
    empty_registry: Registry, seed: int
) -> None:
    driver = Driver(empty_registry)
    facts = driver.send(make(seed))
    asked = Asked(first=YEAR_2026[0], last=YEAR_2026[1], known_by=NOW, la="856")
    made = whole(
        driver.registry, from_on=asked.first, to_on=asked.last, known_by=NOW, la="856", years=2
    ).report
    before = Asked(first=YEAR_2025[0], last=YEAR_2025[1], known_by=NOW, la="856")
    assert [_headline(row) for row in made["trend"]] == [
        _headline(row) | {"from": str(one.first), "to": str(one.last)}
        for one in (before, asked)
        for told in [report(facts, one)]
        for row in (*told["rows"], *told["totals"])
        if "group" not in row
    ]
    found = {_who(row) + (row["by"], row["case"]): row["numerator"] for row in made["case_mix"]}
    assert found == case_mix(facts, asked)


def _headline(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "excluded"}


def _who(row: dict[str, Any]) -> tuple[str, str]:
    return ("provider", row["provider"]) if "provider" in row else ("la", row["la"])


def two_years(registry: Registry) -> None:
    """Ann at Bridge PRU this year and the year before, Bea at Second Gear."""
    ann, bea = Telling(registry, 1), Telling(registry, 2)
    ann.placed("2024-01-08", "2024-02-09")
    ann.placed(START, END)
    bea.placed(START, END, provider=GARAGE)


def made(registry: Registry, **asked: Any) -> Whole:
    return whole(registry, from_on=YEAR_2025[0], to_on=YEAR_2025[1], known_by=None, **asked)


def test_an_authority_has_three_years_and_england_one_unless_more_are_asked_for(
    registry: Registry,
) -> None:
    two_years(registry)
    years = [
        sorted({row["from"] for row in made(registry, **asked).report["trend"]})
        for asked in ({"la": "856"}, {}, {"years": 2})
    ]
    both = ["2023-09-01", "2024-09-01"]
    assert years == [both, both[1:], both]


@pytest.mark.parametrize(
    ("rates", "words"),
    [
        ((20, 40), "not different from the average"),
        ((5, 40), "lower than the average"),
        ((38, 40), "higher than the average"),
    ],
)
def test_a_provider_is_compared_in_words_and_never_ranked(
    rates: tuple[int, int], words: str
) -> None:
    numerator, denominator = rates
    row = {
        "provider": PRU, "measure": "outreach", "numerator": numerator, "denominator": denominator,
    }  # fmt: skip
    (found,) = comparisons([row], {"outreach": 0.5})
    assert found["words"] == words
    assert not {"rank", "place", "position"} & found.keys()


def test_a_provider_is_not_told_the_average_of_a_few_others(registry: Registry) -> None:
    two_years(registry)
    found = made(registry, provider=PRU).report
    assert (found["average_of"], found["comparison"]) == ("856", [])


def test_it_tells_how_a_record_was_kept(registry: Registry) -> None:
    ann = Telling(registry)
    ann.placed(START, END)
    mistaken = ann.placed("2025-03-03")
    ann.tell("placement_ended", "2025-03-04", placement=mistaken, end_reason="error")
    gone = ann.placed("2025-03-10", provider=GARAGE)
    ann.tell("void", "2025-03-11", of=gone, reason="Another pupil")
    ann.placed("2025-04-07", "2025-05-09", provider=GARAGE)
    (pru, garage) = made(registry, la="856").report["record_keeping"]
    # Told in 2026: each start and end is late, the voided one too.
    assert pru == {"provider": PRU, "ended_error": 1, "voids": 0, "late": 2}
    assert garage == {"provider": GARAGE, "ended_error": 0, "voids": 1, "late": 2}


@pytest.mark.parametrize("n", [1, 2, 3, 7, 10, 25, 100, 1000])
def test_wilson_agrees_with_scipy(n: int) -> None:
    for numerator in {0, 1, n // 3, n // 2, n - 1, n}:
        reference = stats.binomtest(numerator, n).proportion_ci(0.95, method="wilson")
        low, high = wilson_limits(numerator, n)
        assert (float(low) / 100, float(high) / 100) == pytest.approx(reference, abs=1e-6)


@pytest.mark.parametrize("mean", [0.05, 0.5, 0.80642448, 0.97])
@pytest.mark.parametrize("z", [Z95, Z998])
def test_funnel_limits_are_where_the_score_test_puts_the_average_at_its_edge(
    mean: float, z: Any
) -> None:
    """A Wilson interval at the limit begins or ends at the average: solved by scipy, not by us."""
    for n in (2, 3, 10, 57, 400):
        for side, limit in zip((1, -1), funnel(mean, n, z), strict=True):
            if not 0 < limit < 1:
                continue

            def off(p: float, n: int = n, side: int = side) -> float:
                zz = float(z) ** 2
                reach = float(z) * (p * (1 - p) / n + zz / (4 * n * n)) ** 0.5
                return float((p + zz / (2 * n) + side * reach) / (1 + zz / n) - mean)

            inner = (0.0, mean) if side == 1 else (mean, 1.0)
            assert limit == pytest.approx(optimize.brentq(off, *inner, xtol=1e-12), abs=1e-6)


@pytest.mark.parametrize(
    ("n", "limits"),
    [
        (10, (56.154344, 100, 42.03259, 100)),
        (18, (62.390093, 98.894803, 51.864359, 100)),
        (41, (68.548635, 92.73626, 61.574398, 99.710497)),
        (154, (74.402301, 86.882595, 70.803745, 90.481151)),
        (1_008, (78.203374, 83.081521, 76.796814, 84.488082)),
        (110_000, (80.408963, 80.875933, 80.274317, 81.010578)),
    ],
)
def test_funnel_limits_are_those_of_the_published_table(
    n: int, limits: tuple[float, float, float, float]
) -> None:
    """PHEindicatormethods, testdata_funnel_prop_outputs.csv: baseline 80.642448 %."""
    found = (*funnel(0.80642448, n), *funnel(0.80642448, n, Z998))
    assert [100 * one for one in found] == pytest.approx(limits, abs=1e-4)  # 1e-6 of a share


@pytest.mark.parametrize(
    ("numerator", "n", "limits"),
    [
        (81, 263, (0.2553, 0.3662)), (15, 148, (0.0624, 0.1605)), (0, 20, (0.0, 0.1611)),
        (1, 29, (0.0061, 0.1718)),
    ],
)  # fmt: skip
def test_wilson_limits_are_those_of_the_published_table(
    numerator: int, n: int, limits: tuple[float, float]
) -> None:
    """Newcombe, Statistics in Medicine 17 (1998), table I, method 3: to its four decimals."""
    found = [float(one) / 100 for one in wilson_limits(numerator, n)]
    assert found == pytest.approx(limits, abs=6e-5)


@pytest.fixture
def asked_for(registry: Registry) -> Made:
    two_years(registry)
    kind = KINDS["outcomes"]
    asked = {option.name: None for option in kind.options}
    return kind.read(registry, {**asked, "from": YEAR_2025[0], "to": YEAR_2025[1], "la": "856"})


def test_every_figure_of_the_report_is_in_every_format(asked_for: Made) -> None:
    page, sheet = file_of(asked_for, "html").decode(), file_of(asked_for, "csv").decode()
    told = json.loads(file_of(asked_for, "json"))
    for heading in ("At a glance", "Whom they teach", "Wellbeing", "Record keeping", "Notes"):
        assert f">{heading}</h2>" in page
    for table in ("rows", "totals", "secondary", "case_mix", "record_keeping", "trend"):
        assert sheet.count(f"\n{table},") == len(told[table]) > 0
    assert file_of(asked_for, "pdf").startswith(b"%PDF")
    assert file_of(asked_for, "xlsx").startswith(b"PK")
    assert "rank" not in page.replace("ranking", "")
