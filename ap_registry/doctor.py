"""What is wrong with this installation, and how to mend it."""

import shutil
import sys
from collections.abc import Callable
from typing import Any

import psycopg

from ap_registry import embedded
from ap_registry.errors import RegistryError, SetupError
from ap_registry.installation import servers
from ap_registry.settings import Settings
from ap_registry.store.database import connect
from ap_registry.store.migrate import migrate

LEAST_FREE_BYTES = 500_000_000
LEAST_POSTGRES = 150_000


class Wrong(Exception):
    """A check that failed, and its cure."""

    def __init__(self, detail: str, cure: str) -> None:
        super().__init__(detail)
        self.detail = detail
        self.cure = cure


def examine(settings: Settings) -> dict[str, Any]:
    """Every check in order; those that need the database say so where it is missing."""
    found: embedded.Servers | None = None
    trouble = cure = ""
    try:
        found = servers(settings)
        migrate(found.database_owner_url)
    except SetupError as error:
        trouble, cure = error.message, error.cure
    except psycopg.OperationalError as error:
        trouble = str(error).splitlines()[0]
        cure = "Start PostgreSQL, and check AP_DATABASE_URL."
    checks = [_check("python", _python), _check("disk", lambda: _disk(settings))]
    if found is None:
        checks.append({"name": "servers", "ok": False, "detail": trouble, "cure": cure})
    else:
        running = found
        checks += [
            _check("database", lambda: _database(running)),
            _check("schema", lambda: _schema(running)),
            _check("append_only", lambda: _append_only(running)),
            _check("redis", lambda: _redis(running)),
            _check("clock", lambda: _clock(running, settings)),
        ]
    return {
        "ok": all(check["ok"] for check in checks),
        "database_url": found.database_url if found else None,
        "redis_url": found.redis_url if found else None,
        "state_file": str(settings.home / "state.json"),
        "checks": checks,
    }


def _check(name: str, look: Callable[[], str]) -> dict[str, Any]:
    try:
        return {"name": name, "ok": True, "detail": look(), "cure": None}
    except Wrong as wrong:
        return {"name": name, "ok": False, "detail": wrong.detail, "cure": wrong.cure}
    except (psycopg.Error, RegistryError, OSError) as error:
        first = str(error).splitlines()[0] if str(error) else type(error).__name__
        return {"name": name, "ok": False, "detail": first, "cure": "See the checks above."}


def _python() -> str:
    if sys.version_info < (3, 11):
        raise Wrong(sys.version.split()[0], "Install Python 3.11 or later.")
    return sys.version.split()[0]


def _disk(settings: Settings) -> str:
    place = next(p for p in (settings.home, *settings.home.parents) if p.exists())
    free = shutil.disk_usage(place).free
    if free < LEAST_FREE_BYTES:
        raise Wrong(f"{free // 1_000_000} MB free", "Free some space: 500 MB are needed.")
    return f"{free // 1_000_000_000} GB free"


def _database(found: embedded.Servers) -> str:
    try:
        with connect(found.database_url) as connection:
            if connection.info.server_version < LEAST_POSTGRES:
                raise Wrong(
                    f"PostgreSQL {connection.info.server_version // 10_000}", "Use 15 or later."
                )
            return f"PostgreSQL {connection.info.server_version // 10_000}"
    except psycopg.OperationalError as error:
        raise Wrong(
            str(error).splitlines()[0], "Start PostgreSQL, and check AP_DATABASE_URL."
        ) from error


def _schema(found: embedded.Servers) -> str:
    with connect(found.database_url) as connection:
        row = connection.execute("select to_regclass('alembic_version')::text").fetchone()
        if row is None or row[0] is None:
            raise Wrong("no schema", "Run `ap-registry migrate`.")
        version = connection.execute("select version_num from alembic_version").fetchone()
    return f"version {version[0] if version else '?'}"


def _append_only(found: embedded.Servers) -> str:
    with connect(found.database_url) as connection:
        row = connection.execute(
            "select count(*) from pg_trigger where tgenabled = 'A'"
            " and tgname like '%\\_no\\_%' and not tgisinternal"
        ).fetchone()
    if row is None or row[0] < 6:
        raise Wrong(
            "a trigger that keeps the ledger append-only is missing or disabled",
            "Find out who did it, verify the ledger, and enable it again.",
        )
    return "the ledger's triggers are in force"


def _redis(found: embedded.Servers) -> str:
    import redis

    try:
        with redis.Redis.from_url(found.redis_url, socket_timeout=5) as client:
            return f"answers ({client.info('server').get('redis_version')})"
    except redis.RedisError as error:
        raise Wrong(str(error), "Start Redis or Valkey, and check AP_REDIS_URL.") from error


def _clock(found: embedded.Servers, settings: Settings) -> str:
    with connect(found.database_url) as connection:
        row = connection.execute("select 1 from setting where name = 'clock'").fetchone()
    if settings.clock is not None and row is None:
        raise Wrong(
            "AP_REGISTRY_CLOCK is set, but this registry runs by the real clock",
            "Unset AP_REGISTRY_CLOCK, or choose another AP_REGISTRY_HOME.",
        )
    if settings.clock is not None:
        return f"this registry lives at {settings.clock.isoformat()} (AP_REGISTRY_CLOCK)"
    return "the real clock"
