"""Where somebody is led who has signed in: to the page that was asked for, on this site alone."""

import re
from urllib.parse import quote, urlencode

from fastapi import Request

FIRST = "/"
SIGN_IN = "/sign-in"
MOST = 2_000  # characters
# One stroke, then none and no backslash, which browsers take for one; nothing that they pass over.
_OWN = re.compile(r"/(?![/\\])[!-\[\]-~]*", re.ASCII)


def own(path: str) -> str:
    """The address of a page of ours, without the host; for anything else that of the first page."""
    there = _OWN.fullmatch(path) is not None and len(path) <= MOST
    return FIRST if not there or path.startswith((SIGN_IN, "/sign-out")) else path


def by_way_of(page: str, path: str) -> str:
    """A page that leads on to ``path`` in its turn."""
    onward = own(path)
    return page if onward == FIRST else f"{page}?{urlencode({'next': onward})}"


def sign_in_first(request: Request) -> str:
    """The page to sign in, which leads back here; a form that was sent is not sent again."""
    if request.method != "GET":
        return SIGN_IN
    query = request.scope["query_string"].decode("ascii", errors="replace")
    path = quote(request.scope["path"], safe="/:@!$&'()*+,;=~")
    return by_way_of(SIGN_IN, f"{path}?{query}" if query else path)
