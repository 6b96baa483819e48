"""The duties of the framework, row by row: by which rules each is watched, and what is not."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from ap_registry.rules import IDS

TESTS = Path(__file__).resolve().parents[1] / "tests" / "rules.csv"
INSIDE, OUTSIDE = "inside", "outside"
Sides = Mapping[tuple[str, str], tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """``not_watched``: what of it no notice tells, so that the registry cannot see it."""

    row: str
    duty: str
    duty_holder: str
    source: str
    rules: tuple[str, ...]
    not_watched: str | None


def _read() -> Iterator[Duty]:
    text = files("ap_registry").joinpath("data/duties.csv").read_text(encoding="utf-8")
    for row in csv.DictReader(text.splitlines()):
        yield Duty(
            row=row["row"],
            duty=row["duty"],
            duty_holder=row["duty_holder"],
            source=row["source"],
            rules=tuple(name for name in row["rules"].split(";") if name),
            not_watched=row["not_watched"] or None,
        )


DUTIES: tuple[Duty, ...] = tuple(_read())


def read_sides() -> Sides:
    """Tests by rule and side, from the checkout: inside its boundary (nothing owed, in time, no
    flag) and outside (owed, late, flagged).
    """
    found: dict[tuple[str, str], list[str]] = {}
    for row in csv.DictReader(TESTS.read_text(encoding="utf-8").splitlines()):
        found.setdefault((row["rule"], row["side"]), []).append(row["test"])
    return {key: tuple(names) for key, names in found.items()}


def as_markdown(sides: Sides) -> Iterator[str]:
    """The section of docs/framework.md that lists every row."""
    yield from ("", "## Duties", "")
    yield "Each row with the rules that watch it, and the tests on either side of their boundary:"
    yield "*inside* (nothing owed, in time, no flag) and *outside* (owed, late, flagged)."
    for one in DUTIES:
        yield from ("", f"### {one.row}", "", f"{one.duty}.", "")
        yield f"Duty of: {one.duty_holder}. Source: {one.source}."
        yield from _table(one.rules, sides)
        if one.not_watched:
            yield from ("", f"Not watched: {one.not_watched[0].lower()}{one.not_watched[1:]}.")
    named = {rule for one in DUTIES for rule in one.rules}
    yield from ("", "### beside the rows", "")
    yield "Local rules and rules about the quality of what is notified."
    yield from _table(sorted(IDS - named), sides)


def _table(rules: Iterable[str], sides: Sides) -> Iterator[str]:
    listed = [
        f"| `{rule}` | {_names(sides.get((rule, INSIDE), ()))} |"
        f" {_names(sides.get((rule, OUTSIDE), ()))} |"
        for rule in rules
    ]
    if listed:
        yield from ("", "| rule | inside | outside |", "|---|---|---|", *listed)


def _names(tests: Iterable[str]) -> str:
    """Without the folder: they are read by people, who search for the name."""
    return "<br>".join(f"`{name.rpartition('::')[2]}`" for name in tests)
