"""What a route asks of whoever calls it, and where that is held to."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any

from fastapi import FastAPI, Request

from ap_registry.access import READ, ROLES, Caller
from ap_registry.store import readers
from api.problems import HttpProblem
from api.role_words import ROLE_WORDS
from api.superseded import SAID, Superseded

EVERY_ROLE = frozenset(ROLES)
STATIC = "/static"  # files of the package, for anyone
Policies = Mapping[tuple[str, str], "Policy"]


class Who(Enum):
    """What must be shown to come in."""

    ANYONE = "anyone"
    PERSON = "a person who is signed in"
    KEY = "an API key"
    LINK = "a family's private link"


class Shows(Enum):
    """Of which pupils an answer may tell, besides what the caller has sent."""

    NOBODY = "of no pupil"
    NOW = "of pupils whom the caller sees today"
    EVER = "of those too whom the caller saw, up to the last day"
    OWED = "of those too for whom the caller owes something"
    OPENED = "of one pupil whose record the caller has opened in an emergency, for an hour"
    ONE = "of the one pupil whom a private link names"
    READS = "of pupils of the organisations whose reads an auditor is shown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """``scopes``: all that a key must be allowed to do. ``administers``: only for those who see to
    the people of their organisation.

    ``past_wall``: reads pupils whom the caller does not see, to count them, to prove an order, or
    in an emergency, so that the wall of the database cannot stand.
    """

    who: Who
    shows: Shows = Shows.NOBODY
    roles: frozenset[str] = EVERY_ROLE
    scopes: frozenset[str] = frozenset({READ})
    administers: bool = False
    superseded: Superseded | None = None
    past_wall: bool = False


def routes_of(app: FastAPI) -> dict[tuple[str, str], Any]:
    """The function of each by method and path; HEAD goes with GET."""
    return {
        (method, route.path): route.endpoint
        for route in _each(app.routes)
        for method in getattr(route, "methods", None) or ()
        if method != "HEAD"
    }


def _without_methods(app: FastAPI) -> set[str]:
    """Other applications, web sockets and hosts, of which a policy knows nothing."""
    paths = {str(getattr(r, "path", r)) for r in _each(app.routes) if not getattr(r, "methods", ())}
    return paths - {STATIC}


def _each(routes: Any) -> Iterator[Any]:
    for route in routes:
        if hasattr(route, "effective_candidates"):  # a router that was included
            yield from _each(route.effective_candidates())
        else:
            yield route


def install(app: FastAPI, policies: Policies) -> None:
    """Refuse to make an application of which a route has no policy, or a policy no route.

    While it serves, a route is known by its function: its path is told without what precedes it.
    """
    routes = routes_of(app)
    wrong = sorted(set(routes) ^ set(policies))
    if wrong:
        raise RuntimeError(f"api/policies.py and the routes differ in {wrong}")
    if past := sorted(_without_methods(app)):
        raise RuntimeError(f"what answers here meets no policy: {past}")
    app.state.going = {key: p.superseded for key, p in policies.items() if p.superseded}
    app.state.policies = {endpoint: policies[key] for key, endpoint in routes.items()}
    if len(app.state.policies) != len(routes):
        raise RuntimeError("two routes share one function, and could not be told apart")


def let_strangers_past(request: Request) -> None:
    """What is for anyone has no caller whose pupils could be told; it states its own scope."""
    if readers.standing() is not None:
        policy: Policy = request.app.state.policies[request.scope["endpoint"]]
        if policy.who not in {Who.KEY, Who.PERSON}:
            readers.stand(None)


def put_behind_wall(request: Request, caller: Caller, today: date) -> None:
    """From here on the database shows this request its caller's pupils only, where it reads.

    Called where the request itself runs, not in a thread: what it sets ends with the request.
    """
    if readers.standing() is not None:  # the edge has it stand for what reads
        policy: Policy = request.app.state.policies[request.scope["endpoint"]]
        readers.stand(None if policy.past_wall else readers.reader_of(caller, today))


def admit(
    request: Request, who: Who, role: str, scopes: frozenset[str] | None = None, *,
    administers: bool = False,
) -> None:  # fmt: skip
    """403 where the route is not for this role, or the key may not do this."""
    policy: Policy = request.app.state.policies[request.scope["endpoint"]]
    setattr(request.state, SAID, policy.superseded)
    if policy.who is not who:
        raise HttpProblem(403, f"This address is for {policy.who.value}.")
    if role not in policy.roles:
        may = ", ".join(words for name, words in ROLE_WORDS.items() if name in policy.roles)
        raise HttpProblem(403, f"This is for: {may}. The role here is: {ROLE_WORDS[role]}.")
    if policy.administers and not administers:
        words = "This page is for those who administer your organisation: they invite colleagues."
        raise HttpProblem(403, words)
    if scopes is not None and (lacking := policy.scopes - scopes):
        raise HttpProblem(403, f"This key is not made to {' and '.join(sorted(lacking))}.")
