"""An outsider with the published report, the definition and a solver of linear programmes.

Everything that the definition says of the numbers is written down here anew, from outcomes.md; of
who counts at two providers the outsider is taken to know the exact number, and that nobody is of no
LA where that is so.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_matrix

Name = tuple[Any, ...]
MOST = 10_000
TABLES = 24
CLOSE = 1e-6
SESSIONS = ("overall_absence/", "authorised_absence/", "unauthorised_absence/")
SAME = {  # name → the name of the same number
    **{f"{f}/of": "d" for f in (
        "returned", "by_planned_end", "gcse_9_4", "gcse_9_5", "entry_level", "vocational",
        "offer", "november", "neet_march",
    )},
    "assessment_shared/of": "returned/n",
    "authorised_absence/of": "overall_absence/of", "unauthorised_absence/of": "overall_absence/of",
    "severe_absence/of": "persistent_absence/of",
}  # fmt: skip
SUMS = {
    "attendance": [("d", ["c2_adjusted/of", "early_end"]),
                   ("overall_absence/n", ["authorised_absence/n", "unauthorised_absence/n"])],
    "attainment": [("d", ["right_attainment/of", "without_target"])],
}  # fmt: skip
PARTS = {
    "outreach": [("core/of", "d"), ("n", "core/n")],
    "attendance": [("left_severe/of", "left_persistent/of"),
                   ("left_persistent/of", "c2_adjusted/of"),
                   ("severe_absence/n", "persistent_absence/n")],
    "reintegration": [("n", "returned/n")],
    "attainment": [("gcse_9_5/n", "gcse_9_4/n"), ("gcse_9_4/n", "n"), ("n", "entry_level/n"),
                   ("progress_english/of", "d")],
}  # fmt: skip


@dataclass
class Attack:
    """``known``: what is published; ``true``: what is so, only for what lies outside the tables."""

    known: dict[Name, Any] = field(default_factory=dict)
    true: dict[Name, int] = field(default_factory=dict)
    equal: list[tuple[dict[Name, int], int]] = field(default_factory=list)
    less: list[dict[Name, int]] = field(default_factory=list)  # each at most 0
    told: dict[Name, tuple[int, int]] = field(default_factory=dict)  # least and most, by a mark

    @classmethod
    def on(cls, published: Mapping[str, Any], true: Mapping[str, Any]) -> "Attack":
        made = cls()
        made.true = dict(_each(true))
        made.known = {name: one for name, one in _each(published) if name in made.true}
        made._rows()
        made._columns()
        made.told = dict(_told(published))
        return made

    def hidden(self) -> list[Name]:
        return [name for name, value in self.known.items() if value == "c"]

    def _rows(self) -> None:
        for row in {name[:-1] for name in self.known}:
            measure, names = row[1], {n[-1] for n in self.known if n[:-1] == row}
            self._sum_of_shares(row, names)
            for total, parts in SUMS.get(measure, []):
                self._sums(row, total, [part for part in parts if part in names], names)
            for part, whole in PARTS.get(measure, []):
                if {part, whole} <= names:
                    self.less.append({(*row, part): 1, (*row, whole): -1})
            if measure == "post_16" and {"unknown", "d", "n"} <= names:
                self.less.append({(*row, "unknown"): 1, (*row, "n"): 1, (*row, "d"): -1})
            for part in ("early_end", "unanswered"):
                if part in names:
                    self.less.append({(*row, part): 1, (*row, "n"): 1, (*row, "d"): -1})
            self._ends(row, names)

    def _sum_of_shares(self, row: Name, names: set[str]) -> None:
        """Nobody is in the numerator and not in the denominator."""
        for name in names:
            if name == "n" or name.endswith("/n"):
                whole = "d" if name == "n" else SAME.get(f"{name[:-2]}/of", f"{name[:-2]}/of")
                self.less.append({(*row, name): 1, (*row, whole): -1})

    def _sums(self, row: Name, total: str, parts: list[str], names: set[str]) -> None:
        terms = {(*row, part): 1 for part in parts} | {(*row, total): -1}
        if total in names and not self._off(terms):
            self.equal.append((terms, 0))

    def _ends(self, row: Name, names: set[str]) -> None:
        went = {(*row, n): 1 for n in names if n.startswith("went_")}
        looked_at = {"d", "pending", "unknown", *(n for n in names if n.startswith("excluded:"))}
        if went:
            self.equal.append((went | {(*row, n): -1 for n in looked_at}, 0))
        missed = {(*row, n): 1 for n in names if n.startswith("not_returned_")}
        if missed:
            self.equal.append((missed | {(*row, "returned/n"): 1, (*row, "d"): -1}, 0))
        if row[1:] == ("attendance", "medical"):
            headline = (row[0], "attendance", None, "excluded:medical")
            self.equal.append(({(*row, n): 1 for n in looked_at} | {headline: -1}, 0))
        for by in {n.split(":")[0] for n in names if row[1] == "case_mix" and ":" in n}:
            cases = {(*row, n): 1 for n in names if n.startswith(f"{by}:")}
            self.equal.append((cases | {(*row, "placements"): -1}, 0))

    def _columns(self) -> None:
        for column in {name[1:] for name in self.known}:
            for side in ("provider", "la"):
                parts = {n: 1 for n in self.known if n[1:] == column and n[0][0] == side
                         and n[0][1] != "all"}  # fmt: skip
                total = (("la", "all"), *column)
                if parts and total in self.known:
                    terms = parts | {total: -1}
                    off = self._off(terms)
                    if side == "la" and off:
                        self.less.append(terms)
                    else:
                        self.equal.append((terms, off))

    def _off(self, terms: Mapping[Name, int]) -> int:
        return sum(self.true[name] * sign for name, sign in terms.items())

    def range_of(self, name: Name) -> tuple[float, float]:
        """The least and the most that a number can be by all this."""
        return self._least({name: 1}), -self._least({name: -1})

    def range_of_rest(self, whole: Name, some: Name) -> tuple[float, float]:
        """Of how many it is not true."""
        return self._least({whole: 1, some: -1}), -self._least({whole: -1, some: 1})

    def seen_to_vary(self) -> set[Name]:
        """What differs by one or more between some of the tables that may be: so many at a time."""
        chance = np.random.default_rng(1)
        tables = [self._solve(chance.standard_normal(len(self.known))).x for _ in range(TABLES)]
        spread = np.ptp(np.array(tables), axis=0)
        return {name for name, wide in zip(self.known, spread, strict=True) if wide >= 1 - CLOSE}

    def _least(self, aim: Mapping[Name, int]) -> float:
        aims = [aim.get(name, 0) for name in self.known]
        return float(self._solve(np.array(aims)).fun)

    def _solve(self, aims: Any) -> Any:
        a_less, b_less, a_equal, b_equal, bounds = self._programme
        found = linprog(aims, a_less, b_less, a_equal, b_equal, bounds, method="highs")
        assert found.status == 0, found.message  # what is true is possible
        return found

    @cached_property
    def _programme(self) -> tuple[Any, ...]:
        return (
            self._matrix(self.less), np.zeros(len(self.less)),
            self._matrix([terms for terms, _ in self.equal]), [off for _, off in self.equal],
            [self.told.get(n, (_fewest(n), MOST)) if v == "c" else (v, v)
             for n, v in self.known.items()],
        )  # fmt: skip

    def _matrix(self, rows: list[dict[Name, int]]) -> csr_matrix:
        place = {name: number for number, name in enumerate(self.known)}
        cells = [(n, place[name], sign) for n, row in enumerate(rows) for name, sign in row.items()]
        at_row, at_column, signs = zip(*cells, strict=True)
        return csr_matrix((signs, (at_row, at_column)), shape=(len(rows), len(self.known)))


def _fewest(name: Name) -> int:
    """Of sessions a nought is kept back as well, where they are of few pupils."""
    return 0 if str(name[-1]).startswith(SESSIONS) else 1


def _told(published: Mapping[str, Any]) -> Iterator[tuple[Name, tuple[int, int]]]:
    """By `x`, or by a rate in its place, how many are unknown.

    Of nobody `x` says what `c` does: there are some.
    """
    for row in (*published["rows"], *published["totals"]):
        d, within = row["denominator"], row["measure"] == "post_16"
        if row["rate"] not in ("c", "z") and d not in (0, "c"):
            turn = next(u for u in range(MOST) if _coverage(d, u, within=within) < 800)
            more = turn, d if within else MOST
            yield (
                (_who(row), row["measure"], row.get("group"), "unknown"),
                more if row["rate"] == "x" else (1, turn - 1),
            )


def _coverage(d: int, unknown: int, *, within: bool) -> int:
    """In thousandths, half up."""
    known, whole = (d - unknown, d) if within else (d, d + unknown)
    return (2000 * known + whole) // (2 * whole)


def _each(report: Mapping[str, Any]) -> Iterator[tuple[Name, Any]]:
    for row in (*report["rows"], *report["totals"]):
        start = (_who(row), row["measure"], row.get("group"))
        yield (*start, "n"), row["numerator"]
        yield (*start, "d"), row["denominator"]
        for name in ("pending", "unknown"):
            yield (*start, name), row[name]
        for reason, count in row["excluded"].items():
            yield (*start, f"excluded:{reason}"), count
    for row in (*report["secondary"], *report["wellbeing"]):
        start = (_who(row), row.get("measure", "wellbeing"), None)
        if "denominator" in row:
            yield (*start, f"{row['name']}/n"), row["numerator"]
            of = f"{row['name']}/of"
            yield (*start, SAME.get(of, of)), row["denominator"]
        elif not isinstance(row["value"], float):
            yield (*start, row["name"]), row["value"]
    for row in report["case_mix"]:
        if "la" in row:
            start = (_who(row), "case_mix", None)
            yield (*start, f"{row['by']}:{row['case']}"), row["numerator"]
            yield (*start, "placements"), row["denominator"]


def _who(row: Mapping[str, Any]) -> tuple[str, str]:
    return ("provider", row["provider"]) if "provider" in row else ("la", row["la"])
