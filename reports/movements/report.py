"""The movements report from the registry: the same bytes for the same ``known_by``."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any
from uuid import UUID

from ap_registry.calendar import london_today
from ap_registry.instants import instant
from ap_registry.registry import Registry
from ap_registry.store import log
from ap_registry.store.confirmations import share_confirmed
from ap_registry.store.database import Connection
from reports.confirmed import BEFORE_THE_END
from reports.facts import Facts
from reports.kinds import Asked, Made
from reports.lives import MOVEMENTS, lives, pupils_of
from reports.movements import flows, questions
from reports.movements import stays as stays_
from reports.movements.document import document
from reports.movements.happened import Movement, movements
from reports.movements.spend import spend
from reports.movements.stays import Stay, flows_of, stays
from reports.scope import period_of

DEFINITION = "v1"
_ERASED = "select pupil_id from erased"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What a report is kept to; ``last``: of the period, and not after what was known."""

    first: date
    last: date
    la: str | None
    provider: str | None
    school: str | None

    def stay(self, stay: Stay) -> bool:
        """By the home LA and main school on the last day looked at, who placed, the provider."""
        return (
            self.la in {None, stay.now["home_la"]}
            and self.provider in {None, stay.begun.row.provider}
            and self.school in {None, stay.now["school"], stay.begun.row.commissioner}
        )

    def movement(self, one: Movement) -> bool:
        return (
            self.first <= one.on <= self.last
            and self.la in {None, one.of["home_la"]}
            and self.provider in {None, *one.providers}
            and self.school in {None, *one.schools}
        )


def read(registry: Registry, asked: Asked) -> Made:
    """As ``reports.kinds`` asks for it; no period is the last academic year that is over."""
    from_on, to_on = period_of(asked["from"], asked["to"], registry.today())
    with registry.database.connection() as connection:
        at = registry.closed(connection, asked["known_by"])
    kept = Kept(
        first=from_on, last=min(to_on, london_today(at)), la=asked["la"],
        provider=asked["provider"], school=asked["school"],
    )  # fmt: skip
    narrowed = {"la": kept.la, "provider": kept.provider, "school": kept.school}
    with registry.database.snapshot() as connection:
        size, root = log.ledger_at(connection, at)
        organisations = [name for name in (kept.provider, kept.school) if name]
        pupils = pupils_of(connection, at, la=kept.la, organisations=organisations)
        found = {
            "definition": DEFINITION,
            "from": from_on.isoformat(),
            "to": to_on.isoformat(),
            "known_by": instant(at),
            "ledger": {"size": size, "root": root},
            **narrowed,
        }
        names: dict[str, str] = {}
        erased = frozenset(row[0] for row in connection.execute(_ERASED).fetchall())
        found |= _counted(_named(lives(connection, at, pupils, MOVEMENTS), names), kept, erased)
        found["confirmed"] = _confirmed(connection, found, kept, at)
    said = {
        "definition": DEFINITION,
        "period": {"from": found["from"], "to": found["to"]},
        "known_by": found["known_by"],
        **narrowed,
        "ledger": found["ledger"],
    }
    return Made(object=found, document=partial(document, found, names), said=said)


def _named(found: Iterator[Facts], names: dict[str, str]) -> Iterator[Facts]:
    """The same pupils; ``names`` learns what their organisations are called."""
    for number, facts in enumerate(found):
        if number == 0:
            names.update((one.id, one.name) for one in facts.world.organisations.values())
        yield facts


def _counted(pupils: Iterator[Facts], kept: Kept, erased: frozenset[UUID]) -> dict[str, Any]:
    held: list[Stay] = []
    moved: list[Movement] = []
    for facts in pupils:
        held += filter(kept.stay, stays(facts, kept.first, kept.last, kept.school))
        moved += filter(kept.movement, movements(facts))
    moved += flows_of(held, kept.first)
    spent = spend(held, kept.first)
    providers = questions.providers(held, spent)
    return {
        "balance": stays_.balance(held, kept.first),
        "flows": flows.flows(moved),
        "links": flows.links((stay.begun, stay.then) for stay in held),
        "movements": flows.movements_by_kind(moved),
        "left_rolls": flows.left_rolls(moved),
        "exclusions": [*flows.exclusions(moved, erased)],
        "lengths": stays_.lengths(held),
        "current": stays_.current(held),
        "spend": {
            **spent.all.row(),
            "payers": [
                {"payer": name, **_parts(cost.row())} for name, cost in sorted(spent.payers.items())
            ],
        },
        "providers": providers,
        "unregistered": questions.unregistered(held, providers),
        "questions": questions.answers(held, providers, spent, kept.last),
    }


def _parts(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("education", "health", "social_care", "total")}


def _confirmed(
    connection: Connection, found: Mapping[str, Any], kept: Kept, at: datetime
) -> dict[str, Any]:
    """Of the schools and providers of the LAs of these pupils, or of the one asked about."""
    only = {name for name in (kept.provider, kept.school) if name}
    las = {row["value"] for row in found["flows"] if row["by"] == "home_la"}
    since = date.fromisoformat(found["to"]) - BEFORE_THE_END
    share = share_confirmed(
        connection, las=set() if only else {kept.la} if kept.la else las, only=only,
        on=london_today(at), since=since, as_at=at,
    )  # fmt: skip
    return {"confirmed": share.confirmed, "asked": share.asked, "since": since.isoformat()}
