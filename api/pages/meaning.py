"""Whom a row of a file means that names nobody on record: shown, and decided by a person."""

from collections.abc import Mapping, Sequence
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


def doubts(registry: Registry, caller: Caller, sent: Sent, result: ImportResult) -> list[Doubt]:
    """One for each pupil that rows are about: what is decided of one holds for the others."""
    near = {error.row: error.near for error in result.errors if error.near}
    if not near or caller.role not in SENDERS or sent.kind != "notices":
        return []
    found: dict[tuple[str, Details], Doubt] = {}
    for number, row in _rows(sent, near).items():
        upn, said = _said(registry, caller, row)
        if (upn, said) in found or len(found) == MOST:
            continue
        maybe = _maybe(registry, caller, near[number])
        if maybe:
            name = " ".join(part for part in (said.given_name, said.family_name) if part)
            found[upn, said] = Doubt(
                row=number, upn=upn, name=name, born=said.date_of_birth, maybe=maybe
            )
    return list(found.values())


def _rows(sent: Sent, numbers: Mapping[int, object]) -> dict[int, Row]:
    """Those of the file with these numbers, as they were read."""
    rows = read_rows(sent.file, known=COLUMNS, needed=("type",))
    return {n: row for n, row in rows if n in numbers and isinstance(row, dict)}


def _said(registry: Registry, caller: Caller, row: Row) -> tuple[str, Details]:
    settings = Settings(
        caller=caller, today=registry.today(), hash_key=registry.hash_key(), from_file=True
    )
    return str(row.get("upn") or "").strip().upper(), details(row, settings)


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
    row_said = said.get("row", "")
    number = int(row_said) if row_said.isdecimal() and len(row_said) < LONGEST_NUMBER else 0
    row = _rows(sent, {number: None}).get(number)
    chosen = said.get("meant", "")
    offered = [one for one in said.get("offered", "").split() if _is_id(one)]
    if row is None or not (chosen == NOBODY or chosen in offered):
        return "Choose who is meant, or none of them"
    upn, details_ = _said(registry, caller, row)
    decision = DIFFERENT if chosen == NOBODY else SAME
    try:
        for one in offered if chosen == NOBODY else [chosen]:
            wanted = Wanted(
                pupil=UUID(one), decision=decision, organisation=_whose(caller, row),
                sent_upn=upn, sent=details_,
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
