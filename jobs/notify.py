"""One message by GOV.UK Notify: https://docs.notifications.service.gov.uk/rest-api.html"""

import base64
import hashlib
import hmac
import time

import httpx
import msgspec

from ap_registry.settings import Settings
from jobs.letters import Failed, Letter, Send

KEY_ENDS = 36 + 1 + 36  # a key is name-service id-secret, both ids UUIDs
_AGAIN = frozenset({403, 408, 425, 429})  # 403: the key or the clock; an administrator mends it


def token(key: str, now: float) -> str:
    """A JWT (RFC 7519) signed with the secret, for the service; good for 30 seconds."""
    service, secret = key[-KEY_ENDS:-37], key[-36:]
    parts = ({"typ": "JWT", "alg": "HS256"}, {"iss": service, "iat": int(now)})
    said = b".".join(_base64(msgspec.json.encode(part)) for part in parts)
    return (said + b"." + _base64(hmac.digest(secret.encode(), said, hashlib.sha256))).decode()


def _base64(content: bytes) -> bytes:
    return base64.urlsafe_b64encode(content).rstrip(b"=")


def notify_sender(settings: Settings) -> Send:
    """Send by the template named, whose text is ``((subject))`` and ``((text))``.

    Notify does not itself drop a repeat: before one it is asked what it has by our reference.
    """
    key, template = settings.notify_key or "", settings.notify_template

    def ask(client: httpx.Client, method: str, **rest: object) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token(key, time.time())}"}
        return client.request(method, "/v2/notifications" + str(rest.pop("path", "")),
                              headers=headers, **rest)  # type: ignore[arg-type]  # fmt: skip

    def send(letter: Letter) -> None:
        reference = str(letter.id)
        body = {
            "email_address": letter.to,
            "template_id": template,
            "personalisation": {"subject": letter.subject, "text": letter.text},
            "reference": reference,
        }
        try:
            with httpx.Client(base_url=settings.notify_url, timeout=settings.smtp_timeout) as http:
                if letter.again:
                    had = ask(http, "GET", params={"reference": reference})
                    _check(had)
                    if had.json()["notifications"]:
                        return
                _check(ask(http, "POST", path="/email", json=body))
        except (httpx.HTTPError, ValueError, KeyError) as error:
            raise Failed(type(error).__name__, for_good=False) from error

    return send


def _check(answer: httpx.Response) -> None:
    """A 4xx about what was sent is for good; a limit or a fault of theirs may pass."""
    if not answer.is_success:
        code = answer.status_code
        for_good = 400 <= code < 500 and code not in _AGAIN
        raise Failed(f"Notify answered {code}", for_good=for_good)
