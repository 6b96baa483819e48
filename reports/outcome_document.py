"""The five outcomes as a document: a section for each measure, what stands beside it, and notes."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from reports.document import Cell, Column, Document, Section, Table
from reports.render import MEASURE_NAMES, day_in_words, la_name, moment

_COLUMNS = (
    Column(key="title", title="Provider"),
    Column(key="rate", title="Rate", kind="rate"),
    Column(key="low", title="Likely range from", kind="rate"),
    Column(key="high", title="to", kind="rate"),
    Column(key="numerator", title="Went well", kind="integer"),
    Column(key="denominator", title="Counted", kind="integer"),
    Column(key="pending", title="Pending", kind="integer"),
    Column(key="unknown", title="Unknown", kind="integer"),
    Column(key="excluded", title="Not counted"),
)


def document(report: Mapping[str, Any], names: Mapping[str, str]) -> Document:
    first, last = (day_in_words(date.fromisoformat(report[name])) for name in ("from", "to"))
    known_by = moment(datetime.fromisoformat(report["known_by"]))
    return Document(
        name=f"outcomes-{report['from']}-{report['to']}",
        title="Five outcomes of alternative provision",
        subtitle=f"{first} to {last}",
        lead=(f"As known on {known_by} in London. Definition {report['definition']}.",),
        sections=tuple(_sections(report, names)),
        known_by=report["known_by"],
        ledger=report["ledger"],
    )


def _sections(report: Mapping[str, Any], names: Mapping[str, str]) -> Iterator[Section]:
    for measure, title in MEASURE_NAMES.items():
        rows = [
            _row(row, names)
            for row in (*report["rows"], *report["totals"])
            if row["measure"] == measure
        ]
        table = Table(id=measure, caption=f"{title} by provider", columns=_COLUMNS, rows=rows)
        yield Section(id=measure, title=title, parts=(table,))


def _row(row: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Cell]:
    provider = row.get("provider")
    title = names.get(provider, provider) if provider else la_name(row["la"], names)
    group = f" ({row['group']})" if "group" in row else ""
    reasons = (f"{reason.replace('_', ' ')} {n}" for reason, n in row["excluded"].items())
    return {**row, "title": f"{title}{group}", "excluded": "; ".join(reasons) or "none"}
