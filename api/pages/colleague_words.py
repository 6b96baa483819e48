"""What the pages say of accounts, and of what was done to them."""

from collections.abc import Mapping

from ap_registry.store.accounts import Account

ROLE_WORDS: Mapping[str, str] = {
    "school": "school staff", "provider": "staff of a provider", "panel": "panel",
    "la": "local authority officer", "health": "health partner",
    "social_care": "social worker or virtual school", "parent": "parent", "auditor": "auditor",
    "admin": "administrator of the registry",
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


def state_words(one: Account) -> str:
    if one.invited:
        return "invited, has not accepted yet"
    if one.locked:
        return "locked for a quarter of an hour"
    return "in use"
