"""Which blocks of a file of terms stand: a year of which one row is refused stays as it was."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from ap_registry.calendar import TermBlock, academic_year
from ap_registry.ingest.results import RowError

Years = frozenset[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A row that could be read."""

    row: int
    organisation: str
    block: TermBlock

    @property
    def year(self) -> int:
        return academic_year(self.block.ends_on)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoilt:
    """A row that was refused; ``years`` that it may have meant, None: it names no day.

    ``organisation`` None: it could not be read at all, and may have been anybody's.
    """

    row: int
    organisation: str | None
    years: Years | None

    def spoils(self, given: Given) -> bool:
        return self.organisation in {None, given.organisation} and (
            self.years is None or given.year in self.years
        )


def overlaps(given: Iterable[Given]) -> Iterator[tuple[Given, Given]]:
    """Pairs of one organisation that share a day."""
    by_organisation: dict[str, list[Given]] = {}
    for one in given:
        by_organisation.setdefault(one.organisation, []).append(one)
    for rows in by_organisation.values():
        for one, two in combinations(sorted(rows, key=lambda g: (g.block.starts_on, g.row)), 2):
            if two.block.starts_on <= one.block.ends_on:
                yield one, two


def overlapping(given: Sequence[Given]) -> Mapping[int, tuple[RowError, Spoilt]]:
    """By row: each of two that overlap is refused, naming the other."""
    found: dict[int, tuple[RowError, Spoilt]] = {}
    for pair in overlaps(given):
        for one, other in (pair, pair[::-1]):
            words = (
                f"this block and that of row {other.row} ({other.block.starts_on} to"
                f" {other.block.ends_on}) overlap: a day belongs to one block of term"
            )
            found.setdefault(
                one.row,
                (
                    RowError(one.row, "starts_on", "bad_format", words),
                    Spoilt(
                        row=one.row,
                        organisation=one.organisation,
                        years=frozenset({one.year, other.year}),
                    ),
                ),
            )
    return found


def left_out(given: Given, spoilt: Iterable[Spoilt]) -> RowError | None:
    """Why a good row is refused: a file replaces a whole year, and part of this one is missing."""
    rows = sorted(one.row for one in spoilt if one.spoils(given))
    if not rows:
        return None
    words = (
        f"not taken, because row {rows[0]} of {given.organisation} was refused: its academic year"
        f" {given.year}/{(given.year + 1) % 100:02} stays as it was; mend that row and send the"
        " file again"
    )
    return RowError(given.row, "", "bad_format", words)
