"""One message by SMTP."""

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import format_datetime
from urllib.parse import unquote, urlsplit

from jobs.letters import Failed, Letter, Send

PORTS = {"smtp": 25, "smtps": 465}


def smtp_sender(url: str, *, sender: str, timeout: float) -> Send:
    """Send through ``smtp://user:password@host:port``, one connection a message.

    With a user, or as ``smtps://``, only over TLS with a certificate that holds.
    """
    parts = urlsplit(url)
    port = parts.port or PORTS.get(parts.scheme, 25)

    def connect() -> smtplib.SMTP:
        host = parts.hostname or "localhost"
        if parts.scheme == "smtps":
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(host, port, timeout=timeout, context=context)
        return smtplib.SMTP(host, port, timeout=timeout)

    def send(letter: Letter) -> None:
        try:
            message = compose(letter, sender)
            with connect() as client:
                if parts.username:
                    if parts.scheme != "smtps":
                        client.starttls(context=ssl.create_default_context())
                    client.login(unquote(parts.username), unquote(parts.password or ""))
                client.send_message(message)
        except ValueError as error:
            raise Failed("the address cannot be used", for_good=True) from error
        except (OSError, smtplib.SMTPException) as error:
            raise _failed(error) from error

    return send


def compose(letter: Letter, sender: str) -> EmailMessage:
    """Raise ValueError for what no header can carry, and for what is not one person's address: a
    letter may hold what only they may open."""
    message = EmailMessage()
    message["From"], message["To"] = sender, letter.to
    if [one.addr_spec for one in message["To"].addresses] != [letter.to.strip()]:
        raise ValueError("not one address")
    message["Subject"] = letter.subject
    message["Message-ID"] = f"<{letter.id}@ap-registry>"
    message["Date"] = format_datetime(letter.at)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    return message


def _failed(error: Exception) -> Failed:
    """A 5xx about the recipient or the message is for good; all else may pass."""
    codes: list[int] = []
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = [code for code, _words in error.recipients.values()]
    elif isinstance(error, smtplib.SMTPDataError):
        codes = [error.smtp_code]
    words = "".join(f" {code}" for code in codes)
    return Failed(
        f"{type(error).__name__}{words}", for_good=bool(codes) and all(c >= 500 for c in codes)
    )
