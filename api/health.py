"""Is it alive, is it ready, and how much does it do."""

import psycopg
from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from api.deps import TheRegistry

router = APIRouter(include_in_schema=False)


@router.get("/healthz")
def healthz() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@router.get("/readyz")
def readyz(registry: TheRegistry) -> JSONResponse:
    """The database answers too."""
    try:
        with registry.database.connection() as connection:
            connection.execute("select 1 from event limit 1")
    except (psycopg.Error, OSError) as error:
        return JSONResponse({"status": "not ready", "why": type(error).__name__}, 503)
    return JSONResponse({"status": "ready"})


@router.get("/metrics")
def metrics() -> Response:
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
