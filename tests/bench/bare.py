"""The yardstick: a FastAPI application whose one endpoint does one bare INSERT."""

import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from fastapi import FastAPI
from psycopg.types.json import Json
from psycopg_pool import AsyncConnectionPool


def application(url: str) -> FastAPI:
    settings = {"autocommit": True}
    pool = AsyncConnectionPool(url, min_size=16, max_size=16, kwargs=settings, open=False)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with pool:
            yield

    app = FastAPI(lifespan=lifespan)

    @app.post("/notices", status_code=201)
    async def post(notice: dict[str, Any]) -> dict[str, Any]:
        async with pool.connection() as connection:
            await connection.execute("insert into bare (data) values (%s)", (Json(notice),))
        return {"accepted": True}

    return app


if __name__ == "__main__":
    uvicorn.run(application(os.environ["BARE_URL"]), port=int(sys.argv[1]), log_level="warning")
