"""Calls of addresses that others have named: only of the internet at large, within bounded time."""

import socket
import ssl
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import httpcore

from ap_registry import webhook_urls

PRIVATE = "the address leads into a private network"
_UNTIL: ContextVar[float] = ContextVar("until")  # the call of this thread is over


@contextmanager
def no_longer_than(seconds: float) -> Iterator[None]:
    """All that a pool's connections do meanwhile; then they raise httpcore.ReadTimeout."""
    before = _UNTIL.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _UNTIL.reset(before)


def _left(timeout: float | None) -> float:
    """Seconds that a wait may take; httpcore's own limit begins anew with every byte."""
    left = _UNTIL.get() - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("the call took too long")
    return left if timeout is None else min(timeout, left)


class Timed(httpcore.NetworkStream):
    """Waits no longer than the call that it is used for, which may be one of several."""

    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:  # fmt: skip
        return Timed(self._stream.start_tls(ssl_context, server_hostname, _left(timeout)))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class Anywhere(httpcore.SyncBackend):
    """Connects where it is told, for as long as the call may take."""

    def connect_tcp(
        self, host: str, port: int, timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:  # fmt: skip
        stream = super().connect_tcp(host, port, _left(timeout), local_address, socket_options)
        return Timed(stream)


class Guarded(Anywhere):
    """Looks each name up itself, and connects only to what it has judged."""

    def connect_tcp(
        self, host: str, port: int, timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:  # fmt: skip
        try:
            found = webhook_urls.addresses(host, port)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError("the name leads nowhere") from error
        if not found or not all(map(webhook_urls.public, found)):
            raise httpcore.ConnectError(PRIVATE)
        return super().connect_tcp(found[0], port, timeout, local_address, socket_options)


def pool(*, private: bool, size: int) -> httpcore.ConnectionPool:
    """Of connections, to be used under ``no_longer_than``; no redirect is followed, no proxy or
    cookie used."""
    return httpcore.ConnectionPool(
        max_connections=size,
        max_keepalive_connections=size,
        keepalive_expiry=30,
        network_backend=Anywhere() if private else Guarded(),
        socket_options=[(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)],
    )
