"""How often one key, account or address may ask: a bucket each, which fills again all the time.

Each process counts for itself: with n processes n times as much gets through.
"""

from dataclasses import dataclass
from ipaddress import IPv6Network
from threading import Lock
from time import monotonic

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import Scope

from ap_registry.settings import Settings
from api.problems import HttpProblem

_SECONDS = 60
_MOST_BUCKETS = 10_000
TAKEN = "rate_taken"  # in the state of a request: what its answer says of the limit
POLICY = "minute"
TOO_MANY = "Too many requests came from here. Wait as long as Retry-After says, in seconds."
TOO_MANY_FROM_YOU = "Too many pages were asked for from here."
_ALWAYS = ("/healthz", "/readyz")


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """``reset``: seconds until the bucket is full; ``wait``: until the next request, 0 if now."""

    limit: int
    left: int
    reset: int
    wait: int


class Buckets:
    """Of ``limit`` requests each, filled again within a minute; a limit of 0 is none."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._left: dict[str, tuple[float, float]] = {}  # what was left, and when
        self._lock = Lock()

    def take(self, whose: str) -> Taken | None:
        """One request; what is left, or None where there is no limit."""
        if not self.limit:
            return None
        now, per_second = monotonic(), self.limit / _SECONDS
        with self._lock:
            left, then = self._left.get(whose, (float(self.limit), now))
            left = min(float(self.limit), left + (now - then) * per_second)
            allowed = left >= 1
            left -= allowed
            self._left[whose] = left, now
            if len(self._left) > _MOST_BUCKETS:
                self._forget_full(now, per_second)
        return Taken(
            limit=self.limit,
            left=int(left),
            reset=-int(-(self.limit - left) // per_second),
            wait=0 if allowed else max(1, -int(-(1 - left) // per_second)),
        )

    def _forget_full(self, now: float, per_second: float) -> None:
        self._left = {
            whose: (left, then)
            for whose, (left, then) in self._left.items()
            if left + (now - then) * per_second < self.limit
        }


class Limits:
    """Those of the settings."""

    def __init__(self, settings: Settings) -> None:
        self.address = Buckets(settings.rate_address)
        self.account = Buckets(settings.rate_account)
        self.key = Buckets(settings.rate_key)
        self.sign_in = Buckets(settings.rate_sign_in)

    def hold(self, buckets: Buckets, whose: str, request: Request) -> None:
        """Refuse what is too much, and let the answer say what is left."""
        taken = buckets.take(whose)
        if taken is None:
            return
        setattr(request.state, TAKEN, taken)
        if taken.wait:
            raise HttpProblem(429, TOO_MANY, retry=taken.wait)

    def wait_of(self, scope: Scope) -> int:
        """Seconds for which the client's address has asked too often; 0 as a rule."""
        if scope["path"] in _ALWAYS:
            return 0
        taken = self.address.take(address_of(scope))
        if taken is None or not taken.wait:
            return 0
        scope["state"][TAKEN] = taken
        return taken.wait


def address_of(scope: Scope) -> str:
    """Of the client, as the server or a proxy that it trusts names it; of IPv6 the network: who
    has one address has all of its /64."""
    client = scope.get("client")
    named = str(client[0]) if client else ""
    try:
        return str(IPv6Network((named, 64), strict=False))
    except ValueError:  # of IPv4, or of no network
        return named


def say_what_is_left(scope: Scope, headers: MutableHeaders) -> None:
    """By the IETF draft in force (draft-ietf-httpapi-ratelimit-headers-10), and by its first."""
    taken: Taken | None = scope.get("state", {}).get(TAKEN)
    if taken is not None:
        headers["RateLimit-Policy"] = f'"{POLICY}";q={taken.limit};w={_SECONDS}'
        headers["RateLimit"] = f'"{POLICY}";r={taken.left};t={taken.reset}'
        headers["RateLimit-Limit"] = str(taken.limit)
        headers["RateLimit-Remaining"] = str(taken.left)
        headers["RateLimit-Reset"] = str(taken.reset)
