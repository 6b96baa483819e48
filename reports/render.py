"""A report's object as JSON, CSV and one HTML page that needs nothing else."""

from typing import Any

import msgspec
import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined

from reports.charts import funnel_plot
from reports.statistics import in_words

MEASURE_NAMES = {
    "outreach": "Effective outreach support",
    "attendance": "Improved attendance",
    "reintegration": "Reintegration",
    "attainment": "English and maths at Level 1 or above",
    "post_16": "Successful post-16 transition",
}
_COLUMNS = (
    "table", "provider", "la", "name", "measure", "group", "figure", "numerator", "denominator",
    "pending", "unknown", "excluded", "coverage", "rate", "low", "high", "value",
)  # fmt: skip


def as_json(report: dict[str, Any]) -> bytes:
    """Two-space indent and a final newline."""
    return msgspec.json.format(msgspec.json.encode(report), indent=2) + b"\n"


def frame(report: dict[str, Any], names: dict[str, str]) -> pd.DataFrame:
    """One row per figure; columns as _COLUMNS, empty where a table has none."""
    rows = []
    for table in ("rows", "totals", "secondary", "wellbeing"):
        for row in report[table]:
            cells = {k: v for k, v in row.items() if k != "name"}
            excluded = cells.get("excluded")
            if isinstance(excluded, dict):
                cells["excluded"] = ";".join(f"{k}={v}" for k, v in excluded.items())
            rows.append(
                {
                    "table": table,
                    **cells,
                    "name": names.get(row.get("provider") or f"LA{row.get('la')}", ""),
                    "figure": row.get("name"),
                }
            )
    return pd.DataFrame(rows, columns=list(_COLUMNS), dtype=object)


def as_csv(report: dict[str, Any], names: dict[str, str]) -> bytes:
    made = frame(report, names)
    made["name"] = [f"'{n}" if str(n)[:1] in {"=", "+", "-", "@"} else n for n in made["name"]]
    text: str = made.to_csv(index=False, lineterminator="\n")
    return text.encode()


def as_html(report: dict[str, Any], names: dict[str, str]) -> bytes:
    """Plain words, tables and drawings; readable on a phone and in print."""
    environment = Environment(
        loader=PackageLoader("reports"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    return environment.get_template("outcomes.html").render(page(report, names)).encode()


def page(report: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    """What the template shows: a section for each measure, headline rows first."""
    means = {
        row["measure"]: row["numerator"] / row["denominator"]
        for row in report["totals"]
        if row["la"] == "all" and "group" not in row and row["denominator"]
    }
    sections = []
    for measure, title in MEASURE_NAMES.items():
        rows = [
            {
                **row,
                "title": names.get(row["provider"], row["provider"]),
                "words": ""
                if "group" in row
                else in_words(row["numerator"], row["denominator"], means.get(measure)),
            }
            for row in report["rows"]
            if row["measure"] == measure
        ]
        sections.append(
            {
                "id": measure,
                "title": title,
                "rows": rows,
                "totals": [
                    {**row, "title": _la_name(row["la"], names)}
                    for row in report["totals"]
                    if row["measure"] == measure
                ],
                "secondary": [
                    row
                    for row in report["secondary"]
                    if row["measure"] == measure and row.get("la") == "all"
                ],
                "plot": funnel_plot(
                    [r for r in rows if "group" not in r and r["denominator"]],
                    means.get(measure),
                    f"{title}: each provider's rate against the number of pupils",
                ),
            }
        )
    return {"report": report, "sections": sections}


def _la_name(la: str, names: dict[str, str]) -> str:
    return "All providers" if la == "all" else names.get(f"LA{la}", la)
