"""The tables of the movements report."""

from collections.abc import Iterator, Mapping
from typing import Any

from reports.document import Cell, Column, Kind, Table
from reports.movements.words import DIMENSIONS, MOVEMENTS, in_words, named

Names = Mapping[str, str]
Report = Mapping[str, Any]
NOBODY = "Nobody was placed in the period."


def _columns(first: str, *rest: tuple[str, str, Kind]) -> tuple[Column, ...]:
    more = (Column(key=key, title=title, kind=kind) for key, title, kind in rest)
    return (Column(key="title", title=first), *more)


def flow_tables(report: Report, names: Names) -> Iterator[Table]:
    """One for each thing that placements are counted by."""
    for by, title in DIMENSIONS.items():
        rows = [
            {**row, "title": named(by, row["value"], names)}
            for row in report["flows"]
            if row["by"] == by
        ]
        yield Table(
            id=f"by_{by}",
            caption=f"Placements by {title[0].lower()}{title[1:]}".replace(" sEN", " SEN"),
            columns=_columns(title, ("in", "In", "integer"), ("out", "Out", "integer")),
            rows=rows,
            empty="Nobody came or left.",
        )


def link_table(report: Report) -> Table:
    rows: list[Mapping[str, Cell]] = [
        {
            "title": in_words(row["route"]),
            "setting": in_words(row["setting"]),
            "next": in_words(row["next"]),
            "placements": row["placements"],
        }
        for row in report["links"]
    ]
    return Table(
        id="links",
        caption="Placements by how they came about, setting and what came next",
        columns=_columns(
            "How it came about",
            ("setting", "Setting", "text"),
            ("next", "What came next", "text"),
            ("placements", "Placements", "integer"),
        ),
        rows=rows,
        empty=NOBODY,
    )


def movement_table(report: Report) -> Table:
    rows = [{**row, "title": MOVEMENTS[row["movement"]]} for row in report["movements"]]
    return Table(
        id="movements",
        caption="Movements in the period",
        columns=_columns(
            "Movement", ("count", "Times", "integer"), ("pupils", "Pupils", "integer")
        ),
        rows=rows,
        empty="Nothing happened.",
    )


def grounds_table(report: Report) -> Table:
    rows = [{**row, "title": in_words(row["ground"])} for row in report["left_rolls"]]
    return Table(
        id="left_rolls",
        caption="Left a roll, by ground (2024 Regulations reg. 9(1))",
        columns=_columns("Ground", ("count", "Times", "integer")),
        rows=rows,
        empty="Nobody left a roll.",
    )


_DAYS: tuple[tuple[str, str, Kind], ...] = (
    ("", "", "integer"),
    ("_mean_days", ": mean days", "decimal"),
    ("_median_days", ": median", "decimal"),
    ("_longest_days", ": longest", "integer"),
)


def length_table(report: Report, names: Names) -> Table:
    rows = [{**row, "title": _of(row["by"], row["value"], names)} for row in report["lengths"]]
    days = [
        (f"{of}{part}", f"{words}{title}", kind)
        for of, words in (("ended", "Ended"), ("open", "Open"))
        for part, title, kind in _DAYS
    ]
    return Table(
        id="lengths",
        caption="Length of placements in calendar days",
        columns=_columns("Placements", *days),
        rows=rows,
        empty=NOBODY,
    )


def current_table(report: Report, names: Names) -> Table:
    rows = [{**row, "title": _of(row["by"], row["value"], names)} for row in report["current"]]
    return Table(
        id="current",
        caption="Open placements on the last day looked at",
        columns=_columns(
            "Where",
            ("placements", "Placements", "integer"),
            ("pupils", "Pupils", "integer"),
            ("past_planned_end", "Past their planned end", "integer"),
            ("over_a_year", "Over a year", "integer"),
        ),
        rows=rows,
        empty="Nobody is placed on that day.",
    )


def _of(by: str, value: str, names: Names) -> str:
    return "All" if by == "all" else f"{DIMENSIONS[by]}: {named(by, value, names)}"


_PLACES: tuple[tuple[str, str, Kind], ...] = (
    ("setting", "Setting", "text"),
    ("placements_now", "Placements now", "integer"),
    ("placements_in_period", "In the period", "integer"),
    ("pupils_in_period", "Pupils", "integer"),
    ("mean_days", "Mean days", "decimal"),
)
_SPENT: tuple[tuple[str, str, Kind], ...] = (
    ("education", "Education", "money"),
    ("health", "Health", "money"),
    ("social_care", "Social care", "money"),
    ("total", "Total", "money"),
)


def provider_table(report: Report) -> Table:
    return Table(
        id="providers",
        caption="Placements and spend by provider",
        columns=_columns(
            "Provider", *_PLACES, *_SPENT, ("without_amount", "Without an amount", "integer")
        ),
        rows=[_provider(row) for row in report["providers"]],
        empty=NOBODY,
    )


def _provider(row: Report) -> Mapping[str, Cell]:
    return {**row, "title": row["name"], "setting": in_words(row["setting"])}


def payer_table(report: Report, names: Names) -> Table:
    rows = [{**row, "title": named("provider", row["payer"], names)}
            for row in report["spend"]["payers"]]  # fmt: skip
    return Table(
        id="payers",
        caption="Spend by who pays",
        columns=_columns("Payer", *_SPENT),
        rows=rows,
        empty="No amount is on record.",
    )


def unregistered_table(report: Report) -> Table:
    return Table(
        id="unregistered",
        caption="Unregistered settings in use",
        columns=_columns(
            "Provider",
            *_PLACES,
            ("full_time_now", "Full time now", "integer"),
            ("ehc_plan_now", "With an EHC plan", "integer"),
            ("looked_after_now", "Looked after", "integer"),
            ("total", "Spend", "money"),
        ),
        rows=[_provider(row) for row in report["unregistered"]],
        empty="No unregistered setting was used.",
    )
