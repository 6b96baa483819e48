"""Go on with what was sent after the session had ended."""

from fastapi import APIRouter
from fastapi.responses import Response

from api.deps import TheRegistry
from api.pages import late
from api.pages.rendering import Person, page

router = APIRouter()


@router.get(late.PAGE)
def show(registry: TheRegistry, person: Person) -> Response:
    """The form as it was sent, to be sent now."""
    return page(registry, "kept.html", person, kept=late.kept_for(registry, person.account))
