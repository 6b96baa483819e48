"""A restatement as JSON, CSV and one HTML page that needs nothing else."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from io import StringIO
from itertools import groupby
from typing import Any

from ap_registry.registry import Registry
from reports.document import Cell, Column, Document, Kind, Section, Table
from reports.kind import Asked, Made
from reports.outcome_words import MEASURE_NAMES, figure
from reports.render import as_json, day_in_words, la_name, moment, rendered
from reports.restatement import Asked as Compared
from reports.restatement import Restatement, Told, restatement

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
CHANGES = {
    "organisation": "Provider or LA",
    "title": "Measure",
    "column": "Figure",
    "before": "Was",
    "after": "Is now",
    "because": "Because of",
}
KINDS: Mapping[str, Kind] = {"before": "value", "after": "value", "n": "integer"}
NOTICES = {"n": "Number", "notice": "Notice", "event": "Its id"}
CAPTIONS = {"changes": "Figures that changed", "notices": "Notices that changed them"}
_CSV = (
    "table", "provider", "la", "organisation", "measure", "group", "figure", "column", "before",
    "after", "because",
)  # fmt: skip


def read(registry: Registry, asked: Asked) -> Made:
    """As ``reports.kinds`` asks for it."""
    found = restatement(
        registry,
        Compared(
            from_at=asked["from"], to_at=asked["to"], from_on=asked["period_from"],
            to_on=asked["period_to"], provider=asked["provider"], la=asked["la"],
        ),
    )  # fmt: skip
    object_ = found.document
    said = {
        "definition": object_["definition"],
        "period": {"from": object_["period_from"], "to": object_["period_to"]},
        "compared_with": object_["from"],
        "known_by": object_["to"],
        "provider": asked["provider"],
        "la": asked["la"],
        "ledger": found.ledger,
    }
    return Made(
        object=object_,
        document=partial(document, found),
        said=said,
        own={kind: partial(written, found, kind) for kind in ("html", "csv")},
    )


def document(made: Restatement) -> Document:
    """Each figure that differs, a row, and the notices behind them."""
    numbers = {event: n for n, event in enumerate(_in_order(made), start=1)}
    found = _page(made)
    dates = found["dates"]
    changes: list[dict[str, Cell]] = [
        {**cell, "organisation": row["organisation"], "title": row["title"],
         "because": ", ".join(str(n) for n in cell["because"]) or "time passed"}
        for row in found["rows"] for cell in row["cells"]
    ]  # fmt: skip
    notices: list[dict[str, Cell]] = [
        {"n": n, "notice": _sentence(made.events[event], made.names), "event": event}
        for event, n in numbers.items()
    ]
    return Document(
        name="restatement",
        title="What changed in the five outcomes",
        subtitle=f"{dates['from']} to {dates['to']}",
        lead=(
            f"What was known on {dates['before']} beside what was known on {dates['after']}"
            f" (London). Definition {made.document['definition']}.",
            "The numbers beside a change are those of the notices without which it would not have"
            " come out so. Where none is named only time has passed.",
        ),
        sections=(
            Section(id="changes", title="Changes", parts=(_table("changes", CHANGES, changes),)),
            Section(id="notices", title="Notices", parts=(_table("notices", NOTICES, notices),)),
        ),
        known_by=made.document["to"],
        ledger=made.ledger,
    )


def _table(id: str, columns: Mapping[str, str], rows: Sequence[Mapping[str, Cell]]) -> Table:
    heads = tuple(
        Column(key=key, title=title, kind=KINDS.get(key, "text")) for key, title in columns.items()
    )
    return Table(id=id, caption=CAPTIONS[id], columns=heads, rows=rows)


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


def _in_table(value: Any) -> Cell:
    """A number stays one."""
    if isinstance(value, Mapping):
        found = (f"{reason.replace('_', ' ')} {n}" for reason, n in value.items())
        return "; ".join(found) or "none"
    known: Cell = value
    return known


def _sentence(told: Told, names: Mapping[str, str]) -> str:
    kind = told.type.replace("_", " ").capitalize()
    return (
        f"{kind}, sent by {names.get(told.by, told.by)}, dated {day_in_words(told.occurred_on)},"
        f" recorded {moment(told.recorded_at)}"
    )
