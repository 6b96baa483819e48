"""A restatement as JSON, CSV and one HTML page that needs nothing else."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from io import StringIO
from itertools import groupby
from typing import Any

from reports.render import (
    MEASURE_NAMES,
    as_json,
    day_in_words,
    figure,
    la_name,
    moment,
    rendered,
)
from reports.restatement import Restatement, Told

COLUMNS = {
    "numerator": "Went well",
    "denominator": "Counted",
    "pending": "Pending",
    "unknown": "Unknown",
    "excluded": "Not counted",
    "coverage": "Share with registers enough",
    "rate": "Rate, %",
    "low": "Likely range from, %",
    "high": "Likely range to, %",
    "value": "Value",
}
_CSV = (
    "table", "provider", "la", "organisation", "measure", "group", "figure", "column", "before",
    "after", "because",
)  # fmt: skip


def written(made: Restatement, kind: str) -> bytes:
    if kind == "html":
        return rendered("restatement.html", _page(made))
    return _as_csv(made) if kind == "csv" else as_json(made.document)


def _cells(made: Restatement) -> Sequence[dict[str, Any]]:
    cells: list[dict[str, Any]] = made.document["cells"] + made.document["wellbeing"]
    return cells


def _as_csv(made: Restatement) -> bytes:
    text = StringIO()
    lines = csv.DictWriter(text, _CSV, restval="", lineterminator="\n")
    lines.writeheader()
    for cell in _cells(made):
        key = dict(cell["key"])
        title = _organisation(key, made.names)
        lines.writerow(
            {
                **{name: key.get(name, "") for name in ("provider", "la", "measure", "group")},
                "table": cell["table"],
                "organisation": f"'{title}" if title[:1] in {"=", "+", "-", "@"} else title,
                "figure": key.get("name", ""),
                "column": cell["column"],
                "before": _plain(cell["before"]),
                "after": _plain(cell["after"]),
                "because": ";".join(cell["because"]),
            }
        )
    return text.getvalue().encode()


def _plain(value: Any) -> str:
    if isinstance(value, Mapping):
        return ";".join(f"{reason}={n}" for reason, n in value.items())
    return "" if value is None else str(value)


def _organisation(key: Mapping[str, str], names: Mapping[str, str]) -> str:
    provider = key.get("provider")
    return names.get(provider, provider) if provider else la_name(key["la"], names)


def _page(made: Restatement) -> dict[str, Any]:
    numbers = {event: n for n, event in enumerate(_in_order(made), start=1)}
    document = made.document
    days = {name: date.fromisoformat(document[f"period_{name}"]) for name in ("from", "to")}
    instants = {"before": document["from"], "after": document["to"]}
    return {
        "dates": {
            **{name: day_in_words(day) for name, day in days.items()},
            **{name: moment(datetime.fromisoformat(at)) for name, at in instants.items()},
        },
        "definition": document["definition"],
        "ledger": made.ledger,
        "figures": len(_cells(made)),
        "rows": list(_rows(made, numbers)),
        "events": [
            (n, event, _sentence(made.events[event], made.names)) for event, n in numbers.items()
        ],
    }  # fmt: skip


def _in_order(made: Restatement) -> list[str]:
    told = made.events.values()
    return [str(one.id) for one in sorted(told, key=lambda one: (one.recorded_at, str(one.id)))]


def _rows(made: Restatement, numbers: Mapping[str, int]) -> Iterator[dict[str, Any]]:
    """The cells of one row of a report together, under whose and what it is."""
    for key, cells in groupby(_cells(made), key=lambda cell: cell["key"]):
        measure = MEASURE_NAMES.get(key.get("measure", ""), "Wellbeing")
        beside = f": {figure(key['name'])}" if "name" in key else ""
        group = f" ({key['group']})" if "group" in key else ""
        yield {
            "organisation": _organisation(key, made.names),
            "title": measure + group + beside,
            "cells": [
                {
                    "column": COLUMNS.get(cell["column"], cell["column"]),
                    "before": _in_table(cell["before"]),
                    "after": _in_table(cell["after"]),
                    "because": sorted(numbers[event] for event in cell["because"]),
                }
                for cell in cells
            ],
        }


def _in_table(value: Any) -> str:
    if isinstance(value, Mapping):
        found = (f"{reason.replace('_', ' ')} {n}" for reason, n in value.items())
        return "; ".join(found) or "none"
    return "–" if value is None else str(value)


def _sentence(told: Told, names: Mapping[str, str]) -> str:
    kind = told.type.replace("_", " ").capitalize()
    return (
        f"{kind}, sent by {names.get(told.by, told.by)}, dated {day_in_words(told.occurred_on)},"
        f" recorded {moment(told.recorded_at)}"
    )
