"""Subject access: everything held about a pupil, for the officer, the pupil or a parent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, LiteralString
from uuid import UUID

from ap_registry.access import COMMAND_LINE, Caller
from ap_registry.adoption import scrubbed
from ap_registry.codes import from_byte
from ap_registry.disclosure import disclosed_to_family, without_events
from ap_registry.emergency import as_told
from ap_registry.erasing import NOBODY, stand_alone, write
from ap_registry.errors import Problem, Refused
from ap_registry.history import history
from ap_registry.instants import instant
from ap_registry.reading import forgotten_upns, read_pupil
from ap_registry.registry import Registry
from ap_registry.store import emergencies, ledger, owing, queries, reads, who
from ap_registry.store.acts import EXPORTED, Act
from ap_registry.store.database import Connection
from ap_registry.store.erasing_functions import HELD, RELEASED
from ap_registry.store.family_links import ACTOR
from ap_registry.store.reads import Read

READERS = ("pupil", "parent")
_READS = (
    "Each time this record was opened, the latest first: for which organisation, in which role, by "
    "which page, route or command. Kept as long as retention.reads says; below is also who could "
    "open it, what was sent about the pupil, and to whom this record was exported before."
)
_LEFT_OUT = (
    " What the family opened by its private links is left out, and so is who was given one: a link"
    " is between one person and the school or council."
)
_OF_LINKS = ("/pupils/{pupil}/links", "/tasks/famil")  # routes: who made them, who read of them
_BY_LINK, _A_PAGE = "a private link of the family", "a page of the pupil"
MOST_READS = 10_000
_WEEKS: LiteralString = """
select organisation, week::text, marks from attendance_week
 where pupil_id = any(%(pupils)s) and until_at = 'infinity' order by week, organisation
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Withheld:
    """An event left out of an export, and why (an exemption of DPA 2018 schedules 2 to 4)."""

    event: str
    reason: str


def export(
    registry: Registry, name: str, *, reader: str | None = None,
    withheld: Sequence[Withheld] = (), caller: Caller = COMMAND_LINE,
) -> dict[str, Any]:  # fmt: skip
    """All of it, or what ``reader`` may have; that it was exported goes on record."""
    with registry.database.connection() as connection:
        pupil = who.pupil_named(connection, name)
    if pupil is None:
        raise NOBODY
    shown = read_pupil(registry, pupil, timeline=True)
    _refuse_unknown(shown, withheld)
    with registry.database.connection() as connection, connection.transaction():
        record = stand_alone(registry, connection, name)
        found = _gathered(connection, shown, record.pupils, registry.today())
        found["exports"] = [_as_told(one) for one in record.acts if one.type == EXPORTED]
        found["holds"] = [_as_told(one) for one in record.acts if one.type in {HELD, RELEASED}]
        write(connection, record, _act(reader, withheld), caller=caller)
        upns = forgotten_upns(connection, pupil)
        opened = _opened(connection, who.all_ids(connection, pupil), reader)
        openings = emergencies.of_pupils(connection, record.pupils)
    made = without_events(found, {one.event for one in withheld})
    if reader is not None:
        made = {**disclosed_to_family(made, reader), "holds": [], "exports": _copies(made, reader)}
    return {
        "made_at": instant(registry.now()),
        "for": reader,
        **scrubbed(made, upns),
        "reads": {
            "logged": True,
            "detail": _READS + (_LEFT_OUT if reader == "parent" else ""),
            "items": opened,
        },
        "emergencies": [as_told(one, named=reader is None) for one in openings],
        "withheld": [{"event": one.event, "reason": one.reason} for one in withheld],
    }


def _opened(
    connection: Connection, ids: tuple[UUID, ...], reader: str | None
) -> list[dict[str, Any]]:
    """A family is told for which organisation, not by which of its staff (CJEU C-579/21).

    Two parents may not be on terms: neither learns that the other has a link, or uses it.
    """
    found = reads.reads(connection, reads.Asked(pupils=ids), everything=True, limit=MOST_READS)
    named = reader is None
    return [
        {
            "at": instant(one.at), "organisation": one.organisation, "role": one.role,
            "what": one.what if named else _route(one, reader),
            **({"actor": one.actor, "name": one.name} if named else {}),
        }
        for one in found
        if reader != "parent" or not one.actor.startswith(ACTOR)
    ]  # fmt: skip


def _route(one: Read, reader: str | None) -> str:
    if one.actor.startswith(ACTOR):
        return _BY_LINK
    hidden = reader == "parent" and any(route in one.what for route in _OF_LINKS)
    return _A_PAGE if hidden else one.what


def _copies(made: Mapping[str, Any], reader: str) -> list[dict[str, Any]]:
    """What was withheld from somebody else, and why, is nobody's else to read.

    Of two parents neither learns that the other has asked for a copy.
    """
    if reader == "parent":
        return []
    return [{"at": one["at"], "by": one["by"]} for one in made["exports"]]


def _refuse_unknown(shown: Mapping[str, Any], withheld: Sequence[Withheld]) -> None:
    known = {item["id"] for item in shown["timeline"]}
    for one in withheld:
        if one.event not in known:
            raise _refused("/withhold", "not_found", "no notice of this pupil has that id")
        if not one.reason.strip():
            raise _refused("/reason", "required", "reason is needed for what is withheld")


def _act(reader: str | None, withheld: Sequence[Withheld]) -> Act:
    """The reasons are private: they may say what was withheld."""
    private = {"withheld": {one.event: one.reason for one in withheld}} if withheld else {}
    said = {"for": reader, "withheld": [one.event for one in withheld]}
    return Act(type=EXPORTED, said=said, private=private)


def _gathered(
    connection: Connection, shown: dict[str, Any], pupils: Sequence[UUID], today: date
) -> dict[str, Any]:
    """What a page of the pupil shows, and all that it does not."""
    kept = pupils[0]
    notes = _notes(connection, kept)
    owed = owing.follow_ups(
        connection, queries.Scope(everything=True), on=today, status="any", pupil=kept
    )
    return {
        **shown,
        "timeline": [{**item, "note": notes.get(item["id"])} for item in shown["timeline"]],
        "follow_ups": owed,
        "registers": [
            {"organisation": organisation, "week": week, "marks": " ".join(map(from_byte, marks))}
            for organisation, week, marks in connection.execute(_WEEKS, {"pupils": list(pupils)})
        ],
        "seen_by": queries.seen_by(connection, kept),
    }


def _notes(connection: Connection, pupil: UUID) -> dict[str, str]:
    """The private free text of each notice, as it stands."""
    stored = ledger.load(connection, ids=[pupil]).pupils[0]
    entries = (standing.entry for standing in history(stored.recorded).standing)
    return {str(entry.id): entry.note for entry in entries if entry.note is not None}


def _as_told(act: Act) -> dict[str, Any]:
    assert act.at is not None
    return {
        "id": str(act.id),
        "type": act.type.split(".")[0],
        "at": instant(act.at),
        "by": act.by,
        **act.said,
        **act.private,
    }


def _refused(pointer: str, code: str, detail: str) -> Refused:
    return Refused((Problem(pointer, code, detail),))
