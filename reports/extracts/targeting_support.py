"""The pack for a termly targeting support meeting: who misses school, and what has been done.

Of a school and its LA, as Working together to improve school attendance asks for.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from ap_registry.access import Caller
from ap_registry.attendance import Mark
from ap_registry.registry import Registry
from reports.document import Amount, Document, Fact, Facts, Section
from reports.extracts.absence import counted, missed, on_roll
from reports.extracts.asking import term_of
from reports.extracts.paper import PUPIL, columns, paper, table
from reports.extracts.tallies import tally
from reports.kind import Asked, Made
from reports.pupils import Known, Sitting, sitting

Row = dict[str, Any]
SUPPORT: Mapping[str, str] = {
    "review_held": "review", "outreach_started": "outreach", "referral": "referral",
    "part_time_started": "part-time timetable", "placement_started": "placement",
    "health_response": "answer of a health partner", "action_agreed": "action agreed",
    "ehc_milestone": "step of an EHC plan",
}  # fmt: skip
_WHO_MISSES = columns(
    kind="Absence is", possible=("Possible sessions", "integer"), attended=("Attended", "integer"),
    authorised=("Authorised", "integer"), unauthorised=("Unauthorised", "integer"),
    rate=("Attendance", "rate"), groups="Also", support="What has been done",
    ten_in_ten="Ten in ten weeks",
)  # fmt: skip
_GROUPS = columns(
    group="Group", pupils=("Pupils", "integer"), rate=("Attendance", "rate"),
    persistent=("Persistently absent", "integer"), severe=("Severely absent", "integer"),
)  # fmt: skip
_NOTES = (
    ("Persistent, severe", "A tenth or more, half or more of possible sessions missed in the"
     " period; said from ten possible sessions on. Who is severely absent is counted with the"
     " persistent."),
    ("Pupils", "Those on the school's main roll in the period of whom the registry holds registers:"
     " not the whole school, unless all its registers are sent."),
    ("What has been done", "Notices of the period. What was not notified is not here."),
    ("Ten in ten weeks", "Ten unauthorised sessions in ten school weeks, at which a penalty notice"
     " is considered; support comes first. See the evidence of each pupil"
     " (report extract penalty-notice)."),
)  # fmt: skip


def read(registry: Registry, asked: Asked, caller: Caller) -> Made:
    """As ``reports.kinds`` asks for it; no period is the school's term up to today."""
    with sitting(registry, caller, asked["known_by"]) as seen:
        school = seen.asked(asked, "school")
        to_on = asked["to"] or registry.today()
        first, last = term_of(seen.world.calendars.of(school), to_on)
        period = asked["from"] or min(first, to_on), asked["to"] or min(last, to_on)
        found = pack(seen, school, *period)
    said = {name: found[name] for name in ("school", "period", "known_by", "ledger")}
    shown = sorted({UUID(row["pupil_id"]) for row in found["pupils"]})
    return Made(object=found, document=partial(document, found), said=said, pupils=shown)


def pack(seen: Sitting, school: str, first: date, last: date) -> Row:
    marked: list[tuple[Known, list[Mark]]] = [
        (known, marks)
        for known in on_roll(seen, school, first, last)
        if tally(marks := known.marks(first, last)).possible
    ]
    rows = [
        {**missed(seen, known, first, last), **_about(known, first, last)} for known, _ in marked
    ]
    listed = [row for row in rows if row["kind"] or row["ten_in_ten"]]
    return {
        "school": school,
        "name": seen.name(school),
        "period": {"from": first.isoformat(), "to": last.isoformat()},
        "known_by": seen.known_by,
        "ledger": seen.head,
        "groups": list(_by_group(marked)),
        "pupils": sorted(listed, key=lambda row: (row["rate"], row["name"])),
    }


def _about(known: Known, first: date, last: date) -> Row:
    done = [
        SUPPORT[entry.type] for entry in known.entries.values()
        if entry.type in SUPPORT and first <= entry.occurred_on <= last
    ]  # fmt: skip
    return {
        "groups": _groups(known),
        "support": list(dict.fromkeys(done)),
        "ten_in_ten": known.still_owed("unauthorised_10_in_10_weeks") is not None,
    }


def _groups(known: Known) -> list[str]:
    """Which of the groups that guidance names a pupil is in."""
    sen, worker = known.text("sen_provision"), known.text("social_worker")
    found = {
        "SEN support": sen == "K", "EHC plan": sen == "E",
        "social worker": worker in {"cin", "cp"},
        "looked after": known.text("looked_after") == "current",
        "free school meals": known.text("free_school_meals") == "True",
        "young carer": known.text("young_carer") == "True",
        "placed in AP": any(p.holds(known.day) for p in known.pupil.placements),
    }  # fmt: skip
    return [name for name, holds in found.items() if holds]


def _by_group(marked: Sequence[tuple[Known, list[Mark]]]) -> Iterator[Row]:
    """All pupils, then each group that has somebody, then year groups."""
    groups: dict[str, list[list[Mark]]] = {"all": [marks for _known, marks in marked]}
    for known, marks in marked:
        year = known.pupil.year_group(known.day)
        for group in (*_groups(known), *([f"Year {year}"] if year is not None else [])):
            groups.setdefault(group, []).append(marks)
    for group, members in sorted(groups.items(), key=lambda item: _order(item[0])):
        kinds = [counted(tally(marks))["kind"] for marks in members]
        yield {
            "group": group, "pupils": len(members),
            "rate": tally(mark for marks in members for mark in marks).rate,
            "persistent": len(kinds) - kinds.count(None), "severe": kinds.count("severe"),
        }  # fmt: skip


def _order(group: str) -> tuple[int, int, str]:
    if group == "all":
        return 0, 0, ""
    if group.startswith("Year "):
        return 2, int(group.removeprefix("Year ")), ""
    return 1, 0, group


def document(found: Mapping[str, Any]) -> Document:
    pupils = [
        {**row, "groups": ", ".join(row["groups"]) or "–", "kind": row["kind"] or "–",
         "support": ", ".join(row["support"]) or "nothing notified",
         "ten_in_ten": "yes" if row["ten_in_ten"] else "no"}
        for row in found["pupils"]
    ]  # fmt: skip
    everybody = found["groups"][0]
    return paper(
        found,
        name=f"targeting-support-{found['school']}-{found['period']['to']}",
        title=f"Targeting support meeting: {found['name']}",
        sections=(
            Section(id="in_short", title="In short", parts=(_short(everybody),)),
            Section(id="groups", title="By group", parts=(
                table("groups", "Attendance of each group", _GROUPS, found["groups"]),
            )),
            Section(id="pupils", title="Pupils who miss school", parts=(
                table("pupils", "The lowest attendance first", (*PUPIL, *_WHO_MISSES), pupils,
                      "Nobody misses a tenth of sessions or more."),
            )),
        ),
        notes=_NOTES,
    )  # fmt: skip


def _short(everybody: Row) -> Facts:
    rate = "not known" if everybody["rate"] is None else f"{everybody['rate']} %"
    return Facts(
        items=(
            ("Pupils with registers", everybody["pupils"]),
            Fact("Attendance of all", rate, (Amount("", everybody["rate"], "per cent"),)),
            ("Persistently absent", everybody["persistent"]),
            ("Severely absent", everybody["severe"]),
        )
    )
