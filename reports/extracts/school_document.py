"""One school's report as people read it: who is elsewhere now, then each list in two tables."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from reports.document import Amount, Column, Document, Fact, Facts, Section, Table
from reports.extracts.words import ENDS, GROUNDS, REASONS, dated, plain
from reports.render import day_in_words

_PUPIL = (
    Column(key="name", title="Pupil"),
    Column(key="upn", title="UPN", kind="code"),
    Column(key="year_group", title="Year", kind="integer"),
)
_WHERE = (
    *_PUPIL,
    Column(key="provider_name", title="Provider"),
    Column(key="reason", title="Reason"),
    Column(key="basis", title="Came of"),
    Column(key="arranged_by_name", title="Arranged by"),
    Column(key="starts_on", title="From", kind="date"),
    Column(key="ends_on", title="Planned until", kind="date"),
    Column(key="ended_on", title="Ended", kind="date"),
    Column(key="end_reason", title="Why it ended"),
    Column(key="sessions_per_week", title="Sessions a week", kind="integer"),
)
_CARE = (
    *_PUPIL[:2],
    Column(key="provider_name", title="Provider"),
    Column(key="site", title="Site"),
    Column(key="checks", title="Staff checks"),
    Column(key="reviewed_on", title="Last review", kind="date"),
    Column(key="due", title="Next review"),
    Column(key="attendance", title="Attendance", kind="rate"),
    Column(key="possible", title="Possible sessions", kind="integer"),
    Column(key="unauthorised", title="Unauthorised", kind="integer"),
)
_PART_TIME = (
    *_PUPIL,
    Column(key="sessions_per_week", title="Sessions a week", kind="integer"),
    Column(key="reason", title="Reason"),
    Column(key="starts_on", title="From", kind="date"),
    Column(key="ends_on", title="Planned until", kind="date"),
    Column(key="ended_on", title="Ended", kind="date"),
    Column(key="days", title="Days", kind="integer"),
    Column(key="over", title="Over the limit"),
    Column(key="reviewed_on", title="Last review", kind="date"),
    Column(key="due", title="Next review"),
)
_OFF_ROLL = (
    *_PUPIL,
    Column(key="left_on", title="Left", kind="date"),
    Column(key="ground", title="Ground"),
    Column(key="destination_name", title="Went to"),
    Column(key="flags", title="Flagged"),
)
_NOTES = (
    ("Off site", "Placements that this school arranged, and those of pupils on its roll that"
     " another arranged; a direction of which no placement is on record stands by itself."),
    ("Staff checks", "Whether a written confirmation of the provider's checks on its staff is on"
     " record for the day on which the placement began (Keeping children safe in education,"
     " part 3)."),
    ("Next review", "Placements are reviewed at least once each half-term."),
    ("Attendance", "Sessions attended of those possible, in the days of the placement within the"
     " period, one mark a session from all registers. Where a provider sends no register it is"
     " not known."),
    ("Part time", "Only in exceptional circumstances, agreed with a parent, for a limited time"
     " (SI 2024/208 reg. 11(6)); by local rule for six weeks unless the LA has set another"
     " number."),
    ("Ground", "SI 2024/208 reg. 9(1)."),
)  # fmt: skip


def document(found: Mapping[str, Any]) -> Document:
    first, last = (date.fromisoformat(found[name]) for name in ("from", "to"))
    return Document(
        name=f"school-{found['school']}-{found['to']}",
        title=f"Pupils elsewhere, part time and off roll: {found['name']}",
        subtitle=f"{day_in_words(first)} to {day_in_words(last)}",
        lead=(),
        sections=(
            Section(id="now", title=f"On {day_in_words(last)}", parts=(_now(found, last),)),
            Section(id="off_site", title="Off site", parts=tuple(_off_site(found))),
            Section(id="part_time", title="Part time", parts=(_part_time(found),)),
            Section(id="off_roll", title="Off roll", parts=(_off_roll(found),)),
        ),
        notes=_NOTES,
        known_by=found["known_by"],
        ledger=found["ledger"],
        names_pupils=True,
    )


def _now(found: Mapping[str, Any], last: date) -> Facts:
    off_site = [r for r in found["off_site"] if running(r, last)]
    part_time = [r for r in found["part_time"] if running(r, last)]
    return Facts(
        items=(
            _pupils("Off site", off_site),
            _pupils(
                "Off site without confirmed staff checks", [r for r in off_site if not r["checks"]]
            ),
            _pupils("Off site with a review overdue", [r for r in off_site if r["review_overdue"]]),
            _pupils("Part time", part_time),
            _pupils("Part time over the limit", [r for r in part_time if r["over_limit"]]),
            _pupils("Left the roll in the period", found["off_roll"]),
            _pupils(
                "Left the roll with something flagged", [r for r in found["off_roll"] if r["flags"]]
            ),
        )
    )


def running(row: Mapping[str, Any], on: date) -> bool:
    """Whether it has not ended before the day."""
    if row.get("placement") is None and "arranged_by" in row:  # a direction ends as it is planned
        return bool(row["ends_on"] >= on.isoformat())
    return row["ended_on"] is None or row["ended_on"] >= on.isoformat()


def _pupils(term: str, rows: Sequence[Mapping[str, Any]]) -> Fact:
    number = len({row["pupil_id"] for row in rows})
    said = "nobody" if number == 0 else "1 pupil" if number == 1 else f"{number} pupils"
    return Fact(term, said, (Amount("", number, "pupils"),))


def _off_site(found: Mapping[str, Any]) -> Iterator[Table]:
    rows = [
        {
            **dated(row),
            "reason": REASONS.get(row["reason"] or "", "Not known"),
            "basis": plain(row["basis"]) or "Not named",
            "end_reason": ENDS.get(row["end_reason"] or "", ""),
            "checks": _checks(row),
            "site": row["site"] or "Not named",
            "due": _due(row),
        }
        for row in found["off_site"]
    ]
    empty = "Nobody of this school is off site."
    yield Table(
        id="off_site", caption="Where they are and why", columns=_WHERE, rows=rows, empty=empty
    )
    yield Table(
        id="off_site_care", caption="Checks, reviews and attendance", columns=_CARE, rows=rows,
        empty=empty,
    )  # fmt: skip


def _checks(row: Mapping[str, Any]) -> str:
    if not row["checks"]:
        return "Not confirmed"
    if row["checks_confirmed_on"] is None:
        return "Confirmed by the provider"
    return f"Confirmed on {day_in_words(date.fromisoformat(row['checks_confirmed_on']))}"


def _due(row: Mapping[str, Any]) -> str:
    if row["review_due_on"] is None:
        return "–"
    words = day_in_words(date.fromisoformat(row["review_due_on"]))
    return f"Overdue since {words}" if row["review_overdue"] else words


def _part_time(found: Mapping[str, Any]) -> Table:
    rows = [
        {**dated(row), "over": "Yes" if row["over_limit"] else "No", "due": _due(row)}
        for row in found["part_time"]
    ]
    return Table(
        id="part_time", caption="Part-time timetables", columns=_PART_TIME, rows=rows,
        empty="Nobody of this school is on a part-time timetable.",
    )  # fmt: skip


def _off_roll(found: Mapping[str, Any]) -> Table:
    rows = [
        {
            **dated(row),
            "ground": f"{row['ground']}: {GROUNDS.get(row['ground'] or '', 'Not named')}",
            "destination_name": row["destination_name"] or "Not named",
            "flags": ", ".join(row["flags"]) or "Nothing",
        }
        for row in found["off_roll"]
    ]
    return Table(
        id="off_roll", caption="Who left the roll", columns=_OFF_ROLL, rows=rows,
        empty="Nobody left the roll of this school.",
    )  # fmt: skip
