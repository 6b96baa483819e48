"""The drawings of the movements report; each has its table beside it."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from reports.alluvial import alluvial
from reports.bars import Bar, bars
from reports.document import Drawing
from reports.movements.words import in_words, named

HEADS = ("Came by", "Setting", "Then")


def paths(report: Mapping[str, Any]) -> Iterator[Drawing]:
    found = [
        ((row["route"], row["setting"], row["next"]), row["placements"]) for row in report["links"]
    ]
    if not found:
        return
    title = "Placements of the period by how they came about, setting and what came next"
    codes = {code for path, _ in found for code in path}
    svg = alluvial(found, HEADS, {code: in_words(code) for code in codes}, title)
    (route, setting, then), most = max(found, key=lambda one: (one[1], one[0]))
    yield Drawing(
        title=title,
        svg=svg,
        words=(
            f"Placements: {sum(count for _, count in found):,}. The widest way, of {most:,}: "
            f"{in_words(route)}, {in_words(setting)}, {in_words(then)}. "
            "Every number is in the table that follows."
        ),
    )


def months(report: Mapping[str, Any]) -> Iterator[Drawing]:
    found = [row for row in report["flows"] if row["by"] == "month"]
    if not found:
        return
    title = "Placements that began (filled) and ended (open) in each month"
    rows = [
        (
            f"{date.fromisoformat(row['value'] + '-01'):%b %Y}",
            (
                Bar(value=row["in"], words=f"{row['in']:,} in"),
                Bar(value=row["out"], words=f"{row['out']:,} out"),
            ),
        )
        for row in found
    ]
    most = max(found, key=lambda row: (row["in"], row["value"]))
    yield Drawing(
        title=title,
        svg=bars(rows, title),
        words=f"{title}. Most began in {named('month', most['value'], {})}: "
        f"{most['in']:,}. The numbers are in the "
        "table by month.",
    )
