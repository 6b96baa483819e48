"""A report's object as JSON, CSV and one HTML page that needs nothing else."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import msgspec
import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined

from ap_registry.calendar import LONDON
from reports.charts import funnel_plot
from reports.statistics import in_words

MEASURE_NAMES = {
    "outreach": "Effective outreach support",
    "attendance": "Improved attendance",
    "reintegration": "Reintegration",
    "attainment": "English and maths at Level 1 or above",
    "post_16": "Successful post-16 transition",
}
# DfE figures, as domain reference section 3 quotes them; not of the same definition as ours.
NATIONAL = {
    "attendance": (
        "In England's state-funded AP schools pupils missed 40.7 % of sessions in autumn and spring"
        " 2022/23; 81.2 % were persistently and 37.5 % severely absent."
    ),
    "post_16": (
        "Of pupils who left state-funded AP in 2020/21, 58.8 % were in sustained education,"
        " employment or training (all AP: 67.0 %; provisional, by the DfE's own definition)."
    ),
}
FIGURES = {
    "core": "Went well, suspensions set aside",
    "outreach_overdue_open": "Outreach open for more than 120 school days",
    "early_end": "Ended within 15 school days and not for the better",
    "mean_change": "Mean change in attendance, percentage points",
    "median_change": "Median change in attendance, percentage points",
    "left_persistent": "Were persistently absent (10 %) and no longer are",
    "left_severe": "Were severely absent (50 %) and no longer are",
    "gap_days": "School days from what led to the placement to its start, median",
    "c2_adjusted": "Improved, part-time timetables (C2) left out",
    "sessions_a_week_before": "Sessions attended a week before, median",
    "sessions_a_week_after": "Sessions attended a week after, median",
    "returned": "Back in school within 10 school days",
    "assessment_shared": "Assessment shared with the school by the return",
    "median_days": "School days in placement, median",
    "by_planned_end": "Ended by the first planned end",
    "by_start": "Of placements begun in the period: back and settled in 190 school days",
    "unanswered": "Not returned and the school sent nothing",
    "overdue_open": "Open more than 20 school days past the planned end",
    "under_review": "Failed by an exclusion that is still under review",
    "gcse_9_4": "English and maths at GCSE 9–4",
    "gcse_9_5": "English and maths at GCSE 9–5",
    "vocational": "A vocational award",
    "entry_level": "English and maths at Entry 1–3 or better",
    "right_attainment": "Met every target agreed for them",
    "without_target": "Pupils without an agreed target",
    "progress_english": "Progress in English of 5 points or more",
    "progress_maths": "Progress in maths of 5 points or more",
    "offer": "Had an offer by 30 September",
    "november": "Taking part on 1 November",
    "neet_december": "Not in education, employment or training on 31 December",
    "neet_march": "Not in education, employment or training on 31 March",
}
_COLUMNS = (
    "table", "provider", "la", "name", "measure", "group", "figure", "numerator", "denominator",
    "pending", "unknown", "excluded", "coverage", "rate", "low", "high", "value",
)  # fmt: skip


def as_json(report: Mapping[str, Any]) -> bytes:
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
    share = report["confirmed"]
    rows.append(
        {"table": "confirmed", "numerator": share["confirmed"], "denominator": share["asked"]}
    )
    return pd.DataFrame(rows, columns=list(_COLUMNS), dtype=object)


def as_csv(report: dict[str, Any], names: dict[str, str]) -> bytes:
    made = frame(report, names)
    made["name"] = [f"'{n}" if str(n)[:1] in {"=", "+", "-", "@"} else n for n in made["name"]]
    text: str = made.to_csv(index=False, lineterminator="\n")
    return text.encode()


def as_html(report: dict[str, Any], names: dict[str, str]) -> bytes:
    """Plain words, tables and drawings; readable on a phone and in print."""
    return rendered("outcomes.html", page(report, names))


def rendered(template: str, values: dict[str, Any]) -> bytes:
    environment = Environment(
        loader=PackageLoader("reports"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    return environment.get_template(template).render(values).encode()


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
                "letter": letter(number),
                "title": names.get(row["provider"], row["provider"]),
                "words": ""
                if "group" in row
                else in_words(row["numerator"], row["denominator"], means.get(measure)),
            }
            for number, row in enumerate(_of(report["rows"], measure))
        ]
        sections.append(
            {
                "id": measure,
                "title": title,
                "rows": rows,
                "totals": [
                    {**row, "title": la_name(row["la"], names)}
                    for row in _of(report["totals"], measure)
                ],
                "secondary": [
                    {**row, "title": figure(row["name"])}
                    for row in _of(report["secondary"], measure)
                    if row.get("la") == "all"
                ],
                "national": NATIONAL.get(measure),
                "plot": funnel_plot(
                    [r for r in rows if "group" not in r and r["denominator"]],
                    means.get(measure),
                    f"{title}: each provider's rate against the number of pupils",
                ),
            }
        )
    dates = {name: day_in_words(date.fromisoformat(report[name])) for name in ("from", "to")}
    dates["since"] = day_in_words(date.fromisoformat(report["confirmed"]["since"]))
    dates["known_by"] = f"{moment(datetime.fromisoformat(report['known_by']))} in London"
    return {"report": report, "dates": dates, "sections": sections}


def _of(rows: list[dict[str, Any]], measure: str) -> list[dict[str, Any]]:
    return [row for row in rows if row["measure"] == measure]


def letter(number: int) -> str:
    """A … Z, AA … after them: a number would look like a rank."""
    head = letter(number // 26 - 1) if number >= 26 else ""
    return head + chr(ord("A") + number % 26)


def figure(name: str) -> str:
    """A secondary figure in plain words."""
    if name in FIGURES:
        return FIGURES[name]
    for start, words in (("not_returned_", "Not returned; ended as "), ("went_", "Ended as ")):
        if name.startswith(start):
            return words + name.removeprefix(start).replace("_", " ")
    return name.replace("_", " ").capitalize()


def day_in_words(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def moment(at: datetime) -> str:
    """By the clocks of London."""
    local = at.astimezone(LONDON)
    return f"{day_in_words(local)}, {local:%H:%M}"


def la_name(la: str, names: Mapping[str, str]) -> str:
    return "All providers" if la == "all" else names.get(f"LA{la}", la)
