"""The exit report as the next school reads it."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from reports.document import Amount, Column, Document, Fact, Facts, Part, Section, Table
from reports.extracts.words import ENDS, REASONS, plain
from reports.render import day_in_words

Row = Mapping[str, Any]
_PARTS = (
    ("learning", "How the pupil learns"),
    ("triggers", "What makes it hard"),
    ("needs", "What the pupil needs"),
    ("recommendations", "What we recommend"),
)
_MEASURES = (
    Column(key="subject", title="Measure"),
    Column(key="instrument", title="Test"),
    Column(key="baseline", title="At the start", kind="decimal"),
    Column(key="baseline_on", title="on", kind="date"),
    Column(key="exit", title="At the end", kind="decimal"),
    Column(key="exit_on", title="on", kind="date"),
    Column(key="change", title="Change", kind="decimal"),
)
_ON = Column(key="on", title="On", kind="date")
_VIEWS = (
    Column(key="whose", title="Whose"),
    _ON,
    Column(key="words", title="Words"),
)
_AWARDS = (
    Column(key="subject", title="Subject"),
    Column(key="qualification", title="Qualification"),
    Column(key="grade", title="Grade"),
    Column(key="level", title="Level"),
    Column(key="on", title="On", kind="date"),
)


def document(found: Row) -> Document:
    return Document(
        name=f"exit-{found['placement'][:8]}",
        title=f"Exit report: {found['name'] or 'no name on record'}",
        subtitle=found["provider_name"],
        lead=() if found["ended_on"] else ("The placement still runs: this is how it stands.",),
        sections=(
            Section(id="placement", title="The placement", parts=(_placement(found),)),
            Section(id="assessment", title="In-depth assessment", parts=tuple(_assessment(found))),
            Section(id="goals", title="Objectives", parts=(_goals(found),)),
            Section(id="attendance", title="Attendance", parts=(_attendance(found),)),
            Section(id="measures", title="Measured", parts=(_measures(found),)),
            Section(id="awards", title="Awards and targets", parts=tuple(_awards(found))),
            Section(id="views", title="What pupil and parents said", parts=tuple(_views(found))),
            Section(id="plan", title="The return", parts=(_plan(found),)),
        ),
        notes=(
            ("Measured", "English and maths are standard scores: 100 is the middle for the age. Of"
             " the SDQ total a lower score is better."),
            ("What pupil and parents said", "Only what they share with everybody."),
        ),
        known_by=found["known_by"],
        ledger=found["ledger"],
        data=tuple(_data(found)),
        names_pupils=True,
    )  # fmt: skip


def _data(found: Row) -> Iterator[Table]:
    reviews = [{"on": date.fromisoformat(on)} for on in found["reviews"]]
    views = [{**view, "on": date.fromisoformat(view["on"])} for view in found["views"]]
    yield Table(id="reviews", caption="Reviews held", columns=(_ON,), rows=reviews)
    yield Table(id="views", caption="What was said", columns=_VIEWS, rows=views)


def _on(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _day(text: str | None) -> str:
    return day_in_words(date.fromisoformat(text)) if text else "–"


def _placement(found: Row) -> Facts:
    sen = " ".join(filter(None, (found["sen_provision"], found["sen_need"])))
    year = found["year_group"]
    return Facts(
        items=(
            ("UPN", found["upn"] or "none"),
            ("Year group", "not known" if year is None else year),
            ("SEN", sen or "not known"),
            ("Arranged by", found["arranged_by_name"]),
            ("Why", REASONS[found["reason"]]),
            ("Meant for", plain(found["intent"])),
            ("From", _on(found["starts_on"])),
            ("First planned until", _on(found["first_planned_ends_on"])),
            ("Ended", _on(found["ended_on"])),
            ("Why it ended", ENDS.get(found["end_reason"] or "", "–")),
            ("Went to", found["destination_name"] or "not named"),
            ("School days", found["school_days"]),
            ("Reviews held", len(found["reviews"])),
        )
    )


def _assessment(found: Row) -> Iterator[Part]:
    shared = found["assessment"]
    if shared is None:
        yield "No in-depth assessment has been shared with a school."
        return
    yield f"Shared with {shared['school_name']} on {_day(shared['shared_on'])}."
    yield Facts(items=tuple((title, shared[key] or "not on record") for key, title in _PARTS))


def _goals(found: Row) -> Part:
    if not found["goals"]:
        return "No objectives are on record."
    return Facts(
        items=tuple(
            (one["goal"], plain(one["progress"]) or "not reviewed") for one in found["goals"]
        )
    )


def _attendance(found: Row) -> Part:
    marks = found["attendance"]
    if not marks["possible"]:
        return "No register is on record for these days."
    return Facts(
        items=(
            Fact(
                "Attended",
                f"{marks['attended']} of {marks['possible']} sessions, {marks['rate']} %",
                (
                    Amount("attended", marks["attended"], "sessions"),
                    Amount("possible", marks["possible"], "sessions"),
                    Amount("rate", marks["rate"], "per cent"),
                ),
            ),
            ("Absent, authorised", marks["authorised"]),
            ("Absent, unauthorised", marks["unauthorised"]),
        )
    )  # fmt: skip


def _measures(found: Row) -> Table:
    rows = [
        {
            **one,
            "subject": plain(one["subject"]),
            "instrument": f"{plain(one['instrument'])}"
            + (f" ({one['informant']})" if one["informant"] else ""),
            **{k: date.fromisoformat(one[k]) for k in ("baseline_on", "exit_on") if one[k]},
        }
        for one in found["measures"]
    ]
    return Table(
        id="measures", caption="At the start and at the end", columns=_MEASURES, rows=rows,
        empty="Nothing was measured.",
    )  # fmt: skip


def _awards(found: Row) -> Iterator[Table]:
    for id_, caption in (("results", "Awards"), ("targets", "Targets")):
        rows = [
            {
                **one, "subject": plain(one["subject"]),
                "qualification": plain(one["qualification"]),
                "on": date.fromisoformat(one["on"]),
            }
            for one in found[id_]
        ]  # fmt: skip
        columns = [c for c in _AWARDS if id_ == "results" or c.key != "grade"]
        yield Table(id=id_, caption=caption, columns=columns, rows=rows)


def _views(found: Row) -> Iterator[str]:
    for view in found["views"]:
        yield f"{plain(view['whose'])}, {_day(view['on'])}: “{view['words']}”"
    if not found["views"]:
        yield "Nothing that is shared with everybody is on record."


def _plan(found: Row) -> Part:
    plan = found["plan"]
    if plan is None:
        return "No return is planned."
    return Facts(
        items=(
            ("School", plan["school_name"]),
            ("Returns on", _on(plan["returns_on"])),
            ("Step by step until", _on(plan["phased_until"])),
            ("Led by", plan["lead"] or "not on record"),
        )
    )
