"""Where the ``type`` of a problem leads: what it means, and what to do."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from ap_registry.errors import CODE_STATUS
from ap_registry.problem_words import CODES, MEANINGS
from ap_registry.problems import TITLES, UNTITLED
from api.deps import TheRegistry
from api.pages.rendering import page
from api.problems import HttpProblem

router = APIRouter(include_in_schema=False)


@router.get("/problems/{status}")
def problem_type(status: int, registry: TheRegistry) -> HTMLResponse:
    if status not in MEANINGS:
        raise HttpProblem(404, "There is no such type of problem.")
    return page(
        registry, "problem_type.html", None, status=200, title=TITLES.get(status, UNTITLED),
        meaning=MEANINGS[status], said=status,
        codes=[(code, words) for code, words in CODES.items() if CODE_STATUS[code] == status],
    )  # fmt: skip
