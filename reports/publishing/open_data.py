"""Published outcomes as open data: tidy rows in the DfE's shape, their dictionary and schema."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import StringIO
from typing import Any

from ap_registry.areas import Area
from ap_registry.ingest.results import safe
from reports.outcome_tables import year
from reports.outcome_words import MEASURE_NAMES
from reports.publishing.symbols import NOT_APPLICABLE, NOT_AVAILABLE, SYMBOLS

Row = Mapping[str, Any]
Areas = Mapping[str, Area]  # by the LA's three digits
COUNTRY = ("E92000001", "England")


@dataclass(frozen=True, slots=True)
class Field:
    """A column: ``type`` and ``constraints`` as Table Schema has them."""

    name: str
    type: str
    title: str
    description: str
    constraints: Mapping[str, Any] = field(default_factory=dict)


_COUNT = {"minimum": 0}
_PERCENT = {"minimum": 0, "maximum": 100}
_REQUIRED = {"required": True}
FIELDS = (
    Field("time_period", "string", "Time period", "Academic year, as 202425; of another period its"
          " first and last day.", _REQUIRED),
    Field("time_identifier", "string", "Time identifier", "What the time period is.",
          {**_REQUIRED, "enum": ["Academic year", "Reporting period"]}),
    Field("geographic_level", "string", "Geographic level", "Of whom the row is.",
          {**_REQUIRED, "enum": ["National", "Local authority", "Provider"]}),
    Field("country_code", "string", "Country code", "ONS code.", {"enum": [COUNTRY[0]]}),
    Field("country_name", "string", "Country", "Always England.", {"enum": [COUNTRY[1]]}),
    Field("region_code", "string", "Region code", "ONS code of the LA's region; x where"
          " the operator has loaded none (import areas), z where there is no LA."),
    Field("region_name", "string", "Region", "Name of the region; x and z as its code."),
    Field("new_la_code", "string", "LA code (ONS)", "Nine characters; x where the operator has"
          " loaded none (import areas), z where there is no LA."),
    Field("old_la_code", "string", "LA code (DfE)", "Three digits, of the pupils' home LA; z of"
          " providers and of all, who are of more than one."),
    Field("la_name", "string", "LA", "Name of the LA."),
    Field("provider_id", "string", "Provider", "URN, or the registry's id of a provider that has"
          " none."),
    Field("provider_name", "string", "Provider name", "Name of the provider."),
    Field("outcome", "string", "Outcome", "Which of the five; or wellbeing, or case_mix.",
          {**_REQUIRED, "enum": [*MEASURE_NAMES, "wellbeing", "case_mix"]}),
    Field("pupil_group", "string", "Pupil group", "all, or medical: placed for their health.",
          {**_REQUIRED, "enum": ["all", "medical"]}),
    Field("figure", "string", "Figure", "headline; excluded_ and a reason; or the name of a figure"
          " beside the outcome.", _REQUIRED),
    Field("numerator", "integer", "Numerator", "Of the denominator, of how many it is true.",
          _COUNT),
    Field("denominator", "integer", "Denominator", "How many were counted.", _COUNT),
    Field("percentage", "number", "Percentage", "100 times numerator by denominator, one decimal.",
          _PERCENT),
    Field("percentage_lower", "number", "Lower limit", "Of the Wilson 95 % interval.", _PERCENT),
    Field("percentage_upper", "number", "Upper limit", "Of the Wilson 95 % interval.", _PERCENT),
    Field("pending", "integer", "Pending", "Whose time of watching is not over.", _COUNT),
    Field("unknown", "integer", "Unknown", "With too few registers; post_16: of no known status.",
          _COUNT),
    Field("coverage", "number", "Coverage", "Of those who could be counted the share with registers"
          " enough, three decimals.", {"minimum": 0, "maximum": 1}),
    Field("count", "integer", "Count", "Of a figure that is a count, or of a reason.", _COUNT),
    Field("average", "number", "Average", "Mean or median, one decimal; the figure says of what."),
)  # fmt: skip


def rows(
    report: Mapping[str, Any], names: Mapping[str, str], areas: Areas
) -> Iterator[dict[str, Any]]:
    """One for each figure of each provider and area; what a row has not is ``z``."""
    time = _time(report)
    for row in (*report["rows"], *report["totals"]):
        whose = {**time, **_whose(row, names, areas)}
        if _said_twice(report, row):
            continue
        about = {"outcome": row["measure"], "pupil_group": row.get("group", "all")}
        yield _filled({**whose, **about, "figure": "headline", **_headline(row)})
        for reason, count in row["excluded"].items():
            yield _filled({**whose, **about, "figure": f"excluded_{reason}", "count": count})
    for row in (*report["secondary"], *report["wellbeing"], *report["case_mix"]):
        if not _said_twice(report, row):
            yield _filled({**time, **_whose(row, names, areas), **_beside(row)})


def _time(report: Mapping[str, Any]) -> dict[str, str]:
    said = year(report)
    if "/" in said:
        return {"time_period": said.replace("/", ""), "time_identifier": "Academic year"}
    days = f"{report['from']}_{report['to']}".replace("-", "")
    return {"time_period": days, "time_identifier": "Reporting period"}


def _said_twice(report: Mapping[str, Any], row: Row) -> bool:
    """The row of all in a report of one LA or provider is no national figure."""
    return row.get("la") == "all" and any(report["asked"].values())


def _whose(row: Row, names: Mapping[str, str], areas: Areas) -> dict[str, str]:
    if "provider" in row:
        level = {"geographic_level": "Provider", "provider_id": row["provider"],
                 "provider_name": safe(names.get(row["provider"], ""))}  # fmt: skip
    elif row["la"] == "all":
        level = {"geographic_level": "National"}
    else:
        area = areas.get(row["la"], Area())
        level = {"geographic_level": "Local authority",
                 "region_code": area.region_code or NOT_AVAILABLE,
                 "region_name": area.region_name or NOT_AVAILABLE,
                 "new_la_code": area.new_la_code or NOT_AVAILABLE,
                 "old_la_code": row["la"],
                 "la_name": safe(names.get(f"LA{row['la']}", ""))}  # fmt: skip
    return {"country_code": COUNTRY[0], "country_name": COUNTRY[1], **level}


def _headline(row: Row) -> dict[str, Any]:
    kept = ("numerator", "denominator", "pending", "unknown", "coverage")
    rates = {"percentage": "rate", "percentage_lower": "low", "percentage_upper": "high"}
    return {name: row[name] for name in kept} | {name: row[of] for name, of in rates.items()}


def _beside(row: Row) -> dict[str, Any]:
    if "case" in row:
        figure = f"{row['by']}_{row['case']}".replace(" ", "_")
        about = {"outcome": "case_mix", "pupil_group": "all", "figure": figure}
    else:
        measure = row.get("measure", "wellbeing")
        about = {"outcome": measure, "pupil_group": "all", "figure": row["name"]}
    if "denominator" in row:
        share = row["share"] if "case" in row else row["value"]
        counts = {name: row[name] for name in ("numerator", "denominator")}
        return {**about, **counts, "percentage": share}
    return {**about, ("count" if row["counted"] else "average"): row["value"]}


def _filled(row: dict[str, Any]) -> dict[str, Any]:
    return {one.name: row.get(one.name, NOT_APPLICABLE) for one in FIELDS}


def as_csv(report: Mapping[str, Any], names: Mapping[str, str], areas: Areas) -> bytes:
    text = StringIO()
    lines = csv.DictWriter(text, [one.name for one in FIELDS], lineterminator="\n")
    lines.writeheader()
    lines.writerows(rows(report, names, areas))
    return text.getvalue().encode()


def schema() -> dict[str, Any]:
    """Table Schema (Frictionless Data): a symbol in a column of numbers is a missing value."""
    return {
        "fields": [
            {"name": one.name, "type": one.type, "title": one.title,
             "description": one.description, "constraints": dict(one.constraints)}
            for one in FIELDS
        ],
        "missingValues": ["", *SYMBOLS],
        "primaryKey": ["time_period", "geographic_level", "old_la_code", "provider_id", "outcome",
                       "pupil_group", "figure"],
    }  # fmt: skip


def dictionary() -> bytes:
    """The data dictionary as CSV: each column, and each symbol."""
    text = StringIO()
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(("kind", "name", "title", "type", "description"))
    for one in FIELDS:
        lines.writerow(("column", one.name, one.title, one.type, one.description))
    for symbol, words in SYMBOLS.items():
        lines.writerow(("symbol", symbol, "", "", words))
    return text.getvalue().encode()
