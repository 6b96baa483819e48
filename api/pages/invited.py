"""An invitation: its owner says who they are, chooses a password, and is signed in."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Path, Request
from fastapi.responses import Response

from ap_registry.errors import Refused
from ap_registry.registry import Registry
from ap_registry.settings import Settings
from ap_registry.store import access_links, accounts, colleagues, sessions
from api.deps import TheRegistry
from api.pages.rendering import check_site, page, passwords, see_other, send_cookie
from api.role_words import ROLE_WORDS

router = APIRouter(prefix="/invitation", dependencies=[Depends(passwords)])
Text = Annotated[str, Form(max_length=500)]
Token = Annotated[str, Path(max_length=100)]


@router.get("/{token}")
def invitation_page(request: Request, registry: TheRegistry, token: Token) -> Response:
    return _page(request, registry, token)


def _page(
    request: Request, registry: Registry, token: str, *, name: str | None = None,
    problems: list[tuple[str, str]] | None = None,
) -> Response:  # fmt: skip
    at, found = registry.now(), None
    with registry.database.connection() as connection:
        account = access_links.account_of_link(connection, token, access_links.INVITATION, at=at)
        if account is not None:
            found = accounts.account_of(connection, account, at=at)
        world = registry.worlds.fresh(connection)
    if found is None:
        return page(registry, "invitation.html", None, 404, over=True, problems=[])
    organisation = world.organisation(found.organisation)
    settings: Settings = request.app.state.settings
    known = "" if found.name == found.email else found.name
    return page(
        registry, "invitation.html", None, 400 if problems else 200, over=False,
        role=ROLE_WORDS[found.role],
        organisation=organisation.name if organisation else found.organisation, email=found.email,
        name=known if name is None else name, problems=problems or [],
        elsewhere=settings.oidc_name if settings.oidc_issuer else "",
    )  # fmt: skip


@router.post("/{token}")
def accept(
    request: Request, registry: TheRegistry, token: Token, name: Text = "", password: Text = ""
) -> Response:
    """The link is used up, a session begins, and a second factor is offered."""
    check_site(request)
    at, clean = registry.now(), name.replace("\x00", "")
    try:
        with registry.database.connection() as connection, connection.transaction():
            account = colleagues.accept(connection, token, name=clean, password=password, at=at)
            if account is None:
                return _page(request, registry, token)
            agent = request.headers.get("user-agent", "")
            session = sessions.begin(connection, account, at=at, agent=agent)
    except Refused as refused:
        found = [(one.pointer.lstrip("/"), one.detail) for one in refused.problems]
        return _page(request, registry, token, name=clean, problems=found)
    send_cookie(request, session)
    return see_other("/account/second-factor")
