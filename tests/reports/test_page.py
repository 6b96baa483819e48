"""The outcome report as a page: plain words, and never a rank."""

import re
from typing import Any

import pytest

from reports.comparing import averages, comparisons
from reports.outcome_document import document
from reports.outcome_words import figure, letter
from reports.writing import written

LETTER_HEIGHT = 17  # on a phone


def row(provider: str, numerator: int, denominator: int, coverage: float = 1.0) -> dict[str, Any]:
    return {
        "provider": provider, "measure": "post_16", "numerator": numerator,
        "denominator": denominator, "pending": 2, "unknown": 1, "excluded": {"died": 1},
        "coverage": coverage, "rate": 100 * numerator / denominator, "low": 10.0, "high": 90.0,
    }  # fmt: skip


def page(*rows: dict[str, Any]) -> str:
    total = {**row("", 5, 10), "la": "all"}
    del total["provider"]
    report = {
        "definition": "v1", "from": "2024-09-01", "to": "2025-08-31",
        "known_by": "2026-06-20T18:00:00.000000Z", "ledger": {"size": 3, "root": "ab"},
        "rows": list(rows), "totals": [total], "secondary": [], "wellbeing": [], "case_mix": [],
        "record_keeping": [], "trend": [], "average_of": "all",
        "asked": {"provider": None, "la": None},
        "comparison": list(comparisons(rows, averages([total]))),
        "confirmed": {"confirmed": 4, "asked": 9, "since": "2025-05-31"},
    }  # fmt: skip
    return written(document(report, {"100007": "Bridge <PRU>"}), "html").decode()


@pytest.mark.parametrize(("coverage", "said"), [(0.799, True), (0.8, False)])
def test_a_row_with_too_few_registers_says_so(coverage: float, said: bool) -> None:
    made = page(row("100007", 5, 10, coverage))
    assert ("too few registers; not different from the average" in made) is said


def test_the_national_figure_stands_beside_the_fifth_outcome() -> None:
    assert "58.8 %" in page(row("100007", 5, 10))


def test_dates_are_written_out_and_instants_are_of_london() -> None:
    made = page(row("100007", 5, 10))
    assert "1 September 2024 to 31 August 2025" in made
    assert "20 June 2026, 19:00 in London" in made


def test_a_point_bears_the_letter_of_its_row() -> None:
    made = page(row("100007", 5, 10), row("AP-0001", 9, 10))
    assert made.count(">A</text>") == made.count(">B</text>") == 1
    assert "A. Bridge &lt;PRU&gt;" in made
    assert "B. AP-0001" in made


def test_points_of_one_place_bear_their_letters_together() -> None:
    made = page(row("100007", 5, 10), row("AP-0001", 5, 10), row("AP-0002", 9, 10))
    assert (made.count(">A, B</text>"), made.count(">C</text>")) == (1, 1)


def test_the_letter_of_a_point_at_100_per_cent_is_not_cut_off() -> None:
    made = page(row("100007", 10, 10))
    tops = re.findall(r'class="letter" x="[^"]+" y="([^"]+)"', made)
    assert [float(y) >= LETTER_HEIGHT for y in tops] == [True]


def test_letters_go_on_after_z() -> None:
    assert [letter(n) for n in (0, 25, 26, 51, 52, 701, 702)] == [
        "A", "Z", "AA", "AZ", "BA", "ZZ", "AAA",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("neet_march", "Not in education, employment or training on 31 March"),
        ("not_returned_ehe", "Not returned; ended as ehe"),
        ("went_special_school", "Ended as special school"),
        ("overall_absence", "Sessions missed, of those possible"),
    ],
)
def test_every_figure_has_words(name: str, words: str) -> None:
    assert figure(name) == words
