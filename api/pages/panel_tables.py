"""The panel's tables as files: of what its pages show."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ap_registry.duty_names import duty_words
from api.pages.rendering import capfirst, in_words
from api.pages.tables import Cell, Table
from reports.panel.words import decision_words

Rows = Iterable[Mapping[str, Any]]
_GONE_UP = {"owner": "", "la": "the local authority", "panel": "the panel"}


def agenda(cases: Rows) -> Table:
    return Table(
        name="panel-agenda", caption="Cases, the longest waiting first", empty="No case is open.",
        columns=("Pupil", "UPN", "Year", "Category", "School days used", "Allowed", "On roll",
                 "Stands"),
        rows=[
            (
                Cell(text=case["name"]),
                Cell(text=case["upn"] or "no UPN yet"),
                _cell(case["year_group"]),
                Cell(text=f"{case['category']}: {case['category_words']}"),
                _cell(case["days_used"]),
                _cell(case["days_allowed"]),
                Cell(text=case["school_name"] or "no school"),
                Cell(text=capfirst(decision_words(case["decided"])) if case["decided"] else "open"),
            )
            for case in cases
        ],
    )  # fmt: skip


def fair_share(share: Rows, years: Sequence[int], free: Mapping[Any, int]) -> Table:
    return Table(
        name="fair-share", caption="What each school has taken", empty="No headcount.",
        columns=("Turn", "School", "For each 100", "Admitted", "On roll", "Two years before",
                 "Permanent exclusions", *(f"Free, Year {year}" for year in years)),
        rows=[
            (
                _cell(one["turn"]),
                Cell(text=one["school_name"]),
                Cell(text="" if one["per_100"] is None else f"{one['per_100']:.2f}"),
                _cell(one["admitted"]),
                _cell(one["on_roll"]),
                _cell(one["admitted_before"]),
                _cell(one["permanently_excluded"]),
                *(_cell(free.get((one["school"], year))) for year in years),
            )
            for one in share
        ],
    )  # fmt: skip


def overdue(items: Rows, names: Mapping[str, str]) -> Table:
    return Table(
        name="panel-overdue", caption="Overdue duties, the longest first", empty="None.",
        columns=("Due", "School days late", "Gone up to", "What", "Pupil", "UPN", "Who owes it"),
        rows=[
            (
                Cell(text=in_words(item["due_on"])),
                _cell(item["school_days_late"]),
                Cell(text=_GONE_UP[item["with"]]),
                Cell(text=duty_words(item["kind"])),
                Cell(text=names.get(item["pupil_id"], "a former pupil")),
                Cell(text=item["upn"] or "" if item["pupil_id"] in names else ""),
                Cell(text=item["owner_name"]),
            )
            for item in items
        ],
    )  # fmt: skip


def _cell(value: object) -> Cell:
    return Cell(text="" if value is None else str(value))
