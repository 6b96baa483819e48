"""Calls of an outside provider: judged as its issuer is, bounded, answered with a JSON object."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import httpcore

from ap_registry import webhook_urls
from ap_registry.outgoing import no_longer_than, pool

CALL_SECONDS, ALL_SECONDS = 5.0, 10.0
MOST_BYTES = 200_000


class OidcFailed(Exception):
    """The provider cannot be used, or what it answers is not to be believed; names nobody."""


def judge(url: object, *, private: bool) -> None:
    """Refuse an address that may not be called."""
    why = "no address"
    if isinstance(url, str):
        why = webhook_urls.why_not(url, private=private) or ""
    if why:
        raise OidcFailed(f"an address of the provider cannot be called: {why}")


def call(
    method: str, url: str, *, private: bool, headers: Mapping[str, str] | None = None,
    body: bytes = b"",
) -> Mapping[str, Any]:  # fmt: skip
    """The JSON object that it answers; no redirect is followed."""
    judge(url, private=private)
    sent = [("Accept", "application/json"), ("Accept-Encoding", "identity")]
    sent += list((headers or {}).items())
    timeouts = dict.fromkeys(("connect", "read", "write", "pool"), CALL_SECONDS)
    try:
        with (
            no_longer_than(ALL_SECONDS),
            pool(private=private, size=1) as connections,
            connections.stream(
                method, url, headers=sent, content=body, extensions={"timeout": timeouts}
            ) as answer,
        ):
            text = _bounded(answer)
    except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError) as error:
        host = urlsplit(url).hostname
        raise OidcFailed(f"{host} cannot be reached ({type(error).__name__})") from error
    if answer.status != 200:
        raise OidcFailed(f"{urlsplit(url).hostname} answered {answer.status}")
    return _object(text)


def _bounded(answer: httpcore.Response) -> bytes:
    text = b""
    for piece in answer.iter_stream():
        text += piece
        if len(text) > MOST_BYTES:
            raise OidcFailed("the provider answers with more than it could need")
    return text


def _object(text: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(text)
    except ValueError as error:
        raise OidcFailed("the provider answers with what is no JSON") from error
    if not isinstance(found, dict):
        raise OidcFailed("the provider answers with what is no object")
    return found
