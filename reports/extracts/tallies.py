"""Marks counted as the law and the statistics class them (domain reference section 2)."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from ap_registry.attendance import Mark
from reports.statistics import rate


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Half-day sessions; ``late`` are among those attended."""

    attended: int = 0
    authorised: int = 0
    unauthorised: int = 0
    late: int = 0

    @property
    def possible(self) -> int:
        return self.attended + self.authorised + self.unauthorised

    @property
    def rate(self) -> float | None:
        """Per cent of possible sessions, one decimal, half up; None of none."""
        return rate(self.attended, self.possible)

    @property
    def persistent(self) -> bool:
        """Ten per cent or more missed: compared as whole numbers."""
        return 0 < self.possible <= 10 * (self.authorised + self.unauthorised)

    @property
    def severe(self) -> bool:
        return 0 < self.possible <= 2 * (self.authorised + self.unauthorised)


def tally(marks: Iterable[Mark]) -> Tally:
    listed = list(marks)
    found = Counter(mark.klass for mark in listed)
    return Tally(
        attended=found["present"] + found["approved"],
        authorised=found["authorised"],
        unauthorised=found["unauthorised"],
        late=sum(mark.byte == "L" for mark in listed),
    )
