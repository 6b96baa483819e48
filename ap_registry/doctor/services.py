"""What the registry talks to: PostgreSQL, Redis or Valkey, a mail server."""

import smtplib
import ssl
from urllib.parse import unquote, urlsplit

import psycopg

from ap_registry import embedded
from ap_registry.doctor.wrong import Wrong
from ap_registry.errors import SetupError
from ap_registry.oidc import Provider
from ap_registry.oidc_calls import OidcFailed
from ap_registry.settings import Settings
from ap_registry.store.database import connect, trouble
from ap_registry.store.migrate import migrate

LEAST_POSTGRES = 150_000
PATIENCE_SECONDS = 5.0


def database(found: embedded.Servers) -> str:
    try:
        with connect(found.database_url) as connection:
            version = connection.info.server_version
    except psycopg.OperationalError as error:
        raise Wrong(*trouble(error)) from error
    if version < LEAST_POSTGRES:
        raise Wrong(f"PostgreSQL {version // 10_000}", "Use PostgreSQL 15 or later.")
    return f"PostgreSQL {version // 10_000}"


def schema(found: embedded.Servers) -> str:
    """Like every command, this first migrates where it may."""
    try:
        migrate(found.database_owner_url)
    except SetupError as error:
        raise Wrong(error.message, error.cure) from error
    except psycopg.OperationalError as error:
        what, cure = trouble(error)
        raise Wrong(what, cure.replace("AP_DATABASE_URL", "AP_DATABASE_OWNER_URL")) from error
    with connect(found.database_url) as connection:
        version = connection.execute("select version_num from alembic_version").fetchone()
    return f"version {version[0] if version else '?'}"


def redis(found: embedded.Servers) -> str:
    import redis as client_of

    try:
        with client_of.Redis.from_url(
            found.redis_url, socket_timeout=PATIENCE_SECONDS,
            socket_connect_timeout=PATIENCE_SECONDS,
        ) as client:  # fmt: skip
            version = client.info("server").get("redis_version")
    except client_of.AuthenticationError as error:
        raise Wrong("Redis refuses the password", "Put the right one into AP_REDIS_URL.") from error
    except (client_of.RedisError, ValueError) as error:
        raise Wrong(
            f"Redis does not answer ({type(error).__name__})",
            "Start Redis or Valkey, and check AP_REDIS_URL.",
        ) from error
    return f"answers ({version})"


def smtp(settings: Settings) -> str:
    """Connect, and sign in where a user is named; nothing is sent."""
    if settings.smtp_url is None:
        if settings.environment == "production":
            raise Wrong("no mail server is named: reminders wait", "Set AP_SMTP_URL.")
        return "no AP_SMTP_URL: reminders wait in the outbox"
    parts = urlsplit(settings.smtp_url)
    host, secure = parts.hostname or "localhost", ssl.create_default_context()
    try:
        if parts.scheme == "smtps":
            client: smtplib.SMTP = smtplib.SMTP_SSL(
                host, parts.port or 465, timeout=PATIENCE_SECONDS, context=secure
            )
        else:
            client = smtplib.SMTP(host, parts.port or 25, timeout=PATIENCE_SECONDS)
        with client:
            if parts.username:
                if parts.scheme != "smtps":
                    client.starttls(context=secure)
                client.login(unquote(parts.username), unquote(parts.password or ""))
            client.noop()
    except smtplib.SMTPAuthenticationError as error:
        raise Wrong(
            "the mail server refuses the password", "Put the right one into AP_SMTP_URL."
        ) from error
    except (OSError, smtplib.SMTPException) as error:
        raise Wrong(
            f"the mail server does not answer ({type(error).__name__})",
            "Start it, and check AP_SMTP_URL.",
        ) from error
    return f"{host} answers"


def provider(settings: Settings) -> str:
    """The outside provider that people sign in by, where one is named."""
    if settings.oidc_issuer is None:
        return "people sign in by passwords alone"
    try:
        Provider(settings).address(state="", nonce="", verifier="")
    except OidcFailed as failed:
        raise Wrong(
            f"{settings.oidc_name} cannot be used: {failed}",
            "Mend AP_OIDC_ISSUER, or wait; AP_OIDC_ONLY=1 lets nobody in meanwhile.",
        ) from failed
    return f"{settings.oidc_name} answers"
