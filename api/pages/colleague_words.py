"""What the pages say of accounts, and of what was done to them."""

from collections.abc import Iterable, Mapping

from ap_registry.organisations import Organisation
from ap_registry.store.accounts import Account

_ANYWHERE = frozenset({"auditor", "admin"})
# Which roles people of an organisation may have, by its kind.
_OF_KIND: Mapping[str, frozenset[str]] = {
    "school": frozenset({"school"}), "provider": frozenset({"provider", "school"}),
    "la": frozenset({"la", "panel", "social_care"}), "health": frozenset({"health"}),
    "service": frozenset({"provider", "social_care", "health"}), "trust": frozenset({"school"}),
}  # fmt: skip
ACT_WORDS: Mapping[str, str] = {
    "added": "was added", "invited": "was invited", "invited_again": "was invited again",
    "accepted": "accepted the invitation", "withdrawn": "is not invited any more",
    "changed": "was changed", "last_day": "has a last day", "stays": "stays after all",
    "ended": "ended", "ended_unused": "ended, unused", "opened": "was opened again",
    "linked": "signs in by", "confirmed": "All were confirmed",
    "emergency_unknown": "asked in an emergency for a pupil whom nobody knows",
}  # fmt: skip
SAID: Mapping[str, str] = {
    "invited": "The invitation is on its way. Its link works once, and for a week.",
    "again": "Another invitation is on its way. The link of the one before works no more.",
    "change": "The change is made.",
    "end": "The account has ended: nobody can use it any more.",
    "leaves": "The last day is set. After it nobody can use the account.",
    "stays": "The account has no last day any more.",
    "confirmed": "You have confirmed that these people work here.",
}  # what ``do`` of a form has done


def fitting(roles: Iterable[str], organisation: Organisation | None) -> list[str]:
    """Those of the roles that people of such an organisation may have; of an unknown one all."""
    found = _OF_KIND.get(organisation.kind) if organisation else None
    return sorted(role for role in roles if found is None or role in found | _ANYWHERE)


def state_words(one: Account) -> str:
    if one.invited:
        return "invited, has not accepted yet"
    if one.locked:
        return "locked for a quarter of an hour"
    return "in use"
