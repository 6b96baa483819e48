"""Which addresses the registry may call for others: never one inside its own network."""

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

LONGEST = 2_000
_INSIDE = ("localhost", ".localhost", ".local", ".internal", ".home.arpa")
_TRANSLATED = (ip_network("64:ff9b::/96"), ip_network("64:ff9b:1::/48"))  # to an IPv4 address


def public(address: str) -> bool:
    """Whether an IP address is one of the internet at large."""
    found: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
    if isinstance(found, IPv6Address):
        inside = found.ipv4_mapped or found.sixtofour or (found.teredo and found.teredo[1])
        if inside:
            found = inside
        elif found.is_site_local or any(found in network for network in _TRANSLATED):
            return False
    return found.is_global and not (found.is_multicast or found.is_reserved)


def addresses(host: str, port: int) -> list[str]:
    """Where a host name leads; OSError where nowhere."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(one[4][0]) for one in found))


def why_not(url: str, *, private: bool) -> str | None:
    """What keeps a webhook from having this address; ``private`` ones and HTTP may be allowed.

    A name that leads nowhere today is taken: each call looks it up, and judges it, anew.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port or 443
    except ValueError:
        return "url is no address such as https://example.org/hook"
    if len(url) > LONGEST or not url.isascii() or not url.isprintable() or " " in url:
        return f"url may have at most {LONGEST} characters, none of them blank"
    if parts.scheme not in ({"http", "https"} if private else {"https"}) or not host:
        return "url must begin with https:// and name a host"
    if parts.username is not None or parts.password is not None or parts.fragment:
        return "url may have no user, password or fragment: calls are signed instead"
    if private:
        return None
    try:
        named = host.rstrip(".")  # "localhost." is localhost: the root may be written
        inside = named.endswith(_INSIDE) or not all(map(public, addresses(host, port)))
    except (OSError, UnicodeError):
        inside = False
    return "url leads into a private network; use an address of the internet" if inside else None
