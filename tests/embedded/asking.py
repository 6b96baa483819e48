"""Questions to running servers."""

import json
from pathlib import Path
from typing import Any

import psycopg
import redis


def rows(url: str, query: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(url, autocommit=True) as connection:
        return connection.execute(query.encode()).fetchall()


def run(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement.encode())


def pings(url: str) -> bool:
    with redis.Redis.from_url(url) as client:
        return bool(client.ping())


def state(home: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((home / "state.json").read_text())
    return found
