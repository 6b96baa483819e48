"""The dashboard as a document: each measure by area, then by group against all others."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from reports.bars import Bar, bars
from reports.dashboard.areas import ALL, Areas
from reports.dashboard.measures import MEASURES, RANGED, Measure
from reports.dashboard.notes import NOTES
from reports.dashboard.relative import in_words
from reports.dashboard.words import GROUPS, value_in_words
from reports.document import Column, Document, Drawing, Kind, Part, Section, Table
from reports.render import day_in_words, moment

_HIDES = (
    "Small numbers are hidden (c): counts of 1 to 5, rates of fewer than ten, and what would tell "
    "them by subtraction."
)
Report = Mapping[str, Any]
Row = Mapping[str, Any]


def document(report: Report, within: Areas) -> Document:
    first, last = (day_in_words(date.fromisoformat(report[name])) for name in ("from", "to"))
    known_by = moment(datetime.fromisoformat(report["known_by"]))
    return Document(
        name=f"dashboard-{report['from']}-{report['to']}",
        title="Inclusion dashboard",
        subtitle=f"{_whose(report, within)}, {first} to {last}",
        lead=(
            f"As known on {known_by} in London. Rates rest on what schools and providers have "
            "told: see how many have confirmed their lists.",
            "Small numbers vary by chance. A range that is wide says so; no area is ranked.",
            *((_HIDES,) if report["published"] else ()),
        ),
        sections=tuple(_sections(report, within)),
        notes=NOTES,
        known_by=report["known_by"],
        ledger=report["ledger"],
    )


def _whose(report: Report, within: Areas) -> str:
    asked = [within.name((kind, report[kind])) for kind in ("la", "trust", "icb") if report[kind]]
    return ", ".join(asked) or "All LAs"


def _sections(report: Report, within: Areas) -> Iterator[Section]:
    titles = dict.fromkeys(one.section for one in MEASURES.values())
    for number, title in enumerate(titles):
        parts = [
            part
            for measure, one in MEASURES.items()
            if one.section == title
            for part in _measure(report, within, measure)
        ]
        yield Section(id=f"part_{number}", title=title, parts=parts)
    yield Section(
        id="disproportionality",
        title="For whom more often",
        parts=(*_drawn(report["groups"]), _group_table(report["groups"])),
    )


def _measure(report: Report, within: Areas, measure: str) -> Iterator[Part]:
    one = MEASURES[measure]
    rows = [row for row in report["rows"] if row["measure"] == measure]
    said = f"{one.title}: {one.counts}."
    yield f"{said} England: {one.national}." if one.national else said
    yield Table(
        id=measure,
        caption=one.title,
        columns=_columns(one),
        rows=[_area(row, within) for row in rows],
        empty="Nothing of this kind is on record.",
    )


def _area(row: Row, within: Areas) -> dict[str, Any]:
    area = (row["area"], row["code"])
    kind = {"all": "", "la": "LA", "trust": "Trust", "icb": "ICB"}[row["area"]]
    return {**row, "title": "All of these" if area == ALL else within.name(area), "kind": kind}


def _columns(one: Measure) -> Sequence[Column]:
    head: list[tuple[str, str, Kind]] = [("title", "Area", "text"), ("kind", "Kind", "text")]
    more: list[tuple[str, str, Kind]]
    if one.sort == "days":
        more = [("count", "Counted", "integer"), ("median", "Median days", "decimal"),
                ("mean", "Mean days", "decimal"), ("longest", "Longest", "integer")]  # fmt: skip
    else:
        per = "Per 100 pupils" if one.sort == "rate" else "Rate"
        more = [("numerator", "Counted", "integer"), ("denominator", "Of", "integer"),
                ("rate", per, "hundredths" if one.sort == "rate" else "rate")]  # fmt: skip
        if one.sort in RANGED:
            more += [("low", "Likely range from", "rate"), ("high", "to", "rate")]
        if one.sort in {"rate", "of_roll"}:
            more.append(("without_headcount", "At schools without headcount", "integer"))
    return [Column(key=key, title=title, kind=kind) for key, title, kind in (*head, *more)]


def _drawn(groups: Sequence[Row]) -> Iterator[Drawing]:
    """Of the measures of which more is worse, the groups for whom it is so beyond chance."""
    telling = [row for row in groups if in_words(row) == "more often than others"]
    shown = [row for row in telling if MEASURES[row["measure"]].more is False]
    if not shown:
        return
    shown.sort(key=lambda row: (-row["relative"], row["measure"], row["by"], row["value"]))
    title = "Groups for whom it is more often than for others"
    rows = [
        (
            f"{MEASURES[row['measure']].title} – {_group(row)}",
            (
                Bar(
                    value=row["relative"],
                    words=f"× {row['relative']:.2f}",
                    low=row["relative_low"],
                    high=row["relative_high"],
                ),
            ),
        )
        for row in shown[:12]
    ]
    first = shown[0]
    yield Drawing(
        title=title,
        svg=bars(rows, title),
        words=f"{title}, with the likely range (the {len(rows)} greatest). The greatest: "
        f"{MEASURES[first['measure']].title.lower()}, {_group(first)}: {first['relative']:.2f} "
        "times as often. Every number is in the table that follows.",
    )


def _group(row: Row) -> str:
    return f"{GROUPS[row['by']]}: {value_in_words(row['by'], row['value'])}"


def _group_table(groups: Sequence[Row]) -> Table:
    rows = [
        {
            **row,
            "title": MEASURES[row["measure"]].title,
            "group": _group(row),
            "words": in_words(row),
        }
        for row in groups
        if row["denominator"]
    ]
    return Table(
        id="groups",
        caption="Each measure by group, against all others",
        columns=(
            Column(key="title", title="Measure"),
            Column(key="group", title="Group"),
            Column(key="numerator", title="Counted", kind="integer"),
            Column(key="denominator", title="Of", kind="integer"),
            Column(key="rate", title="Rate", kind="decimal"),
            Column(key="relative", title="Times as often as others", kind="hundredths"),
            Column(key="relative_low", title="Range from", kind="hundredths"),
            Column(key="relative_high", title="to", kind="hundredths"),
            Column(key="words", title="In words"),
        ),
        rows=rows,
        empty="No group can be told from the others.",
    )
