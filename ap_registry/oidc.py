"""Signing in with an outside provider (OpenID Connect, the code flow): asked, answered, verified.

Nothing that the provider's metadata names is called without being judged as the issuer itself is.
"""

import time
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any
from urllib.parse import quote, urlencode

from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from ap_registry.oidc_calls import OidcFailed, call, judge
from ap_registry.settings import Settings

ALGORITHMS = ("RS256", "PS256", "ES256")
LEEWAY = 60  # seconds by which clocks may differ
KEPT_SECONDS, AGAIN_SECONDS = 3600.0, 60.0  # metadata and keys; keys anew where one is unknown
AWAY_SECONDS = 15.0  # one that is away is not asked by everybody who waits for it
_ADDRESSES = ("authorization_endpoint", "token_endpoint", "jwks_uri")
_MAYBE = ("userinfo_endpoint", "end_session_endpoint")


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What a provider says of a person. ``organisation``: as DfE Sign-in writes it, if at all."""

    issuer: str
    subject: str
    email: str
    email_verified: bool
    name: str
    organisation: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    metadata: Mapping[str, Any]
    keys: KeySet
    at: float


class Provider:
    """The one that the settings name; its metadata and keys are read when first needed."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = Lock()
        self._known: _Known | None = None
        self._away_until = self._read_until = 0.0

    @property
    def back(self) -> str:
        """Where the provider sends people back to."""
        return f"{self._settings.site}/sign-in/oidc/back"

    def address(self, *, state: str, nonce: str, verifier: str) -> str:
        """Where a person goes to sign in."""
        asked = {
            "response_type": "code", "client_id": self._settings.oidc_client_id,
            "redirect_uri": self.back, "scope": self._settings.oidc_scope, "state": state,
            "nonce": nonce, "code_challenge": create_s256_code_challenge(verifier),
            "code_challenge_method": "S256",
        }  # fmt: skip
        return _with(self._metadata()["authorization_endpoint"], asked)

    def sign_out_address(self) -> str | None:
        """Where a person ends the provider's own session; None where it has no such place."""
        place = self._metadata().get("end_session_endpoint")
        if not place:
            return None
        asked = {
            "client_id": self._settings.oidc_client_id,
            "post_logout_redirect_uri": f"{self._settings.site}/sign-in",
        }
        return _with(place, asked)

    def claims(self, code: str, *, nonce: str, verifier: str) -> Claims:
        """Change the code for what it stands for; raise OidcFailed where that is not right."""
        answer = self._tokens(code, verifier)
        token, access = answer.get("id_token"), answer.get("access_token")
        if not isinstance(token, str) or not isinstance(access, str):
            raise OidcFailed("the token endpoint answered without tokens")
        said = self._verified(token, nonce=nonce, access=access)
        return self._claims({**self._userinfo(said, access), **said})

    def _metadata(self) -> Mapping[str, Any]:
        return self._found().metadata

    def _found(self, *, anew: bool = False) -> _Known:
        """What is known, or is read: while one reads again, others go on with what was known.

        Nobody waits for another's calls: one that hangs holds up one person.
        """
        now = time.monotonic()
        oldest = now - (AGAIN_SECONDS if anew else KEPT_SECONDS)
        with self._lock:
            known = self._known
            if known is not None and known.at >= oldest:
                return known
            if now < self._away_until:
                raise OidcFailed("the provider could not be used a moment ago")
            if known is not None and not anew and now < self._read_until:
                return known
            self._read_until = now + AWAY_SECONDS
        try:
            found = self._read(now)
        except OidcFailed:
            with self._lock:
                self._away_until = time.monotonic() + AWAY_SECONDS
            raise
        with self._lock:
            if self._known is None or self._known.at <= now:
                self._known = found
        return found

    def _read(self, now: float) -> _Known:
        issuer = (self._settings.oidc_issuer or "").rstrip("/")
        found = self._call("GET", f"{issuer}/.well-known/openid-configuration")
        if str(found.get("issuer", "")).rstrip("/") != issuer:
            raise OidcFailed("the metadata are of another issuer")
        for name in (*_ADDRESSES, *(name for name in _MAYBE if found.get(name))):
            judge(found.get(name), private=self._settings.oidc_allow_private)
        try:
            keys = KeySet.import_key_set(self._call("GET", found["jwks_uri"]))  # type: ignore[arg-type]
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise OidcFailed("the keys cannot be read") from error
        return _Known(metadata=found, keys=keys, at=now)

    def _tokens(self, code: str, verifier: str) -> Mapping[str, Any]:
        metadata, settings = self._metadata(), self._settings
        name, secret = settings.oidc_client_id or "", settings.oidc_client_secret or ""
        form = {
            "grant_type": "authorization_code", "code": code, "redirect_uri": self.back,
            "code_verifier": verifier,
        }  # fmt: skip
        ways = metadata.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        if "client_secret_basic" in ways:
            pair = f"{quote(name, safe='')}:{quote(secret, safe='')}".encode()
            headers["Authorization"] = f"Basic {b64encode(pair).decode()}"
        else:
            form |= {"client_id": name, "client_secret": secret}
        body = urlencode(form).encode()
        return self._call("POST", metadata["token_endpoint"], headers=headers, body=body)

    def _verified(self, token: str, *, nonce: str, access: str) -> Mapping[str, Any]:
        """By the provider's keys, which are read again where the token's is not among them."""
        for anew in (False, True):
            known = self._found(anew=anew)
            try:
                read = jwt.decode(token, known.keys, algorithms=list(ALGORITHMS))
                break
            except (JoseError, ValueError) as error:
                failed = error
        else:
            raise OidcFailed(f"the token cannot be read ({type(failed).__name__})") from failed
        expected = {
            "iss": {"essential": True, "value": known.metadata["issuer"]},
            "aud": {"essential": True, "value": self._settings.oidc_client_id},
        }
        params = {
            "nonce": nonce, "client_id": self._settings.oidc_client_id, "access_token": access,
        }  # fmt: skip
        claims = CodeIDToken(read.claims, read.header, expected, params)
        try:
            claims.validate(leeway=LEEWAY)
        except JoseError as error:
            raise OidcFailed(f"the token does not fit ({type(error).__name__})") from error
        return dict(read.claims)

    def _userinfo(self, said: Mapping[str, Any], access: str) -> Mapping[str, Any]:
        """What the token does not say and the provider may say elsewhere."""
        place = self._metadata().get("userinfo_endpoint")
        if not place or {"email", "organisation"} <= said.keys():
            return {}
        found = self._call("GET", place, headers={"Authorization": f"Bearer {access}"})
        if found.get("sub") != said.get("sub"):
            raise OidcFailed("the provider speaks of somebody else")
        return found

    def _claims(self, said: Mapping[str, Any]) -> Claims:
        subject, email = said.get("sub"), said.get("email")
        if not isinstance(subject, str) or not subject:
            raise OidcFailed("the provider names nobody")
        verified = self._settings.oidc_emails_verified or said.get("email_verified") is True
        parts = (said.get("given_name"), said.get("family_name"))
        name = " ".join(part for part in parts if isinstance(part, str)) or said.get("name")
        organisation = said.get("organisation")
        return Claims(
            issuer=str(self._metadata()["issuer"]), subject=subject,
            email=email if isinstance(email, str) else "", email_verified=verified,
            name=name if isinstance(name, str) else "",
            organisation=organisation if isinstance(organisation, dict) else None,
        )  # fmt: skip

    def _call(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> Mapping[str, Any]:
        private = self._settings.oidc_allow_private
        return call(method, url, private=private, headers=headers, body=body)


def _with(address: str, asked: Mapping[str, str | None]) -> str:
    return f"{address}{'&' if '?' in address else '?'}{urlencode(asked)}"
