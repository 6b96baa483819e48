"""Serve until told to stop; with the embedded servers, sequence the ledger as well."""

import gc
import json
import signal
import socket
import sys
import threading
from contextlib import nullcontext

import uvicorn
from fastapi import FastAPI

from ap_registry.embedded.programs import working_from
from ap_registry.errors import SetupError
from ap_registry.installation import Installation, open_installation
from ap_registry.settings import Settings
from ap_registry.store.sequencer import keep_sequencing
from api.main import create_app


def run(host: str, port: int, *, as_json: bool) -> None:
    """Listen, say where, serve, and stop gently on SIGTERM."""
    found = open_installation()
    listener = listen(host, port)
    shown = f"[{host}]" if ":" in host else host
    url = f"http://{shown}:{listener.getsockname()[1]}"
    sys.stdout.write(json.dumps({"url": url}) + "\n" if as_json else f"AP Registry at {url}\n")
    sys.stdout.flush()
    serve(found, listener)


def serve(found: Installation, listener: socket.socket) -> None:
    """With the embedded servers the sequencer runs here; else the worker's is waited for."""
    done = threading.Event()
    found.become_web()
    threads = _sequencer(found, done)
    app = create_app(found.registry, found.settings)
    server = uvicorn.Server(config_of(app, found.settings))
    app.state.ending = lambda: server.should_exit
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _once_stopped)
    # The program itself is never garbage: looking it through took a third of a page of long lists.
    gc.collect()
    gc.freeze()
    own = found.settings.database_url is None
    try:
        with working_from(found.settings.home) if own else nullcontext():
            server.run(sockets=[listener])
    finally:
        done.set()
        for thread in threads:
            thread.join(timeout=5)
        found.close()


def config_of(app: FastAPI, settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        app, log_level="warning", timeout_graceful_shutdown=10,
        forwarded_allow_ips=settings.proxies,
    )  # fmt: skip


def _sequencer(found: Installation, done: threading.Event) -> tuple[threading.Thread, ...]:
    if found.settings.database_url is not None:
        return ()
    thread = threading.Thread(
        target=keep_sequencing,
        args=(lambda: found.servers.database_url, found.clock, done, found.signer),
        daemon=True,
    )
    thread.start()
    return (thread,)


def _once_stopped(_number: int, _frame: object) -> None:
    """uvicorn raises the signal again when it has stopped gently; what is left is to clean up."""


def listen(host: str, port: int, *, or_free: bool = False) -> socket.socket:
    """A listening address; ``or_free`` takes any port where that one is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        if or_free:
            return listen(host, 0)
        raise SetupError(
            f"Port {port} on {host} cannot be used ({error.strerror})",
            "Choose another with --port, or 0 for a free one.",
        ) from error
    return listener
