"""One case on one page: who, why, how long, what has happened, and what was decided."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from reports.document import Amount, Cell, Column, Fact, Facts, Part, Section, Table
from reports.panel.words import decision_words, need_words, used_words
from reports.render import day_in_words

Found = Mapping[str, Any]
LATEST = 12  # entries of the timeline that leave room for the rest of the page
NEXT = 3  # schools named whose turn it is
LONGEST = 420  # characters of somebody's words on a page; all of them stand in the record


def case_page(number: int, case: Found, in_turn: Sequence[Found]) -> Section:
    return Section(
        id=f"case-{number}",
        title=f"Case {number}: {case['name']}",
        parts=tuple(_parts(number, case, in_turn)),
        new_page=True,
    )


def _parts(number: int, case: Found, in_turn: Sequence[Found]) -> Iterator[Part]:
    yield Facts(items=tuple(_who(case)))
    if case["school_case"]:
        yield Facts(items=tuple(_school_case(case)))
    yield _timeline(number, case)
    yield _whose_turn(case, in_turn)
    yield Facts(items=tuple(_decisions(case)))


def _who(case: Found) -> Iterator[tuple[str, Cell] | Fact]:
    year = f", Year {case['year_group']}" if case["year_group"] is not None else ""
    yield Fact(
        "Pupil",
        f"{case['upn'] or 'no UPN yet'}, born {_day(case['date_of_birth'])}{year}",
        (
            Amount("UPN", case["upn"]),
            Amount("born", _on(case["date_of_birth"])),
            Amount("year group", case["year_group"]),
        ),
    )
    yield "On roll", case["school_name"] or "no school"
    yield "Category", f"{case['category']}: {case['category_words']}"
    yield Fact(
        "Referred",
        f"{_day(case['referred_on'])} by {case['referred_by_name']}; {used_words(case)}, place due"
        f" {_day(case['due_on'])}{' (overdue)' if case['overdue'] else ''}",
        (
            Amount("referred on", _on(case["referred_on"])),
            Amount("used", case["days_used"], "school days"),
            Amount("allowed", case["days_allowed"], "school days"),
            Amount("place due", _on(case["due_on"])),
        ),
    )
    yield "Need", need_words(case)
    yield "Care", _care(case)
    suspended = case["suspended_sessions_this_year"]
    yield Fact(
        "Suspended",
        f"{suspended} sessions this school year",
        (Amount("this school year", suspended, "sessions"),),
    )
    yield Fact("Attendance", _attendance(case["attendance"]), _attended(case["attendance"]))
    for one in case["placements"]:
        yield Fact(
            "In AP",
            f"{one['provider_name']}, {one['sessions_per_week']} sessions a week",
            (Amount(one["provider_name"], one["sessions_per_week"], "sessions a week"),),
        )
    for name, words in (case["need"] or {}).items():
        if name not in {"said_by", "said_on"} and words:
            yield name.capitalize(), _short(words if isinstance(words, str) else "; ".join(words))
    for view in case["views"][-2:]:
        yield f"The {view['whose']} says", _short(view["words"] or "words erased")


def _care(case: Found) -> str:
    looked_after = {"current": "looked after now", "previous": "formerly looked after"}
    worker = {"cin": "child in need", "cp": "child protection plan"}
    said = (looked_after.get(case["looked_after"]), worker.get(case["social_worker"]))
    return ", ".join(filter(None, said)) or "not looked after, no social worker on record"


def _attendance(found: Found) -> str:
    if not found["possible"]:
        return "no register in the last 60 school days"
    return (
        f"{found['rate']:.1f} %: {found['attended']} of {found['possible']} sessions from"
        f" {_day(found['from'])} to {_day(found['to'])}"
    )


def _attended(found: Found) -> Sequence[Amount]:
    if not found["possible"]:
        return (Amount("possible", 0, "sessions"),)
    return (
        Amount("rate", found["rate"], "per cent"),
        Amount("attended", found["attended"], "sessions"),
        Amount("possible", found["possible"], "sessions"),
        Amount("from", _on(found["from"])),
        Amount("to", _on(found["to"])),
    )


def _school_case(case: Found) -> Iterator[tuple[str, Cell]]:
    for one in case["school_case"]:
        ground = f", {one['ground'].replace('_', ' ')}" if one["ground"] else ""
        words = f": {_short(one['reason'])}" if one["reason"] else ""
        yield one["school_name"], f"{one['response']} {_day(one['answered_on'])}{ground}{words}"


def _timeline(number: int, case: Found) -> Table:
    entries = case["timeline"]
    earlier = len(entries) - LATEST
    more = f", the latest {LATEST} of {len(entries)}" if earlier > 0 else ""
    return Table(
        id=f"timeline_{number}",
        caption=f"What has happened{more}",
        columns=(
            Column(key="on", title="Day", kind="date"),
            Column(key="sentence", title="What"),
            Column(key="by_name", title="Told by"),
        ),
        rows=[
            {**entry, "on": date.fromisoformat(entry["occurred_on"])} for entry in entries[-LATEST:]
        ],
    )


def _whose_turn(case: Found, in_turn: Sequence[Found]) -> str:
    if not in_turn:
        return "No headcount for this year group is on record: whose turn it is cannot be said."
    year = "" if case["year_group"] is None else f" for Year {case['year_group']}"
    others = [one for one in in_turn if one["school"] != case["school"]]
    named = "; ".join(_turn(one) for one in others[:NEXT])
    return f"Whose turn it is{year}: {named}."


def _turn(one: Found) -> str:
    return f"{one['school_name']} ({one['per_100']:.2f} per 100{_room(one['free'])})"


def _room(free: int | None) -> str:
    if free is None:
        return ""
    return f", {free} free" if free >= 0 else f", {-free} over its places"


def _decisions(case: Found) -> Iterator[tuple[str, Cell] | Fact]:
    for one in case["decisions"]:
        yield Fact(
            f"Decided {_day(one['panel_on'])}",
            _decided(one),
            (
                Amount("panel on", _on(one["panel_on"])),
                Amount("decision", decision_words(one)),
                Amount("from", _on(one["starts_on"])),
            ),
        )
    if case["decided"] is None:
        yield "Decision", "not recorded yet"


def _decided(one: Found) -> str:
    starts = f", from {_day(one['starts_on'])}" if one["starts_on"] else ""
    present = f" Present: {', '.join(one['present'])}." if one["present"] else ""
    interests = f" Interests: {_short(one['interests'])}." if one["interests"] else ""
    reason = _short(one["reason"] or "Reason erased")
    return f"{decision_words(one)}{starts}. {reason}{present}{interests}"


def _short(words: str) -> str:
    return words if len(words) <= LONGEST else words[: LONGEST - 1].rstrip() + "…"


def _on(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _day(text: str | None) -> str:
    return day_in_words(date.fromisoformat(text)) if text else "not known"
