"""Errors as RFC 9457 problem details, everywhere."""

from collections.abc import Callable
from typing import Any

import psycopg
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from ap_registry.errors import (
    LedgerDamaged,
    Problem,
    Refused,
    RegistryError,
    Unavailable,
    Unreadable,
)
from ap_registry.problems import TITLES, as_problem
from api.invalid import problem_of

MEDIA_TYPE = "application/problem+json"
log = structlog.get_logger()
_IN_WORDS = {404: "There is nothing at this address.", 405: "This address cannot do that."}


class HttpProblem(Exception):
    """An answer that is no success, with what was wrong."""

    def __init__(
        self, status: int, detail: str, problems: tuple[Problem, ...] = (), *, retry: int = 0
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.problems = problems
        self.retry = retry


class ErrorBody(BaseModel):
    """One thing wrong: where, which rule, and how to put it right."""

    pointer: str
    code: str
    detail: str
    rule: str | None = None
    source: str | None = None
    near: list[str] | None = None


class ProblemBody(BaseModel):
    """RFC 9457, with the list of errors."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[ErrorBody]


def responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The problem answers of a route, for the OpenAPI document."""
    schema = {"$ref": "#/components/schemas/ProblemBody"}
    return {
        status: {"description": TITLES[status], "content": {MEDIA_TYPE: {"schema": schema}}}
        for status in statuses
    }


def documented(status: int) -> dict[str, dict[str, Any]]:
    """As ``responses``, for what is added to a finished document."""
    return {str(found): words for found, words in responses(status).items()}


def answer(
    status: int, detail: str, problems: tuple[Problem, ...] = (), *, retry: int = 0
) -> Response:
    headers = {"Retry-After": str(retry)} if retry else {}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return JSONResponse(
        as_problem(status, detail, problems), status, headers=headers, media_type=MEDIA_TYPE
    )


AsPage = Callable[[Request, int, str, int], Response]  # status, detail, seconds to wait


def told(
    request: Request,
    status: int,
    detail: str,
    problems: tuple[Problem, ...] = (),
    *,
    retry: int = 0,
) -> Response:
    """A problem for programs, a page for people."""
    if request.url.path.startswith("/api/") or not _wants_page(request):
        return answer(status, detail, problems, retry=retry)
    as_page: AsPage = request.app.state.as_page
    found = as_page(request, status, detail, retry)
    if retry:
        found.headers["Retry-After"] = str(retry)
    return found


def install(app: FastAPI, as_page: AsPage) -> None:
    """Every known error has its answer."""
    app.state.as_page = as_page

    @app.exception_handler(HttpProblem)
    def _http(request: Request, error: HttpProblem) -> Response:
        return told(request, error.status, error.detail, error.problems, retry=error.retry)

    @app.exception_handler(Refused)
    def _refused(request: Request, error: Refused) -> Response:
        return told(request, error.status, str(error), error.problems)

    @app.exception_handler(Unavailable)
    def _unavailable(request: Request, error: Unavailable) -> Response:
        return told(request, 503, str(error), retry=error.retry_after)

    @app.exception_handler(psycopg.OperationalError)
    def _no_database(request: Request, error: psycopg.OperationalError) -> Response:
        log.error("database_failed", error=type(error).__name__)
        words = "The registry is not available just now. Please try again."
        return told(request, 503, words, retry=5)

    @app.exception_handler(Unreadable)
    def _unreadable(request: Request, error: Unreadable) -> Response:
        return told(request, 400, str(error))

    @app.exception_handler(RequestValidationError)
    def _invalid(request: Request, error: RequestValidationError) -> Response:
        problems = tuple(problem_of(found) for found in error.errors())
        return told(request, 422, "; ".join(p.detail for p in problems), problems)

    @app.exception_handler(HTTPException)
    def _plain(request: Request, error: HTTPException) -> Response:
        if error.status_code == 303:
            return Response(status_code=303, headers=error.headers)
        found = told(request, error.status_code, _IN_WORDS.get(error.status_code, error.detail))
        found.headers.update(error.headers or {})
        return found

    @app.exception_handler(LedgerDamaged)
    def _damaged(request: Request, error: LedgerDamaged) -> Response:
        log.error("ledger_damaged", detail=str(error))
        return told(request, 500, str(error))

    @app.exception_handler(RegistryError)
    def _other(request: Request, error: RegistryError) -> Response:
        log.error("request_failed", error=type(error).__name__, detail=str(error))
        return told(request, 500, "Something is wrong with the registry; it has been noted.")


def _wants_page(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "")
