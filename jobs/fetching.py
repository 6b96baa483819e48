"""A file from an address: over TLS, from a public host, of bounded size, within bounded time."""

import ipaddress
import socket
import time
from typing import BinaryIO
from urllib.parse import SplitResult, urljoin, urlsplit

import httpx

from ap_registry.errors import Unreadable

MOST_BYTES = 500_000_000
SECONDS, AT_MOST_SECONDS = 30.0, 900.0
HOPS = 3


def fetch(address: str, into: BinaryIO, *, allow_private: bool = False) -> None:
    """Write what the address answers; raise Unreadable, which says no more than the host.

    Each host is resolved once and called by that number, so that a name cannot mean another host
    once it has been looked at; where it leads on is looked at in the same way.
    """
    for _ in range(HOPS + 1):
        following = _call(address, into, allow_private=allow_private)
        if following is None:
            return
        address = following
    raise Unreadable(f"{urlsplit(address).hostname} leads on too often.")


def _call(address: str, into: BinaryIO, *, allow_private: bool) -> str | None:
    """Where it leads on; None where the file is written."""
    parts = _parts(address, allow_private=allow_private)
    number = _public(parts, allow_private=allow_private)
    host = str(parts.hostname)
    called = f"[{number}]" if ":" in number else number
    port = f":{parts.port}" if parts.port else ""
    url = parts._replace(netloc=called + port).geturl()
    headers = {"host": host + port, "accept-encoding": "identity"}
    until = time.monotonic() + AT_MOST_SECONDS
    try:
        with (
            httpx.Client(timeout=SECONDS, trust_env=False) as client,
            client.stream("GET", url, headers=headers, extensions={"sni_hostname": host}) as told,
        ):
            if told.is_redirect:
                return str(urljoin(address, told.headers.get("location", "")))
            if not told.is_success:
                raise Unreadable(f"{host} answered {told.status_code}.")
            size = 0
            for piece in told.iter_raw():
                size += len(piece)
                if size > MOST_BYTES or time.monotonic() > until:
                    raise Unreadable(f"{host} sends more, or for longer, than a file may take.")
                into.write(piece)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Unreadable(f"{host} cannot be reached: {type(error).__name__}.") from error
    return None


def _parts(address: str, *, allow_private: bool) -> SplitResult:
    try:
        parts = urlsplit(address)
        known = parts.hostname and parts.port != 0
    except ValueError:
        known, parts = None, urlsplit("")
    if not known or parts.scheme not in ({"https", "http"} if allow_private else {"https"}):
        raise Unreadable("The address must begin with https:// and name a host.")
    if parts.username or parts.password:
        raise Unreadable("The address must not hold a user name or password.")
    return parts


def _public(parts: SplitResult, *, allow_private: bool) -> str:
    """The host's number; refused where any that it has is not of the public internet."""
    host = str(parts.hostname)
    try:
        found = socket.getaddrinfo(host, parts.port or 443, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Unreadable(f"{host} cannot be found.") from None
    numbers = [str(one[4][0]) for one in found]
    if not allow_private and not all(_is_public(number) for number in numbers):
        raise Unreadable(f"{host} is no host of the public internet (AP_GIAS_ALLOW_PRIVATE=1).")
    return numbers[0]


def _is_public(number: str) -> bool:
    address = ipaddress.ip_address(number.partition("%")[0])
    inner = getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None)
    return address.is_global and not address.is_multicast and (inner is None or inner.is_global)
