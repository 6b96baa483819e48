"""What is wrong with this installation, and how to mend it."""

from collections.abc import Callable
from typing import Any

import psycopg

from ap_registry import embedded
from ap_registry.doctor import ledger, machine, sealed, services, work
from ap_registry.doctor.wrong import Wrong
from ap_registry.errors import RegistryError, SetupError
from ap_registry.installation import servers
from ap_registry.settings import Settings, read_settings

Check = dict[str, Any]


def examine() -> dict[str, Any]:
    """Every check in order; those that need a server that is away are left out."""
    try:
        settings = read_settings()
    except SetupError as error:
        return _told(None, None, [_failed("environment", error.message, error.cure)])
    checks = [
        _check("environment", lambda: f"{settings.environment}; state in {settings.home}"),
        _check("python", machine.python),
        _check("disk", lambda: machine.disk(settings)),
    ]
    try:
        found = servers(settings)
    except SetupError as error:
        checks.append(_failed("servers", error.message, error.cure))
        return _told(settings, None, checks)
    checks += _of_database(settings, found)
    checks.append(_check("redis", lambda: services.redis(found)))
    checks.append(_check("smtp", lambda: services.smtp(settings)))
    checks.append(_check("provider", lambda: services.provider(settings)))
    return _told(settings, found, checks)


def _of_database(settings: Settings, found: embedded.Servers) -> list[Check]:
    first = _check("database", lambda: services.database(found))
    if not first["ok"]:
        return [first]
    second = _check("schema", lambda: services.schema(found))
    if not second["ok"]:
        return [first, second]
    return [
        first,
        second,
        _check("append_only", lambda: ledger.append_only(found)),
        _check("readable", lambda: ledger.readable(found)),
        _check("eraser", lambda: ledger.eraser(found)),
        _check("role", lambda: ledger.role(found, settings)),
        _check("clock", lambda: ledger.clock(found, settings)),
        _check("accounts", lambda: ledger.accounts(found, settings)),
        _check("secrets", lambda: sealed.secrets(found, settings)),
        _check("messages", lambda: work.messages(found, settings)),
        _check("worker", lambda: work.worker(found, settings)),
        _check("jobs", lambda: work.jobs(found, settings)),
        _check("sequencer", lambda: work.sequencer(found, settings)),
    ]


def _told(
    settings: Settings | None, found: embedded.Servers | None, checks: list[Check]
) -> dict[str, Any]:
    return {
        "ok": all(check["ok"] for check in checks),
        "database_url": found.database_url if found else None,
        "redis_url": found.redis_url if found else None,
        "state_file": str(settings.home / "state.json") if settings else None,
        "checks": checks,
    }


def _check(name: str, look: Callable[[], str]) -> Check:
    try:
        return {"name": name, "ok": True, "detail": look(), "cure": None}
    except Wrong as wrong:
        return _failed(name, wrong.detail, wrong.cure)
    except (psycopg.Error, RegistryError, OSError) as error:
        return _failed(name, type(error).__name__, "See PostgreSQL's log.")


def _failed(name: str, detail: str, cure: str) -> Check:
    return {"name": name, "ok": False, "detail": detail, "cure": cure}
