"""One family's part in cells that changed, and the least of what was recorded that changed it."""

from dataclasses import dataclass, field
from uuid import UUID

from ap_registry.notice import World as Organisations
from reports.cells import Cell, Weights, weight, weights
from reports.facts import Facts
from reports.mixing import Changed, Events
from reports.outcomes import Book, collect
from reports.replaying import Record
from reports.scope import Scope
from reports.smallest import smallest


def book_of(facts: Facts, scope: Scope) -> Book:
    return collect([facts], scope.period, provider=scope.provider, la=scope.la)


@dataclass(slots=True)
class Part:
    """What a family adds to the report at both instants, and the organisations that it names."""

    before: Book = field(default_factory=Book)
    after: Book = field(default_factory=Book)
    names: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """One event of a pupil; or of an organisation, which is then named, all of its events."""

    events: Events
    organisation: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquiry:
    """``cells``: numbers of those to which the family adds something else than before.

    ``now``: what it adds; ``names``: the organisations that its record names.
    """

    head: UUID
    now: Weights
    names: frozenset[str]
    cells: tuple[int, ...]
    causes: tuple[Cause, ...]


@dataclass(slots=True, kw_only=True)
class Trials:
    """What a family would add, had only some of the causes been recorded."""

    inquiry: Inquiry
    record: Record
    scope: Scope
    reference: Changed
    organisations: Organisations
    _tried: dict[frozenset[int], Weights] = field(default_factory=dict)

    def causes_of(self, cell: Cell) -> list[Cause]:
        """All of them where the events alone do not tell what the derived rows say (erasure)."""
        causes = self.inquiry.causes
        wanted = weight(self.inquiry.now, cell)

        def holds(kept: frozenset[int]) -> bool:
            return weight(self._with(kept), cell) == wanted

        if not holds(frozenset(range(len(causes)))):
            return list(causes)
        return [causes[number] for number in smallest(len(causes), holds)]

    def _with(self, kept: frozenset[int]) -> Weights:
        if kept not in self._tried:
            self._tried[kept] = self._try(kept)
        return self._tried[kept]

    def _try(self, kept: frozenset[int]) -> Weights:
        causes = self.inquiry.causes
        gone = [cause for number, cause in enumerate(causes) if number not in kept]
        world = self.reference.after
        if any(cause.organisation for cause in causes):
            without = {cause.organisation for cause in gone if cause.organisation}
            world = self.reference.world(self.inquiry.names, without)
        left_out = frozenset(event for cause in gone for _seq, event in cause.events)
        facts = self.record.facts(left_out, world, self.organisations)
        return weights(book_of(facts, self.scope))
