"""Is it alive, is it ready, and how much does it do."""

import psycopg
import structlog
from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, Gauge, generate_latest

from ap_registry.store.deliveries import waiting
from ap_registry.store.jobs import job_states
from ap_registry.store.readers import Reader, behind_wall
from api.deps import TheRegistry

router = APIRouter(include_in_schema=False)
log = structlog.get_logger()
GAUGES = {
    name: Gauge(f"ap_registry_{name}", words)
    for name, words in {
        "outbox_waiting": "What somebody is to be told and is in no message yet",
        "messages_waiting": "Messages that are not sent yet",
        "oldest_message_seconds": "How long the oldest of them waits",
        "messages_failed": "Messages that could not be sent",
        "sequencer_lag_seconds": "Since the ledger was last sequenced",
    }.items()
}

JOB_SECONDS = Gauge("ap_registry_job_seconds", "Since a job last ended well", ["job"])
JOB_FAILURES = Gauge("ap_registry_job_failures", "How often it has failed since then", ["job"])


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    """The process answers, though every thread waits for the database."""
    return {"status": "ok"}


@router.get("/readyz")
def readyz(registry: TheRegistry) -> JSONResponse:
    """The database answers too, as the web and as its readers."""
    try:
        for reader in (None, Reader()):
            with behind_wall(reader), registry.database.connection() as connection:
                connection.execute("select 1 from event limit 1")
    except (psycopg.Error, OSError) as error:
        return JSONResponse({"status": "not ready", "why": type(error).__name__}, 503)
    return JSONResponse({"status": "ready"})


@router.get("/metrics")
def metrics(registry: TheRegistry) -> Response:
    """What waits is looked up; without the database only what this process counts is told."""
    try:
        with registry.database.connection() as connection:
            for name, value in waiting(connection).items():
                GAUGES[name].set(value)
            for job in job_states(connection):
                JOB_FAILURES.labels(job.name).set(job.failures)
                if job.seconds is not None:
                    JOB_SECONDS.labels(job.name).set(job.seconds)
    except (psycopg.Error, OSError) as error:
        log.warning("metrics_without_database", error=type(error).__name__)
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
