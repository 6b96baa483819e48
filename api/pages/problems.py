"""An error for somebody with a browser: a family has pages of its own."""

from fastapi import Request
from fastapi.responses import Response

from api.pages import rendering
from api.pages.family.catalogue import ENGLISH
from api.pages.family.rendering import LANGUAGE, PATH, chosen, show


def problem_page(request: Request, status: int, detail: str, wait: int) -> Response:
    """A family is told what to do by the status alone, in words that a child reads."""
    if request.url.path == PATH or request.url.path.startswith(f"{PATH}/"):
        language = getattr(request.state, LANGUAGE, None) or chosen(request) or ENGLISH
        registry = request.app.state.registry
        return show(request, registry, "problem.html", status, said=status, language=language)
    return rendering.problem_page(request, status, detail, wait)
