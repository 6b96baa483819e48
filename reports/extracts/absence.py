"""Pupils of a school by what they missed: shared by the attendance return and the support pack."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from typing import Any, LiteralString
from uuid import UUID

from ap_registry.follow_ups import status_on
from ap_registry.instants import iso
from ap_registry.notice import FollowUp
from reports.extracts.asking import address, who
from reports.extracts.tallies import Tally, tally
from reports.pupils import Known, Sitting, read_pupils
from reports.scope import HELD

_ON_ROLL: LiteralString = f"""
select distinct pupil_id from roll where school = %(school)s and registration in ('C', 'M')
   and {HELD} and from_on <= %(to)s and (until_on is null or until_on > %(from)s)
"""
FEWEST = 10  # possible sessions before anything is said of a rate: domain reference 1.6
CODES = ("G", "N", "O", "U")
_KNOWS_ADDRESSES = frozenset({"la", "admin"})


def on_roll(seen: Sitting, school: str, first: date, last: date) -> list[Known]:
    """On its main roll on any day of these, by name."""
    asked = {"school": school, "from": first, "to": last, "at": seen.at}
    theirs: list[UUID] = [row[0] for row in seen.connection.execute(_ON_ROLL, asked)]
    return read_pupils(seen, theirs, on=last, school=school)


def counted(found: Tally) -> dict[str, Any]:
    return {
        **asdict(found), "possible": found.possible, "rate": found.rate, "kind": kind_of(found),
    }  # fmt: skip


def kind_of(found: Tally) -> str | None:
    """severe (half or more missed), persistent (a tenth or more); None where fewer than ten."""
    if found.possible < FEWEST:
        return None
    return "severe" if found.severe else "persistent" if found.persistent else None


def missed(seen: Sitting, known: Known, first: date, last: date) -> dict[str, Any]:
    """A pupil's sessions in these days, those of each unauthorised code too."""
    marks = known.marks(first, last)
    codes = {code: sum(mark.byte == code for mark in marks) for code in CODES}
    return {**who(known), **counted(tally(marks)), **codes}


def owed_in(known: Known, kind: str, owner: str, first: date, last: date) -> Iterator[FollowUp]:
    """What its owner owed of the pupil on any day of these, or did in them; not what lapsed."""
    for one in known.owed:
        mine = (one.kind, one.owner) == (kind, owner) and one.opened_on <= last
        if mine and one.outcome != "lapsed" and (one.closed_on is None or one.closed_on >= first):
            yield one


def owed_row(one: FollowUp, last: date) -> dict[str, Any]:
    closed = one.closed_on is not None and one.closed_on <= last
    return {
        "opened_on": one.opened_on.isoformat(),
        "due_on": one.due_on.isoformat(),
        "told_on": iso(one.closed_on) if closed else None,
        "status": status_on(one.closed_on, one.outcome, one.due_on, last),
    }


def address_of(seen: Sitting, known: Known) -> str | None:
    """Of the contact with parental responsibility recorded last; withheld where it may not be told.

    Where adopted or protected pupils live, a school is not told.
    """
    if known.restricted and seen.caller.role not in _KNOWS_ADDRESSES:
        return "withheld"
    return address(known)
