"""Whom a row of a file means that names nobody on record: shown, and decided by a person."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from ap_registry.access import Caller
from ap_registry.errors import Near, Refused
from ap_registry.ingest.notices import COLUMNS
from ap_registry.ingest.results import ImportResult
from ap_registry.ingest.spreadsheets import read_rows
from ap_registry.likeness import Details
from ap_registry.matching import SENDERS, Wanted, decide
from ap_registry.meant import DIFFERENT, SAME
from ap_registry.near import details
from ap_registry.registry import Registry
from ap_registry.sent import Settings
from ap_registry.store import matching
from api.deps import scope_of
from api.pages.sent_file import Sent

MOST = 20
LONGEST_NUMBER = 10
NOBODY = "none"
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Maybe:
    id: UUID
    name: str
    born: date | None
    upn: str | None
    score: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """A row, whom it says it is about, and who may be meant."""

    row: int
    upn: str
    name: str
    born: date | None
    maybe: Sequence[Maybe]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a row says of somebody, whose row it is, and who comes near."""

    row: int
    upn: str
    said: Details
    whose: str | None
    near: Sequence[Near] = ()


def doubts(registry: Registry, caller: Caller, sent: Sent, result: ImportResult) -> list[Doubt]:
    """One for each pupil that rows are about: what is decided of one holds for the others."""
    near = {error.row: error.near for error in result.errors if error.near}
    if not near or sent.kind != "notices":
        return []
    rows = _rows(sent, near).items()
    asked = (_asked(registry, caller, number, row, near[number]) for number, row in rows)
    return doubted(registry, caller, asked)


def doubted(registry: Registry, caller: Caller, asked: Iterable[Asked]) -> list[Doubt]:
    """As ``doubts``, of what a file of any kind asks."""
    if caller.role not in SENDERS:
        return []
    found: dict[tuple[str, Details], Doubt] = {}
    for one in asked:
        if (one.upn, one.said) in found or len(found) == MOST:
            continue
        maybe = _maybe(registry, caller, one.near)
        if maybe:
            parts = (one.said.given_name, one.said.family_name)
            found[one.upn, one.said] = Doubt(
                row=one.row, upn=one.upn, name=" ".join(part for part in parts if part),
                born=one.said.date_of_birth, maybe=maybe,
            )  # fmt: skip
    return list(found.values())


def _rows(sent: Sent, numbers: Mapping[int, object]) -> dict[int, Row]:
    """Those of the file with these numbers, as they were read."""
    rows = read_rows(sent.file, known=COLUMNS, needed=("type",))
    return {n: row for n, row in rows if n in numbers and isinstance(row, dict)}


def _asked(
    registry: Registry, caller: Caller, number: int, row: Row, near: Sequence[Near] = ()
) -> Asked:
    settings = Settings(
        caller=caller, today=registry.today(), hash_key=registry.hash_key(), from_file=True
    )
    return Asked(
        row=number, upn=str(row.get("upn") or "").strip().upper(), said=details(row, settings),
        whose=_whose(caller, row), near=near,
    )  # fmt: skip


def _maybe(registry: Registry, caller: Caller, near: Sequence[Near]) -> list[Maybe]:
    scope = scope_of(caller, registry.today())
    with registry.database.connection() as connection:
        people = matching.people(connection, scope, [one.pupil_id for one in near])
    known = {person.id: person for person in people}
    return [
        Maybe(
            id=one.pupil_id,
            name=f"{known[one.pupil_id].details.given_name or ''}"
            f" {known[one.pupil_id].details.family_name or ''}".strip(),
            born=known[one.pupil_id].details.date_of_birth,
            upn=known[one.pupil_id].upn,
            score=one.score,
            why="; ".join(one.reasons),
        )
        for one in near
        if one.pupil_id in known
    ]


def settle(registry: Registry, caller: Caller, sent: Sent, said: Mapping[str, str]) -> str:
    """Remember whom the row of a number means, or that it is none of those; words if it fails."""
    number = number_of(said)
    row = _rows(sent, {number: None}).get(number)
    asked = None if row is None else _asked(registry, caller, number, row)
    return settled(registry, caller, asked, said)


def number_of(said: Mapping[str, str]) -> int:
    """The row of a form; 0 for what is no number."""
    text = said.get("row", "")
    return int(text) if text.isdecimal() and len(text) < LONGEST_NUMBER else 0


def settled(
    registry: Registry, caller: Caller, asked: Asked | None, said: Mapping[str, str]
) -> str:
    """As ``settle``, of what the row of a file of any kind asks."""
    chosen = said.get("meant", "")
    offered = [one for one in said.get("offered", "").split() if _is_id(one)]
    if asked is None or not (chosen == NOBODY or chosen in offered):
        return "Choose who is meant, or none of them"
    decision = DIFFERENT if chosen == NOBODY else SAME
    try:
        for one in offered if chosen == NOBODY else [chosen]:
            wanted = Wanted(
                pupil=UUID(one), decision=decision, organisation=asked.whose, sent_upn=asked.upn,
                sent=asked.said,
            )  # fmt: skip
            decide(registry, caller, wanted)
    except Refused as refused:
        return refused.problems[0].detail
    return ""


def _is_id(text: str) -> bool:
    try:
        return bool(UUID(text))
    except ValueError:
        return False


def _whose(caller: Caller, row: Row) -> str | None:
    """The decision is about what this organisation sends."""
    if not caller.sees_all:
        return caller.organisation
    named = (row.get(name) for name in ("by", "school", "provider"))
    return next((str(one) for one in named if one), None)
