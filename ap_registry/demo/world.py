"""The invented organisations, terms and closures, as rows of the small files."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ap_registry.codes import LA_CODES
from ap_registry.demo import organisations
from ap_registry.demo.area import area, neighbour_of
from ap_registry.demo.organisations import Row
from ap_registry.demo.terms import term_rows

FIRST_LA = "856"


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoWorld:
    organisations: tuple[Row, ...]
    terms: tuple[Row, ...]
    closures: tuple[Row, ...]


def la_codes(count: int) -> list[str]:
    """Of the real LAs' codes the first ``count``, beginning with Leicester's."""
    return [FIRST_LA, *(code for code in sorted(LA_CODES) if code != FIRST_LA)][:count]


def world(seed: int, las: Sequence[str]) -> DemoWorld:
    """The organisations of these LAs, and of neighbouring ones what pupils move to."""
    outside = sorted({neighbour_of(la) for la in las} - set(las))
    found = [row for la in las for row in organisations.rows(seed, la)]
    found += [row for la in outside for row in _outside(seed, la)]
    return DemoWorld(
        organisations=tuple(found),
        terms=tuple(row for la in (*las, *outside) for row in term_rows(f"LA{la}")),
        closures=tuple(
            {"organisation": school, "date": day.isoformat(), "reason": "INSET"}
            for la in las
            for school, days in area(seed, la).closures.items()
            for day in days
        ),
    )


def _outside(seed: int, la: str) -> Iterator[Row]:
    """Of a neighbouring LA, to which a pupil moves: itself and its first school."""
    wanted = {organisations.authority(la), organisations.secondaries(la)[0]}
    for row in organisations.rows(seed, la):
        if row["id"] in wanted:
            yield row | {"trust": ""}
