"""A pupil is erased: what says who it is goes everywhere, what happened stays to be counted."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from ap_registry.access import COMMAND_LINE, Caller
from ap_registry.calendar import london_today
from ap_registry.errors import NotFound, Problem, Refused
from ap_registry.registry import Registry
from ap_registry.store import acts, in_line, who
from ap_registry.store.acts import Act
from ap_registry.store.database import Connection
from ap_registry.store.erasing import take_away
from ap_registry.store.erasing_functions import ERASURE, HELD, RELEASED
from ap_registry.store.rebuilding import merged_with

SENDERS = frozenset({"admin"})
NOBODY = NotFound((Problem("/upn", "not_found", "no such pupil is known"),))


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A pupil for whom the caller stands alone: with whoever is merged into it, and since when."""

    pupils: tuple[UUID, ...]
    acts: tuple[Act, ...]
    at: datetime
    today: date


def erase(
    registry: Registry, name: str | UUID, reason: str, caller: Caller = COMMAND_LINE
) -> dict[str, Any]:
    """Erase the pupil of a UPN or shown id (a UUID: of the ledger's own), and all that is merged
    into it; raise Refused where held."""
    why = _reason(reason)
    with registry.database.connection() as connection, connection.transaction():
        record = stand_alone(registry, connection, name)
        refuse_held(record.acts)
        _refuse_naming(connection, record.pupils, why)
        shown = _shown(connection, record.pupils)
        for pupil in record.pupils:
            act = Act(type=ERASURE, said={"reason": why})
            write(connection, record, act, caller=caller, pupil=pupil)
        gone = take_away(connection, record.pupils, shown, record.at)
    return {"erased": True, "private_rows": gone, "pupil_id": str(shown[0])}


def erase_again(
    registry: Registry, listed: Iterable[tuple[UUID, str]], caller: Caller = COMMAND_LINE
) -> dict[str, Any]:
    """After a backup was restored: those of a list, with their reasons, whom it brought back."""
    again, rows, held = 0, 0, []
    for pupil, reason in listed:
        try:
            gone = erase(registry, pupil, reason, caller)
        except NotFound:  # not in the backup, or erased in it
            continue
        except Refused:
            held.append(str(pupil))
            continue
        again, rows = again + 1, rows + gone["private_rows"]
    return {"erased": again, "private_rows": rows, "held": held}


def hold(
    registry: Registry, name: str, reason: str, caller: Caller = COMMAND_LINE
) -> dict[str, Any]:
    """From now on the pupil is not erased, by command or by retention, until it is released."""
    act = Act(type=HELD, private={"reason": _reason(reason)})
    with registry.database.connection() as connection, connection.transaction():
        record = stand_alone(registry, connection, name)
        write(connection, record, act, caller=caller)
    return {"held": True, "hold": str(act.id)}


def release(
    registry: Registry, name: str, reason: str, of: str | None, caller: Caller = COMMAND_LINE
) -> dict[str, Any]:
    """End the hold named, or the only one that stands; raise Refused where none or several do."""
    why = _reason(reason)
    with registry.database.connection() as connection, connection.transaction():
        record = stand_alone(registry, connection, name)
        standing = acts.holds(record.acts)
        found = [one for one in standing if of in {None, str(one.id)}]
        if not found:
            raise _refused("/hold", "nothing_open", "no such hold of this pupil stands")
        if len(found) > 1:
            named = ", ".join(str(one.id) for one in found)
            raise _refused("/hold", "ambiguous", f"several holds stand, say which: {named}")
        act = Act(type=RELEASED, said={"hold": str(found[0].id)}, private={"reason": why})
        write(connection, record, act, caller=caller)
    return {"held": len(standing) > 1, "hold": str(found[0].id)}


def stand_alone(registry: Registry, connection: Connection, name: str | UUID) -> Record:
    """Keep others from the pupil until the transaction ends; raise NotFound where it is unknown.

    Who is merged with whom may change until the pupil is locked: then it is read again.
    """
    pupils: tuple[UUID, ...] = ()
    while True:
        kept = _known(connection, name)
        if kept is None:
            raise NOBODY
        others = who.merged_into(connection, [kept]).get(kept, ())
        if pupils == (kept, *others):
            break
        pupils = (kept, *others)
        at = in_line.alone(connection, merged_with(connection, pupils), registry.clock)
    registry.refuse_clock_behind(connection)
    return Record(
        pupils=pupils, acts=tuple(acts.of(connection, pupils)), at=at, today=london_today(at)
    )


def _known(connection: Connection, name: str | UUID) -> UUID | None:
    if isinstance(name, str):
        return who.pupil_named(connection, name)
    if not acts.stands(connection, name):
        return None
    return who.keepers(connection, [name]).get(name, name)


def write(
    connection: Connection, record: Record, act: Act, *, caller: Caller, pupil: UUID | None = None
) -> None:
    by = caller.organisation or in_line.BY
    acts.write(
        connection, pupil or record.pupils[0], act, at=record.at, on=record.today, by=by,
        actor=caller.actor, kept=record.pupils[0],
    )  # fmt: skip


def refuse_held(found: Sequence[Act]) -> None:
    standing = acts.holds(found)
    if standing:
        since = ", ".join(one.on.isoformat() for one in standing if one.on)
        raise _refused(
            "/upn", "already_open",
            f"this pupil is held (since {since}): release the hold first, with its reason",
        )  # fmt: skip


def _reason(text: str) -> str:
    if not text.strip():
        raise _refused("/reason", "required", "reason is needed: why, and who has decided it")
    return text.strip()


def _refuse_naming(connection: Connection, pupils: Sequence[UUID], reason: str) -> None:
    """The reason outlives the pupil in the ledger, for good."""
    rows = connection.execute(
        "select upn, former_upns, given_name, family_name from identity where pupil_id = any(%s)",
        (list(pupils),),
    ).fetchall()
    words = {word.casefold() for word in re.findall(r"[^\W_]+", reason)}
    named = {
        word.casefold()
        for upn, former, *names in rows
        for text in (upn, *(former or ()), *names)
        for word in re.findall(r"[^\W_]+", text or "")
    }
    if words & named:
        raise _refused(
            "/reason", "bad_format",
            "reason must not name the pupil: it stays on record when the pupil has been erased",
        )  # fmt: skip


def _shown(connection: Connection, pupils: Sequence[UUID]) -> list[UUID]:
    """The ids by which they are shown."""
    found = {pupil: who.known_as(connection, pupil) for pupil in pupils}
    return [seen.shown_as if seen and seen.shown_as else pupil for pupil, seen in found.items()]


def _refused(pointer: str, code: str, detail: str) -> Refused:
    return Refused((Problem(pointer, code, detail),))
