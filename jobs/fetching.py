"""A file from an address: over TLS, from a public host, of bounded size, within bounded time."""

from typing import BinaryIO
from urllib.parse import urljoin, urlsplit

import httpcore

from ap_registry import webhook_urls
from ap_registry.errors import Unreadable
from ap_registry.outgoing import PRIVATE, no_longer_than, pool

MOST_BYTES = 500_000_000
SECONDS, AT_MOST_SECONDS = 30.0, 900.0
HOPS = 3
ALLOW = "AP_GIAS_ALLOW_PRIVATE=1 allows private ones"


def fetch(address: str, into: BinaryIO, *, allow_private: bool = False) -> None:
    """Write what the address answers; raise Unreadable, which says no more than the host.

    Where it leads on is looked at in the same way as the address itself.
    """
    with no_longer_than(AT_MOST_SECONDS), pool(private=allow_private, size=1) as connections:
        for _ in range(HOPS + 1):
            if why := webhook_urls.why_not(address, private=allow_private):
                raise Unreadable(f"The address cannot be called: {why} ({ALLOW}).")
            following = _call(connections, address, into)
            if following is None:
                return
            address = urljoin(address, following)
    raise Unreadable(f"{urlsplit(address).hostname} leads on too often.")


def _call(connections: httpcore.ConnectionPool, address: str, into: BinaryIO) -> str | None:
    """Where it leads on; None where the file is written."""
    host, timeouts = urlsplit(address).hostname, ("connect", "read", "write", "pool")
    try:
        with connections.stream(
            "GET", address, headers=[("accept-encoding", "identity")],
            extensions={"timeout": dict.fromkeys(timeouts, SECONDS)},
        ) as answer:  # fmt: skip
            if 300 <= answer.status < 400:
                return _location(answer)
            if not 200 <= answer.status < 300:
                raise Unreadable(f"{host} answered {answer.status}.")
            _write(answer, into, str(host))
    except httpcore.ConnectError as error:
        why = PRIVATE if str(error) == PRIVATE else "no connection"
        raise Unreadable(f"{host} cannot be reached: {why}.") from error
    except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError) as error:
        raise Unreadable(f"{host} cannot be reached: {type(error).__name__}.") from error
    return None


def _location(answer: httpcore.Response) -> str:
    named = (value for name, value in answer.headers if name.lower() == b"location")
    return next(named, b"").decode("ascii", "replace")


def _write(answer: httpcore.Response, into: BinaryIO, host: str) -> None:
    size = 0
    for piece in answer.iter_stream():
        size += len(piece)
        if size > MOST_BYTES:
            raise Unreadable(f"{host} sends more than a file may take.")
        into.write(piece)
