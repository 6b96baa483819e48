"""Whom a child of a census file may be that no UPN names: found by name and birth, and decided."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from ap_registry.census_in.document import Child
from ap_registry.errors import Near
from ap_registry.likeness import Details, by_name, compare, days_near
from ap_registry.meant import DIFFERENT, SAME, digest_of_sent
from ap_registry.near import OFFERED, ONE_SLIP, one_edit_from
from ap_registry.store import matching, near
from ap_registry.store.queries import Scope
from reports.pupils import Sitting


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """By row of the file: the key of the pupil that is meant, and of those that are not."""

    same: Mapping[int, UUID]
    different: Mapping[int, frozenset[UUID]]


def said_of(child: Child) -> Details:
    """As the file describes it."""
    said = child.details
    born = None
    with suppress(KeyError, ValueError):
        born = date.fromisoformat(said["date_of_birth"])
    return Details(
        given_name=said.get("given_name"), family_name=said.get("family_name"),
        sex=said.get("sex"), date_of_birth=born,
    )  # fmt: skip


def perhaps(child: Child, known: Details, upn: str | None) -> tuple[str, ...]:
    """Why one on record may be meant by a row that could not be read, and names nobody."""
    if upn and upn in one_edit_from(child.upn_as_written):
        return (ONE_SLIP,)
    said = said_of(child)
    return () if said.date_of_birth else by_name(said, known)


def decided(
    seen: Sitting, children: Iterable[Child], *, organisation: str, hash_key: bytes
) -> Decided:
    """What a person decided before of what this organisation sends."""
    sent = {
        child.row: digest_of_sent(hash_key, child.upn or "", said_of(child)) for child in children
    }
    stands: defaultdict[bytes, list[tuple[UUID, str]]] = defaultdict(list)
    for digest, own, pupil, word in matching.sent_before(seen.connection, sent.values()):
        if own == organisation:
            stands[digest].append((pupil, word))
    return Decided(
        same={row: key for row, d in sent.items() for key, word in stands[d] if word == SAME},
        different={
            row: frozenset(key for key, word in stands[d] if word == DIFFERENT)
            for row, d in sent.items()
        },
    )


def maybe(
    seen: Sitting, children: Sequence[Child], *, but: Collection[UUID], decided: Decided
) -> dict[int, tuple[Near, ...]]:
    """By row, those whom the caller sees and who are like the child, the likeliest first.

    ``but``: ids as they are shown of pupils whom the file has by their UPN.
    """
    said = {child.row: said_of(child) for child in children}
    days = {row: days_near(one.date_of_birth) for row, one in said.items() if one.date_of_birth}
    if not days:
        return {}
    caller = seen.caller
    scope = Scope(organisations=caller.sees_for, everything=caller.sees_all, today=seen.today)
    born: defaultdict[date | None, list[tuple[UUID, Details]]] = defaultdict(list)
    for pupil, theirs in near.born_on(seen.connection, scope, frozenset().union(*days.values())):
        if pupil not in but:
            born[theirs.date_of_birth].append((pupil, theirs))
    found = {}
    for row, near_by in days.items():
        not_meant = decided.different.get(row, frozenset())
        alike = [
            Near(pupil, likeness.score, likeness.reasons)
            for day in near_by
            for pupil, theirs in born[day]
            if pupil not in not_meant and (likeness := compare(said[row], theirs))
        ]
        if alike:
            alike.sort(key=lambda one: (-one.score, one.pupil_id))
            found[row] = tuple(alike[:OFFERED])
    return found
