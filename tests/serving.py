"""A registry served over real HTTP from a thread of this process."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import uvicorn
from fastapi import FastAPI

from ap_registry.registry import Registry
from ap_registry.settings import Settings
from api.main import attach, create_app

# For clients that meet no TLS: each would read all the authorities that it might trust.
TRUSTS_NOBODY = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


@dataclass(frozen=True)
class Server:
    app: FastAPI
    url: str


_IDLE: list[Server] = []  # to take the routes apart and to end a server take longer than most tests


@contextmanager
def served(registry: Registry, settings: Settings | None = None) -> Iterator[str]:
    """Its address while the block runs."""
    if _IDLE:
        server = _IDLE.pop()
        attach(server.app, registry, settings)
    else:
        server = _started(create_app(registry, settings))
    yield server.url
    _IDLE.append(server)


def _started(app: FastAPI) -> Server:
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, log_level="critical", lifespan="off")
    server = uvicorn.Server(config)
    threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True).start()
    while not server.started:
        time.sleep(0.005)
    return Server(app, f"http://127.0.0.1:{listener.getsockname()[1]}")
