"""Nor does a mark, a rate in its place or a mean beside a number tell what is kept back."""

from collections import Counter
from collections.abc import Iterable

import pytest

from reports.measures import post_16
from reports.measures.episode import Episode, Number, Place, Yes
from reports.outcomes import Book
from reports.publishing.marks import is_few, limit
from reports.publishing.published import published
from reports.tallies import Tally
from tests.reports.publishing.attack import CLOSE, Attack
from tests.reports.publishing.attack_means import mean_changes_kept_back
from tests.reports.publishing.crowds import book, report


def attack_on(made: Book) -> Attack:
    true = report(made)
    return Attack.on(published(true, made), true)


def outreach(*providers: tuple[int, int, int], measure: str = "outreach") -> Book:
    """Of each provider how many succeeded, how many failed and how many are unknown."""
    made, within = Book(), measure == post_16.MEASURE
    for number, (well, badly, unknown) in enumerate(providers):
        places = [Place.SUCCESS] * well + [Place.FAILED] * badly
        places += [Place.FAILED if within else Place.UNKNOWN] * unknown
        for which, place in enumerate(places):
            made.take([Episode(
                measure=measure, provider=f"AP-{number}", la="856", place=place,
                counts_unknown=within and which >= well + badly,
            )])  # fmt: skip
    return made


@pytest.mark.parametrize(
    ("measure", "providers"),
    [
        # each rate shows, so that at most 2 are unknown, and all are 6
        ("outreach", [(11, 0, 2)] * 3),
        # `x`, so that at least 5 are unknown, and all are 6
        ("outreach", [(8, 8, 5), (10, 10, 1)]),
        ("outreach", [(8, 8, 5), (10, 10, 2), (10, 10, 0)]),
        ("post_16", [(10, 8, 5), (10, 10, 1)]),
    ],
)
def test_whether_the_rate_shows_tells_no_number_of_unknown(
    measure: str, providers: list[tuple[int, int, int]]
) -> None:
    attack = attack_on(outreach(*providers, measure=measure))
    assert attack.told
    assert {name[-1] for name in attack.hidden()} >= {"unknown"}
    assert_none_is_recovered(attack)


@pytest.mark.parametrize(("seed", "pupils"), [(11, 160), (12, 300), (13, 500)])
def test_nor_where_many_have_too_few_registers(seed: int, pupils: int) -> None:
    attack = attack_on(book(seed, pupils, unknown=6))
    assert {attack.told[name][0] > 1 for name in attack.hidden() if name in attack.told} == {
        True, False,
    }  # fmt: skip
    assert_none_is_recovered(attack)


def assert_none_is_recovered(attack: Attack) -> None:
    for name in sorted(set(attack.hidden()) - attack.seen_to_vary(), key=repr):
        low, high = attack.range_of(name)
        assert high - low >= 1 - CLOSE, (name, attack.true[name], low, high)
        assert low - CLOSE <= attack.true[name] <= high + CLOSE


@pytest.mark.parametrize("measure", ["outreach", "post_16"])
def test_a_mark_tells_what_the_coverage_of_a_row_does(measure: str) -> None:
    within = measure == post_16.MEASURE
    for denominator in (10, 11, 16, 20, 36, 401, 1599, 2000):
        turn = denominator // (5 if within else 4)
        for unknown in range(max(0, turn - 2), turn + 8):
            failed = {Place.FAILED: denominator, Place.UNKNOWN: 0 if within else unknown}
            row = Tally(places=Counter(failed), unknown_within=unknown).row(measure)
            few = is_few(row["coverage"])
            for says in (True, False):
                told = limit(measure, denominator=denominator, few=says, told_by=())
                assert told is not None
                most = told.most if told.most is not None else unknown
                assert (told.least <= unknown <= most) == (few == says), (denominator, unknown)


def changed(*providers: Iterable[int]) -> Book:
    """Of each provider by how many tenths of a point attendance changed, pupil by pupil."""
    made = Book()
    for number, changes in enumerate(providers):
        for tenths in changes:
            beside = (Number("mean_change", (tenths, 10), "mean"), Yes("c2_adjusted", True))
            made.take([Episode(
                measure="attendance", provider=f"AP-{number}", la="856", place=Place.SUCCESS,
                secondary=beside,
            )])  # fmt: skip
    return made


@pytest.mark.parametrize(
    "made",
    [
        changed([42] * 5, range(40, 160, 10), range(20, 80, 3)),
        changed([42] * 9, [10] * 30, [20] * 40, [500]),
        book(2),
        book(7, 90),
    ],
)
def test_mean_times_number_recovers_no_mean_of_few(made: Book) -> None:
    true = report(made)
    kept_back = mean_changes_kept_back(published(true, made), true)
    assert any(size < 10 for size, _ in kept_back.values())
    for who, (size, wide) in kept_back.items():
        assert wide >= (20 if size < 10 else 1), (who, size, wide)
