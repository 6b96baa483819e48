"""JSON under /api/v1."""

from fastapi import APIRouter, Depends

from api.v1 import (
    attendance,
    census,
    confirmations,
    ctf,
    emergencies,
    feed,
    ledger,
    matching,
    notices,
    pupils,
    reads,
    reference,
    report_runs,
    reports,
    webhooks,
)
from api.v1.parameters import honoured_headers, known_parameters

router = APIRouter(
    prefix="/api/v1", dependencies=[Depends(known_parameters), Depends(honoured_headers)]
)
for part in (
    notices,
    attendance,
    confirmations,
    pupils,
    ctf,
    census,
    matching,
    reads,
    emergencies,
    reference,
    reports,
    report_runs,
    feed,
    webhooks,
    ledger,
):
    router.include_router(part.router)
