"""A half-term of a placement in words that a child of ten can read: short, and no terms of art."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from reports.document import Document, Facts, Part, Section, Table
from reports.extracts.paper import columns, table
from reports.render import day_in_words

Row = Mapping[str, Any]
_PROGRESS = {
    "met": "Done", "on_track": "Going well", "behind": "Needs more work",
    "not_started": "Not started yet", None: "We have not looked at this yet",
}  # fmt: skip
_THERE = {
    "parent": "a parent", "school": "the school", "la": "the council", "health": "a health worker",
    "social_worker": "a social worker", "virtual_school": "a teacher from the virtual school",
}  # fmt: skip
_FEELING = {1: "very unhappy", 2: "unhappy", 3: "in between", 4: "happy", 5: "very happy"}
_DATA = {
    "placement": columns(
        provider_name="Provider", starts_on=("From", "date"), ends_on=("Planned until", "date"),
        ended_on=("Ended", "date"), sessions_per_week=("Half days a week", "integer"),
        next_review_on=("Next meeting by", "date"),
    ),
    "attendance": columns(
        weeks="When", possible=("Half days", "integer"), attended=("Came", "integer"),
        late=("Late", "integer"), unauthorised=("Missed with no good reason", "integer"),
        rate=("Came, of 100", "rate"),
    ),
    "tests": columns(
        subject="Subject", score=("Score", "decimal"), at_start=("At the start", "decimal")
    ),
    "views": columns(whose="Whose", feeling=("Feeling, 1 to 5", "integer"), words="Words"),
    "meetings": columns(
        on=("On", "date"), attended="Who came", outcome="Outcome", ends_on=("Until", "date")
    ),
    "return": columns(
        school_name="School", on=("On", "date"), lead="Led by",
        phased_until=("Step by step until", "date"),
    ),
}  # fmt: skip
_SUBJECTS = {"english": "English", "maths": "maths"}


def document(found: Row) -> Document:
    name = found["given_name"]
    first, last = (_day(found["period"][end]) for end in ("from", "to"))
    return Document(
        name=f"progress-{found['period']['to']}",
        title=f"How {name} is getting on at {found['provider_name']}",
        subtitle=f"{first} to {last}",
        lead=(f"This is for the parents and carers of {name}. Please keep it safe.",),
        sections=(
            Section(id="where", title="Where and when", parts=tuple(_where(found))),
            Section(id="coming", title=f"How often {name} came", parts=tuple(_coming(found))),
            Section(id="goals", title="What we work on", parts=(_goals(found),)),
            Section(id="tests", title="English and maths", parts=tuple(_tests(found))),
            Section(id="said", title="What was said", parts=tuple(_said(found))),
            Section(id="meetings", title="Meetings", parts=tuple(_meetings(found))),
            Section(id="next", title="What comes next", parts=tuple(_next(found))),
        ),
        known_by=found["known_by"],
        ledger=found["ledger"],
        data=tuple(_data(found)),
    )  # fmt: skip


def _data(found: Row) -> Iterator[Table]:
    """What the sentences rest on."""
    placement = {
        name: found[name] for name in ("provider_name", "starts_on", "ends_on", "ended_on",
                                       "sessions_per_week", "next_review_on")
    }  # fmt: skip
    halves = [(words, found[key]) for words, key in (("these weeks", "attendance"),
                                                     ("half term before", "before"))]  # fmt: skip
    plan = found["returns"]
    made: Mapping[str, Sequence[Row]] = {
        "placement": [placement],
        "attendance": [{"weeks": weeks, **marks} for weeks, marks in halves if marks],
        "tests": found["tests"],
        "views": found["views"],
        "meetings": [{**one, "attended": _people(one["attended"], found)}
                     for one in found["reviews"]],
        "return": [plan] if plan else [],
    }  # fmt: skip
    for id_, rows in made.items():
        yield table(id_, id_.capitalize(), _DATA[id_], rows)


def _day(text: str) -> str:
    return day_in_words(date.fromisoformat(text))


def _where(found: Row) -> Iterator[Part]:
    name, halves = found["given_name"], found["sessions_per_week"]
    goes = "went" if found["ended_on"] else "goes"
    yield f"{name} {goes} to {found['provider_name']}. It began on {_day(found['starts_on'])}."
    if halves == 10:
        yield f"{name} {goes} there every school day."
    else:
        yield f"{name} {goes} there for {_halves(halves)} a week. A full week is 10 half days."


def _halves(number: int) -> str:
    return f"{number} half day" + ("" if number == 1 else "s")


def _coming(found: Row) -> Iterator[str]:
    name, marks = found["given_name"], found["attendance"]
    if not marks["possible"]:
        yield f"{found['provider_name']} sent no register, so we cannot say how often {name} came."
        return
    yield (
        f"The register has {_halves(marks['possible'])}. {name} came for {marks['attended']}."
        f" That is {_in_hundred(marks)} in every 100."
    )
    if missed := marks["possible"] - marks["attended"]:
        yield f"{name} missed {_halves(missed)}." + _unexplained(marks["unauthorised"])
    if marks["late"]:
        yield f"{name} was late {_times(marks['late'])}."
    before = found["before"]
    if before and before["possible"]:
        yield f"In the half term before, it was {_in_hundred(before)} in every 100."


def _unexplained(number: int) -> str:
    if not number:
        return " The school was told why, and agreed."
    return f" For {number} of them there was no good reason, or nobody told us why."


def _in_hundred(marks: Row) -> int:
    """Half up, as a whole number."""
    possible = int(marks["possible"])
    return (200 * int(marks["attended"]) + possible) // (2 * possible)


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"


def _goals(found: Row) -> Part:
    if not found["goals"]:
        return "No goals are written down yet. Please ask us for them."
    return Facts(items=tuple((one["goal"], _PROGRESS[one["progress"]]) for one in found["goals"]))


def _tests(found: Row) -> Iterator[str]:
    name = found["given_name"]
    if not found["tests"]:
        yield f"{name} did no test in these weeks."
        return
    yield "In these tests, 100 is in the middle for that age."
    for one in found["tests"]:
        score = f"In {_SUBJECTS[one['subject']]}, {name} got {one['score']:g}."
        yield score + (f" At the start it was {one['at_start']:g}." if one["at_start"] else "")


def _said(found: Row) -> Iterator[str]:
    if not found["views"]:
        yield "Nothing was written down in these weeks. What do you think? Please tell us."
    for view in found["views"]:
        who = found["given_name"] if view["whose"] == "pupil" else "A parent"
        yield f"{who} said: “{view['words']}”"
        if view["feeling"]:
            yield f"{who} felt {_FEELING[view['feeling']]}."


def _meetings(found: Row) -> Iterator[str]:
    if not found["reviews"]:
        yield "There was no meeting about this in these weeks."
    for one in found["reviews"]:
        yield f"We met on {_day(one['on'])}. These people came: {_people(one['attended'], found)}."
        if one["outcome"]:
            yield _outcome(one)
    if found["next_review_on"]:
        yield f"The next meeting must be held by {_day(found['next_review_on'])}."


def _people(attended: Sequence[str], found: Row) -> str:
    names = {**_THERE, "pupil": found["given_name"], "provider": found["provider_name"]}
    return ", ".join(names[one] for one in attended)


def _outcome(review: Row) -> str:
    if review["outcome"] == "end":
        return "We agreed that the placement will end."
    if review["outcome"] == "extend" and review["ends_on"]:
        return f"We agreed that it will go on until {_day(review['ends_on'])}."
    return "We agreed that it will go on."


def _next(found: Row) -> Iterator[str]:
    name = found["given_name"]
    if found["ended_on"]:
        yield f"{name} left on {_day(found['ended_on'])}."
    else:
        yield f"The plan is that it ends on {_day(found['ends_on'])}."
    plan = found["returns"]
    if plan:
        yield f"{name} goes back to {plan['school_name']} on {_day(plan['on'])}."
        if plan["lead"]:
            yield f"{plan['lead']} will help with this."
        if plan["phased_until"]:
            yield f"It will be step by step, until {_day(plan['phased_until'])}."
    whom = f"{found['provider_name']} or {found['school_name']}"
    yield f"If you want to ask something, talk to {whom}."
