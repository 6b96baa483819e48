"""Who is behind a figure, as a document: pupils with the rule, and the events of each."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from reports.document import Cell, Column, Document, Section, Table
from reports.outcome_words import MEASURE_NAMES, figure, plain
from reports.render import day_in_words, moment

HEADLINES = {
    "numerator": "Went well", "denominator": "Counted", "rate": "Counted", "pending": "Pending",
    "voids": "Notices voided", "late": "Told more than 20 school days late",
    "unknown": "Unknown", "excluded": "Not counted", "all": "Everybody looked at",
}  # fmt: skip
_TITLES = {
    **MEASURE_NAMES,
    "wellbeing": "Wellbeing",
    "case_mix": "Placements open in the period",
    "record_keeping": "How the record was kept",
}
_PUPILS = (
    Column(key="pupil", title="Pupil"),
    Column(key="provider", title="Provider"),
    Column(key="counts_as", title="Counts as"),
    Column(key="because", title="By which rule"),
    Column(key="value", title="Figure"),
    Column(key="from", title="Looked at from", kind="date"),
    Column(key="until", title="to", kind="date"),
)
_EVENTS = (
    Column(key="pupil", title="Pupil"),
    Column(key="occurred_on", title="Day", kind="date"),
    Column(key="sentence", title="What happened"),
    Column(key="status", title="Stands as"),
    Column(key="id", title="Event", kind="code"),
)


def document(found: Mapping[str, Any], name: Callable[[str | None], str]) -> Document:
    first, last = (day_in_words(date.fromisoformat(found[key])) for key in ("from", "to"))
    rows = [_row(item, name) for item in found["items"]]
    links = {str(row["pupil"]): f"/pupils/{item['pupil_id']}"
             for row, item in zip(rows, found["items"], strict=True)}  # fmt: skip
    pupils = Table(
        id="pupils", caption="Pupils", columns=_PUPILS, rows=rows, links=links,
        empty="Nobody whom you may see.",
    )  # fmt: skip
    events = Table(id="events", caption="What it rests on", columns=_EVENTS, rows=_events(found))
    return Document(
        name=f"behind-{found['measure']}-{found['figure'].replace(':', '-')}",
        title=f"{_TITLES[found['measure']]}: {_figure(found['figure']).lower()}",
        subtitle=f"{first} to {last}{_whose(found, name)}",
        lead=tuple(_lead(found)),
        sections=(
            Section(id="pupils", title="Pupils", parts=(pupils,)),
            Section(id="events", title="Events", parts=(
                "Events of the kinds that this outcome looks at, in the days that it looks at,"
                " and the school rolls before. A void notice stands here too: it counts no more.",
                events,
            )),
        ),
        known_by=found["known_by"],
        ledger=found["ledger"],
        names_pupils=True,
    )  # fmt: skip


def _figure(name: str) -> str:
    stem, _, reason = name.partition(":")
    words = HEADLINES.get(stem) or figure(stem)
    return f"{words} ({plain(reason)})" if reason else words


def _whose(found: Mapping[str, Any], name: Callable[[str | None], str]) -> str:
    told = [name(found["provider"])] if found["provider"] else []
    told += [name(f"LA{found['la']}")] if found["la"] else []
    return "".join(f", {one}" for one in told)


def _lead(found: Mapping[str, Any]) -> list[str]:
    known_by = moment(datetime.fromisoformat(found["known_by"]))
    shown = len(found["items"])
    said = [f"As known on {known_by} in London. {shown} of {found['episodes']} are shown."]
    if found["not_shown"]:
        said.append(
            f"{found['not_shown']} are not: pupils whom you may not see, or not on the days that"
            " count, and of long lists all after the first 200. Ask for one provider to see those."
        )
    return [*said, "That you have opened these records is noted."]


def _row(item: Mapping[str, Any], name: Callable[[str | None], str]) -> Mapping[str, Cell]:
    return {
        "pupil": _pupil(item),
        "provider": name(item["provider"]),
        "counts_as": item["counts_as"],
        "because": item["because"],
        "value": item["value"],
        "from": date.fromisoformat(item["from"]),
        "until": date.fromisoformat(item["until"]),
    }


def _pupil(item: Mapping[str, Any]) -> str:
    return f"{item['name'] or 'Name not on record'} ({item['upn'] or item['pupil_id']})"


def _events(found: Mapping[str, Any]) -> list[Mapping[str, Cell]]:
    rows: dict[tuple[str, str], Mapping[str, Cell]] = {}
    for item in found["items"]:
        for event in item["events"]:
            rows.setdefault(
                (item["pupil_id"], event["id"]),
                {**event, "pupil": _pupil(item),
                 "occurred_on": date.fromisoformat(event["occurred_on"])},
            )  # fmt: skip
    return list(rows.values())
