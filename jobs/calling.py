"""A signed call of an address that somebody else has named: only of the internet at large."""

import time
from collections.abc import Sequence
from uuid import UUID

import httpcore

from ap_registry.outgoing import PRIVATE, no_longer_than
from jobs.letters import Failed
from jobs.webhooks import GONE, signed

CONNECT_SECONDS, ANSWER_SECONDS = 5.0, 10.0
CALL_SECONDS = CONNECT_SECONDS + ANSWER_SECONDS  # all of it, however slowly a receiver drips
MOST_READ = 64_000  # of an answer that nobody reads


def call(
    connections: httpcore.ConnectionPool, url: str, *, id: UUID, body: bytes,
    secrets: Sequence[bytes], within: float = CALL_SECONDS,
) -> int:  # fmt: skip
    """The status answered, where it is a success; else raise Failed, which quotes nothing.

    ``within``: seconds that the whole call may take.
    """
    headers = signed(str(id), int(time.time()), body, secrets)
    timeouts = {"connect": CONNECT_SECONDS, "read": ANSWER_SECONDS, "write": ANSWER_SECONDS,
                "pool": ANSWER_SECONDS}  # fmt: skip
    try:
        with no_longer_than(within), connections.stream(
            "POST", url, content=body, headers=list(headers.items()),
            extensions={"timeout": timeouts},
        ) as answer:  # fmt: skip
            _drain(answer)
    except httpcore.ConnectError as error:
        why = PRIVATE if str(error) == PRIVATE else "no connection"
        raise Failed(why, for_good=False) from error
    except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError) as error:
        raise Failed(type(error).__name__, for_good=False) from error
    if not 200 <= answer.status < 300:
        code = answer.status
        raise Failed(f"the receiver answered {code}", for_good=code == GONE, status=code)
    return answer.status


def _drain(answer: httpcore.Response) -> None:
    """So that the connection can be used again; not for ever."""
    read, until = 0, time.monotonic() + ANSWER_SECONDS
    for chunk in answer.iter_stream():
        read += len(chunk)
        if read > MOST_READ or time.monotonic() > until:
            return
