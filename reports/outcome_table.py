"""The outcome report as one flat table for programs: a row for each figure of each table."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from ap_registry.ingest.results import safe

TABLES = (
    "rows", "totals", "secondary", "wellbeing", "case_mix", "comparison", "record_keeping", "trend",
)  # fmt: skip
_COLUMNS = (
    "table", "provider", "la", "name", "measure", "group", "figure", "numerator", "denominator",
    "pending", "unknown", "excluded", "coverage", "rate", "low", "high", "value", "from", "to",
    "by", "case", "share", "average", "low_95", "high_95", "low_998", "high_998", "words",
    "ended_error", "voids", "late",
)  # fmt: skip


def frame(report: Mapping[str, Any], names: Mapping[str, str]) -> pd.DataFrame:
    """One row per figure; columns as _COLUMNS, empty where a table has none."""
    rows = []
    for table in TABLES:
        for row in report[table]:
            cells = {k: v for k, v in row.items() if k != "name"}
            excluded = cells.get("excluded")
            if isinstance(excluded, dict):
                cells["excluded"] = ";".join(f"{k}={v}" for k, v in excluded.items())
            name = names.get(row.get("provider") or f"LA{row.get('la')}", "")
            rows.append({"table": table, **cells, "name": safe(name), "figure": row.get("name")})
    share = report["confirmed"]
    rows.append(
        {"table": "confirmed", "numerator": share["confirmed"], "denominator": share["asked"]}
    )
    return pd.DataFrame(rows, columns=list(_COLUMNS), dtype=object)


def as_csv(report: Mapping[str, Any], names: Mapping[str, str]) -> bytes:
    text: str = frame(report, names).to_csv(index=False, lineterminator="\n")
    return text.encode()
