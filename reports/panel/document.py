"""The pack as a document: the agenda, what bears on every case, then a page for each case."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from ap_registry.duty_names import duty_words
from reports.document import Cell, Column, Document, Section, Table
from reports.outcome_words import MEASURE_NAMES
from reports.panel.case_page import case_page
from reports.panel.duties import SHOWN
from reports.panel.fair_share import turns
from reports.panel.words import NOTES, decision_words
from reports.render import day_in_words, moment

Found = Mapping[str, Any]


def document(found: Found) -> Document:
    known_by = moment(datetime.fromisoformat(found["known_by"]))
    return Document(
        name=f"panel-{found['la']}-{found['on']}",
        title="Fair access panel",
        subtitle=f"{found['la_name']}, {day(found['on'])}",
        lead=(_summary(found), f"As known on {known_by} in London."),
        sections=(*_common(found), *_cases(found)),
        notes=NOTES,
        known_by=found["known_by"],
        ledger=found["ledger"],
        names_pupils=True,
    )


def day(text: str | None) -> str:
    return day_in_words(date.fromisoformat(text)) if text else "not given"


def on(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _summary(found: Found) -> str:
    late = sum(one["overdue"] for one in found["cases"])
    return (
        f"{_many(len(found['cases']), 'case')}, {late} past the twentieth school day."
        f" {_many(len(found['overdue']), 'duty', 'duties')} overdue."
        f" {_many(len(found['returning']), 'pupil')} in AP with a return planned or near."
    )


def _many(number: int, one: str, several: str | None = None) -> str:
    return f"{number} {one if number == 1 else several or one + 's'}"


def _common(found: Found) -> Iterator[Section]:
    yield Section(id="agenda", title="Cases", parts=(_agenda(found),))
    yield Section(id="actions", title="Actions of the last meeting", parts=tuple(_actions(found)))
    yield Section(id="fair-share", title="Fair share", parts=tuple(_fair_share(found)))
    yield Section(id="places", title="Places", parts=(_places(found), _capacity(found)))
    yield Section(id="returning", title="Ready to return", parts=(_returning(found),))
    yield Section(id="overdue", title="Overdue duties", parts=tuple(_overdue(found)))
    yield Section(id="off-rolling", title="Removals to ask about", parts=tuple(_removals(found)))
    yield Section(id="providers", title="Providers", parts=tuple(_providers(found)))


def _cases(found: Found) -> Iterator[Section]:
    for number, case in enumerate(found["cases"], 1):
        in_turn = turns(found["fair_share"], found["places"], case["year_group"])
        yield case_page(number, case, in_turn)


def table(
    id_: str, caption: str, columns: Mapping[str, str], rows: Sequence[Mapping[str, Cell]],
    *, empty: str, links: Mapping[str, str] | None = None,
) -> Table:  # fmt: skip
    """``columns``: title by key; a key ends in ``:kind`` where it is not text."""
    made = []
    for key, title in columns.items():
        name, _, kind = key.partition(":")
        made.append(Column(key=name, title=title, kind=kind or "text"))  # type: ignore[arg-type]
    return Table(
        id=id_, caption=caption, columns=made, rows=rows, empty=empty, links=links or {}
    )  # fmt: skip


def _agenda(found: Found) -> Table:
    columns = {
        "name": "Pupil", "upn:code": "UPN", "year_group:integer": "Year", "school": "On roll",
        "category:code": "Category",
        "days_used:integer": "Days used", "due_on:date": "Place due", "state": "Stands",
    }  # fmt: skip
    rows = [
        {
            **case, "school": case["school_name"] or "no school",
            "due_on": on(case["due_on"]),
            "state": _state(case),
        }
        for case in found["cases"]
    ]  # fmt: skip
    return table(
        "cases", "Cases before this meeting, the longest waiting first", columns, rows,
        empty="No case is open.", links=_pages(found),
    )  # fmt: skip


def _pages(found: Found) -> dict[str, str]:
    """Where a case is decided, by the pupil's name; none where two bear one."""
    named = Counter(case["name"] for case in found["cases"])
    return {
        case["name"]: f"/panel/cases/{case['case']}?on={found['on']}"
        for case in found["cases"]
        if named[case["name"]] == 1
    }


def _state(case: Found) -> str:
    if case["decided"]:
        return decision_words(case["decided"])
    refused = [one for one in case["school_case"] if one["response"] == "refused"]
    if refused:
        return f"refused by {refused[-1]['school_name']}"
    before = [one for one in case["decisions"] if one["decision"] == "deferred"]
    return f"deferred {len(before)} times" if len(before) > 1 else "deferred" if before else "new"


def _actions(found: Found) -> Iterator[str | Table]:
    last = found["last_meeting_on"]
    yield f"The last meeting was on {day(last)}." if last else "No earlier meeting is on record."
    columns = {
        "what": "What", "owner_name": "Who", "name": "Pupil", "agreed_on:date": "Agreed",
        "due_on:date": "Due", "status": "Stands",
    }  # fmt: skip
    rows = [
        {
            **one, "what": one["what"] or "words erased", "agreed_on": on(one["agreed_on"]),
            "due_on": on(one["due_on"]),
        }
        for one in found["actions"]
    ]  # fmt: skip
    yield table("agreed_actions", "Actions", columns, rows, empty="None was agreed.")


def _fair_share(found: Found) -> Iterator[str | Table]:
    share = found["fair_share"]
    if share["per_100"] is not None:
        yield (
            f"Since {day(share['from'])} the schools have admitted {share['admitted']} pupils"
            f" through the panel, {share['per_100']:.2f} for each 100 of their"
            f" {share['on_roll']:,} pupils. The school that has taken the fewest for its size"
            " stands first: it is its turn."
        )
    columns = {
        "school_name": "School", "turn:integer": "Turn", "on_roll:integer": "On roll",
        "admitted:integer": "Admitted", "per_100:hundredths": "Per 100",
        "per_100_after_one_more:hundredths": "With one more",
        "admitted_before:integer": "In two years before",
        "permanently_excluded:integer": "Permanent exclusions",
    }  # fmt: skip
    rows = [
        row if row["on_roll"] else {**row, **dict.fromkeys(_RATES, "no headcount")}
        for row in share["rows"]
    ]
    yield table(
        "fair_share", "What each school has taken", columns, rows,
        empty="No school of this LA is on record.",
    )  # fmt: skip


_RATES = ("per_100", "per_100_after_one_more")


def _places(found: Found) -> Table:
    years = sorted({one["year_group"] for one in found["places"]})
    columns = {"school_name": "School", **{f"y{year}:integer": f"Year {year}" for year in years}}
    rows: dict[str, dict[str, Cell]] = {}
    for one in found["places"]:
        row = rows.setdefault(one["school"], {"school_name": one["school_name"]})
        row[f"y{one['year_group']}"] = one["free"]
    return table(
        "places", "Free places by school and year group", columns, list(rows.values()),
        empty="No school has told its places by year group: import headcounts (by nc_year).",
    )  # fmt: skip


def _capacity(found: Found) -> Table:
    columns = {
        "provider_name": "Provider", "placed:integer": "Placed there", "places:integer": "Places",
        "free:integer": "Free", "as_at:date": "As told on",
    }  # fmt: skip
    rows = [{**one, "as_at": on(one["as_at"])} for one in found["capacity"]]
    return table("capacity", "Room in AP", columns, rows, empty="No provider is on record.")


def _returning(found: Found) -> Table:
    columns = {
        "name": "Pupil", "year_group:integer": "Year", "provider_name": "Provider",
        "ends_on:date": "Planned end", "plan": "Plan", "returns_on:date": "Returns",
        "phased_until:date": "Phased until", "lead": "Led by",
    }  # fmt: skip
    rows = []
    for one in found["returning"]:
        plan = one["plan"] or {}
        rows.append(
            {
                **one, "ends_on": on(one["ends_on"]),
                "plan": plan.get("school_name") or "no plan yet",
                "returns_on": on(plan.get("returns_on")),
                "phased_until": on(plan.get("phased_until")), "lead": plan.get("lead"),
            }
        )  # fmt: skip
    return table(
        "returning", "Pupils in AP with a return planned, or an end within six weeks", columns,
        rows, empty="Nobody's return is planned or near.",
    )  # fmt: skip


def _overdue(found: Found) -> Iterator[str | Table]:
    columns = {
        "duty": "Duty", "overdue:integer": "Overdue", "with_la:integer": "Gone up to the LA",
        "with_panel:integer": "Gone up to the panel", "oldest:date": "Oldest due",
    }  # fmt: skip
    rows = [
        {**one, "duty": duty_words(one["kind"]), "oldest": on(one["oldest_due_on"])}
        for one in found["overdue_by_kind"]
    ]
    yield table("overdue_by_kind", "By kind", columns, rows, empty="Nothing is overdue.")
    more = len(found["overdue"]) - SHOWN
    if more > 0:
        yield f"The {SHOWN} longest overdue follow; {more} more are in the JSON."
    listed = {
        "duty": "Duty", "name": "Pupil", "owner_name": "Who owes it", "due_on:date": "Due",
        "school_days_late:integer": "Days late", "with": "With",
    }  # fmt: skip
    yield table(
        "overdue", "The longest overdue", listed,
        [
            {
                **one, "duty": duty_words(one["kind"]), "name": one["name"] or "a former pupil",
                "due_on": on(one["due_on"]),
                "with": {"la": "the LA", "panel": "the panel"}.get(one["with"], "its owner"),
            }
            for one in found["overdue"][:SHOWN]
        ],
        empty="Nothing is overdue.",
    )  # fmt: skip


def _removals(found: Found) -> Iterator[str | Table]:
    removed = found["off_rolling"]
    yield (
        f"From {day(removed['from'])} to {day(removed['to'])} {removed['removed']} pupils were"
        f" removed from a roll, {removed['signalled']} of them with a signal. A signal is a"
        " question to ask, never a finding. The interval shows how little a few removals say."
    )
    columns = {
        "school_name": "School", "signalled:integer": "With a signal",
        "removed:integer": "Removed", "rate:rate": "Share", "low:rate": "Likely range from",
        "high:rate": "to", "compared": "Against all schools",
    }  # fmt: skip
    yield table(
        "off_rolling", "Removals with a signal, by school", columns,
        [row for row in removed["rows"] if row["signalled"]], empty="No removal has a signal.",
    )  # fmt: skip


def _providers(found: Found) -> Iterator[str | Table]:
    made = found["providers"]
    yield (
        f"The five outcomes of the LA's pupils, {day(made['from'])} to {day(made['to'])}. No rate"
        " is given of fewer than ten pupils, and no provider is ranked."
    )
    columns = {
        "provider_name": "Provider", "numerator:integer": "Went well",
        "denominator:integer": "Counted", "pending:integer": "Pending", "rate:rate": "Rate",
        "low:rate": "Likely range from", "high:rate": "to",
    }  # fmt: skip
    for measure, title in MEASURE_NAMES.items():
        rows = [row for row in made["rows"] if row["measure"] == measure]
        yield table(f"outcome_{measure}", title, columns, rows, empty="No pupil was counted.")
