"""What the environment says; everything has a default that works on one machine."""

from datetime import datetime
from pathlib import Path
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

from pydantic import AwareDatetime, Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from ap_registry.errors import SetupError

# What anybody would try first, after the name of the program and those of its servers.
_WEAK = frozenset(
    {"", "admin", "administrator", "ap_registry", "ap-registry", "change-me", "change_me"}
    | {"changeme", "default", "pass", "passphrase", "password", "postgres", "postgresql"}
    | {"redis", "root", "secret", "test", "valkey"}
)
SHORTEST = 12  # characters; docker/make_secrets.sh makes 48 and 64
FEWEST = 5  # different ones
_ADDRESSES = {"database_url", "database_owner_url", "redis_url", "smtp_url"}
_SECRETS = (
    "database_url",
    "database_owner_url",
    "redis_url",
    "smtp_url",
    "notify_key",
    "delivery_secret",
    "ledger_key",
    "backup_passphrase",
    "secrets_key",
    "oidc_client_secret",
)


class Settings(BaseSettings):
    """``AP_…`` variables; a secret may also come from a file named by ``AP_…_FILE``."""

    model_config = SettingsConfigDict(env_prefix="AP_", extra="ignore", populate_by_name=True)

    registry_home: Path = Path(".ap-registry")
    registry_clock: AwareDatetime | None = None
    database_url: str | None = None
    database_owner_url: str | None = None
    redis_url: str | None = None
    smtp_url: str | None = None
    smtp_timeout: float = Field(default=20.0, gt=0, le=120)  # seconds
    mail_from: str = "ap-registry@localhost"
    channel: Literal["smtp", "notify", "webhook", "in_app"] | None = None
    notify_url: str = "https://api.notifications.service.gov.uk"
    notify_key: str | None = None
    notify_template: str | None = None
    delivery_url: str | None = None
    delivery_secret: str | None = None
    webhooks_allow_private: bool = False  # addresses in one's own network, and HTTP
    ledger_key: str | None = Field(default=None, repr=False)
    backup_passphrase: str | None = Field(default=None, repr=False)
    secrets_key: str | None = Field(default=None, repr=False)
    ledger_export: Path | None = None
    gias_sources: str | None = None  # files or addresses, with blanks between
    gias_allow_private: bool = False
    environment: Literal["development", "production"] = "development"
    rate_address: int = Field(default=120_000, ge=0)  # requests a minute; 0 is no limit
    rate_account: int = Field(default=6_000, ge=0)
    rate_key: int = Field(default=120_000, ge=0)
    rate_sign_in: int = Field(default=300, ge=0)  # of one address
    proxies: str | None = None  # whose X-Forwarded-For is believed; else that of this machine
    second_factor_for: str = ""  # roles, separated by commas; "all"
    family_languages: str = ""  # besides English, separated by commas
    oidc_issuer: str | None = None
    oidc_client_id: str | None = None
    oidc_client_secret: str | None = Field(default=None, repr=False)
    oidc_name: str = "DfE Sign-in"
    oidc_scope: str = "openid email profile organisation"
    oidc_organisation: Literal["required", "if_sent"] = "required"
    oidc_emails_verified: bool = False  # all of them, though no claim says so
    oidc_allow_private: bool = False
    oidc_only: bool = False  # no passwords
    contact: str | None = None  # whom people ask or tell of a fault: an address, or words
    address: str | None = None  # as people reach the pages: https://ap.example.gov.uk
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)

    @field_validator(
        *_SECRETS, "oidc_issuer", "oidc_client_id", "address", "contact", mode="before"
    )
    @classmethod
    def _nothing_is_none(cls, value: str | None) -> str | None:
        """An empty variable, or an empty file, names nothing."""
        return value or None

    @property
    def home(self) -> Path:
        return self.registry_home.expanduser().absolute()

    @property
    def clock(self) -> datetime | None:
        return self.registry_clock

    def needs_second_factor(self, role: str) -> bool:
        named = {name.strip() for name in self.second_factor_for.split(",")}
        return bool(named & {role, "all"})

    @property
    def sends_mail(self) -> bool:
        """Whether a letter can go to an address that no account has."""
        by = self.channel or "smtp"
        notify = self.notify_key and self.notify_template
        return bool(self.smtp_url if by == "smtp" else notify if by == "notify" else None)

    @property
    def site(self) -> str:
        """Where links in letters lead."""
        return (self.address or f"http://{self.host}:{self.port}").rstrip("/")


def _refuse_half_a_provider(found: Settings) -> None:
    """An outside provider is named whole or not at all."""
    named = (found.oidc_issuer, found.oidc_client_id, found.oidc_client_secret)
    if any(named) != all(named) or (found.oidc_only and not all(named)):
        raise SetupError(
            "The provider to sign in by is named in part",
            "Set AP_OIDC_ISSUER, AP_OIDC_CLIENT_ID and AP_OIDC_CLIENT_SECRET_FILE, or none of the"
            " AP_OIDC_ variables.",
        )
    if found.oidc_issuer and not found.address:
        raise SetupError(
            "The provider cannot lead people back here",
            "Set AP_ADDRESS, and register AP_ADDRESS/sign-in/oidc/back with the provider.",
        )


def _secret_in(name: str, value: str) -> str | None:
    """The value, or the password of an address; None where a mail server asks nobody's name."""
    if name not in _ADDRESSES:
        return value.removeprefix("whsec_")
    try:
        url = urlsplit(value)
    except ValueError:
        return ""
    if name == "smtp_url" and url.username is None:
        return None
    return unquote(url.password or "")


def _refuse_weak_secrets(found: Settings) -> None:
    """Outside development no secret that anybody would try first or soon, and none left out."""
    if found.environment == "development":
        return
    for name in _SECRETS:
        value = getattr(found, name)
        secret = _secret_in(name, value) if value else None
        if secret is None:
            continue
        what = "password" if name in _ADDRESSES else "secret"
        if secret.casefold() in _WEAK:
            wrong = f"has no {what}, or one that is well known"
        elif len(secret) < SHORTEST or len(set(secret)) < FEWEST:
            wrong = f"has a {what} that can be guessed"
        else:
            continue
        raise SetupError(
            f"AP_{name.upper()} {wrong}",
            f"Choose a random one of at least {SHORTEST} characters, {FEWEST} of them different;"
            " AP_ENVIRONMENT=production refuses others.",
        )


def read_settings() -> Settings:
    """Read the environment; say plainly which variable cannot be used."""
    import os

    given: dict[str, Any] = {}
    for name in _SECRETS:
        path = os.environ.get(f"AP_{name.upper()}_FILE")
        if path:
            try:
                given[name] = Path(path).read_text(encoding="utf-8").strip()
            except OSError as error:
                raise SetupError(
                    f"AP_{name.upper()}_FILE cannot be read ({error.strerror})",
                    "Name a file that this user may read.",
                ) from error
    try:
        found = Settings(**given)
    except ValueError as error:
        fields = ", ".join(
            f"AP_{str(e['loc'][0]).upper()}: {e['msg']}" for e in getattr(error, "errors", list)()
        )
        raise SetupError(f"The environment cannot be used ({fields})", "Mend it.") from error
    _refuse_weak_secrets(found)
    _refuse_half_a_provider(found)
    return found
