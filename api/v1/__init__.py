"""JSON under /api/v1."""

from fastapi import APIRouter

from api.v1 import (
    attendance,
    confirmations,
    ctf,
    feed,
    ledger,
    matching,
    notices,
    pupils,
    reads,
    reference,
    reports,
    webhooks,
)

router = APIRouter(prefix="/api/v1")
for part in (
    notices,
    attendance,
    confirmations,
    pupils,
    ctf,
    matching,
    reads,
    reference,
    reports,
    feed,
    webhooks,
    ledger,
):
    router.include_router(part.router)
