"""How a message reaches somebody: one small interface, and the channel that the settings choose."""

from dataclasses import dataclass

from ap_registry.settings import Settings
from jobs.letters import Letter, Send
from jobs.mail import smtp_sender
from jobs.notify import notify_sender
from jobs.webhooks import webhook_sender


@dataclass(frozen=True, slots=True)
class Channel:
    """``addressed``: it needs an email address. ``at_once``: messages claimed together."""

    name: str
    send: Send
    addressed: bool = True
    at_once: int = 1


def _stays(_letter: Letter) -> None:
    """In the app there is nothing to send: who signs in sees it."""


IN_APP = Channel("in_app", _stays, addressed=False, at_once=500)


def chosen(settings: Settings) -> Channel | None:
    """The one that AP_CHANNEL names, else by email where a server is named; None: all waits."""
    name = settings.channel or ("smtp" if settings.smtp_url else None)
    if name == "smtp" and settings.smtp_url:
        timeout = settings.smtp_timeout
        return Channel(
            "smtp",
            smtp_sender(settings.smtp_url, sender=settings.mail_from, timeout=timeout),
        )
    if name == "notify" and settings.notify_key and settings.notify_template:
        return Channel("notify", notify_sender(settings))
    if name == "webhook" and settings.delivery_url and settings.delivery_secret:
        return Channel("webhook", webhook_sender(settings), addressed=False)
    return IN_APP if name == "in_app" else None
