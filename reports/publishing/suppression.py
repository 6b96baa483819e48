"""Which cells of tables with totals to keep back, so that none of them can be worked out.

Primary: a count of 1 to 5. Secondary: as many more, the smallest first, as it takes for every cell
kept back to have another value by which everything that is published would still be true. That
other table is looked for and found: it is the proof that the cell cannot be recovered.
"""

from bisect import insort
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any

SMALL = range(1, 6)
MOST_STEPS = 400  # of one search; where it takes more, another cell is kept back instead
MOST_CHANGED = 60  # cells in one other table
MOST_WAYS = 40  # tried of the ways to mend one equation: a column of all providers has hundreds
Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Equation:
    """``total`` is the sum of ``parts``, but for what is counted elsewhere and is known."""

    total: Key
    parts: tuple[Key, ...]

    def signs(self) -> Iterator[tuple[Key, int]]:
        yield self.total, -1
        for part in self.parts:
            yield part, 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """From ``least`` to ``most`` a cell is known to be, while all of ``told_by`` are shown."""

    least: int
    most: int | None
    told_by: tuple[Key, ...]


@dataclass(kw_only=True)
class Tables:
    """``values``: of all cells; ``never``: those that are published in no case, yet follow.

    ``guarded``: of these, those that must not be worked out where they are small. ``withheld``: to
    be kept back however large, noughts too: they tell of a few. ``limits``: what marks beside a
    cell tell of it.
    """

    values: Mapping[Key, int]
    equations: Sequence[Equation]
    never: frozenset[Key] = frozenset()
    guarded: frozenset[Key] = frozenset()
    withheld: frozenset[Key] = frozenset()
    limits: Mapping[Key, Limit] = field(default_factory=dict)
    kept_back: set[Key] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._of: defaultdict[Key, list[int]] = defaultdict(list)
        for number, equation in enumerate(self.equations):
            for key, _ in equation.signs():
                self._of[key].append(number)
        self._signs = [dict(equation.signs()) for equation in self.equations]
        smallest_first = sorted(self.values, key=lambda key: (self.values[key], repr(key)))
        self._rank = {key: rank for rank, key in enumerate(smallest_first)}
        # Of each equation the cells that may change, those that are in the fewest others first.
        self._free: list[list[tuple[int, int, Key]]] = [[] for _ in self.equations]
        for key in self.never:
            self._set_free(key)

    def suppressed(self) -> frozenset[Key]:
        """Of the cells that are published those to keep back; a nought stands if not withheld."""
        small = [key for key, value in self.values.items() if value in SMALL]
        for key in (*small, *self.withheld):
            self._keep_back(key)
        waiting = [key for key in small if key not in self.never or key in self.guarded]
        waiting += sorted(self.withheld, key=repr)
        while waiting:
            key = waiting.pop()
            while not self._has_another_value(key):
                more = self._next(key)
                if more is None:
                    break
                self._keep_back(more)
                waiting.append(more)
        return frozenset(self.kept_back)

    def _keep_back(self, key: Key) -> None:
        if not self._open(key):
            self.kept_back.add(key)
            self._set_free(key)

    def _set_free(self, key: Key) -> None:
        for number in self._of[key]:
            insort(self._free[number], (len(self._of[key]), self._rank[key], key))

    def _open(self, key: Key) -> bool:
        return key in self.kept_back or key in self.never

    def _next(self, key: Key) -> Key | None:
        """The first shown above nought: where it stands alone, then beside it, then further out.

        At each distance the parts come before the totals, and of these the one that ranks lowest.
        None: of all that it hangs together with nothing but noughts is shown any more, and no other
        table was found in as many steps as are tried: nothing is left to keep back for it.
        """
        alone = [n for n in self._of[key] if len(self._free[n]) == 1]
        near = (self._parts(alone), self._parts(self._of[key]))
        for found in chain(near, self._about(key)):
            shown = [k for k in found if not self._open(k) and self.values[k] > 0]
            if shown:
                return min(shown, key=self._rank.__getitem__)
        return None

    def _about(self, key: Key) -> Iterator[Iterator[Key]]:
        """Parts and then totals of the equations of what may change with it, ever further out."""
        ring, known = set(self._of[key]), set(self._of[key])
        while ring:
            keys = {one for number in ring for _, _, one in self._free[number]}
            about = {number for one in keys for number in self._of[one]}
            yield self._parts(about)
            yield self._totals(about)
            ring = about - known
            known |= ring

    def _parts(self, numbers: Iterable[int]) -> Iterator[Key]:
        return (key for n in numbers for key in self.equations[n].parts)

    def _totals(self, numbers: Iterable[int]) -> Iterator[Key]:
        return (self.equations[n].total for n in numbers)

    def _has_another_value(self, key: Key) -> bool:
        """More or less by one, and everything published as it was."""
        return any(self._may(key, step) and _Search(self, key, step).settle() for step in (1, -1))

    def _may(self, key: Key, step: int) -> bool:
        """A cell kept back is known not to be nought, and to be what a mark beside it tells."""
        value = self.values[key] + step
        if value < (0 if key in self.never else 1):
            return False
        limit = self.limits.get(key)
        if limit is None or not self.kept_back.isdisjoint(limit.told_by):
            return True
        return limit.least <= value and (limit.most is None or value <= limit.most)


class _Search:
    """Other cells changed with one, until every equation that they are in holds again."""

    def __init__(self, tables: Tables, key: Key, step: int) -> None:
        self._tables = tables
        self._changed: dict[Key, int] = {}
        self._off: dict[int, int] = {}  # equations that do not hold, and by how much
        self._steps = 0
        self._change(key, step)

    def settle(self) -> bool:
        self._steps += 1
        if self._steps > MOST_STEPS or len(self._changed) > MOST_CHANGED:
            return False
        if not self._off:
            return True
        for key, step in self._fewest_ways():
            self._change(key, step)
            if self.settle():
                return True
            self._change(key, -step)
            del self._changed[key]
        return False

    def _change(self, key: Key, step: int) -> None:
        self._changed[key] = step
        for number in self._tables._of[key]:
            off = self._off.get(number, 0) + self._tables._signs[number][key] * step
            if off:
                self._off[number] = off
            else:
                self._off.pop(number, None)

    def _fewest_ways(self) -> list[tuple[Key, int]]:
        """Of the equations that do not hold the one that the fewest changes mend, and these."""
        fewest: list[tuple[Key, int]] | None = None
        for number, off in self._off.items():
            most = MOST_WAYS if fewest is None else len(fewest)
            found = list(islice(self._ways(number, off), most))
            if fewest is None or len(found) < len(fewest):
                fewest = found
        return fewest or []

    def _ways(self, number: int, off: int) -> Iterator[tuple[Key, int]]:
        """Changes of a cell that mend an equation; those that break the fewest others first."""
        tables = self._tables
        for _, _, key in tables._free[number]:
            step = -off * tables._signs[number][key]
            if key not in self._changed and tables._may(key, step):
                yield key, step
