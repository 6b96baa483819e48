"""Which notices are behind a number of how the record was kept, and how an event is shown."""

from datetime import date
from typing import Any

import msgspec

from ap_registry.errors import Problem, Refused
from ap_registry.notice import Entry
from ap_registry.views import sentence
from reports.pupils import Known, Sitting, read_pupils
from reports.record_keeping import LATE, Notice, late, voids
from reports.render import day_in_words
from reports.scope import Scope, gather

KEEPING = "record_keeping"
FIGURES = ("voids", "late")
MOST = 200  # notices in one answer
Row = dict[str, Any]


def kept(seat: Sitting, scope: Scope, figure: str | None) -> tuple[int, list[Row]]:
    """How many notices are in the figure of the provider, and those whose pupils are seen."""
    if scope.provider is None:
        words = "provider must be given: how the record was kept is of one provider"
        raise Refused((Problem("/provider", "required", words),))
    if figure not in FIGURES:
        words = f"figure must be one of {', '.join(FIGURES)} where measure is {KEEPING}"
        raise Refused((Problem("/figure", "unknown_code", words),))
    found = _notices(seat, scope, scope.provider, figure)
    known = {
        one.key: one
        for one in read_pupils(seat, {one.pupil for one in found[:MOST]}, on=seat.said_on)
    }
    items = [
        _item(seat, one, figure, known[one.pupil])
        for one in found[:MOST]
        if one.pupil in known and known[one.pupil].day >= one.occurred_on
    ]
    return len(found), [item for item in items if item["events"]]


def _notices(seat: Sitting, scope: Scope, provider: str, figure: str) -> list[Notice]:
    if figure == "voids":
        return voids(seat.connection, scope, provider)
    world, _ = gather(seat.connection, scope)
    return late(seat.connection, scope, world, provider)


def _item(seat: Sitting, notice: Notice, figure: str, known: Known) -> Row:
    about = {notice.event, notice.of}
    return {
        "pupil_id": str(known.id),
        "upn": known.upn,
        "name": known.name,
        "provider": notice.provider,
        "la": known.pupil.home_la(known.day),
        "place": None,
        "counts_as": "how the record was kept",
        "rule": f"{KEEPING}.{figure}",
        "because": _because(seat, notice, figure),
        "source": "Definition v1, comparison",
        "value": None,
        "from": str(notice.occurred_on),
        "until": str(notice.recorded_on),
        "subject": str(notice.of),
        "events": [event(seat, entry) for entry in in_order(known) if entry.id in about],
    }


def _because(seat: Sitting, notice: Notice, figure: str) -> str:
    recorded = day_in_words(notice.recorded_on)
    if figure == "voids":
        return f"Voided; the void was recorded on {recorded}."
    happened = day_in_words(notice.occurred_on)
    return (
        f"Happened on {happened} and was recorded on {recorded}: more than {LATE} school days of"
        f" {seat.name(notice.provider)} later."
    )


def in_order(known: Known) -> list[Entry[Any]]:
    """All that was notified of the pupil, by day; what is void too."""

    def place(entry: Entry[Any]) -> tuple[date, int]:
        return entry.occurred_on, entry.version

    return sorted((one.entry for one in known.picture.history.standing), key=place)


def event(seat: Sitting, entry: Entry[Any]) -> Row:
    return {
        "id": str(entry.id),
        "type": entry.type,
        "occurred_on": str(entry.occurred_on),
        "status": entry.status,
        "sentence": sentence(entry.type, msgspec.to_builtins(entry.facts), seat.world),
    }
