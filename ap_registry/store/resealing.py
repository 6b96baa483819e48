"""Secrets that stand in the database: sealed anew where the key has changed, and counted."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import LiteralString
from uuid import UUID

from ap_registry.errors import SetupError
from ap_registry.seals import Seals
from ap_registry.store import second_factors, webhooks
from ap_registry.store.database import Connection

_FACTORS: LiteralString = "select account, convert_to(secret, 'UTF8') from second_factor"
_KEEP_FACTOR: LiteralString = (
    "update second_factor set secret = convert_from(%s, 'UTF8')"
    " where account = %s and secret = convert_from(%s, 'UTF8')"
)
_HOOKS: LiteralString = "select id, secret from webhook_secret"
_KEEP_HOOK: LiteralString = "update webhook_secret set secret = %s where id = %s and secret = %s"
_LEFT: LiteralString = """
select exists (select from second_factor where not starts_with(secret, 'sealed:'))
    or exists (select from webhook_secret where substring(secret for 7) <> 'sealed:'::bytea)
"""
_PLACES = (
    (_FACTORS, _KEEP_FACTOR, second_factors.sealed_for),
    (_HOOKS, _KEEP_HOOK, webhooks.sealed_for),
)


@dataclass(frozen=True, slots=True)
class Standing:
    """How many are sealed by the key that seals now, by none or another, or by one not known."""

    sealed: int
    to_seal: int
    lost: int


def standing(connection: Connection, seals: Seals) -> Standing:
    counts = {"sealed": 0, "to_seal": 0, "lost": 0}
    for _keep, _id, of, held in _all(connection):
        counts[_state(seals, of, held)] += 1
    return Standing(**counts)


def some_unsealed(connection: Connection) -> bool:
    """Whether any stands there as it is; no key is asked for."""
    row = connection.execute(_LEFT).fetchone()
    return row is not None and bool(row[0])


def reseal(connection: Connection, seals: Seals) -> int:
    """Seal all that is not sealed by the key that seals now; how many. Whoever changes one
    meanwhile has the last word."""
    done = 0
    if seals.usable:
        for keep, id_, of, held in _all(connection):
            if _state(seals, of, held) == "to_seal":
                sealed = seals.seal(of, seals.open(of, held))
                done += connection.execute(keep, (sealed, id_, held)).rowcount
    return done


def _all(connection: Connection) -> Iterator[tuple[LiteralString, UUID, str, bytes]]:
    for query, keep, sealed_for in _PLACES:
        for id_, held in connection.execute(query).fetchall():
            yield keep, id_, sealed_for(id_), bytes(held)


def _state(seals: Seals, of: str, held: bytes) -> str:
    try:
        seals.open(of, held)
    except SetupError:
        return "lost"
    return "sealed" if seals.is_sealed(held) else "to_seal"
