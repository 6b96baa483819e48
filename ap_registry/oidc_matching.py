"""Whose account somebody is who comes from an outside provider: never a new one.

A subject is linked to an account once: by an address that the provider has verified, where the
account waits for its first use, or its owner is signed in to it at the same time.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from ap_registry.errors import Problem, Refused
from ap_registry.notice import World
from ap_registry.oidc import Claims
from ap_registry.organisations import Organisation
from ap_registry.store import account_acts, identities
from ap_registry.store.database import Connection
from ap_registry.store.identities import Match

NOBODY = (
    "Nobody has invited you with this email address: ask the administrator of your organisation,"
    " and give them the address that you sign in with there"
)
UNVERIFIED = "Your email address is not verified there: verify it first, then sign in again"
ENDED = "Your account here has ended: ask the administrator of your organisation"
OTHERS = (
    "Somebody else signs in there with your address: ask the administrator of your organisation"
)
FIRST = (
    "Your account here has a password: sign in with it first, then come this way again, once, to"
    " link the two"
)
NO_ORGANISATION = (
    "You were sent here without an organisation: choose there the one for which you come here"
)
OTHER_ORGANISATION = (
    "There you act for {theirs}, and your account here is of {ours}: choose {ours} there, or ask"
    " the administrator of {theirs} to invite you"
)
LA_CATEGORY, TRUST_CATEGORY = "002", "010"  # of DfE Sign-in


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """``only``: there are no passwords. ``organisation_needed``: one must be sent.

    ``present``: the account to which the browser is signed in.
    """

    only: bool
    organisation_needed: bool
    present: UUID | None


def account_of(
    connection: Connection, claims: Claims, terms: Terms, world: World, *, at: datetime,
    today: date,
) -> Match:  # fmt: skip
    """Whose it is, linked by now; raise Refused with the words that the page shows."""
    found = identities.match(
        connection, issuer=claims.issuer, subject=claims.subject,
        email=claims.email if claims.email_verified else "", today=today,
    )  # fmt: skip
    if found is None:
        raise _refused(NOBODY if claims.email_verified else UNVERIFIED)
    if not found.in_use:
        raise _refused(ENDED)
    _check_organisation(claims, found, terms, world)
    if not found.linked:
        _link(connection, claims, found, terms, at=at)
    return found


def _link(
    connection: Connection, claims: Claims, found: Match, terms: Terms, *, at: datetime
) -> None:
    if found.taken:
        raise _refused(OTHERS)
    if not (found.waiting or terms.only or terms.present == found.account):
        raise _refused(FIRST)
    name = claims.name if found.waiting and found.name == found.email else found.name
    identities.link(
        connection, found.account, issuer=claims.issuer, subject=claims.subject, name=name, at=at
    )
    account_acts.note(
        connection, f"account:{found.account}", "linked", organisation=found.organisation,
        account=found.account, at=at, detail=claims.issuer,
    )  # fmt: skip


def _check_organisation(claims: Claims, found: Match, terms: Terms, world: World) -> None:
    if claims.organisation is None:
        if terms.organisation_needed:
            raise _refused(NO_ORGANISATION)
        return
    ours = world.organisation(found.organisation)
    if ours is None or not is_of(claims.organisation, ours):
        theirs = claims.organisation.get("name")
        words = OTHER_ORGANISATION.format(
            theirs=theirs if isinstance(theirs, str) and theirs else "another organisation",
            ours=ours.name if ours else found.organisation,
        )
        raise _refused(words)


def is_of(claim: Mapping[str, Any], ours: Organisation) -> bool:
    """Whether an organisation of DfE Sign-in is ours: by URN, LA and number, trust or UKPRN.

    It sends ``urn``, ``uid``, ``ukprn``, ``establishmentNumber`` and ``localAuthority``, and null
    for those that the organisation has not.
    """
    category = claim.get("category")
    kind = _text(category.get("id")) if isinstance(category, dict) else ""
    number, urn = _text(claim.get("establishmentNumber")), _text(claim.get("urn"))
    if ours.kind == "la":
        return kind == LA_CATEGORY and bool(number) and ours.id == f"LA{number}"
    if ours.kind == "trust":
        uid = _text(claim.get("uid"))
        return kind == TRUST_CATEGORY and bool(uid) and ours.id == f"T-{uid}"
    if kind in {LA_CATEGORY, TRUST_CATEGORY}:
        return False
    if urn:
        return ours.id == urn
    if ours.laestab and number:
        return _la_of(claim) + number == ours.laestab
    ukprn = _text(claim.get("ukprn"))
    return bool(ukprn) and ours.ukprn == ukprn


def _la_of(claim: Mapping[str, Any]) -> str:
    found = claim.get("localAuthority")
    return _text(found.get("code")) if isinstance(found, dict) else ""


def _text(value: object) -> str:
    return str(value).strip() if isinstance(value, str | int) else ""


def _refused(words: str) -> Refused:
    return Refused((Problem("", "forbidden", words),))
