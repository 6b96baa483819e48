"""One message as a signed call: https://www.standardwebhooks.com"""

import base64
import hashlib
import hmac
import time
from collections.abc import Sequence

import httpx
import msgspec

from ap_registry.errors import SetupError
from ap_registry.settings import Settings
from ap_registry.store.webhooks import PREFIX
from jobs.letters import Failed, Letter, Send

GONE = 410  # the receiver wants no more


def signature(secret: bytes, message: str, at: int, body: bytes) -> str:
    """Of id, time and body, so that neither can be changed nor sent again later."""
    signed = f"{message}.{at}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(secret, signed, hashlib.sha256)).decode()


def signed(message: str, at: int, body: bytes, secrets: Sequence[bytes]) -> dict[str, str]:
    """The headers of a call; a receiver takes any of the signatures, one for each secret."""
    return {
        "content-type": "application/json",
        "webhook-id": message,
        "webhook-timestamp": str(at),
        "webhook-signature": " ".join(signature(secret, message, at, body) for secret in secrets),
    }


def secret_of(text: str) -> bytes:
    try:
        return base64.b64decode(text.removeprefix(PREFIX), validate=True)
    except ValueError as error:
        raise SetupError(
            "AP_DELIVERY_SECRET is not base64", "Write it as whsec_ and base64."
        ) from error


def webhook_sender(settings: Settings) -> Send:
    """Post to AP_DELIVERY_URL; the receiver drops a repeat by its ``webhook-id``."""
    url, secret = settings.delivery_url or "", secret_of(settings.delivery_secret or "")

    def send(letter: Letter) -> None:
        at = int(time.time())
        body = msgspec.json.encode(
            {
                "type": "message.due",
                "timestamp": letter.at,
                "data": {
                    "to_organisation": letter.organisation,
                    "subject": letter.subject,
                    "text": letter.text,
                },
            }
        )
        headers = signed(str(letter.id), at, body, [secret])
        try:
            answer = httpx.post(url, content=body, headers=headers, timeout=settings.smtp_timeout)
        except httpx.HTTPError as error:
            raise Failed(type(error).__name__, for_good=False) from error
        if not answer.is_success:
            code = answer.status_code
            raise Failed(f"the receiver answered {code}", for_good=code == GONE)

    return send
