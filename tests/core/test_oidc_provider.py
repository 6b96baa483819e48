"""What an outside provider may answer, and what is not believed, over HTTP."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey

from ap_registry.oidc import Provider
from ap_registry.oidc_calls import MOST_BYTES, OidcFailed
from ap_registry.settings import Settings
from tests.waiting import wait_for

SECRET = "a secret of ours that is long enough"
KEY, FOREIGN = RSAKey.generate_key(2048, {"kid": "1"}), RSAKey.generate_key(2048, {"kid": "1"})


@dataclass
class Made:
    """A provider; ``change`` puts another answer in the place of a path's."""

    issuer: str = ""
    answers: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    held: tuple[str, threading.Event] | None = None  # of a path the first answer, until it is set

    def hold(self, path: str) -> None:
        """Where it is to be held, and this is the first that asks."""
        held = self.held
        if held is not None and held[0] == path:
            self.held = None
            held[1].wait(30)

    def change(self, path: str, found: Any, status: int = 200) -> None:
        body = found if isinstance(found, bytes) else json.dumps(found).encode()
        self.answers[path] = status, body

    def metadata(self, **more: Any) -> dict[str, Any]:
        return {
            "issuer": self.issuer, "authorization_endpoint": f"{self.issuer}/auth",
            "token_endpoint": f"{self.issuer}/token", "jwks_uri": f"{self.issuer}/keys",
            "userinfo_endpoint": f"{self.issuer}/me", **more,
        }  # fmt: skip

    def token(self, key: Any = KEY, alg: str = "RS256", **more: Any) -> str:
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": "ap", "sub": "s1", "nonce": "n", "iat": now,
                  "exp": now + 300, "email": "kim@example.org", "email_verified": True,
                  "organisation": {"urn": "100001"}}  # fmt: skip
        said = {name: value for name, value in {**claims, **more}.items() if value is not None}
        return jwt.encode({"alg": alg, "kid": "1"}, said, key, algorithms=[alg])

    def send(self, token: str) -> None:
        self.change("/token", {"access_token": "a", "id_token": token, "token_type": "Bearer"})


@pytest.fixture(scope="module")
def serving() -> Iterator[Made]:
    made = Made()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            made.asked.append(self.path)
            made.hold(self.path)
            status, body = made.answers.get(self.path, (404, b"{}"))
            self.send_response(status)
            if status == 302:
                self.send_header("Location", body.decode())
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self._answer()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.issuer = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield made
    server.shutdown()
    server.server_close()


@pytest.fixture
def made(serving: Made) -> Made:
    serving.answers.clear()
    serving.asked.clear()
    serving.change("/.well-known/openid-configuration", serving.metadata())
    serving.change("/keys", KeySet([KEY]).as_dict(private=False))
    serving.send(serving.token())
    return serving


def provider(made: Made, **more: Any) -> Provider:
    given = {"oidc_allow_private": True, **more}
    return Provider(
        Settings(
            oidc_issuer=made.issuer, oidc_client_id="ap", oidc_client_secret=SECRET,
            address="http://ap.example", **given,
        )
    )  # fmt: skip


def refused(made: Made, **more: Any) -> str:
    with pytest.raises(OidcFailed) as failed:
        provider(made, **more).claims("c", nonce="n", verifier="v")
    return str(failed.value)


def test_what_fits_is_believed_and_keys_are_kept(made: Made) -> None:
    one = provider(made)
    found = [one.claims("c", nonce="n", verifier="v") for _ in range(2)]
    assert {(claims.subject, claims.email, claims.email_verified) for claims in found} == {
        ("s1", "kim@example.org", True)
    }
    assert made.asked.count("/keys") == 1
    assert "/me" not in made.asked


def test_what_the_token_leaves_out_is_asked_for_of_the_same_person(made: Made) -> None:
    made.send(made.token(organisation=None))
    made.change("/me", {"sub": "s1", "organisation": {"urn": "100002"}})
    found = provider(made).claims("c", nonce="n", verifier="v")
    assert found.organisation == {"urn": "100002"}
    made.change("/me", {"sub": "s2", "organisation": {"urn": "100002"}})
    assert refused(made) == "the provider speaks of somebody else"


FORGED: dict[str, Callable[[Made], str]] = {
    "by another key": lambda made: made.token(FOREIGN),
    "by the client's secret": lambda made: made.token(OctKey.import_key(SECRET), "HS256"),
    "of another issuer": lambda made: made.token(iss="https://elsewhere.example"),
    "for another client": lambda made: made.token(aud="other"),
    "for two, by another": lambda made: made.token(aud=["ap", "other"], azp="other"),
    "of another attempt": lambda made: made.token(nonce="m"),
    "without a nonce": lambda made: made.token(nonce=None),
    "over": lambda made: made.token(exp=int(time.time()) - 120),
    "of no time": lambda made: made.token(exp=None),
    "of another access token": lambda made: made.token(at_hash="AAAAAAAAAAAAAAAAAAAAAA"),
    "unsigned": lambda made: "eyJhbGciOiJub25lIn0." + made.token().split(".")[1] + ".",
    "no token": lambda made: "nonsense",
}


@pytest.mark.parametrize("what", FORGED)
def test_a_token_that_does_not_fit_is_not_believed(made: Made, what: str) -> None:
    made.send(FORGED[what](made))
    assert refused(made).startswith("the token ")


def test_a_key_that_is_new_there_is_looked_for_once_more_and_not_at_once(made: Made) -> None:
    one = provider(made)
    one.claims("c", nonce="n", verifier="v")
    made.send(made.token(FOREIGN))
    for _ in range(3):
        with pytest.raises(OidcFailed):
            one.claims("c", nonce="n", verifier="v")
    assert made.asked.count("/keys") == 1  # within the minute


ODD: dict[str, Callable[[Made], None]] = {
    "another issuer": lambda made: made.change(
        "/.well-known/openid-configuration", made.metadata(issuer="https://elsewhere.example")
    ),
    "no token endpoint": lambda made: made.change(
        "/.well-known/openid-configuration", made.metadata(token_endpoint=None)
    ),
    "a file as endpoint": lambda made: made.change(
        "/.well-known/openid-configuration", made.metadata(token_endpoint="file:///etc/passwd")
    ),
    "no keys": lambda made: made.change("/keys", {"keys": "none"}),
    "a list": lambda made: made.change("/.well-known/openid-configuration", [1]),
    "no JSON": lambda made: made.change("/token", b"<html>"),
    "too much": lambda made: made.change("/token", b"[" + b" " * MOST_BYTES),
    "leading on": lambda made: made.change("/token", f"{made.issuer}/keys".encode(), 302),
    "an error": lambda made: made.change("/token", {"error": "invalid_grant"}, 400),
    "no tokens": lambda made: made.change("/token", {"token_type": "Bearer"}),
}


@pytest.mark.parametrize("what", ODD)
def test_a_provider_that_answers_oddly_is_not_used(made: Made, what: str) -> None:
    ODD[what](made)
    assert refused(made)


def test_a_call_that_hangs_holds_up_nobody_else(made: Made) -> None:
    one, let_go = provider(made), threading.Event()
    made.held = "/keys", let_go
    with ThreadPoolExecutor(1) as threads:
        slow = threads.submit(one.address, state="s", nonce="n", verifier="v")
        wait_for(lambda: made.held is None)
        assert one.address(state="s", nonce="n", verifier="v").startswith(made.issuer)
        assert not slow.done()
        let_go.set()
        assert slow.result(30).startswith(made.issuer)


def test_a_provider_that_is_away_is_not_asked_again_at_once(made: Made) -> None:
    made.change("/keys", b"", 503)
    one = provider(made)
    for _ in range(5):
        with pytest.raises(OidcFailed):
            one.address(state="s", nonce="n", verifier="v")
    assert made.asked.count("/keys") == 1


def test_addresses_inside_our_own_network_are_not_called(made: Made) -> None:
    assert "must begin with https://" in refused(made, oidc_allow_private=False)
    assert made.asked == []
    inside = Provider(Settings(oidc_issuer="https://127.0.0.1:1", oidc_client_id="ap"))
    with pytest.raises(OidcFailed, match="private network"):
        inside.address(state="s", nonce="n", verifier="v")
